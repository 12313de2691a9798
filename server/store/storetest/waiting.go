package storetest

import (
	"github.com/stretchr/testify/require"

	"hejie/negotiation"
	"hejie/server/app"
)

// waiting: cases that wait for an agent are found by desk, next due first, with who may be given them and how much each of these has.
func waiting(b *bed) {
	e1, e2 := id("enterprise", 1), id("enterprise", 2)
	waits := func(enterprise string, want ...int) {
		b.t.Helper()
		ids, err := b.Waiting(ctx, enterprise, 10)
		require.NoError(b.t, err)
		cases := []string{}
		for _, n := range want {
			cases = append(cases, caseID(n))
		}
		require.ElementsMatch(b.t, cases, ids)
		b.rebuilds()
	}
	loads := func(want map[string]int) {
		b.t.Helper()
		n, err := b.Loads(ctx, e1)
		require.NoError(b.t, err)
		require.Equal(b.t, want, n)
	}
	desks := func(want ...string) {
		b.t.Helper()
		ids, err := b.Desks(ctx)
		require.NoError(b.t, err)
		require.ElementsMatch(b.t, want, ids)
	}
	agent := desk(1)
	assign := func(n int, by negotiation.Actor, to string) {
		b.t.Helper()
		b.must(by, caseID(n), "", negotiation.Assign{Agent: to})
	}
	for n := 1; n <= 5; n++ {
		b.file(n, 1)
	}
	b.file(6, 2)
	waits(e1, 1, 2, 3, 4, 5)
	waits(e2, 6)
	loads(map[string]int{})

	desks()
	accounts := []app.Account{
		{ID: agent.ID, Login: "one", Role: negotiation.RoleDeskAgent, Enterprise: e1, Active: true, Capacity: new(3), Created: start.UTC()},
		{ID: "two", Login: "two", Role: negotiation.RoleDeskSupervisor, Enterprise: e1, Active: true, Capacity: new(1), Away: true, Created: start.UTC()},
		{ID: "three", Login: "three", Role: negotiation.RoleDeskAgent, Enterprise: e1, Active: true, Created: start.UTC()},
		{ID: "four", Login: "four", Role: negotiation.RoleDeskAgent, Enterprise: e2, Capacity: new(9), Created: start.UTC()},
	}
	b.write(func(tx app.PlainTx) error {
		for _, a := range accounts {
			if err := tx.AddAccount(ctx, a); err != nil {
				return err
			}
		}
		return nil
	})
	desks(e1)
	takers, err := b.Plain().Accounts(ctx, app.AccountFilter{Enterprise: e1, Takes: true})
	require.NoError(b.t, err)
	require.Equal(b.t, accounts[:1], takers, "neither who is away, nor who is given cases by hand only")
	accounts[0].Away, accounts[1].Away, accounts[1].Capacity, accounts[3].Active = true, false, new(1000), true
	b.write(func(tx app.PlainTx) error {
		for _, a := range accounts {
			if err := tx.SetAccount(ctx, a); err != nil {
				return err
			}
		}
		return nil
	})
	for enterprise, want := range map[string]app.Account{e1: accounts[1], e2: accounts[3]} {
		takers, err = b.Plain().Accounts(ctx, app.AccountFilter{Enterprise: enterprise, Takes: true})
		require.NoError(b.t, err)
		require.Equal(b.t, []app.Account{want}, takers)
	}
	desks(e1, e2)

	assign(1, negotiation.System, agent.ID)
	assign(2, agent, agent.ID)
	assign(3, agent, agent.ID)
	assign(3, agent, "")
	waits(e1, 4, 5)
	loads(map[string]int{agent.ID: 2})
	b.must(consumer(1), caseID(1), "gone", negotiation.WithdrawCase{Reason: negotiation.WithdrawNoLonger})
	b.must(consumer(4), caseID(4), "higher", negotiation.Escalate{})
	assign(2, negotiation.System, "")
	waits(e1, 2, 5)
	loads(map[string]int{})
	b.must(agent, caseID(2), "offer", offer(9000)) // whose clock ends after that of the first response
	ids, err := b.Waiting(ctx, e1, 1)
	require.NoError(b.t, err)
	require.Equal(b.t, []string{caseID(5)}, ids, "next due first")
	assign(6, negotiation.System, "four")
	desks(e1)
}
