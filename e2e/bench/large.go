package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"hejie/e2e/seed"
	"hejie/server/store"
	"hejie/server/store/pgtest"
)

// shortRecord is how many cases the record has that the long one is compared with.
const shortRecord = 10_000

// missed is how many events a client missed.
const missed = 1000

// found is what was measured of one record, by name.
type found map[string]float64

// figure of the table, in its order.
type figure struct {
	name string
	most float64 // that the long record's may be of the short one's, or slack more; below 1: at least, of a rate; 0: it may be anything
}

// slack is what a long record may cost more whatever the ratio: a machine is not steadier than that. In the figure's unit.
const slack = 5

// costlier is how much a message may be that is written beside a long record.
const costlier = 1.3

// starts that the time of a start is the median of.
const starts = 5

const databaseCPU = "database server's CPU per 1,000 messages, ms"

// figures of a record. What people wait for must not grow with what was there before; what counts or searches a whole region or
// enterprise may.
var recorded = []figure{
	{"database, MB", 0},
	{"start to /readyz, ms", 3},
	{"start to /readyz after kill -9 under load, ms", 3},
	{"memory after the start, MB", 2},
	{"acked durable messages/s, 100 rooms", 1 / costlier},
	{"server CPU per 1,000 messages, ms", costlier},
	{databaseCPU, costlier},
	{"delivery p99 at 2,000/s, ms", 3},
	{"board of a county, all open cases, ms", 2},
	{"board of a county, a column, ms", 2},
	{"board of a county, counts, ms", 0},
	{"board of the country, all open cases, ms", 2},
	{"board of the country, coming, ms", 0},
	{"board of the country, counts, ms", 0},
	{"inbox, first page by due, ms", 2},
	{"inbox, all by filing, ms", 2},
	{"inbox, by amount, ms", 0},
	{"inbox, counts, ms", 0},
	{"inbox, search, ms", 0},
	{"ranking, first page for the first reader of the day, ms", 0},
	{"ranking, first page, ms", 2},
	{"enterprise's page, ms", 2},
	{"catch-up over 1,000 missed events, ms", 3},
}

// records compares a short record with a long one, each served by a fresh process, and prints a table of its own.
func (b *bench) records(ctx context.Context) error {
	b.table.head = []string{"what", count(float64(b.record)) + " cases", count(shortRecord) + " cases", "ratio", "most", "verdict"}
	var all []found
	for _, n := range []int{shortRecord, b.record} {
		f, err := b.recordOf(ctx, n)
		if err != nil {
			return err
		}
		all = append(all, f)
	}
	for _, f := range recorded {
		if f.name == databaseCPU && !b.shared {
			continue
		}
		short, ok := all[0][f.name]
		if !ok { // a name that is written in two ways: as 0 it would keep any limit
			return fmt.Errorf("nothing measured %q", f.name)
		}
		long := all[1][f.name]
		r := row{what: f.name, yardstick: tenth(short), hejie: tenth(long), ratio: times(long / short)}
		if f.most > 0 {
			held := within(short, long, f.most)
			r.goals, r.verdict = goal(f.most), grade(false, held, !held)
		}
		b.table.add(r)
	}
	fmt.Print(b.table)
	return nil
}

func within(short, long, most float64) bool {
	if most < 1 {
		return long >= most*short
	}
	return long <= most*short || long <= short+slack
}

func goal(most float64) string {
	if most < 1 {
		return fmt.Sprintf(">= %.2f", most)
	}
	return fmt.Sprintf("<= %g", most)
}

// recordOf measures a copy of a record of n cases.
func (b *bench) recordOf(ctx context.Context, n int) (f found, err error) {
	kept, err := b.seedRecord(ctx, n)
	if err != nil {
		return nil, err
	}
	start := time.Now()
	r := record{bench: b}
	defer func() { err = errors.Join(err, r.remove()) }()
	if b.shared {
		err = r.onServer(ctx, kept)
	} else {
		r.dir, err = b.copied(kept)
	}
	if err != nil {
		return nil, err
	}
	fmt.Fprintf(os.Stderr, "%s cases copied in %.1f s\n", count(float64(n)), time.Since(start).Seconds())
	return r.measure(ctx)
}

// seedRecord gives the folder of a record of n cases. A long one is kept for the next run, for as long as none of its deadlines runs out.
func (b *bench) seedRecord(ctx context.Context, n int) (string, error) {
	dir := b.path("short")
	if n > shortRecord {
		dir = filepath.Join(b.keep, "record-"+strconv.Itoa(n))
	}
	fresh, err := stillRuns(ctx, dir)
	if err != nil || fresh {
		return dir, err
	}
	start := time.Now()
	if err := os.RemoveAll(dir); err != nil {
		return "", err
	}
	if err := run(exec.CommandContext(ctx, b.path("seed"), "-dir", dir, "-rooms", strconv.Itoa(rooms), "-record", strconv.Itoa(n))); err != nil {
		return "", errors.Join(err, os.RemoveAll(dir))
	}
	fmt.Fprintf(os.Stderr, "%s cases seeded in %.0f s\n", count(float64(n)), time.Since(start).Seconds())
	return dir, nil
}

// stillRuns says whether a record is there, whole, of this program's schema, and with no deadline that runs out while it is measured.
func stillRuns(ctx context.Context, dir string) (bool, error) {
	if _, err := os.Stat(filepath.Join(dir, "rooms.json")); err != nil { // it is written last
		return false, nil
	}
	schema, err := store.Status(ctx, filepath.Join(dir, "hejie.db"))
	if err != nil || schema.Version != schema.Latest {
		return false, err
	}
	db, err := sql.Open("sqlite3", dsn(dir, "mode=ro"))
	if err != nil {
		return false, err
	}
	var next int64
	err = db.QueryRowContext(ctx, `SELECT min(next_at) FROM cases`).Scan(&next)
	return time.UnixMicro(next).After(time.Now().Add(time.Hour)), errors.Join(err, db.Close())
}

// record that is measured: a folder of its own, and, when it is shared, a server of its own.
type record struct {
	*bench
	dir      string
	database string // URL; "": the folder's file
	postgres pgtest.Server
}

// onServer copies a record's rows to a server, and what else is in its folder. The server has been cleaned up, has counted its rows and has
// all on its disk, as it does by itself where it is left running.
func (r *record) onServer(ctx context.Context, kept string) (err error) {
	const file = "hejie.db"
	if r.dir, err = r.copied(kept, file, file+"-wal"); err != nil {
		return err
	}
	r.postgres.Durable, r.postgres.Base = true, os.TempDir()
	if r.database, err = r.postgres.New(); err != nil {
		return err
	}
	if _, err := store.Copy(ctx, filepath.Join(kept, file), r.database); err != nil {
		return err
	}
	db, err := sql.Open("pgx", r.database)
	if err != nil {
		return err
	}
	for _, settle := range []string{`VACUUM ANALYZE`, `CHECKPOINT`} {
		_, e := db.ExecContext(ctx, settle)
		err = errors.Join(err, e)
	}
	return errors.Join(err, db.Close())
}

func (r *record) remove() error {
	return errors.Join(r.postgres.Close(), os.RemoveAll(r.dir))
}

// megabytes of the database.
func (r *record) megabytes(ctx context.Context) (mb float64, err error) {
	if r.database == "" {
		info, err := os.Stat(filepath.Join(r.dir, "hejie.db"))
		if err != nil {
			return 0, err
		}
		return float64(info.Size()) / 1e6, nil
	}
	db, err := sql.Open("pgx", r.database)
	if err != nil {
		return 0, err
	}
	err = db.QueryRowContext(ctx, `SELECT pg_database_size(current_database()) / 1e6`).Scan(&mb)
	return mb, errors.Join(err, db.Close())
}

// start a process on it, and say how many milliseconds it took to answer.
func (r *record) start(ctx context.Context) (*server, float64, error) {
	var more []string
	if r.database != "" {
		more = []string{"--database", r.database}
	}
	from := time.Now()
	s, err := r.serve(ctx, r.dir, "/readyz", more...)
	return s, time.Since(from).Seconds() * 1000, err
}

// startOften starts processes one after the other, and gives the last with the median of what start says.
func (r *record) startOften(ctx context.Context) (s *server, ms float64, err error) {
	took := make([]float64, starts)
	for i := range took {
		if i > 0 {
			if err := s.stop(); err != nil {
				return nil, 0, err
			}
		}
		if s, took[i], err = r.start(ctx); err != nil {
			return nil, 0, err
		}
	}
	return s, median(took, func(ms float64) float64 { return ms }), nil
}

func (r *record) measure(ctx context.Context) (f found, err error) {
	f = found{}
	if f["database, MB"], err = r.megabytes(ctx); err != nil {
		return nil, err
	}
	var who seed.Record
	if err := readJSON(filepath.Join(r.dir, "record.json"), &who); err != nil {
		return nil, err
	}
	s, took, err := r.startOften(ctx)
	if err != nil {
		return nil, err
	}
	f["start to /readyz, ms"] = took
	f["memory after the start, MB"] = resident(s.Process.Pid)
	if err := r.looks(ctx, s.addr, who, f); err != nil {
		return nil, errors.Join(err, s.stop())
	}
	if err := r.missing(ctx, s.addr, r.dir, f); err != nil {
		return nil, errors.Join(err, s.stop())
	}
	closed, err := r.loadOn(ctx, s, "-rooms", "100")
	if err != nil {
		return nil, err
	}
	f["acked durable messages/s, 100 rooms"], f["server CPU per 1,000 messages, ms"] = acked(closed), cpu(closed)
	f[databaseCPU] = closed.DBPerK * 1000
	if s, _, err = r.start(ctx); err != nil {
		return nil, err
	}
	open, err := r.loadOn(ctx, s, "-rooms", strconv.Itoa(rooms), "-mode", "open", "-rate", "2000")
	if err != nil {
		return nil, err
	}
	f["delivery p99 at 2,000/s, ms"] = p99(open)

	if s, _, err = r.start(ctx); err != nil {
		return nil, err
	}
	if err := r.killed(ctx, s, r.dir); err != nil {
		return nil, err
	}
	if s, f["start to /readyz after kill -9 under load, ms"], err = r.start(ctx); err != nil {
		return nil, err
	}
	return f, s.stop()
}

// loadOn is a load on the rooms of this very installation; it ends the server.
func (r *record) loadOn(ctx context.Context, s *server, args ...string) (figures, error) {
	if r.database != "" {
		args = append(args, "-database", strconv.Itoa(r.postgres.PID()))
	}
	return r.load(ctx, s, "hejie", append(args, "-o", "rooms="+filepath.Join(r.dir, "rooms.json"))...)
}

// killed pulls the plug in the middle of a load.
func (b *bench) killed(ctx context.Context, s *server, dir string) error {
	c := exec.CommandContext(ctx, b.path("loadgen"), "-target", "hejie", "-addr", s.addr, "-rooms", "100", "-o", "rooms="+filepath.Join(dir, "rooms.json"), "-d", "60s")
	if err := c.Start(); err != nil {
		return err
	}
	select {
	case <-time.After(3 * time.Second):
	case <-ctx.Done():
	}
	err := s.Process.Signal(syscall.SIGKILL)
	var ended *exec.ExitError
	for _, wait := range []func() error{s.Wait, func() error { return errors.Join(c.Process.Kill(), c.Wait()) }} {
		if e := wait(); !errors.As(e, &ended) {
			err = errors.Join(err, e)
		}
	}
	return err
}

// resident memory of a process in MB.
func resident(pid int) float64 {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(b)) {
		if kib, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			n, _ := strconv.ParseFloat(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(kib), "kB")), 64)
			return n / 1000
		}
	}
	return 0
}
