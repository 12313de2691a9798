package e2e

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/require"

	"hejie/negotiation"
)

// focus is what a page is given to tell where the keyboard stands: the role and name of the element, and whether people see it: an outline on it or
// around it, and nothing over it. The parts of a date are the browser's own, and are outlined by it.
const focus = `(() => {
  const el = document.activeElement
  if (!el || el === document.body) return JSON.stringify({ role: '', name: '', seen: true })
  const outlined = (one) => { const s = getComputedStyle(one); return s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) > 0 }
  const around = [el, el.parentElement, el.parentElement?.parentElement].filter(Boolean)
  const card = around.findLast(outlined) ?? el
  const box = card.getBoundingClientRect()
  const top = document.elementFromPoint(Math.min(Math.max(box.left + box.width / 2, 0), innerWidth - 1), Math.min(Math.max(box.top + box.height / 2, 0), innerHeight - 1))
  const bare = top === card || card.contains(top) || top?.contains(card)
  return JSON.stringify({ role: el.computedRole, name: el.computedName.replace(/\s+/g, ' ').trim(), seen: (around.some(outlined) || el.type === 'date') && bare })
})()`

// on says whether the keyboard stands on an element, as finder finds it.
func on(role, name string, in ...inside) string {
	return fmt.Sprintf(`(() => { %s; return hejieE2E.all(%q, %q, %s).includes(document.activeElement) })()`, finder, role, name, one(in).js())
}

// tabs to an element. Every stop on the way can be seen.
func (p *screen) tabs(role, name string, in ...inside) {
	p.t.Helper()
	at := fmt.Sprintf(`(() => { %s; return hejieE2E.all(%q, %q, %s).length > 0 })()`, finder, role, name, one(in).js())
	p.until(at, fmt.Sprintf("no %s %q", role, name))
	for range 80 {
		p.key(kb.Tab)
		where := p.eval(focus)
		require.Contains(p.t, where, `"seen":true`, "on the way to %s %q", role, name)
		if p.eval(`String(`+on(role, name, in...)+`)`) == "true" {
			return
		}
	}
	p.fail(fmt.Errorf("the keyboard does not come to %s %q", role, name))
}

// picks a radio of a group by arrows.
func (p *screen) picks(group, name string) {
	p.t.Helper()
	in := inside{"group", group}
	p.has(1, in.role, in.name)
	for range 80 {
		p.key(kb.Tab)
		if p.eval(fmt.Sprintf(`(() => { %s; return String(hejieE2E.all('group', %q).some((one) => one.contains(document.activeElement))) })()`, finder, group)) == "true" {
			break
		}
	}
	p.key(" ")
	for range 20 {
		if p.eval(`String(`+on("radio", name, in)+`)`) == "true" {
			require.Contains(p.t, p.eval(focus), `"seen":true`)
			return
		}
		p.key(kb.ArrowDown)
	}
	p.fail(fmt.Errorf("the arrows do not come to %q", name))
}

// types a text into the field that it tabs to.
func (p *screen) types(role, name, text string) {
	p.t.Helper()
	p.tabs(role, name)
	p.write(text)
}

// dates are typed part by part, as the browser's own field takes them: month, day, year.
func (p *screen) dates(name, month, day, year string) {
	p.t.Helper()
	p.tabs("", name)
	p.key(month + day + year)
	p.until(fmt.Sprintf(`document.activeElement.value === %q`, year+"-"+month+"-"+day), name+" takes no date")
}

// TestKeyboard: a case is filed and an offer accepted without a mouse. Where the keyboard stands is always to be seen; Escape closes a dialog and gives
// the keyboard back to where it was.
func TestKeyboard(t *testing.T) {
	t.Parallel()
	sc := &scene{t: t, s: demo(t), lang: "en"}
	sc.consumer, sc.desk = sc.s.enter(consumer), sc.s.enter(agent)
	c := sc.sit("consumer", sc.consumer, "/file/"+sc.s.enterprise(firm), look{lang: "en"})
	next := func() {
		c.tabs("button", c.word("file-case/file.next"))
		c.key(kb.Enter)
	}
	c.picks(c.word("file-case/what.category"), c.word("words/category.quality"))
	c.types("textbox", c.word("file-case/what.goods"), "kettle")
	c.types("textbox", c.word("file-case/what.facts"), "It leaked on the second day.")
	c.dates(c.word("file-case/what.purchased"), "08", "03", "2026")
	c.dates(c.word("file-case/what.known"), "08", "05", "2026")
	next()
	c.types("textbox", c.word("file-case/order.amount"), "159")
	next()
	c.tabs("button", c.word("words/remedy.compensate"))
	c.key(" ")
	c.types("textbox", c.word("offer/compose.amount"), "159")
	next()
	c.has(1, "textbox", c.word("file-case/you.name"))
	next() // the account knows name and address
	for _, x := range [][2]string{{"daily", "file-case/daily.yes"}, {"other", "words/otherBody.none"}, {"escalation", "file-case/escalation.no"}, {"publication", "file-case/publication.no"}} {
		c.picks(c.word("file-case/"+x[0]+".label"), c.start(x[1]))
	}
	for _, label := range []string{c.word("file-case/truth.label"), c.start("file-case/rules.label")} {
		c.tabs("checkbox", label)
		c.key(" ")
	}
	c.tabs("button", c.word("file-case/file.send"))
	c.key(kb.Enter)
	c.tabs("link", c.word("file-case/done.room"))
	c.key(kb.Enter)
	c.sees(c.word("words/phase.awaiting_response"))
	sc.id = strings.TrimPrefix(c.eval("location.pathname"), "/c/")

	sc.desk.tell(sc.id, refund(120, 5))
	c.sees(c.yuan(120))
	c.tabs("button", c.word("offer/accept"))
	c.key(kb.Enter)
	in := inside{"dialog", c.word("offer/accept.title")}
	c.has(1, in.role, in.name)
	c.shot("dialog")
	c.key(kb.Escape)
	c.gone(in)
	c.until(on("button", c.word("offer/accept")), "the keyboard is not back where it was")
	c.key(kb.Enter)
	c.tabs("button", c.word("offer/accept.yes"), in)
	c.key(kb.Enter)
	c.gone(in)
	c.sees(c.word("words/phase.agreed"))
	sc.is(negotiation.PhaseAgreed, "")
}
