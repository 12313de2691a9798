package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/jmoiron/sqlx"

	"hejie/server/app"
)

// TakesWrites says whether whoever opens the database could write to it, without writing: a server that is a standby or was told to refuse, and a
// file that is not ours to change, are app.ErrReadOnly.
func TakesWrites(ctx context.Context, at string) error {
	if !isPostgres(at) {
		return fileTakesWrites(at)
	}
	db, err := openReaders(at, 1, nil)
	if err != nil {
		return err
	}
	return errors.Join(serverTakesWrites(ctx, db), db.Close())
}

func serverTakesWrites(ctx context.Context, db *sqlx.DB) error {
	var is struct{ Standby, Refuses bool }
	err := db.GetContext(ctx, &is, `SELECT pg_is_in_recovery() AS standby, current_setting('transaction_read_only')::bool AS refuses`)
	switch {
	case is.Standby:
		return fmt.Errorf("%w: it is a standby", app.ErrReadOnly)
	case is.Refuses:
		return fmt.Errorf("%w: default_transaction_read_only is on", app.ErrReadOnly)
	}
	return err
}

// fileTakesWrites looks at what SQLite writes beside the file, too: a command that somebody else ran may have left it.
func fileTakesWrites(path string) error {
	for _, name := range []string{path, path + "-wal", path + "-shm"} {
		f, err := os.OpenFile(name, os.O_RDWR, 0)
		switch {
		case err == nil:
			err = f.Close()
		case name != path && errors.Is(err, fs.ErrNotExist):
			err = nil
		}
		if err != nil {
			return fmt.Errorf("%w: %w", app.ErrReadOnly, err)
		}
	}
	return nil
}
