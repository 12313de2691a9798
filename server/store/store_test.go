package store_test

import (
	"database/sql"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"hejie/server/store"
	"hejie/server/store/pgtest"
	"hejie/server/store/storetest"
)

var server pgtest.Server

func TestMain(m *testing.M) { goleak.VerifyTestMain(server.Around(m)) }

func TestConformance(t *testing.T) {
	t.Parallel()
	var all statements
	t.Run("sqlite", func(t *testing.T) {
		storetest.Run(t, func(t *testing.T) storetest.Database {
			path := filepath.Join(t.TempDir(), "log % ? #.db")
			return storetest.Database{
				At: path,
				Open: func(o store.Options) (*store.Store, error) {
					s, err := store.Open(path, o)
					if err == nil {
						t.Cleanup(func() { all.add(s.Prepared()...) })
						err = s.Overhear(func(q string) { all.add(q) })
					}
					return s, err
				},
				Exec: func(query string, args ...any) error {
					return execAt(t, "sqlite3", "file:"+filepath.Dir(path)+"/log%20%25%20%3F%20%23.db?_busy_timeout=5000", query, args)
				},
			}
		})
	})
	noneReadsWhole(t, all.list)
	noneReadsWholeOnPostgres(t, all.list)
}

func TestConformancePostgres(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(t *testing.T) storetest.Database {
		url := server.Database(t)
		return storetest.Database{
			At:   url,
			Open: func(o store.Options) (*store.Store, error) { return store.Open(url, o) },
			Exec: func(query string, args ...any) error { return execAt(t, "pgx", url, query, args) },
		}
	})
}

func execAt(t *testing.T, driver, source, query string, args []any) error {
	db, err := sql.Open(driver, source)
	require.NoError(t, err)
	defer db.Close()
	if driver == "pgx" {
		for n := 1; strings.Contains(query, "?"); n++ {
			query = strings.Replace(query, "?", "$"+strconv.Itoa(n), 1)
		}
	}
	_, err = db.Exec(query, args...)
	return err
}
