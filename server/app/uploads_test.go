package app_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"sync"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/require"

	"hejie/negotiation"
	"hejie/server/app"
)

const mebi = app.PartBytes

// long is a PDF of so many bytes.
func long(n int) []byte {
	b := []byte(pdf)
	for i := range n - len(b) {
		b = append(b, byte(i*7>>3))
	}
	return b[:n]
}

func (w *world) begin(x app.Session, b []byte) app.FileRow {
	w.t.Helper()
	row, err := w.Files.Begin(w.ctx, x, app.Announcement{Name: "a.pdf", SHA256: sum(b), Size: int64(len(b))})
	require.NoError(w.t, err)
	return row
}

// cutAfter gives the first n bytes and then what a broken connection gives.
func cutAfter(b []byte, n int) io.Reader {
	return io.MultiReader(bytes.NewReader(b[:n]), iotest.ErrReader(io.ErrUnexpectedEOF))
}

func (w *world) at(x app.Session, id string) int64 {
	w.t.Helper()
	_, offset, err := w.Files.Progress(w.ctx, x, id)
	require.NoError(w.t, err)
	return offset
}

// However often and wherever an upload is cut, it ends as the file that was announced, and nothing else is left.
func TestContinuedUpload(t *testing.T) { vaults(t, continuedUpload) }

func continuedUpload(t *testing.T, in func(*app.World)) {
	for _, size := range []int{100, mebi - 1, mebi, mebi + 1, 3*mebi + 7, 10 << 20} {
		w := newWorld(t, in)
		x := w.consumer(phone).Session
		b := long(size)
		row := w.begin(x, b)
		for _, cut := range []int{0, 10, mebi / 2, mebi, mebi + 1, 2*mebi - 1} {
			at := int(w.at(x, row.ID))
			if at+cut >= size {
				continue
			}
			kept, err := w.Files.Continue(w.ctx, x, row.ID, int64(at), cutAfter(b[at:], cut))
			refused(t, negotiation.CodeMalformed, err)
			require.Equal(t, int64(at+cut), kept, "what arrived stays")
			require.Equal(t, kept, w.at(x, row.ID))
		}
		at := w.at(x, row.ID)
		end, err := w.Files.Continue(w.ctx, x, row.ID, at, bytes.NewReader(b[at:]))
		require.NoError(t, err)
		require.Equal(t, int64(size), end)
		done, offset, err := w.Files.Progress(w.ctx, x, row.ID)
		require.NoError(t, err)
		require.Equal(t, int64(size), offset)
		require.Equal(t, "application/pdf", done.Type)
		f, err := w.vault.Open(w.ctx, row.ID)
		require.NoError(t, err)
		got, err := io.ReadAll(f)
		require.NoError(t, err)
		require.NoError(t, f.Close())
		require.True(t, bytes.Equal(b, got))
		require.Equal(t, 1, w.stored(), "no parts are left")
	}
}

// Whoever goes away right after the last byte has uploaded: the context of the request ends with the connection.
func TestUploadOutlivesItsConnection(t *testing.T) { vaults(t, uploadOutlivesItsConnection) }

func uploadOutlivesItsConnection(t *testing.T, in func(*app.World)) {
	w := newWorld(t, in)
	x := w.consumer(phone).Session
	b := long(mebi + 5)
	row := w.begin(x, b)
	ctx, leave := context.WithCancel(w.ctx)
	gone := &leaver{bytes.NewReader(b), leave}
	_, err := w.Files.Continue(ctx, x, row.ID, 0, gone)
	require.NoError(t, err)
	require.Equal(t, int64(len(b)), w.at(x, row.ID))
}

// leaver ends the context with the last byte.
type leaver struct {
	*bytes.Reader
	leave func()
}

func (l *leaver) Read(b []byte) (int, error) {
	n, err := l.Reader.Read(b)
	if l.Len() == 0 {
		l.leave()
	}
	return n, err
}

// Clients send pieces of whatever size they like: tus leaves it to them. One whose pieces were no whole mebibytes got nothing across.
func TestUploadInPieces(t *testing.T) { vaults(t, uploadInPieces) }

func uploadInPieces(t *testing.T, in func(*app.World)) {
	for _, size := range []int{1, 1000, 300_000, mebi, mebi + 1, 3_000_000} {
		w := newWorld(t, in)
		x := w.consumer(phone).Session
		b := long(min(2*mebi+5, 20*size))
		row := w.begin(x, b)
		for at := 0; at < len(b); {
			to := min(at+size, len(b))
			end, err := w.Files.Continue(w.ctx, x, row.ID, int64(at), bytes.NewReader(b[at:to]))
			require.NoError(t, err)
			require.Equal(t, int64(to), end)
			require.Equal(t, end, w.at(x, row.ID))
			at = to
		}
		require.True(t, bytes.Equal(b, w.bytesOf(row.ID)))
		require.Equal(t, 1, w.stored())
	}
}

// A request that hangs may end long after its sender went on with another one: it takes nothing back of what that one brought.
func TestOvertakenUpload(t *testing.T) { vaults(t, overtakenUpload) }

func overtakenUpload(t *testing.T, in func(*app.World)) {
	w := newWorld(t, in)
	x := w.consumer(phone).Session
	b := long(2*mebi + 5)
	row := w.begin(x, b)
	meanwhile := readFunc(func([]byte) (int, error) {
		end, err := w.Files.Continue(w.ctx, x, row.ID, 0, bytes.NewReader(b[:mebi+7]))
		require.NoError(t, err)
		require.Equal(t, int64(mebi+7), end)
		return 0, io.ErrUnexpectedEOF
	})
	_, err := w.Files.Continue(w.ctx, x, row.ID, 0, io.MultiReader(bytes.NewReader(b[:4000]), meanwhile))
	refused(t, app.CodeWrongOffset, err)
	require.Equal(t, int64(mebi), param(t, err, "offset"), "the end of its part")
	require.Equal(t, int64(mebi+7), w.at(x, row.ID))
	_, err = w.Files.Continue(w.ctx, x, row.ID, mebi+7, bytes.NewReader(b[mebi+7:]))
	require.NoError(t, err)
	require.True(t, bytes.Equal(b, w.bytesOf(row.ID)))
}

type readFunc func([]byte) (int, error)

func (f readFunc) Read(b []byte) (int, error) { return f(b) }

func TestRefusedUploads(t *testing.T) { vaults(t, refusedUploads) }

func refusedUploads(t *testing.T, in func(*app.World)) {
	p := newPeople(t, in)
	b := long(mebi + 10)
	p.allowedOnly(t, negotiation.CodeNotAllowed, func(x app.Session) error {
		_, err := p.Files.Begin(p.ctx, x, app.Announcement{Name: "a.pdf", SHA256: sum(b), Size: 10})
		return err
	}, "consumer", "supervisor", "agent", "rival")
	row := p.begin(p.buyer, b)
	for _, x := range []app.Session{p.agent, p.supervisor, p.officer} {
		_, _, err := p.Files.Progress(p.ctx, x, row.ID)
		refused(t, negotiation.CodeNotFound, err)
		_, err = p.Files.Continue(p.ctx, x, row.ID, 0, bytes.NewReader(b))
		refused(t, negotiation.CodeNotFound, err)
	}
	_, err := p.Files.Continue(p.ctx, p.buyer, row.ID, 5, bytes.NewReader(b[5:]))
	refused(t, app.CodeWrongOffset, err)
	require.Equal(t, int64(0), param(t, err, "offset"))

	id := p.file(p.buyer, p.enterprise.ID)
	refused(t, negotiation.CodeNotFound, p.try(p.buyer, id, negotiation.AddEvidence{File: row.ID, SHA256: row.SHA256}))

	wrong := bytes.Clone(b)
	wrong[mebi+3]++
	_, err = p.Files.Continue(p.ctx, p.buyer, row.ID, 0, bytes.NewReader(wrong))
	refused(t, app.CodeHashMismatch, err)
	_, _, err = p.Files.Progress(p.ctx, p.buyer, row.ID)
	refused(t, negotiation.CodeNotFound, err)
	require.Zero(t, p.stored())

	page := append([]byte("<html><script>"), make([]byte, 3*mebi)...)
	row = p.begin(p.buyer, page)
	first := io.MultiReader(bytes.NewReader(page[:4000]), iotest.ErrReader(errors.New("nobody reads on")))
	_, err = p.Files.Continue(p.ctx, p.buyer, row.ID, 0, first)
	refused(t, app.CodeUnsupportedMedia, err)

	row = p.begin(p.buyer, bomb)
	_, err = p.Files.Continue(p.ctx, p.buyer, row.ID, 0, bytes.NewReader(bomb))
	refused(t, app.CodeImageTooBig, err)
	require.Zero(t, p.stored())
}

// Uploads that were begun count as uploads, or an account could fill the vault with parts.
func TestBegunUploadsCount(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(x *app.World) { x.Limits.FilesPerDay = 2 })
	x := w.consumer(phone).Session
	b := long(100)
	w.begin(x, b)
	w.begin(x, b)
	_, err := w.Files.Begin(w.ctx, x, app.Announcement{Name: "a.pdf", SHA256: sum(b), Size: 100})
	refused(t, negotiation.CodeRateLimited, err)
}

// Uploads may be begun all at once, and last: what an account may have is counted when they are there.
func TestUploadsAtOnceCount(t *testing.T) { vaults(t, uploadsAtOnceCount) }

func uploadsAtOnceCount(t *testing.T, in func(*app.World)) {
	w := newWorld(t, in, func(x *app.World) { x.Limits.FilesPerDay = 1 })
	x, jpg := w.consumer(phone).Session, photo(t, 1)
	_, err := w.Files.Put(w.ctx, x, app.Upload{Name: "slow.jpg", SHA256: sum(jpg), Body: during(jpg, func() {
		_, err := w.upload(x, "quick.jpg", jpg)
		require.NoError(t, err)
	})})
	refused(t, negotiation.CodeRateLimited, err)
	require.Equal(t, 1, w.stored())
}

// An account that is closed while its bytes come has no file from them.
func TestUploadOfAClosedAccount(t *testing.T) { vaults(t, uploadOfAClosedAccount) }

func uploadOfAClosedAccount(t *testing.T, in func(*app.World)) {
	w := newWorld(t, in)
	x, jpg := w.consumer(phone).Session, photo(t, 1)
	row := w.begin(x, long(100))
	_, err := w.Files.Put(w.ctx, x, app.Upload{Name: "a.jpg", SHA256: sum(jpg), Body: during(jpg, func() { require.NoError(t, w.Accounts.Erase(w.ctx, x)) })})
	refused(t, negotiation.CodeSignInRequired, err)
	require.Zero(t, w.stored())
	_, err = w.Files.Continue(w.ctx, x, row.ID, 0, bytes.NewReader(long(100)))
	refused(t, negotiation.CodeSignInRequired, err)
	row, err = w.plain.File(w.ctx, row.ID)
	require.NoError(t, err)
	require.Empty(t, row.Type, "it is no file")
}

// during gives the bytes, after something else has happened.
func during(b []byte, happens func()) io.Reader {
	return io.MultiReader(doing(happens), bytes.NewReader(b))
}

// doing is a reader of nothing, which does something instead.
type doing func()

func (d doing) Read([]byte) (int, error) {
	d()
	return 0, io.EOF
}

// What was never ended goes after a day, and so do parts that a crash left of one that was.
func TestSweepRemovesUnfinishedUploads(t *testing.T) { vaults(t, sweepRemovesUnfinishedUploads) }

func sweepRemovesUnfinishedUploads(t *testing.T, in func(*app.World)) {
	p := newPeople(t, in)
	b := long(3 * mebi)
	row := p.begin(p.buyer, b)
	_, err := p.Files.Continue(p.ctx, p.buyer, row.ID, 0, cutAfter(b, 2*mebi+5))
	refused(t, negotiation.CodeMalformed, err)
	kept, err := p.upload(p.buyer, "kept.pdf", []byte(pdf))
	require.NoError(t, err)
	id := p.file(p.buyer, p.enterprise.ID)
	p.do(p.buyer, id, negotiation.AddEvidence{File: kept.ID, SHA256: kept.SHA256})
	_, err = p.vault.Put(p.ctx, kept.ID+".0", bytes.NewReader([]byte("x")), 1)
	require.NoError(t, err)
	require.NoError(t, p.Files.Sweep(p.ctx))
	require.Equal(t, 5, p.stored(), "not before a day")
	p.real.Pass(time.Since(morning) + 25*time.Hour) // the folder's times are the machine's
	require.NoError(t, p.Files.Sweep(p.ctx))
	require.Equal(t, 1, p.stored())
	_, _, err = p.Files.Progress(p.ctx, p.buyer, row.ID)
	refused(t, negotiation.CodeNotFound, err)
}

// away is a vault whose server goes away after so many puts.
type away struct {
	app.Vault
	mu   sync.Mutex
	puts int
}

func (a *away) Put(ctx context.Context, id string, r io.Reader, most int64) (app.Stored, error) {
	a.mu.Lock()
	a.puts--
	gone := a.puts < 0
	a.mu.Unlock()
	if gone {
		return app.Stored{}, negotiation.NewError(negotiation.CodeUnavailable)
	}
	return a.Vault.Put(ctx, id, r, most)
}

// While the vault is away nothing is lost: the upload goes on when it is back.
func TestUploadWhileTheVaultIsAway(t *testing.T) {
	t.Parallel()
	v := &away{puts: 2}
	w := newWorld(t, func(x *app.World) { v.Vault = x.Vault; x.Vault = v })
	x := w.consumer(phone).Session
	b := long(2*mebi + 10)
	row := w.begin(x, b)
	at, err := w.Files.Continue(w.ctx, x, row.ID, 0, bytes.NewReader(b))
	refused(t, negotiation.CodeUnavailable, err)
	require.Equal(t, int64(2*mebi), at)
	v.puts = 2
	_, err = w.Files.Continue(w.ctx, x, row.ID, at, bytes.NewReader(b[at:]))
	require.NoError(t, err)
	require.Equal(t, 1, w.stored())
}

// A request that the network kept and the one that came after it may both arrive.
func TestUploadContinuedTwiceAtOnce(t *testing.T) { vaults(t, uploadContinuedTwiceAtOnce) }

func uploadContinuedTwiceAtOnce(t *testing.T, in func(*app.World)) {
	w := newWorld(t, in)
	x := w.consumer(phone).Session
	b := long(4*mebi + 10)
	row := w.begin(x, b)
	var both sync.WaitGroup
	for range 4 {
		both.Go(func() {
			if _, err := w.Files.Continue(w.ctx, x, row.ID, 0, bytes.NewReader(b)); err != nil && negotiation.CodeOf(err) != app.CodeWrongOffset {
				t.Error(err)
			}
		})
	}
	both.Wait()
	require.Equal(t, int64(len(b)), w.at(x, row.ID))
	f, err := w.vault.Open(w.ctx, row.ID)
	require.NoError(t, err)
	got, err := io.ReadAll(f)
	require.NoError(t, err)
	require.NoError(t, f.Close())
	require.True(t, bytes.Equal(b, got))
}
