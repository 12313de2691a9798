// Package region knows the provinces, cities and counties of mainland China (2023) and what lies within what. The source
// of the list and what was done to it stand in README.md.
package region

import (
	_ "embed"
	"slices"
	"strings"
	"sync"
)

// Country is the root: everything lies within it. It has no Region of its own and is in no Path.
const Country = "000000"

// Region is a province, city or county. Code has six digits; Parent is "" for a province. A county directly under a
// province has the province as its parent, whatever its code looks like.
type Region struct {
	Code   string `json:"code"`
	Name   string `json:"name"`
	Parent string `json:"parent,omitempty"`
}

//go:embed regions.tsv
var tsv string

type tree struct {
	byCode   map[string]Region
	children map[string][]Region // by parent, in order of code
}

// load parses on first use, so that starting a program costs nothing.
var load = sync.OnceValue(func() tree {
	n := strings.Count(tsv, "\n")
	t := tree{make(map[string]Region, n), make(map[string][]Region, n/8)}
	for line := range strings.Lines(tsv) {
		code, rest, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		name, parent, _ := strings.Cut(rest, "\t")
		r := Region{code, name, parent}
		t.byCode[code] = r
		t.children[parent] = append(t.children[parent], r)
	}
	return t
})

// Get gives the region with the code, and whether there is one.
func Get(code string) (Region, bool) {
	r, ok := load().byCode[code]
	return r, ok
}

// Children of a region in order of code; the provinces for "" and for Country.
func Children(code string) []Region {
	if code == Country {
		code = ""
	}
	return slices.Clone(load().children[code])
}

// Path from the province down to the region itself; empty for an unknown code.
func Path(code string) []Region {
	var p []Region
	for r, ok := Get(code); ok; r, ok = Get(r.Parent) {
		p = append(p, r)
	}
	slices.Reverse(p)
	return p
}

// FullName joins the names of the path, like 湖南省岳阳市岳阳楼区; "" for an unknown code.
func FullName(code string) string {
	var b strings.Builder
	for _, r := range Path(code) {
		b.WriteString(r.Name)
	}
	return b.String()
}

// Below gives the code and those of all regions that lie in it.
func Below(code string) []string {
	codes := []string{code}
	for _, child := range Children(code) {
		codes = append(codes, Below(child.Code)...)
	}
	return codes
}

// Within says whether code is ancestor or lies within it. It walks the parents: prefixes of codes lie. Every code, known
// or not, lies within Country; an unknown code lies within nothing else.
func Within(code, ancestor string) bool {
	if ancestor == Country {
		return true
	}
	for r, ok := Get(code); ok; r, ok = Get(r.Parent) {
		if r.Code == ancestor {
			return true
		}
	}
	return false
}
