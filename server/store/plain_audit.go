package store

import (
	"context"
	"math"
	"strings"

	"hejie/server/app"
)

func scanAudit(s scanner) (r app.AuditRow, err error) {
	err = s.Scan(&r.ID, at{&r.At}, &r.Actor, &r.Role, &r.What, &r.Subject, &r.About, &r.AboutEN, &r.Case, &r.Code, &r.Why, &r.Detail)
	return r, err
}

func (p plainReader) Audit(ctx context.Context, f app.AuditFilter) ([]app.AuditRow, error) {
	before := f.Before
	if before <= 0 {
		before = math.MaxInt64
	}
	where, args := []string{"id < ?"}, []any{before}
	for _, c := range []struct{ column, value string }{
		{"case_id <> '' AND case_id", f.Case}, {"actor", f.Actor}, {"subject <> '' AND subject", f.Subject}, {"what", f.What}, // in the words of the partial indexes
	} {
		if c.value != "" {
			where, args = append(where, c.column+" = ?"), append(args, c.value)
		}
	}
	if !f.From.IsZero() {
		where, args = append(where, "at >= ?"), append(args, micros(f.From))
	}
	if !f.Until.IsZero() {
		where, args = append(where, "at < ?"), append(args, micros(f.Until))
	}
	return list(ctx, p.q, scanAudit, `SELECT id, at, actor, role, what, subject,
		coalesce((SELECT name FROM enterprises WHERE id = audit.subject), (SELECT name_zh FROM bureaus WHERE id = audit.subject), ''),
		coalesce((SELECT name_en FROM bureaus WHERE id = audit.subject), ''), case_id,
		coalesce((SELECT cases.code FROM case_keys JOIN cases ON cases.key = case_keys.key WHERE case_keys.id = case_id), ''), why, detail FROM audit WHERE `+strings.Join(where, " AND ")+` ORDER BY id DESC LIMIT ?`, append(args, f.Limit)...)
}

func (p plainTx) AddAudit(_ context.Context, r app.AuditRow) error {
	return p.t.run(`INSERT INTO audit (at, actor, role, what, subject, case_id, why, detail) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
		micros(r.At), r.Actor, string(r.Role), r.What, r.Subject, r.Case, r.Why, r.Detail)
}
