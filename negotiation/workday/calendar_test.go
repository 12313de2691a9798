package workday_test

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"hejie/negotiation/workday"
)

func date(t require.TestingT, s string) workday.Date {
	d, err := workday.Parse(s)
	require.NoError(t, err)
	return d
}

// The totals of rules.md §7.2, which four libraries and the notice agree on.
func TestYear2026(t *testing.T) {
	t.Parallel()
	c := workday.Default()
	months := map[time.Month]int{}
	total, off, makeup := 0, 0, 0
	for d := date(t, "2026-01-01"); d.Year == 2026; d = d.AddDays(1) {
		switch k := c.Kind(d); k {
		case workday.Holiday:
			off++
		case workday.Makeup:
			makeup++
			fallthrough
		case workday.Working:
			months[d.Month]++
			total++
		}
	}
	require.Equal(t, 248, total)
	require.Equal(t, 33, off)
	require.Equal(t, 6, makeup)
	for i, want := range []int{21, 16, 22, 21, 19, 21, 23, 21, 22, 18, 21, 23} {
		require.Equal(t, want, months[time.Month(i+1)], time.Month(i+1))
	}
	require.Equal(t, "春节", c.Name(date(t, "2026-02-14")))
	require.Equal(t, workday.Makeup, c.Kind(date(t, "2026-02-14")))
	require.Equal(t, "国庆节", c.Name(date(t, "2026-10-07")))
	require.Empty(t, c.Name(date(t, "2026-10-08")))
}

// Every day of 2024-2026 agrees with an independent set of facts.
func TestAgreesWithFacts(t *testing.T) {
	t.Parallel()
	b, err := os.ReadFile("testdata/facts.txt")
	require.NoError(t, err)
	facts := map[string]workday.Kind{}
	for line := range strings.Lines(string(b)) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		for _, f := range strings.Fields(line) {
			facts[f[1:]] = map[byte]workday.Kind{'-': workday.Holiday, '+': workday.Makeup}[f[0]]
		}
	}
	require.Len(t, facts, 33+6+28+5+28+8)
	c := workday.Default()
	for d := date(t, "2024-01-01"); d.Year < 2027; d = d.AddDays(1) {
		want, ok := facts[d.String()]
		if w := d.Weekday(); !ok && (w == time.Saturday || w == time.Sunday) {
			want = workday.Rest
		}
		require.Equal(t, want, c.Kind(d), d)
	}
	require.Equal(t, []int{2024, 2025, 2026}, c.Years())
}

func TestProvisionalYears(t *testing.T) {
	t.Parallel()
	c := workday.Default()
	require.False(t, c.Provisional(date(t, "2026-01-01"), date(t, "2026-12-31")))
	require.True(t, c.Provisional(date(t, "2026-12-20"), date(t, "2027-01-04")))
	require.True(t, c.Provisional(date(t, "2023-12-31"), date(t, "2024-01-04")))

	count := func(year int) (n int) {
		for d := (workday.Date{Year: year, Month: 1, Day: 1}); d.Year == year; d = d.AddDays(1) {
			require.NotEqual(t, workday.Makeup, c.Kind(d), d)
			if c.Kind(d) == workday.Holiday {
				n++
			}
		}
		return n
	}
	for year := 2027; year <= 2035; year++ {
		want := 13
		if year == 2028 || year == 2031 { // Mid-Autumn falls into National Day
			want = 12
		}
		require.Equal(t, want, count(year), year)
	}
	for _, year := range []int{-5, 0, 1, 1990, 2023, 2036, 9999, 123456} {
		require.Equal(t, 6, count(year), year)
	}
	for _, s := range []string{"2027-01-01", "2027-02-05", "2027-02-08", "2027-04-05", "2027-05-02", "2027-06-09", "2027-09-15", "2027-10-03"} {
		require.Equal(t, workday.Holiday, c.Kind(date(t, s)), s)
	}
	for _, s := range []string{"2027-02-04", "2027-02-09", "2027-05-03", "2027-10-04"} {
		require.Equal(t, workday.Working, c.Kind(date(t, s)), s)
	}
}

func TestDate(t *testing.T) {
	t.Parallel()
	require.Equal(t, "2026-03-01", workday.DateOf(time.Date(2026, 2, 28, 16, 0, 0, 0, time.UTC)).String())
	require.Equal(t, "2026-02-28", workday.DateOf(time.Date(2026, 2, 28, 15, 59, 59, 0, time.UTC)).String())
	require.Equal(t, "2026-02-27T16:00:00Z", date(t, "2026-02-28").Time().UTC().Format(time.RFC3339))
	require.Equal(t, time.Saturday, date(t, "2026-02-28").Weekday())
	require.True(t, date(t, "2025-12-31").Before(date(t, "2026-01-01")))
	require.True(t, date(t, "2026-02-01").After(date(t, "2026-01-31")))
	for _, s := range []string{"2026-02-29", "2026-2-1", "20260201", "", "2026-02-01T00:00:00Z", "2026-13-01"} {
		_, err := workday.Parse(s)
		require.Error(t, err, s)
	}
	var zero workday.Date
	b, err := zero.MarshalText()
	require.NoError(t, err)
	require.Empty(t, b)
	require.NoError(t, zero.UnmarshalText(b))
	require.True(t, zero.IsZero())
	require.Error(t, zero.UnmarshalText([]byte("x")))

	rapid.Check(t, func(t *rapid.T) {
		d, n := anyDate(t), rapid.IntRange(-2000, 2000).Draw(t, "n")
		e := d.AddDays(n)
		require.Equal(t, d, e.AddDays(-n))
		require.Equal(t, int64(n)*86400, e.Time().Unix()-d.Time().Unix())
		require.Equal(t, d.Time().Compare(e.Time()), d.Compare(e))
		require.Equal(t, d.Compare(e), strings.Compare(d.String(), e.String()))
		require.Equal(t, e, workday.DateOf(e.Time()))
		require.Equal(t, d, date(t, d.String()))
	})
}

func TestKindText(t *testing.T) {
	t.Parallel()
	for k := workday.Working; k <= workday.Makeup; k++ {
		b, err := k.MarshalText()
		require.NoError(t, err)
		var back workday.Kind
		require.NoError(t, back.UnmarshalText(b))
		require.Equal(t, k, back)
	}
	var k workday.Kind
	require.Error(t, k.UnmarshalText([]byte("off")))
	require.Equal(t, "Kind(9)", fmt.Sprint(workday.Kind(9)))
}

func anyDate(t *rapid.T) workday.Date {
	first := workday.Date{Year: 2023, Month: 6, Day: 1}
	return first.AddDays(rapid.IntRange(0, 15*365).Draw(t, "day"))
}
