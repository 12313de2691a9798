// Package store keeps Hejie's data in one SQLite file, or in a PostgreSQL database that several replicas share. It implements app.Log and
// the readers of cases, enterprises and figures. The SQL is one text for both, but for a few words (words.go); what differs is how a
// transaction is made (writer.go, shared.go).
//
// # Pattern
//
// The log (case_keys, events, enterprise_events) is the truth; rows are only ever added to it. Derived tables (cases,
// enterprises, scorecard_rows, scorecard_pairs, scorecard_running) are written in the transaction of the events that they follow from, and
// Rebuild fills them from the log alone. Plain tables are neither.
//
// # Concurrency
//
// One goroutine writes, on the one connection that may. It takes what waits (at most 512 jobs; it lets others go first once, and waits
// for nobody), decides in order on folded cases from its cache, writes, and commits once: a group commit. Jobs of one batch see each
// other's results. What was planned while it was at others (plan.go) it need not decide, unless the case has moved since. After COMMIT,
// and never before, it swaps the cached cases, answers who waits and hands the batch to a goroutine that tells who only asked, and then OnCommit,
// batch after batch. Readers have a small pool of query_only connections and share the cached cases, which never change: a change makes
// a new one.
//
// On PostgreSQL a process has two such goroutines, one for changes of cases and one for plain writes. A batch of changes locks the rows of
// its cases in the order of their keys, and a cached case counts only if its version and head are the row's; else it is folded on from where it
// was. Plain writes of all replicas take turns. A batch that others were in the way of, or whose connection was lost, is decided again a few
// times. When the connection was lost during COMMIT the server is asked what became of it.
//
// # Invariants
//
//   - What was acknowledged is on disk (synchronous=FULL); what was refused or unavailable left no trace. Only when a server is lost during
//     COMMIT and does not come back to be asked may a change that is unavailable have been made: the same id sent again gives its receipt;
//     and a plain write when it comes back after a crash, because it may have forgotten which transaction that was.
//   - Versions of a case are gap-free, and so is seq in each of its channels; UNIQUE(case, version) guards it.
//   - A command id takes effect once, as long as the case lives; sent again it gets the receipt of the first time.
//   - A job that fails does not take its neighbours along: plain writes have a savepoint, and a batch that breaks on one job's
//     fault runs again one by one.
//   - When the file cannot be written (disk full, I/O error), or the server not be reached, every job of the batch is unavailable, and readers
//     go on. After a failed fsync nobody knows what is on disk: the process ends, and the next start reads what is.
//   - One process writes to a file: a lock beside it sees to that. On a server figures that another replica moved are seen within
//     seconds (cards) or a minute (ranking); all else at once.
package store
