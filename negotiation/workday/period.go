package workday

import "time"

// AddWorkdays gives the n-th working day after start; start itself never counts (Order 121 art. 45). n below 1 gives start.
func (c *Calendar) AddWorkdays(start Date, n int) Date {
	for ; n > 0; n-- {
		start = start.AddDays(1)
		for !c.IsWorkday(start) {
			start = start.AddDays(1)
		}
	}
	return start
}

// SubWorkdays gives the n-th working day before d; d itself never counts. n below 1 gives d.
func (c *Calendar) SubWorkdays(d Date, n int) Date {
	for ; n > 0; n-- {
		d = d.AddDays(-1)
		for !c.IsWorkday(d) {
			d = d.AddDays(-1)
		}
	}
	return d
}

// DueWorkdays gives the moment at which a period of n working days from start is over: 00:00 of the day after its last
// day. In time means before it.
func (c *Calendar) DueWorkdays(start time.Time, n int) time.Time {
	return c.AddWorkdays(DateOf(start), n).AddDays(1).Time()
}

// DueDays gives the moment at which a period of n calendar days from start is over. A last day that is off by the notice
// rolls to the first day after the holiday; one on a plain weekend stays (Order 121 art. 45).
func (c *Calendar) DueDays(start time.Time, n int) time.Time {
	last := DateOf(start).AddDays(n)
	for c.Kind(last) == Holiday {
		last = last.AddDays(1)
	}
	return last.AddDays(1).Time()
}

// EndOfNextWorkday gives the end of the first working day after t's day.
func (c *Calendar) EndOfNextWorkday(t time.Time) time.Time { return c.DueWorkdays(t, 1) }

// FullWorkdaysBetween counts the working days that lie whole between from and to: after from's day, and over by to.
func (c *Calendar) FullWorkdaysBetween(from, to time.Time) int {
	n := 0
	for d, end := DateOf(from).AddDays(1), DateOf(to); d.Before(end); d = d.AddDays(1) {
		if c.IsWorkday(d) {
			n++
		}
	}
	return n
}

// WorkingSeconds counts the seconds from from to to that fall on working days, whole days without office hours; 0 if to
// is not after from. Both are taken down to the full second, so that parts add up to the whole.
func (c *Calendar) WorkingSeconds(from, to time.Time) int64 {
	a, b := from.Unix(), to.Unix()
	var sum int64
	for d := DateOf(from); a < b; d = d.AddDays(1) {
		end := min(d.AddDays(1).utc().Unix()-shanghaiOffset, b)
		if c.IsWorkday(d) {
			sum += end - a
		}
		a = end
	}
	return sum
}

// Day of a strip: how one day was counted.
type Day struct {
	Date    Date   `json:"date"`
	Kind    Kind   `json:"kind"`
	Name    string `json:"name,omitempty"` // holiday, in Chinese
	Counted int    `json:"counted"`        // the how many-th working day of the period; 0 if it does not count
}

// Strip explains a period from start to due day by day, from the start day, which counts 0, to the last day.
func (c *Calendar) Strip(start, due time.Time) []Day {
	var days []Day
	first, n := DateOf(start), 0
	for d, last := first, DateOf(due.Add(-1)); !d.After(last); d = d.AddDays(1) {
		k, name := c.look(d)
		day := Day{Date: d, Kind: k, Name: name}
		if d != first && k.IsWorkday() {
			n++
			day.Counted = n
		}
		days = append(days, day)
	}
	return days
}
