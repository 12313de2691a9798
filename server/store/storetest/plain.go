package storetest

import (
	"context"
	"errors"
	"fmt"
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

func seal(b *bed) {
	for range 2 {
		require.NoError(b.t, b.Seal(ctx, []byte("one")))
	}
	require.ErrorIs(b.t, b.Seal(ctx, []byte("two")), store.ErrOtherSecret)
	require.NoError(b.t, b.Seal(ctx, []byte("one")))
}

func replies(b *bed) {
	p := b.Plain()
	has := func(enterprise string, want ...app.SavedReply) {
		b.t.Helper()
		require.Equal(b.t, append([]app.SavedReply{}, want...), got[[]app.SavedReply](b)(p.SavedReplies(ctx, enterprise)))
	}
	one, two := app.SavedReply{ID: id("reply", 1), Name: "乙", Text: "您好，{姓}：\n稍等"}, app.SavedReply{ID: id("reply", 2), Name: "a", Text: "b"}
	has("e1")
	for _, r := range []app.SavedReply{one, two} {
		b.write(func(tx app.PlainTx) error { return tx.SetSavedReply(ctx, "e1", r) })
	}
	has("e1", two, one)
	has("e2")
	b.refused(app.CodeNameTaken, func(tx app.PlainTx) error {
		return tx.SetSavedReply(ctx, "e1", app.SavedReply{ID: id("reply", 3), Name: "a", Text: "c"})
	})
	b.write(func(tx app.PlainTx) error {
		return tx.SetSavedReply(ctx, "e2", app.SavedReply{ID: id("reply", 3), Name: "a", Text: "c"})
	})
	one.Name, one.Text = "丙", "改了"
	b.write(func(tx app.PlainTx) error { return tx.SetSavedReply(ctx, "e1", one) })
	has("e1", two, one)
	for _, write := range []func(app.PlainTx) error{
		func(tx app.PlainTx) error { return tx.SetSavedReply(ctx, "e2", one) }, // another enterprise's
		func(tx app.PlainTx) error { return tx.DropSavedReply(ctx, "e2", one.ID) },
	} {
		b.refused(negotiation.CodeNotFound, write)
	}
	has("e1", two, one)
	b.write(func(tx app.PlainTx) error { return tx.DropSavedReply(ctx, "e1", one.ID) })
	has("e1", two)
	b.refused(negotiation.CodeNotFound, func(tx app.PlainTx) error { return tx.DropSavedReply(ctx, "e1", one.ID) })
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
