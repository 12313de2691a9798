package storetest

import (
	"errors"
	"slices"
	"time"

	"github.com/stretchr/testify/require"

	"hejie/server/app"
)

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
	b.write(func(tx app.PlainTx) error { return tx.DropOutbox(ctx, rows[0]) })
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
	b.write(func(tx app.PlainTx) error { return tx.DropOutbox(ctx, taken[0]) })
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
	before := waiting()[0]
	later := offer
	later.At = now.Add(time.Second)
	add(later)
	b.write(func(tx app.PlainTx) error { return tx.DropOutbox(ctx, before) })
	require.Len(b.t, waiting(), 1, "it tells of a later one by now")
	require.Equal(b.t, before.Next, waiting()[0].Next)
	last := waiting()[0]
	b.write(func(tx app.PlainTx) error { return tx.DropOutbox(ctx, last) })
	require.Empty(b.t, waiting())
}
