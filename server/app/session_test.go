package app_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hejie/negotiation"
	"hejie/server/app"
)

// revoked collects signals.
func revoked(w *world) func() []app.Revoked {
	var mu sync.Mutex
	var got []app.Revoked
	stop := w.Signals.OnRevoked(func(r app.Revoked) {
		mu.Lock()
		defer mu.Unlock()
		got = append(got, r)
	})
	w.t.Cleanup(stop)
	return func() []app.Revoked {
		mu.Lock()
		defer mu.Unlock()
		return append([]app.Revoked(nil), got...)
	}
}

func TestSessionsEnd(t *testing.T) {
	t.Parallel()
	type limits struct{ idle, longest time.Duration }
	l := app.DefaultLimits()
	for role, want := range map[negotiation.Role]limits{
		negotiation.RoleConsumer:       {l.ConsumerIdle, l.ConsumerMax},
		negotiation.RoleAdministrator:  {l.AdminIdle, l.AdminMax},
		negotiation.RoleOfficer:        {l.OfficerIdle, l.OfficerMax},
		negotiation.RoleDeskSupervisor: {l.DeskIdle, l.DeskMax},
	} {
		t.Run(string(role), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			account := "a0000000-0000-7000-8000-000000000001"
			w.write(func(tx app.PlainTx) error {
				return tx.AddAccount(w.ctx, app.Account{ID: account, Role: role, Login: "x", Active: true, Created: w.real.Now()})
			})
			enter := func() string {
				in, err := w.SignIn.Enter(w.ctx, account, home)
				require.NoError(t, err)
				return in.Token
			}
			token := enter()
			w.real.Pass(want.idle - time.Second)
			_, err := w.Sessions.Resolve(w.ctx, token)
			require.NoError(t, err)
			w.real.Pass(want.idle)
			_, err = w.Sessions.Resolve(w.ctx, token)
			refused(t, negotiation.CodeSignInRequired, err)

			token = enter()
			for left := want.longest; left > time.Second; { // used all the time
				step := min(left-time.Second, want.idle/2)
				w.real.Pass(step)
				left -= step
				_, err = w.Sessions.Resolve(w.ctx, token)
				require.NoError(t, err)
			}
			w.real.Pass(time.Second)
			_, err = w.Sessions.Resolve(w.ctx, token)
			refused(t, negotiation.CodeSignInRequired, err)
			require.NoError(t, w.Tidy(w.ctx))
			rows, err := w.plain.Sessions(w.ctx, account, morning.Add(-time.Hour))
			require.NoError(t, err)
			require.Empty(t, rows)
		})
	}
}

func TestResolveTellsNothingOfOtherTokens(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	in := w.consumer(phone)
	for _, token := range []string{"", "x", in.Token[:42], in.Token[:42] + "!", in.Token + "A"} {
		_, err := w.Sessions.Resolve(w.ctx, token)
		refused(t, negotiation.CodeSignInRequired, err)
	}
	row, err := w.plain.SessionByID(w.ctx, in.Session.ID)
	require.NoError(t, err)
	require.NotContains(t, string(row.Token), in.Token)
}

func TestRevokeIsImmediate(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	got := revoked(w)
	phone2, laptop, other := w.consumer(phone), w.consumer(phone), w.consumer("+8613800138111")
	for _, in := range []app.SignedIn{phone2, laptop, other} {
		_, err := w.Sessions.Resolve(w.ctx, in.Token) // cached now
		require.NoError(t, err)
	}
	list, err := w.Sessions.List(w.ctx, laptop.Session)
	require.NoError(t, err)
	require.Len(t, list, 2)
	require.True(t, list[0].Current)
	require.False(t, list[1].Current)

	refused(t, negotiation.CodeNotFound, w.Sessions.Revoke(w.ctx, other.Session, phone2.Session.ID))
	refused(t, negotiation.CodeNotFound, w.Sessions.Revoke(w.ctx, laptop.Session, app.NewID()))
	require.Empty(t, got())

	require.NoError(t, w.Sessions.Revoke(w.ctx, laptop.Session, phone2.Session.ID))
	_, err = w.Sessions.Resolve(w.ctx, phone2.Token)
	refused(t, negotiation.CodeSignInRequired, err)
	_, err = w.Sessions.Resolve(w.ctx, laptop.Token)
	require.NoError(t, err)
	require.NoError(t, w.Sessions.SignOut(w.ctx, laptop.Session))
	_, err = w.Sessions.Resolve(w.ctx, laptop.Token)
	refused(t, negotiation.CodeSignInRequired, err)
	require.Equal(t, []app.Revoked{{Account: phone2.Session.Actor.ID, Session: phone2.Session.ID}, {Account: laptop.Session.Actor.ID, Session: laptop.Session.ID}}, got())
}

func TestRevokeWinsAgainstResolve(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for range 20 {
		in, err := w.SignIn.Enter(w.ctx, w.consumer(phone).Session.Actor.ID, home)
		require.NoError(t, err)
		var all sync.WaitGroup
		for range 4 {
			all.Go(func() { // may still see it, or not
				if _, err := w.Sessions.Resolve(w.ctx, in.Token); err != nil {
					refused(t, negotiation.CodeSignInRequired, err)
				}
			})
		}
		require.NoError(t, w.Sessions.SignOut(w.ctx, in.Session))
		all.Wait()
		_, err = w.Sessions.Resolve(w.ctx, in.Token)
		refused(t, negotiation.CodeSignInRequired, err)
		w.real.Pass(20 * time.Minute)
		if w.real.Now().Sub(morning) > 2*time.Hour {
			return
		}
	}
}

func TestTouchOnceAMinute(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	in := w.consumer(phone)
	seen := func() time.Duration {
		_, err := w.Sessions.Resolve(w.ctx, in.Token)
		require.NoError(t, err)
		row, err := w.plain.SessionByID(w.ctx, in.Session.ID)
		require.NoError(t, err)
		return row.Seen.Sub(in.Session.Created)
	}
	w.real.Pass(59 * time.Second)
	require.Equal(t, time.Duration(0), seen())
	w.real.Pass(time.Second)
	require.Equal(t, time.Minute, seen())
	w.real.Pass(59 * time.Second)
	require.Equal(t, time.Minute, seen())
}

func TestPasswordChange(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.admin()
	first, err := w.SignIn.ByPassword(w.ctx, app.PasswordSignIn{Login: "root", Password: secret, Client: home})
	require.NoError(t, err)
	second, err := w.SignIn.ByPassword(w.ctx, app.PasswordSignIn{Login: "root", Password: secret, Client: home})
	require.NoError(t, err)
	got := revoked(w)

	err = w.Accounts.ChangePassword(w.ctx, first.Session, "not this one", "another good one", home)
	refused(t, app.CodeWrongPassword, err)
	refused(t, app.CodeWeakPassword, w.Accounts.ChangePassword(w.ctx, first.Session, secret, "short", home))
	require.NoError(t, w.Accounts.ChangePassword(w.ctx, first.Session, secret, "another good one", home))

	_, err = w.Sessions.Resolve(w.ctx, first.Token)
	require.NoError(t, err)
	_, err = w.Sessions.Resolve(w.ctx, second.Token)
	refused(t, negotiation.CodeSignInRequired, err)
	require.Len(t, got(), 1)
	require.True(t, got()[0].Concerns(second.Session))
	require.False(t, got()[0].Concerns(first.Session))
	_, err = w.SignIn.ByPassword(w.ctx, app.PasswordSignIn{Login: "root", Password: secret, Client: home})
	refused(t, app.CodeWrongPassword, err)
	_, err = w.SignIn.ByPassword(w.ctx, app.PasswordSignIn{Login: "root", Password: "another good one", Client: home})
	require.NoError(t, err)

	refused(t, negotiation.CodeNotAllowed, w.Accounts.ChangePassword(w.ctx, w.consumer(phone).Session, "", "another good one", home))
}

// overtaken is what is plain, where an account is changed as soon as it was read.
type overtaken struct {
	app.Plain
	change func()
}

func (o overtaken) Account(ctx context.Context, id string) (app.Account, error) {
	defer o.change()
	return o.Plain.Account(ctx, id)
}

func (o overtaken) AccountByLogin(ctx context.Context, login string) (app.Account, error) {
	defer o.change()
	return o.Plain.AccountByLogin(ctx, login)
}

// A password that a supervisor took away while it was checked opens nothing, and sets no other.
func TestPasswordChangedWhileItIsChecked(t *testing.T) {
	t.Parallel()
	p := newPeople(t)
	taken := "a new long password"
	w := p.w
	w.Plain = overtaken{p.plain, func() {
		_, err := p.Staff.Change(p.ctx, p.supervisor.Actor, p.agent.Actor.ID, app.StaffChange{Password: &taken})
		require.NoError(t, err)
	}}
	late := app.New(w)
	_, err := late.SignIn.ByPassword(p.ctx, app.PasswordSignIn{Login: "agent", Password: secret, Client: home})
	refused(t, app.CodeWrongPassword, err)
	refused(t, app.CodeWrongPassword, late.Accounts.ChangePassword(p.ctx, p.agent, taken, "another good one", home))
	_, err = p.SignIn.ByPassword(p.ctx, app.PasswordSignIn{Login: "agent", Password: taken, Client: home})
	require.NoError(t, err)
}

func TestAccountUpdate(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	in := w.consumer(phone)
	name, address, en := " 王小明 ", "巴陵路8号", "en"
	p, err := w.Accounts.Update(w.ctx, in.Session, app.ProfileChange{Name: &name, Address: &address, Language: &en})
	require.NoError(t, err)
	require.Equal(t, app.Profile{ID: in.Session.Actor.ID, Role: negotiation.RoleConsumer, Login: phone, Name: "王小明", Phone: phone, Address: "巴陵路8号", Language: "en"}, p)
	x, err := w.Sessions.Resolve(w.ctx, in.Token)
	require.NoError(t, err)
	require.Equal(t, "en", x.Language)

	long, bad, hidden := string(make([]rune, 300)), "fr", "王\u202e明"
	for _, ch := range []app.ProfileChange{{Name: &long}, {Language: &bad}, {Name: &hidden}, {Phone: &name}} {
		_, err := w.Accounts.Update(w.ctx, in.Session, ch)
		require.Error(t, err)
	}
	admin := w.admin()
	_, err = w.Accounts.Update(w.ctx, admin, app.ProfileChange{Address: &address})
	refused(t, negotiation.CodeInvalid, err)
}

// Signing out everywhere else leaves the session that asked, and ends the others and their sockets at once.
func TestRevokeOthers(t *testing.T) {
	t.Parallel()
	p := newPeople(t)
	here, there, rival := p.consumer(phone), p.consumer(phone), p.consumer("+8613800138999")
	var told []app.Revoked
	defer p.Signals.OnRevoked(func(r app.Revoked) { told = append(told, r) })()
	_, err := p.Sessions.Resolve(p.ctx, there.Token) // cached
	require.NoError(t, err)
	require.NoError(t, p.Sessions.RevokeOthers(p.ctx, here.Session))
	_, err = p.Sessions.Resolve(p.ctx, there.Token)
	refused(t, negotiation.CodeSignInRequired, err)
	for _, token := range []string{here.Token, rival.Token} {
		_, err = p.Sessions.Resolve(p.ctx, token)
		require.NoError(t, err)
	}
	require.Len(t, told, 1)
	require.True(t, told[0].Concerns(there.Session))
	require.True(t, told[0].Concerns(p.buyer))
	require.False(t, told[0].Concerns(here.Session))
	require.False(t, told[0].Concerns(rival.Session))
	list, err := p.Sessions.List(p.ctx, here.Session)
	require.NoError(t, err)
	require.Len(t, list, 1)
}
