package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"

	"hejie/server/app"
	"hejie/server/store"
)

// folder is where an installation lies: the database, its secret beside it, and the evidence. The database may be on a server instead;
// then several replicas share it, and each has the same secret and evidence in its folder.
type folder struct {
	path   string
	server string // URL of the database; "": the file in the folder
}

func (f folder) String() string { return f.path }

const (
	databaseName = "hejie.db"
	secretName   = "hejie.secret"
	evidenceName = "evidence"
	demoName     = "demo" // within the folder of an installation
)

// database is what the store is opened with.
func (f folder) database() string {
	if f.server != "" {
		return f.server
	}
	return f.file()
}

func (f folder) file() string     { return filepath.Join(f.path, databaseName) }
func (f folder) secret() string   { return filepath.Join(f.path, secretName) }
func (f folder) evidence() string { return filepath.Join(f.path, evidenceName) }

// exists says whether there is an installation.
func (f folder) exists() (bool, error) {
	if f.server == "" {
		return there(f.file())
	}
	s, err := store.Status(context.Background(), f.server) // ends with the time for connecting
	if err != nil {
		return false, fmt.Errorf("--database: %w", err)
	}
	return s.Version > 0, nil
}

func there(path string) (bool, error) {
	_, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}

// needed is the error of a command that wants an installation where there is none; it says what is there instead.
func (f folder) needed() error {
	if f.server != "" {
		ok, err := f.exists()
		if err == nil && !ok {
			err = fmt.Errorf("there is no installation in %s: start one with \"hejie serve\", or name another with --database", f.where())
		}
		return err
	}
	info, err := os.Stat(f.path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("there is no installation in %s, and no such folder: start one with \"hejie serve\", or name another with --data", f)
	case err != nil:
		return err
	case !info.IsDir():
		return fmt.Errorf("there is no installation in %s, which is a file: name the folder in which it lies with --data", f)
	}
	if ok, err := f.exists(); err != nil || ok {
		return err
	}
	if err := f.refuseMoved(); err != nil {
		return err
	}
	demo := folder{path: filepath.Join(f.path, demoName)}
	if ok, err := demo.exists(); err != nil || ok {
		return errors.Join(err, fmt.Errorf("there is no installation in %s, only a demo: name it with --data %s", f, demo))
	}
	return fmt.Errorf("there is no installation in %s: start one with \"hejie serve\", or name another with --data", f)
}

// where the database is, without a password.
func (f folder) where() string {
	if u, err := url.Parse(f.server); err == nil && f.server != "" {
		return u.Redacted()
	}
	return f.path
}

// movedName is what `hejie migrate copy` calls the file that it moved to a server.
const movedName = databaseName + ".moved"

// refuseMoved keeps a new installation from beginning where one was moved away, when somebody forgets to name the server.
func (f folder) refuseMoved() error {
	if f.server != "" {
		return nil
	}
	if ok, err := there(f.file()); err != nil || ok {
		return err
	}
	left := filepath.Join(f.path, movedName)
	ok, err := there(left)
	if ok {
		err = fmt.Errorf("the database of %s was moved to a server: name it with --database (or, to go back to the file as it was then, rename %s)", f, left)
	}
	return err
}

// openSecret reads the secret of the installation, and makes one for a new installation. A database without its secret is refused:
// with another one its codes and order numbers would fit nothing.
func (f folder) openSecret() (app.Secret, error) {
	if err := f.refuseMoved(); err != nil {
		return app.Secret{}, err
	}
	b, err := os.ReadFile(f.secret())
	switch {
	case errors.Is(err, fs.ErrNotExist):
		switch ok, err := f.exists(); {
		case err != nil:
			return app.Secret{}, err
		case ok:
			return app.Secret{}, fmt.Errorf("%s is missing: put it back from a backup or another replica, it belongs to the database", f.secret())
		}
		return f.newSecret()
	case err != nil:
		return app.Secret{}, err
	}
	if err := f.checkSecret(); err != nil {
		return app.Secret{}, err
	}
	return app.Secret(b), nil
}

// checkSecret says what is wrong with the secret's file.
func (f folder) checkSecret() error {
	info, err := os.Stat(f.secret())
	switch {
	case err != nil:
		return err
	case info.Size() != int64(len(app.Secret{})):
		return fmt.Errorf("%s has %d bytes, not %d: put it back from a backup", f.secret(), info.Size(), len(app.Secret{}))
	case info.Mode().Perm()&0o077 != 0:
		return fmt.Errorf("%s can be read by others: chmod 600 it", f.secret())
	}
	return nil
}

// seal ties the secret to the database the first time, and refuses another one from then on: a replica's, or of another backup.
func (f folder) seal(ctx context.Context, s *store.Store, secret app.Secret) error {
	err := s.Seal(ctx, secret.Sum("seal"))
	if errors.Is(err, store.ErrOtherSecret) {
		err = fmt.Errorf("%s: %w: put the right one back from a backup or another replica", f.secret(), err)
	}
	return err
}

func (f folder) newSecret() (app.Secret, error) {
	if err := os.MkdirAll(f.path, 0o700); err != nil {
		return app.Secret{}, err
	}
	s := app.NewSecret()
	err := writeNew(f.secret(), s[:])
	if errors.Is(err, fs.ErrExist) { // another replica started in the same folder at the same moment
		return f.openSecret()
	}
	return s, err
}

// writeNew writes a file, whole and on disk before it has its name. One that is there already stays, and the error is fs.ErrExist.
func writeNew(path string, b []byte) error { return writeWhole(path, b, os.Link) }

// writeOver is writeNew in place of what is there.
func writeOver(path string, b []byte) error { return writeWhole(path, b, os.Rename) }

func writeWhole(path string, b []byte, name func(from, to string) error) error {
	out, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".part-*") // nobody else may read it
	if err != nil {
		return err
	}
	_, err = out.Write(b)
	if err = errors.Join(err, out.Sync(), out.Close()); err == nil {
		err = name(out.Name(), path)
	}
	if e := os.Remove(out.Name()); !errors.Is(e, fs.ErrNotExist) {
		err = errors.Join(err, e)
	}
	if err != nil {
		return err
	}
	return syncFolder(filepath.Dir(path))
}

func syncFolder(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
