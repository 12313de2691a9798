package figures

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hejie/negotiation"
	"hejie/server/app"
)

func read(f *Figures) string {
	w := httptest.NewRecorder()
	f.Handler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	return w.Body.String()
}

// answering is a log that says one thing.
type answering struct {
	app.Log
	err error
}

func (a answering) Change(context.Context, app.Change) (app.Receipt, error) {
	return app.Receipt{}, a.err
}

func (a answering) Ask(_ context.Context, _ app.Change, told func(app.Receipt, error)) bool {
	told(app.Receipt{}, a.err)
	return true
}

func TestFigures(t *testing.T) {
	t.Parallel()
	var failing error
	var logged bytes.Buffer
	s := Sources{
		Version: "v1", Sockets: func() int { return 7 }, Rooms: func() int { return 3 }, Due: func() (int, int, int) { return 2, 1, 9 },
		Late:     func(context.Context) (time.Duration, error) { return 1500 * time.Millisecond, failing },
		Outbox:   func(context.Context) (int, time.Duration, error) { return 4, time.Minute, failing },
		Evidence: func(context.Context) error { return failing },
		Bus:      func() bool { return true },
		Logger:   slog.New(slog.NewTextHandler(&logged, nil)),
	}
	f := New(s)
	f.Request("GET", "/api/cases/:id", 200, 3*time.Millisecond)
	f.Request("BREW", "unknown", 404, time.Millisecond)
	f.Commit(12, time.Millisecond)
	f.Delivered(time.Millisecond)
	for _, err := range []error{nil, negotiation.NewError(negotiation.CodeUnavailable), negotiation.NewError(negotiation.CodeUnavailable)} {
		_, got := f.Changes(answering{err: err}).Change(t.Context(), app.Change{})
		require.Equal(t, err, got)
		require.True(t, f.Changes(answering{err: err}).Ask(t.Context(), app.Change{}, func(_ app.Receipt, e error) { got = e }))
		require.Equal(t, err, got)
	}
	text := read(f)
	for _, line := range []string{
		`hejie_build_info{version="v1"} 1`, "hejie_sockets 7", "hejie_rooms 3", "hejie_due_backlog 2", "hejie_due_resting 1", "hejie_due_failed_total 9", "hejie_due_lag_seconds 1.5",
		`hejie_changes_total{result="done"} 2`, `hejie_changes_total{result="unavailable"} 4`, `hejie_changes_total{result="internal"} 0`,
		"hejie_bus_up 1", "hejie_evidence_up 1", "hejie_outbox_waiting 4", "hejie_outbox_age_seconds 60", "hejie_commit_jobs_sum 12", "hejie_commit_seconds_count 1", "hejie_delivery_seconds_count 1",
		`hejie_request_seconds_bucket{method="GET",route="/api/cases/:id",status="200",le="0.005"} 1`,
		`hejie_request_seconds_count{method="other",route="unknown",status="404"} 1`,
	} {
		require.Contains(t, text, line+"\n")
	}

	// What cannot be read is absent, never 0.
	failing = errors.New("away")
	require.NotContains(t, read(f), "hejie_outbox_waiting")
	require.NotContains(t, read(f), "hejie_due_lag_seconds")
	require.Contains(t, read(f), "hejie_sockets 7")
	require.Contains(t, read(f), "hejie_evidence_up 0\n")
	require.Contains(t, logged.String(), "unavailable: away", "said so, it is a line in half a minute and not at each scrape")
	s.Bus = nil
	require.NotContains(t, read(New(s)), "hejie_bus_up", "there is none to be away")
}

// The dashboard and the alerts ask for series that there are.
func TestDashboardAndAlerts(t *testing.T) {
	t.Parallel()
	f := New(Sources{
		Version: "v1", Sockets: func() int { return 0 }, Rooms: func() int { return 0 }, Due: func() (int, int, int) { return 0, 0, 0 },
		Late:   func(context.Context) (time.Duration, error) { return 0, nil },
		Outbox: func(context.Context) (int, time.Duration, error) { return 0, 0, nil }, Evidence: func(context.Context) error { return nil }, Bus: func() bool { return false }, Logger: slog.New(slog.DiscardHandler),
	})
	f.Request("GET", "/healthz", 204, 0)
	known := read(f)
	for _, file := range []string{"grafana.json", "alerts.yaml"} {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		names := regexp.MustCompile(`\b(hejie|go|process)_[a-z_]+`).FindAllString(string(text), -1)
		require.Greater(t, len(names), 5)
		for _, name := range names {
			require.Regexp(t, `(?m)^`+name+`[{ ]`, known, "%s asks for %s", file, name)
		}
	}
}

// Whoever is woken by an alert finds it where failures are described, and no other is promised there.
func TestAlertsAreDescribed(t *testing.T) {
	t.Parallel()
	names := func(file, pattern string) (found []string) {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		for _, m := range regexp.MustCompile(pattern).FindAllStringSubmatch(string(text), -1) {
			found = append(found, m[1])
		}
		slices.Sort(found)
		return slices.Compact(found)
	}
	require.Equal(t, names("alerts.yaml", `alert: (\w+)`), names("../OPERATIONS.md", "`(Hejie[A-Z]\\w+)`"))
}

// A moment's failures are in a rate for as long as its window: a rule over one waits longer, else each restart of the database wakes
// somebody minutes after it was well again.
func TestAlertsOutlastAMoment(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("alerts.yaml")
	require.NoError(t, err)
	rules := regexp.MustCompile(`(?s)alert: (\w+).*?expr: ([^\n]+)\n +for: (\w+)`).FindAllStringSubmatch(string(text), -1)
	require.Greater(t, len(rules), 10)
	failures := 0
	for _, rule := range rules {
		if window := regexp.MustCompile(`=~[^)]*\[(\w+)\]`).FindStringSubmatch(rule[2]); window != nil {
			failures++
			over, err := time.ParseDuration(window[1])
			require.NoError(t, err)
			wait, err := time.ParseDuration(rule[3])
			require.NoError(t, err)
			require.Greater(t, wait, over, rule[1])
		}
	}
	require.Equal(t, 2, failures)
}
