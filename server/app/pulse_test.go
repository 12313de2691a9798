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
	"hejie/server/app/clocktest"
)

// pass moves both times on.
func (w *world) pass(d time.Duration) {
	w.real.Pass(d)
	w.business.Pass(d)
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
			w.business.Pass(91 * 24 * time.Hour) // the demo's clock jumps, and nobody was kept from anything
			require.NoError(t, w.Pulse.Beat(w.ctx))
			require.Empty(t, w.yearbook.Outages(), "long past")
		})
	}
}

// TestPulseOverJumps: over a file a clock that is set forward or back while the platform runs is no outage, and hides none: that is what
// steady time says.
func TestPulseOverJumps(t *testing.T) {
	t.Parallel()
	const day = 24 * time.Hour
	for name, c := range map[string]struct {
		jump    time.Duration // at one beat, and back at the next; with away: while nothing could be written
		away    time.Duration // then, of steady time; 0: not at all
		restart bool          // the process begins anew after that
	}{
		"forward and back":                         {jump: day},
		"back and forward":                         {jump: -day},
		"forward and back, and a gap":              {jump: day, away: 3 * time.Hour},
		"forward and back, and a gap over a start": {jump: day, away: 3 * time.Hour, restart: true},
		"back and forward, and a gap":              {jump: -day, away: 3 * time.Hour},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			steady := clocktest.At(morning)
			w := newWorld(t, func(w *app.World) { w.Steady = func() time.Duration { return steady.Now().Sub(morning) } })
			pulse := w.Pulse
			beat := func() {
				t.Helper()
				require.NoError(t, pulse.Beat(w.ctx))
				last, err := w.plain.Heartbeat(w.ctx)
				require.NoError(t, err)
				require.Equal(t, w.business.Now(), last, "neither ahead nor behind")
			}
			lives := func(d time.Duration) {
				steady.Pass(d)
				w.pass(d)
			}
			beat()
			for _, by := range []time.Duration{c.jump, -c.jump} {
				lives(30 * time.Second)
				w.pass(by)
				beat()
				require.NoError(t, w.ledger.Tick(w.ctx, app.NewID()), "decisions go on")
			}
			outages := []negotiation.Outage{}
			if c.away > 0 {
				lives(c.away)
				outages = append(outages, negotiation.Outage{From: w.business.Now().Add(-c.away), To: w.business.Now()})
			}
			if c.restart {
				begun := w.w
				begun.Yearbook = app.NewYearbook()
				pulse = app.New(begun).Pulse
			}
			beat()
			found, err := w.plain.Outages(w.ctx, morning.Add(-2*day))
			require.NoError(t, err)
			require.Equal(t, outages, found)
		})
	}
}

// TestPulseAwayOverJump: a clock that is set while nothing can be written makes the outage neither longer nor shorter.
func TestPulseAwayOverJump(t *testing.T) {
	t.Parallel()
	for _, jump := range []time.Duration{24 * time.Hour, -24 * time.Hour} {
		steady := clocktest.At(morning)
		w := newWorld(t, func(w *app.World) { w.Steady = func() time.Duration { return steady.Now().Sub(morning) } })
		require.NoError(t, w.Pulse.Beat(w.ctx))
		steady.Pass(3 * time.Hour)
		w.pass(3*time.Hour + jump)
		require.NoError(t, w.Pulse.Beat(w.ctx))
		require.Equal(t, []negotiation.Outage{{From: w.business.Now().Add(-3 * time.Hour), To: w.business.Now()}}, w.yearbook.Outages(), jump)
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
	w.business.Pass(2 * time.Hour)
	var starts sync.WaitGroup
	errs := make([]error, 4)
	for i := range errs {
		other := w.w
		other.Plain, other.Yearbook = replica{w.plain}, app.NewYearbook()
		other.Business = clocktest.At(w.business.Now().Add(time.Duration(i) * time.Millisecond))
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
