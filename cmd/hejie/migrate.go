package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"hejie/server/store"
)

type migrateCommand struct {
	Up     migrateUp     `cmd:"" help:"Bring the database up to this program; makes one when there is none."`
	Status migrateStatus `cmd:"" help:"Say where the database stands."`
	Copy   migrateCopy   `cmd:"" help:"Move hejie.db of the folder into the empty database that --database names, and compare all of it."`
}

type migrateUp struct{}

// Run is `hejie migrate up`.
func (migrateUp) Run(ctx context.Context, to console, all Common) error {
	f := all.folder()
	if _, err := f.openSecret(); err != nil {
		return err
	}
	s, err := store.Open(f.database(), store.Options{}) // has the lock, and migrates
	if err != nil {
		return err
	}
	if err := s.Close(); err != nil {
		return err
	}
	return migrateStatus{}.Run(ctx, to, all)
}

type migrateStatus struct{}

// Run is `hejie migrate status`.
func (migrateStatus) Run(ctx context.Context, to console, all Common) error {
	f := all.folder()
	if err := f.needed(); err != nil {
		return err
	}
	s, err := store.Status(ctx, f.database())
	if err != nil {
		return err
	}
	if err := to.printf("schema %d, this program's is %d\n", s.Version, s.Latest); err != nil || s.Version == s.Latest {
		return err
	}
	if s.Version > s.Latest {
		return store.ErrNewer
	}
	steps, err := store.Steps(ctx, f.database())
	if err != nil {
		return err
	}
	for _, step := range steps {
		holds := ""
		if len(step.Holds) > 0 {
			holds = ": while it runs, whoever writes to " + strings.Join(step.Holds, ", ") + " waits"
		}
		if err := to.printf("to come: %s%s\n", step.Name, holds); err != nil {
			return err
		}
	}
	return errors.New("run \"hejie migrate up\", or just start the server")
}

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
	return to.printf("in the database are %s, %s, %s, every row compared, all chains hold.\n"+
		"Go on with --database; the file is now %s.\n", count(v.Cases, "case"), count(v.Enterprises, "enterprise"), count(v.Events, "event"), moved)
}
