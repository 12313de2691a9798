package app_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hejie/negotiation"
	"hejie/server/app"
)

// A report has each month it was asked for, and says of the region and of those in it what the cases say; only its bureaus read it.
func TestStatistics(t *testing.T) {
	t.Parallel()
	p := newPeople(t)
	p.do(p.buyer, p.file(p.buyer, p.enterprise.ID), negotiation.Escalate{})
	p.allowedOnly(t, negotiation.CodeNotAllowed, func(x app.Session) error {
		_, err := p.Statistics.Report(p.ctx, x, app.StatisticsQuery{})
		return err
	}, "officer")

	now := p.w.Business.Now()
	r, err := p.Statistics.Report(p.ctx, p.officer, app.StatisticsQuery{})
	require.NoError(t, err)
	require.Equal(t, p.officer.Actor.Region, r.Region)
	require.Equal(t, now.Format("2006-01"), r.To)
	require.Len(t, r.Months, 12)
	for i, m := range r.Months {
		require.Equal(t, now.AddDate(0, i-11, 1-now.Day()).Format("2006-01"), m.Key)
		require.Equal(t, int64(i/11), m.Tally.N, m.Key)
	}
	require.Equal(t, int64(1), r.Total.N)
	require.Equal(t, int64(1), r.Total.Unknown.Count)
	require.Equal(t, r.Total, r.Months[11].Tally)
	require.Len(t, r.Regions, 1)
	require.Equal(t, county, r.Regions[0].Key, "a city's officer sees its counties apart")
	require.Equal(t, r.Total, r.Regions[0].Tally)

	below, err := p.Statistics.Report(p.ctx, p.officer, app.StatisticsQuery{Region: county})
	require.NoError(t, err)
	require.Equal(t, r.Total, below.Total)
	require.Empty(t, below.Regions)
	for _, region := range []string{"430000", "110000"} {
		_, err := p.Statistics.Report(p.ctx, p.officer, app.StatisticsQuery{Region: region})
		require.Equal(t, negotiation.CodeNotFound, negotiation.CodeOf(err), region)
	}
}

func TestMonthsOfStatistics(t *testing.T) {
	t.Parallel()
	p := newPeople(t)
	this := p.w.Business.Now().Format("2006-01")
	year, _, _ := p.w.Business.Now().Date()
	for _, c := range []struct {
		from, to, code string
		months         int
	}{
		{"", "", "", 12},
		{"2026-01", "2026-01", "", 1},
		{"2025-12", "2026-02", "", 3},
		{"2023-01", "2025-12", "", 36},
		{"2023-01", "2026-01", negotiation.CodeOutOfRange, 0},
		{"2026-02", "2026-01", negotiation.CodeOutOfRange, 0},
		{fmt.Sprintf("%d-01", year+9), "", negotiation.CodeOutOfRange, 0},
		{this, "", "", 1},
		{"", "2024-12", "", 12},
		{"2026-13", "", negotiation.CodeInvalid, 0},
		{"", "yesterday", negotiation.CodeInvalid, 0},
	} {
		r, err := p.Statistics.Report(p.ctx, p.officer, app.StatisticsQuery{From: c.from, To: c.to})
		require.Equal(t, c.code, negotiation.CodeOf(err), c)
		require.Len(t, r.Months, c.months, c)
		if c.months > 0 {
			require.Equal(t, []string{r.From, r.To}, []string{r.Months[0].Key, r.Months[c.months-1].Key})
		}
	}
}

// A month is one of Shanghai: the first eight hours of it are the last of another in London.
func TestMonthsAreOfShanghai(t *testing.T) {
	t.Parallel()
	p := newPeople(t)
	first := time.Date(2027, 3, 31, 16, 30, 0, 0, time.UTC)
	p.business.Pass(first.Sub(p.business.Now()))
	r, err := p.Statistics.Report(p.ctx, p.officer, app.StatisticsQuery{})
	require.NoError(t, err)
	require.Equal(t, []string{"2026-05", "2027-04"}, []string{r.From, r.To})
}
