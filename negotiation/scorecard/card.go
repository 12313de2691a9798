package scorecard

import (
	"math"
	"slices"

	"hejie/negotiation"
)

// Card is what the public sees of an enterprise. Percentages are whole; seconds fall on working days.
type Card struct {
	Formula    string                      `json:"formula"`
	Window     Window                      `json:"window"`
	N          int64                       `json:"n"` // D: cases that count
	Consumers  int64                       `json:"consumers"`
	Classes    map[negotiation.Class]int64 `json:"classes"` // every class, RX, DU and AB too
	Confirmed  Share                       `json:"confirmed"`
	Unknown    Share                       `json:"unknown"`
	Failed     Share                       `json:"failed"`
	Late       int64                       `json:"late"`        // among the confirmed
	LeftOut    int64                       `json:"left_out"`    // RX, DU, AB
	NotCounted []string                    `json:"not_counted"` // cases beyond a consumer's three, sorted
	Rank       Rank                        `json:"rank"`
	Plain      Ratio                       `json:"plain"` // 和解成功率
	Response   Speed                       `json:"response"`
	Settlement Speed                       `json:"settlement"`

	Running       int64 `json:"running"`        // negotiation stage not ended
	InPerformance int64 `json:"in_performance"` // agreed, performance not settled yet
}

// Share of the bar. The three of a card sum to N and to 100 percent, or are all 0.
type Share struct {
	Count   int64 `json:"count"`
	Percent int   `json:"percent"`
}

// Ratio with its parts, so that nobody has to trust the percentage. Of nothing it is 0 %.
type Ratio struct {
	Numerator   int64 `json:"numerator"`
	Denominator int64 `json:"denominator"`
	Percent     int   `json:"percent"` // rounded to the nearest, halves up
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

// Speed of an enterprise, over N cases.
type Speed struct {
	N          int64  `json:"n"`
	Unanswered int64  `json:"unanswered,omitempty"` // first response only: in the figures as the full limit
	Median     Within `json:"median"`
	P90        Within `json:"p90"`
}

// card makes the figures. Sums hold what counts and what is left out, not what is not counted.
func card(w Window, sums map[negotiation.Class]Counts, consumers int64, notCounted []string, running, inPerformance int64) Card {
	c := Card{
		Formula: Formula, Window: w, Consumers: consumers, Classes: make(map[negotiation.Class]int64, len(negotiation.Classes)),
		NotCounted: append([]string{}, notCounted...), Running: running, InPerformance: inPerformance,
	}
	slices.Sort(c.NotCounted)
	var d Counts
	for _, class := range negotiation.Classes {
		s := sums[class]
		c.Classes[class] = s.N
		switch class.Share() {
		case negotiation.Confirmed:
			c.Confirmed.Count += s.N
			c.Late += s.Late
		case negotiation.Unknown:
			c.Unknown.Count += s.N
		case negotiation.Failed:
			c.Failed.Count += s.N
		default:
			c.LeftOut += s.N
			continue
		}
		d.add(s, 1)
	}
	c.N = d.N
	percent := percentages([]int64{c.Confirmed.Count, c.Unknown.Count, c.Failed.Count})
	c.Confirmed.Percent, c.Unknown.Percent, c.Failed.Percent = percent[0], percent[1], percent[2]
	c.Rank = rank(c.Classes[negotiation.ClassSC], c.N-c.Classes[negotiation.ClassSU], c.N, consumers)
	c.Plain = ratio(d.Agreed, c.N)
	c.Response = speed(d.Response, ResponseEdges())
	c.Response.Unanswered = d.Unanswered
	c.Settlement = speed(d.Settlement, SettlementEdges())
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

func speed(h Histogram, edges [Buckets - 1]int64) Speed {
	return Speed{N: h.total(), Median: h.quantile(edges, 50), P90: h.quantile(edges, 90)}
}

func ratio(num, den int64) Ratio {
	r := Ratio{Numerator: num, Denominator: den}
	if den > 0 {
		r.Percent = int((200*num + den) / (2 * den))
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

// percentages of the sum, whole, adding up to 100 by largest remainder; of equal remainders the first goes up. All 0 if the
// sum is.
func percentages(counts []int64) []int {
	var sum int64
	for _, n := range counts {
		sum += n
	}
	out := make([]int, len(counts))
	if sum <= 0 {
		return out
	}
	order := make([]int, len(counts))
	left := 100
	for i, n := range counts {
		order[i] = i
		out[i] = int(n * 100 / sum)
		left -= out[i]
	}
	slices.SortStableFunc(order, func(a, b int) int { return int(counts[b]*100%sum - counts[a]*100%sum) })
	for _, i := range order[:left] {
		out[i]++
	}
	return out
}
