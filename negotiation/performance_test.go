package negotiation

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestPerformedAndConfirmed(t *testing.T) {
	t.Parallel()
	s := agreed(t, true, refund(5000, 3), apology(5)).due("performance:0", "2026-03-06T00:00").due("performance:1", "2026-03-08T00:00")
	require.Equal(t, SideEnterprise, s.c.Turn)
	s.refuses(agent, ReportPerformance{Item: 0}, CodeRequired, "reference") // money: with proof or a reference
	s.refuses(agent, ReportPerformance{Item: 0, Reference: strings.Repeat("x", 501)}, CodeTooLong, "reference")
	s.refuses(agent, ReportPerformance{Item: 0, Reference: " \u200b"}, CodeRequired, "reference")
	s.refuses(agent, ReportPerformance{Item: 0, File: "f"}, CodeNotFound, "file")
	s.at("2026-03-05T23:59").enterprise(report(0)).due("confirmation:0", "2026-03-17T00:00").runsNot("performance:0")
	s.refuses(agent, report(0), CodeAlreadyDone, "item").refuses(agent, report(2), CodeNoSuchItem, "item").refuses(agent, report(-1), CodeNoSuchItem, "item")
	s.refuses(mei, report(1), CodeNotAllowed, "item").refuses(agent, ConfirmPerformance{1}, CodeNotAllowed, "item")
	s.enterprise(ReportPerformance{Item: 1})
	require.Equal(t, SideConsumer, s.c.Turn)
	s.consumer(ConfirmPerformance{0}).wants(PhaseAgreed, "").refuses(mei, ConfirmPerformance{0}, CodeAlreadyDone, "item")
	s.consumer(ConfirmPerformance{1}).did("performance_confirmed", "case_closed").wants(PhaseClosed, ClassSC)
	require.False(t, s.c.Late)
	require.Equal(t, SideSystem, s.events[1].By.Side)
	require.Equal(t, ClosedPerformed, s.c.Closing.Reason)
}

func TestProofByFile(t *testing.T) {
	t.Parallel()
	s := agreed(t, true, refund(5000, 3))
	s.env.Files = []File{{ID: "f", SHA256: "aa", Name: "receipt.png", Type: "image/png", Size: 7, Owner: "agent"}}
	s.enterprise(ReportPerformance{Item: 0, File: "f"}).wants(PhaseAgreed, "").did("evidence_added", "performance_reported")
	require.Equal(t, EvidenceAdded{File: "f", SHA256: "aa", Size: 7, Type: "image/png"}, s.events[0].Fact)
	require.Equal(t, &Content{FileName: "receipt.png"}, s.events[0].Content)
	require.Equal(t, Counts{Enterprise: 1}, s.c.Files)
	require.Equal(t, "f", s.c.Agreement.Items[0].File)

	// A promise broken after all keeps the proof that was handed in, whatever is said of it later.
	s.consumer(DisputePerformance{Item: 0}).enterprise(report(0)).did("performance_reported")
	require.Equal(t, "f", s.c.Agreement.Items[0].File)
}

// A proof is one of the side's nine files, and the report that it came with is refused with it.
func TestProofCountsAsAFile(t *testing.T) {
	t.Parallel()
	s := agreed(t, true, refund(5000, 3))
	s.env.Files = []File{{ID: "f", SHA256: "aa", Owner: "agent"}}
	for range 9 {
		s.enterprise(AddEvidence{File: "f", SHA256: "aa"})
	}
	s.refuses(agent, ReportPerformance{Item: 0, File: "f"}, CodeTooManyFiles, "file")
	require.Equal(t, PromiseRunning, s.c.Agreement.Items[0].State)
	s.enterprise(report(0))
}

// A log of before knows a proof by the report alone.
func TestProofOfAnOldLog(t *testing.T) {
	t.Parallel()
	s := agreed(t, true, refund(5000, 3))
	c := s.c.Apply(Event{At: s.env.At, By: agent.by(), Channel: Room, Fact: PerformanceReported{Item: 0, File: "f"}})
	require.Equal(t, "f", c.Agreement.Items[0].File)
	require.Equal(t, PromiseReported, c.Agreement.Items[0].State)
	require.Zero(t, c.Files)
}

func TestLatePerformanceIsMarked(t *testing.T) {
	t.Parallel()
	s := agreed(t, true, refund(5000, 3)).at("2026-03-06T00:00").enterprise(report(0)).consumer(ConfirmPerformance{0}).wants(PhaseClosed, ClassSC)
	require.True(t, s.c.Late)
	// Asked without a report: yes confirms.
	s = agreed(t, true, refund(5000, 3)).tick("2026-03-06T00:00").consumer(ConfirmPerformance{0}).wants(PhaseClosed, ClassSC)
	require.True(t, s.c.Late)
	// Who reported in time is not late because the other side takes its days to confirm.
	s = agreed(t, true, refund(5000, 3)).at("2026-03-05T23:59").enterprise(report(0)).at("2026-03-10T12:00").consumer(ConfirmPerformance{0}).wants(PhaseClosed, ClassSC)
	require.False(t, s.c.Late)
	// Before the due date the consumer may confirm without having been asked.
	s = agreed(t, true, refund(5000, 3)).consumer(ConfirmPerformance{0}).wants(PhaseClosed, ClassSC)
	require.False(t, s.c.Late)
}

// Due without a report: the consumer is asked; no escalates, silence of two working days escalates.
func TestDueWithoutReport(t *testing.T) {
	t.Parallel()
	asked := func(bySelf bool) *scenario {
		s := agreed(t, bySelf, refund(5000, 3)).refuses(mei, DisputePerformance{Item: 0}, CodeNotDue, "item").tick("2026-03-06T00:00")
		require.Equal(t, PromiseAsked, s.c.Agreement.Items[0].State)
		require.Equal(t, SideConsumer, s.c.Turn)
		return s.due("silence:0", "2026-03-10T00:00") // Friday and Monday
	}
	s := asked(true).consumer(DisputePerformance{Item: 0, Reason: "No money came"}).wants(PhaseEscalated, ClassSB)
	require.Equal(t, EscalatedNotPerformed, s.c.Complaint.Reason)
	s = asked(true).tick("2026-03-10T00:00").wants(PhaseEscalated, ClassSB)
	require.Equal(t, EscalatedNoReport, s.c.Complaint.Reason)
	s = asked(false).consumer(DisputePerformance{Item: 0}).wants(PhaseClosed, ClassSB)
	require.True(t, s.c.Unsent)
	require.Equal(t, EscalatedNotPerformed, s.c.UnsentFor)
	s = asked(false).tick("2026-03-10T00:00").wants(PhaseClosed, ClassSB)
	require.Equal(t, EscalatedNoReport, s.c.UnsentFor)
	asked(true).enterprise(report(0)).runsNot("silence:0").due("confirmation:0", "2026-03-18T00:00")
}

// A follow-up period of a party starts from due, however late the worker.
func TestFollowUpsStartFromDue(t *testing.T) {
	t.Parallel()
	s := agreed(t, true, refund(5000, 3)).tick("2026-03-20T15:00").wants(PhaseEscalated, ClassSB)
	s.did("deadline_passed", "deadline_passed", "case_escalated")
	require.Equal(t, shanghai(t, "2026-03-10T00:00"), s.events[1].Fact.(DeadlinePassed).Due)
	s.due(ComplaintDecision, "2026-04-01T00:00") // an authority's from at
}

// Reported and not answered for seven working days: SU, which the consumer may dispute for thirty days.
func TestUnconfirmed(t *testing.T) {
	t.Parallel()
	su := func(bySelf bool) *scenario {
		s := agreed(t, bySelf, refund(5000, 3), apology(3)).enterprise(report(0)).enterprise(ReportPerformance{Item: 1}).due("confirmation:0", "2026-03-12T00:00")
		s.consumer(ConfirmPerformance{1}).tick("2026-03-12T00:00").wants(PhaseClosed, ClassSU)
		require.Equal(t, ClosedUnconfirmed, s.c.Closing.Reason)
		return s.refuses(mei, DisputePerformance{Item: 1}, CodeAlreadyDone, "item").refuses(agent, DisputePerformance{Item: 0}, CodeWrongPhase)
	}
	day := su(true).c.ClassedAt
	s := su(true).at("2026-04-11T23:59").consumer(DisputePerformance{Item: 0}).wants(PhaseEscalated, ClassSB)
	require.Equal(t, day, s.c.ClassedAt, "a class that moves keeps its day")
	su(true).at("2026-04-12T00:00").refuses(mei, DisputePerformance{Item: 0}, CodeTooLate)
	su(false).consumer(DisputePerformance{Item: 0}).wants(PhaseClosed, ClassSB)
	su(true).refuses(mei, Escalate{}, CodeWrongPhase).refuses(mei, Reopen{}, CodeWrongPhase)
}

func TestOneItemUnconfirmedWhileAnotherRuns(t *testing.T) {
	t.Parallel()
	s := agreed(t, true, refund(5000, 3), apology(60)).enterprise(report(0)).tick("2026-03-12T00:00").wants(PhaseAgreed, "")
	require.Equal(t, PromiseUnconfirmed, s.c.Agreement.Items[0].State)
	s.enterprise(ReportPerformance{Item: 1}).consumer(ConfirmPerformance{1}).wants(PhaseClosed, ClassSU)
	s = agreed(t, true, refund(5000, 3), apology(60)).enterprise(report(0)).tick("2026-03-12T00:00").consumer(ConfirmPerformance{0})
	s.enterprise(ReportPerformance{Item: 1}).consumer(ConfirmPerformance{1}).wants(PhaseClosed, ClassSC)
}

// Return and refund: the refund's clock starts with the consumer's report.
func TestItemsThatWait(t *testing.T) {
	t.Parallel()
	s := agreed(t, true, shipping(7), after(0, refund(20000, 3))).due("performance:0", "2026-03-10T00:00").runsNot("performance:1")
	require.Equal(t, SideConsumer, s.c.Turn)
	s.refuses(agent, report(1), CodeItemWaits, "item").refuses(mei, ConfirmPerformance{1}, CodeNotReported, "item").refuses(mei, DisputePerformance{Item: 1}, CodeItemWaits, "item")
	s.refuses(agent, DisputePerformance{Item: 0}, CodeNotDue, "item")
	s.at("2026-03-05T12:00").consumer(ReportPerformance{Item: 0, Reference: "SF 123"}).due("performance:1", "2026-03-11T00:00").due("confirmation:0", "2026-03-17T00:00")
	s.enterprise(report(1)).consumer(ConfirmPerformance{1}).wants(PhaseClosed, ClassSC)
}

// What is confirmed without a report counts as reported, so that nothing waits for ever.
func TestConfirmationStartsWhatWaits(t *testing.T) {
	t.Parallel()
	s := agreed(t, true, shipping(7), after(0, refund(20000, 3))).at("2026-03-05T12:00").enterprise(ConfirmPerformance{0})
	s.did("performance_reported", "performance_confirmed").due("performance:1", "2026-03-11T00:00").runsNot("confirmation:0")
	s = agreed(t, true, apology(3), after(0, refund(20000, 3))).tick("2026-03-06T00:00").consumer(ConfirmPerformance{0})
	s.due("performance:1", "2026-03-12T00:00").wants(PhaseAgreed, "")
}

// A consumer's own overdue item never makes SB: after fifteen working days the agreement ends as WC.
func TestConsumerDoesNotPerform(t *testing.T) {
	t.Parallel()
	terms := []Item{shipping(7), after(0, refund(20000, 3))}
	s := agreed(t, true, terms...).tick("2026-03-10T00:00").wants(PhaseAgreed, "").due("consumer_part:0", "2026-03-31T00:00").runsNot("performance:1")
	require.Equal(t, SideConsumer, s.c.Turn)
	s.tick("2026-03-31T00:00").wants(PhaseClosed, ClassWC)
	require.Equal(t, ClosedOwnPart, s.c.Closing.Reason)
	// Late, but done.
	s = agreed(t, true, terms...).tick("2026-03-10T00:00").at("2026-03-30T23:00").consumer(ReportPerformance{Item: 0}).runsNot("consumer_part:0")
	require.True(t, s.c.Agreement.Items[0].Late)
	require.False(t, s.c.Agreement.Late())
	s.enterprise(report(1)).consumer(ConfirmPerformance{1}).wants(PhaseClosed, ClassSC)
	require.False(t, s.c.Late)
}

func TestEnterpriseDeniesTheConsumersPart(t *testing.T) {
	t.Parallel()
	denied := func() *scenario {
		s := agreed(t, true, shipping(7), after(0, refund(20000, 3))).consumer(ReportPerformance{Item: 0}).refuses(mei, Escalate{}, CodeWrongPhase)
		s.enterprise(DisputePerformance{Item: 0, Reason: "An empty box"}).wants(PhaseAgreed, "").runsNot("performance:1")
		require.Equal(t, PromiseWaiting, s.c.Agreement.Items[1].State)
		return s.due("consumer_part:0", "2026-03-24T00:00")
	}
	denied().refuses(agent, DisputePerformance{Item: 0}, CodeAlreadyDone, "item")
	denied().tick("2026-03-24T00:00").wants(PhaseClosed, ClassWC)
	denied().consumer(ReportPerformance{Item: 0}).due("performance:1", "2026-03-06T00:00").enterprise(report(1)).consumer(ConfirmPerformance{1}).wants(PhaseClosed, ClassSC)
	denied().enterprise(ConfirmPerformance{0}).due("performance:1", "2026-03-06T00:00")
	s := denied().consumer(Escalate{Text: "It was the kettle"}).wants(PhaseEscalated, ClassSB)
	require.Equal(t, EscalatedItemContested, s.c.Complaint.Reason)
	// Seven working days to deny it, no longer.
	s = agreed(t, true, shipping(7), after(0, refund(20000, 30))).consumer(ReportPerformance{Item: 0}).tick("2026-03-12T00:00")
	s.refuses(agent, DisputePerformance{Item: 0}, CodeAlreadyDone, "item")
}

func TestAgreedCasesAreKept(t *testing.T) {
	t.Parallel()
	s := agreed(t, true, refund(5000, 3))
	s.refuses(mei, WithdrawCase{Reason: WithdrawNoLonger}, CodeWrongPhase).refuses(mei, Escalate{}, CodeWrongPhase).refuses(agent, Escalate{}, CodeWrongPhase)
	s.refuses(System, Escalate{}, CodeWrongPhase) // removed from the scheme: agreements keep their clocks
	s.refuses(agent, MakeOffer{Items: []Item{refund(1, 1)}, ValidDays: 3}, CodeWrongPhase)
	s.consumer(PostMessage{Text: "Thank you"}).enterprise(PostMessage{Text: "Welcome"})
}

// What waits for an item starts with its first report. A denial puts back what was not done, and a second report starts nothing that was.
func TestDenialAndWhatWaits(t *testing.T) {
	t.Parallel()
	terms := []Item{shipping(7), after(0, refund(20000, 3))}
	s := agreed(t, true, terms...).consumer(ReportPerformance{Item: 0}).enterprise(report(1)).enterprise(DisputePerformance{Item: 0})
	s.consumer(ReportPerformance{Item: 0}).runsNot("performance:1").due("confirmation:1", "2026-03-12T00:00")
	require.Equal(t, PromiseReported, s.c.Agreement.Items[1].State)
	s = agreed(t, true, terms...).consumer(ReportPerformance{Item: 0}).tick("2026-03-06T00:00").due("silence:1", "2026-03-10T00:00")
	s.enterprise(DisputePerformance{Item: 0}).runsNot("silence:1")
	require.Equal(t, PromiseWaiting, s.c.Agreement.Items[1].State)
}

// A period that lies between two working days has no reminder: it would be one of before the start.
func TestNoReminderBeforeTheStart(t *testing.T) {
	t.Parallel()
	weekend := refund(20000, 1)
	weekend.Due.Unit = CalendarDays
	s := filed(t, true).at("2026-03-07T10:00").offers(agent, weekend).accepts(mei).due("performance:0", "2026-03-09T00:00")
	d, _ := s.c.Deadline("performance:0")
	require.Empty(t, d.Remind)
	s.do(System, nil).did()
}

// A report in time that the consumer disputes does not make in time what is confirmed long after.
func TestFalseReportIsLate(t *testing.T) {
	t.Parallel()
	s := agreed(t, true, refund(1, 3)).enterprise(report(0)).consumer(DisputePerformance{Item: 0}).wants(PhaseEscalated, ClassSB)
	s.at("2026-05-20T09:00").consumer(ConfirmPerformance{0}).wants(PhaseClosed, ClassSC)
	require.True(t, s.c.Late)
	s = agreed(t, true, refund(1, 3)).enterprise(report(0)).consumer(DisputePerformance{Item: 0}).consumer(ConfirmPerformance{0})
	require.False(t, s.c.Late, "confirmed before it was due")
}
