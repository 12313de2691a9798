package app_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/require"

	"hejie/negotiation"
	"hejie/server/app"
)

func sum(b []byte) string {
	h := sha256.Sum256(b)
	return hex.EncodeToString(h[:])
}

// picture of w × h, red on its left half and blue on its right.
func picture(w, h int) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			c := color.RGBA{255, 0, 0, 255}
			if x >= w/2 {
				c = color.RGBA{0, 0, 255, 255}
			}
			img.Set(x, y, c)
		}
	}
	return img
}

func encoded(t testing.TB, f func(io.Writer) error) []byte {
	var b bytes.Buffer
	require.NoError(t, f(&b))
	return b.Bytes()
}

// photo is a JPEG as a camera makes it: with an orientation and a place in EXIF.
func photo(t testing.TB, orientation uint16) []byte {
	plain := encoded(t, func(w io.Writer) error { return jpeg.Encode(w, picture(40, 20), nil) })
	tiff := []byte("II*\x00\x08\x00\x00\x00\x01\x00")
	tiff = binary.LittleEndian.AppendUint16(tiff, 0x0112)
	tiff = binary.LittleEndian.AppendUint16(tiff, 3)
	tiff = binary.LittleEndian.AppendUint32(tiff, 1)
	tiff = binary.LittleEndian.AppendUint32(tiff, uint32(orientation))
	tiff = append(tiff, "\x00\x00\x00\x00GPS 29.37N 113.09E"...)
	exif := append([]byte("Exif\x00\x00"), tiff...)
	out := append([]byte{0xff, 0xd8, 0xff, 0xe1}, binary.BigEndian.AppendUint16(nil, uint16(len(exif)+2))...)
	return append(append(out, exif...), plain[2:]...)
}

const pdf = "%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"

func (w *world) upload(x app.Session, name string, b []byte) (app.FileRow, error) {
	return w.Files.Put(w.ctx, x, app.Upload{Name: name, SHA256: sum(b), Body: bytes.NewReader(b)})
}

// stored says how many files lie in the folder.
func (w *world) stored() (n int) {
	require.NoError(w.t, w.vault.Each(w.ctx, "", func(string, time.Time) error { n++; return nil }))
	return n
}

func TestUploadTypes(t *testing.T) { vaults(t, uploadTypes) }

func uploadTypes(t *testing.T, in func(*app.World)) {
	w := newWorld(t, in)
	x := w.consumer(phone).Session
	jpg := photo(t, 1)
	for name, c := range map[string]struct {
		b    []byte
		kind string
	}{
		"a.jpg": {jpg, "image/jpeg"},
		"b.png": {encoded(t, func(w io.Writer) error { return png.Encode(w, picture(4, 4)) }), "image/png"},
		"c.gif": {encoded(t, func(w io.Writer) error { return gif.Encode(w, picture(4, 4), nil) }), "image/gif"},
		"d.pdf": {[]byte(pdf), "application/pdf"},
		"e.exe": {jpg, "image/jpeg"}, // the content decides
	} {
		row, err := w.upload(x, `C:\photos\`+name, c.b)
		require.NoError(t, err, name)
		require.Equal(t, c.kind, row.Type)
		require.Equal(t, name, row.Name)
		require.Equal(t, int64(len(c.b)), row.Size)
		require.Equal(t, x.Actor.ID, row.Owner)
	}
	before := w.stored()
	for name, b := range map[string][]byte{
		"page.jpg":   []byte("<html><script>alert(1)</script></html>"),
		"vector.png": []byte(`<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>`),
		"heic.jpg":   []byte("\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic"),
		"zip.pdf":    []byte("PK\x03\x04aaaaaaaaaaaaaaaaaaaaaaaaaa"),
		"empty.jpg":  {},
		"text.jpg":   []byte("hello"),
		"broken.png": encoded(t, func(w io.Writer) error { return png.Encode(w, picture(4, 4)) })[:20],
	} {
		_, err := w.upload(x, name, b)
		refused(t, app.CodeUnsupportedMedia, err)
	}
	require.Equal(t, before, w.stored(), "what was refused left nothing")
}

// Whatever an uploader calls a file, the name of its download opens it as what it is.
func TestFileNames(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	x := w.consumer(phone).Session
	for given, want := range map[string]string{
		"run.hta": "run.hta", "../../.profile.pdf": "profile.pdf", `C:\a\b.pdf`: "b.pdf", "...a\u202efdp.exe": "afdp.exe", "a\tb\x00.pdf": "ab.pdf",
		strings.Repeat("发", 251) + ".pdf": strings.Repeat("发", 200),
	} {
		row, err := w.upload(x, given, []byte(pdf))
		require.NoError(t, err, given)
		require.Equal(t, want, row.Name)
	}
	_, err := w.upload(x, "..", []byte(pdf))
	refused(t, negotiation.CodeRequired, err)
	for _, c := range [][3]string{
		{"run.hta", "application/pdf", "run.pdf"}, {"invoice.html", "image/png", "invoice.png"}, {"发票.jpeg", "image/jpeg", "发票.jpg"},
		{"a.pdf.exe", "application/pdf", "a.pdf.pdf"}, {"run.hta. ", "image/gif", "run.hta.gif"}, {"plain", "image/webp", "plain.webp"},
		{"..", "application/pdf", "file.pdf"}, {"a\u202egnp.exe", "image/png", "agnp.png"},
	} {
		require.Equal(t, c[2], app.SavedName(c[0], c[1]), c[0])
	}
}

func TestUploadRefusals(t *testing.T) { vaults(t, uploadRefusals) }

func uploadRefusals(t *testing.T, in func(*app.World)) {
	jpg := photo(t, 1)
	big := append(bytes.Clone(jpg), make([]byte, 10<<20)...)
	cut := io.MultiReader(bytes.NewReader(jpg[:len(jpg)/2]), iotest.ErrReader(io.ErrUnexpectedEOF))
	long := append(bytes.Clone(jpg), make([]byte, 8000)...)
	cutLater := io.MultiReader(bytes.NewReader(long[:6000]), iotest.ErrReader(io.ErrUnexpectedEOF))
	for name, c := range map[string]struct {
		in   app.Upload
		code string
	}{
		"other bytes": {app.Upload{Name: "a.jpg", SHA256: sum([]byte("x")), Body: bytes.NewReader(jpg)}, app.CodeHashMismatch},
		"no hash":     {app.Upload{Name: "a.jpg", Body: bytes.NewReader(jpg)}, negotiation.CodeInvalid},
		"no name":     {app.Upload{Name: "/", SHA256: sum(jpg), Body: bytes.NewReader(jpg)}, negotiation.CodeRequired},
		"too large":   {app.Upload{Name: "a.jpg", SHA256: sum(big), Body: bytes.NewReader(big)}, app.CodeTooLarge},
		"cut early":   {app.Upload{Name: "a.jpg", SHA256: sum(jpg), Body: cut}, negotiation.CodeMalformed},
		"cut later":   {app.Upload{Name: "a.jpg", SHA256: sum(long), Body: cutLater}, negotiation.CodeMalformed},
		"many pixels": {app.Upload{Name: "a.png", SHA256: sum(bomb), Body: bytes.NewReader(bomb)}, app.CodeImageTooBig},
		"many scans":  {app.Upload{Name: "a.jpg", SHA256: sum(scanned(t, 101)), Body: bytes.NewReader(scanned(t, 101))}, app.CodeUnsupportedMedia},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, in)
			_, err := w.Files.Put(w.ctx, w.consumer(phone).Session, c.in)
			refused(t, c.code, err)
			require.Zero(t, w.stored())
			orphans, err := w.plain.Orphans(w.ctx, w.real.Now().Add(time.Hour), 10)
			require.NoError(t, err)
			require.Empty(t, orphans)
		})
	}
	t.Run("rights and amount", func(t *testing.T) {
		t.Parallel()
		p := newPeople(t, in)
		p.allowedOnly(t, negotiation.CodeNotAllowed, func(x app.Session) error { _, err := p.upload(x, "a.jpg", jpg); return err }, "consumer", "supervisor", "agent", "rival")
		w := newWorld(t, in, func(x *app.World) { x.Limits.FilesPerDay = 2 })
		x := w.consumer(phone).Session
		for range 2 {
			_, err := w.upload(x, "a.jpg", jpg)
			require.NoError(t, err)
		}
		_, err := w.upload(x, "a.jpg", jpg)
		refused(t, negotiation.CodeRateLimited, err)
		w.real.Pass(24 * time.Hour)
		_, err = w.upload(x, "a.jpg", jpg)
		require.NoError(t, err)
	})
}

// bomb is a PNG that says it has 100,000 × 100,000 pixels.
var bomb = func() []byte {
	b := []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x01\x86\xa0\x00\x01\x86\xa0\x08\x02\x00\x00\x00")
	return append(binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b[12:29])), make([]byte, 64)...)
}()

// scanned is a JPEG whose scan comes so many times, each of which a decoder goes over all pixels for. What looks like one before is none.
func scanned(t testing.TB, times int) []byte {
	b := photo(t, 1)
	at := bytes.LastIndex(b, []byte{0xff, 0xda})
	end := len(b) - 2
	inside := append([]byte{0xff, 0xfe, 0, 200}, bytes.Repeat([]byte{0xff, 0xda}, 99)...) // a comment
	return slices.Concat(b[:2], inside, b[2:at], bytes.Repeat(b[at:end], times), b[end:])
}

// A small file may hold a hundred thousand scans of a big picture, and its copy take half an hour.
func TestAsManyScansAsAPictureNeeds(t *testing.T) {
	t.Parallel()
	require.NoError(t, app.WithoutMetadata(io.Discard, scanned(t, 100), "image/jpeg"))
	refused(t, app.CodeNoCopy, app.WithoutMetadata(io.Discard, scanned(t, 101), "image/jpeg"))
}

func TestSweepRemovesOrphansOnly(t *testing.T) { vaults(t, sweepRemovesOrphansOnly) }

func sweepRemovesOrphansOnly(t *testing.T, in func(*app.World)) {
	p := newPeople(t, in)
	kept, err := p.upload(p.buyer, "kept.jpg", photo(t, 1))
	require.NoError(t, err)
	orphan, err := p.upload(p.buyer, "orphan.jpg", photo(t, 3))
	require.NoError(t, err)
	id := p.file(p.buyer, p.enterprise.ID)
	p.do(p.buyer, id, negotiation.AddEvidence{File: kept.ID, SHA256: kept.SHA256})
	stray := app.NewID() // bytes without a row, as a crash leaves them
	_, err = p.vault.Put(p.ctx, stray, bytes.NewReader([]byte("x")), 1)
	require.NoError(t, err)

	require.NoError(t, p.Files.Sweep(p.ctx))
	require.Equal(t, 3, p.stored(), "not before a day")
	p.real.Pass(time.Since(morning) + 25*time.Hour) // the folder's times are the machine's
	require.NoError(t, p.Files.Sweep(p.ctx))
	require.Equal(t, 1, p.stored())
	_, err = p.plain.File(p.ctx, orphan.ID)
	refused(t, negotiation.CodeNotFound, err)
	d, err := p.Files.Get(p.ctx, p.buyer, id, kept.ID, false)
	require.NoError(t, err)
	require.NoError(t, d.Body.Close())
}

// counted is a vault that notes what a sweep looks at, and that cannot always remove.
type counted struct {
	app.Vault
	looked []string
	away   bool
}

func (v *counted) Each(ctx context.Context, after string, f func(string, time.Time) error) error {
	v.looked = nil
	return v.Vault.Each(ctx, after, func(id string, stored time.Time) error {
		v.looked = append(v.looked, id)
		return f(id, stored)
	})
}

func (v *counted) Remove(ctx context.Context, id string) error {
	if v.away {
		return negotiation.NewError(negotiation.CodeUnavailable)
	}
	return v.Vault.Remove(ctx, id)
}

// Old evidence is looked at when a process begins, once a week, and after something could not be removed; each hour only what is new.
func TestSweepLooksAtWhatIsNew(t *testing.T) { vaults(t, sweepLooksAtWhatIsNew) }

func sweepLooksAtWhatIsNew(t *testing.T, in func(*app.World)) {
	v := &counted{}
	p := newPeople(t, in, func(w *app.World) { v.Vault, w.Vault = w.Vault, v })
	p.real.Pass(time.Since(morning)) // ids have the machine's time
	id := p.file(p.buyer, p.enterprise.ID)
	old, err := p.upload(p.buyer, "old.jpg", photo(t, 1))
	require.NoError(t, err)
	p.do(p.buyer, id, negotiation.AddEvidence{File: old.ID, SHA256: old.SHA256})
	sweep := func(later time.Duration) []string {
		t.Helper()
		p.real.Pass(later)
		require.NoError(t, p.Files.Sweep(p.ctx))
		return v.looked
	}
	require.Equal(t, []string{old.ID}, sweep(50*time.Hour), "the first of all")
	require.Empty(t, sweep(time.Hour))
	require.Empty(t, sweep(6*24*time.Hour))
	require.Equal(t, []string{old.ID}, sweep(24*time.Hour), "a week after the first")
	require.Empty(t, sweep(time.Hour))

	v.away = true
	_, err = p.Admin.Erase(p.ctx, p.admin.Actor, app.Erasure{CaseCode: p.caseOf(id).Code, Channel: negotiation.Room, Seq: 3, Reason: "本人申请"})
	refused(t, negotiation.CodeUnavailable, err)
	refused(t, negotiation.CodeUnavailable, p.Files.Sweep(p.ctx))
	v.away = false
	require.Equal(t, []string{old.ID}, sweep(time.Hour))
	require.Zero(t, p.stored())
}

func TestDownloadRights(t *testing.T) { vaults(t, downloadRights) }

func downloadRights(t *testing.T, in func(*app.World)) {
	p := newPeople(t, in)
	id := p.file(p.buyer, p.enterprise.ID)
	original := photo(t, 6)
	mine, err := p.upload(p.buyer, "IMG_1.JPEG", original)
	require.NoError(t, err)
	p.do(p.buyer, id, negotiation.AddEvidence{File: mine.ID, SHA256: mine.SHA256})
	theirs, err := p.upload(p.agent, "rules.pdf", []byte(pdf))
	require.NoError(t, err)
	p.do(p.supervisor, id, negotiation.PostMessage{Text: "您好"})
	loose, err := p.upload(p.buyer, "loose.jpg", original)
	require.NoError(t, err)

	get := func(x app.Session, file string, copied bool) (app.Download, []byte, error) {
		d, err := p.Files.Get(p.ctx, x, id, file, copied)
		if err != nil {
			return d, nil, err
		}
		b, err := io.ReadAll(d.Body)
		require.NoError(t, err)
		require.NoError(t, d.Body.Close())
		return d, b, nil
	}
	p.allowedOnly(t, negotiation.CodeNotFound, func(x app.Session) error { _, _, err := get(x, mine.ID, false); return err }, "consumer", "supervisor", "agent")
	for _, file := range []string{theirs.ID, loose.ID, app.NewID(), "../x", ""} { // not (yet) in this case
		_, _, err = get(p.buyer, file, false)
		refused(t, negotiation.CodeNotFound, err)
	}

	d, b, err := get(p.buyer, mine.ID, false)
	require.NoError(t, err)
	require.Equal(t, original, b)
	require.False(t, d.Copy)

	for range 2 { // made, then kept
		d, b, err = get(p.supervisor, mine.ID, false)
		require.NoError(t, err)
		require.True(t, d.Copy)
		require.Equal(t, "image/jpeg", d.Type)
		require.Equal(t, "IMG_1.jpg", d.Name)
		require.NotContains(t, string(b), "Exif")
		require.NotContains(t, string(b), "GPS")
		img, kind, err := image.Decode(bytes.NewReader(b))
		require.NoError(t, err)
		require.Equal(t, "jpeg", kind)
		require.Equal(t, image.Pt(20, 40), img.Bounds().Size(), "turned upright")
		r, _, bl, _ := img.At(10, 5).RGBA() // the left half is on top now
		require.Greater(t, r, bl)
	}

	audited := func() int {
		rows, err := p.plain.Audit(p.ctx, app.AuditFilter{Case: id, What: app.AuditOriginal, Limit: 10})
		require.NoError(t, err)
		return len(rows)
	}
	p.do(p.buyer, id, negotiation.Escalate{})
	d, b, err = get(p.officer, mine.ID, false)
	require.NoError(t, err)
	require.Equal(t, original, b)
	require.Equal(t, 1, audited())
	d, _, err = get(p.officer, mine.ID, true)
	require.NoError(t, err)
	require.True(t, d.Copy)
	require.Equal(t, 1, audited())
}

func TestCopiesOfEachKind(t *testing.T) { vaults(t, copiesOfEachKind) }

func copiesOfEachKind(t *testing.T, in func(*app.World)) {
	p := newPeople(t, in)
	id := p.file(p.buyer, p.enterprise.ID)
	give := func(name string, b []byte) app.Download {
		row, err := p.upload(p.buyer, name, b)
		require.NoError(t, err)
		p.do(p.buyer, id, negotiation.AddEvidence{File: row.ID, SHA256: row.SHA256})
		d, err := p.Files.Get(context.WithoutCancel(p.ctx), p.agent, id, row.ID, false)
		require.NoError(t, err)
		t.Cleanup(func() { require.NoError(t, d.Body.Close()) })
		return d
	}
	see := picture(8, 8)
	see.Set(7, 7, color.Transparent)
	d := give("a.png", encoded(t, func(w io.Writer) error { return png.Encode(w, see) }))
	require.Equal(t, "image/png", d.Type)
	d = give("b.gif", encoded(t, func(w io.Writer) error { return gif.Encode(w, see, nil) }))
	require.Equal(t, "image/jpeg", d.Type)
	require.Equal(t, "b.jpg", d.Name)
	d = give("c.pdf", []byte(pdf))
	require.Equal(t, "application/pdf", d.Type)
	require.False(t, d.Copy, "a PDF comes as it is")

	half := photo(t, 1) // its head is sound, its pixels end too early
	row, err := p.upload(p.buyer, "half.jpg", half[:len(half)-12])
	require.NoError(t, err)
	p.do(p.buyer, id, negotiation.AddEvidence{File: row.ID, SHA256: row.SHA256})
	_, err = p.Files.Get(p.ctx, p.agent, id, row.ID, false)
	refused(t, app.CodeNoCopy, err)
}

// A file is evidence in one case: naming it in another would take it away from the first.
func TestAFileStaysInItsCase(t *testing.T) {
	t.Parallel()
	p := newPeople(t)
	rival, err := p.plain.Enterprise(p.ctx, p.rival.Actor.Enterprise)
	require.NoError(t, err)
	first, second := p.file(p.buyer, p.enterprise.ID), p.file(p.buyer, rival.ID)
	body := encoded(t, func(w io.Writer) error { return png.Encode(w, picture(8, 8)) })
	f, err := p.Files.Put(p.ctx, p.buyer, app.Upload{Name: "a.png", SHA256: sum(body), Body: bytes.NewReader(body)})
	require.NoError(t, err)
	add := negotiation.AddEvidence{File: f.ID, SHA256: f.SHA256}
	p.do(p.buyer, first, add)
	err = p.try(p.buyer, second, add)
	refused(t, negotiation.CodeNotFound, err)
	require.Equal(t, "file", fieldOf(t, err))
	d, err := p.Files.Get(p.ctx, p.buyer, first, f.ID, false)
	require.NoError(t, err)
	require.NoError(t, d.Body.Close())
}
