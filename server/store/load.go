package store

import (
	"context"
	"database/sql"
	"errors"

	"github.com/jmoiron/sqlx"

	"hejie/negotiation"
)

// warm is a case that a caller loaded for the writer, and when.
type warm struct {
	entry *entry // nil: there is no such case
	stamp uint64
}

// warm loads a case on the caller's goroutine.
func (s *Store) warm(ctx context.Context, id string) (*warm, error) {
	w := &warm{stamp: s.cache.stamp(id)}
	err := s.snapshot(ctx, func(q querier) (err error) {
		w.entry, err = load(ctx, q, id)
		return err
	})
	return w, err
}

// load folds a case from the log; nil when there is none.
func load(ctx context.Context, q querier, id string) (*entry, error) {
	e := &entry{c: negotiation.Case{ID: id}, commands: make(map[commandKey]uint32)}
	err := q.get(ctx, &e.key, `SELECT key FROM case_keys WHERE id = ?`, id)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if err := e.fold(ctx, q); err != nil {
		return nil, err
	}
	t := &e.row.texts
	if err := q.get(ctx, t, `SELECT title, enterprise_name, last, last_version FROM cases WHERE key = ?`, e.key); err != nil {
		return nil, err
	}
	e.derive()
	return e.sized(), nil
}

// fold applies every event of the case, without its content.
func (e *entry) fold(ctx context.Context, q querier) error {
	rows, err := q.rows(ctx, `SELECT version, channel, seq, type, side, actor, at, facts, hash, command FROM events
		WHERE case_key = ? ORDER BY version`, e.key)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		r := negotiation.Record{Case: e.c.ID}
		var at int64
		var hash, command []byte
		if err := rows.Scan(&r.Version, &r.Channel, &r.Seq, &r.Type, &r.By.Side, &r.By.ID, &at, &r.Facts, &hash, &command); err != nil {
			return err
		}
		r.At = instant(at)
		copy(r.Hash[:], hash)
		ev, err := r.Event()
		if err != nil {
			return err
		}
		e.c, e.head = e.c.Apply(ev), e.head.After(r)
		e.heard(r)
		if len(command) == len(commandKey{}) {
			e.commands[commandKey(command)] = uint32(r.Version)
		}
	}
	return rows.Err()
}

const recordColumns = `version, channel, seq, type, side, actor, at, facts, content_sum, hash, salt, content`

// scanRecord reads recordColumns, with more columns before them.
func scanRecord(rows *sqlx.Rows, id string, before ...any) (negotiation.Record, error) {
	r := negotiation.Record{Case: id}
	var at int64
	var sum, hash []byte
	err := rows.Scan(append(before, &r.Version, &r.Channel, &r.Seq, &r.Type, &r.By.Side, &r.By.ID, &at, &r.Facts, &sum, &hash, &r.Salt, &r.Content)...)
	r.At = instant(at)
	copy(r.ContentSum[:], sum)
	copy(r.Hash[:], hash)
	return r, err
}
