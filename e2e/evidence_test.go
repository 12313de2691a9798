package e2e

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/fetch"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"hejie/e2e/client"
	"hejie/negotiation"
)

// pieces of evidence in the room, as events.
func (sc *scene) pieces() (list []client.Event) {
	sc.t.Helper()
	for _, e := range get[struct{ Events []client.Event }](sc.consumer, "/api/channels/"+sc.id+"/room/events?limit=500").Events {
		if e.Type == "evidence_added" {
			list = append(list, e)
		}
	}
	return list
}

// TestEvidence: photographs and papers go into the room over a breaking network, with progress, stop and another try; what cannot go
// in is refused in words; the other side opens what was put there.
func TestEvidence(t *testing.T) {
	t.Parallel()
	sc := filed(t, "zh")
	c, d := sc.phone(), sc.office()
	c.forgive("net::ERR_")
	c.press(c.word("room/composer.attach"))
	in := inside{"dialog", c.word("room/evidence.add")}
	c.has(1, in.role, in.name)

	c.chooses(written(t, "说明.txt", []byte("不是照片")), written(t, "录像.jpg", make([]byte, 11<<20)))
	c.sees(c.word("room/evidence.wrongType"), c.word("room/evidence.tooBig", "size", "10 MB"))
	c.has(0, "button", c.word("room/evidence.again"), in) // it would be refused again
	c.shot("refused")
	for _, name := range []string{"说明.txt", "录像.jpg"} {
		c.press(c.word("room/evidence.remove", "name", name), in)
	}

	sent := c.pauses("*/api/uploads/*")
	goOn := func(method string) { // lets a request through
		asked := sent()
		require.Equal(t, method, asked.Request.Method)
		call(c, fetch.ContinueRequest, fetch.ContinueRequestParams{RequestID: asked.RequestID})
	}
	c.chooses(photo(t, "破损.jpg", 900))
	c.press(c.word("room/evidence.stop"), in) // it is on its way
	sent()
	c.sees(c.word("room/evidence.stopped"))
	c.press(c.word("room/evidence.again"), in)
	goOn(http.MethodGet) // where to go on
	cut := sent()
	c.has(1, "progressbar", "破损.jpg")
	c.shot("progress")
	call(c, fetch.FailRequest, fetch.FailRequestParams{RequestID: cut.RequestID, ErrorReason: network.ErrorReasonInternetDisconnected})
	goOn(http.MethodGet) // by itself
	goOn(http.MethodPatch)
	call(c, fetch.Disable, cdp.Empty{})
	c.sees(c.word("room/evidence.done"))
	c.chooses(pdf(t, "发票.pdf"))
	c.fill("textbox", c.word("room/evidence.caption")+": 破损.jpg", "收到时的样子", in)
	c.fill("textbox", c.word("room/evidence.caption")+": 发票.pdf", "发票", in)
	c.shot("ready")
	c.press(c.word("room/evidence.send"), in)
	c.gone(in)
	require.Len(t, sc.pieces(), 2)

	d.hears("收到时的样子")
	d.hears("发票")
	for name, kind := range map[string]string{"破损.jpg": "image/jpeg", "发票.pdf": "application/pdf"} {
		d.until(fmt.Sprintf(`(() => { %s; return hejieE2E.all('link', %q).length > 0 })()`, finder, d.word("room/evidence.open", "name", name)), name+" cannot be opened")
		href := d.eval(fmt.Sprintf(`hejieE2E.all('link', %q).at(-1).getAttribute('href')`, d.word("room/evidence.open", "name", name)))
		a := sc.desk.do(http.MethodGet, href, nil)
		require.Equal(t, http.StatusOK, a.Status, href)
		require.Equal(t, kind, a.Header.Get("Content-Type"))
	}
	d.shot("seen")
}

// TestProof: the desk reports with a file, which lies among the evidence with its check value; the consumer opens it where the report
// stands, and confirms.
func TestProof(t *testing.T) {
	t.Parallel()
	sc := filed(t, "zh")
	sc.agreed(100)
	c, d := sc.phone(), sc.office()
	d.press(d.word("room/performance.report"))
	in := inside{"dialog", d.word("room/performance.report.title")}
	d.chooses(photo(t, "转账回单.jpg", 300))
	d.sees(d.word("room/evidence.done"))
	d.press(d.word("room/performance.report.yes"), in)
	d.gone(in)
	d.shot("reported")

	require.Len(t, sc.pieces(), 1)
	name := c.word("room/event.proof", "n", 1)
	c.hears(name)
	c.about()
	c.shot("performance")
	for _, link := range []string{name, c.word("room/evidence.open", "name", "转账回单.jpg")} {
		c.until(fmt.Sprintf(`(() => { %s; return hejieE2E.all('link', %q).length > 0 })()`, finder, link), link+" is not there")
		href := c.eval(fmt.Sprintf(`hejieE2E.all('link', %q).at(-1).getAttribute('href')`, link))
		a := sc.consumer.do(http.MethodGet, href, nil)
		require.Equal(t, http.StatusOK, a.Status, href)
		require.Equal(t, "image/jpeg", a.Header.Get("Content-Type"))
	}
	c.press(c.word("room/performance.yes"))
	c.press(c.word("room/performance.confirm.yes"), inside{"dialog", c.word("room/performance.confirm.title")})
	d.stands(negotiation.PhaseClosed)
	sc.is(negotiation.PhaseClosed, negotiation.ClassSC)

	file := get[struct {
		Evidence []struct{ Name, SHA256 string }
	}](sc.consumer, "/api/cases/"+sc.id+"/file")
	require.Len(t, file.Evidence, 1)
	require.Equal(t, "转账回单.jpg", file.Evidence[0].Name)
	c.open("/c/" + sc.id + "/agreement")
	c.sees(c.word("offer/agreement.proofFile"), file.Evidence[0].SHA256)
	c.shot("paper")
}

// TestFilingWithEvidence: what was uploaded for a filing is there after a reload, and goes with the case.
func TestFilingWithEvidence(t *testing.T) {
	t.Parallel()
	sc := &scene{t: t, s: demo(t), lang: "en"}
	sc.consumer = sc.s.enter(consumer)
	c := sc.sit("consumer", sc.consumer, "/file/"+sc.s.enterprise(firm), look{phone: true, lang: "en"})
	sc.describes(c)
	c.chooses(photo(t, "leak.jpg", 300))
	c.sees(c.word("room/evidence.done"), c.word("file-case/file.saved"))
	c.do(chromedp.Reload()) // stays at its step
	c.sees("leak.jpg")
	c.shot("resumed")
	c.fill("textbox", c.word("file-case/you.name"), "林一")
	c.fill("textbox", c.word("file-case/you.address"), "岳阳市岳阳楼区试验路 3 号")
	c.press(c.word("file-case/file.next"))
	sc.sends(c)
	require.Len(t, sc.pieces(), 1)
	c.entered()
	c.hears("leak.jpg")
	c.shot("room")
}
