package evidence_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"hejie/negotiation"
	"hejie/server/app"
	"hejie/server/evidence"
)

func onDisk(t *testing.T) (*evidence.Disk, string) {
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

func TestDisk(t *testing.T) {
	t.Parallel()
	conforms(t, func(t *testing.T) bed {
		d, dir := onDisk(t)
		return bed{d, func() []string { return files(t, dir) }}
	})
}

func TestNoIdLeavesTheFolder(t *testing.T) {
	t.Parallel()
	d, dir := onDisk(t)
	require.NoError(t, os.WriteFile(filepath.Join(filepath.Dir(dir), "secret"), []byte("x"), 0o600))
	for _, id := range []string{"..", "../secret", "00/../../secret"} {
		_, err := d.Open(t.Context(), id)
		code(t, negotiation.CodeNotFound, err)
		code(t, negotiation.CodeNotFound, d.Remove(t.Context(), id))
	}
	require.FileExists(t, filepath.Join(filepath.Dir(dir), "secret"))
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
	code(t, negotiation.CodeUnavailable, err)
}
