// Package migrations holds the schema of every database as numbered files; the same number means the same step in each.
//
// A step runs in one transaction, and an index that it builds keeps writers of the table waiting. On PostgreSQL one of a large table is
// built beside them, in a step of its own. What an earlier try left when it died is no index, and goes first:
//
//	-- +goose NO TRANSACTION
//	-- +goose Up
//	DROP INDEX CONCURRENTLY IF EXISTS cases_title;
//	CREATE INDEX CONCURRENTLY cases_title ON cases (search_title);
//	-- +goose Down
//	DROP INDEX CONCURRENTLY cases_title;
//
// It has a name of its own, so an index that it replaces goes in a later step.
package migrations

import (
	"embed"
	"io/fs"
)

//go:embed sqlite/*.sql postgres/*.sql
var files embed.FS

// Of gives the files of a database: sqlite, postgres.
func Of(database string) fs.FS {
	folder, err := fs.Sub(files, database)
	if err != nil { // only for what is no path
		panic(err)
	}
	return folder
}
