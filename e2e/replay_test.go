package e2e

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"hejie/e2e/client"
	"hejie/e2e/seed"
	"hejie/negotiation"
)

// dialogues of real people who divide camping supplies (CaSiNo: Chawla et al., NAACL 2021, CC BY 4.0). Their texts stay where they are.
const dialogues = "../../shared/data/casino_sample.jsonl"

// dialogue in the event form: agent 1 is the consumer here, agent 2 the enterprise.
type dialogue struct {
	ID      int
	Outcome string // settled, walked
	Events  []act
}

type act struct {
	Actor string
	Type  string // message, offer, accept, reject, quit
	Text  string
	Gets  map[string]int `json:"proposer_gets"`
	Other map[string]int `json:"other_gets"`
}

// TestReplay plays each dialogue through two sockets of the real binary. Every event must arrive on both, in order, once, and the
// case must end as the people ended it.
func TestReplay(t *testing.T) {
	t.Parallel()
	f, err := os.Open(dialogues)
	if errors.Is(err, fs.ErrNotExist) {
		t.Skipf("the dialogues are not on this machine: %s", dialogues)
	}
	require.NoError(t, err)
	var all []dialogue
	for lines := bufio.NewScanner(f); lines.Scan(); {
		var d dialogue
		require.NoError(t, json.Unmarshal(lines.Bytes(), &d))
		all = append(all, d)
	}
	require.NoError(t, f.Close())
	require.NotEmpty(t, all)

	dir := t.TempDir()
	rooms := seedRooms(t, dir, seed.Options{Limits: seed.Unlimited().Limits, Rules: negotiation.DefaultRules()}, len(all))
	// People type slower than this test: only the number of commands a second is raised, the rules are those of the product.
	s := start(t, dir, "serve", "--limits", dir+"/limits.json")
	t.Run("dialogues", func(t *testing.T) {
		for i, d := range all {
			t.Run(fmt.Sprint(d.ID), func(t *testing.T) {
				t.Parallel()
				r := newReplay(t, s, rooms[i])
				for _, a := range d.Events {
					r.play(a)
				}
				r.ended(d)
			})
		}
	})
}

// seedRooms fills a folder with rooms of two and writes the limits there.
func seedRooms(t *testing.T, dir string, o seed.Options, n int) []seed.Room {
	t.Helper()
	in, err := seed.Open(dir, o)
	require.NoError(t, err)
	enterprise, err := in.Enterprise(t.Context())
	require.NoError(t, err)
	rooms, err := in.Rooms(t.Context(), enterprise, n)
	require.NoError(t, err)
	require.NoError(t, in.WriteJSON("limits.json", o.Limits))
	require.NoError(t, in.Close())
	return rooms
}

// replay is one dialogue being played.
type replay struct {
	t       *testing.T
	s       *server
	room    seed.Room
	channel string
	wires   [2]*client.Wire
	said    []client.Event // what both sides must have read after the filing: by, type and text
	filed   int            // events of the filing
	open    *put           // the offer on the table
	agreed  *put
	offered [2]bool
}

// put is an offer that was made.
type put struct {
	by, number int
	digest     string
	items      []negotiation.Item
}

func newReplay(t *testing.T, s *server, room seed.Room) *replay {
	r := &replay{t: t, s: s, room: room, channel: room.Case + "/room"}
	for i, token := range room.Sessions {
		w, err := client.Dial(s.url, token)
		require.NoError(t, err)
		t.Cleanup(w.Close)
		require.NoError(t, w.Follow(t.Context(), r.channel, ""))
		r.wires[i] = w
	}
	events := heard(r.wires[seed.Desk], r.channel)
	r.filed = len(events)
	claim := events[slices.IndexFunc(events, func(e client.Event) bool { return e.Type == "offer_made" })]
	r.open = &put{by: seed.Consumer, number: claim.Offer, digest: claim.Digest}
	return r
}

// play what somebody did in the dialogue.
func (r *replay) play(a act) {
	r.t.Helper()
	by := seed.Consumer
	if a.Actor == "mturk_agent_2" {
		by = seed.Desk
	}
	switch a.Type {
	case "message":
		r.does(by, negotiation.PostMessage{Text: a.Text}, "message_posted", a.Text)
	case "offer":
		items := terms(by, a)
		made := r.does(by, negotiation.MakeOffer{Items: items, ValidDays: 5}, "offer_made", "")
		r.open = &put{by: by, number: made.Offer, digest: made.Digest, items: items}
		r.offered[by] = true
	case "accept":
		r.does(by, negotiation.AcceptOffer{Offer: r.open.number, Digest: r.open.digest}, "offer_accepted", "")
		r.agreed, r.open = r.open, nil
	case "reject":
		r.decline(by)
	case "quit":
		r.walk(by)
	default:
		require.Fail(r.t, "unknown act", a.Type)
	}
}

// terms of a split: what each side hands over, three things a side.
func terms(by int, a act) []negotiation.Item {
	sides := [2]negotiation.Side{negotiation.SideConsumer, negotiation.SideEnterprise}
	var items []negotiation.Item
	for _, hand := range []struct {
		by    negotiation.Side
		gives map[string]int
	}{{sides[1-by], a.Gets}, {sides[by], a.Other}} {
		for _, what := range []string{"Firewood", "Food", "Water"} {
			items = append(items, negotiation.Item{By: hand.by, Remedy: negotiation.Other, Description: fmt.Sprintf("%s: %d", what, hand.gives[what]),
				Due: negotiation.Due{Days: 3, Unit: negotiation.WorkingDays}})
		}
	}
	return items
}

func (r *replay) decline(by int) {
	r.t.Helper()
	r.does(by, negotiation.DeclineOffer{Offer: r.open.number}, "offer_declined", "")
	r.open = nil
}

// walk away: decline what lies open, then leave. An enterprise may send a case on only after an offer of its own (design, "leaving
// early"); one that walks without is refused, and the consumer, who got nothing, sends it on.
func (r *replay) walk(by int) {
	r.t.Helper()
	if r.open != nil && r.open.by != by {
		r.decline(by)
	}
	if by == seed.Consumer {
		r.does(by, negotiation.WithdrawCase{Reason: negotiation.WithdrawNoLonger}, "case_closed", "")
		return
	}
	if !r.offered[by] {
		f := do(r.t, r.wires[by], r.room.Case, negotiation.Escalate{})
		require.Equal(r.t, negotiation.CodeNoOffer, f.Code, f.Raw)
		by = seed.Consumer
	}
	r.does(by, negotiation.Escalate{}, "case_escalated", "")
}

// does sends a command, which must be taken, and waits until both sides have read the event that it made.
func (r *replay) does(by int, cmd negotiation.Command, kind, text string) client.Event {
	r.t.Helper()
	f := do(r.t, r.wires[by], r.room.Case, cmd)
	require.NotEmpty(r.t, f.Ack, f.Raw)
	seq := int(client.Seq(f.Positions[r.channel]))
	require.Equal(r.t, r.filed+len(r.said)+1, seq, "the command made one event")
	side := [2]negotiation.Side{negotiation.SideConsumer, negotiation.SideEnterprise}[by]
	r.said = append(r.said, client.Event{By: negotiation.By{Side: side}, Type: kind, Content: negotiation.Content{Text: text}})
	for _, w := range r.wires {
		require.NoError(r.t, w.Until(r.t.Context(), func(s client.Seen) bool { return len(s.Channels[r.channel].Events) >= seq }))
	}
	return heard(r.wires[1-by], r.channel)[seq-1]
}

// ended compares what both sides have read with what was done, with each other and with the log, and the case with the outcome.
func (r *replay) ended(d dialogue) {
	r.t.Helper()
	consumer := r.s.as(r.room.Sessions[seed.Consumer])
	consumer.t = r.t
	page := get[struct {
		Events []json.RawMessage
		More   bool
	}](consumer, "/api/channels/"+r.channel+"/events?limit=500")
	require.False(r.t, page.More)
	for side, w := range r.wires {
		events := heard(w, r.channel)
		require.Len(r.t, events, r.filed+len(r.said))
		for i, e := range events {
			require.EqualValues(r.t, i+1, e.Seq)
			require.JSONEq(r.t, string(page.Events[i]), e.Raw, "side %d reads what the log says", side)
			if i >= r.filed {
				want := r.said[i-r.filed]
				require.Equal(r.t, []any{want.By.Side, want.Type, want.Content.Text}, []any{e.By.Side, e.Type, e.Content.Text})
			}
		}
	}
	v := consumer.look(r.room.Case)
	if d.Outcome != "settled" {
		require.Contains(r.t, []negotiation.Phase{negotiation.PhaseClosed, negotiation.PhaseEscalated}, v.Case.Phase)
		require.Nil(r.t, v.Case.Agreement)
		return
	}
	require.Equal(r.t, negotiation.PhaseAgreed, v.Case.Phase)
	require.NotNil(r.t, r.agreed, "somebody accepted")
	require.Equal(r.t, r.agreed.number, v.Case.Agreement.Offer)
	require.Len(r.t, v.Case.Agreement.Items, len(r.agreed.items))
	i := slices.IndexFunc(v.Texts.Offers, func(o struct {
		Offer int
		Items []string
	}) bool {
		return o.Offer == r.agreed.number
	})
	require.GreaterOrEqual(r.t, i, 0)
	for n, it := range r.agreed.items {
		require.Equal(r.t, it.By, v.Case.Agreement.Items[n].By)
		require.Equal(r.t, it.Description, v.Texts.Offers[i].Items[n])
	}
}
