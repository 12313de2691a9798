package http

import (
	"net"
	"net/http"
	"slices"
	"strings"

	"hejie/negotiation"
)

// contentPolicy is that of pages. Scripts, styles and connections only of this origin, which 'self' also means for ws:
// and wss:; pictures also of blob: for previews of uploads.
const contentPolicy = "default-src 'self'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' blob:; " +
	"object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

// answerPolicy is that of answers which are no pages: data, should a browser show them, load nothing.
const answerPolicy = "default-src 'none'; frame-ancestors 'none'"

// filePolicy is that of uploads: whatever they are, they run nothing and load nothing.
const filePolicy = "default-src 'none'; sandbox; frame-ancestors 'none'"

const permissions = "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()"

// fixed is a header that is made once: nothing changes its values in place.
type fixed struct {
	name   string
	values []string
}

// protected sets the headers that every answer has. Below /api there is no document, so that the headers which speak of documents alone
// are those of pages (OWASP REST Security Cheat Sheet, "Security Headers"), as is X-Frame-Options, whose say frame-ancestors has: the fewer there
// are, the less each answer costs.
func (s *Server) protected(next http.Handler) http.Handler {
	always := []fixed{
		{"X-Content-Type-Options", []string{"nosniff"}},
		{"Cross-Origin-Resource-Policy", []string{"same-origin"}},
		{"Cache-Control", []string{"no-store"}},
	}
	if s.options.Secure {
		always = append(always, fixed{"Strict-Transport-Security", []string{"max-age=31536000"}})
	}
	answers := append(slices.Clip(always), fixed{"Content-Security-Policy", []string{answerPolicy}})
	pages := append(slices.Clip(always), []fixed{
		{"Content-Security-Policy", []string{contentPolicy}},
		{"X-Frame-Options", []string{"DENY"}}, // for browsers that do not know frame-ancestors
		{"Referrer-Policy", []string{"same-origin"}},
		{"Permissions-Policy", []string{permissions}},
		{"Cross-Origin-Opener-Policy", []string{"same-origin"}},
	}...)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		set, h := pages, w.Header()
		if strings.HasPrefix(r.URL.Path, "/api/") {
			set = answers
		}
		for _, f := range set {
			h[f.name] = f.values
		}
		next.ServeHTTP(w, r)
	})
}

// addressed refuses requests for another host: a page elsewhere whose name was pointed at this machine (DNS rebinding) would have
// the same origin.
func (s *Server) addressed(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host, _, err := net.SplitHostPort(r.Host)
		if err != nil { // without a port
			host = strings.Trim(r.Host, "[]")
		}
		if hosts := s.options.Hosts; len(hosts) > 0 && !slices.Contains(hosts, strings.ToLower(host)) {
			writeProblem(w, visitOf(r.Context()), negotiation.NewError(codeMisdirected))
			return
		}
		next.ServeHTTP(w, r)
	})
}

// sameOrigin refuses unsafe requests that a browser sent from another origin.
func (s *Server) sameOrigin(next http.Handler) http.Handler {
	protection := http.NewCrossOriginProtection()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := protection.Check(r); err != nil {
			writeProblem(w, visitOf(r.Context()), negotiation.NewError(codeCrossOrigin).Because(err))
			return
		}
		next.ServeHTTP(w, r)
	})
}
