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
func (s *Store) warm(ctx context.Context, id string) (w *warm, err error) {
	w = &warm{stamp: s.cache.stamp(id)}
	w.entry, err = load(ctx, reader{s.readers}, id)
	return w, err
}

// load folds a case from the log up to the version of its row; nil when there is none. So it needs no transaction: the log up to a
// version never changes, and what changes a row's texts and not its version clears the cache.
func load(ctx context.Context, q querier, id string) (*entry, error) {
	var r struct {
		Key, Version int64
		texts
	}
	err := q.get(ctx, &r, `SELECT key, version, title, enterprise_name, last, last_version FROM cases WHERE key = (SELECT key FROM case_keys WHERE id = ?)`, id)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	e := &entry{key: r.Key, c: negotiation.Case{ID: id}, commands: make(map[commandKey]uint32)}
	e.row.texts = r.texts
	if err := e.fold(ctx, q, r.Version); err != nil {
		return nil, err
	}
	e.derive()
	return e.sized(), nil
}

// fold applies the events of the case up to a version, without their content.
func (e *entry) fold(ctx context.Context, q querier, upTo int64) error {
	rows, err := q.rows(ctx, `SELECT version, channel, seq, type, side, actor, at, facts, hash, command FROM events
		WHERE case_key = ? AND version <= ? ORDER BY version`, e.key, upTo)
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
