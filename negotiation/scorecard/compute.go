package scorecard

import (
	"slices"

	"hejie/negotiation"
	"hejie/negotiation/workday"
)

// Compute gives the card of one enterprise from all its results, in any order, for the window that ends with the day to.
// Running and in-performance cases are passed through. It is the definition that everything else is held to.
func Compute(results []Result, to workday.Date, running, inPerformance int64) Card {
	w := WindowTo(to)
	sums := make(map[negotiation.Class]Counts)
	counted := make(map[string]int) // by consumer
	var notCounted []string
	for _, r := range slices.SortedFunc(slices.Values(results), earlier) {
		if !w.Has(r.ClassedOn) {
			continue
		}
		if r.Counts() {
			if counted[r.Consumer] == PerConsumer {
				notCounted = append(notCounted, r.Case)
				continue
			}
			counted[r.Consumer]++
		}
		s := sums[r.Class]
		s.add(r.counts(), 1)
		sums[r.Class] = s
	}
	return card(w, sums, int64(len(counted)), notCounted, running, inPerformance)
}
