package e2e

import (
	"testing"

	"github.com/stretchr/testify/require"

	"hejie/negotiation"
)

// TestLeftOut: a case that ended between the parties is in its bureau's figures, and its officer leaves it out of them without reading it.
func TestLeftOut(t *testing.T) {
	t.Parallel()
	sc := filed(t, "zh")
	sc.consumer.tell(sc.id, negotiation.WithdrawCase{Reason: negotiation.WithdrawMistaken})
	o := sc.bureau()
	o.open("/board/cases/" + sc.id)
	o.sees(o.word("board/facts.never"))
	o.shot("facts")
	o.decides("void", "duplicate", "与另一案为同一争议。")
	o.sees(o.word("words/class.DU"))
	o.has(0, "button", o.word("board/decide.void"))
	sc.is(negotiation.PhaseClosed, negotiation.ClassDU)
	o.shot("left-out")
}

// TestRulingLeft: the enterprise refuses, and the consumer withdraws the complaint. The refusal stays on the board with its clock until the
// officer rules on it.
func TestRulingLeft(t *testing.T) {
	t.Parallel()
	sc := filed(t, "zh")
	sc.desk.tell(sc.id, negotiation.RefuseCase{Ground: negotiation.NotOurCustomer, Text: "没有这笔订单"})
	sc.consumer.tell(sc.id, negotiation.WithdrawCase{Reason: negotiation.WithdrawSolved})
	sc.is(negotiation.PhaseClosed, negotiation.ClassRR)
	column := get[struct{ Rows []struct{ Case string } }](sc.officer, "/api/board?column=refusals")
	require.NotEmpty(t, column.Rows)
	o := sc.bureau()
	o.sees("电饭煲") // of no open case
	o.shot("board")
	sc.reads(o)
	o.sees(o.word("board/panel.rule_on_refusal"))
	o.shot("waiting")
	o.decides("rule_on_refusal", "upheld", "经查不是该企业的顾客。")
	o.sees(o.word("words/class.RX"))
	sc.is(negotiation.PhaseClosed, negotiation.ClassRX)
}

// TestComplaintRefused: the officer chases before escalation without seeing a word of the talk, then refuses the complaint with its ground.
// Both sides read why, the consumer also where else to go, and the decision prints.
func TestComplaintRefused(t *testing.T) {
	t.Parallel()
	sc := filed(t, "zh")
	sc.consumer.tell(sc.id, negotiation.PostMessage{Text: "只说给商家听"})
	o, d := sc.bureau(), sc.office()
	o.open("/board/cases/" + sc.id)
	o.sees(o.word("board/facts.before"))
	require.Contains(t, o.eval(`document.querySelector('main').textContent`), o.word("offer/clause.full"), "on paper, as in a whole file")
	require.Equal(t, 1, o.prints("facts"))
	o.press(o.word("board/chase"))
	in := inside{"dialog", o.word("board/chase.title", "name", firm)}
	o.press(o.word("board/chase"), in)
	o.gone(in)
	d.hears(d.word("room/event.enterprise_chased", "who", d.word("words/who.enterprise.bureau"), "whom", d.word("words/whom.enterprise.enterprise")))
	require.NotContains(t, o.eval(`document.body.innerText`), "只说给商家听")
	o.shot("facts")

	sc.consumer.tell(sc.id, negotiation.Escalate{})
	above := sc.s.screen(t, "above", look{})
	above.cookie(sc.s.enter("shi.tan").Token)
	above.open("/board/cases/" + sc.id)
	above.sees(above.word("board/facts.higher"), above.word("words/who.enterprise.bureau")+"在") // decides by then: nobody asks the one above to
	sc.reads(o)
	o.press(o.word("board/decide.refuse_complaint"))
	in = inside{"dialog", o.word("board/decide.refuse_complaint")}
	o.press(o.word("board/decide.refuse_complaint.yes"), in) // nothing chosen
	o.sees(o.word("board/decide.missing.choice"))
	o.click("radio", o.word("board/decide.item", "n", 5, "text", o.word("words/complaintGround.materials_missing_or_false"))+"…", in)
	o.press(o.word("board/decide.refuse_complaint.yes"), in) // no reasons
	o.sees(o.word("board/decide.missing.reasons"))
	o.fill("textbox", o.word("board/decide.reasons"), "没有购物凭证，限期补充后仍没有提供。", in)
	o.misses(o.word("board/decide.missing.reasons"))
	o.sees(o.word("board/routes.told"))
	o.shot("refuse")
	o.press(o.word("board/decide.refuse_complaint.yes"), in)
	o.gone(in)

	c := sc.phone()
	c.hears("没有购物凭证")
	c.about()
	c.sees(c.word("room/complaint.routes"), c.word("room/complaint.route.court"))
	c.shot("refused")
	d.hears("没有购物凭证")
	d.stands(negotiation.PhaseClosed)
	v := sc.consumer.look(sc.id)
	require.Equal(t, negotiation.PhaseClosed, v.Case.Phase)

	o.wear(look{dark: true})
	o.link(o.word("board/panel.paper"))
	o.sees(o.word("board/refused.title"), "没有购物凭证")
	o.shot("paper")
	require.Equal(t, 1, o.prints("paper"))
}

// TestComplaintClosed: performance came late, and the officer finds so; then the complaint is accepted and closed as settled. All its papers
// print, with the terms of the agreement.
func TestComplaintClosed(t *testing.T) {
	t.Parallel()
	sc := filed(t, "en")
	sc.agreed(150)
	sc.officer.advanceTo(sc.id, "performance:0")
	sc.consumer.tell(sc.id, negotiation.DisputePerformance{})
	sc.is(negotiation.PhaseEscalated, negotiation.ClassSB)
	o := sc.bureau()
	sc.reads(o)
	o.decides("find_performance", "late", "Paid on the fourth day.")
	o.sees(o.word("words/finding.late"))
	sc.is(negotiation.PhaseEscalated, negotiation.ClassSC)
	o.decides("accept_complaint", "", "Complete.")
	o.stands(negotiation.PhaseAccepted)
	o.decides("close_complaint", "settled", "Both sides say that it is settled.")
	sc.is(negotiation.PhaseClosed, negotiation.ClassSC)
	o.sees(o.word("board/panel.closed"))
	o.shot("closed")
	require.Positive(t, o.prints("file"))

	o.link(o.word("board/panel.paper"))
	o.sees(o.word("board/settled.title"), "Both sides say that it is settled.", o.yuan(150))
	o.until(`/paid by .* 20\d\d, 24:00/.test(document.body.innerText)`, "a date on paper has no year")
	require.Equal(t, 1, o.prints("settled"))
	o.press(o.word("board/accepted.title"))
	o.sees(o.word("board/page.note"), "Complete.")
	require.LessOrEqual(t, o.prints("accepted"), 2)
	o.press(o.word("board/found.title"))
	o.sees(o.word("words/finding.late"), "Paid on the fourth day.", o.yuan(150))
	require.LessOrEqual(t, o.prints("found"), 2)
}

// TestVoided: a case that was none is taken out of the figures, with reasons that both sides read.
func TestVoided(t *testing.T) {
	t.Parallel()
	sc := filed(t, "zh")
	sc.consumer.tell(sc.id, negotiation.Escalate{})
	sc.officer.tell(sc.id, negotiation.AcceptComplaint{})
	c, d, o := sc.phone(), sc.office(), sc.bureau()
	sc.reads(o)
	o.decides("void", "duplicate", "同一笔订单已有在办案件。")
	sc.is(negotiation.PhaseClosed, negotiation.ClassDU)
	for _, p := range []*screen{c, d} {
		p.hears("同一笔订单已有在办案件。")
		p.sees(p.word("words/phase.closed"))
	}
	o.shot("void")
	c.shot("void")
	d.shot("void")

	// Its paper is there for all three, from where they are.
	o.link(o.word("board/panel.paper"))
	c.about()
	c.link(c.word("room/complaint.papers"))
	d.link(d.word("room/complaint.papers"))
	for _, p := range []*screen{o, c, d} {
		p.sees(p.word("board/voided.title"), "同一笔订单已有在办案件。", p.word("board/voided.duplicate"))
		p.shot("paper")
		require.Equal(t, 1, p.prints("voided "+p.name))
	}
	c.misses(c.word("board/page.name"))
	c.link(c.word("board/page.toRoom"))
	c.sees(c.word("words/phase.closed"))
}

// TestTerminated: mediation ends without an agreement; the paper names the item of the law and the ways that remain.
func TestTerminated(t *testing.T) {
	t.Parallel()
	sc := filed(t, "zh")
	sc.consumer.tell(sc.id, negotiation.Escalate{})
	sc.officer.tell(sc.id, negotiation.AcceptComplaint{})
	c, o := sc.phone(), sc.bureau()
	sc.reads(o)
	o.press(o.word("board/decide.close_complaint"))
	in := inside{"dialog", o.word("board/decide.close_complaint")}
	o.click("radio", o.word("board/decide.terminated", "n", 3, "text", o.word("words/termination.no_agreement_declared")), in)
	o.fill("textbox", o.word("board/decide.reasons"), "双方在电话调解中都表示不再协商。", in)
	o.shot("close")
	o.press(o.word("board/decide.close_complaint.yes"), in)
	o.gone(in)
	c.hears("双方在电话调解中都表示不再协商。")
	c.shot("closed")
	o.open("/board/cases/" + sc.id + "/decision")
	o.sees(o.word("board/terminated.title"))
	require.Equal(t, 1, o.prints("terminated"))
}
