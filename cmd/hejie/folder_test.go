package main

import (
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"hejie/server/app"
)

// Replicas that start in one empty folder at the same moment have the same secret: the one that is there afterwards.
func TestOneSecretForAll(t *testing.T) {
	t.Parallel()
	f := folder{path: t.TempDir()}
	secrets := make([]app.Secret, 16)
	var starts sync.WaitGroup
	for i := range secrets {
		starts.Go(func() {
			var err error
			secrets[i], err = f.openSecret()
			assert.NoError(t, err)
		})
	}
	starts.Wait()
	kept, err := f.openSecret()
	require.NoError(t, err)
	for _, s := range secrets {
		require.Equal(t, kept, s)
	}
	left, err := os.ReadDir(f.path)
	require.NoError(t, err)
	require.Len(t, left, 1)
}

// The secret is the installation's: nobody else may read it, and a database without it is refused.
func TestSecret(t *testing.T) {
	t.Parallel()
	f := folder{path: filepath.Join(t.TempDir(), "data")}
	first, err := f.openSecret()
	require.NoError(t, err)
	again, err := f.openSecret()
	require.NoError(t, err)
	require.Equal(t, first, again)
	shell{data: f.path}.must(t, "migrate", "up")
	require.NoError(t, os.Chmod(f.secret(), 0o644))
	_, err = f.openSecret()
	require.ErrorContains(t, err, "chmod 600")
	require.NoError(t, os.Remove(f.secret()))
	_, err = f.openSecret()
	require.ErrorContains(t, err, "missing")
	require.NoError(t, os.Rename(f.file(), filepath.Join(f.path, movedName)))
	_, err = f.openSecret()
	require.ErrorContains(t, err, "moved to a server", "none is made anew")
}
