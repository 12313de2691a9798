package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"maps"
	"slices"

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
		e.row.view = viewOf(e.c)
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
	f := folding{entry: e}
	for rows.Next() {
		r, command, err := scanFold(rows)
		if err == nil {
			err = f.take(r, command)
		}
		if err != nil {
			return err
		}
	}
	f.end()
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

// folding is an entry that is brought onward: its case is made at the end, once for all events.
type folding struct {
	*entry
	events []negotiation.Event
}

// take notes the next event.
func (f *folding) take(r negotiation.Record, command []byte) error {
	r.Case = f.c.ID
	ev, err := r.Event()
	if err != nil {
		return err
	}
	f.events, f.head = append(f.events, ev), f.head.After(r)
	f.heard(r)
	if len(command) == len(commandKey{}) {
		f.commands[commandKey(command)] = uint32(r.Version)
	}
	return nil
}

func (f *folding) end() { f.c = f.c.Apply(f.events...) }

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
	return foldAll(rows, moved, heads)
}

// foldAll folds rows of events, which come in their order in each of the cases, up to the versions of the cases' rows.
func foldAll(rows *sqlx.Rows, moved map[int64]*entry, heads map[string]*caseHead) error {
	defer rows.Close()
	var key int64
	var f folding
	for rows.Next() {
		r, command, err := scanFold(rows, &key)
		if e := moved[key]; e != f.entry {
			if f.entry != nil {
				f.end()
			}
			f = folding{entry: e, events: f.events[:0]}
		}
		if err == nil && r.Version <= heads[f.c.ID].Version {
			err = f.take(r, command)
		}
		if err != nil {
			return err
		}
	}
	if f.entry != nil {
		f.end()
	}
	for _, e := range moved {
		e.row.view = viewOf(e.c)
		e.sized()
	}
	return rows.Err()
}

// shortLog is the longest log, in events, that is read among others: they do not wait for a long one.
const shortLog = 100

// foresee loads cases of a file into the cache that are about to be changed: many in one query, since each begins with an empty cache of
// pages beside a writer that commits.
func (s *Store) foresee(ctx context.Context, ids []string) error {
	stamps := make(map[string]uint64, len(ids))
	for _, id := range ids {
		if _, ok := s.cache.get(id); !ok {
			stamps[id] = s.cache.stamp(id)
		}
	}
	if len(stamps) == 0 {
		return nil
	}
	heads, err := s.heads(ctx, slices.Collect(maps.Keys(stamps)))
	if err != nil {
		return err
	}
	var keys []int64
	moved := make(map[int64]*entry, len(heads))
	for id, h := range heads {
		keys, moved[h.Key] = append(keys, h.Key), s.cache.onward(nil, id, h)
	}
	list, err := json.Marshal(keys)
	if err != nil {
		return err
	}
	r := s.reader()
	rows, err := r.rows(ctx, `SELECT case_key, `+foldColumns+` FROM events WHERE case_key IN (`+r.words().each+`) AND version <= ?
		ORDER BY case_key, version`, string(list), shortLog)
	if err == nil {
		err = foldAll(rows, moved, heads)
	}
	if err != nil {
		return err
	}
	for _, e := range moved {
		s.cache.offer(e.c.ID, e, stamps[e.c.ID])
	}
	return nil
}

// heads of cases with a short log.
func (s *Store) heads(ctx context.Context, ids []string) (map[string]*caseHead, error) {
	list, err := json.Marshal(ids)
	if err != nil {
		return nil, err
	}
	r := s.reader()
	var rows []*caseHead
	err = r.all(ctx, &rows, `SELECT `+headColumns+` FROM cases WHERE key IN (SELECT key FROM case_keys WHERE id IN (`+r.words().each+`)) AND version <= ?`,
		string(list), shortLog)
	heads := make(map[string]*caseHead, len(rows))
	for _, h := range rows {
		heads[h.ID] = h
	}
	return heads, err
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
