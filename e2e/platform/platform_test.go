package platform

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// opened is a platform with a room, whose replicas all run.
func opened(t *testing.T, o Options) *Platform {
	t.Helper()
	p, err := New(o)
	t.Cleanup(func() { require.NoError(t, p.Close()) })
	require.NoError(t, err)
	_, _, err = p.Rooms(t.Context(), 1)
	require.NoError(t, err)
	for i := range p.Replicas {
		require.NoError(t, p.Start(i))
		require.NoError(t, p.Ready(t.Context(), i))
	}
	return p
}

// ready is the status of a replica's /readyz.
func (r *Replica) ready(t *testing.T) int {
	t.Helper()
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: Patience}
	a, err := client.Get(r.URL + "/readyz")
	if err != nil {
		return 0
	}
	require.NoError(t, a.Body.Close())
	return a.StatusCode
}

func TestReplicas(t *testing.T) {
	t.Parallel()
	p := opened(t, Options{Replicas: 2})
	one, other := p.Replicas[0], p.Replicas[1]
	is := func(r *Replica, status int) {
		t.Helper()
		require.Eventually(t, func() bool { return r.ready(t) == status }, 2*Patience, 5*time.Millisecond)
	}
	is(one, http.StatusNoContent)
	is(other, http.StatusNoContent)

	require.NoError(t, p.Kill(0))
	require.Zero(t, one.ready(t))
	is(other, http.StatusNoContent)
	require.NoError(t, p.Start(0))
	is(one, http.StatusNoContent)

	one.Bus.Cut()
	is(one, http.StatusOK) // degraded
	is(other, http.StatusNoContent)
	one.Bus.Heal()
	is(one, http.StatusNoContent)
	require.NoError(t, p.NATS.Kill())
	is(other, http.StatusOK)
	require.NoError(t, p.NATS.Start())
	is(other, http.StatusNoContent)

	one.Database.Cut()
	is(one, http.StatusServiceUnavailable)
	is(other, http.StatusNoContent)
	one.Database.Heal()
	is(one, http.StatusNoContent)
	require.NoError(t, p.Postgres.Crash())
	is(other, http.StatusServiceUnavailable)
	require.NoError(t, p.Postgres.Start())
	is(other, http.StatusNoContent)
	is(one, http.StatusNoContent)

	for i := range p.Replicas {
		require.NoError(t, p.Stop(i))
	}
	out, err := p.Command("verify")
	require.NoError(t, err)
	require.Contains(t, out, "1 case, ")
}

func TestOneServerOverItsFile(t *testing.T) {
	t.Parallel()
	p := opened(t, Options{})
	require.NoError(t, p.Kill(0))
	require.NoError(t, p.Start(0))
	require.NoError(t, p.Stop(0))
	require.Empty(t, p.Replicas[0].Complaint())
	out, err := p.Command("verify")
	require.NoError(t, err)
	require.Contains(t, out, "1 case, ")
}

func TestAReplicaThatEndsSaysWhy(t *testing.T) {
	t.Parallel()
	p, err := New(Options{Flags: []string{"--limits", "nowhere.json"}})
	t.Cleanup(func() { require.NoError(t, p.Close()) })
	require.NoError(t, err)
	require.NoError(t, p.Launch(0))
	err = p.Ready(t.Context(), 0)
	require.ErrorContains(t, err, "ended before it was ready")
	why, _, _ := strings.Cut(err.Error(), "\n")
	require.Contains(t, why, "nowhere.json", "in the first line, which is all that a table shows")
}

// What a test goes by is no setting of the program, which refuses those that it does not know: a soak's backup ended so.
func TestToolsAreGivenNoSettings(t *testing.T) {
	t.Setenv("HEJIE_SEED", "1")
	require.NoError(t, Tool(t.TempDir(), "sh", "-c", `test -n "$PATH" && test -z "$HEJIE_SEED"`))
}
