package store

import (
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/jmoiron/sqlx"
	"github.com/mattn/go-sqlite3"

	"hejie/negotiation"
)

const (
	writerDriver = "hejie-writer"
	readerDriver = "hejie-reader"
)

// sql.Register panics when a name comes twice, so this is in init and not in Open. Pragmas are set in the hook, because through a
// pool they would reach one connection only.
func init() {
	sql.Register(writerDriver, &sqlite3.SQLiteDriver{ConnectHook: hook(
		"busy_timeout=5000", "journal_mode=WAL",
		"synchronous=FULL", // after WAL, for which the driver's default is NORMAL
		"foreign_keys=ON",
		"wal_autocheckpoint=4000",     // pages: each checkpoint holds up a commit for a few milliseconds; one beside the writer, or of more pages, holds up its flushes for longer
		"journal_size_limit=67108864", // keeps the WAL allocated
		"cache_size=-16384",           // KiB: a commit in which a page of an index split looks at every page of the cache
		"secure_delete=FAST",          // erased content is overwritten in the page
	)})
	sql.Register(readerDriver, &sqlite3.SQLiteDriver{ConnectHook: hook(
		"busy_timeout=5000", "query_only=1", "foreign_keys=ON", "cache_size=-32768")})
	sqlx.BindDriver(writerDriver, sqlx.QUESTION)
	sqlx.BindDriver(readerDriver, sqlx.QUESTION)
}

func hook(pragmas ...string) func(*sqlite3.SQLiteConn) error {
	return func(c *sqlite3.SQLiteConn) error {
		for _, p := range pragmas {
			if _, err := c.Exec("PRAGMA "+p, nil); err != nil {
				return fmt.Errorf("pragma %s: %w", p, err)
			}
		}
		return nil
	}
}

// dsn names a file whatever characters its path has. database/sql never uses a connection twice at once, so SQLite need not lock it
// at each call.
func dsn(path string, options ...string) string {
	return "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + strings.Join(append(options, "_mutex=no"), "&")
}

// wholeBatch says whether the error is of the file or the machine and not of the job that met it.
func wholeBatch(err error) bool {
	e, ok := errors.AsType[sqlite3.Error](err)
	if !ok {
		return errors.Is(err, sql.ErrConnDone) || pgWholeBatch(err)
	}
	switch e.Code {
	case sqlite3.ErrFull, sqlite3.ErrIoErr, sqlite3.ErrNomem, sqlite3.ErrBusy, sqlite3.ErrLocked, sqlite3.ErrReadonly,
		sqlite3.ErrCantOpen, sqlite3.ErrCorrupt, sqlite3.ErrNotADB, sqlite3.ErrInterrupt, sqlite3.ErrProtocol, sqlite3.ErrPerm:
		return true
	}
	return false
}

// lostDisk says whether nobody can know any more what is on disk: a failed fsync, and its kin.
func lostDisk(err error) bool {
	e, ok := errors.AsType[sqlite3.Error](err)
	if !ok {
		return false
	}
	switch e.ExtendedCode {
	case sqlite3.ErrIoErrFsync, sqlite3.ErrIoErrDirFsync, sqlite3.ErrIoErrTruncate, sqlite3.ErrIoErrClose, sqlite3.ErrIoErrDirClose:
		return true
	}
	return false
}

// notUnique says whether the error is the breach of a UNIQUE constraint.
func notUnique(err error) bool {
	if e, ok := errors.AsType[sqlite3.Error](err); ok {
		return e.ExtendedCode == sqlite3.ErrConstraintUnique || e.ExtendedCode == sqlite3.ErrConstraintPrimaryKey
	}
	return pgUnique(err)
}

func unavailable(cause error) error {
	return negotiation.NewError(negotiation.CodeUnavailable).Because(cause)
}

func internal(cause error) error {
	return negotiation.NewError(negotiation.CodeInternal).Because(cause)
}

func notFound() error { return negotiation.NewError(negotiation.CodeNotFound) }

// readError turns the error of a reader's query into one of the vocabulary.
func readError(err error) error {
	_, own := errors.AsType[*negotiation.Error](err)
	switch {
	case err == nil, own:
		return err
	case errors.Is(err, sql.ErrNoRows):
		return notFound()
	}
	return unavailable(err)
}
