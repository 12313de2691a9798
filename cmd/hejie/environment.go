package main

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
)

// prefix of the variables that are ours.
const prefix = "HEJIE_"

// ofServices are variables that Kubernetes makes for a service whose name begins with ours, and no setting.
var ofServices = regexp.MustCompile(`_SERVICE_(HOST|PORT\w*)=|_PORT(_\d+_\w+)?=`)

// checkEnvironment refuses variables with our prefix that no flag of any command goes by: one that is misspelt would be ignored, and what it
// was to protect would stand open.
func checkEnvironment(app *kong.Application, environment []string) error {
	known := map[string]string{} // variable to flag
	err := kong.Visit(app, func(node kong.Visitable, next kong.Next) error {
		if flag, ok := node.(*kong.Flag); ok {
			for _, name := range flag.Envs {
				known[name] = flag.Name
			}
		}
		return next(nil)
	})
	for _, variable := range environment {
		name, _, _ := strings.Cut(variable, "=")
		if _, ok := known[name]; ok || !strings.HasPrefix(name, prefix) || ofServices.MatchString(variable) {
			continue
		}
		said := "there is no setting " + name
		if near := nearest(name, slices.Sorted(maps.Keys(known))); near != "" {
			said += fmt.Sprintf(": is %s (--%s) meant?", near, known[near])
		}
		err = errors.Join(err, errors.New(said))
	}
	return err
}

// nearest of the names in letters that differ; "" when more than half do.
func nearest(name string, names []string) (near string) {
	least := (len(name)-len(prefix))/2 + 1
	for _, n := range names {
		if d := distance(name, n); d < least {
			near, least = n, d
		}
	}
	return near
}

// distance is how many letters are to be put in, left out or changed (Levenshtein).
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		corner := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := corner
			if a[i] != b[j] {
				change++
			}
			corner = row[j+1]
			row[j+1] = min(change, row[j+1]+1, row[j]+1)
		}
	}
	return row[len(b)]
}
