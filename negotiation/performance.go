package negotiation

import "time"

func hasAgreement(c *Case, _ Actor, _ time.Time) error {
	if c.Agreement == nil {
		return c.wrongPhase()
	}
	return nil
}

func (d *decision) promise(i int) (Promise, error) {
	if d.c.Agreement == nil || i < 0 || i >= len(d.c.Agreement.Items) {
		return Promise{}, NewError(CodeNoSuchItem, "item", i).On("item")
	}
	return d.c.Agreement.Items[i], nil
}

// promiseOfOther is one that the other side made.
func (d *decision) promiseOfOther(i int) (Promise, error) {
	p, err := d.promise(i)
	if err == nil && p.By == d.by.Side() {
		err = NewError(CodeNotAllowed).On("item")
	}
	return p, err
}

// reportPerformance: money with proof or a reference. The other side's silence clock starts, and with it items that waited.
func (d *decision) reportPerformance(f ReportPerformance) error {
	p, err := d.promise(f.Item)
	switch {
	case err != nil:
		return err
	case p.By != d.by.Side():
		return NewError(CodeNotAllowed).On("item")
	case p.State == PromiseWaiting:
		return NewError(CodeItemWaits, "item", f.Item, "after", *p.Due.After).On("item")
	case p.State == PromiseReported, p.State == PromiseConfirmed, p.State == PromiseUnconfirmed:
		return NewError(CodeAlreadyDone, "item", f.Item).On("item")
	}
	if f.Reference, err = Line("reference", f.Reference, 0, maxDescription); err != nil {
		return err
	}
	if p.Remedy.Monetary() && p.By == SideEnterprise && !Visible(f.Reference) && f.File == "" {
		return Required("reference")
	}
	if f.File != "" { // a proof is evidence like any other: in the chain, in the file, and one of so many
		if err := d.putProof(f.File); err != nil {
			return err
		}
	}
	at := d.env.At
	reported := PerformanceReported{Item: f.Item, File: f.File, Late: !p.DueAt.IsZero() && !at.Before(p.DueAt)}
	if d.c.Phase == PhaseAgreed || d.c.Agreement.Settling {
		reported.Starts = append(reported.Starts, d.clock(Confirmation.of(f.Item), p.By.Other(), at, d.c.Rules.Confirmation, WorkingDays))
	}
	reported.Starts = append(reported.Starts, d.waiting(f.Item)...)
	d.emit(reported, &Content{Reference: f.Reference})
	return nil
}

// confirmPerformance: also without a report, when the due date passed and the other side was asked.
func (d *decision) confirmPerformance(f ConfirmPerformance) error {
	p, err := d.promiseOfOther(f.Item)
	switch {
	case err != nil:
		return err
	case p.State == PromiseWaiting:
		return NewError(CodeNotReported, "item", f.Item).On("item")
	case p.State == PromiseConfirmed:
		return NewError(CodeAlreadyDone, "item", f.Item).On("item")
	}
	done := !p.ReportedAt.IsZero() && p.State != PromiseDisputed // a report that was disputed is no proof of when
	late := p.Late || !p.DueAt.IsZero() && !done && !d.env.At.Before(p.DueAt)
	if starts := d.waiting(f.Item); len(starts) > 0 { // items wait for a report: what is confirmed counts as reported
		d.asSystem(func() { d.emit(PerformanceReported{Item: f.Item, Late: late, Starts: starts}, nil) })
	}
	d.emit(PerformanceConfirmed{Item: f.Item, Late: late}, nil)
	d.asSystem(func() { d.finish(d.env.At) })
	return nil
}

// finish closes a case whose enterprise has performed: SC when all was confirmed, SU when some was met with silence. After
// escalation only full confirmation ends the complaint; the class of the negotiation stage then changes only for a promise
// made before it (SB) on which no officer has found: the consumer thereby calls it kept after all. From is what the days to dispute
// count from.
func (d *decision) finish(from time.Time) {
	a := d.c.Agreement
	if a == nil || !a.Done() {
		return
	}
	if d.c.Escalated() {
		if a.Confirmed() {
			closed := CaseClosed{Reason: ClosedSettling}
			if d.c.Class == ClassSB && !a.Settling && d.c.Complaint.Finding == "" {
				closed.Class = ClassSC
			}
			d.emit(closed, nil)
		}
		return
	}
	if a.Confirmed() {
		d.emit(CaseClosed{Reason: ClosedPerformed, Class: ClassSC}, nil)
	} else {
		d.close(CaseClosed{Reason: ClosedUnconfirmed, Class: ClassSU}, from, nil)
	}
}

// canDispute: while the agreement is performed, and for 30 days after it ended unconfirmed (SU).
func canDispute(c *Case, by Actor, at time.Time) error {
	if err := hasAgreement(c, by, at); err != nil {
		return err
	}
	if c.Phase != PhaseClosed {
		return nil
	}
	if c.Class != ClassSU || by.Side() != SideConsumer || c.Escalated() {
		return c.wrongPhase()
	}
	return c.Closing.undone(at)
}

// disputePerformance by the consumer breaks the promise and escalates; by the enterprise it puts the consumer's item back, and
// with it the items that waited for it.
func (d *decision) disputePerformance(f DisputePerformance) error {
	p, err := d.promiseOfOther(f.Item)
	switch {
	case err != nil:
		return err
	case p.State == PromiseDisputed, p.State == PromiseConfirmed, p.State == PromiseUnconfirmed && d.by.Side() == SideEnterprise:
		return NewError(CodeAlreadyDone, "item", f.Item).On("item") // the enterprise's days to answer are over
	case p.State == PromiseWaiting:
		return NewError(CodeItemWaits, "item", f.Item, "after", *p.Due.After).On("item")
	case p.State == PromiseRunning:
		return NewError(CodeNotDue, "item", f.Item, "due", p.DueAt).On("item")
	}
	if err := CheckText("reason", f.Reason, maxReason, false); err != nil {
		return err
	}
	disputed := PerformanceDisputed{Item: f.Item}
	if d.by.Side() == SideEnterprise {
		disputed.Starts = []Deadline{d.clock(ConsumerPart.of(f.Item), SideConsumer, d.env.At, d.c.Rules.ConsumerPart, WorkingDays)}
	}
	d.emit(disputed, &Content{Text: f.Reason})
	if d.by.Side() == SideConsumer && !d.c.Escalated() {
		d.asSystem(func() { d.fail(ClassSB, EscalatedNotPerformed, nil) })
	}
	return nil
}
