package live

import (
	"fmt"
	"strings"
)

//go:generate go run ./gencodes ../../web/src/live/codes.gen.ts

// CloseCode says why the server ended a connection. The client needs no table to act on it: 4000–4499 come back,
// 4500–4999 do not. Numbers and names are never reused.
type CloseCode int

// The close codes.
const (
	GoingAway      CloseCode = 4000 // the server stops or is replaced
	SlowReader     CloseCode = 4001 // the queue ran full: resume from the last position
	NoPong         CloseCode = 4002 // no answer to a ping
	Stale          CloseCode = 4003 // no first frame in time
	SignedOut      CloseCode = 4500 // no session, or not any more
	BadFrame       CloseCode = 4501 // not a text frame
	TooManySockets CloseCode = 4502 // of one account
	Unsupported    CloseCode = 4503 // not the subprotocol hejie.v1
	FrameTooLarge  CloseCode = 4504 // above the frame limit
)

// closeCodes is the one table: names for people and for the client.
var closeCodes = [...]struct {
	code CloseCode
	name string
}{
	{GoingAway, "going_away"},
	{SlowReader, "slow_reader"},
	{NoPong, "no_pong"},
	{Stale, "stale"},
	{SignedOut, "signed_out"},
	{BadFrame, "bad_frame"},
	{TooManySockets, "too_many_sockets"},
	{Unsupported, "unsupported"},
	{FrameTooLarge, "frame_too_large"},
}

// Reconnect says whether coming back makes sense.
func (c CloseCode) Reconnect() bool { return c < 4500 }

func (c CloseCode) String() string {
	for _, row := range closeCodes {
		if row.code == c {
			return row.name
		}
	}
	return fmt.Sprint(int(c))
}

// TypeScript is the table as the browser's module codes.gen.ts.
func TypeScript() string {
	var b strings.Builder
	b.WriteString("// Generated from server/live/codes.go by go generate. Do not edit.\n")
	b.WriteString("// Close codes of the live connection. 4000–4499: come back; 4500–4999: do not.\n")
	b.WriteString("export const closeCodes = {\n")
	for _, row := range closeCodes {
		fmt.Fprintf(&b, "  %d: { name: '%s', reconnect: %t },\n", row.code, row.name, row.code.Reconnect())
	}
	b.WriteString("} as const\n")
	return b.String()
}
