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
