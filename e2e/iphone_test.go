package e2e

import (
	"testing"

	"hejie/negotiation"
)

// TestIPhone is the consumer's way in the engine of every iPhone: to find the enterprise, file with a picture, talk, read the enterprise's
// offer and accept it. The device's own time is not China's.
func TestIPhone(t *testing.T) {
	t.Parallel()
	sc := &scene{t: t, s: demo(t), lang: "zh"}
	sc.desk = sc.s.enter(agent)
	b := sc.s.webkit(t)

	b.open("/")
	b.fill(b.word("home/search"), "湘湖里")
	b.click("option", firm)
	b.click("link", b.word("enterprise/enterprise.file"))
	sc.filesOn(b)
	b.sees(b.word("words/phase.awaiting_response"), photoName)

	b.fill(b.word("room/composer.placeholder", "who", b.word("words/who.consumer.enterprise")), "在吗？")
	b.press("room/composer.send")
	b.sees("在吗？")
	sc.desk.tell(sc.id, refund(120, 5))
	b.sees("¥120.00")
	b.atEnd()
	b.open("/c/" + sc.id) // which begins with a page that grows
	b.sees("在吗？", "¥120.00")
	b.atEnd()
	b.shot("room")

	b.press("room/room.about")
	b.press("offer/accept")
	b.press("offer/accept.yes")
	b.sees(b.word("words/phase.agreed"))
	sc.is(negotiation.PhaseAgreed, "")
}

const photoName = "小票.jpg"

// filesOn the phone. There was no way past the first step where the browser writes the day in another order.
func (sc *scene) filesOn(b *webkit) {
	sc.t.Helper()
	next := func() { sc.t.Helper(); b.press("file-case/file.next") }
	b.click("radio", b.word("words/category.quality"))
	b.fill(b.word("file-case/what.goods"), "保温杯")
	b.fill(b.word("file-case/what.facts"), "买了两天就漏水，找客服换，一直没有回音。")
	b.set(b.word("file-case/what.purchased"), "2026-08-03")
	b.set(b.word("file-case/what.known"), "2026-08-05")
	next()
	b.fill(b.word("file-case/order.amount"), "159")
	next()
	b.press("words/remedy.compensate")
	b.fill(b.word("offer/compose.amount"), "159")
	next()

	const phone = "13812345678"
	b.fill(b.word("account/phone.label"), phone)
	b.press("account/phone.send")
	b.fill(b.word("account/phone.code"), sc.s.sentCode(phone))
	b.sees(b.word("file-case/you.verified", "phone", "138****5678"))
	b.fill(b.word("file-case/you.name"), "林一")
	b.fill(b.word("file-case/you.address"), "岳阳市岳阳楼区试验路 3 号")
	b.gives(photo(sc.t, photoName, 300))
	b.sees(photoName, b.word("room/evidence.done"))
	next()

	for _, x := range [][2]string{{"daily", "file-case/daily.yes"}, {"other", "words/otherBody.none"}, {"publication", "file-case/publication.no"}} {
		b.click("radio", b.word(x[1]), b.word("file-case/"+x[0]+".label"))
	}
	b.click("radio", b.word("file-case/escalation.no"), b.word("file-case/escalation.label"))
	b.click("checkbox", b.word("file-case/truth.label"))
	b.click("checkbox", "我已阅读")
	b.press("file-case/file.send")
	b.click("link", b.word("file-case/done.room"))
	b.until("not in the room", `return location.pathname.startsWith('/c/')`)
	b.eval(`return location.pathname.slice(3)`, &sc.id)
	sc.consumer = sc.s.as(b.token())
}
