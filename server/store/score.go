package store

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"hejie/negotiation"
	"hejie/negotiation/scorecard"
	"hejie/negotiation/workday"
)

// ResultOf is what a case counts as in its enterprise's figures; nil while its negotiation stage runs. It depends on the log alone.
func ResultOf(c *negotiation.Case) *scorecard.Result {
	if c.Class == "" {
		return nil
	}
	r := &scorecard.Result{
		Enterprise: c.Enterprise, Consumer: c.Consumer, Case: c.ID, Class: c.Class, ClassedOn: workday.DateOf(c.ClassedAt),
		Agreed: !c.SettledAt.IsZero(), Late: c.Late, Answered: !c.FirstResponse.IsZero(),
	}
	pace := paceOf(c)
	r.Response = pace.Response
	if !r.Answered { // never answered: the full limit
		r.Response = pace.Limit
	}
	if r.Agreed {
		r.Settlement = pace.Settlement
	}
	return r
}

// paceOf the case, by the calendar that came with the program where an older log does not tell it.
func paceOf(c *negotiation.Case) negotiation.Pace {
	p := c.Pace()
	if p.Limit > 0 {
		return p
	}
	cal := workday.Default()
	return negotiation.Pace{Limit: cal.WorkingSeconds(c.FiledAt, cal.DueWorkdays(c.FiledAt, c.Rules.FirstResponse)),
		Response: cal.WorkingSeconds(c.FiledAt, c.FirstResponse), Settlement: cal.WorkingSeconds(c.FiledAt, c.SettledAt)}
}

type pairKey struct{ enterprise, consumer string }

// running counts cases that are not in the figures yet and stand beside the bar.
type running struct{ negotiation, performance int64 }

func runningOf(c *negotiation.Case) (n running) {
	switch {
	case c.Class != "" || c.Phase == negotiation.PhaseNone || c.Phase == negotiation.PhaseClosed:
	case c.Phase == negotiation.PhaseAgreed:
		n.performance = 1
	default:
		n.negotiation = 1
	}
	return n
}

// score moves the figures of the enterprise when what the case counts as has changed.
func (b *batch) score(before, after *negotiation.Case) {
	if was, is := runningOf(before), runningOf(after); was != is {
		if b.running == nil {
			b.running = make(map[string]running)
		}
		n := b.running[after.Enterprise]
		n.negotiation += is.negotiation - was.negotiation
		n.performance += is.performance - was.performance
		b.running[after.Enterprise] = n
		b.rank(after.Enterprise)
	}
	switch {
	case before.Class == "" && after.Class == "":
		return
	case before.Class == after.Class && before.ClassedAt.Equal(after.ClassedAt) && before.Late == after.Late &&
		before.FirstResponse.Equal(after.FirstResponse) && before.SettledAt.Equal(after.SettledAt):
		return
	}
	b.verdicts = append(b.verdicts, verdict{pairKey{after.Enterprise, after.Consumer}, after.ID, ResultOf(after)})
	b.rank(after.Enterprise)
}

// verdict is what a case counts as from now on; without a result nothing.
type verdict struct {
	pairKey
	caseID string
	result *scorecard.Result
}

// settlePairs works the verdicts into the results of the consumers. Nobody else changes these meanwhile.
func (b *batch) settlePairs() error {
	if b.tx.pipe != nil {
		if err := b.holdPairs(); err != nil {
			return err
		}
	}
	for _, v := range b.verdicts {
		p, err := b.pair(v.pairKey)
		if err != nil {
			return err
		}
		var ds []scorecard.RowDelta
		if v.result != nil {
			*p, ds = p.Set(*v.result)
		} else {
			*p, ds = p.Clear(v.caseID)
		}
		b.deltas = append(b.deltas, ds...)
	}
	return nil
}

func (b *batch) rank(enterprise string) {
	if b.ranked == nil {
		b.ranked = make(map[string]bool)
	}
	b.ranked[enterprise] = true
}

// pair gives a consumer's results with an enterprise, to be changed.
func (b *batch) pair(k pairKey) (*scorecard.Pair, error) {
	if p := b.pairs[k]; p != nil {
		return p, nil
	}
	stored, err := b.tx.blob(`SELECT results FROM scorecard_pairs WHERE enterprise = ? AND consumer = ?`, k.enterprise, k.consumer)
	if err != nil {
		return nil, err
	}
	return b.readPair(k, stored)
}

func (b *batch) readPair(k pairKey, stored []byte) (*scorecard.Pair, error) {
	p, err := scorecard.ReadPair(k.enterprise, k.consumer, stored)
	if err != nil {
		return nil, err
	}
	if b.pairs == nil {
		b.pairs = make(map[pairKey]*scorecard.Pair)
	}
	b.pairs[k] = &p
	return &p, nil
}

// flushScores writes the figures that changed.
func (b *batch) flushScores() error {
	if err := b.settlePairs(); err != nil {
		return err
	}
	if err := b.writePairs(); err != nil {
		return err
	}
	if err := b.addToRows(); err != nil {
		return err
	}
	if err := b.addToRunning(); err != nil {
		return err
	}
	b.unscored()
	return nil
}

func (b *batch) writePairs() error {
	for k, p := range b.pairs {
		var err error
		if p.Empty() {
			err = b.tx.run(`DELETE FROM scorecard_pairs WHERE enterprise = ? AND consumer = ?`, k.enterprise, k.consumer)
		} else {
			err = b.tx.run(`INSERT INTO scorecard_pairs (enterprise, consumer, counted, last_on, results) VALUES (?, ?, ?, ?, ?)
				ON CONFLICT (enterprise, consumer) DO UPDATE SET counted = excluded.counted, last_on = excluded.last_on, results = excluded.results`,
				k.enterprise, k.consumer, p.Counted(), p.LastOn().String(), p.Bytes())
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// addToRows adds to the sums of enterprises, in an order, so that replicas do not wait for each other in a circle; addToRunning, too.
func (b *batch) addToRows() error {
	deltas := scorecard.Merge(b.deltas)
	slices.SortFunc(deltas, func(x, y scorecard.RowDelta) int {
		return cmp.Or(cmp.Compare(x.Enterprise, y.Enterprise), cmp.Compare(x.Grain, y.Grain), cmp.Compare(x.Span, y.Span), cmp.Compare(x.Class, y.Class))
	})
	for _, d := range deltas {
		args := []any{d.Enterprise, string(d.Grain), d.Span, string(d.Class)}
		for _, v := range d.Values() {
			args = append(args, v)
		}
		if err := b.tx.run(addToRow, args...); err != nil {
			return err
		}
		if d.N < 0 { // a row of zeros is no row
			if err := b.tx.run(`DELETE FROM scorecard_rows WHERE enterprise = ? AND grain = ? AND span = ? AND class = ? AND n = 0`, args[:4]...); err != nil {
				return err
			}
		}
	}
	return nil
}

func (b *batch) addToRunning() error {
	for _, enterprise := range slices.Sorted(maps.Keys(b.running)) {
		n := b.running[enterprise]
		if n == (running{}) {
			continue
		}
		err := b.tx.run(`INSERT INTO scorecard_running (enterprise, running, in_performance) VALUES (?, ?, ?)
			ON CONFLICT (enterprise) DO UPDATE SET running = scorecard_running.running + excluded.running,
			in_performance = scorecard_running.in_performance + excluded.in_performance`,
			enterprise, n.negotiation, n.performance)
		if err == nil && (n.negotiation < 0 || n.performance < 0) {
			err = b.tx.run(`DELETE FROM scorecard_running WHERE enterprise = ? AND running = 0 AND in_performance = 0`, enterprise)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// unscored forgets what is noted for the figures: it was written, or what it follows from is undone.
func (b *batch) unscored() { b.verdicts, b.pairs, b.deltas, b.running = nil, nil, nil, nil }

var (
	columns  = scorecard.Columns()
	addToRow = func() string {
		names, marks, sets := "enterprise, grain, span, class", "?, ?, ?, ?", make([]string, 0, len(columns))
		for _, c := range columns {
			names, marks, sets = names+", "+c, marks+", ?", append(sets, c+" = scorecard_rows."+c+" + excluded."+c)
		}
		return `INSERT INTO scorecard_rows (` + names + `) VALUES (` + marks + `) ON CONFLICT (enterprise, grain, span, class) DO UPDATE SET ` + strings.Join(sets, ", ")
	}()
	sumColumns = func() string {
		sums := make([]string, 0, len(columns))
		for _, c := range columns {
			sums = append(sums, "sum("+c+")")
		}
		return strings.Join(sums, ", ")
	}()
)
