package e2e

import (
	"testing"

	"github.com/stretchr/testify/require"

	"hejie/negotiation"
)

// reads a case of the board from its beginning to its end.
func (sc *scene) reads(o *screen) {
	sc.t.Helper()
	o.open("/board/cases/" + sc.id)
	o.sees(o.word("board/section.parties"))
}

// decides as an officer: opens the form, chooses if there is a choice, gives reasons, and says yes.
func (p *screen) decides(what, choice, reasons string) {
	p.t.Helper()
	p.press(p.word("board/decide." + what))
	in := inside{"dialog", p.word("board/decide." + what)}
	if choice != "" {
		p.click("radio", p.word("board/decide."+what+"."+choice)+"…", in)
	}
	label := "board/decide.reasons"
	if what == "accept_complaint" {
		label = "board/decide.note"
	}
	p.fill("textbox", p.word(label), reasons, in)
	p.press(p.word("board/decide."+what+".yes"), in)
	p.gone(in)
}

// TestTimeout: nobody answers. The case goes to the bureau by itself, while the consumer and the officer look on, and the officer accepts it.
func TestTimeout(t *testing.T) {
	t.Parallel()
	sc := filed(t, "zh")
	c, o := sc.phone(), sc.bureau()
	o.sees(o.word("board/column.new"))
	c.sees(c.word("words/phase.awaiting_response"))
	sc.officer.advanceTo(sc.id, "negotiation")
	sc.is(negotiation.PhaseEscalated, negotiation.ClassTE)
	c.sees(c.word("words/phase.escalated"))
	o.sees("电饭煲") // came to the board by itself
	o.shot("board")
	sc.reads(o)
	o.decides("accept_complaint", "", "材料齐全，予以受理。")
	c.sees(c.word("words/phase.accepted"), "材料齐全，予以受理。")
	sc.is(negotiation.PhaseAccepted, negotiation.ClassTE)
	c.shot("accepted")
	o.shot("accepted")
}

// TestBrokenPromise: the day comes, nothing was paid, the consumer says so; the officer finds that it was not performed.
func TestBrokenPromise(t *testing.T) {
	t.Parallel()
	sc := filed(t, "zh")
	sc.agreed(150)
	c, o := sc.phone(), sc.bureau()
	c.sees(c.word("words/phase.agreed"))
	sc.officer.advanceTo(sc.id, "performance:0")
	c.sees(c.word("room/bar.asked")) // asked, not judged
	c.about()
	c.press(c.word("room/performance.no"))
	in := inside{"dialog", c.word("room/performance.dispute.title")}
	c.shot("asked")
	c.press(c.word("room/performance.dispute.yes"), in)
	c.gone(in)
	c.sees(c.word("words/phase.escalated"))
	sc.is(negotiation.PhaseEscalated, negotiation.ClassSB)

	sc.reads(o)
	o.decides("find_performance", "not_performed", "没有付款记录。")
	c.sees("没有付款记录。")
	require.Equal(t, negotiation.Finding("not_performed"), sc.consumer.look(sc.id).Case.Complaint.Finding)
	sc.is(negotiation.PhaseEscalated, negotiation.ClassSB)
}

// TestLastMinuteOffer: an offer on the last day stops nothing. The case goes to the bureau; the offer still binds and can be accepted there.
func TestLastMinuteOffer(t *testing.T) {
	t.Parallel()
	sc := filed(t, "zh")
	sc.desk.tell(sc.id, refund(50, 9))
	c := sc.phone()
	c.sees(c.yuan(50))
	sc.officer.advanceTo(sc.id, "offer:2") // one working day before the end
	d := sc.office()
	d.press(d.word("room/composer.offer"))
	in := inside{"dialog", d.word("offer/compose.new")}
	d.fill("textbox", d.word("offer/compose.amount"), "80", in)
	d.press(d.word("offer/compose.send"), in)
	d.gone(in)
	c.sees(c.yuan(80))
	require.Equal(t, "negotiation", sc.officer.advance(sc.id))
	c.sees(c.word("words/phase.escalated"))
	sc.is(negotiation.PhaseEscalated, negotiation.ClassUE)
	c.shot("escalated")

	c.accepts()
	d.sees(d.word("room/event.offer_accepted", "who", d.word("words/who.enterprise.consumer"), "n", 3))
	v := sc.consumer.look(sc.id)
	require.True(t, v.Case.Agreement.Settling)
	sc.is(negotiation.PhaseEscalated, negotiation.ClassUE) // the complaint goes on until it is performed
}

// TestRefusal: the enterprise says that this is not its customer. It counts as failed until the officer rules; here, for good.
func TestRefusal(t *testing.T) {
	t.Parallel()
	sc := filed(t, "zh")
	c, d, o := sc.phone(), sc.office(), sc.bureau()
	d.press(d.word("desk/room.more"))
	d.click("menuitem", d.word("desk/room.refuse"))
	in := inside{"dialog", d.word("desk/refuse.title")}
	d.press(d.word("desk/refuse.yes"), in) // nothing chosen, nothing said
	d.sees(d.word("desk/refuse.needGround"), d.word("desk/refuse.needWhy"))
	d.click("radio", d.word("words/refusal.not_our_customer", "their", d.word("words/whose.enterprise.enterprise"))+"…", in)
	d.fill("textbox", d.word("desk/refuse.why"), "系统里没有这一单。", in)
	d.shot("refuse")
	d.press(d.word("desk/refuse.yes"), in)
	d.gone(in)
	c.sees("系统里没有这一单。", c.word("words/phase.escalated"))
	sc.is(negotiation.PhaseEscalated, negotiation.ClassRR)
	require.False(t, sc.consumer.look(sc.id).Case.Refusal.Ruled)

	sc.reads(o)
	o.sees(o.word("board/panel.accept"), o.word("board/panel.rule_on_refusal"))
	o.decides("rule_on_refusal", "overturned", "付款记录属于该企业。")
	o.until(`document.activeElement?.matches('main h1')`, "the keyboard went with the button")
	c.sees("付款记录属于该企业。")
	v := sc.consumer.look(sc.id)
	require.True(t, v.Case.Refusal.Ruled)
	require.False(t, v.Case.Refusal.Upheld)
	sc.is(negotiation.PhaseEscalated, negotiation.ClassRR)
	c.shot("ruled")
	c.about()
	c.link(c.word("room/complaint.papers"))
	c.sees(c.word("board/ruled.title"), c.word("board/ruled.overturned"), "系统里没有这一单。", "付款记录属于该企业。")
	require.Equal(t, 1, c.prints("ruled"))
}
