package app_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hejie/negotiation"
	"hejie/negotiation/scheme"
	"hejie/server/app"
)

// TestDisclosure is the table of app.Disclosure: who sees what of the consumer, in which state of the case.
func TestDisclosure(t *testing.T) {
	t.Parallel()
	masked := app.ConsumerView{Disclosure: app.DisclosesMasked, Name: "王**", Phone: "138****8000"}
	openable := app.ConsumerView{Disclosure: app.DisclosesFull, Name: "王**", Phone: "138****8000"}
	full := app.ConsumerView{Disclosure: app.DisclosesFull, Name: "王小明", Phone: phone, Address: "岳阳市巴陵路8号"}
	nothing := app.ConsumerView{Disclosure: app.DisclosesNothing}
	accept := func(remedy negotiation.Remedy) func(p people, id string) {
		return func(p people, id string) {
			it := negotiation.Item{By: negotiation.SideEnterprise, Remedy: remedy, Due: negotiation.Due{Days: 3, Unit: negotiation.WorkingDays}}
			if remedy.Monetary() {
				m := negotiation.CNY(10000)
				it.Amount = &m
			}
			p.do(p.supervisor, id, negotiation.MakeOffer{Items: []negotiation.Item{it}, ValidDays: 5})
			p.do(p.buyer, id, negotiation.AcceptOffer{Offer: 2, Digest: p.caseOf(id).Offers[1].Digest})
		}
	}
	for state, c := range map[string]struct {
		bring         func(p people, id string)
		desk, officer app.ConsumerView
		basis         app.Basis
	}{
		"filed":                     {func(people, string) {}, masked, nothing, ""},
		"shown by the consumer":     {func(p people, id string) { p.do(p.buyer, id, negotiation.DiscloseDetails{}) }, openable, nothing, app.BasisShown},
		"agreed, money only":        {accept(negotiation.Refund), masked, nothing, ""},
		"agreed, needs the address": {accept(negotiation.Exchange), openable, nothing, app.BasisAgreement},
		"escalated":                 {func(p people, id string) { p.do(p.buyer, id, negotiation.Escalate{}) }, masked, openable, ""},
	} {
		t.Run(state, func(t *testing.T) {
			t.Parallel()
			p := newPeople(t)
			above := p.world.officer(p.admin, province, "above")
			far := p.world.officer(p.admin, elsewhere, "far")
			stranger := p.consumer("+8613800138999").Session
			id := p.file(p.buyer, p.enterprise.ID)
			c.bring(p, id)
			cs := p.caseOf(id)
			for who, want := range map[string]struct {
				x     app.Session
				view  app.ConsumerView
				basis app.Basis
				code  string // of opening the details
			}{
				"consumer":   {p.buyer, full, "", ""},
				"supervisor": {p.supervisor, c.desk, c.basis, negotiation.CodeNotAllowed},
				"agent":      {p.agent, c.desk, c.basis, negotiation.CodeNotAllowed},
				"officer":    {p.officer, c.officer, app.BasisComplaint, negotiation.CodeNotAllowed},
				"above":      {above, nothing, "", negotiation.CodeNotAllowed},
				"far":        {far, nothing, "", negotiation.CodeNotFound},
				"rival":      {p.rival, nothing, "", negotiation.CodeNotFound},
				"admin":      {p.admin, nothing, "", negotiation.CodeNotFound},
				"stranger":   {stranger, nothing, "", negotiation.CodeNotFound},
				"nobody":     {app.Session{}, nothing, "", negotiation.CodeNotFound},
			} {
				v, err := p.Details.View(p.ctx, want.x.Actor, cs)
				require.NoError(t, err)
				require.Equal(t, want.view, v, who)
				before, err := p.plain.Audit(p.ctx, app.AuditFilter{Case: id, What: app.AuditDetails, Limit: 100})
				require.NoError(t, err)
				var purpose app.Purpose
				if want.x.Actor.Role == negotiation.RoleOfficer {
					purpose = app.PurposeContact
				}
				opened, err := p.Details.Open(p.ctx, want.x.Actor, id, purpose)
				after, e := p.plain.Audit(p.ctx, app.AuditFilter{Case: id, What: app.AuditDetails, Limit: 100})
				require.NoError(t, e)
				if want.view.Disclosure != app.DisclosesFull {
					refused(t, want.code, err)
					require.Equal(t, app.Opened{}, opened)
					require.Len(t, after, len(before))
					continue
				}
				require.NoError(t, err, who)
				require.Equal(t, app.Opened{Person: app.Person{Account: p.buyer.Actor.ID, Name: "王小明", Phone: phone, Address: "岳阳市巴陵路8号"}, OrderNumber: "A-1001"}, opened)
				if who == "consumer" {
					require.Len(t, after, len(before), "one's own is no business of the audit")
					continue
				}
				require.Len(t, after, len(before)+1, who)
				require.Equal(t, want.x.Actor.ID, after[0].Actor)
				require.Equal(t, string(want.basis), after[0].Why)
				require.Equal(t, string(purpose), after[0].Detail)
				require.Equal(t, p.buyer.Actor.ID, after[0].Subject)
			}
		})
	}
}

// An officer says what for; nobody else is asked, and nothing is shown to one who says nothing, or nothing definite.
func TestOfficersSayWhatFor(t *testing.T) {
	t.Parallel()
	p := newPeople(t)
	id := p.file(p.buyer, p.enterprise.ID)
	p.do(p.buyer, id, negotiation.Escalate{})
	for purpose, code := range map[app.Purpose]string{"": negotiation.CodeRequired, "other": negotiation.CodeInvalid, "complaint": negotiation.CodeInvalid} {
		opened, err := p.Details.Open(p.ctx, p.officer.Actor, id, purpose)
		refused(t, code, err)
		require.Zero(t, opened)
	}
	for _, purpose := range app.Purposes {
		_, err := p.Details.Open(p.ctx, p.officer.Actor, id, purpose)
		require.NoError(t, err)
		rows, err := p.Details.Audit(p.ctx, p.buyer.Actor, id, app.AuditFilter{Limit: 1})
		require.NoError(t, err)
		require.Equal(t, []string{string(app.BasisComplaint), string(purpose)}, []string{rows[0].Why, rows[0].Detail}, "the consumer reads it")
	}
}

// What the audit can be asked for; of a case never more than that case.
func TestAuditFilters(t *testing.T) {
	t.Parallel()
	p := newPeople(t)
	id := p.file(p.buyer, p.enterprise.ID)
	p.do(p.buyer, id, negotiation.Escalate{})
	first := p.business.Now()
	_, err := p.Details.Open(p.ctx, p.officer.Actor, id, app.PurposeHandling)
	require.NoError(t, err)
	p.business.Pass(48 * time.Hour)
	require.NoError(t, p.Details.OpenedFile(p.ctx, p.officer.Actor, p.caseOf(id)))
	officer, err := p.plain.Account(p.ctx, p.officer.Actor.ID)
	require.NoError(t, err)
	whats := func(rows []app.AuditRow, err error) (list []string) {
		t.Helper()
		require.NoError(t, err)
		for _, r := range rows {
			list = append(list, r.What)
		}
		return list
	}
	all := func(f app.AuditFilter) []string { return whats(p.Admin.Audit(p.ctx, p.admin.Actor, f)) }
	both := []string{app.AuditCaseFile, app.AuditDetails}
	code := p.caseOf(id).Code
	for _, f := range []app.AuditFilter{{Case: id}, {Case: code}, {Case: strings.ToLower(strings.Replace(code, "-", " ", 1))}, {Actor: p.officer.Actor.ID, Case: id}, {Actor: officer.Login, Case: code},
		{Case: id, From: first}} {
		require.Equal(t, both, all(f), "%+v", f)
	}
	require.Equal(t, both[:1], all(app.AuditFilter{Case: code, From: first.Add(time.Hour)}))
	require.Equal(t, both[1:], all(app.AuditFilter{Case: code, Until: first.Add(time.Hour)}))
	require.Equal(t, both[1:], all(app.AuditFilter{Case: code, What: app.AuditDetails}))
	require.Empty(t, all(app.AuditFilter{Case: code, Until: first}), "until is not included")
	page, err := p.Admin.Audit(p.ctx, p.admin.Actor, app.AuditFilter{Case: code, Limit: 1})
	require.Equal(t, both[:1], whats(page, err))
	require.Equal(t, both[1:], all(app.AuditFilter{Case: code, Limit: 1, Before: page[0].ID}))
	for _, f := range []app.AuditFilter{{Actor: "nobody"}, {Actor: phone}, {Case: "00000-00000"}} {
		_, err := p.Admin.Audit(p.ctx, p.admin.Actor, f)
		refused(t, negotiation.CodeNotFound, err)
	}
	stranger := p.consumer("+8613800138999").Session
	other := p.file(stranger, p.enterprise.ID)
	require.Empty(t, whats(p.Details.Audit(p.ctx, stranger.Actor, other, app.AuditFilter{Case: id})))
	require.Equal(t, both[1:], whats(p.Details.Audit(p.ctx, p.buyer.Actor, id, app.AuditFilter{What: app.AuditDetails, Actor: p.officer.Actor.ID})))
}

// The administrator reads names of enterprises, bureaus and people, not numbers; a consumer's is masked.
func TestAuditNamesSubjects(t *testing.T) {
	t.Parallel()
	p := newPeople(t)
	id := p.file(p.buyer, p.enterprise.ID)
	p.do(p.buyer, id, negotiation.Escalate{})
	_, err := p.Details.Open(p.ctx, p.officer.Actor, id, app.PurposeHandling)
	require.NoError(t, err)
	_, err = p.Scheme.Do(p.ctx, p.officer.Actor, p.enterprise.ID, app.CommandID{}, scheme.Suspend{Ground: scheme.GroundNoAnswers})
	require.NoError(t, err)
	off := false
	_, err = p.Staff.Change(p.ctx, p.supervisor.Actor, p.agent.Actor.ID, app.StaffChange{Active: &off})
	require.NoError(t, err)
	bureau, err := p.plain.Bureau(p.ctx, p.officer.Actor.Bureau)
	require.NoError(t, err)
	_, err = p.Admin.ChangeBureau(p.ctx, p.admin.Actor, bureau)
	require.NoError(t, err)
	for what, want := range map[string][]string{
		app.AuditScheme: {p.enterprise.Name, ""}, app.AuditStaff: {"小吴", ""}, app.AuditBureauEdit: {bureau.NameZH, bureau.NameEN}, app.AuditDetails: {"王**", ""},
	} {
		rows, err := p.Admin.Audit(p.ctx, p.admin.Actor, app.AuditFilter{What: what})
		require.NoError(t, err)
		require.Equal(t, want, []string{rows[0].About, rows[0].AboutEN}, what)
	}
	rows, err := p.Details.Audit(p.ctx, p.supervisor.Actor, id, app.AuditFilter{})
	require.NoError(t, err)
	require.Empty(t, rows[0].About, "whom a party reads of is in the case")
}

func TestNames(t *testing.T) {
	t.Parallel()
	p := newPeople(t)
	id := p.file(p.buyer, p.enterprise.ID)
	c := p.caseOf(id)
	accounts := []string{p.buyer.Actor.ID, p.agent.Actor.ID, "system"}
	for _, x := range []struct {
		s    app.Session
		want map[string]string
	}{
		{p.buyer, map[string]string{p.buyer.Actor.ID: "王小明", p.agent.Actor.ID: "小吴"}},
		{p.supervisor, map[string]string{p.buyer.Actor.ID: "王**", p.agent.Actor.ID: "小吴"}},
		{p.officer, map[string]string{}},
		{p.rival, map[string]string{}},
	} {
		names, err := p.Details.Names(p.ctx, x.s.Actor, c, accounts)
		require.NoError(t, err)
		require.Equal(t, x.want, names)
	}
}

func TestCaseAudit(t *testing.T) {
	t.Parallel()
	p := newPeople(t)
	id := p.file(p.buyer, p.enterprise.ID)
	p.do(p.buyer, id, negotiation.DiscloseDetails{})
	_, err := p.Details.Open(p.ctx, p.agent.Actor, id, "")
	require.NoError(t, err)
	require.NoError(t, p.Details.OpenedFile(p.ctx, p.supervisor.Actor, p.caseOf(id)))
	require.NoError(t, p.Details.OpenedFile(p.ctx, p.buyer.Actor, p.caseOf(id)))
	for _, x := range []app.Session{p.buyer, p.supervisor} {
		rows, err := p.Details.Audit(p.ctx, x.Actor, id, app.AuditFilter{})
		require.NoError(t, err)
		require.Len(t, rows, 2)
		require.Equal(t, []string{app.AuditCaseFile, app.AuditDetails}, []string{rows[0].What, rows[1].What})
		require.Equal(t, p.business.Now(), rows[0].At)
	}
	_, err = p.Details.Audit(p.ctx, p.officer.Actor, id, app.AuditFilter{})
	refused(t, negotiation.CodeNotAllowed, err)
	_, err = p.Details.Audit(p.ctx, p.rival.Actor, id, app.AuditFilter{})
	refused(t, negotiation.CodeNotFound, err)
}

func TestMasks(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{"": "", "王": "王**", "王小明": "王**", "欧阳锋": "欧阳**", "欧阳": "欧**", "Li Wei": "L**", " 李雷 ": "李**"} {
		require.Equal(t, want, app.MaskName(in))
	}
	for in, want := range map[string]string{"": "", "+8613800138000": "138****8000", "+1234567": "*******", "+442071838750": "442*****8750"} {
		require.Equal(t, want, app.MaskPhone(in))
	}
}

func TestParsePhone(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"13800138000": "+8613800138000", " 138 0013-8000 ": "+8613800138000", "８６１３８００１３８０００": "+8613800138000",
		"+86 138 0013 8000": "+8613800138000", "008613800138000": "+8613800138000", "8613800138000": "+8613800138000",
		"+44 (20) 7183 8750": "+442071838750", "+1.202.555.0123": "+12025550123",
	} {
		got, err := app.ParsePhone("phone", in)
		require.NoError(t, err, in)
		require.Equal(t, want, got)
	}
	for in, code := range map[string]string{"": negotiation.CodeRequired, " ": negotiation.CodeRequired, "1380013800": negotiation.CodeInvalid,
		"138001380001": negotiation.CodeInvalid, "12800138000": negotiation.CodeInvalid, "+86138001380": negotiation.CodeInvalid,
		"+0123456789": negotiation.CodeInvalid, "138a0138000": negotiation.CodeInvalid, "+1": negotiation.CodeInvalid, "++8613800138000": negotiation.CodeInvalid,
		"+1234567890123456": negotiation.CodeInvalid, "13800138000;rm": negotiation.CodeInvalid, "+12+345678": negotiation.CodeInvalid} {
		_, err := app.ParsePhone("phone", in)
		refused(t, code, err)
	}
}
