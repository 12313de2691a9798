package http

import (
	"maps"
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

// protected sets the headers that every answer has. They are made once: nothing changes a header's values in place.
func (s *Server) protected(next http.Handler) http.Handler {
	fixed := http.Header{
		"Content-Security-Policy":      {contentPolicy},
		"X-Content-Type-Options":       {"nosniff"},
		"X-Frame-Options":              {"DENY"},
		"Referrer-Policy":              {"same-origin"},
		"Permissions-Policy":           {permissions},
		"Cross-Origin-Opener-Policy":   {"same-origin"},
		"Cross-Origin-Resource-Policy": {"same-origin"},
		"Cache-Control":                {"no-store"},
	}
	if s.options.Secure {
		fixed.Set("Strict-Transport-Security", "max-age=31536000")
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		maps.Copy(w.Header(), fixed)
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
