// Package migrations holds the schema of every database as numbered files; the same number means the same step in each.
package migrations

import "embed"

//go:embed sqlite/*.sql postgres/*.sql
var files embed.FS

// Files gives the files of all databases, each in a folder of its name: sqlite, postgres.
func Files() embed.FS { return files }
