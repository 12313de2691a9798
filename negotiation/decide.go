package negotiation

import (
	"time"

	"hejie/negotiation/workday"
)

// Step is one walk through the rules: it first passes, in due order, every deadline that is due, then decides the command; nobody
// acts on a dead offer because a worker was late. With a nil command it does what the clocks want at env.At: passing and
// reminding. It gives the events and the case after them; those made before a refusal are kept and come back beside the error. At never
// goes back within a case.
func (c *Case) Step(by Actor, cmd Command, env Env) ([]Event, *Case, error) {
	env.At = env.At.UTC().Truncate(time.Microsecond)
	if env.At.Before(c.clock) {
		env.At = c.clock
	}
	d := decision{c: c, by: System, env: env}
	d.passDue()
	if cmd == nil {
		d.remindDue()
		return d.events, d.c, nil
	}
	kept := len(d.events)
	d.by = by
	if err := d.command(cmd); err != nil {
		passed := d.events[:kept:kept]
		return passed, c.Apply(passed...), err
	}
	return d.events, d.c, nil
}

// decision collects the events of one walk and applies each at once, so that what follows sees what went before.
type decision struct {
	c      *Case // of others until the first event
	by     Actor
	env    Env
	events []Event
}

func (d *decision) emit(f Fact, content *Content) { d.emitIn(Room, f, content) }

func (d *decision) emitIn(ch Channel, f Fact, content *Content) {
	if content != nil && content.empty() {
		content = nil
	}
	if len(d.events) == 0 {
		own := *d.c
		d.c = &own
	}
	e := Event{At: d.env.At, By: d.by.by(), Channel: ch, Fact: f, Content: content}
	d.events = append(d.events, e)
	d.c.apply(e)
}

// command decides what somebody wants, if they may.
func (d *decision) command(cmd Command) error {
	if err := d.c.May(d.by, Action(cmd.Kind())); err != nil {
		return err
	}
	if when := rightOf[cmd.Kind()].when; when != nil {
		if err := when(d.c, d.by, d.env.At); err != nil {
			return err
		}
	}
	return d.decide(cmd)
}

// asSystem runs f with the system as the actor: consequences that nobody chose.
func (d *decision) asSystem(f func()) {
	by := d.by
	d.by = System
	f()
	d.by = by
}

func (d *decision) clock(key DeadlineKey, whose Side, start time.Time, days int, unit Unit) Deadline {
	return newDeadline(d.env.Calendar, key, whose, start, days, unit)
}

// took is how long the case has run by now; see Took among the events.
func (d *decision) took() int64 { return d.cal().WorkingSeconds(d.c.FiledAt, d.env.At) }

// answers is took for an event by which the enterprise may answer for the first time; else zero.
func (d *decision) answers() int64 {
	if d.by.Side() != SideEnterprise || !d.c.FirstResponse.IsZero() || d.c.Escalated() {
		return 0
	}
	return d.took()
}

func (d *decision) cal() *workday.Calendar { return d.env.Calendar }

func (d *decision) decide(cmd Command) error {
	switch f := cmd.(type) {
	case FileCase:
		return d.fileCase(f)
	case PostMessage:
		return d.postMessage(f)
	case AddEvidence:
		return d.addEvidence(f)
	case MakeOffer:
		return d.makeOffer(f)
	case SeeOffer:
		return d.seeOffer(f)
	case WithdrawOffer:
		return d.withdrawOffer(f)
	case AcceptOffer:
		return d.acceptOffer(f)
	case DeclineOffer:
		return d.declineOffer(f)
	case ReportPerformance:
		return d.reportPerformance(f)
	case ConfirmPerformance:
		return d.confirmPerformance(f)
	case DisputePerformance:
		return d.disputePerformance(f)
	case WithdrawCase:
		return d.withdrawCase(f)
	case Escalate:
		return d.escalate(f)
	case RefuseCase:
		return d.refuseCase(f)
	case Reopen:
		return d.reopen()
	case Rate:
		return d.rate(f)
	case ChangeConsents:
		return d.changeConsents(f)
	case DiscloseDetails:
		d.emit(DetailsDisclosed{}, nil)
	case Assign:
		return d.assign(f)
	case RequestApproval:
		return d.requestApproval(f)
	case AnswerRequest:
		return d.answerRequest(f)
	case WithdrawRequest:
		return d.withdrawRequest(f)
	case AcceptComplaint:
		return d.acceptComplaint(f)
	case RefuseComplaint:
		return d.refuseComplaint(f)
	case RuleOnRefusal:
		return d.ruleOnRefusal(f)
	case FindPerformance:
		return d.findPerformance(f)
	case Void:
		return d.void(f)
	case Chase:
		return d.chase(f)
	case CloseComplaint:
		return d.closeComplaint(f)
	case PassDeadline:
		return d.passDeadline(f)
	case Remind:
		return d.remind(f)
	case MoveDeadlines:
		return d.moveDeadlines(f)
	case EraseContent:
		return d.eraseContent(f)
	default:
		return NewError(CodeUnknownCommand, "type", cmd.Kind())
	}
	return nil
}

func (c Content) empty() bool {
	return c.Text == "" && c.Reason == "" && c.Goods == "" && c.OrderNumber == "" && len(c.Items) == 0 && c.FileName == "" && c.Reference == "" && c.Note == ""
}
