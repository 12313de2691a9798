package storetest

import (
	"errors"
	"time"

	"github.com/stretchr/testify/require"

	"hejie/negotiation"
	"hejie/server/app"
)

func accounts(b *bed) {
	p := b.Plain()
	agent := app.Account{ID: "a1", Role: negotiation.RoleDeskAgent, Login: "agent", Password: "hash", Language: "zh", Enterprise: "e", Active: true, Limit: new(int64(50_000)), Created: start.UTC()}
	officer := app.Account{ID: "a2", Role: negotiation.RoleOfficer, Login: "officer", Language: "en", Bureau: "b", Created: start.UTC()}
	person := app.Account{ID: "a3", Role: negotiation.RoleConsumer, Login: "+8613900000000", Active: true, Created: start.UTC()}
	b.write(func(tx app.PlainTx) error {
		for _, a := range []app.Account{agent, officer, person} {
			if err := tx.AddAccount(ctx, a); err != nil {
				return err
			}
			if err := tx.SetPerson(ctx, app.Person{Account: a.ID, Name: "名" + a.ID, Phone: "+86", Address: "街道"}); err != nil {
				return err
			}
		}
		return tx.SetPerson(ctx, app.Person{Account: "a3", Name: "何敏", Phone: person.Login, Address: "街道 2"})
	})
	b.refused(app.CodeLoginTaken, func(tx app.PlainTx) error {
		return tx.AddAccount(ctx, app.Account{ID: "a4", Login: "agent", Created: start})
	})
	b.refused(app.CodeLoginTaken, func(tx app.PlainTx) error {
		return tx.SetAccount(ctx, app.Account{ID: "a2", Login: "agent"})
	})
	b.refused(negotiation.CodeNotFound, func(tx app.PlainTx) error { return tx.SetAccount(ctx, app.Account{ID: "nobody", Login: "x"}) })
	require.Equal(b.t, agent, got[app.Account](b)(p.Account(ctx, "a1")))
	require.Equal(b.t, officer, got[app.Account](b)(p.AccountByLogin(ctx, "officer")))
	none, err := p.Account(ctx, "a4")
	missing(b, none, err)
	list := got[[]app.Account](b)
	require.Equal(b.t, []app.Account{agent, officer, person}, list(p.Accounts(ctx, app.AccountFilter{})))
	require.Equal(b.t, []app.Account{agent}, list(p.Accounts(ctx, app.AccountFilter{Enterprise: "e", Role: negotiation.RoleDeskAgent, Active: true})))
	require.Equal(b.t, []app.Account{officer}, list(p.Accounts(ctx, app.AccountFilter{Bureau: "b"})))
	require.Equal(b.t, []app.Account{officer}, list(p.Accounts(ctx, app.AccountFilter{Role: negotiation.RoleOfficer})))
	require.Equal(b.t, []app.Account{person}, list(p.Accounts(ctx, app.AccountFilter{Role: negotiation.RoleConsumer})))
	require.Equal(b.t, []app.Account{agent}, list(p.Accounts(ctx, app.AccountFilter{Active: true, Limit: 1})))
	require.Equal(b.t, app.Person{Account: "a3", Name: "何敏", Phone: person.Login, Address: "街道 2"}, got[app.Person](b)(p.Person(ctx, "a3")))
	people := got[map[string]app.Person](b)
	require.Len(b.t, people(p.People(ctx, []string{"a1", "a2", "nobody"})), 2)
	require.Empty(b.t, people(p.People(ctx, nil)))
	require.Empty(b.t, people(p.Filers(ctx, nil)))

	b.write(func(tx app.PlainTx) error {
		var errs []error
		for _, r := range []app.OutboxRow{{To: "a3"}, {To: "phone", Address: person.Login}, {To: "a1"}, {To: "phone", Address: "+8613900000009"}} {
			r.ID, r.Template, r.Created, r.Next = "to "+r.To+r.Address, "t", start, start
			errs = append(errs, tx.AddOutbox(ctx, r))
		}
		return errors.Join(errs...)
	})
	officer.Active, officer.Language = true, "zh"
	b.write(func(tx app.PlainTx) error {
		if err := tx.SetAccount(ctx, officer); err != nil {
			return err
		}
		return tx.EraseAccount(ctx, "a3")
	})
	require.Equal(b.t, officer, got[app.Account](b)(p.Account(ctx, "a2")))
	erased := got[app.Account](b)(p.Account(ctx, "a3"))
	require.False(b.t, erased.Active)
	require.Equal(b.t, "erased:a3", erased.Login)
	require.Equal(b.t, app.Person{Account: "a3"}, got[app.Person](b)(p.Person(ctx, "a3")))
	var left []string
	for _, r := range got[[]app.OutboxRow](b)(p.Outbox(ctx, 10)) {
		left = append(left, r.ID)
	}
	require.ElementsMatch(b.t, []string{"to a1", "to phone+8613900000009"}, left)

	b.file(1, 1)
	open, last, err := p.CasesOf(ctx, consumer(1).ID)
	require.NoError(b.t, err)
	require.Equal(b.t, 1, open)
	require.Equal(b.t, start.UTC(), last)
	filers(b)
	also(b)
	open, last, err = p.CasesOf(ctx, "nobody")
	require.NoError(b.t, err)
	require.Zero(b.t, open)
	require.True(b.t, last.IsZero())
}

// filers: a case keeps who filed it when its account files under another name, and follows the account else.
func filers(b *bed) {
	who := consumer(1).ID
	set := func(name, address string) func(tx app.PlainTx) error {
		return func(tx app.PlainTx) error {
			return tx.SetPerson(ctx, app.Person{Account: who, Name: name, Phone: "+8613800000000", Address: address})
		}
	}
	names := func(n ...int) (all []string) {
		for _, n := range n {
			found := got[map[string]app.Person](b)(b.Plain().Filers(ctx, []string{caseID(n)}))
			all = append(all, found[caseID(n)].Name+" "+found[caseID(n)].Address)
		}
		return all
	}
	require.Empty(b.t, got[map[string]app.Person](b)(b.Plain().Filers(ctx, []string{caseID(1), "none"})))
	b.write(set("何敏", "街道 1"))
	b.write(set("何敏", "街道 2"))
	require.Equal(b.t, []string{"何敏 街道 2"}, names(1))
	for _, next := range []string{"罗刚", "何敏"} {
		b.write(func(tx app.PlainTx) error { return tx.KeepFiler(ctx, who, "") })
		b.write(set(next, "街道 3"))
	}
	b.fileAs(2, consumer(1), 1, "台灯", 15000)
	require.Equal(b.t, []string{"何敏 街道 2", "何敏 街道 3"}, names(1, 2))
	b.write(func(tx app.PlainTx) error { return tx.EraseAccount(ctx, who) })
	require.Empty(b.t, got[map[string]app.Person](b)(b.Plain().Filers(ctx, []string{caseID(1), caseID(2)})))
}

func sessions(b *bed) {
	p, now := b.Plain(), start.UTC()
	row := app.SessionRow{ID: "s1", Token: []byte{1}, Account: "a", Created: now, Seen: now, Expires: now.Add(time.Hour), Agent: "Browser", All: true, Opened: []string{}}
	other := app.SessionRow{ID: "s2", Token: []byte{2}, Account: "a", Created: now, Seen: now, Expires: now.Add(2 * time.Hour), Opened: []string{}}
	b.write(func(tx app.PlainTx) error {
		if err := tx.AddSession(ctx, row); err != nil {
			return err
		}
		return tx.AddSession(ctx, other)
	})
	session, list := got[app.SessionRow](b), got[[]app.SessionRow](b)
	require.Equal(b.t, row, session(p.Session(ctx, []byte{1})))
	require.Equal(b.t, []app.SessionRow{other, row}, list(p.Sessions(ctx, "a", now)))
	require.Equal(b.t, []app.SessionRow{other}, list(p.Sessions(ctx, "a", now.Add(time.Hour))))
	b.write(func(tx app.PlainTx) error {
		for _, c := range []string{"c1", "c2", "c1"} {
			if err := tx.OpenInSession(ctx, "s2", c); err != nil {
				return err
			}
		}
		if err := tx.TouchSession(ctx, "s2", now.Add(time.Minute)); err != nil {
			return err
		}
		return tx.TouchSession(ctx, "s2", now)
	})
	touched := session(p.SessionByID(ctx, "s2"))
	require.ElementsMatch(b.t, []string{"c1", "c2"}, touched.Opened)
	require.Equal(b.t, now.Add(time.Minute), touched.Seen, "it never goes back")
	b.refused(negotiation.CodeNotFound, func(tx app.PlainTx) error { return tx.EndSession(ctx, "s3") })
	alive := func(now time.Time, ids ...string) []string { return got[[]string](b)(p.LiveSessions(ctx, ids, now)) }
	require.Empty(b.t, alive(now, "s1", "s2"), "there is no such account")
	account := app.Account{ID: "a", Login: "a", Active: true, Created: now}
	b.write(func(tx app.PlainTx) error { return tx.AddAccount(ctx, account) })
	require.ElementsMatch(b.t, []string{"s1", "s2"}, alive(now, "s2", "s1", "s3"))
	require.Equal(b.t, []string{"s2"}, alive(now.Add(time.Hour), "s1", "s2"))
	require.Empty(b.t, alive(now))
	account.Active = false
	b.write(func(tx app.PlainTx) error { return tx.SetAccount(ctx, account) })
	require.Empty(b.t, alive(now, "s1", "s2"))
	b.write(func(tx app.PlainTx) error { return tx.EndSessions(ctx, "a", "s1") })
	require.Equal(b.t, []app.SessionRow{row}, list(p.Sessions(ctx, "a", now)))
	b.write(func(tx app.PlainTx) error { return tx.EndSession(ctx, "s1") })
	gone, err := p.Session(ctx, []byte{1})
	missing(b, gone, err)
}

func codesAndAttempts(b *bed) {
	p, now := b.Plain(), start.UTC()
	code := app.CodeRow{ID: "c1", Phone: "+86", Addr: []byte{1}, Sum: []byte{2}, Created: now, Expires: now.Add(time.Minute)}
	later := app.CodeRow{ID: "c2", Phone: "+86", Addr: []byte{1}, Sum: []byte{3}, Created: now.Add(time.Second), Expires: now.Add(time.Hour)}
	familiar := app.CodeRow{ID: "c3", Phone: "+86", Addr: []byte{2}, Familiar: true, Sum: []byte{4}, Created: now, Expires: now.Add(time.Minute)}
	b.write(func(tx app.PlainTx) error {
		for _, c := range []app.CodeRow{code, later, familiar} {
			if err := tx.AddCode(ctx, c); err != nil {
				return err
			}
		}
		for range 2 {
			if err := tx.AddAttempt(ctx, "k", now); err != nil {
				return err
			}
		}
		return tx.SetCode(ctx, "c2", 3, true)
	})
	later.Tries, later.Used = 3, true
	require.Equal(b.t, later, got[app.CodeRow](b)(p.LatestCode(ctx, "+86", false)))
	require.Equal(b.t, familiar, got[app.CodeRow](b)(p.LatestCode(ctx, "+86", true)))
	times := got[[]time.Time](b)
	require.Equal(b.t, []time.Time{now, later.Created}, times(p.CodesSince(ctx, "+86", false, now.Add(-1e6))))
	require.Equal(b.t, []time.Time{now}, times(p.CodesSince(ctx, "+86", true, now.Add(-1e6))))
	require.Equal(b.t, []time.Time{later.Created}, times(p.CodesFrom(ctx, []byte{1}, now)))
	attempts := func(want int, oldest time.Time) {
		b.t.Helper()
		n, at, err := p.Attempts(ctx, "k", now.Add(-1e6))
		require.NoError(b.t, err)
		require.Equal(b.t, want, n)
		require.Equal(b.t, oldest, at)
	}
	attempts(2, now)
	b.write(func(tx app.PlainTx) error { return tx.ForgetAttempt(ctx, "k", now) })
	attempts(1, now)
	b.write(func(tx app.PlainTx) error { return tx.ClearAttempts(ctx, "k") })
	attempts(0, time.Time{})
	_, _, err := p.SetUpToken(ctx)
	missing(b, 0, err)
	for _, hash := range []string{"one", "two"} {
		b.write(func(tx app.PlainTx) error { return tx.SetSetUpToken(ctx, []byte(hash), now) })
		token, expires, err := p.SetUpToken(ctx)
		require.NoError(b.t, err)
		require.Equal(b.t, hash, string(token))
		require.Equal(b.t, now, expires)
	}
	b.write(func(tx app.PlainTx) error { return tx.SetSetUpToken(ctx, nil, time.Time{}) })
	_, _, err = p.SetUpToken(ctx)
	missing(b, 0, err)
	b.write(func(tx app.PlainTx) error {
		return tx.Sweep(ctx, app.SweepBefore{Now: now, Idle: now, Codes: now, Delivered: now})
	})
	require.Equal(b.t, []time.Time{later.Created}, times(p.CodesSince(ctx, "+86", false, time.Time{})))
}
