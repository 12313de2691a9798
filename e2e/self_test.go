package e2e

import (
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
)

// TestFaultsAreSeen: what the other tests say is not there would be noticed if it were.
func TestFaultsAreSeen(t *testing.T) {
	t.Parallel()
	p := demo(t).screen(t, "tester", look{})
	p.open("/rules")
	p.sees("和解")
	for what, js := range map[string]string{
		"console: \"told\"":                  `console.error('told')`,
		"thrown":                             `setTimeout(() => { throw new Error('thrown') })`,
		"unhandled":                          `Promise.reject(new Error('unhandled'))`,
		"status of 404":                      `fetch('/api/nothing')`,
		"violates the following Content Sec": `document.body.append(Object.assign(document.createElement('style'), { textContent: 'p{}' }))`,
	} {
		p.do(chromedp.Evaluate[chromedp.Void](js + "; undefined"))
		require.Eventually(t, func() bool {
			return slices.ContainsFunc(p.wrong(), func(fault string) bool { return strings.Contains(fault, what) })
		}, patience, patience/1000, "%s was not noticed", what)
	}
	p.take()
	require.Empty(t, p.axe())
	p.do(chromedp.Evaluate[chromedp.Void](`document.querySelector('main').append(document.createElement('input')); undefined`))
	found := p.axe()
	require.Len(t, found, 1)
	require.Contains(t, found[0], "label (critical)")
	require.Empty(t, p.wrong())
}
