package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"hejie/server/store"
)

// manifest is what a backup says of itself.
type manifest struct {
	Program string      `json:"program"`
	Made    time.Time   `json:"made"`
	Files   []savedFile `json:"files"` // by path
	// Elsewhere are the files of evidence that the database names and that are not in the backup; nil when the evidence is in it.
	Elsewhere *savedElsewhere `json:"elsewhere,omitempty"`
}

// savedElsewhere says where evidence lies that is not in the backup.
type savedElsewhere struct {
	In    string      `json:"in"`
	Files []savedFile `json:"files"` // Path is the file's id
}

// savedFile of a backup. Path uses slashes.
type savedFile struct {
	Path   string `json:"path"`
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`
}

const manifestName = "manifest.json"

type backupCommand struct {
	Place
	CopyEvidence bool   `help:"Copy evidence that lies in S3 too; else the backup names its files and their hashes." env:"-"`
	To           string `arg:"" type:"path" help:"New folder."`
}

// Run is `hejie backup`. It works beside a running server: the database is copied as of one moment, and the evidence after it, so
// that the copy names no file that is not there. Files that are uploaded meanwhile may be in the copy without being named in it.
func (b backupCommand) Run(ctx context.Context, to console, all Common) error {
	f := all.folder()
	if err := f.needed(); err != nil {
		return err
	}
	if ok, err := there(b.To); err != nil || ok {
		return errors.Join(err, fmt.Errorf("%s is there already: a backup is a new folder", b.To))
	}
	if in, err := filepath.Rel(f.evidence(), b.To); err == nil && filepath.IsLocal(in) {
		return fmt.Errorf("%s lies in the folder of the evidence, which would be copied into itself: name a folder outside of %s", b.To, f.evidence())
	}
	part := b.To + ".part"
	if err := os.RemoveAll(part); err != nil {
		return err
	}
	m, missing, err := b.backup(ctx, f, part)
	if err == nil {
		err = os.Rename(part, b.To)
	}
	if err != nil {
		return errors.Join(err, os.RemoveAll(part))
	}
	var size int64
	for _, s := range m.Files {
		size += s.Size
	}
	if err := to.printf("%s, %s in %s; keep it where only you can read it: it holds the secret\n", count(len(m.Files), "file"), count(size, "byte"), b.To); err != nil {
		return err
	}
	if m.Elsewhere != nil {
		if err := to.printf("evidence stays in %s, %s of it: keep it there\n", m.Elsewhere.In, count(len(m.Elsewhere.Files), "file")); err != nil {
			return err
		}
	}
	return lacking("the backup is made", missing)
}

// lacking is the error of a command that did what it could.
func lacking(done string, missing []string) error {
	if len(missing) == 0 {
		return nil
	}
	return fmt.Errorf("%s, but evidence is not there or not what was uploaded: %s, first %s: see \"hejie verify --files\"", done, count(len(missing), "file"), missing[0])
}

// missing files of evidence: what the backup's database names and it does not have as it was uploaded.
func (m manifest) missing(ctx context.Context, database string) (ids []string, err error) {
	files, err := store.FilesIn(ctx, database)
	if err != nil {
		return nil, err
	}
	saved := make(map[string]string)
	list := m.Files
	if m.Elsewhere != nil {
		list = m.Elsewhere.Files
	}
	for _, s := range list {
		saved[path.Base(s.Path)] = s.SHA256
	}
	for _, row := range files {
		if sum, ok := saved[row.ID]; ok && sum != row.SHA256 || !ok && row.Case != "" { // an upload that no case names may go meanwhile
			ids = append(ids, row.ID)
		}
	}
	return ids, nil
}

// backup also gives the files of evidence that it has not.
func (b backupCommand) backup(ctx context.Context, f folder, to string) (m manifest, missing []string, err error) {
	m = manifest{Program: version(), Made: time.Now().UTC().Truncate(time.Second)}
	if err := b.saveFolder(ctx, f, to, &m); err != nil {
		return m, nil, err
	}
	if b.Evidence == "" {
		err = copyEvidence(ctx, f, to, &m)
	} else {
		err = b.saveObjects(ctx, to, &m)
	}
	if err == nil {
		missing, err = m.missing(ctx, filepath.Join(to, databaseName))
	}
	if err != nil {
		return m, nil, err
	}
	slices.SortFunc(m.Files, func(a, b savedFile) int { return strings.Compare(a.Path, b.Path) })
	j, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return m, nil, err
	}
	return m, missing, writeNew(filepath.Join(to, manifestName), append(j, '\n'))
}

// saveFolder copies everything but the evidence.
func (backupCommand) saveFolder(ctx context.Context, f folder, to string, m *manifest) error {
	if err := f.checkSecret(); err != nil {
		return err
	}
	database := filepath.Join(to, databaseName)
	if err := store.Backup(ctx, f.database(), database); err != nil {
		return err
	}
	if err := os.Chmod(database, 0o600); err != nil {
		return err
	}
	s, err := sumOf(database)
	if err != nil {
		return err
	}
	s.Path = databaseName
	m.Files = append(m.Files, s)
	if err := m.copy(f.secret(), to, secretName); err != nil {
		return err
	}
	err = m.copy(f.card(), to, cardName) // a copy of a demo is one too
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// copy takes a file into the backup under a name in it, which uses slashes.
func (m *manifest) copy(from, to, name string) error {
	s, err := copyFile(from, filepath.Join(to, filepath.FromSlash(name)))
	if err != nil {
		return err
	}
	s.Path = name
	m.Files = append(m.Files, s)
	return nil
}

func copyEvidence(ctx context.Context, f folder, to string, m *manifest) error {
	return filepath.WalkDir(f.evidence(), func(path string, d fs.DirEntry, err error) error {
		switch {
		case err == nil:
			err = ctx.Err()
		case errors.Is(err, fs.ErrNotExist): // an orphan that was removed meanwhile, or no evidence yet
			return nil
		}
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(f.path, path)
		if err != nil {
			return err
		}
		if d.IsDir() {
			if d.Name() == "tmp" { // half-written uploads
				return filepath.SkipDir
			}
			return os.MkdirAll(filepath.Join(to, rel), 0o700)
		}
		if err := m.copy(path, to, filepath.ToSlash(rel)); !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		return nil
	})
}

// copyFile copies, flushes and sums.
func copyFile(from, to string) (savedFile, error) {
	in, err := os.Open(from)
	if err != nil {
		return savedFile{}, err
	}
	out, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return savedFile{}, errors.Join(err, in.Close())
	}
	h := sha256.New()
	n, err := io.Copy(io.MultiWriter(out, h), in)
	return savedFile{Size: n, SHA256: hex.EncodeToString(h.Sum(nil))}, errors.Join(err, out.Sync(), out.Close(), in.Close())
}

func sumOf(path string) (savedFile, error) {
	in, err := os.Open(path)
	if err != nil {
		return savedFile{}, err
	}
	h := sha256.New()
	n, err := io.Copy(h, in)
	return savedFile{Size: n, SHA256: hex.EncodeToString(h.Sum(nil))}, errors.Join(err, in.Close())
}
