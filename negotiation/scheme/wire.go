package scheme

import (
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

var (
	commands = negotiation.Commands(Apply{}, Approve{}, Suspend{}, Remove{}, Leave{})
	facts    = negotiation.Facts(Applied{}, Approved{}, Suspended{}, Removed{}, Left{})
)

// Vocabulary gives a zero value of every command and event, for contract tests.
func Vocabulary() (cmds, events []negotiation.Kinded) { return commands.Zeros(), facts.Zeros() }

// DecodeCommand reads a command: an object with "type" and the fields of its struct. Unknown and repeated fields and
// trailing bytes are refused with an error that names them.
func DecodeCommand(b []byte) (negotiation.Command, error) { return commands.DecodeTagged(b) }

// AnyCommand is a command on the wire: its fields with "type" in front.
type AnyCommand struct{ negotiation.Command }

// UnmarshalJSON is DecodeCommand.
func (a *AnyCommand) UnmarshalJSON(b []byte) (err error) {
	a.Command, err = DecodeCommand(b)
	return err
}

// MarshalJSON writes the fields of the command with "type" in front.
func (a AnyCommand) MarshalJSON() ([]byte, error) { return commands.AppendTagged(nil, a.Command) }

// DecodeEvent reads a record of an enterprise's log for Apply.
func DecodeEvent(r negotiation.Record) (negotiation.Event, error) { return r.EventOf(facts) }
