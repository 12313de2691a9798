// Package app holds Hejie's use cases: the one door for changes to cases (Ledger), the readers, and what stands around the
// cases: accounts, enrolment, administration. It declares the interfaces that it needs of the world; server/store, server/evidence
// and the rest implement them. It knows nothing of HTTP, sockets or SQL.
//
// # Pattern
//
// A command goes through Ledger.Do, which reads what the rules may know of the world and hands Log.Change a decision; the log runs it in one
// transaction and commits events, rows and notices together. Readers (Rooms, Lists, Details) give each session only what it may see; who may
// see what of a case is for negotiation.Case.May to say. All other changes are plain writes: Plain.Write runs a function in one transaction,
// which also takes the row of the audit where the audit tells of it. What it reads and writes of a subject stands beside
// that subject's rows: AccountReader and AccountWriter in accounts.go, and so on. Interfaces are implemented by the store (Log, Plain, CaseRows,
// Scores, Tail), by the evidence (Vault) and by Yearbook (Almanac).
//
// # Time
//
// Clock is business time, which dates events and deadlines and which the demo pushes on. Sessions, codes and limits go by real time.
// Steady time, which nobody can set, tells how long the process could not beat (Pulse).
//
// # Concurrency
//
// Everything here is safe for use by many at once. A decision and a plain write may run more than once, on any goroutine, so they have no
// effects but those on what they are given.
//
// # Invariants
//
//   - What a reader may not see does not exist for them: not_found.
//   - Nothing personal is in the log: names, numbers and addresses are in people (Person), and who opens those of others is in the audit.
//   - Notices are told after their cause is committed, and hold no word of the room.
package app
