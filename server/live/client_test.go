package live

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/stretchr/testify/require"

	"hejie/negotiation"
)

// client is the browser's end of a socket.
type client struct {
	testing.TB
	ws *websocket.Conn
}

func (w *world) dial(who string) *client {
	w.Helper()
	d := websocket.Dialer{Subprotocols: []string{Protocol}, HandshakeTimeout: patience}
	ws, answer, err := d.Dial(w.url, http.Header{"X-Who": {who}})
	require.NoError(w, err)
	require.NoError(w, answer.Body.Close())
	w.Cleanup(func() { _ = ws.Close() }) // closed already in many tests
	return &client{w.TB, ws}
}

func (c *client) say(format string, args ...any) {
	c.Helper()
	require.NoError(c, c.ws.WriteMessage(websocket.TextMessage, fmt.Appendf(nil, format, args...)))
}

// frame is any frame of the server.
type frame struct {
	Channel   string
	Events    []event
	Position  string
	Recovered *bool
	Feed      string
	Rows      []map[string]any
	Next      *string
	Case      string
	Row       map[string]any
	Version   int64
	Ack       string
	Positions map[string]string
	Error     *string
	Code      string
	Field     string
	Params    map[string]any
	About     *target
	Presence  *presence
	Reads     *reads
	Ended     *ended
	Ping      bool
	Late      *bool
	People    map[string][]person
}

type event struct {
	Seq     int64
	Type    string
	Erased  bool
	Content struct{ Text string }
}

func (c *client) read() (frame, error) {
	var f frame
	err := c.ws.SetReadDeadline(time.Now().Add(patience))
	if err == nil {
		err = c.ws.ReadJSON(&f)
	}
	return f, err
}

// next frame that is not presence.
func (c *client) next() frame {
	c.Helper()
	for {
		f, err := c.read()
		require.NoError(c, err)
		if f.Presence == nil {
			return f
		}
	}
}

// presence is the next presence frame.
func (c *client) presence() []person {
	c.Helper()
	for {
		f, err := c.read()
		require.NoError(c, err)
		if f.Presence != nil {
			return f.Presence.People
		}
	}
}

// closed reads until the server closes, and gives its code.
func (c *client) closed() CloseCode {
	c.Helper()
	for {
		_, err := c.read()
		if err == nil {
			continue
		}
		var e *websocket.CloseError
		require.ErrorAs(c, err, &e)
		return CloseCode(e.Code)
	}
}

// sync returns when the server has handled all that was said before.
func (c *client) sync() {
	c.Helper()
	c.say(`{"bye":1}`)
	for {
		if f := c.next(); f.Code == negotiation.CodeUnknownField {
			return
		}
	}
}

func roomNo(n int) string { return caseNo(n) + "/room" }

func (c *client) subscribe(channel, since string) frame {
	c.Helper()
	c.say(`{"subscribe":{"channel":%q,"since":%q}}`, channel, since)
	return c.next()
}

func (c *client) post(n int, caseID, text string) {
	c.Helper()
	c.say(`{"id":%q,"case":%q,"do":{"type":"post_message","text":%q}}`, commandNo(n), caseID, text)
}

func seqs(events []event) []int64 {
	s := make([]int64, len(events))
	for i, e := range events {
		s[i] = e.Seq
	}
	return s
}
