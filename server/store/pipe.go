package store

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jmoiron/sqlx"

	"hejie/negotiation"
)

// pipe is a transaction of the writer on PostgreSQL. Statements whose answer nobody reads wait and travel together with the next
// one that is asked, so that a batch of hundreds of changes costs a handful of round trips.
type pipe struct {
	db       *sqlx.DB
	patience time.Duration // with each answer; 0: without end
	conn     *sqlx.Conn    // nil between transactions
	pg       *pgx.Conn     // the same
	silence  *time.Timer   // closes the connection; nil between transactions, and with patience without end
	queue    *pgx.Batch
	texts    map[string]string // ? → $1
	xid      string            // of the running transaction
	since    string            // the start of the server that gave it
	sent     bool              // COMMIT is on its way
}

// longestQueue keeps a rebuild from holding everything in memory.
const longestQueue = 1000

func newPipe(url string, patience time.Duration, w *way) (*pipe, error) {
	db, err := openPostgres(url, 1, false, w)
	if err != nil {
		return nil, err
	}
	return &pipe{db: db, patience: patience, queue: &pgx.Batch{}, texts: map[string]string{}}, nil
}

// begin takes a connection. The transaction begins with the first statements that travel.
func (p *pipe) begin() (err error) {
	p.queue, p.xid, p.since, p.sent = &pgx.Batch{}, "", "", false
	ctx, done := patient(context.Background(), p.patience)
	defer done()
	if p.conn, err = p.db.Connx(ctx); err != nil {
		return fmt.Errorf("%w: %w", errGone, err)
	}
	err = p.conn.Raw(func(c any) error {
		own, ok := c.(*pgConn)
		if !ok {
			return fmt.Errorf("a connection of another kind: %T", c)
		}
		p.pg = own.Conn.Conn()
		if p.patience > 0 { // a timer, since a context costs a goroutine a statement
			conn := p.pg.PgConn().Conn()
			p.silence = time.AfterFunc(p.patience, func() { conn.Close() })
		}
		return nil
	})
	if err != nil {
		return errors.Join(err, p.release())
	}
	p.queue.Queue(`BEGIN ISOLATION LEVEL READ COMMITTED`)
	// Its number, to ask later what became of it.
	p.queue.Queue(`SELECT pg_current_xact_id()::text, ` + serverStart).QueryRow(func(row pgx.Row) error { return row.Scan(&p.xid, &p.since) })
	return nil
}

// later lets a statement travel with the next ones.
func (p *pipe) later(q string, args []any) error { return p.hear(q, nil, args) }

// hear is later for a statement that gives one text, which heard gets when it has; nil: nobody does.
func (p *pipe) hear(q string, heard func(string), args []any) error {
	kept := make([]any, len(args)) // the caller may go on with what it has
	for i, v := range args {
		if b, ok := v.([]byte); ok {
			v = bytes.Clone(b)
		}
		kept[i] = pgValue(v)
	}
	queued := p.queue.Queue(p.text(q), kept...)
	if heard != nil {
		queued.QueryRow(func(row pgx.Row) error {
			var text string
			err := row.Scan(&text)
			if err == nil {
				heard(text)
			}
			return err
		})
	}
	if p.queue.Len() >= longestQueue {
		return p.flush()
	}
	return nil
}

func (p *pipe) text(q string) string {
	t, ok := p.texts[q]
	if !ok {
		t = sqlx.Rebind(sqlx.DOLLAR, q)
		p.texts[q] = t
	}
	return t
}

// asks begins a round trip: the server has its time from now.
func (p *pipe) asks() {
	if p.silence != nil {
		p.silence.Reset(p.patience)
	}
}

// flush sends what waits, and gives the first error: that of a statement undoes nothing yet, but the transaction can only be rolled back.
func (p *pipe) flush() error {
	if p.queue.Len() == 0 {
		return nil
	}
	q := p.queue
	p.queue = &pgx.Batch{}
	p.asks()
	return p.seen(p.pg.SendBatch(context.Background(), q).Close())
}

// serverStart tells one run of a server from another.
const serverStart = `extract(epoch FROM pg_postmaster_start_time())::text`

// gone says whether the connection is lost.
func (p *pipe) gone() bool { return p.pg != nil && p.pg.IsClosed() }

// seen marks an error after which the connection is gone.
func (p *pipe) seen(err error) error {
	if _, said := errors.AsType[*pgconn.PgError](err); err != nil && !said && !errors.Is(err, errGone) && p.gone() {
		return fmt.Errorf("%w: %w", errGone, err)
	}
	return err
}

func (p *pipe) exec(q string, args []any) (sql.Result, error) {
	if err := p.flush(); err != nil {
		return nil, err
	}
	p.asks()
	r, err := p.conn.ExecContext(context.Background(), p.text(q), args...)
	return r, p.seen(err)
}

func (p *pipe) get(dst any, q string, args []any) error {
	if err := p.flush(); err != nil {
		return err
	}
	p.asks()
	return p.seen(p.conn.GetContext(context.Background(), dst, p.text(q), args...))
}

func (p *pipe) all(dst any, q string, args []any) error {
	if err := p.flush(); err != nil {
		return err
	}
	p.asks()
	return p.seen(p.conn.SelectContext(context.Background(), dst, p.text(q), args...))
}

func (p *pipe) rows(q string, args []any) (*sqlx.Rows, error) {
	if err := p.flush(); err != nil {
		return nil, err
	}
	p.asks()
	rows, err := p.conn.QueryxContext(context.Background(), p.text(q), args...)
	return rows, p.seen(err)
}

// commit sends what waits and COMMIT behind it: after an error of the others the server does not look at it.
func (p *pipe) commit() error {
	p.queue.Queue(`COMMIT`).Exec(func(tag pgconn.CommandTag) error {
		if tag.String() != "COMMIT" {
			return fmt.Errorf("the server said %s to COMMIT", tag)
		}
		return nil
	})
	p.sent = true
	return p.flush()
}

// rollback gives up. A connection that does not answer is thrown away, and the server rolls back by itself.
func (p *pipe) rollback() error {
	if p.conn == nil {
		return nil
	}
	if !p.pg.IsClosed() {
		p.asks()
		if _, err := p.pg.Exec(context.Background(), `ROLLBACK`); err != nil {
			p.pg.PgConn().Conn().Close() //nolint:errcheck // the pool finds it closed and drops it
		}
	}
	return p.release()
}

// release gives the connection back; the pool drops one that was lost.
func (p *pipe) release() error {
	if p.silence != nil {
		p.silence.Stop()
		p.silence = nil
	}
	err := p.conn.Close()
	p.conn, p.pg = nil, nil
	if errors.Is(err, sql.ErrConnDone) {
		return nil
	}
	return err
}

// outcome asks, after the connection was lost during COMMIT, whether a transaction of that number took effect. The server may not have
// noticed yet; it is asked for some seconds. A server that crashed forgets numbers that had left no trace on its disk and gives them again:
// own says whether it is still the run of the server that gave this one. The error is errUnknown when nobody can tell.
func (p *pipe) outcome() (committed, own bool, err error) {
	whole, done := patient(context.Background(), p.patience)
	defer done()
	for wait, left := 10*time.Millisecond, 12; left > 0 && whole.Err() == nil; left-- {
		var is struct {
			Status sql.NullString
			Since  string
		}
		ctx, cancel := context.WithTimeout(whole, 5*time.Second)
		err = p.db.GetContext(ctx, &is, `SELECT pg_xact_status($1::text::xid8) AS status, `+serverStart+` AS since`, p.xid)
		cancel()
		e, said := errors.AsType[*pgconn.PgError](err)
		switch {
		case said && e.Code == "22023": // a number that it has yet to give
			return false, false, nil
		case err != nil:
		case is.Status.String == "committed":
			return true, is.Since == p.since, nil
		case is.Status.String == "aborted":
			return false, true, nil
		}
		time.Sleep(wait)
		wait = min(2*wait, time.Second)
	}
	return false, false, errors.Join(errUnknown, err)
}

// has says whether an event is in the log, and not another one in its place.
func (p *pipe) has(key int64, r negotiation.Record) (found bool, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	err = p.db.GetContext(ctx, &found, `SELECT EXISTS (SELECT 1 FROM events WHERE case_key = $1 AND version = $2 AND hash = $3)`, key, r.Version, r.Hash[:])
	if err != nil {
		err = errors.Join(errUnknown, err)
	}
	return found, err
}

func (p *pipe) close() error { return p.db.Close() }
