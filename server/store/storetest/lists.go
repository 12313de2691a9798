package storetest

import (
	"strings"
	"time"

	"github.com/stretchr/testify/require"

	"hejie/negotiation"
	"hejie/server/app"
)

func codes(rows []app.CaseRow) (out []string) {
	for _, r := range rows {
		out = append(out, strings.TrimLeft(strings.TrimPrefix(r.Code, "CODE"), "0"))
	}
	return out
}

func (b *bed) listed(q app.CaseQuery) []string {
	b.t.Helper()
	page, err := b.Cases(ctx, q)
	require.NoError(b.t, err)
	return codes(page.Rows)
}

func lists(b *bed) {
	b.fileAs(1, consumer(1), 1, "充电宝", 30000)
	b.now = b.now.Add(time.Hour)
	b.fileAs(2, consumer(1), 2, "电饭煲", 10000)
	b.now = b.now.AddDate(0, 0, 1)
	b.fileAs(3, consumer(3), 1, "耳机", 20000)
	b.now = b.now.Add(time.Hour)
	b.must(desk(1), caseID(1), "o", offer(12000))
	b.must(desk(1), caseID(3), "a", negotiation.Assign{Agent: desk(1).ID})
	b.must(consumer(1), caseID(2), "w", negotiation.WithdrawCase{Reason: negotiation.WithdrawMistaken})
	e1 := id("enterprise", 1)
	for _, x := range []struct {
		q    app.CaseQuery
		want []string
	}{
		{app.CaseQuery{}, []string{"3", "2", "1"}},
		{app.CaseQuery{Consumer: consumer(1).ID}, []string{"2", "1"}},
		{app.CaseQuery{Enterprise: e1}, []string{"3", "1"}},
		{app.CaseQuery{Enterprise: e1, Sort: app.SortAmount}, []string{"1", "3"}},
		{app.CaseQuery{Enterprise: e1, Sort: app.SortTurn}, []string{"3", "1"}},
		{app.CaseQuery{Enterprise: e1, Sort: app.SortDue}, []string{"3", "1"}},
		{app.CaseQuery{Enterprise: e1, Open: true, Sort: app.SortAmount}, []string{"1", "3"}},
		{app.CaseQuery{Enterprise: e1, Open: true, Sort: app.SortTurn}, []string{"3", "1"}},
		{app.CaseQuery{Enterprise: e1, Open: true, Sort: app.SortDue}, []string{"3", "1"}},
		{app.CaseQuery{Enterprise: e1, Turn: negotiation.SideConsumer}, []string{"1"}},
		{app.CaseQuery{Enterprise: e1, Phases: []negotiation.Phase{negotiation.PhaseAwaitingResponse}}, []string{"3"}},
		{app.CaseQuery{Enterprise: e1, Agent: desk(1).ID}, []string{"3"}},
		{app.CaseQuery{Enterprise: e1, Unassigned: true}, []string{"1"}},
		{app.CaseQuery{Min: 10001, Max: 20000}, []string{"3"}},
		{app.CaseQuery{Open: true}, []string{"3", "1"}},
		{app.CaseQuery{Bureau: officer.Bureau, Category: "quality"}, []string{"3", "2", "1"}},
		{app.CaseQuery{Within: "430000"}, []string{"3", "2", "1"}},
		{app.CaseQuery{Within: "430600", Open: true}, []string{"3", "1"}},
		{app.CaseQuery{Within: county}, []string{"3", "2", "1"}},
		{app.CaseQuery{Within: county, Sort: app.SortDue}, []string{"3", "1", "2"}},
		{app.CaseQuery{Within: county, Sort: app.SortDue, Open: true, Max: 20000}, []string{"3"}},
		{app.CaseQuery{Sort: app.SortDue}, []string{"3", "1", "2"}},
		{app.CaseQuery{Within: "000000"}, []string{"3", "2", "1"}},
		{app.CaseQuery{Within: "440000"}, nil},
		{app.CaseQuery{Within: "430603"}, nil},
	} {
		require.Equal(b.t, x.want, b.listed(x.q), "%+v", x.q)
	}
	ids, err := b.OpenCaseIDs(ctx, app.OpenFilter{Enterprise: e1}, "", 10)
	require.NoError(b.t, err)
	require.Equal(b.t, []string{caseID(1), caseID(3)}, ids)
	ids, err = b.OpenCaseIDs(ctx, app.OpenFilter{}, caseID(1), 10)
	require.NoError(b.t, err)
	require.Equal(b.t, []string{caseID(3)}, ids)
	for _, active := range []bool{true, false} { // the agent of the third case works, and then no more
		b.write(func(tx app.PlainTx) error {
			if active {
				return tx.AddAccount(ctx, app.Account{ID: desk(1).ID, Login: "agent", Role: negotiation.RoleDeskAgent, Enterprise: e1, Active: true, Created: start})
			}
			return tx.SetAccount(ctx, app.Account{ID: desk(1).ID, Login: "agent", Role: negotiation.RoleDeskAgent, Enterprise: e1})
		})
		ids, err = b.OpenCaseIDs(ctx, app.OpenFilter{Left: true}, "", 10)
		require.NoError(b.t, err)
		require.Equal(b.t, active, len(ids) == 0)
	}
	require.Equal(b.t, []string{caseID(3)}, ids)
	counts, err := b.CountInbox(ctx, e1, desk(1).ID)
	require.NoError(b.t, err)
	require.Equal(b.t, app.InboxCounts{Open: 2, Mine: 1, Nobody: 1, Turns: map[negotiation.Side]int{negotiation.SideConsumer: 1, negotiation.SideEnterprise: 1},
		Phases: map[negotiation.Phase]int{negotiation.PhaseAwaitingResponse: 1, negotiation.PhaseNegotiating: 1}, Ours: map[negotiation.Phase]int{negotiation.PhaseAwaitingResponse: 1}}, counts)
	_, err = b.Cases(ctx, app.CaseQuery{Sort: "title; DROP TABLE cases"})
	require.Equal(b.t, negotiation.CodeInvalid, negotiation.CodeOf(err))
	row := b.row(caseID(1))
	require.Equal(b.t, int64(12000), row.OfferMinor)
	require.Equal(b.t, int64(30000), row.ClaimMinor)
	require.Equal(b.t, negotiation.SideEnterprise, row.OfferBy)
	require.Equal(b.t, "充电宝", row.Title)
	require.Equal(b.t, "我们退款", row.Last)
	partsOfBoth(b)
}

// partsOfBoth: a case in which both have something to do is found, and counts, for each of them.
func partsOfBoth(b *bed) {
	b.fileAs(4, consumer(4), 1, "水壶", 20000)
	both := offer(20000)
	both.Items = append(both.Items, negotiation.Item{By: negotiation.SideConsumer, Remedy: negotiation.ReturnAndRefund, Description: "寄回水壶",
		Due: negotiation.Due{Days: 3, Unit: negotiation.CalendarDays}})
	b.must(desk(1), caseID(4), "o", both)
	b.accept(consumer(4), caseID(4))
	counts, err := b.CountInbox(ctx, id("enterprise", 1), desk(1).ID)
	require.NoError(b.t, err)
	require.Equal(b.t, map[negotiation.Side]int{negotiation.SideConsumer: 2, negotiation.SideEnterprise: 2}, counts.Turns)
	require.Equal(b.t, map[negotiation.Phase]int{negotiation.PhaseAwaitingResponse: 1, negotiation.PhaseAgreed: 1}, counts.Ours)
	for side, want := range map[negotiation.Side][]string{negotiation.SideConsumer: {"1", "4"}, negotiation.SideEnterprise: {"3", "4"}, negotiation.SideBureau: nil} {
		require.ElementsMatch(b.t, want, b.listed(app.CaseQuery{Enterprise: id("enterprise", 1), Open: true, Turn: side, Sort: app.SortDue}), side)
	}
}

func paging(b *bed) {
	amounts := []int64{500, 100, 300, 300, 300, 200, 700}
	for n, a := range amounts {
		b.fileAs(n+1, consumer(n+1), 1, "x", a)
	}
	for _, sort := range app.Sorts {
		want := b.listed(app.CaseQuery{Sort: sort})
		require.Len(b.t, want, len(amounts))
		var got []string
		q := app.CaseQuery{Sort: sort, Limit: 2}
		for {
			page, err := b.Cases(ctx, q)
			require.NoError(b.t, err)
			require.LessOrEqual(b.t, len(page.Rows), 2)
			got = append(got, codes(page.Rows)...)
			if q.After = page.Next; q.After == "" {
				break
			}
		}
		require.Equal(b.t, want, got, sort)
	}
	for _, after := range []string{"x!", "1.2.3", ".", "-"} {
		_, err := b.Cases(ctx, app.CaseQuery{After: after})
		require.Equal(b.t, negotiation.CodeInvalid, negotiation.CodeOf(err), after)
	}
}

func board(b *bed) {
	for n := 1; n <= 6; n++ {
		b.file(n, 1)
	}
	b.must(consumer(2), caseID(2), "e", negotiation.Escalate{})
	b.must(consumer(3), caseID(3), "e", negotiation.Escalate{})
	b.must(officer, caseID(3), "a", negotiation.AcceptComplaint{})
	b.must(desk(1), caseID(4), "r", negotiation.RefuseCase{Ground: negotiation.NotOurCustomer, Text: "不是我们的"})
	b.must(consumer(4), caseID(4), "w", negotiation.WithdrawCase{Reason: negotiation.WithdrawSolved}) // the refusal is still to be ruled on
	ids, err := b.OpenCaseIDs(ctx, app.OpenFilter{Clocks: true}, caseID(3), 1)
	require.NoError(b.t, err)
	require.Equal(b.t, []string{caseID(4)}, ids)
	b.must(consumer(5), caseID(5), "w", negotiation.WithdrawCase{Reason: negotiation.WithdrawMistaken})
	b.must(consumer(6), caseID(6), "e", negotiation.Escalate{})
	b.now = b.now.AddDate(0, 0, 20) // the decision on 2 and 6 is overdue, and 1 has gone to the bureau
	b.must(negotiation.System, caseID(6), "", nil)
	horizon := start.AddDate(0, 0, 3)
	for _, x := range []struct {
		column app.Column
		want   []string
	}{
		{app.ColumnComing, []string{"1"}}, {app.ColumnNew, []string{"2"}}, {app.ColumnAccepted, []string{"3"}}, {app.ColumnRefusals, []string{"4"}},
		{app.ColumnClosed, []string{"5"}}, {app.ColumnOverdue, []string{"6"}}, {app.ColumnBroken, nil},
	} {
		require.Equal(b.t, x.want, b.listed(app.CaseQuery{Within: county, Column: x.column, Horizon: horizon}), x.column)
	}
	require.Empty(b.t, b.listed(app.CaseQuery{Within: county, Column: app.ColumnComing, Horizon: start}))
	counts, err := b.CountColumns(ctx, app.CaseQuery{Within: county, Horizon: horizon})
	require.NoError(b.t, err)
	require.Equal(b.t, map[app.Column]int{app.ColumnComing: 1, app.ColumnRunning: 1, app.ColumnNew: 1, app.ColumnAccepted: 1,
		app.ColumnRefusals: 1, app.ColumnClosed: 1, app.ColumnOverdue: 1}, counts)
	b.must(negotiation.System, caseID(4), "", nil)
	require.Equal(b.t, []string{"6", "4"}, b.listed(app.CaseQuery{Within: county, Column: app.ColumnOverdue}))
	b.must(officer, caseID(4), "f", negotiation.RuleOnRefusal{Upheld: true, Reasons: "不是其顾客"})
	latest := app.CaseQuery{Within: county, Column: app.ColumnClosed, Sort: app.SortLatest, Limit: 1}
	require.Equal(b.t, []string{"5"}, b.listed(latest))
	page, err := b.Cases(ctx, latest)
	require.NoError(b.t, err)
	latest.After = page.Next
	require.Equal(b.t, []string{"4"}, b.listed(latest))
}

func search(b *bed) {
	b.enrol(1, "岳阳ＡＢＣ超市")
	b.fileAs(1, consumer(1), 1, "充电宝 100%", 100)
	b.fileAs(2, consumer(2), 1, "电饭煲_二", 100)
	for q, want := range map[string][]string{
		"电": {"2", "1"}, "充电": {"1"}, "abc": {"2", "1"}, "ＡＢＣ": {"2", "1"}, "code000002": {"2"}, "%": {"1"}, "_": {"2"}, "没有": nil, " 充电 ": {"1"},
	} {
		require.Equal(b.t, want, b.listed(app.CaseQuery{Enterprise: id("enterprise", 1), Search: q}), q)
	}
	// A bureau finds names and codes of every case, but titles only of those whose room it may read.
	inRegion := func(q string) []string {
		return b.listed(app.CaseQuery{Within: county, TitlesOf: officer.Bureau, Search: q})
	}
	require.Equal(b.t, []string{"2", "1"}, inRegion("abc"))
	require.Empty(b.t, inRegion("电"))
	require.Empty(b.t, b.listed(app.CaseQuery{Within: county, Enterprise: id("enterprise", 1), Search: "电"}))
	b.must(consumer(2), caseID(2), "e", negotiation.Escalate{})
	require.Equal(b.t, []string{"2"}, inRegion("电"))
	require.Empty(b.t, b.listed(app.CaseQuery{Within: county, TitlesOf: id("another bureau"), Search: "电"}))
	require.Empty(b.t, b.listed(app.CaseQuery{Within: county, Search: "电"}))
}
