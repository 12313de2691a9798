package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/jackc/pgx/v5/stdlib"
	"github.com/jmoiron/sqlx"
	"github.com/mattn/go-sqlite3"

	"hejie/negotiation/workday"
	"hejie/server/app"
)

// ErrInjected is an error of the file, after which all is as it was.
var ErrInjected = sqlite3.Error{Code: sqlite3.ErrIoErr, ExtendedCode: sqlite3.ErrIoErrWrite}

// FailCommits lets every COMMIT fail with what f gives, if it gives anything.
func (s *Store) FailCommits(ctx context.Context, f func() error) error {
	return s.write(ctx, func(*tx) error {
		s.writer.beforeCommit = f
		return nil
	})
}

// BeforeCommit calls f before every COMMIT of changes. It is set before anything is changed.
func (s *Store) BeforeCommit(f func() error) { s.writer.beforeCommit = f }

// BeforePlainCommit is BeforeCommit of plain writes, on a server.
func (s *Store) BeforePlainCommit(f func() error) { s.plain.beforeCommit = f }

// Tables are those that CopyTo copies.
func Tables() (names []string) {
	for _, t := range tables {
		names = append(names, t.name)
	}
	return names
}

// MigrateTo moves the schema up or down to a version.
func MigrateTo(ctx context.Context, at string, version int64) (err error) {
	var db *sql.DB
	if isPostgres(at) {
		c, err := pgConfig(at)
		if err != nil {
			return err
		}
		db = stdlib.OpenDB(*c)
	} else if db, err = sql.Open(writerDriver, dsn(at)); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	w := wordsOf(at)
	p, err := w.provider(db)
	if err != nil {
		return err
	}
	have, err := w.schemaVersion(ctx, db)
	if err == nil && have > version {
		_, err = p.DownTo(ctx, version)
	} else if err == nil {
		_, err = p.UpTo(ctx, version)
	}
	return err
}

// MigrateWith is Migrate of a program on PostgreSQL that has one step more, of a file's name and text.
func MigrateWith(ctx context.Context, url, name, text string) error {
	later := fstest.MapFS{name: {Data: []byte(text)}}
	files, err := postgresWords.files()
	if err != nil {
		return err
	}
	for _, f := range files {
		text, err := fs.ReadFile(postgresWords.steps, f.name)
		if err != nil {
			return err
		}
		later[f.name] = &fstest.MapFile{Data: text}
	}
	w := *postgresWords
	w.steps = later
	return w.migrateShared(ctx, url)
}

// Held is what a step says that it holds.
func Held(statements string) []string { return held(statements) }

// Exec runs a statement as a plain write.
func (s *Store) Exec(ctx context.Context, q string) error {
	return s.write(ctx, func(t *tx) error { return t.run(q) })
}

// Pragma runs a pragma on the writer's connection.
func (s *Store) Pragma(ctx context.Context, pragma string) error {
	return s.write(ctx, func(t *tx) error {
		var n int64
		return t.get(ctx, &n, "PRAGMA "+pragma)
	})
}

// ReaderPragma asks a reader's connection.
func (s *Store) ReaderPragma(ctx context.Context, pragma string) (n int64, err error) {
	err = s.readers.GetContext(ctx, &n, "PRAGMA "+pragma)
	return n, err
}

// HoldReaders takes all connections of the pool until the test ends.
func (s *Store) HoldReaders(t testing.TB) {
	t.Helper()
	for range s.opt.Readers {
		c, err := s.readers.Conn(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := c.Close(); err != nil {
				t.Error(err)
			}
		})
	}
}

// ReaderExec tries to write where only reading is allowed.
func (s *Store) ReaderExec(ctx context.Context, q string) error {
	_, err := s.readers.ExecContext(ctx, q)
	return err
}

// Plan gives the query plan.
func (s *Store) Plan(ctx context.Context, q string, args ...any) (plan []string, err error) {
	rows, err := s.readers.QueryContext(ctx, "EXPLAIN QUERY PLAN "+q, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var a, b, c int
		var text string
		if err := rows.Scan(&a, &b, &c, &text); err != nil {
			return nil, err
		}
		plan = append(plan, text)
	}
	return plan, rows.Err()
}

// Cached counts the cases in the cache and the bytes that they are taken for.
func (s *Store) Cached() (n, bytes int) {
	s.cache.mu.Lock()
	defer s.cache.mu.Unlock()
	return s.cache.lru.Len(), s.cache.weight
}

// FsyncFailed is the error after which nobody knows what is on disk.
var FsyncFailed = sqlite3.Error{Code: sqlite3.ErrIoErr, ExtendedCode: sqlite3.ErrIoErrFsync}

// ForgetCards makes the next reading of a card read.
func (s *Store) ForgetCards() { s.cards.clear() }

// SetRanking says what stands where, until figures move.
func (s *Store) SetRanking(today workday.Date, order []app.Standing) {
	s.ranking.day, s.ranking.order = today, order
}

// Overhear has the readers tell each statement. It is for a store that nobody reads yet.
func (s *Store) Overhear(tell func(statement string)) error {
	first := s.readers
	db := sql.OpenDB(overheard{first.Driver(), dsn(s.path), tell})
	s.readers = sqlx.NewDb(db, readerDriver)
	return first.Close()
}

// OnPostgres says a statement of a file as a server is told it; false for what is of a file alone.
func OnPostgres(q string) (string, bool) {
	switch word, _, _ := strings.Cut(q, " "); word {
	case "SELECT", "WITH", "INSERT", "UPDATE", "DELETE":
	default:
		return "", false
	}
	q = strings.NewReplacer(sqliteWords.frequent, "", sqliteWords.inbox, "", sqliteWords.each, postgresWords.each).Replace(q)
	return sqlx.Rebind(sqlx.DOLLAR, q), true
}

// Prepared are the statements of the writer of a store that is closed.
func (s *Store) Prepared() []string {
	return slices.AppendSeq(slices.Collect(maps.Keys(s.writer.tx.stmts)), maps.Keys(s.writer.tx.writes))
}

type overheard struct {
	driver driver.Driver
	name   string
	tell   func(string)
}

func (o overheard) Driver() driver.Driver { return o.driver }

func (o overheard) Connect(context.Context) (driver.Conn, error) {
	c, err := o.driver.Open(o.name)
	if err != nil {
		return nil, err
	}
	return overheardConn{c.(*sqlite3.SQLiteConn), o.tell}, nil
}

type overheardConn struct {
	*sqlite3.SQLiteConn
	tell func(string)
}

func (c overheardConn) QueryContext(ctx context.Context, q string, args []driver.NamedValue) (driver.Rows, error) {
	c.tell(q)
	return c.SQLiteConn.QueryContext(ctx, q, args)
}

func (c overheardConn) PrepareContext(ctx context.Context, q string) (driver.Stmt, error) {
	c.tell(q)
	return c.SQLiteConn.PrepareContext(ctx, q)
}
