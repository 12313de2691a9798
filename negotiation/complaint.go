package negotiation

import (
	"slices"
	"time"

	"hejie/negotiation/workday"
)

// acceptComplaint is 受理; the 60 calendar days of mediation start (Order 121 arts. 15, 23(5)).
func (d *decision) acceptComplaint(f AcceptComplaint) error {
	if err := CheckText("text", f.Text, maxReason, false); err != nil {
		return err
	}
	d.emit(ComplaintAccepted{Starts: []Deadline{d.clock(Mediation, SideBureau, d.env.At, d.c.Rules.Mediation, CalendarDays)}}, &Content{Text: f.Text})
	return nil
}

// refuseComplaint is 不予受理: on a ground of Order 121 art. 16, with reasons (art. 15). On grounds 3, 5 (false material) and 6
// there was no genuine consumer dispute and the case is left out of the figures.
func (d *decision) refuseComplaint(f RefuseComplaint) error {
	if !slices.Contains(ComplaintGrounds[:], f.Ground) {
		return Invalid("ground", ComplaintGrounds)
	}
	if f.FalseMaterial && f.Ground != MaterialsMissingFalse {
		return Invalid("false_material", false)
	}
	if err := CheckText("reasons", f.Reasons, maxReason, true); err != nil {
		return err
	}
	refused := ComplaintRefused{Ground: f.Ground, FalseMaterial: f.FalseMaterial}
	if f.Ground.abusive(f.FalseMaterial) {
		refused.Class = ClassAB
	}
	d.emit(refused, &Content{Text: f.Reasons})
	return nil
}

func refusalPending(c *Case, _ Actor, _ time.Time) error {
	if !c.RefusalPending() {
		return NewError(CodeNoRefusal)
	}
	return nil
}

// ruleOnRefusal: upheld leaves the case out (RX), overturned keeps it failed (RR). The complaint itself is decided apart.
func (d *decision) ruleOnRefusal(f RuleOnRefusal) error {
	if err := CheckText("reasons", f.Reasons, maxReason, true); err != nil {
		return err
	}
	class := ClassRR
	if f.Upheld {
		class = ClassRX
	}
	d.emit(RefusalRuled{Upheld: f.Upheld, Class: class}, &Content{Text: f.Reasons})
	return nil
}

func findingPending(c *Case, _ Actor, _ time.Time) error {
	if !c.FindingPending() {
		return NewError(CodeNoFinding)
	}
	return nil
}

func (d *decision) findPerformance(f FindPerformance) error {
	if err := CheckText("reasons", f.Reasons, maxReason, true); err != nil {
		return err
	}
	found := PerformanceFound{Finding: f.Finding, Class: ClassSC}
	switch f.Finding {
	case FoundOnTime, FoundLate:
	case FoundNotPerformed:
		found.Class = ClassSB
	default:
		return Invalid("finding", []Finding{FoundOnTime, FoundLate, FoundNotPerformed})
	}
	d.emit(found, &Content{Text: f.Reasons})
	return nil
}

func canVoid(c *Case, _ Actor, _ time.Time) error {
	if c.Class == ClassDU || c.Class == ClassAB {
		return NewError(CodeAlreadyDone)
	}
	return nil
}

func (d *decision) void(f Void) error {
	if err := CheckText("reasons", f.Reasons, maxReason, true); err != nil {
		return err
	}
	voided := CaseVoided{Ground: f.Ground}
	switch f.Ground {
	case VoidDuplicate:
		voided.Class = ClassDU
	case VoidAbuse:
		voided.Class = ClassAB
	default:
		return Invalid("ground", []VoidGround{VoidDuplicate, VoidAbuse})
	}
	d.emit(voided, &Content{Text: f.Reasons})
	return nil
}

// canChase: once a day, because each one goes to phones.
func canChase(c *Case, _ Actor, at time.Time) error {
	if today := workday.DateOf(at); workday.DateOf(c.ChasedAt) == today {
		return NewError(CodeRateLimited, "retry_after", int64(today.AddDays(1).Time().Sub(at)/time.Second)+1, "max", 1, "per", "day")
	}
	return nil
}

// chase reminds the enterprise in the bureau's name. Before escalation the bureau sees no text of the room and writes none into it.
func (d *decision) chase(f Chase) error {
	if err := CheckText("text", f.Text, maxReason, false); err != nil {
		return err
	}
	if f.Text != "" && !d.c.sees(d.by, SeeRoom) {
		return NewError(CodeNotAllowed).On("text")
	}
	d.emit(EnterpriseChased{}, &Content{Text: f.Text})
	return nil
}

// closeComplaint ends it: settled, or mediation terminated on a ground of Order 121 art. 23; both parties learn it at once, well
// within the seven working days of that article.
func (d *decision) closeComplaint(f CloseComplaint) error {
	switch f.Outcome {
	case OutcomeSettled:
		if f.Ground != "" {
			return Invalid("ground", "")
		}
	case OutcomeTerminated:
		if !slices.Contains(TerminationGrounds[:], f.Ground) {
			return Invalid("ground", TerminationGrounds)
		}
		if x, runs := d.c.Deadline(Mediation); f.Ground == SixtyDays && runs && d.env.At.Before(x.Due) {
			return NewError(CodeNotDue, "deadline", Mediation, "due", x.Due).On("ground")
		}
	default:
		return Invalid("outcome", []Outcome{OutcomeSettled, OutcomeTerminated})
	}
	if err := CheckText("reasons", f.Reasons, maxReason, true); err != nil {
		return err
	}
	d.emit(ComplaintClosed{Outcome: f.Outcome, Ground: f.Ground}, &Content{Text: f.Reasons})
	return nil
}
