package app

import (
	"context"
	"time"
)

// Plain is the part of the store with the plain tables: what is not in the log and not derived from it.
//
// Write runs f in one transaction and returns once it is on disk; writes take turns, those of other replicas, too, so that f may read
// before it writes as if it were alone. It may run f again after a neighbour in the same commit failed or a connection was lost, so f has no effects but those on the transaction and may only assign to (never append to) variables
// outside. f runs on the writer's goroutine: no hashing of passwords, no files, no network. An error of f rolls all of it back.
type Plain interface {
	PlainReader
	Write(ctx context.Context, f func(PlainTx) error) error
	// TakeOutbox gives notices to be tried now, oldest first, and nobody gets them again before until: then they are due again. That
	// is on disk before it gives them, so what cannot be written is not sent.
	TakeOutbox(ctx context.Context, now, until time.Time, limit int) ([]OutboxRow, error)
}

// PlainTx reads and writes within a transaction.
type PlainTx interface {
	PlainReader
	PlainWriter
	// ServerTime is the database server's, by which all replicas go where their own clocks might differ; ok is false over a file.
	ServerTime(ctx context.Context) (now time.Time, ok bool, err error)
}

// PlainReader reads: each part stands beside the rows that it is about. One that gives one row gives not_found when there is none.
type PlainReader interface {
	AccountReader
	SessionReader
	CodeReader
	BureauReader
	EnterpriseReader
	FileReader
	OutboxReader
	MarkReader
	AlmanacReader
	InvitationReader
	ReplyReader
	AuditReader
}

// PlainWriter writes.
type PlainWriter interface {
	AccountWriter
	SessionWriter
	CodeWriter
	BureauWriter
	EnterpriseWriter
	FileWriter
	OutboxWriter
	MarkWriter
	AlmanacWriter
	InvitationWriter
	ReplyWriter
	AuditWriter
	// Sweep removes what its time is over: dead sessions, codes, attempts, delivered notices.
	Sweep(ctx context.Context, s SweepBefore) error
}

// SweepBefore says what is old: real time.
type SweepBefore struct {
	Now       time.Time // sessions that expired
	Idle      time.Time // consumer sessions not seen since
	Codes     time.Time // codes and attempts older than
	Delivered time.Time // notices delivered before
}
