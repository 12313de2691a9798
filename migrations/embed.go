// Package migrations holds the schema of every database as numbered files; the same number means the same step in each.
package migrations

import "embed"

//go:embed sqlite/*.sql
var files embed.FS

// SQLite gives the files for SQLite, in a folder of that name.
func SQLite() embed.FS { return files }
