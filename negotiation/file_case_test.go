package negotiation

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestFilingOpensTheCase(t *testing.T) {
	t.Parallel()
	s := newScenario(t).did("case_filed", "offer_made", "consents_changed").wants(PhaseAwaitingResponse, "")
	s.due(FirstResponse, "2026-03-05T00:00").due(Negotiation, "2026-03-17T00:00").due("offer:1", "2026-03-17T00:00")
	require.Equal(t, "case-1", s.c.ID)
	require.Equal(t, "mei", s.c.Consumer)
	require.Equal(t, SideEnterprise, s.c.Turn)
	require.Equal(t, DefaultRules(), s.c.Rules)
	o, ok := s.c.OpenOffer()
	require.True(t, ok)
	require.Equal(t, SideConsumer, o.By)
	require.EqualValues(t, 20000, o.Total())
	require.Equal(t, &Content{Goods: "Kettle", Text: "It leaks."}, s.events[0].Content)

	// The claim may be accepted as it stands.
	s.at("2026-03-03T09:00").accepts(agent).wants(PhaseAgreed, "").due("performance:0", "2026-03-11T00:00").runsNot(FirstResponse, Negotiation)
	require.Equal(t, s.env.At, s.c.FirstResponse)
	require.Equal(t, s.env.At, s.c.SettledAt)
}

// The case keeps the rules that it was filed under.
func TestFilingKeepsTheRules(t *testing.T) {
	t.Parallel()
	s := blank(t)
	s.env.Filing = platform()
	s.env.Filing.Rules.Negotiation = 7
	s.do(mei, filing(true)).due(Negotiation, "2026-03-12T00:00")
	s.env.Filing = nil
	s.refuses(mei, filing(true), CodeWrongPhase)
}

func TestFilingOverTheHolidays(t *testing.T) {
	t.Parallel()
	// Spring Festival 2026: 02-15 to 02-23 off, Saturday 02-14 and 02-28 are working days.
	s := blank(t).at("2026-02-13T23:59")
	s.env.Filing = platform()
	f := filing(true)
	f.PurchasedOn, f.KnownSince = "2026-02-01", "2026-02-01"
	s.do(mei, f).due(FirstResponse, "2026-02-25T00:00").due(Negotiation, "2026-03-06T00:00")
}

func TestFilingIsChecked(t *testing.T) {
	t.Parallel()
	for name, x := range map[string]struct {
		change func(f *FileCase, in *Filing)
		code   string
		field  string
	}{
		"enterprise not enrolled":   {func(_ *FileCase, in *Filing) { in.Enrolled = false }, CodeNotEnrolled, "enterprise"},
		"category":                  {func(f *FileCase, _ *Filing) { f.Category = "weather" }, CodeInvalid, "category"},
		"goods":                     {func(f *FileCase, _ *Filing) { f.Goods = " \t" }, CodeRequired, "goods"},
		"facts":                     {func(f *FileCase, _ *Filing) { f.Facts = "" }, CodeRequired, "facts"},
		"facts too long":            {func(f *FileCase, _ *Filing) { f.Facts = strings.Repeat("水", 5001) }, CodeTooLong, "facts"},
		"order number too long":     {func(f *FileCase, _ *Filing) { f.OrderNumber = strings.Repeat("1", 101) }, CodeTooLong, "order_number"},
		"no purchase":               {func(f *FileCase, _ *Filing) { f.PurchasedOn = "" }, CodeRequired, "purchased_on"},
		"purchase not a date":       {func(f *FileCase, _ *Filing) { f.PurchasedOn = "2026-2-1" }, CodeInvalid, "purchased_on"},
		"purchase tomorrow":         {func(f *FileCase, _ *Filing) { f.PurchasedOn = "2026-03-03" }, CodeOutOfRange, "purchased_on"},
		"purchase before our time":  {func(f *FileCase, _ *Filing) { f.PurchasedOn = "1989-12-31" }, CodeOutOfRange, "purchased_on"},
		"known before the purchase": {func(f *FileCase, _ *Filing) { f.KnownSince = "2026-02-19" }, CodeOutOfRange, "known_since"},
		"known: never":              {func(f *FileCase, _ *Filing) { f.KnownSince = "" }, CodeRequired, "known_since"},
		"currency":                  {func(f *FileCase, _ *Filing) { f.Amount.Currency = "USD" }, CodeInvalid, "amount.currency"},
		"nothing disputed":          {func(f *FileCase, _ *Filing) { f.Amount.Minor = 0 }, CodeOutOfRange, "amount.minor"},
		"too much disputed":         {func(f *FileCase, _ *Filing) { f.Amount.Minor = MaxMinor + 1 }, CodeOutOfRange, "amount.minor"},
		"no claim":                  {func(f *FileCase, _ *Filing) { f.Claim = nil }, CodeRequired, "claim"},
		"only own items claimed":    {func(f *FileCase, _ *Filing) { f.Claim = []Item{shipping(3)} }, CodeNoEnterpriseItem, "claim"},
		"no word on other bodies":   {func(f *FileCase, _ *Filing) { f.OtherBody = "" }, CodeRequired, "other_body"},
		"unknown other body":        {func(f *FileCase, _ *Filing) { f.OtherBody = "press" }, CodeInvalid, "other_body"},
		"not for daily life":        {func(f *FileCase, _ *Filing) { f.ForDailyLife = false }, CodeInvalid, "for_daily_life"},
		"truth":                     {func(f *FileCase, _ *Filing) { f.Consents.Truth = "" }, CodeRequired, "consents.truth"},
		"rules":                     {func(f *FileCase, _ *Filing) { f.Consents.Rules = "" }, CodeRequired, "consents.rules"},
		"publication not asked":     {func(f *FileCase, _ *Filing) { f.Consents.Publication = nil }, CodeRequired, "consents.publication"},
		"escalation not chosen":     {func(f *FileCase, _ *Filing) { f.Consents.Escalation = nil }, CodeRequired, "consents.escalation"},
		"choice without its text":   {func(f *FileCase, _ *Filing) { f.Consents.Escalation = &Choice{Yes: true} }, CodeRequired, "consents.escalation.text"},
		"version too long":          {func(f *FileCase, _ *Filing) { f.Consents.Truth = strings.Repeat("v", 101) }, CodeTooLong, "consents.truth"},
		"too many files":            {func(f *FileCase, _ *Filing) { f.Evidence = make([]EvidenceRef, 10) }, CodeTooManyFiles, "evidence"},
		"a file that is not there":  {func(f *FileCase, _ *Filing) { f.Evidence = []EvidenceRef{{"x", "y"}} }, CodeNotFound, "evidence[0].file"},
		"same order":                {func(f *FileCase, in *Filing) { f.OrderNumber, in.Open.SameOrder = "A1", 1 }, CodeTooManyCases, "order_number"},
		"same enterprise":           {func(_ *FileCase, in *Filing) { in.Open.SameEnterprise = 3 }, CodeTooManyCases, "enterprise"},
		"all":                       {func(_ *FileCase, in *Filing) { in.Open.All = 10 }, CodeTooManyCases, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := blank(t)
			f := filing(true)
			s.env.Filing = platform()
			x.change(&f, s.env.Filing)
			s.refuses(mei, f, x.code, x.field)
			require.Zero(t, s.c.Version)
		})
	}
	t.Run("the platform must say what it knows", func(t *testing.T) {
		t.Parallel()
		blank(t).refuses(mei, filing(true), CodeInternal)
	})
}

func TestFilingWithEvidence(t *testing.T) {
	t.Parallel()
	s := blank(t)
	s.env.Filing = platform()
	s.env.Files = []File{{ID: "f1", SHA256: "aa", Name: "receipt.jpg", Type: "image/jpeg", Size: 9, Owner: "mei"}}
	f := filing(true)
	f.Evidence = []EvidenceRef{{"f1", "bb"}}
	s.refuses(mei, f, CodeInvalid, "evidence[0].sha256")
	f.Evidence[0].SHA256 = "aa"
	s.do(mei, f).did("case_filed", "offer_made", "evidence_added", "consents_changed")
	require.Equal(t, EvidenceAdded{File: "f1", SHA256: "aa", Size: 9, Type: "image/jpeg"}, s.events[2].Fact)
	require.Equal(t, 1, s.c.Files.Of(SideConsumer))
}

func TestConsentsChangeInTheRoom(t *testing.T) {
	t.Parallel()
	s := filed(t, false)
	s.consumer(ChangeConsents{Escalation: &Choice{true, "e2"}})
	require.Equal(t, &Choice{true, "p1"}, s.c.Consents.Publication)
	require.Equal(t, &Choice{true, "e2"}, s.c.Consents.Escalation)
	s.consumer(ChangeConsents{Publication: &Choice{false, "p2"}})
	require.False(t, s.c.Consents.Publication.Yes)
	s.refuses(mei, ChangeConsents{}, CodeRequired, "publication")
	s.refuses(mei, ChangeConsents{Publication: &Choice{Yes: true}}, CodeRequired, "publication.text")
	s.tick("2026-03-17T00:00").wants(PhaseEscalated, ClassTE) // by itself, as now chosen
}

func TestPublicationIsTakenBackAfterTheEnd(t *testing.T) {
	t.Parallel()
	s := filed(t, true).consumer(WithdrawCase{Reason: WithdrawReasons[0]})
	require.Contains(t, s.c.Allowed(mei, s.env.At), "change_consents")
	s.refuses(mei, ChangeConsents{Escalation: &Choice{false, "e2"}}, CodeWrongPhase, "")
	s.refuses(agent, ChangeConsents{Publication: &Choice{false, "p2"}}, CodeNotAllowed, "")
	s.consumer(ChangeConsents{Publication: &Choice{false, "p2"}}).did("consents_changed")
	require.Equal(t, &Choice{false, "p2"}, s.c.Consents.Publication)
	require.Equal(t, PhaseClosed, s.c.Phase)
}

func TestInvisibleTextIsNoText(t *testing.T) {
	t.Parallel()
	for _, blank := range []string{"", " \n", "\u200b", "\u3164\uffa0", "\u2800", "\u0301", "\u00ad"} {
		require.False(t, Visible(blank), "%q", blank)
		newScenario(t).refuses(agent, PostMessage{Text: blank, Question: true}, CodeRequired, "text")
	}
	for _, trick := range []string{"退款\u202e00001\u202c元", "a\x00b", "\x1b[2J"} {
		newScenario(t).refuses(agent, PostMessage{Text: trick}, CodeInvalid, "text")
	}
	newScenario(t).consumer(PostMessage{Text: "好的 👍🏽\n谢谢"})
}

func TestReopeningCountsAgainstTheLimits(t *testing.T) {
	t.Parallel()
	s := newScenario(t).consumer(WithdrawCase{Reason: WithdrawMistaken})
	s.env.Open = &OpenCases{SameEnterprise: 3, MaxOrder: 1, MaxEnterprise: 3, Max: 10}
	s.refuses(mei, Reopen{}, CodeTooManyCases, "enterprise")
	s.env.Open.SameEnterprise = 2
	s.consumer(Reopen{})
}

// The claim is the first offer: above three times the disputed amount it gives a reason, too.
func TestClaimFarAboveTheAmount(t *testing.T) {
	t.Parallel()
	s := blank(t)
	s.env.Filing = platform()
	f := filing(true)
	f.Claim = []Item{refund(60001, 5)}
	s.refuses(mei, f, CodeReasonRequired, "reason")
	f.Reason = " \u200b"
	s.refuses(mei, f, CodeReasonRequired, "reason")
	f.Reason = strings.Repeat("x", 2001)
	s.refuses(mei, f, CodeTooLong, "reason")
	f.Reason = "Punitive damages, three times the price"
	s.do(mei, f)
	require.Equal(t, f.Reason, s.events[1].Content.Reason)
	f.Claim, f.Reason = []Item{refund(60000, 5)}, ""
	s = blank(t)
	s.env.Filing = platform()
	s.do(mei, f)
}
