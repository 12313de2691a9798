package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"hejie/server/store"
)

type restoreCommand struct {
	Place
	From string `arg:"" type:"existingdir" help:"Folder that \"hejie backup\" made."`
}

// Run is `hejie restore`: it checks every hash of the manifest and every chain of the log before the installation gets its name,
// and never overwrites one.
func (r restoreCommand) Run(ctx context.Context, to console, all Common) error {
	f := all.folder()
	if err := f.empty(); err != nil {
		return err
	}
	if f.server != "" { // before anything is read and sent, which may take hours
		if _, err := f.exists(); err != nil {
			return err
		}
	}
	part := folder{path: f.path + ".restoring"}
	if err := os.RemoveAll(part.path); err != nil {
		return err
	}
	v, missing, err := r.restore(ctx, part, f.server)
	if err == nil && f.server != "" {
		err = part.moveTo(ctx, f.server)
	}
	if err == nil {
		if err = os.Remove(f.path); errors.Is(err, fs.ErrNotExist) { // an empty folder gives way
			err = nil
		}
	}
	if err == nil {
		err = os.Rename(part.path, f.path)
	}
	if err != nil {
		return errors.Join(err, os.RemoveAll(part.path))
	}
	err = to.printf("restored into %s: %s, %s, %s, all chains hold\n", f.where(), count(v.Cases, "case"), count(v.Enterprises, "enterprise"), count(v.Events, "event"))
	return errors.Join(err, lacking("all that the backup has is restored", missing))
}

// empty refuses a folder with anything in it.
func (f folder) empty() error {
	list, err := os.ReadDir(f.path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err == nil && len(list) > 0 {
		return fmt.Errorf("%s is not empty: nothing is overwritten; move it away or name another folder with --data", f)
	}
	return err
}

// moveTo moves the database of a folder that is being restored to a server.
func (f folder) moveTo(ctx context.Context, server string) error {
	if _, err := store.Copy(ctx, f.file(), server); err != nil {
		return err
	}
	return errors.Join(os.Remove(f.file()), os.Remove(f.file()+".lock"))
}

// restore also gives the files of evidence that the backup has not. Nothing is sent when the server, if any, has another installation.
func (r restoreCommand) restore(ctx context.Context, to folder, server string) (v store.Verified, missing []string, err error) {
	m, err := r.copyBack(ctx, to)
	if err != nil {
		return v, nil, err
	}
	if err := errors.Join(to.needed(), to.checkSecret(), store.CheckBackup(ctx, to.database())); err != nil {
		return v, nil, err
	}
	st, err := store.Open(to.database(), store.Options{})
	if err != nil {
		return v, nil, err
	}
	v, err = st.Verify(ctx)
	if err := errors.Join(err, st.Close(), os.Remove(to.database()+".lock")); err != nil {
		return v, nil, err
	}
	if server != "" {
		if err := store.CanCopy(ctx, to.file(), server); err != nil {
			return v, nil, err
		}
	}
	if missing, err = m.missing(ctx, to.file()); err != nil {
		return v, nil, err
	}
	return v, missing, r.restoreEvidence(ctx, m, to)
}

// copyBack copies every file of the manifest into the folder, and compares it.
func (r restoreCommand) copyBack(ctx context.Context, to folder) (m manifest, err error) {
	b, err := os.ReadFile(filepath.Join(r.From, manifestName))
	if err != nil {
		return m, fmt.Errorf("%s is no backup: %w", r.From, err)
	}
	if err := json.Unmarshal(b, &m); err != nil {
		return m, fmt.Errorf("%s: %w", manifestName, err)
	}
	for _, name := range []string{databaseName, secretName} {
		if !slices.ContainsFunc(m.Files, func(s savedFile) bool { return s.Path == name }) {
			return m, fmt.Errorf("%s is no backup: its %s does not name %s", r.From, manifestName, name)
		}
	}
	for _, s := range m.Files {
		if err := ctx.Err(); err != nil {
			return m, err
		}
		if !filepath.IsLocal(filepath.FromSlash(s.Path)) {
			return m, fmt.Errorf("%s names %q, which is not in the backup", manifestName, s.Path)
		}
		dst := filepath.Join(to.path, filepath.FromSlash(s.Path))
		if err := os.MkdirAll(filepath.Dir(dst), 0o700); err != nil {
			return m, err
		}
		have, err := copyFile(filepath.Join(r.From, filepath.FromSlash(s.Path)), dst)
		if err != nil {
			return m, err
		}
		if have.SHA256 != s.SHA256 {
			return m, fmt.Errorf("%s is not what was saved: its hash differs from the manifest's", s.Path)
		}
	}
	return m, nil
}
