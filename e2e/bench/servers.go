package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"hejie/e2e/platform"
)

// server is a process that answers.
type server struct {
	*exec.Cmd
	addr   string
	log    string // file with what it said
	status int    // of its first answer
}

// patience with a process that starts or ends.
const patience = 30 * time.Second

// start a server with the address that the arguments name and wait until path gives an answer below 500.
func (b *bench) start(ctx context.Context, addr, path, program string, args ...string) (*server, error) {
	log, err := os.CreateTemp(b.dir, filepath.Base(program)+"-*.log")
	if err != nil {
		return nil, err
	}
	defer log.Close()
	s := &server{Cmd: exec.CommandContext(ctx, program, args...), addr: addr, log: log.Name()}
	s.Env = platform.Environ()
	s.Stderr = log // Stdout nil: discarded, notices are printed there
	s.Cancel = func() error { return s.Process.Signal(syscall.SIGTERM) }
	s.WaitDelay = patience
	if err := s.Start(); err != nil {
		return nil, err
	}
	if s.status, err = s.answers(ctx, path); err != nil {
		return nil, errors.Join(err, s.stop())
	}
	return s, nil
}

// answers waits for an answer below 500 and gives its status.
func (s *server) answers(ctx context.Context, path string) (int, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	for {
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+s.addr+path, nil)
		if err != nil {
			return 0, err
		}
		if a, err := client.Do(r); err == nil {
			if err := a.Body.Close(); err != nil {
				return 0, err
			}
			if a.StatusCode < 500 {
				return a.StatusCode, nil
			}
		}
		select {
		case <-ctx.Done():
			said, err := os.ReadFile(s.log)
			return 0, errors.Join(fmt.Errorf("%s does not answer: %s", filepath.Base(s.Path), said), err)
		case <-time.After(2 * time.Millisecond):
		}
	}
}

// stop asks the process to end and waits for it. How it ends is of no interest: the yardsticks know no way but the signal.
func (s *server) stop() error {
	if err := s.Process.Signal(syscall.SIGTERM); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	var ended *exec.ExitError
	if err := s.Wait(); err != nil && !errors.As(err, &ended) {
		return err
	}
	return nil
}

// startHejie serves a fresh copy of a seeded installation.
func (b *bench) startHejie(ctx context.Context, from string) (s *server, dir string, err error) {
	if dir, err = b.copied(b.path(from)); err != nil {
		return nil, "", err
	}
	s, err = b.serve(ctx, dir, "/readyz")
	return s, dir, err
}

// serve an installation and wait until path answers. Notices are worked on and printed to nowhere.
func (b *bench) serve(ctx context.Context, dir, path string, more ...string) (*server, error) {
	addr, err := platform.FreeAddr()
	if err != nil {
		return nil, err
	}
	return b.start(ctx, addr, path, b.hejie, append([]string{"serve", "--data", dir, "--listen", addr, "--limits", filepath.Join(dir, "limits.json"), "--sms", "stdout"}, more...)...)
}

// startRef starts the yardstick of loads: "group" writes with group commit and FULL, "mem" nothing.
func (b *bench) startRef(ctx context.Context, mode string) (*server, error) {
	addr, err := platform.FreeAddr()
	if err != nil {
		return nil, err
	}
	return b.start(ctx, addr, "/stats", b.path("refserver"), "-addr", addr, "-db", b.path("ref.db"), "-mode", mode, "-sync", "FULL")
}

// copied is a copy of an installation, as private as the first, without what is left out.
func (b *bench) copied(from string, without ...string) (string, error) {
	to, err := os.MkdirTemp(b.dir, filepath.Base(from)+"-")
	if err != nil {
		return "", err
	}
	return to, filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(from, path)
		if err != nil || rel == "." {
			return err
		}
		switch {
		case d.IsDir():
			return os.Mkdir(filepath.Join(to, rel), 0o700)
		case strings.HasSuffix(rel, ".lock"), strings.HasSuffix(rel, "-shm"), slices.Contains(without, rel):
			return nil
		}
		return copyFile(filepath.Join(to, rel), path)
	})
}

func copyFile(to, from string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Close())
}

// figures of a load as loadgen prints them.
type figures struct {
	AckedPerS  float64 `json:"acked_per_s"`
	P50        float64 `json:"deliver_p50_ms"`
	P95        float64 `json:"deliver_p95_ms"`
	P99        float64 `json:"deliver_p99_ms"`
	CPUPerK    float64 `json:"server_cpu_s_per_1000"`
	DBPerK     float64 `json:"database_cpu_s_per_1000"`
	RSSStart   float64 `json:"server_rss_before_connect_mib"`
	RSSIdle    float64 `json:"server_rss_connected_idle_mib"`
	Errors     int64   `json:"errors"`
	FirstError string  `json:"first_error"`
	Lost       int64   `json:"lost"`
	Dup        int64   `json:"dup"`
	Reordered  int64   `json:"reordered"`
}

func (f figures) clean() bool { return f.Lost == 0 && f.Dup == 0 && f.Reordered == 0 }

// load runs the generator against a server and ends the server.
func (b *bench) load(ctx context.Context, s *server, target string, args ...string) (f figures, err error) {
	f, err = b.loadRunning(ctx, s, target, args...)
	return f, errors.Join(err, s.stop())
}

func (b *bench) loadRunning(ctx context.Context, s *server, target string, args ...string) (figures, error) {
	return b.generate(ctx, target, append([]string{"-addr", s.addr, "-pids", strconv.Itoa(s.Process.Pid), "-o", "rooms=" + b.path("rooms", "rooms.json")}, args...)...)
}

// generate a load.
func (b *bench) generate(ctx context.Context, target string, args ...string) (f figures, err error) {
	c := exec.CommandContext(ctx, b.path("loadgen"), append([]string{"-target", target, "-warm", b.warm.String(), "-d", b.long.String()}, args...)...)
	var said strings.Builder
	c.Stderr = &said
	out, err := c.Output()
	if err != nil {
		return f, fmt.Errorf("loadgen: %w: %s", err, strings.TrimSpace(said.String()))
	}
	if err := json.Unmarshal(out, &f); err != nil {
		return f, err
	}
	if target == "hejie" {
		b.wrong.Lost, b.wrong.Dup, b.wrong.Reordered = b.wrong.Lost+f.Lost, b.wrong.Dup+f.Dup, b.wrong.Reordered+f.Reordered
	}
	if f.Errors > 0 {
		return f, fmt.Errorf("%s: %d commands failed, the first with: %s", target, f.Errors, f.FirstError)
	}
	return f, nil
}

func (b *bench) loadHejie(ctx context.Context, args ...string) (figures, error) {
	return b.loadOf(ctx, "rooms", args...)
}

// loadOf is a load on a fresh copy of a seeded installation.
func (b *bench) loadOf(ctx context.Context, from string, args ...string) (figures, error) {
	s, dir, err := b.startHejie(ctx, from)
	if err != nil {
		return figures{}, err
	}
	f, err := b.load(ctx, s, "hejie", append([]string{"-o", "rooms=" + filepath.Join(dir, "rooms.json")}, args...)...)
	return f, errors.Join(err, os.RemoveAll(dir))
}

func (b *bench) loadRef(ctx context.Context, mode string, args ...string) (figures, error) {
	s, err := b.startRef(ctx, mode)
	if err != nil {
		return figures{}, err
	}
	return b.load(ctx, s, "ref", args...)
}

// turns of a round where little is needed for a figure: each two seconds, which is tens of thousands of messages.
const turns = 2

// duel loads the two in turns, so many pairs of turns in a round, in which both run. The speed of a machine that others share changes
// within seconds: the shorter the turns, the more of it the two have in common.
func (b *bench) duel(ctx context.Context, mode string, turns int, args ...string) (ours, theirs []figures, err error) {
	part := func(of time.Duration) string { return (of / time.Duration(turns)).String() }
	args = append([]string{"-warm", part(b.warm), "-d", part(b.long)}, args...)
	for range b.rounds {
		o, t, err := b.round(ctx, mode, turns, args)
		if err != nil {
			return nil, nil, err
		}
		ours, theirs = append(ours, o...), append(theirs, t...)
	}
	return ours, theirs, nil
}

func (b *bench) round(ctx context.Context, mode string, turns int, args []string) (ours, theirs []figures, err error) {
	s, dir, err := b.startHejie(ctx, "rooms")
	if err != nil {
		return nil, nil, err
	}
	defer func() { err = errors.Join(err, s.stop(), os.RemoveAll(dir)) }()
	r, err := b.startRef(ctx, mode)
	if err != nil {
		return nil, nil, err
	}
	defer func() { err = errors.Join(err, r.stop()) }()
	for range turns {
		o, err := b.loadRunning(ctx, s, "hejie", args...)
		if err != nil {
			return nil, nil, err
		}
		t, err := b.loadRunning(ctx, r, "ref", args...)
		if err != nil {
			return nil, nil, err
		}
		ours, theirs = append(ours, o), append(theirs, t)
	}
	return ours, theirs, nil
}
