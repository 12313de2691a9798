package workday_test

import (
	"encoding/json"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hejie/negotiation/workday"
)

const year2027 = `{"$schema": "s", "$id": "i", "year": 2027, "papers": ["https://www.gov.cn/x"], "days": [
	{"name": "元旦", "date": "2026-12-31", "isOffDay": true},
	{"name": "元旦", "date": "2027-01-01", "isOffDay": true},
	{"name": "元旦", "date": "2027-01-03", "isOffDay": false}]}`

func TestImport(t *testing.T) {
	t.Parallel()
	old := workday.Default()
	c, err := old.Import([]byte(year2027))
	require.NoError(t, err)
	require.Equal(t, []int{2024, 2025, 2026, 2027}, c.Years())
	require.Equal(t, workday.Holiday, c.Kind(date(t, "2026-12-31")), "a notice may take days of the December before")
	require.Equal(t, workday.Makeup, c.Kind(date(t, "2027-01-03")))
	require.Equal(t, workday.Working, c.Kind(date(t, "2027-05-03")), "a known year has no statutory days but the notice's")
	require.False(t, c.Provisional(date(t, "2026-12-31"), date(t, "2027-12-31")))
	require.Equal(t, workday.Working, old.Kind(date(t, "2026-12-31")), "the old calendar stays")
	require.True(t, old.Provisional(date(t, "2027-01-01"), date(t, "2027-01-01")))

	y, ok := c.Year(2027)
	require.True(t, ok)
	b, err := json.Marshal(y)
	require.NoError(t, err)
	require.JSONEq(t, year2027, string(b))
	y.Days[0].IsOffDay = false // a copy
	require.Equal(t, workday.Holiday, c.Kind(date(t, "2026-12-31")))

	again, err := c.Import([]byte(`{"year": 2027, "papers": [], "days": [{"name": "元旦", "date": "2027-01-01", "isOffDay": true}]}`))
	require.NoError(t, err)
	require.Equal(t, workday.Working, again.Kind(date(t, "2026-12-31")), "replaced whole")

	_, ok = c.Year(2030)
	require.False(t, ok)
	var empty workday.Calendar
	require.Equal(t, workday.Holiday, empty.Kind(date(t, "2027-02-06")))
}

func TestImportErrorsNameTheField(t *testing.T) {
	t.Parallel()
	day := func(s string) string { return `{"year": 2027, "papers": [], "days": [` + s + `]}` }
	const ok = `{"name": "元旦", "date": "2027-01-01", "isOffDay": true}`
	faults := map[workday.Fault]bool{}
	for in, field := range map[string]string{
		`[]`: "", ``: "", `{`: "", day(ok) + "{}": "",
		`{"year": 2027, "days": [], "extra": 1}`:                           "",
		`{"papers": [], "days": [` + ok + `]}`:                             "year",
		`{"year": 1, "days": [` + ok + `]}`:                                "year",
		`{"year": "2027", "days": [` + ok + `]}`:                           "year",
		`{"year": 2027, "papers": []}`:                                     "days",
		`{"year": 2027, "papers": [" "], "days": [` + ok + `]}`:            "papers[0]",
		day(`{"date": "2027-01-01", "isOffDay": true}`):                    "days[0].name",
		day(`{"name": "元旦", "isOffDay": true}`):                            "days[0].date",
		day(`{"name": "元旦", "date": "2027-01-01"}`):                        "days[0].isOffDay",
		day(`{"name": "元旦", "date": "2027-1-1", "isOffDay": true}`):        "days[0].date",
		day(ok + `,{"name": "a", "date": "2028-01-01", "isOffDay": true}`): "days[1].date",
		day(ok + `,{"name": "a", "date": "2026-11-30", "isOffDay": true}`): "days[1].date",
		day(ok + `,` + ok): "days[1].date",
		day(ok + `,{"name": "a", "date": "2027-01-04", "isOffDay": false}`): "days[1].isOffDay",
	} {
		_, err := workday.Default().Import([]byte(in))
		var e *workday.ImportError
		require.ErrorAs(t, err, &e, in)
		require.Equal(t, field, e.Field, "%s: %v", in, err)
		require.NotEmpty(t, e.Error())
		faults[e.Fault] = true
	}
	require.Len(t, faults, 10, "every fault is met")
}

func TestLeftOut(t *testing.T) {
	t.Parallel()
	c := workday.Default()
	left := func(c *workday.Calendar, y workday.Year) (days []string) {
		for _, d := range c.LeftOut(y) {
			days = append(days, d.Date.String()+" "+d.Name)
		}
		return days
	}
	off := func(days ...string) (named []workday.YearDay) {
		for _, d := range days {
			named = append(named, workday.YearDay{Name: "假日", Date: date(t, d), IsOffDay: true})
		}
		return named
	}
	for _, y := range c.Years() {
		whole, _ := c.Year(y)
		require.Empty(t, left(c, whole))
		require.Empty(t, left(&workday.Calendar{}, whole), "no statutory holiday is missing from the built-in %d", y)
	}

	whole := []string{"2027-01-01", "2027-02-05", "2027-02-06", "2027-02-07", "2027-02-08", "2027-04-05", "2027-05-01", "2027-05-02", "2027-06-09", "2027-09-15", "2027-10-01", "2027-10-02", "2027-10-03"}
	require.Empty(t, left(c, workday.Year{Year: 2027, Days: off(whole...)}))
	require.Equal(t, []string{"2027-10-02 国庆节", "2027-10-03 国庆节"}, left(c, workday.Year{Year: 2027, Days: off(whole[:11]...)}))
	require.Equal(t, []string{"2027-05-01 劳动节"}, left(c, workday.Year{Year: 2027, Days: append(off(append(whole[:6:6], whole[7:]...)...), workday.YearDay{Name: "劳动节", Date: date(t, "2027-05-01")})}), "worked is not off")
	require.Len(t, left(c, workday.Year{Year: 2040}), 6, "of a year whose moon is not computed, the fixed ones")

	known, _ := c.Year(2026)
	changed := known
	changed.Days = nil
	for _, d := range known.Days {
		switch d.Date.String() {
		case "2026-02-14", "2026-02-23": // a make-up day and a day off that are not statutory
		case "2026-09-20":
			d.IsOffDay = true // changed by a later notice, and so named
			fallthrough
		default:
			changed.Days = append(changed.Days, d)
		}
	}
	require.Equal(t, []string{"2026-02-14 春节", "2026-02-23 春节"}, left(c, changed))
}

// The sun and the moon once more: Qingming follows from the year, and a month begins on the day of a new moon, which is never more than fifteen
// hours from the mean one.
func TestComputedHolidays(t *testing.T) {
	t.Parallel()
	const month = 29.530588861 // days
	moon := time.Date(2000, 1, 6, 14, 20, 36, 0, time.UTC)
	for year := 2027; year <= 2035; year++ {
		first := map[string]workday.Date{}
		for _, d := range workday.Default().LeftOut(workday.Year{Year: year}) {
			if _, ok := first[d.Name]; !ok {
				first[d.Name] = d.Date
			}
		}
		y := year - 2000
		require.Equal(t, int(0.2422*float64(y)+4.81)-y/4, first["清明节"].Day, year)
		for name, back := range map[string]int{"春节": -1, "端午节": 4, "中秋节": 14} { // days to the first of its month: a year begins after its eve
			noon := first[name].AddDays(-back).Time().Add(12 * time.Hour)
			turns := noon.Sub(moon).Hours() / 24 / month
			require.InDelta(t, math.Round(turns), turns, 27./24/month, "%s %d", name, year)
		}
	}
}
