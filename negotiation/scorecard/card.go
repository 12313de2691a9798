package scorecard

import (
	"math"
	"slices"

	"hejie/negotiation"
)

// Card is what the public sees of an enterprise.
type Card struct {
	Formula string `json:"formula"`
	Window  Window `json:"window"`
	Tally
	Consumers  int64    `json:"consumers"`
	NotCounted []string `json:"not_counted"` // cases beyond a consumer's three, sorted
	Rank       Rank     `json:"rank"`

	Running       int64 `json:"running"`        // negotiation stage not ended
	InPerformance int64 `json:"in_performance"` // agreed, performance not settled yet
}

// Rank of an enterprise among others.
type Rank struct {
	Key         int        `json:"key"`         // ten-thousandths: Wilson 95 % lower bound of numerator/denominator
	Numerator   int64      `json:"numerator"`   // SC
	Denominator int64      `json:"denominator"` // D - SU
	Withheld    []Withheld `json:"withheld"`    // why no grade is shown (样本不足); empty if one is
}

// Graded says whether the grade is shown and the enterprise ranked.
func (r Rank) Graded() bool { return len(r.Withheld) == 0 }

// Withheld is a reason to give no grade.
type Withheld string

// The reasons.
const (
	FewCases     Withheld = "few_cases"
	FewConsumers Withheld = "few_consumers"
	NoneKnown    Withheld = "none_known" // D = SU: nothing to rank by
)

// card makes the figures. Sums hold what counts and what is left out, not what is not counted.
func card(w Window, sums map[negotiation.Class]Counts, consumers int64, notCounted []string, running, inPerformance int64) Card {
	c := Card{
		Formula: Formula, Window: w, Tally: TallyOf(sums), Consumers: consumers,
		NotCounted: append([]string{}, notCounted...), Running: running, InPerformance: inPerformance,
	}
	slices.Sort(c.NotCounted)
	c.Rank = rank(c.Classes[negotiation.ClassSC], c.N-c.Classes[negotiation.ClassSU], c.N, consumers)
	return c
}

func rank(confirmed, known, n, consumers int64) Rank {
	r := Rank{int(math.Round(Wilson(confirmed, known) * 10_000)), confirmed, known, []Withheld{}}
	if n < MinCases {
		r.Withheld = append(r.Withheld, FewCases)
	}
	if consumers < MinConsumers {
		r.Withheld = append(r.Withheld, FewConsumers)
	}
	if known == 0 {
		r.Withheld = append(r.Withheld, NoneKnown)
	}
	return r
}

// Wilson gives the lower bound of the 95 % Wilson score interval of successes out of trials; 0 for no trials.
func Wilson(successes, trials int64) float64 {
	if trials <= 0 {
		return 0
	}
	const z = 1.959963984540054 // 97.5th percentile of the standard normal distribution
	n := float64(trials)
	p := float64(successes) / n
	low := (p + z*z/(2*n) - z*math.Sqrt((p*(1-p)+z*z/(4*n))/n)) / (1 + z*z/n)
	return max(0, low)
}
