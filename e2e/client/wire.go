// Package client speaks with a server as the browser app does: commands by HTTP, everything by a socket of the live protocol. It is for
// tests: what breaks the protocol is an error.
package client

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/gorilla/websocket"

	"hejie/negotiation"
)

// patience with anything that should happen soon.
const patience = 20 * time.Second

// Wire is a socket of the live protocol. A goroutine reads; everybody else waits for what it noted.
type Wire struct {
	ws    *websocket.Conn
	check func([]byte) error
	write sync.Mutex
	done  chan struct{} // closed when the socket is over

	mu      sync.Mutex
	changed chan struct{} // closed at the next frame
	err     error         // why the socket is over
	seen    Seen
}

// Seen is what came over a socket so far.
type Seen struct {
	Answers  map[string]Frame    // by the command's id
	Channels map[string]*Channel // that were followed
	Other    []Frame             // in the order in which they came
}

// Channel as a socket sees it: events without a gap.
type Channel struct {
	Events   []Event
	Position string
	joined   bool
}

// Frame from the server.
type Frame struct {
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

	Late *bool
	Ping bool
	Raw  string `json:"-"`
}

// Event of a channel.
type Event struct {
	Seq      int64
	At       time.Time
	By       negotiation.By
	Type     string
	Offer    int
	Digest   string
	Reason   string
	Deadline string
	Items    []negotiation.Item
	Content  negotiation.Content
	Raw      string `json:"-"`
}

// Dial opens a socket with a session at a server, "http://host:port". The origin is the server's own unless a header, as key and value,
// says otherwise.
func Dial(url, token string, header ...string) (*Wire, error) {
	return Way{}.Dial(url, token, header...)
}

// Dial is Dial by this way.
func (w Way) Dial(url, token string, header ...string) (*Wire, error) {
	h := http.Header{"Cookie": {CookieAt(url) + "=" + token}, "Origin": {url}}
	for i := 0; i+1 < len(header); i += 2 {
		h.Set(header[i], header[i+1])
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	d := websocket.Dialer{Subprotocols: []string{"hejie.v1"}, TLSClientConfig: w.TLS.Clone(), NetDialContext: w.dialer().DialContext}
	ws, resp, err := d.DialContext(ctx, "ws"+strings.TrimPrefix(url, "http")+"/api/live", h)
	if err != nil {
		if resp != nil {
			err = fmt.Errorf("%w: %s", err, resp.Status)
		}
		return nil, err
	}
	s := &Wire{ws: ws, check: w.Check, done: make(chan struct{}), changed: make(chan struct{}), seen: Seen{Answers: map[string]Frame{}, Channels: map[string]*Channel{}}}
	go s.read()
	return s, nil
}

func (w *Wire) read() {
	defer close(w.done)
	for {
		_, b, err := w.ws.ReadMessage()
		if err == nil && w.check != nil {
			err = w.check(b)
		}
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

func (w *Wire) tell() {
	close(w.changed)
	w.changed = make(chan struct{})
}

// take notes a frame. An event out of order, twice or after a gap ends the socket with an error.
func (w *Wire) take(b []byte) error {
	var f Frame
	if err := json.Unmarshal(b, &f); err != nil {
		return fmt.Errorf("frame %s: %w", b, err)
	}
	f.Raw = string(b)
	if f.Ping {
		return w.Send(map[string]bool{"pong": true})
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	defer w.tell()
	switch {
	case f.Ack != "":
		w.seen.Answers[f.Ack] = f
	case f.Error != nil:
		w.seen.Answers[*f.Error] = f
	case f.Channel != "":
		return w.seen.Channels[f.Channel].take(f)
	default:
		w.seen.Other = append(w.seen.Other, f)
	}
	return nil
}

// ErrOrder says that events came out of order, twice, after a gap, or that the server could not go on from a position it had given.
var ErrOrder = errors.New("events out of order")

func (c *Channel) take(f Frame) error {
	if c == nil {
		return fmt.Errorf("events of %s, which nobody asked for", f.Channel)
	}
	if f.Recovered != nil {
		c.joined = true
		if !*f.Recovered {
			return fmt.Errorf("%w: %s was not recovered from %s", ErrOrder, f.Channel, c.Position)
		}
	}
	for _, raw := range f.Events {
		e := Event{Raw: string(raw)}
		if err := json.Unmarshal(raw, &e); err != nil {
			return err
		}
		if last := Seq(c.Position); e.Seq != last+1 {
			return fmt.Errorf("%w: %s: %d after %d", ErrOrder, f.Channel, e.Seq, last)
		}
		c.Events = append(c.Events, e)
		c.Position = fmt.Sprintf("%d.?", e.Seq)
	}
	if Seq(f.Position) != Seq(c.Position) {
		return fmt.Errorf("%w: %s: position %s with events up to %s", ErrOrder, f.Channel, f.Position, c.Position)
	}
	c.Position = f.Position
	return nil
}

// Seq of a position; 0 at the beginning.
func Seq(position string) (seq int64) {
	n, _, _ := strings.Cut(position, ".")
	for _, digit := range n {
		seq = seq*10 + int64(digit-'0')
	}
	return seq
}

// Send a frame.
func (w *Wire) Send(v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return w.SendRaw(websocket.TextMessage, b)
}

// SendRaw sends bytes as a message of a kind.
func (w *Wire) SendRaw(kind int, b []byte) error {
	w.write.Lock()
	defer w.write.Unlock()
	return w.ws.WriteMessage(kind, b)
}

// Until something holds, which is looked at after each frame; the error of the socket when it ends before.
func (w *Wire) Until(ctx context.Context, holds func(Seen) bool) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for {
		w.mu.Lock()
		ok, changed, err := holds(w.seen), w.changed, w.err
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

// Follow a channel from a position on ("" is its beginning), and wait for the answer; Refused when it is an error.
func (w *Wire) Follow(ctx context.Context, name, since string) error {
	w.mu.Lock()
	c := &Channel{Position: since}
	w.seen.Channels[name] = c
	w.mu.Unlock()
	if err := w.Send(map[string]any{"subscribe": map[string]string{"channel": name, "since": since}}); err != nil {
		return err
	}
	var refused Frame
	err := w.Until(ctx, func(s Seen) bool {
		for _, f := range s.Other {
			if f.About["channel"] == name {
				refused = f
			}
		}
		return c.joined || refused.Raw != ""
	})
	if err == nil && refused.Raw != "" {
		err = Refused{refused}
	}
	return err
}

// Refused is an answer with an error to what is no command.
type Refused struct{ Frame }

func (r Refused) Error() string { return r.Raw }

// Leave a channel.
func (w *Wire) Leave(name string) error {
	return w.Send(map[string]any{"unsubscribe": map[string]string{"channel": name}})
}

// Heard is a channel so far, and why the socket is over, if it is.
func (w *Wire) Heard(name string) (Channel, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	c := w.seen.Channels[name]
	if c == nil {
		return Channel{}, w.err
	}
	return Channel{Events: c.Events[:len(c.Events):len(c.Events)], Position: c.Position}, w.err
}

// Ask sends a command without waiting.
func (w *Wire) Ask(id, caseID string, cmd negotiation.Command) error {
	f := Wish(id, cmd)
	f["case"] = caseID
	return w.Send(f)
}

// Reply waits for the answer to a command.
func (w *Wire) Reply(ctx context.Context, id string) (f Frame, err error) {
	err = w.Until(ctx, func(s Seen) bool {
		f = s.Answers[id]
		return f.Raw != ""
	})
	return f, err
}

// Do sends a command under a new id and gives the answer.
func (w *Wire) Do(ctx context.Context, caseID string, cmd negotiation.Command) (Frame, error) {
	id := uuid.NewString()
	if err := w.Ask(id, caseID, cmd); err != nil {
		return Frame{}, err
	}
	return w.Reply(ctx, id)
}

// Ended waits for the end of the socket and gives the code that the server closed it with; 0 for a cut.
func (w *Wire) Ended(ctx context.Context) (code int, err error) {
	err = w.Until(ctx, func(Seen) bool { return false })
	if e, ok := errors.AsType[*websocket.CloseError](err); ok {
		return e.Code, nil
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return 0, err
	}
	return 0, nil
}

// Close the socket and wait until its reader has ended.
func (w *Wire) Close() {
	w.ws.Close()
	<-w.done
}

// Over is closed when the socket is.
func (w *Wire) Over() <-chan struct{} { return w.done }
