package store

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"hejie/server/app"
)

const sessionColumns = `id, token, account, created_at, seen_at, expires_at, agent, all_cases,
	coalesce((SELECT string_agg(case_id, ',') FROM session_cases c WHERE c.session = s.id), '')`

func scanSession(s scanner) (r app.SessionRow, err error) {
	var opened string
	err = s.Scan(&r.ID, &r.Token, &r.Account, at{&r.Created}, at{&r.Seen}, at{&r.Expires}, &r.Agent, &r.All, &opened)
	r.Opened = strings.FieldsFunc(opened, func(c rune) bool { return c == ',' })
	return r, err
}

func (p plainReader) Session(ctx context.Context, tokenHash []byte) (app.SessionRow, error) {
	return one(ctx, p.q, scanSession, `SELECT `+sessionColumns+` FROM sessions s WHERE token = ?`, tokenHash)
}

func (p plainReader) SessionByID(ctx context.Context, id string) (app.SessionRow, error) {
	return one(ctx, p.q, scanSession, `SELECT `+sessionColumns+` FROM sessions s WHERE id = ?`, id)
}

func (p plainReader) Sessions(ctx context.Context, account string, now time.Time) ([]app.SessionRow, error) {
	return list(ctx, p.q, scanSession, `SELECT `+sessionColumns+` FROM sessions s WHERE account = ? AND expires_at > ? ORDER BY id DESC`, account, micros(now))
}

func (p plainReader) LiveSessions(ctx context.Context, ids []string, now time.Time) (alive []string, err error) {
	if len(ids) == 0 {
		return nil, nil
	}
	asked, err := json.Marshal(ids)
	if err != nil {
		return nil, err
	}
	err = p.q.all(ctx, &alive, `SELECT s.id FROM sessions s JOIN accounts a ON a.id = s.account AND a.active = 1
		WHERE s.id IN (`+p.q.words().each+`) AND s.expires_at > ?`, string(asked), micros(now))
	return alive, readError(err)
}

func (p plainTx) AddSession(_ context.Context, r app.SessionRow) error {
	err := p.t.run(`UPDATE accounts SET seen_at = ? WHERE id = ? AND seen_at < ?`, micros(r.Seen), r.Account, micros(r.Seen))
	if err != nil {
		return err
	}
	return p.t.run(`INSERT INTO sessions (id, token, account, created_at, seen_at, expires_at, agent, all_cases) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
		r.ID, r.Token, r.Account, micros(r.Created), micros(r.Seen), micros(r.Expires), r.Agent, r.All)
}

func (p plainTx) TouchSession(_ context.Context, id string, seen time.Time) error {
	err := p.t.run(`UPDATE sessions SET seen_at = ? WHERE id = ? AND seen_at < ?`, micros(seen), id, micros(seen))
	if err != nil {
		return err
	}
	return p.t.run(`UPDATE accounts SET seen_at = ? WHERE id = (SELECT account FROM sessions WHERE id = ?) AND seen_at < ?`,
		micros(seen), id, micros(seen.Add(-24*time.Hour)))
}

func (p plainTx) OpenInSession(_ context.Context, session, caseID string) error {
	return p.t.run(`INSERT INTO session_cases (session, case_id) VALUES (?, ?) ON CONFLICT DO NOTHING`, session, caseID)
}

func (p plainTx) EndSession(_ context.Context, id string) error {
	return changed(p.t.exec(`DELETE FROM sessions WHERE id = ?`, id))
}

func (p plainTx) EndSessions(_ context.Context, account, except string) error {
	return p.t.run(`DELETE FROM sessions WHERE account = ? AND id <> ?`, account, except)
}

func scanTime(s scanner) (t time.Time, err error) {
	err = s.Scan(at{&t})
	return t, err
}

func (p plainReader) CodesSince(ctx context.Context, phone string, familiar bool, since time.Time) ([]time.Time, error) {
	return list(ctx, p.q, scanTime, `SELECT created_at FROM codes WHERE phone = ? AND familiar = ? AND created_at > ? ORDER BY created_at`, phone, familiar, micros(since))
}

func (p plainReader) CodesFrom(ctx context.Context, addr []byte, since time.Time) ([]time.Time, error) {
	return list(ctx, p.q, scanTime, `SELECT created_at FROM codes WHERE addr = ? AND created_at > ? ORDER BY created_at`, addr, micros(since))
}

func scanCode(s scanner) (r app.CodeRow, err error) {
	err = s.Scan(&r.ID, &r.Phone, &r.Addr, &r.Familiar, &r.Sum, at{&r.Created}, at{&r.Expires}, &r.Tries, &r.Used)
	return r, err
}

func (p plainReader) LatestCode(ctx context.Context, phone string, familiar bool) (app.CodeRow, error) {
	return one(ctx, p.q, scanCode, `SELECT id, phone, addr, familiar, sum, created_at, expires_at, tries, used FROM codes
		WHERE phone = ? AND familiar = ? ORDER BY created_at DESC, id DESC LIMIT 1`, phone, familiar)
}

func (p plainTx) AddCode(_ context.Context, r app.CodeRow) error {
	return p.t.run(`INSERT INTO codes (id, phone, addr, familiar, sum, created_at, expires_at, tries, used) VALUES (?, ?, ?, ?, ?, ?, ?, 0, 0)`,
		r.ID, r.Phone, r.Addr, r.Familiar, r.Sum, micros(r.Created), micros(r.Expires))
}

func (p plainTx) SetCode(_ context.Context, id string, tries int, used bool) error {
	return p.t.run(`UPDATE codes SET tries = ?, used = ? WHERE id = ?`, tries, used, id)
}

func (p plainReader) Attempts(ctx context.Context, key string, since time.Time) (n int, oldest time.Time, err error) {
	var row struct {
		N      int
		Oldest int64
	}
	err = p.q.get(ctx, &row, `SELECT count(*) AS n, coalesce(min(at), 0) AS oldest FROM attempts WHERE key = ? AND at > ?`, key, micros(since))
	return row.N, instant(row.Oldest), readError(err)
}

func (p plainTx) AddAttempt(_ context.Context, key string, when time.Time) error {
	return p.t.run(`INSERT INTO attempts (key, at) VALUES (?, ?)`, key, micros(when))
}

func (p plainTx) ClearAttempts(_ context.Context, key string) error {
	return p.t.run(`DELETE FROM attempts WHERE key = ?`, key)
}

func (p plainTx) ForgetAttempt(_ context.Context, key string, when time.Time) error {
	return p.t.run(`DELETE FROM attempts WHERE key = ? AND at = ? AND rowid = (SELECT min(rowid) FROM attempts WHERE key = ? AND at = ?)`,
		key, micros(when), key, micros(when))
}

func (p plainReader) SetUpToken(ctx context.Context) (hash []byte, expires time.Time, err error) {
	var row struct {
		Token   []byte
		Expires int64
	}
	err = p.q.get(ctx, &row, `SELECT token, expires_at AS expires FROM set_up`)
	return row.Token, instant(row.Expires), readError(err)
}

func (p plainTx) SetSetUpToken(_ context.Context, hash []byte, expires time.Time) error {
	if hash == nil {
		return p.t.run(`DELETE FROM set_up`)
	}
	return p.t.run(`INSERT INTO set_up (id, token, expires_at) VALUES (1, ?, ?)
		ON CONFLICT (id) DO UPDATE SET token = excluded.token, expires_at = excluded.expires_at`, hash, micros(expires))
}
