package scorecard_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"hejie/negotiation"
	"hejie/negotiation/scorecard"
	"hejie/negotiation/workday"
)

var today = workday.Date{Year: 2026, Month: 11, Day: 20}

const hour = 3600

// some gives n results of a class, each of its own consumer.
func some(class negotiation.Class, n int) []scorecard.Result {
	rs := make([]scorecard.Result, n)
	for i := range rs {
		rs[i] = scorecard.Result{
			Enterprise: "e", Consumer: fmt.Sprintf("%s-%d", class, i), Case: fmt.Sprintf("%s-%04d", class, i), Class: class,
			ClassedOn: today.AddDays(-i % scorecard.WindowDays), Agreed: strings.HasPrefix(string(class), "S"), Answered: true, Response: hour, Settlement: 24 * hour,
		}
	}
	return rs
}

func join(lists ...[]scorecard.Result) (out []scorecard.Result) {
	for _, l := range lists {
		out = append(out, l...)
	}
	return out
}

// The examples of features.md §4.
func TestRankKey(t *testing.T) {
	t.Parallel()
	for _, v := range []struct{ confirmed, known, key, graded int }{
		{3, 3, 4385, 0}, {10, 10, 7225, 1}, {45, 50, 7864, 1}, {90, 100, 8256, 1}, {900, 1000, 8799, 1}, {0, 10, 0, 1}, {0, 0, 0, 0},
	} {
		rs := join(some(negotiation.ClassSC, v.confirmed), some(negotiation.ClassUE, v.known-v.confirmed), some(negotiation.ClassSU, 4))
		c := scorecard.Compute(rs, today, 0, 0)
		require.InDelta(t, v.key, c.Rank.Key, 1, "%d/%d", v.confirmed, v.known)
		require.EqualValues(t, v.confirmed, c.Rank.Numerator)
		require.EqualValues(t, v.known, c.Rank.Denominator)
		require.Equal(t, v.graded == 1, c.Rank.Graded(), "%d/%d", v.confirmed, v.known)
	}
	for want, v := range map[float64][2]int64{0.44: {3, 3}, 0.72: {10, 10}, 0.79: {45, 50}, 0.83: {90, 100}, 0.88: {900, 1000}, 0: {}} {
		require.InDelta(t, want, scorecard.Wilson(v[0], v[1]), 0.005)
	}
}

func TestWithheld(t *testing.T) {
	t.Parallel()
	few := some(negotiation.ClassSC, 9)
	require.Equal(t, []scorecard.Withheld{scorecard.FewCases}, scorecard.Compute(few, today, 0, 0).Rank.Withheld)

	four := some(negotiation.ClassSC, 12)
	for i := range four {
		four[i].Consumer = fmt.Sprint(i % 4)
	}
	c := scorecard.Compute(four, today, 0, 0)
	require.EqualValues(t, 12, c.N)
	require.EqualValues(t, 4, c.Consumers)
	require.Equal(t, []scorecard.Withheld{scorecard.FewConsumers}, c.Rank.Withheld)

	silent := scorecard.Compute(some(negotiation.ClassSU, 20), today, 0, 0)
	require.Equal(t, []scorecard.Withheld{scorecard.NoneKnown}, silent.Rank.Withheld)

	none := scorecard.Compute(nil, today, 3, 2)
	require.Equal(t, []scorecard.Withheld{scorecard.FewCases, scorecard.FewConsumers, scorecard.NoneKnown}, none.Rank.Withheld)
	require.EqualValues(t, 3, none.Running)
	require.EqualValues(t, 2, none.InPerformance)
	require.Zero(t, none.Confirmed.Percent+none.Unknown.Percent+none.Failed.Percent)
}

func TestCard(t *testing.T) {
	t.Parallel()
	var rs []scorecard.Result
	for i, class := range negotiation.Classes { // SC 1, SU 2, WC 3, LC 4, CE 5, SB 6, TE 7, UE 8, RR 9, RX 10, DU 11, AB 12
		rs = append(rs, some(class, i+1)...)
	}
	for i := range rs {
		if rs[i].Class == negotiation.ClassTE {
			rs[i].Answered, rs[i].Response = false, 63*hour
		}
		rs[i].Late = rs[i].Class == negotiation.ClassSC
	}
	rs[3].Agreed, rs[3].Settlement = true, 40*24*hour // a WC whose consumer did not perform
	c := scorecard.Compute(rs, today, 0, 0)
	require.Equal(t, scorecard.Formula, c.Formula)
	require.Equal(t, "2025-11-21", c.Window.From.String())
	require.EqualValues(t, 45, c.N)
	require.Equal(t, scorecard.Share{Count: 1, Percent: 2}, c.Confirmed) // 2.22
	require.Equal(t, scorecard.Share{Count: 14, Percent: 31}, c.Unknown) // 31.11
	require.Equal(t, scorecard.Share{Count: 30, Percent: 67}, c.Failed)  // 66.67
	require.EqualValues(t, 33, c.LeftOut)
	require.EqualValues(t, 1, c.Late)
	require.EqualValues(t, 12, c.Classes[negotiation.ClassAB])
	require.Equal(t, scorecard.Ratio{Numerator: 10, Denominator: 45, Percent: 22}, c.Plain)
	require.EqualValues(t, 43, c.Rank.Denominator)
	require.Equal(t, scorecard.Speed{N: 45, Unanswered: 7, Median: scorecard.Within{Seconds: hour}, P90: scorecard.Within{Seconds: 72 * hour}}, c.Response)
	require.Equal(t, scorecard.Speed{N: 10, Median: scorecard.Within{Seconds: 24 * hour}, P90: scorecard.Within{Seconds: 24 * hour}}, c.Settlement)

	b, err := json.Marshal(c)
	require.NoError(t, err)
	var back scorecard.Card
	require.NoError(t, json.Unmarshal(b, &back))
	require.Equal(t, c, back)
}

func TestWindow(t *testing.T) {
	t.Parallel()
	rs := some(negotiation.ClassSC, 4)
	rs[0].ClassedOn = today.AddDays(-364)
	rs[1].ClassedOn = today.AddDays(-365)
	rs[2].ClassedOn = today
	rs[3].ClassedOn = today.AddDays(1)
	require.EqualValues(t, 2, scorecard.Compute(rs, today, 0, 0).N)
}

func TestOneConsumerCountsThreeTimes(t *testing.T) {
	t.Parallel()
	rs := some(negotiation.ClassSC, 6)
	for i := range rs {
		rs[i].Consumer, rs[i].ClassedOn = "c", today
	}
	rs[4].ClassedOn = today.AddDays(-1) // SC-0004 is the earliest
	rs[0].Class = negotiation.ClassAB   // left out: does not use up one of the three
	c := scorecard.Compute(rs, today, 0, 0)
	require.EqualValues(t, 3, c.N)
	require.EqualValues(t, 1, c.Consumers)
	require.EqualValues(t, 1, c.LeftOut)
	require.EqualValues(t, 3, c.Plain.Denominator)
	require.EqualValues(t, 3, c.Response.N)
	require.Equal(t, []string{"SC-0003", "SC-0005"}, c.NotCounted)

	// When the earliest falls out of the window, the next one counts.
	c = scorecard.Compute(rs, today.AddDays(364), 0, 0)
	require.EqualValues(t, 3, c.N)
	require.Equal(t, []string{"SC-0005"}, c.NotCounted)
}

// Percents are whole, a half rounded up.
func TestPercents(t *testing.T) {
	t.Parallel()
	for _, x := range []struct{ settled, failed, want int }{{1, 0, 100}, {2, 1, 67}, {1, 7, 13}, {1, 199, 1}, {1, 200, 0}, {0, 3, 0}} {
		c := scorecard.Compute(append(some(negotiation.ClassSC, x.settled), some(negotiation.ClassUE, x.failed)...), today, 0, 0)
		require.Equal(t, x.want, c.Plain.Percent, x)
	}
}

func TestSpeed(t *testing.T) {
	t.Parallel()
	rs := some(negotiation.ClassUE, 10)
	for i := range rs {
		rs[i].Response = int64(i) * hour // 0 … 9 h
	}
	c := scorecard.Compute(rs, today, 0, 0)
	require.Equal(t, scorecard.Within{Seconds: 4 * hour}, c.Response.Median) // fifth is 4 h
	require.Equal(t, scorecard.Within{Seconds: 8 * hour}, c.Response.P90)    // ninth is 8 h
	require.Equal(t, scorecard.Speed{}, c.Settlement)
	rs[8].Response, rs[9].Response = 9999*hour, 9999*hour
	require.Equal(t, scorecard.Within{Seconds: 120 * hour, More: true}, scorecard.Compute(rs, today, 0, 0).Response.P90)
}
