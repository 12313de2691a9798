package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/jmoiron/sqlx"
)

// querier reads, inside the writer's transaction or from the readers' pool.
type querier interface {
	get(ctx context.Context, dst any, q string, args ...any) error // sql.ErrNoRows without a row
	all(ctx context.Context, dst any, q string, args ...any) error
	rows(ctx context.Context, q string, args ...any) (*sqlx.Rows, error)
	words() *words
}

// tx is what a job of the writer sees: statements prepared once on its connection. The contexts are not passed on: a cancelled
// one would interrupt the whole batch, and one that can be cancelled costs a goroutine a statement.
type tx struct {
	conn   *sqlx.Conn
	stmts  map[string]*sqlx.Stmt // those that read, by text
	writes map[string]driver.Stmt
	args   []driver.NamedValue // of one write
	pipe   *pipe               // PostgreSQL's transaction instead of these; nil: the file's
	batch  *batch              // the running one
}

func (t *tx) words() *words {
	if t.pipe != nil {
		return postgresWords
	}
	return sqliteWords
}

// exec asks the driver and not database/sql, whose locks and copies cost about as much as a small write: the connection is the
// writer's alone.
func (t *tx) exec(q string, args ...any) (sql.Result, error) {
	if t.pipe != nil {
		return t.pipe.exec(q, args)
	}
	s, err := t.bound(q, args)
	if err != nil {
		return nil, err
	}
	defer clear(t.args) // it keeps no texts
	return s.(driver.StmtExecContext).ExecContext(context.Background(), t.args)
}

// bound is a prepared write, with its parameters in t.args.
func (t *tx) bound(q string, args []any) (driver.Stmt, error) {
	s, err := t.prepared(q)
	if err != nil {
		return nil, err
	}
	if n := s.NumInput(); n != len(args) {
		return nil, fmt.Errorf("a write of %d parameters has %d", n, len(args))
	}
	t.args = t.args[:0]
	for i, a := range args {
		v, err := driver.DefaultParameterConverter.ConvertValue(a)
		if err != nil {
			return nil, err
		}
		t.args = append(t.args, driver.NamedValue{Ordinal: i + 1, Value: v})
	}
	return s, nil
}

func (t *tx) prepared(q string) (s driver.Stmt, err error) {
	if s = t.writes[q]; s != nil {
		return s, nil
	}
	err = t.conn.Raw(func(c any) (err error) {
		s, err = c.(driver.ConnPrepareContext).PrepareContext(context.Background(), q)
		return err
	})
	if err == nil {
		t.writes[q] = s
	}
	return s, err
}

// run is exec for those who do not ask what it did, nor what it failed on: PostgreSQL may say that only later, before COMMIT.
func (t *tx) run(q string, args ...any) error {
	if t.pipe != nil {
		return t.pipe.later(q, args)
	}
	return t.try(q, args...)
}

// try is exec for those who ask what it failed on. The driver calls SQLite once for each parameter of a write, but once for all of a
// query's, and a query is run to its first row, which no write has.
func (t *tx) try(q string, args ...any) error {
	if t.pipe != nil {
		_, err := t.pipe.exec(q, args)
		return err
	}
	s, err := t.bound(q, args)
	if err != nil {
		return err
	}
	defer clear(t.args)
	rows, err := s.(driver.StmtQueryContext).QueryContext(context.Background(), t.args)
	if err != nil {
		return err
	}
	return rows.Close()
}

// hear is run for a statement that gives one text, which heard gets: over PostgreSQL perhaps only later, before COMMIT.
func (t *tx) hear(q string, heard func(string), args ...any) error {
	if t.pipe != nil {
		return t.pipe.hear(q, heard, args)
	}
	v, err := t.value(q, args)
	if text, ok := v.(string); ok {
		heard(text)
	}
	return err
}

// blob reads the one value of the one row, nil without a row, from a file.
func (t *tx) blob(q string, args ...any) ([]byte, error) {
	v, err := t.value(q, args)
	found, _ := v.([]byte)
	return found, err
}

// value is the one of the one row, nil without a row, from a file, as try writes.
func (t *tx) value(q string, args []any) (driver.Value, error) {
	s, err := t.bound(q, args)
	if err != nil {
		return nil, err
	}
	defer clear(t.args)
	rows, err := s.(driver.StmtQueryContext).QueryContext(context.Background(), t.args)
	if err != nil {
		return nil, err
	}
	var row [1]driver.Value
	if err = rows.Next(row[:]); errors.Is(err, io.EOF) {
		err = nil
	}
	return row[0], errors.Join(err, rows.Close())
}

// settled waits for the end of all that was run.
func (t *tx) settled() error {
	if t.pipe == nil {
		return nil
	}
	return t.pipe.flush()
}

type statement struct {
	sql  string
	args []any
}

// erasing runs statements after which nothing of what they removed is left in the file: pages that become free are overwritten, too.
// PostgreSQL overwrites when it vacuums, which it does by itself.
func (t *tx) erasing(list ...statement) error {
	if t.pipe == nil {
		list = append(append([]statement{{`PRAGMA secure_delete=ON`, nil}}, list...), statement{`PRAGMA secure_delete=FAST`, nil})
	}
	for _, s := range list {
		if err := t.run(s.sql, s.args...); err != nil {
			return err
		}
	}
	return nil
}

func (t *tx) get(_ context.Context, dst any, q string, args ...any) error {
	if t.pipe != nil {
		return t.pipe.get(dst, q, args)
	}
	s, err := t.stmt(q)
	if err != nil {
		return err
	}
	return s.GetContext(context.Background(), dst, args...)
}

func (t *tx) all(_ context.Context, dst any, q string, args ...any) error {
	if t.pipe != nil {
		return t.pipe.all(dst, q, args)
	}
	s, err := t.stmt(q)
	if err != nil {
		return err
	}
	return s.SelectContext(context.Background(), dst, args...)
}

func (t *tx) rows(_ context.Context, q string, args ...any) (*sqlx.Rows, error) {
	if t.pipe != nil {
		return t.pipe.rows(q, args)
	}
	s, err := t.stmt(q)
	if err != nil {
		return nil, err
	}
	return s.QueryxContext(context.Background(), args...)
}

func (t *tx) stmt(q string) (*sqlx.Stmt, error) {
	if s := t.stmts[q]; s != nil {
		return s, nil
	}
	s, err := t.conn.PreparexContext(context.Background(), q)
	if err == nil {
		t.stmts[q] = s
	}
	return s, err
}

// reader is a querier over the pool, or over one read transaction of it.
type reader struct {
	q interface {
		sqlx.QueryerContext
		Rebind(query string) string // ? as the database writes it
		DriverName() string
	}
	patience time.Duration // with a server; 0: without end
}

func (s *Store) reader() reader { return reader{s.readers, s.opt.Patience} }

// patient bounds a wait, that for a connection included. What it gives is called when the answer was read.
func patient(ctx context.Context, patience time.Duration) (context.Context, context.CancelFunc) {
	if patience == 0 {
		return ctx, func() {}
	}
	return context.WithTimeout(ctx, patience)
}

func (r reader) words() *words {
	if r.q.DriverName() == pgDriver {
		return postgresWords
	}
	return sqliteWords
}

func (r reader) get(ctx context.Context, dst any, q string, args ...any) error {
	ctx, done := patient(ctx, r.patience)
	defer done()
	return sqlx.GetContext(ctx, r.q, dst, r.q.Rebind(q), args...)
}

func (r reader) all(ctx context.Context, dst any, q string, args ...any) error {
	ctx, done := patient(ctx, r.patience)
	defer done()
	return sqlx.SelectContext(ctx, r.q, dst, r.q.Rebind(q), args...)
}

func (r reader) rows(ctx context.Context, q string, args ...any) (*sqlx.Rows, error) {
	ctx, done := patient(ctx, r.patience)
	rows, err := r.q.QueryxContext(ctx, r.q.Rebind(q), args...)
	if err != nil {
		done() // else it ends by itself, or with whoever asked: the rows are still to be read
	}
	return rows, err
}

// snapshot runs f on one moment of the database.
func (s *Store) snapshot(ctx context.Context, f func(querier) error) error {
	o := &sql.TxOptions{ReadOnly: true}
	if s.shared {
		o.Isolation = sql.LevelRepeatableRead
	}
	ctx, done := patient(ctx, s.opt.Patience)
	defer done()
	t, err := s.readers.BeginTxx(ctx, o)
	if err != nil {
		return err
	}
	defer t.Rollback() //nolint:errcheck // nothing was written
	return f(reader{t, s.opt.Patience})
}
