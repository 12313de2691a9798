package store

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/stretchr/testify/require"
)

// TestCheckpoints: after many writes what was committed is in the file, and the WAL begins anew however busy the writer is.
func TestCheckpoints(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "hejie.db")
	s, err := Open(path, Options{})
	require.NoError(t, err)
	defer func() { require.NoError(t, s.Close()) }()
	other, err := sqlx.Open(writerDriver, dsn(path))
	require.NoError(t, err)
	defer func() { require.NoError(t, other.Close()) }()
	frames := func() (n int) {
		var busy, copied int
		require.NoError(t, other.QueryRowx(`PRAGMA wal_checkpoint(NOOP)`).Scan(&busy, &n, &copied))
		return n
	}
	insert := func(rows int) {
		require.NoError(t, s.write(t.Context(), func(tx *tx) error {
			for range rows {
				err := tx.run(`INSERT INTO audit (at, actor, role, what, subject, case_id, why, detail) VALUES (0, '', '', '', '', '', '', ?)`, strings.Repeat("x", 400))
				if err != nil {
					return err
				}
			}
			return nil
		}))
	}
	insert(writesBetween - 1)
	full := frames()
	require.Greater(t, full, 500)
	insert(1)
	require.Eventually(t, func() bool {
		insert(1)
		return frames() < full/10
	}, 10*time.Second, time.Millisecond)
}
