package store

import (
	"bytes"
	"context"
	"strings"
	"time"

	"hejie/negotiation"
	"hejie/negotiation/region"
	"hejie/negotiation/scheme"
	"hejie/server/app"
)

func scanBureau(s scanner) (b app.Bureau, err error) {
	err = s.Scan(&b.ID, &b.Region, &b.NameZH, &b.NameEN, &b.Phone, &b.Address, at{&b.Created})
	return b, err
}

const selectBureau = `SELECT id, region, name_zh, name_en, phone, address, created_at FROM bureaus`

func (p plainReader) Bureau(ctx context.Context, id string) (app.Bureau, error) {
	return one(ctx, p.q, scanBureau, selectBureau+` WHERE id = ?`, id)
}

func (p plainReader) BureauOf(ctx context.Context, code string) (app.Bureau, error) {
	return one(ctx, p.q, scanBureau, selectBureau+` WHERE region = ?`, code)
}

func (p plainReader) Bureaus(ctx context.Context) ([]app.Bureau, error) {
	return list(ctx, p.q, scanBureau, selectBureau+` ORDER BY region`)
}

func (p plainTx) AddBureau(_ context.Context, b app.Bureau) error {
	return unique(p.t.try(`INSERT INTO bureaus (id, region, name_zh, name_en, phone, address, created_at) VALUES (?, ?, ?, ?, ?, ?, ?)`,
		b.ID, b.Region, b.NameZH, b.NameEN, b.Phone, b.Address, micros(b.Created)), app.CodeBureauTaken, "region")
}

func (p plainTx) SetBureau(_ context.Context, b app.Bureau) error {
	return changed(p.t.exec(`UPDATE bureaus SET name_zh = ?, name_en = ?, phone = ?, address = ? WHERE id = ?`, b.NameZH, b.NameEN, b.Phone, b.Address, b.ID))
}

const selectEnterprise = `SELECT id, name, credit_code, region, address, industry, status, ground, since, applied_at, enrolled_at FROM enterprises`

func scanEnterprise(s scanner) (e app.Enterprise, err error) {
	err = s.Scan(&e.ID, &e.Name, &e.CreditCode, &e.Region, &e.Address, &e.Industry, &e.Status, &e.Ground, at{&e.Since}, at{&e.AppliedAt}, at{&e.EnrolledAt})
	return e, err
}

func (p plainReader) Enterprise(ctx context.Context, id string) (app.Enterprise, error) {
	return one(ctx, p.q, scanEnterprise, selectEnterprise+` WHERE id = ?`, id)
}

func (p plainReader) EnterpriseByCredit(ctx context.Context, creditCode string) (app.Enterprise, error) {
	return one(ctx, p.q, scanEnterprise, selectEnterprise+` WHERE credit_code = ? ORDER BY applied_at DESC LIMIT 1`, creditCode)
}

// order of a search: those that take cases, then by name.
const enterpriseOrder = `CASE status WHEN 'enrolled' THEN 0 WHEN 'suspended' THEN 1 ELSE 2 END, name, id`

func (p plainReader) Enterprises(ctx context.Context, f app.EnterpriseFilter) ([]app.Enterprise, error) {
	if f.After != "" && !app.ValidID(f.After) {
		return nil, badAfter()
	}
	where, args := []string{"1 = 1"}, []any{}
	add := func(condition string, values ...any) {
		where, args = append(where, condition), append(args, values...)
	}
	if len(f.Statuses) > 0 {
		in, statuses := oneOf(f.Statuses)
		add(`status IN `+in, statuses...)
	}
	if f.Enrolled {
		add(`enrolled_at <> 0`)
	}
	if f.Within != "" && f.Within != region.Country {
		add(`(region = ? OR region_city = ? OR region_province = ?)`, f.Within, f.Within, f.Within)
	}
	if f.Q != "" {
		add(`search LIKE ? ESCAPE '\'`, like(f.Q))
	}
	if f.After != "" {
		add(`(`+enterpriseOrder+`) > (SELECT `+enterpriseOrder+` FROM enterprises WHERE id = ?)`, f.After)
	}
	return list(ctx, p.q, scanEnterprise, selectEnterprise+` WHERE `+strings.Join(where, " AND ")+` ORDER BY `+enterpriseOrder+` LIMIT ?`, append(args, f.Limit)...)
}

func scanContact(s scanner) (c app.Contact, err error) {
	err = s.Scan(&c.Name, &c.Phone, &c.Email)
	return c, err
}

func (p plainReader) Contact(ctx context.Context, enterprise string) (app.Contact, error) {
	found, err := list(ctx, p.q, scanContact, `SELECT name, phone, email FROM enterprise_contacts WHERE enterprise = ?`, enterprise)
	if err != nil || len(found) == 0 {
		return app.Contact{}, err
	}
	return found[0], nil
}

func (p plainTx) SetContact(_ context.Context, enterprise string, c app.Contact) error {
	return p.t.run(`INSERT INTO enterprise_contacts (enterprise, name, phone, email) VALUES (?, ?, ?, ?)
		ON CONFLICT (enterprise) DO UPDATE SET name = excluded.name, phone = excluded.phone, email = excluded.email`, enterprise, c.Name, c.Phone, c.Email)
}

func (p plainReader) SchemeRecords(ctx context.Context, enterprise string) ([]negotiation.Record, error) {
	records, err := schemeRecords(ctx, p.q, enterprise)
	return records, readError(err)
}

func (p plainTx) AppendScheme(_ context.Context, r negotiation.Record, after scheme.Enterprise, wish app.CommandID) error {
	return p.t.appendScheme(r, after, wish)
}

func (p plainReader) SchemeCommand(ctx context.Context, enterprise string, wish app.CommandID) (int64, error) {
	if wish.ID == "" {
		return 0, nil
	}
	var done []struct {
		Version int64
		Digest  []byte `db:"command_digest"`
	}
	key := keyOf(wish)
	err := p.q.all(ctx, &done, `SELECT version, command_digest FROM enterprise_events WHERE enterprise = ? AND command = ?`, enterprise, key[:])
	switch {
	case err != nil || len(done) == 0:
		return 0, readError(err)
	case !bytes.Equal(done[0].Digest, wish.Digest[:]):
		return 0, negotiation.NewError(negotiation.CodeCommandIDReused)
	}
	return done[0].Version, nil
}

func (p plainReader) InvitationCount(ctx context.Context, key string) (n int, err error) {
	err = p.q.get(ctx, &n, `SELECT count(*) FROM invitations WHERE key = ?`, key)
	return n, readError(err)
}

func scanWish(s scanner) (w app.Wish, err error) {
	err = s.Scan(&w.Name, &w.Credit, &w.Region, &w.Count, at{&w.Last})
	return w, err
}

func (p plainReader) Wishes(ctx context.Context, regions []string, limit int) ([]app.Wish, error) {
	where, args := ``, []any{}
	if regions != nil {
		in, codes := oneOf(regions)
		where, args = ` AND region IN `+in, codes
	}
	return list(ctx, p.q, scanWish, `SELECT max(name), max(credit_code), region, count(*), max(at) FROM invitations i
		WHERE NOT EXISTS (SELECT 1 FROM enterprises e WHERE e.credit_code = i.credit_code AND e.status = 'enrolled')`+where+`
		GROUP BY key, region ORDER BY count(*) DESC, max(at) DESC, key, region LIMIT ?`, append(args, limit)...)
}

func (p plainReader) InvitationsFrom(ctx context.Context, addr []byte, since time.Time) (n int, err error) {
	err = p.q.get(ctx, &n, `SELECT count(*) FROM invitations WHERE addr = ? AND at > ?`, addr, micros(since))
	return n, readError(err)
}

func (p plainTx) AddInvitation(_ context.Context, i app.Invitation) error {
	return p.t.run(`INSERT INTO invitations (key, addr, day, name, credit_code, region, at) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
		i.Key, i.Addr, i.Day, i.Name, i.Credit, i.Region, micros(i.At))
}
