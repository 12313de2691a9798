package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"hejie/e2e/seed"
	"hejie/negotiation/workday"
	"hejie/server/store"
)

// walked is a round of deadlines: how many a second, by the program and by SQL that is told the same rows.
type walked struct{ ours, theirs float64 }

// walk has the program walk the deadlines of many cases that became due while it was down, each with its events, notices and
// figures, and then has SQL write those very rows. What is left is an enterprise with a long record, whose scorecard is read.
func (b *bench) walk(ctx context.Context) error {
	var rounds []walked
	var events int
	for i := range b.rounds {
		s, dir, err := b.startHejie(ctx, "due")
		if err != nil {
			return err
		}
		w, n, err := b.walkOnce(ctx, s, dir)
		if err != nil {
			return err
		}
		rounds, events = append(rounds, w), n
		if i == b.rounds-1 {
			err = b.scorecard(ctx, dir)
		}
		if err := errors.Join(err, os.RemoveAll(dir)); err != nil {
			return err
		}
	}
	ours := func(w walked) float64 { return w.ours }
	theirs := func(w walked) float64 { return w.theirs }
	r := median(rounds, func(w walked) float64 { return w.ours / w.theirs })
	b.table.add(row{
		what:  fmt.Sprintf("cases/s whose deadlines are walked (%s cases, %s events)", count(float64(b.cases)), count(float64(events))),
		hejie: count(median(rounds, ours)), yardstick: count(median(rounds, theirs)) + " SQL, same rows", ratio: times(r),
		goals: ">= 0.6 | 0.3 | < 0.1", verdict: grade(r >= 0.6, r >= 0.3, r < 0.1),
	})
	return nil
}

func (b *bench) walkOnce(ctx context.Context, s *server, dir string) (w walked, events int, err error) {
	w.ours, err = paceIn(ctx, dir, b.cases)
	if err := errors.Join(err, s.stop()); err != nil {
		return w, 0, err
	}
	rows, err := written(ctx, dir, b.path("due"))
	if err != nil {
		return w, 0, err
	}
	took, err := b.replay(ctx, rows)
	w.theirs = float64(b.cases) / took.Seconds()
	return w, len(rows.events.values), err
}

// pace is cases a second, by when the database shows that they are not due any more.
func pace(ctx context.Context, due func(context.Context) (int, error), cases int) (perSecond float64, err error) {
	first, began, late := -1, time.Time{}, time.Now().Add(2*time.Minute)
	for {
		left, err := due(ctx)
		if err != nil {
			return 0, err
		}
		now := time.Now()
		switch {
		case left == cases || first < 0:
			first, began = left, now
		case left == 0:
			return float64(first) / now.Sub(began).Seconds(), nil
		case now.After(late):
			return 0, fmt.Errorf("%d of %d cases are still due", left, cases)
		}
		time.Sleep(10 * time.Millisecond) // counting takes time, too
	}
}

// paceIn an installation's file.
func paceIn(ctx context.Context, dir string, cases int) (perSecond float64, err error) {
	db, err := sql.Open("sqlite3", dsn(dir, "mode=ro"))
	if err != nil {
		return 0, err
	}
	perSecond, err = pace(ctx, func(ctx context.Context) (n int, err error) {
		err = db.QueryRowContext(ctx, `SELECT count(*) FROM cases WHERE next_at <= ?`, time.Now().UnixMicro()).Scan(&n)
		return n, err
	}, cases)
	return perSecond, errors.Join(err, db.Close())
}

func dsn(dir, query string) string {
	return "file:" + (&url.URL{Path: filepath.Join(dir, "hejie.db")}).EscapedPath() + "?" + query
}

// rows of a table as they are, with the names of their columns.
type rows struct {
	columns []string
	values  [][]any
}

// outcome is what walking wrote.
type outcome struct{ events, cases, outbox, pairs rows }

// written compares the database after the walk with the one before.
func written(ctx context.Context, after, before string) (o outcome, err error) {
	old, err := sql.Open("sqlite3", dsn(before, "mode=ro"))
	if err != nil {
		return o, err
	}
	defer func() { err = errors.Join(err, old.Close()) }()
	var last, told int64
	if err := old.QueryRowContext(ctx, `SELECT (SELECT max(rowid) FROM events), (SELECT coalesce(max(created_at), 0) FROM outbox)`).Scan(&last, &told); err != nil {
		return o, err
	}
	db, err := sql.Open("sqlite3", dsn(after, "mode=ro"))
	if err != nil {
		return o, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	for _, q := range []struct {
		to   *rows
		sql  string
		args []any
	}{
		{&o.events, `SELECT * FROM events WHERE rowid > ? ORDER BY rowid`, []any{last}},
		{&o.cases, `SELECT * FROM cases ORDER BY key`, nil},
		{&o.outbox, `SELECT * FROM outbox WHERE created_at > ? ORDER BY id`, []any{told}},
		{&o.pairs, `SELECT * FROM scorecard_pairs`, nil},
	} {
		if *q.to, err = read(ctx, db, q.sql, q.args...); err != nil {
			return o, err
		}
	}
	return o, nil
}

func read(ctx context.Context, db *sql.DB, query string, args ...any) (r rows, err error) {
	found, err := db.QueryContext(ctx, query, args...)
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, found.Close()) }()
	if r.columns, err = found.Columns(); err != nil {
		return r, err
	}
	for found.Next() {
		values := make([]any, len(r.columns))
		into := make([]any, len(values))
		for i := range values {
			into[i] = &values[i]
		}
		if err := found.Scan(into...); err != nil {
			return r, err
		}
		r.values = append(r.values, values)
	}
	return r, found.Err()
}

// batch of cases in a transaction, as many as the program walks at once.
const batch = 128

// replay writes the rows into a copy from before the walk, with prepared statements and as durably, and tells how long it took.
func (b *bench) replay(ctx context.Context, o outcome) (took time.Duration, err error) {
	dir, err := b.copied(b.path("due"))
	if err != nil {
		return 0, err
	}
	db, err := sql.Open("sqlite3", dsn(dir, "_journal_mode=WAL&_synchronous=FULL&_foreign_keys=on&_cache_size=-65536&_txlock=immediate"))
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, db.Close(), os.RemoveAll(dir)) }()
	db.SetMaxOpenConns(1)
	first := slices.Index(o.cases.columns, "version") // what comes before never changes
	key := slices.Index(o.cases.columns, "key")
	if first < 0 || key < 0 {
		return 0, errors.New("the table of cases has no version")
	}
	for i, v := range o.cases.values {
		o.cases.values[i] = append(slices.Clone(v[first:]), v[key])
	}
	tables := []struct {
		sql    string
		values [][]any
	}{
		{insert("events", o.events.columns), o.events.values},
		{insert("outbox", o.outbox.columns), o.outbox.values},
		{insert("scorecard_pairs", o.pairs.columns), o.pairs.values},
		{`UPDATE cases SET ` + strings.Join(o.cases.columns[first:], " = ?, ") + ` = ? WHERE key = ?`, o.cases.values},
	}
	statements := make([]*sql.Stmt, len(tables))
	for i, t := range tables {
		if statements[i], err = db.PrepareContext(ctx, t.sql); err != nil {
			return 0, err
		}
		defer statements[i].Close() //nolint:errcheck // the database is closed, too
	}
	start := time.Now()
	n := (b.cases + batch - 1) / batch
	for i := range n {
		tx, err := db.BeginTx(context.Background(), nil)
		if err != nil {
			return 0, err
		}
		for j, t := range tables {
			s := tx.StmtContext(context.Background(), statements[j])
			for _, v := range t.values[i*len(t.values)/n : (i+1)*len(t.values)/n] {
				if _, err := s.ExecContext(context.Background(), v...); err != nil {
					return 0, errors.Join(err, tx.Rollback())
				}
			}
		}
		if err := tx.Commit(); err != nil {
			return 0, err
		}
	}
	return time.Since(start), nil
}

func insert(table string, columns []string) string {
	return `INSERT INTO ` + table + ` (` + strings.Join(columns, ", ") + `) VALUES (?` + strings.Repeat(", ?", len(columns)-1) + `)`
}

// scorecard reads an enterprise's figures from the counters, and counts the cases instead: only their classes, which is less than
// what the card says, over the table that has them ready.
func (b *bench) scorecard(ctx context.Context, dir string) (err error) {
	var made []seed.Room
	if err := readJSON(b.path("due", "rooms.json"), &made); err != nil {
		return err
	}
	enterprise := made[0].Enterprise
	s, err := store.Open(filepath.Join(dir, "hejie.db"), store.Options{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	db, err := sql.Open("sqlite3", dsn(dir, "mode=ro"))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	today := workday.DateOf(time.Now())
	ours, err := each(func() error {
		_, err := s.Card(ctx, enterprise, today)
		return err
	})
	if err != nil {
		return err
	}
	theirs, err := each(func() error {
		_, err := read(ctx, db, `SELECT class, count(*), sum(agent <> ''), max(last_at) FROM cases WHERE enterprise = ? AND class <> '' GROUP BY class`, enterprise)
		return err
	})
	r := theirs / ours
	b.table.add(row{
		what:  fmt.Sprintf("scorecard of %s cases, µs", count(float64(len(made)))),
		hejie: tenth(ours), yardstick: count(theirs) + " counting the cases", ratio: count(r) + " x faster",
		goals: ">= 20 x | 10 x | -", verdict: grade(r >= 20, r >= 10, false),
	})
	return err
}

// each is how long one call takes in microseconds, the median of many.
func each(f func() error) (float64, error) {
	var all []float64
	for start := time.Now(); len(all) < 5 || time.Since(start) < 300*time.Millisecond; {
		from := time.Now()
		if err := f(); err != nil {
			return 0, err
		}
		all = append(all, float64(time.Since(from).Nanoseconds())/1000)
	}
	return median(all, func(v float64) float64 { return v }), nil
}
