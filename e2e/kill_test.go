package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/gorilla/websocket"
	"github.com/stretchr/testify/require"

	"hejie/e2e/seed"
	"hejie/negotiation"
	"hejie/server/store"
)

// What the power cuts meet.
const (
	cuts     = 50
	rooms    = 12  // with a socket at work on each side
	dueFirst = 400 // cases whose deadlines have all passed at the first start
	dueLater = 30  // and so many more before every fifth
	inFlight = 6   // commands of a socket that wait for their answer
)

// TestKill pulls the plug of the real binary at random moments, while sockets send, a consumer files and deadlines are due. Clients
// come back and send what was not acknowledged again, under the same ids. Then nothing acknowledged may be lost, nothing be there twice.
func TestKill(t *testing.T) {
	t.Parallel()
	number := uint64(time.Now().UnixNano())
	t.Logf("seed %d", number)
	chance := rand.New(rand.NewPCG(number, 0))
	dir := filepath.Join(t.TempDir(), "data")
	o := seed.Unlimited()
	busy := seedRooms(t, dir, o, rooms)
	ripe := ripen(t, dir, busy[0].Enterprise, dueFirst)

	var parties []*party
	for i, r := range busy {
		for side, token := range r.Sessions {
			parties = append(parties, &party{room: r, token: token, name: fmt.Sprintf("%d.%d", i, side), side: side})
		}
	}
	files := &filer{token: busy[0].Sessions[seed.Consumer], enterprise: busy[0].Enterprise}

	for n := range cuts + 1 {
		if n%5 == 4 {
			ripe = append(ripe, ripen(t, dir, busy[0].Enterprise, dueLater)...)
		}
		s := launch(t, dir, "serve", "--limits", filepath.Join(dir, "limits.json"))
		if n%10 == 9 { // while it starts, too
			s.after(time.Duration(chance.Int64N(int64(60 * time.Millisecond))))
			s = launch(t, dir, "serve", "--limits", filepath.Join(dir, "limits.json"))
		}
		s.listening()
		last := n == cuts
		ctx, stop := context.WithCancel(t.Context())
		var work sync.WaitGroup
		for _, p := range parties {
			work.Go(func() { p.run(ctx, s, last) })
		}
		work.Go(func() { files.run(ctx, s, last) })
		if !last {
			s.after(time.Duration(chance.Int64N(int64(350 * time.Millisecond))))
			stop()
		}
		work.Wait()
		stop()
		if last {
			s.ripened(ripe)
			s.stop()
		}
		for _, p := range parties {
			require.NoError(t, p.broken)
		}
		require.NoError(t, files.broken)
	}

	acked := 0
	for _, p := range parties {
		acked += len(p.acked)
		require.Empty(t, p.waiting)
	}
	t.Logf("%d commands acknowledged, %d sent again, %d cases filed, %d due", acked, again.Load(), len(files.made), len(ripe))
	require.Greater(t, acked, cuts*rooms, "too little load to mean anything")
	require.Positive(t, again.Load(), "no command was cut off")
	judge(t, dir, parties, files, ripe)
}

// again counts commands that were sent once more after a cut.
var again atomic.Int64

// after pulls the plug when the time is over.
func (s *server) after(d time.Duration) {
	s.t.Helper()
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-s.ended:
	}
	s.kill()
}

// ripen adds cases all of whose deadlines have passed.
func ripen(t *testing.T, dir, enterprise string, n int) []seed.Room {
	t.Helper()
	o := seed.Unlimited()
	o.Age = 12
	in, err := seed.Open(dir, o)
	require.NoError(t, err)
	list, err := in.Rooms(t.Context(), enterprise, n)
	require.NoError(t, err)
	require.NoError(t, in.Close())
	return list
}

// ripened waits until the server has walked every case that was due.
func (s *server) ripened(ripe []seed.Room) {
	s.t.Helper()
	w := s.wire(ripe[0].Sessions[seed.Desk]) // of the enterprise that all are against
	for _, r := range ripe {
		name := r.Case + "/room"
		require.NoError(s.t, w.follow(s.t.Context(), name, ""))
		err := w.until(s.t.Context(), func() bool {
			return slices.ContainsFunc(w.channels[name].events, func(e event) bool { return e.Type == "case_escalated" })
		})
		require.NoError(s.t, err, "nothing became of what was due: %+v", w.events(name))
		require.NoError(s.t, w.send(map[string]any{"unsubscribe": map[string]string{"channel": name}})) // a socket follows a few dozen at once
	}
}

// party sends messages and offers over its socket, and remembers what was acknowledged. It outlives servers.
type party struct {
	room    seed.Room
	token   string
	name    string
	side    int
	sent    int
	waiting []task  // in the order in which they were sent
	acked   []task  //
	read    []event // of the room, over all sockets
	at      string  // position after them
	broken  error   // what must never happen
	mu      sync.Mutex
}

// task is a command with a text that no other has.
type task struct {
	id, text string
	cmd      negotiation.Command
	position string // from the acknowledgement
}

func (p *party) next() task {
	p.sent++
	x := task{id: uuid.NewString(), text: fmt.Sprintf("%s/%d", p.name, p.sent)}
	x.cmd = negotiation.PostMessage{Text: x.text}
	if p.sent%7 == 0 {
		x.cmd = negotiation.MakeOffer{ValidDays: 5, Text: x.text, Items: []negotiation.Item{{By: negotiation.SideEnterprise, Remedy: negotiation.Refund,
			Amount: new(negotiation.CNY(10000)), Due: negotiation.Due{Days: 3, Unit: negotiation.WorkingDays}}}}
	}
	return x
}

// run works until the socket breaks, or, to finish, until everything is acknowledged.
func (p *party) run(ctx context.Context, s *server, finish bool) {
	w, err := s.dial(p.token)
	if errors.Is(err, websocket.ErrBadHandshake) {
		p.broken = err
	}
	if err != nil {
		return // cut already
	}
	defer w.close()
	name := p.room.Case + "/room"
	if err := w.follow(ctx, name, p.at); err != nil {
		p.lost(w, err)
		return
	}
	// Once more what was acknowledged last: the answer must be the same one. Then, in their order, what was not.
	if n := len(p.acked); n > 0 {
		last := p.acked[n-1]
		if p.ask(w, last) != nil {
			p.lost(w, nil)
			return
		}
		if f, err := w.reply(ctx, last.id); err == nil && f.Positions[name] != last.position {
			p.broken = fmt.Errorf("%s was acknowledged at %s, and again: %s", last.text, last.position, f.raw)
		}
	}
	for _, x := range p.waiting {
		again.Add(1)
		if p.ask(w, x) != nil {
			p.lost(w, nil)
			return
		}
	}
	for {
		for len(p.waiting) < inFlight && !finish {
			x := p.next()
			p.waiting = append(p.waiting, x) // before it is sent: what becomes of it is not known from here on
			if p.ask(w, x) != nil {
				break
			}
		}
		if len(p.waiting) == 0 {
			break
		}
		x := p.waiting[0]
		f, err := w.reply(ctx, x.id)
		if err != nil {
			p.lost(w, err)
			return
		}
		if f.Ack == "" {
			p.broken = fmt.Errorf("%s was refused: %s", x.text, f.raw)
			return
		}
		x.position = f.Positions[name]
		p.acked, p.waiting = append(p.acked, x), p.waiting[1:]
	}
	p.lost(w, nil)
}

func (p *party) ask(w *wire, x task) error { return w.ask(x.id, p.room.Case, x.cmd) }

// lost keeps what the socket had brought. An event out of order is no cut.
func (p *party) lost(w *wire, err error) {
	w.close()
	w.mu.Lock()
	defer w.mu.Unlock()
	if c := w.channels[p.room.Case+"/room"]; c != nil {
		p.read, p.at = append(p.read, c.events...), c.position
	}
	if errors.Is(w.err, errOrder) || errors.Is(err, context.DeadlineExceeded) {
		p.broken = errors.Join(w.err, err)
	}
}

// filer files cases by HTTP, each until it was answered.
type filer struct {
	token, enterprise string
	id                string            // of the filing under way
	made              map[string]string // filing → case
	broken            error
}

func (f *filer) run(ctx context.Context, s *server, finish bool) {
	c := s.as(f.token)
	if f.made == nil {
		f.made = map[string]string{}
	}
	for ctx.Err() == nil {
		if f.id == "" {
			if finish {
				return
			}
			f.id = uuid.NewString()
		}
		a, err := c.try(http.MethodPost, "/api/cases", filing(f.id, seed.Filing(f.enterprise)))
		if err != nil {
			return
		}
		var made struct{ Case string }
		if err := json.Unmarshal(a.body, &made); err != nil || a.status != http.StatusCreated {
			f.broken = fmt.Errorf("filing: %s", a)
			return
		}
		f.made[f.id], f.id = made.Case, ""
	}
}

// judge compares the log with what the clients know, and the derived tables with the log.
func judge(t *testing.T, dir string, parties []*party, files *filer, ripe []seed.Room) {
	t.Helper()
	require.Contains(t, hejie(t, dir, "verify"), "all chains hold")

	s, err := store.Open(filepath.Join(dir, "hejie.db"), store.Options{})
	require.NoError(t, err)
	log := func(caseID string) (events []event) {
		for after := int64(0); ; {
			page, err := s.Records(t.Context(), caseID, negotiation.Room, after, 1000)
			require.NoError(t, err)
			for _, r := range page {
				e := event{raw: string(r.Wire())}
				require.NoError(t, json.Unmarshal(r.Wire(), &e))
				require.Equal(t, after+1, e.Seq)
				after = e.Seq
				events = append(events, e)
			}
			if len(page) == 0 {
				return events
			}
		}
	}
	for _, p := range parties {
		events := log(p.room.Case)
		for i, e := range p.read {
			require.JSONEq(t, events[i].raw, e.raw, "%s was read as something else", p.name)
		}
		places := map[string]int64{}
		for _, e := range events {
			if e.Content.Text == "" {
				continue
			}
			require.NotContains(t, places, e.Content.Text, "twice in the log")
			places[e.Content.Text] = e.Seq
		}
		before := int64(0)
		for _, x := range p.acked {
			require.Contains(t, places, x.text, "acknowledged, and lost")
			require.Equal(t, seqOf(x.position), places[x.text], "acknowledged at another place")
			require.Greater(t, places[x.text], before, "out of the order in which it was sent")
			before = places[x.text]
		}
	}
	for _, r := range ripe {
		count := map[string]int{}
		for _, e := range log(r.Case) {
			count[e.Type+" "+e.Deadline]++
		}
		require.Equal(t, map[string]int{"case_filed ": 1, "offer_made ": 1, "deadline_passed first_response": 1, "deadline_passed negotiation": 1,
			"deadline_passed offer:1": 1, "case_escalated ": 1}, dropReminders(count))
	}
	seen := map[string]bool{}
	for id, caseID := range files.made {
		require.False(t, seen[caseID], "two filings in one case")
		seen[caseID] = true
		events := log(caseID)
		require.NotEmpty(t, events, "the filing %s was answered, and lost", id)
		require.Equal(t, "case_filed", events[0].Type)
	}

	var before, after bytes.Buffer
	require.NoError(t, s.DumpDerived(t.Context(), &before))
	require.NoError(t, s.Rebuild(t.Context()))
	require.NoError(t, s.DumpDerived(t.Context(), &after))
	require.True(t, bytes.Equal(before.Bytes(), after.Bytes()), "the derived tables are not what the log says")
	require.NoError(t, s.Close())
	hejie(t, dir, "doctor", "--rebuild")
	require.Contains(t, hejie(t, dir, "verify"), "all chains hold")
}

func dropReminders(count map[string]int) map[string]int {
	for key := range count {
		if len(key) >= 8 && key[:8] == "reminded" {
			delete(count, key)
		}
	}
	return count
}
