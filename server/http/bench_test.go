package http_test

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	web "hejie/server/http"
)

// nowhere takes an answer and keeps nothing of it but its status.
type nowhere struct {
	header http.Header
	status int
}

func (n *nowhere) Header() http.Header         { return n.header }
func (n *nowhere) Write(b []byte) (int, error) { return len(b), nil }
func (n *nowhere) WriteHeader(status int)      { n.status = status }

// BenchmarkGet is a light answer with all that is around it, without net/http's own part.
func BenchmarkGet(b *testing.B) {
	w := newWorld(b, func(o *web.Options) {
		o.Rates.Requests = web.AddressRate{PerSecond: 1e9, Burst: 1e9}
		o.Logger = slog.New(slog.NewJSONHandler(io.Discard, nil))
		o.Hosts = []string{"localhost", "127.0.0.1"}
	}).people()
	for name, who := range map[string]string{"public": "", "session": "wang"} {
		b.Run(name, func(b *testing.B) {
			r := httptest.NewRequestWithContext(b.Context(), http.MethodGet, "http://127.0.0.1:8080/api/regions?parent=430000", nil)
			r.Header.Set("Accept", "application/json")
			if c := w.cookies[who]; c != nil {
				r.AddCookie(c)
			}
			b.ReportAllocs()
			for b.Loop() {
				n := &nowhere{header: make(http.Header)}
				w.handler.ServeHTTP(n, r)
				if n.status != http.StatusOK {
					require.Equal(b, http.StatusOK, n.status)
				}
			}
		})
	}
}
