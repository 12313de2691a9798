package e2e

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/require"

	"hejie/negotiation"
)

// TestNotes: what colleagues write to each other reaches them, and neither the consumer nor the bureau.
func TestNotes(t *testing.T) {
	t.Parallel()
	sc := filed(t, "zh")
	first := sc.office()
	second := sc.sit("colleague", sc.s.enter(colleague), "/desk/"+sc.id, look{dark: true})
	for _, p := range []*screen{first, second} {
		p.click("tab", p.word("desk/room.tab.notes")+"…")
		p.sees(p.word("desk/notes.only"))
	}
	first.fill("textbox", first.word("desk/notes.placeholder"), "底线是两百")
	first.key(kb.Enter)
	second.hears("底线是两百")
	second.shot("notes")
	sc.consumer.tell(sc.id, negotiation.Escalate{})
	for _, who := range []*caller{sc.consumer, sc.officer} {
		require.Equal(t, http.StatusNotFound, who.do(http.MethodGet, "/api/channels/"+sc.id+"/desk/events", nil).Status)
		for _, path := range []string{"/api/channels/" + sc.id + "/room/events", "/api/cases/" + sc.id, "/api/cases/" + sc.id + "/file"} {
			require.NotContains(t, string(who.do(http.MethodGet, path, nil).Body), "底线")
		}
	}
}

// TestOwnActs: a menu shows where the keyboard stands. Who takes a case is told so, and not over what they write with. What one does beside the talk is not told as unread.
func TestOwnActs(t *testing.T) {
	t.Parallel()
	sc := filed(t, "zh")
	d := sc.sit("desk", sc.desk, "/desk/"+sc.id, look{phone: true})
	d.tabs("button", d.word("desk/room.more"))
	d.key(kb.Enter)
	d.until(on("menuitem", d.word("desk/room.offer")), "the menu does not take the keyboard")
	require.Contains(t, d.eval(focus), `"seen":true`)
	d.key(kb.Escape)
	d.key("t")
	news := fmt.Sprintf(`[...document.querySelectorAll('[role=status]')].some((one) => one.innerText.includes(%q))`, d.word("desk/assign.taken"))
	send := fmt.Sprintf(`(() => { %s; const send = hejieE2E.all('button', %q)[0], at = send.getBoundingClientRect(); return send.contains(document.elementFromPoint(at.x + at.width / 2, at.y + at.height / 2)) })()`, finder, d.word("room/composer.send"))
	d.until(news+" && "+send, "the news lies over what sends")
	row := fmt.Sprintf(`document.querySelector('a[data-case="%s"]')?.innerText`, sc.id)
	d.click("tab", d.word("desk/room.tab.facts")+"…")
	d.press(d.word("offer/accept"))
	in := inside{"dialog", d.word("offer/accept.title")}
	d.press(d.word("offer/accept.yes"), in)
	d.gone(in)
	d.stands(negotiation.PhaseAgreed)
	d.open("/desk")
	d.until(fmt.Sprintf(`%s && !/%s|%s/.test(%s)`, row, d.word("desk/row.news"), strings.TrimPrefix(d.word("desk/row.unread", "n", 2), "2 "), row), "the own acceptance is unread")
	d.shot("list")
}

// TestStaff: a supervisor adds a colleague, who works until a new password and then the end of the account put them out, with words that say so. At
// last the enterprise leaves the scheme.
func TestStaff(t *testing.T) {
	t.Parallel()
	sc := filed(t, "en")
	b := sc.sit("supervisor", sc.s.enter(supervisor), "/desk/staff", look{lang: "en"})
	b.press(b.word("desk/staff.add"))
	in := inside{"dialog", b.word("desk/staff.add")}
	b.press(b.word("desk/staff.add"), in) // empty
	b.sees(b.word("desk/staff.needName"), b.word("desk/staff.needLogin"))
	b.fill("textbox", b.word("desk/staff.name"), "Wang", in)
	b.fill("textbox", b.word("desk/staff.login"), agent, in) // taken
	b.fill("textbox", b.word("desk/staff.password"), "first password", in)
	b.forgive("409")
	b.press(b.word("desk/staff.add"), in)
	b.sees(b.word("problems/login_taken"))
	b.shot("taken")
	b.fill("textbox", b.word("desk/staff.login"), "wang.desk", in)
	b.press(b.word("desk/staff.add"), in)
	b.gone(in)
	b.until(on("button", b.word("desk/staff.add")), "the dialog took the keyboard with it")

	w := sc.s.screen(t, "newcomer", look{lang: "en"})
	w.logsIn("wang.desk", "first password")
	w.sees("电饭煲")
	b.press(b.word("desk/staff.reset") + ": Wang")
	in = inside{"dialog", b.word("desk/staff.reset")}
	b.fill("textbox", b.word("desk/staff.newPassword"), "short", in)
	b.press(b.word("desk/staff.reset"), in)
	b.sees(b.word("desk/staff.needPassword", "n", 10))
	b.fill("textbox", b.word("desk/staff.newPassword"), "second password", in)
	b.press(b.word("desk/staff.reset"), in)
	b.gone(in)
	w.sees(w.word("account/signIn.ended"))
	w.logsIn("wang.desk", "second password")
	w.sees("电饭煲")
	w.open("/desk/" + sc.id)
	w.entered()

	b.press(b.word("desk/staff.deactivateTitle", "name", "Wang"))
	in = inside{"dialog", b.word("desk/staff.deactivateTitle", "name", "Wang")}
	b.press(b.word("desk/staff.deactivate"), in)
	b.gone(in)
	b.sees(b.word("desk/staff.inactive"))
	b.until(on("button", b.word("desk/staff.activate")+": Wang"), "the keyboard is not at the button that takes it back")
	b.shot("staff")
	w.sees(w.word("account/signIn.ended"))
	w.shot("ended")
	w.forgive("422")
	w.logsIn("wang.desk", "second password")
	w.sees(w.word("problems/wrong_password"))

	b.press(b.word("desk/leave.start"))
	in = inside{"dialog", b.word("desk/leave.dialog")}
	b.press(b.word("desk/leave.yes"), in)
	b.sees(b.word("desk/leave.mismatch"))
	b.fill("textbox", b.word("desk/leave.type", "name", firm), firm, in)
	b.shot("leave")
	b.press(b.word("desk/leave.yes"), in)
	b.gone(in)
	b.sees(b.word("desk/leave.left", "status", b.word("words/enterpriseStatus.left")))
	b.shot("left")
	sc.is(negotiation.PhaseAwaitingResponse, "") // what runs goes on
}
