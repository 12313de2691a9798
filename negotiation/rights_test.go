package negotiation

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// The rights as the rules of procedure give them, written down a second time. Who: c consumer of the case, e desk of the
// enterprise, b competent bureau, o any bureau of the region or above, s system. When: w awaiting response, n negotiating,
// a agreed, e escalated, c accepted, x closed.
var expected = map[string][2]string{
	"post_message":        {"ceb", "wnaec"},
	"add_evidence":        {"ce", "wnaec"},
	"make_offer":          {"ce", "wnec"},
	"see_offer":           {"ce", "wnec"},
	"withdraw_offer":      {"ce", "wnec"},
	"accept_offer":        {"ce", "wnec"},
	"decline_offer":       {"ce", "wnec"},
	"report_performance":  {"ce", "aec"},
	"confirm_performance": {"ce", "aec"},
	"dispute_performance": {"ce", "aecx"},
	"withdraw_case":       {"c", "wnec"},
	"escalate":            {"ces", "wnax"},
	"refuse_case":         {"e", "wn"},
	"reopen":              {"c", "x"},
	"rate":                {"c", "x"},
	"change_consents":     {"c", "wnaecx"},
	"disclose_details":    {"c", "wnaec"},
	"assign":              {"es", "wnaec"},
	"request_approval":    {"e", "wnec"},
	"answer_request":      {"e", "wnec"},
	"withdraw_request":    {"e", "wnec"},
	"accept_complaint":    {"b", "e"},
	"refuse_complaint":    {"b", "e"},
	"rule_on_refusal":     {"b", "ecx"},
	"find_performance":    {"b", "ecx"},
	"void":                {"b", "ecx"},
	"chase":               {"o", "wnaec"},
	"close_complaint":     {"b", "c"},
	"pass_deadline":       {"s", "wnaecx"},
	"remind":              {"s", "wnaecx"},
	"move_deadlines":      {"s", "wnaecx"},
	"erase_content":       {"s", "wnaecx"},
	"file_case":           {"", ""},
}

var letters = map[Phase]string{PhaseAwaitingResponse: "w", PhaseNegotiating: "n", PhaseAgreed: "a", PhaseEscalated: "e", PhaseAccepted: "c", PhaseClosed: "x"}

// everybody and what they may be to the case; those outside do not learn that it exists.
var everybody = []struct {
	name  string
	actor Actor
	is    string
}{
	{"consumer", mei, "c"}, {"agent", agent, "e"}, {"supervisor", supervisor, "e"}, {"officer", officer, "bo"},
	{"bureau beside", sister, "o"}, {"bureau above", superior, "o"}, {"system", System, "s"},
	{"other consumer", stranger, ""}, {"other enterprise", rival, ""}, {"neighbouring bureau", neighbour, ""},
	{"bureau of another province", foreigner, ""}, {"administrator", admin, ""}, {"nobody", nobody, ""},
	{"agent with the consumer's id", Actor{ID: "mei", Role: RoleDeskAgent, Enterprise: "rival"}, ""},
	{"consumer with the agent's id", Actor{ID: "agent", Role: RoleConsumer, Enterprise: "shop"}, ""},
	{"consumer who names the bureau", Actor{ID: "x", Role: RoleConsumer, Bureau: "xuhui", Region: "310104"}, ""},
	{"administrator of everything", Actor{ID: "mei", Role: RoleAdministrator, Enterprise: "shop", Bureau: "xuhui", Region: "310104"}, ""},
}

func everyPhase(t *testing.T) map[Phase]*Case {
	t.Helper()
	cases := map[Phase]*Case{
		PhaseAwaitingResponse: newScenario(t).c,
		PhaseNegotiating:      newScenario(t).offers(agent, refund(1, 1)).c,
		PhaseAgreed:           agreed(t, true, refund(1, 1)).c,
		PhaseEscalated:        escalated(t).c,
		PhaseAccepted:         escalated(t).officer(AcceptComplaint{}).c,
		PhaseClosed:           newScenario(t).consumer(WithdrawCase{Reason: WithdrawSolved}).c,
	}
	for _, p := range Phases {
		require.Equal(t, p, cases[p].Phase)
	}
	return cases
}

func TestRights(t *testing.T) {
	t.Parallel()
	require.Len(t, rightOf, len(expected))
	for phase, c := range everyPhase(t) {
		for kind, x := range expected {
			for _, who := range everybody {
				want := ""
				mine := who.is
				if phase != PhaseEscalated && phase != PhaseAccepted && phase != PhaseClosed {
					mine = strings.ReplaceAll(mine, "b", "") // before escalation a bureau only looks on and chases
				}
				switch {
				case who.is == "":
					want = CodeNotFound
				case kind == "file_case" && who.is == "c":
					want = CodeWrongPhase
				case !strings.ContainsAny(mine, x[0]):
					want = CodeNotAllowed
				case !strings.Contains(x[1], letters[phase]):
					want = CodeWrongPhase
				}
				require.Equal(t, want, CodeOf(c.May(who.actor, Action(kind))), "%s by %s in %s", kind, who.name, phase)
				if want != "" {
					require.NotContains(t, c.Allowed(who.actor, time.Now()), kind)
				}
			}
		}
	}
}

// A refused right is refused by the door too, before anything of the command is looked at.
func TestDoorChecksRights(t *testing.T) {
	t.Parallel()
	public, system, _ := Vocabulary()
	for _, c := range everyPhase(t) {
		for _, who := range everybody {
			for _, k := range slices.Concat(public, system) {
				if err := c.May(who.actor, Action(k.Kind())); err != nil {
					_, got := alone(c, who.actor, k, Env{At: c.LastAt})
					require.Equal(t, err, got, "%s by %s", k.Kind(), who.name)
				}
			}
		}
	}
}

func TestNobodySeesACaseBeforeItIsFiled(t *testing.T) {
	t.Parallel()
	for _, who := range everybody {
		for kind := range expected {
			want := CodeNotFound
			if kind == "file_case" && who.actor.Role == RoleConsumer {
				want = ""
			}
			require.Equal(t, want, CodeOf((&Case{}).May(who.actor, Action(kind))), "%s by %s", kind, who.name)
		}
	}
}

func TestSeeing(t *testing.T) {
	t.Parallel()
	before, after := newScenario(t).c, escalated(t).c
	unsent := filed(t, false).tick("2026-03-17T00:00").c
	returned := agreed(t, true, refund(1, 1), shipping(3)).c
	all, desk := []Action{SeeFacts, SeeRoom, SeeDesk, SeeDetails, SeeChoice}, []Action{SeeFacts, SeeRoom, SeeDesk, SeeDetails}
	for _, x := range []struct {
		actor  Actor
		c      *Case
		may    []Action
		hidden bool
	}{
		{mei, before, []Action{SeeFacts, SeeRoom, SeeDetails, SeeChoice}, false},
		{agent, before, []Action{SeeFacts, SeeRoom, SeeDesk}, false},
		{supervisor, before, []Action{SeeFacts, SeeRoom, SeeDesk}, false},
		{agent, returned, desk, false},
		{rival, returned, nil, true},
		{officer, before, []Action{SeeFacts}, false},
		{officer, returned, []Action{SeeFacts}, false},
		{officer, unsent, []Action{SeeFacts}, false},
		{officer, after, []Action{SeeFacts, SeeRoom, SeeDetails, SeeChoice}, false},
		{sister, after, []Action{SeeFacts}, false},
		{superior, after, []Action{SeeFacts}, false},
		{neighbour, after, nil, true},
		{foreigner, after, nil, true},
		{stranger, after, nil, true},
		{admin, after, nil, true},
		{nobody, after, nil, true},
		{System, after, all, false},
	} {
		for _, a := range all {
			want := CodeNotAllowed
			switch {
			case slices.Contains(x.may, a):
				want = ""
			case x.hidden:
				want = CodeNotFound
			}
			require.Equal(t, want, CodeOf(x.c.May(x.actor, a)), "%s by %s", a, x.actor.ID)
		}
	}
}

// What happens at the desk, and what the consumer keeps to themselves, leaves no trace in what others are shown.
func TestSeenBy(t *testing.T) {
	t.Parallel()
	s := newScenario(t)
	seen := func() (list [3]string) {
		for i, by := range []Actor{mei, agent, officer} {
			list[i] = encode(t, s.c.SeenBy(by))
		}
		return list
	}
	before := seen()
	s.later(time.Hour).enterprise(PostMessage{Text: "Internal", Channel: Desk}).enterprise(Assign{Agent: "agent"})
	after := seen()
	require.Equal(t, [2]string{before[0], before[2]}, [2]string{after[0], after[2]})
	require.NotEqual(t, before[1], after[1])
	require.Equal(t, "agent", s.c.SeenBy(supervisor).Agent)
	for _, by := range []Actor{mei, agent, officer} {
		require.Zero(t, s.c.SeenBy(by).Version, "it would tell that something happened elsewhere")
	}

	before = after
	s.later(time.Hour).consumer(ChangeConsents{Escalation: &Choice{Yes: false, Text: "e2"}})
	after = seen()
	require.Equal(t, before[1:], after[1:], "neither the choice nor that it was made")
	require.NotEqual(t, before[0], after[0])
	require.Nil(t, s.c.SeenBy(agent).Consents.Escalation)
	require.Nil(t, s.c.SeenBy(officer).Consents.Escalation)
	require.Equal(t, &Choice{Text: "e2"}, s.c.SeenBy(mei).Consents.Escalation)
	s.later(time.Hour).consumer(Escalate{})
	require.Equal(t, &Choice{Text: "e2"}, s.c.SeenBy(officer).Consents.Escalation, "the bureau may ask what was agreed to")
	require.Nil(t, s.c.SeenBy(agent).Consents.Escalation)
}

// What the consumer wants done with an unsettled case is in no event of a channel that the enterprise has, and counts as no word to it:
// after an offer that lay open it does not end the consumer's silence.
func TestTheChoiceIsKeptFromTheEnterprise(t *testing.T) {
	t.Parallel()
	s := newScenario(t)
	for _, e := range s.events {
		b, err := json.Marshal(e.Fact)
		require.NoError(t, err)
		require.Equal(t, e.Channel == ConsumerOnly, strings.Contains(string(b), "escalation"), "%s in %s", b, e.Channel)
	}
	s.at("2026-03-03T10:00").offers(agent, refund(5000, 3)).later(time.Hour)
	spoke := s.c.Spoke
	s.consumer(ChangeConsents{Publication: &Choice{Text: "p2"}, Escalation: &Choice{Text: "e2"}}).did("consents_changed", "consents_changed")
	require.Equal(t, []Channel{Room, ConsumerOnly}, []Channel{s.events[0].Channel, s.events[1].Channel})
	require.NotEqual(t, spoke, s.c.Spoke)
	spoke = s.c.Spoke
	s.later(time.Hour).consumer(ChangeConsents{Escalation: &Choice{Yes: true, Text: "e2"}})
	require.Equal(t, spoke, s.c.Spoke)
}

func TestAllowed(t *testing.T) {
	t.Parallel()
	s := newScenario(t).offers(agent, refund(1, 1))
	require.Equal(t, []string{"accept_offer", "add_evidence", "change_consents", "decline_offer", "disclose_details", "escalate", "make_offer",
		"post_message", "see_offer", "withdraw_case"}, s.c.Allowed(mei, s.env.At))
	require.Equal(t, []string{"add_evidence", "assign", "escalate", "make_offer", "post_message", "request_approval", "withdraw_offer"}, s.c.Allowed(agent, s.env.At))
	require.Equal(t, []string{"add_evidence", "assign", "escalate", "make_offer", "post_message", "request_approval"}, s.c.Allowed(agent, s.env.At.Add(time.Hour)))
	require.Equal(t, []string{"chase"}, s.c.Allowed(officer, s.env.At))
	require.Empty(t, s.c.Allowed(stranger, s.env.At))
}

// What may be done is told by the time that the door judges by: that of the last event, where a machine's clock went back.
func TestAllowedWhenTheClockWentBack(t *testing.T) {
	t.Parallel()
	s := newScenario(t).do(superior, Chase{})
	chased := s.env.At
	s.later(24 * time.Hour).consumer(PostMessage{Text: "Hello?"})
	s.env.At = chased
	require.Equal(t, []string{"chase"}, s.c.Allowed(superior, s.env.At), "the next day has begun")
	s.do(superior, Chase{})
}

func TestSides(t *testing.T) {
	t.Parallel()
	require.Equal(t, SideEnterprise, SideConsumer.Other())
	require.Equal(t, SideConsumer, SideEnterprise.Other())
	require.Equal(t, SideNobody, admin.Side())
	require.Equal(t, SideSystem, System.Side())
}
