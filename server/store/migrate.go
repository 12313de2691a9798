package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
)

// ErrNewer says that the file was written by a later version of the program.
var ErrNewer = errors.New("the database is newer than this program: use the newer program")

// Schema is the version of a database's schema and the one of this program.
type Schema struct{ Version, Latest int64 }

// Status gives the schema's version of a file, or of a database on a server, without changing it. Version is 0 for an empty database.
func Status(ctx context.Context, path string) (Schema, error) {
	if !isPostgres(path) {
		if _, err := os.Stat(path); err != nil {
			return Schema{}, err
		}
	}
	db, err := openReaders(path, 1, nil)
	if err != nil {
		return Schema{}, err
	}
	defer db.Close()
	s, w := Schema{}, wordsOf(path)
	if s.Latest, err = w.latest(); err != nil {
		return s, err
	}
	s.Version, err = w.schemaVersion(ctx, db.DB)
	return s, err
}

// Step of a schema that is to come.
type Step struct {
	Name  string   // "0007_reach"
	Holds []string // tables that were there before and cannot be written to, perhaps not read, until it is done
}

// Steps are those of this program that a database, as for Status, lacks; in their order.
func Steps(ctx context.Context, at string) (steps []Step, err error) {
	have, err := Status(ctx, at)
	if err != nil {
		return nil, err
	}
	w := wordsOf(at)
	files, err := w.files() // by name, so by number
	if err != nil {
		return nil, err
	}
	for _, f := range files {
		if f.number <= have.Version {
			continue
		}
		text, err := fs.ReadFile(w.steps, f.name)
		if err != nil {
			return nil, err
		}
		up, _, _ := strings.Cut(string(text), "-- +goose Down")
		steps = append(steps, Step{strings.TrimSuffix(f.name, ".sql"), held(up)})
	}
	return steps, nil
}

// held are the tables that statements take for themselves, and did not make.
func held(statements string) (tables []string) {
	made := regexp.MustCompile(`(?m)^CREATE TABLE (\w+)`).FindAllStringSubmatch(statements, -1)
	for _, m := range regexp.MustCompile(`(?m)^(?:CREATE (?:UNIQUE )?INDEX \w+ ON|ALTER TABLE|UPDATE|DELETE FROM|DROP TABLE) (\w+)`).FindAllStringSubmatch(statements, -1) {
		if !slices.ContainsFunc(made, func(own []string) bool { return own[1] == m[1] }) && !slices.Contains(tables, m[1]) {
			tables = append(tables, m[1])
		}
	}
	return tables
}

// Migrate brings the schema up to this program's and creates the file if there is none. A current one costs one query.
func Migrate(ctx context.Context, path string) error {
	if isPostgres(path) {
		return postgresWords.migrateShared(ctx, path)
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600) // what people say is in it: nobody else's to read
	if err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	db, err := sql.Open(writerDriver, dsn(path))
	if err != nil {
		return err
	}
	db.SetMaxOpenConns(1)
	return errors.Join(sqliteWords.migrate(ctx, db), db.Close())
}

// migrateShared lets one replica migrate, and the others that start at that moment wait until it has.
func (w *words) migrateShared(ctx context.Context, url string) (err error) {
	c, err := pgConfig(url)
	if err != nil {
		return err
	}
	delete(c.RuntimeParams, "lock_timeout") // another replica's migration may take its time
	delete(c.RuntimeParams, "idle_in_transaction_session_timeout")
	db := stdlib.OpenDB(*c)
	defer func() { err = errors.Join(err, db.Close()) }()
	if current, err := w.current(ctx, db); err != nil || current {
		return err
	}
	lock, err := db.Conn(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, lock.Close()) }()
	if err := takeTurn(ctx, lock); err != nil {
		return err
	}
	err = w.migrate(ctx, db)
	_, e := lock.ExecContext(context.WithoutCancel(ctx), `SELECT pg_advisory_unlock($1)`, migrateLock)
	return errors.Join(err, e)
}

// takeTurn asks for the lock until it is free. It does not wait in a statement: an index that is built beside writers waits for all
// statements begun before, and so for this one.
func takeTurn(ctx context.Context, lock *sql.Conn) error {
	for {
		var mine bool
		if err := lock.QueryRowContext(ctx, `SELECT pg_try_advisory_lock($1)`, migrateLock).Scan(&mine); err != nil || mine {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// current says whether the schema is this program's; a newer one is an error.
func (w *words) current(ctx context.Context, db *sql.DB) (bool, error) {
	want, err := w.latest()
	if err != nil {
		return false, err
	}
	have, err := w.schemaVersion(ctx, db)
	if err == nil && have > want {
		err = fmt.Errorf("schema %d, this program knows %d: %w", have, want, ErrNewer)
	}
	return have == want, err
}

func (w *words) migrate(ctx context.Context, db *sql.DB) error {
	if current, err := w.current(ctx, db); err != nil || current {
		return err
	}
	p, err := w.provider(db)
	if err != nil {
		return err
	}
	_, err = p.Up(ctx)
	return err
}

func (w *words) provider(db *sql.DB) (*goose.Provider, error) {
	return goose.NewProvider(w.goose, db, w.steps, goose.WithDisableGlobalRegistry(true), goose.WithLogger(goose.NopLogger()))
}

func (w *words) schemaVersion(ctx context.Context, db *sql.DB) (v int64, err error) {
	var there int
	if err := db.QueryRowContext(ctx, w.migrated).Scan(&there); err != nil || there == 0 {
		return 0, err
	}
	err = db.QueryRowContext(ctx, `SELECT coalesce(max(version_id), 0) FROM `+goose.DefaultTablename+` WHERE is_applied`).Scan(&v)
	return v, err
}

// latest is the highest number of a migration of this program.
func (w *words) latest() (v int64, err error) {
	files, err := w.files()
	for _, f := range files {
		v = max(v, f.number)
	}
	return v, err
}

// migration is a file of one.
type migration struct {
	name   string
	number int64
}

// files of this program's migrations by their names.
func (w *words) files() (list []migration, err error) {
	names, err := fs.Glob(w.steps, "*.sql")
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		number, _, _ := strings.Cut(name, "_")
		n, err := strconv.ParseInt(number, 10, 64)
		if err != nil {
			return nil, fmt.Errorf("migration %s: %w", name, err)
		}
		list = append(list, migration{name, n})
	}
	return list, nil
}
