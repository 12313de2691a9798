package app

import (
	"context"

	"hejie/negotiation"
)

// What the audit knows. Each row says who and when; Why is the legal basis or the reason's code.
const (
	AuditDetails    = "details_opened"      // subject: the consumer; why: a Basis
	AuditCaseFile   = "case_file_opened"    //
	AuditOriginal   = "original_downloaded" // subject: the file
	AuditSetUp      = "set_up"              //
	AuditPassword   = "password_changed"    // subject: the account
	AuditStaffAdded = "staff_added"         // subject: the account; detail: role
	AuditStaff      = "staff_changed"       // subject: the account; detail: which fields
	AuditBureau     = "bureau_added"        //
	AuditBureauEdit = "bureau_changed"      //
	AuditCalendar   = "calendar_imported"   // subject: the year
	AuditScheme     = "scheme"              // subject: the enterprise; detail: the command
	AuditOutage     = "outage"              // detail: from and to
)

// audit adds a row about the actor, dated by business time.
func (w World) audit(ctx context.Context, tx PlainTx, by negotiation.Actor, r AuditRow) error {
	r.At, r.Actor, r.Role = w.Business.Now(), by.ID, by.Role
	return tx.AddAudit(ctx, r)
}
