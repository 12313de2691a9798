package http

import (
	"bufio"
	"cmp"
	"context"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"hejie/server/app"
)

// visit is what a request knows of itself, and its context. Only the request's own goroutine touches it.
type visit struct {
	context.Context
	id       string
	addr     string      // network address of the client
	asked    http.Header // of the request
	route    string      // pattern, for the log and figures
	session  app.Session
	signedIn bool
	probe    bool  // a balancer asks, each second
	cause    error // of an answer 5xx, for the log
}

type visitKey struct{}

func visitOf(ctx context.Context) *visit {
	if v, ok := ctx.Value(visitKey{}).(*visit); ok {
		return v
	}
	return &visit{Context: ctx}
}

// Value makes the visit known to all that have its context.
func (v *visit) Value(key any) any {
	if key == (visitKey{}) {
		return v
	}
	return v.Context.Value(key)
}

// language of problems: zh, en.
func (v *visit) language() string { return preferred(v.asked.Get("Accept-Language")) }

// SessionOf gives the session that the request's cookie proved. It works in handlers that New was given, such as Options.Live.
func SessionOf(ctx context.Context) (app.Session, bool) {
	v := visitOf(ctx)
	return v.session, v.signedIn
}

// Routes that are not echo's: sockets, server-sent events, and what nothing answers to.
const (
	liveRoute   = "/api/live"
	streamRoute = "/api/events"
	unknown     = "unknown"
)

// begin gives each request its visit, an id and, whatever happens, an answer, and has it logged.
func (s *Server) begin(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := time.Now()
		both := &struct { // allocated at once
			visit
			answer
		}{visit{Context: r.Context(), id: requestID(), addr: s.proxies.client(r), asked: r.Header, route: unknown}, answer{ResponseWriter: w}}
		v, a := &both.visit, &both.answer
		a.Header()["X-Request-Id"] = []string{v.id}
		if s.options.Trace != nil && strings.HasPrefix(r.URL.Path, "/api/") {
			traced, end := s.options.Trace(app.WithRequest(r.Context(), v.id), v.id)
			v.Context = traced
			defer func() { end(r.Method, v.route, a.outcome(r.Context(), v.cause)) }()
		}
		defer func() {
			if v.route == unknown { // refused on the way to it
				v.route = s.routeOf(r)
			}
			if p := recover(); p != nil {
				if p == http.ErrAbortHandler { // net/http's own way to cut an answer
					panic(p)
				}
				s.log.ErrorContext(r.Context(), "panic", slog.Any("panic", p), slog.String("route", v.route), slog.String("request", v.id), slog.String("stack", string(debug.Stack())))
				if a.status == 0 {
					writeProblem(a, v, errInternal)
				}
			}
			s.logged(r, a, v, start, time.Since(start))
		}()
		next.ServeHTTP(a, r.WithContext(v))
	})
}

// slow is what a person waits for.
const slow = time.Second

// logged writes the line of a request and tells the figures. What only reads, is answered, and soon, is for --log-level debug: there is
// a hundred times as much of it as of all else, and the figures count it.
func (s *Server) logged(r *http.Request, a *answer, v *visit, start time.Time, took time.Duration) {
	level, status := slog.LevelInfo, a.outcome(r.Context(), v.cause)
	leaving := v.probe && s.stopping.Load()
	reads, lasts := r.Method == http.MethodGet || r.Method == http.MethodHead, v.route == streamRoute // as long as its page is looked at
	switch {
	case status >= 500 && !leaving: // else nothing failed
		level = slog.LevelError
	case v.probe && status < 500, reads && status < 400 && (took < slow || lasts):
		level = slog.LevelDebug
	}
	if s.log.Enabled(r.Context(), level) {
		line := slog.NewRecord(start.Add(took), level, "request", 0) // without the place in the code, which would be looked up each time
		line.AddAttrs(slog.String("method", r.Method), slog.String("route", v.route), slog.Int("status", status),
			slog.Duration("took", took), slog.Int64("bytes", a.bytes), slog.String("request", v.id))
		if v.signedIn {
			line.AddAttrs(slog.String("role", string(v.session.Actor.Role)))
		}
		if a.told() >= 500 {
			line.AddAttrs(slog.Any("error", v.cause))
		}
		_ = s.log.Handler().Handle(r.Context(), line) // as slog itself does: there is nobody to be told
	}
	if s.options.Observe != nil && (!lasts || status >= 400) {
		s.options.Observe(r.Method, v.route, status, took)
	}
}

// requestID tells requests apart and guards nothing: it need not be hard to guess.
func requestID() string {
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], rand.Uint64())
	var id [2 * len(b)]byte
	hex.Encode(id[:], b[:])
	return string(id[:])
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

// gaveUp is nginx's status of a request that its client did not wait for. No client ever gets it.
const gaveUp = 499

// outcome is the status for the log, figures and traces: what failed only since its client left is no failure of the server's.
func (a *answer) outcome(ctx context.Context, cause error) int {
	if ctx.Err() != nil && (a.status == http.StatusServiceUnavailable || a.status >= 500 && errors.Is(cause, context.Canceled)) {
		return gaveUp
	}
	return a.told()
}

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
