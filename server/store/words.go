package store

import (
	"io/fs"
	"strings"

	"github.com/pressly/goose/v3/database"

	"hejie/migrations"
)

// words are what the SQL of the two databases has not in common, beside how a parameter is written.
type words struct {
	steps    fs.FS // the migrations' files
	goose    database.Dialect
	migrated string // counts the tables of goose
	frequent string // the index of the ranking's pairs that SQLite does not take by itself
	inbox    string // the same of inboxes: it takes a narrower one that has the closed cases, too
	hold     string // ends a SELECT of the writer: nobody changes the rows that it gave before COMMIT
	share    string // the same, but others may hold them, too
	each     string // a SELECT of the strings of a JSON array
	claim    string // ends a SELECT of rows that others may be taking at this moment, too: each gets its own
}

var (
	sqliteWords = &words{
		steps:    migrations.Of("sqlite"),
		goose:    database.DialectSQLite3,
		migrated: `SELECT count(*) FROM sqlite_schema WHERE name = 'goose_db_version'`,
		frequent: ` INDEXED BY scorecard_pairs_frequent`,
		inbox:    ` INDEXED BY cases_inbox`,
		each:     `SELECT value FROM json_each(?)`,
	}
	postgresWords = &words{
		steps:    migrations.Of("postgres"),
		goose:    database.DialectPostgres,
		migrated: `SELECT count(*) FROM pg_class WHERE oid = to_regclass('goose_db_version')`,
		hold:     ` FOR UPDATE`,
		share:    ` FOR SHARE`,
		each:     `SELECT jsonb_array_elements_text(?::text::jsonb)`,
		claim:    ` FOR UPDATE SKIP LOCKED`,
	}
)

// isPostgres says whether a database is on a PostgreSQL server: it is named by a URL then, else by the path of its file.
func isPostgres(at string) bool {
	return strings.HasPrefix(at, "postgres://") || strings.HasPrefix(at, "postgresql://")
}

func wordsOf(at string) *words {
	if isPostgres(at) {
		return postgresWords
	}
	return sqliteWords
}
