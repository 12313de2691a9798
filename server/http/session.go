package http

import (
	"context"
	"net/http"
	"strings"
	"time"

	"hejie/negotiation"
	"hejie/server/app"
)

// cookieName of the session. With the prefix browsers insist on Secure, Path=/ and no Domain, which plain http on localhost
// cannot have.
func (s *Server) cookieName() string {
	if s.options.Secure {
		return "__Host-hejie"
	}
	return "hejie"
}

// cookie that carries a session's token until it expires. Lax, so that a link in a message opens the app signed in; unsafe
// requests from elsewhere are refused apart.
func (s *Server) cookie(in app.SignedIn) *http.Cookie {
	return &http.Cookie{Name: s.cookieName(), Value: in.Token, Path: "/", Expires: in.Session.Expires.UTC().Truncate(time.Second),
		Secure: s.options.Secure, HttpOnly: true, SameSite: http.SameSiteLaxMode}
}

func (s *Server) noCookie() *http.Cookie {
	return &http.Cookie{Name: s.cookieName(), Path: "/", MaxAge: -1, Secure: s.options.Secure, HttpOnly: true, SameSite: http.SameSiteLaxMode}
}

// marksKept is how many logins a browser is familiar to: a family's phone, a desk that a few share.
const marksKept = 5

// marksCookie lists, newest first, the marks of logins that signed in here, for half a year; who signs out stays familiar.
func (s *Server) marksCookie(marks []string) *http.Cookie {
	return &http.Cookie{Name: s.cookieName() + "-marks", Value: strings.Join(marks, "."), Path: "/", MaxAge: int((180 * 24 * time.Hour).Seconds()),
		Secure: s.options.Secure, HttpOnly: true, SameSite: http.SameSiteLaxMode}
}

// client is where the request comes from.
func (s *Server) client(ctx context.Context) app.Client {
	v := visitOf(ctx)
	c := app.Client{Addr: v.addr, Agent: v.asked.Get("User-Agent")}
	if k, err := (&http.Request{Header: v.asked}).Cookie(s.marksCookie(nil).Name); err == nil { // there is one
		marks := strings.SplitN(k.Value, ".", marksKept+1)
		c.Marks = marks[:min(len(marks), marksKept)]
	}
	return c
}

// known resolves the session of the request. A cookie that is worth nothing (any more) is like none.
func (s *Server) known(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		v := visitOf(r.Context())
		if c, err := r.Cookie(s.cookieName()); err == nil && c.Value != "" {
			v.session, err = s.options.App.Sessions.Resolve(r.Context(), c.Value)
			switch code := negotiation.CodeOf(err); code {
			case "":
				v.signedIn = true
			case negotiation.CodeSignInRequired:
				http.SetCookie(w, s.noCookie())
			default:
				writeProblem(w, v, err)
				return
			}
		}
		next.ServeHTTP(w, r)
	})
}
