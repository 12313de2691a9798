package store_test

import (
	"database/sql"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"hejie/server/store"
)

// statements that were heard, each once.
type statements struct {
	mu   sync.Mutex
	list map[string]bool
}

func (s *statements) add(more ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.list == nil {
		s.list = map[string]bool{}
	}
	for _, q := range more {
		s.list[q] = true
	}
}

// short are tables that stay so, and what only looks like one: subqueries that are limited, values.
var short = []string{"seal", "set_up", "heartbeat", "outages", "calendar_years", "bureaus", "enterprises", "enterprise_events", "scorecard_running",
	"one", "each", "w", "CONSTANT ROW", "json_each VIRTUAL"}

// whole are statements that may read all of a table that grows, by words in them, and why.
var whole = map[string]string{
	"SELECT * FROM cases ORDER BY key":                                                   "the doctor compares all",
	"SELECT * FROM scorecard_pairs ORDER BY":                                             "the doctor compares all",
	"SELECT * FROM scorecard_rows ORDER BY":                                              "the doctor compares all",
	"FROM cases c WHERE NOT EXISTS":                                                      "verify looks at all",
	"FROM scorecard_pairs WHERE last_on >= ? GROUP BY enterprise":                        "the ranking, once a day: an index of numbers",
	"FROM scorecard_pairs INDEXED BY scorecard_pairs_frequent":                           "the ranking, once a day: an index of the few who complain often",
	"FROM scorecard_rows WHERE grain = 'd' AND span BETWEEN ? AND ? GROUP BY enterprise": "the ranking, once a day: sums, whose number follows the enterprises",
	"DELETE FROM codes WHERE created_at":                                                 "they are of one day",
	"FROM invitations i":                                                                 "a bureau's list of wishes, which are few",
	"DELETE FROM attempts WHERE at":                                                      "they are of one day",
	"SELECT id FROM accounts WHERE active = 0 AND enterprise <> ''":                      "staff of desks, once an hour: an index of them alone",
	"SELECT DISTINCT enterprise FROM accounts WHERE capacity IS NOT NULL":                "staff who are given cases, once a minute: an index of them alone",
	"FROM outbox ORDER BY created_at DESC":                                               "the demo's page of messages",
	"FROM accounts WHERE 1 = 1 ORDER BY id":                                              "nobody asks for all accounts",
	"FROM accounts WHERE 1 = 1 AND active = 1 ORDER BY id":                               "nobody asks for all accounts",
	"FROM accounts WHERE 1 = 1 AND role = ? ORDER BY id":                                 "nobody asks for all consumers: staff have an index",
	"FROM cases ORDER BY key DESC":                                                       "every list is of a consumer, an enterprise or a board, and boards are by due",
	"FROM cases WHERE open = 1 ORDER BY key DESC":                                        "the same",
	"FROM cases WHERE amount >= ? AND amount <= ? ORDER BY key DESC":                     "the same",
	"FROM cases WHERE bureau = ? AND category = ? ORDER BY key DESC":                     "the same",
	"FROM cases ORDER BY amount DESC":                                                    "the same",
	"FROM cases WHERE (amount, key) < (?, ?) ORDER BY amount DESC":                       "the same",
	"FROM cases ORDER BY turn_since":                                                     "the same",
	"FROM cases WHERE (turn_since, key) > (?, ?) ORDER BY turn_since":                    "the same",
}

// covered are statements that count or put in order what may be many, by words in them: they read an index and no rows.
var covered = []string{
	"SELECT count(*) FROM cases WHERE region = ? AND col = ? AND breach_at < ?",
	"FROM cases INDEXED BY cases_inbox WHERE enterprise = ? AND open = 1 ORDER BY due, key",
	"FROM cases INDEXED BY cases_inbox WHERE enterprise = ? AND open = 1 ORDER BY amount",
	"FROM cases INDEXED BY cases_inbox WHERE enterprise = ? AND open = 1 AND phase IN",
}

// noneReadsWhole holds every other statement to finding what it wants by an index, however many rows there are; and a board to reading
// no more rows than it shows.
func noneReadsWhole(t *testing.T, heard map[string]bool) {
	t.Helper()
	s := newStore(t, store.Options{})
	excused, counted := map[string]bool{}, map[string]bool{}
	for q := range heard {
		switch word, _, _ := strings.Cut(q, " "); word {
		case "PRAGMA", "BEGIN", "COMMIT", "ROLLBACK", "VACUUM":
			continue
		}
		plan, err := s.Plan(ctx, q, make([]any, strings.Count(q, "?"))...)
		require.NoError(t, err, q)
		for _, step := range plan {
			table, scans := strings.CutPrefix(step, "SCAN ")
			if !scans || slices.ContainsFunc(short, func(name string) bool { return table == name || strings.HasPrefix(table, name+" ") }) {
				continue
			}
			words, ok := excuse(q)
			excused[words] = true
			assert.True(t, ok, "%s\n%s", step, q)
		}
		for _, words := range covered {
			if strings.Contains(q, words) {
				counted[words] = true
				assert.Contains(t, strings.Join(plan, "\n"), "COVERING INDEX", q)
			}
		}
		if strings.Contains(q, "AS each") {
			assert.NotRegexp(t, `SEARCH cases[^\n]*\n[^\n]*TEMP B-TREE`, strings.Join(plan, "\n"), q)
		}
	}
	assert.Len(t, counted, len(covered), counted)
	for words := range whole {
		assert.True(t, excused[words], "nothing says %q any more", words)
	}
}

// noneReadsWholeOnPostgres is the same for a server: its indexes are its own, and so is what keeps them from being used, such as another
// collation on one side of a join. Reading all of a table is forbidden there, so who does it anyway has no index to use.
func noneReadsWholeOnPostgres(t *testing.T, heard map[string]bool) {
	t.Helper()
	url := server.Database(t)
	require.NoError(t, store.Migrate(ctx, url))
	db, err := sql.Open("pgx", url)
	require.NoError(t, err)
	defer db.Close()
	conn, err := db.Conn(ctx)
	require.NoError(t, err)
	defer conn.Close()
	_, err = conn.ExecContext(ctx, `SET enable_seqscan = off; SET plan_cache_mode = force_generic_plan`)
	require.NoError(t, err)
	planned := 0
	for q := range heard {
		_, excused := excuse(q)
		q, ok := store.OnPostgres(q)
		if excused || !ok || !strings.Contains(q, " WHERE ") { // a rebuild empties tables
			continue
		}
		planned++
		_, err := conn.ExecContext(ctx, "PREPARE q AS "+q)
		require.NoError(t, err, q)
		nulls := ""
		if n := strings.Count(q, "$"); n > 0 {
			nulls = "(NULL" + strings.Repeat(", NULL", n-1) + ")"
		}
		rows, err := conn.QueryContext(ctx, "EXPLAIN EXECUTE q"+nulls)
		require.NoError(t, err, q)
		for rows.Next() {
			var step string
			require.NoError(t, rows.Scan(&step))
			if _, table, scans := strings.Cut(step, "Seq Scan on "); scans {
				table, _, _ = strings.Cut(table, " ")
				assert.Contains(t, short, table, "%s\n%s", step, q)
			}
		}
		require.NoError(t, rows.Err())
		_, err = conn.ExecContext(ctx, "DEALLOCATE q")
		require.NoError(t, err)
	}
	require.Greater(t, planned, 100)
}

func excuse(q string) (words string, ok bool) {
	for words := range whole {
		if strings.Contains(q, words) {
			return words, true
		}
	}
	return "", false
}
