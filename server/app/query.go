package app

import (
	"slices"
	"time"

	"hejie/negotiation"
	"hejie/negotiation/scheme"
	"hejie/negotiation/scorecard"
	"hejie/negotiation/workday"
)

// Column of the officers' board. A case stands in one of them: overdue comes before what is overdue, a pending refusal and a
// broken promise before the phase: they wait for an officer also when the complaint is over.
type Column string

// The columns.
const (
	ColumnComing   Column = "coming"   // negotiations about to fail, or without their first response
	ColumnNew      Column = "new"      // complaints that wait for the decision on acceptance
	ColumnAccepted Column = "accepted" // 受理
	ColumnOverdue  Column = "overdue"  // a clock of the bureau passed
	ColumnRefusals Column = "refusals" // the enterprise refuses the case, not ruled on
	ColumnBroken   Column = "broken"   // said to be broken, no finding
	ColumnClosed   Column = "closed"
	ColumnRunning  Column = "running" // all running negotiations, the coming ones among them
	ColumnNone     Column = ""        // an agreement that is being performed
)

// Columns in the order of the board.
var Columns = [...]Column{ColumnComing, ColumnNew, ColumnAccepted, ColumnOverdue, ColumnRefusals, ColumnBroken, ColumnClosed}

// Sort of a list of cases.
type Sort string

// The sorts.
const (
	SortNewest Sort = ""       // last filed first
	SortDue    Sort = "due"    // next due first, those without a clock last
	SortAmount Sort = "amount" // largest first
	SortTurn   Sort = "turn"   // longest in the same hands first
	SortLatest Sort = "latest" // SortDue backwards: of what has no clock, such as closed cases of a board, last filed first
)

// Sorts that may be asked for anywhere; SortLatest is for a column of a board.
var Sorts = [...]Sort{SortNewest, SortDue, SortAmount, SortTurn}

// CaseQuery chooses cases; what is zero does not restrict. Rights are the caller's matter.
type CaseQuery struct {
	Consumer   string // account
	Enterprise string
	Bureau     string
	Within     string // region: this one and all below it
	Agent      string
	Unassigned bool // no agent; for inboxes
	Late       bool // the first response is overdue; for inboxes
	Asked      bool // a request for approval lies open; for inboxes
	Open       bool // not closed
	Phases     []negotiation.Phase
	Turn       negotiation.Side // whose turn it is, or who has a part of an agreement to see to besides (AlsoOf)
	Category   negotiation.Category
	Reason     negotiation.EscalationReason
	Min, Max   int64     // disputed amount, minor units, both included
	Search     string    // part of the enterprise's name or the case code, and of the title where its reader sees the room
	TitlesOf   string    // with Search: the bureau whose complaints may be found by title, when the query is no party's
	Fresh      time.Time // only cases touched since, or in Proved
	Proved     []string
	Column     Column
	Horizon    time.Time // with ColumnComing: breaches before this instant; two working days from now

	Sort  Sort
	After string // CasePage.Next
	Limit int    // 1 to 100; 0: 50
}

// CasePage is one page. Next is "" on the last one.
type CasePage struct {
	Rows []CaseRow
	Next string
}

// InboxCounts are an enterprise's open cases by what its desk looks for.
type InboxCounts struct {
	Open   int
	Mine   int                      // of the agent who asks
	Nobody int                      // without an agent
	Late   int                      // the first response is overdue
	Asked  int                      // a request for approval lies open
	Turns  map[negotiation.Side]int // as CaseQuery.Turn finds them: a case counts for each who has something to do
	Phases map[negotiation.Phase]int
	Ours   map[negotiation.Phase]int // those of Phases that Turns counts for the enterprise
}

// ColumnOf is the board's column of a case. Whether a running negotiation is coming up depends on the hour: see BreachAt.
func ColumnOf(c *negotiation.Case) Column {
	switch c.Phase {
	case negotiation.PhaseAwaitingResponse, negotiation.PhaseNegotiating:
		return ColumnRunning
	case negotiation.PhaseEscalated, negotiation.PhaseAccepted, negotiation.PhaseClosed:
		for _, d := range c.Deadlines {
			if d.Overdue && d.Whose == negotiation.SideBureau {
				return ColumnOverdue
			}
		}
		switch {
		case c.RefusalPending():
			return ColumnRefusals
		case c.FindingPending():
			return ColumnBroken
		case c.Phase == negotiation.PhaseAccepted:
			return ColumnAccepted
		case c.Phase == negotiation.PhaseClosed:
			return ColumnClosed
		}
		return ColumnNew
	}
	return ColumnNone
}

// BreachAt is when a running negotiation fails or misses its first response (also in the past: it did); zero for other cases.
// The case stands in ColumnComing from two working days before.
func BreachAt(c *negotiation.Case) time.Time {
	if ColumnOf(c) != ColumnRunning {
		return time.Time{}
	}
	var at time.Time
	for _, d := range c.Deadlines {
		if (d.Key == negotiation.FirstResponse || d.Key == negotiation.Negotiation) && (at.IsZero() || d.Due.Before(at)) {
			at = d.Due
		}
	}
	return at
}

// DueOf is the clock that counts for the one whose turn it is: their own that ends first, or else whichever ends first.
func DueOf(c *negotiation.Case) (due negotiation.Deadline, ok bool) {
	for _, d := range c.Deadlines {
		own, had := d.Whose == c.Turn, due.Whose == c.Turn
		if !ok || own && !had || own == had && d.Due.Before(due.Due) {
			due, ok = d, true
		}
	}
	return due, ok
}

// AlsoOf is who has a part of an agreement to perform or to confirm, besides the one whose turn it is; in the order of their names.
func AlsoOf(c *negotiation.Case) (also []negotiation.Side) {
	for _, side := range []negotiation.Side{negotiation.SideConsumer, negotiation.SideEnterprise} {
		if side != c.Turn && slices.ContainsFunc(c.Deadlines, func(d negotiation.Deadline) bool { return d.Whose == side && ofPromise(d.Key) }) {
			also = append(also, side)
		}
	}
	return also
}

// ofPromise tells the clocks that hang on an item of an agreement.
func ofPromise(key negotiation.DeadlineKey) bool {
	kind, _ := key.Parts()
	return kind == negotiation.Performance || kind == negotiation.Silence || kind == negotiation.Confirmation || kind == negotiation.ConsumerPart
}

// RankingQuery chooses enterprises by rank. Today ends the window.
type RankingQuery struct {
	Today  workday.Date
	Within string // region: this one and all below it
	After  string // RankingPage.Next
	Limit  int    // 1 to 100; 0: 50
}

// RankingPage is one page. Next is "" on the last one.
type RankingPage struct {
	Rows []Standing
	Next string
}

// Standing of an enterprise that is or was in the scheme.
type Standing struct {
	Enterprise string
	Name       string
	Region     string
	Status     scheme.Status
	Card       scorecard.Card
	Rank       int // among those that were asked for, from 1; equal ones share one; 0 without a grade
}
