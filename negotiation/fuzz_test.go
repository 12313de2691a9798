package negotiation

import (
	"bytes"
	"encoding/json"
	"errors"
	"math/big"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// refusal says that an error is one of those that its reader expects, and that it can be told.
func refusal(t *testing.T, err error, codes ...string) {
	t.Helper()
	var e *Error
	require.ErrorAs(t, err, &e)
	require.Contains(t, codes, e.Code, "%v", err)
	_, err = json.Marshal(e.Params)
	require.NoError(t, err)
}

var unreadable = []string{CodeMalformed, CodeUnknownField, CodeRepeatedField, CodeUnknownCommand, CodeRequired}

// terms that a fuzzer means: bytes are choices, most of which the rules take, so that it does not stay at the door of JSON.
type terms []byte

func (f *terms) pick(n int) int {
	if len(*f) == 0 {
		return 0
	}
	b := (*f)[0]
	*f = (*f)[1:]
	return int(b) % n
}

func (f *terms) offer() (o MakeOffer) {
	words := []string{"", "券", "<\u2028>&\U0010ffff", " ", strings.Repeat("长", maxDescription+1)}
	for range f.pick(9) {
		it := Item{By: []Side{SideEnterprise, SideConsumer, SideBureau}[f.pick(16)*2/15], Description: words[f.pick(len(words))]}
		it.Remedy = append(Remedies[:len(Remedies):len(Remedies)], "magic")[f.pick(len(Remedies)+1)]
		if n := f.pick(8); n > 0 {
			it.Amount = &Money{"CNY", []int64{-1, 0, 1, 9999, 60001, MaxMinor, MaxMinor + 1}[n-1]}
		}
		it.Due = Due{Days: f.pick(100) - 2, Unit: []Unit{WorkingDays, CalendarDays, "weeks"}[f.pick(16)*2/15]}
		if n := f.pick(16); n < 10 {
			it.Due.After = new(n - 2)
		}
		o.Items = append(o.Items, it)
	}
	o.ValidDays, o.Text, o.Reason = f.pick(13), words[f.pick(len(words))], words[f.pick(len(words))]
	return o
}

// FuzzOffers puts whatever terms on the table, and then others: each are refused clearly, or become an offer that is what was said, is
// accepted as it was read and is to be performed in time; and the word of an enterprise does not become less.
func FuzzOffers(f *testing.F) {
	f.Add([]byte("\x01\x00\x00\x00\x04\x05\x00\x0f\x03\x00\x00\x01\x00\x00\x00\x05\x05\x00\x0f\x05\x00\x00"))
	f.Add([]byte("\x02\x00\x01\x02\x00\x09\x08\x02\x08\x01\x01\x00\x09\x00\x0f\x0a\x01\x00"))
	f.Fuzz(func(t *testing.T, choices []byte) {
		from, s := terms(choices), newScenario(t)
		for len(from) > 0 {
			by := []Actor{agent, mei}[from.pick(2)]
			said := from.offer()
			cmd, err := DecodeCommand(marshalled(t, AnyCommand{said}))
			require.NoError(t, err)
			require.Equal(t, said, cmd)
			before, open := s.c.OpenOffer()
			if err := s.try(by, cmd); err != nil {
				refusal(t, err, CodeRequired, CodeInvalid, CodeTooLong, CodeOutOfRange, CodeNoEnterpriseItem, CodeReasonRequired, CodeOfferBinds, CodeTooManyOffers)
				continue
			}
			after, _ := s.c.OpenOffer()
			require.Equal(t, Digest(said.Items, said.Text), after.Digest)
			require.Equal(t, said.Items, joined(s.events[len(s.events)-1]), "facts and content together are what was said")
			if open && before.By == by.Side() && by == agent {
				require.GreaterOrEqual(t, after.Total(), before.Total())
				require.False(t, after.ValidUntil.Before(before.ValidUntil))
			}
		}
		o, _ := s.c.OpenOffer()
		s.do(map[Side]Actor{SideEnterprise: mei, SideConsumer: agent}[o.By], AcceptOffer{Offer: o.Number, Digest: o.Digest})
		for i, p := range s.c.Agreement.Items {
			if d, ok := s.c.Deadline(Performance.of(i)); ok {
				latest := s.env.At.AddDate(0, 0, s.c.Rules.MaxDue+12) // the longest holidays, and the day itself
				require.True(t, d.Due.After(s.env.At) && d.Due.Before(latest), "%v: %v", p, d.Due)
			}
		}
	})
}

// joined puts the descriptions of an offer back to its items.
func joined(e Event) []Item {
	items := slices.Clone(e.Fact.(OfferMade).Items)
	if e.Content != nil {
		for i, d := range e.Content.Items {
			items[i].Description = d
		}
	}
	return items
}

// FuzzMoney reads amounts: exactly what is written, or a refusal.
func FuzzMoney(f *testing.F) {
	for _, s := range []string{`{"currency":"CNY","minor":15000}`, `{"minor":-1,"currency":"cny"}`, `{"minor":1e2}`, `{"minor":1.0}`, `{"minor":9223372036854775808}`,
		`{"currency":"CNY","minor":0}`, `{"minor":null}`, `null`, `{"currency":"CNY","minor":1000000001}`, `{"minor":-0}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		var m Money
		if err := DecodeStrict(b, &m); err != nil {
			refusal(t, err, unreadable...)
			return
		}
		var written struct{ Minor json.Number }
		d := json.NewDecoder(bytes.NewReader(b))
		d.UseNumber()
		require.NoError(t, d.Decode(&written))
		if written.Minor != "" {
			n, ok := new(big.Rat).SetString(written.Minor.String())
			require.True(t, ok && n.Cmp(new(big.Rat).SetInt64(m.Minor)) == 0, "%s became %d", written.Minor, m.Minor)
		}
		var back Money
		require.NoError(t, DecodeStrict(marshalled(t, m), &back))
		require.Equal(t, m, back)
		if err := m.check("amount"); err != nil {
			refusal(t, err, CodeInvalid, CodeOutOfRange)
			return
		}
		require.True(t, m.Currency == "CNY" && m.Minor >= 1 && m.Minor <= MaxMinor)
	})
}

// FuzzPosition reads where a reader stands; what is taken is written the same.
func FuzzPosition(f *testing.F) {
	for _, s := range []string{"", "0", "17.9f31c2aa", "017.9f31c2aa", "17.9F31C2AA", "-1.00000000", "9223372036854775807.ffffffff", "1.", ".", "1.9f31c2a"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		p, err := ParsePosition(s)
		var e *Error
		if errors.As(err, &e) {
			require.Equal(t, [2]string{CodeInvalid, "since"}, [2]string{e.Code, e.Field})
			return
		}
		require.True(t, p.String() == s || s == "" && p.String() == "0")
	})
}

func marshalled(t testing.TB, v any) []byte {
	t.Helper()
	b, err := json.Marshal(v)
	require.NoError(t, err)
	return b
}
