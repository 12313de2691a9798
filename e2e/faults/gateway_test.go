package faults

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// gateway for short messages that counts what it took, by the id that a repetition would have, too.
type gateway struct {
	t      *testing.T
	server *httptest.Server
	mu     sync.Mutex
	took   map[string]int
}

func newGateway(t *testing.T) *gateway {
	g := &gateway{t: t, took: map[string]int{}}
	g.server = httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		g.mu.Lock()
		defer g.mu.Unlock()
		g.took[r.Header.Get("Idempotency-Key")]++
	}))
	t.Cleanup(g.server.Close)
	return g
}

// flags of a server that sends its messages here.
func (g *gateway) flags() []string {
	g.t.Helper()
	secret := filepath.Join(g.t.TempDir(), "sms.key")
	require.NoError(g.t, os.WriteFile(secret, []byte("sixteen bytes or more"), 0o600))
	return []string{"--sms", "webhook", "--sms-url", g.server.URL, "--sms-secret-file", secret}
}

// judge: each notice came once. Only a process that ends between sending and noting, or that has no database for longer than it has taken
// a notice for, sends one again.
func (g *gateway) judge() {
	g.t.Helper()
	g.mu.Lock()
	defer g.mu.Unlock()
	g.t.Logf("%d notices sent", len(g.took))
	require.NotEmpty(g.t, g.took)
	for id, n := range g.took {
		require.Equal(g.t, 1, n, "notice %s", id)
	}
}
