package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"hejie/negotiation"
)

// caller speaks with a server by HTTP, as one account or as nobody.
type caller struct {
	t     *testing.T
	s     *server
	http  *http.Client
	token string // of the session; "": nobody
}

// nobody has no session.
func (s *server) nobody() *caller {
	c := &http.Client{Transport: &http.Transport{}, Timeout: patience}
	s.t.Cleanup(c.CloseIdleConnections)
	return &caller{t: s.t, s: s, http: c}
}

// as is who holds the session.
func (s *server) as(token string) *caller {
	c := s.nobody()
	c.token = token
	return c
}

// enter the demo as one of its people.
func (s *server) enter(person string) *caller {
	s.t.Helper()
	c := s.nobody()
	a := c.do(http.MethodPost, "/api/demo/enter", map[string]string{"person": person})
	require.Equal(s.t, http.StatusOK, a.status, a)
	for _, cookie := range a.header["Set-Cookie"] {
		if parsed, err := http.ParseSetCookie(cookie); err == nil && parsed.Name == "hejie" {
			c.token = parsed.Value
		}
	}
	require.NotEmpty(s.t, c.token, "no session")
	return c
}

// answer of the server.
type answer struct {
	status int
	header http.Header
	body   []byte
}

func (a answer) String() string { return fmt.Sprintf("%d %s", a.status, a.body) }

// problem in the answer: its status and code.
func (a answer) problem() string {
	var p struct{ Code string }
	if err := json.Unmarshal(a.body, &p); err != nil {
		return fmt.Sprintf("%d (no problem: %v)", a.status, err)
	}
	return fmt.Sprintf("%d %s", a.status, p.Code)
}

// do sends a request with a JSON body, nil for none.
func (c *caller) do(method, path string, body any) answer {
	c.t.Helper()
	a, err := c.try(method, path, body)
	require.NoError(c.t, err)
	return a
}

// try is do for a server that may be gone.
func (c *caller) try(method, path string, body any) (answer, error) {
	var in io.Reader
	if body != nil {
		b, err := json.Marshal(body)
		if err != nil {
			return answer{}, err
		}
		in = bytes.NewReader(b)
	}
	return c.send(method, path, "application/json", in)
}

func (c *caller) send(method, path, kind string, body io.Reader) (answer, error) {
	r, err := http.NewRequest(method, c.s.url+path, body)
	if err != nil {
		return answer{}, err
	}
	if body != nil {
		r.Header.Set("Content-Type", kind)
	}
	if c.token != "" {
		r.AddCookie(&http.Cookie{Name: "hejie", Value: c.token})
	}
	resp, err := c.http.Do(r)
	if err != nil {
		return answer{}, err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	return answer{resp.StatusCode, resp.Header, b}, err
}

// get reads an answer of the contract.
func get[T any](c *caller, path string) (v T) {
	c.t.Helper()
	a := c.do(http.MethodGet, path, nil)
	require.Equal(c.t, http.StatusOK, a.status, "%s: %s", path, a)
	require.NoError(c.t, json.Unmarshal(a.body, &v))
	return v
}

// caseView is what tests look at of a case.
type caseView struct {
	Case  negotiation.Case
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
	require.Equal(c.t, http.StatusOK, a.status, "%s: %s", cmd.Kind(), a)
}

func (c *caller) command(caseID, id string, cmd negotiation.Command) answer {
	c.t.Helper()
	return c.do(http.MethodPost, "/api/cases/"+caseID+"/commands", wish(id, cmd))
}

// wish is the body of a command.
func wish(id string, cmd negotiation.Command) map[string]any {
	return map[string]any{"id": id, "do": negotiation.AnyCommand{Command: cmd}}
}

// file opens a case and gives its id.
func (c *caller) file(cmd negotiation.FileCase) string {
	c.t.Helper()
	a := c.do(http.MethodPost, "/api/cases", filing(uuid.NewString(), cmd))
	require.Equal(c.t, http.StatusCreated, a.status, a)
	var made struct{ Case string }
	require.NoError(c.t, json.Unmarshal(a.body, &made))
	return made.Case
}

func filing(id string, cmd negotiation.FileCase) map[string]any {
	w := wish(id, cmd)
	w["person"] = map[string]string{"name": "试用者", "address": "试验路 3 号"}
	return w
}

// advance business time of the demo to the case's next deadline, and give which one that was.
func (c *caller) advance(caseID string) string {
	c.t.Helper()
	a := c.do(http.MethodPost, "/api/demo/advance", map[string]string{"case": caseID})
	require.Equal(c.t, http.StatusOK, a.status, a)
	var passed struct {
		Now      time.Time
		Deadline string
	}
	require.NoError(c.t, json.Unmarshal(a.body, &passed))
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
