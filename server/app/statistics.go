package app

import (
	"context"
	"time"

	"hejie/negotiation"
	"hejie/negotiation/region"
	"hejie/negotiation/scorecard"
	"hejie/negotiation/workday"
)

// Statistics are how negotiations of a region's enterprises ended, for its bureaus. They are sums of what the public figures are made of,
// without the rule that one consumer counts three times at most, which is about one enterprise.
type Statistics struct{ w World }

// StatisticsQuery chooses. What is empty is the officer's own region, and the twelve months that end with the present one.
type StatisticsQuery struct {
	Region   string
	From, To string // months, yyyy-mm, both included
}

// MonthResults are the sums of one class in a month, of the enterprises that are in the region now. A result is of the month in which its
// class was first fixed.
type MonthResults struct {
	Region, Month string
	Class         negotiation.Class
	Counts        scorecard.Counts
}

// Report of a region over whole months.
type Report struct {
	Region   string
	From, To string
	Total    scorecard.Tally
	Months   []Part // each, oldest first
	Regions  []Part // those one level below that have results, in order of code
}

// Part of a report: a month (yyyy-mm) or a region.
type Part struct {
	Key   string
	Tally scorecard.Tally
}

const (
	monthsOfReport    = 12
	maxMonthsOfReport = 36
	monthLayout       = "2006-01"
)

// Report for an officer. Errors: not_allowed; not_found for a region outside of the own; invalid and out_of_range for the months.
func (u *Statistics) Report(ctx context.Context, s Session, q StatisticsQuery) (Report, error) {
	within, err := ownRegion(s, q.Region)
	if err != nil {
		return Report{}, err
	}
	months, err := monthsOf(q, u.w.Business.Now())
	if err != nil {
		return Report{}, err
	}
	r := Report{Region: within, From: months[0], To: months[len(months)-1]}
	results, err := u.w.Scores.Results(ctx, within, r.From, r.To)
	if err != nil {
		return Report{}, err
	}
	total, byMonth, byRegion := sums{}, map[string]sums{}, map[string]sums{}
	for _, m := range results {
		total.add(m)
		into(byMonth, m.Month).add(m)
		into(byRegion, below(within, m.Region)).add(m)
	}
	r.Total = scorecard.TallyOf(total)
	for _, month := range months {
		r.Months = append(r.Months, Part{month, scorecard.TallyOf(byMonth[month])})
	}
	for _, child := range region.Children(within) {
		if of, ok := byRegion[child.Code]; ok {
			r.Regions = append(r.Regions, Part{child.Code, scorecard.TallyOf(of)})
		}
	}
	return r, nil
}

type sums map[negotiation.Class]scorecard.Counts

func (s sums) add(m MonthResults) { s[m.Class] = s[m.Class].Plus(m.Counts) }

func into(all map[string]sums, key string) sums {
	if all[key] == nil {
		all[key] = sums{}
	}
	return all[key]
}

// below is the region one level below an ancestor that code lies in; "" for the ancestor itself.
func below(ancestor, code string) string {
	found := ""
	for _, r := range region.Path(code) {
		if r.Code == ancestor {
			found = ""
		} else if found == "" {
			found = r.Code
		}
	}
	return found
}

// monthsOf the query, each.
func monthsOf(q StatisticsQuery, now time.Time) ([]string, error) {
	to, err := month("to", q.To, firstOf(now))
	if err != nil {
		return nil, err
	}
	from, err := month("from", q.From, to.AddDate(0, 1-monthsOfReport, 0))
	if err != nil {
		return nil, err
	}
	if last := from.AddDate(0, maxMonthsOfReport-1, 0); to.Before(from) || to.After(last) {
		return nil, negotiation.OutOfRange("to", from.Format(monthLayout), last.Format(monthLayout))
	}
	var all []string
	for m := from; !m.After(to); m = m.AddDate(0, 1, 0) {
		all = append(all, m.Format(monthLayout))
	}
	return all, nil
}

func firstOf(now time.Time) time.Time {
	y, m, _ := now.In(workday.Shanghai).Date()
	return time.Date(y, m, 1, 0, 0, 0, 0, time.UTC)
}

func month(field, text string, or time.Time) (time.Time, error) {
	if text == "" {
		return or, nil
	}
	m, err := time.Parse(monthLayout, text)
	if err != nil {
		return m, negotiation.Invalid(field, "yyyy-mm")
	}
	return m, nil
}
