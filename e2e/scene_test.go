package e2e

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"hejie/e2e/seed"
	"hejie/negotiation"
)

// The people of the demo who play here: a consumer, two colleagues of the desk of the enterprise, an officer of its bureau.
const (
	firm       = "岳阳湘湖里电器有限公司"
	consumer   = "lei"
	agent      = "dianqi.chen"
	colleague  = "dianqi.zeng"
	supervisor = "dianqi.liu"
	officer    = "lou.peng"
)

// scene is a demo of its own with a case between its people.
type scene struct {
	t    *testing.T
	s    *server
	lang string
	id   string // of the case

	consumer, desk, officer *caller
}

// filed opens a demo and files a case in it; the rest of the scene is played on screens.
func filed(t *testing.T, lang string) *scene {
	t.Helper()
	sc := &scene{t: t, s: demo(t), lang: lang}
	sc.consumer, sc.desk, sc.officer = sc.s.enter(consumer), sc.s.enter(agent), sc.s.enter(officer)
	sc.id = sc.consumer.file(seed.Filing(sc.s.enterprise(firm)))
	return sc
}

// enterprise by its name.
func (s *server) enterprise(name string) string {
	s.t.Helper()
	page := get[struct {
		Rows []struct{ ID, Name string }
	}](s.nobody(), "/api/enterprises?q="+url.QueryEscape(name))
	require.NotEmpty(s.t, page.Rows, name)
	require.Equal(s.t, name, page.Rows[0].Name)
	return page.Rows[0].ID
}

// phone of the consumer, in the room.
func (sc *scene) phone() *screen {
	sc.t.Helper()
	return sc.sit("consumer", sc.consumer, "/c/"+sc.id, look{phone: true, lang: sc.lang})
}

// office of the desk, in the room.
func (sc *scene) office() *screen {
	sc.t.Helper()
	return sc.sit("desk", sc.desk, "/desk/"+sc.id, look{lang: sc.lang})
}

// bureau is the officer's screen, on the board.
func (sc *scene) bureau() *screen {
	sc.t.Helper()
	return sc.sit("officer", sc.officer, "/board", look{lang: sc.lang})
}

func (sc *scene) sit(name string, c *caller, path string, l look) *screen {
	sc.t.Helper()
	p := sc.s.screen(sc.t, name, l)
	p.cookie(c.Token)
	p.open(path)
	if strings.Contains(path, sc.id) && sc.id != "" {
		p.entered()
	}
	return p
}

// entered waits until the room's log is there.
func (p *screen) entered() {
	p.t.Helper()
	p.until(`document.querySelector('[role=log]:not([aria-busy])')?.children.length > 1`, "the room does not open")
}

// is the case in that phase, with that class.
func (sc *scene) is(phase negotiation.Phase, class negotiation.Class) {
	sc.t.Helper()
	v := sc.consumer.look(sc.id)
	require.Equal(sc.t, phase, v.Case.Phase)
	require.Equal(sc.t, class, v.Case.Class)
}

// offers of the desk as commands, for what a test does not play on a screen.
func refund(yuan int64, valid int) negotiation.MakeOffer {
	return negotiation.MakeOffer{ValidDays: valid, Items: []negotiation.Item{{By: negotiation.SideEnterprise, Remedy: negotiation.Refund,
		Amount: new(negotiation.CNY(yuan * 100)), Due: negotiation.Due{Days: 3, Unit: negotiation.WorkingDays}}}}
}

// open offer of the case.
func (sc *scene) open() negotiation.Offer {
	sc.t.Helper()
	o, ok := sc.consumer.look(sc.id).Case.OpenOffer()
	require.True(sc.t, ok, "no offer lies open")
	return o
}

// agreed brings the case to an agreement: so many yuan within three working days.
func (sc *scene) agreed(yuan int64) {
	sc.t.Helper()
	sc.desk.tell(sc.id, refund(yuan, 5))
	o := sc.open()
	sc.consumer.tell(sc.id, negotiation.AcceptOffer{Offer: o.Number, Digest: o.Digest})
}

// What people do in a room, the same on every screen. Dialogs are told by their title.

// about opens the panel of the case on a phone.
func (p *screen) about() {
	p.t.Helper()
	if p.look.phone {
		p.press(p.word("room/room.about"))
		p.has(1, "dialog", p.word("room/room.about"))
	}
}

// accepts the offer on the table: read, press, and say yes to what it means.
func (p *screen) accepts() {
	p.t.Helper()
	p.about()
	p.press(p.word("offer/accept"))
	in := inside{"dialog", p.word("offer/accept.title")}
	p.press(p.word("offer/accept.yes"), in)
	p.gone(in)
}

// counters the offer on the table with another amount.
func (p *screen) counters(yuan int) {
	p.t.Helper()
	p.about()
	p.press(p.word("offer/counter"))
	in := inside{"dialog", p.word("offer/compose.counter")}
	p.fill("textbox", p.word("offer/compose.amount"), fmt.Sprint(yuan), in)
	p.press(p.word("offer/compose.sendCounter"), in)
	p.gone(in)
}

// says something in the room.
func (p *screen) says(who, text string) {
	p.t.Helper()
	p.fill("textbox", p.word("room/composer.placeholder", "who", p.word("words/who."+who)), text)
	p.press(p.word("room/composer.send"))
}

// gone waits until a dialog has closed.
func (p *screen) gone(in inside) { p.t.Helper(); p.has(0, in.role, in.name) }

// yuan as the screen writes it.
func (p *screen) yuan(n int) string { return fmt.Sprintf("¥%d.00", n) }

// set a field that cannot be typed into the same way everywhere, such as a date.
func (p *screen) set(label, value string) {
	p.t.Helper()
	js, err := json.Marshal(label)
	require.NoError(p.t, err)
	p.until(fmt.Sprintf(`(() => {
  const field = [...document.querySelectorAll('input,select')].find((one) => one.computedName === %s)
  if (!field) return false
  Object.getOwnPropertyDescriptor(Object.getPrototypeOf(field), 'value').set.call(field, %q)
  field.dispatchEvent(new Event('input', { bubbles: true }))
  field.dispatchEvent(new Event('change', { bubbles: true }))
  return true
})()`, js, value), "no field "+label)
}
