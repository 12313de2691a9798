package negotiation

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// The consumer may leave at any time before agreement; the class says what it was.
func TestConsumerLeaves(t *testing.T) {
	t.Parallel()
	for name, x := range map[string]struct {
		before func(s *scenario)
		class  Class
	}{
		"before a response was due": {func(s *scenario) { s.at("2026-03-04T23:59") }, ClassCE},
		"when only words came":      {func(s *scenario) { s.enterprise(PostMessage{Text: "Hello"}) }, ClassCE},
		"first response overdue":    {func(s *scenario) { s.at("2026-03-05T00:00") }, ClassTE},
		"a question lies open":      {func(s *scenario) { s.enterprise(PostMessage{Text: "Which?", Question: true}) }, ClassCE},
		"a question was answered": {func(s *scenario) {
			s.enterprise(PostMessage{Text: "Which?", Question: true}).consumer(PostMessage{Text: "K2"})
		}, ClassUE},
		"an offer lies open": {func(s *scenario) { s.offers(agent, refund(1, 1)) }, ClassUE},
		"an offer and a question": {func(s *scenario) {
			s.offers(agent, refund(1, 1)).enterprise(PostMessage{Text: "Well?", Question: true})
		}, ClassUE},
		"an offer was declined":          {func(s *scenario) { s.offers(agent, refund(1, 1)).consumer(DeclineOffer{Offer: 2}) }, ClassUE},
		"an own counter-offer lies open": {func(s *scenario) { s.offers(agent, refund(1, 1)).offers(mei, refund(2, 1)) }, ClassUE},
	} {
		for _, bySelf := range []bool{true, false} { // leaving is the consumer's own choice: nothing more is asked
			s := filed(t, bySelf)
			x.before(s)
			s.consumer(Escalate{Text: "Enough"})
			require.Equal(t, x.class, s.c.Class, name)
			require.Equal(t, PhaseEscalated, s.c.Phase)
			require.Equal(t, EscalatedByConsumer, s.c.Complaint.Reason)
			require.Equal(t, SideBureau, s.c.Turn)
			require.False(t, s.c.Question)
			s.refuses(mei, Escalate{}, CodeWrongPhase)
		}
	}
}

func TestEscalationStartsTheBureausClock(t *testing.T) {
	t.Parallel()
	s := filedAt(t, "2026-04-03T10:00") // Qingming: 04-04 to 04-06 off
	s.consumer(Escalate{}).due(ComplaintDecision, "2026-04-16T00:00")
	s.runsNot(FirstResponse, Negotiation).due("offer:1", "2026-04-21T00:00")
	require.Equal(t, s.env.At, s.c.Complaint.ReceivedAt)
	require.Equal(t, "xuhui", s.events[0].Fact.(CaseEscalated).Bureau)
}

func filedAt(t *testing.T, when string) *scenario {
	s := blank(t).at(when)
	s.env.Filing = platform()
	return s.do(mei, filing(true))
}

func TestEnterpriseEscalatesOnlyAfterAnOffer(t *testing.T) {
	t.Parallel()
	s := newScenario(t).refuses(agent, Escalate{}, CodeNoOffer)
	s.enterprise(PostMessage{Text: "?", Question: true}).refuses(agent, Escalate{}, CodeNoOffer)
	s.offers(agent, refund(1, 1)).enterprise(Escalate{}).wants(PhaseEscalated, ClassUE)
	require.Equal(t, EscalatedByEnterprise, s.c.Complaint.Reason)
	s = filed(t, false).offers(agent, refund(1, 1)).enterprise(Escalate{}).wants(PhaseClosed, ClassUE)
	require.Equal(t, EscalatedByEnterprise, s.c.UnsentFor)
	s.refuses(agent, Escalate{}, CodeWrongPhase)
}

// Removed from the scheme: open negotiations escalate at once.
func TestRemovalEscalates(t *testing.T) {
	t.Parallel()
	s := newScenario(t).do(System, Escalate{}).wants(PhaseEscalated, ClassUE)
	require.Equal(t, EscalatedRemoved, s.c.Complaint.Reason)
	s.refuses(System, Escalate{}, CodeWrongPhase)
	s = filed(t, false).do(System, Escalate{}).wants(PhaseClosed, ClassUE).refuses(System, Escalate{}, CodeWrongPhase)
	require.Equal(t, EscalatedRemoved, s.c.UnsentFor)
}

// Asked first, an unsettled case closes under its class and can be sent later.
func TestSendItNow(t *testing.T) {
	t.Parallel()
	s := filed(t, false).tick("2026-03-17T00:00").wants(PhaseClosed, ClassTE)
	require.True(t, s.c.Unsent)
	require.Equal(t, EscalatedNoResponse, s.c.UnsentFor)
	require.Nil(t, s.c.Complaint)
	require.Equal(t, CodeNotAllowed, CodeOf(s.c.May(officer, SeeRoom)))
	day := s.c.ClassedAt
	s.at("2026-05-20T10:00").consumer(Escalate{}).wants(PhaseEscalated, ClassTE).due(ComplaintDecision, "2026-05-30T00:00")
	require.Equal(t, EscalatedSentLater, s.c.Complaint.Reason)
	require.Equal(t, day, s.c.ClassedAt)
	require.False(t, s.c.Unsent)
	require.NoError(t, s.c.May(officer, SeeRoom))
}

func TestWithdrawal(t *testing.T) {
	t.Parallel()
	s := newScenario(t).refuses(mei, WithdrawCase{}, CodeRequired, "reason").refuses(mei, WithdrawCase{Reason: "x"}, CodeInvalid, "reason")
	s.at("2026-03-02T12:00").consumer(WithdrawCase{Reason: WithdrawSolved, Text: "They called"}).wants(PhaseClosed, ClassWC)
	require.Equal(t, Closing{ClosedWithdrawn, s.env.At, WithdrawSolved, shanghai(t, "2026-03-10T00:00")}, *s.c.Closing)
	s.refuses(mei, Escalate{}, CodeWrongPhase)
	late := *s
	late.at("2026-03-10T00:00").refuses(mei, Reopen{}, CodeTooLate)
	s.at("2026-03-09T23:59").consumer(Reopen{}).wants(PhaseAwaitingResponse, "").due(Negotiation, "2026-03-17T00:00").due(FirstResponse, "2026-03-12T00:00").due("offer:1", "2026-03-17T00:00")
	s.consumer(Escalate{}).wants(PhaseEscalated, ClassCE)
	s.consumer(WithdrawCase{Reason: WithdrawOtherWay}).wants(PhaseClosed, ClassCE) // a complaint withdrawn keeps the class
	s.refuses(mei, Reopen{}, CodeAlreadyDone)
	require.Equal(t, s.env.At, s.c.Complaint.ClosedAt)
	escalated(t).consumer(WithdrawCase{Reason: WithdrawOtherWay}).refuses(mei, Reopen{}, CodeWrongPhase)
}

// Seven days that end in the National Day holiday end with the first day after it.
// An enterprise that was removed has no desk to take it up with.
func TestReopenWithoutTheEnterprise(t *testing.T) {
	t.Parallel()
	s := newScenario(t).consumer(WithdrawCase{Reason: WithdrawMistaken})
	s.env.Gone = true
	s.refuses(mei, Reopen{}, CodeNotEnrolled).wants(PhaseClosed, ClassWC)
	s.env.Gone = false
	s.consumer(Reopen{}).wants(PhaseAwaitingResponse, "")
}

// Nor can it be filed anew with an enterprise that is gone: who let an offer lapse, or withdrew, had no way to the bureau left. The class stays, which
// is nobody's failure; an offer that still stands is on the table again.
func TestSentWithoutTheEnterprise(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		class Class
		ended func() *scenario
	}{
		"lapsed":    {ClassLC, func() *scenario { return newScenario(t).offers(agent, refund(6000, 3)).tick("2026-03-17T00:00") }},
		"withdrawn": {ClassWC, func() *scenario { return newScenario(t).consumer(WithdrawCase{Reason: WithdrawMistaken}) }},
		"withdrawn again": {ClassWC, func() *scenario {
			return newScenario(t).consumer(WithdrawCase{Reason: WithdrawMistaken}).consumer(Reopen{}).consumer(WithdrawCase{Reason: WithdrawMistaken})
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := c.ended().wants(PhaseClosed, c.class).at("2026-12-01T12:00")
			s.refuses(mei, Escalate{}, CodeWrongPhase) // it is taken up again, or filed anew
			s.env.Gone = true
			s.refuses(agent, Escalate{}, CodeWrongPhase)
			s.consumer(Escalate{Text: "They are gone"}).wants(PhaseEscalated, c.class)
			require.Equal(t, EscalatedSentLater, s.c.Complaint.Reason)
			s.due(ComplaintDecision, "2026-12-11T00:00")
			s.do(officer, AcceptComplaint{})
			s.consumer(WithdrawCase{Reason: WithdrawSolved}).wants(PhaseClosed, c.class)
			s.refuses(mei, Escalate{}, CodeWrongPhase) // it was a complaint
		})
	}
}

func TestReopeningAfterHolidays(t *testing.T) {
	t.Parallel()
	withdrawn := func() *scenario {
		s := blank(t).at("2026-09-24T12:00")
		s.env.Filing = platform()
		s.do(mei, filing(true))
		return s.at("2026-09-25T12:00").consumer(WithdrawCase{Reason: WithdrawSolved})
	}
	withdrawn().at("2026-10-08T23:59").consumer(Reopen{}).wants(PhaseAwaitingResponse, "")
	withdrawn().at("2026-10-09T00:00").refuses(mei, Reopen{}, CodeTooLate)
}

func TestReopening(t *testing.T) {
	t.Parallel()
	lapsed := func() *scenario {
		return newScenario(t).at("2026-03-03T09:00").offers(agent, refund(5000, 3)).tick("2026-03-17T00:00").wants(PhaseClosed, ClassLC)
	}
	lapsed().at("2026-04-17T00:00").refuses(mei, Reopen{}, CodeTooLate)
	s := lapsed().at("2026-04-16T23:59").consumer(Reopen{}).wants(PhaseNegotiating, "").due(Negotiation, "2026-04-24T00:00").runsNot(FirstResponse)
	require.Zero(t, s.c.ClassedAt)
	require.Equal(t, SideEnterprise, s.c.Turn)
	s.tick("2026-04-24T00:00").wants(PhaseEscalated, ClassUE)
	s = lapsed().consumer(Reopen{}).offers(agent, refund(6000, 3)).tick("2026-03-25T00:00").wants(PhaseClosed, ClassLC)
	s.refuses(mei, Reopen{}, CodeAlreadyDone) // once
	// An agreement that ended by the consumer's own part can be taken up again for seven days.
	s = agreed(t, true, shipping(7), after(0, refund(100, 3))).tick("2026-03-31T00:00").wants(PhaseClosed, ClassWC)
	s.at("2026-04-07T23:59").consumer(Reopen{}).wants(PhaseNegotiating, "")
	require.Nil(t, s.c.Agreement)
	require.Zero(t, s.c.SettledAt)
	s.offers(agent, refund(50, 3)).accepts(mei).runsNot("performance:1")
}

func TestRefusal(t *testing.T) {
	t.Parallel()
	refuse := RefuseCase{Ground: NotOurCustomer, Text: "No such order."}
	newScenario(t).refuses(agent, RefuseCase{Ground: "no", Text: "x"}, CodeInvalid, "ground").refuses(agent, RefuseCase{Ground: DuplicateCase}, CodeRequired, "text")
	newScenario(t).offers(agent, refund(1, 1)).refuses(agent, refuse, CodeAlreadyDone) // until the first offer
	s := newScenario(t).enterprise(refuse).did("case_refused", "case_escalated").wants(PhaseEscalated, ClassRR)
	require.Equal(t, EscalatedRefused, s.c.Complaint.Reason)
	require.Equal(t, Refusal{Ground: NotOurCustomer, At: s.env.At}, *s.c.Refusal)
	ruling := *s
	ruling.officer(RuleOnRefusal{Upheld: true, Reasons: "Checked"}).wants(PhaseEscalated, ClassRX).refuses(officer, RuleOnRefusal{Reasons: "x"}, CodeNoRefusal)
	s.refuses(officer, RuleOnRefusal{}, CodeRequired, "reasons")
	s.officer(RuleOnRefusal{Reasons: "The order is real"}).wants(PhaseEscalated, ClassRR)
	require.True(t, s.c.Refusal.Ruled)
	// A complaint withdrawn before the ruling leaves it to be ruled on.
	newScenario(t).enterprise(refuse).consumer(WithdrawCase{Reason: WithdrawUnstated}).officer(RuleOnRefusal{Upheld: true, Reasons: "x"}).wants(PhaseClosed, ClassRX)
	// Asked first: nobody rules before it is sent.
	s = filed(t, false).enterprise(refuse).did("case_refused", "case_closed").wants(PhaseClosed, ClassRR).refuses(officer, RuleOnRefusal{Reasons: "x"}, CodeNoRefusal)
	s.consumer(Escalate{}).wants(PhaseEscalated, ClassRR).officer(RuleOnRefusal{Upheld: true, Reasons: "x"}).wants(PhaseEscalated, ClassRX)
}

// When the negotiation deadline passes: TE, LC or UE.
func TestNegotiationDeadline(t *testing.T) {
	t.Parallel()
	for name, x := range map[string]struct {
		act   func(s *scenario)
		class Class
	}{
		"nothing at all":       {func(s *scenario) {}, ClassTE},
		"only words":           {func(s *scenario) { s.enterprise(PostMessage{Text: "Hello"}).enterprise(DeclineOffer{Offer: 1}) }, ClassTE},
		"a question":           {func(s *scenario) { s.enterprise(PostMessage{Text: "?", Question: true}) }, ClassUE},
		"an offer and silence": {func(s *scenario) { s.offers(agent, refund(1, 1)) }, ClassLC},
		"a short offer":        {func(s *scenario) { s.do(agent, MakeOffer{Items: []Item{refund(1, 1)}, ValidDays: 3}) }, ClassLC},
		"an offer, only seen":  {func(s *scenario) { s.offers(agent, refund(1, 1)).consumer(SeeOffer{Offer: 2}) }, ClassLC},
		"an offer on the 11th": {func(s *scenario) { s.at("2026-03-11T23:59").offers(agent, refund(1, 1)) }, ClassLC}, // 12, 13 and 16
		"an offer on the 12th": {func(s *scenario) { s.at("2026-03-12T00:00").offers(agent, refund(1, 1)) }, ClassUE},
		"a message after it":   {func(s *scenario) { s.offers(agent, refund(1, 1)).later(time.Hour).consumer(PostMessage{Text: "Hm"}) }, ClassUE},
		"a message before it":  {func(s *scenario) { s.consumer(PostMessage{Text: "Hm"}).later(time.Hour).offers(agent, refund(1, 1)) }, ClassLC},
		"details after it":     {func(s *scenario) { s.offers(agent, refund(1, 1)).later(time.Hour).consumer(DiscloseDetails{}) }, ClassUE},
		"a choice after it": {func(s *scenario) {
			s.offers(agent, refund(1, 1)).later(time.Hour).consumer(ChangeConsents{Publication: &Choice{false, "p"}})
		}, ClassUE},
		"declined":   {func(s *scenario) { s.offers(agent, refund(1, 1)).consumer(DeclineOffer{Offer: 2}) }, ClassUE},
		"countered":  {func(s *scenario) { s.offers(agent, refund(1, 1)).offers(mei, refund(2, 1)) }, ClassUE},
		"taken back": {func(s *scenario) { s.offers(agent, refund(1, 1)).enterprise(WithdrawOffer{Offer: 2}) }, ClassUE},
		"a question after it": {func(s *scenario) {
			s.offers(agent, refund(1, 1)).later(time.Hour).enterprise(PostMessage{Text: "?", Question: true})
		}, ClassUE},
		"words of the desk after": {func(s *scenario) {
			s.offers(agent, refund(1, 1)).later(time.Hour).enterprise(PostMessage{Text: "Well?"})
		}, ClassLC},
		"replaced on the 13th": {func(s *scenario) { s.offers(agent, refund(1, 1)).at("2026-03-13T09:00").offers(agent, refund(2, 1)) }, ClassUE},
	} {
		for _, bySelf := range []bool{true, false} {
			s := filed(t, bySelf).at("2026-03-03T09:00")
			x.act(s)
			s.at("2026-03-17T00:00").later(-time.Microsecond).do(System, nil)
			require.Empty(t, s.c.Class, name)
			s.tick("2026-03-17T00:00")
			require.Equal(t, x.class, s.c.Class, name)
			want := PhaseEscalated
			if !bySelf || x.class == ClassLC { // neutral: reopened with one tap
				want = PhaseClosed
			}
			require.Equal(t, want, s.c.Phase, name)
			require.Equal(t, !bySelf && x.class != ClassLC, s.c.Unsent, name)
		}
	}
}

// Two reminders say so before a case lapses, and both go to the consumer, whose turn it is.
func TestLapseIsAnnouncedTwice(t *testing.T) {
	t.Parallel()
	s := newScenario(t).at("2026-03-11T20:00").offers(agent, refund(1, 1))
	told := 0
	for s.c.Phase == PhaseNegotiating {
		s.env.At = s.c.NextAt()
		s.do(System, nil)
		for _, e := range s.events {
			if r, ok := e.Fact.(Reminded); ok && r.Deadline == Negotiation {
				require.Equal(t, SideConsumer, r.Whom)
				told++
			}
		}
	}
	require.Equal(t, 2, told)
	s.wants(PhaseClosed, ClassLC)
}

// What may be undone for some days may be so until the same day, whether the deadline was met on time or noticed days later.
func TestWindowsCountFromTheDueInstant(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		running    func() *scenario
		due, until string
		class      Class
	}{
		"lapsed": {func() *scenario { return newScenario(t).at("2026-03-03T09:00").offers(agent, refund(5000, 3)) },
			"2026-03-17T00:00", "2026-04-17T00:00", ClassLC},
		"own part": {func() *scenario { return agreed(t, true, shipping(7), after(0, refund(100, 3))) },
			"2026-03-31T00:00", "2026-04-08T00:00", ClassWC},
		"unconfirmed": {func() *scenario { return agreed(t, true, refund(5000, 3)).enterprise(report(0)) },
			"2026-03-12T00:00", "2026-04-12T00:00", ClassSU},
	} {
		for _, noticed := range []string{c.due, "2026-04-05T15:00"} {
			s := c.running().tick(noticed).wants(PhaseClosed, c.class)
			require.Equal(t, shanghai(t, c.until), s.c.Closing.Until, "%s noticed at %s", name, noticed)
		}
	}
}
