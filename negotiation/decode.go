package negotiation

import "reflect"

// DecodeCommand reads one public command: an object with "type" and the fields of its struct. Unknown and repeated fields,
// trailing bytes and fields of another type are refused with an error that names them. Commands of the system have no JSON door.
func DecodeCommand(b []byte) (Command, error) { return commands.DecodeTagged(b) }

// AnyCommand is a Command on the wire: its fields with "type" in front.
type AnyCommand struct{ Command }

// UnmarshalJSON is DecodeCommand.
func (a *AnyCommand) UnmarshalJSON(b []byte) (err error) {
	a.Command, err = DecodeCommand(b)
	return err
}

// MarshalJSON is AppendCommand.
func (a AnyCommand) MarshalJSON() ([]byte, error) { return AppendCommand(nil, a.Command) }

// AppendCommand writes after b the fields of the command with "type" in front.
func AppendCommand(b []byte, cmd Command) ([]byte, error) { return commands.AppendTagged(b, cmd) }

// DecodeStrict decodes one JSON value into what v points to, which is zero. Unknown and repeated fields and trailing bytes are refused. What
// is no struct, pointer, slice, string, bool or int is left to encoding/json, which is less strict.
func DecodeStrict(b []byte, v any) error {
	to := reflect.ValueOf(v).Elem()
	return decode(b, shapeOf(to.Type()), to)
}

// DecodeText is DecodeStrict for a string.
func DecodeText(b []byte) (s string, err error) {
	err = decode(b, textShape, reflect.ValueOf(&s).Elem())
	return s, err
}
