package http

import (
	"context"

	"hejie/negotiation"
	"hejie/server/app"
)

func (a api) ListBoard(ctx context.Context, r ListBoardRequestObject) (ListBoardResponseObject, error) {
	p := r.Params
	if err := oneOf("column", p.Column, append(app.Columns[:], app.ColumnRunning)...); err != nil {
		return nil, err
	}
	if err := oneOf("category", p.Category, negotiation.Categories[:]...); err != nil {
		return nil, err
	}
	if err := oneOf("ground", p.Ground, negotiation.EscalationReasons[:]...); err != nil {
		return nil, err
	}
	sort := app.SortDue
	if p.Column == app.ColumnClosed {
		sort = app.SortLatest
	}
	page, err := a.list(ctx, a.Lists.Board, app.CaseQuery{Column: p.Column, Open: p.Open, Sort: sort, Within: p.Region, Category: p.Category, Min: p.Min, Max: p.Max,
		Reason: p.Ground, Search: p.Q, After: p.After, Limit: p.Limit})
	return ListBoard200JSONResponse(page), err
}

func (a api) GetBoardSummary(ctx context.Context, r GetBoardSummaryRequestObject) (GetBoardSummaryResponseObject, error) {
	counts, err := a.Lists.Summary(ctx, me(ctx), app.CaseQuery{Within: r.Params.Region})
	if err != nil {
		return nil, err
	}
	out := GetBoardSummary200JSONResponse{AsOf: a.Business.Now(), Horizon: a.Lists.Horizon(), Columns: make(map[string]int, len(app.Columns))}
	for _, c := range app.Columns {
		out.Columns[string(c)] = counts[c]
	}
	return out, nil
}

func (a api) ListEnterprises(ctx context.Context, r ListEnterprisesRequestObject) (ListEnterprisesResponseObject, error) {
	page, err := a.ranking(ctx, actor(ctx).Region, r.Params.After, r.Params.Limit)
	return ListEnterprises200JSONResponse(page), err
}

func (a api) GetStatistics(ctx context.Context, r GetStatisticsRequestObject) (GetStatisticsResponseObject, error) {
	p := r.Params
	report, err := a.App.Statistics.Report(ctx, me(ctx), app.StatisticsQuery{Region: p.Region, From: p.From, To: p.To})
	if err != nil {
		return nil, err
	}
	return GetStatistics200JSONResponse(statisticsOf(report, a.Business.Now())), nil
}
