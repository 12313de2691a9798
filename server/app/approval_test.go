package app_test

import (
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"hejie/negotiation"
	"hejie/server/app"
)

func makes(fen int64) negotiation.MakeOffer {
	amount := negotiation.CNY(fen)
	return negotiation.MakeOffer{ValidDays: 5, Text: "这是我们的诚意。", Items: []negotiation.Item{{By: negotiation.SideEnterprise, Remedy: negotiation.Refund,
		Amount: &amount, Description: "原路退回", Due: negotiation.Due{Days: 3, Unit: negotiation.WorkingDays}}}}
}

func (p people) limit(t *testing.T, fen int64) {
	t.Helper()
	_, err := p.Staff.Change(p.ctx, p.supervisor.Actor, p.agent.Actor.ID, app.StaffChange{Limit: new(negotiation.CNY(fen))})
	require.NoError(t, err)
}

// requested is a case in which the agent asks to offer so much.
func (p people) requested(t *testing.T, fen int64) (caseID string, request int64) {
	t.Helper()
	caseID = p.file(p.buyer, p.enterprise.ID)
	ask := makes(fen)
	p.do(p.agent, caseID, negotiation.RequestApproval{MakeOffer: &ask, Note: "顾客有道理"})
	return caseID, p.caseOf(caseID).Request.Seq
}

// A limit holds for the next command of a session that goes on; supervisors and consumers have none.
func TestLimitOfAnAgent(t *testing.T) {
	t.Parallel()
	p := newPeople(t)
	id := p.file(p.buyer, p.enterprise.ID)
	p.do(p.agent, id, makes(10_000))
	p.limit(t, 10_999)
	err := p.try(p.agent, id, makes(11_000))
	refused(t, negotiation.CodeOverAuthority, err)
	require.Equal(t, negotiation.CNY(10_999), param(t, err, "limit"))
	require.Equal(t, negotiation.CNY(11_000), param(t, err, "amount"))
	p.limit(t, 11_000)
	p.do(p.agent, id, makes(11_000))
	p.do(p.supervisor, id, makes(12_000))
	p.limit(t, 0)
	p.do(p.buyer, id, makes(14_000))
	c := p.caseOf(id)
	accept := negotiation.AcceptOffer{Offer: len(c.Offers), Digest: c.Offers[len(c.Offers)-1].Digest}
	refused(t, negotiation.CodeOverAuthority, p.try(p.agent, id, accept))
	_, err = p.Staff.Change(p.ctx, p.supervisor.Actor, p.agent.Actor.ID, app.StaffChange{Unlimited: true})
	require.NoError(t, err)
	p.do(p.agent, id, accept)
}

func TestLimitsAreSupervisorsToSet(t *testing.T) {
	t.Parallel()
	p := newPeople(t)
	to := func(x app.Session, ch app.StaffChange) (app.StaffMember, error) {
		return p.Staff.Change(p.ctx, x.Actor, p.agent.Actor.ID, ch)
	}
	limit := negotiation.CNY(50_000)
	for _, x := range []app.Session{p.agent, p.buyer, p.officer, p.admin} {
		_, err := to(x, app.StaffChange{Limit: &limit})
		refused(t, negotiation.CodeNotAllowed, err)
	}
	_, err := to(p.rival, app.StaffChange{Limit: &limit})
	refused(t, negotiation.CodeNotFound, err)
	for _, bad := range []app.StaffChange{{Limit: new(negotiation.CNY(-1))}, {Limit: new(negotiation.CNY(negotiation.MaxMinor + 1))},
		{Limit: &negotiation.Money{Currency: "USD", Minor: 1}}, {Limit: &limit, Unlimited: true}} {
		_, err := to(p.supervisor, bad)
		require.Contains(t, []string{negotiation.CodeInvalid, negotiation.CodeOutOfRange}, negotiation.CodeOf(err))
	}

	m, err := to(p.supervisor, app.StaffChange{Limit: &limit})
	require.NoError(t, err)
	require.Equal(t, &limit, m.Limit)
	role := negotiation.RoleDeskSupervisor
	m, err = to(p.supervisor, app.StaffChange{Role: &role})
	require.NoError(t, err)
	require.Nil(t, m.Limit, "supervisors have none")
	m, err = to(p.supervisor, app.StaffChange{Role: new(negotiation.RoleDeskAgent)})
	require.NoError(t, err)
	require.Equal(t, &limit, m.Limit)
	m, err = p.Staff.Add(p.ctx, p.supervisor.Actor, app.NewStaff{Login: "second", DisplayName: "小孙", Role: negotiation.RoleDeskAgent, Password: secret, Limit: new(negotiation.CNY(0))})
	require.NoError(t, err)
	require.Equal(t, new(negotiation.CNY(0)), m.Limit)
	_, err = to(p.supervisor, app.StaffChange{Unlimited: true})
	require.NoError(t, err)

	rows, err := p.Admin.Audit(p.ctx, p.admin.Actor, app.AuditFilter{})
	require.NoError(t, err)
	var said []string
	for _, r := range rows {
		if r.What == app.AuditStaff || r.What == app.AuditStaffAdded {
			said = append(said, r.Detail)
		}
	}
	require.Subset(t, said, []string{"limit=50000", "limit=none", "desk_agent limit=0"})
}

// What an agent may settle for is shown to the supervisors, and to the agent in the room.
func TestWhoSeesLimits(t *testing.T) {
	t.Parallel()
	p := newPeople(t)
	p.limit(t, 50_000)
	id, _ := p.requested(t, 40_000)
	_, err := p.Staff.Add(p.ctx, p.supervisor.Actor, app.NewStaff{Login: "second", DisplayName: "小孙", Role: negotiation.RoleDeskAgent, Password: secret})
	require.NoError(t, err)
	second := p.signIn("second")
	limits := func(x app.Session) (n int) {
		list, err := p.Staff.List(p.ctx, x.Actor)
		require.NoError(t, err)
		for _, m := range list {
			if m.Limit != nil {
				n++
			}
		}
		return n
	}
	require.Equal(t, 1, limits(p.supervisor))
	require.Zero(t, limits(p.agent))
	require.Zero(t, limits(p.rival))

	for who, x := range map[string]struct {
		session app.Session
		limit   *negotiation.Money
		request bool
	}{
		"agent": {p.agent, new(negotiation.CNY(50_000)), true}, "colleague": {second, nil, true}, "supervisor": {p.supervisor, nil, true},
		"consumer": {p.buyer, nil, false}, "officer": {p.officer, nil, false},
	} {
		v, err := rooms(p).View(p.ctx, x.session, id)
		require.NoError(t, err, who)
		require.Equal(t, x.limit, v.Limit, who)
		require.Equal(t, x.request, v.Case.Request != nil, who)
	}
	_, err = rooms(p).View(p.ctx, p.rival, id)
	refused(t, negotiation.CodeNotFound, err)

	lists := app.NewLists(p.w, p.store, p.yearbook)
	for feed, x := range map[string]app.Session{app.FeedInbox: p.agent, app.FeedMe: p.buyer, app.FeedBoard: p.officer} {
		page, err := lists.Page(p.ctx, x, feed)
		require.NoError(t, err)
		require.Equal(t, feed == app.FeedInbox, page.Rows[0].Asked, feed)
	}
}

// Approving sends what was asked for, to the last word, in the supervisor's name; once, however often it is tapped and by whom.
func TestApproval(t *testing.T) {
	t.Parallel()
	p := newPeople(t)
	p.limit(t, 1000)
	id, request := p.requested(t, 9_000)
	for _, x := range []app.Session{p.agent, p.buyer, p.officer} {
		refused(t, negotiation.CodeNotAllowed, p.try(x, id, negotiation.AnswerRequest{Request: request, Approve: true}))
	}
	refused(t, negotiation.CodeNotFound, p.try(p.rival, id, negotiation.AnswerRequest{Request: request, Approve: true}))
	refused(t, negotiation.CodeRequestNotOpen, p.try(p.supervisor, id, negotiation.AnswerRequest{Request: request + 1, Approve: true}))

	role := negotiation.RoleDeskSupervisor
	_, err := p.Staff.Add(p.ctx, p.supervisor.Actor, app.NewStaff{Login: "deputy", DisplayName: "副主管", Role: role, Password: secret})
	require.NoError(t, err)
	deputy := p.signIn("deputy")
	answer := negotiation.AnswerRequest{Request: request, Approve: true, Text: "可以"}
	command, err := app.Identify(p.supervisor.Actor, app.NewID(), answer)
	require.NoError(t, err)
	var both sync.WaitGroup
	errs := make([]error, 6)
	for i := range errs {
		both.Go(func() {
			if i%2 == 0 {
				_, errs[i] = p.ledger.Do(p.ctx, p.supervisor.Actor, id, command, answer)
			} else {
				errs[i] = p.try(deputy, id, answer)
			}
		})
	}
	both.Wait()
	c := p.caseOf(id)
	require.Len(t, c.Offers, 2, "the claim, and one offer")
	o := c.Offers[1]
	require.Equal(t, int64(9_000), o.Total())
	require.Equal(t, negotiation.Digest(makes(9_000).Items, makes(9_000).Text), o.Digest)
	require.Equal(t, c.Offers[1].Account == p.supervisor.Actor.ID, errs[0] == nil, "who was first")
	for i, err := range errs {
		if (i%2 == 0) != (o.Account == p.supervisor.Actor.ID) {
			refused(t, negotiation.CodeRequestNotOpen, err)
		}
	}
	require.Nil(t, c.Request)
	room, err := rooms(p).View(p.ctx, p.buyer, id)
	require.NoError(t, err)
	require.Equal(t, app.OfferText{Text: "这是我们的诚意。", Items: []string{"原路退回"}}, room.Offers[1])
}

func rooms(p people) *app.Rooms { return app.NewRooms(p.w, p.App) }

// What the administrator erased is not sent. The next request may be approved.
func TestErasedRequest(t *testing.T) {
	t.Parallel()
	p := newPeople(t)
	id, request := p.requested(t, 9_000)
	_, err := p.Admin.Erase(p.ctx, p.admin.Actor, app.Erasure{CaseCode: p.caseOf(id).Code, Channel: negotiation.Desk, Seq: request, Reason: "误写他人信息"})
	require.NoError(t, err)
	refused(t, negotiation.CodeNotFound, p.try(p.supervisor, id, negotiation.AnswerRequest{Request: request, Approve: true}))
	require.Len(t, p.caseOf(id).Offers, 1)
	p.do(p.supervisor, id, negotiation.AnswerRequest{Request: request})
	ask := makes(9_000)
	p.do(p.agent, id, negotiation.RequestApproval{MakeOffer: &ask})
	p.do(p.supervisor, id, negotiation.AnswerRequest{Request: p.caseOf(id).Request.Seq, Approve: true})
	require.Len(t, p.caseOf(id).Offers, 2)
}
