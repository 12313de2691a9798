package store

import (
	"context"
	"slices"

	"hejie/negotiation"
)

// Records of a channel after a position; see app.Log.
func (s *Store) Records(ctx context.Context, caseID string, ch negotiation.Channel, after int64, limit int) ([]negotiation.Record, error) {
	var key int64
	r := s.reader()
	if err := r.get(ctx, &key, `SELECT key FROM case_keys WHERE id = ?`, caseID); err != nil {
		return nil, readError(err)
	}
	q := recordsAfter
	args := []any{key, string(ch), after, after, limit}
	switch ch {
	case negotiation.Desk:
		q, args = deskAfter, []any{key, after, limit}
	case negotiation.ConsumerOnly:
		q, args = consumerOnlyAfter, []any{key, after, limit}
	}
	return records(ctx, r, caseID, q, args...)
}

const (
	// A version is never below its seq, so the scan starts there and meets only the other channels' few.
	recordsAfter      = `SELECT ` + recordColumns + ` FROM events WHERE case_key = ? AND channel = ? AND version > ? AND seq > ? ORDER BY version LIMIT ?`
	deskAfter         = `SELECT ` + recordColumns + ` FROM events WHERE case_key = ? AND channel = 'desk' AND seq > ? ORDER BY seq LIMIT ?`
	consumerOnlyAfter = `SELECT ` + recordColumns + ` FROM events WHERE case_key = ? AND channel = 'consumer' AND seq > ? ORDER BY seq LIMIT ?`
)

// RecordsOf gives the room's events of some types; see app.Log. However long the talk, only acts are read.
func (s *Store) RecordsOf(ctx context.Context, caseID string, types ...string) (found []negotiation.Record, err error) {
	e, err := s.entry(ctx, caseID)
	if err != nil || len(types) == 0 {
		return nil, err
	}
	ofTypes, kinds := oneOf(types)
	for some := range slices.Chunk(e.acts, 500) {
		args := []any{e.key}
		for _, version := range some {
			args = append(args, version)
		}
		q := `SELECT ` + recordColumns + ` FROM events WHERE case_key = ? AND version IN ` + anyOf(len(some)) + ` AND type IN ` + ofTypes + ` ORDER BY version`
		rs, err := records(ctx, s.reader(), caseID, q, append(args, kinds...)...)
		if err != nil {
			return nil, err
		}
		found = append(found, rs...)
	}
	return found, nil
}

// Speakers gives who made an event in the case's room; see app.Log.
func (s *Store) Speakers(ctx context.Context, caseID string) ([]negotiation.By, error) {
	e, err := s.entry(ctx, caseID)
	if err != nil {
		return nil, err
	}
	return slices.Clip(e.speakers), nil // all who ask have the same
}

func records(ctx context.Context, q querier, caseID, query string, args ...any) ([]negotiation.Record, error) {
	rows, err := q.rows(ctx, query, args...)
	if err != nil {
		return nil, readError(err)
	}
	defer rows.Close()
	var out []negotiation.Record
	for rows.Next() {
		rec, err := scanRecord(rows, caseID)
		if err != nil {
			return nil, readError(err)
		}
		out = append(out, rec)
	}
	return out, readError(rows.Err())
}
