package store_test

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hejie/server/app"
	"hejie/server/store"
)

// TestCloseLeavesOneFile: after an orderly end everything is in the database's own file, so that copying it copies all.
func TestCloseLeavesOneFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "hejie.db")
	s, err := store.Open(path, store.Options{})
	require.NoError(t, err)
	require.NoError(t, s.Plain().Write(t.Context(), func(tx app.PlainTx) error { return tx.Beat(t.Context(), time.Now()) }))
	_, err = s.Plain().Heartbeat(t.Context()) // a reader is open, too
	require.NoError(t, err)
	require.FileExists(t, path+"-wal")
	require.NoError(t, s.Close())
	require.NoFileExists(t, path+"-wal")
}
