package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"hejie/server/app"
	"hejie/server/store"
)

// snapshot is a database opened for looking at: the installation's own when nobody has it open, else a copy of this moment.
type snapshot struct {
	*store.Store
	years *app.Yearbook // what the installation knows of the calendar
	dir   string        // of the copy
}

// lookAt opens a database for looking at.
func lookAt(ctx context.Context, path string) (snapshot, error) {
	years := app.NewYearbook()
	s, err := store.Open(path, store.Options{})
	if err != nil {
		return snapshot{}, err
	}
	if err := years.Load(ctx, s.Plain(), app.RealClock{}.Now()); err != nil {
		return snapshot{}, errors.Join(err, s.Close())
	}
	return snapshot{Store: s, years: years}, nil
}

func openSnapshot(ctx context.Context, f folder) (snapshot, error) {
	if err := f.needed(); err != nil {
		return snapshot{}, err
	}
	if err := f.current(ctx); err != nil {
		return snapshot{}, err
	}
	s, err := lookAt(ctx, f.database())
	if errors.Is(err, store.ErrInUse) {
		return openCopy(ctx, f)
	}
	return s, err
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

func openCopy(ctx context.Context, f folder) (c snapshot, err error) {
	dir, err := os.MkdirTemp("", "hejie-look-")
	if err != nil {
		return c, err
	}
	path := filepath.Join(dir, databaseName)
	if err = store.Backup(ctx, f.database(), path); err == nil {
		c, err = lookAt(ctx, path)
	}
	if err != nil {
		return c, errors.Join(fmt.Errorf("looking at a copy, made in %s (TMPDIR names another place): %w", os.TempDir(), err), os.RemoveAll(dir))
	}
	c.dir = dir
	return c, nil
}

// Close closes the database and removes the copy.
func (s snapshot) Close() error {
	err := s.Store.Close()
	if s.dir != "" {
		err = errors.Join(err, os.RemoveAll(s.dir))
	}
	return err
}

// rebuilt says whether the derived tables are what the log says. The copy is changed by it. Sums are compared: the tables may be larger
// than the memory.
func (s snapshot) rebuilt(ctx context.Context) (bool, error) {
	before, after := sha256.New(), sha256.New()
	err := s.DumpDerived(ctx, before)
	if err == nil {
		err = s.Rebuild(ctx)
	}
	if err == nil {
		err = s.DumpDerived(ctx, after)
	}
	return bytes.Equal(before.Sum(nil), after.Sum(nil)), err
}
