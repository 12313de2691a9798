package scorecard_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"hejie/negotiation"
	"hejie/negotiation/scorecard"
	"hejie/negotiation/workday"
)

// store is what a database does with the package: rows, pairs and sums.
type store struct {
	rows  map[scorecard.RowKey]scorecard.Counts
	pairs map[string][]byte
}

func (s *store) add(ds []scorecard.RowDelta) {
	for _, d := range ds {
		s.rows[d.RowKey] = plus(s.rows[d.RowKey], d.Counts)
	}
}

func plus(a, b scorecard.Counts) scorecard.Counts {
	x, y := a.Values(), b.Values()
	for i := range x {
		x[i] += y[i]
	}
	return scorecard.CountsOf(x)
}

// has says whether a row belongs to the window, as the store's SQL does.
func has(s scorecard.Spans, k scorecard.RowKey) bool {
	if k.Grain == scorecard.ByMonth {
		return k.Span >= s.FirstMonth
	}
	return s.FirstDay != "" && s.FirstDay <= k.Span && k.Span <= s.LastDay
}

func (s *store) read(t require.TestingT, to workday.Date) scorecard.Card {
	in := scorecard.Reading{Window: scorecard.WindowTo(to), Sums: map[negotiation.Class]scorecard.Counts{}}
	spans := in.Window.Spans()
	for k, c := range s.rows {
		if k.Enterprise == "e" && has(spans, k) {
			in.Sums[k.Class] = plus(in.Sums[k.Class], c)
		}
	}
	for consumer, b := range s.pairs {
		p, err := scorecard.ReadPair("e", consumer, b)
		require.NoError(t, err)
		if p.LastOn().Before(in.Window.From) {
			continue
		}
		in.Consumers++
		if p.Counted() > scorecard.PerConsumer {
			in.Frequent = append(in.Frequent, p)
		}
	}
	return scorecard.Read(in)
}

func anyResult(t *rapid.T, i int) scorecard.Result {
	return scorecard.Result{
		Enterprise: "e", Consumer: fmt.Sprint("c", rapid.IntRange(0, 5).Draw(t, "consumer")), Case: fmt.Sprintf("k%02d", i),
		Class:      rapid.SampledFrom(negotiation.Classes[:]).Draw(t, "class"),
		ClassedOn:  today.AddDays(-rapid.IntRange(0, 420).Draw(t, "ago")),
		Agreed:     rapid.Bool().Draw(t, "agreed"),
		Late:       rapid.Bool().Draw(t, "late"),
		Answered:   rapid.Bool().Draw(t, "answered"),
		Response:   rapid.Int64Range(0, 200*hour).Draw(t, "response"),
		Settlement: rapid.Int64Range(0, 600*hour).Draw(t, "settlement"),
	}
}

// Cases are classed, moved and cleared, their changes interleaved and their deltas added in any order: the card read from
// the rows is the one computed from the results that stand at the end, on every later day too.
func TestRowsEqualResults(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		final := map[string]scorecard.Result{}
		pairs := map[string]scorecard.Pair{}
		var deltas []scorecard.RowDelta
		n := rapid.IntRange(0, 40).Draw(t, "changes")
		for i := range n {
			r := anyResult(t, i)
			if i > 0 && rapid.Bool().Draw(t, "again") { // an earlier case changes
				if old, ok := final[fmt.Sprintf("k%02d", rapid.IntRange(0, i-1).Draw(t, "which"))]; ok {
					r.Case, r.Consumer, r.ClassedOn = old.Case, old.Consumer, old.ClassedOn
				}
			}
			p, ok := pairs[r.Consumer]
			if !ok {
				p = scorecard.Pair{Enterprise: "e", Consumer: r.Consumer}
			}
			var ds []scorecard.RowDelta
			if rapid.IntRange(0, 9).Draw(t, "clear") == 0 {
				p, ds = p.Clear(r.Case)
				delete(final, r.Case)
			} else {
				p, ds = p.Set(r)
				final[r.Case] = r
			}
			pairs[r.Consumer] = p
			deltas = append(deltas, ds...)
		}
		s := store{map[scorecard.RowKey]scorecard.Counts{}, map[string][]byte{}}
		deltas = rapid.Permutation(deltas).Draw(t, "order")
		if rapid.Bool().Draw(t, "merged") {
			deltas = scorecard.Merge(deltas)
		}
		s.add(deltas)
		for c, p := range pairs {
			s.pairs[c] = p.Bytes()
		}
		var results []scorecard.Result
		for _, r := range final {
			results = append(results, r)
		}
		for _, later := range []int{0, 1, 20, rapid.IntRange(0, 400).Draw(t, "later")} {
			to := today.AddDays(later)
			require.Equal(t, scorecard.Compute(results, to, 0, 0), s.read(t, to))
		}

		// Taking everything away leaves nothing.
		for c, p := range pairs {
			for _, r := range results {
				if r.Consumer == c {
					var ds []scorecard.RowDelta
					p, ds = p.Clear(r.Case)
					s.add(ds)
				}
			}
			require.True(t, p.Empty())
		}
		for k, c := range s.rows {
			require.Zero(t, c, k)
		}
	})
}

func TestCardProperties(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		rs := make([]scorecard.Result, rapid.IntRange(0, 30).Draw(t, "n"))
		for i := range rs {
			rs[i] = anyResult(t, i)
		}
		c := scorecard.Compute(rs, today, 0, 0)
		require.Equal(t, c, scorecard.Compute(rapid.Permutation(rs).Draw(t, "order"), today, 0, 0))
		require.Equal(t, c.N, c.Confirmed.Count+c.Unknown.Count+c.Failed.Count)
		if c.N > 0 {
			require.Equal(t, 100, c.Confirmed.Percent+c.Unknown.Percent+c.Failed.Percent)
		}
		require.LessOrEqual(t, c.N, scorecard.PerConsumer*c.Consumers)
		require.Equal(t, c.N, c.Response.N)
		require.LessOrEqual(t, c.Rank.Key, 10_000)
	})
}

func TestDelta(t *testing.T) {
	t.Parallel()
	r := some(negotiation.ClassSU, 1)[0]
	ds := scorecard.Delta(nil, &r)
	require.Len(t, ds, 2)
	require.Equal(t, scorecard.RowKey{"e", scorecard.ByDay, "2026-11-20", negotiation.ClassSU}, ds[0].RowKey)
	require.Equal(t, scorecard.RowKey{"e", scorecard.ByMonth, "2026-11", negotiation.ClassSU}, ds[1].RowKey)
	require.Empty(t, scorecard.Delta(&r, &r))
	require.Empty(t, scorecard.Delta(nil, nil))
	moved := r
	moved.Class = negotiation.ClassSC
	ds = scorecard.Delta(&r, &moved)
	require.Len(t, ds, 4)
	require.Empty(t, scorecard.Merge(append(ds, scorecard.Delta(&moved, &r)...)))
	late := moved
	late.Late = true
	ds = scorecard.Delta(&moved, &late)
	require.Len(t, ds, 2)
	require.Equal(t, scorecard.Counts{Late: 1}, ds[0].Counts)
}

func TestPair(t *testing.T) {
	t.Parallel()
	rs := some(negotiation.ClassSC, 3)
	p := scorecard.Pair{Enterprise: "e", Consumer: "c"}
	for _, r := range rs {
		p, _ = p.Set(r)
	}
	before := p
	last := rs[0]
	last.Class = negotiation.ClassDU
	p, _ = p.Set(last)
	require.Equal(t, 2, p.Counted())
	require.Equal(t, today.AddDays(-1), p.LastOn())
	require.Equal(t, 3, before.Counted(), "a value")
	_, taken := p.Clear("SC-0000")
	for _, d := range taken {
		require.Equal(t, negotiation.ClassDU, d.Class)
		require.EqualValues(t, -1, d.N)
	}
	require.NotEmpty(t, taken)
	same, none := p.Clear("x")
	require.Equal(t, p, same)
	require.Empty(t, none)

	back, err := scorecard.ReadPair("e", "c", p.Bytes())
	require.NoError(t, err)
	require.Equal(t, p, back)
	_, err = scorecard.ReadPair("e", "c", []byte("{"))
	require.Error(t, err)
	empty, err := scorecard.ReadPair("e", "c", nil)
	require.NoError(t, err)
	require.True(t, empty.Empty())
	require.True(t, empty.LastOn().IsZero())
	require.Equal(t, "[]", string(empty.Bytes()))
}

func TestSpans(t *testing.T) {
	t.Parallel()
	for to, want := range map[string]scorecard.Spans{
		"2026-11-20": {"2025-11-21", "2025-11-30", "2025-12"},
		"2026-12-31": {"", "", "2026-01"},
		"2026-12-30": {"2025-12-31", "2025-12-31", "2026-01"},
		"2027-02-27": {"2026-02-28", "2026-02-28", "2026-03"},
		"2027-01-30": {"2026-01-31", "2026-01-31", "2026-02"},
		"2028-12-30": {"", "", "2028-01"}, // 366 days in 2028
	} {
		d, err := workday.Parse(to)
		require.NoError(t, err)
		require.Equal(t, want, scorecard.WindowTo(d).Spans(), to)
	}
	names := scorecard.Columns()
	require.Equal(t, []string{"n", "agreed", "late", "unanswered", "r00"}, names[:5])
	require.Equal(t, "s15", names[scorecard.NumColumns-1])
	require.Len(t, slices.Compact(slices.Sorted(slices.Values(names[:]))), scorecard.NumColumns)
}

func BenchmarkRead(b *testing.B) {
	in := scorecard.Reading{Window: scorecard.WindowTo(today), Sums: map[negotiation.Class]scorecard.Counts{}, Consumers: 9}
	for _, c := range negotiation.Classes {
		in.Sums[c] = scorecard.Counts{N: 10}
	}
	for b.Loop() {
		scorecard.Read(in)
	}
}

func BenchmarkPairSet(b *testing.B) {
	r := some(negotiation.ClassSC, 1)[0]
	for b.Loop() {
		p, _ := scorecard.ReadPair("e", "c", nil)
		p, _ = p.Set(r)
		_ = p.Bytes()
	}
}
