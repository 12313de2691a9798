package http

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/stretchr/testify/require"
)

// TestLevelOfRequests: a failure is an error in the log, a visitor who went away is not, in the figures neither, nor that a replica which
// leaves says so. What only reads is not worth a line as long as it is quick, nor what a balancer asks each second.
func TestLevelOfRequests(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		method                       string
		status                       int
		gone, probe, leaving, stream bool
		took                         time.Duration
		cause                        error
		level                        string
	}{
		"read":                   {method: "GET", status: 200, level: "DEBUG"},
		"looked at":              {method: "HEAD", status: 304, level: "DEBUG"},
		"read slowly":            {method: "GET", status: 200, took: slow, level: "INFO"},
		"read on":                {method: "GET", status: 200, took: time.Hour, stream: true, level: "DEBUG"},
		"changed":                {method: "POST", status: 200, level: "INFO"},
		"removed":                {method: "DELETE", status: 204, level: "INFO"},
		"refused":                {method: "GET", status: 404, level: "INFO"},
		"failed":                 {method: "GET", status: 503, level: "ERROR"},
		"went away":              {method: "GET", status: 503, gone: true, level: "INFO"},
		"ready":                  {method: "GET", status: 204, probe: true, took: slow, level: "DEBUG"},
		"not ready":              {method: "GET", status: 503, probe: true, level: "ERROR"},
		"probe went away":        {method: "GET", status: 503, probe: true, gone: true, level: "DEBUG"},
		"cut off":                {method: "GET", status: 500, gone: true, cause: context.Canceled, level: "INFO"},
		"panicked as one left":   {method: "GET", status: 500, gone: true, level: "ERROR"},
		"leaves":                 {method: "GET", status: 503, probe: true, leaving: true, level: "INFO"},
		"failed while it leaves": {method: "GET", status: 503, leaving: true, level: "ERROR"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var log bytes.Buffer
				s := &Server{log: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))}
				var counted, traced int
				s.options.Observe = func(_, _ string, status int, _ time.Duration) { counted = status }
				s.options.Trace = func(ctx context.Context, _ string) (context.Context, func(string, string, int)) {
					return ctx, func(_, _ string, status int) { traced = status }
				}
				s.stopping.Store(c.leaving)
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				s.begin(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					v := visitOf(r.Context())
					v.probe, v.route, v.cause = c.probe, "/", c.cause
					if c.stream {
						v.route = streamRoute
					}
					if c.gone {
						cancel()
					}
					w.WriteHeader(c.status)
					<-time.After(c.took)
				})).ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(ctx, c.method, "/api/x", nil))
				require.Contains(t, log.String(), "level="+c.level)
				status := c.status
				if c.gone && c.level != "ERROR" {
					status = gaveUp
				}
				require.Equal(t, status, traced)
				if !c.stream {
					require.Equal(t, status, counted)
				}
			})
		})
	}
}

// TestLineOfARequest: each line tells of its own request.
func TestLineOfARequest(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	s := &Server{log: slog.New(slog.NewJSONHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))}
	h := s.begin(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		v := visitOf(r.Context())
		v.route, v.signedIn, v.session.Actor.Role = r.URL.Path, r.URL.Path == "/b", "officer"
		if r.URL.Path == "/c" {
			w.WriteHeader(http.StatusNotFound)
		}
		_, err := w.Write([]byte(r.URL.Path))
		require.NoError(t, err)
	}))
	ids := map[any]bool{}
	for _, c := range []struct {
		method, path string
		status       float64
	}{{"GET", "/a", 200}, {"GET", "/b", 200}, {"GET", "/a", 200}, {"POST", "/a", 200}, {"GET", "/c", 404}, {"GET", "/b", 200}} {
		h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(t.Context(), c.method, c.path, nil))
		var line map[string]any
		require.NoError(t, json.NewDecoder(&log).Decode(&line))
		require.Equal(t, "request", line["msg"])
		require.Equal(t, []any{c.method, c.path, c.status, 2.0}, []any{line["method"], line["route"], line["status"], line["bytes"]})
		require.Equal(t, c.path == "/b", line["role"] == "officer")
		require.Contains(t, line, "took")
		ids[line["request"]] = true
	}
	require.Len(t, ids, 6)
}

// TestNoWayAroundTheGuards: an operation that was registered without a guard lets nobody through.
func TestNoWayAroundTheGuards(t *testing.T) {
	t.Parallel()
	e := echo.New()
	e.HTTPErrorHandler = (&Server{log: slog.New(slog.DiscardHandler)}).failed
	reached := func(echo.Context) error { t.Error("reached"); return nil }
	g := guarded{e}
	for method, register := range map[string]func(string, echo.HandlerFunc, ...echo.MiddlewareFunc) *echo.Route{
		"GET": g.GET, "POST": g.POST, "PUT": g.PUT, "PATCH": g.PATCH, "DELETE": g.DELETE,
	} {
		register("/x", reached)
		w := httptest.NewRecorder()
		e.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), method, "/x", nil))
		require.Equal(t, http.StatusForbidden, w.Code)
	}
}
