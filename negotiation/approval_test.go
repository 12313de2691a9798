package negotiation

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// limited gives the agents of the scenario a limit, as the platform looks it up for the one who acts.
func (s *scenario) limited(fen int64) *scenario {
	s.env.Limit = &fen
	return s
}

// answers the open request as a supervisor, with what the log says was asked for.
func (s *scenario) answer(approve bool) AnswerRequest {
	s.t.Helper()
	s.env.Asked = s.asked(s.c.Request.Seq)
	return AnswerRequest{Request: s.c.Request.Seq, Approve: approve}
}

func (s *scenario) asked(seq int64) Command {
	s.t.Helper()
	for _, r := range s.records {
		if r.Channel == Desk && r.Seq == seq {
			e, err := r.Event()
			require.NoError(s.t, err)
			return Asked(e)
		}
	}
	return nil
}

func asks(items ...Item) RequestApproval {
	return RequestApproval{MakeOffer: &MakeOffer{Items: items, ValidDays: 10, Text: "We are sorry."}, Note: "He is right."}
}

var colleague = Actor{ID: "colleague", Role: RoleDeskAgent, Enterprise: "shop"}

func TestLimits(t *testing.T) {
	t.Parallel()
	dear := Item{By: SideConsumer, Remedy: ReturnAndRefund, Amount: &Money{"CNY", 90000}, Due: Due{Days: 3, Unit: WorkingDays}}
	for _, x := range []struct {
		name  string
		limit int64
		items []Item
		over  int64 // 0: within
	}{
		{"just", 5000, []Item{refund(5000, 3)}, 0},
		{"a fen more", 5000, []Item{refund(5001, 3)}, 5001},
		{"items together", 5000, []Item{refund(3000, 3), refund(2001, 3)}, 5001},
		{"no money", 0, []Item{apology(3)}, 0},
		{"no money for nothing", 0, []Item{refund(1, 3)}, 1},
		{"what the consumer pays is not counted", 0, []Item{apology(3), dear}, 0},
	} {
		want := ""
		if x.over > 0 {
			want = CodeOverAuthority
		}
		err := newScenario(t).limited(x.limit).try(agent, MakeOffer{Items: x.items, ValidDays: 10})
		require.Equal(t, want, CodeOf(err), x.name)
		s := newScenario(t)
		s.limited(x.limit).offers(mei, x.items...)
		err = s.try(agent, AcceptOffer{Offer: 2, Digest: s.c.Offers[1].Digest})
		require.Equal(t, want, CodeOf(err), x.name)
		if x.over > 0 {
			var e *Error
			require.ErrorAs(t, err, &e)
			require.Equal(t, map[string]any{"limit": CNY(x.limit), "amount": CNY(x.over)}, e.Params)
		}
	}
	foreign := decision{c: new(Case), by: agent, env: Env{Limit: new(int64(MaxMinor))}}
	require.Equal(t, CodeOverAuthority, CodeOf(foreign.mayPay([]Item{{By: SideEnterprise, Amount: &Money{"USD", 1}}})), "another currency")
	require.NoError(t, foreign.mayPay([]Item{{By: SideConsumer, Amount: &Money{"USD", 1}}}))
}

// Whatever the terms, an agent with a limit settles for as much and no more; acceptance is judged by what lies on the table.
func TestLimitHolds(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		var items []Item
		var sum int64
		for range rapid.IntRange(1, 4).Draw(rt, "items") {
			it := refund(rapid.Int64Range(1, 20000).Draw(rt, "fen"), 3)
			if rapid.Bool().Draw(rt, "consumer's") {
				it.By = SideConsumer
			} else {
				sum += it.Amount.Minor
			}
			items = append(items, it)
		}
		items = append(items, apology(3))
		limit := max(0, sum+rapid.Int64Range(-2, 2).Draw(rt, "near"))
		s := newScenario(t)
		s.t = both{t, rt}
		s.env.Limit = &limit
		by, cmd := agent, Command(MakeOffer{Items: items, ValidDays: 10, Reason: "x"})
		if rapid.Bool().Draw(rt, "accepts") {
			s.do(mei, cmd)
			cmd = AcceptOffer{Offer: 2, Digest: s.c.Offers[1].Digest}
		}
		require.Equal(rt, sum > limit, CodeOf(s.try(by, cmd)) == CodeOverAuthority)
	})
}

func TestRequest(t *testing.T) {
	t.Parallel()
	s := newScenario(t).enterprise(PostMessage{Text: "Note", Channel: Desk}).limited(1000)
	s.refuses(agent, asks(refund(0, 3)), CodeOutOfRange, "make_offer.items[0].amount.minor").
		refuses(agent, RequestApproval{}, CodeRequired).
		refuses(supervisor, asks(refund(5000, 3)), CodeNotAllowed).
		refuses(agent, RequestApproval{AcceptOffer: &AcceptOffer{Offer: 1, Digest: "other"}}, CodeStaleDigest, "accept_offer.digest").
		enterprise(asks(refund(5000, 3))).did("approval_requested")
	require.Equal(t, Desk, s.events[0].Channel)
	require.Equal(t, &Content{Text: "We are sorry.", Note: "He is right."}, s.events[0].Content)
	require.Equal(t, int64(2), s.c.Request.Seq)
	require.Zero(t, s.c.FirstResponse, "the consumer heard nothing")

	s.refuses(colleague, asks(refund(6000, 3)), CodeRequestOpen).
		refuses(colleague, WithdrawRequest{2}, CodeNotAllowed).
		refuses(agent, AnswerRequest{Request: 2, Approve: true}, CodeNotAllowed).
		refuses(supervisor, WithdrawRequest{2}, CodeNotAllowed).
		refuses(agent, WithdrawRequest{1}, CodeRequestNotOpen).
		later(time.Hour).enterprise(asks(shipping(3), after(0, refund(6000, 3)))). // replaces the own one
		refuses(supervisor, AnswerRequest{Request: 2, Approve: true}, CodeRequestNotOpen).
		refuses(supervisor, AnswerRequest{Request: 3, Approve: true}, CodeNotFound, "request"). // its text was erased
		do(agent, WithdrawRequest{3}).did("request_withdrawn").
		refuses(agent, WithdrawRequest{3}, CodeRequestNotOpen).
		enterprise(asks(shipping(3), after(0, refund(6000, 3))))

	s.do(supervisor, s.answer(true)).did("request_answered", "offer_made").wants(PhaseNegotiating, "")
	require.Equal(t, By{SideEnterprise, "supervisor"}, s.events[1].By)
	require.Equal(t, &Content{Text: "We are sorry.", Items: []string{"Send the kettle back", ""}}, s.events[1].Content)
	require.Equal(t, int64(6000), s.c.Offers[1].Total())
	require.Nil(t, s.c.Request)
	s.refuses(supervisor, AnswerRequest{Request: 5, Approve: true}, CodeRequestNotOpen)

	s.offers(mei, refund(9000, 3))
	accept := RequestApproval{AcceptOffer: &AcceptOffer{Offer: 3, Digest: s.c.Offers[2].Digest}}
	s.refuses(agent, *accept.AcceptOffer, CodeOverAuthority).enterprise(accept)
	s.do(supervisor, s.answer(false)).did("request_answered").refuses(supervisor, AnswerRequest{Request: 7}, CodeRequestNotOpen).enterprise(accept)
	s.do(supervisor, s.answer(true)).did("request_answered", "offer_accepted").wants(PhaseAgreed, "")
}

// A request is for the table as it is: what comes to lie there, goes from there, or takes the case elsewhere, overtakes it. Talk does not.
func TestRequestIsOvertaken(t *testing.T) {
	t.Parallel()
	offer := AcceptOffer{Offer: 1}
	for name, x := range map[string]struct {
		then func(s *scenario)
		void bool
	}{
		"messages": {func(s *scenario) {
			s.consumer(PostMessage{Text: "Hello?"}).enterprise(PostMessage{Text: "One moment"}).enterprise(PostMessage{Text: "Note", Channel: Desk}).consumer(DiscloseDetails{})
		}, false},
		"the first response":      {func(s *scenario) { s.enterprise(PostMessage{Text: "Which kettle?", Question: true}) }, false},
		"the offer is seen":       {func(s *scenario) { s.enterprise(SeeOffer{1}) }, false},
		"a supervisor's offer":    {func(s *scenario) { s.offers(supervisor, refund(7000, 3)) }, true},
		"the agent declines":      {func(s *scenario) { s.enterprise(DeclineOffer{Offer: 1}) }, true},
		"the consumer's new word": {func(s *scenario) { s.offers(mei, refund(8000, 3)) }, true},
		"it is taken back":        {func(s *scenario) { s.consumer(WithdrawOffer{1}) }, true},
		"it is accepted":          {func(s *scenario) { s.do(supervisor, offer) }, true},
		"escalation":              {func(s *scenario) { s.consumer(Escalate{}) }, true},
		"withdrawn, and taken up again": {func(s *scenario) {
			s.consumer(WithdrawCase{Reason: WithdrawSolved}).consumer(Reopen{})
		}, true},
		"its validity ends": {func(s *scenario) { s.tick("2026-03-17T00:00") }, true},
	} {
		s := newScenario(t)
		offer.Digest = s.c.Offers[0].Digest
		s.enterprise(asks(refund(5000, 3)))
		x.then(s)
		require.Equal(t, x.void, s.c.Request == nil, name)
		s.env.Asked = s.asked(1)
		err := s.try(supervisor, AnswerRequest{Request: 1, Approve: true})
		require.Equal(t, x.void, err != nil, name)
		if x.void {
			require.Contains(t, []string{CodeRequestNotOpen, CodeWrongPhase}, CodeOf(err), name)
		}
	}
}

// An approval that the door refuses changes nothing.
func TestApprovalIsRefusedAsAWhole(t *testing.T) {
	t.Parallel()
	s := newScenario(t).enterprise(asks(refund(5000, 3)))
	s.env.Asked = MakeOffer{Items: []Item{refund(5000, 3)}, ValidDays: 1}
	s.refuses(supervisor, AnswerRequest{Request: 1, Approve: true}, CodeOutOfRange)
	require.NotNil(t, s.c.Request)
	s.do(supervisor, s.answer(true))
}

// Nobody but the desk is shown that somebody asked, or what was answered.
func TestRequestIsTheDesksAlone(t *testing.T) {
	t.Parallel()
	s := newScenario(t)
	seen := func() (list [2]string) {
		for i, by := range []Actor{mei, officer} {
			list[i] = encode(t, s.c.SeenBy(by))
		}
		return list
	}
	before := seen()
	s.later(time.Hour).enterprise(asks(refund(5000, 3)))
	require.Equal(t, before, seen())
	require.Equal(t, s.c.Request, s.c.SeenBy(colleague).Request)
	s.later(time.Hour).do(supervisor, s.answer(false))
	require.Equal(t, before, seen())
	for _, r := range s.records {
		require.Equal(t, r.Type == "approval_requested" || r.Type == "request_answered", r.Channel == Desk, r.Type)
	}
}
