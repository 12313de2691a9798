package e2e

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/fetch"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/require"

	"hejie/e2e/client"
	"hejie/e2e/platform"
	"hejie/negotiation"
)

// said counts messages of a text in the log.
func (sc *scene) said(text string) (n int) {
	sc.t.Helper()
	type page struct{ Events []client.Event }
	for _, e := range get[page](sc.consumer, "/api/channels/"+sc.id+"/room/events?limit=500").Events {
		if e.Type == "message_posted" && e.Content.Text == text {
			n++
		}
	}
	return n
}

// says what is read on both screens and stands in the log once.
func (sc *scene) once(text string, screens ...*screen) {
	sc.t.Helper()
	for _, p := range screens {
		p.hears(text)
		p.misses(p.word("room/message.sending"))
		require.Equal(sc.t, 1, p.heard(text), "%s reads it once", p.name)
	}
	require.Equal(sc.t, 1, sc.said(text))
}

// TestReloadWhileTyping: words that were not sent are there after a reload, in the room and in the filing.
func TestReloadWhileTyping(t *testing.T) {
	t.Parallel()
	sc := filed(t, "zh")
	c, d := sc.phone(), sc.office()
	for _, x := range []struct {
		p   *screen
		who string
	}{{c, "consumer.enterprise"}, {d, "enterprise.consumer"}} {
		field := x.p.word("room/composer.placeholder", "who", x.p.word("words/who."+x.who))
		x.p.fill("textbox", field, "写到一半，还没有发")
		x.p.do(chromedp.Reload())
		x.p.entered()
		x.p.holds(field, "写到一半，还没有发")
		x.p.press(x.p.word("room/composer.send"))
	}
	c.open("/file/" + sc.s.enterprise(firm))
	c.fill("textbox", c.word("file-case/what.goods"), "充电宝")
	c.sees(c.word("file-case/file.saved"))
	c.do(chromedp.Reload())
	c.press(c.word("file-case/file.resume.yes"))
	c.holds(c.word("file-case/what.goods"), "充电宝")
	require.Equal(t, 2, sc.said("写到一半，还没有发"), "one of each side")
}

// TestOffline: without a network a message waits on the device, and goes out once when the network is back.
func TestOffline(t *testing.T) {
	t.Parallel()
	sc := filed(t, "zh")
	c, d := sc.phone(), sc.office()
	c.offline(true)
	c.says("consumer.enterprise", "断网的时候写的")
	c.sees(c.word("room/message.sending"))
	require.Zero(t, sc.said("断网的时候写的"))
	c.offline(false)
	sc.once("断网的时候写的", c, d)
}

// TestAskedOffline: the forms in which an officer decides and the desk gives evidence open without a network, too: no button there is silent.
func TestAskedOffline(t *testing.T) {
	t.Parallel()
	sc := filed(t, "zh")
	d := sc.office()
	sc.consumer.tell(sc.id, negotiation.Escalate{})
	o := sc.bureau()
	sc.reads(o)
	o.offline(true)
	o.press(o.word("board/decide.accept_complaint"))
	o.has(1, "dialog", o.word("board/decide.accept_complaint"))
	o.shot("decision")
	d.offline(true)
	d.eval(`document.querySelector('form button[aria-label="` + d.word("desk/room.evidence") + `"]').click(), ''`)
	d.has(1, "dialog", d.word("room/evidence.add"))
	d.shot("evidence")
}

// TestOfferOffline: an offer that waits for the network says so. It can be taken back before it left, and let go of; then it goes out once.
func TestOfferOffline(t *testing.T) {
	t.Parallel()
	sc := filed(t, "zh")
	sc.desk.tell(sc.id, refund(88, 5))
	c, cable := sc.cabled()
	c.forgive("WebSocket connection to", "net::ERR_")
	c.about()
	c.press(c.word("offer/counter"))
	in := inside{"dialog", c.word("offer/compose.counter")}
	c.fill("textbox", c.word("offer/compose.amount"), "120", in)
	cable.Cut()
	c.until(`/重新连接|重试/.test(document.body.innerText)`, "the cut is not told")
	c.press(c.word("offer/compose.sendCounter"), in)
	c.sees(c.word("room/waits.down", "what", c.word("room/act.make_offer")))
	c.shot("waits")
	c.press(c.word("room/waits.takeBack"), in)
	c.misses(c.word("room/waits.down", "what", c.word("room/act.make_offer")))
	c.fill("textbox", c.word("offer/compose.amount"), "130", in)
	c.press(c.word("offer/compose.sendCounter"), in)
	c.sees(c.word("room/waits.down", "what", c.word("room/act.make_offer")))
	c.press(c.word("common/common.close"), in)
	c.gone(in)
	c.sees(c.word("room/waits.down", "what", c.word("room/act.make_offer"))) // in the room as well, in sight
	c.until(fmt.Sprintf(`[...document.querySelectorAll('main [role=status]')].some((one) => one.innerText.includes(%q) && one.contains(document.elementFromPoint(innerWidth / 2, one.getBoundingClientRect().bottom - 8)))`, c.word("room/waits.down", "what", c.word("room/act.make_offer"))), "it is not in sight")
	c.shot("closed")
	require.Len(t, sc.consumer.look(sc.id).Case.Offers, 2)

	cable.Heal()
	c.eval(`dispatchEvent(new Event('online')), ''`) // as the browser would tell, and not only the next try
	c.misses(c.word("room/waits.down", "what", c.word("room/act.make_offer")))
	c.sees(c.yuan(130))
	offers := sc.consumer.look(sc.id).Case.Offers
	require.Len(t, offers, 3)
	require.Equal(t, int64(13000), offers[2].Items[0].Amount.Minor)
}

// TestActOffline: an act that waits for the network says so. It can be taken back before it left, and let go of; then it is done once.
func TestActOffline(t *testing.T) {
	t.Parallel()
	sc := filed(t, "zh")
	sc.desk.tell(sc.id, refund(88, 5))
	c, cable := sc.cabled()
	c.forgive("WebSocket connection to", "net::ERR_")
	c.about()
	c.press(c.word("offer/accept"))
	in := inside{"dialog", c.word("offer/accept.title")}
	cable.Cut()
	c.until(`/重新连接|重试/.test(document.body.innerText)`, "the cut is not told")
	c.press(c.word("offer/accept.yes"), in)
	waits := c.word("room/waits.down", "what", c.word("room/act.accept_offer"))
	c.sees(waits)
	c.until(fmt.Sprintf(`[...document.querySelectorAll('dialog[open] [role=status]')].some((one) => one.innerText.includes(%q) && one.contains(document.elementFromPoint(innerWidth / 2, one.getBoundingClientRect().top + 8)))`, waits), "it is not in sight")
	c.shot("waits")
	c.press(c.word("room/waits.takeBack"), in)
	c.misses(waits)
	c.press(c.word("offer/accept.yes"), in)
	c.sees(waits)
	c.press(c.word("common/common.close"), in)
	c.gone(in)
	c.sees(waits) // in the room as well
	c.shot("closed")
	require.Nil(t, sc.consumer.look(sc.id).Case.Agreement)

	cable.Heal()
	c.eval(`dispatchEvent(new Event('online')), ''`)
	c.misses(waits)
	c.sees(c.word("words/phase.agreed"))
	accepted := 0
	for _, e := range get[struct{ Events []client.Event }](sc.consumer, "/api/channels/"+sc.id+"/room/events?limit=500").Events {
		if e.Type == "offer_accepted" {
			accepted++
		}
	}
	require.Equal(t, 1, accepted)
}

// TestUnsentOverReload: a message that could not leave is still there after a reload, waits on, and goes out once when there is a way.
func TestUnsentOverReload(t *testing.T) {
	t.Parallel()
	sc := filed(t, "zh")
	d := sc.office()
	c := sc.s.screen(t, "consumer", look{phone: true})
	c.cookie(sc.consumer.Token)
	c.forgive("WebSocket connection to", "net::ERR_INTERNET_DISCONNECTED")
	c.conditions(true, "ws://*:*/*", "http://*:*/api/events*", "http://*:*/api/cases/*/commands")
	c.open("/c/" + sc.id)
	c.entered()
	c.says("consumer.enterprise", "发不出去的一句")
	c.sees(c.word("room/message.sending"))
	c.do(chromedp.Reload())
	c.entered()
	c.hears("发不出去的一句")
	c.sees(c.word("room/message.sending"))
	require.Zero(t, sc.said("发不出去的一句"))
	c.conditions(false, "")
	sc.once("发不出去的一句", c, d)
}

// pauses requests to addresses of a pattern on their way out, and gives a function that waits for the next.
func (p *screen) pauses(pattern string) func() *fetch.EventRequestPaused {
	p.t.Helper()
	asked := make(chan *fetch.EventRequestPaused, 8)
	require.NoError(p.t, chromedp.Listen(p.ctx, func(ev any) {
		if e, ok := ev.(*fetch.EventRequestPaused); ok {
			asked <- e
		}
	}))
	call(p, fetch.Enable, fetch.EnableParams{Patterns: []*fetch.RequestPattern{{URLPattern: pattern}}})
	return func() *fetch.EventRequestPaused {
		p.t.Helper()
		select {
		case e := <-asked:
			return e
		case <-time.After(patience):
			require.FailNow(p.t, "nothing asked for "+pattern)
			return nil
		}
	}
}

// TestHiccup: pieces of the room's code do not come through. They are asked for again, by the page or by the part that wants one.
func TestHiccup(t *testing.T) {
	t.Parallel()
	sc := filed(t, "zh")
	c := sc.s.screen(t, "consumer", look{phone: true})
	c.cookie(sc.consumer.Token)
	c.forgive("net::ERR_CONNECTION_RESET", "Failed to fetch dynamically imported module")
	for _, piece := range []struct {
		of   string
		open func()
	}{
		{"room", func() { c.open("/c/" + sc.id) }},
		{"CasePanel", c.about},
	} {
		asked := c.pauses("*/assets/" + piece.of + "-*.js")
		piece.open()
		call(c, fetch.FailRequest, fetch.FailRequestParams{RequestID: asked().RequestID, ErrorReason: network.ErrorReasonConnectionReset})
		call(c, fetch.ContinueRequest, fetch.ContinueRequestParams{RequestID: asked().RequestID})
		call(c, fetch.Disable, cdp.Empty{})
		c.entered()
		c.hears(c.yuan(299))
	}
	c.has(1, "heading", c.word("room/clock.title"))
}

// TestCut: the connection breaks while somebody writes and others go on. Nothing is lost, nothing comes twice, and the screen says what was missed.
func TestCut(t *testing.T) {
	t.Parallel()
	sc := filed(t, "zh")
	d := sc.office()
	d.sees("电饭煲")
	c, cable := sc.cabled()
	field := c.word("room/composer.placeholder", "who", c.word("words/who.consumer.enterprise"))
	c.fill("textbox", field, "第一句")

	c.forgive("WebSocket connection to", "net::ERR_")
	cable.Cut()
	c.until(`/重新连接|重试/.test(document.body.innerText)`, "the cut is not told")
	c.press(c.word("room/composer.send"))
	c.sees(c.word("room/message.sending"))
	c.fill("textbox", field, "还在写的第二句")
	for _, text := range []string{"您好", "正在核实", "请稍等"} {
		sc.desk.tell(sc.id, negotiation.PostMessage{Text: text})
	}
	sc.desk.tell(sc.id, refund(88, 5))
	cable.Heal()
	c.sees("您好", "正在核实", "请稍等", c.yuan(88), c.word("live/missedBoth", "messages", 3, "offers", 1))
	c.holds(field, "还在写的第二句")
	c.shot("missed")
	sc.once("第一句", c, d)
	for _, text := range []string{"您好", "正在核实", "请稍等"} {
		require.Equal(t, 1, c.heard(text))
	}
}

// TestCutUploading: the connection breaks while a photo goes up. The screen says so, and the upload goes on where it was.
func TestCutUploading(t *testing.T) {
	t.Parallel()
	sc := filed(t, "zh")
	c, cable := sc.cabled()
	c.press(c.word("room/composer.attach"))
	const size = 8 << 20
	path := filepath.Join(t.TempDir(), "收据.pdf")
	require.NoError(t, os.WriteFile(path, append([]byte("%PDF-1.4\n"), bytes.Repeat([]byte{7}, size-9)...), 0o600))

	c.forgive("WebSocket connection to", "net::ERR_")
	cable.CutAfter(platform.Up, 5<<20)
	before := cable.Carried(platform.Up)
	c.do(chromedp.SetUploadFiles(`input[type=file][multiple]`, []string{path}))
	c.sees(c.word("room/evidence.waiting"))
	c.shot("waiting")
	cable.Heal()
	c.sees(c.word("room/evidence.done"))
	require.Less(t, cable.Carried(platform.Up)-before, int64(size+3<<20), "what was there is not sent again")
	c.press(c.word("room/evidence.send"))
	c.hears("收据.pdf")
}

// TestRestart: the server is killed and comes back at its address. Both screens go on by themselves.
func TestRestart(t *testing.T) {
	t.Parallel()
	sc := filed(t, "zh")
	c, d := sc.phone(), sc.office()
	c.sees(c.word("words/phase.awaiting_response"))
	d.sees("电饭煲")
	for _, p := range []*screen{c, d} {
		p.forgive("WebSocket connection to", "net::ERR_")
	}
	sc.s.kill()
	c.says("consumer.enterprise", "服务器不在的时候发的")
	c.sees(c.word("room/message.sending"))
	before := sc.s.url
	sc.s.again("--listen", strings.TrimPrefix(before, "http://")) // not a new one, which would end before the screens do
	sc.s.listening()
	require.Equal(t, before, sc.s.url)
	sc.once("服务器不在的时候发的", c, d)
	d.says("enterprise.consumer", "收到")
	sc.once("收到", c, d)
}

// TestSocketsBlocked: where only HTTP goes through, everything arrives all the same, by a stream or, where that is cut too, by polling;
// and the screen says what takes a moment.
func TestSocketsBlocked(t *testing.T) {
	t.Parallel()
	for way, block := range map[string]func(*screen){"streaming": (*screen).withoutSockets, "polling": (*screen).withoutStreams} {
		t.Run(way, func(t *testing.T) {
			t.Parallel()
			withoutSockets(t, way, block)
		})
	}
}

func withoutSockets(t *testing.T, way string, block func(*screen)) {
	sc := filed(t, "zh")
	d := sc.office()
	c := sc.s.screen(t, "consumer", look{phone: true})
	c.cookie(sc.consumer.Token)
	block(c)
	c.open("/c/" + sc.id)
	c.entered()
	c.sees(c.word("live/" + way))
	d.says("enterprise.consumer", "您好，请问购买时间？")
	c.sees("您好，请问购买时间？")
	c.says("consumer.enterprise", "八月三号")
	sc.once("八月三号", c, d)
	sc.desk.tell(sc.id, refund(66, 5))
	c.sees(c.yuan(66))
	c.accepts()
	d.stands(negotiation.PhaseAgreed)
	c.shot("agreed")
}

// TestTwoAgents: while one of the desk writes, the other is told; what the first says the second reads at once.
func TestTwoAgents(t *testing.T) {
	t.Parallel()
	sc := filed(t, "zh")
	first := sc.office()
	second := sc.sit("colleague", sc.s.enter(colleague), "/desk/"+sc.id, look{})
	second.sees("电饭煲")
	field := first.word("room/composer.placeholder", "who", first.word("words/who.enterprise.consumer"))
	first.fill("textbox", field, "您好，我来处理")
	second.sees(second.word("desk/reply.lock", "names", "陈思远"))
	second.shot("locked")
	first.key(kb.Enter)
	second.sees("您好，我来处理")
	second.misses(second.word("desk/reply.lock", "names", "陈思远"))
	sc.once("您好，我来处理", first, second)
	second.says("enterprise.consumer", "补充一句")
	sc.once("补充一句", first, second)
}

// cabled is the consumer's phone, in the room, over a cable.
func (sc *scene) cabled() (*screen, *platform.Cable) {
	sc.t.Helper()
	cable, err := platform.NewCable("tcp", strings.TrimPrefix(sc.s.url, "http://"))
	require.NoError(sc.t, err)
	sc.t.Cleanup(func() { require.NoError(sc.t, cable.Close()) })
	c := sc.s.screen(sc.t, "consumer", look{phone: true})
	c.base = fmt.Sprintf("http://localhost:%d", cable.Port())
	c.cookie(sc.consumer.Token)
	c.open("/c/" + sc.id)
	c.entered()
	return c, cable
}
