package platform

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"
)

// Patience with anything that should happen soon.
const Patience = 20 * time.Second

// Process is a program at work. It ends when whoever started it does.
type Process struct {
	Out   *Lines        // what it printed and logged
	Ended chan struct{} // closed when it has ended

	cmd *exec.Cmd
	err error // of its end, once ended
}

// Environ is this process's own environment without settings of the program: these are the test's to choose, and what a test goes by itself is none.
func Environ() []string {
	return slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, "HEJIE_") })
}

// Run starts a program in a folder. The environment is Environ with more "KEY=value".
func Run(dir string, more []string, args ...string) (*Process, error) {
	p := &Process{Out: newLines(), Ended: make(chan struct{}), cmd: exec.Command(args[0], args[1:]...)}
	p.cmd.Dir, p.cmd.Env = dir, append(Environ(), more...)
	p.cmd.Stdout, p.cmd.Stderr = p.Out, p.Out
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} // who dies leaves no process behind
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	go func() {
		p.err = p.cmd.Wait()
		p.Out.end()
		close(p.Ended)
	}()
	return p, nil
}

// PID of the process, which may have ended.
func (p *Process) PID() int { return p.cmd.Process.Pid }

// Signal the process; SIGSTOP and SIGCONT make it hang and go on.
func (p *Process) Signal(s os.Signal) error { return p.cmd.Process.Signal(s) }

// Says waits for the first line, old or new, that has the words, and gives what follows them.
func (p *Process) Says(words string) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), Patience)
	defer cancel()
	line, ok := p.Out.Wait(ctx, func(line string) bool { return strings.Contains(line, words) })
	if !ok {
		return "", fmt.Errorf("%s never says %q:\n%s", filepath.Base(p.cmd.Path), words, p.Out)
	}
	_, rest, _ := strings.Cut(line, words)
	return rest, nil
}

// Stop asks the process to end and waits. It is an error when it ends badly, or not at all.
func (p *Process) Stop() error {
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	if err := p.wait(); err != nil {
		return err
	}
	if p.err != nil {
		return fmt.Errorf("%s ended badly: %w:\n%s", filepath.Base(p.cmd.Path), p.err, p.Out)
	}
	return nil
}

// Kill is what a power cut does.
func (p *Process) Kill() error {
	if err := p.cmd.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	return p.wait()
}

// wait until the process has ended; one that does not is made to tell what it waits for.
func (p *Process) wait() error {
	patience := time.NewTimer(Patience)
	defer patience.Stop()
	select {
	case <-p.Ended:
		return nil
	case <-patience.C:
	}
	if err := p.cmd.Process.Signal(syscall.SIGQUIT); err != nil {
		return err
	}
	<-p.Ended
	return fmt.Errorf("%s does not end:\n%s", filepath.Base(p.cmd.Path), p.Out)
}

// Complaint is the first line that is an error or a crash, unless it contains words that are forgiven; "" when there is none.
func (p *Process) Complaint(forgiven ...string) string {
	for _, line := range p.Out.All() {
		bad := strings.Contains(line, `"level":"ERROR"`) || strings.HasPrefix(line, "panic:") || strings.HasPrefix(line, "fatal error:") || strings.Contains(line, "DATA RACE")
		if bad && !slices.ContainsFunc(forgiven, func(words string) bool { return strings.Contains(line, words) }) {
			return line
		}
	}
	return ""
}

// Lines keeps what a process writes, and tells who waits for a line. It may be used from many goroutines.
type Lines struct {
	mu      sync.Mutex
	list    []string
	rest    []byte
	over    bool
	changed chan struct{} // closed at the next line
}

func newLines() *Lines { return &Lines{changed: make(chan struct{})} }

func (l *Lines) Write(p []byte) (int, error) {
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
func (l *Lines) end() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.over = true
	close(l.changed)
	l.changed = make(chan struct{})
}

// All lines so far.
func (l *Lines) All() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.list)
}

// Last lines so far, at most n, as one.
func (l *Lines) Last(n int) string {
	all := l.All()
	return strings.Join(all[max(0, len(all)-n):], " | ")
}

// Wait for the first line that is wanted, old or new; false when ctx or the process ended before.
func (l *Lines) Wait(ctx context.Context, wanted func(string) bool) (string, bool) {
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

func (l *Lines) String() string { return strings.Join(l.All(), "\n") }
