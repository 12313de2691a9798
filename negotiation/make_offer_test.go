package negotiation

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestOneOfferAtATime(t *testing.T) {
	t.Parallel()
	s := newScenario(t).offers(agent, refund(5000, 3))
	require.Equal(t, StateCountered, s.c.Offers[0].State)
	require.Equal(t, 1, s.events[0].Fact.(OfferMade).Counters)
	s.offers(mei, refund(15000, 3))
	require.Equal(t, StateCountered, s.c.Offers[1].State)
	s.offers(mei, refund(16000, 3)) // a consumer may ask for more until it is answered
	require.Equal(t, StateReplaced, s.c.Offers[2].State)
	require.Equal(t, 3, s.events[0].Fact.(OfferMade).Replaces)
	require.Equal(t, SideEnterprise, s.c.Turn)
	s.enterprise(DeclineOffer{Offer: 4, Reason: "Too much"})
	require.Equal(t, StateDeclined, s.c.Offers[3].State)
	require.Equal(t, SideConsumer, s.c.Turn)
	s.refuses(mei, WithdrawOffer{Offer: 4}, CodeOfferNotOpen, "offer")
}

func TestOffersAreChecked(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("长", 501)
	for name, x := range map[string]struct {
		items []Item
		code  string
		field string
	}{
		"none":                   {nil, CodeRequired, "items"},
		"seven":                  {[]Item{refund(1, 1), refund(1, 1), refund(1, 1), refund(1, 1), refund(1, 1), refund(1, 1), refund(1, 1)}, CodeOutOfRange, "items"},
		"by nobody":              {[]Item{{Remedy: Apology, Due: Due{Days: 1, Unit: WorkingDays}}}, CodeInvalid, "items[0].by"},
		"by the bureau":          {[]Item{{By: SideBureau, Remedy: Apology, Due: Due{Days: 1, Unit: WorkingDays}}}, CodeInvalid, "items[0].by"},
		"unknown remedy":         {[]Item{apology(1), {By: SideEnterprise, Remedy: "magic"}}, CodeInvalid, "items[1].remedy"},
		"money without amount":   {[]Item{{By: SideEnterprise, Remedy: Refund, Due: Due{Days: 1, Unit: WorkingDays}}}, CodeRequired, "items[0].amount"},
		"nothing":                {[]Item{refund(0, 1)}, CodeOutOfRange, "items[0].amount.minor"},
		"too much":               {[]Item{refund(MaxMinor+1, 1)}, CodeOutOfRange, "items[0].amount.minor"},
		"dollars":                {[]Item{{By: SideEnterprise, Remedy: Refund, Amount: &Money{"USD", 1}}}, CodeInvalid, "items[0].amount.currency"},
		"other, unsaid":          {[]Item{{By: SideEnterprise, Remedy: Other, Due: Due{Days: 1, Unit: WorkingDays}}}, CodeRequired, "items[0].description"},
		"long description":       {[]Item{{By: SideEnterprise, Remedy: Other, Description: long}}, CodeTooLong, "items[0].description"},
		"unit":                   {[]Item{{By: SideEnterprise, Remedy: Apology, Due: Due{Days: 1, Unit: "weeks"}}}, CodeInvalid, "items[0].due.unit"},
		"no days":                {[]Item{apology(0)}, CodeOutOfRange, "items[0].due.days"},
		"91 days":                {[]Item{apology(91)}, CodeOutOfRange, "items[0].due.days"},
		"working days beyond 90": {[]Item{refund(1, 64)}, CodeOutOfRange, "items[0].due.days"},
		"a chain beyond 90":      {[]Item{apology(60), after(0, apology(31))}, CodeOutOfRange, "items[1].due.days"},
		"after no item":          {[]Item{apology(1), after(2, apology(1))}, CodeInvalid, "items[1].due.after"},
		"after a negative item":  {[]Item{after(-1, apology(1))}, CodeInvalid, "items[0].due.after"},
		"after itself":           {[]Item{after(0, apology(1))}, CodeInvalid, "items[0].due.after"},
		"a circle":               {[]Item{apology(1), after(2, apology(1)), after(1, apology(1))}, CodeInvalid, "items[1].due.after"},
		"only the consumer's":    {[]Item{shipping(1)}, CodeNoEnterpriseItem, "items"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			newScenario(t).refuses(agent, MakeOffer{Items: x.items, ValidDays: 3}, x.code, x.field)
		})
	}
	newScenario(t).offers(agent, apology(90), refund(1, 60), shipping(30), after(2, refund(1, 3)), after(3, apology(50)))
}

func TestValidity(t *testing.T) {
	t.Parallel()
	for _, x := range []struct {
		by   Actor
		days int
		ok   bool
	}{{agent, 2, false}, {agent, 3, true}, {agent, 10, true}, {agent, 11, false}, {mei, 0, false}, {mei, 1, true}, {mei, 10, true}, {mei, 11, false}} {
		s, offer := newScenario(t), MakeOffer{Items: []Item{refund(1, 1)}, ValidDays: x.days}
		if !x.ok {
			s.refuses(x.by, offer, CodeOutOfRange, "valid_days")
			continue
		}
		s.do(x.by, offer)
	}
	s := newScenario(t).do(agent, MakeOffer{Items: []Item{refund(1, 1)}, ValidDays: 3}).due("offer:2", "2026-03-06T00:00")
	digest := s.c.Offers[1].Digest
	s.at("2026-03-06T00:00").refuses(mei, AcceptOffer{Offer: 2, Digest: digest}, CodeOfferNotOpen)
	s.did("deadline_passed")
	require.Equal(t, StateLapsed, s.c.Offers[1].State)
}

// In time means before due: 23:59:59.999999 of the last day is in time, whatever the worker did.
func TestAcceptanceAtTheLastMoment(t *testing.T) {
	t.Parallel()
	s := newScenario(t).do(agent, MakeOffer{Items: []Item{refund(1, 1)}, ValidDays: 3})
	s.at("2026-03-06T00:00").later(-time.Microsecond).accepts(mei).wants(PhaseAgreed, "")
}

func TestLimitsOfOffers(t *testing.T) {
	t.Parallel()
	s := newScenario(t)
	s.refuses(agent, MakeOffer{Items: []Item{refund(60001, 1)}, ValidDays: 3}, CodeReasonRequired, "reason")
	s.refuses(agent, MakeOffer{Items: []Item{refund(60001, 1)}, ValidDays: 3, Reason: " \u200b"}, CodeReasonRequired, "reason")
	s.enterprise(MakeOffer{Items: []Item{refund(60000, 1)}, ValidDays: 3})
	s.enterprise(MakeOffer{Items: []Item{refund(60000, 1), refund(1, 1)}, ValidDays: 3, Reason: "A gift"})
	require.Equal(t, "A gift", s.events[0].Content.Reason)
	s.refuses(agent, MakeOffer{Items: []Item{refund(1, 1)}, ValidDays: 3, Reason: strings.Repeat("x", 2001)}, CodeTooLong, "reason")
	s.refuses(agent, MakeOffer{Items: []Item{refund(1, 1)}, ValidDays: 3, Text: strings.Repeat("x", 2001)}, CodeTooLong, "text")
	for range 29 {
		s.offers(mei, refund(15000, 1)) // with the claim thirty
	}
	require.NotContains(t, s.c.Allowed(mei, s.env.At), "make_offer")
	s.refuses(mei, MakeOffer{Items: []Item{refund(1, 1)}, ValidDays: 3}, CodeTooManyOffers)
	s.offers(agent, refund(100, 1))
}

func TestAcceptanceNamesTheTerms(t *testing.T) {
	t.Parallel()
	s := newScenario(t).do(agent, MakeOffer{Items: []Item{refund(5000, 3)}, ValidDays: 3, Text: "Our best"})
	o := s.c.Offers[1]
	require.Equal(t, Digest([]Item{refund(5000, 3)}, "Our best"), o.Digest)
	require.NotEqual(t, Digest([]Item{refund(5000, 3)}, ""), o.Digest)
	require.NotEqual(t, Digest([]Item{refund(5001, 3)}, "Our best"), o.Digest)
	s.refuses(mei, AcceptOffer{Offer: 2}, CodeRequired, "digest")
	s.refuses(mei, AcceptOffer{Offer: 2, Digest: "00"}, CodeStaleDigest, "digest")
	s.refuses(mei, AcceptOffer{Offer: 3, Digest: o.Digest}, CodeNotFound, "offer")
	s.refuses(mei, AcceptOffer{Offer: 0, Digest: o.Digest}, CodeNotFound, "offer")
	s.refuses(mei, AcceptOffer{Offer: 1, Digest: s.c.Offers[0].Digest}, CodeOfferNotOpen, "offer")
	s.refuses(agent, AcceptOffer{Offer: 2, Digest: o.Digest}, CodeOwnOffer, "offer")
	s.refuses(supervisor, DeclineOffer{Offer: 2}, CodeOwnOffer, "offer")
	s.refuses(agent, SeeOffer{Offer: 2}, CodeOwnOffer, "offer")
	s.consumer(AcceptOffer{Offer: 2, Digest: o.Digest}).wants(PhaseAgreed, "")
	require.Equal(t, SideConsumer, s.c.Agreement.AcceptedBy)
	require.Equal(t, SideEnterprise, s.c.Turn)
}

// Descriptions are content: the facts of an offer are without them, and its digest is with them.
func TestDescriptionsAreContent(t *testing.T) {
	t.Parallel()
	it := Item{By: SideEnterprise, Remedy: Other, Description: "Ten vouchers", Due: Due{Days: 1, Unit: WorkingDays}}
	s := newScenario(t).offers(agent, it)
	require.Equal(t, []string{"Ten vouchers"}, s.events[0].Content.Items)
	require.Empty(t, s.c.Offers[1].Items[0].Description)
	require.NotContains(t, encode(t, s.events[0].Fact), "vouchers")
	it.Description = "One voucher"
	require.NotEqual(t, Digest([]Item{it}, ""), s.c.Offers[1].Digest)
}

// An enterprise's offer binds (Civil Code art. 476).
func TestEnterpriseOffersBind(t *testing.T) {
	t.Parallel()
	made := func(t *testing.T) *scenario { return newScenario(t).offers(agent, refund(5000, 3), apology(5)) }
	t.Run("withdrawn within five minutes and unseen", func(t *testing.T) {
		t.Parallel()
		s := made(t).later(5*time.Minute - time.Microsecond).enterprise(WithdrawOffer{Offer: 2})
		require.Equal(t, StateWithdrawn, s.c.Offers[1].State)
		require.Equal(t, SideEnterprise, s.c.Turn)
	})
	t.Run("not after five minutes", func(t *testing.T) {
		t.Parallel()
		made(t).later(5*time.Minute).refuses(agent, WithdrawOffer{Offer: 2}, CodeOfferBinds, "offer")
	})
	t.Run("not when seen", func(t *testing.T) {
		t.Parallel()
		s := made(t).consumer(SeeOffer{Offer: 2}).did("offer_seen").consumer(SeeOffer{Offer: 2}).did()
		s.refuses(agent, WithdrawOffer{Offer: 2}, CodeOfferSeen, "offer")
	})
	t.Run("not the other side's", func(t *testing.T) {
		t.Parallel()
		made(t).refuses(mei, WithdrawOffer{Offer: 2}, CodeOfferNotOpen, "offer")
	})
	t.Run("a consumer's does not", func(t *testing.T) {
		t.Parallel()
		s := newScenario(t).enterprise(SeeOffer{Offer: 1}).at("2026-03-04T09:00").consumer(WithdrawOffer{Offer: 1}).offers(mei, refund(1, 1))
		s.enterprise(SeeOffer{Offer: 2}).offers(mei, refund(3, 1))
	})
	t.Run("unless the rules say otherwise", func(t *testing.T) {
		t.Parallel()
		s := blank(t)
		s.env.Filing = platform()
		s.env.Filing.Rules.EnterpriseOffersBind = false
		s.do(mei, filing(true)).offers(agent, refund(5000, 3)).consumer(SeeOffer{Offer: 2}).offers(agent, refund(1, 9)).later(time.Hour).enterprise(WithdrawOffer{Offer: 3})
	})
}

func TestReplacementOfABindingOffer(t *testing.T) {
	t.Parallel()
	prev := []Item{refund(5000, 3), shipping(7), after(1, refund(8000, 3)), apology(10)}
	less := func(it Item, change func(*Item)) Item { change(&it); return it }
	for name, x := range map[string]struct {
		next []Item
		ok   bool
	}{
		"the same":              {prev, true},
		"in another order":      {[]Item{shipping(7), apology(10), after(0, refund(8000, 3)), refund(5000, 3)}, true},
		"more":                  {[]Item{refund(5001, 2), shipping(8), after(1, refund(9000, 3)), apology(1), apology(30)}, true},
		"a smaller one doubled": {[]Item{refund(9000, 2), refund(5000, 3), shipping(7), apology(10)}, true}, // 9000 is for the 8000, at once
		"an item left out":      {[]Item{refund(9000, 2), refund(5000, 3), apology(10)}, false},             // its description cannot be weighed
		"less":                  {[]Item{refund(4999, 3), shipping(7), after(1, refund(8000, 3)), apology(10)}, false},
		"later":                 {[]Item{refund(5000, 4), shipping(7), after(1, refund(8000, 3)), apology(10)}, false},
		"another unit":          {[]Item{less(refund(5000, 3), func(it *Item) { it.Due.Unit = CalendarDays }), shipping(7), after(1, refund(8000, 3)), apology(10)}, false},
		"without the apology":   {prev[:3], false},
		"more asked":            {append([]Item{shipping(7)}, after(0, refund(8000, 3)), refund(5000, 3), apology(10), shipping(7)), false},
		"sooner asked":          {[]Item{refund(5000, 3), shipping(6), after(1, refund(8000, 3)), apology(10)}, false},
		"behind a condition":    {[]Item{after(1, refund(5000, 3)), shipping(7), after(1, refund(8000, 3)), apology(10)}, false},
		"behind another item":   {[]Item{refund(5000, 3), shipping(7), after(3, refund(8000, 3)), apology(10)}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newScenario(t).offers(agent, prev...)
			if x.ok {
				s.offers(agent, x.next...)
				return
			}
			s.refuses(agent, MakeOffer{Items: x.next, ValidDays: 10}, CodeOfferBinds, "items")
			s.consumer(DeclineOffer{Offer: 2}).offers(agent, x.next...) // answered, it binds no more
		})
	}
	// A description is a promise too, and so is how long the offer stands.
	extra := func(what string) []Item {
		it := apology(10)
		it.Remedy, it.Description = Other, what
		return []Item{refund(5000, 3), it}
	}
	s := newScenario(t).do(agent, MakeOffer{Items: extra("a new coat on top"), ValidDays: 8})
	s.refuses(agent, MakeOffer{Items: extra("nothing"), ValidDays: 10}, CodeOfferBinds, "items")
	s.refuses(agent, MakeOffer{Items: extra("a new coat on top"), ValidDays: 7}, CodeOfferBinds, "valid_days")
	s.do(agent, MakeOffer{Items: append(extra("a new coat on top"), apology(1)), ValidDays: 8})
	// What follows an own item of the enterprise is as late as that one.
	chain := []Item{apology(5), after(0, refund(100, 3))}
	require.True(t, asGoodAs([]Item{apology(4), after(0, refund(100, 3))}, chain))
	require.False(t, asGoodAs([]Item{apology(5), apology(60), after(1, refund(100, 3))}, chain))
	// What waited for the consumer does not come to wait for the enterprise.
	terms := []Item{shipping(7), after(0, refund(100, 3)), apology(7)}
	require.False(t, asGoodAs([]Item{shipping(7), after(2, refund(100, 3)), apology(7)}, terms))
	// Which item stands for which does not hang on the order.
	require.True(t, asGoodAs([]Item{refund(300, 3), refund(100, 3)}, []Item{refund(100, 3), refund(200, 3)}))
}

// An offer may run past the negotiation deadline and stays acceptable after escalation; so it does when the case closed
// unsent or was withdrawn meanwhile.
func TestOffersOutliveTheNegotiation(t *testing.T) {
	t.Parallel()
	late := func(t *testing.T, bySelf bool) *scenario {
		s := filed(t, bySelf).at("2026-03-12T09:00").offers(agent, refund(5000, 3)).consumer(PostMessage{Text: "Hm"})
		return s.due("offer:2", "2026-03-27T00:00")
	}
	t.Run("escalated", func(t *testing.T) {
		t.Parallel()
		s := late(t, true).tick("2026-03-17T00:00").wants(PhaseEscalated, ClassUE).due("offer:2", "2026-03-27T00:00")
		s.at("2026-03-26T23:59").accepts(mei).wants(PhaseEscalated, ClassUE)
		require.True(t, s.c.Settling())
	})
	t.Run("escalated and lapsed", func(t *testing.T) {
		t.Parallel()
		s := late(t, true).tick("2026-03-17T00:00").at("2026-03-27T00:00")
		s.refuses(mei, AcceptOffer{Offer: 2, Digest: s.c.Offers[1].Digest}, CodeOfferNotOpen)
	})
	t.Run("sent later", func(t *testing.T) {
		t.Parallel()
		s := late(t, false).tick("2026-03-17T00:00").wants(PhaseClosed, ClassUE)
		require.Equal(t, StateLapsed, s.c.Offers[1].State)
		s.at("2026-03-20T09:00").consumer(Escalate{}).due("offer:2", "2026-03-27T00:00").accepts(mei)
	})
	t.Run("sent too late", func(t *testing.T) {
		t.Parallel()
		s := late(t, false).tick("2026-03-17T00:00").at("2026-03-27T00:00").consumer(Escalate{}).runsNot("offer:2")
		require.Equal(t, StateLapsed, s.c.Offers[1].State)
	})
	t.Run("reopened", func(t *testing.T) {
		t.Parallel()
		s := late(t, false).consumer(WithdrawCase{Reason: WithdrawMistaken}).later(time.Hour).consumer(Reopen{})
		require.Equal(t, SideConsumer, s.c.Turn)
		s.accepts(mei).wants(PhaseAgreed, "")
	})
}

// A digest is that of the terms as encoding/json writes them, however it is put together.
func TestDigest(t *testing.T) {
	t.Parallel()
	for _, items := range [][]Item{nil, {}, {{By: SideEnterprise, Remedy: Apology, Description: "a<b>\u2028\"和解\""}}} {
		for _, text := range []string{"", "x<y & 'z'\u2028\n"} {
			b, err := json.Marshal(struct {
				Items []Item `json:"items"`
				Text  string `json:"text,omitempty"`
			}{items, text})
			require.NoError(t, err)
			sum := sha256.Sum256(b)
			require.Equal(t, hex.EncodeToString(sum[:]), Digest(items, text))
		}
	}
}
