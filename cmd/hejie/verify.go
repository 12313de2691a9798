package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"

	"hejie/server/store"
)

// snapshot is a database opened for looking at: the installation's own when nobody has it open, else a copy of this moment.
type snapshot struct {
	*store.Store
	dir string // of the copy
}

func openSnapshot(ctx context.Context, f folder) (snapshot, error) {
	if err := f.needed(); err != nil {
		return snapshot{}, err
	}
	if err := f.current(ctx); err != nil {
		return snapshot{}, err
	}
	s, err := store.Open(f.database(), store.Options{})
	if err == nil || !errors.Is(err, store.ErrInUse) {
		return snapshot{Store: s}, err
	}
	return openCopy(ctx, f)
}

// current refuses a database of another version than the program's: looking does not migrate.
func (f folder) current(ctx context.Context) error {
	s, err := store.Status(ctx, f.database())
	switch {
	case err != nil:
		return err
	case s.Version > s.Latest:
		return store.ErrNewer
	case s.Version < s.Latest:
		return fmt.Errorf("the database has schema %d, this program wants %d: run \"hejie migrate up\" first", s.Version, s.Latest)
	}
	return nil
}

func openCopy(ctx context.Context, f folder) (_ snapshot, err error) {
	var c snapshot
	if c.dir, err = os.MkdirTemp("", "hejie-look-"); err != nil {
		return c, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.RemoveAll(c.dir))
		}
	}()
	path, err := store.Backup(ctx, f.database(), c.dir)
	if err != nil {
		return c, err
	}
	c.Store, err = store.Open(path, store.Options{})
	return c, err
}

// Close closes the database and removes the copy.
func (s snapshot) Close() error {
	err := s.Store.Close()
	if s.dir != "" {
		err = errors.Join(err, os.RemoveAll(s.dir))
	}
	return err
}

// rebuilt says whether the derived tables are what the log says. The copy is changed by it.
func (s snapshot) rebuilt(ctx context.Context) (bool, error) {
	var before, after bytes.Buffer
	err := s.DumpDerived(ctx, &before)
	if err == nil {
		err = s.Rebuild(ctx)
	}
	if err == nil {
		err = s.DumpDerived(ctx, &after)
	}
	return bytes.Equal(before.Bytes(), after.Bytes()), err
}

type verifyCommand struct{}

// Run is `hejie verify`. The error is the first link that does not hold.
func (verifyCommand) Run(ctx context.Context, to console, all Common) error {
	s, err := openSnapshot(ctx, all.folder())
	if err != nil {
		return err
	}
	v, err := s.Verify(ctx)
	if err := errors.Join(err, s.Close()); err != nil {
		return err
	}
	return to.printf("%d cases, %d enterprises, %d events: all chains hold\n", v.Cases, v.Enterprises, v.Events)
}
