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

// TestLongNames: however long the name of one of them is, a list of people keeps each word, number and button of a row whole and apart.
func TestLongNames(t *testing.T) {
	t.Parallel()
	sc := filed(t, "en")
	name := strings.Repeat("岳阳湘湖里电器维修部", 4) // as long as names may be
	added := sc.s.enter(supervisor).do(http.MethodPost, "/api/desk/staff", map[string]string{"display_name": name, "login": "wang.desk", "password": "first password", "role": "desk_agent"})
	require.Equal(t, http.StatusCreated, added.Status, added)
	for _, at := range []struct{ who, path string }{{supervisor, "/desk/staff"}, {"admin", "/admin?tab=officers"}} {
		p := sc.sit(at.who, sc.s.enter(at.who), at.path, look{lang: "en"})
		p.do(chromedp.EmulateViewport(1024, 768))
		p.until(`document.querySelectorAll('td').length > 5`, "nobody is on the list")
		if at.who == "admin" {
			p.eval(`document.querySelector('td span').textContent = '` + name + `', ''`)
		}
		p.until(`[...document.querySelectorAll('td button')].every((b) => {
			const [own, place] = [b.getBoundingClientRect(), b.closest('td').getBoundingClientRect()]
			return own.left >= place.left && own.right <= place.right
		})`, "a button hangs out of its place")
		p.until(`[...document.querySelectorAll('td button')].every((b) => b.getBoundingClientRect().height < 40)`, "a button is broken")
		p.until(`[...document.querySelectorAll('table')].every((t) => t.offsetWidth <= t.parentElement.clientWidth)`, "the list is wider than its place")
		p.shot("list")
	}
}
