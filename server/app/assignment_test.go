package app_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"
	"pgregory.net/rapid"

	"hejie/negotiation"
	"hejie/server/app"
)

// takes lets a member of the desk be given cases up to n.
func (p people) takes(id string, n int) {
	p.t.Helper()
	_, err := p.Staff.Change(p.ctx, p.supervisor.Actor, id, app.StaffChange{Capacity: &n})
	require.NoError(p.t, err)
}

// files n cases of as many consumers.
func (p people) files(n int) []string {
	p.t.Helper()
	ids := make([]string, n)
	for i := range ids {
		ids[i] = p.file(p.consumer(fmt.Sprintf("+861380013%04d", i)).Session, p.enterprise.ID)
	}
	return ids
}

// agents who have the cases, and how many each.
func (p people) agents(cases []string) map[string]int {
	p.t.Helper()
	n := map[string]int{}
	for _, id := range cases {
		n[p.caseOf(id).Agent]++
	}
	return n
}

// assigned waits until it is told that somebody has the case.
func (w *world) assigned(caseID string) string {
	w.mu.Lock()
	defer w.mu.Unlock()
	for {
		for _, c := range w.commits {
			if c.Row.Case == caseID && c.After.Agent != "" {
				return c.After.Agent
			}
		}
		w.told.Wait()
	}
}

// Each case goes to whoever has the fewest and has room; nobody gets more than fits, and nothing waits while there is room.
func TestShare(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var takers []app.Account
		loads, room := map[string]int{}, 0
		for i := range rapid.IntRange(0, 6).Draw(t, "takers") {
			a := app.Account{ID: fmt.Sprint(i), Capacity: new(rapid.IntRange(1, 8).Draw(t, "capacity"))}
			loads[a.ID] = rapid.IntRange(0, 10).Draw(t, "load")
			room += max(0, *a.Capacity-loads[a.ID])
			takers = append(takers, a)
		}
		had, n := maps.Clone(loads), rapid.IntRange(0, 40).Draw(t, "cases")
		given := app.Share(n, takers, loads)
		require.Len(t, given, min(n, room))
		has := maps.Clone(had)
		for _, id := range given {
			for _, other := range takers {
				require.True(t, has[id] <= has[other.ID] || has[other.ID] >= *other.Capacity, "who has fewer and has room is next")
			}
			has[id]++
		}
		for _, a := range takers {
			require.LessOrEqual(t, has[a.ID], max(*a.Capacity, had[a.ID]))
		}
		require.Equal(t, has, loads)
	})
}

// What waits goes to those who take cases, evenly and up to what they take; the rest stays for hands, and goes on as room is made.
func TestAssignment(t *testing.T) {
	t.Parallel()
	p := newPeople(t)
	cases := p.files(6)
	give := func() {
		t.Helper()
		require.NoError(t, p.Assignment.Give(p.ctx, p.enterprise.ID))
	}
	give()
	require.Equal(t, map[string]int{"": 6}, p.agents(cases), "by hand, unless somebody takes cases")

	agent, supervisor := p.agent.Actor.ID, p.supervisor.Actor.ID
	p.takes(agent, 3)
	p.takes(supervisor, 1)
	give()
	require.Equal(t, map[string]int{agent: 3, supervisor: 1, "": 2}, p.agents(cases))
	list, err := p.Staff.List(p.ctx, p.agent.Actor)
	require.NoError(t, err)
	for _, m := range list {
		if m.ID == agent {
			require.Equal(t, 3, m.Load)
			require.Equal(t, new(3), m.Capacity, "who has room is seen by colleagues, too")
		}
	}

	mine := slices.IndexFunc(cases, func(id string) bool { return p.caseOf(id).Agent == agent })
	p.do(p.agent, cases[mine], negotiation.Assign{})
	give()
	require.Empty(t, p.caseOf(cases[mine]).Agent, "what was given back does not come right back")
	require.Equal(t, map[string]int{agent: 3, supervisor: 1, "": 2}, p.agents(cases))

	p.deactivate(agent, false)
	p.takes(supervisor, 2)
	give()
	require.Equal(t, map[string]int{supervisor: 2, "": 4}, p.agents(cases), "cases of who left wait like new ones")
	p.takes(supervisor, 100)
	give()
	require.Equal(t, map[string]int{supervisor: 5, "": 1}, p.agents(cases))
}

// Who is away is given nothing and keeps what they have; they say so themselves, or a supervisor does.
func TestAway(t *testing.T) {
	t.Parallel()
	p := newPeople(t)
	p.takes(p.agent.Actor.ID, 9)
	p.allowedOnly(t, negotiation.CodeNotAllowed, func(x app.Session) error {
		m, err := p.Staff.Away(p.ctx, x.Actor, true)
		if err == nil {
			require.Equal(t, x.Actor.ID, m.ID, "oneself only")
			require.True(t, m.Away)
		}
		return err
	}, "supervisor", "agent", "rival")
	cases := p.files(2)
	p.do(p.agent, cases[0], negotiation.Assign{Agent: p.agent.Actor.ID})
	require.NoError(t, p.Assignment.Give(p.ctx, p.enterprise.ID))
	require.Equal(t, map[string]int{p.agent.Actor.ID: 1, "": 1}, p.agents(cases))

	back := false
	_, err := p.Staff.Change(p.ctx, p.rival.Actor, p.agent.Actor.ID, app.StaffChange{Away: &back})
	refused(t, negotiation.CodeNotFound, err)
	_, err = p.Staff.Change(p.ctx, p.agent.Actor, p.agent.Actor.ID, app.StaffChange{Capacity: new(1000)})
	refused(t, negotiation.CodeNotAllowed, err)
	_, err = p.Staff.Change(p.ctx, p.supervisor.Actor, p.agent.Actor.ID, app.StaffChange{Away: &back})
	require.NoError(t, err)
	require.NoError(t, p.Assignment.Give(p.ctx, p.enterprise.ID))
	require.Equal(t, map[string]int{p.agent.Actor.ID: 2}, p.agents(cases))

	audit, err := p.Admin.Audit(p.ctx, p.admin.Actor, app.AuditFilter{What: app.AuditStaff})
	require.NoError(t, err)
	var details []string
	for _, row := range audit {
		details = append(details, row.Detail)
	}
	require.ElementsMatch(t, []string{"capacity=9", "away", "away", "away", "back"}, details)
}

func TestCapacityIsChecked(t *testing.T) {
	t.Parallel()
	p := newPeople(t)
	n := app.NewStaff{Login: "third", DisplayName: "小李", Role: negotiation.RoleDeskAgent, Password: secret}
	for _, wrong := range []int{-1, 0, app.MaxCapacity + 1} {
		n.Capacity = &wrong
		_, err := p.Staff.Add(p.ctx, p.supervisor.Actor, n)
		refused(t, negotiation.CodeOutOfRange, err)
		require.Equal(t, "capacity", fieldOf(t, err))
		_, err = p.Staff.Change(p.ctx, p.supervisor.Actor, p.agent.Actor.ID, app.StaffChange{Capacity: &wrong})
		refused(t, negotiation.CodeOutOfRange, err)
	}
	_, err := p.Staff.Change(p.ctx, p.supervisor.Actor, p.agent.Actor.ID, app.StaffChange{Capacity: new(1), ByHand: true})
	refused(t, negotiation.CodeInvalid, err)
	require.Equal(t, "by_hand", fieldOf(t, err))
	n.Capacity = new(app.MaxCapacity)
	m, err := p.Staff.Add(p.ctx, p.supervisor.Actor, n)
	require.NoError(t, err)
	require.Equal(t, n.Capacity, m.Capacity)
	m, err = p.Staff.Change(p.ctx, p.supervisor.Actor, m.ID, app.StaffChange{ByHand: true})
	require.NoError(t, err)
	require.Nil(t, m.Capacity)
	name := "李"
	p.takes(m.ID, 7)
	m, err = p.Staff.Change(p.ctx, p.supervisor.Actor, m.ID, app.StaffChange{DisplayName: &name})
	require.NoError(t, err)
	require.Equal(t, new(7), m.Capacity, "what is not said stays")
}

// However many replicas give at one moment, each case is given once; and what a colleague takes meanwhile stays theirs.
func TestEachCaseIsGivenOnce(t *testing.T) {
	t.Parallel()
	p := newPeople(t)
	p.takes(p.agent.Actor.ID, 50)
	p.takes(p.supervisor.Actor.ID, 50)
	cases := p.files(12)
	var replicas errgroup.Group
	for range 4 {
		replicas.Go(func() error { return app.New(p.w).Assignment.Give(p.ctx, p.enterprise.ID) })
	}
	require.NoError(t, replicas.Wait())
	require.Zero(t, p.agents(cases)[""])
	for _, id := range cases {
		records, err := p.store.Records(p.ctx, id, negotiation.Desk, 0, 10)
		require.NoError(t, err)
		require.Len(t, records, 1)
	}

	late := p.file(p.buyer, p.enterprise.ID)
	w, take := p.w, negotiation.Assign{Agent: p.supervisor.Actor.ID}
	w.Log = queue{w.Log, func() { p.do(p.agent, late, take) }}
	w.Door = app.NewLedger(w, p.yearbook, negotiation.DefaultRules())
	require.NoError(t, app.New(w).Assignment.Give(p.ctx, p.enterprise.ID))
	require.Equal(t, p.supervisor.Actor.ID, p.caseOf(late).Agent)
	records, err := p.store.Records(p.ctx, late, negotiation.Desk, 0, 10)
	require.NoError(t, err)
	require.Len(t, records, 1)
}

// Somebody who left between the look and the giving is given nothing.
func TestALeaverIsGivenNothing(t *testing.T) {
	t.Parallel()
	p := newPeople(t)
	p.takes(p.agent.Actor.ID, 5)
	id := p.file(p.buyer, p.enterprise.ID)
	w := p.w
	w.Log = queue{w.Log, func() { p.deactivate(p.agent.Actor.ID, false) }}
	w.Door = app.NewLedger(w, p.yearbook, negotiation.DefaultRules())
	require.NoError(t, app.New(w).Assignment.Give(p.ctx, p.enterprise.ID))
	require.Empty(t, p.caseOf(id).Agent)
}

// A platform at work gives what waited when it started, what comes, and what fits as soon as there is room.
func TestAssignmentAtWork(t *testing.T) {
	t.Parallel()
	p := newPeople(t)
	agent := p.agent.Actor.ID
	p.takes(agent, 2)
	first := p.file(p.buyer, p.enterprise.ID)
	w := p.w // as after a start: nobody told it of what there is
	replica := app.New(w)
	ctx, stop := context.WithCancel(p.ctx)
	ended := make(chan error, 1)
	go func() { ended <- replica.Run(ctx) }()
	defer func() {
		stop()
		<-ended
	}()
	require.Equal(t, agent, p.assigned(first))

	cases := p.files(2)
	replica.Assignment.Commits(p.delivered(cases[1]))
	second := p.assigned(cases[0])
	require.Equal(t, agent, second)
	require.Empty(t, p.caseOf(cases[1]).Agent, "no room")
	p.do(p.buyer, first, negotiation.WithdrawCase{Reason: negotiation.WithdrawMistaken})
	replica.Assignment.Commits(p.delivered(first))
	require.Equal(t, agent, p.assigned(cases[1]))

	last := p.file(p.buyer, p.enterprise.ID)
	_, err := replica.Staff.Change(p.ctx, p.supervisor.Actor, agent, app.StaffChange{Capacity: new(3)})
	require.NoError(t, err)
	require.Equal(t, agent, p.assigned(last), "a change of staff is enough")
}
