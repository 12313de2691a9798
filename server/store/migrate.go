package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"strings"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/database"

	"hejie/migrations"
)

// ErrNewer says that the file was written by a later version of the program.
var ErrNewer = errors.New("the database is newer than this program: use the newer program")

// Schema is the version of a file's schema and the one of this program.
type Schema struct{ Version, Latest int64 }

// Status gives the schema's version of a file without changing it.
func Status(ctx context.Context, path string) (Schema, error) {
	if _, err := os.Stat(path); err != nil {
		return Schema{}, err
	}
	db, err := sql.Open(readerDriver, dsn(path))
	if err != nil {
		return Schema{}, err
	}
	defer db.Close()
	s := Schema{}
	if s.Latest, err = latest(); err != nil {
		return s, err
	}
	s.Version, err = schemaVersion(ctx, db)
	return s, err
}

// Migrate brings the file's schema up to this program's and creates the file if there is none. A current one costs one query.
func Migrate(ctx context.Context, path string) error {
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
	return errors.Join(migrate(ctx, db), db.Close())
}

func migrate(ctx context.Context, db *sql.DB) error {
	want, err := latest()
	if err != nil {
		return err
	}
	have, err := schemaVersion(ctx, db)
	switch {
	case err != nil:
		return err
	case have == want:
		return nil
	case have > want:
		return fmt.Errorf("schema %d, this program knows %d: %w", have, want, ErrNewer)
	}
	files, err := fs.Sub(migrations.SQLite(), "sqlite")
	if err != nil {
		return err
	}
	p, err := goose.NewProvider(database.DialectSQLite3, db, files, goose.WithDisableGlobalRegistry(true), goose.WithLogger(goose.NopLogger()))
	if err != nil {
		return err
	}
	_, err = p.Up(ctx)
	return err
}

func schemaVersion(ctx context.Context, db *sql.DB) (v int64, err error) {
	var there int
	if err := db.QueryRowContext(ctx, `SELECT count(*) FROM sqlite_schema WHERE name = ?`, goose.DefaultTablename).Scan(&there); err != nil || there == 0 {
		return 0, err
	}
	err = db.QueryRowContext(ctx, `SELECT coalesce(max(version_id), 0) FROM `+goose.DefaultTablename+` WHERE is_applied`).Scan(&v)
	return v, err
}

// latest is the highest number of a migration of this program.
func latest() (v int64, err error) {
	files, err := fs.Glob(migrations.SQLite(), "sqlite/*.sql")
	if err != nil {
		return 0, err
	}
	for _, f := range files {
		number, _, _ := strings.Cut(strings.TrimPrefix(f, "sqlite/"), "_")
		n, err := strconv.ParseInt(number, 10, 64)
		if err != nil {
			return 0, fmt.Errorf("migration %s: %w", f, err)
		}
		v = max(v, n)
	}
	return v, nil
}
