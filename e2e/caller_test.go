package e2e

import (
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"hejie/e2e/client"
	"hejie/negotiation"
)

// caller speaks with a server by HTTP, as one account or as nobody.
type caller struct {
	*client.Caller
	t *testing.T
	s *server
}

// nobody has no session.
func (s *server) nobody() *caller { return s.as("") }

// as is who holds the session.
func (s *server) as(token string) *caller {
	c := client.NewCaller(s.url, token)
	s.t.Cleanup(c.Close)
	return &caller{c, s.t, s}
}

// enter the demo as one of its people.
func (s *server) enter(person string) *caller {
	s.t.Helper()
	c := s.nobody()
	a := c.do(http.MethodPost, "/api/demo/enter", map[string]string{"person": person})
	require.Equal(s.t, http.StatusOK, a.Status, a)
	for _, cookie := range a.Header["Set-Cookie"] {
		if parsed, err := http.ParseSetCookie(cookie); err == nil && parsed.Name == "hejie" {
			c.Token = parsed.Value
		}
	}
	require.NotEmpty(s.t, c.Token, "no session")
	return c
}

// do sends a request with a JSON body, nil for none.
func (c *caller) do(method, path string, body any) client.Answer {
	c.t.Helper()
	a, err := c.Try(method, path, body)
	require.NoError(c.t, err)
	return a
}

// get reads an answer of the contract.
func get[T any](c *caller, path string) (v T) {
	c.t.Helper()
	a := c.do(http.MethodGet, path, nil)
	require.Equal(c.t, http.StatusOK, a.Status, "%s: %s", path, a)
	require.NoError(c.t, json.Unmarshal(a.Body, &v))
	return v
}

// caseView is what tests look at of a case.
type caseView struct {
	Case  *negotiation.Case
	May   []string
	Texts struct {
		Facts  string
		Offers []struct {
			Offer int
			Items []string
		}
	}
	Positions map[string]string
}

func (c *caller) look(caseID string) caseView {
	c.t.Helper()
	return get[caseView](c, "/api/cases/"+caseID)
}

// tell sends a command under a new id; it must be taken.
func (c *caller) tell(caseID string, cmd negotiation.Command) {
	c.t.Helper()
	a := c.command(caseID, uuid.NewString(), cmd)
	require.Equal(c.t, http.StatusOK, a.Status, "%s: %s", cmd.Kind(), a)
}

func (c *caller) command(caseID, id string, cmd negotiation.Command) client.Answer {
	c.t.Helper()
	return c.do(http.MethodPost, "/api/cases/"+caseID+"/commands", client.Wish(id, cmd))
}

// file opens a case and gives its id.
func (c *caller) file(cmd negotiation.FileCase) string {
	c.t.Helper()
	a := c.do(http.MethodPost, "/api/cases", client.Filing(uuid.NewString(), cmd))
	require.Equal(c.t, http.StatusCreated, a.Status, a)
	var made struct{ Case string }
	require.NoError(c.t, json.Unmarshal(a.Body, &made))
	return made.Case
}

// advance business time of the demo to the case's next deadline, and give which one that was.
func (c *caller) advance(caseID string) string {
	c.t.Helper()
	a := c.do(http.MethodPost, "/api/demo/advance", map[string]string{"case": caseID})
	require.Equal(c.t, http.StatusOK, a.Status, a)
	var passed struct {
		Now      time.Time
		Deadline string
	}
	require.NoError(c.t, json.Unmarshal(a.Body, &passed))
	return passed.Deadline
}

// advanceTo the deadline with that key, over those before it.
func (c *caller) advanceTo(caseID, key string) {
	c.t.Helper()
	for range 20 {
		if c.advance(caseID) == key {
			return
		}
	}
	require.Fail(c.t, "no such deadline in sight", key)
}
