package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/jmoiron/sqlx"
)

// ErrNotEmpty says that a database that was to be filled has something in it.
var ErrNotEmpty = errors.New("the database is not empty: nothing is overwritten")

// tables of the log and the plain ones, each with what orders its rows, after those that they refer to. The derived ones are in derived.
var tables = append([]table{
	{"case_keys", "key"}, {"events", "case_key, version"}, {"enterprise_events", "enterprise, version"},
	{"accounts", "id"}, {"people", "account"}, {"filers", "case_id"}, {"sessions", "id"}, {"session_cases", "session, case_id"}, {"codes", "id"}, {"attempts", "key, at"},
	{"seal", "id"}, {"set_up", "id"}, {"bureaus", "id"}, {"enterprise_contacts", "enterprise"}, {"files", "id"}, {"outbox", "id"},
	{"read_marks", "account, case_id, channel"}, {"calendar_years", "year"}, {"heartbeat", "id"}, {"outages", "began_at, ended_at"},
	{"invitations", "key, addr, day"}, {"saved_replies", "id"}, {"audit", "id"},
}, derived...)

type table struct{ name, by string }

// counted are the columns that PostgreSQL counts up by itself.
var counted = []struct{ table, column string }{{"case_keys", "key"}, {"audit", "id"}}

// Copy is CopyTo for databases that are not open: files, which nobody else may have open, or URLs.
func Copy(ctx context.Context, from, to string) (v Verified, err error) {
	err = between(from, to, func(source, target *Store) (err error) {
		v, err = source.CopyTo(ctx, target)
		return err
	})
	return v, err
}

// CanCopy says, with ErrNotEmpty, that Copy would find something else in the way.
func CanCopy(ctx context.Context, from, to string) error {
	return between(from, to, func(source, target *Store) error {
		return source.into(ctx, target, func(from querier, t *tx) error {
			_, err := isCopied(ctx, from, t)
			return err
		})
	})
}

// between opens two databases for a while.
func between(from, to string, f func(source, target *Store) error) error {
	source, err := Open(from, Options{})
	if err != nil {
		return err
	}
	target, err := Open(to, Options{})
	if err != nil {
		return errors.Join(err, source.Close())
	}
	return errors.Join(f(source, target), target.Close(), source.Close())
}

// CopyTo fills another, empty, store with one moment of this one, which goes on meanwhile: all of it in one transaction, in which every
// row is read again and compared. Then every hash of the copy's log is computed again. A copy that has every row already stays: whoever made
// it died before it was verified. The error is ErrNotEmpty, or a *Fault.
func (s *Store) CopyTo(ctx context.Context, to *Store) (Verified, error) {
	err := s.into(ctx, to, func(from querier, t *tx) error {
		copied, err := isCopied(ctx, from, t)
		if err != nil || copied {
			return err
		}
		for _, step := range []tableStep{copyTable, compareTable} {
			if err := eachTable(ctx, from, t, step); err != nil {
				return err
			}
		}
		t.batch.clear = true
		return t.countOn()
	})
	to.ranking.forget()
	to.cards.clear()
	if err != nil {
		return Verified{}, err
	}
	return to.Verify(ctx)
}

// into runs f on one moment of this store and in one transaction of the other.
func (s *Store) into(ctx context.Context, to *Store, f func(from querier, t *tx) error) error {
	return s.snapshot(ctx, func(from querier) error {
		return to.write(context.WithoutCancel(ctx), func(t *tx) error {
			if err := t.standStill(); err != nil {
				return err
			}
			return f(from, t)
		})
	})
}

// isCopied says whether every row is there already; ErrNotEmpty, when something else is.
func isCopied(ctx context.Context, from querier, t *tx) (bool, error) {
	err := eachTable(ctx, from, t, isEmpty)
	if errors.Is(err, ErrNotEmpty) && eachTable(ctx, from, t, compareTable) == nil {
		return true, nil
	}
	return false, err
}

// tableStep of a copy.
type tableStep func(ctx context.Context, from querier, to *tx, x table) error

func eachTable(ctx context.Context, from querier, to *tx, step tableStep) error {
	for _, x := range tables {
		if err := errors.Join(step(ctx, from, to, x), ctx.Err()); err != nil {
			return fmt.Errorf("table %s: %w", x.name, err)
		}
	}
	return nil
}

func isEmpty(ctx context.Context, _ querier, to *tx, x table) error {
	var full bool
	err := to.get(ctx, &full, `SELECT EXISTS (SELECT 1 FROM `+x.name+`)`)
	if err == nil && full {
		err = ErrNotEmpty
	}
	return err
}

func copyTable(ctx context.Context, from querier, to *tx, x table) error {
	rows, columns, err := x.rows(ctx, from, nil)
	if err != nil {
		return err
	}
	defer rows.Close()
	insert := `INSERT INTO ` + x.name + ` (` + strings.Join(columns, ", ") + `) VALUES (?` + strings.Repeat(", ?", len(columns)-1) + `)`
	for rows.Next() {
		values, err := rows.SliceScan()
		if err != nil {
			return err
		}
		if err := to.run(insert, values...); err != nil {
			return err
		}
	}
	return errors.Join(rows.Err(), to.settled())
}

// compareTable reads the rows of both sides in the same order.
func compareTable(ctx context.Context, from querier, to *tx, x table) error {
	was, columns, err := x.rows(ctx, from, nil)
	if err != nil {
		return err
	}
	defer was.Close()
	is, _, err := x.rows(ctx, to, columns)
	if err != nil {
		return err
	}
	defer is.Close()
	for n := 1; ; n++ {
		a, b := was.Next(), is.Next()
		if a != b {
			return errors.Join(fmt.Errorf("row %d is on one side only", n), was.Err(), is.Err())
		}
		if !a {
			return errors.Join(was.Err(), is.Err())
		}
		one, err := was.SliceScan()
		if err != nil {
			return err
		}
		other, err := is.SliceScan()
		if err != nil {
			return err
		}
		if !slices.EqualFunc(one, other, sameValue) {
			return fmt.Errorf("row %d is not what it was", n)
		}
	}
}

// sameValue compares what both databases give: whole numbers, texts, bytes and NULL. A text may have lost what PostgreSQL does not take.
func sameValue(a, b any) bool {
	if x, ok := a.([]byte); ok {
		y, ok := b.([]byte)
		return ok && bytes.Equal(x, y)
	}
	return reflect.DeepEqual(pgValue(a), pgValue(b))
}

// rows of the table with these columns, or, without, with all that both databases have.
func (x table) rows(ctx context.Context, q querier, columns []string) (*sqlx.Rows, []string, error) {
	if columns == nil {
		none, err := q.rows(ctx, `SELECT * FROM `+x.name+` LIMIT 0`)
		if err != nil {
			return nil, nil, err
		}
		columns, err = none.Columns()
		if err := errors.Join(err, none.Close()); err != nil {
			return nil, nil, err
		}
		columns = slices.DeleteFunc(columns, func(c string) bool { return c == "rowid" })
	}
	rows, err := q.rows(ctx, `SELECT `+strings.Join(columns, ", ")+` FROM `+x.name+` ORDER BY `+x.by)
	return rows, columns, err
}

// countOn lets PostgreSQL count on from what was copied; a file does so by itself.
func (t *tx) countOn() error {
	if t.pipe == nil {
		return nil
	}
	for _, c := range counted {
		err := t.run(`SELECT setval(pg_get_serial_sequence('` + c.table + `', '` + c.column + `'), (SELECT coalesce(max(` + c.column + `), 0) + 1 FROM ` + c.table + `), false)`)
		if err != nil {
			return err
		}
	}
	return nil
}
