package app_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hejie/negotiation"
	"hejie/negotiation/creditcode"
	"hejie/negotiation/scheme"
	"hejie/server/app"
)

func (w *world) templates(to string) (list []string) {
	w.t.Helper()
	rows, err := w.plain.Outbox(w.ctx, 1000)
	require.NoError(w.t, err)
	for _, r := range rows {
		if r.To == to {
			list = append(list, r.Template)
		}
	}
	return list
}

func TestEnrolment(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	admin := w.admin()
	in := w.application("desk")
	_, err := w.Scheme.Apply(w.ctx, in)
	refused(t, app.CodeNoBureau, err)
	officer := w.officer(admin, city, "officer")
	e, err := w.Scheme.Apply(w.ctx, in)
	require.NoError(t, err)
	require.Equal(t, scheme.StatusPending, e.Status)
	require.Equal(t, []string{app.TemplateApplication}, w.templates("bureau:"+officer.Actor.Bureau))

	_, err = w.SignIn.ByPassword(w.ctx, app.PasswordSignIn{Login: "desk", Password: secret, Client: home})
	refused(t, app.CodeNotApproved, err)
	require.Equal(t, scheme.StatusPending, param(t, err, "status"))
	_, err = w.SignIn.ByPassword(w.ctx, app.PasswordSignIn{Login: "desk", Password: "a wrong password", Client: home})
	refused(t, app.CodeWrongPassword, err) // who has not the password learns nothing
	_, err = w.Public.Get(w.ctx, e.ID)
	refused(t, negotiation.CodeNotFound, err)
	again := w.application("other")
	again.Profile.CreditCode = in.Profile.CreditCode
	_, err = w.Scheme.Apply(w.ctx, again)
	refused(t, app.CodeCreditCodeTaken, err)

	views, err := w.Scheme.Applications(w.ctx, officer.Actor, "", "", 0)
	require.NoError(t, err)
	require.Len(t, views, 1)
	require.Equal(t, "+8613700000001", views[0].Contact.Phone)
	require.Equal(t, in.Profile.Conditions, views[0].Conditions)

	e, err = w.Scheme.Do(w.ctx, officer.Actor, e.ID, app.CommandID{}, scheme.Approve{})
	require.NoError(t, err)
	require.Equal(t, scheme.StatusEnrolled, e.Status)
	require.Equal(t, []string{app.TemplateEnrolled}, w.templates("desk:"+e.ID))
	require.Equal(t, negotiation.RoleDeskSupervisor, w.signIn("desk").Actor.Role)
	_, err = w.Scheme.Do(w.ctx, officer.Actor, e.ID, app.CommandID{}, scheme.Approve{})
	refused(t, negotiation.CodeAlreadyDone, err)
	found, next, err := w.Public.Search(w.ctx, "百货", "", 10)
	require.NoError(t, err)
	require.Empty(t, next)
	require.Len(t, found, 1)
}

func TestApplicationFields(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(x *app.World) { x.Limits.ApplicationsPerAddress = 3 })
	w.officer(w.admin(), city, "officer")
	for field, change := range map[string]func(*app.Application){
		"name":                func(a *app.Application) { a.Profile.Name = "" },
		"credit_code":         func(a *app.Application) { a.Profile.CreditCode = "914306000000000000" },
		"conditions.staff":    func(a *app.Application) { a.Profile.Conditions.Staff = false },
		"commitment.yes":      func(a *app.Application) { a.Profile.Commitment.Yes = false },
		"region":              func(a *app.Application) { a.Profile.Region = city },
		"contact.phone":       func(a *app.Application) { a.Contact.Phone = "1" },
		"contact.email":       func(a *app.Application) { a.Contact.Email = "Zhao <zhao@example.com>" },
		"supervisor.password": func(a *app.Application) { a.Supervisor.Password = "x" },
		"supervisor.login":    func(a *app.Application) { a.Supervisor.Login = "" },
	} {
		in := w.application("desk")
		in.Client.Addr = "192.0.2." + field // each from elsewhere
		change(&in)
		_, err := w.Scheme.Apply(w.ctx, in)
		var e *negotiation.Error
		require.ErrorAs(t, err, &e, field)
		require.Equal(t, field, e.Field)
	}
	in := w.application("desk")
	in.Supervisor.Login = "root"
	for range 3 {
		_, err := w.Scheme.Apply(w.ctx, in)
		refused(t, app.CodeLoginTaken, err)
	}
	_, err := w.Scheme.Apply(w.ctx, in)
	refused(t, negotiation.CodeRateLimited, err)
	list, err := w.plain.Enterprises(w.ctx, app.EnterpriseFilter{Limit: 10})
	require.NoError(t, err)
	require.Empty(t, list, "a refused application leaves nothing")
}

// TestSchemeCommandAgain: an answer that was lost on the way is given again, and what it told is not done once more, though the
// enterprise has moved on; and an id stands for one command.
func TestSchemeCommandAgain(t *testing.T) {
	t.Parallel()
	p := newPeople(t)
	wish := func(by app.Session, id string, cmd negotiation.Command) (app.Enterprise, error) {
		c, err := app.Identify(by.Actor, id, cmd)
		require.NoError(t, err)
		return p.Scheme.Do(p.ctx, by.Actor, p.enterprise.ID, c, cmd)
	}
	suspend, lift := scheme.Suspend{Ground: scheme.GroundNoAnswers}, scheme.Approve{}
	first, second := app.NewID(), app.NewID()
	suspended, err := wish(p.officer, first, suspend)
	require.NoError(t, err)
	p.business.Pass(time.Hour)
	_, err = wish(p.officer, second, lift)
	require.NoError(t, err)
	rows := func() int {
		audit, err := p.Admin.Audit(p.ctx, p.admin.Actor, app.AuditFilter{What: app.AuditScheme, Limit: 100})
		require.NoError(t, err)
		return len(audit)
	}
	before := rows()

	again, err := wish(p.officer, first, suspend)
	require.NoError(t, err)
	require.Equal(t, suspended, again)
	is, err := p.Public.Get(p.ctx, p.enterprise.ID)
	require.NoError(t, err)
	require.Equal(t, scheme.StatusEnrolled, is.Enterprise.Status)
	require.Equal(t, before, rows())
	require.Len(t, p.templates("desk:"+p.enterprise.ID), 3, "approved, suspended, approved")

	_, err = wish(p.officer, first, scheme.Suspend{Ground: scheme.GroundLeak})
	refused(t, negotiation.CodeCommandIDReused, err)
	_, err = wish(p.supervisor, first, scheme.Leave{}) // another's ids are their own
	require.NoError(t, err)
}

// TestRemovalAgain: a removal that arrives once more leaves the cases alone that began after the enterprise had come back.
func TestRemovalAgain(t *testing.T) {
	t.Parallel()
	p := newPeople(t)
	remove := scheme.Remove{Ground: scheme.GroundLeak}
	wish, err := app.Identify(p.officer.Actor, app.NewID(), remove)
	require.NoError(t, err)
	_, err = p.Scheme.Do(p.ctx, p.officer.Actor, p.enterprise.ID, wish, remove)
	require.NoError(t, err)
	profile := p.application("again").Profile
	profile.CreditCode = creditcode.Code(p.enterprise.CreditCode)
	for _, cmd := range []negotiation.Command{scheme.Apply(profile), scheme.Approve{}} {
		_, err = p.Scheme.Do(p.ctx, p.officer.Actor, p.enterprise.ID, app.CommandID{}, cmd)
		require.NoError(t, err)
	}
	id := p.file(p.buyer, p.enterprise.ID)
	_, err = p.Scheme.Do(p.ctx, p.officer.Actor, p.enterprise.ID, wish, remove)
	require.NoError(t, err)
	require.Equal(t, negotiation.PhaseAwaitingResponse, p.caseOf(id).Phase)
}

// TestPendingIsNobodysBusiness: of an application know the enterprise's own desk and the officers whose region covers it.
func TestPendingIsNobodysBusiness(t *testing.T) {
	t.Parallel()
	p := newPeople(t)
	far := p.world.officer(p.admin, elsewhere, "far")
	e, err := p.Scheme.Apply(p.ctx, p.application("newcomer"))
	require.NoError(t, err)
	for _, by := range []app.Session{far, p.supervisor} {
		for _, cmd := range []negotiation.Command{scheme.Approve{}, scheme.Leave{}, scheme.Apply(p.application("other").Profile)} {
			_, err := p.Scheme.Do(p.ctx, by.Actor, e.ID, app.CommandID{}, cmd)
			refused(t, negotiation.CodeNotFound, err)
		}
	}
	_, err = p.Scheme.Do(p.ctx, p.officer.Actor, e.ID, app.CommandID{}, scheme.Approve{})
	require.NoError(t, err)
}

func TestSchemeRights(t *testing.T) {
	t.Parallel()
	p := newPeople(t)
	far := p.world.officer(p.admin, elsewhere, "far")
	_, err := p.Scheme.Do(p.ctx, far.Actor, p.enterprise.ID, app.CommandID{}, scheme.Suspend{Ground: scheme.GroundNoAnswers})
	refused(t, negotiation.CodeNotAllowed, err)
	p.allowedOnly(t, negotiation.CodeNotAllowed, func(x app.Session) error {
		_, err := p.Scheme.Do(p.ctx, x.Actor, p.enterprise.ID, app.CommandID{}, scheme.Suspend{Ground: scheme.GroundNoAnswers})
		return err
	}, "officer")
	_, err = p.Scheme.Do(p.ctx, p.officer.Actor, p.enterprise.ID, app.CommandID{}, scheme.Approve{})
	require.NoError(t, err)
	p.allowedOnly(t, negotiation.CodeNotAllowed, func(x app.Session) error {
		_, err := p.Scheme.Do(p.ctx, x.Actor, p.enterprise.ID, app.CommandID{}, scheme.Leave{})
		return err
	}, "supervisor")
	require.Equal(t, []string{app.TemplateLeft, app.TemplateApplication, app.TemplateApplication}, p.templates("bureau:"+p.officer.Actor.Bureau))
	p.allowedOnly(t, negotiation.CodeNotAllowed, func(x app.Session) error {
		_, err := p.Scheme.Applications(p.ctx, x.Actor, "", "", 0)
		return err
	}, "officer")
	for _, id := range []string{"", "x", app.NewID()} {
		_, err = p.Scheme.Do(p.ctx, p.officer.Actor, id, app.CommandID{}, scheme.Approve{})
		refused(t, negotiation.CodeNotFound, err)
	}
	rows, err := p.Admin.Audit(p.ctx, p.admin.Actor, app.AuditFilter{Subject: p.enterprise.ID, What: app.AuditScheme})
	require.NoError(t, err)
	require.Len(t, rows, 4) // approve, suspend, approve, leave
}

func TestRemovalEscalates(t *testing.T) {
	t.Parallel()
	p := newPeople(t)
	open := p.file(p.buyer, p.enterprise.ID)
	agreed := p.file(p.consumer("+8613800138222").Session, p.enterprise.ID)
	p.do(p.supervisor, agreed, negotiation.AcceptOffer{Offer: 1, Digest: p.caseOf(agreed).Offers[0].Digest})
	_, err := p.Scheme.Do(p.ctx, p.officer.Actor, p.enterprise.ID, app.CommandID{}, scheme.Remove{Ground: scheme.GroundLeak})
	require.NoError(t, err)
	require.Equal(t, negotiation.PhaseEscalated, p.caseOf(open).Phase)
	require.Equal(t, negotiation.EscalatedRemoved, p.caseOf(open).Complaint.Reason)
	require.Equal(t, negotiation.PhaseAgreed, p.caseOf(agreed).Phase, "agreements keep their clocks")
	require.Contains(t, p.templates("desk:"+p.enterprise.ID), app.TemplateRemoved)
	require.Equal(t, negotiation.RoleDeskSupervisor, p.signIn("desk").Actor.Role, "the desk still performs its agreements")
}

// What the enterprise is no longer there for is not promised: neither on the screen nor at the door.
func TestRemovalEndsReopening(t *testing.T) {
	t.Parallel()
	p := newPeople(t)
	id := p.file(p.buyer, p.enterprise.ID)
	p.do(p.buyer, id, negotiation.WithdrawCase{Reason: negotiation.WithdrawMistaken})
	rooms := app.NewRooms(p.w, p.App)
	offered := func(cmd negotiation.Command) bool {
		v, err := rooms.View(p.ctx, p.buyer, id)
		require.NoError(t, err)
		return slices.Contains(v.Allowed, cmd.Kind())
	}
	refused(t, negotiation.CodeWrongPhase, p.try(p.buyer, id, negotiation.Escalate{}))
	for _, x := range []struct {
		change negotiation.Kinded
		want   bool
	}{{scheme.Suspend{Ground: scheme.GroundNoAnswers}, true}, {scheme.Remove{Ground: scheme.GroundLeak}, false}} {
		_, err := p.Scheme.Do(p.ctx, p.officer.Actor, p.enterprise.ID, app.CommandID{}, x.change)
		require.NoError(t, err)
		require.Equal(t, x.want, offered(negotiation.Reopen{}))
		require.Equal(t, !x.want, offered(negotiation.Escalate{}), "one way there is")
		v, err := rooms.View(p.ctx, p.supervisor, id)
		require.NoError(t, err)
		require.Equal(t, !x.want, v.Gone, "and the desk knows which")
	}
	refused(t, negotiation.CodeNotEnrolled, p.try(p.buyer, id, negotiation.Reopen{}))
	require.Equal(t, negotiation.PhaseClosed, p.caseOf(id).Phase)
	p.do(p.buyer, id, negotiation.Escalate{})
	require.Equal(t, negotiation.PhaseEscalated, p.caseOf(id).Phase)
	require.Equal(t, negotiation.ClassWC, p.caseOf(id).Class)
}

// broken is a door that fails, which leaves things as a crash would.
type broken struct{}

func (broken) Do(context.Context, negotiation.Actor, string, app.CommandID, negotiation.Command) (app.Receipt, error) {
	return app.Receipt{}, negotiation.NewError(negotiation.CodeUnavailable)
}

func TestRemovalIsFinishedLater(t *testing.T) {
	t.Parallel()
	p := newPeople(t)
	id := p.file(p.buyer, p.enterprise.ID)
	w := p.w
	w.Door = broken{}
	a := app.New(w)
	_, err := a.Scheme.Do(p.ctx, p.officer.Actor, p.enterprise.ID, app.CommandID{}, scheme.Remove{Ground: scheme.GroundLeak})
	require.NoError(t, err, "the removal itself is done")
	require.Equal(t, negotiation.PhaseAwaitingResponse, p.caseOf(id).Phase)
	require.NoError(t, p.Tidy(p.ctx))
	require.Equal(t, negotiation.PhaseEscalated, p.caseOf(id).Phase)
}

func TestRefusedApplicationFreesTheCode(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	officer := w.officer(w.admin(), city, "officer")
	squatter := w.application("squatter")
	e, err := w.Scheme.Apply(w.ctx, squatter)
	require.NoError(t, err)
	_, err = w.Scheme.Do(w.ctx, officer.Actor, e.ID, app.CommandID{}, scheme.Remove{Ground: scheme.GroundConditionsNotMet, Reason: "没有专用电话。"})
	require.NoError(t, err)
	_, err = w.Public.Get(w.ctx, e.ID)
	refused(t, negotiation.CodeNotFound, err)
	_, err = w.SignIn.ByPassword(w.ctx, app.PasswordSignIn{Login: "squatter", Password: secret, Client: home})
	refused(t, app.CodeNotApproved, err)
	require.Equal(t, scheme.GroundConditionsNotMet, param(t, err, "ground"))
	require.Equal(t, "没有专用电话。", param(t, err, "reason"))

	genuine := w.application("genuine")
	genuine.Profile.CreditCode = squatter.Profile.CreditCode
	again, err := w.Scheme.Apply(w.ctx, genuine)
	require.NoError(t, err)
	require.Equal(t, e.ID, again.ID, "one log for one enterprise")
	_, err = w.Scheme.Do(w.ctx, officer.Actor, e.ID, app.CommandID{}, scheme.Approve{})
	require.NoError(t, err)
	require.Equal(t, e.ID, w.signIn("genuine").Actor.Enterprise)
	_, err = w.SignIn.ByPassword(w.ctx, app.PasswordSignIn{Login: "squatter", Password: secret, Client: home})
	refused(t, app.CodeWrongPassword, err)

	_, err = w.Scheme.Do(w.ctx, officer.Actor, e.ID, app.CommandID{}, scheme.Remove{Ground: scheme.GroundLeak})
	require.NoError(t, err)
	_, err = w.Scheme.Apply(w.ctx, genuine)
	refused(t, app.CodeCreditCodeTaken, err) // it has a desk: that one applies
	_, err = w.Scheme.Do(w.ctx, w.signIn("genuine").Actor, e.ID, app.CommandID{}, scheme.Apply(genuine.Profile))
	require.NoError(t, err)
}
