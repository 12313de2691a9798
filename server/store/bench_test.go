package store_test

import (
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"hejie/negotiation"
	"hejie/negotiation/scorecard"
	"hejie/negotiation/workday"
	"hejie/server/app"
	"hejie/server/store"
)

// BenchmarkChangeMessage is a message through the whole door, closed loop, 100 cases. The yardstick's raw figure, a row and a
// group commit without any rule, hash or derived table, was 50,000/s with 100 producers on the machine of the measurements.
func BenchmarkChangeMessage(b *testing.B) {
	benchmarkMessages(b, func(b *testing.B) *store.Store { return newStore(b, store.Options{}) })
}

// BenchmarkChangeMessagePostgres is the same on a server that does not wait for its disk.
func BenchmarkChangeMessagePostgres(b *testing.B) {
	benchmarkMessages(b, func(b *testing.B) *store.Store { return open(b, server.Database(b), store.Options{}) })
}

func benchmarkMessages(b *testing.B, open func(*testing.B) *store.Store) {
	for _, producers := range []int{1, 64, 256, 1000} {
		b.Run(fmt.Sprint(producers), func(b *testing.B) {
			s := open(b)
			const cases = 100
			for n := range cases {
				_, err := post(s, fmt.Sprint(n), "file", "filed")
				require.NoError(b, err)
			}
			text := fmt.Sprintf("%0120d", 1)
			b.ResetTimer()
			begun := time.Now()
			var wg sync.WaitGroup
			for p := range producers {
				wg.Go(func() {
					for range b.N/producers + 1 {
						if _, err := post(s, fmt.Sprint(p%cases), uuid.NewString(), text); err != nil {
							b.Error(err)
							return
						}
					}
				})
			}
			wg.Wait()
			b.ReportMetric(float64((b.N/producers+1)*producers)/time.Since(begun).Seconds(), "acks/s")
		})
	}
}

// BenchmarkLongCase reads the end, the notes and the offers of a case with 100,000 messages, and loads it cold.
func BenchmarkLongCase(b *testing.B) {
	s := newStore(b, store.Options{CacheBytes: 1})
	var wg sync.WaitGroup
	for range 500 {
		wg.Go(func() {
			for range 200 {
				_, err := post(s, "long", uuid.NewString(), "text")
				require.NoError(b, err)
			}
		})
	}
	wg.Wait()
	for _, x := range []struct {
		name string
		read func() error
	}{
		{"tail", func() error { _, err := s.Records(ctx, "long", negotiation.Room, 99_950, 50); return err }},
		{"desk", func() error { _, err := s.Records(ctx, "long", negotiation.Desk, 0, 50); return err }},
		{"offers", func() error { _, err := s.RecordsOf(ctx, "long", "offer_made"); return err }},
	} {
		b.Run(x.name, func(b *testing.B) {
			for b.Loop() {
				require.NoError(b, x.read())
			}
		})
	}
}

// BenchmarkOpen is a start on a database that is current.
func BenchmarkOpen(b *testing.B) {
	path := b.TempDir() + "/hejie.db"
	s, err := store.Open(path, quiet(store.Options{}))
	require.NoError(b, err)
	require.NoError(b, s.Close())
	for b.Loop() {
		s, err := store.Open(path, quiet(store.Options{}))
		require.NoError(b, err)
		require.NoError(b, s.Close())
	}
}

// fileAll opens n cases by the real rules, of 50 enterprises, and gives their ids.
func fileAll(b *testing.B, s *store.Store, n int, now time.Time) []string {
	ids, errs := make([]string, n), make([]error, n)
	inParallel(n, func(i int) {
		ids[i] = uuid.NewString()
		errs[i] = file(s, ids[i], fmt.Sprint("enterprise ", i%50), fmt.Sprint("consumer ", i), now)
	})
	require.NoError(b, errors.Join(errs...))
	return ids
}

func step(s *store.Store, caseID string, by negotiation.Actor, cmd negotiation.Command, env negotiation.Env) error {
	_, err := s.Change(ctx, app.Change{Case: caseID, Decide: func(c *negotiation.Case, _ app.Look) app.Decision {
		events, after, err := c.Step(by, cmd, env)
		return app.Decision{Events: events, After: after, Err: err}
	}})
	return err
}

// inParallel calls f for each of n, 512 at once.
func inParallel(n int, f func(i int)) {
	var g errgroup.Group
	g.SetLimit(512)
	for i := range n {
		g.Go(func() error { f(i); return nil })
	}
	_ = g.Wait() // f reports by itself
}

// BenchmarkDeadlines walks negotiations whose deadline passed, from a cold cache: three events, the class and the figures of each.
// The yardstick's raw figure, a row and its event without any rule, is 42,700/s.
func BenchmarkDeadlines(b *testing.B) {
	benchmarkDeadlines(b, newStore(b, store.Options{CacheBytes: 1}))
}

// BenchmarkDeadlinesPostgres is the same on a server that does not wait for its disk.
func BenchmarkDeadlinesPostgres(b *testing.B) {
	benchmarkDeadlines(b, open(b, server.Database(b), store.Options{CacheBytes: 1}))
}

func benchmarkDeadlines(b *testing.B, s *store.Store) {
	ids := fileAll(b, s, b.N, at)
	env := negotiation.Env{At: at.AddDate(0, 0, 30), Calendar: workday.Default()}
	errs := make([]error, len(ids))
	b.ResetTimer()
	begun := time.Now()
	inParallel(len(ids), func(i int) { errs[i] = step(s, ids[i], negotiation.System, nil, env) })
	b.ReportMetric(float64(b.N)/time.Since(begun).Seconds(), "cases/s")
	b.StopTimer()
	require.NoError(b, errors.Join(errs...))
}

// BenchmarkDeadlinesRaw writes what BenchmarkDeadlines writes, without rules, hashes or a case: rows that another store made, put
// by one goroutine into an empty copy of the tables, 100 cases a commit. It is what the former is held against.
func BenchmarkDeadlinesRaw(b *testing.B) {
	path := b.TempDir() + "/hejie.db"
	s := open(b, path, store.Options{})
	ids := fileAll(b, s, b.N, at)
	require.NoError(b, s.Close())
	db, err := sql.Open("hejie-writer", path)
	require.NoError(b, err)
	defer db.Close()
	db.SetMaxOpenConns(1)
	b.ResetTimer()
	begun := time.Now()
	for i := 0; i < len(ids); i += 100 {
		tx, err := db.Begin()
		require.NoError(b, err)
		for n := i; n < min(i+100, len(ids)); n++ {
			rawPass(b, tx, n+1)
		}
		require.NoError(b, tx.Commit())
	}
	b.ReportMetric(float64(b.N)/time.Since(begun).Seconds(), "cases/s")
}

func rawPass(b *testing.B, tx *sql.Tx, key int) {
	run := func(q string, args ...any) {
		_, err := tx.Exec(q, args...)
		require.NoError(b, err)
	}
	var first int
	require.NoError(b, tx.QueryRow(`SELECT min(version) FROM events WHERE case_key = ?`, key).Scan(&first))
	for v := 3; v <= 6; v++ {
		run(`INSERT INTO events (case_key, version, channel, seq, type, side, actor, at, facts, hash) VALUES (?, ?, 'room', ?, 'deadline_passed', 'system',
			'system', ?, ?, ?)`, key, v, v, at.UnixMicro(), make([]byte, 200), make([]byte, 32))
	}
	run(`UPDATE cases SET version = 6, head = ?, phase = 'escalated', col = 'new', class = 'TE', next_at = next_at + 1000, due = due + 1000 WHERE key = ?`,
		make([]byte, 32), key)
	run(`INSERT INTO scorecard_pairs (enterprise, consumer, counted, last_on, results) VALUES (?, ?, 1, '2026-08-20', ?)`,
		fmt.Sprint("enterprise ", key%50), fmt.Sprint("consumer ", key), make([]byte, 150))
}

// BenchmarkLists reads first pages among 100,000 cases, and a card beside the same figures computed from the cases.
func BenchmarkLists(b *testing.B) {
	s := newStore(b, store.Options{})
	ids := fileAll(b, s, 100_000, at)
	env := negotiation.Env{At: at.AddDate(0, 0, 30), Calendar: workday.Default()}
	inParallel(80_000, func(i int) { require.NoError(b, step(s, ids[i], negotiation.System, nil, env)) })
	cases := func(q app.CaseQuery) func() error {
		return func() error { _, err := s.Cases(ctx, q); return err }
	}
	today := workday.DateOf(env.At)
	for _, x := range []struct {
		name string
		read func() error
	}{
		{"inbox by due", cases(app.CaseQuery{Enterprise: "enterprise 7", Open: true, Sort: app.SortDue})},
		{"inbox by amount", cases(app.CaseQuery{Enterprise: "enterprise 7", Open: true, Sort: app.SortAmount})},
		{"inbox search", cases(app.CaseQuery{Enterprise: "enterprise 7", Open: true, Search: "没有"})},
		{"board new", cases(app.CaseQuery{Within: "430600", Column: app.ColumnNew})},
		{"board new by due", cases(app.CaseQuery{Within: "430600", Column: app.ColumnNew, Sort: app.SortDue})},
		{"board counts", func() error {
			_, err := s.CountColumns(ctx, app.CaseQuery{Within: "430600", Horizon: env.At})
			return err
		}},
		{"my cases", cases(app.CaseQuery{Consumer: "consumer 77"})},
		{"due", func() error { _, _, err := s.Due(ctx, env.At, 100); return err }},
		{"card", func() error { _, err := s.Card(ctx, "enterprise 7", today); return err }},
		{"card from the cases", func() error {
			var results []scorecard.Result
			for i := 7; i < len(ids); i += 50 {
				c, _, err := s.Case(ctx, ids[i])
				if err != nil {
					return err
				}
				if r := store.ResultOf(c); r != nil {
					results = append(results, *r)
				}
			}
			scorecard.Compute(results, today, 0, 0)
			return nil
		}},
		{"ranking", func() error { _, err := s.Ranking(ctx, app.RankingQuery{Today: today}); return err }},
		{"new store", func() error {
			s, err := store.Open(b.TempDir()+"/new.db", quiet(store.Options{}))
			if err != nil {
				return err
			}
			return s.Close()
		}},
	} {
		b.Run(x.name, func(b *testing.B) {
			for b.Loop() {
				require.NoError(b, x.read())
			}
		})
	}
}
