package app

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hejie/negotiation"
)

// What is told when it matters most says what to do, and to whom.
func TestNotices(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 3, 17, 1, 0, 0, 0, time.UTC)
	until := time.Date(2026, 4, 16, 16, 0, 0, 0, time.UTC) // 00:00 of the 17th in Shanghai
	talking := &negotiation.Case{ID: "c", Code: "K7QM2-XW9PD", Consumer: "mei", Enterprise: "e", Phase: negotiation.PhaseNegotiating}
	offered := *talking
	offered.Offers = []*negotiation.Offer{{Number: 1, By: negotiation.SideEnterprise, State: negotiation.StateOpen}}
	claimed := *talking
	claimed.Offers = []*negotiation.Offer{{Number: 1, By: negotiation.SideConsumer, State: negotiation.StateOpen}}
	remind := negotiation.Reminded{Deadline: negotiation.Negotiation, Due: until, Whom: negotiation.SideConsumer}
	type told struct{ to, template, until string }
	tests := map[string]struct {
		c    *negotiation.Case
		fact negotiation.Fact
		by   negotiation.Side
		want []told
	}{
		"unsettled, and the consumer wanted to be asked": {talking, negotiation.CaseClosed{Class: negotiation.ClassTE, Unsent: negotiation.EscalatedNoResponse}, negotiation.SideSystem,
			[]told{{"mei", TemplateAskToSend, ""}, {"desk:e", TemplateClosed, ""}}},
		"lapsed": {talking, negotiation.CaseClosed{Class: negotiation.ClassLC, Until: until}, negotiation.SideSystem,
			[]told{{"mei", TemplateLapsed, "2026-04-16"}, {"desk:e", TemplateClosed, ""}}},
		"unconfirmed": {talking, negotiation.CaseClosed{Class: negotiation.ClassSU, Until: until}, negotiation.SideSystem,
			[]told{{"mei", TemplateUnconfirmed, "2026-04-16"}, {"desk:e", TemplateClosed, ""}}},
		"a date that became certain": {talking, negotiation.DeadlinesMoved{Moves: []negotiation.Move{{From: until, Deadline: negotiation.Deadline{Due: until}}}}, negotiation.SideSystem, nil},
		"a date that moved": {talking, negotiation.DeadlinesMoved{Moves: []negotiation.Move{{From: until, Deadline: negotiation.Deadline{Due: until}}, {From: at, Deadline: negotiation.Deadline{Due: until}}}}, negotiation.SideSystem,
			[]told{{"mei", TemplateDeadlineMoved, "2026-04-16"}, {"desk:e", TemplateDeadlineMoved, "2026-04-16"}}},
		"lapsed for the second time": {talking, negotiation.CaseClosed{Class: negotiation.ClassLC}, negotiation.SideSystem,
			[]told{{"mei", TemplateClosed, ""}, {"desk:e", TemplateClosed, ""}}},
		"withdrawn":                       {talking, negotiation.CaseClosed{Class: negotiation.ClassWC, Until: until}, negotiation.SideConsumer, []told{{"desk:e", TemplateClosed, ""}}},
		"an offer waits for the consumer": {&offered, remind, negotiation.SideSystem, []told{{"mei", TemplateAnswerOrLapse, "2026-04-16"}}},
		"their turn, but no offer":        {&claimed, remind, negotiation.SideSystem, []told{{"mei", TemplateDeadline, "2026-04-16"}}},
		"ruled":                           {talking, negotiation.RefusalRuled{}, negotiation.SideBureau, []told{{"mei", TemplateRefusalRuled, ""}, {"desk:e", TemplateRefusalRuled, ""}}},
		"found":                           {talking, negotiation.PerformanceFound{}, negotiation.SideBureau, []told{{"mei", TemplatePerformanceFound, ""}, {"desk:e", TemplatePerformanceFound, ""}}},
		"a message":                       {talking, negotiation.MessagePosted{}, negotiation.SideEnterprise, nil},
		"the first question":              {talking, negotiation.MessagePosted{Question: true}, negotiation.SideEnterprise, []told{{"mei", TemplateFirstResponse, ""}}},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got []told
			for _, n := range notices(talking, tc.c, []negotiation.Event{{At: at, By: negotiation.By{Side: tc.by}, Fact: tc.fact}}, time.Minute) {
				require.Equal(t, "K7QM2-XW9PD", n.Params["code"])
				got = append(got, told{n.To, n.Template, n.Params["until"] + n.Params["due"]})
			}
			require.Equal(t, tc.want, got)
		})
	}
}
