package negotiation

import (
	"cmp"
	"slices"
	"time"

	"hejie/negotiation/workday"
)

// Apply gives the case after the events, of none the same. It is total and takes the same time whatever the length of the case.
func (c *Case) Apply(events ...Event) *Case {
	if len(events) == 0 {
		return c
	}
	after := *c
	for _, e := range events {
		after.apply(e)
	}
	return &after
}

// apply changes a case that nobody else has; what it points to others may have, so that is replaced and never changed.
func (c *Case) apply(e Event) {
	c.Version++
	c.clock = e.At
	switch e.Channel {
	case Room:
		c.LastAt = e.At
	case Desk:
		c.desk++
	}
	switch f := e.Fact.(type) {
	case CaseFiled:
		c.filed(e, f)
	case MessagePosted:
		c.talked(e)
		c.spoken(e, f.Question, f.Took)
	case EvidenceAdded:
		c.Files.add(e.By.Side)
		c.spoken(e, false, 0)
	case CaseRefused:
		c.Refusal = &Refusal{Ground: f.Ground, At: e.At}
		c.responded(e, f.Took)
	case RefusalRuled:
		r := *c.Refusal
		r.Ruled, r.Upheld = true, f.Upheld
		c.Refusal = &r
		c.classed(e, f.Class)
		c.stop(Ruling)
	case CaseEscalated:
		c.escalated(e, f)
	case CaseReopened:
		c.reopened(e, f)
	case CaseRated:
		c.Stars = f.Stars
	case CaseClosed:
		c.closed(e, f)
	case ConsentsChanged:
		if f.Publication != nil {
			c.Consents.Publication, c.Spoke = f.Publication, e.At
		}
		if f.Escalation != nil { // which the enterprise does not hear: to it the consumer said nothing
			c.Consents.Escalation = f.Escalation
		}
	case EnterpriseChased:
		c.ChasedAt = e.At
		if c.Complaint != nil {
			k := *c.Complaint
			k.Chased++
			c.Complaint = &k
		}
	case DetailsDisclosed:
		c.Disclosed, c.Spoke = true, e.At
	case AgentAssigned:
		c.Agent, c.givenBack = f.Agent, f.Agent == "" && e.By.Side == SideEnterprise
	default:
		c.applyOffer(e)
		c.applyPerformance(e)
		c.applyComplaint(e)
		c.applyClock(e)
		c.applyRequest(e)
	}
	if c.Request != nil {
		c.overtake()
	}
}

func (c *Case) filed(e Event, f CaseFiled) {
	c.Consumer, c.Enterprise, c.Bureau, c.Region = e.By.ID, f.Enterprise, f.Bureau, f.Region
	c.Rules, c.Code, c.Category, c.Amount = f.Rules, f.Code, f.Category, f.Amount
	c.OrderRef, c.KnownSince, c.Consents = f.OrderRef, f.KnownSince, f.Consents
	c.FiledAt, c.Spoke, c.pace.Limit = e.At, e.At, f.Limit
	c.Phase = PhaseAwaitingResponse
	c.start(f.Starts)
	c.turn(SideEnterprise, e.At)
}

// talked counts a message against the party's limits.
func (c *Case) talked(e Event) {
	if i, ok := talkIndex(e.By.Side); ok {
		c.Talk[i] = c.Talk[i].at(e.At)
		c.Talk[i].InMinute++
		c.Talk[i].InDay++
	}
}

func talkIndex(s Side) (int, bool) {
	switch s {
	case SideConsumer:
		return 0, true
	case SideEnterprise:
		return 1, true
	}
	return 0, false
}

// at is the count as it stands at t: a new minute or day starts from nothing.
func (k Talk) at(t time.Time) Talk {
	if m := t.Unix() / 60; k.Minute != m {
		k.Minute, k.InMinute = m, 0
	}
	if d := workday.DateOf(t).Time().Unix() / 86400; k.Day != d {
		k.Day, k.InDay = d, 0
	}
	return k
}

// spoken is what a word does: the consumer's ends their silence and answers a question, but never an offer; the enterprise's
// does nothing unless it is a question.
func (c *Case) spoken(e Event, question bool, took int64) {
	if e.Channel != Room {
		return
	}
	switch {
	case e.By.Side == SideConsumer:
		c.Spoke, c.Question = e.At, false
		if o, open := c.OpenOffer(); c.Turn == SideConsumer && c.Phase == PhaseNegotiating && (!open || o.By == SideConsumer) {
			c.turn(SideEnterprise, e.At)
		}
	case e.By.Side == SideEnterprise && question && (c.Phase == PhaseAwaitingResponse || c.Phase == PhaseNegotiating):
		c.Question = true
		c.responded(e, took)
		c.turn(SideConsumer, e.At)
	}
}

// responded notes the enterprise's first response and stops its clock.
func (c *Case) responded(e Event, took int64) {
	if c.FirstResponse.IsZero() {
		c.FirstResponse, c.pace.Response = e.At, took
	}
	if c.Phase == PhaseAwaitingResponse {
		c.Phase = PhaseNegotiating
	}
	c.stop(FirstResponse)
}

func (c *Case) turn(s Side, at time.Time) {
	if c.Turn != s {
		c.Turn, c.TurnSince = s, at
	}
}

// classed fixes or moves the class. The day on which a case counts is the day of the first.
func (c *Case) classed(e Event, class Class) {
	if class != "" && c.Class == "" {
		c.ClassedAt = e.At
	}
	c.Class = cmp.Or(class, c.Class)
}

func (c *Case) escalated(e Event, f CaseEscalated) {
	c.Phase, c.Closing, c.Question = PhaseEscalated, nil, false
	c.Complaint = &Complaint{Reason: f.Reason, ReceivedAt: e.At}
	c.Unsent, c.UnsentFor = false, ""
	c.Deadlines = slices.DeleteFunc(slices.Clone(c.Deadlines), func(d Deadline) bool {
		kind, _ := d.Key.Parts()
		return kind != OfferValidity // an offer binds for as long as it said
	})
	c.classed(e, f.Class)
	c.start(f.Starts)
	c.relaid(f.Starts)
	c.turn(SideBureau, e.At)
}

// relaid puts an offer back on the table whose clock starts again: the case had closed before its validity was over.
func (c *Case) relaid(starts []Deadline) {
	for _, d := range starts {
		if kind, n := d.Key.Parts(); kind == OfferValidity {
			c.withOffer(n, func(o *Offer) { o.State, o.AnsweredAt = StateOpen, time.Time{} })
		}
	}
}

func (c *Case) closed(e Event, f CaseClosed) {
	c.Phase = PhaseClosed
	c.Closing = &Closing{Reason: f.Reason, At: e.At, Withdrawn: f.Withdrawn, Until: f.Until}
	c.Unsent, c.UnsentFor = f.Reason == ClosedUnsent, f.Unsent
	if f.Class == ClassSC && c.Agreement != nil {
		c.Late = c.Agreement.Late()
	}
	if c.Complaint != nil && c.Complaint.ClosedAt.IsZero() {
		k := *c.Complaint
		k.ClosedAt = e.At
		if f.Reason == ClosedSettling {
			k.Outcome = OutcomeSettled
		}
		c.Complaint = &k
	}
	c.classed(e, f.Class)
	c.end(e)
}

// end clears the table of a case that is over.
func (c *Case) end(e Event) {
	if o, ok := c.OpenOffer(); ok {
		c.answered(o.Number, StateLapsed, e.At)
	}
	c.toRule()
	ruling, left := c.Deadline(Ruling)
	c.Deadlines, c.Question = nil, false
	if left && (c.RefusalPending() || c.FindingPending()) {
		c.start([]Deadline{ruling})
	}
	c.turn(SideNobody, e.At)
}

// toRule renames the clock of the decision on the complaint to Ruling when a refusal is still to be ruled on, or a broken promise to be found
// on: the same seven working days go on for that, though the decision was made or the complaint is over. It follows from the state of the case
// and not from a fact of the event, so that it also holds for logs that are older than this rule.
func (c *Case) toRule() {
	if c.RefusalPending() || c.FindingPending() {
		c.change(ComplaintDecision, func(d *Deadline) { d.Key = Ruling })
	}
}

func (c *Case) reopened(e Event, f CaseReopened) {
	c.Reopened, c.Closing, c.Class, c.ClassedAt = true, nil, "", time.Time{}
	c.Agreement, c.SettledAt, c.Spoke = nil, time.Time{}, e.At
	c.Phase = PhaseNegotiating
	if c.FirstResponse.IsZero() {
		c.Phase = PhaseAwaitingResponse
	}
	c.start(f.Starts)
	c.relaid(f.Starts)
	whose := SideEnterprise
	if o, ok := c.OpenOffer(); ok {
		whose = o.By.Other()
	}
	c.turn(whose, e.At)
}

// start adds running clocks; one with the same key is replaced.
func (c *Case) start(ds []Deadline) { c.wind(ds) }

// stop ends clocks.
func (c *Case) stop(keys ...DeadlineKey) { c.wind(nil, keys...) }

// wind starts some clocks and stops others.
func (c *Case) wind(starts []Deadline, stops ...DeadlineKey) {
	if len(starts) == 0 && !c.runs(stops...) {
		return
	}
	all := make([]Deadline, 0, len(c.Deadlines)+len(starts))
	for i := range c.Deadlines {
		key := c.Deadlines[i].Key
		if !slices.Contains(stops, key) && !slices.ContainsFunc(starts, func(d Deadline) bool { return d.Key == key }) {
			all = append(all, c.Deadlines[i])
		}
	}
	c.Deadlines = append(all, starts...)
}

// change one running clock.
func (c *Case) change(key DeadlineKey, f func(*Deadline)) {
	c.Deadlines = slices.Clone(c.Deadlines)
	for i := range c.Deadlines {
		if c.Deadlines[i].Key == key {
			f(&c.Deadlines[i])
		}
	}
}

func (c *Case) applyOffer(e Event) {
	switch f := e.Fact.(type) {
	case OfferMade:
		c.offerMade(e, f)
	case OfferSeen:
		c.withOffer(f.Offer, func(o *Offer) { o.SeenAt = e.At })
	case OfferWithdrawn:
		c.answered(f.Offer, StateWithdrawn, e.At)
		c.acted(e)
		c.talkTurn(e.By.Side, e.At)
	case OfferDeclined:
		c.answered(f.Offer, StateDeclined, e.At)
		c.acted(e)
		c.talkTurn(e.By.Side.Other(), e.At)
	case OfferAccepted:
		c.offerAccepted(e, f)
	}
}

// acted notes that the consumer was heard of, when the act is theirs.
func (c *Case) acted(e Event) {
	if e.By.Side == SideConsumer {
		c.Spoke = e.At
	}
}

// talkTurn moves the turn between the parties while they negotiate; before a first response it stays with the enterprise.
func (c *Case) talkTurn(s Side, at time.Time) {
	if c.Phase == PhaseNegotiating {
		c.turn(s, at)
	}
}

func (c *Case) offerMade(e Event, f OfferMade) {
	c.Offers = append(make([]*Offer, 0, len(c.Offers)+1), c.Offers...) // once, with the room for all that follows
	before, end := f.Counters, StateCountered
	if f.Replaces > 0 {
		before, end = f.Replaces, StateReplaced
	}
	if before > 0 {
		c.changed(before, ending(end, e.At))
	}
	c.Offers = append(c.Offers, &Offer{Number: f.Offer, By: e.By.Side, Account: e.By.ID, Items: f.Items, Digest: f.Digest,
		Terms: f.Terms, MadeAt: e.At, ValidUntil: f.ValidUntil, State: StateOpen})
	c.made.add(e.By.Side)
	c.last.set(e.By.Side, f.Offer)
	c.Question = false
	c.acted(e)
	if e.By.Side == SideEnterprise && !c.Escalated() {
		c.responded(e, f.Took)
	}
	c.wind(f.Starts, OfferValidity.of(before))
	c.talkTurn(e.By.Side.Other(), e.At)
}

func (c *Case) offerAccepted(e Event, f OfferAccepted) {
	o := c.Offers[f.Offer-1]
	c.answered(f.Offer, StateAccepted, e.At)
	a := &Agreement{Offer: f.Offer, Digest: f.Digest, AcceptedBy: e.By.Side, AcceptedAt: e.At, Settling: c.Escalated()}
	for i, it := range o.Items {
		p := Promise{Item: it, State: PromiseWaiting}
		if d := slices.IndexFunc(f.Starts, func(d Deadline) bool { return d.Key == Performance.of(i) }); d >= 0 {
			p.State, p.DueAt = PromiseRunning, f.Starts[d].Due
		}
		a.Items = append(a.Items, p)
	}
	if c.Agreement != nil { // broken before; its clocks are of items that are no more
		for i := range c.Agreement.Items {
			c.stopItem(i)
		}
	}
	c.Agreement = a
	c.acted(e)
	if !c.Escalated() {
		if e.By.Side == SideEnterprise {
			c.responded(e, f.Took)
		}
		c.Phase, c.SettledAt, c.Question, c.pace.Settlement = PhaseAgreed, e.At, false, f.Took
		c.stop(FirstResponse, Negotiation)
	}
	c.start(f.Starts)
	c.performanceTurn(e.At)
}

// answered gives the offer its last state and stops its clock.
func (c *Case) answered(number int, s OfferState, at time.Time) {
	c.withOffer(number, ending(s, at))
	c.stop(OfferValidity.of(number))
}

func ending(s OfferState, at time.Time) func(*Offer) {
	return func(o *Offer) { o.State, o.AnsweredAt = s, at }
}

func (c *Case) withOffer(number int, f func(*Offer)) {
	c.Offers = slices.Clone(c.Offers)
	c.changed(number, f)
}

// changed is withOffer on a list that nobody else has.
func (c *Case) changed(number int, f func(*Offer)) {
	o := *c.Offers[number-1]
	f(&o)
	c.Offers[number-1] = &o
}

func (c *Case) applyPerformance(e Event) {
	switch f := e.Fact.(type) {
	case PerformanceReported:
		c.withPromise(f.Item, func(p *Promise) {
			p.State, p.ReportedAt, p.Late, p.File = PromiseReported, e.At, f.Late, cmp.Or(f.File, p.File)
		})
		for _, d := range f.Starts { // items that waited for this one
			if kind, i := d.Key.Parts(); kind == Performance {
				c.withPromise(i, func(p *Promise) { p.State, p.DueAt = PromiseRunning, d.Due })
			}
		}
		c.stopItem(f.Item)
		c.start(f.Starts)
		c.performanceTurn(e.At)
	case PerformanceConfirmed:
		c.withPromise(f.Item, func(p *Promise) { p.State, p.Late = PromiseConfirmed, f.Late })
		c.stopItem(f.Item)
		c.performanceTurn(e.At)
	case PerformanceDisputed:
		c.withPromise(f.Item, func(p *Promise) { p.State = PromiseDisputed })
		c.stopItem(f.Item)
		for i, q := range c.Agreement.Items { // dependent items wait again
			if q.Due.After != nil && *q.Due.After == f.Item && (q.State == PromiseRunning || q.State == PromiseAsked) {
				c.withPromise(i, func(p *Promise) { p.State, p.DueAt = PromiseWaiting, time.Time{} })
				c.stopItem(i)
			}
		}
		c.start(f.Starts)
		c.performanceTurn(e.At)
	}
}

// withPromise changes item i in an agreement of its own: others may have the one before.
func (c *Case) withPromise(i int, f func(*Promise)) {
	a := *c.Agreement
	a.Items = slices.Clone(a.Items)
	f(&a.Items[i])
	c.Agreement = &a
}

func (c *Case) stopItem(i int) {
	c.stop(Performance.of(i), Silence.of(i), Confirmation.of(i), ConsumerPart.of(i))
}

// performanceTurn gives the turn to whose clock runs out first.
func (c *Case) performanceTurn(at time.Time) {
	if c.Phase != PhaseAgreed {
		return
	}
	var first *Deadline
	for i, d := range c.Deadlines {
		if first == nil || d.Due.Before(first.Due) {
			first = &c.Deadlines[i]
		}
	}
	if first != nil {
		c.turn(first.Whose, at)
	}
}

func (c *Case) applyComplaint(e Event) {
	if c.Complaint == nil {
		if f, ok := e.Fact.(CaseVoided); ok { // also a case that ended without a complaint can be left out
			c.voided(e, f)
		}
		return
	}
	k := *c.Complaint
	switch f := e.Fact.(type) {
	case ComplaintAccepted:
		k.AcceptedAt, k.Officer = e.At, e.By.ID
		c.Complaint, c.Phase = &k, PhaseAccepted
		c.toRule()
		c.stop(ComplaintDecision)
		c.start(f.Starts)
	case ComplaintRefused:
		k.RefusedAt, k.ClosedAt, k.Ground, k.Officer = e.At, e.At, f.Ground, e.By.ID
		c.Complaint, c.Phase, c.Closing = &k, PhaseClosed, &Closing{Reason: ClosedRefused, At: e.At}
		c.classed(e, f.Class)
		c.end(e)
	case PerformanceFound:
		k.Finding, k.Officer = f.Finding, e.By.ID
		c.Complaint, c.Late = &k, f.Finding == FoundLate
		c.classed(e, f.Class)
		c.stop(Ruling)
	case ComplaintClosed:
		k.ClosedAt, k.Outcome, k.Terminated, k.Officer = e.At, f.Outcome, f.Ground, e.By.ID
		c.Complaint, c.Phase, c.Closing = &k, PhaseClosed, &Closing{Reason: ClosedComplaint, At: e.At}
		c.end(e)
	case CaseVoided:
		if k.ClosedAt.IsZero() {
			k.ClosedAt, k.Officer = e.At, e.By.ID
		}
		c.Complaint = &k
		c.voided(e, f)
	}
}

func (c *Case) voided(e Event, f CaseVoided) {
	c.Phase, c.Closing = PhaseClosed, &Closing{Reason: ClosedVoid, At: e.At}
	c.Unsent, c.UnsentFor = false, ""
	c.classed(e, f.Class)
	c.end(e)
}
