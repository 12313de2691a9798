// Command bench measures the real program, with all its rules, rights, hashes, derived tables and notices, beside a yardstick that has
// none of them, and prints one table.
//
//	go run ./e2e/bench          about a quarter of an hour
//	go run ./e2e/bench -short   one round of everything, some minutes
//	go run ./e2e/bench -only GET   the parts whose name has it
//	go run ./e2e/bench -large   another table: ten thousand cases beside a million; the first time about ten minutes; 15 GB of disk
//	go run ./e2e/bench -large -database postgres   the same on a server
//
// # Pattern
//
// What is compared runs in turns within the same minute (program, yardstick, program, …), because other work on the machine moves
// absolute figures and not ratios. Each round has fresh servers and a fresh copy of a seeded installation, each turn fresh sockets. A figure is the
// median of its rounds, a ratio the median of the ratios of turns that followed each other.
//
// The limits on messages, offers, sockets and commands are raised, because a load is not a flood; the parties connect from
// addresses of their own in 127.1.0.0/16, so that the limits on an address stay in force. Nothing is written outside of a folder that
// is removed at the end, but the long record, which is kept for the next run.
//
// It ends with 1 when a message was lost, duplicated or reordered, or when nothing could be measured.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"hejie/e2e/seed"
)

// bench is one run of everything.
type bench struct {
	root   string // of the module
	dir    string // of everything that is made; removed at the end
	hejie  string // the program
	only   string // part of the names of the parts to do
	large  bool
	shared bool   // records are on PostgreSQL
	record int    // cases of the long record
	keep   string // folder of the long record
	rounds int
	warm   time.Duration // of a load, not measured
	long   time.Duration // of a load, measured
	cases  int           // with deadlines to walk
	seeded time.Time
	table  table
	wrong  figures // lost, duplicated and reordered of all loads

	addresses atomic.Int64 // that requests came from: each is used once, because what it may ask is limited
}

const rooms = 1000

func main() {
	short := flag.Bool("short", false, "one round of everything, shorter")
	hejie := flag.String("hejie", os.Getenv("HEJIE_BINARY"), "the program; default is built from here")
	large := flag.Bool("large", false, "a long record beside a short one")
	record := flag.Int("record", 1_000_000, "how many cases the long record has")
	database := flag.String("database", "", "\"postgres\" copies both records to a private server")
	keep := flag.String("keep", filepath.Join(".cache", "bench"), "where the long record is kept for the next run")
	only := flag.String("only", "", "only parts whose name has this")
	flag.Parse()
	if *database != "" && *database != "postgres" {
		fmt.Fprintf(os.Stderr, "bench: -database %s: postgres, or nothing for a file\n", *database)
		os.Exit(2)
	}
	b := &bench{hejie: *hejie, only: *only, large: *large, shared: *database == "postgres", record: *record, keep: *keep, rounds: 3, warm: time.Second, long: 4 * time.Second, cases: 10_000}
	if *short {
		b.rounds, b.warm, b.long, b.cases = 1, 500*time.Millisecond, 1500*time.Millisecond, 2000
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := b.run(ctx)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func (b *bench) run(ctx context.Context) (err error) {
	if b.dir, err = os.MkdirTemp("", "hejie-bench-"); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(b.dir)) }()
	fmt.Print(machine())
	if err := b.prepare(ctx); err != nil {
		return err
	}
	if b.large {
		return b.records(ctx)
	}
	start := time.Now()
	before, err := busyNow()
	if err != nil {
		return err
	}
	for _, part := range []struct {
		what string
		do   func(context.Context) error
	}{
		{"closed loop, 100 rooms", func(ctx context.Context) error { return b.closed(ctx, 100) }},
		{"closed loop, 1,000 rooms", func(ctx context.Context) error { return b.closed(ctx, rooms) }},
		{"2,000/s", b.latency},
		{"5,000/s and 10,000/s", b.held},
		{"idle sockets", b.idle},
		{"deadlines and scorecard", b.walk},
		{"PostgreSQL, 1 replica", func(ctx context.Context) error { return b.postgres(ctx, 1) }},
		{"PostgreSQL, 3 replicas", func(ctx context.Context) error { return b.postgres(ctx, 3) }},
		{"GET", b.get},
		{"cold start", b.coldStart},
		{"pages", b.pages},
	} {
		if !strings.Contains(part.what, b.only) {
			continue
		}
		began := time.Now()
		if err := part.do(ctx); err != nil {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			fmt.Fprintf(os.Stderr, "%s: %v\n", part.what, err)
			b.table.add(row{what: part.what, hejie: "not measured: " + firstLine(err)})
		}
		fmt.Fprintf(os.Stderr, "%-26s %6.1f s\n", part.what, time.Since(began).Seconds())
	}
	w := b.wrong
	b.table.add(row{what: "lost, duplicated, reordered", hejie: fmt.Sprintf("%d, %d, %d", w.Lost, w.Dup, w.Reordered), yardstick: "0, 0, 0", verdict: grade(w.clean(), w.clean(), !w.clean())})
	fmt.Print(b.table, before.disturbance(runtime.NumCPU(), time.Since(start).Seconds()))
	if !w.clean() {
		return errors.New("messages were lost, duplicated or reordered")
	}
	return nil
}

// prepare builds the programs and seeds the installations.
func (b *bench) prepare(ctx context.Context) error {
	out, err := exec.CommandContext(ctx, "go", "list", "-m", "-f", "{{.Dir}}").Output()
	if err != nil {
		return fmt.Errorf("this runs in the module's folder: %w", err)
	}
	b.root = strings.TrimSpace(string(out))
	wanted := []string{"build", "-o", b.dir + string(filepath.Separator), "./e2e/bench/loadgen", "./e2e/bench/refserver", "./e2e/bench/seed", "./e2e/bench/bare"}
	if b.hejie == "" {
		b.hejie = filepath.Join(b.dir, "hejie")
		wanted = append(wanted, "./cmd/hejie")
	}
	build := exec.CommandContext(ctx, "go", wanted...)
	build.Dir = b.root
	if err := run(build); err != nil {
		return err
	}
	if b.hejie, err = filepath.Abs(b.hejie); err != nil {
		return err
	}
	if b.large {
		return nil
	}
	err = errors.Join(b.seed(ctx, "rooms", "-rooms", fmt.Sprint(rooms)), b.seed(ctx, "due", "-rooms", fmt.Sprint(b.cases), "-age", "12"),
		b.seed(ctx, "crowd", "-rooms", fmt.Sprint(crowds[len(crowds)-1]/2)))
	if err != nil {
		return err
	}
	b.seeded = time.Now()
	o := seed.Unlimited()
	fmt.Printf("raised     %d messages a minute and a day, %d offers a side and case, %d commands a second and socket, %d sockets an account\n\n",
		o.Rules.MessagesPerMinute, o.Rules.OffersPerSide, o.Limits.CommandsPerSecond, o.Limits.SocketsPerAccount)
	return nil
}

// seed an installation.
func (b *bench) seed(ctx context.Context, name string, args ...string) error {
	return run(exec.CommandContext(ctx, b.path("seed"), append([]string{"-dir", b.path(name)}, args...)...))
}

// path of something made.
func (b *bench) path(name ...string) string {
	return filepath.Join(append([]string{b.dir}, name...)...)
}

// run a command to its end; the error has what it said.
func run(c *exec.Cmd) error {
	out, err := c.CombinedOutput()
	if err != nil {
		return fmt.Errorf("%s: %w\n%s", filepath.Base(c.Path), err, out)
	}
	return nil
}

func firstLine(err error) string {
	line, _, _ := strings.Cut(err.Error(), "\n")
	return line
}
