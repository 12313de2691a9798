package http

import (
	"bufio"
	"cmp"
	"context"
	"crypto/rand"
	"encoding/hex"
	"log/slog"
	"net"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"hejie/server/app"
)

// visit is what a request knows of itself. Only the request's own goroutine touches it.
type visit struct {
	id       string
	addr     string // network address of the client
	agent    string // User-Agent
	language string // zh, en: of problems
	route    string // pattern, for the log
	session  app.Session
	signedIn bool
	granted  bool  // the guard let the operation through
	probe    bool  // a balancer asks, each second
	cause    error // of an answer 5xx, for the log
}

type visitKey struct{}

func visitOf(ctx context.Context) *visit {
	if v, ok := ctx.Value(visitKey{}).(*visit); ok {
		return v
	}
	return &visit{language: "zh"}
}

// SessionOf gives the session that the request's cookie proved. It works in handlers that New was given, such as Options.Live.
func SessionOf(ctx context.Context) (app.Session, bool) {
	v := visitOf(ctx)
	return v.session, v.signedIn
}

func (v *visit) client() app.Client { return app.Client{Addr: v.addr, Agent: v.agent} }

// begin gives each request its visit, an id, a line in the log and, whatever happens, an answer.
func (s *Server) begin(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := time.Now()
		v := &visit{id: requestID(), addr: s.proxies.client(r), agent: r.UserAgent(), language: preferred(r.Header.Get("Accept-Language")), route: "unknown"}
		a := &answer{ResponseWriter: w}
		ctx := context.WithValue(r.Context(), visitKey{}, v)
		if s.options.Trace != nil && strings.HasPrefix(r.URL.Path, "/api/") {
			traced, end := s.options.Trace(app.WithRequest(ctx, v.id), v.id)
			ctx = traced
			defer func() { end(r.Method, v.route, a.told()) }()
		}
		r = r.WithContext(ctx)
		a.Header().Set("X-Request-Id", v.id)
		defer func() {
			if p := recover(); p != nil {
				if p == http.ErrAbortHandler { // net/http's own way to cut an answer
					panic(p)
				}
				s.log.ErrorContext(r.Context(), "panic", slog.Any("panic", p), slog.String("route", v.route), slog.String("request", v.id), slog.String("stack", string(debug.Stack())))
				if a.status == 0 {
					writeProblem(a, v, errInternal)
				}
			}
			s.logged(r, a, v, time.Since(start))
		}()
		next.ServeHTTP(a, r)
	})
}

func (s *Server) logged(r *http.Request, a *answer, v *visit, took time.Duration) {
	level, status := slog.LevelInfo, a.told()
	attrs := []slog.Attr{slog.String("method", r.Method), slog.String("route", v.route), slog.Int("status", status),
		slog.Duration("took", took), slog.Int64("bytes", a.bytes), slog.String("request", v.id)}
	if v.signedIn {
		attrs = append(attrs, slog.String("role", string(v.session.Actor.Role)))
	}
	if v.probe && status < 500 {
		level = slog.LevelDebug
	}
	if status >= 500 {
		went, leaving := r.Context().Err() != nil, v.probe && s.stopping.Load()
		if !went && !leaving { // else nothing failed
			level = slog.LevelError
		}
		attrs = append(attrs, slog.Any("error", v.cause))
	}
	s.log.LogAttrs(r.Context(), level, "request", attrs...)
	if s.options.Observe != nil {
		s.options.Observe(r.Method, v.route, status, took)
	}
}

func requestID() string {
	var b [8]byte
	rand.Read(b[:]) // never fails: crypto/rand ends the program instead
	return hex.EncodeToString(b[:])
}

// answer remembers what was answered.
type answer struct {
	http.ResponseWriter
	status int
	bytes  int64
}

func (a *answer) WriteHeader(status int) {
	if a.status == 0 && status >= 200 {
		a.status = status
	}
	a.ResponseWriter.WriteHeader(status)
}

// told is the status that the client got, or gets.
func (a *answer) told() int { return cmp.Or(a.status, http.StatusOK) }

func (a *answer) Write(b []byte) (int, error) {
	if a.status == 0 {
		a.status = http.StatusOK
	}
	n, err := a.ResponseWriter.Write(b)
	a.bytes += int64(n)
	return n, err
}

// Unwrap lets http.ResponseController reach the connection.
func (a *answer) Unwrap() http.ResponseWriter { return a.ResponseWriter }

// Flush lets answers that grow be sent as they do.
func (a *answer) Flush() {
	if f, ok := a.ResponseWriter.(http.Flusher); ok {
		f.Flush()
	}
}

// Hijack hands the connection over to a WebSocket.
func (a *answer) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	a.status = http.StatusSwitchingProtocols
	return http.NewResponseController(a.ResponseWriter).Hijack()
}
