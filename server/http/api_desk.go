package http

import (
	"context"

	"hejie/negotiation"
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
	q := app.CaseQuery{Open: p.Open, Late: p.Late, Asked: p.Asked, Turn: p.Turn, Search: p.Q, Sort: sort, After: p.After, Limit: p.Limit}
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
	out := GetInboxSummary200JSONResponse{Open: n.Open, Mine: n.Mine, Nobody: n.Nobody, Late: n.Late, Asked: n.Asked, Turns: map[string]int{}, Phases: map[string]int{}, Ours: map[string]int{}}
	for side, k := range n.Turns {
		if side != "" { // nobody's
			out.Turns[string(side)] = k
		}
	}
	for phase, k := range n.Phases {
		out.Phases[string(phase)] = k
	}
	for phase, k := range n.Ours {
		out.Ours[string(phase)] = k
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
		Phone: b.Phone, Language: string(b.Language), Limit: b.Limit, Capacity: b.Capacity})
	return AddStaff201JSONResponse(staffOf(m)), err
}

func (a api) ChangeStaff(ctx context.Context, r ChangeStaffRequestObject) (ChangeStaffResponseObject, error) {
	if err := id(r.Id); err != nil {
		return nil, err
	}
	b := r.Body
	m, err := a.App.Staff.Change(ctx, actor(ctx), r.Id, app.StaffChange{DisplayName: b.DisplayName, Phone: b.Phone, Role: b.Role, Active: b.Active, Password: b.Password,
		Limit: b.Limit, Unlimited: b.Unlimited, Capacity: b.Capacity, ByHand: b.ByHand, Away: b.Away})
	return ChangeStaff200JSONResponse(staffOf(m)), err
}

func (a api) SetAway(ctx context.Context, r SetAwayRequestObject) (SetAwayResponseObject, error) {
	m, err := a.App.Staff.Away(ctx, actor(ctx), r.Body.Away)
	return SetAway200JSONResponse(staffOf(m)), err
}

func (a api) ListReplies(ctx context.Context, _ ListRepliesRequestObject) (ListRepliesResponseObject, error) {
	list, err := a.App.Replies.List(ctx, actor(ctx))
	return ListReplies200JSONResponse{Rows: each(list, replyOf)}, err
}

func (a api) SetReply(ctx context.Context, r SetReplyRequestObject) (SetReplyResponseObject, error) {
	if err := given("id", r.Id); err != nil {
		return nil, err
	}
	set, err := a.App.Replies.Set(ctx, actor(ctx), app.SavedReply{ID: r.Id, Name: r.Body.Name, Text: r.Body.Text})
	return SetReply200JSONResponse(replyOf(set)), err
}

func (a api) DropReply(ctx context.Context, r DropReplyRequestObject) (DropReplyResponseObject, error) {
	if err := id(r.Id); err != nil {
		return nil, err
	}
	return DropReply204Response{}, a.App.Replies.Drop(ctx, actor(ctx), r.Id)
}

func replyOf(r app.SavedReply) SavedReply { return SavedReply{Id: r.ID, Name: r.Name, Text: r.Text} }
