package main

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestFigures(t *testing.T) {
	t.Parallel()
	self := func(v float64) float64 { return v }
	require.InDelta(t, 2, median([]float64{9, 1, 2}, self), 0)
	// The machine was half as fast in the second round, and slow for one of the two in the third.
	require.InDelta(t, 0.5, ratio([]float64{10, 5, 1}, []float64{20, 10, 20}, self), 0)
	for n, want := range map[float64]string{0: "0", 999: "999", 1000: "1,000", 1234567: "1,234,567"} {
		require.Equal(t, want, count(n))
	}
}

func TestGrade(t *testing.T) {
	t.Parallel()
	for want, c := range map[string][3]bool{
		"excellent": {true, true, false}, "good": {false, true, false}, "fair": {false, false, false}, "poor": {false, false, true},
	} {
		require.Equal(t, want, grade(c[0], c[1], c[2]))
	}
	require.Equal(t, "poor", grade(true, true, true), "late is late however much later the yardstick")
}

// A first page is the entry and the page with all that they import, each file once.
func TestFollow(t *testing.T) {
	t.Parallel()
	parts := map[string]part{
		"index.html": {File: "i.js", Imports: []string{"_a.js"}, CSS: []string{"i.css"}},
		"Page.vue":   {File: "p.js", Imports: []string{"_a.js", "index.html"}, CSS: []string{"p.css"}},
		"_a.js":      {File: "a.js"},
		"Other.vue":  {File: "o.js"},
	}
	files := map[string]bool{}
	require.NoError(t, follow(parts, "index.html", files))
	require.NoError(t, follow(parts, "Page.vue", files))
	require.Equal(t, map[string]bool{"i.js": true, "i.css": true, "a.js": true, "p.js": true, "p.css": true}, files)
	require.Error(t, follow(parts, "gone", files))
}
