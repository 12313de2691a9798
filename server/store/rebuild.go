package store

import (
	"context"
	"fmt"
	"io"

	"hejie/negotiation"
)

// derived tables with the columns that order their dump.
var derived = []table{
	{"cases", "key"}, {"enterprises", "id"}, {"scorecard_rows", "enterprise, grain, span, class"}, {"scorecard_pairs", "enterprise, consumer"},
	{"scorecard_running", "enterprise"},
}

// Rebuild drops every derived row and fills the tables from the log, in one transaction: writers wait, readers see the old rows
// until it is done.
func (s *Store) Rebuild(ctx context.Context) error {
	err := s.write(ctx, func(t *tx) error {
		if err := t.standStill(); err != nil {
			return err
		}
		for _, d := range derived {
			if err := t.run(`DELETE FROM ` + d.name); err != nil {
				return err
			}
		}
		if err := t.rebuildEnterprises(); err != nil {
			return err
		}
		if err := t.rebuildCases(); err != nil {
			return err
		}
		t.batch.clear = true
		t.batch.s.cache.clear()
		return t.batch.flushScores()
	})
	s.ranking.forget()
	s.cards.clear()
	return err
}

// standStill keeps the cases as they are until COMMIT: other writers wait, readers go on. A file has one writer anyway.
func (t *tx) standStill() error {
	t.batch.alone = true
	if t.pipe == nil {
		return nil
	}
	return t.run(`LOCK TABLE cases IN EXCLUSIVE MODE`)
}

func (t *tx) rebuildEnterprises() error {
	var ids []string
	if err := t.all(context.Background(), &ids, `SELECT DISTINCT enterprise FROM enterprise_events ORDER BY enterprise`); err != nil {
		return err
	}
	for _, id := range ids {
		records, err := schemeRecords(context.Background(), t, id)
		if err != nil {
			return err
		}
		e, err := foldScheme(id, records)
		if err != nil {
			return err
		}
		if err := t.putEnterprise(e, records[len(records)-1]); err != nil {
			return err
		}
	}
	return nil
}

func (t *tx) rebuildCases() error {
	var last int64
	for {
		var page []struct {
			Key int64
			ID  string
		}
		if err := t.all(context.Background(), &page, `SELECT key, id FROM case_keys WHERE key > ? ORDER BY key LIMIT 500`, last); err != nil {
			return err
		}
		for _, p := range page {
			if err := t.rebuildCase(p.Key, p.ID); err != nil {
				return fmt.Errorf("case %s: %w", p.ID, err)
			}
			last = p.Key
		}
		if len(page) == 0 {
			return nil
		}
		if err := t.batch.flushScores(); err != nil {
			return err
		}
	}
}

func (t *tx) rebuildCase(key int64, id string) error {
	k, err := t.refold(key, id)
	if err != nil {
		return err
	}
	t.batch.score(&negotiation.Case{}, k.c)
	return t.batch.project(k)
}

// refold reads a case from its log alone.
func (t *tx) refold(key int64, id string) (*open, error) {
	k := &open{entry: new(entry)}
	k.key, k.c = key, &negotiation.Case{ID: id}
	if err := k.replay(context.Background(), t); err != nil {
		return nil, err
	}
	err := t.get(context.Background(), &k.row.Enterprise, `SELECT coalesce((SELECT name FROM enterprises WHERE id = ?), '')`, k.c.Enterprise)
	k.row.view = viewOf(k.c)
	return k, err
}

// freshen writes the rows anew that a migration marked, because what they should say is in the log alone. The scorecard is not touched.
func (s *Store) freshen(ctx context.Context) error {
	const stale = `SELECT key, id FROM cases WHERE col = 'stale' ORDER BY key LIMIT 500`
	var page []struct {
		Key int64
		ID  string
	}
	for {
		page = page[:0]
		if err := s.reader().all(ctx, &page, stale); err != nil || len(page) == 0 {
			return err
		}
		err := s.write(ctx, func(t *tx) error {
			if err := t.standStill(); err != nil {
				return err
			}
			for _, p := range page {
				k, err := t.refold(p.Key, p.ID)
				if err != nil {
					return fmt.Errorf("case %s: %w", p.ID, err)
				}
				k.inserted = true
				if err := t.batch.project(k); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
}

// replay folds the case with the content that is left.
func (e *entry) replay(ctx context.Context, q querier) error {
	rows, err := q.rows(ctx, `SELECT `+recordColumns+` FROM events WHERE case_key = ? ORDER BY version`, e.key)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		r, err := scanRecord(rows, e.c.ID)
		if err != nil {
			return err
		}
		ev, err := r.Event()
		if err != nil {
			return err
		}
		e.c, e.head = e.c.Apply(ev), e.head.After(r)
		e.row.texts.take(ev, r.Version)
	}
	return rows.Err()
}

// DumpDerived writes every derived row as text, in a fixed order, so that two stores can be compared.
func (s *Store) DumpDerived(ctx context.Context, to io.Writer) error {
	return s.snapshot(ctx, func(q querier) error {
		for _, d := range derived {
			if _, err := fmt.Fprintf(to, "# %s\n", d.name); err != nil {
				return err
			}
			if err := dump(ctx, q, to, `SELECT * FROM `+d.name+` ORDER BY `+d.by); err != nil {
				return err
			}
		}
		return nil
	})
}

func dump(ctx context.Context, q querier, to io.Writer, query string) error {
	rows, err := q.rows(ctx, query)
	if err != nil {
		return err
	}
	defer rows.Close()
	names, err := rows.Columns()
	if err != nil {
		return err
	}
	for rows.Next() {
		values, err := rows.SliceScan()
		if err != nil {
			return err
		}
		for i, v := range values {
			if b, ok := v.([]byte); ok && names[i] == "head" {
				v = fmt.Sprintf("%x", b)
			}
			if _, err := fmt.Fprintf(to, "%s=%q ", names[i], text(v)); err != nil {
				return err
			}
		}
		if _, err := fmt.Fprintln(to); err != nil {
			return err
		}
	}
	return rows.Err()
}

func text(v any) string {
	if b, ok := v.([]byte); ok {
		return string(b)
	}
	return fmt.Sprint(v)
}
