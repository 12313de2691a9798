package e2e

import (
	"net/http"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
)

// TestCrowdedLists: however long the name of one of them is, a list of people keeps each word, number and button of a row whole and apart.
func TestCrowdedLists(t *testing.T) {
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
