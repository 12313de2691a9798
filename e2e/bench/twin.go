package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
)

// inserters are the connections over which rows go in one by one.
const inserters = 16

// twin is a schema beside the product's in the same database, with the same tables and indexes, and nothing that writes to it but
// plain INSERTs: the yardstick of a database on a server.
type twin struct {
	conn  *pgx.Conn
	more  []*pgx.Conn
	pid   int // of the server
	began time.Time
}

// openTwin of a database on the server with the process id.
func openTwin(ctx context.Context, url string, pid int) (*twin, error) {
	t := &twin{pid: pid}
	for range inserters {
		c, err := pgx.Connect(ctx, url)
		if err != nil {
			return nil, errors.Join(err, t.close(ctx))
		}
		t.more = append(t.more, c)
	}
	t.conn = t.more[0]
	_, err := t.conn.Exec(ctx, `CREATE SCHEMA twin;
		CREATE TABLE twin.events (LIKE public.events INCLUDING ALL);
		CREATE TABLE twin.outbox (LIKE public.outbox INCLUDING ALL);
		CREATE TABLE twin.cases (LIKE public.cases INCLUDING ALL);
		CREATE TABLE twin.pairs (LIKE public.scorecard_pairs INCLUDING ALL);
		CREATE TABLE twin.before (case_key bigint PRIMARY KEY, version bigint NOT NULL)`)
	if err != nil {
		return nil, errors.Join(err, t.close(ctx))
	}
	return t, nil
}

func (t *twin) close(ctx context.Context) error {
	var err error
	for _, c := range t.more {
		err = errors.Join(err, c.Close(context.WithoutCancel(ctx)))
	}
	return err
}

// mark what is there: only later rows count.
func (t *twin) mark(ctx context.Context) error {
	t.began = time.Now()
	_, err := t.conn.Exec(ctx, `TRUNCATE twin.before, twin.events, twin.outbox, twin.cases, twin.pairs;
		INSERT INTO twin.before SELECT case_key, max(version) FROM public.events GROUP BY case_key`)
	return err
}

// due counts cases that want the system by now.
func (t *twin) due(ctx context.Context) (n int, err error) {
	err = t.conn.QueryRow(ctx, `SELECT count(*) FROM public.cases WHERE next_at <= $1`, time.Now().UnixMicro()).Scan(&n)
	return n, err
}

const (
	newEvents = `SELECT e.* FROM public.events e LEFT JOIN twin.before b ON b.case_key = e.case_key WHERE e.version > coalesce(b.version, 0) ORDER BY e.case_key, e.version`
	newOutbox = `SELECT * FROM public.outbox WHERE created_at >= $1 ORDER BY id`
	newPairs  = `SELECT * FROM public.scorecard_pairs`
	allCases  = `SELECT * FROM public.cases ORDER BY key`
)

// read rows as INSERTs into a table of the twin.
func (t *twin) read(ctx context.Context, table, query string, args ...any) (sql string, values [][]any, err error) {
	found, err := t.conn.Query(ctx, query, args...)
	if err != nil {
		return "", nil, err
	}
	var names, marks []string
	for i, f := range found.FieldDescriptions() {
		names, marks = append(names, f.Name), append(marks, fmt.Sprintf("$%d", i+1))
	}
	values, err = pgx.CollectRows(found, func(r pgx.CollectableRow) ([]any, error) { return r.Values() })
	return `INSERT INTO ` + table + ` (` + strings.Join(names, ", ") + `) VALUES (` + strings.Join(marks, ", ") + `)`, values, err
}

// insertion of one row.
type insertion struct {
	sql    string
	values []any
	due    time.Time // zero: at once
}

// messages puts in what was written since mark, a transaction for each row: events and notices. At a rate, events only, each counted
// from when it was due.
func (t *twin) messages(ctx context.Context, rate float64) (p plainly, err error) {
	event, events, err := t.read(ctx, "twin.events", newEvents)
	if err != nil {
		return p, err
	}
	notice, notices, err := t.read(ctx, "twin.outbox", newOutbox, t.began.UnixMicro())
	if err != nil {
		return p, err
	}
	if len(events) == 0 {
		return p, errors.New("the load wrote nothing")
	}
	var all []insertion
	for _, v := range events {
		all = append(all, insertion{sql: event, values: v})
	}
	if rate == 0 {
		for _, v := range notices {
			all = append(all, insertion{sql: notice, values: v})
		}
	}
	before, start := cpuOf(t.pid), time.Now()
	late, err := t.insert(ctx, all, rate)
	n := float64(len(events))
	p.perS, p.cpuPerK = n/time.Since(start).Seconds(), (cpuOf(t.pid)-before)/n*1000
	if err != nil || len(late) == 0 {
		return p, err
	}
	slices.Sort(late)
	at := func(q float64) float64 { return late[int(float64(len(late)-1)*q)] }
	p.p50, p.p95, p.p99 = at(.5), at(.95), at(.99)
	return p, nil
}

// insert over all connections, as fast as it goes or at a rate; late is how late each was, in milliseconds.
func (t *twin) insert(ctx context.Context, all []insertion, rate float64) (late []float64, err error) {
	todo := make(chan insertion)
	errs := make([]error, len(t.more))
	times := make([][]float64, len(t.more))
	var workers sync.WaitGroup
	for i, c := range t.more {
		workers.Go(func() {
			for one := range todo {
				if errs[i] != nil {
					continue
				}
				_, errs[i] = c.Exec(ctx, one.sql, one.values...)
				times[i] = append(times[i], milliseconds(time.Since(one.due)))
			}
		})
	}
	start := time.Now()
	for i, one := range all {
		one.due = time.Now()
		if rate > 0 {
			one.due = start.Add(time.Duration(float64(i) / rate * float64(time.Second)))
			time.Sleep(time.Until(one.due))
		}
		todo <- one
	}
	close(todo)
	workers.Wait()
	for _, some := range times {
		late = append(late, some...)
	}
	return late, errors.Join(errs...)
}

// deadlines puts in what walking wrote, as many cases in a transaction as the program walks at once, each transaction in one round trip.
func (t *twin) deadlines(ctx context.Context, cases int) (time.Duration, error) {
	type part struct {
		sql    string
		values [][]any
	}
	var parts []part
	for _, q := range []struct {
		table, sql string
		args       []any
	}{
		{"twin.events", newEvents, nil}, {"twin.outbox", newOutbox, []any{t.began.UnixMicro()}}, {"twin.pairs", newPairs, nil}, {"twin.cases", allCases, nil},
	} {
		sql, values, err := t.read(ctx, q.table, q.sql, q.args...)
		if err != nil {
			return 0, err
		}
		parts = append(parts, part{sql, values})
	}
	start := time.Now()
	n := (cases + batch - 1) / batch
	for i := range n {
		var b pgx.Batch
		b.Queue(`BEGIN`)
		for _, p := range parts {
			for _, v := range p.values[i*len(p.values)/n : (i+1)*len(p.values)/n] {
				b.Queue(p.sql, v...)
			}
		}
		b.Queue(`COMMIT`)
		if err := t.conn.SendBatch(ctx, &b).Close(); err != nil {
			return 0, err
		}
	}
	return time.Since(start), nil
}
