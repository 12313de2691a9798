package e2e

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestSetUp: an empty installation prints a link that makes its first administrator, once.
func TestSetUp(t *testing.T) {
	t.Parallel()
	s := start(t, t.TempDir()+"/data", "serve")
	line, ok := s.Out.Wait(t.Context(), func(line string) bool { return strings.Contains(line, "/setup#") })
	require.True(t, ok)
	link := "/setup#" + line[strings.Index(line, "#")+1:]
	p := s.screen(t, "administrator", look{})
	wrong := p.visit(route{path: "/setup-open"}, link)
	require.Empty(t, wrong)
	p.press(p.word("admin/setup.yes")) // nothing filled in: the faults are told and can be read
	p.sees(p.word("admin/setup.need.login"), p.word("admin/setup.need.password"))
	require.Empty(t, p.axe())
	for label, text := range map[string]string{"display_name": "何敏", "login": "root", "password": "a long password", "again": "a long password"} {
		p.fill("textbox", p.word("admin/setup."+label), text)
	}
	p.press(p.word("admin/setup.yes"))
	p.until(`location.pathname === "/admin"`, "the administrator is not let in")
	p.sees(p.word("admin/operator.todo")) // nobody was named where it was started
	p.shot("admin")
	require.Equal(t, "administrator", get[struct{ Account struct{ Role string } }](s.as(p.session()), "/api/session").Account.Role)

	again := s.screen(t, "latecomer", look{phone: true})
	again.open(link)
	again.sees(again.word("admin/setup.done"))
}
