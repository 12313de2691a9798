package store

import (
	"context"

	"hejie/negotiation"
	"hejie/negotiation/scheme"
	"hejie/server/app"
)

// appendScheme adds an event to an enterprise's log and brings its row up to date: after is the enterprise with the event applied.
// An enterprise whose credit code another one in the scheme has is refused with credit_code_taken.
func (t *tx) appendScheme(r negotiation.Record, after scheme.Enterprise, wish app.CommandID) error {
	var command, digest []byte
	if wish.ID != "" {
		key := keyOf(wish)
		command, digest = key[:], wish.Digest[:]
	}
	err := t.run(`INSERT INTO enterprise_events (enterprise, version, channel, seq, type, side, actor, at, facts, content_sum, hash, salt, content,
		command, command_digest) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, r.Case, r.Version, string(r.Channel), r.Seq, r.Type, string(r.By.Side),
		r.By.ID, r.At.UnixMicro(), r.Facts, sum(r.ContentSum), r.Hash[:], blob(r.Salt), blob(r.Content), blob(command), blob(digest))
	if err != nil {
		return err
	}
	if err := t.renamed(after); err != nil {
		return err
	}
	t.batch.rank(r.Case)
	return t.putEnterprise(after, r)
}

// putEnterprise writes the derived row of an enterprise whose last event is r.
func (t *tx) putEnterprise(e scheme.Enterprise, r negotiation.Record) error {
	city, province := parents(e.Region)
	err := t.try(`INSERT INTO enterprises (id, version, head, status, since, applied_at, enrolled_at, ground, name, credit_code, region,
		region_city, region_province, address, industry, search) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET version = excluded.version, head = excluded.head, status = excluded.status, since = excluded.since,
		applied_at = excluded.applied_at, enrolled_at = excluded.enrolled_at, ground = excluded.ground, name = excluded.name,
		credit_code = excluded.credit_code, region = excluded.region, region_city = excluded.region_city,
		region_province = excluded.region_province, address = excluded.address, industry = excluded.industry, search = excluded.search`,
		e.ID, r.Version, r.Hash[:], string(e.Status), micros(e.Since), micros(e.AppliedAt), micros(e.EnrolledAt), string(e.Ground), e.Name,
		string(e.CreditCode), e.Region, city, province, e.Address, e.Industry, searchText(e.Name, string(e.CreditCode)))
	if notUnique(err) {
		return negotiation.NewError(app.CodeCreditCodeTaken).On("credit_code").Because(err)
	}
	return err
}

// renamed puts the new name of an enterprise on its cases.
func (t *tx) renamed(e scheme.Enterprise) error {
	var cases []struct {
		Key  int64
		Code string
	}
	var name []string // held: a case that is filed meanwhile takes the old name before, or the new one after
	if err := t.all(context.Background(), &name, `SELECT name FROM enterprises WHERE id = ?`+t.words().hold, e.ID); err != nil || len(name) == 0 || name[0] == e.Name {
		return err
	}
	err := t.all(context.Background(), &cases, `SELECT key, code FROM cases WHERE enterprise = ? ORDER BY key`+t.words().hold, e.ID)
	if err != nil || len(cases) == 0 {
		return err
	}
	for _, c := range cases {
		err := t.run(`UPDATE cases SET enterprise_name = ?, search_name = ? WHERE key = ?`, e.Name, searchText(e.Name, c.Code), c.Key)
		if err != nil {
			return err
		}
	}
	t.batch.clear = true
	t.batch.s.cache.clear() // changes later in this batch read the rows again
	return nil
}

// schemeRecords is an enterprise's log, oldest first.
func schemeRecords(ctx context.Context, q querier, enterprise string) ([]negotiation.Record, error) {
	rows, err := q.rows(ctx, `SELECT `+recordColumns+` FROM enterprise_events WHERE enterprise = ? ORDER BY version`, enterprise)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []negotiation.Record
	for rows.Next() {
		r, err := scanRecord(rows, enterprise)
		if err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	return out, rows.Err()
}

// foldScheme folds an enterprise from its log.
func foldScheme(id string, records []negotiation.Record) (scheme.Enterprise, error) {
	e := scheme.Enterprise{ID: id}
	for _, r := range records {
		ev, err := scheme.DecodeEvent(r)
		if err != nil {
			return e, err
		}
		e = e.Apply(ev)
	}
	return e, nil
}
