package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"hejie/server/app"
)

// folder is where an installation lies: the database, its secret beside it, and the evidence.
type folder string

const (
	databaseName = "hejie.db"
	secretName   = "hejie.secret"
	evidenceName = "evidence"
	demoName     = "demo" // within the folder of an installation
)

func (f folder) database() string { return filepath.Join(string(f), databaseName) }
func (f folder) secret() string   { return filepath.Join(string(f), secretName) }
func (f folder) evidence() string { return filepath.Join(string(f), evidenceName) }

// exists says whether there is an installation.
func (f folder) exists() (bool, error) { return there(f.database()) }

func there(path string) (bool, error) {
	_, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}

// needed is the error of a command that wants an installation where there is none; it says what is there instead.
func (f folder) needed() error {
	info, err := os.Stat(string(f))
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
	demo := folder(filepath.Join(string(f), demoName))
	if ok, err := demo.exists(); err != nil || ok {
		return errors.Join(err, fmt.Errorf("there is no installation in %s, only a demo: name it with --data %s", f, demo))
	}
	return fmt.Errorf("there is no installation in %s: start one with \"hejie serve\", or name another with --data", f)
}

// openSecret reads the secret of the installation, and makes one for a new installation. A database without its secret is refused:
// with another one its codes and order numbers would fit nothing.
func (f folder) openSecret() (app.Secret, error) {
	b, err := os.ReadFile(f.secret())
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if ok, err := f.exists(); err != nil || ok {
			return app.Secret{}, errors.Join(err, fmt.Errorf("%s is missing: put it back from a backup, it belongs to the database", f.secret()))
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

func (f folder) newSecret() (app.Secret, error) {
	if err := os.MkdirAll(string(f), 0o700); err != nil {
		return app.Secret{}, err
	}
	s := app.NewSecret()
	return s, writeNew(f.secret(), s[:])
}

// writeNew writes a file that is not there yet, whole and on disk before it has its name.
func writeNew(path string, b []byte) (err error) {
	part := path + ".part"
	out, err := os.OpenFile(part, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = out.ReadFrom(bytes.NewReader(b))
	if err = errors.Join(err, out.Sync(), out.Close()); err != nil {
		return errors.Join(err, os.Remove(part))
	}
	if err := os.Rename(part, path); err != nil {
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
