package client

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"

	"hejie/negotiation"
)

// Caller speaks with a server by HTTP, as one account or as nobody. Close it.
type Caller struct {
	URL    string      // "http://host:port"
	Token  string      // of the session; "": nobody
	Header http.Header // of each request, beside its own
	http   *http.Client
}

// NewCaller at a server, with a session's token or "".
func NewCaller(url, token string) *Caller { return Way{}.NewCaller(url, token) }

// Close what is kept open between requests.
func (c *Caller) Close() { c.http.CloseIdleConnections() }

// Answer of the server.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte
}

func (a Answer) String() string { return fmt.Sprintf("%d %s", a.Status, a.Body) }

// Problem in the answer: its status and code, "503 unavailable".
func (a Answer) Problem() string {
	var p struct{ Code string }
	if err := json.Unmarshal(a.Body, &p); err != nil {
		return fmt.Sprintf("%d (no problem: %v)", a.Status, err)
	}
	return fmt.Sprintf("%d %s", a.Status, p.Code)
}

// Try a request with a JSON body, nil for none, at a server that may be gone.
func (c *Caller) Try(method, path string, body any) (Answer, error) {
	var in io.Reader
	if body != nil {
		b, err := json.Marshal(body)
		if err != nil {
			return Answer{}, err
		}
		in = bytes.NewReader(b)
	}
	return c.Send(method, path, "application/json", in)
}

// Send a request with a body of a media type, nil for none.
func (c *Caller) Send(method, path, kind string, body io.Reader) (Answer, error) {
	r, err := http.NewRequest(method, c.URL+path, body)
	if err != nil {
		return Answer{}, err
	}
	maps.Copy(r.Header, c.Header)
	if body != nil {
		r.Header.Set("Content-Type", kind)
	}
	if c.Token != "" {
		r.AddCookie(&http.Cookie{Name: CookieAt(c.URL), Value: c.Token})
	}
	resp, err := c.http.Do(r)
	if err != nil {
		return Answer{}, err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	return Answer{resp.StatusCode, resp.Header, b}, err
}

// Wish is the body of a command.
func Wish(id string, cmd negotiation.Command) map[string]any {
	return map[string]any{"id": id, "do": negotiation.AnyCommand{Command: cmd}}
}

// Filing is the body of a case that is filed.
func Filing(id string, cmd negotiation.FileCase) map[string]any {
	w := Wish(id, cmd)
	w["person"] = map[string]string{"name": "试用者", "address": "试验路 3 号"}
	return w
}
