// Command gencodes writes the browser's table of close codes. Usage: gencodes FILE.
package main

import (
	"fmt"
	"os"

	"hejie/server/live"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: gencodes FILE")
		os.Exit(2)
	}
	if err := os.WriteFile(os.Args[1], []byte(live.TypeScript()), 0o644); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
