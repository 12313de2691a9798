package store

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"

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
		ID      string
		Version int64
		RoomSeq int64 `db:"room_seq"`
		OwnSeq  int64 `db:"own_seq"`
	}
	r := reader{s.readers}
	err = r.all(ctx, &rows, `SELECT id, version, room_seq, own_seq FROM cases
		WHERE key IN (SELECT key FROM case_keys WHERE id IN (`+r.words().each+`))`, string(ids))
	if err != nil {
		return nil, readError(err)
	}
	ends := make(map[string]app.Ends, len(rows))
	for _, r := range rows {
		ends[r.ID] = app.Ends{Room: r.RoomSeq, Desk: r.Version - r.RoomSeq - r.OwnSeq, Own: r.OwnSeq} // these are all the channels there are
	}
	return ends, nil
}

// Since gives what came after a reader's numbers; see app.Tail.
func (s *Store) Since(ctx context.Context, from []app.From, limit int) ([]app.Commit, error) {
	commits := make([]app.Commit, 0, len(from))
	for _, f := range from {
		var found []negotiation.Record
		for ch, after := range map[negotiation.Channel]int64{negotiation.Room: f.Room, negotiation.Desk: f.Desk, negotiation.ConsumerOnly: f.Own} {
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
		slices.SortFunc(found, func(a, b negotiation.Record) int { return cmp.Compare(a.Version, b.Version) })
		e, err := s.entry(ctx, f.Case) // after the records, so that it is not older
		if err != nil {
			return nil, err
		}
		commits = append(commits, app.Commit{Records: found, Before: &negotiation.Case{ID: f.Case}, After: &e.c, Row: e.caseRow()})
	}
	return commits, nil
}

var _ app.Tail = (*Store)(nil)
