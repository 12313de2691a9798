package negotiation

import (
	"slices"
	"time"
)

// fail ends the negotiation stage without a settlement: it becomes a complaint by itself, or, when the consumer asked to be asked
// first, closes under the same class with "send it now" on offer (PIPL art. 23).
func (d *decision) fail(class Class, reason EscalationReason, say *Content) {
	if d.c.Consents.Escalation != nil && d.c.Consents.Escalation.Yes {
		d.send(class, reason, say)
		return
	}
	d.emit(CaseClosed{Reason: ClosedUnsent, Class: class, Unsent: reason}, say)
}

// send makes the complaint: the bureau's seven working days start at the event (Order 121 art. 15).
func (d *decision) send(class Class, reason EscalationReason, say *Content) {
	decision := d.clock(ComplaintDecision, SideBureau, d.env.At, d.c.Rules.ComplaintDecision, WorkingDays)
	d.emit(CaseEscalated{Reason: reason, Bureau: d.c.Bureau, Class: class, Starts: d.andStanding(decision)}, say)
}

// andStanding adds the clock of the offer that lay open when the case closed, if it is still valid: it binds for as long as it
// said (Civil Code art. 476), and goes back on the table.
func (d *decision) andStanding(starts ...Deadline) []Deadline {
	n := len(d.c.Offers)
	if n == 0 || d.c.Closing == nil {
		return starts
	}
	o := d.c.Offers[n-1]
	if o.State != StateLapsed || !o.AnsweredAt.Equal(d.c.Closing.At) || !d.env.At.Before(o.ValidUntil) {
		return starts
	}
	x := Deadline{Key: OfferValidity.of(n), Whose: o.By.Other(), Start: o.MadeAt, Due: o.ValidUntil, Unit: WorkingDays,
		Days: d.cal().FullWorkdaysBetween(o.MadeAt, o.ValidUntil)}
	return append(starts, x.dated(d.cal()).after(d.env.At))
}

// canEscalate: the consumer at any time before agreement (free choice of route), later only to send an unsent case, one that could be
// taken up again with nobody any more (see escalate), or when the enterprise denies the consumer's own performance; the enterprise after an
// offer of its own; the system when the enterprise is removed from the scheme.
func canEscalate(c *Case, by Actor, _ time.Time) error {
	if by.Side() == SideConsumer {
		if c.Phase == PhaseClosed && !c.Unsent && !c.setAside() || c.Phase == PhaseAgreed && !c.contested() {
			return c.wrongPhase()
		}
		return nil
	}
	if err := c.in(talking...); err != nil {
		return err
	}
	if by.Side() == SideEnterprise && c.made.Enterprise == 0 {
		return NewError(CodeNoOffer)
	}
	return nil
}

// contested says whether the enterprise denies that the consumer did an own item.
func (c *Case) contested() bool {
	return c.Agreement != nil && slices.ContainsFunc(c.Agreement.Items, func(p Promise) bool {
		return p.By == SideConsumer && p.State == PromiseDisputed
	})
}

func (d *decision) escalate(f Escalate) error {
	if err := CheckText("text", f.Text, maxReason, false); err != nil {
		return err
	}
	if d.c.Phase == PhaseClosed && !d.c.Unsent && !d.env.Gone { // it is taken up again first, or filed anew
		return d.c.wrongPhase()
	}
	say := &Content{Text: f.Text}
	switch side := d.by.Side(); {
	case d.c.Phase == PhaseClosed:
		d.send("", EscalatedSentLater, say)
	case d.c.Phase == PhaseAgreed:
		d.send(ClassSB, EscalatedItemContested, say)
	case side == SideConsumer:
		d.send(d.c.classOnLeaving(), EscalatedByConsumer, say)
	case side == SideEnterprise:
		d.fail(ClassUE, EscalatedByEnterprise, say)
	default:
		d.fail(ClassUE, EscalatedRemoved, say)
	}
	return nil
}

// classOnLeaving is the class when the consumer leaves before agreement: TE when the first response is overdue, CE when none was
// due yet or only a question lies open, else UE; leaving an open enterprise offer is a refusal of it.
func (c *Case) classOnLeaving() Class {
	if c.FirstResponse.IsZero() {
		if d, ok := c.Deadline(FirstResponse); ok && !d.Overdue {
			return ClassCE
		}
		return ClassTE
	}
	if o, open := c.OpenOffer(); c.Question && !(open && o.By == SideEnterprise) {
		return ClassCE
	}
	return ClassUE
}

// withdrawCase ends the case, or the complaint when it is one. It can be undone for seven days before escalation.
func (d *decision) withdrawCase(f WithdrawCase) error {
	if f.Reason == "" {
		return Required("reason")
	}
	if !slices.Contains(WithdrawReasons[:], f.Reason) {
		return Invalid("reason", WithdrawReasons)
	}
	if err := CheckText("text", f.Text, maxReason, false); err != nil {
		return err
	}
	closed := CaseClosed{Reason: ClosedWithdrawn, Withdrawn: f.Reason}
	if !d.c.Escalated() { // the class of the negotiation stage outlives a withdrawn complaint
		closed.Class = ClassWC
	}
	d.close(closed, d.env.At, &Content{Text: f.Text})
	return nil
}

// canRefuse: until the enterprise's first offer, once.
func canRefuse(c *Case, _ Actor, _ time.Time) error {
	if c.made.Enterprise > 0 {
		return NewError(CodeAlreadyDone)
	}
	return nil
}

func (d *decision) refuseCase(f RefuseCase) error {
	if !slices.Contains(RefusalGrounds[:], f.Ground) {
		return Invalid("ground", RefusalGrounds)
	}
	if err := CheckText("text", f.Text, maxReason, true); err != nil {
		return err
	}
	d.emit(CaseRefused{Ground: f.Ground, Took: d.answers()}, &Content{Text: f.Text})
	d.asSystem(func() { d.fail(ClassRR, EscalatedRefused, nil) })
	return nil
}

// close ends the case and says until when that may be undone: a lapsed one (LC) is taken up again for 30 days, one withdrawn or ended
// by the consumer's own part (WC) for 7, both once; what nobody confirmed (SU) is disputed for 30. Calendar days roll past holidays. They
// count from the act, or from the due instant of the deadline that closes the case, whenever that is noticed.
func (d *decision) close(f CaseClosed, from time.Time, say *Content) {
	days := 0
	switch {
	case f.Class == ClassSU:
		days = d.c.Rules.DisputeDays
	case f.Class == ClassLC && !d.c.Reopened:
		days = d.c.Rules.ReopenLapsed
	case f.Class == ClassWC && !d.c.Reopened:
		days = d.c.Rules.ReopenWithdrawn
	}
	if days > 0 {
		f.Until = d.cal().DueDays(from, days).UTC()
	}
	d.emit(f, say)
}

// canReopen: once, as long as close said.
func canReopen(c *Case, _ Actor, at time.Time) error {
	switch {
	case c.Reopened:
		return NewError(CodeAlreadyDone)
	case c.setAside():
		return c.Closing.undone(at)
	}
	return c.wrongPhase()
}

// setAside says whether the case ended by the consumer's silence, word or own part, and never was a complaint.
func (c *Case) setAside() bool {
	return !c.Escalated() && (c.Class == ClassLC || c.Class == ClassWC)
}

// reopen gives fresh days, so it is refused when nobody is there to use them: a negotiation with an enterprise that was removed goes to
// the bureau at once, and the consumer may send one that was set aside there whenever they like. Having negotiated bars no complaint, and whether one comes
// too late is the bureau's to say (Order 121 art. 16).
func (d *decision) reopen() error {
	if d.env.Gone {
		return NewError(CodeNotEnrolled)
	}
	if d.env.Open != nil {
		if err := d.env.Open.room(d.c.OrderRef != ""); err != nil {
			return err
		}
	}
	starts := []Deadline{d.clock(Negotiation, SideEnterprise, d.env.At, d.c.Rules.Reopened, WorkingDays)}
	if d.c.FirstResponse.IsZero() { // a fresh one too, or leaving at once would call the enterprise late (TE)
		starts = append(starts, d.clock(FirstResponse, SideEnterprise, d.env.At, d.c.Rules.FirstResponse, WorkingDays))
	}
	d.emit(CaseReopened{Starts: d.andStanding(starts...)}, nil)
	if d.env.Left {
		d.asSystem(func() { d.emitIn(Desk, AgentAssigned{}, nil) })
	}
	return nil
}

// undone refuses to undo what closed the case when it is too late.
func (x *Closing) undone(at time.Time) error {
	if !at.Before(x.Until) {
		return NewError(CodeTooLate, "until", x.Until)
	}
	return nil
}
