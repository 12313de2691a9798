package app

import (
	"context"
	"errors"

	"hejie/negotiation"
	"hejie/negotiation/scheme"
	"hejie/negotiation/workday"
)

// ErrReadOnly says that the database answers and takes no writes.
var ErrReadOnly = errors.New("the database takes no writes")

// CommandID makes a command safe to send again. The scope is actor and id; Digest is the SHA-256 of the command's bytes, so
// that the same id with another body is told from a retry.
type CommandID struct {
	Actor  string
	ID     string // UUID; "" for commands of the system, which are not remembered
	Digest negotiation.Hash
}

// Change is one walk through the door.
type Change struct {
	Case    string
	Command CommandID
	// Decide decides on the case as it is in the transaction. It may run before its turn on what may be that case, and again after a
	// conflict, on any goroutine: so it has no effects.
	Decide func(c *negotiation.Case, look Look) Decision
	// Also writes what becomes true together with an accepted command, in its transaction and before anybody hears of it; nil: nothing. It may run
	// again after a conflict. Its error is a fault: nothing of the change is kept.
	Also func(ctx context.Context, tx PlainTx) error
}

// Look lets a decision read, inside the transaction, the little that is not in the case.
type Look interface {
	// OpenCases counts the consumer's open cases for the limits on filing.
	OpenCases(consumer, enterprise, orderRef string) (sameOrder, sameEnterprise, all int, err error)
	// Active says whether the account may still act: it may have been erased or deactivated since the session was asked.
	Active(account string) (bool, error)
	// Limit of what an agent may settle for alone, in fen; nil: none.
	Limit(account string) (*int64, error)
	// Status of an enterprise in the scheme.
	Status(enterprise string) (scheme.Status, error)
}

// Decision is what Decide came to. Events are kept also when Err is set: deadlines that had to pass before the command was
// refused. After is the case with all of them applied.
type Decision struct {
	Events  []negotiation.Event
	After   *negotiation.Case
	Notices []Notice
	Err     error
}

// Receipt of an accepted command; the same for each time it is sent.
type Receipt struct {
	Case      string
	Positions negotiation.Positions // where it reached, zero where it did not
	Repeated  bool
}

// Commit is what became true of one case, told after COMMIT to those who deliver it.
type Commit struct {
	Records []negotiation.Record
	Before  *negotiation.Case // Before and After are for reading: the log has them too
	After   *negotiation.Case
	Row     CaseRow
}

// Log is the part of the store that the one door needs.
type Log interface {
	// Change runs one decision and commits what it came to, together with the case's row, deadlines, scorecard and notices.
	// It returns the decision's own error, command_id_reused, or unavailable: safe to send again with the same id. As a rule nothing was
	// changed then, but when the answer to a COMMIT was lost and the database could not be asked, nobody knows.
	Change(ctx context.Context, ch Change) (Receipt, error)
	// Ask is Change for who does not wait: told hears the end, once, on a goroutine of others, which it may not hold up. False: it would have
	// had to wait, and nothing was asked.
	Ask(ctx context.Context, ch Change, told func(Receipt, error)) bool
	Past
	// RecordsOf a case's room of the given types, oldest first; messages are none of them. Error: not_found.
	RecordsOf(ctx context.Context, caseID string, types ...string) ([]negotiation.Record, error)
	// Speakers are the accounts that made an event in the case's room, each once; the system is not among them.
	Speakers(ctx context.Context, caseID string) ([]negotiation.By, error)
}

// Almanac gives what decisions need of the calendar: the years known now and recent outages.
type Almanac interface {
	Calendar() *workday.Calendar
	Outages() []negotiation.Outage
}
