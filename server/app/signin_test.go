package app_test

import (
	"fmt"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hejie/negotiation"
	"hejie/server/app"
)

const phone = "+8613800138000"

func TestCodesAreLimited(t *testing.T) {
	t.Parallel()
	t.Run("per number", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		sent := 0
		ask := func() error {
			return w.SignIn.RequestCode(w.ctx, phone, "zh", app.Client{Addr: fmt.Sprintf("198.51.100.%d", sent)})
		}
		require.NoError(t, ask())
		sent++
		refused(t, negotiation.CodeRateLimited, ask())
		w.real.Pass(59 * time.Second)
		err := ask()
		refused(t, negotiation.CodeRateLimited, err)
		require.Equal(t, 1, param(t, err, "retry_after"))
		for sent < 5 { // five an hour
			w.real.Pass(time.Minute)
			require.NoError(t, ask())
			sent++
		}
		w.real.Pass(time.Minute)
		refused(t, negotiation.CodeRateLimited, ask())
		w.real.Pass(time.Hour)
		for sent < 10 { // ten a day
			w.real.Pass(time.Minute)
			require.NoError(t, ask())
			sent++
		}
		w.real.Pass(2 * time.Hour)
		refused(t, negotiation.CodeRateLimited, ask())
		w.real.Pass(24 * time.Hour)
		require.NoError(t, ask())
	})
	t.Run("per address", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		ask := func(i int, addr string) error {
			return w.SignIn.RequestCode(w.ctx, "138001380"+fmt.Sprintf("%02d", i), "zh", app.Client{Addr: addr})
		}
		for i := range 20 {
			require.NoError(t, ask(i, "2001:db8:1:2::"+strconv.Itoa(i+1)))
		}
		refused(t, negotiation.CodeRateLimited, ask(20, "2001:db8:1:2:ffff::1")) // the same /64
		require.NoError(t, ask(20, "2001:db8:1:3::1"))
		w.real.Pass(time.Hour)
		require.NoError(t, ask(21, "2001:db8:1:2::1"))
	})
}

// Whoever knows a number or a login shuts its owner out of no browser in which the owner signed in before.
func TestStrangersShutNobodyOut(t *testing.T) {
	t.Parallel()
	stranger := app.Client{Addr: "203.0.113.9"}
	t.Run("by asking for codes, and by guessing them", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		by := func(c app.Client, code string) (app.SignedIn, error) {
			return w.SignIn.ByCode(w.ctx, app.CodeSignIn{Phone: phone, Code: code, Client: c})
		}
		require.NoError(t, w.SignIn.RequestCode(w.ctx, phone, "zh", home))
		in, err := by(home, w.code(phone))
		require.NoError(t, err)
		familiar := app.Client{Addr: home.Addr, Marks: []string{"of somebody else", in.Mark}}
		for range 4 {
			w.real.Pass(time.Minute)
			require.NoError(t, w.SignIn.RequestCode(w.ctx, phone, "zh", stranger))
		}
		w.real.Pass(time.Minute)
		refused(t, negotiation.CodeRateLimited, w.SignIn.RequestCode(w.ctx, phone, "zh", home))
		require.NoError(t, w.SignIn.RequestCode(w.ctx, phone, "zh", familiar))
		code := w.code(phone)
		refused(t, negotiation.CodeRateLimited, w.SignIn.RequestCode(w.ctx, phone, "zh", familiar))
		for range 6 {
			_, err = by(stranger, code) // even the right one: theirs are others
			refused(t, app.CodeWrongCode, err)
		}
		again, err := by(familiar, code)
		require.NoError(t, err)
		require.Equal(t, in.Mark, again.Mark)
		w.real.Pass(time.Minute)
		other := app.Client{Addr: stranger.Addr, Marks: []string{w.consumer("+8613900139000").Mark}}
		refused(t, negotiation.CodeRateLimited, w.SignIn.RequestCode(w.ctx, phone, "zh", other))
	})
	t.Run("by wrong passwords", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		w.admin()
		by := func(c app.Client, password string) (app.SignedIn, error) {
			return w.SignIn.ByPassword(w.ctx, app.PasswordSignIn{Login: "root", Password: password, Client: c})
		}
		in, err := by(home, secret)
		require.NoError(t, err)
		for range 5 {
			_, err = by(stranger, "wrong password")
			refused(t, app.CodeWrongPassword, err)
		}
		_, err = by(home, secret)
		refused(t, negotiation.CodeRateLimited, err)
		familiar := app.Client{Addr: home.Addr, Marks: []string{in.Mark}}
		_, err = by(familiar, secret)
		require.NoError(t, err)
		for range 5 {
			_, err = by(familiar, "wrong password")
			refused(t, app.CodeWrongPassword, err)
		}
		_, err = by(familiar, secret)
		refused(t, negotiation.CodeRateLimited, err)
	})
}

func TestCodes(t *testing.T) {
	t.Parallel()
	try := func(w *world, code string) error {
		_, err := w.SignIn.ByCode(w.ctx, app.CodeSignIn{Phone: phone, Code: code, Client: home})
		return err
	}
	wrong := func(code string) string { return fmt.Sprintf("%06d", (atoi(code)+1)%1_000_000) }

	t.Run("right once", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		require.NoError(t, w.SignIn.RequestCode(w.ctx, "138 0013 8000", "en", home))
		code := w.code(phone)
		require.Len(t, code, 6)
		row, err := w.plain.LatestCode(w.ctx, phone, false)
		require.NoError(t, err)
		require.NotContains(t, fmt.Sprintf("%+v", row), code)
		require.NoError(t, try(w, code))
		refused(t, app.CodeWrongCode, try(w, code))
	})
	t.Run("five tries, the right one after them too late", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		require.NoError(t, w.SignIn.RequestCode(w.ctx, phone, "zh", home))
		code := w.code(phone)
		for range 5 {
			refused(t, app.CodeWrongCode, try(w, wrong(code)))
		}
		refused(t, app.CodeWrongCode, try(w, code))
	})
	t.Run("guessed by many at once", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		require.NoError(t, w.SignIn.RequestCode(w.ctx, phone, "zh", home))
		code := w.code(phone)
		var all sync.WaitGroup
		for range 20 {
			all.Go(func() { refused(t, app.CodeWrongCode, try(w, wrong(code))) })
		}
		all.Wait()
		row, err := w.plain.LatestCode(w.ctx, phone, false)
		require.NoError(t, err)
		require.Equal(t, 5, row.Tries)
		refused(t, app.CodeWrongCode, try(w, code))
	})
	t.Run("ten minutes", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		require.NoError(t, w.SignIn.RequestCode(w.ctx, phone, "zh", home))
		w.real.Pass(10*time.Minute - time.Microsecond)
		require.NoError(t, try(w, w.code(phone)))
		w.real.Pass(time.Minute)
		require.NoError(t, w.SignIn.RequestCode(w.ctx, phone, "zh", home))
		w.real.Pass(10 * time.Minute)
		refused(t, app.CodeWrongCode, try(w, w.code(phone)))
	})
	t.Run("only the latest, only this number", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		require.NoError(t, w.SignIn.RequestCode(w.ctx, phone, "zh", home))
		first := w.code(phone)
		w.real.Pass(time.Minute)
		require.NoError(t, w.SignIn.RequestCode(w.ctx, phone, "zh", home))
		second := w.code(phone)
		if first != second {
			refused(t, app.CodeWrongCode, try(w, first))
		}
		_, err := w.SignIn.ByCode(w.ctx, app.CodeSignIn{Phone: "13800138001", Code: second, Client: home})
		refused(t, app.CodeWrongCode, err)
		require.NoError(t, try(w, second))
	})
	t.Run("without an adapter", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, func(x *app.World) { x.SMS = app.SMSNone })
		refused(t, app.CodeSMSUnavailable, w.SignIn.RequestCode(w.ctx, phone, "zh", home))
		refused(t, app.CodeSMSUnavailable, try(w, "123456"))
	})
	t.Run("same account again", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		a, b := w.consumer(phone), w.consumer(phone)
		require.Equal(t, a.Session.Actor, b.Session.Actor)
		require.NotEqual(t, a.Token, b.Token)
		require.Equal(t, negotiation.RoleConsumer, a.Session.Actor.Role)
	})
}

func atoi(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		panic(err)
	}
	return n
}

func TestOlderCasesAskForProof(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	officer := w.officer(w.admin(), city, "officer")
	e, _ := w.desk(officer, "desk")
	x := w.consumer(phone).Session
	id := w.file(x, e.ID)
	code := w.caseOf(id).Code
	require.NoError(t, w.Sessions.CheckCase(w.ctx, x, id))

	w.business.Pass(61 * 24 * time.Hour)
	in := w.consumer(phone)
	refused(t, app.CodeCaseCodeRequired, w.Sessions.CheckCase(w.ctx, in.Session, id))
	again, err := w.Sessions.Resolve(w.ctx, in.Token)
	require.NoError(t, err)
	require.True(t, again.Sealed(id, w.caseOf(id).LastAt))

	prove := func(given string) (app.SignedIn, error) {
		w.real.Pass(15 * time.Minute)
		require.NoError(t, w.SignIn.RequestCode(w.ctx, phone, "zh", home))
		return w.SignIn.ByCode(w.ctx, app.CodeSignIn{Phone: phone, Code: w.code(phone), CaseCode: given, Client: home})
	}
	for _, given := range []string{code, " " + code[:5] + code[6:], "a-1001"} { // the case code, however typed, or the order number
		in, err := prove(given)
		require.NoError(t, err, given)
		require.NoError(t, w.Sessions.CheckCase(w.ctx, in.Session, id))
		again, err := w.Sessions.Resolve(w.ctx, in.Token)
		require.NoError(t, err)
		require.NoError(t, w.Sessions.CheckCase(w.ctx, again, id))
	}
	_, err = prove("A-1002")
	refused(t, app.CodeWrongCaseCode, err)

	stranger := w.consumer("+8613800138099")
	require.NoError(t, w.Sessions.CheckCase(w.ctx, stranger.Session, id), "not theirs: the case's own rights refuse")
	require.NoError(t, w.Sessions.CheckCase(w.ctx, officer, id), "only consumers prove")
}

func TestProofIsNotGuessed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.consumer(phone)
	w.real.Pass(time.Minute)
	require.NoError(t, w.SignIn.RequestCode(w.ctx, phone, "zh", home))
	try := func(given string) error {
		_, err := w.SignIn.ByCode(w.ctx, app.CodeSignIn{Phone: phone, Code: w.code(phone), CaseCode: given, Client: home})
		return err
	}
	for i := range 5 {
		refused(t, app.CodeWrongCaseCode, try(fmt.Sprintf("AAAAA-AAAA%d", i)))
	}
	refused(t, negotiation.CodeRateLimited, try("AAAAA-AAAA9"))
	require.NoError(t, try(""), "without a case code the number still signs in")
}

func TestPasswordSignInIsLimited(t *testing.T) {
	t.Parallel()
	attempt := func(w *world, login, password, addr string) error {
		_, err := w.SignIn.ByPassword(w.ctx, app.PasswordSignIn{Login: login, Password: password, Client: app.Client{Addr: addr}})
		return err
	}
	t.Run("per login, known or not", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		w.admin()
		for _, login := range []string{"root", "nobody"} {
			for i := range 5 {
				refused(t, app.CodeWrongPassword, attempt(w, login, "wrong password", fmt.Sprintf("198.51.100.%d", i)))
			}
			err := attempt(w, login, secret, "198.51.100.200")
			refused(t, negotiation.CodeRateLimited, err)
			require.Equal(t, 900, param(t, err, "retry_after"))
		}
		w.real.Pass(15 * time.Minute)
		require.NoError(t, attempt(w, " ROOT ", secret, "198.51.100.1"))
	})
	t.Run("longer than any login, by as much as one can have", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		for i := range 5 {
			refused(t, app.CodeWrongPassword, attempt(w, strings.Repeat("x", 64+i*i*1000+1), "wrong password", fmt.Sprintf("198.51.100.%d", i)))
		}
		refused(t, negotiation.CodeRateLimited, attempt(w, strings.Repeat("x", 60_000), "wrong password", "198.51.100.200"))
	})
	t.Run("many at once", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		w.admin()
		codes := make(chan string, 30)
		var all sync.WaitGroup
		for range 30 {
			all.Go(func() { codes <- negotiation.CodeOf(attempt(w, "root", "wrong password", "198.51.100.1")) })
		}
		all.Wait()
		close(codes)
		count := map[string]int{}
		for c := range codes {
			count[c]++
		}
		require.Equal(t, map[string]int{app.CodeWrongPassword: 5, negotiation.CodeRateLimited: 25}, count)
	})
	t.Run("per address", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		w.admin()
		for i := range 20 {
			refused(t, app.CodeWrongPassword, attempt(w, "guess"+strconv.Itoa(i), "wrong password", "198.51.100.1"))
		}
		refused(t, negotiation.CodeRateLimited, attempt(w, "root", secret, "198.51.100.1"))
		require.NoError(t, attempt(w, "root", secret, "198.51.100.2"))
	})
	t.Run("success clears", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		w.admin()
		for range 10 {
			for range 4 {
				refused(t, app.CodeWrongPassword, attempt(w, "root", "wrong password", fmt.Sprint("a", w.real.Now())))
				w.real.Pass(time.Second)
			}
			require.NoError(t, attempt(w, "root", secret, "198.51.100.1"))
		}
	})
	t.Run("a consumer has no password", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		w.consumer(phone)
		refused(t, app.CodeWrongPassword, attempt(w, phone, "x", "198.51.100.1"))
	})
}

func TestSetUp(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	set := func(token, password string) error {
		_, err := w.SignIn.SetUp(w.ctx, app.FirstAdministrator{Token: token, Login: "root", Password: password, DisplayName: "A", Client: home})
		return err
	}
	refused(t, app.CodeSetUpClosed, set("", secret))
	old, err := w.SignIn.NewSetUpToken(w.ctx)
	require.NoError(t, err)
	token, err := w.SignIn.NewSetUpToken(w.ctx)
	require.NoError(t, err)
	refused(t, app.CodeSetUpClosed, set(old, secret))
	refused(t, app.CodeWeakPassword, set(token, "short"))
	refused(t, app.CodeWeakPassword, set(token, "aaaaaaaaaaaaaaa"))
	w.real.Pass(24 * time.Hour)
	refused(t, app.CodeSetUpClosed, set(token, secret))
	token, err = w.SignIn.NewSetUpToken(w.ctx)
	require.NoError(t, err)
	open, err := w.SignIn.SetUpOpen(w.ctx)
	require.NoError(t, err)
	require.True(t, open)
	require.NoError(t, set(token, secret))
	refused(t, app.CodeSetUpClosed, set(token, secret))
	_, err = w.SignIn.NewSetUpToken(w.ctx)
	refused(t, app.CodeSetUpClosed, err)
	require.Equal(t, negotiation.RoleAdministrator, w.signIn("root").Actor.Role)
}
