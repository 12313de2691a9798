package e2e

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	web "hejie/server/http"
)

// TestSavedReplies: a supervisor saves a reply, an agent finds it and puts it into what is being written, with the case's
// own words in its places; nothing goes out before it is sent.
func TestSavedReplies(t *testing.T) {
	t.Parallel()
	sc := filed(t, "en")
	b := sc.sit("supervisor", sc.s.enter(supervisor), "/desk", look{lang: "en"})
	b.forgive("422") // a place that stands for nothing
	b.link(b.word("app/nav.replies"))
	b.press(b.word("desk/replies.add"))
	in := inside{"dialog", b.word("desk/replies.add")}
	b.fill("textbox", b.word("desk/replies.name"), "Warranty", in)
	b.fill("textbox", b.word("desk/replies.text"), "Dear {name}, about {code}: {warranty}", in)
	b.press(b.word("common/common.save"), in)
	b.sees(b.word("problems/unknown_place", "place", "warranty"))
	b.fill("textbox", b.word("desk/replies.text"), "Dear {name}, about {code}: your warranty runs.", in)
	b.shot("reply")
	b.press(b.word("common/common.save"), in)
	b.gone(in)
	b.sees("Warranty", "Dear {name}, about {code}: your warranty runs.")
	b.shot("replies")

	v := get[web.CaseView](sc.desk, "/api/cases/"+sc.id)
	d := sc.office()
	d.fill("textbox", d.word("room/composer.placeholder", "who", d.word("words/who.enterprise.consumer")), "Hello. ")
	d.press(d.word("desk/reply.saved"))
	pick := inside{"dialog", d.word("desk/replies.choose")}
	d.fill("searchbox", d.word("desk/replies.search"), "warr", pick)
	d.shot("picker")
	reply := "Dear " + strings.TrimRight(v.Consumer.Name, "*") + ", about " + v.Case.Code + ": your warranty runs."
	d.press("Warranty "+reply, pick)
	d.gone(pick)
	d.until(`document.activeElement.value === `+"`Hello. "+reply+"`", "the reply is not where the cursor was")
	require.Zero(t, sc.said("Hello. "+reply), "sent by itself")
	d.press(d.word("room/composer.send"))
	sc.once("Hello. "+reply, d)

	rows := get[web.ReplyList](sc.desk, "/api/desk/replies").Rows
	b.press(b.word("desk/replies.delete") + ": Warranty")
	b.press(b.word("desk/replies.delete"), inside{"dialog", b.word("desk/replies.deleteTitle", "name", "Warranty")})
	b.misses("your warranty runs")
	require.Len(t, get[web.ReplyList](sc.desk, "/api/desk/replies").Rows, len(rows)-1)
	require.Equal(t, http.StatusForbidden, sc.desk.do(http.MethodDelete, "/api/desk/replies/"+rows[0].Id, nil).Status)
}
