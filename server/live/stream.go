package live

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"hejie/negotiation"
)

// streamChannels is how many channels one stream of events may have: what a visible page looks at.
const streamChannels = 3

// stream is the way out of a connection without a socket: server-sent events (HTML Living Standard §9.2), for browsers whose network
// blocks sockets. Its data are a socket's frames. Its ids are the positions of its channels in the order in which they were asked for,
// with commas between, so that a browser that comes back names what it has by Last-Event-ID. There is no way in: commands, read
// marks and all else go by HTTP.
type stream struct {
	w        http.ResponseWriter
	out      *http.ResponseController
	channels []string
	done     chan struct{} // closed when nothing more will be written

	mu     sync.Mutex
	at     []string // position that was written last, by channel
	closed bool
	buf    bytes.Buffer
}

var errStreamEnded = errors.New("live: the stream has ended")

// Events is the http.Handler of GET /api/events?channel=…&channel=…[&since=…]: at most streamChannels channels, and the positions to go
// on from, as in an id. Last-Event-ID counts before since.
func (h *Hub) Events() http.Handler { return http.HandlerFunc(h.serveEvents) }

func (h *Hub) serveEvents(w http.ResponseWriter, r *http.Request) {
	h.mu.Lock()
	up := h.state == running
	h.mu.Unlock()
	if r.Method == http.MethodHead { // would hold a connection for nothing
		return
	}
	who, err := h.Visitor(r)
	targets, wrong := streamTargets(r)
	switch {
	case !up:
		err = negotiation.NewError(negotiation.CodeUnavailable)
	case err == nil:
		err = wrong
	}
	if err != nil {
		h.Refuse(w, r, err)
		return
	}
	s := &stream{w: w, out: http.NewResponseController(w), done: make(chan struct{})}
	for _, t := range targets {
		s.channels, s.at = append(s.channels, t.Channel), append(s.at, cmp.Or(t.Since, "0"))
	}
	c := &conn{hub: h, stream: s, visitor: who}
	switch h.add(c) {
	case 0:
	case TooManySockets:
		h.Refuse(w, r, negotiation.NewError(negotiation.CodeRateLimited, "retry_after", 10))
		return
	default:
		h.Refuse(w, r, negotiation.NewError(negotiation.CodeUnavailable))
		return
	}
	defer c.leave()
	c.prepare()
	if code := h.lapsed(r.Context(), who); code != 0 {
		c.end(code)
	}
	if err := s.open(h.tuning.write); err != nil {
		return
	}
	h.tellLate(c)
	for _, t := range targets {
		c.enqueue(job{do: func() { c.answerSubscribe(t) }})
	}
	select {
	case <-s.done:
	case <-r.Context().Done():
	}
}

// refuse answers what cannot be a stream when Options has no way to.
func refuse(w http.ResponseWriter, _ *http.Request, err error) {
	status := http.StatusBadRequest
	if negotiation.CodeOf(err) == negotiation.CodeUnavailable {
		status = http.StatusServiceUnavailable
	}
	http.Error(w, negotiation.CodeOf(err), status)
}

// streamTargets reads the channels and positions of a request. Errors: malformed, repeated_field (since), required, out_of_range, not_found
// (channel), invalid (since).
func streamTargets(r *http.Request) ([]target, error) {
	q, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return nil, negotiation.NewError(negotiation.CodeMalformed).Because(err)
	}
	if len(q["since"]) > 1 {
		return nil, negotiation.NewError(negotiation.CodeRepeatedField, "name", "since").On("since")
	}
	names, since := q["channel"], cmp.Or(r.Header.Get("Last-Event-ID"), q.Get("since"))
	switch {
	case len(names) == 0:
		return nil, negotiation.Required("channel")
	case len(names) > streamChannels:
		return nil, negotiation.OutOfRange("channel", 1, streamChannels)
	}
	positions := strings.Split(since, ",")
	if since == "" {
		positions = make([]string, len(names))
	}
	if len(positions) != len(names) {
		return nil, negotiation.Invalid("since", "a position for each channel")
	}
	targets := make([]target, len(names))
	for i, name := range names {
		if _, _, err := parseChannel(name); err != nil {
			return nil, err
		}
		if _, err := negotiation.ParsePosition(positions[i]); err != nil {
			return nil, err
		}
		targets[i] = target{Channel: name, Since: positions[i]}
	}
	return targets, nil
}

// open begins the answer. What the server allows for an answer counts for each write instead.
func (s *stream) open(within time.Duration) error {
	h := s.w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no") // nginx would hold events back
	if err := s.out.SetReadDeadline(time.Time{}); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return err
	}
	// Those who lose the same server do not come back at the same moment.
	return s.flush(within, func() { fmt.Fprintf(&s.buf, "retry: %d\n\n", 1000+rand.N(3000)) })
}

// write sends frames, all at once.
func (s *stream) write(frames [][]byte, within time.Duration) error {
	return s.flush(within, func() {
		for _, f := range frames {
			s.event(f)
		}
	})
}

// flushStream writes what is queued, until there is nothing.
func (c *conn) flushStream() {
	for {
		c.mu.Lock()
		if c.flushed() {
			c.mu.Unlock()
			return
		}
		frames := c.queue
		c.queue, c.bytes = nil, 0
		c.mu.Unlock()
		if c.stream.write(frames, c.hub.tuning.write) != nil {
			c.end(SlowReader)
		}
	}
}

// event lays out one frame. A ping is a comment: it keeps proxies from cutting a quiet stream, and nobody answers.
func (s *stream) event(frame []byte) {
	if bytes.Equal(frame, pingFrame) {
		s.buf.WriteString(":\n\n")
		return
	}
	var f struct{ Channel, Position string }
	if bytes.HasPrefix(frame, []byte(`{"channel":`)) && json.Unmarshal(frame, &f) == nil {
		for i, name := range s.channels {
			if name == f.Channel {
				s.at[i] = f.Position
			}
		}
		fmt.Fprintf(&s.buf, "id: %s\n", strings.Join(s.at, ","))
	}
	s.buf.WriteString("data: ")
	s.buf.Write(frame) // one line: JSON has no line breaks of its own here
	s.buf.WriteString("\n\n")
}

// flush lays out and sends; a reader that does not take it in time is cut.
func (s *stream) flush(within time.Duration, lay func()) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return errStreamEnded
	}
	s.buf.Reset()
	lay()
	if err := s.out.SetWriteDeadline(time.Now().Add(within)); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return err
	}
	if _, err := s.w.Write(s.buf.Bytes()); err != nil {
		return err
	}
	return s.out.Flush()
}

// bye says why the stream ends, with a socket's close code, and ends it.
func (s *stream) bye(code CloseCode, within time.Duration, log *slog.Logger) {
	err := s.flush(within, func() { fmt.Fprintf(&s.buf, "event: close\ndata: {\"code\":%d,\"name\":%q}\n\n", int(code), code) })
	if err != nil && !errors.Is(err, errStreamEnded) {
		log.Debug("live: stream was closed already", slog.Any("error", err))
	}
	s.end()
}

// end lets the answer end. Nothing is written after it.
func (s *stream) end() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.closed {
		s.closed = true
		close(s.done)
	}
}
