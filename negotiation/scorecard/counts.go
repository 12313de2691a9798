package scorecard

import "fmt"

// Buckets of a histogram; the last one is open.
const Buckets = 16

// Histogram counts durations by bucket.
type Histogram [Buckets]int64

const (
	minute = 60
	hour   = 60 * minute
	day    = 24 * hour
)

// ResponseEdges are the upper edges, in seconds and inclusive, of the buckets of first response but the open one.
func ResponseEdges() [Buckets - 1]int64 {
	return [...]int64{15 * minute, 30 * minute, hour, 2 * hour, 4 * hour, 8 * hour, 12 * hour, 18 * hour, day, 36 * hour, 2 * day, 60 * hour, 3 * day, 4 * day, 5 * day}
}

// SettlementEdges are those of the buckets of settlement.
func SettlementEdges() [Buckets - 1]int64 {
	return [...]int64{hour, 4 * hour, 12 * hour, day, 2 * day, 3 * day, 4 * day, 5 * day, 6 * day, 7 * day, 8 * day, 9 * day, 10 * day, 15 * day, 20 * day}
}

func bucket(edges [Buckets - 1]int64, seconds int64) int {
	for i, e := range edges {
		if seconds <= e {
			return i
		}
	}
	return Buckets - 1
}

// Within is a quantile as a histogram knows it: at most Seconds, or more than Seconds if More.
type Within struct {
	Seconds int64 `json:"seconds"`
	More    bool  `json:"more,omitempty"`
}

// quantile gives the bucket of the ceil(n·percent/100)-th smallest of n; the zero Within for none.
func (h Histogram) quantile(edges [Buckets - 1]int64, percent int64) Within {
	n := h.total()
	if n == 0 {
		return Within{}
	}
	rank := (n*percent + 99) / 100
	for i, e := range edges {
		if rank -= h[i]; rank <= 0 {
			return Within{Seconds: e}
		}
	}
	return Within{edges[Buckets-2], true}
}

func (h Histogram) total() (n int64) {
	for _, v := range h {
		n += v
	}
	return n
}

// Counts of results of one class. They add up; a delta's may be negative.
type Counts struct {
	N          int64
	Agreed     int64
	Late       int64
	Unanswered int64
	Response   Histogram
	Settlement Histogram
}

// NumColumns of Counts in a table.
const NumColumns = 4 + 2*Buckets

// Columns names the columns of Counts in the order of Values: n, agreed, late, unanswered, r00 … r15 (first response) and
// s00 … s15 (settlement).
func Columns() [NumColumns]string {
	names := [NumColumns]string{"n", "agreed", "late", "unanswered"}
	for i := range Buckets {
		names[4+i] = fmt.Sprintf("r%02d", i)
		names[4+Buckets+i] = fmt.Sprintf("s%02d", i)
	}
	return names
}

// Values of the columns.
func (c Counts) Values() [NumColumns]int64 {
	v := [NumColumns]int64{c.N, c.Agreed, c.Late, c.Unanswered}
	copy(v[4:], c.Response[:])
	copy(v[4+Buckets:], c.Settlement[:])
	return v
}

// CountsOf reads what Values wrote.
func CountsOf(v [NumColumns]int64) Counts {
	return Counts{v[0], v[1], v[2], v[3], Histogram(v[4 : 4+Buckets]), Histogram(v[4+Buckets:])}
}

// add adds o n times.
func (c *Counts) add(o Counts, n int64) {
	c.N += n * o.N
	c.Agreed += n * o.Agreed
	c.Late += n * o.Late
	c.Unanswered += n * o.Unanswered
	for i := range Buckets {
		c.Response[i] += n * o.Response[i]
		c.Settlement[i] += n * o.Settlement[i]
	}
}

// Plus gives the sum of both.
func (c Counts) Plus(o Counts) Counts {
	c.add(o, 1)
	return c
}

// counts of one result.
func (r Result) counts() Counts {
	c := Counts{N: 1}
	c.Response[bucket(ResponseEdges(), r.Response)] = 1
	if !r.Answered {
		c.Unanswered = 1
	}
	if r.Late {
		c.Late = 1
	}
	if r.Agreed {
		c.Agreed = 1
		c.Settlement[bucket(SettlementEdges(), r.Settlement)] = 1
	}
	return c
}
