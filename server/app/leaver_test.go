package app_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"hejie/negotiation"
	"hejie/server/app"
)

// deactivate an account of the desk, or let it work again.
func (p people) deactivate(id string, active bool) {
	p.t.Helper()
	_, err := p.Staff.Change(p.ctx, p.supervisor.Actor, id, app.StaffChange{Active: &active})
	require.NoError(p.t, err)
}

func (p people) inbox(t *testing.T) app.InboxCounts {
	t.Helper()
	n, err := app.NewLists(p.w, p.store, p.yearbook).InboxSummary(p.ctx, p.supervisor)
	require.NoError(t, err)
	return n
}

func TestCasesOfALeaverGoBackToTheInbox(t *testing.T) {
	t.Parallel()
	p := newPeople(t)
	his, hers := p.file(p.buyer, p.enterprise.ID), p.file(p.consumer("+8613800138009").Session, p.enterprise.ID)
	p.do(p.agent, his, negotiation.Assign{Agent: p.agent.Actor.ID})
	p.do(p.supervisor, hers, negotiation.Assign{Agent: p.supervisor.Actor.ID})
	require.Zero(t, p.inbox(t).Nobody)
	p.delivered(hers) // the last of all

	p.deactivate(p.agent.Actor.ID, false)
	require.Empty(t, p.caseOf(his).Agent)
	require.Equal(t, p.supervisor.Actor.ID, p.caseOf(hers).Agent)
	require.Equal(t, 1, p.inbox(t).Nobody)
	told := p.delivered(his)
	require.Len(t, told, 1, "colleagues learn of it at once")
	require.Empty(t, told[0].Row.Agent)
	require.Equal(t, negotiation.Desk, told[0].Records[0].Channel)

	err := p.try(p.supervisor, his, negotiation.Assign{Agent: p.agent.Actor.ID})
	refused(t, negotiation.CodeNotFound, err)
	require.Equal(t, "agent", fieldOf(t, err))
	p.deactivate(p.agent.Actor.ID, true)
	require.Empty(t, p.caseOf(his).Agent, "who comes back takes cases anew")
	p.do(p.supervisor, his, negotiation.Assign{Agent: p.agent.Actor.ID})
}

func TestCasesOfALeaverAreGivenBackAfterACrash(t *testing.T) {
	t.Parallel()
	p := newPeople(t)
	id := p.file(p.buyer, p.enterprise.ID)
	p.do(p.agent, id, negotiation.Assign{Agent: p.agent.Actor.ID})
	w, no := p.w, false
	w.Door = broken{}
	_, err := app.New(w).Staff.Change(p.ctx, p.supervisor.Actor, p.agent.Actor.ID, app.StaffChange{Active: &no})
	require.NoError(t, err)
	require.Equal(t, p.agent.Actor.ID, p.caseOf(id).Agent)
	require.NoError(t, p.Tidy(p.ctx))
	require.Empty(t, p.caseOf(id).Agent)
}

// A case is given to the desk's own people only, of whatever kind others are.
func TestACaseIsGivenToOnesOwn(t *testing.T) {
	t.Parallel()
	p := newPeople(t)
	id := p.file(p.buyer, p.enterprise.ID)
	for _, x := range []app.Session{p.rival, p.buyer, p.officer, p.admin} {
		refused(t, negotiation.CodeNotFound, p.try(p.supervisor, id, negotiation.Assign{Agent: x.Actor.ID}))
	}
	refused(t, negotiation.CodeNotFound, p.try(p.supervisor, id, negotiation.Assign{Agent: app.NewID()}))
	p.do(p.supervisor, id, negotiation.Assign{Agent: p.agent.Actor.ID})
}

// An assignment whose answer was lost is sent again, also one to who had the case already: it takes the case from nobody.
func TestAnAssignmentSentAgainTakesNothing(t *testing.T) {
	t.Parallel()
	p := newPeople(t)
	id := p.file(p.buyer, p.enterprise.ID)
	take := negotiation.Assign{Agent: p.agent.Actor.ID}
	p.do(p.agent, id, take)
	wish, err := app.Identify(p.agent.Actor, app.NewID(), take)
	require.NoError(t, err)
	first, err := p.ledger.Do(p.ctx, p.agent.Actor, id, wish, take)
	require.NoError(t, err)
	p.do(p.supervisor, id, negotiation.Assign{Agent: p.supervisor.Actor.ID})
	again, err := p.ledger.Do(p.ctx, p.agent.Actor, id, wish, take)
	require.NoError(t, err)
	require.True(t, again.Repeated)
	require.Equal(t, first.Positions, again.Positions)
	require.Equal(t, p.supervisor.Actor.ID, p.caseOf(id).Agent)
}

func TestTheSystemGivesBackOnlyCasesOfLeavers(t *testing.T) {
	t.Parallel()
	p := newPeople(t)
	id := p.file(p.buyer, p.enterprise.ID)
	p.do(p.agent, id, negotiation.Assign{Agent: p.agent.Actor.ID})
	_, err := p.ledger.Do(p.ctx, negotiation.System, id, app.CommandID{}, negotiation.Assign{})
	refused(t, negotiation.CodeAlreadyDone, err)
	require.Equal(t, p.agent.Actor.ID, p.caseOf(id).Agent)
}

func TestAReopenedCaseOfALeaverIsNobodys(t *testing.T) {
	t.Parallel()
	for name, active := range map[string]bool{"left": false, "stayed": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPeople(t)
			id := p.file(p.buyer, p.enterprise.ID)
			p.do(p.agent, id, negotiation.Assign{Agent: p.agent.Actor.ID})
			p.do(p.buyer, id, negotiation.WithdrawCase{Reason: negotiation.WithdrawMistaken})
			p.deactivate(p.agent.Actor.ID, active)
			wish, err := app.Identify(p.buyer.Actor, app.NewID(), negotiation.Reopen{})
			require.NoError(t, err)
			require.False(t, p.ledger.Ask(p.ctx, p.buyer.Actor, id, wish, negotiation.Reopen{}, nil), "its receipt is not looked through")
			for range 2 { // the first receipt, and the remembered one
				receipt, err := p.ledger.Do(p.ctx, p.buyer.Actor, id, wish, negotiation.Reopen{})
				require.NoError(t, err)
				require.NotZero(t, receipt.Positions.Room)
				require.Zero(t, receipt.Positions.Desk, "the consumer learns how much the desk has written")
			}
			require.Equal(t, !active, p.caseOf(id).Agent == "")
		})
	}
}
