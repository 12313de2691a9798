package negotiation

import (
	"bytes"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
)

// DecodeCommand reads one public command: an object with "type" and the fields of its struct. Unknown and repeated fields,
// trailing bytes and fields of another type are refused with an error that names them. Commands of the system have no JSON door.
func DecodeCommand(b []byte) (Command, error) {
	kind, body, err := untag(b)
	if err != nil {
		return nil, err
	}
	d, ok := commands[kind]
	if !ok {
		return nil, NewError(CodeUnknownCommand, "type", Clip(kind)).On("type")
	}
	return decoded(d(body))
}

func decoded(k kinded, err error) (Command, error) {
	if err != nil {
		return nil, err
	}
	return k, nil
}

// untag checks an object and blanks its "type" out, so that what is left is just the fields of that type.
func untag(b []byte) (kind string, body []byte, err error) {
	at := span{}
	if err := scan(b, &at); err != nil {
		return "", nil, err
	}
	if at.end == 0 {
		return "", nil, required("type")
	}
	body = bytes.Clone(b)
	for i := at.start; i < at.end; i++ {
		body[i] = ' '
	}
	return at.value, body, nil
}

// AnyCommand is a Command on the wire: its fields with "type" in front.
type AnyCommand struct{ Command }

// UnmarshalJSON is DecodeCommand.
func (a *AnyCommand) UnmarshalJSON(b []byte) (err error) {
	a.Command, err = DecodeCommand(b)
	return err
}

// MarshalJSON writes the fields of the command with "type" in front.
func (a AnyCommand) MarshalJSON() ([]byte, error) {
	body, err := json.Marshal(a.Command)
	if err != nil {
		return nil, err
	}
	return Tagged(a.Command.Kind(), body), nil
}

// Tagged puts "type" in front of an encoded object.
func Tagged(kind string, object []byte) []byte {
	out := make([]byte, 0, len(object)+len(kind)+12)
	out = append(out, `{"type":"`...)
	out = append(append(out, kind...), '"')
	if len(object) > 2 {
		out = append(out, ',')
	}
	return append(out, object[1:]...)
}

// DecodeStrict decodes one JSON value into v and refuses unknown and repeated fields and trailing bytes.
func DecodeStrict(b []byte, v any) error {
	if err := scan(b, nil); err != nil {
		return err
	}
	return decodeKnown(b, v)
}

func decodeKnown(b []byte, v any) error {
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return malformed(err)
	}
	return nil
}

// malformed turns what encoding/json says into an Error that names the field.
func malformed(err error) error {
	var own *Error
	var wrong *json.UnmarshalTypeError
	switch {
	case errors.As(err, &own):
		return own
	case errors.As(err, &wrong):
		return NewError(CodeMalformed, "expected", jsonName(wrong.Type.Kind().String())).On(wrong.Field).Because(err)
	}
	// The only other error of a value that scan let through: "json: unknown field \"x\"".
	if _, name, ok := strings.Cut(err.Error(), "unknown field "); ok {
		if n, e := strconv.Unquote(name); e == nil {
			return NewError(CodeUnknownField, "name", Clip(n)).On(Clip(n))
		}
	}
	return NewError(CodeMalformed).Because(err)
}

func jsonName(kind string) string {
	switch {
	case strings.HasPrefix(kind, "int"), strings.HasPrefix(kind, "uint"): // 1.5 is a number, too
		return "integer"
	case strings.HasPrefix(kind, "float"):
		return "number"
	case kind == "bool":
		return "boolean"
	case kind == "slice", kind == "array":
		return "array"
	case kind == "struct", kind == "map":
		return "object"
	}
	return kind
}
