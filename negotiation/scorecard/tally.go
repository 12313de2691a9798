package scorecard

import (
	"slices"

	"hejie/negotiation"
)

// Tally is what can be said of any sum of rows, of one enterprise or of many, of a window or of a month. Percentages are whole; seconds
// fall on working days.
type Tally struct {
	N          int64                       `json:"n"`       // D: cases that count
	Classes    map[negotiation.Class]int64 `json:"classes"` // every class, RX, DU and AB too
	Confirmed  Share                       `json:"confirmed"`
	Unknown    Share                       `json:"unknown"`
	Failed     Share                       `json:"failed"`
	Late       int64                       `json:"late"`     // among the confirmed
	LeftOut    int64                       `json:"left_out"` // RX, DU, AB
	Plain      Ratio                       `json:"plain"`    // 和解成功率
	Response   Speed                       `json:"response"`
	Settlement Speed                       `json:"settlement"`
}

// TallyOf the sums of rows by class.
func TallyOf(sums map[negotiation.Class]Counts) Tally {
	t := Tally{Classes: make(map[negotiation.Class]int64, len(negotiation.Classes))}
	var d Counts
	for _, class := range negotiation.Classes {
		s := sums[class]
		t.Classes[class] = s.N
		switch class.Share() {
		case negotiation.Confirmed:
			t.Confirmed.Count += s.N
			t.Late += s.Late
		case negotiation.Unknown:
			t.Unknown.Count += s.N
		case negotiation.Failed:
			t.Failed.Count += s.N
		default:
			t.LeftOut += s.N
			continue
		}
		d.add(s, 1)
	}
	t.N = d.N
	percent := percentages([]int64{t.Confirmed.Count, t.Unknown.Count, t.Failed.Count})
	t.Confirmed.Percent, t.Unknown.Percent, t.Failed.Percent = percent[0], percent[1], percent[2]
	t.Plain = ratio(d.Agreed, t.N)
	t.Response = speed(d.Response, ResponseEdges())
	t.Response.Unanswered = d.Unanswered
	t.Settlement = speed(d.Settlement, SettlementEdges())
	return t
}

// Share of the bar. The three of a tally sum to N and to 100 percent, or are all 0.
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

// Speed over N cases.
type Speed struct {
	N          int64  `json:"n"`
	Unanswered int64  `json:"unanswered,omitempty"` // first response only: in the figures as the full limit
	Median     Within `json:"median"`
	P90        Within `json:"p90"`
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
