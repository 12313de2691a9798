package negotiation

import (
	"maps"
	"math/bits"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"hejie/negotiation/workday"
)

// coverage of the random machine: what was accepted where, which classes were reached, which ways led from phase to phase.
type coverage struct {
	mu       sync.Mutex
	accepted map[[2]string]int // command, phase
	classes  map[Class]int
	ways     map[way]int
}

type way struct{ From, To, By string }

func (v *coverage) accept(kind string, p Phase) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.accepted[[2]string{kind, string(p)}]++
}

func (v *coverage) see(label string, from, to *Case) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.classes[to.Class]++
	if from.Phase != to.Phase {
		v.ways[way{string(from.Phase), string(to.Phase), label}]++
	}
}

// missing commands by phase and classes.
func (v *coverage) missing() (list []string) {
	for kind, r := range rightOf {
		for _, p := range r.phases {
			if v.accepted[[2]string{kind, string(p)}] == 0 {
				list = append(list, kind+" in "+string(p))
			}
		}
	}
	for _, class := range Classes {
		if v.classes[class] == 0 {
			list = append(list, "class "+string(class))
		}
	}
	slices.Sort(list)
	return list
}

// TestMachine sends random commands of random people at random times, with deadlines, outages, imported calendars, clocks that go
// back and repeated commands. Every step is checked by the scenario. It goes on until every command was accepted in every phase that
// the table of rights allows and every class was reached, and then compares the ways between phases with the drawing.
func TestMachine(t *testing.T) {
	t.Parallel()
	v := &coverage{accepted: map[[2]string]int{}, classes: map[Class]int{}, ways: map[way]int{}}
	calendars := []*workday.Calendar{workday.Default(), changed(t, "2026-03-10", true), changed(t, "2026-03-22", false)}
	drawn := drawing(t)
	for round := 0; round < 300 && (len(v.missing()) > 0 || round < 2 || len(v.ways) < len(drawn)); round++ {
		rapid.Check(t, func(rt *rapid.T) { walk(t, rt, v, calendars) })
	}
	require.Empty(t, v.missing())
	reached := slices.SortedFunc(maps.Keys(v.ways), compareWays)
	require.Equal(t, drawn, reached, "states.md and the code differ")
}

func walk(t *testing.T, rt *rapid.T, v *coverage, calendars []*workday.Calendar) {
	s := blank(t)
	s.t, s.seen = both{t, rt}, v.see
	s.env.Files = []File{{ID: "f", SHA256: "aa", Owner: "mei"}, {ID: "g", SHA256: "bb", Owner: "agent"}, {ID: "g", SHA256: "bb", Owner: "supervisor"}}
	s.env.Filing = platform()
	m := machine{scenario: s, rt: rt, v: v, calendars: calendars, patient: rapid.Bool().Draw(rt, "patient")}
	m.send(mei, m.claim())
	s.env.Filing, s.env.Gone = nil, m.pick("gone", 4) == 0
	m.start()
	for range rapid.IntRange(5, 40).Draw(rt, "steps") {
		m.step()
	}
}

// both fails by rapid, so that what it found is made small, and is a testing.TB for the scenario.
type both struct {
	testing.TB
	rt *rapid.T
}

func (b both) Errorf(format string, args ...any) { b.rt.Errorf(format, args...) }
func (b both) FailNow()                          { b.rt.FailNow() }
func (b both) Helper()                           {}

type machine struct {
	*scenario
	rt        *rapid.T
	v         *coverage
	calendars []*workday.Calendar
	patient   bool // nobody gives up early: the later phases are reached
	last      Command
	lastBy    Actor
}

// pick one of n, each as likely as the other; rapid's own ranges prefer small numbers.
func (m *machine) pick(label string, n int) int {
	u := 0
	for range bits.Len(uint(n)) + 3 {
		u *= 2
		if coin.Draw(m.rt, label) {
			u++
		}
	}
	return u % n
}

var coin = rapid.Bool()

// start leads to a place that random steps alone reach seldom.
func (m *machine) start() {
	offer := func(items ...Item) { m.send(agent, MakeOffer{Items: items, ValidDays: 10}) }
	accept := func(by Actor) { m.send(by, m.command("accept_offer", by)) }
	due := func(key DeadlineKey) {
		if d, ok := m.c.Deadline(key); ok {
			m.env.At = d.Due
		}
		m.bySystem()
	}
	switch m.pick("start", 13) {
	case 0: // a question
		m.send(agent, PostMessage{Text: "?", Question: true})
	case 1: // an offer that lapses
		offer(refund(5000, 3))
		due(Negotiation)
	case 2, 3: // a return, reported and denied
		offer(shipping(7), after(0, refund(9000, 3)))
		accept(mei)
		m.send(mei, ReportPerformance{Item: 0})
		m.send(agent, DisputePerformance{Item: 0})
	case 4: // a refund, reported
		offer(refund(5000, 3))
		accept(mei)
		m.send(agent, report(0))
		if m.pick("silent", 2) == 0 {
			due("confirmation:0")
		}
	case 5: // a broken promise
		offer(refund(5000, 3))
		accept(mei)
		due("performance:0")
		m.send(mei, DisputePerformance{Item: 0})
		if m.pick("withdrawn", 2) == 0 {
			m.send(mei, WithdrawCase{Reason: WithdrawSolved})
		}
	case 6, 7: // refused
		m.send(agent, PostMessage{Text: "?", Question: true})
		m.send(agent, RefuseCase{Ground: NotOurCustomer, Text: "No"})
	case 8, 9, 10: // an offer after escalation, or settling
		m.send(mei, Escalate{})
		if m.pick("accepted", 3) > 0 {
			m.send(officer, AcceptComplaint{})
		}
		offer(refund(5000, 3), apology(9))
		if m.pick("settling", 2) == 0 {
			accept(mei)
			m.send(agent, report(0))
		} else {
			m.send(agent, m.command("request_approval", agent))
		}
	case 11: // a request for approval, also of the consumer's counter-offer
		if m.pick("countered", 2) == 0 {
			offer(refund(5000, 3))
			m.send(mei, MakeOffer{Items: []Item{refund(9000, 3)}, ValidDays: 10})
		}
		m.send(agent, m.command("request_approval", agent))
		if m.pick("answered", 2) == 0 {
			m.send(supervisor, m.command("answer_request", supervisor))
		}
	}
}

func (m *machine) step() {
	switch n := m.pick("step", 100); {
	case n < 62:
		m.allowed()
	case n < 70:
		m.anything()
	case n < 74 && m.last != nil:
		m.send(m.lastBy, m.last) // once more
	case n < 92:
		m.pass()
	case n < 95:
		m.outage()
	default:
		m.env.Calendar = m.calendars[m.pick("calendar", len(m.calendars))]
		m.send(System, MoveDeadlines{Reason: MovedByCalendar})
	}
}

// often says how often an allowed command is chosen; one that ends things is rare, and rarer for the patient.
var often = map[string]int{"post_message": 2, "add_evidence": 1, "make_offer": 5, "see_offer": 3, "withdraw_offer": 4, "accept_offer": 7, "decline_offer": 3,
	"report_performance": 9, "confirm_performance": 4, "dispute_performance": 4, "reopen": 9, "escalate": 2, "withdraw_case": 1, "refuse_case": 2, "rate": 1,
	"change_consents": 1, "disclose_details": 2, "assign": 1, "request_approval": 3, "answer_request": 4, "withdraw_request": 3, "accept_complaint": 3, "refuse_complaint": 1, "rule_on_refusal": 3, "find_performance": 5, "void": 1,
	"chase": 1, "close_complaint": 1, "erase_content": 1, "pass_deadline": 1, "remind": 1, "move_deadlines": 1}

func (m *machine) allowed() {
	by := []Actor{mei, mei, agent, agent, supervisor, officer, superior, System}[m.pick("by", 8)]
	var kinds []string
	for _, k := range m.c.Allowed(by, m.env.At) {
		n := often[k]
		if m.patient && (k == "withdraw_case" || k == "escalate" || k == "refuse_case" || k == "void" || k == "close_complaint" || k == "refuse_complaint") {
			n = m.pick("giving up", 8) / 7
		}
		kinds = append(kinds, slices.Repeat([]string{k}, n)...)
	}
	if len(kinds) > 0 {
		m.send(by, m.command(kinds[m.pick("kind", len(kinds))], by))
	}
}

// anything by anybody; mostly refused, never harmful.
func (m *machine) anything() {
	kinds := slices.Sorted(maps.Keys(rightOf))
	by := everybody[m.pick("anybody", len(everybody))].actor
	m.send(by, m.command(kinds[m.pick("anything", len(kinds))], by))
}

func (m *machine) send(by Actor, cmd Command) {
	if f, ok := cmd.(FileCase); ok && m.env.Filing == nil {
		m.refuses(by, f, CodeOf(m.c.May(by, Action(f.Kind()))))
		return
	}
	m.last, m.lastBy = cmd, by
	allowed := m.after().Allowed(by, m.env.At)
	phase := m.after().Phase
	if m.try(by, cmd) != nil {
		return
	}
	require.Contains(m.t, allowed, cmd.Kind())
	m.v.accept(cmd.Kind(), phase)
}

// after is the case once what is due was passed.
func (m *machine) after() *Case {
	_, c, err := m.c.Step(System, nil, m.env)
	require.NoError(m.t, err)
	return c
}

// pass lets time go on: a little, to the next clock or just before it, far, or back.
func (m *machine) pass() {
	next := m.c.NextAt()
	switch n := m.pick("pass", 10); {
	case n < 2:
		m.later(time.Duration(m.pick("minutes", 300)) * time.Minute)
	case n < 3:
		m.later(-time.Minute)
		return
	case n < 4 && !next.IsZero():
		m.env.At = next.Add(-time.Microsecond)
	case n < 9 && !next.IsZero():
		if next.After(m.env.At) {
			m.env.At = next
		}
		m.bySystem()
	default:
		m.later(time.Duration(m.pick("days", 40)) * 24 * time.Hour)
	}
	if m.pick("worker", 2) == 0 {
		require.NoError(m.t, m.try(System, nil))
		require.True(m.t, m.c.NextAt().IsZero() || m.c.NextAt().After(m.env.At), "something is left to do")
	}
}

// bySystem lets a clock take effect by command, as a worker without Step would.
func (m *machine) bySystem() {
	for _, d := range m.c.Deadlines {
		var cmd Command = PassDeadline{d.Key}
		if m.pick("remind", 2) == 0 {
			cmd = Remind{d.Key}
		}
		env := m.env
		env.At = m.env.At.Truncate(time.Microsecond)
		phase := m.c.Phase
		if events, err := alone(m.c, System, cmd, env); err == nil && !env.At.Before(m.c.clock) {
			m.keep(cmd, len(events), events, m.c.Apply(events...))
			m.v.accept(cmd.Kind(), phase)
			return
		}
	}
}

// outage in which the next clock may have run out.
func (m *machine) outage() {
	from := m.env.At
	if next := m.c.NextAt(); next.After(from) {
		m.env.At = next
	}
	m.later(time.Duration(1+m.pick("hours", 60)) * time.Hour)
	m.env.Outages = append(m.env.Outages, Outage{from, m.env.At})
	m.send(System, MoveDeadlines{MovedByOutage, from, m.env.At})
}

func (m *machine) claim() FileCase {
	f := filing(m.pick("by itself", 3) > 0)
	if m.pick("with a part of the own", 3) == 0 {
		f.Claim = []Item{shipping(5), after(0, refund(20000, 3))}
	}
	return f
}

func (m *machine) items() []Item {
	switch m.pick("items", 6) {
	case 0:
		return []Item{refund(5000, 3), apology(5)}
	case 1, 2:
		return []Item{shipping(7), after(0, refund(9000, 3))}
	case 3:
		return []Item{apology(2), after(0, refund(9000, 3)), shipping(3)}
	case 4:
		return []Item{refund(60001, 1)}
	}
	return []Item{refund(int64(1+m.pick("fen", 90000)), 1+m.pick("due", 12))}
}

func (m *machine) command(kind string, by Actor) Command {
	offer := AcceptOffer{Offer: len(m.c.Offers)}
	if offer.Offer > 0 {
		offer.Digest = m.c.Offers[offer.Offer-1].Digest
	}
	if m.pick("wrong offer", 20) == 0 {
		offer.Offer--
	}
	item := m.pick("item", 3)
	choice := &Choice{m.pick("choice", 2) == 0, "v2"}
	switch kind {
	case "post_message":
		if by.Side() == SideEnterprise {
			return []Command{PostMessage{Text: "?", Question: true}, PostMessage{Text: "Hello"}, PostMessage{Text: "Note", Channel: Desk}}[item]
		}
		return PostMessage{Text: "Hello"}
	case "add_evidence":
		if by.Side() == SideEnterprise {
			return AddEvidence{File: "g", SHA256: "bb"}
		}
		return AddEvidence{File: "f", SHA256: "aa"}
	case "make_offer":
		return MakeOffer{Items: m.items(), ValidDays: 1 + m.pick("valid", 11), Reason: []string{"", "A gift"}[m.pick("reason", 2)]}
	case "see_offer":
		return SeeOffer{offer.Offer}
	case "withdraw_offer":
		return WithdrawOffer{offer.Offer}
	case "accept_offer":
		return offer
	case "decline_offer":
		return DeclineOffer{Offer: offer.Offer}
	case "report_performance":
		return ReportPerformance{Item: item, Reference: []string{"", "88", "99"}[m.pick("reference", 3)]}
	case "confirm_performance":
		return ConfirmPerformance{item}
	case "dispute_performance":
		return DisputePerformance{Item: item}
	case "withdraw_case":
		return WithdrawCase{Reason: WithdrawReasons[item]}
	case "escalate":
		return Escalate{}
	case "refuse_case":
		return RefuseCase{Ground: RefusalGrounds[item], Text: "No"}
	case "reopen":
		return Reopen{}
	case "rate":
		return Rate{Stars: 1 + m.pick("stars", 6)}
	case "change_consents":
		if m.c.Phase == PhaseClosed {
			return ChangeConsents{Publication: choice}
		}
		return ChangeConsents{Publication: choice, Escalation: choice}
	case "disclose_details":
		return DiscloseDetails{}
	case "assign":
		return Assign{Agent: []string{"agent", "supervisor", ""}[item]}
	case "request_approval":
		if m.pick("accept", 2) == 0 {
			return RequestApproval{AcceptOffer: &offer}
		}
		return asks(m.items()...)
	case "answer_request", "withdraw_request":
		var request int64
		if m.c.Request != nil {
			request = m.c.Request.Seq
		}
		m.env.Asked = m.asked(request)
		if kind == "withdraw_request" {
			return WithdrawRequest{request}
		}
		return AnswerRequest{Request: request, Approve: choice.Yes}
	case "accept_complaint":
		return AcceptComplaint{}
	case "refuse_complaint":
		return RefuseComplaint{Ground: ComplaintGrounds[m.pick("ground", 7)], Reasons: "Art. 16"}
	case "rule_on_refusal":
		return RuleOnRefusal{Upheld: choice.Yes, Reasons: "x"}
	case "find_performance":
		return FindPerformance{Finding: []Finding{FoundOnTime, FoundLate, FoundNotPerformed}[item], Reasons: "x"}
	case "void":
		return Void{Ground: []VoidGround{VoidDuplicate, VoidAbuse, "x"}[item], Reasons: "x"}
	case "chase":
		return Chase{}
	case "close_complaint":
		return CloseComplaint{Outcome: OutcomeTerminated, Ground: TerminationGrounds[item], Reasons: "x"}
	case "erase_content":
		return EraseContent{Channel: Room, Seq: 1, Reason: "asked"}
	case "pass_deadline", "remind":
		if len(m.c.Deadlines) == 0 {
			return Remind{"offer:1"}
		}
		key := m.c.Deadlines[item%len(m.c.Deadlines)].Key
		if kind == "remind" {
			return Remind{key}
		}
		return PassDeadline{key}
	case "move_deadlines":
		return MoveDeadlines{Reason: MovedByCalendar}
	}
	return filing(true)
}
