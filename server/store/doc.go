// Package store keeps Hejie's data in one SQLite file. It implements app.Log and the readers of cases, enterprises and figures.
//
// # Pattern
//
// The log (case_keys, events, enterprise_events) is the truth; rows are only ever added to it. Derived tables (cases,
// enterprises, scorecard_rows, scorecard_pairs) are written in the transaction of the events that they follow from, and
// Rebuild fills them from the log alone. Plain tables are neither.
//
// # Concurrency
//
// One goroutine writes, on the one connection that may. It takes what waits (at most 512 jobs, no lingering), runs the
// decisions in order on folded cases from its cache, writes, and commits once: a group commit. Jobs of one batch see each other's
// results. After COMMIT, and never before, it swaps the cached cases, answers the callers and hands the batch to OnCommit, which
// runs on a goroutine of its own, batch after batch. Readers have a small pool of query_only connections and share the cached
// cases, which never change: a change makes a new one.
//
// # Invariants
//
//   - What was acknowledged is on disk (synchronous=FULL); what was refused or unavailable left no trace.
//   - Versions of a case are gap-free, and so is seq in each of its channels; UNIQUE(case, version) guards it.
//   - A command id takes effect once, as long as the case lives; sent again it gets the receipt of the first time.
//   - A job that fails does not take its neighbours along: plain writes have a savepoint, and a batch that breaks on one job's
//     fault runs again one by one.
//   - When the file cannot be written (disk full, I/O error) every job of the batch is unavailable, and readers go on. After a
//     failed fsync nobody knows what is on disk: the process ends, and the next start reads what is.
//   - One process writes to a file: a lock beside it sees to that.
package store
