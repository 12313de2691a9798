package e2e

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/gorilla/websocket"
	"github.com/stretchr/testify/require"

	"hejie/negotiation"
)

// wire is a socket of the live protocol. A goroutine reads; everybody else waits for what it noted.
type wire struct {
	ws    *websocket.Conn
	write sync.Mutex
	done  chan struct{} // closed when the socket is over

	mu       sync.Mutex
	changed  chan struct{} // closed at the next frame
	err      error         // why the socket is over
	answers  map[string]frame
	channels map[string]*channel
	other    []frame // in the order in which they came
}

// channel as this socket sees it.
type channel struct {
	events   []event
	position string
	joined   bool
}

// frame from the server.
type frame struct {
	Channel   string
	Events    []json.RawMessage
	Position  string
	Recovered *bool

	Ack       string
	Positions map[string]string
	Error     *string
	Code      string
	Field     string
	Params    map[string]any
	About     map[string]string

	Feed string
	Rows []json.RawMessage
	Case string
	Row  json.RawMessage

	Ping bool
	raw  string
}

// event of a channel.
type event struct {
	Seq      int64
	By       negotiation.By
	Type     string
	Offer    int
	Digest   string
	Reason   string
	Deadline string
	Items    []negotiation.Item
	Content  negotiation.Content
	raw      string
}

// dial opens a socket with a session. The origin is the server's own unless the test says otherwise.
func (s *server) dial(token string, header ...string) (*wire, error) {
	h := http.Header{"Cookie": {"hejie=" + token}, "Origin": {s.url}}
	for i := 0; i+1 < len(header); i += 2 {
		h.Set(header[i], header[i+1])
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	d := websocket.Dialer{Subprotocols: []string{"hejie.v1"}}
	ws, resp, err := d.DialContext(ctx, "ws"+strings.TrimPrefix(s.url, "http")+"/api/live", h)
	if err != nil {
		if resp != nil {
			err = fmt.Errorf("%w: %s", err, resp.Status)
		}
		return nil, err
	}
	w := &wire{ws: ws, done: make(chan struct{}), changed: make(chan struct{}), answers: map[string]frame{}, channels: map[string]*channel{}}
	go w.read()
	return w, nil
}

// wire is a socket that lives as long as the test.
func (s *server) wire(token string) *wire {
	s.t.Helper()
	w, err := s.dial(token)
	require.NoError(s.t, err)
	s.t.Cleanup(w.close)
	return w
}

func (w *wire) read() {
	defer close(w.done)
	for {
		_, b, err := w.ws.ReadMessage()
		if err == nil {
			err = w.take(b)
		}
		if err != nil {
			w.mu.Lock()
			w.err = err
			w.tell()
			w.mu.Unlock()
			w.ws.Close()
			return
		}
	}
}

func (w *wire) tell() {
	close(w.changed)
	w.changed = make(chan struct{})
}

// take notes a frame. An event out of order, twice or after a gap ends the socket with an error.
func (w *wire) take(b []byte) error {
	var f frame
	if err := json.Unmarshal(b, &f); err != nil {
		return fmt.Errorf("frame %s: %w", b, err)
	}
	f.raw = string(b)
	if f.Ping {
		return w.send(map[string]bool{"pong": true})
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	defer w.tell()
	switch {
	case f.Ack != "":
		w.answers[f.Ack] = f
	case f.Error != nil:
		w.answers[*f.Error] = f
	case f.Channel != "":
		return w.channels[f.Channel].take(f)
	default:
		w.other = append(w.other, f)
	}
	return nil
}

var errOrder = errors.New("events out of order")

func (c *channel) take(f frame) error {
	if c == nil {
		return fmt.Errorf("events of %s, which nobody asked for", f.Channel)
	}
	if f.Recovered != nil {
		c.joined = true
		if !*f.Recovered {
			return fmt.Errorf("%w: %s was not recovered from %s", errOrder, f.Channel, c.position)
		}
	}
	for _, raw := range f.Events {
		e := event{raw: string(raw)}
		if err := json.Unmarshal(raw, &e); err != nil {
			return err
		}
		if last := seqOf(c.position); e.Seq != last+1 {
			return fmt.Errorf("%w: %s: %d after %d", errOrder, f.Channel, e.Seq, last)
		}
		c.events = append(c.events, e)
		c.position = fmt.Sprintf("%d.?", e.Seq)
	}
	if seqOf(f.Position) != seqOf(c.position) {
		return fmt.Errorf("%w: %s: position %s with events up to %s", errOrder, f.Channel, f.Position, c.position)
	}
	c.position = f.Position
	return nil
}

// seqOf a position; 0 at the beginning.
func seqOf(position string) (seq int64) {
	n, _, _ := strings.Cut(position, ".")
	for _, digit := range n {
		seq = seq*10 + int64(digit-'0')
	}
	return seq
}

func (w *wire) send(v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return w.sendRaw(websocket.TextMessage, b)
}

func (w *wire) sendRaw(kind int, b []byte) error {
	w.write.Lock()
	defer w.write.Unlock()
	return w.ws.WriteMessage(kind, b)
}

// until something holds, which is looked at after each frame; the error of the socket when it ends before.
func (w *wire) until(ctx context.Context, holds func() bool) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for {
		w.mu.Lock()
		ok, changed, err := holds(), w.changed, w.err
		w.mu.Unlock()
		switch {
		case ok:
			return nil
		case err != nil:
			return err
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return fmt.Errorf("waited on a socket in vain: %w", ctx.Err())
		}
	}
}

// follow a channel from a position on ("" is its beginning), and wait for the answer.
func (w *wire) follow(ctx context.Context, name, since string) error {
	w.mu.Lock()
	c := &channel{position: since}
	w.channels[name] = c
	w.mu.Unlock()
	if err := w.send(map[string]any{"subscribe": map[string]string{"channel": name, "since": since}}); err != nil {
		return err
	}
	refused := ""
	err := w.until(ctx, func() bool {
		for _, f := range w.other {
			if f.About["channel"] == name {
				refused = f.raw
			}
		}
		return c.joined || refused != ""
	})
	if err == nil && refused != "" {
		err = errors.New(refused)
	}
	return err
}

// events of a channel so far.
func (w *wire) events(name string) []event {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.channels[name].events[:len(w.channels[name].events):len(w.channels[name].events)]
}

// ask sends a command without waiting.
func (w *wire) ask(id, caseID string, cmd negotiation.Command) error {
	f := wish(id, cmd)
	f["case"] = caseID
	return w.send(f)
}

// reply waits for the answer to a command.
func (w *wire) reply(ctx context.Context, id string) (f frame, err error) {
	err = w.until(ctx, func() bool {
		f = w.answers[id]
		return f.raw != ""
	})
	return f, err
}

// do sends a command under a new id and gives the answer.
func (w *wire) do(t *testing.T, caseID string, cmd negotiation.Command) frame {
	t.Helper()
	id := uuid.NewString()
	require.NoError(t, w.ask(id, caseID, cmd))
	f, err := w.reply(t.Context(), id)
	require.NoError(t, err)
	return f
}

// closed waits for the end of the socket and gives the code that the server closed it with; 0 for a cut.
func (w *wire) closed(t *testing.T) int {
	t.Helper()
	err := w.until(t.Context(), func() bool { return false })
	if e, ok := errors.AsType[*websocket.CloseError](err); ok {
		return e.Code
	}
	require.Error(t, err)
	return 0
}

// close the socket and wait until its reader has ended.
func (w *wire) close() {
	w.ws.Close()
	<-w.done
}
