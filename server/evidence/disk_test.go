package evidence_test

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
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
	tmp := filepath.Join(dir, "tmp")
	require.NoError(t, os.MkdirAll(tmp, 0o700))
	for name, age := range map[string]time.Duration{"left": 2 * time.Hour, "growing": time.Minute} {
		file := filepath.Join(tmp, name)
		require.NoError(t, os.WriteFile(file, []byte("x"), 0o600))
		require.NoError(t, os.Chtimes(file, time.Time{}, time.Now().Add(-age)))
	}
	d, err := evidence.Open(dir)
	require.NoError(t, err)
	require.Equal(t, []string{"growing"}, files(t, dir), "another replica is receiving that")
	_, err = d.Put(t.Context(), app.NewID(), strings.NewReader("x"), 1)
	require.NoError(t, err)
	require.NoError(t, d.Close())
	_, err = d.Put(t.Context(), app.NewID(), strings.NewReader("x"), 1)
	code(t, negotiation.CodeUnavailable, err)
}

func TestFolderTakenAway(t *testing.T) {
	t.Parallel()
	d, dir := onDisk(t)
	require.NoError(t, d.Ping(t.Context()))
	require.NoError(t, os.RemoveAll(dir))
	require.Error(t, d.Ping(t.Context()))
}

// Replicas over one folder start at the same moment, and while one of them is receiving.
func TestManyOpenOneFolder(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	var starting sync.WaitGroup
	for range 8 {
		starting.Go(func() {
			for range 50 {
				d, err := evidence.Open(dir)
				if err != nil {
					t.Error(err)
					return
				}
				_, err = d.Put(context.Background(), app.NewID(), strings.NewReader("x"), 1)
				assert.NoError(t, errors.Join(err, d.Close()))
			}
		})
	}
	starting.Wait()
}
