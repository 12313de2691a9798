package e2e

import (
	"testing"

	"github.com/stretchr/testify/require"

	"hejie/e2e/seed"
)

// TestAssignment: what nobody has comes by itself to an agent whom the supervisor lets take cases, before their eyes; what the agent gives back does not
// come again; and while the agent is away nothing does.
func TestAssignment(t *testing.T) {
	t.Parallel()
	sc := filed(t, "en")
	d := sc.office()
	b := sc.sit("supervisor", sc.s.enter(supervisor), "/desk/staff", look{lang: "en"})
	has := func(who string) { t.Helper(); d.has(1, "button", d.word("desk/assign.label", "name", who)) }
	nobody := d.word("desk/assign.nobody")
	has(nobody)

	b.press(b.word("desk/staff.edit") + ": 陈思远")
	in := inside{"dialog", b.word("desk/staff.editTitle")}
	b.fill("textbox", b.word("desk/staff.capacity"), "0", in)
	b.press(b.word("common/common.save"), in)
	b.sees(b.word("desk/staff.capacityWrong"))
	b.fill("textbox", b.word("desk/staff.capacity"), "40", in)
	require.Empty(t, b.axe())
	b.press(b.word("common/common.save"), in)
	b.gone(in)
	has("陈思远")
	d.click("tab", d.word("desk/room.tab.notes")+"…")
	d.sees(d.word("desk/notes.given", "whom", "陈思远"))

	d.press(d.word("desk/assign.label", "name", "陈思远"))
	d.shot("assign")
	d.click("menuitem", d.word("desk/assign.give"))
	d.sees(d.word("desk/notes.returned", "who", "陈思远"))
	d.open("/desk/" + sc.id)
	d.press(d.word("desk/away.begin"))
	d.sees(d.word("desk/away.is"))
	require.Empty(t, d.axe())
	b.open("/desk/staff")
	b.sees(b.word("desk/staff.away"), "/ 40")
	b.shot("staff")

	next := seed.Filing(sc.s.enterprise(firm))
	next.OrderNumber = "another order"
	id := sc.consumer.file(next)
	d.open("/desk/" + id)
	has(nobody)
	d.press(d.word("desk/away.end"))
	has("陈思远")
	d.misses(d.word("desk/away.is"))
	d.open("/desk/" + sc.id)
	has(nobody) // what was given back does not come again
}
