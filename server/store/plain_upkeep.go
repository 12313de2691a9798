package store

import (
	"context"
	"math"
	"strings"
	"time"

	"hejie/negotiation"
	"hejie/server/app"
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

func scanYear(s scanner) (y app.CalendarYear, err error) {
	err = s.Scan(&y.Year, &y.Body, at{&y.Imported}, &y.By, &y.Applied)
	return y, err
}

func (p plainReader) CalendarYears(ctx context.Context) ([]app.CalendarYear, error) {
	return list(ctx, p.q, scanYear, `SELECT year, body, imported_at, imported_by, applied FROM calendar_years ORDER BY year`)
}

func (p plainTx) SetCalendarYear(_ context.Context, y app.CalendarYear) error {
	return p.t.run(`INSERT INTO calendar_years (year, body, imported_at, imported_by, applied) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (year) DO UPDATE SET body = excluded.body, imported_at = excluded.imported_at, imported_by = excluded.imported_by, applied = excluded.applied`,
		y.Year, y.Body, micros(y.Imported), y.By, y.Applied)
}

func (p plainReader) Heartbeat(ctx context.Context) (time.Time, error) {
	return one(ctx, p.q, scanTime, `SELECT at FROM heartbeat`)
}

func (p plainTx) Beat(_ context.Context, now time.Time) error {
	return p.t.run(`INSERT INTO heartbeat (id, at) VALUES (1, ?) ON CONFLICT (id) DO UPDATE SET at = excluded.at`, micros(now))
}

func (p plainTx) ServerTime(ctx context.Context) (time.Time, bool, error) {
	if p.t.pipe == nil {
		return time.Time{}, false, nil
	}
	var us int64
	err := p.q.get(ctx, &us, `SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint`)
	return instant(us), err == nil, err
}

func scanOutage(s scanner) (o negotiation.Outage, err error) {
	err = s.Scan(at{&o.From}, at{&o.To})
	return o, err
}

func (p plainReader) Outages(ctx context.Context, since time.Time) ([]negotiation.Outage, error) {
	return list(ctx, p.q, scanOutage, `SELECT began_at, ended_at FROM outages WHERE ended_at > ? ORDER BY began_at`, micros(since))
}

func (p plainTx) AddOutage(_ context.Context, o negotiation.Outage, noticed time.Time) error {
	return p.t.run(`INSERT INTO outages (began_at, ended_at, noticed_at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING`, micros(o.From), micros(o.To), micros(noticed))
}

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
