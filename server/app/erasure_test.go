package app_test

import (
	"bytes"
	"image/png"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hejie/negotiation"
	"hejie/server/app"
)

// A text that was erased is gone from the log, the lists, the search and the file on disk; both parties see that it happened and why.
func TestErase(t *testing.T) {
	t.Parallel()
	p := newPeople(t)
	lists, rooms := app.NewLists(p.w, p.store, p.yearbook), app.NewRooms(p.w, p.App)
	id := p.file(p.buyer, p.enterprise.ID)
	body := encoded(t, func(w io.Writer) error { return png.Encode(w, picture(8, 8)) })
	upload, err := p.Files.Put(p.ctx, p.buyer, app.Upload{Name: "身份证.png", SHA256: sum(body), Body: bytes.NewReader(body)})
	require.NoError(t, err)
	p.do(p.buyer, id, negotiation.AddEvidence{File: upload.ID, SHA256: upload.SHA256, Caption: "我的身份证"})
	copied, err := p.Files.Get(p.ctx, p.agent, id, upload.ID, true) // makes the copy
	require.NoError(t, err)
	require.NoError(t, copied.Body.Close())
	erase := func(x app.Session, seq int64, reason string) error {
		_, err := p.Admin.Erase(p.ctx, x.Actor, app.Erasure{CaseCode: p.caseOf(id).Code, Channel: negotiation.Room, Seq: seq, Reason: reason})
		return err
	}
	p.allowedOnly(t, negotiation.CodeNotAllowed, func(x app.Session) error { return erase(x, 3, "本人申请") }, "admin")
	require.NoError(t, erase(p.admin, 1, "含他人信息"))
	refused(t, negotiation.CodeAlreadyDone, erase(p.admin, 1, "again"))
	refused(t, negotiation.CodeAlreadyDone, erase(p.admin, 3, "again"))

	_, err = p.Files.Get(p.ctx, p.agent, id, upload.ID, false)
	refused(t, negotiation.CodeNotFound, err)
	for _, name := range []string{upload.ID, upload.ID + ".copy"} {
		_, err = p.vault.Open(p.ctx, name)
		refused(t, negotiation.CodeNotFound, err)
	}
	for _, x := range []app.Session{p.buyer, p.agent} {
		require.NoError(t, rooms.MayRead(p.ctx, x, id, negotiation.Room))
		view, err := rooms.View(p.ctx, x, id)
		require.NoError(t, err)
		require.True(t, view.Erased)
		require.Empty(t, view.Title+view.Facts+view.OrderNumber)
	}
	records, err := p.store.Records(p.ctx, id, negotiation.Room, 0, 100)
	require.NoError(t, err)
	require.Len(t, records, 5)
	for i, want := range []string{`"erased":true`, `"offer_made"`, `"erased":true`, "本人申请", "含他人信息"} {
		require.Contains(t, string(records[i].Wire()), want)
	}
	page, err := lists.Inbox(p.ctx, p.agent, app.CaseQuery{})
	require.NoError(t, err)
	require.Empty(t, page.Rows[0].Title+page.Rows[0].Last)
	page, err = lists.Inbox(p.ctx, p.agent, app.CaseQuery{Search: "充电宝"})
	require.NoError(t, err)
	require.Empty(t, page.Rows)
	_, err = p.store.Verify(p.ctx)
	require.NoError(t, err)
	opened, err := p.Details.Open(p.ctx, p.buyer.Actor, id, "")
	require.NoError(t, err)
	require.Empty(t, opened.OrderNumber)
}

// promised is a case whose claim was accepted, and a picture that the agent has uploaded for it.
func (p people) promised() (*negotiation.Case, app.FileRow) {
	p.t.Helper()
	id := p.file(p.buyer, p.enterprise.ID)
	c := p.caseOf(id)
	p.do(p.agent, id, negotiation.AcceptOffer{Offer: 1, Digest: c.Offers[0].Digest})
	body := encoded(p.t, func(w io.Writer) error { return png.Encode(w, picture(8, 8)) })
	upload, err := p.Files.Put(p.ctx, p.agent, app.Upload{Name: "转账.png", SHA256: sum(body), Body: bytes.NewReader(body)})
	require.NoError(p.t, err)
	return c, upload
}

// The proof of a performance is evidence like any other: the report that names it does not keep it.
func TestEraseProof(t *testing.T) {
	t.Parallel()
	p := newPeople(t)
	c, upload := p.promised()
	id := c.ID
	p.do(p.agent, id, negotiation.ReportPerformance{Item: 0, File: upload.ID})
	_, head, err := p.store.Case(p.ctx, id)
	require.NoError(t, err)
	erase := func() error {
		_, err := p.Admin.Erase(p.ctx, p.admin.Actor, app.Erasure{CaseCode: c.Code, Channel: negotiation.Room, Seq: head.Room.Seq - 1, Reason: "含他人账号"})
		return err
	}
	require.NoError(t, erase())
	refused(t, negotiation.CodeAlreadyDone, erase())
	_, err = p.vault.Open(p.ctx, upload.ID)
	refused(t, negotiation.CodeNotFound, err)
	_, err = p.store.Verify(p.ctx)
	require.NoError(t, err)
}

// In a log of before, the report alone names the proof, and may have nothing else.
func TestEraseProofOfAnOldLog(t *testing.T) {
	t.Parallel()
	p := newPeople(t)
	c, upload := p.promised()
	id := c.ID
	_, err := p.store.Change(p.ctx, app.Change{Case: id, Decide: func(c *negotiation.Case, _ app.Look) app.Decision {
		e := negotiation.Event{At: c.LastAt, By: negotiation.By{Side: negotiation.SideEnterprise, ID: p.agent.Actor.ID}, Channel: negotiation.Room,
			Fact: negotiation.PerformanceReported{Item: 0, File: upload.ID}}
		return app.Decision{Events: []negotiation.Event{e}, After: c.Apply(e)}
	}})
	require.NoError(t, err)
	_, head, err := p.store.Case(p.ctx, id)
	require.NoError(t, err)
	_, err = p.Admin.Erase(p.ctx, p.admin.Actor, app.Erasure{CaseCode: c.Code, Channel: negotiation.Room, Seq: head.Room.Seq, Reason: "含他人账号"})
	require.NoError(t, err)
	_, err = p.vault.Open(p.ctx, upload.ID)
	refused(t, negotiation.CodeNotFound, err)
}

// A file that is evidence twice goes with the second of them.
func TestEraseKeepsAFileThatIsStillNamed(t *testing.T) {
	t.Parallel()
	p := newPeople(t)
	id := p.file(p.buyer, p.enterprise.ID)
	c := p.caseOf(id)
	body := encoded(t, func(w io.Writer) error { return png.Encode(w, picture(8, 8)) })
	upload, err := p.Files.Put(p.ctx, p.agent, app.Upload{Name: "转账.png", SHA256: sum(body), Body: bytes.NewReader(body)})
	require.NoError(t, err)
	p.do(p.agent, id, negotiation.AcceptOffer{Offer: 1, Digest: c.Offers[0].Digest})
	p.do(p.agent, id, negotiation.AddEvidence{File: upload.ID, SHA256: upload.SHA256})
	p.do(p.agent, id, negotiation.ReportPerformance{Item: 0, File: upload.ID})
	_, head, err := p.store.Case(p.ctx, id)
	require.NoError(t, err)
	report := head.Room.Seq
	erase := func(seq int64) error {
		_, err := p.Admin.Erase(p.ctx, p.admin.Actor, app.Erasure{CaseCode: c.Code, Channel: negotiation.Room, Seq: seq, Reason: "含他人账号"})
		return err
	}
	get := func() error {
		d, err := p.Files.Get(p.ctx, p.buyer, id, upload.ID, false)
		if err == nil {
			require.NoError(t, d.Body.Close())
		}
		return err
	}
	require.NoError(t, erase(report-2))
	refused(t, negotiation.CodeAlreadyDone, erase(report-2))
	require.NoError(t, get())
	require.NoError(t, erase(report-1))
	refused(t, negotiation.CodeAlreadyDone, erase(report-1))
	refused(t, negotiation.CodeNotFound, get())
	for _, name := range []string{upload.ID, upload.ID + ".copy"} {
		_, err = p.vault.Open(p.ctx, name)
		refused(t, negotiation.CodeNotFound, err)
	}
}

// A consumer's data go when they ask and nothing is open; the log and the figures stay.
func TestEraseAccount(t *testing.T) {
	t.Parallel()
	p := newPeople(t)
	lists := app.NewLists(p.w, p.store, p.yearbook)
	id := p.file(p.buyer, p.enterprise.ID)
	erase := func(x app.Session) error { return p.Accounts.Erase(p.ctx, x) }
	err := erase(p.buyer)
	refused(t, app.CodeOpenCases, err)
	require.Equal(t, 1, param(t, err, "count"))
	p.do(p.buyer, id, negotiation.WithdrawCase{Reason: negotiation.WithdrawUnstated})
	card, err := p.store.Card(p.ctx, p.enterprise.ID, today(p.world))
	require.NoError(t, err)
	rival := p.consumer("+8613800138999")
	again := p.consumer(phone) // another device

	p.allowedOnly(t, negotiation.CodeNotAllowed, func(x app.Session) error {
		if x.Actor.ID == p.buyer.Actor.ID {
			return erase(p.buyer)
		}
		return erase(x)
	}, "consumer")
	for _, token := range []string{again.Token} {
		_, err = p.Sessions.Resolve(p.ctx, token)
		refused(t, negotiation.CodeSignInRequired, err)
	}
	_, err = p.Sessions.Resolve(p.ctx, rival.Token)
	require.NoError(t, err)
	who, err := p.plain.Person(p.ctx, p.buyer.Actor.ID)
	require.NoError(t, err)
	require.Equal(t, app.Person{Account: p.buyer.Actor.ID}, who)
	a, err := p.plain.Account(p.ctx, p.buyer.Actor.ID)
	require.NoError(t, err)
	require.False(t, a.Active)
	require.Equal(t, "erased:"+a.ID, a.Login)
	rows, err := p.plain.Outbox(p.ctx, 1000)
	require.NoError(t, err)
	for _, r := range rows {
		require.NotEqual(t, phone, r.Address)
		require.NotEqual(t, a.ID, r.To)
	}
	_, err = p.plain.LatestCode(p.ctx, phone, false)
	refused(t, negotiation.CodeNotFound, err)

	require.Equal(t, p.buyer.Actor.ID, p.caseOf(id).Consumer)
	kept, err := p.store.Card(p.ctx, p.enterprise.ID, today(p.world))
	require.NoError(t, err)
	require.Equal(t, card, kept)
	audit, err := p.Admin.Audit(p.ctx, p.admin.Actor, app.AuditFilter{What: app.AuditForgotten})
	require.NoError(t, err)
	require.Len(t, audit, 1)
	require.Equal(t, a.ID, audit[0].Subject)
	require.Empty(t, audit[0].Name)
	page, err := lists.Inbox(p.ctx, p.agent, app.CaseQuery{})
	require.NoError(t, err)
	require.Empty(t, page.Rows[0].Name)
	_, err = p.store.Verify(p.ctx)
	require.NoError(t, err)

	fresh := p.consumer(phone) // the number is free for whoever has it
	require.NotEqual(t, a.ID, fresh.Session.Actor.ID)
}

// What was erased is not in the database's files either.
func TestErasedBytesAreGone(t *testing.T) {
	t.Parallel()
	p := newPeople(t)
	id := p.file(p.buyer, p.enterprise.ID)
	p.do(p.buyer, id, negotiation.PostMessage{Text: "zq-very-secret-zq"})
	_, err := p.Admin.Erase(p.ctx, p.admin.Actor, app.Erasure{CaseCode: p.caseOf(id).Code, Channel: negotiation.Room, Seq: 3, Reason: "x"})
	require.NoError(t, err)
	p.do(p.buyer, id, negotiation.WithdrawCase{Reason: negotiation.WithdrawUnstated})
	require.NoError(t, p.Accounts.Erase(p.ctx, p.buyer))
	p.real.Pass(time.Hour)
	require.NoError(t, p.store.Close()) // the log of writes goes into the file
	b, err := os.ReadFile(filepath.Join(p.dir, "hejie.db"))
	require.NoError(t, err)
	for _, gone := range []string{"zq-very-secret-zq", "王小明", "岳阳市巴陵路8号"} {
		require.NotContains(t, string(b), gone)
	}
}

// A filing, or a change of one's data, that was under way while the account was erased brings nothing back.
func TestNothingLandsAfterErasure(t *testing.T) {
	t.Parallel()
	t.Run("a filing", func(t *testing.T) {
		t.Parallel()
		p := newPeople(t)
		w := p.w
		w.Log = queue{w.Log, func() { require.NoError(t, p.Accounts.Erase(p.ctx, p.buyer)) }}
		door := app.NewLedger(w, p.yearbook, negotiation.DefaultRules())
		f := filing(p.enterprise.ID)
		id, err := app.Identify(p.buyer.Actor, app.NewID(), f)
		require.NoError(t, err)
		_, err = door.File(p.ctx, p.buyer.Actor, id, f, app.PersonDetails{Name: "王小明", Address: "岳阳市巴陵路8号"})
		refused(t, negotiation.CodeSignInRequired, err)
		open, last, err := p.plain.CasesOf(p.ctx, p.buyer.Actor.ID)
		require.NoError(t, err)
		require.Zero(t, open)
		require.True(t, last.IsZero())
		who, err := p.plain.Person(p.ctx, p.buyer.Actor.ID)
		require.NoError(t, err)
		require.Equal(t, app.Person{Account: p.buyer.Actor.ID}, who)
	})
	t.Run("a change of one's data", func(t *testing.T) {
		t.Parallel()
		p := newPeople(t)
		require.NoError(t, p.Accounts.Erase(p.ctx, p.buyer))
		name := "王小明"
		_, err := p.Accounts.Update(p.ctx, p.buyer, app.ProfileChange{Name: &name})
		refused(t, negotiation.CodeSignInRequired, err)
		who, err := p.plain.Person(p.ctx, p.buyer.Actor.ID)
		require.NoError(t, err)
		require.Empty(t, who.Name)
	})
	t.Run("reopening", func(t *testing.T) {
		t.Parallel()
		p := newPeople(t)
		id := p.file(p.buyer, p.enterprise.ID)
		p.do(p.buyer, id, negotiation.WithdrawCase{Reason: negotiation.WithdrawUnstated})
		require.NoError(t, p.Accounts.Erase(p.ctx, p.buyer))
		refused(t, negotiation.CodeSignInRequired, p.try(p.buyer, id, negotiation.Reopen{}))
	})
}
