package negotiation

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hejie/negotiation/workday"
)

// The door passes what is due, in due order, before it decides: nobody acts on a dead offer because a worker was late.
func TestDueFirst(t *testing.T) {
	t.Parallel()
	s := newScenario(t).at("2026-03-03T09:00").do(agent, MakeOffer{Items: []Item{refund(1, 1)}, ValidDays: 3})
	s.at("2026-03-20T09:00").refuses(mei, AcceptOffer{Offer: 2, Digest: s.c.Offers[1].Digest}, CodeWrongPhase)
	s.did("deadline_passed", "deadline_passed", "case_closed").wants(PhaseClosed, ClassLC)
	require.Equal(t, []DeadlineKey{"offer:2", Negotiation}, []DeadlineKey{s.events[0].Fact.(DeadlinePassed).Deadline, s.events[1].Fact.(DeadlinePassed).Deadline})
	require.Equal(t, s.env.At, s.events[0].At)
	require.Equal(t, System.by(), s.events[0].By)
	s.refuses(mei, Escalate{}, CodeWrongPhase).did()
}

// Due at the same instant: in the order of their keys, each on what the one before left.
func TestSameDue(t *testing.T) {
	t.Parallel()
	s := newScenario(t).at("2026-03-02T12:00").offers(agent, refund(1, 1)).due("offer:2", "2026-03-17T00:00").due(Negotiation, "2026-03-17T00:00")
	s.tick("2026-03-17T00:00").wants(PhaseClosed, ClassLC)
	s = agreed(t, true, refund(1, 3), refund(2, 3)).tick("2026-03-06T00:00").did("deadline_passed", "deadline_passed")
	s.tick("2026-03-10T00:00").did("deadline_passed", "case_escalated").wants(PhaseEscalated, ClassSB)
	s = agreed(t, true, refund(1, 3), refund(2, 3)).enterprise(report(0)).enterprise(report(1)).tick("2026-03-12T00:00").wants(PhaseClosed, ClassSU)
	s.did("deadline_passed", "deadline_passed", "case_closed")
}

func TestAtNeverGoesBack(t *testing.T) {
	t.Parallel()
	s := newScenario(t).at("2026-03-03T09:00").consumer(PostMessage{Text: "a"})
	s.at("2026-03-02T09:00").consumer(PostMessage{Text: "b"})
	require.Equal(t, shanghai(t, "2026-03-03T09:00"), s.events[0].At)
	// Nor after a note at the desk, of which the room knows nothing.
	s.at("2026-03-03T09:30").enterprise(PostMessage{Text: "Note", Channel: Desk})
	require.Equal(t, shanghai(t, "2026-03-03T09:00"), s.c.LastAt)
	s.at("2026-03-03T09:10").consumer(PostMessage{Text: "c"})
	require.Equal(t, shanghai(t, "2026-03-03T09:30"), s.events[0].At)
	s.env.At = time.Date(2026, 3, 3, 10, 0, 0, 1999, workday.Shanghai)
	s.consumer(PostMessage{Text: "c"})
	require.Equal(t, time.Date(2026, 3, 3, 2, 0, 0, 1000, time.UTC), s.events[0].At, "UTC and whole microseconds")
}

func TestReminders(t *testing.T) {
	t.Parallel()
	type reminder struct {
		when string
		key  DeadlineKey
		whom Side
	}
	walk := func(s *scenario, end string) (got []reminder) {
		for limit := shanghai(t, end); !s.c.NextAt().IsZero() && s.c.NextAt().Before(limit); {
			s.env.At = s.c.NextAt()
			s.do(System, nil)
			for _, e := range s.events {
				if r, ok := e.Fact.(Reminded); ok {
					got = append(got, reminder{e.At.In(workday.Shanghai).Format("01-02T15:04"), r.Deadline, r.Whom})
				}
			}
		}
		return got
	}
	require.Equal(t, []reminder{
		{"03-04T09:00", FirstResponse, SideEnterprise},
		{"03-13T09:00", Negotiation, SideEnterprise},
		{"03-16T09:00", Negotiation, SideEnterprise},
		{"03-16T09:00", "offer:1", SideEnterprise},
		{"03-25T09:00", ComplaintDecision, SideBureau},
	}, walk(newScenario(t), "2026-03-30T00:00"))
	require.Equal(t, []reminder{
		{"03-05T09:00", "performance:0", SideEnterprise},
		{"03-09T09:00", "silence:0", SideConsumer},
	}, walk(agreed(t, true, refund(1, 3)), "2026-03-10T00:00"))
	// Of several missed ones of one deadline one is sent, and none of a clock that was passed.
	s := newScenario(t).enterprise(PostMessage{Text: "?", Question: true}).tick("2026-03-16T20:00").did("reminded", "reminded")
	require.Equal(t, Reminded{Negotiation, shanghai(t, "2026-03-17T00:00"), SideConsumer, 0}, s.events[0].Fact)
	s.do(System, nil).did()
}

func TestSystemCommands(t *testing.T) {
	t.Parallel()
	s := newScenario(t)
	s.refuses(System, PassDeadline{"offer:7"}, CodeNotRunning).refuses(System, PassDeadline{Negotiation}, CodeNotDue)
	s.refuses(System, Remind{"offer:7"}, CodeNotRunning).refuses(System, Remind{Negotiation}, CodeNotDue)
	s.at("2026-03-04T09:00").do(System, Remind{FirstResponse}).did("reminded").refuses(System, Remind{FirstResponse}, CodeNotRunning)
	// Step has passed what is due already; Decide alone does it by command, each once.
	due := s.at("2026-03-05T00:00").env
	events, err := alone(s.c, System, PassDeadline{FirstResponse}, due)
	require.NoError(t, err)
	require.Len(t, events, 1)
	_, err = alone(s.c.Apply(events[0]), System, PassDeadline{FirstResponse}, due)
	require.Equal(t, CodeNotRunning, CodeOf(err))
	s.refuses(System, PassDeadline{FirstResponse}, CodeNotRunning).did("deadline_passed")
	s.refuses(System, MoveDeadlines{Reason: "x"}, CodeInvalid, "reason").refuses(System, MoveDeadlines{Reason: MovedByOutage}, CodeInvalid, "to")
	_, err = alone(s.c, System, unknown{}, due)
	require.Equal(t, CodeUnknownCommand, CodeOf(err))
}

type unknown struct{}

func (unknown) Kind() string { return "unknown" }

func TestOutage(t *testing.T) {
	t.Parallel()
	out := func(from, to string) Outage { return Outage{shanghai(t, from), shanghai(t, to)} }
	move := func(o Outage) MoveDeadlines { return MoveDeadlines{MovedByOutage, o.From, o.To} }

	// Friday night to Saturday: to the end of Monday, and a promise's due date and an offer's validity with it.
	o := out("2026-03-05T23:00", "2026-03-07T08:00")
	s := agreed(t, true, refund(1, 3)).at("2026-03-05T22:00")
	s.do(System, move(o)).did("deadlines_moved").due("performance:0", "2026-03-10T00:00").do(System, move(o)).did()
	require.Equal(t, shanghai(t, "2026-03-10T00:00"), s.c.Agreement.Items[0].DueAt)
	d, _ := s.c.Deadline("performance:0")
	require.Equal(t, shanghai(t, "2026-03-06T00:00"), d.MovedFrom)
	s.at("2026-03-09T23:59").enterprise(report(0))
	require.False(t, s.c.Agreement.Late())

	s = newScenario(t).do(agent, MakeOffer{Items: []Item{refund(1, 1)}, ValidDays: 3})
	s.env.Outages = []Outage{o}
	s.at("2026-03-07T09:00").accepts(mei).did("deadlines_moved", "offer_accepted").wants(PhaseAgreed, "")

	// Only what fell into it.
	s = newScenario(t)
	s.do(System, move(out("2026-03-05T00:01", "2026-03-06T00:00"))).did().refuses(System, MoveDeadlines{MovedByOutage, o.To, o.From}, CodeInvalid, "to")

	// A clock that starts on the way and runs out in the same outage moves too.
	s = agreed(t, true, refund(1, 3)) // due 03-06, the consumer's silence until 03-10
	s.env.Outages = []Outage{out("2026-03-09T20:00", "2026-03-10T20:00")}
	s.tick("2026-03-10T21:00").did("deadline_passed", "deadlines_moved").wants(PhaseAgreed, "").due("silence:0", "2026-03-12T00:00")

	// Authorities' clocks never move.
	s = newScenario(t).consumer(Escalate{}).due(ComplaintDecision, "2026-03-12T00:00")
	s.do(System, move(out("2026-03-11T12:00", "2026-03-12T12:00"))).did()
}

// Importing a calendar recomputes: later always, earlier only with two working days left.
func TestCalendarChange(t *testing.T) {
	t.Parallel()
	withHoliday := changed(t, "2026-03-10", true)
	s := newScenario(t).offers(agent, refund(1, 3))
	s.env.Calendar = withHoliday
	s.do(System, MoveDeadlines{Reason: MovedByCalendar}).did("deadlines_moved").due(Negotiation, "2026-03-18T00:00").due("offer:2", "2026-03-18T00:00")
	s.do(System, MoveDeadlines{Reason: MovedByCalendar}).did()
	require.Equal(t, shanghai(t, "2026-03-18T00:00"), s.c.Offers[1].ValidUntil)
	back := *s
	back.env.Calendar = workday.Default()
	back.at("2026-03-12T23:59").do(System, MoveDeadlines{Reason: MovedByCalendar}).due(Negotiation, "2026-03-17T00:00") // 13th and 16th are left
	s.env.Calendar = workday.Default()
	s.at("2026-03-13T00:00").do(System, MoveDeadlines{Reason: MovedByCalendar}).did().due(Negotiation, "2026-03-18T00:00")

	// A reminder of the new date that lies in the past is not sent.
	s = newScenario(t).tick("2026-03-16T10:00")
	s.env.Calendar = withHoliday
	s.do(System, MoveDeadlines{Reason: MovedByCalendar}).do(System, nil).did()
	d, _ := s.c.Deadline(Negotiation)
	require.Equal(t, []time.Time{shanghai(t, "2026-03-17T09:00")}, d.Remind)

	// A promise follows, and so does a bureau's clock; one that an outage moved keeps its date.
	s = agreed(t, true, refund(1, 6)).due("performance:0", "2026-03-11T00:00")
	s.env.Calendar = withHoliday
	s.do(System, MoveDeadlines{Reason: MovedByCalendar}).due("performance:0", "2026-03-12T00:00")
	require.Equal(t, shanghai(t, "2026-03-12T00:00"), s.c.Agreement.Items[0].DueAt)
	s = newScenario(t).consumer(Escalate{})
	s.env.Calendar = withHoliday
	s.do(System, MoveDeadlines{Reason: MovedByCalendar}).due(ComplaintDecision, "2026-03-13T00:00")
	s = agreed(t, true, refund(1, 6)).do(System, MoveDeadlines{MovedByOutage, shanghai(t, "2026-03-10T20:00"), shanghai(t, "2026-03-11T08:00")}).due("performance:0", "2026-03-13T00:00")
	s.env.Calendar = withHoliday
	s.do(System, MoveDeadlines{Reason: MovedByCalendar}).did()
}

// A year without its notice is provisional, and the screen says so.
func TestProvisional(t *testing.T) {
	t.Parallel()
	s := filedAt(t, "2026-12-28T09:00")
	d, _ := s.c.Deadline(Negotiation)
	require.True(t, d.Provisional)
	s = newScenario(t)
	d, _ = s.c.Deadline(Negotiation)
	require.False(t, d.Provisional)
}

func TestDeadlineKeys(t *testing.T) {
	t.Parallel()
	for key, want := range map[DeadlineKey]struct {
		kind DeadlineKey
		n    int
	}{"offer:3": {OfferValidity, 3}, "negotiation": {Negotiation, -1}, "offer:x": {"offer:x", -1}, "performance:0": {Performance, 0}} {
		kind, n := key.Parts()
		require.Equal(t, want.kind, kind)
		require.Equal(t, want.n, n)
	}
}

// changed is the calendar with one day of 2026 made off or working.
func changed(t require.TestingT, day string, off bool) *workday.Calendar {
	year, _ := workday.Default().Year(2026)
	date, err := workday.Parse(day)
	require.NoError(t, err)
	year.Days = append(year.Days, workday.YearDay{Name: "x", Date: date, IsOffDay: off})
	cal, err := workday.Default().Import([]byte(encode(t, year)))
	require.NoError(t, err)
	return cal
}
