package store_test

import (
	"database/sql"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hejie/negotiation"
	"hejie/negotiation/workday"
	"hejie/server/store"
)

// both runs a test on a file and on a server. At is for store.Open, driver and source for database/sql.
func both(t *testing.T, test func(t *testing.T, at, driver, source string)) {
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		path := filepath.Join(t.TempDir(), "hejie.db")
		test(t, path, "sqlite3", path+"?_busy_timeout=5000")
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		url := server.Empty(t)
		test(t, url, "pgx", url)
	})
}

func dump(t *testing.T, s *store.Store) string {
	t.Helper()
	var b strings.Builder
	require.NoError(t, s.DumpDerived(ctx, &b))
	return b.String()
}

// equalDumps tells the first line that differs.
func equalDumps(t *testing.T, want, got string) {
	t.Helper()
	is := strings.Split(got, "\n")
	for i, line := range strings.Split(want, "\n") {
		require.Less(t, i, len(is))
		require.Equal(t, line, is[i])
	}
	require.Equal(t, strings.Count(want, "\n"), strings.Count(got, "\n"))
}

// after is what a dump says after a heading.
func after(t *testing.T, dump, heading string) string {
	t.Helper()
	_, tail, ok := strings.Cut(dump, heading)
	require.True(t, ok)
	return tail
}

// TestUpgrade: an installation with a year of cases goes back to the schema of the first release and comes up again, with nothing lost: what
// can be derived from the older tables is there at once, and all that follows from the log when the doctor has been.
func TestUpgrade(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, at, driver, source string) {
		s := open(t, at, store.Options{})
		yearOfCases(t, s, "enterprise 7", 60)
		want := dump(t, s)
		require.NoError(t, s.Close())
		const first = 2
		require.NoError(t, store.MigrateTo(ctx, at, first))
		have, err := store.Status(ctx, at)
		require.NoError(t, err)
		require.Equal(t, int64(first), have.Version)
		require.Greater(t, have.Latest, have.Version)

		s = open(t, at, store.Options{})
		equalDumps(t, after(t, want, "# scorecard_running"), after(t, dump(t, s), "# scorecard_running"))
		require.NoError(t, s.Rebuild(ctx))
		equalDumps(t, want, dump(t, s))
		_, err = s.Verify(ctx)
		require.NoError(t, err)
		have, err = store.Status(ctx, at)
		require.NoError(t, err)
		require.Equal(t, have.Latest, have.Version)
	})
}

// TestRulingsOfBefore: in the tables of the release before, a refusal whose complaint was withdrawn stands among the closed cases and has
// no clock. Its row is right as soon as the store is open, without the doctor.
func TestRulingsOfBefore(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, at, driver, source string) {
		s := open(t, at, store.Options{})
		id, by := yearOfCases(t, s, "enterprise 7", 20)[19], negotiation.Actor{ID: "consumer 19", Role: negotiation.RoleConsumer}
		c, _, err := s.Case(ctx, id)
		require.NoError(t, err)
		env := negotiation.Env{At: c.FiledAt.Add(time.Hour), Calendar: workday.Default()}
		require.NoError(t, step(s, id, negotiation.Actor{ID: "agent", Role: negotiation.RoleDeskAgent, Enterprise: "enterprise 7"},
			negotiation.RefuseCase{Ground: negotiation.NotOurCustomer, Text: "不是我们的"}, env))
		require.NoError(t, step(s, id, by, negotiation.WithdrawCase{Reason: "other"}, env))
		want := dump(t, s)
		require.Contains(t, want, `col="refusals"`)
		require.NoError(t, s.Close())
		const before = 11
		require.NoError(t, store.MigrateTo(ctx, at, before))

		s = open(t, at, store.Options{})
		equalDumps(t, want, dump(t, s))
	})
}

// TestWaitsOfBefore: cases of the release before that nobody has wait for an agent as soon as the store is open, but for those that a member
// of the desk gave back.
func TestWaitsOfBefore(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, at, driver, source string) {
		s := open(t, at, store.Options{})
		ids, by := yearOfCases(t, s, "enterprise 7", 120), negotiation.Actor{ID: "agent", Role: negotiation.RoleDeskAgent, Enterprise: "enterprise 7"}
		assign := func(id string, by negotiation.Actor, agent string) {
			c, _, err := s.Case(ctx, id)
			require.NoError(t, err)
			require.NoError(t, step(s, id, by, negotiation.Assign{Agent: agent}, negotiation.Env{At: c.FiledAt.Add(time.Hour), Calendar: workday.Default()}))
		}
		waiting, err := s.Waiting(ctx, "enterprise 7", 100)
		require.NoError(t, err)
		require.GreaterOrEqual(t, len(waiting), 4)
		assign(waiting[0], by, "agent")
		assign(waiting[1], by, "agent")
		assign(waiting[1], by, "")
		assign(waiting[2], by, "agent")
		assign(waiting[2], negotiation.System, "")
		require.Greater(t, len(ids), len(waiting))
		want := dump(t, s)
		require.NoError(t, s.Close())
		const before = 21
		require.NoError(t, store.MigrateTo(ctx, at, before))

		s = open(t, at, store.Options{})
		equalDumps(t, want, dump(t, s))
		still, err := s.Waiting(ctx, "enterprise 7", 100)
		require.NoError(t, err)
		require.Equal(t, waiting[2:], still)
	})
}

// TestNewer: what a later program wrote is not touched.
func TestNewer(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, at, driver, source string) {
		require.NoError(t, store.Migrate(ctx, at))
		have, err := store.Status(ctx, at)
		require.NoError(t, err)
		require.NoError(t, execAt(t, driver, source, `INSERT INTO goose_db_version (version_id, is_applied) VALUES (?, ?)`, []any{have.Latest + 1, true}))
		_, err = store.Open(at, store.Options{})
		require.ErrorIs(t, err, store.ErrNewer)
	})
}

// TestSteps: before an upgrade it is seen which steps are to come, and which tables they keep for themselves.
func TestSteps(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, at, _, _ string) {
		require.NoError(t, store.MigrateTo(ctx, at, 8))
		steps, err := store.Steps(ctx, at)
		require.NoError(t, err)
		require.Equal(t, []store.Step{{Name: "0009_erasing", Holds: []string{"outbox"}}, {Name: "0010_filers"}}, steps[:2], "its own tables no step holds")
		require.Contains(t, steps, store.Step{Name: "0012_in_order", Holds: []string{"cases"}})
		require.NoError(t, store.Migrate(ctx, at))
		steps, err = store.Steps(ctx, at)
		require.NoError(t, err)
		require.Empty(t, steps)
	})
}

// TestMigrateOnce: replicas that start on an empty database at once migrate it once.
func TestMigrateOnce(t *testing.T) {
	t.Parallel()
	url := server.Empty(t)
	have, err := store.Status(ctx, url)
	require.NoError(t, err)
	require.Zero(t, have.Version)
	var starts sync.WaitGroup
	errs := make([]error, 8)
	for i := range errs {
		starts.Go(func() {
			s, err := store.Open(url, quiet(store.Options{}))
			if err == nil {
				err = s.Close()
			}
			errs[i] = err
		})
	}
	starts.Wait()
	for _, err := range errs {
		require.NoError(t, err)
	}
	db, err := sql.Open("pgx", url)
	require.NoError(t, err)
	defer db.Close()
	var steps, distinct int64
	require.NoError(t, db.QueryRow(`SELECT count(*), count(DISTINCT version_id) FROM goose_db_version WHERE version_id > 0`).Scan(&steps, &distinct))
	require.Equal(t, have.Latest, steps)
	require.Equal(t, have.Latest, distinct)
}

// acceptedChanges of indexes and constraints, by migration and name: what is no longer as the release before knows it, and what may refuse
// its rows; each with the reason for which it is taken.
var acceptedChanges = map[string]string{
	"0003 cases_running":          "its counts are kept in a table now; who counts finds an enterprise's cases by cases_enterprise",
	"0006 outbox_offer":           "a second offer that waits to be told is refused: who comes from before it stops all replicas first",
	"0007 accounts_administrator": "accounts_staff has the administrators, too",
	"0007 cases_inbox":            "begins as before",
	"0007 cases_region":           "begins as before",
	"0007 cases_city":             "begins as before",
	"0007 cases_province":         "begins as before",
	"0007 cases_col":              "begins as before",
	"0012 cases_next":             "begins as before",
	"0016 events_acts":            "a case's offers are found among all of its events until then",
}

// TestMigrationsOnlyAdd: replicas of the release before work on over the new schema until they are replaced, so each table and column that
// they know stays as it was, and what they do not know they need not fill in; their rows are refused by nothing new, and what they find by
// an index or hold unique stays so.
func TestMigrationsOnlyAdd(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, at, driver, source string) {
		const first = 2
		require.NoError(t, store.MigrateTo(ctx, at, first))
		before, rulesBefore := schemaOf(t, driver, source), rulesOf(t, driver, source)
		have, err := store.Status(ctx, at)
		require.NoError(t, err)
		changes := map[string]bool{}
		for v := int64(first + 1); v <= have.Latest; v++ {
			require.NoError(t, store.MigrateTo(ctx, at, v))
			after, rules := schemaOf(t, driver, source), rulesOf(t, driver, source)
			onlyColumnsAdded(t, v, before, after)
			for name := range changedRules(before, rulesBefore, rules) {
				change := fmt.Sprintf("%04d %s", v, name)
				changes[change] = true
				require.NotEmpty(t, acceptedChanges[change], "%s was %+v and is %+v", change, rulesBefore[name], rules[name])
			}
			before, rulesBefore = after, rules
		}
		require.Len(t, changes, len(acceptedChanges), "some that are accepted are none")
	})
}

func onlyColumnsAdded(t *testing.T, version int64, before, after map[string]map[string]column) {
	t.Helper()
	for table, columns := range before {
		for name, c := range columns {
			require.Contains(t, after[table], name, "%d takes %s.%s away", version, table, name)
			is := after[table][name]
			require.Equal(t, c.kind, is.kind, "%d: %s.%s is of another kind", version, table, name)
			require.False(t, is.needed && !c.needed, "%d: %s.%s may no longer be left out", version, table, name)
		}
		for name, c := range after[table] {
			if _, known := columns[name]; !known {
				require.True(t, !c.needed || c.filled, "%d: %s.%s is not written by the release before", version, table, name)
			}
		}
	}
}

// changedRules of tables that were there before: what is gone or another, and what is new and refuses rows.
func changedRules(tables map[string]map[string]column, before, after map[string]rule) map[string]bool {
	changed := map[string]bool{}
	for name, r := range before {
		if after[name] != r {
			changed[name] = true
		}
	}
	for name, r := range after {
		if _, known := before[name]; !known && r.refuses && tables[r.table] != nil {
			changed[name] = true
		}
	}
	return changed
}

// rule of a table: an index, a constraint or a trigger.
type rule struct {
	table, says string
	refuses     bool // rows, unless it says otherwise: all but an index that only finds
}

// rulesOf gives those of all tables, by name.
func rulesOf(t *testing.T, driver, source string) map[string]rule {
	t.Helper()
	// A file names no CHECK, nor what a column refers to: of a table with one, all its text is the rule.
	query := `SELECT i.name, m.name, coalesce(x.sql, (SELECT group_concat(name) FROM pragma_index_info(i.name))), i."unique"
			FROM sqlite_schema m, pragma_index_list(m.name) i JOIN sqlite_schema x ON x.name = i.name WHERE m.type = 'table'
		UNION ALL SELECT name || ' itself', name, sql, 1 FROM sqlite_schema WHERE type = 'table' AND (sql LIKE '%CHECK%(%' OR sql LIKE '%REFERENCES %')
		UNION ALL SELECT name, tbl_name, sql, 1 FROM sqlite_schema WHERE type = 'trigger'`
	if driver == "pgx" {
		query = `SELECT c.relname, i.indrelid::regclass::text, pg_get_indexdef(c.oid), i.indisunique FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
				WHERE c.relnamespace = 'public'::regnamespace
			UNION ALL SELECT conname, conrelid::regclass::text, pg_get_constraintdef(oid), true FROM pg_constraint
				WHERE connamespace = 'public'::regnamespace AND contype NOT IN ('p', 'u', 'n')
			UNION ALL SELECT tgname, tgrelid::regclass::text, pg_get_triggerdef(oid), true FROM pg_trigger WHERE NOT tgisinternal`
	}
	db, err := sql.Open(driver, source)
	require.NoError(t, err)
	defer db.Close()
	rows, err := db.Query(query)
	require.NoError(t, err)
	defer rows.Close()
	found := map[string]rule{}
	for rows.Next() {
		var name string
		var r rule
		require.NoError(t, rows.Scan(&name, &r.table, &r.says, &r.refuses))
		found[name] = r
	}
	require.NoError(t, rows.Err())
	return found
}

// column of a table.
type column struct {
	kind           string // as SQLite calls it
	needed, filled bool   // it cannot be NULL; it has a default
}

// schemaOf gives the columns of all tables, by name.
func schemaOf(t *testing.T, driver, source string) map[string]map[string]column {
	t.Helper()
	query := `SELECT m.name, c.name, c.type, c."notnull" OR c.pk > 0, c.dflt_value IS NOT NULL FROM sqlite_schema m, pragma_table_info(m.name) c
		WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%'`
	if driver == "pgx" {
		query = `SELECT table_name, column_name, data_type, is_nullable = 'NO', column_default IS NOT NULL FROM information_schema.columns
			WHERE table_schema = 'public'`
	}
	db, err := sql.Open(driver, source)
	require.NoError(t, err)
	defer db.Close()
	rows, err := db.Query(query)
	require.NoError(t, err)
	defer rows.Close()
	found := map[string]map[string]column{}
	for rows.Next() {
		var table, name string
		var c column
		require.NoError(t, rows.Scan(&table, &name, &c.kind, &c.needed, &c.filled))
		if table == "goose_db_version" || name == "rowid" {
			continue
		}
		switch c.kind {
		case "bigint", "integer":
			c.kind = "INTEGER"
		case "bytea":
			c.kind = "BLOB"
		}
		c.kind = strings.ToUpper(c.kind)
		if found[table] == nil {
			found[table] = map[string]column{}
		}
		found[table][name] = c
	}
	require.NoError(t, rows.Err())
	return found
}

// TestSameSchema: both databases have the same tables with the same columns, whose texts both compare as bytes; and all of them are copied.
func TestSameSchema(t *testing.T) {
	t.Parallel()
	path, url := filepath.Join(t.TempDir(), "hejie.db"), server.Database(t)
	require.NoError(t, store.Migrate(ctx, path))
	file := schemaOf(t, "sqlite3", path)
	require.Equal(t, file, schemaOf(t, "pgx", url))
	require.ElementsMatch(t, slices.Collect(maps.Keys(file)), store.Tables())

	db, err := sql.Open("pgx", url)
	require.NoError(t, err)
	defer db.Close()
	var others string
	require.NoError(t, db.QueryRow(`SELECT coalesce(string_agg(table_name || '.' || column_name, ' '), '') FROM information_schema.columns
		WHERE table_schema = 'public' AND data_type = 'text' AND collation_name IS DISTINCT FROM 'C'`).Scan(&others))
	require.Empty(t, others, "without COLLATE \"C\"")
}
