package store

import (
	"context"
	"database/sql"

	"github.com/jmoiron/sqlx"
)

// querier reads, inside the writer's transaction or from the readers' pool.
type querier interface {
	get(ctx context.Context, dst any, q string, args ...any) error // sql.ErrNoRows without a row
	all(ctx context.Context, dst any, q string, args ...any) error
	rows(ctx context.Context, q string, args ...any) (*sqlx.Rows, error)
}

// tx is what a job of the writer sees: statements prepared once on its connection. The contexts are not passed on: a cancelled
// one would interrupt the whole batch, and one that can be cancelled costs a goroutine a statement.
type tx struct {
	conn  *sqlx.Conn
	stmts map[string]*sqlx.Stmt // by text
	batch *batch                // the running one
}

func (t *tx) exec(q string, args ...any) (sql.Result, error) {
	s, err := t.stmt(q)
	if err != nil {
		return nil, err
	}
	return s.ExecContext(context.Background(), args...)
}

// run is exec for those who do not ask what it did.
func (t *tx) run(q string, args ...any) error {
	_, err := t.exec(q, args...)
	return err
}

type statement struct {
	sql  string
	args []any
}

// erasing runs statements after which nothing of what they removed is left in the file: pages that become free are overwritten, too.
func (t *tx) erasing(list ...statement) error {
	for _, s := range append(append([]statement{{`PRAGMA secure_delete=ON`, nil}}, list...), statement{`PRAGMA secure_delete=FAST`, nil}) {
		if err := t.run(s.sql, s.args...); err != nil {
			return err
		}
	}
	return nil
}

func (t *tx) get(_ context.Context, dst any, q string, args ...any) error {
	s, err := t.stmt(q)
	if err != nil {
		return err
	}
	return s.GetContext(context.Background(), dst, args...)
}

func (t *tx) all(_ context.Context, dst any, q string, args ...any) error {
	s, err := t.stmt(q)
	if err != nil {
		return err
	}
	return s.SelectContext(context.Background(), dst, args...)
}

func (t *tx) rows(_ context.Context, q string, args ...any) (*sqlx.Rows, error) {
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
	}
}

func (r reader) get(ctx context.Context, dst any, q string, args ...any) error {
	return sqlx.GetContext(ctx, r.q, dst, r.q.Rebind(q), args...)
}

func (r reader) all(ctx context.Context, dst any, q string, args ...any) error {
	return sqlx.SelectContext(ctx, r.q, dst, r.q.Rebind(q), args...)
}

func (r reader) rows(ctx context.Context, q string, args ...any) (*sqlx.Rows, error) {
	return r.q.QueryxContext(ctx, r.q.Rebind(q), args...)
}

// snapshot runs f on one moment of the database.
func (s *Store) snapshot(ctx context.Context, f func(querier) error) error {
	t, err := s.readers.BeginTxx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return err
	}
	defer t.Rollback() //nolint:errcheck // nothing was written
	return f(reader{t})
}
