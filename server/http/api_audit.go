package http

import (
	"context"
	"strconv"

	"hejie/negotiation"
	"hejie/negotiation/workday"
	"hejie/server/app"
)

func (a api) ListAudit(ctx context.Context, r ListAuditRequestObject) (ListAuditResponseObject, error) {
	p := r.Params
	f, err := a.auditFilter(p.What, p.From, p.To, p.After, p.Limit)
	if err != nil {
		return nil, err
	}
	f.Actor, f.Case = p.Actor, p.Case
	rows, err := a.App.Admin.Audit(ctx, actor(ctx), f)
	if err != nil {
		return nil, err
	}
	return ListAudit200JSONResponse(auditPage(rows, f.Limit)), nil
}

func (a api) GetAudit(ctx context.Context, r GetAuditRequestObject) (GetAuditResponseObject, error) {
	if err := a.opened(ctx, r.Id); err != nil {
		return nil, err
	}
	p := r.Params
	if p.Actor != "" {
		if err := given("actor", p.Actor); err != nil {
			return nil, err
		}
	}
	f, err := a.auditFilter(p.What, p.From, p.To, p.After, p.Limit)
	if err != nil {
		return nil, err
	}
	f.Actor = p.Actor
	rows, err := a.App.Details.Audit(ctx, actor(ctx), r.Id, f)
	if err != nil {
		return nil, err
	}
	return GetAudit200JSONResponse(auditPage(rows, f.Limit)), nil
}

// latest day that has four digits of a year.
const latest = "9999-12-31"

// auditFilter is what both audits can be asked for.
func (a api) auditFilter(what AuditWhat, from, to, after string, n int) (f app.AuditFilter, err error) {
	f = app.AuditFilter{What: string(what), Limit: a.App.Limits.Page(n)}
	if what != "" && !what.Valid() {
		return f, negotiation.Invalid("what", "AuditWhat")
	}
	if f.Before, err = auditCursor(after); err != nil {
		return f, err
	}
	var first, last workday.Date
	if from != "" {
		if first, err = day("from", from); err != nil {
			return f, err
		}
		f.From = first.Time()
	}
	if to != "" {
		if last, err = day("to", to); err != nil {
			return f, err
		}
		f.Until = last.AddDays(1).Time()
	}
	if from != "" && to != "" && last.Before(first) {
		return f, negotiation.OutOfRange("to", from, latest)
	}
	return f, nil
}

// auditCursor reads the page of an audit: the id of the last row of the page before.
func auditCursor(after string) (int64, error) {
	if after == "" {
		return 0, nil
	}
	before, err := strconv.ParseInt(after, 10, 64)
	if err != nil || before < 1 {
		return 0, negotiation.Invalid("after", "next of the page before").Because(err)
	}
	return before, nil
}

func auditPage(rows []app.AuditRow, n int) AuditPage {
	page := AuditPage{Rows: each(rows, auditOf)}
	if len(rows) == n {
		page.Next = strconv.FormatInt(rows[n-1].ID, 10)
	}
	return page
}
