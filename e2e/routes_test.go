package e2e

import (
	"cmp"
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"hejie/e2e/platform"
)

// route of the router's table.
type route struct {
	path, name, title string
	roles             []string // none: anybody
}

var (
	pageLine = regexp.MustCompile(`(?m)^\s*\{ path: '([^']+)', name: '([^']+)', title: 'title\.([^']+)'(.*)$`)
	roleList = regexp.MustCompile(`(?m)^const (\w+): readonly Role\[\] = \[([^\]]*)\]`)
	rolesOf  = regexp.MustCompile(`roles: (?:\[([^\]]*)\]|(\w+))`)
	quoted   = regexp.MustCompile(`'(\w+)'`)
)

// routes reads the table where it is written: pages for everybody and workplaces. A line that is not understood fails the test.
func routes(t *testing.T) (table []route) {
	t.Helper()
	var text string
	for _, name := range []string{"routes.ts", "workplaces.ts"} {
		b, err := os.ReadFile("../web/src/app/" + name)
		require.NoError(t, err)
		text += string(b)
	}
	lists := map[string][]string{}
	words := func(list string) (roles []string) {
		for _, m := range quoted.FindAllStringSubmatch(list, -1) {
			roles = append(roles, m[1])
		}
		return roles
	}
	for _, m := range roleList.FindAllStringSubmatch(text, -1) {
		lists[m[1]] = words(m[2])
	}
	for _, m := range pageLine.FindAllStringSubmatch(text, -1) {
		r := route{path: m[1], name: m[2], title: m[3]}
		if roles := rolesOf.FindStringSubmatch(m[4]); roles != nil {
			r.roles = append(words(roles[1]), lists[roles[2]]...)
			require.NotEmpty(t, r.roles, m[0])
		}
		require.Equal(t, strings.Contains(m[4], "roles:"), r.roles != nil, m[0])
		table = append(table, r)
	}
	require.Len(t, table, strings.Count(text, "path: '"), "a line of the table was not understood")
	return table
}

// TestRoutes visits every page of the router's table as everybody who may see it, on a phone and on a desk, in light and in dark, on a phone in English, too. There axe
// finds nothing serious, and nothing goes wrong on the console.
func TestRoutes(t *testing.T) {
	t.Parallel()
	table := routes(t)
	s := demo(t)
	people := map[string]string{"consumer": "qiu", "desk_agent": agent, "desk_supervisor": supervisor, "officer": officer, "administrator": "admin", "": ""}
	qiu := s.enter("qiu")
	params := map[string]string{"enterprise": s.enterprise(firm), "case": qiu.caseWith(firm), "decided": s.enter("long").caseIn("accepted")}

	var mu sync.Mutex
	visited := map[string]int{}
	t.Run("as", func(t *testing.T) {
		for role, person := range people {
			t.Run(cmp.Or(role, "nobody"), func(t *testing.T) {
				t.Parallel()
				p := s.screen(t, "visitor", look{})
				if person != "" {
					p.cookie(s.enter(person).Token)
				}
				var wrong []string
				for _, r := range table {
					// Public pages change only their frame with who looks: on the phone they are seen by nobody and by a consumer.
					if r.roles != nil && !slices.Contains(r.roles, role) || r.roles == nil && role != "" && role != "consumer" && role != "officer" {
						continue
					}
					for _, phone := range []bool{true, false} {
						if phone && r.roles == nil && role == "officer" {
							continue
						}
						p.wear(look{phone: phone})
						wrong = append(wrong, p.visit(r, address(t, r, params), "light", "dark")...)
						if phone { // where longer words find less room
							p.wear(look{phone: true, lang: "en"})
							wrong = append(wrong, p.visit(r, address(t, r, params), "light")...)
						}
					}
					mu.Lock()
					visited[r.path]++
					mu.Unlock()
				}
				if role == "" || role == "consumer" { // the two pages beside the table
					wrong = append(wrong, p.visit(route{title: "notFound"}, "/nowhere", "light", "dark")...)
				}
				if role == "consumer" {
					wrong = append(wrong, p.visit(route{title: "noRights"}, "/board", "light", "dark")...)
				}
				require.Empty(t, wrong)
			})
		}
	})
	for _, r := range table {
		require.Positive(t, visited[r.path], "nobody visited %s", r.path)
	}
}

// address of a route with something to see.
func address(t *testing.T, r route, params map[string]string) string {
	t.Helper()
	kind := "case"
	switch {
	case r.name == "enterprise" || r.name == "file":
		kind = "enterprise"
	case r.name == "decision":
		kind = "decided"
	}
	path := regexp.MustCompile(`:\w+`).ReplaceAllString(r.path, params[kind])
	require.NotContains(t, path, ":", "no address for %s", r.path)
	return path
}

// visit a page and judge it in its colours.
func (p *screen) visit(r route, path string, colours ...string) (wrong []string) {
	p.t.Helper()
	p.open(path)
	p.until(`document.querySelector('h1, [role=log]') && !document.querySelector('.animate-pulse, [aria-busy=true]') && document.readyState === 'complete'`, path+" is not ready")
	for _, colours := range colours {
		call(p, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
			{Name: "prefers-color-scheme", Value: colours}, {Name: "prefers-reduced-motion", Value: "reduce"}}})
		p.until(fmt.Sprintf(`document.documentElement.dataset.theme === %q && document.getAnimations().every((one) => one.playState !== 'running')`, colours), path+" does not change its colours")
		for _, fault := range p.axe() {
			wrong = append(wrong, fmt.Sprintf("%s (%s, %s): %s", path, p.look, colours, fault))
		}
	}
	for _, elsewhere := range []string{"notFound", "noRights", "signIn"} {
		led := strings.Contains(p.eval(`document.title`), p.word("app/title."+elsewhere))
		if led != (r.title == elsewhere) {
			wrong = append(wrong, fmt.Sprintf("%s (%s) shows %s", path, p.look, p.eval(`document.title`)))
		}
	}
	if wide := p.eval(`document.documentElement.scrollWidth > innerWidth ? document.documentElement.scrollWidth + ' > ' + innerWidth : ''`); wide != "" {
		wrong = append(wrong, fmt.Sprintf("%s (%s) is wider than the screen: %s", path, p.look, wide))
	}
	for _, fault := range p.take() {
		wrong = append(wrong, fmt.Sprintf("%s (%s): %s", path, p.look, fault))
	}
	p.shot("page" + strings.ReplaceAll(r.path, "/", "-"))
	return wrong
}

// axeSource is read once.
var axeSource = sync.OnceValues(func() (string, error) {
	if err := platform.Modules(); err != nil {
		return "", err
	}
	b, err := os.ReadFile("../web/node_modules/axe-core/axe.min.js")
	return string(b), err
})

// axe gives what is seriously or critically wrong for people who see, hear or move differently.
func (p *screen) axe() (found []string) {
	p.t.Helper()
	source, err := axeSource()
	require.NoError(p.t, err)
	if p.eval(`String(typeof axe)`) == "undefined" {
		p.do(chromedp.Evaluate[chromedp.Void](source + "\n;undefined"))
	}
	const rules = `['wcag2a','wcag2aa','wcag21a','wcag21aa','wcag22aa','best-practice']`
	report := p.eval(`axe.run(document, {runOnly: ` + rules + `, resultTypes: ['violations']}).then((r) => JSON.stringify(r.violations.map((v) => ({id: v.id, impact: v.impact, nodes: v.nodes.map((n) => n.target.join(' ') + ': ' + n.html.slice(0, 200))}))))`)
	var violations []struct {
		ID, Impact string
		Nodes      []string
	}
	require.NoError(p.t, json.Unmarshal([]byte(report), &violations))
	for _, v := range violations {
		line := fmt.Sprintf("%s (%s): %s", v.ID, v.Impact, strings.Join(v.Nodes, "\n\t"))
		if v.Impact == "serious" || v.Impact == "critical" {
			found = append(found, line)
		}
	}
	return found
}

// caseWith an enterprise, of a consumer.
func (c *caller) caseWith(name string) string { c.t.Helper(); return c.own("EnterpriseName", name) }

// caseIn a phase, of a consumer.
func (c *caller) caseIn(phase string) string { c.t.Helper(); return c.own("Phase", phase) }

func (c *caller) own(field, value string) string {
	c.t.Helper()
	rows := get[struct {
		Rows []struct {
			Case           string
			Phase          string
			EnterpriseName string `json:"enterprise_name"`
		}
	}](c, "/api/cases").Rows
	for _, row := range rows {
		if field == "Phase" && row.Phase == value || field == "EnterpriseName" && row.EnterpriseName == value {
			return row.Case
		}
	}
	require.Fail(c.t, "no such case", value)
	return ""
}
