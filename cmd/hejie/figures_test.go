package main

import (
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func text(t *testing.T, r *running, address string) string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	require.NoError(t, err)
	answer, err := r.client.Do(req)
	require.NoError(t, err)
	defer answer.Body.Close()
	b, err := io.ReadAll(answer.Body)
	require.NoError(t, err)
	return string(b)
}

// figure reads one series from the text that Prometheus gets.
func figure(t *testing.T, r *running, series string) string {
	t.Helper()
	_, address, ok := strings.Cut(r.screen.String(), "figures on ")
	require.True(t, ok, r.screen.String())
	address, _, _ = strings.Cut(address, "\n")
	all := text(t, r, address)
	for line := range strings.Lines(all) {
		if value, ok := strings.CutPrefix(line, series+" "); ok {
			return strings.TrimSpace(value)
		}
	}
	require.Fail(t, "no such series", "%s\n%s", series, all)
	return ""
}

func TestFigures(t *testing.T) {
	t.Parallel()
	data := filepath.Join(t.TempDir(), "data")
	r := start(t, func(to console) (*Program, error) {
		return newProgram(t.Context(), Config{Listen: "127.0.0.1:0", Metrics: "127.0.0.1:0", SMS: "none"}, folder{path: data}, nil, to, quiet().logger(to))
	})
	for range 2 {
		require.Equal(t, http.StatusOK, r.call(t, http.MethodGet, "/api/meta", nil, nil))
	}
	require.Equal(t, "2", figure(t, r, `hejie_request_seconds_count{method="GET",route="/api/meta",status="200"}`))
	require.Equal(t, "0", figure(t, r, "hejie_sockets"))
	require.Equal(t, "0", figure(t, r, "hejie_due_backlog"))
	require.Equal(t, "0", figure(t, r, "hejie_outbox_waiting"))
	require.Equal(t, "1", figure(t, r, "hejie_evidence_up"))
	require.NotEqual(t, "0", figure(t, r, "hejie_commit_jobs_count"))
	require.NotContains(t, text(t, r, r.URL()+"/metrics"), "hejie_", "not for the public")

	_, taken, _ := strings.Cut(r.screen.String(), "figures on http://")
	taken, _, _ = strings.Cut(taken, "/")
	_, err := newProgram(t.Context(), Config{Listen: "127.0.0.1:0", Metrics: taken, SMS: "none"}, folder{path: t.TempDir()}, nil, console{nil, io.Discard, io.Discard}, quiet().logger(console{err: io.Discard}))
	require.ErrorContains(t, err, "--metrics")
}
