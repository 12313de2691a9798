package http

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestLevelOfRequests: a failure is an error in the log, a visitor who went away is not, nor that a replica which leaves says so; what a
// balancer asks each second is not worth a line.
func TestLevelOfRequests(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		status  int
		gone    bool
		probe   bool
		leaving bool
		level   string
	}{"fine": {200, false, false, false, "INFO"}, "failed": {503, false, false, false, "ERROR"}, "went away": {503, true, false, false, "INFO"}, "refused": {404, false, false, false, "INFO"},
		"ready": {204, false, true, false, "DEBUG"}, "not ready": {503, false, true, false, "ERROR"}, "leaves": {503, false, true, true, "INFO"}, "failed while it leaves": {503, false, false, true, "ERROR"}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var log bytes.Buffer
			s := &Server{log: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))}
			s.stopping.Store(c.leaving)
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			s.begin(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				visitOf(r.Context()).probe = c.probe
				if c.gone {
					cancel()
				}
				w.WriteHeader(c.status)
			})).ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(ctx, http.MethodGet, "/", nil))
			require.Contains(t, log.String(), "level="+c.level)
		})
	}
}
