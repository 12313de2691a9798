package app

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"hash"
	"image"
	"io"
	"log/slog"
	"path"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
	"unicode"

	"github.com/gabriel-vasile/mimetype"
	"golang.org/x/sync/semaphore"

	"hejie/negotiation"
)

// Vault keeps the bytes of evidence. server/evidence has one on disk and one in S3. FileOf says what its ids are.
type Vault interface {
	// Put stores what r gives under a new id, durably before it returns; a put that fails leaves nothing. More than most bytes
	// is too_large.
	Put(ctx context.Context, id string, r io.Reader, most int64) (Stored, error)
	// Open gives the bytes, or not_found.
	Open(ctx context.Context, id string) (io.ReadSeekCloser, error)
	// Remove the bytes; none there is no error.
	Remove(ctx context.Context, id string) error
	// Each calls f with every id that is stored and greater than after, and when it was. Ids grow with time: what is old costs little.
	Each(ctx context.Context, after string, f func(id string, stored time.Time) error) error
}

// Stored is what came in.
type Stored struct {
	Size   int64
	SHA256 string // hex
}

// FileRow is an upload. Type is "" while it is under way, and Case until a case names it as evidence.
type FileRow struct {
	ID      string
	Owner   string
	Name    string
	Type    string
	Size    int64
	SHA256  string
	Created time.Time // real time
	Case    string
}

// FileReader reads what is known of files; their bytes are in the Vault.
type FileReader interface {
	File(ctx context.Context, id string) (FileRow, error)
	UploadsSince(ctx context.Context, owner string, since time.Time) (int, error)
	Orphans(ctx context.Context, before time.Time, limit int) ([]FileRow, error) // uploads that no case names
}

// FileWriter writes what is known of files.
type FileWriter interface {
	AddFile(ctx context.Context, f FileRow) error
	FinishFile(ctx context.Context, f FileRow) error // type and time of an upload that was under way; else not_found
	RemoveFile(ctx context.Context, id string) error // only while no case names it; else not_found
	EraseFile(ctx context.Context, id string) error  // whoever names it; none there is no error
}

// Files is the way of evidence: uploaded by a party, then named by a command (add_evidence and others), then read by those who see
// the room. An upload that no command names within Limits.OrphanAge is removed.
type Files struct {
	w      World
	copies *semaphore.Weighted // decoding takes up to Limits.FilePixels × 8 bytes: one at a time

	sweeping      sync.Mutex
	whole         atomic.Bool // the next sweep looks at everything: bytes may have lost their row whenever they were stored
	swept, walked time.Time   // until when what was stored was looked at, and until when at the last sweep of everything
}

func newFiles(w World) *Files {
	s := &Files{w: w, copies: semaphore.NewWeighted(1)}
	s.whole.Store(true)
	return s
}

// Upload of a party. SHA256 in hex is what the browser computed: it must be what arrives. Name is shown, never used as a path.
type Upload struct {
	Name   string
	SHA256 string
	Body   io.Reader
}

// FileTypes that evidence may have: what browsers show, and PDF. The content decides, not what the sender says.
func FileTypes() []string {
	return []string{"image/jpeg", "image/png", "image/webp", "image/gif", "application/pdf"}
}

// extensions of FileTypes.
var extensions = map[string]string{"image/jpeg": ".jpg", "image/png": ".png", "image/webp": ".webp", "image/gif": ".gif", "application/pdf": ".pdf"}

const sniffed = 3072 // bytes that mimetype looks at

// Put takes an upload. Consumers have a verified phone by the way they sign in. Errors: not_allowed for who is no party, required
// and invalid (sha256, name), rate_limited, too_large, unsupported_media, hash_mismatch, image_too_big; sign_in_required when the account
// was closed meanwhile.
func (s *Files) Put(ctx context.Context, x Session, in Upload) (FileRow, error) {
	row, err := s.announced(ctx, x, in.Name, in.SHA256)
	if err != nil {
		return FileRow{}, err
	}
	err = s.store(ctx, &row, in.Body, s.w.Limits.FileBytes)
	if err == nil {
		err = s.note(ctx, row)
	}
	if err != nil {
		return FileRow{}, errors.Join(err, s.w.Vault.Remove(context.WithoutCancel(ctx), row.ID))
	}
	return row, nil
}

// note an upload. Its account may have been closed since it was announced, or have had as many others as it may, begun at once.
func (s *Files) note(ctx context.Context, row FileRow) error {
	return s.w.Plain.Write(ctx, func(tx PlainTx) error {
		if err := errors.Join(stillActive(ctx, tx, row.Owner), s.mayUpload(ctx, tx, row)); err != nil {
			return err
		}
		return tx.AddFile(ctx, row)
	})
}

// mayUpload says rate_limited when the owner had Limits.FilesPerDay within a day.
func (s *Files) mayUpload(ctx context.Context, r PlainReader, row FileRow) error {
	n, err := r.UploadsSince(ctx, row.Owner, row.Created.Add(-day))
	if err == nil && n >= s.w.Limits.FilesPerDay {
		err = rateLimited(3600)
	}
	return err
}

// announced checks who uploads what, and gives it an id.
func (s *Files) announced(ctx context.Context, x Session, name, sum string) (FileRow, error) {
	by := x.Actor
	if side := by.Side(); side != negotiation.SideConsumer && side != negotiation.SideEnterprise {
		return FileRow{}, notAllowed()
	}
	name, err := fileName(name)
	if err != nil {
		return FileRow{}, err
	}
	sum = strings.ToLower(sum)
	if len(sum) != 64 || strings.Trim(sum, "0123456789abcdef") != "" {
		return FileRow{}, negotiation.Invalid("sha256", "64 hex digits")
	}
	row := FileRow{ID: NewID(), Owner: by.ID, Name: name, SHA256: sum, Created: s.w.Real.Now()}
	return row, s.mayUpload(ctx, s.w.Plain, row)
}

// store puts the bytes into the vault, if they have the announced sum, and says what they are.
func (s *Files) store(ctx context.Context, row *FileRow, in io.Reader, most int64) error {
	body := bufio.NewReaderSize(in, sniffed)
	head, err := body.Peek(sniffed)
	if err != nil && !errors.Is(err, io.EOF) {
		return CutOff(err)
	}
	if row.Type, err = kindOf(head); err != nil {
		return err
	}
	stored, err := s.w.Vault.Put(ctx, row.ID, &summed{r: body, want: row.SHA256, sum: sha256.New()}, most)
	if err != nil {
		return err
	}
	row.Size = stored.Size
	if !strings.HasPrefix(row.Type, "image/") {
		return nil
	}
	return s.checkImage(ctx, row.ID)
}

// kindOf says what bytes that begin so are.
func kindOf(head []byte) (string, error) {
	kind := mimetype.Detect(head).String()
	if !slices.Contains(FileTypes(), kind) {
		return "", negotiation.NewError(CodeUnsupportedMedia, "allowed", FileTypes()).On("file")
	}
	return kind, nil
}

// summed ends in hash_mismatch instead of an end when what was read has another sum: such bytes are never kept.
type summed struct {
	r    io.Reader
	want string
	sum  hash.Hash
}

func (s *summed) Read(b []byte) (int, error) {
	n, err := s.r.Read(b)
	s.sum.Write(b[:n])
	if errors.Is(err, io.EOF) && hex.EncodeToString(s.sum.Sum(nil)) != s.want {
		err = negotiation.NewError(CodeHashMismatch).On("sha256")
	}
	return n, err
}

func (s *Files) checkImage(ctx context.Context, id string) error {
	f, err := s.w.Vault.Open(ctx, id)
	if err != nil {
		return err
	}
	c, _, err := image.DecodeConfig(bufio.NewReader(f))
	if err == nil {
		err = fewScans(f)
	}
	if err := f.Close(); err != nil {
		return err
	}
	if _, ok := errors.AsType[*negotiation.Error](err); ok { // the vault's, not the content's
		return err
	}
	if err != nil {
		return negotiation.NewError(CodeUnsupportedMedia, "allowed", FileTypes()).On("file").Because(err)
	}
	if c.Width <= 0 || c.Height <= 0 || c.Width > s.w.Limits.FilePixels/c.Height {
		return negotiation.NewError(CodeImageTooBig, "max", s.w.Limits.FilePixels).On("file")
	}
	return nil
}

// CutOff is the error of an upload that ended too early; one of the rules stays as it is.
func CutOff(err error) error {
	if _, ok := errors.AsType[*negotiation.Error](err); ok {
		return err
	}
	return negotiation.NewError(negotiation.CodeMalformed).On("file").Because(err)
}

// fileName is what stays of a name that an uploader gave.
func fileName(s string) (string, error) { return text("file", cleanName(s), 1, maxDetail) }

// cleanName keeps the last part of a name, which browsers on some systems send with its folders, without what hides the file
// (leading dots) or its type (signs that control or turn the text).
func cleanName(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) {
			return -1
		}
		return r
	}, s)
	s = s[strings.LastIndexAny(s, `/\`)+1:]
	return strings.TrimSpace(strings.TrimLeft(s, ". "))
}

// savedName is what a download is called: as the uploader named it, with the extension of what it is. The uploader's own would
// decide which program opens it.
func savedName(name, kind string) string {
	name = cleanName(name)
	stem := strings.TrimRight(strings.TrimSuffix(name, path.Ext(name)), ". ")
	if stem == "" {
		stem = "file"
	}
	return stem + extensions[kind]
}

// Download is a file on its way to a reader. The caller closes Body and serves it as an attachment, never inline.
type Download struct {
	Row  FileRow
	Type string // of Body: a copy may be of another type than the original
	Name string
	Copy bool // without metadata
	Body io.ReadSeekCloser
}

// Get opens a file of a case for a reader of its room. The side that uploaded it gets the original. The other party gets a copy:
// images are decoded and encoded again, which drops place, device and all other metadata (of a moving GIF the first picture stays);
// a PDF comes as it is, because nothing here can rewrite one, and the screen says so. The bureau gets the original, which is
// audited, or with wantCopy the copy. Errors: not_found, no_copy.
func (s *Files) Get(ctx context.Context, x Session, caseID, id string, wantCopy bool) (Download, error) {
	if !ValidID(id) {
		return Download{}, notFound()
	}
	c, _, err := s.w.Log.Case(ctx, caseID)
	if err != nil {
		return Download{}, err
	}
	if err := MayRead(x, c, negotiation.Room); err != nil {
		return Download{}, err
	}
	row, err := s.w.Plain.File(ctx, id)
	if err != nil {
		return Download{}, err
	}
	if row.Case != caseID {
		return Download{}, notFound()
	}
	bureau := x.Actor.Side() == negotiation.SideBureau
	own := row.Owner == c.Consumer == (x.Actor.ID == c.Consumer)
	if wantCopy || !bureau && !own {
		return s.copyOf(ctx, row)
	}
	d := Download{Row: row, Type: row.Type, Name: savedName(row.Name, row.Type)}
	if d.Body, err = s.w.Vault.Open(ctx, id); err != nil {
		return Download{}, err
	}
	if bureau {
		err := s.w.Plain.Write(ctx, func(tx PlainTx) error {
			return s.w.audit(ctx, tx, x.Actor, AuditRow{What: AuditOriginal, Subject: id, Case: caseID, Why: string(BasisComplaint)})
		})
		if err != nil {
			return Download{}, errors.Join(err, d.Body.Close())
		}
	}
	return d, nil
}

// copyOf gives the copy without metadata, which is made once and kept.
func (s *Files) copyOf(ctx context.Context, row FileRow) (Download, error) {
	d := Download{Row: row, Type: row.Type}
	id := row.ID
	var err error
	if d.Copy = strings.HasPrefix(row.Type, "image/"); d.Copy {
		if d.Type != "image/png" {
			d.Type = "image/jpeg"
		}
		id += copySuffix
	}
	d.Name = savedName(row.Name, d.Type)
	d.Body, err = s.w.Vault.Open(ctx, id)
	if negotiation.CodeOf(err) == negotiation.CodeNotFound && d.Copy {
		if err = s.makeCopy(ctx, row, d.Type); err == nil {
			d.Body, err = s.w.Vault.Open(ctx, id)
		}
	}
	return d, err
}

func (s *Files) makeCopy(ctx context.Context, row FileRow, kind string) error {
	f, err := s.w.Vault.Open(ctx, row.ID)
	if err != nil {
		return err
	}
	original, err := io.ReadAll(f)
	if err := errors.Join(err, f.Close()); err != nil {
		return err
	}
	var out bytes.Buffer
	if err := s.copies.Acquire(ctx, 1); err != nil {
		return err
	}
	err = withoutMetadata(&out, original, kind)
	s.copies.Release(1)
	if err != nil {
		return err
	}
	if _, err = s.w.Vault.Put(ctx, row.ID+copySuffix, &out, int64(out.Len())); err != nil {
		return err
	}
	_, err = s.w.Plain.File(ctx, row.ID)
	if negotiation.CodeOf(err) == negotiation.CodeNotFound { // erased meanwhile
		err = errors.Join(err, s.drop(ctx, row.ID))
	}
	return err
}

// Times of a sweep.
const (
	sweepSlack = time.Hour // for clocks of others and uploads under way
	sweepWhole = 7 * day   // from one sweep of everything to the next
)

// Sweep removes uploads that no case names, and bytes that have no row (left by a crash between the two). It looks at everything the
// first time, after something could not be removed, and once a week; else at what came since the sweep before.
func (s *Files) Sweep(ctx context.Context) (err error) {
	s.sweeping.Lock()
	defer s.sweeping.Unlock()
	before := s.w.Real.Now().Add(-s.w.Limits.OrphanAge)
	whole := s.whole.Swap(false) || before.Sub(s.walked) >= sweepWhole
	defer func() {
		if err != nil {
			s.whole.Store(true)
		}
	}()
	if err := s.sweepRows(ctx, before); err != nil {
		return err
	}
	after := ""
	if !whole { // an upload may go on for so long after it got its id
		after = firstID(s.swept.Add(-s.w.Limits.OrphanAge - sweepSlack))
	}
	if err := s.sweepBytes(ctx, after, before); err != nil {
		return err
	}
	if s.swept = before; whole {
		s.walked = before
	}
	return nil
}

func (s *Files) sweepRows(ctx context.Context, before time.Time) error {
	for {
		orphans, err := s.w.Plain.Orphans(ctx, before, 100)
		if err != nil || len(orphans) == 0 {
			return err
		}
		for _, f := range orphans {
			if err := s.remove(ctx, f); err != nil {
				return err
			}
		}
	}
}

func (s *Files) sweepBytes(ctx context.Context, after string, before time.Time) error {
	return s.w.Vault.Each(ctx, after, func(id string, stored time.Time) error {
		if !stored.Before(before) {
			return nil
		}
		if !isPart(id) { // one so old is of an upload that ended, or never will
			file, _ := FileOf(id)
			_, err := s.w.Plain.File(ctx, file)
			if negotiation.CodeOf(err) != negotiation.CodeNotFound {
				return err
			}
		}
		s.w.Logger.InfoContext(ctx, "evidence without a row removed", slog.String("file", id))
		return s.w.Vault.Remove(ctx, id)
	})
}

// remove drops the row first: what a case names meanwhile stays.
func (s *Files) remove(ctx context.Context, f FileRow) error {
	err := s.w.Plain.Write(ctx, func(tx PlainTx) error { return tx.RemoveFile(ctx, f.ID) })
	if negotiation.CodeOf(err) == negotiation.CodeNotFound {
		return nil
	}
	if err != nil {
		return err
	}
	return errors.Join(s.drop(ctx, f.ID), s.removeParts(ctx, f))
}

// drop removes the bytes of a file whose row is gone, and its copy; what stays the next sweep finds.
func (s *Files) drop(ctx context.Context, file string) error {
	err := errors.Join(s.w.Vault.Remove(ctx, file), s.w.Vault.Remove(ctx, file+copySuffix))
	if err != nil {
		s.whole.Store(true)
	}
	return err
}
