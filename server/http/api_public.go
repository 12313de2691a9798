package http

import (
	"context"
	"net/http"

	"hejie/negotiation"
	"hejie/negotiation/region"
	"hejie/negotiation/workday"
	"hejie/server/app"
)

func (a api) GetMeta(context.Context, GetMetaRequestObject) (GetMetaResponseObject, error) {
	return GetMeta200JSONResponse{
		BusinessNow: a.Business.Now(), Demo: a.Demo != nil, Version: a.Version, Languages: []Language{"zh", "en"}, Limits: a.App.Limits,
		Rules: a.Ledger.Rules(), Texts: app.TextsInForce(), Sms: a.SMS, FileTypes: app.FileTypes(), Operator: a.Operator,
	}, nil
}

const longestCalendar = 400 // days

func (a api) GetCalendar(_ context.Context, r GetCalendarRequestObject) (GetCalendarResponseObject, error) {
	from, err := day("from", r.Params.From)
	if err != nil {
		return nil, err
	}
	to, err := day("to", r.Params.To)
	if err != nil {
		return nil, err
	}
	if most := from.AddDays(longestCalendar - 1); to.Before(from) || to.After(most) {
		return nil, negotiation.OutOfRange("to", from.String(), most.String())
	}
	cal, out := a.Calendar(), GetCalendar200JSONResponse{Days: []CalendarDay{}}
	for d := from; !d.After(to); d = d.AddDays(1) {
		out.Days = append(out.Days, CalendarDay{Date: d.String(), Kind: cal.Kind(d), Name: cal.Name(d), Provisional: cal.Provisional(d, d)})
	}
	return out, nil
}

func day(field, s string) (workday.Date, error) {
	d, err := workday.Parse(s)
	if err != nil {
		return d, negotiation.Invalid(field, "yyyy-mm-dd").Because(err)
	}
	return d, nil
}

// encodedRegions is an answer to listRegions. A program's regions never change, so each answer is encoded once.
type encodedRegions []byte

func (b encodedRegions) VisitListRegionsResponse(w http.ResponseWriter) error {
	return writeJSON(w, http.StatusOK, b)
}

func (a api) ListRegions(_ context.Context, r ListRegionsRequestObject) (ListRegionsResponseObject, error) {
	p := r.Params.Parent
	if kept, ok := a.server.regions.Load(p); ok {
		return kept.(encodedRegions), nil
	}
	if p != "" && p != region.Country {
		if _, ok := region.Get(p); !ok {
			return nil, negotiation.NewError(negotiation.CodeNotFound).On("parent")
		}
	}
	rows := region.Children(p)
	if rows == nil {
		rows = []Region{}
	}
	b, err := encoded(RegionList{Rows: rows})
	if err != nil {
		return nil, err
	}
	a.server.regions.Store(p, encodedRegions(b))
	return encodedRegions(b), nil
}

func (a api) GetRegion(ctx context.Context, r GetRegionRequestObject) (GetRegionResponseObject, error) {
	found, err := a.App.Public.Region(ctx, r.Code)
	if err != nil {
		return nil, err
	}
	return GetRegion200JSONResponse{Region: found.Region, Path: found.Path, Bureau: bureauOrNone(found.Bureau)}, nil
}

func (a api) SearchEnterprises(ctx context.Context, r SearchEnterprisesRequestObject) (SearchEnterprisesResponseObject, error) {
	p := r.Params
	found, next, err := a.App.Public.Search(ctx, p.Q, p.After, p.Limit)
	if err != nil {
		return nil, err
	}
	rows := each(found, func(e app.PublicEnterprise) EnterpriseRow { return enterpriseRow(e.Enterprise, e.Card) })
	return SearchEnterprises200JSONResponse{Rows: rows, Next: next}, nil
}

func (a api) GetEnterprise(ctx context.Context, r GetEnterpriseRequestObject) (GetEnterpriseResponseObject, error) {
	found, err := a.App.Public.Get(ctx, r.Id)
	if err != nil {
		return nil, err
	}
	e := found.Enterprise
	row := enterpriseRow(e, found.Card)
	out := GetEnterprise200JSONResponse{
		Id: row.Id, Name: row.Name, CreditCode: row.CreditCode, Status: row.Status, Region: row.Region, RegionName: row.RegionName, Score: row.Score,
		Since: e.Since, EnrolledAt: e.EnrolledAt, Ground: e.Ground, Address: e.Address, Industry: e.Industry,
	}
	where, err := a.App.Public.Region(ctx, e.Region)
	if err != nil {
		return nil, err
	}
	out.Bureau = bureauOrNone(where.Bureau)
	return out, nil
}

func (a api) GetScorecard(ctx context.Context, r GetScorecardRequestObject) (GetScorecardResponseObject, error) {
	found, err := a.App.Public.Get(ctx, r.Id)
	if err != nil {
		return nil, err
	}
	return GetScorecard200JSONResponse(scorecardOf(r.Id, found.Card)), nil
}

func (a api) GetRanking(ctx context.Context, r GetRankingRequestObject) (GetRankingResponseObject, error) {
	page, err := a.ranking(ctx, r.Params.Region, r.Params.After, r.Params.Limit)
	if err != nil {
		return nil, err
	}
	return GetRanking200JSONResponse(page), nil
}

func (a api) ranking(ctx context.Context, within, after string, n int) (EnterprisePage, error) {
	ranked, err := a.App.Public.Ranking(ctx, within, after, n)
	if err != nil {
		return EnterprisePage{}, err
	}
	return EnterprisePage{Rows: each(ranked.Rows, func(e app.Standing) EnterpriseRow {
		return EnterpriseRow{Id: e.Enterprise, Name: e.Name, Status: e.Status, Region: e.Region, RegionName: region.FullName(e.Region), Rank: e.Rank, Score: briefOf(e.Card)}
	}), Next: ranked.Next}, nil
}

func (a api) InviteEnterprise(ctx context.Context, r InviteEnterpriseRequestObject) (InviteEnterpriseResponseObject, error) {
	count, bureau, err := a.App.Public.Invite(ctx, r.Body.Name, string(r.Body.CreditCode), r.Body.Region, a.server.client(ctx))
	if err != nil {
		return nil, err
	}
	return InviteEnterprise200JSONResponse{Count: count, Bureau: bureauOrNone(bureau)}, nil
}
