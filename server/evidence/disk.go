// Package evidence keeps the bytes of uploaded files in a folder, or in a bucket of a server that speaks S3.
//
// # Pattern
//
// In a folder a file lies at <last two characters of its id>/<id>, which are random in the ids of app.NewID, so that no folder grows large. It
// is written under a temporary name, flushed, renamed, and the folder is flushed: what Put said is there survives a power cut, and
// a Put that fails or is cut off leaves nothing. Leftovers of a crash in the middle go when the folder is opened an hour later or after.
//
// In a bucket it is the object <prefix><id>, sent in one request when all of it is here and summed: no multipart uploads that
// somebody must tidy up, and the server keeps the whole object or none. A request whose answer was lost may have stored it: such an
// object has no row and goes like every orphan.
//
// # Concurrency and invariants
//
// Everything is safe for use by many at once, also by the processes of many replicas. Files are never changed. All
// paths go through os.Root, so no id leads out of the folder; and no key but <prefix><id> is ever read, written or removed.
package evidence

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"time"

	"hejie/negotiation"
	"hejie/server/app"
)

// Disk is an app.Vault in a folder.
type Disk struct{ root *os.Root }

const temporary = "tmp"

// Open makes the folder when there is none, and removes what was left half written an hour ago or earlier.
func Open(dir string) (*Disk, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil { // evidence is nobody else's to read
		return nil, err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	d := &Disk{root}
	if err := d.tidy(time.Now()); err != nil {
		return nil, errors.Join(err, root.Close())
	}
	return d, nil
}

// halfWritten is for how long nothing comes of a file that is still being written; what is older was left by a crash.
const halfWritten = time.Hour

// tidy makes the folder of half-written files, or removes from it what nobody writes any more. Replicas may share it, and one that starts
// leaves alone what the others are receiving.
func (d *Disk) tidy(now time.Time) error {
	if err := d.root.Mkdir(temporary, 0o700); !errors.Is(err, fs.ErrExist) {
		return err
	}
	found, err := fs.ReadDir(d.root.FS(), temporary)
	if err != nil {
		return err
	}
	for _, f := range found {
		info, err := f.Info()
		if err == nil && now.Sub(info.ModTime()) > halfWritten {
			err = d.root.Remove(path.Join(temporary, f.Name()))
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) { // written meanwhile, or another replica was first
			return err
		}
	}
	return nil
}

// Close gives the folder back; files that are open stay readable.
func (d *Disk) Close() error { return d.root.Close() }

// Ping says whether the folder is there.
func (d *Disk) Ping(context.Context) error {
	_, err := d.root.Stat(temporary)
	return err
}

// at is the path of an id, or not_found for what cannot be one.
func at(id string) (string, error) {
	base, err := known(id)
	if err != nil {
		return "", err
	}
	return path.Join(base[len(base)-2:], id), nil
}

// known gives the file's id in a vault's id, or not_found for what cannot be one.
func known(id string) (string, error) {
	base, ok := app.FileOf(id)
	if !ok {
		return "", negotiation.NewError(negotiation.CodeNotFound)
	}
	return base, nil
}

// Put stores what r gives; see app.Vault. An id that is there already is replaced.
func (d *Disk) Put(ctx context.Context, id string, r io.Reader, most int64) (_ app.Stored, err error) {
	to, err := at(id)
	if err != nil {
		return app.Stored{}, err
	}
	name := path.Join(temporary, app.NewID())
	f, err := d.root.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return app.Stored{}, full(err)
	}
	defer func() {
		if err != nil {
			if e := d.root.Remove(name); e != nil && !errors.Is(e, fs.ErrNotExist) {
				err = errors.Join(err, e)
			}
		}
	}()
	stored, err := receive(ctx, f, r, most)
	if err == nil {
		if err = f.Sync(); err != nil {
			err = full(err)
		}
	}
	if err := errors.Join(err, f.Close()); err != nil {
		return app.Stored{}, err
	}
	folder := path.Dir(to)
	if err := d.root.Mkdir(folder, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return app.Stored{}, full(err)
	}
	if err := d.flush("."); err != nil { // also of a folder that another Put made a moment ago
		return app.Stored{}, err
	}
	if err := d.root.Rename(name, to); err != nil {
		return app.Stored{}, full(err)
	}
	name = to // what may not be on disk is taken away again
	return stored, d.flush(folder)
}

// receive copies at most most bytes to the file and says what they were.
func receive(ctx context.Context, f *os.File, r io.Reader, most int64) (app.Stored, error) {
	sum := sha256.New()
	in := source{ctx, r, nil}
	n, err := io.Copy(io.MultiWriter(f, sum), io.LimitReader(&in, most+1))
	switch {
	case in.err != nil: // the sender's fault, not the disk's
		return app.Stored{}, app.CutOff(in.err)
	case err != nil:
		return app.Stored{}, full(err)
	case n > most:
		return app.Stored{}, negotiation.NewError(app.CodeTooLarge, "max", most).On("file")
	}
	return app.Stored{Size: n, SHA256: hex.EncodeToString(sum.Sum(nil))}, nil
}

// source remembers that reading failed, and ends with its context.
type source struct {
	ctx context.Context
	r   io.Reader
	err error
}

func (s *source) Read(b []byte) (int, error) {
	if err := s.ctx.Err(); err != nil {
		s.err = err
		return 0, err
	}
	n, err := s.r.Read(b)
	if err != nil && !errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		s.err = err
	}
	return n, err
}

// full is the answer when the disk or the server does not take it: try again later.
func full(err error) error { return negotiation.NewError(negotiation.CodeUnavailable).Because(err) }

func (d *Disk) flush(dir string) error {
	f, err := d.root.Open(dir)
	if err != nil {
		return full(err)
	}
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return full(err)
	}
	return nil
}

// Open gives the bytes, or not_found.
func (d *Disk) Open(_ context.Context, id string) (io.ReadSeekCloser, error) {
	p, err := at(id)
	if err != nil {
		return nil, err
	}
	f, err := d.root.Open(p)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, negotiation.NewError(negotiation.CodeNotFound)
	}
	if err != nil {
		return nil, full(err)
	}
	return f, nil
}

// Remove the bytes; none there is no error.
func (d *Disk) Remove(_ context.Context, id string) error {
	p, err := at(id)
	if err != nil {
		return err
	}
	if err := d.root.Remove(p); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return full(err)
	}
	return nil
}

// Each calls f with every id greater than after, and when it was stored. Files that are no evidence are left alone.
func (d *Disk) Each(ctx context.Context, after string, f func(id string, stored time.Time) error) error {
	return fs.WalkDir(d.root.FS(), ".", func(p string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		if e.IsDir() {
			if p == temporary {
				return fs.SkipDir
			}
			return nil
		}
		if want, err := at(e.Name()); err != nil || want != p || e.Name() <= after {
			return nil
		}
		info, err := e.Info()
		if errors.Is(err, fs.ErrNotExist) { // removed meanwhile
			return nil
		}
		if err != nil {
			return err
		}
		return f(e.Name(), info.ModTime())
	})
}
