package faults

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"hejie/e2e/client"
	"hejie/e2e/platform"
	"hejie/e2e/seed"
)

// What faults meet.
const (
	rooms    = 8   // with a socket at work on each side
	dueFirst = 100 // cases whose deadlines have all passed at the first start
	dueLater = 10  // and so many more now and then
)

// world is a platform with people at work on it.
type world struct {
	t          *testing.T
	chance     *rand.Rand
	p          *platform.Platform
	doors      []*platform.Cable // one in front of each replica
	enterprise string
	rooms      []seed.Room
	quiet      seed.Room   // where nobody is at work: no later message tells of one that was not told
	ripe       []seed.Room // whose deadlines are all due
	soon       []seed.Room // whose first response is due at the end of the next working day
	parties    []*party
	filer      *filer
	forgiven   []string // words of errors in replicas' logs that belong to the faults

	work    *errgroup.Group
	ctx     context.Context // ends with the first that goes wrong
	end     context.CancelFunc
	stop    chan struct{}    // closed when it is enough
	drained chan *party      // all of whose commands are answered
	heads   chan struct{}    // closed when head is known
	head    map[string]int64 // the last seq of each room
}

// newWorld seeds a platform; no replica runs.
func newWorld(t *testing.T, chance *rand.Rand, o platform.Options) *world {
	t.Helper()
	w := &world{t: t, chance: chance, filer: &filer{}, stop: make(chan struct{}), heads: make(chan struct{}), head: map[string]int64{}}
	var err error
	if o.Binary == "" {
		o.Binary, err = binary()
		require.NoError(t, err)
	}
	if o.Replicas > 0 {
		o.NATS, err = natsServer()
		require.NoError(t, err)
	}
	limits := filepath.Join(t.TempDir(), "limits.json")
	o.Flags = append(o.Flags, "--limits", limits)
	w.p, err = platform.New(o)
	t.Cleanup(w.close)
	require.NoError(t, err)
	so := seed.Unlimited()
	so.Limits.DeskIdle, so.Limits.DeskMax = so.Limits.ConsumerIdle, so.Limits.ConsumerMax // a clock that jumps ends no session
	b, err := json.Marshal(so.Limits)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(limits, b, 0o600))
	in, err := w.p.Seed(so)
	require.NoError(t, err)
	w.enterprise, err = in.Enterprise(t.Context())
	require.NoError(t, err)
	all, err := in.Rooms(t.Context(), w.enterprise, rooms+1)
	require.NoError(t, err)
	w.rooms, w.quiet = all[:rooms], all[rooms]
	require.NoError(t, in.Close())
	for _, r := range w.p.Replicas {
		c, err := platform.NewCable("tcp", strings.TrimPrefix(r.URL, "http://"))
		require.NoError(t, err)
		w.doors = append(w.doors, c)
	}
	return w
}

func (w *world) close() {
	if w.end != nil {
		w.end()
		if w.work.Wait() != nil && w.t.Failed() {
			w.t.Log("others ended too")
		}
	}
	for _, c := range w.doors {
		require.NoError(w.t, c.Close())
	}
	if w.p != nil {
		w.said()
		require.NoError(w.t, w.p.Close())
	}
}

// said by the replicas, when something went wrong: their last complaints.
func (w *world) said() {
	for i, r := range w.p.Replicas {
		if r.Process == nil || !w.t.Failed() {
			continue
		}
		var bad []string
		for _, line := range r.Out.All() {
			if strings.Contains(line, `"level":"ERROR"`) || !strings.HasPrefix(line, "{") {
				bad = append(bad, line)
			}
		}
		w.t.Logf("replica %d:\n%s", i, strings.Join(bad[max(0, len(bad)-20):], "\n"))
	}
}

// url of a replica, by a cable.
func (w *world) url(door int) string { return "http://" + w.doors[door].Addr() }

// ripen adds cases all of whose deadlines have passed. Over a file no server may have it open.
func (w *world) ripen(n int) {
	w.t.Helper()
	w.ripe = append(w.ripe, w.filed(12, n)...)
}

// filed so many working days ago.
func (w *world) filed(age, n int) []seed.Room {
	w.t.Helper()
	o := seed.Unlimited()
	o.Age = age
	in, err := w.p.Seed(o)
	require.NoError(w.t, err)
	list, err := in.Rooms(w.t.Context(), w.enterprise, n)
	require.NoError(w.t, err)
	require.NoError(w.t, in.Close())
	return list
}

// start a replica and wait until it lets people in: one that finds no database while it starts ends.
func (w *world) start(i int) error {
	return errors.Join(w.p.Start(i), w.p.Ready(context.Background(), i))
}

// begin starts the replicas and lets everybody work: two parties in each room, somebody at each replica who only listens, and one who files.
func (w *world) begin() {
	w.t.Helper()
	for i := range w.doors {
		require.NoError(w.t, w.start(i))
	}
	own := func() *rand.Rand { return rand.New(rand.NewPCG(w.chance.Uint64(), 0)) }
	for i, r := range w.rooms {
		for side, token := range r.Sessions {
			w.parties = append(w.parties, &party{w: w, room: r, token: token, name: fmt.Sprintf("%d.%d", i, side), home: -1, chance: own()})
		}
	}
	for i := range w.doors {
		r := w.rooms[i%len(w.rooms)]
		w.parties = append(w.parties, &party{w: w, room: r, token: r.Sessions[seed.Consumer], name: fmt.Sprintf("listener %d", i), mute: true, home: i, chance: own()})
	}
	w.filer = &filer{w: w, token: w.rooms[0].Sessions[seed.Consumer], chance: own(), made: map[string]string{}}
	w.drained = make(chan *party, len(w.parties))
	ctx, end := context.WithCancel(context.Background())
	w.end = end
	w.work, w.ctx = errgroup.WithContext(ctx)
	for _, p := range w.parties {
		w.work.Go(func() error { return p.run(w.ctx) })
	}
	w.work.Go(func() error { return w.filer.run(w.ctx) })
}

// dwell lets them work for a time, or until something went wrong.
func (w *world) dwell(d time.Duration) {
	w.t.Helper()
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-w.ctx.Done():
		w.broken()
	}
}

// broken tells what went wrong.
func (w *world) broken() {
	w.t.Helper()
	require.NoError(w.t, w.work.Wait())
	require.Fail(w.t, "they ended by themselves")
}

func (w *world) enough() bool {
	select {
	case <-w.stop:
		return true
	default:
		return false
	}
}

// finish after everything was healed, but for faults under which the last things are said.
func (w *world) finish(last ...fault) {
	w.t.Helper()
	w.settle(last...)
	w.leave()
	w.judge()
}

// settle until all have their answers and have read to the end, and what was due has passed. What is said under a fault must be heard
// without anything that is said later.
func (w *world) settle(last ...fault) {
	w.t.Helper()
	for i := range w.p.Replicas {
		require.NoError(w.t, w.p.Ready(w.t.Context(), i))
	}
	for _, f := range last {
		w.t.Logf("%s while the last things are said", f.name)
		require.NoError(w.t, f.throw(w, 0))
	}
	close(w.stop)
	late := time.AfterFunc(recovery, w.end)
	defer late.Stop()
	for range w.parties {
		select {
		case <-w.drained:
		case <-w.ctx.Done():
			w.broken()
		}
	}
	require.NoError(w.t, w.passed(w.ripe, "case_escalated"))
	for _, r := range w.rooms {
		w.head[r.Case] = client.Seq(w.position(0, r))
	}
	for _, f := range last {
		require.NoError(w.t, f.heal(w, 0))
	}
	close(w.heads)
	require.NoError(w.t, w.work.Wait())
	w.end()
}

// leave: the replicas end in order.
func (w *world) leave() {
	w.t.Helper()
	for i, r := range w.p.Replicas {
		require.NoError(w.t, w.p.Stop(i))
		require.Empty(w.t, r.Complaint(w.forgiven...), "replica %d", i)
	}
}

// position of the end of a room, as a replica tells it.
func (w *world) position(replica int, r seed.Room) string {
	w.t.Helper()
	c := client.NewCaller(w.p.Replicas[replica].URL, r.Sessions[seed.Consumer])
	defer c.Close()
	a, err := c.Try(http.MethodGet, "/api/cases/"+r.Case, nil)
	require.NoError(w.t, err)
	require.Equal(w.t, http.StatusOK, a.Status, a)
	var v struct{ Positions map[string]string }
	require.NoError(w.t, json.Unmarshal(a.Body, &v))
	return v.Positions[r.Case+"/room"]
}

// passed waits until every case has an event of that type.
func (w *world) passed(cases []seed.Room, kind string) error {
	if len(cases) == 0 {
		return nil
	}
	s, err := client.Dial(w.p.Replicas[0].URL, cases[0].Sessions[seed.Desk]) // of the enterprise that all are against
	if err != nil {
		return err
	}
	defer s.Close()
	for _, r := range cases {
		name := r.Case + "/room"
		if err := s.Follow(w.ctx, name, ""); err != nil {
			return err
		}
		err := s.Until(w.ctx, func(seen client.Seen) bool {
			return slices.ContainsFunc(seen.Channels[name].Events, func(e client.Event) bool { return e.Type == kind })
		})
		if err != nil {
			c, _ := s.Heard(name)
			return errors.Join(fmt.Errorf("nothing became of what was due: %+v", c.Events), err)
		}
		if err := s.Leave(name); err != nil { // a socket follows a few dozen at once
			return err
		}
	}
	return nil
}
