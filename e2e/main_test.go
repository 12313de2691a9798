// Package e2e tests the product as people meet it: the real binary on a free port, real Chromium with one browser context for each
// party, real WebKit for the consumer's way on an iPhone, real sockets and a real disk.
//
// # Pattern
//
// A server is the binary in a folder of its own; it fails its test when it logs an error that nobody expected or ends in another way than
// was asked for. A caller speaks with it as one account by HTTP, a wire by socket, a page by Chromium. Nothing sleeps: everything waits for
// what it needs (a line of the log, a frame, something on the screen) and gives up after patience.
//
// # Concurrency
//
// Tests run side by side, each with servers, folders and browser contexts of its own; what they share (the binary, Chromium) is made
// once, when it is first wanted.
package e2e

import (
	"errors"
	"fmt"
	"os"
	"sync"
	"testing"

	"go.uber.org/goleak"

	"hejie/e2e/platform"
)

// patience with anything that should happen soon.
const patience = platform.Patience

func TestMain(m *testing.M) {
	code := m.Run()
	if err := errors.Join(closeChromium(), os.RemoveAll(scratch())); err != nil {
		fmt.Fprintln(os.Stderr, "e2e:", err)
		code = 1
	}
	if code == 0 {
		if err := goleak.Find(); err != nil {
			fmt.Fprintln(os.Stderr, "e2e: goroutines left:", err)
			code = 1
		}
	}
	os.Exit(code)
}

// scratch is the run's own folder.
var scratch = sync.OnceValue(func() string {
	dir, err := os.MkdirTemp("", "hejie-e2e-")
	if err != nil {
		panic(err)
	}
	return dir
})

// binary is the real program with the real front end, built once.
var binary = sync.OnceValues(func() (string, error) { return platform.Build(scratch()) })
