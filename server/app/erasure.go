package app

import (
	"context"
	"errors"
	"slices"
	"strings"

	"hejie/negotiation"
)

// Erasure asks that one text of a case be erased (PIPL art. 47). Seq is the event's number in its channel, as both parties see it.
type Erasure struct {
	CaseCode string              `json:"case_code"`
	Channel  negotiation.Channel `json:"channel"`
	Seq      int64               `json:"seq"`
	Reason   string              `json:"reason"`
}

// Erase drops the content of one event for good, and with the last event that names it a file; the log's chain still verifies, and everybody
// in the channel sees that something was erased and why. Only an administrator may, who does not see the text. Errors: not_allowed,
// not_found, already_done, those of the fields.
func (s *Admin) Erase(ctx context.Context, by negotiation.Actor, e Erasure) (Receipt, error) {
	if err := s.allowed(by); err != nil {
		return Receipt{}, err
	}
	caseID, err := s.w.Cases.CaseByCode(ctx, CanonicalCode(e.CaseCode))
	if err != nil {
		return Receipt{}, on(err, "case_code")
	}
	records, err := s.w.Log.Records(ctx, caseID, e.Channel, e.Seq-1, 1)
	switch {
	case err != nil:
		return Receipt{}, err
	case len(records) == 0 || records[0].Seq != e.Seq:
		return Receipt{}, notFound().On("seq")
	}
	named, err := uploadOf(records[0])
	if err != nil {
		return Receipt{}, err
	}
	receipt := Receipt{Case: caseID}
	done := records[0].Erased() || records[0].Content == nil && named == "" // a report may have a file and no text
	if !done {
		receipt, err = s.w.Door.Do(ctx, negotiation.System, caseID, CommandID{},
			negotiation.EraseContent{Channel: e.Channel, Seq: e.Seq, Reason: strings.TrimSpace(e.Reason)})
		if err != nil {
			return Receipt{}, err
		}
	}
	file, err := s.loose(ctx, caseID, named)
	if err == nil && done && file == "" { // else a crash came between the text and its file
		err = negotiation.NewError(negotiation.CodeAlreadyDone).On("seq")
	}
	if err != nil {
		return Receipt{}, err
	}
	return receipt, s.erased(ctx, by, records[0], file)
}

// uploadOf is the upload that the event names; "" for none.
func uploadOf(r negotiation.Record) (string, error) {
	e, err := r.Event()
	return negotiation.UploadOf(e.Fact), err
}

// loose is the upload while it is there and no evidence of the case names it any more that was not erased: the same file may be there
// twice. In an old log the proof of a performance is named by the report alone, which then keeps it.
func (s *Admin) loose(ctx context.Context, caseID, file string) (string, error) {
	if file == "" {
		return "", nil
	}
	records, err := s.w.Log.RecordsOf(ctx, caseID, negotiation.EvidenceAdded{}.Kind(), negotiation.PerformanceReported{}.Kind())
	if err != nil {
		return "", err
	}
	named := slices.DeleteFunc(records, func(r negotiation.Record) bool {
		other, e := uploadOf(r)
		err = errors.Join(err, e)
		return other != file
	})
	evidence := slices.DeleteFunc(slices.Clone(named), func(r negotiation.Record) bool { return r.Type != negotiation.EvidenceAdded{}.Kind() })
	if len(evidence) > 0 {
		named = evidence
	}
	if err != nil || slices.ContainsFunc(named, func(r negotiation.Record) bool { return !r.Erased() }) {
		return "", err
	}
	row, err := s.w.Plain.File(ctx, file)
	if negotiation.CodeOf(err) == negotiation.CodeNotFound {
		return "", nil
	}
	return row.ID, err
}

// erased notes an erasure and removes the file. Of the desk's channel the note names no case: who reads the case's audit may not know.
func (s *Admin) erased(ctx context.Context, by negotiation.Actor, r negotiation.Record, file string) error {
	row := AuditRow{What: AuditErased, Case: r.Case, Subject: string(r.Channel) + "/" + r.Position().String()}
	if r.Channel != negotiation.Room {
		row.Case, row.Subject = "", r.Case+"/"+row.Subject
	}
	err := s.w.Plain.Write(ctx, func(tx PlainTx) error {
		if file != "" {
			if err := tx.EraseFile(ctx, file); err != nil {
				return err
			}
		}
		return s.w.audit(ctx, tx, by, row)
	})
	if err != nil || file == "" {
		return err
	}
	return s.files.drop(ctx, file)
}

// Erase removes the personal data of the consumer who asks for it (PIPL art. 47): name, number, address, sessions. The account works no
// more; cases keep its id, and figures stay. Texts in a case are Admin.Erase's. Errors: not_allowed, open_cases (params: count),
// case_code_required for a session that only proved a number whose cases are all old.
func (s *Accounts) Erase(ctx context.Context, x Session) error {
	if x.Actor.Role != negotiation.RoleConsumer {
		return notAllowed()
	}
	err := s.w.Plain.Write(ctx, func(tx PlainTx) error {
		n, last, err := tx.CasesOf(ctx, x.Actor.ID)
		switch {
		case err != nil:
			return err
		case !x.proves(last):
			return negotiation.NewError(CodeCaseCodeRequired)
		case n > 0:
			return negotiation.NewError(CodeOpenCases, "count", n)
		}
		if err := tx.EraseAccount(ctx, x.Actor.ID); err != nil {
			return err
		}
		return s.w.audit(ctx, tx, x.Actor, AuditRow{What: AuditForgotten, Subject: x.Actor.ID})
	})
	if err != nil {
		return err
	}
	s.sessions.forget(Revoked{Account: x.Actor.ID})
	return nil
}
