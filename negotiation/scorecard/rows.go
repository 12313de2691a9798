package scorecard

import (
	"maps"
	"slices"

	"hejie/negotiation"
	"hejie/negotiation/workday"
)

// Grain of a row.
type Grain string

// The grains.
const (
	ByDay   Grain = "d"
	ByMonth Grain = "m"
)

// RowKey is the key of a row. Span is a day ("2026-08-04") or a month ("2026-08").
type RowKey struct {
	Enterprise string
	Grain      Grain
	Span       string
	Class      negotiation.Class
}

// RowDelta is what to add to a row; a row that is not there is one of zeros.
type RowDelta struct {
	RowKey
	Counts
}

// Delta gives what to add to the rows when a case's result changes; nil stands for none. Both are of the same case. Rows
// that do not change are left out.
func Delta(before, after *Result) []RowDelta {
	var ds []RowDelta
	add := func(r *Result, n int64) {
		if r == nil {
			return
		}
		c := r.counts()
		for _, k := range r.keys() {
			i := slices.IndexFunc(ds, func(d RowDelta) bool { return d.RowKey == k })
			if i < 0 {
				i, ds = len(ds), append(ds, RowDelta{RowKey: k})
			}
			ds[i].add(c, n)
		}
	}
	add(before, -1)
	add(after, 1)
	return slices.DeleteFunc(ds, func(d RowDelta) bool { return d.Counts == Counts{} })
}

func (r Result) keys() [2]RowKey {
	on := r.ClassedOn.String()
	return [2]RowKey{{r.Enterprise, ByDay, on, r.Class}, {r.Enterprise, ByMonth, month(on), r.Class}}
}

func month(day string) string { return day[:len(day)-len("-02")] }

// Merge adds up deltas of the same row, for a transaction with many changes; their order does not matter.
func Merge(ds []RowDelta) []RowDelta {
	at := make(map[RowKey]int, len(ds))
	var out []RowDelta
	for _, d := range ds {
		if i, ok := at[d.RowKey]; ok {
			out[i].add(d.Counts, 1)
			continue
		}
		at[d.RowKey] = len(out)
		out = append(out, d)
	}
	return slices.DeleteFunc(out, func(d RowDelta) bool { return d.Counts == Counts{} })
}

// Spans says which rows make up the window, given that there is none after it: the days from FirstDay to LastDay (none if
// FirstDay is "") and the months from FirstMonth on.
type Spans struct{ FirstDay, LastDay, FirstMonth string }

// Spans of the window.
func (w Window) Spans() Spans {
	if w.From.Day == 1 {
		return Spans{FirstMonth: month(w.From.String())}
	}
	next := workday.Date{Year: w.From.Year, Month: w.From.Month, Day: 1}.AddDays(31)
	next.Day = 1
	return Spans{w.From.String(), next.AddDays(-1).String(), month(next.String())}
}

// Reading is what the store reads for a card.
type Reading struct {
	Window        Window
	Sums          map[negotiation.Class]Counts // of the rows in Window.Spans
	Consumers     int64                        // pairs of the enterprise with LastOn not before Window.From
	Frequent      []Pair                       // those of them with Counted above PerConsumer; others do no harm
	Running       int64
	InPerformance int64
}

// Read gives the card: the sums without what a consumer has beyond the three.
func Read(in Reading) Card {
	sums := maps.Clone(in.Sums)
	var notCounted []string
	for _, p := range in.Frequent {
		for _, r := range p.beyond(in.Window) {
			s := sums[r.Class]
			s.add(r.counts(), -1)
			sums[r.Class] = s
			notCounted = append(notCounted, r.Case)
		}
	}
	return card(in.Window, sums, in.Consumers, notCounted, in.Running, in.InPerformance)
}
