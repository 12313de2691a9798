package e2e

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/require"

	"hejie/negotiation"
)

// finder is what a page is given to find elements as people do: by what a screen reader calls them. A name that ends in … is only
// the beginning. Of several the last one counts, which is the one on top. The browser computes names slowly, so only elements that
// have the words somewhere are asked for theirs.
const finder = `(() => {
  if (window.hejieE2E) return
  const same = (name, wanted) => {
    name = (name || '').replace(/\s+/g, ' ').trim()
    return wanted.endsWith('…') ? name.startsWith(wanted.slice(0, -1)) : name === wanted
  }
  const candidates = 'a[href],button,input,textarea,select,summary,label,[role],[tabindex],h1,h2,h3,h4,article,aside,main,nav,section,dialog,table,tr'
  const bare = (text) => text.replace(/[\s…]/g, '')
  const words = (el) => {
    const by = (el.getAttribute('aria-labelledby') || '').split(' ').map((id) => document.getElementById(id)?.textContent)
    return bare([el.getAttribute('aria-label'), ...by, ...[...(el.labels || [])].map((one) => one.textContent), el.textContent, el.placeholder, el.title].join(' '))
  }
  const all = (role, wanted, within) => {
    const root = within ? all(within[0], within[1]).at(-1) : document
    if (!root) return []
    const part = bare(wanted)
    return [...root.querySelectorAll(candidates)].filter((el) => words(el).includes(part) && el.checkVisibility({ visibilityProperty: true }) &&
      el.computedRole === role && same(el.computedName, wanted))
  }
  // Where to press: the middle of what is on the screen, when nothing else lies over it and it has stood still for a moment.
  let stood = '', since = 0
  const spot = (role, wanted, within) => {
    for (const el of all(role, wanted, within).reverse()) {
      if (el.matches(':disabled') || el.getAttribute('aria-disabled') === 'true') continue
      el.scrollIntoView({ block: 'center', inline: 'nearest', behavior: 'instant' })
      const box = el.getBoundingClientRect()
      const x = box.left + box.width / 2
      const y = box.top + box.height / 2
      const top = document.elementFromPoint(x, y)
      if (!top || !mine(el, top)) continue
      const at = JSON.stringify([x, y])
      if (at !== stood) [stood, since] = [at, performance.now()]
      if (performance.now() - since < 100) return false
      aim = el
      api.hit = false
      return at
    }
    return false
  }
  // Should the page move under the finger after all, the press reaches nothing, and is tried again.
  let aim = null
  const mine = (el, target) => el === target || el.contains(target) || [...(el.labels || [])].some((one) => one.contains(target))
  for (const kind of ['pointerdown', 'mousedown', 'touchstart', 'pointerup', 'mouseup', 'touchend', 'click'])
    window.addEventListener(kind, (event) => {
      if (!aim || !event.isTrusted) return
      if (!mine(aim, event.target)) {
        event.preventDefault()
        event.stopImmediatePropagation()
      } else if (kind === 'click') {
        aim = null
        api.hit = true
      }
    }, { capture: true, passive: false })
  const api = { all, spot, hit: false }
  window.hejieE2E = api
})()`

// inside narrows a search to an element.
type inside struct{ role, name string }

func (in inside) js() string {
	if in.role == "" {
		return "null"
	}
	return fmt.Sprintf("[%q, %q]", in.role, in.name)
}

// click, or tap on a phone, what a screen reader calls so.
func (p *screen) click(role, name string, in ...inside) {
	p.t.Helper()
	for range 5 {
		at := p.until(fmt.Sprintf(`(() => { %s; return hejieE2E.spot(%q, %q, %s) })()`, finder, role, name, one(in).js()), fmt.Sprintf("%s %q cannot be pressed", role, name))
		var x [2]float64
		require.NoError(p.t, json.Unmarshal([]byte(at), &x), at)
		if p.look.phone {
			p.do(chromedp.TapXY(x[0], x[1]))
		} else {
			p.do(chromedp.MouseClickXY(x[0], x[1]))
		}
		if p.soon("!window.hejieE2E || hejieE2E.hit") { // or it has led to another page
			return
		}
	}
	p.fail(fmt.Errorf("%s %q does not stand still", role, name))
}

func one(in []inside) inside {
	if len(in) == 0 {
		return inside{}
	}
	return in[0]
}

func (p *screen) press(name string, in ...inside) { p.t.Helper(); p.click("button", name, in...) }
func (p *screen) link(name string, in ...inside)  { p.t.Helper(); p.click("link", name, in...) }

// fill a field with a text, in place of what is there.
func (p *screen) fill(role, name, text string, in ...inside) {
	p.t.Helper()
	p.click(role, name, in...)
	p.do(chromedp.Evaluate[chromedp.Void](`document.activeElement.select?.(); undefined`), chromedp.KeyEvent(kb.Backspace))
	p.write(text)
	p.until(fmt.Sprintf(`hejieE2E.all(%q, %q, %s).some((field) => field.value === %q)`, role, name, one(in).js(), text), fmt.Sprintf("%q does not hold the text", name))
}

// write at the cursor.
func (p *screen) write(text string) {
	p.t.Helper()
	call(p, input.InsertText, input.InsertTextParams{Text: text})
}

func (p *screen) key(keys string) { p.t.Helper(); p.do(chromedp.KeyEvent(keys)) }

// open an address of the server.
func (p *screen) open(path string) {
	p.t.Helper()
	p.do(chromedp.Navigate(p.base + path))
}

// sees waits until the words are on the screen, as whole as they are given.
func (p *screen) sees(words ...string) {
	p.t.Helper()
	for _, w := range words {
		p.until(fmt.Sprintf(`document.body?.innerText.replace(/\s+/g, ' ').includes(%q)`, w), fmt.Sprintf("%q is not on the screen", w))
	}
}

// stands waits until the case on the screen is in a phase: its badge says that alone, as no row of a list does.
func (p *screen) stands(phase negotiation.Phase) {
	p.t.Helper()
	name := p.word("words/phase." + string(phase))
	p.until(fmt.Sprintf(`[...document.querySelectorAll('main span')].some((one) => one.textContent.trim() === %q)`, name), fmt.Sprintf("the case is not shown as %q", name))
}

// misses waits until the words are gone.
func (p *screen) misses(words string) {
	p.t.Helper()
	p.until(fmt.Sprintf(`!document.body.innerText.replace(/\s+/g, ' ').includes(%q)`, words), fmt.Sprintf("%q is still on the screen", words))
}

// has waits for n elements of a role and name.
func (p *screen) has(n int, role, name string, in ...inside) {
	p.t.Helper()
	p.until(fmt.Sprintf(`(() => { %s; return hejieE2E.all(%q, %q, %s).length === %d })()`, finder, role, name, one(in).js(), n), fmt.Sprintf("not %d × %s %q", n, role, name))
}

// hears waits until the words stand in the room's log.
func (p *screen) hears(words string) {
	p.t.Helper()
	p.until(fmt.Sprintf(`document.querySelector('[role=log]')?.innerText.includes(%q)`, words), fmt.Sprintf("%q is not in the room", words))
}

// heard counts how often the words stand in the room's log.
func (p *screen) heard(words string) int {
	p.t.Helper()
	return strings.Count(p.eval(`document.querySelector('[role=log]').innerText`), words)
}

// holds waits until a field has the text.
func (p *screen) holds(name, text string) {
	p.t.Helper()
	p.until(fmt.Sprintf(`(() => { %s; return hejieE2E.all('textbox', %q).some((field) => field.value === %q) })()`, finder, name, text), fmt.Sprintf("%q does not hold %q", name, text))
}
