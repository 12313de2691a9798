package negotiation

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestComplaintAccepted(t *testing.T) {
	t.Parallel()
	// 2026-08-04 and sixty calendar days end on 10-03, in the National Day holiday, and roll to 10-08.
	s := filedAt(t, "2026-08-04T09:00").consumer(Escalate{}).officer(AcceptComplaint{}).wants(PhaseAccepted, ClassCE)
	s.due(Mediation, "2026-10-09T00:00").runsNot(ComplaintDecision)
	require.Equal(t, "officer", s.c.Complaint.Officer)
	s.refuses(officer, AcceptComplaint{}, CodeWrongPhase).refuses(officer, RefuseComplaint{Ground: OtherByLaw, Reasons: "x"}, CodeWrongPhase)
	s.refuses(officer, CloseComplaint{Outcome: OutcomeTerminated, Ground: SixtyDays, Reasons: "Too early"}, CodeNotDue, "ground")
	// Overdue clocks of a bureau stay to be done, and are seen.
	s.tick("2026-10-09T00:00").wants(PhaseAccepted, ClassCE)
	d, _ := s.c.Deadline(Mediation)
	require.True(t, d.Overdue)
	require.True(t, s.c.NextAt().IsZero())
	s.officer(CloseComplaint{Outcome: OutcomeTerminated, Ground: SixtyDays, Reasons: "Out of time"}).wants(PhaseClosed, ClassCE)
	require.Equal(t, TerminationGround("sixty_days"), s.c.Complaint.Terminated)
}

func TestComplaintRefused(t *testing.T) {
	t.Parallel()
	for _, x := range []struct {
		ground ComplaintGround
		false  bool
		class  Class
	}{
		{OutOfDutyOrPower, false, ClassUE}, {AlreadyHandled, false, ClassUE}, {NotConsumerOrNoProof, false, ClassAB}, {OverThreeYears, false, ClassUE},
		{MaterialsMissingFalse, false, ClassUE}, {MaterialsMissingFalse, true, ClassAB}, {Impersonation, false, ClassAB}, {OtherByLaw, false, ClassUE},
	} {
		s := escalated(t).officer(RefuseComplaint{Ground: x.ground, FalseMaterial: x.false, Reasons: "Art. 16"}).wants(PhaseClosed, x.class)
		require.Equal(t, ClosedRefused, s.c.Closing.Reason)
		require.Equal(t, x.ground, s.c.Complaint.Ground)
		s.refuses(mei, Escalate{}, CodeWrongPhase)
	}
	s := escalated(t)
	s.refuses(officer, RefuseComplaint{Ground: "no", Reasons: "x"}, CodeInvalid, "ground")
	s.refuses(officer, RefuseComplaint{Ground: OverThreeYears, FalseMaterial: true, Reasons: "x"}, CodeInvalid, "false_material")
	s.refuses(officer, RefuseComplaint{Ground: OverThreeYears}, CodeRequired, "reasons")
}

func TestComplaintClosed(t *testing.T) {
	t.Parallel()
	s := escalated(t).refuses(officer, CloseComplaint{Outcome: OutcomeSettled, Reasons: "x"}, CodeWrongPhase).officer(AcceptComplaint{Text: "Good day"})
	s.refuses(officer, CloseComplaint{Outcome: "won", Reasons: "x"}, CodeInvalid, "outcome")
	s.refuses(officer, CloseComplaint{Outcome: OutcomeTerminated, Reasons: "x"}, CodeInvalid, "ground")
	s.refuses(officer, CloseComplaint{Outcome: OutcomeSettled, Ground: "sixty_days", Reasons: "x"}, CodeInvalid, "ground")
	s.refuses(officer, CloseComplaint{Outcome: OutcomeSettled}, CodeRequired, "reasons")
	s.officer(CloseComplaint{Outcome: OutcomeSettled, Reasons: "Both agreed"}).wants(PhaseClosed, ClassUE)
	require.Equal(t, OutcomeSettled, s.c.Complaint.Outcome)
	require.Empty(t, s.c.Deadlines)
}

// Settling after escalation: the complaint's clocks run on, confirmed performance closes it, the class stays.
func TestSettling(t *testing.T) {
	t.Parallel()
	settling := func() *scenario {
		s := escalated(t).officer(AcceptComplaint{}).offers(agent, refund(9000, 3)).accepts(mei).wants(PhaseAccepted, ClassUE).due(Mediation, "2026-05-07T00:00") // Labour Day 05-01 to 05-05
		require.True(t, s.c.Settling())
		require.Zero(t, s.c.SettledAt)
		s.refuses(agent, MakeOffer{Items: []Item{refund(1, 1)}, ValidDays: 3}, CodeAlreadyDone)
		return s
	}
	s := settling().enterprise(report(0)).consumer(ConfirmPerformance{0}).wants(PhaseClosed, ClassUE)
	require.Equal(t, ClosedSettling, s.c.Closing.Reason)
	require.Equal(t, OutcomeSettled, s.c.Complaint.Outcome)

	// Silence after the report closes nothing; a confirmation still does.
	s = settling().enterprise(report(0)).tick("2026-03-12T00:00").wants(PhaseAccepted, ClassUE)
	require.False(t, s.c.Settling())
	s.consumer(ConfirmPerformance{0}).wants(PhaseClosed, ClassUE)
}

// A breach lets the complaint go on: there may be new offers.
func TestSettlementBroken(t *testing.T) {
	t.Parallel()
	settling := func(items ...Item) *scenario {
		return escalated(t).consumer(DeclineOffer{Offer: 2}).offers(agent, items...).accepts(mei)
	}
	next := func(s *scenario) {
		t.Helper()
		require.False(t, s.c.Settling())
		s.wants(PhaseEscalated, ClassUE).offers(agent, refund(1, 1)).accepts(mei)
		require.True(t, s.c.Settling())
		require.Len(t, s.c.Agreement.Items, 1)
		s.runsNot("performance:1", "silence:1", "confirmation:0", "consumer_part:0") // nothing of the broken one
		s.tick("2026-06-30T00:00")
	}
	next(settling(refund(9000, 3), apology(30)).tick("2026-03-06T00:00").consumer(DisputePerformance{Item: 0}))
	next(settling(refund(9000, 3), apology(30)).tick("2026-03-10T00:00"))
	next(settling(shipping(7), after(0, refund(9000, 3))).tick("2026-04-01T00:00"))
	next(settling(refund(9000, 3), apology(30)).enterprise(report(0)).consumer(DisputePerformance{Item: 0}))
	// Done after all.
	s := settling(refund(9000, 3)).tick("2026-03-10T00:00").enterprise(report(0)).due("confirmation:0", "2026-03-20T00:00").consumer(ConfirmPerformance{0})
	s.wants(PhaseClosed, ClassUE)
	// The consumer's part is not denied for good either.
	s = settling(shipping(7), after(0, refund(9000, 3))).consumer(ReportPerformance{Item: 0}).enterprise(DisputePerformance{Item: 0})
	require.True(t, s.c.Settling())
}

func broken(t *testing.T) *scenario {
	return agreed(t, true, refund(5000, 3)).tick("2026-03-10T00:00").wants(PhaseEscalated, ClassSB)
}

// SB is provisional until an officer finds.
func TestFindings(t *testing.T) {
	t.Parallel()
	for _, x := range []struct {
		finding Finding
		class   Class
		late    bool
	}{{FoundOnTime, ClassSC, false}, {FoundLate, ClassSC, true}, {FoundNotPerformed, ClassSB, false}} {
		s := broken(t)
		day := s.c.ClassedAt
		s.later(1).officer(FindPerformance{Finding: x.finding, Reasons: "Bank record"}).wants(PhaseEscalated, x.class)
		require.Equal(t, x.late, s.c.Late)
		require.Equal(t, day, s.c.ClassedAt)
		s.refuses(officer, FindPerformance{Finding: FoundOnTime, Reasons: "x"}, CodeNoFinding)
	}
	s := broken(t)
	s.refuses(officer, FindPerformance{Finding: "maybe", Reasons: "x"}, CodeInvalid, "finding").refuses(officer, FindPerformance{Finding: FoundLate}, CodeRequired, "reasons")
	escalated(t).refuses(officer, FindPerformance{Finding: FoundLate, Reasons: "x"}, CodeNoFinding)
	// A withdrawn complaint leaves it to be found.
	broken(t).consumer(WithdrawCase{Reason: WithdrawSolved}).officer(FindPerformance{Finding: FoundLate, Reasons: "x"}).wants(PhaseClosed, ClassSC)
	// The consumer may call it kept after all, unless an officer has found otherwise.
	broken(t).enterprise(report(0)).consumer(ConfirmPerformance{0}).wants(PhaseClosed, ClassSC)
	broken(t).officer(FindPerformance{Finding: FoundNotPerformed, Reasons: "x"}).enterprise(report(0)).consumer(ConfirmPerformance{0}).wants(PhaseClosed, ClassSB)
	// Unsent, the bureau does not know it.
	agreed(t, false, refund(5000, 3)).tick("2026-03-10T00:00").refuses(officer, FindPerformance{Finding: FoundLate, Reasons: "x"}, CodeNoFinding)
}

// What an officer has to rule on or to find stays to be done when the complaint is over, by the same seven working days; until then it
// counts as failed.
func TestRulingOutlivesTheComplaint(t *testing.T) {
	t.Parallel()
	refused := func() *scenario {
		return newScenario(t).enterprise(RefuseCase{Ground: NotOurCustomer, Text: "x"}).due(ComplaintDecision, "2026-03-12T00:00").runsNot(Ruling)
	}
	for name, x := range map[string]struct {
		start   func() *scenario
		due     string
		rule    Command
		class   Class // until ruled
		settled Class
	}{
		"refusal": {refused, "2026-03-12T00:00", RuleOnRefusal{Upheld: true, Reasons: "x"}, ClassRR, ClassRX},
		"promise": {func() *scenario { return broken(t) }, "2026-03-20T00:00", FindPerformance{Finding: FoundLate, Reasons: "x"}, ClassSB, ClassSC},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, end := range []func(s *scenario) *scenario{
				func(s *scenario) *scenario { return s.consumer(WithdrawCase{Reason: WithdrawSolved}) },
				func(s *scenario) *scenario {
					return s.officer(RefuseComplaint{Ground: OutOfDutyOrPower, Reasons: "x"})
				},
				func(s *scenario) *scenario {
					return s.officer(AcceptComplaint{}).due(Ruling, x.due).consumer(WithdrawCase{Reason: WithdrawSolved})
				},
				func(s *scenario) *scenario {
					return s.officer(AcceptComplaint{}).officer(CloseComplaint{Outcome: OutcomeSettled, Reasons: "x"})
				},
			} {
				s := end(x.start()).wants(PhaseClosed, x.class).due(Ruling, x.due).runsNot(ComplaintDecision, Mediation)
				require.Equal(t, SideNobody, s.c.Turn)
				s.officer(x.rule).wants(PhaseClosed, x.settled).runsNot(Ruling)

				s = end(x.start())
				d, _ := s.c.Deadline(Ruling)
				s.env.At = d.Remind[0]
				s.do(System, nil).did("reminded")
				require.Equal(t, SideBureau, s.events[0].Fact.(Reminded).Whom)
				s.tick(x.due).did("deadline_passed").wants(PhaseClosed, x.class)
				d, _ = s.c.Deadline(Ruling)
				require.True(t, d.Overdue)
				s.officer(x.rule).wants(PhaseClosed, x.settled).runsNot(Ruling)

				end(x.start()).officer(Void{Ground: VoidAbuse, Reasons: "x"}).wants(PhaseClosed, ClassAB).runsNot(Ruling)
			}
			x.start().officer(x.rule).officer(AcceptComplaint{}).runsNot(Ruling)
			x.start().officer(AcceptComplaint{}).officer(x.rule).runsNot(Ruling).consumer(WithdrawCase{Reason: WithdrawSolved}).runsNot(Ruling)
			// Nothing is left to find where there was no genuine dispute.
			x.start().officer(RefuseComplaint{Ground: Impersonation, Reasons: "x"}).wants(PhaseClosed, ClassAB).runsNot(Ruling)
		})
	}
	// The consumer calls the promise kept after all: nothing is left to find.
	broken(t).officer(AcceptComplaint{}).enterprise(report(0)).consumer(ConfirmPerformance{0}).wants(PhaseClosed, ClassSC).runsNot(Ruling)
	// Overdue before it went on, it stays overdue.
	s := refused().tick("2026-03-12T00:00").officer(AcceptComplaint{})
	d, _ := s.c.Deadline(Ruling)
	require.True(t, d.Overdue)
	// Unsent, the bureau does not know it.
	filed(t, false).enterprise(RefuseCase{Ground: NotOurCustomer, Text: "x"}).wants(PhaseClosed, ClassRR).runsNot(Ruling)
}

func TestVoid(t *testing.T) {
	t.Parallel()
	s := escalated(t).refuses(officer, Void{Ground: "x", Reasons: "x"}, CodeInvalid, "ground").refuses(officer, Void{Ground: VoidAbuse}, CodeRequired, "reasons")
	s.officer(Void{Ground: VoidDuplicate, Reasons: "Same as K7"}).wants(PhaseClosed, ClassDU).refuses(officer, Void{Ground: VoidAbuse, Reasons: "x"}, CodeAlreadyDone)
	require.Equal(t, ClosedVoid, s.c.Closing.Reason)
	newScenario(t).refuses(officer, Void{Ground: VoidAbuse, Reasons: "x"}, CodeNotAllowed)
	// Also a case that closed without a complaint, and one that waits to be sent.
	newScenario(t).consumer(WithdrawCase{Reason: WithdrawMistaken}).officer(Void{Ground: VoidAbuse, Reasons: "x"}).wants(PhaseClosed, ClassAB).refuses(mei, Reopen{}, CodeWrongPhase)
	filed(t, false).tick("2026-03-17T00:00").officer(Void{Ground: VoidAbuse, Reasons: "x"}).wants(PhaseClosed, ClassAB).refuses(mei, Escalate{}, CodeWrongPhase)
	// A ruling comes too late for a case that was left out.
	newScenario(t).enterprise(RefuseCase{Ground: DuplicateCase, Text: "x"}).officer(Void{Ground: VoidDuplicate, Reasons: "x"}).refuses(officer, RuleOnRefusal{Reasons: "x"}, CodeNoRefusal)
	broken(t).officer(Void{Ground: VoidAbuse, Reasons: "x"}).refuses(officer, FindPerformance{Finding: FoundLate, Reasons: "x"}, CodeNoFinding)
}

func TestLongReasonsAreRefused(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 2001)
	s := escalated(t).refuses(officer, AcceptComplaint{Text: long}, CodeTooLong, "text").refuses(officer, Chase{Text: long}, CodeTooLong, "text")
	s.refuses(mei, WithdrawCase{Reason: WithdrawUnstated, Text: long}, CodeTooLong, "text").refuses(mei, DeclineOffer{Offer: 2, Reason: long}, CodeTooLong, "reason")
	newScenario(t).refuses(mei, Escalate{Text: long}, CodeTooLong, "text")
	agreed(t, true, apology(3)).enterprise(ReportPerformance{}).refuses(mei, DisputePerformance{Reason: long}, CodeTooLong, "reason")
}

func TestChasing(t *testing.T) {
	t.Parallel()
	s := newScenario(t)
	s.refuses(officer, Chase{Text: "Answer!"}, CodeNotAllowed, "text") // it sees no text and writes none
	s.do(superior, Chase{}).refuses(officer, Chase{}, CodeRateLimited, "").later(24 * time.Hour).officer(Chase{})
	require.Empty(t, s.c.Complaint)
	s = escalated(t).refuses(superior, Chase{Text: "x"}, CodeNotAllowed, "text").officer(Chase{Text: "Answer!"}).later(24*time.Hour).do(superior, Chase{})
	require.Equal(t, 2, s.c.Complaint.Chased)
}

// An offer that the enterprise makes only to the complaint is no first response: the negotiation stage is over.
func TestOfferToAComplaintIsNoFirstResponse(t *testing.T) {
	t.Parallel()
	s := newScenario(t).consumer(Escalate{}).offers(agent, refund(5000, 3)).wants(PhaseEscalated, ClassCE)
	require.Zero(t, s.c.FirstResponse)
}
