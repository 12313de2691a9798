package store_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"hejie/negotiation"
	"hejie/negotiation/workday"
	"hejie/server/store"
)

// late is when the deadlines of what was filed at at have passed.
var late = at.AddDate(0, 0, 30)

// cold is a store that was opened again after two cases were filed by the rules, and anything else was done.
func cold(t *testing.T, o store.Options, then func(s *store.Store)) *store.Store {
	t.Helper()
	path := filepath.Join(t.TempDir(), "hejie.db")
	s, err := store.Open(path, quiet(store.Options{}))
	require.NoError(t, err)
	for _, id := range []string{"a", "b"} {
		require.NoError(t, file(s, id, "enterprise", "consumer", at))
	}
	then(s)
	require.NoError(t, s.Close())
	return open(t, path, o)
}

func due(t *testing.T, s *store.Store) []string {
	t.Helper()
	ids, next, err := s.Due(ctx, late, 100)
	require.NoError(t, err)
	require.Zero(t, next)
	return ids
}

// tick as the worker does.
func tick(s *store.Store, id string) error {
	return step(s, id, negotiation.System, nil, negotiation.Env{At: late, Calendar: workday.Default()})
}

// TestDueLoads: what is due is in memory before its turn, as a load of its own gives it, and is walked without another reading.
func TestDueLoads(t *testing.T) {
	t.Parallel()
	s := cold(t, store.Options{}, func(*store.Store) {})
	alone, head, err := s.Case(ctx, "a")
	require.NoError(t, err)
	require.NoError(t, s.Close())
	s = cold(t, store.Options{}, func(*store.Store) {})
	require.Equal(t, []string{"a", "b"}, due(t, s))
	n, _ := s.Cached()
	require.Equal(t, 2, n)
	s.HoldReaders(t)
	among, other, err := s.Case(ctx, "a")
	require.NoError(t, err)
	require.Equal(t, alone, among)
	require.Equal(t, head.Version, other.Version)
	require.NoError(t, tick(s, "a"))
	require.NoError(t, tick(s, "b"))
}

// TestDueWaitsForNoLongLog: the others do not wait for a case with much talk, which loads itself in its turn.
func TestDueWaitsForNoLongLog(t *testing.T) {
	t.Parallel()
	s := cold(t, store.Options{}, func(s *store.Store) {
		var wg sync.WaitGroup
		for range 100 {
			wg.Go(func() {
				_, err := post(s, "a", uuid.NewString(), "text")
				assert.NoError(t, err)
			})
		}
		wg.Wait()
	})
	require.Equal(t, []string{"a", "b"}, due(t, s))
	n, _ := s.Cached()
	require.Equal(t, 1, n)
	require.NoError(t, tick(s, "a"))
}

// TestDueBesideABrokenCase: a case that cannot be read says so in its own turn and keeps no other from theirs.
func TestDueBesideABrokenCase(t *testing.T) {
	t.Parallel()
	s := cold(t, store.Options{}, func(s *store.Store) {
		require.NoError(t, s.Exec(ctx, `UPDATE events SET facts = x'5b' WHERE case_key = (SELECT key FROM case_keys WHERE id = 'a')`))
	})
	require.Equal(t, []string{"a", "b"}, due(t, s))
	require.Error(t, tick(s, "a"))
	require.NoError(t, tick(s, "b"))
}

// TestDueBesideChanges: a case that moves while those that are due are read is not put back to where it was.
func TestDueBesideChanges(t *testing.T) {
	t.Parallel()
	s := cold(t, store.Options{CacheBytes: 1}, func(*store.Store) {})
	before := version(t, s, "a")
	version(t, s, "b") // is the one that the cache has room for
	moves := sync.OnceFunc(func() {
		for n, id := range []string{"a", "b"} {
			_, err := post(s, id, fmt.Sprint(n), "text")
			assert.NoError(t, err)
		}
	})
	var ready bool
	require.NoError(t, s.Overhear(func(q string) {
		if ready && strings.Contains(q, "FROM events WHERE case_key IN") {
			moves()
		}
	}))
	ready = true
	require.Equal(t, []string{"a", "b"}, due(t, s))
	require.Equal(t, before+1, version(t, s, "a"))
	require.NoError(t, tick(s, "a"))
}
