package figures

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"hejie/negotiation"
	"hejie/server/app"
)

// log runs the decision so many times and answers as it is told.
type log struct {
	app.Log
	tries int
	err   error
}

func (l log) Change(_ context.Context, ch app.Change) (app.Receipt, error) {
	for range l.tries {
		ch.Decide(&negotiation.Case{}, nil)
	}
	return app.Receipt{Case: ch.Case}, l.err
}

func (l log) Ask(ctx context.Context, ch app.Change, told func(app.Receipt, error)) bool {
	if ch.Case == "" {
		return false
	}
	told(l.Change(ctx, ch))
	return true
}

func decide(*negotiation.Case, app.Look) app.Decision {
	return app.Decision{Events: []negotiation.Event{{Fact: negotiation.MessagePosted{}}}, After: &negotiation.Case{Phase: negotiation.PhaseNegotiating}}
}

func TestTraces(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		log    log
		status codes.Code
		want   []attribute.KeyValue
	}{
		"taken":    {log{tries: 1}, codes.Unset, []attribute.KeyValue{attribute.Int("hejie.decisions", 1), attribute.String("hejie.case", "c")}},
		"conflict": {log{tries: 2}, codes.Unset, []attribute.KeyValue{attribute.Int("hejie.decisions", 2)}},
		"refused":  {log{tries: 1, err: negotiation.NewError(negotiation.CodeNotAllowed)}, codes.Unset, []attribute.KeyValue{attribute.String("hejie.refused", negotiation.CodeNotAllowed)}},
		"away":     {log{err: negotiation.NewError(negotiation.CodeUnavailable)}, codes.Error, []attribute.KeyValue{attribute.Int("hejie.decisions", 0)}},
		"broken":   {log{err: errors.New("13800138000 said no")}, codes.Error, nil},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			out := tracetest.NewInMemoryExporter()
			tr := newTraces(tc.log, "v1", trace.WithSyncer(out))
			_, err := tr.Change(t.Context(), app.Change{Case: "c", Decide: decide})
			require.Equal(t, tc.log.err, err)
			require.True(t, tr.Ask(t.Context(), app.Change{Case: "c", Decide: decide}, func(_ app.Receipt, e error) { err = e }))
			require.Equal(t, tc.log.err, err)
			require.False(t, tr.Ask(t.Context(), app.Change{Decide: decide}, nil))
			spans := out.GetSpans()
			require.Len(t, spans, 2, "none of what was not asked")
			for _, s := range spans {
				require.Equal(t, "change", s.Name)
				require.Equal(t, tc.status, s.Status.Code)
				require.Subset(t, s.Attributes, tc.want)
				require.Len(t, s.Events, tc.log.tries)
				require.NotContains(t, s.Status.Description, "138", "errors may quote what people said")
			}
			require.NoError(t, tr.Close(t.Context()))
		})
	}
}

// A real collector gets them when the program ends; one that is away is a line in the log.
func TestTracesAreSent(t *testing.T) {
	t.Parallel()
	got := make(chan []byte, 1)
	collector := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		got <- b
		w.Header().Set("Content-Type", "application/x-protobuf")
	}))
	var logged bytes.Buffer
	logger := slog.New(slog.NewTextHandler(&logged, nil))
	tr, err := NewTraces(t.Context(), collector.URL, "v1", log{tries: 1}, logger)
	require.NoError(t, err)
	_, err = tr.Change(t.Context(), app.Change{Case: "the case", Decide: decide})
	require.NoError(t, err)
	require.NoError(t, tr.Close(t.Context()))
	require.Contains(t, string(<-got), "the case")
	collector.Close()
	require.Empty(t, logged.String())

	tr, err = NewTraces(t.Context(), collector.URL, "v1", log{tries: 1}, logger)
	require.NoError(t, err)
	_, err = tr.Change(t.Context(), app.Change{Case: "the case", Decide: decide})
	require.NoError(t, err)
	soon, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	_ = tr.Close(soon) // it may have given up before, or not
	require.Contains(t, logged.String(), "traces not sent")
}

// Collectors take traces below their address, as they all do, unless another place is named.
func TestTracesGoWhereCollectorsTakeThem(t *testing.T) {
	t.Parallel()
	at := make(chan string, 1)
	collector := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { at <- r.URL.Path }))
	defer collector.Close()
	for given, want := range map[string]string{"": "/v1/traces", "/": "/v1/traces", "/tenant/v1/traces": "/tenant/v1/traces"} {
		tr, err := NewTraces(t.Context(), collector.URL+given, "v1", log{tries: 1}, slog.New(slog.DiscardHandler))
		require.NoError(t, err)
		_, err = tr.Change(t.Context(), app.Change{Case: "c", Decide: decide})
		require.NoError(t, err)
		require.NoError(t, tr.Close(t.Context()))
		require.Equal(t, want, <-at)
	}
}
