package http

import (
	"context"
	"strconv"

	"hejie/negotiation"
	"hejie/negotiation/workday"
	"hejie/server/app"
)

func (a api) ListInbox(ctx context.Context, r ListInboxRequestObject) (ListInboxResponseObject, error) {
	p := r.Params
	if err := oneOf("turn", p.Turn, negotiation.SideConsumer, negotiation.SideEnterprise, negotiation.SideBureau); err != nil {
		return nil, err
	}
	if err := oneOf("phase", p.Phase, negotiation.Phases[:]...); err != nil {
		return nil, err
	}
	sort, err := sortOf(p.Sort)
	if err != nil {
		return nil, err
	}
	q := app.CaseQuery{Open: p.Open, Late: p.Late, Turn: p.Turn, Search: p.Q, Sort: sort, After: p.After, Limit: p.Limit}
	if p.Phase != "" {
		q.Phases = []negotiation.Phase{p.Phase}
	}
	switch p.Agent {
	case "nobody":
		q.Unassigned = true
	case "me":
		q.Agent = actor(ctx).ID
	default:
		if p.Agent != "" && !app.ValidID(p.Agent) {
			return nil, negotiation.Invalid("agent", "an account, me or nobody")
		}
		q.Agent = p.Agent
	}
	page, err := a.list(ctx, a.Lists.Inbox, q)
	return ListInbox200JSONResponse(page), err
}

func (a api) GetInboxSummary(ctx context.Context, _ GetInboxSummaryRequestObject) (GetInboxSummaryResponseObject, error) {
	n, err := a.Lists.InboxSummary(ctx, me(ctx))
	if err != nil {
		return nil, err
	}
	out := GetInboxSummary200JSONResponse{Open: n.Open, Mine: n.Mine, Nobody: n.Nobody, Late: n.Late, Turns: map[string]int{}, Phases: map[string]int{}}
	for side, k := range n.Turns {
		if side != "" { // nobody's
			out.Turns[string(side)] = k
		}
	}
	for phase, k := range n.Phases {
		out.Phases[string(phase)] = k
	}
	return out, nil
}

func sortOf(s InboxSort) (app.Sort, error) {
	switch s {
	case "", InboxSortDue:
		return app.SortDue, nil
	case InboxSortTurn:
		return app.SortTurn, nil
	case InboxSortAmount:
		return app.SortAmount, nil
	case InboxSortNewest:
		return app.SortNewest, nil
	}
	return "", negotiation.Invalid("sort", []InboxSort{InboxSortDue, InboxSortTurn, InboxSortAmount, InboxSortNewest})
}

func (a api) ListStaff(ctx context.Context, _ ListStaffRequestObject) (ListStaffResponseObject, error) {
	list, err := a.App.Staff.List(ctx, actor(ctx))
	return ListStaff200JSONResponse{Rows: each(list, staffOf)}, err
}

func (a api) AddStaff(ctx context.Context, r AddStaffRequestObject) (AddStaffResponseObject, error) {
	b := r.Body
	m, err := a.App.Staff.Add(ctx, actor(ctx), app.NewStaff{Login: b.Login, DisplayName: b.DisplayName, Role: b.Role, Password: b.Password,
		Phone: b.Phone, Language: string(b.Language)})
	return AddStaff201JSONResponse(staffOf(m)), err
}

func (a api) ChangeStaff(ctx context.Context, r ChangeStaffRequestObject) (ChangeStaffResponseObject, error) {
	if err := id(r.Id); err != nil {
		return nil, err
	}
	b := r.Body
	m, err := a.App.Staff.Change(ctx, actor(ctx), r.Id, app.StaffChange{DisplayName: b.DisplayName, Phone: b.Phone, Role: b.Role, Active: b.Active, Password: b.Password})
	return ChangeStaff200JSONResponse(staffOf(m)), err
}

func (a api) GetEnrolment(ctx context.Context, _ GetEnrolmentRequestObject) (GetEnrolmentResponseObject, error) {
	e, err := a.App.Scheme.Enrolment(ctx, actor(ctx))
	if err != nil {
		return nil, err
	}
	out := GetEnrolment200JSONResponse{Enterprise: e.Enterprise.ID, Name: e.Enterprise.Name, Status: e.Enterprise.Status, Since: e.Enterprise.Since,
		Ground: e.Enterprise.Ground, Reason: e.Reason, Bureau: bureauOrNone(e.Bureau)}
	if e.Bureau != nil {
		out.BureauPhone = e.Bureau.Phone
	}
	return out, nil
}

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
