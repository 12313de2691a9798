// Package adapters speaks with the servers that are measured, each in its own way.
package adapters

import (
	"fmt"

	"hejie/e2e/bench/loadgen/target"
)

// New gives the server that is called "hejie" or "ref".
func New(name string, o target.Options) (target.Target, error) {
	switch name {
	case "hejie":
		return newHejie(o)
	case "ref":
		return &ref{o}, nil
	}
	return nil, fmt.Errorf("target %q is neither hejie nor ref", name)
}
