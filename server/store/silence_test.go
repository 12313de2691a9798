package store_test

import (
	"bytes"
	"database/sql"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hejie/negotiation"
	"hejie/server/app"
	"hejie/server/store"
)

// TestServerSaysNothing: a server that takes everything and answers nothing, as one that hangs behind a host that is well, is not waited
// for longer than Options.Patience says: everybody is told that it is unavailable, those who wait for their turn, too. Then all goes on,
// and what was being committed took effect once.
func TestServerSaysNothing(t *testing.T) {
	t.Parallel()
	const patience = time.Second
	for name, committing := range map[string]bool{"before": false, "during COMMIT": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, url := throughProxy(t, server.Database(t))
			s := open(t, url, store.Options{Patience: patience, Readers: 2})
			heal := sync.OnceFunc(p.held.Unlock)
			hung := make(chan struct{})
			hang := sync.OnceFunc(func() {
				p.held.Lock()
				t.Cleanup(heal)
				close(hung)
			})
			var armed atomic.Bool
			s.BeforeCommit(func() error {
				if armed.Load() {
					hang()
				}
				return nil
			})
			for _, id := range []string{"file", "hello"} {
				_, err := post(s, "a", id, "x")
				require.NoError(t, err)
			}
			first := func() error {
				_, err := post(s, "a", "m", "x")
				return err
			}
			if armed.Store(committing); !committing {
				hang()
			}
			told := make(chan error, 100)
			ask := func(f func() error) { go func() { told <- f() }() }
			ask(first)
			<-hung
			for i := range 10 {
				ask(func() error { _, err := post(s, "a", fmt.Sprint("waiting ", i), "x"); return err })
				ask(func() error { _, err := s.Ends(ctx, []string{"a"}); return err })
				ask(func() error { _, _, err := s.Case(ctx, "b"); return err })
				ask(func() error {
					return s.Plain().Write(ctx, func(tx app.PlainTx) error { return tx.Beat(ctx, at) })
				})
				ask(func() error { _, err := s.Plain().TakeOutbox(ctx, at, at.Add(time.Minute), 9); return err })
			}
			late := time.NewTimer(8 * patience)
			defer late.Stop()
			for n := range 51 {
				select {
				case err := <-told:
					require.Equal(t, negotiation.CodeUnavailable, negotiation.CodeOf(err), err)
				case <-late.C:
					require.Fail(t, "no answer", "%d were told", n)
				}
			}
			heal()
			require.Eventually(t, func() bool { return first() == nil }, time.Minute, 10*time.Millisecond)
			again, err := post(s, "a", "m", "x")
			require.NoError(t, err)
			require.True(t, again.Repeated)
			require.Equal(t, int64(3), version(t, s, "a"))
			_, err = s.Verify(ctx)
			require.NoError(t, err)
		})
	}
}

// TestLockedOut: who has waited for a lock as long as anybody does is told that the store is unavailable, and does not wait as long again:
// those behind would wait for both.
func TestLockedOut(t *testing.T) {
	t.Parallel()
	url := server.Database(t)
	db, err := sql.Open("pgx", url)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	var log bytes.Buffer // of this goroutine's posts alone: each has ended when it is read
	s, err := store.Open(url+"&lock_timeout=100ms", store.Options{Patience: store.Patience, Log: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))})
	require.NoError(t, err)
	_, err = post(s, "a", "file", "x")
	require.NoError(t, err)

	migration, err := db.BeginTx(ctx, nil)
	require.NoError(t, err)
	_, err = migration.ExecContext(ctx, `LOCK TABLE cases IN SHARE MODE`)
	require.NoError(t, err)
	_, err = post(s, "a", "m", "x")
	require.Equal(t, negotiation.CodeUnavailable, negotiation.CodeOf(err), err)
	require.NoError(t, migration.Rollback())
	_, err = post(s, "a", "m", "x")
	require.NoError(t, err)
	require.Equal(t, int64(2), version(t, s, "a"))
	require.NoError(t, s.Close())
	require.Contains(t, log.String(), "lock timeout")
	require.NotContains(t, log.String(), "tried again")
}
