package app

import (
	"context"
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

// AuditErased notes an erasure; subject: the event's position.
const AuditErased = "content_erased"

// Erase drops the content of one event for good; the log's chain still verifies, and everybody in the channel sees that something
// was erased and why. Only an administrator may, who does not see the text. Errors: not_allowed, not_found, already_done, those
// of the fields.
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
	case records[0].ContentSum == negotiation.Hash{} || records[0].Content == nil:
		return Receipt{}, negotiation.NewError(negotiation.CodeAlreadyDone).On("seq")
	}
	receipt, err := s.w.Door.Do(ctx, negotiation.System, caseID, CommandID{},
		negotiation.EraseContent{Channel: e.Channel, Seq: e.Seq, Reason: strings.TrimSpace(e.Reason)})
	if err != nil {
		return Receipt{}, err
	}
	return receipt, s.w.Plain.Write(ctx, func(tx PlainTx) error {
		return s.w.audit(ctx, tx, by, AuditRow{What: AuditErased, Case: caseID, Subject: string(e.Channel) + "/" + records[0].Position().String()})
	})
}
