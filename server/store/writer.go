package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"
	"slices"
	"time"

	"github.com/jmoiron/sqlx"

	"hejie/server/app"
)

const (
	maxBatch     = 512
	maxWaiting   = 4096
	maxDelivered = 16 // batches that OnCommit may lie behind before the writer waits for it
)

// job is one unit of work: a plain write, or else a change of a case.
type job struct {
	ctx     context.Context
	change  app.Change
	warm    *warm // a file's case as the caller loaded it, when it was not cached
	ahead   *plan // of the change, as the caller made it; nil: none
	write   func(*tx) error
	receipt app.Receipt
	err     error
	done    chan struct{} // closed when all is done; nil when told hears of it
	told    func(app.Receipt, error)
}

// end answers who asked.
func (j *job) end() {
	if j.told != nil {
		j.told(j.receipt, j.err)
	} else {
		close(j.done)
	}
}

// delivery is what became of a batch, for those who did not wait.
type delivery struct {
	jobs    []*job
	commits []app.Commit
}

type writer struct {
	s                   *Store
	db                  *sqlx.DB // the file's; nil on PostgreSQL
	tx                  *tx
	begin, commit, back *sql.Stmt
	beforeCommit        func() error // faults for tests; nil otherwise

	jobs    chan *job
	deliver chan delivery
	done    chan struct{} // closed after the last delivery
	lost    error         // the disk failed: nothing is written any more
}

func newWriter(s *Store) (_ *writer, err error) {
	w := &writer{s: s, jobs: make(chan *job, maxWaiting), deliver: make(chan delivery, maxDelivered), done: make(chan struct{})}
	if s.shared {
		p, err := newPipe(s.path, s.opt.Patience, s.way)
		w.tx = &tx{pipe: p}
		return w, err
	}
	if w.db, err = sqlx.Open(writerDriver, dsn(s.path)); err != nil {
		return nil, err
	}
	w.db.SetMaxOpenConns(1)
	ctx := context.Background()
	conn, err := w.db.Connx(ctx)
	if err != nil {
		return nil, errors.Join(err, w.db.Close())
	}
	w.tx = &tx{conn: conn, stmts: map[string]*sqlx.Stmt{}, writes: map[string]driver.Stmt{}}
	for _, p := range []struct {
		to **sql.Stmt
		q  string
	}{
		{&w.begin, "BEGIN IMMEDIATE"}, {&w.commit, "COMMIT"}, {&w.back, "ROLLBACK"},
	} {
		if *p.to, err = conn.PrepareContext(ctx, p.q); err != nil {
			return nil, errors.Join(err, w.close())
		}
	}
	return w, nil
}

// close ends the connection. Its statements end first: they belong to it alone, nobody else closes them, and SQLite keeps a
// connection open as long as it has one.
func (w *writer) close() error {
	if w.tx.pipe != nil {
		return w.tx.pipe.close()
	}
	var errs []error
	for _, s := range w.tx.stmts {
		errs = append(errs, s.Close())
	}
	for _, s := range w.tx.writes {
		errs = append(errs, s.Close())
	}
	for _, s := range []*sql.Stmt{w.begin, w.commit, w.back} {
		if s != nil { // a writer that did not get far
			errs = append(errs, s.Close())
		}
	}
	return errors.Join(append(errs, w.tx.conn.Close(), w.db.Close())...)
}

func (w *writer) start() {
	go func() {
		defer close(w.deliver)
		for first := range w.jobs {
			w.settle(w.take(first))
		}
	}()
	go func() {
		defer close(w.done)
		for d := range w.deliver {
			for _, j := range d.jobs {
				j.end()
			}
			if len(d.commits) > 0 && w.s.opt.OnCommit != nil {
				w.s.opt.OnCommit(d.commits)
			}
		}
	}()
}

// take gives what waits now, plain writes first: they are the ones that a change may have to see. It lets others go once before it
// takes the rest: whoever was about to ask comes along, and a commit costs the same for many.
func (w *writer) take(first *job) []*job {
	batch := w.drain(append(make([]*job, 0, 64), first))
	runtime.Gosched()
	batch = w.drain(batch)
	slices.SortStableFunc(batch, func(a, b *job) int { return rank(a) - rank(b) })
	return batch
}

func (w *writer) drain(batch []*job) []*job {
	for len(batch) < maxBatch {
		select {
		case j, ok := <-w.jobs:
			if !ok {
				return batch
			}
			batch = append(batch, j)
		default:
			return batch
		}
	}
	return batch
}

func rank(j *job) int {
	if j.write != nil {
		return 0
	}
	return 1
}

// settle brings a batch to its end. When it breaks on the fault of one job, each has a transaction of its own.
func (w *writer) settle(batch []*job) {
	err := w.lost
	if err == nil {
		err = w.attempt(batch)
	}
	switch {
	case err == nil:
	case lostDisk(err) && w.lost == nil:
		w.lost = err
		w.fail(batch, unavailable(err))
		w.s.opt.Fatal(err)
	case w.lost != nil || wholeBatch(err):
		err = unavailable(err)
		w.s.opt.Log.Error("nothing of the batch was written", "jobs", len(batch), "error", err)
		w.fail(batch, err)
	case len(batch) == 1:
		w.s.opt.Log.Error("a change failed", "error", err)
		w.fail(batch, internal(err))
	default:
		for i := range batch {
			w.settle(batch[i : i+1])
		}
	}
}

func (w *writer) fail(batch []*job, err error) {
	for _, j := range batch {
		j.receipt, j.err = app.Receipt{}, err
		j.end()
	}
}

// attempt runs the batch in one transaction. After an error nothing of it was done and none of its jobs was answered.
func (w *writer) attempt(jobs []*job) (err error) {
	if w.s.shared {
		return w.attemptShared(jobs)
	}
	b := &batch{s: w.s, tx: w.tx, cases: make(map[string]*open), start: time.Now()}
	w.tx.batch = b
	if _, err := w.begin.Exec(); err != nil {
		return err
	}
	if err := w.fill(b, jobs); err != nil {
		b.drop()
		if _, e := w.back.Exec(); e != nil && !wholeBatch(err) { // a full disk has rolled back by itself
			err = errors.Join(err, e)
		}
		return err
	}
	w.finish(b, jobs)
	return nil
}

// finish makes what was committed seen and answers the jobs.
func (w *writer) finish(b *batch, jobs []*job) {
	d := delivery{commits: b.publish()}
	for _, j := range jobs {
		if j.told != nil {
			d.jobs = append(d.jobs, j)
		} else {
			j.end()
		}
	}
	if len(d.commits)+len(d.jobs) > 0 {
		w.deliver <- d
	}
	if w.s.opt.Committed != nil {
		w.s.opt.Committed(len(jobs), time.Since(b.start))
	}
}

// fill does everything up to and including COMMIT. A panic is an error of the batch; run one by one, it is that job's alone.
func (w *writer) fill(b *batch, jobs []*job) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic in a change: %v", p)
			if len(jobs) == 1 {
				w.s.opt.Log.Error("panic in a change", "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
			}
		}
	}()
	for _, j := range jobs {
		j.receipt, j.err = app.Receipt{}, nil
		if j.ctx.Err() != nil {
			j.err = unavailable(j.ctx.Err()) // nobody waits for it
			continue
		}
		if j.write != nil {
			err = w.plain(j)
		} else {
			err = b.change(j)
		}
		if err != nil {
			return err
		}
	}
	if err := b.flush(); err != nil {
		return err
	}
	if w.beforeCommit != nil {
		if err := w.beforeCommit(); err != nil {
			return err
		}
	}
	if w.s.shared {
		return w.tx.pipe.commit()
	}
	_, err = w.commit.Exec()
	return err
}

// plain runs a write within a savepoint, so that its refusal undoes it alone.
func (w *writer) plain(j *job) error {
	if err := w.tx.run(`SAVEPOINT job`); err != nil {
		return err
	}
	j.err = j.write(w.tx)
	if j.err == nil {
		j.err = w.tx.settled()
	}
	if j.err != nil {
		if wholeBatch(j.err) {
			return j.err
		}
		if err := w.tx.run(`ROLLBACK TO job`); err != nil {
			return err
		}
		w.tx.batch.unscored() // a rebuild notes figures; changes come after plain writes
	}
	return w.tx.run(`RELEASE job`)
}
