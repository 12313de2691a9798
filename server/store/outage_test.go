package store_test

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"hejie/negotiation"
	"hejie/negotiation/workday"
	"hejie/server/app"
	"hejie/server/store"
)

// still is a time that stands; app.ShiftedClock goes on from it.
type still time.Time

func (s still) Now() time.Time { return time.Time(s) }

// timed has the server's time from a clock of the test.
type timed struct {
	app.Plain
	now app.Clock
}

func (p timed) Write(ctx context.Context, f func(app.PlainTx) error) error {
	return p.Plain.Write(ctx, func(tx app.PlainTx) error { return f(timedTx{tx, p.now}) })
}

type timedTx struct {
	app.PlainTx
	now app.Clock
}

func (t timedTx) ServerTime(context.Context) (time.Time, bool, error) { return t.now.Now(), true, nil }

// living is a replica that runs on: its store behind a proxy, its own clock, its beats, its door.
type living struct {
	proxy  *proxy
	clock  *app.ShiftedClock
	store  *store.Store
	pulse  *app.Pulse
	ledger *app.Ledger
}

func newLiving(t *testing.T, database string, now app.Clock) *living {
	t.Helper()
	p, url := throughProxy(t, database)
	r := &living{proxy: p, clock: &app.ShiftedClock{Base: now}, store: open(t, url, store.Options{})}
	w := app.World{Plain: timed{r.store.Plain(), now}, Log: r.store, Cases: r.store, Scores: r.store, Yearbook: app.NewYearbook(), Business: r.clock, Real: r.clock,
		Steady: func() time.Duration { return now.Now().Sub(at) }, Limits: app.DefaultLimits(), Replicas: true}
	r.ledger = app.NewLedger(w, w.Yearbook, negotiation.DefaultRules())
	w.Door = r.ledger
	r.pulse = app.New(w).Pulse
	require.NoError(t, r.pulse.Beat(ctx))
	return r
}

func (r *living) cut() {
	r.proxy.closed.Store(true)
	r.proxy.hangUp()
}

func (r *living) mend() { r.proxy.closed.Store(false) }

// TestDatabaseAway: when no replica could write for over an hour, which is an outage though all of them ran, deadlines that fell into it
// move, whichever replica looks first and also at those that noticed nothing. Where one could write, the platform was in service and
// deadlines pass.
func TestDatabaseAway(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		away    []int         // replicas that are cut off
		gap     time.Duration // of their beats
		outage  bool
		ticking int // replica that looks at the case first
	}{
		"from all, and one looks":       {[]int{0, 1}, 3 * time.Hour, true, 0},
		"from all, and the other looks": {[]int{0, 1}, 3 * time.Hour, true, 1},
		"from all for a moment":         {[]int{0, 1}, 59 * time.Minute, false, 1},
		"from one, and it looks":        {[]int{0}, 3 * time.Hour, false, 0},
		"from one, and the other looks": {[]int{0}, 3 * time.Hour, false, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			database, caseID := server.Database(t), "a"
			filed := open(t, database, store.Options{})
			require.NoError(t, file(filed, caseID, "enterprise", "consumer", at))
			due := firstResponse(t, filed, caseID).Due
			from, to := due.Add(-c.gap/2), due.Add(c.gap/2)
			now := &app.ShiftedClock{Base: still(from)}
			rs := []*living{newLiving(t, database, now), newLiving(t, database, now)}
			for _, i := range c.away {
				rs[i].cut()
			}
			for now.Now().Before(to) {
				now.AdvanceTo(now.Now().Add(c.gap / 6))
				for _, r := range rs {
					if !r.proxy.closed.Load() {
						require.NoError(t, r.pulse.Beat(ctx))
					}
				}
			}
			for _, i := range c.away {
				require.Equal(t, negotiation.CodeUnavailable, negotiation.CodeOf(rs[i].ledger.Tick(ctx, caseID)))
				rs[i].mend()
			}
			for _, r := range []*living{rs[c.ticking], rs[1-c.ticking]} {
				require.Eventually(t, func() bool { return r.ledger.Tick(ctx, caseID) == nil }, 30*time.Second, 5*time.Millisecond, "the way back is found")
			}
			outages, err := filed.Plain().Outages(ctx, at)
			require.NoError(t, err)
			after := firstResponse(t, filed, caseID)
			if !c.outage {
				require.Empty(t, outages)
				require.True(t, after.Overdue, "it passed")
				return
			}
			require.Equal(t, []negotiation.Outage{{From: from, To: to}}, outages)
			require.Equal(t, due, after.MovedFrom)
			require.Equal(t, workday.Default().EndOfNextWorkday(to).UTC(), after.Due)
			require.False(t, after.Overdue)
		})
	}
}

// TestConnections: as many as the operators' page says, whatever a replica does.
func TestConnections(t *testing.T) {
	t.Parallel()
	database := server.Database(t)
	s := open(t, database, store.Options{})
	s.HoldReaders(t)
	require.NoError(t, s.Ping(ctx))
	require.NoError(t, s.Plain().Write(ctx, func(tx app.PlainTx) error { return tx.Beat(ctx, time.Now()) }))
	_, err := post(s, "a", "file", "filed")
	require.NoError(t, err)
	c, err := pgx.Connect(ctx, database)
	require.NoError(t, err)
	var n int
	require.NoError(t, c.QueryRow(ctx, `SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`).Scan(&n))
	require.NoError(t, c.Close(ctx))
	require.Equal(t, 7, n, "OPERATIONS.md says how many")
}

// TestPingOfABusyStore: when readers keep every connection of the pool busy, the database is there all the same. A balancer that heard
// otherwise would send their load to the other replicas, one after the other.
func TestPingOfABusyStore(t *testing.T) {
	t.Parallel()
	for name, at := range map[string]string{"file": filepath.Join(t.TempDir(), "hejie.db"), "server": server.Database(t)} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := open(t, at, store.Options{})
			s.HoldReaders(t)
			within, cancel := context.WithTimeout(ctx, 10*time.Second)
			defer cancel()
			require.NoError(t, s.Ping(within))
		})
	}
}

// TestReplicaJumps: a replica whose clock jumps a day ahead notes no outage, and does not hide one from the
// others.
func TestReplicaJumps(t *testing.T) {
	t.Parallel()
	for name, away := range map[string]time.Duration{"in service": 0, "away for three hours": 3 * time.Hour} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			database := server.Database(t)
			now := &app.ShiftedClock{Base: still(at)}
			one, other := newLiving(t, database, now), newLiving(t, database, now)
			other.clock.AdvanceTo(at.Add(24 * time.Hour))
			for _, r := range []*living{other, one, other, one} {
				now.AdvanceTo(now.Now().Add(15 * time.Second))
				require.NoError(t, r.pulse.Beat(ctx))
				last, err := one.store.Plain().Heartbeat(ctx)
				require.NoError(t, err)
				require.Equal(t, now.Now(), last)
			}
			from := now.Now()
			if away > 0 {
				now.AdvanceTo(from.Add(away))
			}
			for _, r := range []*living{other, one} {
				require.NoError(t, r.pulse.Beat(ctx))
			}
			found, err := one.store.Plain().Outages(ctx, at)
			require.NoError(t, err)
			want := []negotiation.Outage{}
			if away > 0 {
				want = append(want, negotiation.Outage{From: from, To: now.Now()})
			}
			require.Equal(t, want, found)
		})
	}
}
