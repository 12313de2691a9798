package faults

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/stretchr/testify/require"

	"hejie/e2e/client"
	"hejie/negotiation"
	"hejie/server/store"
)

// judge compares the log with what the parties were told, and the derived tables with the log. No replica runs any more.
func (w *world) judge() {
	t := w.t
	t.Helper()
	said, err := w.p.Command("verify")
	require.NoError(t, err)
	require.True(t, strings.HasPrefix(said, fmt.Sprintf("%d cases,", len(w.rooms)+1+len(w.ripe)+len(w.soon)+len(w.filer.made))), "%d filings were answered: %s", len(w.filer.made), said)
	require.Contains(t, said, "all chains hold")

	s, err := store.Open(w.p.Database(), store.Options{})
	require.NoError(t, err)
	logs := map[string][]client.Event{}
	for _, r := range w.rooms {
		logs[r.Case] = w.log(s, r.Case)
	}
	acked, again, refused, cuts := 0, 0, 0, 0
	for _, p := range w.parties {
		p.judge(logs[p.room.Case])
		acked, again, refused, cuts = acked+len(p.acked), again+p.again, refused+p.refused, cuts+p.cuts
	}
	t.Logf("%d commands acknowledged, %d sent again, %d unavailable, %d sockets ended, %d cases filed, %d due", acked, again, refused, cuts, len(w.filer.made), len(w.ripe))
	for _, r := range w.ripe {
		w.once(w.log(s, r.Case), "deadline_passed first_response", "deadline_passed negotiation", "deadline_passed offer:1", "case_escalated ")
	}
	for _, r := range w.soon {
		w.once(w.log(s, r.Case), "deadline_passed first_response")
	}
	seen := map[string]bool{}
	for id, caseID := range w.filer.made {
		require.False(t, seen[caseID], "two filings in one case")
		seen[caseID] = true
		events := w.log(s, caseID)
		require.NotEmpty(t, events, "the filing %s was answered, and lost", id)
		require.Equal(t, "case_filed", events[0].Type)
	}

	var before, after bytes.Buffer
	require.NoError(t, s.DumpDerived(t.Context(), &before))
	require.NoError(t, s.Rebuild(t.Context()))
	require.NoError(t, s.DumpDerived(t.Context(), &after))
	require.True(t, bytes.Equal(before.Bytes(), after.Bytes()), "the derived tables are not what the log says")
	require.NoError(t, s.Close())
	_, err = w.p.Command("doctor", "--rebuild")
	require.NoError(t, err)
}

// log of a case's room, without a gap.
func (w *world) log(s *store.Store, caseID string) (events []client.Event) {
	w.t.Helper()
	for after := int64(0); ; {
		page, err := s.Records(w.t.Context(), caseID, negotiation.Room, after, 1000)
		require.NoError(w.t, err)
		for _, r := range page {
			e := client.Event{Raw: string(r.Wire())}
			require.NoError(w.t, json.Unmarshal(r.Wire(), &e))
			require.Equal(w.t, after+1, e.Seq)
			after = e.Seq
			events = append(events, e)
		}
		if len(page) == 0 {
			return events
		}
	}
}

// judge a party: it read the log, and what was acknowledged is there, once, at its place, after what was acknowledged before it was sent.
func (p *party) judge(log []client.Event) {
	t := p.w.t
	t.Helper()
	require.Len(t, p.read, len(log), "%s did not read to the end", p.name)
	for i, e := range p.read {
		if log[i].Raw != e.Raw {
			require.JSONEq(t, log[i].Raw, e.Raw, "%s was read as something else", p.name)
		}
	}
	places := map[string]int64{}
	for i, e := range log {
		require.False(t, i > 0 && e.At.Before(log[i-1].At), "time went back: %s after %s", e.Raw, log[max(0, i-1)].Raw)
		if e.Content.Text == "" {
			continue
		}
		require.Zero(t, places[e.Content.Text], "%s is in the log twice", e.Content.Text)
		places[e.Content.Text] = e.Seq
	}
	require.Empty(t, p.waiting)
	mine := 0
	for text := range places {
		if strings.HasPrefix(text, p.name+"/") {
			mine++
		}
	}
	for i, x := range p.acked {
		require.NotZero(t, places[x.text], "%s was acknowledged, and lost", x.text)
		require.Equal(t, client.Seq(x.position), places[x.text], "%s was acknowledged at another place", x.text)
		for _, y := range p.acked[max(0, i-2*inFlight):i] { // later ones were sent after that was acknowledged
			if y.ack < x.sent || p.refused == 0 {
				require.Less(t, places[y.text], places[x.text], "%s comes before %s, which was sent later", x.text, y.text)
			}
		}
	}
	require.Equal(t, len(p.acked), mine, "%s: not everything in the log was acknowledged", p.name)
}

// once: each deadline took effect once, and nothing else happened after the filing.
func (w *world) once(events []client.Event, kinds ...string) {
	w.t.Helper()
	count := map[string]int{}
	for _, e := range events {
		if e.Type != "reminded" {
			count[e.Type+" "+e.Deadline]++
		}
	}
	want := map[string]int{"case_filed ": 1, "offer_made ": 1}
	for _, kind := range kinds {
		want[kind] = 1
	}
	require.Equal(w.t, want, count)
}
