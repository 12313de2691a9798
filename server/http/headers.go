package http

import (
	"net"
	"net/http"
	"slices"
	"strings"

	"hejie/negotiation"
)

// policy of content for pages and answers. Scripts, styles and connections only of this origin, which 'self' also means for ws:
// and wss:; pictures also of blob: for previews of uploads.
const contentPolicy = "default-src 'self'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' blob:; " +
	"object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

// filePolicy is that of uploads: whatever they are, they run nothing and load nothing.
const filePolicy = "default-src 'none'; sandbox"

const permissions = "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()"

// protected sets the headers that every answer has.
func (s *Server) protected(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", contentPolicy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Permissions-Policy", permissions)
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Cache-Control", "no-store")
		if s.options.Secure {
			h.Set("Strict-Transport-Security", "max-age=31536000")
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
