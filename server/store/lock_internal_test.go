package store

import (
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// A child of this process may hold a copy of the lock's file from its start until it becomes another program: the lock is free all the same.
func TestUnlock(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "hejie.db")
	f, err := lock(path)
	require.NoError(t, err)
	_, err = lock(path)
	require.ErrorIs(t, err, ErrInUse)
	copied, err := syscall.Dup(int(f.Fd()))
	require.NoError(t, err)
	defer syscall.Close(copied) //nolint:errcheck // nothing was written
	require.NoError(t, unlock(f))
	f, err = lock(path)
	require.NoError(t, err)
	require.NoError(t, unlock(f))
}
