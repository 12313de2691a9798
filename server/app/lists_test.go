package app_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hejie/negotiation"
	"hejie/server/app"
)

// Each list is for its readers, and has cases of theirs only, whatever they ask for.
func TestListsAreOfOnesOwn(t *testing.T) {
	t.Parallel()
	p := newPeople(t)
	lists := app.NewLists(p.w, p.store, p.yearbook)
	p.file(p.buyer, p.enterprise.ID)
	theirs := app.CaseQuery{Consumer: p.buyer.Actor.ID, Enterprise: p.enterprise.ID}
	seen := map[string]int{}
	read := func(list func(context.Context, app.Session, app.CaseQuery) (app.CasePage, error)) func(app.Session) error {
		return func(x app.Session) error {
			page, err := list(p.ctx, x, theirs)
			seen[x.Actor.ID] += len(page.Rows)
			return err
		}
	}
	p.allowedOnly(t, negotiation.CodeNotAllowed, read(lists.Mine), "consumer")
	p.allowedOnly(t, negotiation.CodeNotAllowed, read(lists.Inbox), "supervisor", "agent", "rival")
	p.allowedOnly(t, negotiation.CodeNotAllowed, read(lists.Board), "officer")
	require.Equal(t, map[string]int{p.buyer.Actor.ID: 1, p.supervisor.Actor.ID: 1, p.agent.Actor.ID: 1, p.rival.Actor.ID: 0, p.officer.Actor.ID: 1, p.admin.Actor.ID: 0, "": 0}, seen)
	for within, code := range map[string]string{county: "", city: "", "430000": negotiation.CodeNotFound, "110000": negotiation.CodeNotFound} {
		_, err := lists.Board(p.ctx, p.officer, app.CaseQuery{Within: within})
		require.Equal(t, code, negotiation.CodeOf(err), within)
		_, err = lists.Summary(p.ctx, p.officer, app.CaseQuery{Within: within})
		require.Equal(t, code, negotiation.CodeOf(err), within)
	}
}

// Pages tell how far their reader has read, each reader for themselves.
func TestPagesTellReadMarks(t *testing.T) {
	t.Parallel()
	p := newPeople(t)
	lists := app.NewLists(p.w, p.store, p.yearbook)
	id := p.file(p.buyer, p.enterprise.ID)
	p.do(p.agent, id, negotiation.PostMessage{Text: "您好"})
	row := func(page app.CasePage, err error) app.CaseRow {
		t.Helper()
		require.NoError(t, err)
		require.Len(t, page.Rows, 1)
		return page.Rows[0]
	}
	require.Zero(t, row(lists.Mine(p.ctx, p.buyer, app.CaseQuery{})).ReadSeq)
	_, err := p.Marks.Read(p.ctx, p.buyer, id, negotiation.Room, 2)
	require.NoError(t, err)
	_, err = p.Marks.Read(p.ctx, p.agent, id, negotiation.Room, 3)
	require.NoError(t, err)
	p.do(p.agent, id, negotiation.PostMessage{Text: "内部", Channel: negotiation.Desk})
	_, err = p.Marks.Read(p.ctx, p.agent, id, negotiation.Desk, 1)
	require.NoError(t, err)
	mine := row(lists.Mine(p.ctx, p.buyer, app.CaseQuery{}))
	require.Equal(t, []int64{2, 3}, []int64{mine.ReadSeq, mine.RoomSeq})
	require.Equal(t, int64(3), row(lists.Inbox(p.ctx, p.agent, app.CaseQuery{})).ReadSeq)
	require.Zero(t, row(lists.Inbox(p.ctx, p.supervisor, app.CaseQuery{})).ReadSeq)
}

// A bureau finds a case by its text only where it reads the room, and a bureau above it never: what it may not see it may not guess.
func TestSearchTellsNoTitles(t *testing.T) {
	t.Parallel()
	p := newPeople(t)
	above := p.world.officer(p.admin, province, "above")
	lists := app.NewLists(p.w, p.store, p.yearbook)
	id := p.file(p.buyer, p.enterprise.ID)
	found := func(x app.Session, q string) []app.CaseRow {
		t.Helper()
		page, err := lists.Board(p.ctx, x, app.CaseQuery{Search: q})
		require.NoError(t, err)
		return page.Rows
	}
	for _, x := range []app.Session{p.officer, above} {
		require.Empty(t, found(x, "充电宝"))
		require.Len(t, found(x, p.caseOf(id).Code), 1)
		require.Empty(t, found(x, p.caseOf(id).Code)[0].Title+found(x, p.caseOf(id).Code)[0].Last+found(x, p.caseOf(id).Code)[0].Name)
	}
	p.do(p.buyer, id, negotiation.Escalate{Text: "求助"})
	require.Equal(t, "充电宝", found(p.officer, "充电宝")[0].Title)
	require.Equal(t, "求助", found(p.officer, "充电宝")[0].Last)
	require.Empty(t, found(above, "充电宝"))
	require.Empty(t, found(above, p.caseOf(id).Code)[0].Title)
}

// What happens at the desk's channel leaves no trace anywhere else: not in snapshots, files, lists, audits, nor in the rules' answers.
func TestTheDeskLeavesNoTrace(t *testing.T) {
	t.Parallel()
	p := newPeople(t)
	lists, rooms := app.NewLists(p.w, p.store, p.yearbook), app.NewRooms(p.w, p.App)
	id := p.file(p.buyer, p.enterprise.ID)
	type seen struct {
		view      app.CaseView
		file      app.CaseFile
		me, board app.CasePage
		audit     []app.AuditRow
		officer   app.CaseView
	}
	look := func() (s seen) {
		t.Helper()
		var err error
		for _, f := range []func() error{
			func() error { s.view, err = rooms.View(p.ctx, p.buyer, id); return err },
			func() error { s.officer, err = rooms.View(p.ctx, p.officer, id); return err },
			func() error { s.file, err = rooms.File(p.ctx, p.buyer, id, p.yearbook.Calendar()); return err },
			func() error { s.me, err = lists.Page(p.ctx, p.buyer, app.FeedMe); return err },
			func() error { s.board, err = lists.Page(p.ctx, p.officer, app.FeedBoard); return err },
			func() error {
				s.audit, err = p.Details.Audit(p.ctx, p.buyer.Actor, id, app.AuditFilter{Limit: 100})
				return err
			},
		} {
			require.NoError(t, f())
		}
		return s
	}
	before := look()
	p.business.Pass(time.Second)
	p.do(p.agent, id, negotiation.PostMessage{Text: "此人难缠", Channel: negotiation.Desk})
	p.do(p.supervisor, id, negotiation.Assign{Agent: p.agent.Actor.ID})
	_, err := p.Admin.Erase(p.ctx, p.admin.Actor, app.Erasure{CaseCode: p.caseOf(id).Code, Channel: negotiation.Desk, Seq: 1, Reason: "本人申请"})
	require.NoError(t, err)
	p.business.Pass(-time.Second)
	require.Equal(t, before, look())

	for _, x := range []app.Session{p.buyer, p.officer} {
		refused(t, negotiation.CodeNotFound, rooms.MayRead(p.ctx, x, id, negotiation.Desk))
		_, err := p.Marks.Read(p.ctx, x, id, negotiation.Desk, 1)
		refused(t, negotiation.CodeNotFound, err)
	}
	rows, err := p.Admin.Audit(p.ctx, p.admin.Actor, app.AuditFilter{What: app.AuditErased})
	require.NoError(t, err)
	require.Len(t, rows, 1)
	require.Contains(t, rows[0].Subject, id+"/desk/1.")
	require.Equal(t, "管理员", rows[0].Name)
}

// What the consumer wants done with an unsettled case, and that they changed it, leaves no trace at the desk, nor with the bureau before
// escalation; afterwards the bureau reads it, and the desk still does not.
func TestTheConsumersChoiceLeavesNoTrace(t *testing.T) {
	t.Parallel()
	p := newPeople(t)
	lists, rooms := app.NewLists(p.w, p.store, p.yearbook), app.NewRooms(p.w, p.App)
	id := p.file(p.buyer, p.enterprise.ID)
	type seen struct {
		view, officer app.CaseView
		file          []app.ConsentEntry
		inbox, board  app.CasePage
	}
	choice := func(x app.Session) (list []bool) {
		f, err := rooms.File(p.ctx, x, id, p.yearbook.Calendar())
		require.NoError(t, err)
		for _, k := range f.Consents {
			if k.What == "escalation" {
				list = append(list, k.Yes)
			}
		}
		return list
	}
	look := func() (s seen) {
		t.Helper()
		var err error
		for _, f := range []func() error{
			func() error { s.view, err = rooms.View(p.ctx, p.agent, id); return err },
			func() error { s.officer, err = rooms.View(p.ctx, p.officer, id); return err },
			func() error { s.inbox, err = lists.Page(p.ctx, p.agent, app.FeedInbox); return err },
			func() error { s.board, err = lists.Page(p.ctx, p.officer, app.FeedBoard); return err },
			func() error {
				f, err := rooms.File(p.ctx, p.agent, id, p.yearbook.Calendar())
				s.file = f.Consents
				return err
			},
		} {
			require.NoError(t, f())
		}
		return s
	}
	before := look()
	require.Nil(t, before.view.Case.Consents.Escalation)
	p.business.Pass(time.Second)
	p.do(p.buyer, id, negotiation.ChangeConsents{Escalation: &negotiation.Choice{Yes: false, Text: app.TextsInForce().Escalation}})
	p.business.Pass(-time.Second)
	require.Equal(t, before, look())
	require.Equal(t, []bool{true, false}, choice(p.buyer))
	view, err := rooms.View(p.ctx, p.buyer, id)
	require.NoError(t, err)
	require.False(t, view.Case.Consents.Escalation.Yes)
	may := func(x app.Session) error { return rooms.MayRead(p.ctx, x, id, negotiation.ConsumerOnly) }
	require.NoError(t, may(p.buyer))
	for _, x := range []app.Session{p.agent, p.supervisor, p.officer, p.rival, p.admin} {
		refused(t, negotiation.CodeNotFound, may(x))
		_, err := p.Marks.Read(p.ctx, x, id, negotiation.ConsumerOnly, 1)
		refused(t, negotiation.CodeNotFound, err)
	}

	p.do(p.buyer, id, negotiation.Escalate{})
	require.NoError(t, may(p.officer))
	require.Equal(t, []bool{true, false}, choice(p.officer))
	refused(t, negotiation.CodeNotFound, may(p.agent))
	require.Empty(t, choice(p.agent))
	_, err = p.store.Verify(p.ctx)
	require.NoError(t, err)
}

// An old case that needs its code says so to its own consumer alone; to others it is not there.
func TestOldCasesOfOthersAreNotThere(t *testing.T) {
	t.Parallel()
	p := newPeople(t)
	rooms, lists := app.NewRooms(p.w, p.App), app.NewLists(p.w, p.store, p.yearbook)
	id := p.file(p.buyer, p.enterprise.ID)
	p.business.Pass(100 * 24 * time.Hour)
	own, other := p.consumer(phone).Session, p.consumer("+8613800138999").Session
	for x, code := range map[*app.Session]string{&own: app.CodeCaseCodeRequired, &other: negotiation.CodeNotFound} {
		_, err := rooms.View(p.ctx, *x, id)
		refused(t, code, err)
		refused(t, code, rooms.MayRead(p.ctx, *x, id, negotiation.Room))
	}
	refused(t, app.CodeCaseCodeRequired, own.Opens(p.caseOf(id)))
	require.NoError(t, other.Opens(p.caseOf(id)), "whether it is there is not the session's to tell")

	// It stands in no list, for its code is the key to it, and the data of the account may be another person's.
	page, err := lists.Mine(p.ctx, own, app.CaseQuery{})
	require.NoError(t, err)
	require.Empty(t, page.Rows)
	profile, err := p.Accounts.Get(p.ctx, own)
	require.NoError(t, err)
	require.Empty(t, profile.Name+profile.Address)
	refused(t, app.CodeCaseCodeRequired, p.Accounts.Erase(p.ctx, own))

	p.real.Pass(time.Minute)
	require.NoError(t, p.SignIn.RequestCode(p.ctx, phone, "zh", home))
	in, err := p.SignIn.ByCode(p.ctx, app.CodeSignIn{Phone: phone, Code: p.code(phone), CaseCode: p.caseOf(id).Code, Client: home})
	require.NoError(t, err)
	require.Equal(t, id, in.Session.Case())
	page, err = lists.Mine(p.ctx, in.Session, app.CaseQuery{})
	require.NoError(t, err)
	require.Len(t, page.Rows, 1)
	profile, err = p.Accounts.Get(p.ctx, in.Session)
	require.NoError(t, err)
	require.Equal(t, "王小明", profile.Name)
}

// The numbers behind the desk's filters count all open cases, not those on a page.
func TestInboxSummary(t *testing.T) {
	t.Parallel()
	p := newPeople(t)
	lists := app.NewLists(p.w, p.store, p.yearbook)
	ids := make([]string, 4)
	for i := range ids {
		f := filing(p.enterprise.ID)
		f.OrderNumber = fmt.Sprint("order ", i)
		x := p.buyer
		if i == 3 {
			x = p.consumer("+8613800138999").Session
		}
		r, err := p.filed(x, f)
		require.NoError(t, err)
		ids[i] = r.Case
	}
	p.do(p.agent, ids[0], negotiation.PostMessage{Text: "请问？", Question: true})
	p.do(p.supervisor, ids[1], negotiation.Assign{Agent: p.agent.Actor.ID})
	p.do(p.buyer, ids[2], negotiation.WithdrawCase{Reason: negotiation.WithdrawUnstated})
	p.business.Pass(4 * 24 * time.Hour) // the first responses are due after two working days
	for _, id := range ids {
		require.NoError(t, p.ledger.Tick(p.ctx, id))
	}
	mine := 1
	if p.caseOf(ids[0]).Agent == p.agent.Actor.ID { // who answers has it
		mine = 2
	}
	n, err := lists.InboxSummary(p.ctx, p.agent)
	require.NoError(t, err)
	require.Equal(t, app.InboxCounts{Open: 3, Mine: mine, Nobody: 3 - mine, Late: 2,
		Turns:  map[negotiation.Side]int{negotiation.SideConsumer: 1, negotiation.SideEnterprise: 2},
		Phases: map[negotiation.Phase]int{negotiation.PhaseAwaitingResponse: 2, negotiation.PhaseNegotiating: 1},
		Ours:   map[negotiation.Phase]int{negotiation.PhaseAwaitingResponse: 2}}, n)
	for _, q := range []struct {
		q    app.CaseQuery
		want int
	}{{app.CaseQuery{Open: true}, n.Open}, {app.CaseQuery{Open: true, Agent: p.agent.Actor.ID}, n.Mine}, {app.CaseQuery{Open: true, Unassigned: true}, n.Nobody},
		{app.CaseQuery{Late: true}, n.Late}, {app.CaseQuery{Open: true, Turn: negotiation.SideEnterprise}, n.Turns[negotiation.SideEnterprise]}} {
		page, err := lists.Inbox(p.ctx, p.agent, q.q)
		require.NoError(t, err)
		require.Len(t, page.Rows, q.want, "the list says the same: %+v", q.q)
	}
	n, err = lists.InboxSummary(p.ctx, p.rival)
	require.NoError(t, err)
	require.Zero(t, n.Open)
	for _, x := range []app.Session{p.buyer, p.officer, p.admin} {
		_, err := lists.InboxSummary(p.ctx, x)
		refused(t, negotiation.CodeNotAllowed, err)
	}
}
