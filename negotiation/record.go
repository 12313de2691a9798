package negotiation

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"reflect"
	"strconv"
	"strings"
	"time"
)

// Hash is a SHA-256.
type Hash [sha256.Size]byte

// Record is an event as it lies in the log: the bytes that were hashed, never re-encoded. Every event has a salt, so that nobody who
// reads one channel can try whether a hash follows from the last that they know, and learn that something happened in another.
// Erasure drops Salt and Content; ContentSum stays.
type Record struct {
	Case       string
	Version    int64 // gap-free within the case; never shown
	Channel    Channel
	Seq        int64 // gap-free within the channel
	Type       string
	By         By
	At         time.Time // UTC, microseconds
	Facts      []byte    // JSON object
	Content    []byte    // JSON object or nil
	Salt       []byte
	ContentSum Hash // SHA-256(salt ‖ content), where no content has no bytes
	Hash       Hash
}

// Position in a channel: the sequence number and the first eight hex digits of that event's hash, so that a restored or forged
// log is noticed. The zero Position is the beginning.
type Position struct {
	Seq int64
	H8  string
}

// String is the wire form, "17.9f31c2aa"; "0" at the beginning.
func (p Position) String() string {
	if p.Seq == 0 {
		return "0"
	}
	return strconv.FormatInt(p.Seq, 10) + "." + p.H8
}

// ParsePosition reads the wire form; "" is the beginning.
func ParsePosition(s string) (Position, error) {
	if s == "" || s == "0" {
		return Position{}, nil
	}
	n, h, ok := strings.Cut(s, ".")
	seq, err := strconv.ParseInt(n, 10, 64)
	p := Position{seq, h}
	if _, e := hex.DecodeString(h); !ok || err != nil || e != nil || seq < 1 || len(h) != 8 || p.String() != s || strings.ToLower(h) != h {
		return Position{}, Invalid("since", "17.9f31c2aa")
	}
	return p, nil
}

// Position of the record in its channel.
func (r Record) Position() Position { return Position{r.Seq, hex.EncodeToString(r.Hash[:4])} }

// Head is the end of a case's log.
type Head struct {
	Version int64
	Hash    Hash
	Positions

	RoomHash Hash // of the last event in the room: what is printed, since the end of the whole log tells of the desk
}

// Positions in the channels of a case.
type Positions = PerChannel[Position]

// Seal makes the record of an event after head and the head after it. Salt is 16 random bytes of the event's own.
func (h Head) Seal(caseID string, e Event, salt []byte) (Record, Head, error) {
	r := Record{Case: caseID, Version: h.Version + 1, Channel: e.Channel, Seq: h.At(e.Channel).Seq + 1, Type: e.Fact.Kind(), By: e.By, At: e.At}
	var err error
	if r.Facts, err = facts.encode(e.Fact); err != nil {
		return Record{}, h, err
	}
	if e.Content != nil {
		if r.Content, err = contentShape.encode(reflect.ValueOf(e.Content).Elem()); err != nil {
			return Record{}, h, err
		}
	}
	r.Salt, r.ContentSum = salt, contentSum(salt, r.Content)
	r.Hash = r.Sum(h.Hash)
	return r, h.After(r), nil
}

// After is the head after a record.
func (h Head) After(r Record) Head {
	h.Version, h.Hash = r.Version, r.Hash
	h.Set(r.Channel, r.Position())
	if r.Channel == Room {
		h.RoomHash = r.Hash
	}
	return h
}

// Verify says whether the record follows a log with the previous hash and nothing in it was changed. Erased content verifies.
func (r Record) Verify(prev Hash) bool {
	if (r.Content != nil || r.Salt != nil) && contentSum(r.Salt, r.Content) != r.ContentSum {
		return false
	}
	return r.Sum(prev) == r.Hash
}

// Sum is SHA-256(prev ‖ envelope ‖ SHA-256(facts) ‖ SHA-256(salt ‖ content)), each part with its length as eight bytes,
// big-endian, before it. The envelope's parts are case, version, channel, seq, type, side, account, at (microseconds since 1970).
func (r Record) Sum(prev Hash) Hash {
	facts := sha256.Sum256(r.Facts)
	b := make([]byte, 0, 512)
	b = part(b, prev[:])
	b = part(b, []byte(r.Case))
	b = number(b, r.Version)
	b = part(b, []byte(r.Channel))
	b = number(b, r.Seq)
	b = part(b, []byte(r.Type))
	b = part(b, []byte(r.By.Side))
	b = part(b, []byte(r.By.ID))
	b = number(b, r.At.UnixMicro())
	b = part(b, facts[:])
	b = part(b, r.ContentSum[:])
	return sha256.Sum256(b)
}

func part(b, p []byte) []byte {
	return append(binary.BigEndian.AppendUint64(b, uint64(len(p))), p...)
}

func number(b []byte, n int64) []byte {
	return binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint64(b, 8), uint64(n))
}

func contentSum(salt, content []byte) Hash {
	var room [1024]byte // most fit
	return sha256.Sum256(part(part(room[:0], salt), content))
}

// Erased says whether the event's content is gone.
func (r Record) Erased() bool { return r.Content == nil && r.Salt == nil && r.ContentSum != Hash{} }

// Event decodes the record for Apply and for readers.
func (r Record) Event() (Event, error) { return r.EventOf(facts) }

// EventOf decodes the record of a log that has these facts.
func (r Record) EventOf(facts Kinds) (Event, error) {
	s := facts[r.Type]
	if s == nil {
		return Event{}, NewError(CodeInternal, "event", r.Type)
	}
	fact, err := s.kinded(r.Facts)
	if err != nil {
		return Event{}, err
	}
	e := Event{At: r.At, By: r.By, Channel: r.Channel, Fact: fact}
	if r.Content != nil {
		e.Content = new(Content)
		if err := json.Unmarshal(r.Content, e.Content); err != nil {
			return Event{}, err
		}
	}
	return e, nil
}

// Wire is the record as parties see it: {"seq", "at", "by", "type", the facts, "content" or "erased"}.
func (r Record) Wire() []byte { return r.AppendWire(make([]byte, 0, r.WireSize())) }

// WireSize is about how many bytes Wire has, mostly somewhat more.
func (r Record) WireSize() int { return len(r.Facts) + len(r.Content) + 160 }

// AppendWire writes Wire after b.
func (r Record) AppendWire(b []byte) []byte {
	b = append(b, `{"seq":`...)
	b = strconv.AppendInt(b, r.Seq, 10)
	b = append(b, `,"at":"`...)
	b = r.At.UTC().AppendFormat(b, time.RFC3339Nano)
	b = append(b, `","by":{"side":"`...)
	b = append(append(b, r.By.Side...), `","id":"`...)
	b = append(append(b, r.By.ID...), `"},"type":"`...)
	b = append(append(b, r.Type...), '"')
	if len(r.Facts) > 2 {
		b = append(append(b, ','), bytes.TrimSuffix(r.Facts[1:], []byte("}"))...)
	}
	switch {
	case r.Content != nil:
		b = append(append(b, `,"content":`...), r.Content...)
	case r.Erased():
		b = append(b, `,"erased":true`...)
	}
	return append(b, '}')
}
