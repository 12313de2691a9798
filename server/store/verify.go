package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"hejie/negotiation"
)

// Verified counts what was walked.
type Verified struct{ Cases, Enterprises, Events int64 }

// Fault is the first link of a log that does not hold.
type Fault struct {
	Case       string // or
	Enterprise string
	Version    int64
	What       string
}

func (f *Fault) Error() string {
	if f.Enterprise != "" {
		return fmt.Sprintf("log of enterprise %s, version %d: %s", f.Enterprise, f.Version, f.What)
	}
	return fmt.Sprintf("log of case %s, version %d: %s", f.Case, f.Version, f.What)
}

const verifyPage = 2000

// Verify walks the log of every case and enterprise: each hash follows from the one before, versions and seqs have no gap, content
// is missing only where an erasure says so, and the log ends where the derived row says. It reads in pages, so that writers and
// checkpoints go on. The error is a *Fault for the first bad link.
func (s *Store) Verify(ctx context.Context) (Verified, error) {
	var v Verified
	err := s.verifyCases(ctx, &v)
	if err == nil {
		err = s.lostLogs(ctx)
	}
	if err == nil {
		err = s.verifyEnterprises(ctx, &v)
	}
	return v, err
}

// chain is a log that is being walked.
type chain struct {
	id     string
	head   negotiation.Head
	seq    map[negotiation.Channel]int64
	erased map[place]int64 // content missing, no erasure seen yet → version
}

type place struct {
	channel negotiation.Channel
	seq     int64
}

func newChain(id string) *chain {
	return &chain{id: id, seq: map[negotiation.Channel]int64{}, erased: map[place]int64{}}
}

// add says what is wrong with the next record; "" if nothing is.
func (c *chain) add(r negotiation.Record) string {
	switch {
	case r.Version != c.head.Version+1:
		return fmt.Sprintf("follows version %d", c.head.Version)
	case r.Seq != c.seq[r.Channel]+1:
		return fmt.Sprintf("seq %d of channel %s follows %d", r.Seq, r.Channel, c.seq[r.Channel])
	case !r.Verify(c.head.Hash):
		return "the hash does not follow"
	}
	c.head.Version, c.head.Hash = r.Version, r.Hash
	c.seq[r.Channel] = r.Seq
	if r.Erased() {
		c.erased[place{r.Channel, r.Seq}] = r.Version
	}
	if r.Type == (negotiation.ContentErased{}).Kind() {
		e, err := r.Event()
		if err != nil {
			return "cannot be read: " + err.Error()
		}
		if f, ok := e.Fact.(negotiation.ContentErased); ok {
			delete(c.erased, place{r.Channel, f.Erased})
		}
	}
	return ""
}

// end says what is wrong with the whole, and where.
func (c *chain) end(rowVersion int64, rowHead []byte) (int64, string) {
	for _, v := range c.erased {
		return v, "content is missing without an erasure"
	}
	if rowVersion < c.head.Version || rowVersion == c.head.Version && string(rowHead) != string(c.head.Hash[:]) {
		return c.head.Version, "the row says otherwise"
	}
	return 0, ""
}

func (s *Store) verifyCases(ctx context.Context, v *Verified) error {
	var c *chain
	var key, version int64
	for {
		n := 0
		err := s.page(ctx, key, version, func(k int64, id string, r negotiation.Record) error {
			n++
			if c == nil || k != key {
				if err := s.endCase(ctx, c, key); err != nil {
					return err
				}
				if id == "" {
					return &Fault{Case: fmt.Sprintf("(key %d)", k), Version: r.Version, What: "belongs to no case"}
				}
				c = newChain(id)
				v.Cases++
			}
			key, version = k, r.Version
			v.Events++
			if what := c.add(r); what != "" {
				return &Fault{Case: id, Version: r.Version, What: what}
			}
			return nil
		})
		if err != nil {
			return readFault(err)
		}
		if n < verifyPage {
			return readFault(s.endCase(ctx, c, key))
		}
	}
}

// page reads events after a position of the whole log, in order.
func (s *Store) page(ctx context.Context, key, version int64, each func(key int64, id string, r negotiation.Record) error) error {
	rows, err := s.reader().rows(ctx, `SELECT case_key, coalesce((SELECT id FROM case_keys WHERE key = case_key), ''), `+recordColumns+`
		FROM events WHERE (case_key, version) > (?, ?) ORDER BY case_key, version LIMIT ?`, key, version, verifyPage)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var k int64
		var id string
		r, err := scanRecord(rows, "", &k, &id)
		if err != nil {
			return err
		}
		r.Case = id
		if err := each(k, id, r); err != nil {
			return err
		}
	}
	return rows.Err()
}

// endCase compares the end of a case's log with its row.
func (s *Store) endCase(ctx context.Context, c *chain, key int64) error {
	if c == nil {
		return nil
	}
	version, what, err := s.endOf(ctx, c, `SELECT c.version, c.head, e.hash FROM cases c
		LEFT JOIN events e ON e.case_key = c.key AND e.version = c.version WHERE c.key = ?`, key)
	if err == nil && what != "" {
		return &Fault{Case: c.id, Version: version, What: what}
	}
	return err
}

// endOf says where and what is wrong between a log and its row, which the query gives with the hash of the row's own link. The row may
// have moved on since the log was read: then that link must be in the log.
func (s *Store) endOf(ctx context.Context, c *chain, query string, arg any) (version int64, what string, err error) {
	var rows []struct {
		Version    int64
		Head, Hash []byte
	}
	err = s.reader().all(ctx, &rows, query, arg)
	switch {
	case err != nil:
		return 0, "", err
	case len(rows) == 0:
		return c.head.Version, "there is no row", nil
	case string(rows[0].Hash) != string(rows[0].Head):
		return rows[0].Version, "the log does not end where the row says", nil
	}
	version, what = c.end(rows[0].Version, rows[0].Head)
	return version, what, nil
}

// lostLogs finds a case that has a row and no log.
func (s *Store) lostLogs(ctx context.Context) error {
	var id string
	err := s.reader().get(ctx, &id, `SELECT id FROM cases c WHERE NOT EXISTS (SELECT 1 FROM events WHERE case_key = c.key AND version = 1) LIMIT 1`)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return readError(err)
	}
	return &Fault{Case: id, Version: 1, What: "the case has no log"}
}

// verifyEnterprises walks the short logs of enterprises, and of those that have a row and no log.
func (s *Store) verifyEnterprises(ctx context.Context, v *Verified) error {
	var ids []string
	q := s.reader()
	err := q.all(ctx, &ids, `SELECT enterprise FROM enterprise_events UNION SELECT id FROM enterprises ORDER BY 1`)
	if err != nil {
		return readError(err)
	}
	for _, id := range ids {
		records, err := schemeRecords(ctx, q, id)
		if err != nil {
			return readError(err)
		}
		c := newChain(id)
		for _, r := range records {
			v.Events++
			if what := c.add(r); what != "" {
				return &Fault{Enterprise: id, Version: r.Version, What: what}
			}
		}
		version, what, err := s.endOf(ctx, c, `SELECT e.version, e.head, l.hash FROM enterprises e
			LEFT JOIN enterprise_events l ON l.enterprise = e.id AND l.version = e.version WHERE e.id = ?`, id)
		if err != nil {
			return readError(err)
		}
		if what != "" {
			return &Fault{Enterprise: id, Version: version, What: what}
		}
		v.Enterprises++
	}
	return nil
}

func readFault(err error) error {
	if f, ok := errors.AsType[*Fault](err); ok {
		return f
	}
	return readError(err)
}
