package store_test

import (
	"context"
	"database/sql"
	"io/fs"
	"regexp"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"hejie/migrations"
	"hejie/server/store"
)

const (
	phonesFile = "0999_phones.sql"
	phonesStep = `-- +goose NO TRANSACTION
-- +goose Up
DROP INDEX CONCURRENTLY IF EXISTS people_phone;
CREATE INDEX CONCURRENTLY people_phone ON people (phone);
-- +goose Down
DROP INDEX CONCURRENTLY people_phone;
`
)

// TestIndexBesideWriters: while an index of the marked kind is built, others write to its table; when its builder dies half-way, whoever
// starts next builds it again; and replicas that start meanwhile wait without being waited for.
func TestIndexBesideWriters(t *testing.T) {
	t.Parallel()
	url := server.Database(t)
	db, err := sql.Open("pgx", url)
	require.NoError(t, err)
	defer db.Close()
	do := func(statement string) {
		t.Helper()
		_, err := db.Exec(statement)
		require.NoError(t, err)
	}
	counts := func(want int, query string) {
		t.Helper()
		require.EventuallyWithT(t, func(c *assert.CollectT) {
			var n int
			require.NoError(c, db.QueryRow(`SELECT count(*) FROM `+query).Scan(&n))
			require.Equal(c, want, n)
		}, 20*time.Second, 5*time.Millisecond)
	}
	ended := make(chan error, 4)
	patient, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	start := func() { ended <- store.MigrateWith(patient, url, phonesFile, phonesStep) }
	const (
		building = `pg_stat_activity WHERE datname = current_database() AND query LIKE '%INDEX CONCURRENTLY%' AND wait_event_type = 'Lock'`
		asking   = `pg_stat_activity WHERE datname = current_database() AND query LIKE 'SELECT pg_%advisory_lock%'`
		there    = `pg_index WHERE indexrelid = 'people_phone'::regclass AND indisvalid`
	)

	slow, err := db.Begin() // the builder waits for it
	require.NoError(t, err)
	defer slow.Rollback() //nolint:errcheck // committed below
	_, err = slow.Exec(`INSERT INTO people (account, name, phone, address) VALUES ('slow', '', '1', '')`)
	require.NoError(t, err)
	go start()
	counts(1, building)
	do(`SET lock_timeout = '1s'; INSERT INTO people (account, name, phone, address) VALUES ('quick', '', '2', '')`)
	do(`SELECT pg_terminate_backend(pid) FROM ` + building)
	require.Error(t, <-ended)
	counts(0, there)

	for range 3 {
		go start()
	}
	counts(1, building)
	counts(3, asking)
	require.NoError(t, slow.Commit())
	for range 3 {
		require.NoError(t, <-ended)
	}
	counts(1, there)
	counts(1, `goose_db_version WHERE version_id = 999`)
}

// TestStepsBesideWriters: a step without a transaction can be taken again wherever it was left: it builds one index, and first removes what
// there is of it.
func TestStepsBesideWriters(t *testing.T) {
	t.Parallel()
	marked := regexp.MustCompile(`(?m)^-- \+goose NO TRANSACTION|CONCURRENTLY`)
	form := regexp.MustCompile(`(?s)^-- \+goose NO TRANSACTION\n.*-- \+goose Up\n(?:\s|--[^\n]*\n)*DROP INDEX CONCURRENTLY IF EXISTS (\w+);\s+` +
		`CREATE INDEX CONCURRENTLY (\w+) ON [^;]*;\s+-- \+goose Down\s+DROP INDEX CONCURRENTLY (\w+);\s*$`)
	good := func(text string) bool {
		m := form.FindStringSubmatch(text)
		return !marked.MatchString(text) || m != nil && m[1] == m[2] && m[2] == m[3]
	}
	require.True(t, good(phonesStep))
	require.Empty(t, store.Held(phonesStep))
	require.False(t, good(phonesStep+"UPDATE people SET phone = '';"))
	require.False(t, good(regexp.MustCompile(`DROP INDEX CONCURRENTLY IF .*`).ReplaceAllString(phonesStep, "")))
	for _, database := range []string{"sqlite", "postgres"} {
		require.NoError(t, fs.WalkDir(migrations.Of(database), ".", func(name string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			text, err := fs.ReadFile(migrations.Of(database), name)
			require.True(t, good(string(text)), "%s/%s", database, name)
			return err
		}))
	}
}
