package app_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hejie/negotiation"
	"hejie/server/app"
)

// pass moves both times on.
func (w *world) pass(d time.Duration) {
	w.real.pass(d)
	w.business.pass(d)
}

func TestPulse(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		gap    time.Duration
		outage bool
	}{"short": {time.Hour, false}, "long": {time.Hour + time.Microsecond, true}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			require.NoError(t, w.Pulse.Beat(w.ctx)) // the first start of all
			w.pass(30 * time.Second)
			require.NoError(t, w.Pulse.Beat(w.ctx))
			last := w.business.Now()
			w.pass(c.gap)
			require.NoError(t, w.Pulse.Beat(w.ctx))
			if !c.outage {
				require.Empty(t, w.yearbook.Outages())
				return
			}
			require.Equal(t, []negotiation.Outage{{From: last, To: w.business.Now()}}, w.yearbook.Outages())
			require.NoError(t, w.Pulse.Beat(w.ctx)) // at once again: no second one
			require.Len(t, w.yearbook.Outages(), 1)
			w.business.pass(91 * 24 * time.Hour) // the demo's clock jumps, and nobody was kept from anything
			require.NoError(t, w.Pulse.Beat(w.ctx))
			require.Empty(t, w.yearbook.Outages(), "long past")
		})
	}
}

// replica reads nothing of the heartbeat but where writes of all replicas take turns: two that start at once would both find the gap.
type replica struct{ app.Plain }

func (replica) Heartbeat(context.Context) (time.Time, error) {
	return time.Time{}, errors.New("read out of turn")
}

func TestPulseTakesTurns(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	require.NoError(t, w.Pulse.Beat(w.ctx))
	w.business.pass(2 * time.Hour)
	var starts sync.WaitGroup
	errs := make([]error, 4)
	for i := range errs {
		other := w.w
		other.Plain, other.Yearbook = replica{w.plain}, app.NewYearbook()
		other.Business = &clock{now: w.business.Now().Add(time.Duration(i) * time.Millisecond)}
		starts.Go(func() { errs[i] = app.New(other).Pulse.Beat(w.ctx) })
	}
	starts.Wait()
	require.NoError(t, errors.Join(errs...))
	require.Empty(t, w.yearbook.Outages())
	require.NoError(t, w.Pulse.Beat(w.ctx))
	require.Len(t, w.yearbook.Outages(), 1, "a replica that was up learns of it with its next beat")
}

func TestRunBeatsAndEnds(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	require.NoError(t, w.Pulse.Beat(w.ctx))
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- w.Run(ctx) }()
	stop()
	require.NoError(t, <-done)
}
