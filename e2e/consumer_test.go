package e2e

import (
	"net/http"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"hejie/e2e/seed"
	"hejie/negotiation"
)

// signsIn with a phone and the code that was sent to it.
func (p *screen) signsIn(phone string) {
	p.t.Helper()
	p.open("/sign-in")
	p.fill("textbox", p.word("account/phone.label"), phone)
	p.press(p.word("account/phone.send"))
	p.fill("textbox", p.word("account/phone.code"), p.s.sentCode(phone)) // the sixth digit sends it
	p.until(`location.pathname !== "/sign-in"`, "the code lets nobody in")
}

// TestErase: a consumer removes their own data, which open cases forbid. The other side keeps the record without the name, and who comes
// back with the same phone begins anew.
func TestErase(t *testing.T) {
	t.Parallel()
	const phone = "13812345679"
	sc := &scene{t: t, s: demo(t)}
	sc.desk = sc.s.enter(agent)
	c := sc.s.screen(t, "consumer", look{phone: true})
	c.forgive("409")
	c.signsIn(phone)
	sc.consumer = sc.s.as(c.session())
	sc.id = sc.consumer.file(seed.Filing(sc.s.enterprise(firm)))
	d := sc.office()
	d.sees("试")

	erases := func() {
		c.open("/account")
		c.press(c.word("account/erase.action"))
		in := inside{"dialog", c.word("account/erase.title")}
		c.press(c.word("account/erase.action"), in)
		c.sees(c.word("account/erase.tick"))
		c.click("checkbox", c.word("account/erase.sure"), in)
		c.press(c.word("account/erase.action"), in)
	}
	erases()
	c.sees(c.word("problems/open_cases", "count", 1))
	c.shot("open")

	sc.agreed(100)
	sc.desk.tell(sc.id, negotiation.ReportPerformance{Reference: "流水 1"})
	sc.consumer.tell(sc.id, negotiation.ConfirmPerformance{})
	erases()
	c.until(`location.pathname === "/"`, "who is erased is not led out")
	c.sees(c.word("account/erase.done"))
	c.shot("done")
	require.Equal(t, http.StatusUnauthorized, sc.consumer.do(http.MethodGet, "/api/cases", nil).Status)

	d.do(chromedp.Reload())
	d.entered()
	d.stands(negotiation.PhaseClosed)
	d.sees(d.word("desk/facts.erased"))
	d.shot("after")
	require.NotContains(t, d.eval(`document.body.innerText`), "试用者")

	c.signsIn(phone)
	c.open("/cases")
	c.sees(c.word("room/cases.empty"))
	c.open("/account")
	c.holds(c.word("account/account.name"), "")
}

// TestSessions: one device ends the session of another, whose screen says so at once.
func TestSessions(t *testing.T) {
	t.Parallel()
	sc := filed(t, "en")
	lost := sc.phone()
	own := sc.sit("owner", sc.s.enter(consumer), "/account", look{lang: "en"})
	own.has(1, "button", own.word("account/account.revoke"))
	own.press(own.word("account/account.revoke"))
	own.sees(own.word("account/account.revoked"))
	own.has(0, "button", own.word("account/account.revoke"))
	own.shot("revoked")
	lost.sees(lost.word("account/signIn.ended"))
	lost.sees(lost.word("account/phone.label"))
	lost.until(`location.pathname === "/sign-in" && location.search.includes("/c/") && !document.body.textContent.includes("电饭煲")`, "the case stays on the screen")
	lost.shot("ended")
	require.Equal(t, http.StatusUnauthorized, sc.consumer.do(http.MethodGet, "/api/cases", nil).Status)
}

// TestOtherTab: what a tab shows, and would send, is of who is signed in in its browser, also after that changed in another one.
func TestOtherTab(t *testing.T) {
	t.Parallel()
	s := demo(t)
	shop := s.enterprise(firm)
	for name, change := range map[string]func(account, other *screen){
		"left": func(account, other *screen) {
			other.press(other.word("account/account.signOut"))
			account.sees(account.word("account/phone.label"))
		},
		"another came": func(account, other *screen) {
			other.cookie(s.enter("wu").Token)
			other.open("/account")
			account.holds(account.word("account/account.name"), "吴小满")
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			account := s.screen(t, "consumer", look{lang: "en"})
			account.cookie(s.enter(consumer).Token)
			account.open("/account")
			account.holds(account.word("account/account.name"), "雷鸣")
			filing := account.beside("/file/" + shop)
			filing.sees(filing.word("file-case/what.goods"))
			filing.fill("textbox", filing.word("file-case/what.goods"), "电饭煲")
			filing.until(`Object.keys(localStorage).some(key => key.startsWith("hejie.filing"))`, "the filing is not kept")

			change(account, account.beside("/account"))
			account.until(`![...document.querySelectorAll("input")].some(input => input.value === "雷鸣")`, "the name stays on the screen")
			filing.until(`!document.body.innerHTML.includes("电饭煲") && ![...document.querySelectorAll("input")].some(input => input.value === "电饭煲")`, "the filing stays on the screen")
			filing.until(`!Object.keys(localStorage).some(key => key.startsWith("hejie.filing"))`, "the filing stays on the device")
		})
	}
}

// TestChangeOfMind: consents changed in the room, a withdrawal and its undoing, a lapse and its reopening, a rating.
func TestChangeOfMind(t *testing.T) {
	t.Parallel()
	sc := filed(t, "zh")
	c, d := sc.phone(), sc.office()

	c.about()
	c.press(c.word("room/actions.consents"))
	in := inside{"dialog", c.word("room/consents.title")}
	c.click("radio", c.word("room/consents.publication.yes")+"…", in) // the other choice stands there as it was made
	c.shot("consents")
	c.press(c.word("common/common.save"), in)
	c.gone(in)
	c.hears(c.word("room/event.consents_changed", "who", c.word("words/who.consumer.consumer")))
	consents := sc.consumer.look(sc.id).Case.Consents
	require.True(t, consents.Publication.Yes)
	require.True(t, consents.Escalation.Yes)
	c.about()
	c.press(c.word("room/actions.consents"))
	c.click("radio", c.word("room/consents.escalation.no")+"…", in)
	c.press(c.word("common/common.save"), in)
	c.gone(in)
	require.False(t, sc.consumer.look(sc.id).Case.Consents.Escalation.Yes)

	c.about()
	c.press(c.word("room/actions.withdraw"))
	in = inside{"dialog", c.word("room/withdraw.title")}
	c.press(c.word("room/withdraw.yes"), in)
	c.sees(c.word("common/common.choose"))
	c.click("radio", c.word("words/withdraw.filed_by_mistake"), in)
	c.press(c.word("room/withdraw.yes"), in)
	c.gone(in)
	c.sees(c.word("words/phase.closed"))
	d.hears(d.word("words/closing.withdrawn"))
	sc.is(negotiation.PhaseClosed, negotiation.ClassWC)
	c.shot("withdrawn")
	c.press(c.word("room/bar.reopen"))
	in = inside{"dialog", c.word("room/reopen.title")}
	c.press(c.word("room/reopen.yes"), in)
	c.gone(in)
	d.hears(d.word("room/event.case_reopened", "who", d.word("words/who.enterprise.consumer")))
	require.Equal(t, negotiation.Class(""), sc.consumer.look(sc.id).Case.Class)
}

// TestLapsed: an offer that the consumer leaves lying ends nothing for good: one tap takes the case up again. It settles, and is rated.
func TestLapsed(t *testing.T) {
	t.Parallel()
	sc := filed(t, "en")
	sc.desk.tell(sc.id, refund(60, 9))
	c := sc.phone()
	sc.officer.advanceTo(sc.id, "negotiation")
	sc.is(negotiation.PhaseClosed, negotiation.ClassLC)
	c.sees(c.word("words/phase.closed"))
	c.shot("lapsed")
	c.press(c.word("room/bar.reopen"))
	in := inside{"dialog", c.word("room/reopen.title")}
	c.press(c.word("room/reopen.yes"), in)
	c.gone(in)
	c.sees(c.word("words/phase.negotiating"))

	sc.agreed(80)
	sc.desk.tell(sc.id, negotiation.ReportPerformance{Reference: "SF100"})
	sc.consumer.tell(sc.id, negotiation.ConfirmPerformance{})
	c.press(c.word("room/bar.rate"))
	in = inside{"dialog", c.word("room/rate.title")}
	c.press(c.word("room/rate.yes"), in)
	c.sees(c.word("common/common.choose"))
	c.click("radio", c.word("room/rate.star", "n", 4), in)
	c.fill("textbox", c.word("room/rate.text"), "Quick in the end.", in)
	c.shot("rate")
	c.press(c.word("room/rate.yes"), in)
	c.gone(in)
	c.sees(c.word("room/rate.thanks"))
	require.Equal(t, 4, sc.consumer.look(sc.id).Case.Stars)

	c.open("/c/" + sc.id + "/agreement")
	c.sees(c.word("offer/agreement.title"))
	c.until(`/Due: .* 20\d\d, 24:00/.test(document.body.innerText)`, "a date on paper has no year")
	c.wear(look{phone: true, dark: true, lang: "en"})
	require.Equal(t, 1, c.prints("agreement"))
}

// TestInvite: who does not find an enterprise hears where to complain, and can ask for it to join. A wrong credit code is told apart.
func TestInvite(t *testing.T) {
	t.Parallel()
	s := demo(t)
	c := s.screen(t, "consumer", look{phone: true, dark: true})
	c.forgive("422")
	c.open("/not-enrolled?region=430602&name=" + "某某超市")
	c.sees("岳阳楼区市场监督管理局")
	c.fill("textbox", c.word("file-case/notEnrolled.code"), "91430602MA4DA0019X")
	c.press(c.word("file-case/notEnrolled.send"))
	c.sees(c.word("file-case/notEnrolled.badCode"))
	c.shot("wrong-code")
	c.fill("textbox", c.word("file-case/notEnrolled.code"), "")
	c.press(c.word("file-case/notEnrolled.send"))
	c.sees(strings.ReplaceAll(c.word("file-case/notEnrolled.counted"), "{n}", "1"))
	c.shot("counted")
}
