package e2e

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"hejie/negotiation"
	"hejie/negotiation/creditcode"
)

// rules over an enterprise as an officer does, from its row's menu.
func (p *screen) rules(act, enterprise, ground, reason string) {
	p.t.Helper()
	p.press(p.word("board/enterprises.menu", "name", enterprise))
	p.click("menuitem", p.word("board/scheme."+act))
	p.grounds(act, enterprise, ground, reason)
}

// grounds are asked for in the dialog of an act on an enrolment; first without any.
func (p *screen) grounds(act, enterprise, ground, reason string) {
	p.t.Helper()
	in := inside{"dialog", p.word("board/scheme."+act) + " · " + enterprise}
	p.press(p.word("board/scheme."+act), in)
	p.has(1, "combobox", p.word("board/scheme.ground"), in)
	p.until(`document.getElementById('scheme-ground').ariaInvalid === 'true'`, "the missing ground is not told")
	p.set(p.word("board/scheme.ground"), ground)
	p.fill("textbox", p.word("board/scheme.reason"), reason, in)
	p.shot(act)
	p.press(p.word("board/scheme."+act), in)
	p.gone(in)
}

// TestSuspendAndRemove: an enterprise is suspended, then removed, while a case runs. Each party reads on its own screen what it means and why.
func TestSuspendAndRemove(t *testing.T) {
	t.Parallel()
	sc := filed(t, "zh")
	sc.desk.tell(sc.id, refund(40, 5))
	page := "/e/" + sc.s.enterprise(firm)
	c, d := sc.phone(), sc.office()
	o := sc.sit("officer", sc.officer, "/board/enterprises", look{})

	o.rules("suspend", firm, "no_answers", "三件投诉没有答复。")
	o.sees(o.word("board/scheme.suspend.done", "name", firm))
	d.open("/desk/" + sc.id)
	d.entered()
	d.sees(d.word("desk/enrolment.goOn"), "三件投诉没有答复。", d.word("words/schemeGround.no_answers"))
	d.shot("suspended")
	v := sc.s.screen(t, "visitor", look{phone: true})
	v.open(page)
	v.sees(v.word("words/enterpriseStatus.suspended"))
	v.has(0, "link", v.word("enterprise/enterprise.file"))
	v.shot("suspended")
	sc.is(negotiation.PhaseNegotiating, "") // what runs goes on

	o.rules("remove", firm, "false_results", "两件虚报已履行。")
	sc.is(negotiation.PhaseEscalated, negotiation.ClassUE)
	c.hears(c.word("words/escalation.enterprise_removed", "their", "商家的"))
	c.sees(c.word("words/phase.escalated"))
	c.shot("removed")
	d.hears(d.word("words/escalation.enterprise_removed", "their", d.word("words/whose.enterprise.enterprise")))
	d.open("/desk/" + sc.id)
	d.entered()
	d.sees("两件虚报已履行。", d.word("words/schemeGround.false_results"), d.word("desk/enrolment.sent"))
	d.shot("removed")
	v.open(page)
	v.sees(v.word("words/enterpriseStatus.removed"))
	v.shot("removed")
}

// TestApplications: one enterprise is let in, another is not. Who was not let in reads why the door stays shut.
func TestApplications(t *testing.T) {
	t.Parallel()
	s := demo(t)
	o := s.screen(t, "officer", look{lang: "en"})
	o.cookie(s.enter(officer).Token)
	for i, name := range []string{"岳阳甲商贸有限公司", "岳阳乙商贸有限公司"} {
		code, err := creditcode.MakeWithOrg("91430602MA4DB00" + string(rune('1'+i)))
		require.NoError(t, err)
		a := s.nobody().do(http.MethodPost, "/api/applications", map[string]any{
			"profile": map[string]any{"name": name, "credit_code": code, "region": "430602", "address": "岳阳市试验路 2 号", "industry": "527",
				"conditions": map[string]bool{"place": true, "staff": true, "computer": true, "telephone": true, "complaint_rules": true},
				"commitment": negotiation.Choice{Yes: true, Text: "2026-1"}},
			"contact":    map[string]string{"name": "周试", "phone": "13900000000"},
			"supervisor": map[string]string{"login": "boss" + string(rune('1'+i)), "display_name": "周试", "password": "a long password"},
		})
		require.Equal(t, http.StatusCreated, a.Status, a)
	}
	o.open("/board/applications")
	o.sees("岳阳甲商贸有限公司", "岳阳乙商贸有限公司")
	o.shot("two")
	article := func(name string) inside { return inside{"article", name} }
	o.press(o.word("board/scheme.refuse"), article("岳阳甲商贸有限公司"))
	o.grounds("refuse", "岳阳甲商贸有限公司", "conditions_not_met", "没有固定的处理场所。")
	o.misses("岳阳甲商贸有限公司")
	o.press(o.word("board/scheme.approve"), article("岳阳乙商贸有限公司"))
	in := inside{"dialog", o.word("board/scheme.approve") + " · 岳阳乙商贸有限公司"}
	o.press(o.word("board/scheme.approve"), in)
	o.gone(in)
	o.misses("岳阳乙商贸有限公司")

	d := s.screen(t, "supervisor", look{lang: "en"})
	d.forgive("403", "401")
	d.logsIn("boss1", "a long password")
	d.sees(d.word("problems/not_approved.removed"), d.word("words/schemeGround.conditions_not_met"), "没有固定的处理场所。", d.word("account/refused.again"))
	d.shot("refused")
	d.logsIn("boss2", "a long password")
	d.sees(d.word("desk/list.empty"))
	d.shot("approved")
}

// logsIn as staff do.
func (p *screen) logsIn(login, password string) {
	p.t.Helper()
	p.open("/sign-in?staff=1")
	p.fill("textbox", p.word("account/signIn.login"), login)
	p.fill("textbox", p.word("account/signIn.password"), password)
	p.press(p.word("account/signIn.enter"))
}

// TestApplyAgain: the supervisor of an enterprise that was removed applies again from the desk, and the bureau lets it in.
func TestApplyAgain(t *testing.T) {
	t.Parallel()
	s := demo(t)
	o := s.screen(t, "officer", look{})
	o.cookie(s.enter(officer).Token)
	o.open("/board/enterprises")
	o.rules("remove", firm, "false_results", "两件虚报已履行。")

	a := s.screen(t, "agent", look{})
	a.cookie(s.enter(agent).Token)
	a.open("/desk")
	a.sees("两件虚报已履行。")
	a.has(0, "button", a.word("desk/enrolment.again"))

	d := s.screen(t, "supervisor", look{phone: true})
	d.cookie(s.enter(supervisor).Token)
	d.open("/desk")
	d.press(d.word("desk/enrolment.again"))
	in := inside{"dialog", d.word("apply/again.title")}
	d.holds(d.word("apply/name"), firm)
	d.press(d.word("apply/submit"), in)
	d.sees(d.word("apply/need.commitment"))
	d.shot("lacks")
	for _, one := range []string{"place", "staff", "computer", "telephone", "complaint_rules"} {
		d.click("checkbox", d.word("apply/one."+one), in)
	}
	d.click("checkbox", d.word("apply/commitment.sign"), in)
	d.press(d.word("apply/submit"), in)
	d.gone(in)
	d.sees(d.word("desk/enrolment.pending"))
	d.has(0, "button", d.word("desk/enrolment.again"))
	d.shot("pending")

	o.open("/board/applications")
	o.press(o.word("board/scheme.approve"), inside{"article", firm})
	yes := inside{"dialog", o.word("board/scheme.approve") + " · " + firm}
	o.press(o.word("board/scheme.approve"), yes)
	o.gone(yes)
	d.open("/desk")
	d.sees("洗衣机")
	d.misses(d.word("desk/enrolment.pending"))
}

// TestWishes: what a visitor wishes would join stands on the list of the competent bureau, and not on another's.
func TestWishes(t *testing.T) {
	t.Parallel()
	s := demo(t)
	a := s.nobody().do(http.MethodPost, "/api/invitations", map[string]string{"name": "岳阳某某百货", "region": "430602"})
	require.Equal(t, http.StatusOK, a.Status, a)
	for _, lang := range []string{"zh", "en"} {
		o := s.screen(t, "officer", look{lang: lang})
		o.cookie(s.enter(officer).Token)
		o.open("/board/enterprises")
		o.sees(o.word("board/wishes.title"), "岳阳某某百货")
		o.shot("wishes")
	}
	o := s.screen(t, "elsewhere", look{phone: true})
	o.cookie(s.enter("jun.yi").Token)
	o.open("/board/enterprises")
	o.sees(o.word("board/wishes.title"))
	o.shot("none")
	o.sees(o.word("board/wishes.empty"))
}
