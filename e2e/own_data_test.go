package e2e

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"hejie/negotiation"
)

// TestOwnData: what the privacy notice promises a consumer is on their screens: who opened what, their file, and a consent that is taken
// back after the end.
func TestOwnData(t *testing.T) {
	t.Parallel()
	sc := filed(t, "zh")
	sc.consumer.tell(sc.id, negotiation.DiscloseDetails{})
	opened := sc.desk.do(http.MethodGet, "/api/cases/"+sc.id+"/details", nil)
	require.Equal(t, http.StatusOK, opened.Status, opened)

	c := sc.phone()
	c.about()
	c.press(c.word("room/readers.show"), inside{"region", c.word("room/readers.consumer")})
	c.sees(c.word("words/audit.what.details_opened"), c.word("words/audit.why.shown_by_consumer"))
	c.shot("readers")
	c.downloads(c.word("room/actions.file"), sc.id)
	d := sc.office()
	d.press(d.word("room/readers.show"), inside{"region", d.word("room/readers.enterprise")})
	d.sees(d.word("words/audit.what.details_opened"))
	d.shot("readers")

	sc.consumer.tell(sc.id, negotiation.WithdrawCase{Reason: negotiation.WithdrawReasons[0]})
	c.open("/c/" + sc.id)
	c.entered()
	c.about()
	c.press(c.word("room/actions.consents"))
	in := inside{"dialog", c.word("room/consents.title")}
	c.has(0, "radiogroup", c.word("room/consents.escalation"), in)
	c.click("radio", c.word("room/consents.publication.no"), in)
	c.shot("closed")
	c.press(c.word("common/common.save"), in)
	c.gone(in)
	require.False(t, sc.consumer.look(sc.id).Case.Consents.Publication.Yes)

	c.open("/account")
	c.sees(c.word("account/files.get"))
	c.shot("files")
	c.downloads(c.word("account/files.of", "code", sc.consumer.look(sc.id).Case.Code), sc.id)
}

// downloads the file of a case by a link: what it leads to is that file, and has a name to be kept under.
func (p *screen) downloads(link, id string) {
	p.t.Helper()
	p.has(1, "link", link)
	got := p.eval(fmt.Sprintf(`(async () => { %s; const [a] = hejieE2E.all('link', %q); const file = await (await fetch(a.href)).json()
		return [a.download, file.view.case.id, file.timeline.length > 0].join(' ') })()`, finder, link))
	require.Regexp(p.t, `^hejie-\S+\.json `+id+` true$`, got)
}
