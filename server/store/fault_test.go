package store_test

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"hejie/negotiation"
	"hejie/server/app"
	"hejie/server/store"
)

var ctx = context.Background()

func quiet(o store.Options) store.Options {
	o.Log = slog.New(slog.DiscardHandler)
	return o
}

func open(t testing.TB, path string, o store.Options) *store.Store {
	t.Helper()
	s, err := store.Open(path, quiet(o))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	return s
}

func newStore(t testing.TB, o store.Options) *store.Store {
	return open(t, filepath.Join(t.TempDir(), "hejie.db"), o)
}

var at = time.Date(2026, 8, 3, 1, 0, 0, 0, time.UTC)

// talk decides events of a case without any rule: the filing first, then messages.
func talk(text string) func(*negotiation.Case, app.Look) app.Decision {
	return func(c *negotiation.Case, _ app.Look) app.Decision {
		e := negotiation.Event{At: at, By: negotiation.By{Side: negotiation.SideConsumer, ID: "consumer"}, Channel: negotiation.Room,
			Fact: negotiation.MessagePosted{}, Content: &negotiation.Content{Text: text}}
		if c.Version == 0 {
			e.Fact = negotiation.CaseFiled{Enterprise: "enterprise", Code: c.ID, Region: "430602", Rules: negotiation.DefaultRules()}
		}
		return app.Decision{Events: []negotiation.Event{e}, After: c.Apply(e)}
	}
}

func post(s *store.Store, caseID, commandID, text string) (app.Receipt, error) {
	return s.Change(ctx, app.Change{Case: caseID, Command: app.CommandID{Actor: "consumer", ID: commandID, Digest: sha256.Sum256([]byte(text))},
		Decide: talk(text)})
}

func version(t *testing.T, s *store.Store, caseID string) int64 {
	t.Helper()
	c, head, err := s.Case(ctx, caseID)
	require.NoError(t, err)
	require.Equal(t, c.Version, head.Version)
	return c.Version
}

func TestFailedCommit(t *testing.T) {
	t.Parallel()
	var told atomic.Int64
	s := newStore(t, store.Options{OnCommit: func(cs []app.Commit) {
		for _, c := range cs {
			told.Add(int64(len(c.Records)))
		}
	}})
	for n := range 4 {
		_, err := post(s, fmt.Sprint(n), "file", "filed")
		require.NoError(t, err)
	}
	var broken atomic.Bool
	require.NoError(t, s.FailCommits(ctx, func() error {
		if broken.Load() {
			return store.ErrInjected
		}
		return nil
	}))
	broken.Store(true)
	var wg sync.WaitGroup
	errs := make([]error, 64)
	for i := range errs {
		wg.Go(func() { _, errs[i] = post(s, fmt.Sprint(i%4), fmt.Sprint("m", i), "x") })
	}
	wg.Wait()
	for _, err := range errs {
		require.Equal(t, negotiation.CodeUnavailable, negotiation.CodeOf(err))
	}
	for n := range 4 {
		require.Equal(t, int64(1), version(t, s, fmt.Sprint(n)), "nothing of it is seen")
	}
	broken.Store(false)
	for i := range errs { // the same ids again
		r, err := post(s, fmt.Sprint(i%4), fmt.Sprint("m", i), "x")
		require.NoError(t, err)
		require.False(t, r.Repeated)
	}
	for n := range 4 {
		require.Equal(t, int64(17), version(t, s, fmt.Sprint(n)))
	}
	_, err := s.Verify(ctx)
	require.NoError(t, err)
	require.NoError(t, s.Close())
	require.Equal(t, int64(68), told.Load(), "only what was committed is told")
}

// TestFullDisk fills a real database up to its last page.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	s := newStore(t, store.Options{})
	_, err := post(s, "a", "file", "filed")
	require.NoError(t, err)
	require.NoError(t, s.Pragma(ctx, "max_page_count = 150"))
	big := strings.Repeat("满", 1000)
	posted := 0
	for ; err == nil; posted++ {
		require.Less(t, posted, 1000)
		_, err = post(s, "a", fmt.Sprint("m", posted), big)
	}
	require.Equal(t, negotiation.CodeUnavailable, negotiation.CodeOf(err))
	require.Equal(t, int64(posted), version(t, s, "a"), "readers stay up")
	rs, err := s.Records(ctx, "a", negotiation.Room, 0, 1000)
	require.NoError(t, err)
	require.Len(t, rs, posted)

	require.NoError(t, s.Pragma(ctx, "max_page_count = 100000"))
	r, err := post(s, "a", fmt.Sprint("m", posted-1), big)
	require.NoError(t, err)
	require.False(t, r.Repeated)
	_, err = s.Verify(ctx)
	require.NoError(t, err)
}

// TestFullDiskTakesNoNotice: what cannot be noted as taken is not given to be sent.
func TestFullDiskTakesNoNotice(t *testing.T) {
	t.Parallel()
	s := newStore(t, store.Options{})
	require.NoError(t, s.Plain().Write(ctx, func(tx app.PlainTx) error {
		return tx.AddOutbox(ctx, app.OutboxRow{ID: "a", To: "x", Template: "t", Created: at, Next: at})
	}))
	var full atomic.Bool
	require.NoError(t, s.FailCommits(ctx, func() error {
		if full.Load() {
			return store.ErrInjected
		}
		return nil
	}))
	full.Store(true)
	rows, err := s.Plain().TakeOutbox(ctx, at, at.Add(time.Minute), 9)
	require.Equal(t, negotiation.CodeUnavailable, negotiation.CodeOf(err))
	require.Empty(t, rows)
	full.Store(false)
	rows, err = s.Plain().TakeOutbox(ctx, at, at.Add(time.Minute), 9)
	require.NoError(t, err)
	require.Len(t, rows, 1)
}

// TestFailedFsync: nobody knows what is on disk, so the process ends and nothing is written until then.
func TestFailedFsync(t *testing.T) {
	t.Parallel()
	fatal := make(chan error, 1)
	s := newStore(t, store.Options{Fatal: func(err error) { fatal <- err }})
	_, err := post(s, "a", "file", "filed")
	require.NoError(t, err)
	var broken atomic.Bool
	require.NoError(t, s.FailCommits(ctx, func() error {
		if broken.Load() {
			return store.FsyncFailed
		}
		return nil
	}))
	broken.Store(true)
	_, err = post(s, "a", "m", "x")
	require.Equal(t, negotiation.CodeUnavailable, negotiation.CodeOf(err))
	require.ErrorIs(t, <-fatal, store.FsyncFailed)
	_, err = post(s, "a", "m", "x")
	require.Equal(t, negotiation.CodeUnavailable, negotiation.CodeOf(err))
	require.Equal(t, int64(1), version(t, s, "a"))
}

func TestPlainWrites(t *testing.T) {
	t.Parallel()
	s := newStore(t, store.Options{})
	beat := func(year int, fail error) error {
		return s.Plain().Write(ctx, func(tx app.PlainTx) error {
			if err := tx.SetCalendarYear(ctx, app.CalendarYear{Year: year, Body: []byte("{}"), Imported: at, By: "x"}); err != nil {
				return err
			}
			return fail
		})
	}
	refused := errors.New("refused")
	var wg sync.WaitGroup
	errs := make([]error, 60)
	for i := range errs {
		wg.Go(func() {
			switch i % 3 {
			case 0:
				errs[i] = beat(2000+i, nil)
			case 1:
				errs[i] = beat(2000+i, refused)
			default:
				_, errs[i] = post(s, fmt.Sprint(i), "file", "filed")
			}
		})
	}
	wg.Wait()
	for i, err := range errs {
		if i%3 == 1 {
			require.ErrorIs(t, err, refused)
		} else {
			require.NoError(t, err)
		}
	}
	years, err := s.Plain().CalendarYears(ctx)
	require.NoError(t, err)
	require.Len(t, years, 20, "what was refused left nothing")
	err = s.Plain().Write(ctx, func(app.PlainTx) error { panic("a bug") })
	require.Equal(t, negotiation.CodeInternal, negotiation.CodeOf(err))
}

func TestOneWriter(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "hejie.db")
	s := open(t, path, store.Options{})
	_, err := store.Open(path, store.Options{})
	require.ErrorIs(t, err, store.ErrInUse)
	require.NoError(t, s.Close())
	require.NoError(t, s.Close(), "closing twice is nothing")
	_, err = post(s, "a", "file", "filed")
	require.Equal(t, negotiation.CodeUnavailable, negotiation.CodeOf(err))
	open(t, path, store.Options{})
}

func TestSchema(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "hejie.db")
	_, err := store.Status(ctx, path)
	require.ErrorIs(t, err, os.ErrNotExist)
	s := open(t, path, store.Options{})
	require.NoError(t, s.Close())
	have, err := store.Status(ctx, path)
	require.NoError(t, err)
	require.Equal(t, have.Latest, have.Version)
	require.Positive(t, have.Version)
	info, err := os.Stat(path)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm())

	db, err := sql.Open("sqlite3", path)
	require.NoError(t, err)
	_, err = db.Exec(`INSERT INTO goose_db_version (version_id, is_applied) VALUES (?, 1)`, have.Latest+1)
	require.NoError(t, err)
	require.NoError(t, db.Close())
	_, err = store.Open(path, store.Options{})
	require.ErrorIs(t, err, store.ErrNewer)
	require.ErrorIs(t, store.CheckBackup(ctx, path), store.ErrNewer)
}

func TestPragmas(t *testing.T) {
	t.Parallel()
	s := newStore(t, store.Options{})
	for pragma, want := range map[string]int64{"query_only": 1, "foreign_keys": 1, "busy_timeout": 5000} {
		n, err := s.ReaderPragma(ctx, pragma)
		require.NoError(t, err)
		require.Equal(t, want, n, pragma)
	}
	require.Error(t, s.ReaderExec(ctx, `DELETE FROM events`))
	require.NoError(t, s.Ping(ctx))
}

// TestPlans: what is asked all the time is answered by an index.
func TestPlans(t *testing.T) {
	t.Parallel()
	s := newStore(t, store.Options{})
	for _, x := range []struct {
		query, want string
		args        []any
	}{
		{`SELECT next_at, id FROM cases WHERE next_at IS NOT NULL ORDER BY next_at, key LIMIT ?`, "USING COVERING INDEX cases_next", []any{10}},
		{`SELECT seq FROM events WHERE case_key = ? AND channel = 'desk' AND seq > ? ORDER BY seq LIMIT ?`, "INDEX events_desk", []any{1, 1, 1}},
		{`SELECT seq, facts FROM events WHERE case_key = ? AND channel = ? AND version > ? AND seq > ? ORDER BY version LIMIT ?`, "INDEX events_case", []any{1, "room", 1, 1, 1}},
		{`SELECT title FROM cases WHERE enterprise = ? AND open = 1 ORDER BY due, key LIMIT 50`, "INDEX cases_inbox", []any{"x"}},
		{`SELECT title FROM cases WHERE region_city = ? AND col = ? ORDER BY due, key LIMIT 50`, "INDEX cases_city", []any{"x", "new"}},
		{`SELECT title FROM cases WHERE region_city = ? AND col = ? AND (due, key) > (?, ?) ORDER BY due, key LIMIT 50`, "INDEX cases_city", []any{"x", "new", 1, 1}},
		{`SELECT title FROM cases WHERE col = ? ORDER BY due, key LIMIT 50`, "INDEX cases_col", []any{"new"}},
		{`SELECT title FROM cases WHERE consumer = ? ORDER BY key DESC LIMIT 50`, "INDEX cases_consumer", []any{"x"}},
		{`SELECT facts FROM events WHERE case_key = ? AND channel = 'consumer' AND seq > ? ORDER BY seq LIMIT ?`, "INDEX events_own", []any{1, 1, 1}},
		{`SELECT facts FROM events WHERE case_key = ? AND version IN (?, ?) AND type IN (?) ORDER BY version`, "INDEX events_case", []any{1, 1, 2, "offer_made"}},
		{`SELECT what FROM audit WHERE id < ? AND case_id <> '' AND case_id = ? ORDER BY id DESC LIMIT ?`, "INDEX audit_case", []any{9, "x", 5}},
	} {
		plan, err := s.Plan(ctx, x.query, x.args...)
		require.NoError(t, err)
		require.Contains(t, strings.Join(plan, "; "), x.want)
		require.NotContains(t, strings.Join(plan, "; "), "TEMP B-TREE")
	}
}

// TestSmallCache: cases that do not fit are read again, and nothing is lost.
func TestSmallCache(t *testing.T) {
	t.Parallel()
	s := newStore(t, store.Options{CacheBytes: 20 << 10})
	var wg sync.WaitGroup
	errs := make([]error, 32)
	for i := range errs {
		wg.Go(func() {
			for n := range 40 {
				_, err := post(s, fmt.Sprint((i+n)%40), uuid.NewString(), "x")
				_, _, read := s.Case(ctx, fmt.Sprint((i+n)%40))
				errs[i] = errors.Join(errs[i], err, read)
			}
		})
	}
	wg.Wait()
	require.NoError(t, errors.Join(errs...))
	for n := range 40 {
		require.Equal(t, int64(32), version(t, s, fmt.Sprint(n)))
	}
	n, bytes := s.Cached()
	require.Less(t, n, 8)
	require.Positive(t, bytes)
	require.LessOrEqual(t, bytes, 20<<10)
	_, err := s.Verify(ctx)
	require.NoError(t, err)
}

// TestOutside: what another program put at the end of a log is never overwritten; Rebuild takes it up.
func TestOutside(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "hejie.db")
	s := open(t, path, store.Options{})
	_, err := post(s, "a", "file", "filed")
	require.NoError(t, err)
	db, err := sql.Open("sqlite3", path+"?_busy_timeout=5000")
	require.NoError(t, err)
	defer db.Close()
	c, head, err := s.Case(ctx, "a")
	require.NoError(t, err)
	d := talk("from outside")(c, nil)
	r, _, err := head.Seal("a", d.Events[0], make([]byte, 16))
	require.NoError(t, err)
	_, err = db.Exec(`INSERT INTO events (case_key, version, channel, seq, type, side, actor, at, facts, content_sum, hash, salt, content)
		VALUES (1, ?, 'room', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, r.Version, r.Seq, r.Type, string(r.By.Side), r.By.ID, r.At.UnixMicro(), r.Facts,
		r.ContentSum[:], r.Hash[:], r.Salt, r.Content)
	require.NoError(t, err)
	for range 2 {
		_, err = post(s, "a", "m", "x")
		require.Equal(t, negotiation.CodeInternal, negotiation.CodeOf(err))
	}
	_, err = s.Verify(ctx)
	require.Error(t, err)
	require.NoError(t, s.Rebuild(ctx))
	receipt, err := post(s, "a", "m", "x")
	require.NoError(t, err)
	require.Equal(t, int64(3), receipt.Positions.Room.Seq)
	_, err = s.Verify(ctx)
	require.NoError(t, err)
}
