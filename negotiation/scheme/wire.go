package scheme

import (
	"encoding/json"

	"hejie/negotiation"
)

// Facts of the events. Their kinds are the events' types on the wire.
type (
	// Applied holds the profile, checked and normalised.
	Applied Profile
	// Approved: enrolled, for the first time or again.
	Approved  struct{}
	Suspended struct {
		Ground Ground `json:"ground"`
	}
	Removed struct {
		Ground Ground `json:"ground"`
	}
	Left struct{}
)

func (Applied) Kind() string   { return "applied" }
func (Approved) Kind() string  { return "approved" }
func (Suspended) Kind() string { return "suspended" }
func (Removed) Kind() string   { return "removed" }
func (Left) Kind() string      { return "left" }

// Vocabulary gives a zero value of every command and event, for contract tests.
func Vocabulary() (commands []negotiation.Command, facts []negotiation.Fact) {
	return []negotiation.Command{Apply{}, Approve{}, Suspend{}, Remove{}, Leave{}},
		[]negotiation.Fact{Applied{}, Approved{}, Suspended{}, Removed{}, Left{}}
}

// DecodeCommand reads a command: an object with "type" and the fields of its struct. Unknown and repeated fields and
// trailing bytes are refused with an error that names them.
func DecodeCommand(b []byte) (negotiation.Command, error) {
	var fields map[string]json.RawMessage
	if err := negotiation.DecodeStrict(b, &fields); err != nil {
		return nil, err
	}
	var kind string
	if fields["type"] == nil {
		return nil, negotiation.NewError(negotiation.CodeRequired).On("type")
	}
	if err := json.Unmarshal(fields["type"], &kind); err != nil {
		return nil, negotiation.NewError(negotiation.CodeMalformed, "expected", "string").On("type")
	}
	delete(fields, "type")
	body, err := json.Marshal(fields)
	if err != nil {
		return nil, negotiation.NewError(negotiation.CodeMalformed).Because(err)
	}
	switch kind {
	case Apply{}.Kind():
		return decode[Apply](body)
	case Approve{}.Kind():
		return decode[Approve](body)
	case Suspend{}.Kind():
		return decode[Suspend](body)
	case Remove{}.Kind():
		return decode[Remove](body)
	case Leave{}.Kind():
		return decode[Leave](body)
	}
	return nil, negotiation.NewError(negotiation.CodeUnknownCommand, "type", negotiation.Clip(kind)).On("type")
}

func decode[C negotiation.Command](b []byte) (negotiation.Command, error) {
	var c C
	if err := negotiation.DecodeStrict(b, &c); err != nil {
		return nil, err
	}
	return c, nil
}

// AnyCommand is a command on the wire: its fields with "type" in front.
type AnyCommand struct{ negotiation.Command }

// UnmarshalJSON is DecodeCommand.
func (a *AnyCommand) UnmarshalJSON(b []byte) (err error) {
	a.Command, err = DecodeCommand(b)
	return err
}

// MarshalJSON writes the fields of the command with "type" in front.
func (a AnyCommand) MarshalJSON() ([]byte, error) {
	b, err := json.Marshal(a.Command)
	if err != nil {
		return nil, err
	}
	return negotiation.Tagged(a.Command.Kind(), b), nil
}

// DecodeEvent reads a record of an enterprise's log for Apply.
func DecodeEvent(r negotiation.Record) (negotiation.Event, error) {
	e := negotiation.Event{At: r.At, By: r.By, Channel: r.Channel}
	var err error
	switch r.Type {
	case Applied{}.Kind():
		e.Fact, err = fact[Applied](r.Facts)
	case Approved{}.Kind():
		e.Fact, err = fact[Approved](r.Facts)
	case Suspended{}.Kind():
		e.Fact, err = fact[Suspended](r.Facts)
	case Removed{}.Kind():
		e.Fact, err = fact[Removed](r.Facts)
	case Left{}.Kind():
		e.Fact, err = fact[Left](r.Facts)
	default:
		err = negotiation.NewError(negotiation.CodeInternal, "event", r.Type)
	}
	if err == nil && r.Content != nil {
		e.Content = new(negotiation.Content)
		err = json.Unmarshal(r.Content, e.Content)
	}
	if err != nil {
		return negotiation.Event{}, err
	}
	return e, nil
}

func fact[F negotiation.Fact](b []byte) (negotiation.Fact, error) {
	var f F
	err := negotiation.DecodeStrict(b, &f)
	return f, err
}
