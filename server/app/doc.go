// Package app holds Hejie's use cases: the one door for changes to cases (Ledger), the readers, and what stands around the
// cases: accounts, enrolment, administration. It declares the interfaces that it needs of the world; server/store, server/evidence
// and the rest implement them. It knows nothing of HTTP, sockets or SQL.
package app
