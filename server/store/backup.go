package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/jmoiron/sqlx"

	"hejie/server/app"
)

// Backup writes a compact copy of one moment of a database, which other processes may have open and write to, into a file; one that was
// there is replaced. The copy is checked before it gets its name. It is a file whatever database it is of. Evidence is copied after it, by
// the caller: the copy names no file that is not there yet.
func Backup(ctx context.Context, from, to string) error {
	dir, part := filepath.Dir(to), to+".part"
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	if err := remove(part); err != nil {
		return err
	}
	copyInto := vacuumInto
	if isPostgres(from) {
		copyInto = copyServer
	}
	err := copyInto(ctx, from, part)
	if err == nil {
		err = CheckBackup(ctx, part)
	}
	if err != nil {
		return errors.Join(err, remove(part))
	}
	if err := syncAll(part); err != nil {
		return err
	}
	if err := os.Rename(part, to); err != nil {
		return err
	}
	return syncAll(dir)
}

// CheckBackup says whether the file is whole and of a schema that this program can open. Store.Verify on the restored file walks
// its chains.
func CheckBackup(ctx context.Context, path string) error {
	db, err := sql.Open("sqlite3", dsn(path, "mode=ro", "_busy_timeout=5000"))
	if err != nil {
		return err
	}
	defer db.Close()
	var said string
	if err := db.QueryRowContext(ctx, `PRAGMA quick_check(1)`).Scan(&said); err != nil {
		return fmt.Errorf("check of %s: %w", path, err)
	}
	if said != "ok" {
		return fmt.Errorf("check of %s: %s", path, said)
	}
	have, err := sqliteWords.schemaVersion(ctx, db)
	if err != nil {
		return err
	}
	want, err := sqliteWords.latest()
	switch {
	case err != nil:
		return err
	case have == 0:
		return fmt.Errorf("%s is no database of this program", path)
	case have > want:
		return fmt.Errorf("%s has schema %d, this program knows %d: %w", path, have, want, ErrNewer)
	}
	return nil
}

// FilesIn gives the files of evidence that a database names, by id; also of one that another process has open.
func FilesIn(ctx context.Context, at string) (files []app.FileRow, err error) {
	var db *sqlx.DB
	if isPostgres(at) {
		db, err = openPostgres(at, 1, true, nil)
	} else { // what is not there is not made
		db, err = sqlx.Open("sqlite3", dsn(at, "mode=ro", "_busy_timeout=5000"))
	}
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	return list(ctx, reader{q: db}, scanFile, selectFile+` WHERE mime <> '' ORDER BY id`)
}

// vacuumInto copies on a connection of its own: one that is query_only refuses.
func vacuumInto(ctx context.Context, from, to string) error {
	db, err := sql.Open("sqlite3", dsn(from, "mode=rw", "_busy_timeout=5000"))
	if err != nil {
		return err
	}
	_, err = db.ExecContext(ctx, `VACUUM INTO ?`, to)
	return errors.Join(err, db.Close())
}

// copyServer copies one moment of a database on a server into a new file.
func copyServer(ctx context.Context, from, to string) error {
	have, err := Status(ctx, from)
	if err != nil {
		return err
	}
	if have.Version != have.Latest { // opening it would migrate it
		return fmt.Errorf("the database has schema %d, this program's is %d: save it with the program that serves it", have.Version, have.Latest)
	}
	if _, err = Copy(ctx, from, to); err == nil {
		err = withoutLog(ctx, to)
	}
	return errors.Join(err, remove(to+".lock"))
}

// withoutLog makes of a file one that has no write-ahead log: who only reads one that has leaves two more files beside it.
func withoutLog(ctx context.Context, path string) error {
	db, err := sql.Open("sqlite3", dsn(path, "mode=rw", "_busy_timeout=5000"))
	if err != nil {
		return err
	}
	_, err = db.ExecContext(ctx, `PRAGMA journal_mode = DELETE`)
	return errors.Join(err, db.Close())
}

func remove(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}

func syncAll(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
