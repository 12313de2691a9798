package scorecard

import (
	"encoding/json"
	"slices"

	"hejie/negotiation/workday"
)

// Pair is all that one consumer's cases with one enterprise have added to the rows. The zero results are a new pair; an
// empty one need not be kept. Pairs are values: a change gives a new one.
type Pair struct {
	Enterprise string
	Consumer   string
	results    []Result // by day, then case; left-out classes too
}

// ReadPair reads what Bytes wrote; nil is a new pair.
func ReadPair(enterprise, consumer string, b []byte) (Pair, error) {
	p := Pair{Enterprise: enterprise, Consumer: consumer}
	if len(b) == 0 {
		return p, nil
	}
	if err := json.Unmarshal(b, &p.results); err != nil {
		return Pair{}, err
	}
	for i := range p.results {
		p.results[i].Enterprise, p.results[i].Consumer = enterprise, consumer
	}
	return p, nil
}

// Bytes is the JSON array of the results for the store, the same for the same results however they came.
func (p Pair) Bytes() []byte {
	b, err := json.Marshal(append([]Result{}, p.results...))
	if err != nil {
		panic(err) // strings, numbers and dates always encode
	}
	return b
}

// Empty says whether the pair holds nothing.
func (p Pair) Empty() bool { return len(p.results) == 0 }

// Counted is the number of results that count (are in D of some window).
func (p Pair) Counted() int {
	n := 0
	for _, r := range p.results {
		if r.Counts() {
			n++
		}
	}
	return n
}

// LastOn is the day of the latest result that counts; the zero Date if there is none.
func (p Pair) LastOn() workday.Date {
	for _, r := range slices.Backward(p.results) {
		if r.Counts() {
			return r.ClassedOn
		}
	}
	return workday.Date{}
}

// Set puts the result of a case in place of the one before, if any, and gives what to add to the rows. The pair's
// enterprise and consumer become the result's.
func (p Pair) Set(r Result) (Pair, []RowDelta) {
	r.Enterprise, r.Consumer = p.Enterprise, p.Consumer
	old, rest := p.cut(r.Case)
	i, _ := slices.BinarySearchFunc(rest, r, earlier)
	p.results = slices.Insert(rest, i, r)
	return p, Delta(old, &r)
}

// Clear takes a case's result away, because it runs again, and gives what to add to the rows.
func (p Pair) Clear(caseID string) (Pair, []RowDelta) {
	old, rest := p.cut(caseID)
	p.results = rest
	return p, Delta(old, nil)
}

// cut gives the result of a case, if any, and a copy of the others.
func (p Pair) cut(caseID string) (*Result, []Result) {
	rest := slices.Clone(p.results)
	i := slices.IndexFunc(rest, func(r Result) bool { return r.Case == caseID })
	if i < 0 {
		return nil, rest
	}
	old := rest[i]
	return &old, slices.Delete(rest, i, i+1)
}

// beyond lists the results in the window that come after the first PerConsumer that count.
func (p Pair) beyond(w Window) []Result {
	in := slices.DeleteFunc(slices.Clone(p.results), func(r Result) bool { return !r.Counts() || !w.Has(r.ClassedOn) })
	return in[min(PerConsumer, len(in)):]
}
