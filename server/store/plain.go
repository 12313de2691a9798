package store

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"time"

	"hejie/negotiation"
	"hejie/server/app"
)

// Plain gives the plain tables of the store.
func (s *Store) Plain() app.Plain { return plain{plainReader{s.reader()}, s} }

// plain reads from the readers' pool and writes through the writer.
type plain struct {
	plainReader
	s *Store
}

// Write runs f in the next commit; see app.Plain.
func (p plain) Write(ctx context.Context, f func(app.PlainTx) error) error {
	return p.s.write(ctx, func(t *tx) error { return f(p.s.plainTx(t)) })
}

func (s *Store) plainTx(t *tx) plainTx { return plainTx{plainReader{t}, t, s.opt.Now} }

// plainReader reads the plain tables, from the pool or inside the writer's transaction.
type plainReader struct{ q querier }

type plainTx struct {
	plainReader
	t   *tx
	now func() time.Time // real time
}

type scanner interface{ Scan(dst ...any) error }

// at scans what micros stored.
type at struct{ t *time.Time }

func (a at) Scan(v any) error {
	n, ok := v.(int64)
	if !ok {
		return errors.New("not an instant")
	}
	*a.t = instant(n)
	return nil
}

// list reads rows; the empty list is not nil.
func list[T any](ctx context.Context, q querier, scan func(scanner) (T, error), query string, args ...any) (_ []T, err error) {
	rows, err := q.rows(ctx, query, args...)
	if err != nil {
		return nil, readError(err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	out := []T{}
	for rows.Next() {
		v, err := scan(rows)
		if err != nil {
			return nil, readError(err)
		}
		out = append(out, v)
	}
	return out, readError(rows.Err())
}

// one reads a row, or says not_found.
func one[T any](ctx context.Context, q querier, scan func(scanner) (T, error), query string, args ...any) (T, error) {
	found, err := list(ctx, q, scan, query, args...)
	if err == nil && len(found) == 0 {
		err = notFound()
	}
	if err != nil {
		var zero T
		return zero, err
	}
	return found[0], nil
}

// oneOf is the list after IN, with its parameters. No value is one of none.
func oneOf[T ~string](values []T) (list string, args []any) {
	if len(values) == 0 {
		return `(NULL)`, nil
	}
	for _, v := range values {
		args = append(args, string(v))
	}
	return anyOf(len(values)), args
}

// anyOf so many parameters, at least one.
func anyOf(n int) string { return `(?` + strings.Repeat(`, ?`, n-1) + `)` }

// Sweep removes what its time is over.
func (p plainTx) Sweep(_ context.Context, s app.SweepBefore) error {
	for _, d := range []statement{
		{`DELETE FROM sessions WHERE expires_at <= ? OR seen_at <= ?`, []any{micros(s.Now), micros(s.Idle)}},
		{`DELETE FROM codes WHERE created_at <= ?`, []any{micros(s.Codes)}},
		{`DELETE FROM attempts WHERE at <= ?`, []any{micros(s.Codes)}},
		{`DELETE FROM outbox WHERE next_at IS NULL AND created_at <= ?`, []any{micros(s.Delivered)}},
	} {
		if err := p.t.run(d.sql, d.args...); err != nil {
			return err
		}
	}
	return nil
}

// unique turns the breach of a UNIQUE constraint into an error of the vocabulary.
func unique(err error, code, field string) error {
	if notUnique(err) {
		return negotiation.NewError(code).On(field).Because(err)
	}
	return err
}

// changed says not_found when a statement touched no row.
func changed(r sql.Result, err error) error {
	if err != nil {
		return err
	}
	n, err := r.RowsAffected()
	if err == nil && n == 0 {
		err = notFound()
	}
	return err
}
