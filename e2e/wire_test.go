package e2e

import (
	"testing"

	"github.com/stretchr/testify/require"

	"hejie/e2e/client"
	"hejie/negotiation"
)

// wire is a socket that lives as long as the test.
func (s *server) wire(token string) *client.Wire {
	s.t.Helper()
	w, err := client.Dial(s.url, token)
	require.NoError(s.t, err)
	s.t.Cleanup(w.Close)
	return w
}

// heard of a channel so far.
func heard(w *client.Wire, name string) []client.Event {
	c, _ := w.Heard(name)
	return c.Events
}

// do sends a command under a new id and gives the answer.
func do(t *testing.T, w *client.Wire, caseID string, cmd negotiation.Command) client.Frame {
	t.Helper()
	f, err := w.Do(t.Context(), caseID, cmd)
	require.NoError(t, err)
	return f
}

// closed waits for the end of the socket and gives the code that the server closed it with; 0 for a cut.
func closed(t *testing.T, w *client.Wire) int {
	t.Helper()
	code, err := w.Ended(t.Context())
	require.NoError(t, err)
	return code
}
