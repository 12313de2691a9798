package negotiation

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func sealed(t *testing.T) (Record, Hash) {
	t.Helper()
	prev := Hash{9}
	e := Event{At: time.UnixMicro(1767225600000001).UTC(), By: By{SideEnterprise, "agent"}, Channel: Room, Fact: MessagePosted{Question: true}, Content: &Content{Text: "你好"}}
	r, head, err := Head{Version: 4, Hash: prev, Positions: Positions{Room: Position{3, "00000000"}, Desk: Position{1, "11111111"}}}.Seal("case-1", e, bytes.Repeat([]byte{7}, 16))
	require.NoError(t, err)
	require.Equal(t, r.Hash, head.Hash)
	require.EqualValues(t, 5, head.Version)
	require.Equal(t, Position{1, "11111111"}, head.Desk)
	require.Equal(t, r.Position(), head.At(Room))
	require.EqualValues(t, 4, r.Seq)
	return r, prev
}

// The hash is what the design says, computed a second time.
func TestHash(t *testing.T) {
	t.Parallel()
	r, prev := sealed(t)
	var b []byte
	put := func(parts ...[]byte) {
		for _, p := range parts {
			b = append(binary.BigEndian.AppendUint64(b, uint64(len(p))), p...)
		}
	}
	num := func(n uint64) []byte { return binary.BigEndian.AppendUint64(nil, n) }
	put(r.Salt, []byte(`{"text":"你好"}`))
	content := sha256.Sum256(b)
	require.Equal(t, Hash(content), r.ContentSum)
	b = nil
	facts := sha256.Sum256([]byte(`{"question":true}`))
	put(prev[:], []byte("case-1"), num(5), []byte("room"), num(4), []byte("message_posted"), []byte("enterprise"), []byte("agent"),
		num(1767225600000001), facts[:], content[:])
	require.Equal(t, Hash(sha256.Sum256(b)), r.Hash)
}

func TestTamperingShows(t *testing.T) {
	t.Parallel()
	r, prev := sealed(t)
	require.True(t, r.Verify(prev))
	for name, change := range map[string]func(r *Record){
		"case":    func(r *Record) { r.Case = "case-2" },
		"version": func(r *Record) { r.Version++ },
		"channel": func(r *Record) { r.Channel = Desk },
		"seq":     func(r *Record) { r.Seq++ },
		"type":    func(r *Record) { r.Type = "reminded" },
		"side":    func(r *Record) { r.By.Side = SideConsumer },
		"account": func(r *Record) { r.By.ID = "x" },
		"at":      func(r *Record) { r.At = r.At.Add(time.Microsecond) },
		"facts":   func(r *Record) { r.Facts = []byte(`{}`) },
		"content": func(r *Record) { r.Content = []byte(`{"text":"x"}`) },
		"salt":    func(r *Record) { r.Salt = []byte{1} },
		"sum":     func(r *Record) { r.ContentSum = Hash{} },
		"hash":    func(r *Record) { r.Hash[0]++ },
	} {
		x := r
		change(&x)
		require.False(t, x.Verify(prev), name)
	}
	require.False(t, r.Verify(Hash{}))
	r.Content, r.Salt = nil, nil
	require.True(t, r.Verify(prev), "erased content verifies")
}

// Who knows every word of a room cannot tell from its hashes whether something happened elsewhere in between: also an event without
// content has a salt that is never shown.
func TestHashesTellNothingOfOtherChannels(t *testing.T) {
	t.Parallel()
	r, head, err := Head{}.Seal("c", Event{Channel: Room, Fact: EnterpriseChased{}}, []byte("0123456789abcdef"))
	require.NoError(t, err)
	require.True(t, r.Verify(Hash{}))
	next, _, err := head.Seal("c", Event{Channel: Room, Fact: EnterpriseChased{}}, []byte("fedcba9876543210"))
	require.NoError(t, err)
	guess := next
	guess.Salt, guess.ContentSum = nil, Hash{}
	require.NotEqual(t, next.Hash, guess.Sum(r.Hash))
	require.NotContains(t, string(next.Wire()), "fedc")
}

func TestWire(t *testing.T) {
	t.Parallel()
	r, _ := sealed(t)
	require.JSONEq(t, `{"seq":4,"at":"2026-01-01T00:00:00.000001Z","by":{"side":"enterprise","id":"agent"},"type":"message_posted","question":true,"content":{"text":"你好"}}`, string(r.Wire()))
	r.Content, r.Salt = nil, nil
	require.Contains(t, string(r.Wire()), `"question":true,"erased":true}`)
	r, _, err := Head{}.Seal("c", Event{Channel: Desk, Fact: EnterpriseChased{}}, []byte{1})
	require.NoError(t, err)
	require.False(t, r.Erased())
	require.Equal(t, `{"seq":1,"at":"0001-01-01T00:00:00Z","by":{"side":"","id":""},"type":"enterprise_chased"}`, string(r.Wire()))
}

func TestRecordsThatCannotBeRead(t *testing.T) {
	t.Parallel()
	for _, r := range []Record{
		{Type: "party_invited", Facts: []byte(`{}`)},
		{Type: "message_posted", Facts: []byte(`{"questions":true}`)},
		{Type: "message_posted", Facts: []byte(`{}`), Content: []byte(`[]`)},
	} {
		_, err := r.Event()
		require.Error(t, err)
	}
}

func TestPositions(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]Position{"": {}, "0": {}, "17.9f31c2aa": {17, "9f31c2aa"}} {
		p, err := ParsePosition(s)
		require.NoError(t, err)
		require.Equal(t, want, p)
	}
	require.Equal(t, "17.9f31c2aa", Position{17, "9f31c2aa"}.String())
	require.Equal(t, "0", Position{}.String())
	for _, s := range []string{"17", "17.", ".9f31c2aa", "-1.9f31c2aa", "0.9f31c2aa", "+17.9f31c2aa", "017.9f31c2aa", "17.9F31C2AA", "17.9f31c2a", "17.9f31c2aaa",
		"17.9f31c2ag", "99999999999999999999.9f31c2aa", "x"} {
		_, err := ParsePosition(s)
		require.Equal(t, CodeInvalid, CodeOf(err), s)
	}
}

// Every event of the vocabulary survives the log.
func TestEventsRoundTrip(t *testing.T) {
	t.Parallel()
	_, _, events := Vocabulary()
	require.Len(t, events, len(facts))
	for _, f := range events {
		r, _, err := Head{}.Seal("c", Event{Channel: Room, Fact: f}, nil)
		require.NoError(t, err)
		back, err := r.Event()
		require.NoError(t, err)
		require.Equal(t, f, back.Fact)
		require.True(t, json.Valid(r.Wire()))
	}
}
