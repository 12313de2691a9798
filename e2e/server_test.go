package e2e

import (
	"bytes"
	"context"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// server is the real binary at work in a folder.
type server struct {
	t     *testing.T
	dir   string
	url   string // "http://localhost:port"
	out   *lines // what it printed and logged
	cmd   *exec.Cmd
	ended chan struct{}
	err   error // of the process, once ended

	mu       sync.Mutex
	forgiven []string // in errors that belong to the test
	killed   bool
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
	s := &server{t: t, dir: dir, out: newLines(), ended: make(chan struct{})}
	s.cmd = exec.Command(args[0], args[1:]...)
	s.cmd.Dir = filepath.Dir(dir)
	s.cmd.Stdout, s.cmd.Stderr = s.out, s.out
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} // a test that dies leaves no server behind
	require.NoError(t, s.cmd.Start())
	go func() {
		s.err = s.cmd.Wait()
		s.out.end()
		close(s.ended)
	}()
	t.Cleanup(s.stop)
	return s
}

const listens = "listening on "

// listening waits for the line that tells the address.
func (s *server) listening() {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	line, ok := s.out.wait(ctx, func(line string) bool { return strings.HasPrefix(line, listens) })
	require.True(s.t, ok, "the server does not listen:\n%s", s.out)
	s.url = strings.TrimPrefix(line, listens)
}

// forgive errors in the log that contain the words: the test provokes them.
func (s *server) forgive(words string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.forgiven = append(s.forgiven, words)
}

// stop ends the server as an operator does, and looks at what it left in the log.
func (s *server) stop() {
	s.t.Helper()
	select {
	case <-s.ended:
		return
	default:
	}
	require.NoError(s.t, s.cmd.Process.Signal(syscall.SIGTERM))
	s.wait()
	require.NoError(s.t, s.err, "the server did not end well:\n%s", s.out)
	s.sound()
}

// kill is what a power cut does.
func (s *server) kill() {
	s.t.Helper()
	require.NoError(s.t, s.cmd.Process.Kill())
	s.wait()
	s.sound()
}

func (s *server) wait() {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	select {
	case <-s.ended:
	case <-ctx.Done():
		require.NoError(s.t, s.cmd.Process.Signal(syscall.SIGQUIT)) // its goroutines tell what it waits for
		<-s.ended
		require.Fail(s.t, "the server does not end", s.out.String())
	}
}

// sound: nothing in the log is an error, but what the test provoked.
func (s *server) sound() {
	s.t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, line := range s.out.all() {
		bad := strings.Contains(line, `"level":"ERROR"`) || strings.HasPrefix(line, "panic:") || strings.HasPrefix(line, "fatal error:")
		if bad && !slices.ContainsFunc(s.forgiven, func(words string) bool { return strings.Contains(line, words) }) {
			require.Fail(s.t, "the server logged an error", line)
		}
	}
}

// hejie runs a command of the binary that ends by itself, and gives what it printed.
func hejie(t *testing.T, dir string, args ...string) string {
	t.Helper()
	path, err := binary()
	require.NoError(t, err)
	ctx, cancel := context.WithTimeout(t.Context(), 2*patience)
	defer cancel()
	out, err := exec.CommandContext(ctx, path, append(args, "--data", dir)...).CombinedOutput()
	require.NoError(t, err, "hejie %v:\n%s", args, out)
	return string(out)
}

// lines keeps what a process writes, and tells who waits for a line.
type lines struct {
	mu      sync.Mutex
	list    []string
	rest    []byte
	over    bool
	changed chan struct{} // closed at the next line
}

func newLines() *lines { return &lines{changed: make(chan struct{})} }

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.rest = append(l.rest, p...)
	for {
		i := bytes.IndexByte(l.rest, '\n')
		if i < 0 {
			return len(p), nil
		}
		l.list = append(l.list, string(l.rest[:i]))
		l.rest = l.rest[i+1:]
		close(l.changed)
		l.changed = make(chan struct{})
	}
}

// end says that nothing more comes.
func (l *lines) end() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.over = true
	close(l.changed)
	l.changed = make(chan struct{})
}

func (l *lines) all() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.list)
}

// wait for the first line that is wanted, old or new.
func (l *lines) wait(ctx context.Context, wanted func(string) bool) (string, bool) {
	seen := 0
	for {
		l.mu.Lock()
		list, changed, over := l.list[seen:], l.changed, l.over
		l.mu.Unlock()
		for _, line := range list {
			if wanted(line) {
				return line, true
			}
		}
		seen += len(list)
		if over {
			return "", false
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return "", false
		}
	}
}

func (l *lines) String() string { return strings.Join(l.all(), "\n") }
