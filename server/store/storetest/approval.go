package storetest

import (
	"github.com/stretchr/testify/require"

	"hejie/negotiation"
	"hejie/server/app"
)

// approvals: a request for approval marks its case in the enterprise's lists, and nowhere else, until it is answered or overtaken.
func approvals(b *bed) {
	ask := offer(12000)
	for n := 1; n <= 3; n++ {
		b.file(n, 1)
		b.must(desk(1), caseID(n), "ask", negotiation.RequestApproval{MakeOffer: &ask, Note: "可以吗？"})
	}
	b.file(4, 1)
	b.file(5, 2)
	b.must(desk(2), caseID(5), "ask", negotiation.RequestApproval{MakeOffer: &ask})
	e1 := id("enterprise", 1)
	asked := func(want ...string) {
		b.t.Helper()
		for _, sort := range []app.Sort{app.SortDue, app.SortAmount, app.SortTurn} {
			require.ElementsMatch(b.t, want, b.listed(app.CaseQuery{Enterprise: e1, Open: true, Asked: true, Sort: sort}))
		}
		require.ElementsMatch(b.t, want, b.listed(app.CaseQuery{Enterprise: e1, Asked: true}))
		counts, err := b.CountInbox(ctx, e1, "")
		require.NoError(b.t, err)
		require.Equal(b.t, len(want), counts.Asked)
		b.rebuilds()
	}
	asked("1", "2", "3")
	row := b.row(caseID(1))
	require.True(b.t, row.Asked)

	seq := func(n int) int64 {
		c, _, err := b.Case(ctx, caseID(n))
		require.NoError(b.t, err)
		return c.Request.Seq
	}
	records, err := b.Records(ctx, caseID(1), negotiation.Desk, seq(1)-1, 1)
	require.NoError(b.t, err)
	e, err := records[0].Event()
	require.NoError(b.t, err)
	require.Equal(b.t, ask, negotiation.Asked(e), "what is approved is what was asked for")

	supervisor := desk(1)
	supervisor.Role = negotiation.RoleDeskSupervisor
	b.must(supervisor, caseID(1), "answer", negotiation.AnswerRequest{Request: seq(1), Text: "太多了"})
	asked("2", "3")
	b.must(consumer(2), caseID(2), "other", offer(9000))
	asked("3")
	b.must(desk(1), caseID(3), "back", negotiation.WithdrawRequest{Request: seq(3)})
	asked()
	row = b.row(caseID(1))
	require.False(b.t, row.Asked)
}

// limits of agents: a decision reads them as they are in its transaction.
func limits(b *bed) {
	b.file(1, 1)
	agent := app.Account{ID: "agent", Login: "agent", Role: negotiation.RoleDeskAgent, Enterprise: "e", Active: true, Created: start}
	b.write(func(tx app.PlainTx) error { return tx.AddAccount(ctx, agent) })
	look := func(account string) (limit *int64) {
		_, err := b.Change(ctx, app.Change{Case: caseID(1), Decide: func(c *negotiation.Case, look app.Look) app.Decision {
			var err error
			limit, err = look.Limit(account)
			return app.Decision{After: c, Err: err}
		}})
		require.NoError(b.t, err)
		return limit
	}
	require.Nil(b.t, look("nobody"))
	for _, limit := range []*int64{nil, new(int64(0)), new(int64(50_000)), new(int64(negotiation.MaxMinor)), nil} {
		agent.Limit = limit
		b.write(func(tx app.PlainTx) error { return tx.SetAccount(ctx, agent) })
		require.Equal(b.t, limit, look("agent"))
		a, err := b.Plain().Account(ctx, "agent")
		require.NoError(b.t, err)
		require.Equal(b.t, limit, a.Limit)
	}
}
