package app_test

import (
	"bytes"
	"errors"
	"image"
	"image/gif"
	"image/png"
	"io"
	"slices"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/require"

	"hejie/negotiation"
	"hejie/server/app"
)

// newFuzzWorld is one world for all that a fuzzer tries; pictures are small enough to try many.
func newFuzzWorld(f *testing.F) (*world, app.Session) {
	w := newWorld(f, func(x *app.World) { x.Limits.FilesPerDay, x.Limits.FilePixels = 1<<40, 200_000 })
	return w, w.consumer(phone).Session
}

// FuzzPicture takes whatever bytes as evidence: they are refused clearly and nothing of them stays, or are kept as they are; of a picture the
// other side's copy has its pixels and no more, or there is clearly none.
func FuzzPicture(f *testing.F) {
	see := picture(9, 5)
	f.Add(encoded(f, func(w io.Writer) error { return png.Encode(w, see) }))
	f.Add(encoded(f, func(w io.Writer) error { return gif.Encode(w, see, nil) }))
	f.Add([]byte("RIFF\x1a\x00\x00\x00WEBPVP8L\x0d\x00\x00\x00\x2f\x00\x00\x00\x10\x07\x10\x11\x11\x88\x88\xfe\x07\x00"))
	f.Add(photo(f, 6))
	f.Add([]byte(pdf))
	f.Add(bomb)
	w, x := newFuzzWorld(f)
	f.Fuzz(func(t *testing.T, b []byte) {
		w.t = t
		row, err := w.upload(x, "a", b)
		if err != nil {
			require.Contains(t, []string{app.CodeUnsupportedMedia, app.CodeImageTooBig}, negotiation.CodeOf(err), "%v", err)
			require.Zero(t, w.stored())
			return
		}
		require.Contains(t, app.FileTypes(), row.Type)
		require.Equal(t, b, w.bytesOf(row.ID))
		w.forget(row)
		if row.Type == "application/pdf" {
			return
		}
		announced, _, err := image.DecodeConfig(bytes.NewReader(b))
		require.NoError(t, err)
		var out bytes.Buffer
		if err := app.WithoutMetadata(&out, b, row.Type); err != nil {
			require.Equal(t, app.CodeNoCopy, negotiation.CodeOf(err))
			return
		}
		copied, _, err := image.DecodeConfig(&out)
		require.NoError(t, err)
		require.LessOrEqual(t, copied.Width*copied.Height, announced.Width*announced.Height)
	})
}

// forget an upload, so that the next is alone.
func (w *world) forget(row app.FileRow) {
	w.t.Helper()
	require.NoError(w.t, w.plain.Write(w.ctx, func(tx app.PlainTx) error { return tx.RemoveFile(w.ctx, row.ID) }))
	for _, id := range w.ids() {
		require.NoError(w.t, w.vault.Remove(w.ctx, id))
	}
}

// ids of all that is stored.
func (w *world) ids() (ids []string) {
	w.t.Helper()
	require.NoError(w.t, w.vault.Each(w.ctx, "", func(id string, _ time.Time) error { ids = append(ids, id); return nil }))
	return ids
}

func (w *world) bytesOf(id string) []byte {
	w.t.Helper()
	in, err := w.vault.Open(w.ctx, id)
	require.NoError(w.t, err)
	b, err := io.ReadAll(in)
	require.NoError(w.t, errors.Join(err, in.Close()))
	return b
}

// FuzzUpload announces bytes and sends them in pieces, each as steps say: so much of it, from there, cut off or not. In the end it is the file that
// was announced and nothing else, or is gone, or can be gone on with; never more is kept than one of these.
func FuzzUpload(f *testing.F) {
	f.Add([]byte(pdf), uint16(0), int8(0), false, "a.pdf", []byte{255, 0})
	f.Add([]byte(pdf), uint16(70), int8(0), false, "发票.pdf", []byte{40, 1, 0, 2, 90, 0, 255, 3, 255, 0})
	f.Add([]byte(pdf), uint16(64), int8(-1), false, "../\u202e.pdf", []byte{128, 0, 128, 0})
	f.Add([]byte("<html>"), uint16(17), int8(1), true, "\xff", []byte{255, 0})
	w, x := newFuzzWorld(f)
	f.Fuzz(func(t *testing.T, head []byte, blocks uint16, more int8, otherSum bool, name string, steps []byte) {
		w.t = t
		content := append(head, make([]byte, int(blocks%200)<<14)...) // up to three parts
		said := app.Announcement{Name: name, SHA256: sum(content), Size: int64(len(content)) + int64(more)}
		if otherSum {
			said.SHA256 = sum(nil)
		}
		row, err := w.Files.Begin(w.ctx, x, said)
		if err != nil {
			require.Contains(t, []string{negotiation.CodeRequired, negotiation.CodeInvalid, negotiation.CodeTooLong, negotiation.CodeOutOfRange}, negotiation.CodeOf(err))
			return
		}
		for at := int64(0); len(steps) > 1; steps = steps[2:] {
			from, piece := at, content[min(at, int64(len(content))):]
			piece = piece[:len(piece)*int(steps[0])/255]
			var body io.Reader = bytes.NewReader(piece)
			switch steps[1] % 4 {
			case 1:
				body = io.MultiReader(body, iotest.ErrReader(io.ErrUnexpectedEOF))
			case 2:
				from += int64(steps[1]/4) + 1
			case 3:
				body = iotest.OneByteReader(bytes.NewReader(piece[:min(len(piece), 4000)]))
			}
			end, err := w.Files.Continue(w.ctx, x, row.ID, from, body)
			allowed := []string{"", app.CodeWrongOffset, negotiation.CodeMalformed, app.CodeUnsupportedMedia, app.CodeHashMismatch, app.CodeImageTooBig, negotiation.CodeNotFound}
			require.Contains(t, allowed, negotiation.CodeOf(err), "%v", err)
			now, stands, err := w.Files.Progress(w.ctx, x, row.ID)
			if negotiation.CodeOf(err) == negotiation.CodeNotFound {
				require.Zero(t, w.stored(), "refused, and something stays")
				return
			}
			require.NoError(t, err)
			require.Equal(t, end, stands)
			row, at = now, stands
		}
		if row.Type == "" {
			ids := w.ids()
			for _, id := range ids {
				require.Greater(t, len(id), len(row.ID), "a part of what is not whole")
			}
			require.LessOrEqual(t, len(ids), int((row.Size-1)/app.PartBytes+1))
		} else {
			require.False(t, otherSum)
			require.True(t, slices.Contains(app.FileTypes(), row.Type) && bytes.Equal(content, w.bytesOf(row.ID)))
			require.Equal(t, 1, w.stored())
		}
		w.forget(row)
	})
}
