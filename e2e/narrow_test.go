package e2e

import (
	"net/http"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"hejie/negotiation"
)

// TestNarrow: on the narrowest phone nothing of a room is wider than the screen, in the language whose words are longest.
func TestNarrow(t *testing.T) {
	t.Parallel()
	sc := filed(t, "en")
	for _, heap := range []string{"Z" + strings.Repeat("\u0334\u0321\u0489", 600), strings.Repeat("👨\u200d", 400) + "👨"} { // letters that do not break
		sc.consumer.tell(sc.id, negotiation.PostMessage{Text: heap})
	}
	sc.consumer.tell(sc.id, negotiation.Escalate{})
	c := sc.phone()
	c.do(chromedp.EmulateViewport(320, 640, chromedp.EmulateScale(2), chromedp.EmulateMobile, chromedp.EmulateTouch, chromedp.EmulatePortrait))
	c.do(chromedp.Reload())
	c.entered()
	c.sees(c.word("words/phase.escalated"))
	c.sees("Z\u0334\u0321\u0489")
	c.shot("room")
	c.until(`innerWidth === 320 && document.documentElement.scrollWidth === 320`, "the room is wider than the screen")
}

// TestZoomed: at 200 % on a small office screen there is still a conversation to be read at the desk, above what is written.
func TestZoomed(t *testing.T) {
	t.Parallel()
	d := filed(t, "zh").office()
	d.do(chromedp.EmulateViewport(683, 384))
	d.do(chromedp.Reload())
	d.entered()
	d.until(`document.querySelector('[data-pane]')?.clientHeight >= 120`, "the conversation is squeezed away")
	d.eval(`document.querySelector('form textarea').focus(), ''`)
	d.until(`document.querySelector('form textarea').getBoundingClientRect().bottom <= innerHeight`, "what is written is out of sight")
	d.shot("room")
}

// TestLongNames: a long name in a list does not push what can be done with it over the edge.
func TestLongNames(t *testing.T) {
	t.Parallel()
	sc := filed(t, "en")
	admin := sc.s.enter("admin")
	const name = "Wilhelmina Alexandrina Featherstonehaugh"
	officers := get[struct{ Rows []struct{ ID string } }](admin, "/api/admin/officers").Rows
	renamed := admin.do(http.MethodPatch, "/api/admin/officers/"+officers[0].ID, map[string]any{"display_name": name})
	require.Equal(t, http.StatusOK, renamed.Status, renamed)
	a := sc.sit("administrator", admin, "/admin?tab=officers", look{phone: true, lang: "en"})
	a.do(chromedp.EmulateViewport(320, 640, chromedp.EmulateScale(2), chromedp.EmulateMobile, chromedp.EmulateTouch, chromedp.EmulatePortrait))
	a.sees(name)
	a.shot("officers")
	a.until(`[...document.querySelectorAll('td button')].every((one) => one.getBoundingClientRect().right <= one.closest('table').getBoundingClientRect().right)`, "a button is cut off")
}

// TestFiguresOnAPhone: each figure of the scorecard's table stands in one line, and nothing is wider than the narrowest phone.
func TestFiguresOnAPhone(t *testing.T) {
	t.Parallel()
	s := demo(t)
	sc := &scene{t: t, s: s, lang: "en"}
	d := sc.sit("supervisor", s.enter(supervisor), "/desk/scorecard", look{phone: true, lang: "en"})
	d.do(chromedp.EmulateViewport(320, 640, chromedp.EmulateScale(2), chromedp.EmulateMobile, chromedp.EmulateTouch, chromedp.EmulatePortrait))
	d.sees(d.word("scorecard/total"))
	d.shot("scorecard")
	d.until(`[...document.querySelectorAll('td.figures')].every((cell) => { const text = document.createRange(); text.selectNodeContents(cell); return text.getClientRects().length === 1 })`, "a figure is broken in two")
	d.until(`document.documentElement.scrollWidth === 320`, "the scorecard is wider than the screen")
}

// TestEnterprisesOnAPhone: the bureau's list of enterprises has its actions on the screen of the narrowest phone.
func TestEnterprisesOnAPhone(t *testing.T) {
	t.Parallel()
	s := demo(t)
	sc := &scene{t: t, s: s, lang: "en"}
	o := sc.sit("officer", s.enter(officer), "/board/enterprises", look{phone: true, lang: "en"})
	o.do(chromedp.EmulateViewport(320, 640, chromedp.EmulateScale(2), chromedp.EmulateMobile, chromedp.EmulateTouch, chromedp.EmulatePortrait))
	o.sees(firm)
	o.shot("enterprises")
	o.until(`[...document.querySelectorAll('th, td button')].every((one) => one.getBoundingClientRect().right <= one.closest('table').parentElement.getBoundingClientRect().right)`, "the table is cut off")
}
