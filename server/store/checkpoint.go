package store

import (
	"context"
	"errors"
	"log/slog"
	"sync/atomic"

	"github.com/jmoiron/sqlx"
)

// writesBetween checkpoints: so many touch about 16,000 pages of 4 KiB, most of them often, and each is then copied once.
const writesBetween = 8192

// checkpoints copy what was committed from the WAL into the file, on a connection of their own while the writer goes on: one that is part
// of a commit holds up everybody for tens of milliseconds. The little that came meanwhile the writer copies itself between two commits,
// for only when nothing is left does SQLite begin the WAL anew.
//
// The writer's goroutine calls after and close; the goroutine of run does the rest.
type checkpoints struct {
	db     *sqlx.DB
	log    *slog.Logger
	writes int // since the last one
	wake   chan struct{}
	rest   atomic.Bool // is the writer's to copy
	done   chan struct{}
}

func newCheckpoints(path string, log *slog.Logger) (*checkpoints, error) {
	db, err := sqlx.Open(writerDriver, dsn(path))
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	c := &checkpoints{db: db, log: log, wake: make(chan struct{}, 1), done: make(chan struct{})}
	go c.run()
	return c, nil
}

func (c *checkpoints) run() {
	defer close(c.done)
	for range c.wake {
		for range 2 { // the second copies what came during the first
			if err := checkpoint(c.db); err != nil {
				c.log.Error("checkpoint failed", "error", err)
			}
		}
		c.rest.Store(true)
	}
}

// after so many writes were committed, and before the next transaction begins on conn.
func (c *checkpoints) after(writes int, conn *sqlx.Conn) {
	if c.rest.Swap(false) {
		if err := checkpoint(conn); err != nil {
			c.log.Error("checkpoint failed", "error", err)
		}
	}
	if c.writes += writes; c.writes >= writesBetween {
		c.writes = 0
		select {
		case c.wake <- struct{}{}:
		default: // one is under way
		}
	}
}

func (c *checkpoints) close() error {
	close(c.wake)
	<-c.done
	return c.db.Close()
}

// checkpoint copies as far as it can without waiting for anybody.
func checkpoint(q sqlx.QueryerContext) error {
	var busy, frames, copied int
	err := q.QueryRowxContext(context.Background(), `PRAGMA wal_checkpoint(PASSIVE)`).Scan(&busy, &frames, &copied)
	if err == nil && frames < 0 {
		err = errors.New("the file has no WAL")
	}
	return err
}
