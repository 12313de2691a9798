package faults

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"hejie/e2e/client"
	"hejie/e2e/platform"
	"hejie/e2e/seed"
	"hejie/negotiation"
	"hejie/server/store"
)

// cutsPerWay is how many places, of all the bytes that go one way, a connection is cut at.
const cutsPerWay = 40

// TestSocketCut cuts the client's socket after each few bytes of a command, of its acknowledgement and of its event: before it was sent,
// in the middle, before it was acknowledged, between acknowledgement and event, and after.
func TestSocketCut(t *testing.T) {
	under(t, func(t *testing.T, chance *rand.Rand) {
		w := newWorld(t, chance, platform.Options{})
		w.sweep(func() *platform.Cable { return w.doors[0] })
	})
}

// TestDatabaseCut cuts the connections to the database at many bytes of what a command makes a replica ask and be answered: before the
// transaction, within it, while it commits, and after.
func TestDatabaseCut(t *testing.T) {
	under(t, func(t *testing.T, chance *rand.Rand) {
		w := newWorld(t, chance, platform.Options{Replicas: 1})
		w.forgiven = torn
		w.sweep(func() *platform.Cable { return w.p.Replicas[0].Database })
	})
}

// TestDatabaseSaysNothing: a database that takes everything and answers nothing, behind a host that is well, keeps nobody waiting: commands
// by HTTP and by sockets and readers are told within a time that it is unavailable. Healed, a command sent again under its id has its effect once.
func TestDatabaseSaysNothing(t *testing.T) {
	under(t, func(t *testing.T, chance *rand.Rand) {
		w := newWorld(t, chance, platform.Options{Replicas: 1})
		w.forgiven = append(w.forgiven, append([]string{"deadline exceeded", "timeout", "not_ready", "tried again"}, torn...)...)
		require.NoError(t, w.start(0))
		r := w.rooms[0]
		s, err := client.Dial(w.url(0), r.Sessions[seed.Desk])
		require.NoError(t, err)
		defer s.Close()
		require.NoError(t, s.Follow(t.Context(), r.Case+"/room", ""))
		said := negotiation.PostMessage{Text: "again"}
		id := uuid.NewString()
		post := func() client.Answer {
			c := client.NewCaller(w.url(0), r.Sessions[seed.Consumer])
			defer c.Close()
			a, err := c.Try(http.MethodPost, "/api/cases/"+r.Case+"/commands", client.Wish(id, said))
			require.NoError(t, err)
			return a
		}
		w.p.Replicas[0].Database.Stall()
		begun := time.Now()
		var asked errgroup.Group
		asked.Go(func() error {
			f, err := s.Do(t.Context(), r.Case, said)
			if err == nil && f.Code != negotiation.CodeUnavailable {
				err = fmt.Errorf("a socket's command: %s", f.Raw)
			}
			return err
		})
		for _, way := range []struct {
			method, path string
			body         any
		}{
			{http.MethodPost, "/api/cases/" + r.Case + "/commands", client.Wish(id, said)},
			{http.MethodGet, "/api/cases/" + r.Case, nil},
			{http.MethodGet, "/api/ranking", nil},
		} {
			asked.Go(func() error {
				c := client.NewCaller(w.url(0), r.Sessions[seed.Consumer])
				defer c.Close()
				a, err := c.Try(way.method, way.path, way.body)
				if err == nil && a.Status != http.StatusServiceUnavailable {
					err = fmt.Errorf("%s %s: %s", way.method, way.path, a)
				}
				return err
			})
		}
		require.NoError(t, asked.Wait())
		took := time.Since(begun)
		t.Logf("all were told after %v", took.Round(time.Millisecond))
		require.Less(t, took, 3*store.Patience)
		w.p.Replicas[0].Database.Heal()
		require.Eventually(t, func() bool { return post().Status == http.StatusOK }, platform.Patience, 20*time.Millisecond)
		require.Equal(t, http.StatusOK, post().Status)
		w.leave()
		w.judge()
	})
}

// sweep over all bytes that one command moves over a cable, each way.
func (w *world) sweep(cable func() *platform.Cable) {
	t := w.t
	require.NoError(t, w.p.Start(0))
	p := &party{w: w, room: w.rooms[0], token: w.rooms[0].Sessions[0], name: "0.0", chance: w.chance}
	w.parties = []*party{p}
	c := cable()
	var moved [2]int64
	p.say(func() { moved = [2]int64{c.Carried(platform.Up), c.Carried(platform.Down)} }, 1)
	for way := range moved {
		moved[way] = c.Carried(platform.Way(way)) - moved[way]
	}
	tries := 0
	for way, bytes := range moved {
		stride := bytes/cutsPerWay + 1
		for n := w.chance.Int64N(stride); n <= bytes; n += stride {
			p.say(func() { c.DropAfter(platform.Way(way), n) }, 20)
			tries++
		}
	}
	c.Heal()
	t.Logf("a command moves %v bytes; cut %d times of %d, %d noticed, %d sent again, %d unavailable", moved, c.Torn(), tries, p.cuts, p.again, p.refused)
	require.Greater(t, c.Torn(), tries/2, "the cuts cut nothing")
	w.leave()
	w.judge()
}

// say one thing, after making ready what may happen to it, until it was acknowledged and read, in so many visits at most.
func (p *party) say(ready func(), visits int) {
	t := p.w.t
	t.Helper()
	var err error
	for what := p.sent + 1; visits > 0; visits-- {
		if err = p.saying(t.Context(), what, ready); err == nil {
			return
		}
		p.cuts++
		require.NotErrorAs(t, err, new(wrong))
	}
	require.NoError(t, err)
}

// saying the thing of that number, unless it was said before.
func (p *party) saying(ctx context.Context, number int, ready func()) (err error) {
	s, err := p.enter(ctx)
	if err != nil {
		return err
	}
	defer func() { err = p.left(s, err) }()
	if err := p.repeat(ctx, s); err != nil {
		return err
	}
	if p.sent < number {
		ready()
		if err := p.ask(s); err != nil {
			return err
		}
	}
	for len(p.waiting) > 0 {
		if err := p.take(ctx, s); err != nil {
			return err
		}
	}
	end := client.Seq(p.acked[len(p.acked)-1].position)
	return s.Until(ctx, func(seen client.Seen) bool { return client.Seq(seen.Channels[p.channel()].Position) >= end })
}
