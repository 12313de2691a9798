package e2e

import (
	"context"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"hejie/e2e/platform"
)

// server is the real binary at work in a folder.
type server struct {
	*platform.Process
	t    *testing.T
	dir  string
	url  string   // "http://localhost:port"
	args []string // of the program, its path first
}

// demo starts `hejie demo` in a folder of its own.
func demo(t *testing.T) *server {
	t.Helper()
	return start(t, t.TempDir(), "demo")
}

// start runs a command of the binary that serves, on a free port, and waits until it listens. It ends with the test, in order.
func start(t *testing.T, dir, command string, flags ...string) *server {
	t.Helper()
	s := launch(t, dir, command, flags...)
	s.listening()
	return s
}

// launch is start without waiting.
func launch(t *testing.T, dir, command string, flags ...string) *server {
	t.Helper()
	path, err := binary()
	require.NoError(t, err)
	args := append([]string{path, command, "--data", dir, "--listen", "localhost:0", "--log-format", "json"}, flags...)
	return run(t, dir, args...)
}

func run(t *testing.T, dir string, args ...string) *server {
	t.Helper()
	s := &server{t: t, dir: dir, args: args}
	s.again()
	t.Cleanup(s.stop)
	return s
}

// again starts the program, which does not run, with more flags.
func (s *server) again(flags ...string) {
	s.t.Helper()
	var err error
	s.Process, err = platform.Run(filepath.Dir(s.dir), nil, append(slices.Clone(s.args), flags...)...)
	require.NoError(s.t, err)
}

// listening waits for the line that tells the address.
func (s *server) listening() {
	s.t.Helper()
	var err error
	s.url, err = s.Says("listening on ")
	require.NoError(s.t, err)
}

// stop ends the server as an operator does, and looks at what it left in the log.
func (s *server) stop() {
	s.t.Helper()
	select {
	case <-s.Ended:
		return
	default:
	}
	require.NoError(s.t, s.Stop())
	s.sound()
}

// kill is what a power cut does.
func (s *server) kill() {
	s.t.Helper()
	require.NoError(s.t, s.Kill())
	s.sound()
}

// sound: nothing in the log is an error, but what the test provoked.
func (s *server) sound() {
	s.t.Helper()
	require.Empty(s.t, s.Complaint(), "the server logged an error")
}

// hejie runs a command of the binary that ends by itself, and gives what it printed.
func hejie(t *testing.T, dir string, args ...string) string {
	t.Helper()
	path, err := binary()
	require.NoError(t, err)
	ctx, cancel := context.WithTimeout(t.Context(), 2*platform.Patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, path, append(args, "--data", dir)...)
	cmd.Env = platform.Environ()
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "hejie %v:\n%s", args, out)
	return string(out)
}
