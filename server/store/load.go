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
	base, _ := s.cache.get(id)
	w.entry, err = s.load(ctx, s.reader(), id, base)
	return w, err
}

// load folds a case from the log up to the version of its row; nil when there is none. So it needs no transaction: the log up to a
// version never changes, and what changes a row's texts and not its version clears the cache.
//
// What is left of an entry that the cache has is used again: all of it when the row says the same, else the log is read from its end on.
func (s *Store) load(ctx context.Context, q querier, id string, base *entry) (*entry, error) {
	var h caseHead
	err := q.get(ctx, &h, `SELECT `+headColumns+` FROM cases WHERE key = (SELECT key FROM case_keys WHERE id = ?)`, id)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return nil, nil
	case err != nil:
		return nil, err
	case base.is(&h):
		return base, nil
	}
	for e := s.cache.onward(base, id, &h); ; e = s.cache.onward(nil, id, &h) {
		whole := e.c.Version == 0
		if err := e.fold(ctx, q, h.Version); err != nil {
			return nil, err
		}
		e.row.view = viewOf(&e.c)
		if whole || e.is(&h) { // else the entry is of another history: a database that was restored
			return e.sized(), nil
		}
	}
}

// caseHead is the end of a case's log as its row says it, with the row's own texts.
type caseHead struct {
	Key, Version int64
	ID           string
	Head         []byte
	texts
}

// into is where headColumns are scanned to.
func (h *caseHead) into() []any {
	return []any{&h.Key, &h.ID, &h.Version, &h.Head, &h.Title, &h.Enterprise, &h.Last, &h.LastVersion}
}

const headColumns = `key, id, version, head, title, enterprise_name, last, last_version`

// is says whether the entry is the case of the row.
func (e *entry) is(h *caseHead) bool {
	return e != nil && e.c.Version == h.Version && string(e.head.Hash[:]) == string(h.Head) && e.row.texts == h.texts
}

// fold applies the events of the case that come after what it has, up to a version, without their content.
func (e *entry) fold(ctx context.Context, q querier, upTo int64) error {
	if e.c.Version == upTo {
		return nil
	}
	rows, err := q.rows(ctx, `SELECT `+foldColumns+` FROM events WHERE case_key = ? AND version > ? AND version <= ? ORDER BY version`,
		e.key, e.c.Version, upTo)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		r, command, err := scanFold(rows)
		if err == nil {
			err = e.take(r, command)
		}
		if err != nil {
			return err
		}
	}
	return rows.Err()
}

const foldColumns = `version, channel, seq, type, side, actor, at, facts, hash, command`

// scanFold reads foldColumns, with more columns before them.
func scanFold(row scanner, before ...any) (r negotiation.Record, command []byte, err error) {
	var at int64
	var hash []byte
	err = row.Scan(append(before, &r.Version, &r.Channel, &r.Seq, &r.Type, &r.By.Side, &r.By.ID, &at, &r.Facts, &hash, &command)...)
	r.At = instant(at)
	copy(r.Hash[:], hash)
	return r, command, err
}

// take applies the next event.
func (e *entry) take(r negotiation.Record, command []byte) error {
	r.Case = e.c.ID
	ev, err := r.Event()
	if err != nil {
		return err
	}
	e.c, e.head = e.c.Apply(ev), e.head.After(r)
	e.heard(r)
	if len(command) == len(commandKey{}) {
		e.commands[commandKey(command)] = uint32(r.Version)
	}
	return nil
}

// advance brings cases to where their rows are, on PostgreSQL. Of those that the cache had with another history (a database that was
// restored) all is read, in a second turn.
func (s *Store) advance(ctx context.Context, q querier, bases map[string]*entry, heads map[string]*caseHead) error {
	for _, whole := range []bool{false, true} {
		moved := map[int64]*entry{}
		for id, h := range heads {
			base := bases[id]
			if base.is(h) {
				continue
			}
			if whole {
				base = nil
			}
			bases[id] = s.cache.onward(base, id, h)
			moved[h.Key] = bases[id]
		}
		if err := tails(ctx, q, moved, heads); err != nil {
			return err
		}
	}
	return nil
}

// tails folds what comes after each of the entries, up to their rows' versions, in one query.
func tails(ctx context.Context, q querier, moved map[int64]*entry, heads map[string]*caseHead) error {
	if len(moved) == 0 {
		return nil
	}
	var keys, after, upTo []int64
	for key, e := range moved {
		keys, after, upTo = append(keys, key), append(after, e.c.Version), append(upTo, heads[e.c.ID].Version)
	}
	rows, err := q.rows(ctx, `SELECT case_key, `+foldColumns+` FROM unnest(?::bigint[], ?::bigint[], ?::bigint[]) AS w (k, after, up_to)
		CROSS JOIN LATERAL (SELECT * FROM events WHERE case_key = w.k AND version > w.after AND version <= w.up_to ORDER BY version) e`, keys, after, upTo)
	if err != nil {
		return err
	}
	defer rows.Close()
	var key int64
	for rows.Next() {
		r, command, err := scanFold(rows, &key)
		if err == nil {
			err = moved[key].take(r, command)
		}
		if err != nil {
			return err
		}
	}
	for _, e := range moved {
		e.row.view = viewOf(&e.c)
		e.sized()
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
