package app

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"

	"hejie/negotiation"
)

// Assignment gives cases that wait at a desk (negotiation.Case.Waits) to those of its members who take cases: who has an Account.Capacity, is not
// away, and has fewer under negotiation. Each case goes to whoever has the fewest, the next due first.
//
// What commits bring, and changes of staff, are looked at at once; what a crash left, or another replica made room for, within a minute. No lock is held:
// the door refuses a case that somebody has by now, so each is given once. How many somebody has is counted before: two replicas that give at one
// moment may go over a capacity by what they gave.
//
// It is safe for use by many at once; one goroutine runs it.
type Assignment struct {
	w    World
	wake chan struct{} // with room for one word

	mu    sync.Mutex
	desks map[string]struct{} // enterprises to be looked at
}

// MaxCapacity of a member of a desk.
const MaxCapacity = 1000

// Cases that are given before it is looked again who has how many, and how often everything is looked at.
const (
	assignedAtOnce = 100
	assignEvery    = time.Minute
)

func newAssignment(w World) *Assignment {
	return &Assignment{w: w, wake: make(chan struct{}, 1), desks: map[string]struct{}{}}
}

// Commits notes desks where a case waits now, or where somebody has one less under negotiation. It never blocks.
func (a *Assignment) Commits(commits []Commit) {
	for _, c := range commits {
		was, is := c.Before, c.After
		freed := was.Agent != "" && was.Talking() && (is.Agent != was.Agent || !is.Talking())
		if freed || is.Waits() && !was.Waits() {
			a.Look(is.Enterprise)
		}
	}
}

// Look at a desk soon.
func (a *Assignment) Look(enterprise string) {
	a.mu.Lock()
	a.desks[enterprise] = struct{}{}
	a.mu.Unlock()
	select {
	case a.wake <- struct{}{}:
	default:
	}
}

// take gives the desks to be looked at, and forgets them.
func (a *Assignment) take() map[string]struct{} {
	a.mu.Lock()
	defer a.mu.Unlock()
	desks := a.desks
	a.desks = map[string]struct{}{}
	return desks
}

// run until ctx ends.
func (a *Assignment) run(ctx context.Context) {
	every := time.NewTicker(assignEvery)
	defer every.Stop()
	for all := true; ctx.Err() == nil; {
		if err := a.turn(ctx, all); err != nil && ctx.Err() == nil {
			a.w.Logger.ErrorContext(ctx, "cases wait for an agent; it is tried again within a minute", slog.Any("error", err))
		}
		select {
		case <-ctx.Done():
		case <-every.C:
			all = true
		case <-a.wake:
			all = false
		}
	}
}

// turn looks at the desks that were noted, or at all where there is something to do.
func (a *Assignment) turn(ctx context.Context, all bool) error {
	desks := a.take()
	if all {
		found, err := a.w.Cases.Desks(ctx)
		if err != nil {
			return err
		}
		for _, id := range found {
			desks[id] = struct{}{}
		}
	}
	for id := range desks {
		if err := a.Give(ctx, id); err != nil {
			return err
		}
	}
	return nil
}

// Give gives what waits at a desk, as far as there is room.
func (a *Assignment) Give(ctx context.Context, enterprise string) error {
	for {
		takers, err := a.w.Plain.Accounts(ctx, AccountFilter{Enterprise: enterprise, Takes: true})
		if err != nil || len(takers) == 0 {
			return err
		}
		waiting, err := a.w.Cases.Waiting(ctx, enterprise, assignedAtOnce)
		if err != nil || len(waiting) == 0 {
			return err
		}
		loads, err := a.w.Cases.Loads(ctx, enterprise)
		if err != nil {
			return err
		}
		rand.Shuffle(len(takers), func(i, j int) { takers[i], takers[j] = takers[j], takers[i] }) // of those who have as many, anybody is next
		given := 0
		for i, agent := range share(len(waiting), takers, loads) {
			done, err := a.give(ctx, waiting[i], agent)
			if err != nil {
				return err
			}
			if done {
				given++
			}
		}
		if given == 0 || len(waiting) < assignedAtOnce {
			return nil
		}
	}
}

// give says whether the case was given: it may have ended or been taken, or the agent left, since it was looked.
func (a *Assignment) give(ctx context.Context, id, agent string) (bool, error) {
	_, err := a.w.Door.Do(ctx, negotiation.System, id, CommandID{}, negotiation.Assign{Agent: agent})
	switch negotiation.CodeOf(err) {
	case negotiation.CodeAlreadyDone, negotiation.CodeWrongPhase, negotiation.CodeNotFound:
		return false, nil
	}
	return err == nil, err
}

// share gives the agents whom the next n cases go to, in turn; fewer when there is no more room. Loads are kept.
func share(n int, takers []Account, loads map[string]int) (agents []string) {
	for range n {
		next, fewest := "", 0
		for _, t := range takers {
			if has := loads[t.ID]; has < *t.Capacity && (next == "" || has < fewest) {
				next, fewest = t.ID, has
			}
		}
		if next == "" {
			break
		}
		loads[next]++
		agents = append(agents, next)
	}
	return agents
}
