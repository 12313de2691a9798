// Package linear races the two sides of cases against each other on the real program and asks whether everybody could have seen what they
// saw, had there been one offer, one table and one clerk who did one thing after the other: linearizability, judged by porcupine.
//
// # Pattern
//
// Each case is a history of its own: four devices, two a side, look at it, offer, withdraw, accept and decline at any replica, while
// replicas are killed, cut off from the database and from each other. A command without an answer is sent again under its id, or given
// up: it may then have taken effect at any later time, or never. model_test.go is the clerk. The seed, which is printed (package soak), wants
// the same things again and makes the same trouble.
package linear

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
	"golang.org/x/sync/errgroup"

	"hejie/e2e/platform"
	"hejie/e2e/seed"
	"hejie/e2e/soak"
	"hejie/negotiation"
)

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "hejie-linear-")
	if err == nil {
		programs = sync.OnceValues(func() (o platform.Options, err error) {
			o.Binary, err = platform.Build(dir)
			if err == nil {
				o.NATS, err = platform.BuildNATS(dir)
			}
			return o, err
		})
		goleak.VerifyTestMain(m, goleak.Cleanup(func(code int) {
			if err := os.RemoveAll(dir); err != nil {
				fmt.Fprintln(os.Stderr, err)
				code = 1
			}
			os.Exit(code)
		}))
	}
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

// programs are built once.
var programs func() (platform.Options, error)

func TestReplicasAreLinear(t *testing.T) {
	soak.Under(t, 2, func(t *testing.T, number uint64) { race(t, 3, number) })
}

func TestOneFileIsLinear(t *testing.T) {
	soak.Under(t, 2, func(t *testing.T, number uint64) { race(t, 0, number) })
}

// What races.
const (
	atOnce  = 4  // cases
	things  = 12 // that each device wants
	aSecond = 40 // cases at most
)

// How long one platform is raced on, and to soak.
const (
	lap     = 4 * time.Second
	longLap = time.Minute
)

func race(t *testing.T, replicas int, number uint64) {
	within := lap
	if soak.Time(t) > 0 {
		within = longLap
	}
	o, err := programs()
	require.NoError(t, err)
	o.Replicas = replicas
	p, err := platform.New(o)
	if p != nil {
		t.Cleanup(func() { require.NoError(t, p.Close()) })
	}
	require.NoError(t, err)
	_, rooms, err := p.Rooms(t.Context(), aSecond*int(within/time.Second)+1)
	require.NoError(t, err)
	for i := range p.Replicas {
		require.NoError(t, p.Start(i))
	}

	ctx, stop := context.WithTimeout(t.Context(), within)
	defer stop()
	var faults errgroup.Group
	faults.Go(func() error { return trouble(ctx, p, rand.New(rand.NewPCG(number, 0))) })
	var work errgroup.Group
	var judged tally
	colleagues := rooms[len(rooms)-1].Sessions[seed.Desk] // another of the same desk
	for i := range atOnce {
		work.Go(func() error {
			for n := i; n < len(rooms)-1 && ctx.Err() == nil; n += atOnce {
				r := rooms[n]
				tokens := [4]string{r.Sessions[seed.Consumer], r.Sessions[seed.Consumer], r.Sessions[seed.Desk], colleagues}
				if err := judged.one(ctx, p, r.Case, tokens, number+uint64(n)); err != nil {
					return err
				}
			}
			return nil
		})
	}
	require.NoError(t, work.Wait())
	require.NoError(t, faults.Wait())
	t.Logf("%d cases, %d operations, %d of them without an answer, %d commands taken, %d refused", judged.cases, judged.operations, judged.unknown, judged.taken, judged.refused)
	require.Positive(t, judged.unknown, "nothing was cut off")
	require.Greater(t, min(judged.taken, judged.refused), judged.cases, "too little to mean anything")
	for i := range p.Replicas {
		require.NoError(t, p.Stop(i))
	}
	out, err := p.Command("verify")
	require.NoError(t, err, out)
}

// tally of what was judged.
type tally struct {
	mu                                         sync.Mutex
	cases, operations, unknown, taken, refused int
}

// one case: race on it and judge what was seen.
func (n *tally) one(ctx context.Context, p *platform.Platform, caseID string, tokens [4]string, seed uint64) error {
	h := &history{start: time.Now()}
	sides := [4]negotiation.Side{negotiation.SideConsumer, negotiation.SideConsumer, negotiation.SideEnterprise, negotiation.SideEnterprise}
	first := newRacer(h, p, caseID, tokens[0], sides[0], seed)
	defer first.http.CloseIdleConnections()
	for h.found == (table{}) { // nobody is at it yet
		if ctx.Err() != nil {
			return nil
		}
		var err error
		if h.found, err = first.look(ctx); err != nil {
			return err
		}
	}
	var devices errgroup.Group
	for i, token := range tokens {
		r := newRacer(h, p, caseID, token, sides[i], seed+uint64(i)<<32)
		devices.Go(func() error { return r.run(ctx, things) })
	}
	if err := devices.Wait(); err != nil {
		return fmt.Errorf("%s: %w", caseID, err)
	}
	n.count(h)
	return h.judge(caseID)
}

func (n *tally) count(h *history) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.cases++
	n.operations += len(h.list)
	for _, op := range h.list {
		switch a := op.Output.(answer); {
		case a.unknown:
			n.unknown++
		case a.code != "":
			n.refused++
		case a.seq > 0:
			n.taken++
		}
	}
}

// judge is an error when no clerk could have answered so. It names a page that shows the history.
func (h *history) judge(caseID string) error {
	m := model(h.found)
	result, info := porcupine.CheckOperationsVerbose(m, h.list, time.Minute)
	if result == porcupine.Ok {
		return nil
	}
	path := filepath.Join(os.TempDir(), "hejie-linear-"+caseID+".html")
	return errors.Join(fmt.Errorf("%s is not linearizable (%s): open %s", caseID, result, path), porcupine.VisualizePath(m, info, path))
}

// trouble makes one fault after the other, until the time is over; then everything runs and nothing is cut.
func trouble(ctx context.Context, p *platform.Platform, chance *rand.Rand) error {
	pause := func(most time.Duration) {
		select {
		case <-ctx.Done():
		case <-time.After(time.Duration(chance.Int64N(int64(most)))):
		}
	}
	for ctx.Err() == nil {
		pause(300 * time.Millisecond)
		i := chance.IntN(len(p.Replicas))
		r := p.Replicas[i]
		what := chance.IntN(6)
		if r.Database == nil {
			what = 0
		}
		switch what {
		case 0:
			if err := p.Kill(i); err != nil {
				return err
			}
			pause(100 * time.Millisecond)
			if err := p.Start(i); err != nil {
				return err
			}
		case 1:
			r.Database.Cut()
		case 2:
			r.Database.Stall()
		case 3:
			r.Database.DropAfter(platform.Down, chance.Int64N(4000)) // perhaps within the answer to a COMMIT
		case 4:
			r.Database.Drop()
		case 5:
			r.Bus.Cut()
		}
		pause(200 * time.Millisecond)
		if r.Database != nil {
			r.Database.Heal()
			r.Bus.Heal()
		}
	}
	return nil
}
