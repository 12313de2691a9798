package store

import (
	"context"
	"math"
	"strings"
	"time"

	"hejie/negotiation"
	"hejie/server/app"
)

const accountColumns = `id, role, login, password, language, enterprise, bureau, active, offer_limit, capacity, away, created_at, seen_at`

func scanAccount(s scanner) (a app.Account, err error) {
	err = s.Scan(&a.ID, &a.Role, &a.Login, &a.Password, &a.Language, &a.Enterprise, &a.Bureau, &a.Active, &a.Limit, &a.Capacity, &a.Away, at{&a.Created}, at{&a.Seen})
	return a, err
}

func (p plainReader) Account(ctx context.Context, id string) (app.Account, error) {
	return one(ctx, p.q, scanAccount, `SELECT `+accountColumns+` FROM accounts WHERE id = ?`, id)
}

func (p plainReader) AccountByLogin(ctx context.Context, login string) (app.Account, error) {
	return one(ctx, p.q, scanAccount, `SELECT `+accountColumns+` FROM accounts WHERE login = ?`, login)
}

// isTaker is a member of a desk who is given cases by themself now.
const isTaker = `capacity IS NOT NULL AND away = 0 AND active = 1`

func (p plainReader) Accounts(ctx context.Context, f app.AccountFilter) ([]app.Account, error) {
	where, args := []string{"1 = 1"}, []any{}
	equal := func(column, value string) {
		if value != "" {
			where, args = append(where, column+" = ?"), append(args, value)
		}
	}
	// What is said twice is in the words of a partial index, without which SQLite does not take it.
	if equal("role", string(f.Role)); f.Role != "" && f.Role != negotiation.RoleConsumer {
		where = append(where, "role <> 'consumer'")
	}
	within := func(column, value string) {
		if equal(column, value); value != "" {
			where = append(where, column+" <> ''")
		}
	}
	within("enterprise", f.Enterprise)
	within("bureau", f.Bureau)
	if f.Active {
		where = append(where, "active = 1")
	}
	if f.Takes {
		where = append(where, isTaker)
	}
	limit := f.Limit
	if limit == 0 {
		limit = math.MaxInt
	}
	return list(ctx, p.q, scanAccount, `SELECT `+accountColumns+` FROM accounts WHERE `+strings.Join(where, " AND ")+` ORDER BY id LIMIT ?`, append(args, limit)...)
}

func scanPerson(s scanner) (p app.Person, err error) {
	err = s.Scan(&p.Account, &p.Name, &p.Phone, &p.Address)
	return p, err
}

func (p plainReader) Person(ctx context.Context, account string) (app.Person, error) {
	found, err := p.People(ctx, []string{account})
	if err != nil {
		return app.Person{}, err
	}
	who := found[account]
	who.Account = account
	return who, nil
}

func (p plainReader) People(ctx context.Context, accounts []string) (map[string]app.Person, error) {
	in, args := oneOf(accounts)
	rows, err := list(ctx, p.q, scanPerson, `SELECT account, name, phone, address FROM people WHERE account IN `+in, args...)
	if err != nil {
		return nil, err
	}
	found := make(map[string]app.Person, len(rows))
	for _, r := range rows {
		found[r.Account] = r
	}
	return found, nil
}

func (p plainReader) Filers(ctx context.Context, cases []string) (map[string]app.Person, error) {
	in, args := oneOf(cases)
	found := make(map[string]app.Person, len(cases))
	_, err := list(ctx, p.q, func(s scanner) (id string, err error) {
		var w app.Person
		err = s.Scan(&id, &w.Account, &w.Name, &w.Phone, &w.Address)
		found[id] = w
		return id, err
	}, `SELECT case_keys.id, people.account, coalesce(filers.name, people.name), people.phone, coalesce(filers.address, people.address) FROM case_keys
		JOIN cases ON cases.key = case_keys.key JOIN people ON people.account = cases.consumer LEFT JOIN filers ON filers.case_id = case_keys.id
		WHERE case_keys.id IN `+in, args...)
	return found, err
}

func (p plainTx) AddAccount(_ context.Context, a app.Account) error {
	p.t.batch.s.limits.forget(a.ID)
	return unique(p.t.try(`INSERT INTO accounts (`+accountColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		a.ID, string(a.Role), a.Login, a.Password, a.Language, a.Enterprise, a.Bureau, a.Active, a.Limit, a.Capacity, a.Away, micros(a.Created), micros(a.Seen)), app.CodeLoginTaken, "login")
}

func (p plainTx) SetAccount(_ context.Context, a app.Account) error {
	p.t.batch.s.limits.forget(a.ID)
	return unique(changed(p.t.exec(`UPDATE accounts SET role = ?, login = ?, password = ?, language = ?, enterprise = ?, bureau = ?, active = ?, offer_limit = ?, capacity = ?, away = ? WHERE id = ?`,
		string(a.Role), a.Login, a.Password, a.Language, a.Enterprise, a.Bureau, a.Active, a.Limit, a.Capacity, a.Away, a.ID)), app.CodeLoginTaken, "login")
}

func (p plainReader) CasesOf(ctx context.Context, consumer string) (open int, last time.Time, err error) {
	var row struct {
		Open int
		Last int64
	}
	err = p.q.get(ctx, &row, `SELECT coalesce(sum(open), 0) AS open, coalesce(max(last_at), 0) AS last FROM cases WHERE consumer = ?`, consumer)
	return row.Open, instant(row.Last), readError(err)
}

func (p plainTx) EraseAccount(_ context.Context, id string) error {
	return p.t.erasing(
		statement{`DELETE FROM codes WHERE phone = (SELECT login FROM accounts WHERE id = ?)`, []any{id}},
		statement{`DELETE FROM outbox WHERE recipient = ?`, []any{id}},
		statement{`DELETE FROM outbox WHERE address <> '' AND address = (SELECT login FROM accounts WHERE id = ?)`, []any{id}},
		statement{`DELETE FROM attempts WHERE key = 'proof:' || ?`, []any{id}},
		statement{`DELETE FROM sessions WHERE account = ?`, []any{id}},
		statement{`DELETE FROM read_marks WHERE account = ?`, []any{id}},
		statement{`DELETE FROM people WHERE account = ?`, []any{id}},
		statement{`DELETE FROM filers WHERE account = ?`, []any{id}},
		statement{`UPDATE accounts SET login = 'erased:' || id, active = 0 WHERE id = ?`, []any{id}})
}

func (p plainTx) SetPerson(_ context.Context, w app.Person) error {
	return p.t.run(`INSERT INTO people (account, name, phone, address) VALUES (?, ?, ?, ?)
		ON CONFLICT (account) DO UPDATE SET name = excluded.name, phone = excluded.phone, address = excluded.address`, w.Account, w.Name, w.Phone, w.Address)
}

func (p plainTx) KeepFiler(_ context.Context, account, but string) error {
	return p.t.run(`INSERT INTO filers (case_id, account, name, address) SELECT cases.id, people.account, people.name, people.address FROM cases
		JOIN people ON people.account = cases.consumer WHERE cases.consumer = ? AND cases.id <> ? ON CONFLICT (case_id) DO NOTHING`, account, but)
}
