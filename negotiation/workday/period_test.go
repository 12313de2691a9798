package workday_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"hejie/negotiation/workday"
)

func at(s string) time.Time {
	t, err := time.ParseInLocation("2006-01-02 15:04:05", s, workday.Shanghai)
	if err != nil {
		panic(err)
	}
	return t
}

// The vectors of rules.md §7.2, both ways.
func TestAddWorkdays(t *testing.T) {
	t.Parallel()
	c := workday.Default()
	ns := [...]int{2, 7, 10, 15}
	for start, ends := range map[string][4]string{
		"2026-02-12": {"2026-02-14", "2026-02-28", "2026-03-04", "2026-03-11"},
		"2026-02-13": {"2026-02-24", "2026-03-02", "2026-03-05", "2026-03-12"},
		"2026-04-15": {"2026-04-17", "2026-04-24", "2026-04-29", "2026-05-09"},
		"2026-04-30": {"2026-05-07", "2026-05-13", "2026-05-18", "2026-05-25"},
		"2026-06-18": {"2026-06-23", "2026-06-30", "2026-07-03", "2026-07-10"},
		"2026-09-18": {"2026-09-21", "2026-09-29", "2026-10-09", "2026-10-15"},
		"2026-09-30": {"2026-10-09", "2026-10-15", "2026-10-20", "2026-10-27"},
	} {
		for i, want := range ends {
			d := date(t, start)
			require.Equal(t, want, c.AddWorkdays(d, ns[i]).String(), "%s + %d", start, ns[i])
			require.Equal(t, start, c.SubWorkdays(date(t, want), ns[i]).String(), "%s - %d", want, ns[i])
			for _, clock := range []string{" 00:00:00", " 11:30:00", " 23:59:59"} {
				require.Equal(t, date(t, want).AddDays(1).Time(), c.DueWorkdays(at(start+clock), ns[i]))
			}
		}
	}
	sunday := date(t, "2026-03-08")
	require.Equal(t, sunday, c.AddWorkdays(sunday, 0))
	require.Equal(t, sunday, c.SubWorkdays(sunday, -1))
	require.Equal(t, "2026-03-09", c.AddWorkdays(sunday, 1).String())
	require.Equal(t, "2026-03-06", c.SubWorkdays(sunday, 1).String())
}

func TestDueDays(t *testing.T) {
	t.Parallel()
	c := workday.Default()
	for _, v := range []struct {
		start string
		n     int
		due   string
		why   string
	}{
		{"2026-08-04 10:00:00", 60, "2026-10-09 00:00:00", "10-03 rolls past National Day to 10-08"},
		{"2026-03-03 10:00:00", 4, "2026-03-08 00:00:00", "ends on a plain Saturday, which moves nothing"},
		{"2026-03-03 23:59:59", 3, "2026-03-07 00:00:00", "ends on a Friday"},
		{"2026-03-04 00:00:00", 60, "2026-05-07 00:00:00", "05-03 rolls past Labour Day to 05-06"},
		{"2026-02-10 09:00:00", 4, "2026-02-15 00:00:00", "ends on a make-up day, which is worked"},
		{"2027-08-02 09:00:00", 60, "2027-10-05 00:00:00", "provisional year: 10-01 rolls to 10-04"},
	} {
		require.Equal(t, at(v.due), c.DueDays(at(v.start), v.n), v.why)
	}
}

func TestEndOfNextWorkday(t *testing.T) {
	t.Parallel()
	c := workday.Default()
	require.Equal(t, at("2026-10-09 00:00:00"), c.EndOfNextWorkday(at("2026-09-30 00:00:00")))
	require.Equal(t, at("2026-02-15 00:00:00"), c.EndOfNextWorkday(at("2026-02-13 23:00:00")))
}

func TestFullWorkdaysBetween(t *testing.T) {
	t.Parallel()
	c := workday.Default()
	for _, v := range []struct {
		from, to string
		want     int
	}{
		{"2026-03-02 09:00:00", "2026-03-06 00:00:00", 3}, // Tuesday to Thursday
		{"2026-03-02 09:00:00", "2026-03-05 23:59:59", 2}, // Thursday is not over
		{"2026-03-02 00:00:00", "2026-03-06 00:00:00", 3}, // the day of the start never counts
		{"2026-03-06 09:00:00", "2026-03-09 18:00:00", 0}, // a weekend
		{"2026-02-13 09:00:00", "2026-02-15 00:00:00", 1}, // Saturday, made up
		{"2026-09-30 09:00:00", "2026-10-08 09:00:00", 0},
		{"2026-03-06 09:00:00", "2026-03-02 09:00:00", 0},
	} {
		require.Equal(t, v.want, c.FullWorkdaysBetween(at(v.from), at(v.to)), "%s - %s", v.from, v.to)
	}
}

func TestWorkingSeconds(t *testing.T) {
	t.Parallel()
	c := workday.Default()
	const hour = 3600
	for _, v := range []struct {
		from, to string
		want     int64
	}{
		{"2026-03-02 09:00:00", "2026-03-02 09:00:01", 1},
		{"2026-03-06 18:00:00", "2026-03-09 09:00:00", 15 * hour}, // over a weekend
		{"2026-03-07 00:00:00", "2026-03-08 23:59:59", 0},
		{"2026-02-13 00:00:00", "2026-02-24 00:00:00", 48 * hour}, // Friday and the make-up Saturday
		{"2026-03-02 09:00:00", "2026-03-02 09:00:00", 0},
		{"2026-03-03 09:00:00", "2026-03-02 09:00:00", 0},
		{"2026-01-01 00:00:00", "2027-01-01 00:00:00", 248 * 24 * hour},
	} {
		require.Equal(t, v.want, c.WorkingSeconds(at(v.from), at(v.to)), "%s - %s", v.from, v.to)
	}
}

func TestStrip(t *testing.T) {
	t.Parallel()
	c := workday.Default()
	start := at("2026-02-12 15:00:00")
	strip := c.Strip(start, c.DueWorkdays(start, 3))
	require.Len(t, strip, 13)
	require.Equal(t, workday.Day{Date: date(t, "2026-02-12"), Kind: workday.Working}, strip[0])
	require.Equal(t, workday.Day{Date: date(t, "2026-02-14"), Kind: workday.Makeup, Name: "春节", Counted: 2}, strip[2])
	require.Equal(t, workday.Day{Date: date(t, "2026-02-15"), Kind: workday.Holiday, Name: "春节"}, strip[3])
	require.Equal(t, workday.Day{Date: date(t, "2026-02-24"), Kind: workday.Working, Counted: 3}, strip[12])
	require.Empty(t, c.Strip(start, start.AddDate(0, 0, -1)))
}

func TestPeriodProperties(t *testing.T) {
	t.Parallel()
	c := workday.Default()
	rapid.Check(t, func(t *rapid.T) {
		d, n := anyDate(t), rapid.IntRange(1, 90).Draw(t, "n")
		end := c.AddWorkdays(d, n)
		require.True(t, c.IsWorkday(end))
		require.True(t, end.After(d))
		require.True(t, c.AddWorkdays(d, n+1).After(end), "grows with n")
		require.False(t, c.AddWorkdays(d.AddDays(1), n).Before(end), "grows with the start")

		back := c.SubWorkdays(end, n)
		require.False(t, back.After(d))
		if c.IsWorkday(d) {
			require.Equal(t, d, back, "Sub undoes Add")
		}
		require.Equal(t, end, c.AddWorkdays(back, n))

		start := d.Time().Add(time.Duration(rapid.IntRange(0, 86399).Draw(t, "second")) * time.Second)
		due := c.DueWorkdays(start, n)
		require.Equal(t, n, c.FullWorkdaysBetween(start, due))
		require.Equal(t, n-1, c.FullWorkdaysBetween(start, due.Add(-1)))

		strip := c.Strip(start, due)
		require.Equal(t, n, strip[len(strip)-1].Counted)
		require.Equal(t, end, strip[len(strip)-1].Date)

		first := int64(0)
		if c.IsWorkday(d) {
			first = d.AddDays(1).Time().Unix() - start.Unix()
		}
		require.Equal(t, first+int64(n)*86400, c.WorkingSeconds(start, due))
		mid := start.Add(time.Duration(rapid.Int64Range(0, int64(due.Sub(start))).Draw(t, "mid")))
		require.Equal(t, c.WorkingSeconds(start, due), c.WorkingSeconds(start, mid)+c.WorkingSeconds(mid, due))

		last := workday.DateOf(c.DueDays(start, n)).AddDays(-1)
		require.NotEqual(t, workday.Holiday, c.Kind(last))
		for r := d.AddDays(n); r.Before(last); r = r.AddDays(1) {
			require.Equal(t, workday.Holiday, c.Kind(r), "rolls past holidays only")
		}
	})
}

func BenchmarkAddWorkdays(b *testing.B) {
	c, d := workday.Default(), workday.Date{Year: 2026, Month: 9, Day: 18}
	for b.Loop() {
		c.AddWorkdays(d, 10)
	}
}

func BenchmarkAddWorkdaysProvisional(b *testing.B) {
	c, d := workday.Default(), workday.Date{Year: 2027, Month: 1, Day: 18}
	for b.Loop() {
		c.AddWorkdays(d, 10)
	}
}

func BenchmarkWorkingSeconds(b *testing.B) {
	c, from, to := workday.Default(), at("2026-09-18 10:00:00"), at("2026-10-09 10:00:00")
	for b.Loop() {
		c.WorkingSeconds(from, to)
	}
}
