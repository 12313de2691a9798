package http

import (
	"context"
	"net/http"
	"slices"
	"time"

	"hejie/negotiation"
	"hejie/server/app"
)

func (a api) RequestCode(ctx context.Context, r RequestCodeRequestObject) (RequestCodeResponseObject, error) {
	v := visitOf(ctx)
	if err := a.App.SignIn.RequestCode(ctx, r.Body.Phone, v.language(), a.server.client(ctx)); err != nil {
		return nil, err
	}
	l := a.App.Limits
	again := time.Minute / time.Duration(max(1, l.CodesPerMinute))
	return RequestCode202JSONResponse{AgainIn: int(again / time.Second), ExpiresIn: int(l.CodeLife / time.Second)}, nil
}

// entered is the answer to signing in, by whichever way: the session, its token in a cookie, and the browser's marks in another.
type entered struct {
	session Session
	cookie  *http.Cookie
	marks   *http.Cookie
}

func (e entered) visit(w http.ResponseWriter) error {
	w.Header().Set("Set-Cookie", e.cookie.String()) // not after the one that takes an old session's away
	w.Header().Add("Set-Cookie", e.marks.String())
	return answerJSON(w, http.StatusOK, e.session)
}

func (e entered) VisitSignInByCodeResponse(w http.ResponseWriter) error     { return e.visit(w) }
func (e entered) VisitSignInByPasswordResponse(w http.ResponseWriter) error { return e.visit(w) }
func (e entered) VisitSetUpResponse(w http.ResponseWriter) error            { return e.visit(w) }
func (e entered) VisitEnterDemoResponse(w http.ResponseWriter) error        { return e.visit(w) }

// entered ends the session that the browser had, whose cookie is replaced: its sockets would go on unseen.
func (a api) entered(ctx context.Context, in app.SignedIn, err error) (entered, error) {
	if err != nil {
		return entered{}, err
	}
	if err := a.leave(ctx); err != nil {
		return entered{}, err
	}
	s, err := a.session(ctx, in.Session)
	marks := slices.DeleteFunc(a.server.client(ctx).Marks, func(m string) bool { return m == in.Mark })
	return entered{s, a.server.cookie(in), a.server.marksCookie(append([]string{in.Mark}, marks[:min(len(marks), marksKept-1)]...))}, err
}

func (a api) session(ctx context.Context, x app.Session) (Session, error) {
	p, err := a.App.Accounts.Get(ctx, x)
	if err != nil {
		return Session{}, err
	}
	return Session{Id: x.ID, ExpiresAt: x.Expires, Account: accountOf(p), Case: x.Case()}, nil
}

func (a api) SignInByCode(ctx context.Context, r SignInByCodeRequestObject) (SignInByCodeResponseObject, error) {
	v := visitOf(ctx)
	in, err := a.App.SignIn.ByCode(ctx, app.CodeSignIn{Phone: r.Body.Phone, Code: r.Body.Code, CaseCode: r.Body.CaseCode, Language: v.language(), Client: a.server.client(ctx)})
	return a.entered(ctx, in, err)
}

func (a api) SignInByPassword(ctx context.Context, r SignInByPasswordRequestObject) (SignInByPasswordResponseObject, error) {
	in, err := a.App.SignIn.ByPassword(ctx, app.PasswordSignIn{Login: r.Body.Login, Password: r.Body.Password, Client: a.server.client(ctx)})
	return a.entered(ctx, in, err)
}

func (a api) GetSetup(ctx context.Context, _ GetSetupRequestObject) (GetSetupResponseObject, error) {
	open, err := a.App.SignIn.SetUpOpen(ctx)
	return GetSetup200JSONResponse{Open: open}, err
}

func (a api) SetUp(ctx context.Context, r SetUpRequestObject) (SetUpResponseObject, error) {
	b := r.Body
	in, err := a.App.SignIn.SetUp(ctx, app.FirstAdministrator{Token: b.Token, Login: b.Login, Password: b.Password, DisplayName: b.DisplayName, Client: a.server.client(ctx)})
	return a.entered(ctx, in, err)
}

func (a api) GetSession(ctx context.Context, _ GetSessionRequestObject) (GetSessionResponseObject, error) {
	x, ok := SessionOf(ctx)
	if !ok {
		return GetSession200JSONResponse{}, nil
	}
	s, err := a.session(ctx, x)
	return GetSession200JSONResponse(s), err
}

// gone is the answer to signing out: the cookie goes too.
type gone struct{ cookie *http.Cookie }

func (g gone) VisitSignOutResponse(w http.ResponseWriter) error {
	w.Header().Set("Set-Cookie", g.cookie.String())
	w.WriteHeader(http.StatusNoContent)
	return nil
}

func (a api) SignOut(ctx context.Context, _ SignOutRequestObject) (SignOutResponseObject, error) {
	if err := a.leave(ctx); err != nil {
		return nil, err
	}
	return gone{a.server.noCookie()}, nil
}

// leave ends the request's session, if it has one.
func (a api) leave(ctx context.Context) error {
	x, ok := SessionOf(ctx)
	if !ok {
		return nil
	}
	err := a.App.Sessions.SignOut(ctx, x)
	if negotiation.CodeOf(err) == negotiation.CodeNotFound { // it ended meanwhile
		return nil
	}
	return err
}

func (a api) ListSessions(ctx context.Context, _ ListSessionsRequestObject) (ListSessionsResponseObject, error) {
	list, err := a.App.Sessions.List(ctx, me(ctx))
	if err != nil {
		return nil, err
	}
	return ListSessions200JSONResponse{Rows: each(list, func(s app.SessionInfo) SessionRow {
		return SessionRow{Id: s.ID, CreatedAt: s.Created, SeenAt: s.Seen, Agent: s.Agent, Current: s.Current}
	})}, nil
}

func (a api) RevokeSession(ctx context.Context, r RevokeSessionRequestObject) (RevokeSessionResponseObject, error) {
	if err := id(r.Id); err != nil {
		return nil, err
	}
	return RevokeSession204Response{}, a.App.Sessions.Revoke(ctx, me(ctx), r.Id)
}

func (a api) RevokeSessions(ctx context.Context, _ RevokeSessionsRequestObject) (RevokeSessionsResponseObject, error) {
	return RevokeSessions204Response{}, a.App.Sessions.RevokeOthers(ctx, me(ctx))
}

func (a api) GetAccount(ctx context.Context, _ GetAccountRequestObject) (GetAccountResponseObject, error) {
	p, err := a.App.Accounts.Get(ctx, me(ctx))
	return GetAccount200JSONResponse(accountOf(p)), err
}

func (a api) UpdateAccount(ctx context.Context, r UpdateAccountRequestObject) (UpdateAccountResponseObject, error) {
	ch := app.ProfileChange{Name: r.Body.Name, Address: r.Body.Address, Phone: r.Body.Phone}
	if r.Body.Language != nil {
		ch.Language = new(string(*r.Body.Language))
	}
	p, err := a.App.Accounts.Update(ctx, me(ctx), ch)
	return UpdateAccount200JSONResponse(accountOf(p)), err
}

func (g gone) VisitEraseAccountResponse(w http.ResponseWriter) error {
	return g.VisitSignOutResponse(w)
}

func (a api) EraseAccount(ctx context.Context, _ EraseAccountRequestObject) (EraseAccountResponseObject, error) {
	if err := a.App.Accounts.Erase(ctx, me(ctx)); err != nil {
		return nil, err
	}
	return gone{a.server.noCookie()}, nil
}

func (a api) ChangePassword(ctx context.Context, r ChangePasswordRequestObject) (ChangePasswordResponseObject, error) {
	return ChangePassword204Response{}, a.App.Accounts.ChangePassword(ctx, me(ctx), r.Body.Old, r.Body.New, a.server.client(ctx))
}
