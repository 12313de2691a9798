package e2e

import (
	"testing"

	"github.com/stretchr/testify/require"

	"hejie/negotiation"
)

// TestApproval: a limit holds for an agent whose room was open before it was set. What is over it is asked for, and the supervisor who finds it in the
// inbox sends it with one tap; declines it; or is too late, because the table has changed. The consumer sees nothing of it but the offer.
func TestApproval(t *testing.T) {
	t.Parallel()
	sc := filed(t, "en")
	boss := sc.s.enter(supervisor)
	phone, d := sc.phone(), sc.office()
	b := sc.sit("supervisor", boss, "/desk/staff", look{lang: "en"})

	b.press(b.word("desk/staff.edit") + ": 陈思远")
	in := inside{"dialog", b.word("desk/staff.editTitle")}
	b.fill("textbox", b.word("desk/staff.limit"), "1e3", in)
	b.press(b.word("common/common.save"), in)
	b.sees(b.word("desk/staff.limitWrong"))
	b.fill("textbox", b.word("desk/staff.limit"), "100", in)
	b.press(b.word("common/common.save"), in)
	b.gone(in)
	b.sees(b.yuan(100))

	d.key("o")
	in = inside{"dialog", d.word("offer/compose.counter")}
	d.fill("textbox", d.word("offer/compose.amount"), "150", in)
	d.press(d.word("offer/compose.sendCounter"), in) // the limit was not known here
	d.sees(d.word("problems/over_authority"), d.word("desk/over.money", "amount", d.yuan(150), "limit", d.yuan(100)))
	require.Empty(t, d.axe())
	d.fill("textbox", d.word("desk/ask.note"), "He has the receipt", in)
	d.press(d.word("desk/ask"), in)
	d.gone(in)
	d.sees(d.word("desk/request.ownOffer"))
	require.Len(t, sc.consumer.look(sc.id).Case.Offers, 1)

	b.open("/desk?asked=yes")
	b.sees(b.word("desk/row.asked"))
	b.until(`document.querySelector('a[data-case="`+sc.id+`"]')?.click() ?? location.pathname.endsWith("`+sc.id+`")`, "the case is not among those that wait for approval")
	b.sees(b.word("desk/request.offer", "who", "陈思远"), b.word("desk/request.amount", "amount", b.yuan(150)), "He has the receipt")
	b.shot("asked")
	for _, dark := range []bool{false, true} {
		b.wear(look{lang: "en", dark: dark})
		require.Empty(t, b.axe())
	}
	phone.misses("150")
	b.press(b.word("desk/request.decline"))
	d.sees(d.word("desk/end.declined", "who", "刘佳怡"))
	d.press(d.word("desk/end.change")) // what was asked for is not lost
	d.sees(d.word("offer/compose.kept"))
	d.fill("textbox", d.word("offer/compose.amount"), "155", in)
	d.press(d.word("desk/ask"), in)
	d.gone(in)
	d.sees(d.word("desk/request.ownOffer"))
	b.sees(b.word("desk/request.amount", "amount", b.yuan(155)))
	phone.misses("155")
	b.press(b.word("desk/request.approve"))
	b.sees(b.word("desk/request.approved"))
	d.sees(d.word("desk/request.wasApproved", "who", "刘佳怡"))
	phone.hears(phone.yuan(155))
	offers := sc.consumer.look(sc.id).Case.Offers
	require.Len(t, offers, 2)
	require.Equal(t, sc.s.account(boss), offers[1].Account)

	sc.consumer.tell(sc.id, refund(180, 5))
	asks := func(press func()) {
		t.Helper()
		d.sees(d.word("desk/over.accept", "amount", d.yuan(180), "limit", d.yuan(100)))
		d.has(0, "button", d.word("offer/accept"))
		press()
		in := inside{"dialog", d.word("desk/ask.acceptTitle")}
		d.press(d.word("desk/ask"), in)
		d.gone(in)
		d.sees(d.word("desk/request.ownAccept"))
		b.sees(b.word("desk/request.accept", "who", "陈思远"))
	}
	asks(func() { d.press(d.word("desk/ask")) })
	b.fill("textbox", b.word("desk/request.word", "who", "陈思远"), "Try 160 first")
	b.press(b.word("desk/request.decline"))
	d.sees(d.word("desk/end.declined", "who", "刘佳怡"), "Try 160 first")
	b.has(0, "button", b.word("desk/request.decline"))

	asks(func() { // by a counter-offer that is their own
		d.key("o")
		in := inside{"dialog", d.word("offer/compose.counter")}
		d.press(d.word("desk/ask"), in)
		d.press(d.word("offer/compose.accept"), in)
	})
	sc.consumer.tell(sc.id, refund(170, 5))
	d.sees(d.word("desk/end.overtaken"))
	b.has(0, "button", b.word("desk/request.approveAccept"))
	sc.is(negotiation.PhaseNegotiating, "")
	d.shot("overtaken")

	for _, p := range []*screen{d, b} {
		p.click("tab", p.word("desk/room.tab.notes")+"…")
		p.sees(p.word("desk/entry.approved"), p.word("desk/entry.declined"), p.word("desk/entry.overtaken"), p.word("desk/entry.refused", "who", "刘佳怡"))
	}
	require.Empty(t, b.axe())
}

// account of who is signed in.
func (s *server) account(c *caller) string {
	s.t.Helper()
	return get[struct{ ID string }](c, "/api/account").ID
}
