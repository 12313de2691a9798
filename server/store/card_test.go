package store_test

import (
	"database/sql"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hejie/negotiation"
	"hejie/negotiation/scorecard"
	"hejie/negotiation/workday"
	"hejie/server/app"
	"hejie/server/store"
)

// Cards and the ranking are read from sums: they work without a row of a case.
func TestFiguresTouchNoCases(t *testing.T) {
	t.Parallel()
	path := t.TempDir() + "/hejie.db"
	s := open(t, path, store.Options{})
	yearOfCases(t, s, "enterprise 7", 300)
	want, err := s.Card(ctx, "enterprise 7", yearsEnd)
	require.NoError(t, err)
	require.NotZero(t, want.N)
	require.NotZero(t, want.Running)
	require.NotEmpty(t, want.NotCounted)
	require.NoError(t, s.Close())

	db, err := sql.Open("hejie-writer", path)
	require.NoError(t, err)
	_, err = db.Exec(`DELETE FROM cases`)
	require.NoError(t, err)
	require.NoError(t, db.Close())
	s = open(t, path, store.Options{})
	for range 2 { // read, and as it was kept
		got, err := s.Card(ctx, "enterprise 7", yearsEnd)
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
	_, err = s.Ranking(ctx, app.RankingQuery{Today: yearsEnd})
	require.NoError(t, err)
	require.NoError(t, s.Close())
}

// A card that was kept moves with the figures, and with the day.
func TestKeptCardsMove(t *testing.T) {
	t.Parallel()
	s := newStore(t, store.Options{})
	ids := yearOfCases(t, s, "enterprise 7", 60)
	before, err := s.Card(ctx, "enterprise 7", yearsEnd)
	require.NoError(t, err)
	open := ids[len(ids)-1]
	c, _, err := s.Case(ctx, open)
	require.NoError(t, err)
	require.Empty(t, c.Class)
	env := negotiation.Env{At: c.LastAt.Add(time.Hour), Calendar: workday.Default()}
	require.NoError(t, step(s, open, negotiation.Actor{ID: c.Consumer, Role: negotiation.RoleConsumer}, negotiation.WithdrawCase{Reason: "other"}, env))
	after, err := s.Card(ctx, "enterprise 7", yearsEnd)
	require.NoError(t, err)
	require.Equal(t, before.Running-1, after.Running)
	require.Equal(t, before.Classes[negotiation.ClassWC]+1, after.Classes[negotiation.ClassWC])
	later, err := s.Card(ctx, "enterprise 7", yearsEnd.AddDays(300))
	require.NoError(t, err)
	require.Less(t, later.N, after.N)
	require.NoError(t, s.Rebuild(ctx))
	again, err := s.Card(ctx, "enterprise 7", yearsEnd)
	require.NoError(t, err)
	require.Equal(t, after, again)
}

var yearsEnd = workday.DateOf(at).AddDays(364)

// yearOfCases files n cases of one enterprise over a year, by consumers of whom a few come often, and ends them: unanswered, withdrawn, or
// sent on; the last twentieth is still running.
func yearOfCases(tb testing.TB, s *store.Store, enterprise string, n int) []string {
	ids := make([]string, n)
	inParallel(n, func(i int) {
		ids[i] = fmt.Sprintf("%s/%d", enterprise, i)
		by := negotiation.Actor{ID: fmt.Sprint("consumer ", i), Role: negotiation.RoleConsumer}
		if i%50 == 0 {
			by.ID = fmt.Sprint("often ", i/50%max(n/250, 1)) // five cases each
		}
		env := negotiation.Env{At: at.Add(time.Duration(i) * (330 * 24 * time.Hour / time.Duration(n))), Calendar: workday.Default()}
		err := file(s, ids[i], enterprise, by.ID, env.At)
		if err != nil {
			tb.Error(err)
		}
		if i >= n-n/20 {
			return
		}
		switch i % 3 {
		case 0:
			env.At = env.At.AddDate(0, 0, 30)
			err = step(s, ids[i], negotiation.System, nil, env)
		case 1:
			err = step(s, ids[i], by, negotiation.WithdrawCase{Reason: "other"}, env)
		default:
			err = step(s, ids[i], by, negotiation.Escalate{}, env)
		}
		if err != nil {
			tb.Error(err)
		}
	})
	return ids
}

// fromCases says with SQL over the cases what a card says of them: classes (three cases of a consumer count), consumers, how fast the
// enterprise first answered, and what is still running. Working time, medians and settlements are left out: it is the least of it.
const fromCases = `SELECT class, count(*) AS n, count(DISTINCT consumer) AS consumers, avg(answered - filed_at) AS response FROM (
		SELECT class, consumer, filed_at, row_number() OVER (PARTITION BY consumer ORDER BY key) AS nth,
			(SELECT min(at) FROM events WHERE case_key = key AND side = 'enterprise' AND channel = 'room') AS answered
		FROM cases WHERE enterprise = ? AND class <> '' AND filed_at >= ?)
	WHERE nth <= 3 GROUP BY class
	UNION ALL SELECT phase, count(*), 0, 0 FROM cases WHERE enterprise = ? AND open = 1 AND class = '' GROUP BY phase`

// BenchmarkCard reads the card of an enterprise with 5,000 cases in the window: read after a change, kept, and, for comparison, by an
// aggregation of the same cases by SQL. The last metric of each is how many times faster than the aggregation it is.
func BenchmarkCard(b *testing.B) {
	path := b.TempDir() + "/hejie.db"
	s := open(b, path, store.Options{})
	yearOfCases(b, s, "enterprise 7", 5000)
	db, err := sql.Open("hejie-reader", path)
	require.NoError(b, err)
	b.Cleanup(func() { require.NoError(b, db.Close()); require.NoError(b, s.Close()) })
	aggregate, err := db.Prepare(fromCases)
	require.NoError(b, err)
	b.Cleanup(func() { require.NoError(b, aggregate.Close()) })
	since := at.AddDate(0, 0, -1).UnixMicro()
	sqlOnce := func() error {
		rows, err := aggregate.Query("enterprise 7", since, "enterprise 7")
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var class string
			var n, consumers int64
			var response sql.NullFloat64
			if err := rows.Scan(&class, &n, &consumers, &response); err != nil {
				return err
			}
		}
		return rows.Err()
	}
	card := func() error { _, err := s.Card(ctx, "enterprise 7", yearsEnd); return err }
	var slowest time.Duration
	for _, x := range []struct {
		name string
		read func() error
	}{
		{"aggregated by SQL", sqlOnce},
		{"read after a change", func() error { s.ForgetCards(); return card() }},
		{"kept", card},
	} {
		b.Run(x.name, func(b *testing.B) {
			for b.Loop() {
				require.NoError(b, x.read())
			}
			took := b.Elapsed() / time.Duration(b.N)
			if slowest == 0 || x.name == "aggregated by SQL" {
				slowest = took
			}
			b.ReportMetric(float64(slowest)/float64(max(took, 1)), "×SQL")
		})
	}
}

// A log from before events told how long they took is counted by the calendar of the program.
func TestResultOfAnOlderLog(t *testing.T) {
	t.Parallel()
	filed := time.Date(2026, 3, 2, 4, 0, 0, 0, time.UTC) // a Monday, noon in Shanghai
	c := &negotiation.Case{Class: negotiation.ClassUE, FiledAt: filed, FirstResponse: filed.Add(24 * time.Hour), Rules: negotiation.DefaultRules()}
	require.Equal(t, int64(86400), store.ResultOf(c).Response)
	c.FirstResponse = time.Time{}
	require.Equal(t, int64(2*86400+43200), store.ResultOf(c).Response)
	c.SettledAt = filed.Add(48 * time.Hour)
	require.Equal(t, int64(2*86400), store.ResultOf(c).Settlement)
}

// Equal enterprises share a place, the next one's counts them all; those without a grade have none. A page says the same as the whole.
func TestRanks(t *testing.T) {
	t.Parallel()
	s := newStore(t, store.Options{})
	card := func(key int) scorecard.Card { return scorecard.Card{Rank: scorecard.Rank{Key: key}} }
	few := func(key int) scorecard.Card {
		return scorecard.Card{Rank: scorecard.Rank{Key: key, Withheld: []scorecard.Withheld{scorecard.FewCases}}}
	}
	s.SetRanking(yearsEnd, []app.Standing{{Enterprise: "a", Region: "430602", Card: card(90)}, {Enterprise: "b", Region: "430603", Card: card(80)}, {Enterprise: "c", Region: "430602", Card: card(80)},
		{Enterprise: "d", Region: "430602", Card: card(80)}, {Enterprise: "e", Region: "430602", Card: card(0)}, {Enterprise: "f", Region: "430602", Name: "丁.1", Card: few(1)},
		{Enterprise: "g", Region: "430602", Name: "丁.1", Card: few(99)}})
	ranks := func(within string, limit int) (got []string) {
		q := app.RankingQuery{Today: yearsEnd, Within: within, Limit: limit}
		for {
			page, err := s.Ranking(ctx, q)
			require.NoError(t, err)
			for _, r := range page.Rows {
				got = append(got, fmt.Sprint(r.Enterprise, r.Rank))
			}
			if q.After = page.Next; q.After == "" {
				return got
			}
		}
	}
	for _, limit := range []int{1, 2, 3, 100} {
		require.Equal(t, []string{"a1", "b2", "c2", "d2", "e5", "f0", "g0"}, ranks("", limit))
		require.Equal(t, []string{"a1", "c2", "d2", "e4", "f0", "g0"}, ranks("430602", limit))
		require.Equal(t, []string{"b1"}, ranks("430603", limit), "in its own district it is the first")
	}
}
