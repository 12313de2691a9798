package store

import (
	"context"

	"hejie/server/app"
)

func scanReply(s scanner) (r app.SavedReply, err error) {
	err = s.Scan(&r.ID, &r.Name, &r.Text)
	return r, err
}

func (p plainReader) SavedReplies(ctx context.Context, enterprise string) ([]app.SavedReply, error) {
	return list(ctx, p.q, scanReply, `SELECT id, name, text FROM saved_replies WHERE enterprise = ? ORDER BY name`, enterprise)
}

func (p plainTx) SetSavedReply(_ context.Context, enterprise string, r app.SavedReply) error {
	return unique(changed(p.t.exec(`INSERT INTO saved_replies (id, enterprise, name, text) VALUES (?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET name = excluded.name, text = excluded.text WHERE saved_replies.enterprise = excluded.enterprise`,
		r.ID, enterprise, r.Name, r.Text)), app.CodeNameTaken, "name")
}

func (p plainTx) DropSavedReply(_ context.Context, enterprise, id string) error {
	return changed(p.t.exec(`DELETE FROM saved_replies WHERE enterprise = ? AND id = ?`, enterprise, id))
}
