package app

import (
	"context"
	"time"

	"hejie/negotiation"
)

// What the audit knows. Each row says who and when; Why is the legal basis or the reason's code.
const (
	AuditDetails    = "details_opened" // subject: the consumer; why: a Basis; detail: a Purpose
	AuditCaseFile   = "case_file_opened"
	AuditOriginal   = "original_downloaded" // subject: the file
	AuditSetUp      = "set_up"
	AuditPassword   = "password_changed" // subject: the account
	AuditStaffAdded = "staff_added"      // subject: the account; detail: role
	AuditStaff      = "staff_changed"    // subject: the account; detail: which fields
	AuditBureau     = "bureau_added"
	AuditBureauEdit = "bureau_changed"
	AuditCalendar   = "calendar_imported" // subject: the year
	AuditScheme     = "scheme"            // subject: the enterprise; detail: the command
	AuditOutage     = "outage"            // detail: from and to
	AuditErased     = "content_erased"    // subject: the event's channel and position
	AuditForgotten  = "account_erased"    // subject: the consumer, who asked for it
)

// AuditRow says who did or saw what outside of the log. Why is a word, not a text; Detail never holds personal data.
type AuditRow struct {
	ID      int64            `json:"id"`
	At      time.Time        `json:"at"` // business time
	Actor   string           `json:"actor"`
	Name    string           `json:"name,omitempty"` // of the actor, as the reader may see it; not stored
	Role    negotiation.Role `json:"role"`
	What    string           `json:"what"`
	Subject string           `json:"subject,omitempty"` // account, bureau, enterprise, file …
	// About is the name of the subject, and AboutEN of a bureau the English one; a consumer's is masked. The store knows those of
	// enterprises and bureaus; only the administrator's audit has them; not stored.
	About   string `json:"subject_name,omitempty"`
	AboutEN string `json:"subject_name_en,omitempty"`
	Case    string `json:"case,omitempty"`
	Code    string `json:"case_code,omitempty"` // of the case; not stored
	Why     string `json:"why,omitempty"`
	Detail  string `json:"detail,omitempty"`
}

// AuditFilter chooses rows of the audit; empty fields choose all.
type AuditFilter struct {
	Case    string
	Actor   string
	Subject string
	What    string
	From    time.Time // business time, included
	Until   time.Time // excluded
	Before  int64     // keyset: id of the last row; 0 from the newest
	Limit   int       // 0: 50
}

// AuditReader reads the audit.
type AuditReader interface {
	Audit(ctx context.Context, f AuditFilter) ([]AuditRow, error) // newest first
}

// AuditWriter writes the audit.
type AuditWriter interface {
	AddAudit(ctx context.Context, a AuditRow) error
}

// audit adds a row about the actor, dated by business time.
func (w World) audit(ctx context.Context, tx PlainTx, by negotiation.Actor, r AuditRow) error {
	r.At, r.Actor, r.Role = w.Business.Now(), by.ID, by.Role
	return tx.AddAudit(ctx, r)
}

// named fills the names of those who acted, as the reader may see them: staff by their display name, a consumer masked.
func (w World) named(ctx context.Context, by negotiation.Actor, rows []AuditRow) error {
	ids := make([]string, len(rows))
	for i, r := range rows {
		ids[i] = r.Actor
	}
	people, err := w.Plain.People(ctx, ids)
	if err != nil {
		return err
	}
	for i, r := range rows {
		rows[i].Name = people[r.Actor].Name
		if r.Role == negotiation.RoleConsumer && r.Actor != by.ID {
			rows[i].Name = MaskName(rows[i].Name)
		}
	}
	return nil
}

// about fills the names of people whom rows are about: staff by their display name, consumers masked.
func (w World) about(ctx context.Context, rows []AuditRow) error {
	var ids []string
	for _, r := range rows {
		if r.About == "" && r.Subject != "" {
			ids = append(ids, r.Subject)
		}
	}
	people, err := w.Plain.People(ctx, ids)
	if err != nil {
		return err
	}
	for i, r := range rows {
		who, ok := people[r.Subject]
		switch {
		case !ok:
		case r.What == AuditDetails || r.What == AuditForgotten:
			rows[i].About = MaskName(who.Name)
		default:
			rows[i].About = who.Name
		}
	}
	return nil
}

// auditOf reads rows of the audit with their names.
func (w World) auditOf(ctx context.Context, by negotiation.Actor, f AuditFilter) ([]AuditRow, error) {
	f.Limit = w.Limits.Page(f.Limit)
	rows, err := w.Plain.Audit(ctx, f)
	if err != nil {
		return nil, err
	}
	return rows, w.named(ctx, by, rows)
}
