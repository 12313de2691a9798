package store_test

import (
	"database/sql"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"hejie/server/store"
	"hejie/server/store/storetest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestConformance(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(t *testing.T) storetest.Database {
		path := filepath.Join(t.TempDir(), "log % ? #.db")
		return storetest.Database{
			Open: func(o store.Options) (*store.Store, error) { return store.Open(path, o) },
			Exec: func(query string, args ...any) error {
				db, err := sql.Open("sqlite3", "file:"+filepath.Dir(path)+"/log%20%25%20%3F%20%23.db?_busy_timeout=5000")
				require.NoError(t, err)
				defer db.Close()
				_, err = db.Exec(query, args...)
				return err
			},
		}
	})
}
