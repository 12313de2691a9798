package store_test

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"hejie/negotiation"
	"hejie/negotiation/workday"
	"hejie/server/app"
	"hejie/server/store"
)

// say posts a message and counts how often it is decided.
func say(caseID string, decided func()) app.Change {
	return app.Change{Case: caseID, Decide: func(c *negotiation.Case, _ app.Look) app.Decision {
		decided()
		e := negotiation.Event{At: at, By: negotiation.By{Side: negotiation.SideConsumer, ID: "consumer"}, Channel: negotiation.Room,
			Fact: negotiation.MessagePosted{}, Content: &negotiation.Content{Text: "text"}}
		return app.Decision{Events: []negotiation.Event{e}, After: c.Apply(e)}
	}}
}

// TestPlanHolds: what was planned before its turn is what happens when nothing moved.
func TestPlanHolds(t *testing.T) {
	t.Parallel()
	s := newStore(t, store.Options{})
	_, err := post(s, "case", "file", "filed")
	require.NoError(t, err)
	decided := 0
	r, err := s.Change(ctx, say("case", func() { decided++ }))
	require.NoError(t, err)
	require.Equal(t, 1, decided)
	require.Equal(t, int64(2), r.Positions.Room.Seq)
}

// TestPlanAnew: of two who planned on the same case the second is decided again, on what the first made of it.
func TestPlanAnew(t *testing.T) {
	t.Parallel()
	s := newStore(t, store.Options{})
	_, err := post(s, "case", "file", "filed")
	require.NoError(t, err)
	busy, release := make(chan struct{}), make(chan struct{})
	written := make(chan error, 3)
	go func() {
		written <- s.Plain().Write(ctx, func(app.PlainTx) error {
			close(busy)
			<-release
			return nil
		})
	}()
	<-busy
	planned := make(chan struct{}, 4)
	for range 2 {
		go func() {
			_, err := s.Change(ctx, say("case", func() { planned <- struct{}{} }))
			written <- err
		}()
	}
	<-planned
	<-planned
	close(release)
	for range 3 {
		require.NoError(t, <-written)
	}
	require.Len(t, planned, 1, "decided again")
	records, err := s.Records(ctx, "case", negotiation.Room, 0, 10)
	require.NoError(t, err)
	require.Len(t, records, 3)
}

// TestPlanOfAnotherEdition: what was planned by a calendar that is not the last one is planned anew.
func TestPlanOfAnotherEdition(t *testing.T) {
	t.Parallel()
	var edition atomic.Uint64
	s := newStore(t, store.Options{Edition: edition.Load})
	_, err := post(s, "case", "file", "filed")
	require.NoError(t, err)
	decided := 0
	_, err = s.Change(ctx, say("case", func() {
		decided++
		edition.Store(1)
	}))
	require.NoError(t, err)
	require.Equal(t, 2, decided)
}

// learning does something once a decision was made for the first time.
type learning struct {
	app.Log
	once func()
}

func (l learning) Change(ctx context.Context, ch app.Change) (app.Receipt, error) {
	decide := ch.Decide
	ch.Decide = func(c *negotiation.Case, look app.Look) app.Decision {
		d := decide(c, look)
		l.once()
		return d
	}
	return l.Log.Change(ctx, ch)
}

// TestPlanBeforeAnOutage: a deadline that was planned to pass moves all the same when the outage that it fell into becomes known before its turn.
func TestPlanBeforeAnOutage(t *testing.T) {
	t.Parallel()
	const caseID = "case"
	years := app.NewYearbook()
	s := newStore(t, store.Options{Edition: years.Edition})
	require.NoError(t, file(s, caseID, "enterprise", "consumer", at))
	due := firstResponse(t, s, caseID).Due
	now := due.Add(time.Hour)
	require.NoError(t, s.Plain().Write(ctx, func(tx app.PlainTx) error {
		return tx.AddOutage(ctx, negotiation.Outage{From: due.Add(-time.Hour), To: now}, now)
	}))
	w := app.World{Plain: s.Plain(), Log: learning{s, sync.OnceFunc(func() { assert.NoError(t, years.Load(ctx, s.Plain(), now)) })},
		Business: still(now), Real: still(now), Yearbook: years, Limits: app.DefaultLimits()}
	require.NoError(t, app.NewLedger(w, years, negotiation.DefaultRules()).Tick(ctx, caseID))
	d := firstResponse(t, s, caseID)
	require.False(t, d.Overdue)
	require.Equal(t, due, d.MovedFrom)
	require.Equal(t, workday.Default().EndOfNextWorkday(now).UTC(), d.Due)
}

// TestPlanByALimit: what was planned by an agent's limit holds while that is the limit, and is planned anew when it is another by its turn. On a server
// the plan's limit is read again with the case, whoever wrote it.
func TestPlanByALimit(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, at, driver, source string) {
		s, other := open(t, at, store.Options{}), (*store.Store)(nil)
		if driver == "pgx" {
			other = open(t, at, store.Options{})
		}
		writer := s
		agent := app.Account{ID: "agent", Login: "agent", Role: negotiation.RoleDeskAgent, Enterprise: "e", Active: true}
		require.NoError(t, s.Plain().Write(ctx, func(tx app.PlainTx) error { return tx.AddAccount(ctx, agent) }))
		_, err := post(s, "case", "file", "filed")
		require.NoError(t, err)
		set := func(limit *int64) {
			agent.Limit = limit
			require.NoError(t, writer.Plain().Write(ctx, func(tx app.PlainTx) error { return tx.SetAccount(ctx, agent) }))
		}
		var saw []*int64
		decide := func(meanwhile func()) {
			t.Helper()
			saw = nil
			ch := say("case", meanwhile)
			inner := ch.Decide
			ch.Decide = func(c *negotiation.Case, look app.Look) app.Decision {
				limit, err := look.Limit("agent")
				if err != nil {
					return app.Decision{After: c, Err: err}
				}
				saw = append(saw, limit)
				return inner(c, look)
			}
			_, err := s.Change(ctx, ch)
			require.NoError(t, err)
		}
		nothing := func() {}
		decide(nothing)
		decide(nothing)
		require.Equal(t, []*int64{nil}, saw, "planned, and not anew")
		for _, limit := range []*int64{new(int64(500)), new(int64(0)), nil} {
			decide(sync.OnceFunc(func() { set(limit) }))
			require.Equal(t, limit, saw[len(saw)-1])
			require.Len(t, saw, 2, "planned by what it was before")
			decide(nothing)
			require.Equal(t, []*int64{limit}, saw)
			if other != nil {
				writer = other
			}
		}
	})
}
