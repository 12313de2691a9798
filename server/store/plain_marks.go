package store

import (
	"context"

	"hejie/negotiation"
)

func (p plainReader) Marks(ctx context.Context, account, caseID string) (map[negotiation.Channel]int64, error) {
	var rows []struct {
		Channel negotiation.Channel
		Seq     int64
	}
	err := p.q.all(ctx, &rows, `SELECT channel, seq FROM read_marks WHERE account = ? AND case_id = ?`, account, caseID)
	marks := make(map[negotiation.Channel]int64, len(rows))
	for _, r := range rows {
		marks[r.Channel] = r.Seq
	}
	return marks, readError(err)
}

func (p plainReader) MarksIn(ctx context.Context, account string, ch negotiation.Channel, cases []string) (map[string]int64, error) {
	in, args := oneOf(cases)
	var rows []struct {
		Case string `db:"case_id"`
		Seq  int64
	}
	err := p.q.all(ctx, &rows, `SELECT case_id, seq FROM read_marks WHERE account = ? AND channel = ? AND case_id IN `+in,
		append([]any{account, string(ch)}, args...)...)
	marks := make(map[string]int64, len(rows))
	for _, r := range rows {
		marks[r.Case] = r.Seq
	}
	return marks, readError(err)
}

func (p plainReader) FurthestRead(ctx context.Context, caseID string, ch negotiation.Channel, account, enterprise string) (int64, error) {
	var furthest []int64
	err := p.q.all(ctx, &furthest, `SELECT coalesce(max(seq), 0) FROM read_marks WHERE case_id = ? AND channel = ? AND
		account IN (SELECT ? UNION SELECT id FROM accounts WHERE enterprise = ? AND enterprise <> '')`, caseID, string(ch), account, enterprise)
	if err != nil {
		return 0, readError(err)
	}
	return furthest[0], nil
}

func (p plainTx) Mark(_ context.Context, account, caseID string, ch negotiation.Channel, seq int64) (bool, error) {
	r, err := p.t.exec(`INSERT INTO read_marks (account, case_id, channel, seq) VALUES (?, ?, ?, ?)
		ON CONFLICT (account, case_id, channel) DO UPDATE SET seq = excluded.seq WHERE excluded.seq > read_marks.seq`, account, caseID, string(ch), seq)
	if err != nil {
		return false, err
	}
	n, err := r.RowsAffected()
	return n > 0, err
}
