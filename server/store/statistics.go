package store

import (
	"context"

	"hejie/negotiation/region"
	"hejie/server/app"
)

// Results gives the sums of results by region, month and class, of the enterprises within a region, for the months from to to. It reads
// the rows of these months, whose number follows the enterprises and not the cases.
func (s *Store) Results(ctx context.Context, within, from, to string) ([]app.MonthResults, error) {
	where, args := "", []any{from, to}
	if within != region.Country {
		where, args = ` AND `+regionColumn(within)+` = ?`, append(args, within)
	}
	var results []app.MonthResults
	err := s.snapshot(ctx, func(q querier) (err error) {
		// Joined in this order: left to itself SQLite reads the rows of all enterprises.
		results, err = list(ctx, q, scanResults, `SELECT region, span, class, `+sumColumns+` FROM enterprises CROSS JOIN scorecard_rows
			WHERE enterprise = id AND grain = 'm' AND span BETWEEN ? AND ?`+where+` GROUP BY region, span, class ORDER BY region, span, class`, args...)
		return err
	})
	return results, readError(err)
}

func scanResults(s scanner) (r app.MonthResults, err error) {
	r.Counts, err = scanCounts(s, &r.Region, &r.Month, &r.Class)
	return r, err
}
