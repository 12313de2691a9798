package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"hejie/server/store"
)

type migrateCopy struct{}

// Run is `hejie migrate copy`. The file is given another name at the end, so that nobody goes on with it by mistake.
func (migrateCopy) Run(ctx context.Context, to console, all Common) error {
	f := all.folder()
	if f.server == "" {
		return errors.New("where to? Name the empty database with --database postgres://…")
	}
	here := folder{path: f.path}
	if err := here.needed(); err != nil {
		return err
	}
	if err := errors.Join(here.checkSecret(), here.current(ctx)); err != nil {
		return err
	}
	v, err := store.Copy(ctx, here.file(), f.server)
	if errors.Is(err, store.ErrInUse) {
		return fmt.Errorf("%w: stop the server", err)
	}
	if err != nil {
		return err
	}
	moved := filepath.Join(here.path, movedName)
	if err := os.Rename(here.file(), moved); err != nil {
		return err
	}
	return to.printf("%d cases, %d enterprises, %d events are in the database, every row compared, all chains hold.\n"+
		"Go on with --database; the file is now %s.\n", v.Cases, v.Enterprises, v.Events, moved)
}
