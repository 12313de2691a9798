package store

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"hejie/server/app"
)

// letter is a notice as the outbox takes it.
type letter struct {
	app.Notice
	id, params string
}

func letterOf(n app.Notice) (letter, error) {
	params, err := paramsJSON(n.Params)
	return letter{n, app.NewID(), params}, err
}

func paramsJSON(params map[string]string) (string, error) {
	if params == nil {
		return `{}`, nil
	}
	b, err := json.Marshal(params)
	return string(b), err
}

// post puts a notice into the outbox in the transaction of its cause. Now is real time. Of the new offers of a case one at a time
// waits to be told, and tells of the last: begins is called before COMMIT when none did before.
func (t *tx) post(l letter, now time.Time, begins func()) error {
	args := []any{l.id, l.To, "", "", l.Template, l.Case, l.params, micros(l.At), micros(now), micros(now.Add(l.Wait))}
	if l.Template != app.TemplateNewOffer {
		return t.run(insertOutbox, args...)
	}
	return t.hear(insertOffer, func(id string) {
		if id == l.id {
			begins()
		}
	}, args...)
}

const (
	insertOutbox = `INSERT INTO outbox (id, recipient, address, language, template, case_id, params, at, created_at, attempts, next_at, delivered_at, error, text)
	VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?, 0, '', '')`
	insertOffer = insertOutbox + ` ON CONFLICT (case_id, recipient) WHERE template = 'new_offer' AND address = '' AND next_at IS NOT NULL
	DO UPDATE SET at = excluded.at RETURNING id`
)

const outboxColumns = `id, recipient, address, language, template, case_id, params, at, created_at, attempts, coalesce(next_at, 0), delivered_at, error, text`

func scanOutbox(s scanner) (r app.OutboxRow, err error) {
	var params string
	err = s.Scan(&r.ID, &r.To, &r.Address, &r.Language, &r.Template, &r.Case, &params, at{&r.At}, at{&r.Created}, &r.Attempts, at{&r.Next}, at{&r.Delivered}, &r.Error, &r.Text)
	if err == nil {
		err = json.Unmarshal([]byte(params), &r.Params)
	}
	return r, err
}

// Outbox gives the newest notices, delivered or not.
func (p plainReader) Outbox(ctx context.Context, limit int) ([]app.OutboxRow, error) {
	return list(ctx, p.q, scanOutbox, `SELECT `+outboxColumns+` FROM outbox ORDER BY created_at DESC, id DESC LIMIT ?`, limit)
}

// What of the outbox goes first: somebody waits for a code, and it is of no use for long.
var outboxFirst = [...]string{`template = 'code'`, `template <> 'code'`}

// OutboxDue gives the notices to be tried now: codes first, then what is longest due.
func (p plainReader) OutboxDue(ctx context.Context, now time.Time, limit int) (due []app.OutboxRow, err error) {
	for _, which := range outboxFirst {
		rows, err := list(ctx, p.q, scanOutbox, `SELECT `+outboxColumns+` FROM outbox WHERE next_at <= ? AND `+which+` ORDER BY next_at, id LIMIT ?`, micros(now), limit-len(due))
		if err != nil {
			return nil, err
		}
		due = append(due, rows...)
	}
	return due, nil
}

// OutboxWaiting counts the notices that are not delivered nor given up, up to 10,000, and says since when the first is there: tries that
// fail do not make it younger.
func (p plainReader) OutboxWaiting(ctx context.Context) (int, time.Time, error) {
	var n struct {
		Waiting int    `db:"waiting"`
		First   *int64 `db:"first"`
	}
	err := p.q.get(ctx, &n, `SELECT count(*) AS waiting, min(created_at) AS first FROM
		(SELECT created_at FROM outbox WHERE next_at IS NOT NULL ORDER BY next_at LIMIT 10000) AS w`)
	if err != nil || n.First == nil {
		return 0, time.Time{}, readError(err)
	}
	return n.Waiting, instant(*n.First), nil
}

// TakeOutbox takes rows by moving their next attempt; see app.Plain. Rows that another replica is taking are passed over.
func (p plain) TakeOutbox(ctx context.Context, now, until time.Time, limit int) (taken []app.OutboxRow, err error) {
	if !p.s.shared {
		return p.takeOfFile(ctx, now, until, limit)
	}
	for _, which := range outboxFirst {
		rows, err := list(ctx, p.q, scanOutbox, `WITH due AS MATERIALIZED (SELECT id FROM outbox WHERE next_at <= ? AND `+which+` ORDER BY next_at, id LIMIT ?`+p.q.words().claim+`)
			UPDATE outbox SET next_at = ? WHERE id IN (SELECT id FROM due) RETURNING `+outboxColumns, micros(now), limit-len(taken), micros(until))
		if err != nil {
			return taken, err // those are sent, at least
		}
		slices.SortFunc(rows, func(a, b app.OutboxRow) int { return cmp.Or(a.Created.Compare(b.Created), cmp.Compare(a.ID, b.ID)) })
		taken = append(taken, rows...)
	}
	return taken, nil
}

// takeOfFile looks before it asks the writer: most of the time nothing is due.
func (p plain) takeOfFile(ctx context.Context, now, until time.Time, limit int) (taken []app.OutboxRow, err error) {
	if due, err := p.OutboxDue(ctx, now, 1); err != nil || len(due) == 0 {
		return nil, err
	}
	err = p.s.write(ctx, func(t *tx) (err error) {
		taken, err = plainReader{t}.OutboxDue(ctx, now, limit)
		for _, r := range taken {
			err = errors.Join(err, t.run(`UPDATE outbox SET next_at = ? WHERE id = ?`, micros(until), r.ID))
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return taken, nil
}

func (p plainTx) AddNotice(_ context.Context, n app.Notice) error {
	l, err := letterOf(n)
	if err != nil {
		return err
	}
	return p.t.post(l, p.now(), func() {})
}

func (p plainTx) AddOutbox(_ context.Context, r app.OutboxRow) error {
	params, err := paramsJSON(r.Params)
	if err != nil {
		return err
	}
	return p.t.run(insertOutbox, r.ID, r.To, r.Address, r.Language, r.Template, r.Case, params, micros(r.At), micros(r.Created), micros(r.Next))
}

func (p plainTx) AddressOutbox(_ context.Context, id, address, language string, next time.Time) error {
	return p.t.run(`UPDATE outbox SET address = ?, language = ?, next_at = ? WHERE id = ?`, address, language, micros(next), id)
}

func (p plainTx) Delivered(_ context.Context, r app.OutboxRow) error {
	return p.t.run(`UPDATE outbox SET address = ?, language = ?, next_at = NULL, delivered_at = ?, error = '', text = ? WHERE id = ?`,
		r.Address, r.Language, micros(r.Delivered), r.Text, r.ID)
}

func (p plainTx) Retry(_ context.Context, id string, attempts int, next time.Time, why string) error {
	var nextAt *int64
	if !next.IsZero() {
		n := micros(next)
		nextAt = &n
	}
	return p.t.run(`UPDATE outbox SET attempts = ?, next_at = ?, error = ? WHERE id = ?`, attempts, nextAt, why, id)
}

func (p plainTx) DropOutbox(_ context.Context, r app.OutboxRow) error {
	return p.t.run(`DELETE FROM outbox WHERE id = ? AND at = ?`, r.ID, micros(r.At))
}
