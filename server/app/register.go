package app

import (
	"context"
	"time"

	"hejie/negotiation"
	"hejie/negotiation/scheme"
)

// Enterprise is what the public register says of an enterprise; it follows from its log (negotiation/scheme).
type Enterprise struct {
	ID         string        `json:"id"`
	Name       string        `json:"name"`
	CreditCode string        `json:"credit_code"`
	Region     string        `json:"region"`
	Address    string        `json:"address"`
	Industry   string        `json:"industry,omitempty"`
	Status     scheme.Status `json:"status"`
	Ground     scheme.Ground `json:"ground,omitempty"` // of a suspension or removal
	Since      time.Time     `json:"since"`
	AppliedAt  time.Time     `json:"applied_at"`
	EnrolledAt time.Time     `json:"enrolled_at,omitzero"`
}

// Contact person of an enterprise; personal, so outside the log and shown to the bureau and the own desk only.
type Contact struct {
	Name  string `json:"name"`
	Phone string `json:"phone"`
	Email string `json:"email"`
}

// EnterpriseFilter chooses enterprises. Q is a part of the name or the credit code, already normalised by Normalise.
type EnterpriseFilter struct {
	Q        string
	Statuses []scheme.Status
	Enrolled bool   // only those that were approved
	Within   string // region: this one and all below it; "": everywhere
	After    string // keyset: id of the last row
	Limit    int
}

// EnterpriseReader reads the register and the logs that it follows from.
type EnterpriseReader interface {
	Enterprise(ctx context.Context, id string) (Enterprise, error)
	EnterpriseByCredit(ctx context.Context, creditCode string) (Enterprise, error)
	Enterprises(ctx context.Context, f EnterpriseFilter) ([]Enterprise, error)
	Contact(ctx context.Context, enterprise string) (Contact, error)                    // an erased one is empty
	SchemeRecords(ctx context.Context, enterprise string) ([]negotiation.Record, error) // the log of the enterprise, oldest first; empty without one
	// SchemeCommand gives the version of the event that a command made of the enterprise, 0 when it made none. Errors: command_id_reused.
	SchemeCommand(ctx context.Context, enterprise string, wish CommandID) (int64, error)
}

// EnterpriseWriter writes the register.
type EnterpriseWriter interface {
	SetContact(ctx context.Context, enterprise string, c Contact) error
	AppendScheme(ctx context.Context, r negotiation.Record, after scheme.Enterprise, wish CommandID) error // the record and the register's entry
}
