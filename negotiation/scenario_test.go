package negotiation

import (
	"bytes"
	"encoding/json"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"hejie/negotiation/workday"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// The people of the tests. The case's enterprise lies in Xuhui, Shanghai.
var (
	mei        = Actor{ID: "mei", Role: RoleConsumer}
	stranger   = Actor{ID: "stranger", Role: RoleConsumer}
	agent      = Actor{ID: "agent", Role: RoleDeskAgent, Enterprise: "shop"}
	supervisor = Actor{ID: "supervisor", Role: RoleDeskSupervisor, Enterprise: "shop"}
	rival      = Actor{ID: "rival", Role: RoleDeskAgent, Enterprise: "rival"}
	officer    = Actor{ID: "officer", Role: RoleOfficer, Bureau: "xuhui", Region: "310104"}
	sister     = Actor{ID: "sister", Role: RoleOfficer, Bureau: "xuhui-2", Region: "310104"} // another bureau of the same district
	superior   = Actor{ID: "superior", Role: RoleOfficer, Bureau: "shanghai", Region: "310000"}
	neighbour  = Actor{ID: "neighbour", Role: RoleOfficer, Bureau: "changning", Region: "310105"}
	foreigner  = Actor{ID: "foreigner", Role: RoleOfficer, Bureau: "beijing", Region: "110000"}
	admin      = Actor{ID: "admin", Role: RoleAdministrator}
	nobody     = Actor{}
)

// scenario walks one case through time. Every step is sealed, decoded, folded again and compared, and the invariants are checked.
type scenario struct {
	t       testing.TB
	c       *Case
	env     Env
	before  *Case
	events  []Event // of the last step
	head    Head
	records []Record
	folded  *Case // by the decoded records alone
	seen    func(label string, from, to *Case)
}

// filing that the examples start from; sendBySelf is the consumer's choice for an unsettled case.
func filing(sendBySelf bool) FileCase {
	return FileCase{Enterprise: "shop", Category: "quality", Goods: "Kettle", Facts: "It leaks.", PurchasedOn: "2026-02-20",
		KnownSince: "2026-02-25", Amount: CNY(20000), Claim: []Item{refund(20000, 5)}, ForDailyLife: true, OtherBody: BodyNone,
		Consents: Consents{Truth: "t1", Rules: "r1", Publication: &Choice{true, "p1"}, Escalation: &Choice{sendBySelf, "e1"}}}
}

func platform() *Filing {
	return &Filing{Case: "case-1", Code: "K7QM2-XW9PD", Rules: DefaultRules(), Bureau: "xuhui", Region: "310104", Enrolled: true,
		Open: OpenCases{MaxOrder: 1, MaxEnterprise: 3, Max: 10}}
}

// blank is before filing, on Monday 2026-03-02 at 09:00 in Shanghai.
func blank(t testing.TB) *scenario {
	return &scenario{t: t, c: new(Case), folded: new(Case), env: Env{At: shanghai(t, "2026-03-02T09:00"), Calendar: workday.Default()}}
}

// newScenario has the case filed; unsettled, it goes to the bureau by itself.
func newScenario(t testing.TB) *scenario { return filed(t, true) }

func filed(t testing.TB, sendBySelf bool) *scenario {
	s := blank(t)
	s.env.Filing = platform()
	s.do(mei, filing(sendBySelf))
	s.env.Filing = nil
	return s
}

func shanghai(t require.TestingT, at string) time.Time {
	v, err := time.ParseInLocation("2006-01-02T15:04", at, workday.Shanghai)
	require.NoError(t, err, at)
	return v.UTC()
}

// at lets time pass; nothing happens to the case by that alone.
func (s *scenario) at(when string) *scenario {
	s.env.At = shanghai(s.t, when)
	return s
}

func (s *scenario) later(d time.Duration) *scenario {
	s.env.At = s.env.At.Add(d)
	return s
}

// tick lets the clocks of the case do what they want by then.
func (s *scenario) tick(when string) *scenario { return s.at(when).do(System, nil) }

// do sends a command that must be accepted.
func (s *scenario) do(by Actor, cmd Command) *scenario {
	s.t.Helper()
	require.NoError(s.t, s.try(by, cmd))
	return s
}

// refuses sends a command that must be refused, and that changes nothing but what was due.
func (s *scenario) refuses(by Actor, cmd Command, code string, field ...string) *scenario {
	s.t.Helper()
	err := s.try(by, cmd)
	require.Error(s.t, err)
	require.Equal(s.t, code, CodeOf(err), err)
	if len(field) > 0 {
		var e *Error
		require.ErrorAs(s.t, err, &e)
		require.Equal(s.t, field[0], e.Field)
	}
	return s
}

// alone decides a command without passing what is due before it, as Step does.
func alone(c *Case, by Actor, cmd Command, env Env) ([]Event, error) {
	d := decision{c: c, by: by, env: env}
	err := d.command(cmd)
	return d.events, err
}

func (s *scenario) consumer(cmd Command) *scenario   { s.t.Helper(); return s.do(mei, cmd) }
func (s *scenario) enterprise(cmd Command) *scenario { s.t.Helper(); return s.do(agent, cmd) }
func (s *scenario) officer(cmd Command) *scenario    { s.t.Helper(); return s.do(officer, cmd) }

// offers puts terms on the table that stay valid for ten working days.
func (s *scenario) offers(by Actor, items ...Item) *scenario {
	s.t.Helper()
	return s.do(by, MakeOffer{Items: items, ValidDays: 10})
}

// accepts the offer on the table.
func (s *scenario) accepts(by Actor) *scenario {
	s.t.Helper()
	o, ok := s.c.OpenOffer()
	require.True(s.t, ok, "no open offer")
	return s.do(by, AcceptOffer{Offer: o.Number, Digest: o.Digest})
}

// agreed is a case whose parties agreed on the items at 10:00 on 2026-03-02.
func agreed(t testing.TB, sendBySelf bool, items ...Item) *scenario {
	return filed(t, sendBySelf).at("2026-03-02T10:00").offers(agent, items...).accepts(mei)
}

// escalated is a case that the consumer sent to the bureau at 10:00 on 2026-03-02, after refusing an offer.
func escalated(t testing.TB) *scenario {
	return newScenario(t).at("2026-03-02T10:00").offers(agent, refund(5000, 3)).consumer(Escalate{})
}

func (s *scenario) wants(p Phase, class Class) *scenario {
	s.t.Helper()
	require.Equal(s.t, p, s.c.Phase)
	require.Equal(s.t, class, s.c.Class)
	return s
}

func (s *scenario) due(key DeadlineKey, when string) *scenario {
	s.t.Helper()
	d, ok := s.c.Deadline(key)
	require.True(s.t, ok, "%s does not run", key)
	require.Equal(s.t, when, d.Due.In(workday.Shanghai).Format("2006-01-02T15:04"), key)
	return s
}

func (s *scenario) runsNot(keys ...DeadlineKey) *scenario {
	s.t.Helper()
	require.False(s.t, s.c.runs(keys...), keys)
	return s
}

// did says which kinds of events the last step made.
func (s *scenario) did(kinds ...string) *scenario {
	s.t.Helper()
	var got []string
	for _, e := range s.events {
		got = append(got, e.Fact.Kind())
	}
	require.Equal(s.t, kinds, got)
	return s
}

func (s *scenario) try(by Actor, cmd Command) error {
	s.t.Helper()
	snapshot := encode(s.t, s.c)
	events, after, err := s.c.Step(by, cmd, s.env)
	require.Equal(s.t, snapshot, encode(s.t, s.c), "Step changed the case that it was given")
	passing := decision{c: s.c, by: System, env: s.env}
	passing.env.At = passing.env.At.UTC().Truncate(time.Microsecond)
	if passing.env.At.Before(s.c.clock) {
		passing.env.At = s.c.clock
	}
	passing.passDue()
	s.keep(cmd, len(passing.events), events, after)
	if err != nil {
		require.Len(s.t, events, len(passing.events), "a refused command left events")
	}
	s.untouched(passing.env.At)
	return err
}

// keep takes a step's events into the log and checks everything that always holds.
func (s *scenario) keep(cmd Command, passed int, events []Event, after *Case) {
	s.t.Helper()
	s.before, s.events = s.c, events
	label, from := "", s.c
	for i, e := range events {
		switch f := e.Fact.(type) {
		case DeadlinePassed:
			s.moved(label, from, s.c)
			kind, _ := f.Deadline.Parts()
			label, from = string(kind), s.c
		default:
			if i == passed && cmd != nil {
				s.moved(label, from, s.c)
				label, from = cmd.Kind(), s.c
			}
		}
		if s.c.ID == "" {
			s.c.ID, s.folded.ID = after.ID, after.ID
		}
		s.c = s.c.Apply(e)
		s.seal(e)
	}
	if len(events) == 0 {
		return
	}
	s.moved(label, from, s.c)
	now := encode(s.t, s.c)
	require.Equal(s.t, now, encode(s.t, after), "Step's case is not the fold of its events")
	require.Equal(s.t, now, encode(s.t, s.folded), "the log folds to another case")
	require.Equal(s.t, s.c.clock, s.folded.clock)
	require.Equal(s.t, s.head.Desk.Seq, s.c.desk)
	var back *Case
	require.NoError(s.t, json.Unmarshal([]byte(now), &back))
	require.Equal(s.t, now, encode(s.t, back), "JSON round trip")
	check(s.t, s.before, s.c, events)
}

func (s *scenario) moved(label string, from, to *Case) {
	if s.seen != nil && label != "" {
		s.seen(label, from, to)
	}
}

func (s *scenario) seal(e Event) {
	s.t.Helper()
	salt := bytes.Repeat([]byte{byte(s.head.Version)}, 16)
	r, head, err := s.head.Seal(s.c.ID, e, salt)
	require.NoError(s.t, err)
	require.Equal(s.t, s.head.Version+1, r.Version)
	require.Equal(s.t, s.head.At(e.Channel).Seq+1, r.Seq)
	require.True(s.t, r.Verify(s.head.Hash))
	require.False(s.t, r.Verify(Hash{1}))
	require.True(s.t, json.Valid(r.Wire()), "%s", r.Wire())
	back, err := r.Event()
	require.NoError(s.t, err)
	require.Equal(s.t, e.Content, back.Content)
	s.folded = s.folded.Apply(back)
	s.head, s.records = head, append(s.records, r)
	require.Equal(s.t, r.Version, s.folded.Version)
}

// untouched: after a step at t nothing that was due by then is left.
func (s *scenario) untouched(t time.Time) {
	s.t.Helper()
	for _, d := range s.c.Deadlines {
		require.True(s.t, d.Overdue || d.Due.After(t), "%s of %s is still running at %s", d.Key, d.Due, t)
	}
}

func encode(t require.TestingT, v any) string {
	b, err := json.Marshal(v)
	require.NoError(t, err)
	return string(b)
}

// check what holds for every case after every step.
func check(t require.TestingT, before, c *Case, events []Event) {
	last := before.clock
	for _, e := range events {
		require.False(t, e.At.Before(last), "at went back")
		require.Equal(t, time.UTC, e.At.Location())
		last = e.At
		if _, accepted := e.Fact.(OfferAccepted); accepted {
			require.NotEqual(t, c.Agreement.AcceptedBy, c.Offers[c.Agreement.Offer-1].By, "somebody accepted their own")
		}
	}
	require.Equal(t, last, c.clock)
	require.False(t, c.LastAt.After(last))
	require.Equal(t, before.Version+int64(len(events)), c.Version)
	for i, o := range c.Offers {
		require.Equal(t, i+1, o.Number)
		require.True(t, o.State != StateOpen || i == len(c.Offers)-1, "an open offer below the last")
		require.Equal(t, o.State == StateOpen, c.runs(OfferValidity.of(o.Number)), "offer %d %s", o.Number, o.State)
	}
	keys := map[DeadlineKey]bool{}
	for _, d := range c.Deadlines {
		require.False(t, keys[d.Key], "%s runs twice", d.Key)
		keys[d.Key] = true
		require.True(t, slices.IsSortedFunc(d.Remind, time.Time.Compare))
		require.True(t, d.Due.After(d.Start), d.Key)
		kind, i := d.Key.Parts()
		switch kind {
		case Performance:
			require.Equal(t, d.Due, c.Agreement.Items[i].DueAt)
		case OfferValidity:
			require.Equal(t, d.Due, c.Offers[i-1].ValidUntil)
		}
	}
	ended := c.Phase == PhaseEscalated || c.Phase == PhaseAccepted || c.Phase == PhaseClosed
	require.Equal(t, ended, c.Class != "", "phase %s, class %q", c.Phase, c.Class)
	require.Equal(t, ended, !c.ClassedAt.IsZero())
	require.Equal(t, c.Phase == PhaseClosed, c.Closing != nil)
	require.Equal(t, c.Unsent, c.UnsentFor != "")
	switch c.Phase {
	case PhaseAwaitingResponse:
		require.Equal(t, SideEnterprise, c.Turn)
		require.True(t, c.runs(FirstResponse) && c.runs(Negotiation))
		require.Zero(t, c.FirstResponse)
	case PhaseNegotiating:
		require.Contains(t, []Side{SideConsumer, SideEnterprise}, c.Turn)
		require.True(t, c.runs(Negotiation))
		require.False(t, c.runs(FirstResponse) || c.FirstResponse.IsZero())
	case PhaseAgreed:
		require.Contains(t, []Side{SideConsumer, SideEnterprise}, c.Turn)
		require.NotEmpty(t, c.Deadlines, "nothing moves the agreement on")
		require.False(t, c.NextAt().IsZero())
		require.False(t, c.Agreement.Settling)
	case PhaseEscalated, PhaseAccepted:
		require.Equal(t, SideBureau, c.Turn)
		require.True(t, c.runs(ComplaintDecision, Mediation))
	case PhaseClosed:
		require.Equal(t, SideNobody, c.Turn)
		require.Equal(t, c.runs(Ruling), len(c.Deadlines) > 0)
	}
	require.Equal(t, (c.RefusalPending() || c.FindingPending()) && c.Phase != PhaseEscalated, c.runs(Ruling))
	if ended && c.Complaint != nil && c.Phase != PhaseClosed {
		require.Zero(t, c.Complaint.ClosedAt)
	}
}

// Items.

func refund(fen int64, days int) Item {
	return Item{By: SideEnterprise, Remedy: Refund, Amount: &Money{"CNY", fen}, Due: Due{Days: days, Unit: WorkingDays}}
}

func apology(days int) Item {
	return Item{By: SideEnterprise, Remedy: Apology, Due: Due{Days: days, Unit: CalendarDays}}
}

// shipping back is the consumer's part of a return.
func shipping(days int) Item {
	return Item{By: SideConsumer, Remedy: ReturnAndRefund, Description: "Send the kettle back", Due: Due{Days: days, Unit: CalendarDays}}
}

func after(i int, it Item) Item {
	it.Due.After = &i
	return it
}

func report(item int) ReportPerformance {
	return ReportPerformance{Item: item, Reference: "transfer 88"}
}
