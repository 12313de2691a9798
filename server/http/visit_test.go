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

// TestLevelOfRequests: a failure is an error in the log, a visitor who went away is not.
func TestLevelOfRequests(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		status int
		gone   bool
		level  string
	}{"fine": {200, false, "INFO"}, "failed": {503, false, "ERROR"}, "went away": {503, true, "INFO"}, "refused": {404, false, "INFO"}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var log bytes.Buffer
			s := &Server{log: slog.New(slog.NewTextHandler(&log, nil))}
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			s.begin(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				if c.gone {
					cancel()
				}
				w.WriteHeader(c.status)
			})).ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(ctx, http.MethodGet, "/", nil))
			require.Contains(t, log.String(), "level="+c.level)
		})
	}
}
