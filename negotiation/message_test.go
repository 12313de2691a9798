package negotiation

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestFirstResponse(t *testing.T) {
	t.Parallel()
	for name, x := range map[string]struct {
		act   func(s *scenario)
		stops bool
	}{
		"message": {func(s *scenario) { s.enterprise(PostMessage{Text: "We look into it."}) }, false},
		"evidence": {func(s *scenario) {
			s.env.Files = []File{{ID: "f", SHA256: "aa", Owner: "agent"}}
			s.enterprise(AddEvidence{File: "f", SHA256: "aa"})
		}, false},
		"note":                     {func(s *scenario) { s.enterprise(PostMessage{Text: "Ask the store.", Channel: Desk}) }, false},
		"assignment":               {func(s *scenario) { s.enterprise(Assign{Agent: "agent"}) }, false},
		"decline":                  {func(s *scenario) { s.enterprise(DeclineOffer{Offer: 1}) }, false},
		"seen":                     {func(s *scenario) { s.enterprise(SeeOffer{Offer: 1}) }, false},
		"question of the consumer": {func(s *scenario) { s.refuses(mei, PostMessage{Text: "Well?", Question: true}, CodeInvalid, "question") }, false},
		"question in a note": {func(s *scenario) {
			s.refuses(agent, PostMessage{Text: "?", Question: true, Channel: Desk}, CodeInvalid, "question")
		}, false},
		"question":   {func(s *scenario) { s.enterprise(PostMessage{Text: "Which model?", Question: true}) }, true},
		"offer":      {func(s *scenario) { s.offers(agent, refund(100, 1)) }, true},
		"acceptance": {func(s *scenario) { s.accepts(agent) }, true},
		"refusal":    {func(s *scenario) { s.enterprise(RefuseCase{Ground: NotOurCustomer, Text: "No such order."}) }, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newScenario(t).at("2026-03-04T23:59")
			x.act(s)
			require.Equal(t, x.stops, !s.c.FirstResponse.IsZero())
			require.Equal(t, !x.stops, s.c.runs(FirstResponse))
			s.tick("2026-03-17T00:00")
			if !x.stops {
				s.wants(PhaseEscalated, ClassTE)
			}
		})
	}
}

func TestFirstResponseOverdueWarnsAndStaysToBeDone(t *testing.T) {
	t.Parallel()
	s := newScenario(t).tick("2026-03-05T00:00").did("deadline_passed").wants(PhaseAwaitingResponse, "")
	d, ok := s.c.Deadline(FirstResponse)
	require.True(t, ok && d.Overdue)
	s.tick("2026-03-05T00:01").did()
	s.enterprise(PostMessage{Text: "Sorry. Which model?", Question: true}).wants(PhaseNegotiating, "").runsNot(FirstResponse)
}

func TestTurnAndQuestion(t *testing.T) {
	t.Parallel()
	s := newScenario(t)
	s.enterprise(PostMessage{Text: "Which model?", Question: true})
	require.Equal(t, SideConsumer, s.c.Turn)
	require.True(t, s.c.Question)
	s.consumer(PostMessage{Text: "K2"})
	require.Equal(t, SideEnterprise, s.c.Turn)
	require.False(t, s.c.Question)
	s.enterprise(PostMessage{Text: "Thank you"})
	require.Equal(t, SideEnterprise, s.c.Turn, "a plain message passes no turn")
	s.offers(agent, refund(100, 1)).consumer(PostMessage{Text: "Let me think"})
	require.Equal(t, SideConsumer, s.c.Turn, "a message answers no offer")
	_, open := s.c.OpenOffer()
	require.True(t, open)
	s = agreed(t, true, refund(100, 1)).enterprise(report(0)).consumer(PostMessage{Text: "I look"})
	require.Equal(t, SideConsumer, s.c.Turn, "nor does it confirm what was reported")
}

// What the consumer does with an offer is a word to the enterprise, as a message is: silence counts from it.
func TestActsAreWords(t *testing.T) {
	t.Parallel()
	for _, act := range []Command{DeclineOffer{Offer: 2}, MakeOffer{ValidDays: 3, Items: []Item{refund(90, 1)}}} {
		s := newScenario(t).offers(agent, refund(100, 1)).later(time.Hour).consumer(act)
		require.Equal(t, s.env.At, s.c.Spoke, "%T", act)
	}
	s := newScenario(t).later(time.Minute).offers(mei, refund(90, 1)).later(time.Minute).consumer(WithdrawOffer{Offer: 2})
	require.Equal(t, s.env.At, s.c.Spoke)
	spoke := s.env.At
	s.offers(agent, refund(100, 1)).later(time.Minute).enterprise(WithdrawOffer{Offer: 3})
	require.Equal(t, spoke, s.c.Spoke, "the enterprise's own is none of theirs")
}

func TestMessagesAreChecked(t *testing.T) {
	t.Parallel()
	s := newScenario(t)
	s.refuses(mei, PostMessage{Text: " "}, CodeRequired, "text")
	s.refuses(mei, PostMessage{Text: "\xff"}, CodeInvalid, "text")
	s.refuses(mei, PostMessage{Text: strings.Repeat("和", 2001)}, CodeTooLong, "text")
	s.consumer(PostMessage{Text: strings.Repeat("和", 2000)})
	s.refuses(mei, PostMessage{Text: "x", Channel: "caucus"}, CodeInvalid, "channel")
	s.refuses(mei, PostMessage{Text: "x", Channel: Desk}, CodeNotAllowed, "channel")
	s.enterprise(PostMessage{Text: "x", Channel: Desk})
	require.Equal(t, Desk, s.events[0].Channel)
	require.EqualValues(t, 1, s.head.Desk.Seq)
	escalated(t).refuses(officer, PostMessage{Text: "x", Channel: Desk}, CodeNotAllowed, "channel").officer(PostMessage{Text: "Good morning"})
}

func TestMessageLimits(t *testing.T) {
	t.Parallel()
	s := newScenario(t).at("2026-03-02T09:00").later(10 * time.Second)
	for range 30 {
		s.consumer(PostMessage{Text: "x"})
	}
	err := s.try(mei, PostMessage{Text: "x"})
	var e *Error
	require.ErrorAs(t, err, &e)
	require.Equal(t, CodeRateLimited, e.Code)
	require.EqualValues(t, 50, e.Params["retry_after"])
	s.enterprise(PostMessage{Text: "x"}) // the other party has its own count
	s.later(50 * time.Second).consumer(PostMessage{Text: "x"})

	// Five hundred a day, which ends at midnight in Shanghai.
	s.c.Talk[0].InDay, s.folded.Talk[0].InDay = 500, 500
	s.later(time.Minute).refuses(mei, PostMessage{Text: "x"}, CodeRateLimited)
	s.at("2026-03-02T23:59").refuses(mei, PostMessage{Text: "x"}, CodeRateLimited)
	require.ErrorAs(t, s.try(mei, PostMessage{Text: "x"}), &e)
	require.EqualValues(t, 60, e.Params["retry_after"])
	s.at("2026-03-03T00:00").consumer(PostMessage{Text: "x"})
	require.Equal(t, 1, s.c.Talk[0].InDay)

	o := escalated(t)
	for range 40 {
		o.officer(PostMessage{Text: "x"}) // a bureau has no limit
	}
}

func TestEvidence(t *testing.T) {
	t.Parallel()
	s := newScenario(t)
	s.env.Files = []File{{ID: "f", SHA256: "aa", Name: "photo.jpg", Owner: "mei"}}
	s.refuses(mei, AddEvidence{File: "g", SHA256: "aa"}, CodeNotFound, "file")
	s.refuses(agent, AddEvidence{File: "f", SHA256: "aa"}, CodeNotFound, "file") // not the agent's upload
	s.refuses(mei, AddEvidence{File: "f", SHA256: "ab"}, CodeInvalid, "sha256")
	s.refuses(mei, AddEvidence{File: "f", SHA256: "aa", Caption: strings.Repeat("x", 501)}, CodeTooLong, "caption")
	for range 9 {
		s.consumer(AddEvidence{File: "f", SHA256: "aa", Caption: "The crack"})
	}
	require.Equal(t, &Content{FileName: "photo.jpg", Text: "The crack"}, s.events[0].Content)
	require.NotContains(t, s.c.Allowed(mei, s.env.At), "add_evidence")
	s.refuses(mei, AddEvidence{File: "f", SHA256: "aa"}, CodeTooManyFiles, "file")
	require.Equal(t, 0, s.c.Files.Of(SideEnterprise))
}

func TestDetailsAndAssignment(t *testing.T) {
	t.Parallel()
	s := newScenario(t)
	require.Equal(t, CodeNotAllowed, CodeOf(s.c.May(agent, SeeDetails)))
	s.consumer(DiscloseDetails{}).refuses(mei, DiscloseDetails{}, CodeAlreadyDone)
	require.NoError(t, s.c.May(agent, SeeDetails))
	s.enterprise(Assign{Agent: "agent"}).did("agent_assigned")
	require.Equal(t, Desk, s.events[0].Channel)
	s.do(supervisor, Assign{Agent: "agent"}).did("agent_assigned")
	s.do(supervisor, Assign{}).did("agent_assigned")
	require.Empty(t, s.c.Agent)
	s.refuses(agent, Assign{Agent: strings.Repeat("x", 101)}, CodeTooLong, "agent")
}

// The system gives an agent what waits for one: nobody has it, none of the desk gave it back, and it is under negotiation.
func TestWhatWaitsForAnAgent(t *testing.T) {
	t.Parallel()
	for name, x := range map[string]struct {
		before func(s *scenario)
		waits  bool
	}{
		"filed":                          {func(*scenario) {}, true},
		"answered":                       {func(s *scenario) { s.offers(agent, refund(100, 1)) }, true},
		"taken":                          {func(s *scenario) { s.enterprise(Assign{Agent: "agent"}) }, false},
		"given by the system":            {func(s *scenario) { s.do(System, Assign{Agent: "agent"}) }, false},
		"given back":                     {func(s *scenario) { s.enterprise(Assign{Agent: "agent"}).enterprise(Assign{}) }, false},
		"let alone by a supervisor":      {func(s *scenario) { s.do(supervisor, Assign{}) }, false},
		"agent left":                     {func(s *scenario) { s.enterprise(Assign{Agent: "agent"}).do(System, Assign{}) }, true},
		"given back, taken, agent left":  {func(s *scenario) { s.enterprise(Assign{}).enterprise(Assign{Agent: "agent"}).do(System, Assign{}) }, true},
		"agreed":                         {func(s *scenario) { s.accepts(agent) }, false},
		"refused":                        {func(s *scenario) { s.enterprise(RefuseCase{Ground: NotOurCustomer, Text: "No such order."}) }, false},
		"a complaint":                    {func(s *scenario) { s.consumer(Escalate{}) }, false},
		"withdrawn":                      {func(s *scenario) { s.consumer(WithdrawCase{Reason: WithdrawMistaken}) }, false},
		"withdrawn by mistake, reopened": {func(s *scenario) { s.consumer(WithdrawCase{Reason: WithdrawMistaken}).consumer(Reopen{}) }, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newScenario(t)
			x.before(s)
			require.Equal(t, x.waits, s.c.Waits())
			if x.waits {
				s.do(System, Assign{Agent: "other"}).did("agent_assigned")
				require.Equal(t, "other", s.c.Agent)
			} else if s.c.Talking() {
				s.refuses(System, Assign{Agent: "other"}, CodeAlreadyDone)
			}
			require.False(t, s.c.Waits())
		})
	}
}

// Details are needed as soon as an accepted item is sent or fetched.
func TestDetailsForAgreedItems(t *testing.T) {
	t.Parallel()
	require.Error(t, agreed(t, true, refund(100, 1)).c.May(agent, SeeDetails))
	require.NoError(t, agreed(t, true, refund(100, 1), shipping(7)).c.May(agent, SeeDetails))
}

func TestRating(t *testing.T) {
	t.Parallel()
	s := newScenario(t).refuses(mei, Rate{Stars: 5}, CodeWrongPhase)
	s.consumer(WithdrawCase{Reason: WithdrawNoLonger})
	s.refuses(mei, Rate{Stars: 0}, CodeOutOfRange, "stars").refuses(mei, Rate{Stars: 6}, CodeOutOfRange, "stars")
	s.refuses(mei, Rate{Stars: 1, Text: strings.Repeat("x", 2001)}, CodeTooLong, "text")
	s.consumer(Rate{Stars: 4, Text: "Quick"}).refuses(mei, Rate{Stars: 5}, CodeAlreadyDone)
	require.Equal(t, 4, s.c.Stars)
}

func TestErasure(t *testing.T) {
	t.Parallel()
	s := newScenario(t).consumer(PostMessage{Text: "My phone is 138..."})
	s.refuses(System, EraseContent{Channel: "x", Seq: 1, Reason: "asked"}, CodeInvalid, "channel")
	s.refuses(System, EraseContent{Channel: Room, Seq: 0, Reason: "asked"}, CodeOutOfRange, "seq")
	s.refuses(System, EraseContent{Channel: Room, Seq: 3}, CodeRequired, "reason")
	s.do(System, EraseContent{Channel: Room, Seq: 3, Reason: "asked"}).did("content_erased")
	s.do(System, EraseContent{Channel: Desk, Seq: 1, Reason: "asked"})
	require.Equal(t, Desk, s.events[0].Channel)
	var prev Hash
	for _, r := range s.records {
		r.Content, r.Salt = nil, nil // all of it
		require.True(t, r.Verify(prev))
		if r.ContentSum != (Hash{}) {
			require.Contains(t, string(r.Wire()), `"erased":true`)
		}
		prev = r.Hash
	}
}
