package evidence_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"hejie/negotiation"
	"hejie/server/app"
	"hejie/server/evidence"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func open(t *testing.T) (*evidence.Disk, string) {
	dir := filepath.Join(t.TempDir(), "evidence")
	d, err := evidence.Open(dir)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, d.Close()) })
	return d, dir
}

// files below dir, so that a test sees what was left behind.
func files(t *testing.T, dir string) (names []string) {
	require.NoError(t, filepath.WalkDir(dir, func(p string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			names = append(names, e.Name())
		}
		return err
	}))
	return names
}

func TestRoundTrip(t *testing.T) {
	t.Parallel()
	d, _ := open(t)
	id := app.NewID()
	got, err := d.Put(t.Context(), id, strings.NewReader("abc"), 3)
	require.NoError(t, err)
	require.Equal(t, app.Stored{Size: 3, SHA256: "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"}, got)
	f, err := d.Open(t.Context(), id)
	require.NoError(t, err)
	b, err := io.ReadAll(f)
	require.NoError(t, err)
	require.NoError(t, f.Close())
	require.Equal(t, "abc", string(b))

	var seen []string
	require.NoError(t, d.Each(t.Context(), func(id string, at time.Time) error {
		require.False(t, at.IsZero())
		seen = append(seen, id)
		return nil
	}))
	require.Equal(t, []string{id}, seen)

	require.NoError(t, d.Remove(t.Context(), id))
	require.NoError(t, d.Remove(t.Context(), id), "twice is no error")
	_, err = d.Open(t.Context(), id)
	require.Equal(t, negotiation.CodeNotFound, negotiation.CodeOf(err))
}

func TestFailedPutLeavesNothing(t *testing.T) {
	t.Parallel()
	ended, end := context.WithCancel(t.Context())
	end()
	for name, c := range map[string]struct {
		ctx  context.Context
		r    io.Reader
		code string
	}{
		"too large":          {t.Context(), bytes.NewReader(make([]byte, 101)), app.CodeTooLarge},
		"cut in the middle":  {t.Context(), io.MultiReader(bytes.NewReader(make([]byte, 50)), iotest.ErrReader(io.ErrUnexpectedEOF)), negotiation.CodeMalformed},
		"sender's own error": {t.Context(), iotest.ErrReader(negotiation.NewError(app.CodeTooLarge)), app.CodeTooLarge},
		"context":            {ended, bytes.NewReader(make([]byte, 50)), negotiation.CodeMalformed},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d, dir := open(t)
			id := app.NewID()
			_, err := d.Put(c.ctx, id, c.r, 100)
			require.Equal(t, c.code, negotiation.CodeOf(err))
			_, err = d.Open(t.Context(), id)
			require.Equal(t, negotiation.CodeNotFound, negotiation.CodeOf(err))
			require.Empty(t, files(t, dir))
		})
	}
}

func TestNoIdLeavesTheFolder(t *testing.T) {
	t.Parallel()
	d, dir := open(t)
	require.NoError(t, os.WriteFile(filepath.Join(filepath.Dir(dir), "secret"), []byte("x"), 0o600))
	for _, id := range []string{"", ".", "..", "../secret", "/etc/passwd", "00/../../secret", strings.ToUpper(app.NewID()), app.NewID() + "/../x", app.NewID() + ".copy.copy"} {
		_, err := d.Open(t.Context(), id)
		require.Equal(t, negotiation.CodeNotFound, negotiation.CodeOf(err), id)
		_, err = d.Put(t.Context(), id, strings.NewReader("x"), 10)
		require.Equal(t, negotiation.CodeNotFound, negotiation.CodeOf(err), id)
		require.Error(t, d.Remove(t.Context(), id), id)
	}
}

func TestOpenRemovesLeftovers(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	require.NoError(t, os.MkdirAll(filepath.Join(dir, "tmp"), 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "tmp", "half"), []byte("x"), 0o600))
	d, err := evidence.Open(dir)
	require.NoError(t, err)
	require.Empty(t, files(t, dir))
	_, err = d.Put(t.Context(), app.NewID(), strings.NewReader("x"), 1)
	require.NoError(t, err)
	require.NoError(t, d.Close())
	_, err = d.Put(t.Context(), app.NewID(), strings.NewReader("x"), 1)
	require.Equal(t, negotiation.CodeUnavailable, negotiation.CodeOf(err))
}

func TestEachEndsWithError(t *testing.T) {
	t.Parallel()
	d, _ := open(t)
	for range 2 {
		_, err := d.Put(t.Context(), app.NewID(), strings.NewReader("x"), 1)
		require.NoError(t, err)
	}
	stop, calls := errors.New("stop"), 0
	require.ErrorIs(t, d.Each(t.Context(), func(string, time.Time) error { calls++; return stop }), stop)
	require.Equal(t, 1, calls)
}
