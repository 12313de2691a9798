package e2e

import (
	"testing"

	"github.com/stretchr/testify/require"

	"hejie/negotiation"
)

// TestAdministration: a bureau and its officer are made and changed, a new password puts the officer out, and a year of the calendar comes in,
// which moves the running deadlines; a notice with a fault is refused with its place.
func TestAdministration(t *testing.T) {
	t.Parallel()
	sc := filed(t, "en")
	a := sc.sit("administrator", sc.s.enter("admin"), "/admin", look{lang: "en"})
	a.forgive("422")
	a.press(a.word("admin/bureau.add"))
	in := inside{"dialog", a.word("admin/bureau.add")}
	a.set(a.word("admin/region.province"), "430000")
	a.set(a.word("admin/region.city"), "430600")
	a.set(a.word("admin/region.county"), "430603")
	a.press(a.word("common/common.save"), in) // no name
	a.sees(a.word("problems/required"))
	a.shot("bureau")
	for key, text := range map[string]string{"name_zh": "云溪区市场监督管理局", "name_en": "Yunxi District Administration for Market Regulation", "phone": "0730-0000009", "address": "云溪区一号"} {
		a.fill("textbox", a.word("admin/bureau."+key), text, in)
	}
	a.press(a.word("common/common.save"), in)
	a.gone(in)
	a.press(a.word("admin/bureau.edit", "name", "云溪区市场监督管理局"))
	in = inside{"dialog", a.word("admin/bureau.edit", "name", "云溪区市场监督管理局")}
	a.fill("textbox", a.word("admin/bureau.phone"), "0730-0000010", in)
	a.press(a.word("common/common.save"), in)
	a.gone(in)
	a.sees("0730-0000010")

	a.click("tab", a.word("admin/tab.officers"))
	a.press(a.word("admin/officer.add"))
	in = inside{"dialog", a.word("admin/officer.add")}
	a.until(`document.querySelectorAll('dialog[open] option').length > 3`, "the bureaus are not there")
	a.press(a.word("admin/officer.add"), in)
	a.until(`document.querySelector('dialog[open] [aria-invalid=true]') !== null`, "what is missing is not told")
	a.shot("officer")
	a.eval(`(() => { const s = document.querySelector('dialog[open] select'); s.value = [...s.options].find((o) => o.text.startsWith('Yunxi')).value; s.dispatchEvent(new Event('change', { bubbles: true })); return '' })()`)
	a.fill("textbox", a.word("admin/officer.display_name"), "Gu Yan", in)
	a.fill("textbox", a.word("admin/officer.login"), "yun.gu", in)
	a.fill("textbox", a.word("admin/officer.password"), "first password", in)
	a.press(a.word("admin/officer.add"), in)
	a.gone(in)

	o := sc.s.screen(t, "officer", look{lang: "en"})
	o.logsIn("yun.gu", "first password")
	o.sees(o.word("board/column.new"))
	a.press(a.word("admin/officer.resetOf", "name", "Gu Yan"))
	in = inside{"dialog", a.word("admin/officer.resetOf", "name", "Gu Yan")}
	a.fill("textbox", a.word("admin/officer.password"), "second password", in)
	a.press(a.word("admin/officer.reset"), in)
	a.gone(in)
	o.sees(o.word("account/signIn.ended"))
	o.shot("ended")
	a.press(a.word("admin/officer.offOf", "name", "Gu Yan"))
	in = inside{"dialog", a.word("admin/officer.offOf", "name", "Gu Yan")}
	a.press(a.word("ui/confirm"), in)
	a.gone(in)
	a.has(1, "button", a.word("admin/officer.onOf", "name", "Gu Yan"))
	a.shot("officers")

	a.click("tab", a.word("admin/tab.calendar"))
	a.press(a.word("admin/calendar.import"))
	in = inside{"dialog", a.word("admin/calendar.import")}
	a.fill("textbox", a.word("admin/import.paste"), "{", in)
	a.press(a.word("admin/import.check"), in)
	a.sees(a.word("admin/import.bad.json"))
	// What is wrong in a notice is told, and half of one is asked about before it counts for a whole year: one not known yet, or one known.
	a.fill("textbox", a.word("admin/import.paste"), `{"year":2027,"papers":["https://www.gov.cn/x"],"days":[{"name":"元旦","date":"2027-02-30","isOffDay":true}]}`, in)
	a.press(a.word("admin/import.check"), in)
	a.sees("days[0].date")
	a.shot("bad")
	a.fill("textbox", a.word("admin/import.paste"), `{"year":2027,"papers":["https://www.gov.cn/x"],"days":[{"name":"元旦","date":"2027-01-01","isOffDay":true}]}`, in)
	a.press(a.word("admin/import.check"), in)
	a.sees(a.word("admin/import.lacks", "n", 12), "2027-02-06 春节", a.word("admin/import.lacks.text"))
	a.sees(a.word("admin/import.changes", "year", "2027", "n", 12))
	a.shot("half")
	a.press(a.word("common/common.back"), in)
	a.chooses(written(t, "2026.json", []byte(`{"year":2026,"papers":["https://www.gov.cn/x"],"days":[{"name":"元旦","date":"2026-01-01","isOffDay":true},{"name":"国庆节","date":"2026-10-01","isOffDay":true},{"name":"临时放假","date":"2026-11-25","isOffDay":true}]}`)))
	a.until(`document.querySelector('dialog[open] textarea').value.includes('2026-11-25')`, "the file is not read")
	before := sc.consumer.look(sc.id).Case
	a.press(a.word("admin/import.check"), in)
	a.sees("2026-02-14 春节", a.word("admin/import.lacks.text"), "临时放假")
	require.Equal(t, before.Deadlines, sc.consumer.look(sc.id).Case.Deadlines, "looking changes nothing")
	a.press(a.word("admin/import.anyway"), in)
	a.gone(in)
	a.sees(a.word("admin/calendar.imported"))
	a.shot("calendar")
	after := sc.consumer.look(sc.id).Case
	require.Equal(t, negotiation.PhaseAwaitingResponse, after.Phase)
	require.NotEqual(t, before.Deadlines, after.Deadlines)
}
