package store

import (
	"context"
	"time"

	"hejie/server/app"
)

const selectFile = `SELECT id, owner, name, mime, size, sha256, created_at, case_id FROM files`

func scanFile(s scanner) (f app.FileRow, err error) {
	err = s.Scan(&f.ID, &f.Owner, &f.Name, &f.Type, &f.Size, &f.SHA256, at{&f.Created}, &f.Case)
	return f, err
}

func (p plainReader) File(ctx context.Context, id string) (app.FileRow, error) {
	return one(ctx, p.q, scanFile, selectFile+` WHERE id = ?`, id)
}

func (p plainReader) UploadsSince(ctx context.Context, owner string, since time.Time) (n int, err error) {
	err = p.q.get(ctx, &n, `SELECT count(*) FROM files WHERE owner = ? AND created_at > ?`, owner, micros(since))
	return n, readError(err)
}

func (p plainReader) Orphans(ctx context.Context, before time.Time, limit int) ([]app.FileRow, error) {
	return list(ctx, p.q, scanFile, selectFile+` WHERE case_id = '' AND created_at <= ? ORDER BY created_at LIMIT ?`, micros(before), limit)
}

func (p plainTx) AddFile(_ context.Context, f app.FileRow) error {
	return p.t.run(`INSERT INTO files (id, owner, name, mime, size, sha256, created_at, case_id) VALUES (?, ?, ?, ?, ?, ?, ?, '')`,
		f.ID, f.Owner, f.Name, f.Type, f.Size, f.SHA256, micros(f.Created))
}

func (p plainTx) FinishFile(_ context.Context, f app.FileRow) error {
	return changed(p.t.exec(`UPDATE files SET mime = ?, created_at = ? WHERE id = ? AND mime = ''`, f.Type, micros(f.Created), f.ID))
}

func (p plainTx) EraseFile(_ context.Context, id string) error {
	return p.t.erasing(statement{`DELETE FROM files WHERE id = ?`, []any{id}})
}

func (p plainTx) RemoveFile(_ context.Context, id string) error {
	return changed(p.t.exec(`DELETE FROM files WHERE id = ? AND case_id = ''`, id))
}
