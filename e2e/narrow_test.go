package e2e

import (
	"testing"

	"github.com/chromedp/chromedp"

	"hejie/negotiation"
)

// TestNarrow: on the narrowest phone nothing of a room is wider than the screen, in the language whose words are longest.
func TestNarrow(t *testing.T) {
	t.Parallel()
	sc := filed(t, "en")
	sc.consumer.tell(sc.id, negotiation.Escalate{})
	c := sc.phone()
	c.do(chromedp.EmulateViewport(320, 640, chromedp.EmulateScale(2), chromedp.EmulateMobile, chromedp.EmulateTouch, chromedp.EmulatePortrait))
	c.do(chromedp.Reload())
	c.entered()
	c.sees(c.word("words/phase.escalated"))
	c.shot("room")
	c.until(`innerWidth === 320 && document.documentElement.scrollWidth === 320`, "the room is wider than the screen")
}
