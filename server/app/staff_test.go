package app_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"hejie/negotiation"
	"hejie/server/app"
)

// people of every role around one enterprise, and a rival's supervisor.
type people struct {
	*world
	admin, officer, supervisor, agent, rival, buyer app.Session
	enterprise                                      app.Enterprise
}

func newPeople(t *testing.T, change ...func(*app.World)) people {
	w := newWorld(t, change...)
	p := people{world: w, admin: w.admin()}
	p.officer = w.officer(p.admin, city, "officer")
	p.enterprise, p.supervisor = w.desk(p.officer, "desk")
	_, p.rival = w.desk(p.officer, "rival")
	_, err := w.Staff.Add(w.ctx, p.supervisor.Actor, app.NewStaff{Login: "agent", DisplayName: "小吴", Role: negotiation.RoleDeskAgent, Password: secret})
	require.NoError(t, err)
	p.agent = w.signIn("agent")
	p.buyer = w.consumer(phone).Session
	return p
}

// allowedOnly runs do for everybody: those named may, the others get the code.
func (p people) allowedOnly(t *testing.T, code string, do func(app.Session) error, who ...string) {
	t.Helper()
	for name, x := range map[string]app.Session{"admin": p.admin, "officer": p.officer, "supervisor": p.supervisor, "agent": p.agent, "rival": p.rival, "consumer": p.buyer, "nobody": {}} {
		err := do(x)
		may := false
		for _, n := range who {
			may = may || n == name
		}
		if may {
			require.NoError(t, err, name)
		} else {
			require.Equal(t, code, negotiation.CodeOf(err), "%s: %v", name, err)
		}
	}
}

func TestStaffRights(t *testing.T) {
	t.Parallel()
	p := newPeople(t)
	login := "a"
	p.allowedOnly(t, negotiation.CodeNotAllowed, func(x app.Session) error {
		login += "x"
		m, err := p.Staff.Add(p.ctx, x.Actor, app.NewStaff{Login: "n" + login, DisplayName: "新人", Role: negotiation.RoleDeskAgent, Password: secret})
		if err == nil {
			require.Equal(t, x.Actor.Enterprise, m.Enterprise)
		}
		return err
	}, "supervisor", "rival")
	name := "吴"
	p.allowedOnly(t, negotiation.CodeNotAllowed, func(x app.Session) error {
		if x.ID == p.rival.ID {
			return negotiation.NewError(negotiation.CodeNotAllowed) // below: it does not exist for them
		}
		_, err := p.Staff.Change(p.ctx, x.Actor, p.agent.Actor.ID, app.StaffChange{DisplayName: &name})
		return err
	}, "supervisor")
	_, err := p.Staff.Change(p.ctx, p.rival.Actor, p.agent.Actor.ID, app.StaffChange{DisplayName: &name})
	refused(t, negotiation.CodeNotFound, err)
	_, err = p.Staff.Change(p.ctx, p.supervisor.Actor, p.buyer.Actor.ID, app.StaffChange{DisplayName: &name})
	refused(t, negotiation.CodeNotFound, err)

	list, err := p.Staff.List(p.ctx, p.agent.Actor)
	require.NoError(t, err)
	require.Len(t, list, 3)
	for _, m := range list {
		require.Empty(t, m.Login)
		require.Empty(t, m.Phone)
		require.Equal(t, p.enterprise.ID, m.Enterprise)
	}
	for _, x := range []app.Session{p.officer, p.admin, p.buyer} {
		_, err = p.Staff.List(p.ctx, x.Actor)
		refused(t, negotiation.CodeNotAllowed, err)
	}
}

func TestStaffFields(t *testing.T) {
	t.Parallel()
	p := newPeople(t)
	good := app.NewStaff{Login: "newcomer", DisplayName: "新人", Role: negotiation.RoleDeskAgent, Password: secret}
	for field, c := range map[string]struct {
		change func(*app.NewStaff)
		code   string
	}{
		"login":        {func(n *app.NewStaff) { n.Login = "+8613800138000" }, negotiation.CodeInvalid},
		"display_name": {func(n *app.NewStaff) { n.DisplayName = " " }, negotiation.CodeRequired},
		"role":         {func(n *app.NewStaff) { n.Role = negotiation.RoleOfficer }, negotiation.CodeInvalid},
		"password":     {func(n *app.NewStaff) { n.Password = "newcomer" }, app.CodeWeakPassword},
		"phone":        {func(n *app.NewStaff) { n.Phone = "12" }, negotiation.CodeInvalid},
		"language":     {func(n *app.NewStaff) { n.Language = "fr" }, negotiation.CodeInvalid},
	} {
		n := good
		c.change(&n)
		_, err := p.Staff.Add(p.ctx, p.supervisor.Actor, n)
		refused(t, c.code, err)
		var e *negotiation.Error
		require.ErrorAs(t, err, &e)
		require.Equal(t, field, e.Field)
	}
	n := good
	n.Password = "密密密密密密密密密密"
	_, err := p.Staff.Add(p.ctx, p.supervisor.Actor, n)
	refused(t, app.CodeWeakPassword, err) // one character, however many bytes
	_, err = p.Staff.Add(p.ctx, p.supervisor.Actor, good)
	require.NoError(t, err)
	good.Login = "NewComer"
	_, err = p.Staff.Add(p.ctx, p.supervisor.Actor, good)
	refused(t, app.CodeLoginTaken, err)
}

func TestADeskHasItsLimit(t *testing.T) {
	t.Parallel()
	p := newPeople(t, func(x *app.World) { x.Limits.StaffPerDesk = 2 })
	_, err := p.Staff.Add(p.ctx, p.supervisor.Actor, app.NewStaff{Login: "third", DisplayName: "小李", Role: negotiation.RoleDeskAgent, Password: secret})
	refused(t, app.CodeTooManyStaff, err)
}

// Nobody makes a role of their staff that is not theirs to give.
func TestARoleIsOfTheDesk(t *testing.T) {
	t.Parallel()
	p := newPeople(t)
	for _, role := range []negotiation.Role{negotiation.RoleAdministrator, negotiation.RoleOfficer, negotiation.RoleConsumer, ""} {
		_, err := p.Staff.Change(p.ctx, p.supervisor.Actor, p.agent.Actor.ID, app.StaffChange{Role: &role})
		refused(t, negotiation.CodeInvalid, err)
	}
}

func TestStaffChangesEndSessions(t *testing.T) {
	t.Parallel()
	yes, no, role, fresh, name := true, false, negotiation.RoleDeskSupervisor, "a new long password", "吴"
	for what, c := range map[string]struct {
		change app.StaffChange
		ends   bool
	}{
		"name":       {app.StaffChange{DisplayName: &name}, false},
		"same role":  {app.StaffChange{Active: &yes}, false},
		"role":       {app.StaffChange{Role: &role}, true},
		"deactivate": {app.StaffChange{Active: &no}, true},
		"password":   {app.StaffChange{Password: &fresh}, true},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			p := newPeople(t)
			in, err := p.SignIn.ByPassword(p.ctx, app.PasswordSignIn{Login: "agent", Password: secret, Client: home})
			require.NoError(t, err)
			_, err = p.Sessions.Resolve(p.ctx, in.Token)
			require.NoError(t, err)
			got := revoked(p.world)
			_, err = p.Staff.Change(p.ctx, p.supervisor.Actor, p.agent.Actor.ID, c.change)
			require.NoError(t, err)
			_, err = p.Sessions.Resolve(p.ctx, in.Token)
			if !c.ends {
				require.NoError(t, err)
				require.Empty(t, got())
				return
			}
			refused(t, negotiation.CodeSignInRequired, err)
			require.Equal(t, []app.Revoked{{Account: p.agent.Actor.ID}}, got())
		})
	}
}

func TestLastSupervisorStays(t *testing.T) {
	t.Parallel()
	p := newPeople(t)
	no, agent, boss := false, negotiation.RoleDeskAgent, negotiation.RoleDeskSupervisor
	for _, ch := range []app.StaffChange{{Active: &no}, {Role: &agent}} {
		_, err := p.Staff.Change(p.ctx, p.supervisor.Actor, p.supervisor.Actor.ID, ch)
		refused(t, app.CodeLastSupervisor, err)
	}
	_, err := p.Staff.Change(p.ctx, p.supervisor.Actor, p.agent.Actor.ID, app.StaffChange{Role: &boss})
	require.NoError(t, err)
	_, err = p.Staff.Change(p.ctx, p.supervisor.Actor, p.supervisor.Actor.ID, app.StaffChange{Active: &no})
	require.NoError(t, err)
	_, err = p.SignIn.ByPassword(p.ctx, app.PasswordSignIn{Login: "desk", Password: secret, Client: home})
	refused(t, app.CodeWrongPassword, err)
}

// Who is deactivated, or a supervisor no more, makes no accounts and no changes with what was under way then.
func TestDeactivatedMakesNoStaff(t *testing.T) {
	t.Parallel()
	no, agent, boss := false, negotiation.RoleDeskAgent, negotiation.RoleDeskSupervisor
	for name, ch := range map[string]app.StaffChange{"deactivated": {Active: &no}, "another role": {Role: &agent}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPeople(t)
			_, err := p.Staff.Change(p.ctx, p.supervisor.Actor, p.agent.Actor.ID, app.StaffChange{Role: &boss})
			require.NoError(t, err)
			_, err = p.Staff.Change(p.ctx, p.signIn("agent").Actor, p.supervisor.Actor.ID, ch)
			require.NoError(t, err)
			_, err = p.Staff.Add(p.ctx, p.supervisor.Actor, app.NewStaff{Login: "accomplice", DisplayName: "同伙", Role: boss, Password: secret})
			refused(t, negotiation.CodeSignInRequired, err)
			_, err = p.Staff.Change(p.ctx, p.supervisor.Actor, p.agent.Actor.ID, app.StaffChange{Active: &no})
			refused(t, negotiation.CodeSignInRequired, err)
		})
	}
}

func TestAdministration(t *testing.T) {
	t.Parallel()
	p := newPeople(t)
	bureau := app.Bureau{Region: province, NameZH: "湖南省局", NameEN: "Hunan", Phone: "12315", Address: "长沙"}
	var made app.Bureau
	p.allowedOnly(t, negotiation.CodeNotAllowed, func(x app.Session) error {
		b, err := p.Admin.AddBureau(p.ctx, x.Actor, bureau)
		if err == nil {
			made = b
		}
		return err
	}, "admin")
	_, err := p.Admin.AddBureau(p.ctx, p.admin.Actor, bureau)
	refused(t, app.CodeBureauTaken, err)
	bureau.Region = "999999"
	_, err = p.Admin.AddBureau(p.ctx, p.admin.Actor, bureau)
	refused(t, negotiation.CodeInvalid, err)

	made.NameZH, made.Region = "湖南省市场监督管理局", elsewhere
	p.allowedOnly(t, negotiation.CodeNotAllowed, func(x app.Session) error {
		b, err := p.Admin.ChangeBureau(p.ctx, x.Actor, made)
		if err == nil {
			require.Equal(t, province, b.Region, "the region stays")
		}
		return err
	}, "admin")
	p.allowedOnly(t, negotiation.CodeNotAllowed, func(x app.Session) error {
		_, err := p.Admin.AddOfficer(p.ctx, x.Actor, made.ID, app.NewStaff{Login: "second", DisplayName: "钱科", Password: secret})
		return err
	}, "admin")
	require.Equal(t, province, p.signIn("second").Actor.Region)
	p.allowedOnly(t, negotiation.CodeNotAllowed, func(x app.Session) error { _, err := p.Admin.Officers(p.ctx, x.Actor); return err }, "admin")
	p.allowedOnly(t, negotiation.CodeNotAllowed, func(x app.Session) error {
		_, err := p.Admin.Audit(p.ctx, x.Actor, app.AuditFilter{})
		return err
	}, "admin")
	p.allowedOnly(t, negotiation.CodeNotAllowed, func(x app.Session) error { _, err := p.Admin.CalendarYears(p.ctx, x.Actor); return err }, "admin")

	no := false
	_, err = p.Admin.ChangeOfficer(p.ctx, p.admin.Actor, p.supervisor.Actor.ID, app.StaffChange{Active: &no})
	refused(t, negotiation.CodeNotFound, err)
	_, err = p.Admin.ChangeOfficer(p.ctx, p.admin.Actor, p.admin.Actor.ID, app.StaffChange{Active: &no})
	refused(t, app.CodeLastAdministrator, err)
	_, err = p.Admin.ChangeOfficer(p.ctx, p.admin.Actor, p.officer.Actor.ID, app.StaffChange{Active: &no})
	require.NoError(t, err)

	rows, err := p.Admin.Audit(p.ctx, p.admin.Actor, app.AuditFilter{Subject: p.officer.Actor.ID})
	require.NoError(t, err)
	require.Len(t, rows, 2)
	require.Equal(t, app.AuditStaff, rows[0].What)
	require.Equal(t, "deactivated", rows[0].Detail)
	require.Equal(t, p.admin.Actor.ID, rows[0].Actor)
	older, err := p.Admin.Audit(p.ctx, p.admin.Actor, app.AuditFilter{Subject: p.officer.Actor.ID, Before: rows[0].ID})
	require.NoError(t, err)
	require.Equal(t, rows[1:], older)
}

func TestCompetentBureau(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	admin := w.admin()
	_, err := app.CompetentBureau(w.ctx, w.plain, county)
	refused(t, app.CodeNoBureau, err)
	_, err = app.CompetentBureau(w.ctx, w.plain, "999999")
	refused(t, negotiation.CodeInvalid, err)
	for _, region := range []string{"000000", province, city, county} { // each nearer than the one before
		b, err := w.Admin.AddBureau(w.ctx, admin.Actor, app.Bureau{Region: region, NameZH: "局", NameEN: "B", Phone: "1", Address: "1"})
		require.NoError(t, err)
		got, err := app.CompetentBureau(w.ctx, w.plain, county)
		require.NoError(t, err)
		require.Equal(t, b.ID, got.ID)
	}
	far, err := app.CompetentBureau(w.ctx, w.plain, elsewhere)
	require.NoError(t, err)
	require.Equal(t, "000000", far.Region)
}
