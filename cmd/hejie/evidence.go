package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"

	"hejie/negotiation"
	"hejie/server/app"
	"hejie/server/evidence"
	"hejie/server/store"
)

// vault of an installation.
type vault interface {
	app.Vault
	io.Closer
	// Ping says whether it answers.
	Ping(ctx context.Context) error
}

// shelf is evidence to be read.
type shelf interface {
	io.Closer
	// Open gives the bytes of a file, or not_found.
	Open(ctx context.Context, id string) (io.ReadSeekCloser, error)
}

// Place is where the evidence lies. All commands of one installation are told the same.
type Place struct {
	Evidence string `help:"Bucket of the evidence; default the folder \"evidence\" of the installation." placeholder:"s3://BUCKET/PREFIX"`
	Endpoint string `help:"S3 server of the bucket. Default ${default}." name:"evidence-endpoint" default:"https://s3.amazonaws.com" placeholder:"URL"`
	Region   string `help:"Region of the bucket. Default ${default}." name:"evidence-region" default:"us-east-1" placeholder:"NAME"`
	Keys     string `help:"AWS credentials file; else AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are taken from the environment." name:"evidence-credentials" type:"existingfile" placeholder:"FILE"`
}

// Validate refuses what says how to reach a bucket while none is named: evidence would go to the folder, unnoticed.
func (p Place) Validate() error {
	if p.Evidence == "" && (p.Endpoint != amazon || p.Keys != "") {
		return errors.New("--evidence-endpoint and --evidence-credentials go with --evidence s3://BUCKET/PREFIX")
	}
	return nil
}

// amazon is the endpoint of who names none.
const amazon = "https://s3.amazonaws.com"

// bucket and prefix, which ends in a slash when there is one.
func (p Place) bucket() (bucket, prefix string, err error) {
	u, err := url.Parse(p.Evidence)
	if err != nil || u.Scheme != "s3" || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return "", "", fmt.Errorf("--evidence %q is not s3://BUCKET/PREFIX", p.Evidence)
	}
	if prefix = strings.Trim(u.Path, "/"); prefix != "" {
		prefix += "/"
	}
	return u.Host, prefix, nil
}

// check refuses what cannot be, without asking the server.
func (p Place) check() error {
	if p.Evidence == "" {
		return nil
	}
	if _, _, err := p.bucket(); err != nil {
		return err
	}
	_, err := evidence.ReadKeys(p.Keys) // never on the command line, where others could read them
	return err
}

// open gives the evidence of an installation. In S3 it is tried out first.
func (p Place) open(ctx context.Context, f folder) (vault, error) {
	if p.Evidence == "" {
		return orNil(evidence.Open(f.evidence()))
	}
	return orNil(p.openS3(ctx))
}

// orNil keeps a nil of a type from looking like a vault.
func orNil[V vault](v V, err error) (vault, error) {
	if err != nil {
		return nil, err
	}
	return v, nil
}

func (p Place) openS3(ctx context.Context) (*evidence.S3, error) {
	bucket, prefix, err := p.bucket()
	if err != nil {
		return nil, err
	}
	keys, err := evidence.ReadKeys(p.Keys)
	if err != nil {
		return nil, err
	}
	return evidence.OpenS3(ctx, evidence.S3Options{Endpoint: p.Endpoint, Region: p.Region, Bucket: bucket, Prefix: prefix, Keys: keys})
}

// look opens the evidence to read it; a folder is left as it is, also beside a running server, which has uploads half written.
func (p Place) look(ctx context.Context, f folder) (shelf, error) {
	if p.Evidence == "" {
		return lookedAt{f}, nil
	}
	return orNil(p.openS3(ctx))
}

// lookedAt is the folder's evidence, read only.
type lookedAt struct{ folder }

func (l lookedAt) path(id string) string {
	file, _ := app.FileOf(id)
	return filepath.Join(l.evidence(), file[len(file)-2:], id)
}

func (lookedAt) Close() error { return nil }

func (l lookedAt) Open(_ context.Context, id string) (io.ReadSeekCloser, error) {
	f, err := os.Open(l.path(id))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, negotiation.NewError(negotiation.CodeNotFound)
	}
	return f, err
}

// readFile copies a file of evidence and says whether it is there and what was uploaded.
func readFile(ctx context.Context, v shelf, id, sum string, to io.Writer) (there bool, err error) {
	f, err := v.Open(ctx, id)
	if negotiation.CodeOf(err) == negotiation.CodeNotFound {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	h := sha256.New()
	_, err = io.Copy(io.MultiWriter(h, to), f)
	if err := errors.Join(err, f.Close()); err != nil {
		return true, err
	}
	if hex.EncodeToString(h.Sum(nil)) != sum {
		return true, fmt.Errorf("file %s is not what was uploaded: its hash differs", id)
	}
	return true, nil
}

// verifyFiles reads all evidence. Uploads that no case names may go meanwhile.
func (p Place) verifyFiles(ctx context.Context, to console, f folder) (err error) {
	files, err := store.FilesIn(ctx, f.database())
	if err != nil {
		return err
	}
	v, err := p.look(ctx, f)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, v.Close()) }()
	for _, row := range files {
		switch there, err := readFile(ctx, v, row.ID, row.SHA256, io.Discard); {
		case err != nil:
			return err
		case !there && row.Case != "":
			return fmt.Errorf("file %s of case %s is not there", row.ID, row.Case)
		}
	}
	return to.printf("%s of evidence: all hashes hold\n", count(len(files), "file"))
}

// checkEvidence says whether the vault takes and gives, and has what cases name. A bucket is tried out also before there is an installation.
func (c doctorCommand) checkEvidence(f folder) func(context.Context) []finding {
	return func(ctx context.Context) []finding {
		what := "evidence"
		there, err := f.exists()
		there = there && err == nil // else that was said
		if !there && c.Evidence == "" {
			return nil
		}
		v, err := c.look(ctx, f)
		if err != nil {
			return []finding{failed(what, err)}
		}
		n := 0
		if there {
			n, err = c.missing(ctx, v, f)
		}
		if err := errors.Join(err, v.Close()); err != nil {
			return []finding{failed(what, err)}
		}
		if bucket, ok := v.(*evidence.S3); ok {
			what += " in " + bucket.String()
		}
		if n > 0 {
			return []finding{{what: what, todo: fmt.Sprintf("evidence that cases name is not there, %s: is --evidence right? Else restore a backup", count(n, "file"))}}
		}
		return []finding{{what: what}}
	}
}

// held are the ids of all files in the bucket.
func held(ctx context.Context, v *evidence.S3) (map[string]bool, error) {
	ids := make(map[string]bool)
	return ids, v.Each(ctx, "", func(id string, _ time.Time) error { ids[id] = true; return nil })
}

// missing counts files that cases name and that are not on the shelf.
func (c doctorCommand) missing(ctx context.Context, v shelf, f folder) (n int, err error) {
	files, err := store.FilesIn(ctx, f.database())
	if err != nil {
		return 0, err
	}
	var here map[string]bool
	if bucket, ok := v.(*evidence.S3); ok { // a thousand at a time instead of one by one
		if here, err = held(ctx, bucket); err != nil {
			return 0, err
		}
	}
	for _, row := range files {
		if row.Case == "" || here[row.ID] {
			continue
		}
		o, err := v.Open(ctx, row.ID)
		if negotiation.CodeOf(err) == negotiation.CodeNotFound {
			n++
			continue
		}
		if err == nil {
			err = o.Close()
		}
		if err != nil {
			return n, err
		}
	}
	return n, nil
}

// saveObjects names or copies the evidence in S3 that the saved database names. Copies without metadata are not saved: they are made
// again when somebody wants one.
func (b backupCommand) saveObjects(ctx context.Context, to string, m *manifest) (err error) {
	files, err := store.FilesIn(ctx, filepath.Join(to, databaseName))
	if err != nil {
		return err
	}
	v, err := b.openS3(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, v.Close()) }()
	if !b.CopyEvidence {
		m.Elsewhere = &savedElsewhere{In: v.String(), Files: []savedFile{}}
	}
	here, err := held(ctx, v)
	if err != nil {
		return err
	}
	for _, row := range files {
		there := here[row.ID]
		s := savedFile{Path: row.ID, Size: row.Size, SHA256: row.SHA256}
		if there && b.CopyEvidence {
			s.Path = strings.Join([]string{evidenceName, row.ID[len(row.ID)-2:], row.ID}, "/")
			if there, err = download(ctx, v, row, filepath.Join(to, filepath.FromSlash(s.Path))); err != nil {
				return err
			}
		}
		switch {
		case !there: // an orphan that went meanwhile, else the manifest will miss it
		case b.CopyEvidence:
			m.Files = append(m.Files, s)
		default:
			m.Elsewhere.Files = append(m.Elsewhere.Files, s)
		}
	}
	return nil
}

func download(ctx context.Context, v shelf, row app.FileRow, dst string) (there bool, err error) {
	if err := os.MkdirAll(filepath.Dir(dst), 0o700); err != nil {
		return false, err
	}
	out, err := os.OpenFile(dst, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return false, err
	}
	there, err = readFile(ctx, v, row.ID, row.SHA256, out)
	err = errors.Join(err, out.Sync(), out.Close())
	if !there {
		err = errors.Join(err, os.Remove(dst))
	}
	return there, err
}

// restoreEvidence makes sure that the evidence is where the installation will look for it: it is sent to the bucket, or, when the
// backup only names it, read there and compared.
func (r restoreCommand) restoreEvidence(ctx context.Context, m manifest, to folder) (err error) {
	if r.Evidence == "" {
		if m.Elsewhere != nil {
			return fmt.Errorf("the evidence is not in the backup but in %s: name it with --evidence", m.Elsewhere.In)
		}
		return os.MkdirAll(to.evidence(), 0o700) // also for none
	}
	v, err := r.openS3(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, v.Close()) }()
	if m.Elsewhere != nil {
		return m.Elsewhere.compare(ctx, v)
	}
	for _, s := range m.Files {
		id := path.Base(s.Path)
		if _, ok := app.FileOf(id); !ok || !strings.HasPrefix(s.Path, evidenceName+"/") {
			continue
		}
		if err := send(ctx, v, id, s, filepath.Join(to.path, filepath.FromSlash(s.Path))); err != nil {
			return err
		}
	}
	return os.RemoveAll(to.evidence())
}

// compare reads the files that a backup only names.
func (e savedElsewhere) compare(ctx context.Context, v *evidence.S3) error {
	for _, s := range e.Files {
		there, err := readFile(ctx, v, s.Path, s.SHA256, io.Discard)
		if err == nil && !there {
			err = fmt.Errorf("file %s of the backup is not in %s", s.Path, v)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// send a file of evidence to the vault.
func send(ctx context.Context, v app.Vault, id string, s savedFile, src string) error {
	in, err := os.Open(src)
	if err != nil {
		return err
	}
	stored, err := v.Put(ctx, id, in, s.Size)
	if err := errors.Join(err, in.Close()); err != nil {
		return err
	}
	if stored.SHA256 != s.SHA256 {
		return fmt.Errorf("%s is not what was saved: its hash differs from the manifest's", s.Path)
	}
	return nil
}
