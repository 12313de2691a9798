package negotiation

import (
	"slices"
	"time"

	"hejie/negotiation/region"
)

// Action that May judges: seeing a part of a case, or the Kind of a command.
type Action string

// What can be seen of a case.
const (
	SeeFacts   Action = "see_facts"   // parties, category, amount, phase, turn, clocks
	SeeRoom    Action = "see_room"    // the text
	SeeDesk    Action = "see_desk"    // the enterprise's internal notes
	SeeDetails Action = "see_details" // the consumer's full name, phone, address
	SeeChoice  Action = "see_choice"  // what the consumer wants done with an unsettled case: ConsumerOnly
)

// right says who may do a command, in which phases, and what else must hold then.
type right struct {
	sides  []Side
	phases []Phase
	when   func(c *Case, by Actor, at time.Time) error // nil: nothing else
}

var (
	parties    = []Side{SideConsumer, SideEnterprise}
	consumer   = []Side{SideConsumer}
	enterprise = []Side{SideEnterprise}
	bureau     = []Side{SideBureau}

	talking  = []Phase{PhaseAwaitingResponse, PhaseNegotiating}
	offering = []Phase{PhaseAwaitingResponse, PhaseNegotiating, PhaseEscalated, PhaseAccepted}
	running  = []Phase{PhaseAwaitingResponse, PhaseNegotiating, PhaseAgreed, PhaseEscalated, PhaseAccepted}
	ruling   = []Phase{PhaseEscalated, PhaseAccepted, PhaseClosed} // a withdrawn complaint leaves the class to be ruled on
	anytime  = Phases[:]                                           // closed, too: what is left to be ruled on has its clock
)

// rights is the table of the rules of procedure; what is not in it is refused. The drawing in states.md is checked against it.
func rights() map[string]right {
	return map[string]right{
		FileCase{}.Kind():           {consumer, []Phase{PhaseNone}, nil},
		PostMessage{}.Kind():        {[]Side{SideConsumer, SideEnterprise, SideBureau}, running, nil},
		AddEvidence{}.Kind():        {parties, running, canAddEvidence},
		MakeOffer{}.Kind():          {parties, offering, canOffer},
		SeeOffer{}.Kind():           {parties, offering, othersOfferOpen},
		WithdrawOffer{}.Kind():      {parties, offering, canWithdrawOffer},
		AcceptOffer{}.Kind():        {parties, offering, othersOfferOpen},
		DeclineOffer{}.Kind():       {parties, offering, othersOfferOpen},
		ReportPerformance{}.Kind():  {parties, []Phase{PhaseAgreed, PhaseEscalated, PhaseAccepted}, hasAgreement},
		ConfirmPerformance{}.Kind(): {parties, []Phase{PhaseAgreed, PhaseEscalated, PhaseAccepted}, hasAgreement},
		DisputePerformance{}.Kind(): {parties, []Phase{PhaseAgreed, PhaseEscalated, PhaseAccepted, PhaseClosed}, canDispute},
		WithdrawCase{}.Kind():       {consumer, offering, nil},
		Escalate{}.Kind():           {[]Side{SideConsumer, SideEnterprise, SideSystem}, []Phase{PhaseAwaitingResponse, PhaseNegotiating, PhaseAgreed, PhaseClosed}, canEscalate},
		RefuseCase{}.Kind():         {enterprise, talking, canRefuse},
		Reopen{}.Kind():             {consumer, []Phase{PhaseClosed}, canReopen},
		Rate{}.Kind():               {consumer, []Phase{PhaseClosed}, canRate},
		ChangeConsents{}.Kind():     {consumer, anytime, nil}, // PIPL art. 15: a consent can always be taken back
		DiscloseDetails{}.Kind():    {consumer, running, canDisclose},
		Assign{}.Kind():             {[]Side{SideEnterprise, SideSystem}, running, nil},
		RequestApproval{}.Kind():    {enterprise, offering, canRequest},
		AnswerRequest{}.Kind():      {enterprise, offering, canAnswerRequest},
		WithdrawRequest{}.Kind():    {enterprise, offering, canWithdrawRequest},
		AcceptComplaint{}.Kind():    {bureau, []Phase{PhaseEscalated}, nil},
		RefuseComplaint{}.Kind():    {bureau, []Phase{PhaseEscalated}, nil},
		RuleOnRefusal{}.Kind():      {bureau, ruling, refusalPending},
		FindPerformance{}.Kind():    {bureau, ruling, findingPending},
		Void{}.Kind():               {bureau, []Phase{PhaseEscalated, PhaseAccepted, PhaseClosed}, canVoid},
		Chase{}.Kind():              {bureau, running, canChase},
		CloseComplaint{}.Kind():     {bureau, []Phase{PhaseAccepted}, nil},
		PassDeadline{}.Kind():       {[]Side{SideSystem}, anytime, nil},
		Remind{}.Kind():             {[]Side{SideSystem}, anytime, nil},
		MoveDeadlines{}.Kind():      {[]Side{SideSystem}, anytime, nil},
		EraseContent{}.Kind():       {[]Side{SideSystem}, anytime, nil},
	}
}

var rightOf = rights()

// May says whether the actor may see a part of the case or do a command now. Not being allowed to see the case's facts is
// not_found; seeing it without the right is not_allowed; the right in another phase is wrong_phase.
func (c *Case) May(by Actor, a Action) error {
	if c.Phase == PhaseNone { // nobody sees a case before it is filed
		if by.Side() == SideConsumer && string(a) == (FileCase{}).Kind() {
			return nil
		}
		return NewError(CodeNotFound)
	}
	if !c.sees(by, SeeFacts) {
		return NewError(CodeNotFound)
	}
	r, command := rightOf[string(a)]
	switch {
	case !command && c.sees(by, a):
		return nil
	case !command, !slices.Contains(r.sides, by.Side()), by.Side() == SideBureau && !c.acts(by, a):
		return NewError(CodeNotAllowed)
	}
	return c.in(r.phases...)
}

// Allowed lists the commands that the actor may send now, for the buttons of a screen; the door judges again. Like Step it never goes
// back behind the last event.
func (c *Case) Allowed(by Actor, at time.Time) []string {
	if at.Before(c.clock) {
		at = c.clock
	}
	var kinds []string
	for kind, r := range rightOf {
		if c.May(by, Action(kind)) == nil && (r.when == nil || r.when(c, by, at) == nil) {
			kinds = append(kinds, kind)
		}
	}
	slices.Sort(kinds)
	return kinds
}

// SeenBy is the case as the actor may see it: without what only the enterprise's desk or only the consumer knows, not even that it
// happened.
func (c *Case) SeenBy(by Actor) *Case {
	seen := *c
	if !c.sees(by, SeeChoice) {
		seen.Version, seen.Consents.Escalation, seen.clock = 0, nil, time.Time{}
	}
	if !c.sees(by, SeeDesk) {
		seen.Version, seen.Agent, seen.givenBack, seen.Request, seen.Talk, seen.clock, seen.desk = 0, "", false, nil, [2]Talk{}, time.Time{}, 0
	}
	return &seen
}

func (c *Case) sees(by Actor, a Action) bool {
	switch by.Side() {
	case SideSystem:
		return true
	case SideConsumer:
		return by.ID == c.Consumer && a != SeeDesk
	case SideEnterprise:
		return by.Enterprise == c.Enterprise && a != SeeChoice && (a != SeeDetails || c.showsDetails())
	case SideBureau:
		switch a {
		case SeeFacts:
			return region.Within(c.Region, by.Region)
		case SeeRoom, SeeDetails, SeeChoice:
			return c.Escalated() && by.Bureau == c.Bureau
		}
	}
	return false
}

// acts says whether the officer's bureau may do the command: the competent one, but any bureau above it may chase (督办).
func (c *Case) acts(by Actor, a Action) bool {
	if string(a) == (Chase{}).Kind() {
		return true
	}
	return by.Bureau == c.Bureau && (c.Escalated() || c.Phase == PhaseClosed)
}

// showsDetails says whether the enterprise sees the consumer's details: shown by the consumer, or needed by an accepted item.
func (c *Case) showsDetails() bool {
	return c.Disclosed || c.Agreement != nil && slices.ContainsFunc(c.Agreement.Items, func(p Promise) bool { return p.Remedy.NeedsAddress() })
}
