package negotiation

import (
	"slices"
	"time"
)

// passDue lets every deadline take effect that is due at env.At, in due order. Parties' deadlines that fell into an outage move
// first: nobody pays for the platform's absence.
func (d *decision) passDue() {
	for {
		for _, o := range d.env.Outages { // also for clocks that the one before started
			d.moveOutOf(o)
		}
		next, ok := d.earliestDue()
		if !ok {
			return
		}
		d.pass(next)
	}
}

func (d *decision) earliestDue() (next Deadline, ok bool) {
	for _, x := range d.c.Deadlines {
		if !x.Overdue && !d.env.At.Before(x.Due) && (!ok || x.Due.Before(next.Due) || x.Due.Equal(next.Due) && x.Key < next.Key) {
			next, ok = x, true
		}
	}
	return next, ok
}

// pass lets one deadline take effect. Follow-up periods of parties start from the due instant, those of an authority from now.
func (d *decision) pass(x Deadline) {
	kind, n := x.Key.Parts()
	passed := DeadlinePassed{Deadline: x.Key, Due: x.Due}
	last := x.Due.Add(-time.Microsecond) // still the period's last day: the day after counts first
	if kind == Performance {
		if d.c.Agreement.Items[n].By == SideEnterprise { // the consumer is asked: yes confirms, no escalates, silence escalates
			passed.Starts = []Deadline{d.clock(Silence.of(n), SideConsumer, last, d.c.Rules.Silence, WorkingDays)}
		} else {
			passed.Starts = []Deadline{d.clock(ConsumerPart.of(n), SideConsumer, last, d.c.Rules.ConsumerPart, WorkingDays)}
		}
	}
	d.emit(passed, nil)
	switch kind {
	case Negotiation:
		d.negotiationOver(x.Due)
	case Silence:
		if d.c.Escalated() { // settling: the complaint goes on
			return
		}
		d.fail(ClassSB, EscalatedNoReport, nil)
	case Confirmation:
		d.finish(x.Due)
	case ConsumerPart:
		if !d.c.Escalated() {
			d.close(CaseClosed{Reason: ClosedOwnPart, Class: ClassWC}, x.Due, nil)
		}
	}
}

// negotiationOver decides what a case is whose negotiation deadline passed: TE without a first response; LC when the enterprise's
// offer lay open long enough and the consumer has said nothing since; else UE. Silence is never "settled".
func (d *decision) negotiationOver(due time.Time) {
	switch {
	case d.c.FirstResponse.IsZero():
		d.fail(ClassTE, EscalatedNoResponse, nil)
	case d.lapsed(due):
		d.close(CaseClosed{Reason: ClosedLapsed, Class: ClassLC}, due, nil)
	default:
		d.fail(ClassUE, EscalatedUnsettled, nil)
	}
}

func (d *decision) lapsed(due time.Time) bool {
	n := len(d.c.Offers)
	if n == 0 || d.c.Question {
		return false
	}
	o := d.c.Offers[n-1]
	if o.By != SideEnterprise || o.State != StateOpen && o.State != StateLapsed || d.c.Spoke.After(o.MadeAt) {
		return false
	}
	end := due
	if o.State == StateLapsed && o.ValidUntil.Before(due) {
		end = o.ValidUntil
	}
	return d.cal().FullWorkdaysBetween(o.MadeAt, end) >= d.c.Rules.LapseAfter
}

// remindDue sends the reminders that are due; of several missed ones of one deadline, one.
func (d *decision) remindDue() {
	for _, x := range d.c.Deadlines {
		left := slices.IndexFunc(x.Remind, func(t time.Time) bool { return t.After(d.env.At) })
		if left < 0 {
			left = len(x.Remind)
		}
		if left > 0 {
			d.emit(Reminded{Deadline: x.Key, Due: x.Due, Whom: d.c.reminds(x), Left: len(x.Remind) - left}, nil)
		}
	}
}

// reminds is whom a reminder of the deadline goes to: who must act, which for the negotiation is whose turn it is.
func (c *Case) reminds(x Deadline) Side {
	if x.Key == Negotiation {
		return c.Turn
	}
	return x.Whose
}

// passDeadline is for a deadline that is due now; Step has passed it already, so one that still runs is not due.
func (d *decision) passDeadline(f PassDeadline) error {
	x, ok := d.c.Deadline(f.Deadline)
	switch {
	case !ok || x.Overdue:
		return NewError(CodeNotRunning, "deadline", f.Deadline)
	case d.env.At.Before(x.Due):
		return NewError(CodeNotDue, "deadline", f.Deadline, "due", x.Due)
	}
	d.pass(x)
	return nil
}

func (d *decision) remind(f Remind) error {
	x, ok := d.c.Deadline(f.Deadline)
	if !ok || x.Overdue || len(x.Remind) == 0 {
		return NewError(CodeNotRunning, "deadline", f.Deadline)
	}
	if d.env.At.Before(x.Remind[0]) {
		return NewError(CodeNotDue, "deadline", f.Deadline, "due", x.Remind[0])
	}
	d.remindDue()
	return nil
}

func (d *decision) moveDeadlines(f MoveDeadlines) error {
	switch f.Reason {
	case MovedByCalendar:
		d.recompute()
	case MovedByOutage:
		if !f.From.Before(f.To) {
			return Invalid("to", "from < to")
		}
		d.moveOutOf(Outage{f.From, f.To})
	default:
		return Invalid("reason", []MoveReason{MovedByCalendar, MovedByOutage})
	}
	return nil
}

// recompute working-day deadlines by the calendar known now: later always, earlier only when two working days are left. A clock
// that was moved by an outage keeps its date.
func (d *decision) recompute() {
	var moves []Move
	for _, x := range d.c.Deadlines {
		if x.Overdue || !x.MovedFrom.IsZero() || x.Unit == WorkingDays && x.Days == 0 {
			continue
		}
		n := newDeadline(d.cal(), x.Key, x.Whose, x.Start, x.Days, x.Unit)
		earlier := n.Due.Before(x.Due) && d.cal().FullWorkdaysBetween(d.env.At, n.Due) < 2
		if n.Due.Equal(x.Due) && n.Provisional == x.Provisional || earlier {
			continue
		}
		moves = append(moves, Move{From: x.Due, Deadline: n.after(d.env.At)})
	}
	if len(moves) > 0 {
		d.emit(DeadlinesMoved{Reason: MovedByCalendar, Moves: moves}, nil)
	}
}

// moveOutOf moves the parties' deadlines that fell into the outage to the end of the next working day; authorities' never move.
func (d *decision) moveOutOf(o Outage) {
	var moves []Move
	for _, x := range d.c.Deadlines {
		if x.authority() || x.Overdue || x.Due.Before(o.From) || x.Due.After(o.To) || x.Start.After(o.To) {
			continue
		}
		n := x
		n.MovedFrom, n.Due = x.Due, d.cal().EndOfNextWorkday(o.To).UTC()
		moves = append(moves, Move{From: x.Due, Deadline: n.dated(d.cal()).after(d.env.At)})
	}
	if len(moves) > 0 {
		d.emit(DeadlinesMoved{Reason: MovedByOutage, Moves: moves}, nil)
	}
}

func (c *Case) applyClock(e Event) {
	switch f := e.Fact.(type) {
	case DeadlinePassed:
		c.passed(e, f)
	case Reminded:
		c.change(f.Deadline, func(d *Deadline) { d.Remind = d.Remind[len(d.Remind)-f.Left:] })
	case DeadlinesMoved:
		for _, m := range f.Moves {
			c.change(m.Deadline.Key, func(d *Deadline) { *d = m.Deadline })
			if kind, i := m.Deadline.Key.Parts(); kind == Performance {
				c.withPromise(i, func(p *Promise) { p.DueAt = m.Deadline.Due })
			} else if kind == OfferValidity {
				c.withOffer(i, func(o *Offer) { o.ValidUntil = m.Deadline.Due })
			}
		}
	}
}

func (c *Case) passed(e Event, f DeadlinePassed) {
	kind, n := f.Deadline.Parts()
	switch kind {
	case FirstResponse, ComplaintDecision, Ruling, Mediation: // still to be done, and seen to be late
		c.change(f.Deadline, func(d *Deadline) { d.Overdue, d.Remind = true, nil })
		return
	case OfferValidity:
		c.answered(n, StateLapsed, f.Due)
		return
	case Performance:
		if c.Agreement.Items[n].By == SideEnterprise {
			c.withPromise(n, func(p *Promise) { p.State = PromiseAsked })
		}
	case Confirmation:
		c.withPromise(n, func(p *Promise) { p.State = PromiseUnconfirmed })
	}
	c.stop(f.Deadline)
	c.start(f.Starts)
	c.performanceTurn(e.At)
}
