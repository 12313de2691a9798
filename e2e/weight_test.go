package e2e

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"hejie/e2e/platform"
)

// TestWeight opens the three pages whose weight is limited on a phone, touches nothing, and compares the scripts and styles that the
// browser fetched with those that web/scripts/weight.mjs counts.
func TestWeight(t *testing.T) {
	t.Parallel()
	_, err := binary() // with the front end that is weighed
	require.NoError(t, err)
	b, err := os.ReadFile(filepath.Join(platform.Root(), "web", "dist", ".vite", "weight.json"))
	require.NoError(t, err)
	type files struct{ Files []string }
	var pages []struct {
		Path              string
		Demo, DemoEnglish files
	}
	require.NoError(t, json.Unmarshal(b, &pages))
	require.Len(t, pages, 3)

	s := demo(t)
	zou := s.enter("zou")
	addresses := strings.NewReplacer("<enterprise>", s.enterprise(firm), "<case>", zou.caseIn("agreed"))
	for _, lang := range []string{"zh", "en"} {
		for _, counted := range pages {
			t.Run(lang+strings.TrimRight(counted.Path, "<>"), func(t *testing.T) {
				t.Parallel()
				p := s.screen(t, "visitor", look{phone: true, lang: lang})
				if strings.HasPrefix(counted.Path, "/c/") {
					p.cookie(zou.Token)
				}
				want := counted.Demo.Files
				if lang == "en" {
					want = counted.DemoEnglish.Files
				}
				slices.Sort(want)
				p.opensIdle(addresses.Replace(counted.Path))
				if strings.HasPrefix(counted.Path, "/c/") {
					p.has(1, "complementary", p.word("demo/bar.label"))
				}
				require.Equal(t, want, p.fetched(), "%s in %s", counted.Path, lang)
			})
		}
	}
}

// opensIdle opens a page and waits until it stands and nothing more has come for a second.
func (p *screen) opensIdle(path string) {
	p.t.Helper()
	p.open(path)
	p.until(`document.querySelector('main h1') && !document.querySelector('.animate-pulse, [aria-busy=true]') &&
		performance.now() - Math.max(...performance.getEntriesByType('resource').map((one) => one.responseEnd)) > 1000`, path+" does not come to rest")
}

// fetched gives the names of all scripts and style sheets that the page has loaded, sorted.
func (p *screen) fetched() []string {
	p.t.Helper()
	names := p.eval(`performance.getEntriesByType('resource').map((one) => new URL(one.name).pathname.slice(1)).filter((name) => /\.(js|css)$/.test(name)).join()`)
	list := strings.Split(names, ",")
	slices.Sort(list)
	return slices.Compact(list)
}
