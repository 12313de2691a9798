package store_test

import (
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hejie/negotiation"
	"hejie/server/app"
	"hejie/server/store"
)

// TestOffersAreTold: after a notice of a new offer was sent the next offer is told, too, whatever the store remembers of the one that waited:
// it may have found it there when it was started, or it went while the next was being written.
func TestOffersAreTold(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, at, driver, source string) {
		for _, again := range []bool{false, true} {
			var clock atomic.Int64
			start := time.Date(2026, 8, 3, 1, 0, 0, 0, time.UTC)
			now := func() time.Time { return start.Add(time.Duration(clock.Load())) }
			begin := func() *store.Store { return open(t, at, store.Options{Now: now}) }
			s, id := begin(), map[bool]string{false: "one", true: "other"}[again]
			offer := func(after time.Duration) {
				clock.Store(int64(after))
				decide := talk("offer")
				_, err := s.Change(ctx, app.Change{Case: id, Decide: func(c *negotiation.Case, look app.Look) app.Decision {
					d := decide(c, look)
					d.Notices = []app.Notice{{To: "mei", Template: app.TemplateNewOffer, Case: id, At: now(), Wait: time.Minute}}
					return d
				}})
				require.NoError(t, err)
			}
			waiting := func() []app.OutboxRow {
				rows, err := s.Plain().Outbox(ctx, 10)
				require.NoError(t, err)
				return slices.DeleteFunc(rows, func(r app.OutboxRow) bool { return !r.Delivered.IsZero() })
			}
			offer(0)
			if again {
				require.NoError(t, s.Close())
				s = begin()
			}
			offer(45 * time.Second)
			offer(55 * time.Second)
			require.Len(t, waiting(), 1)
			clock.Store(int64(time.Minute))
			taken, err := s.Plain().TakeOutbox(ctx, now(), now().Add(time.Minute), 10)
			require.NoError(t, err)
			require.Len(t, taken, 1)
			require.NoError(t, s.Plain().Write(ctx, func(tx app.PlainTx) error {
				r := taken[0]
				r.Address, r.Delivered = "+861", now()
				return tx.Delivered(ctx, r)
			}))
			require.Empty(t, waiting())
			offer(90 * time.Second)
			require.Len(t, waiting(), 1, "again: %t", again)
			offer(91 * time.Second)
			require.Len(t, waiting(), 1)
			require.NoError(t, s.Plain().Write(ctx, func(tx app.PlainTx) error { return tx.DropOutbox(ctx, waiting()[0]) }))
			require.NoError(t, s.Close())
		}
	})
}
