package store

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"strings"

	"hejie/negotiation"
	"hejie/server/app"
)

// Ends of cases, from their rows; see app.Tail.
func (s *Store) Ends(ctx context.Context, cases []string) (map[string]app.Ends, error) {
	if len(cases) == 0 {
		return nil, nil
	}
	ids, err := json.Marshal(cases)
	if err != nil {
		return nil, err
	}
	var rows []struct {
		ID           string
		Version      int64
		Room         int64 `db:"room_seq"`
		ConsumerOnly int64 `db:"own_seq"`
	}
	r := s.reader()
	err = r.all(ctx, &rows, `SELECT id, version, room_seq, own_seq FROM cases
		WHERE key IN (SELECT key FROM case_keys WHERE id IN (`+r.words().each+`))`, string(ids))
	if err != nil {
		return nil, readError(err)
	}
	ends := make(map[string]app.Ends, len(rows))
	for _, r := range rows {
		ends[r.ID] = app.Ends{Room: r.Room, Desk: r.Version - r.Room - r.ConsumerOnly, ConsumerOnly: r.ConsumerOnly} // these are all the channels there are
	}
	return ends, nil
}

// Since gives what came after a reader's numbers; see app.Tail.
func (s *Store) Since(ctx context.Context, from []app.From, limit int) (commits []app.Commit, err error) {
	if s.shared {
		commits, err = s.sinceAll(ctx, from, limit)
		return commits, readError(err)
	}
	for _, f := range from {
		var found []negotiation.Record
		for _, ch := range negotiation.Channels {
			after := f.Known.At(ch)
			if after < 0 {
				continue
			}
			records, err := s.Records(ctx, f.Case, ch, after, limit)
			if negotiation.CodeOf(err) == negotiation.CodeNotFound {
				break
			}
			if err != nil {
				return nil, err
			}
			found = append(found, records...)
		}
		if len(found) == 0 {
			continue
		}
		slices.SortFunc(found, byVersion)
		e, err := s.entry(ctx, f.Case) // after the records, so that it is not older
		if err != nil {
			return nil, err
		}
		commits = append(commits, e.since(found))
	}
	return commits, nil
}

func byVersion(a, b negotiation.Record) int { return cmp.Compare(a.Version, b.Version) }

// since is what a reader lacked of the case, as one commit.
func (e *entry) since(found []negotiation.Record) app.Commit {
	return app.Commit{Records: found, Before: &negotiation.Case{ID: e.c.ID}, After: e.c, Row: e.caseRow()}
}

// tailsOf cases with the ends of their logs, at one moment. Each case is looked up by its indexes, see lockHeads; a version is never below its seq.
var tailsOf = `SELECT c.` + strings.ReplaceAll(headColumns, ", ", ", c.") + `, e.* FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::bigint[]) AS w (id, room, desk, consumer_only)
	CROSS JOIN LATERAL (SELECT key FROM case_keys WHERE id = w.id LIMIT 1) k CROSS JOIN LATERAL (SELECT * FROM cases WHERE key = k.key LIMIT 1) c
	CROSS JOIN LATERAL (
		(SELECT command, ` + recordColumns + ` FROM events WHERE case_key = k.key AND channel = 'room' AND version > w.room AND seq > w.room ORDER BY version LIMIT $5)
		UNION ALL (SELECT command, ` + recordColumns + ` FROM events WHERE case_key = k.key AND channel = 'desk' AND seq > w.desk ORDER BY seq LIMIT $5)
		UNION ALL (SELECT command, ` + recordColumns + ` FROM events WHERE w.consumer_only >= 0 AND case_key = k.key AND channel = 'consumer' AND seq > w.consumer_only ORDER BY seq LIMIT $5)
	) e`

// tail is what a reader lacks of a case.
type tail struct {
	head     caseHead
	records  []negotiation.Record
	commands map[int64][]byte // by version, of those records that have one
}

// sinceAll asks once for all cases. What is read for the readers brings the cases onward, too: as a rule it is all that the cache lacks.
func (s *Store) sinceAll(ctx context.Context, from []app.From, limit int) ([]app.Commit, error) {
	bases := make(map[string]*entry, len(from))
	for _, f := range from { // before the log is read, so that none is ahead of it
		bases[f.Case], _ = s.cache.get(f.Case)
	}
	r := s.reader()
	found, err := readTails(ctx, r, from, limit)
	if err != nil || len(found) == 0 {
		return nil, err
	}
	heads := make(map[string]*caseHead, len(found))
	for id, t := range found {
		slices.SortFunc(t.records, byVersion)
		heads[id] = &t.head
		if bases[id], err = s.cache.along(bases[id], t); err != nil {
			return nil, err
		}
	}
	if err := s.advance(ctx, r, bases, heads); err != nil {
		return nil, err
	}
	commits := make([]app.Commit, 0, len(found))
	for id, t := range found {
		s.cache.keep(id, bases[id])
		commits = append(commits, bases[id].since(t.records))
	}
	return commits, nil
}

func readTails(ctx context.Context, q querier, from []app.From, limit int) (map[string]*tail, error) {
	var ids []string
	var known negotiation.PerChannel[[]int64]
	for _, f := range from {
		ids = append(ids, f.Case)
		for _, ch := range negotiation.Channels {
			known.Set(ch, append(known.At(ch), f.Known.At(ch)))
		}
	}
	rows, err := q.rows(ctx, tailsOf, ids, known.Room, known.Desk, known.ConsumerOnly, limit)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	found := make(map[string]*tail, len(from))
	for rows.Next() {
		var h caseHead
		var command []byte
		r, err := scanRecord(rows, "", append(h.into(), &command)...)
		if err != nil {
			return nil, err
		}
		r.Case = h.ID
		t := found[h.ID]
		if t == nil {
			t = &tail{head: h, commands: map[int64][]byte{}}
			found[h.ID] = t
		}
		t.records = append(t.records, r)
		if command != nil {
			t.commands[r.Version] = command
		}
	}
	return found, rows.Err()
}

// along gives the entry of a case brought onward by the records of the tail, as far as they follow it; nil stays nil.
func (c *cache) along(base *entry, t *tail) (*entry, error) {
	if base == nil || base.is(&t.head) {
		return base, nil
	}
	f := folding{entry: c.onward(base, t.head.ID, &t.head)}
	for _, r := range t.records {
		if r.Version != f.head.Version+1 {
			continue
		}
		if err := f.take(r, t.commands[r.Version]); err != nil {
			return nil, err
		}
	}
	f.end()
	f.row.view = viewOf(f.c)
	return f.sized(), nil
}

var _ app.Tail = (*Store)(nil)
