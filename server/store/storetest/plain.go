package storetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"hejie/negotiation"
	"hejie/negotiation/scheme"
	"hejie/server/app"
	"hejie/server/store"
)

// write makes plain writes in one transaction.
func (b *bed) write(f func(tx app.PlainTx) error) {
	b.t.Helper()
	require.NoError(b.t, b.Plain().Write(ctx, f))
}

// refused makes a plain write that gives the code.
func (b *bed) refused(code string, f func(tx app.PlainTx) error) {
	b.t.Helper()
	require.Equal(b.t, code, negotiation.CodeOf(b.Plain().Write(ctx, f)))
}

// got gives a value that was read without an error.
func got[T any](b *bed) func(v T, err error) T {
	return func(v T, err error) T {
		b.t.Helper()
		require.NoError(b.t, err)
		return v
	}
}

func missing[T any](b *bed, _ T, err error) {
	b.t.Helper()
	require.Equal(b.t, negotiation.CodeNotFound, negotiation.CodeOf(err))
}

func accounts(b *bed) {
	p := b.Plain()
	agent := app.Account{ID: "a1", Role: negotiation.RoleDeskAgent, Login: "agent", Password: "hash", Language: "zh", Enterprise: "e", Active: true, Created: start.UTC()}
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

// also: what a change brings along is kept with it once it was accepted, is not asked for otherwise, and its fault keeps both away.
func also(b *bed) {
	to, asked := b.file(7, 1), 0
	change := func(id, text string, also error) error {
		cmd := negotiation.PostMessage{Text: text}
		_, err := b.Change(ctx, app.Change{Case: to, Command: command(consumer(7), id, cmd), Decide: step(consumer(7), cmd, b.env()), Also: func(ctx context.Context, tx app.PlainTx) error {
			asked++
			if err := tx.SetPerson(ctx, app.Person{Account: "also", Name: text}); err != nil {
				return err
			}
			return also
		}})
		return err
	}
	kept := func() (string, int64) {
		who, err := b.Plain().Person(ctx, "also")
		require.NoError(b.t, err)
		c, _, err := b.Case(ctx, to)
		require.NoError(b.t, err)
		return who.Name, c.Version
	}
	_, before := kept()
	one := uuid.NewString()
	for range 2 { // the second time is a repetition
		require.NoError(b.t, change(one, "您好", nil))
	}
	require.Equal(b.t, negotiation.CodeRequired, negotiation.CodeOf(change(uuid.NewString(), "", nil)))
	require.Equal(b.t, 1, asked)
	require.Equal(b.t, negotiation.CodeInternal, negotiation.CodeOf(change(uuid.NewString(), "再见", errors.New("a fault"))))
	name, version := kept()
	require.Equal(b.t, "您好", name)
	require.Equal(b.t, before+1, version)
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

func seal(b *bed) {
	for range 2 {
		require.NoError(b.t, b.Seal(ctx, []byte("one")))
	}
	require.ErrorIs(b.t, b.Seal(ctx, []byte("two")), store.ErrOtherSecret)
	require.NoError(b.t, b.Seal(ctx, []byte("one")))
}

func codesAndAttempts(b *bed) {
	p, now := b.Plain(), start.UTC()
	code := app.CodeRow{ID: "c1", Phone: "+86", Addr: []byte{1}, Sum: []byte{2}, Created: now, Expires: now.Add(time.Minute)}
	later := app.CodeRow{ID: "c2", Phone: "+86", Addr: []byte{1}, Sum: []byte{3}, Created: now.Add(time.Second), Expires: now.Add(time.Hour)}
	b.write(func(tx app.PlainTx) error {
		for _, c := range []app.CodeRow{code, later} {
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
	require.Equal(b.t, later, got[app.CodeRow](b)(p.LatestCode(ctx, "+86")))
	times := got[[]time.Time](b)
	require.Equal(b.t, []time.Time{now, later.Created}, times(p.CodesSince(ctx, "+86", now.Add(-1e6))))
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
	require.Equal(b.t, []time.Time{later.Created}, times(p.CodesSince(ctx, "+86", time.Time{})))
}

func register(b *bed) {
	p, now := b.Plain(), start.UTC()
	bureau := app.Bureau{ID: "b1", Region: "430600", NameZH: "市局", NameEN: "City", Phone: "0730", Address: "路", Created: now}
	b.write(func(tx app.PlainTx) error { return tx.AddBureau(ctx, bureau) })
	b.refused(app.CodeBureauTaken, func(tx app.PlainTx) error { return tx.AddBureau(ctx, app.Bureau{ID: "b2", Region: "430600"}) })
	bureau.Phone = "0731"
	b.write(func(tx app.PlainTx) error { return tx.SetBureau(ctx, bureau) })
	one := got[app.Bureau](b)
	require.Equal(b.t, bureau, one(p.Bureau(ctx, "b1")))
	require.Equal(b.t, bureau, one(p.BureauOf(ctx, "430600")))
	require.Equal(b.t, []app.Bureau{bureau}, got[[]app.Bureau](b)(p.Bureaus(ctx)))

	for n, name := range []string{"丙", "甲", "乙"} {
		b.enrol(n, name)
	}
	b.scheme(2, officer, scheme.Suspend{Ground: scheme.GroundNoAnswers, Reason: "so"})
	list := got[[]app.Enterprise](b)
	names := func(f app.EnterpriseFilter) (out []string) {
		b.t.Helper()
		for _, e := range list(p.Enterprises(ctx, f)) {
			out = append(out, e.Name)
		}
		return out
	}
	require.Equal(b.t, []string{"丙", "甲", "乙"}, names(app.EnterpriseFilter{Limit: 10}), "who takes cases first")
	require.Equal(b.t, []string{"甲", "乙"}, names(app.EnterpriseFilter{After: id("enterprise", 0), Limit: 10}))
	require.Equal(b.t, []string{"丙"}, names(app.EnterpriseFilter{Statuses: []scheme.Status{scheme.StatusEnrolled}, Enrolled: true, Within: "430000", Limit: 1}))
	require.Equal(b.t, []string{"乙"}, names(app.EnterpriseFilter{Q: "乙", Limit: 10}))
	require.Empty(b.t, names(app.EnterpriseFilter{Q: "%", Limit: 10}))
	code := app.Normalise(string(creditCode(2)))
	require.Equal(b.t, []string{"乙"}, names(app.EnterpriseFilter{Q: code[:4] + " " + code[4:8] + " " + code[8:], Limit: 10}), "in groups")
	first := got[app.Enterprise](b)(p.Enterprise(ctx, id("enterprise", 0)))
	require.Equal(b.t, first, got[app.Enterprise](b)(p.EnterpriseByCredit(ctx, string(creditCode(0)))))
	require.Len(b.t, got[[]negotiation.Record](b)(p.SchemeRecords(ctx, first.ID)), 2)
	contact := app.Contact{Name: "何敏", Phone: "+86", Email: "x@example.com"}
	b.write(func(tx app.PlainTx) error { return tx.SetContact(ctx, "e", contact) })
	require.Equal(b.t, contact, got[app.Contact](b)(p.Contact(ctx, "e")))
	require.Zero(b.t, got[app.Contact](b)(p.Contact(ctx, "nobody")))

	wish := app.Invitation{Key: "k", Name: "超市", Addr: []byte{1}, Day: "2026-08-03", At: now}
	b.write(func(tx app.PlainTx) error {
		if err := tx.AddInvitation(ctx, wish); err != nil {
			return err
		}
		return tx.AddInvitation(ctx, wish)
	})
	require.Equal(b.t, 1, got[int](b)(p.InvitationCount(ctx, "k")))
	require.Equal(b.t, 1, got[int](b)(p.InvitationsFrom(ctx, []byte{1}, now.Add(-1e6))))

	later := now.Add(time.Hour)
	b.write(func(tx app.PlainTx) error {
		for n, i := range []app.Invitation{
			{Key: "a", Name: "甲", Region: "430602", Addr: []byte{1}, At: now}, {Key: "a", Name: "甲", Region: "430602", Addr: []byte{2}, At: later},
			{Key: string(creditCode(0)), Name: "乙", Credit: string(creditCode(0)), Region: "430602", Addr: []byte{1}, At: now}, // first has enrolled
			{Key: string(creditCode(90)), Name: "丙", Credit: string(creditCode(90)), Region: "430100", Addr: []byte{1}, At: now},
		} {
			i.Day = fmt.Sprint("2026-08-0", n+1)
			if err := tx.AddInvitation(ctx, i); err != nil {
				return err
			}
		}
		return nil
	})
	far := app.Wish{Name: "丙", Credit: string(creditCode(90)), Region: "430100", Count: 1, Last: now}
	near := app.Wish{Name: "甲", Region: "430602", Count: 2, Last: later}
	require.Equal(b.t, scheme.StatusEnrolled, first.Status)
	require.Equal(b.t, []app.Wish{near}, got[[]app.Wish](b)(p.Wishes(ctx, []string{"430600", "430602"}, 10)))
	require.Equal(b.t, []app.Wish{near, far}, got[[]app.Wish](b)(p.Wishes(ctx, []string{"430100", "430602"}, 10)))
	require.Len(b.t, got[[]app.Wish](b)(p.Wishes(ctx, nil, 10)), 3)
	require.Equal(b.t, []app.Wish{near}, got[[]app.Wish](b)(p.Wishes(ctx, nil, 1)))
}

func upkeep(b *bed) {
	p, now := b.Plain(), start.UTC()
	file := app.FileRow{ID: "f1", Owner: "o", Name: "a.png", Type: "image/png", Size: 1 << 33, SHA256: "00", Created: now}
	b.write(func(tx app.PlainTx) error { return tx.AddFile(ctx, file) })
	require.Equal(b.t, file, got[app.FileRow](b)(p.File(ctx, "f1")))
	require.Equal(b.t, 1, got[int](b)(p.UploadsSince(ctx, "o", now.Add(-1e6))))
	require.Equal(b.t, []app.FileRow{file}, got[[]app.FileRow](b)(p.Orphans(ctx, now, 10)))
	b.write(func(tx app.PlainTx) error { return tx.RemoveFile(ctx, "f1") })
	b.refused(negotiation.CodeNotFound, func(tx app.PlainTx) error { return tx.RemoveFile(ctx, "f1") })

	marked := func(seq int64, want bool) {
		b.t.Helper()
		b.write(func(tx app.PlainTx) error {
			moved, err := tx.Mark(ctx, "a", "c", negotiation.Room, seq)
			require.Equal(b.t, want, moved)
			return err
		})
	}
	marked(3, true)
	marked(3, false)
	marked(2, false)
	marked(5, true)
	require.Equal(b.t, map[negotiation.Channel]int64{negotiation.Room: 5}, got[map[negotiation.Channel]int64](b)(p.Marks(ctx, "a", "c")))
	require.Equal(b.t, map[string]int64{"c": 5}, got[map[string]int64](b)(p.MarksIn(ctx, "a", negotiation.Room, []string{"c", "d"})))

	year := app.CalendarYear{Year: 2027, Body: []byte("{}"), Imported: now, By: "x"}
	b.write(func(tx app.PlainTx) error { return tx.SetCalendarYear(ctx, year) })
	year.Applied = true
	b.write(func(tx app.PlainTx) error { return tx.SetCalendarYear(ctx, year) })
	require.Equal(b.t, []app.CalendarYear{year}, got[[]app.CalendarYear](b)(p.CalendarYears(ctx)))
	never, err := p.Heartbeat(ctx)
	missing(b, never, err)
	for _, at := range []time.Time{now, now.Add(time.Minute), now} {
		b.write(func(tx app.PlainTx) error { return tx.Beat(ctx, at) })
	}
	require.Equal(b.t, now, got[time.Time](b)(p.Heartbeat(ctx)), "the last one, also when a clock was set back")
	b.write(func(tx app.PlainTx) error {
		at, ok, err := tx.ServerTime(ctx)
		if ok && err == nil && time.Since(at).Abs() > time.Minute {
			err = fmt.Errorf("the server of this machine says %v", at)
		}
		return err
	})
	outage := negotiation.Outage{From: now, To: now.Add(2 * time.Hour)}
	for range 2 {
		b.write(func(tx app.PlainTx) error { return tx.AddOutage(ctx, outage, now) })
	}
	require.Equal(b.t, []negotiation.Outage{outage}, got[[]negotiation.Outage](b)(p.Outages(ctx, now)))

	for _, what := range []string{"one", "two", "three"} {
		b.write(func(tx app.PlainTx) error {
			return tx.AddAudit(ctx, app.AuditRow{At: now, Actor: "a", Role: negotiation.RoleOfficer, What: what, Subject: "s", Case: "c", Why: "w", Detail: "d"})
		})
	}
	rows := got[[]app.AuditRow](b)(p.Audit(ctx, app.AuditFilter{Actor: "a", Case: "c", Subject: "s", Limit: 2}))
	require.Len(b.t, rows, 2)
	require.Equal(b.t, app.AuditRow{ID: rows[0].ID, At: now, Actor: "a", Role: negotiation.RoleOfficer, What: "three", Subject: "s", Case: "c", Why: "w", Detail: "d"}, rows[0])
	rows = got[[]app.AuditRow](b)(p.Audit(ctx, app.AuditFilter{Before: rows[1].ID, Limit: 10}))
	require.Len(b.t, rows, 1)
	require.Equal(b.t, "one", rows[0].What)
}

func outbox(b *bed) {
	p, now := b.Plain(), start.UTC()
	row := app.OutboxRow{ID: "n1", To: "desk:e", Template: "t", Case: "c", Params: map[string]string{"code": "何"}, At: now, Created: now, Next: now}
	b.write(func(tx app.PlainTx) error {
		if err := tx.AddOutbox(ctx, row); err != nil {
			return err
		}
		later := row
		later.ID, later.Next = "n2", now.Add(time.Hour)
		return tx.AddOutbox(ctx, later)
	})
	require.Equal(b.t, []app.OutboxRow{row}, got[[]app.OutboxRow](b)(p.OutboxDue(ctx, now, 10)))
	waiting := func(want int, since time.Time) {
		b.t.Helper()
		n, first, err := p.OutboxWaiting(ctx)
		require.NoError(b.t, err)
		require.Equal(b.t, want, n)
		require.Equal(b.t, since, first)
	}
	waiting(2, now)
	b.write(func(tx app.PlainTx) error { return tx.Retry(ctx, "n1", 1, now.Add(2*time.Hour), "away") })
	waiting(2, now) // a try that failed makes it no younger
	b.write(func(tx app.PlainTx) error { return tx.Retry(ctx, "n1", 0, now, "") })
	taken := got[[]app.OutboxRow](b)(p.TakeOutbox(ctx, now, now.Add(time.Minute), 10))
	require.Len(b.t, taken, 1)
	require.Equal(b.t, row.Params, taken[0].Params)
	require.Empty(b.t, got[[]app.OutboxRow](b)(p.TakeOutbox(ctx, now.Add(time.Minute-time.Microsecond), now.Add(time.Hour), 10)), "nobody gets what was taken")
	taken = got[[]app.OutboxRow](b)(p.TakeOutbox(ctx, now.Add(time.Minute), now.Add(2*time.Minute), 10))
	require.Len(b.t, taken, 1, "until then")
	b.write(func(tx app.PlainTx) error { return tx.AddressOutbox(ctx, "n1", "+86", "zh", now) })
	taken = got[[]app.OutboxRow](b)(p.TakeOutbox(ctx, now, now.Add(time.Minute), 10))
	require.Len(b.t, taken, 1, "one with an address is due at once")
	require.Equal(b.t, "+86", taken[0].Address)
	b.write(func(tx app.PlainTx) error { return tx.Retry(ctx, "n1", 1, now.Add(time.Second), "busy") })
	require.Empty(b.t, got[[]app.OutboxRow](b)(p.TakeOutbox(ctx, now, now.Add(time.Minute), 10)))
	taken = got[[]app.OutboxRow](b)(p.TakeOutbox(ctx, now.Add(time.Second), now.Add(time.Minute), 10))
	require.Len(b.t, taken, 1)
	require.Equal(b.t, 1, taken[0].Attempts)
	b.write(func(tx app.PlainTx) error {
		if err := tx.Delivered(ctx, app.OutboxRow{ID: "n1", Address: "+861", Language: "en", Delivered: now, Text: "text"}); err != nil {
			return err
		}
		return tx.Retry(ctx, "n2", 9, time.Time{}, "refused")
	})
	require.Empty(b.t, got[[]app.OutboxRow](b)(p.TakeOutbox(ctx, now.AddDate(1, 0, 0), now.AddDate(2, 0, 0), 10)))
	rows := got[[]app.OutboxRow](b)(p.Outbox(ctx, 10))
	require.Len(b.t, rows, 2)
	require.Equal(b.t, now, rows[1].Delivered)
	require.Equal(b.t, []string{"+861", "en", "text"}, []string{rows[1].Address, rows[1].Language, rows[1].Text})
	b.write(func(tx app.PlainTx) error { return tx.DropOutbox(ctx, "n2") })
	b.write(func(tx app.PlainTx) error { return tx.AddNotice(ctx, app.Notice{To: "a", Template: "t", At: now}) })
	require.Len(b.t, got[[]app.OutboxRow](b)(p.Outbox(ctx, 10)), 2)

	// A code goes before all that is longer due.
	b.write(func(tx app.PlainTx) error {
		code, older := row, row
		code.ID, code.Template = "n3", app.TemplateCode
		older.ID, older.Next = "n4", now.Add(-time.Hour)
		return errors.Join(tx.AddOutbox(ctx, older), tx.AddOutbox(ctx, code))
	})
	taken = got[[]app.OutboxRow](b)(p.TakeOutbox(ctx, now, now.Add(time.Minute), 1))
	require.Equal(b.t, "n3", taken[0].ID)
	b.write(func(tx app.PlainTx) error { return tx.DropOutbox(ctx, "n3") })
	taken = got[[]app.OutboxRow](b)(p.TakeOutbox(ctx, now, now.Add(time.Minute), 9))
	require.Equal(b.t, "n4", taken[0].ID)
}

// offersOnce: of the new offers of a case one at a time waits for each who is told.
func offersOnce(b *bed) {
	p, now := b.Plain(), start.UTC()
	offer := app.Notice{To: "mei", Template: app.TemplateNewOffer, Case: caseID(1), At: now, Wait: time.Minute}
	waiting := func() (rows []app.OutboxRow) {
		return slices.DeleteFunc(got[[]app.OutboxRow](b)(p.Outbox(ctx, 10)), func(r app.OutboxRow) bool {
			return r.Template != app.TemplateNewOffer || !r.Delivered.IsZero()
		})
	}
	add := func(n app.Notice) {
		b.write(func(tx app.PlainTx) error { return tx.AddNotice(ctx, n) })
	}
	add(offer)
	add(offer)
	require.Len(b.t, waiting(), 1)
	desk, other := offer, offer
	desk.To, other.Case = "desk:e", caseID(2)
	add(desk)
	add(other)
	require.Len(b.t, waiting(), 3)
	for _, r := range waiting() {
		require.Equal(b.t, r.Created.Add(time.Minute), r.Next)
		b.write(func(tx app.PlainTx) error {
			return tx.Delivered(ctx, app.OutboxRow{ID: r.ID, Address: "+861", Delivered: now})
		})
	}
	add(offer)
	require.Len(b.t, waiting(), 1)
	b.write(func(tx app.PlainTx) error { return tx.DropOutbox(ctx, waiting()[0].ID) })
}
