package e2e

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"hejie/negotiation"
)

// TestSettle is the whole way in both languages: a consumer without an account finds the enterprise, files on a phone, signs in on the
// way, the desk makes an offer, it is accepted, performed, confirmed and rated.
func TestSettle(t *testing.T) {
	t.Parallel()
	for _, lang := range []string{"zh", "en"} {
		t.Run(lang, func(t *testing.T) {
			t.Parallel()
			sc := &scene{t: t, s: demo(t), lang: lang}
			sc.desk = sc.s.enter(agent)
			d := sc.sit("desk", sc.desk, "/desk", look{lang: lang})
			d.sees(d.word("desk/desk.title"))

			c := sc.s.screen(t, "consumer", look{phone: true, lang: lang})
			sc.files(c)
			d.sees("保温杯") // in the list, by itself
			d.open("/desk/" + sc.id)
			d.entered()

			d.counters(120)
			c.sees(c.yuan(120))
			c.shot("offer")
			c.accepts()
			c.sees(c.word("words/phase.agreed"))
			d.stands(negotiation.PhaseAgreed)

			d.press(d.word("room/performance.report"))
			in := inside{"dialog", d.word("room/performance.report.title")}
			d.fill("textbox", d.word("room/performance.report.reference"), "流水 20261122", in)
			d.press(d.word("room/performance.report.yes"), in)
			d.gone(in)
			c.about()
			c.press(c.word("room/performance.yes"))
			c.press(c.word("room/performance.confirm.yes"), inside{"dialog", c.word("room/performance.confirm.title")})
			d.stands(negotiation.PhaseClosed)
			sc.is(negotiation.PhaseClosed, negotiation.ClassSC)
			c.sees(c.word("words/phase.closed"))
			c.rates(4)
			d.sees(map[string]string{"zh": "评价：4 星", "en": "gave 4 stars"}[lang])
			c.shot("done")
			d.shot("done")
		})
	}
}

// rates how a case was handled.
func (p *screen) rates(stars int) {
	p.t.Helper()
	p.press(p.word("room/actions.rate"))
	in := inside{"dialog", p.word("room/rate.title")}
	p.click("radio", p.word("room/rate.star", "n", stars), in)
	p.press(p.word("room/rate.yes"), in)
	p.gone(in)
}

// files a case on the screen, from the home page's search by the enterprise's public page to the room.
func (sc *scene) files(c *screen) {
	sc.t.Helper()
	c.open("/")
	c.fill("combobox", c.word("home/search"), "湘湖里")
	c.click("option", firm+"…")
	c.link(c.word("enterprise/enterprise.file"))

	sc.describes(c)

	const phone = "13812345678"
	c.fill("textbox", c.word("account/phone.label"), phone)
	c.press(c.word("account/phone.send"))
	c.fill("textbox", c.word("account/phone.code"), sc.s.sentCode(phone)) // the sixth digit sends it
	c.misses(c.word("account/phone.code"))
	c.fill("textbox", c.word("file-case/you.name"), "林一")
	c.fill("textbox", c.word("file-case/you.address"), "岳阳市岳阳楼区试验路 3 号")
	c.press(c.word("file-case/file.next"))

	sc.sends(c)
	sc.consumer = sc.s.as(c.session())
}

// describes on the first three steps of a filing what happened, what it cost and what is wanted.
func (sc *scene) describes(c *screen) {
	sc.t.Helper()
	c.click("radio", c.word("words/category.quality")+"…")
	c.fill("textbox", c.word("file-case/what.goods"), "保温杯")
	c.fill("textbox", c.word("file-case/what.facts"), "买了两天就漏水，找客服换，一直没有回音。")
	c.set(c.word("file-case/what.purchased"), "2026-08-03")
	c.set(c.word("file-case/what.known"), "2026-08-05")
	c.shot("what")
	c.press(c.word("file-case/file.next"))

	c.fill("textbox", c.word("file-case/order.amount"), "159")
	c.press(c.word("file-case/file.next"))

	c.press(c.word("words/remedy.compensate"))
	c.fill("textbox", c.word("offer/compose.amount"), "159")
	c.press(c.word("file-case/file.next"))
}

// sends a filing: chooses where it must, and looks at it once more.
func (sc *scene) sends(c *screen) {
	sc.t.Helper()
	for _, x := range [][2]string{{"daily", "file-case/daily.yes"}, {"other", "words/otherBody.none"}, {"escalation", "file-case/escalation.yes"}, {"publication", "file-case/publication.no"}} {
		c.click("radio", c.start(x[1]), inside{"group", c.word("file-case/"+x[0]+".label") + "…"})
	}
	c.click("checkbox", c.word("file-case/truth.label")+"…")
	c.click("checkbox", c.start("file-case/rules.label"))
	c.shot("check")
	c.press(c.word("file-case/file.send"))
	c.link(c.word("file-case/done.room"))
	c.sees(c.word("words/phase.awaiting_response"))
	sc.id = strings.TrimPrefix(c.eval("location.pathname"), "/c/")
}

// sentCode is the code that the demo would have sent to a phone.
func (s *server) sentCode(phone string) string {
	s.t.Helper()
	var found string
	c := s.nobody()
	require.Eventually(s.t, func() bool {
		for _, m := range get[struct{ Rows []struct{ To, Text string } }](c, "/api/demo/outbox").Rows {
			if strings.HasSuffix(m.To, phone) && code(m.Text) != "" {
				found = code(m.Text)
				return true
			}
		}
		return false
	}, patience, patience/400)
	return found
}

// TestCounterTwice: offer, counter-offer, counter-offer, agreement; both sides see the gap close.
func TestCounterTwice(t *testing.T) {
	t.Parallel()
	sc := filed(t, "en")
	c, d := sc.phone(), sc.office()
	d.counters(100)
	c.sees(c.yuan(100))
	c.counters(250)
	d.sees(d.yuan(250))
	d.counters(200)
	d.sees(d.yuan(200))
	c.about()
	c.sees(c.word("offer/gap.title"))
	c.shot("gap")
	c.press(c.word("offer/accept"))
	c.press(c.word("offer/accept.yes"), inside{"dialog", c.word("offer/accept.title")})
	d.stands(negotiation.PhaseAgreed)
	d.shot("agreed")
	sc.is(negotiation.PhaseAgreed, "")
	require.EqualValues(t, 20000, sc.consumer.look(sc.id).Case.Agreement.Items[0].Amount.Minor)

	c.open("/c/" + sc.id + "/agreement")
	c.sees(c.word("offer/agreement.title"), c.yuan(200))
	c.shot("agreement")
	require.Equal(t, http.StatusOK, sc.consumer.do(http.MethodGet, "/api/cases/"+sc.id+"/file", nil).Status)
}
