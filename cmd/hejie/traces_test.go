package main

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/gorilla/websocket"
	"github.com/stretchr/testify/require"

	"hejie/negotiation"
	"hejie/server/live"
)

// A collector gets the request and what it did at the door under the id that the log and the answer's header have; a command that comes
// through a socket is under the id of its upgrade.
func TestTracesNameTheRequest(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var got bytes.Buffer
	collector := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, q *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		_, err := io.Copy(&got, q.Body)
		require.NoError(t, err)
	}))
	defer collector.Close()
	r := start(t, func(to console) (*Program, error) {
		return newProgram(t.Context(), Config{Listen: "127.0.0.1:0", SMS: "demo", Traces: collector.URL}, folder{path: filepath.Join(t.TempDir(), demoName)},
			&demoOptions{}, to, Common{LogLevel: "debug", LogFormat: "json"}.logger(to))
	})
	r.enter(t, "zhou")
	var mine struct {
		Rows []struct{ Case, Phase string } `json:"rows"`
	}
	require.Equal(t, http.StatusOK, r.call(t, http.MethodGet, "/api/cases", nil, &mine))
	i := slices.IndexFunc(mine.Rows, func(r struct{ Case, Phase string }) bool { return r.Phase == string(negotiation.PhaseNegotiating) })
	require.GreaterOrEqual(t, i, 0)
	room := mine.Rows[i].Case
	const say = `{"type":"post_message","text":"在吗"}`

	q, err := http.NewRequestWithContext(t.Context(), http.MethodPost, r.URL()+"/api/cases/"+room+"/commands", strings.NewReader(fmt.Sprintf(`{"id":"%s","do":%s}`, uuid.NewString(), say)))
	require.NoError(t, err)
	q.Header.Set("Content-Type", "application/json")
	answer, err := r.client.Do(q)
	require.NoError(t, err)
	require.NoError(t, answer.Body.Close())
	require.Equal(t, http.StatusOK, answer.StatusCode)
	byHTTP := answer.Header.Get("X-Request-Id")

	dialer := websocket.Dialer{Jar: r.client.Jar, Subprotocols: []string{live.Protocol}}
	socket, upgrade, err := dialer.DialContext(t.Context(), "ws"+strings.TrimPrefix(r.URL(), "http")+"/api/live", nil)
	require.NoError(t, err)
	require.NoError(t, upgrade.Body.Close())
	require.NoError(t, socket.WriteMessage(websocket.TextMessage, fmt.Appendf(nil, `{"id":"%s","case":"%s","do":%s}`, uuid.NewString(), room, say)))
	await(t, socket, `"ack"`)
	require.NoError(t, socket.Close())
	bySocket := upgrade.Header.Get("X-Request-Id")

	require.NoError(t, r.end())
	mu.Lock()
	defer mu.Unlock()
	for _, id := range []string{byHTTP, bySocket} {
		require.NotEmpty(t, id)
		require.Equal(t, 2, bytes.Count(got.Bytes(), []byte(id)), "the request's span and the walk's")
		require.Contains(t, r.screen.String(), fmt.Sprintf(`"request":"%s"`, id))
	}
	require.Contains(t, got.String(), "POST /api/cases/:id/commands")
	require.Contains(t, got.String(), "GET /api/live")
	require.NotContains(t, got.String(), "在吗")
}
