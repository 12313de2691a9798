package live

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"hejie/negotiation"
	"hejie/server/app"
)

// listener is a browser's EventSource.
type listener struct {
	testing.TB
	answer *http.Response
	lines  *bufio.Reader
	id     string // of the last event
}

// message of a stream.
type message struct {
	comment bool
	event   string
	frame
	closed struct {
		Code CloseCode
		Name string
	}
}

func (w *world) request(who, last string, channels ...string) *http.Response {
	w.Helper()
	q := url.Values{"channel": channels}
	r, err := http.NewRequestWithContext(w.Context(), http.MethodGet, "http"+strings.TrimPrefix(w.url, "ws")+"/events?"+q.Encode(), nil)
	require.NoError(w, err)
	r.Header.Set("X-Who", who)
	if last != "" {
		r.Header.Set("Last-Event-ID", last)
	}
	answer, err := http.DefaultTransport.RoundTrip(r)
	require.NoError(w, err)
	w.Cleanup(func() { _ = answer.Body.Close() }) // closed already in some tests
	return answer
}

func (w *world) listen(who, last string, channels ...string) *listener {
	w.Helper()
	answer := w.request(who, last, channels...)
	require.Equal(w, http.StatusOK, answer.StatusCode)
	require.Equal(w, "text/event-stream", answer.Header.Get("Content-Type"))
	return &listener{TB: w.TB, answer: answer, lines: bufio.NewReader(answer.Body)}
}

// next message that is not presence; ok is false at the end.
func (l *listener) next() (m message, ok bool) {
	l.Helper()
	for {
		m = message{}
		said := false
		for {
			line, err := l.lines.ReadString('\n')
			if err != nil {
				return m, false
			}
			if line = strings.TrimSuffix(line, "\n"); line == "" {
				break
			}
			field, value, _ := strings.Cut(line, ":")
			value = strings.TrimPrefix(value, " ")
			switch field {
			case "":
				m.comment, said = true, true
			case "id":
				l.id = value
			case "event":
				m.event = value
			case "data":
				said = true
				var into any = &m.frame
				if m.event == "close" {
					into = &m.closed
				}
				require.NoError(l, json.Unmarshal([]byte(value), into))
			}
		}
		if said && m.Presence == nil {
			return m, true
		}
	}
}

func (l *listener) must() message {
	l.Helper()
	m, ok := l.next()
	require.True(l, ok)
	return m
}

func TestStreamTellsWhatASocketTells(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.open(caseNo(1))
	w.commit(caseNo(1), negotiation.Room, "one", "two")
	w.commit(caseNo(1), negotiation.Desk, "internal")
	room, desk := roomNo(1), caseNo(1)+"/desk"

	l := w.listen("agent", "", room, desk)
	m := l.must()
	require.Equal(t, room, m.Channel)
	require.Equal(t, []int64{1, 2}, seqs(m.Events))
	require.True(t, *m.Recovered)
	m = l.must()
	require.Equal(t, desk, m.Channel)
	at := func(ch negotiation.Channel, seq int64) string { return w.position(caseNo(1), ch, seq) }
	require.Equal(t, at(negotiation.Room, 2)+","+at(negotiation.Desk, 1), l.id, "positions of all its channels")

	socket := w.dial("consumer")
	socket.subscribe(room, "")
	socket.post(1, caseNo(1), "three")
	m = l.must()
	require.Equal(t, []int64{3}, seqs(m.Events))
	require.Equal(t, "three", m.Events[0].Content.Text)
	require.Equal(t, at(negotiation.Room, 3), m.Position)
	last := l.id
	require.NoError(t, l.answer.Body.Close())

	w.commit(caseNo(1), negotiation.Room, "four", "five")
	w.commit(caseNo(1), negotiation.Desk, "more")
	l = w.listen("agent", last, room, desk)
	require.Equal(t, []int64{4, 5}, seqs(l.must().Events))
	require.Equal(t, []int64{2}, seqs(l.must().Events))
	require.Equal(t, at(negotiation.Room, 5)+","+at(negotiation.Desk, 2), l.id)

	l = w.listen("consumer", "2.deadbeef", room)
	m = l.must()
	require.False(t, *m.Recovered, "a position of another log")
	require.Equal(t, at(negotiation.Room, 5), m.Position)

	w.tick(w.hub.tuning.ping + w.hub.tuning.pong)
	require.True(t, l.must().comment, "a heartbeat")
	w.tick(w.hub.tuning.ping + w.hub.tuning.pong)
	require.True(t, l.must().comment, "nobody has to answer it")
}

func TestStreamIsRefused(t *testing.T) {
	t.Parallel()
	var codes []string
	w := newWorld(t, func(o *Options) {
		o.Limits.SocketsPerAccount = 1
		o.Refuse = func(w http.ResponseWriter, _ *http.Request, err error) {
			codes = append(codes, negotiation.CodeOf(err))
			w.WriteHeader(http.StatusTeapot)
		}
	})
	w.open(caseNo(1))
	room := roomNo(1)
	for _, tt := range []struct {
		who, last string
		channels  []string
		code      string
	}{
		{"", "", []string{room}, negotiation.CodeSignInRequired},
		{"consumer", "", nil, negotiation.CodeRequired},
		{"consumer", "", []string{room, roomNo(2), roomNo(3), roomNo(4)}, negotiation.CodeOutOfRange},
		{"consumer", "", []string{"inbox"}, negotiation.CodeNotFound},
		{"consumer", "x", []string{room}, negotiation.CodeInvalid},
		{"consumer", "0,0", []string{room}, negotiation.CodeInvalid},
	} {
		answer := w.request(tt.who, tt.last, tt.channels...)
		require.Equal(t, http.StatusTeapot, answer.StatusCode)
		require.Equal(t, tt.code, codes[len(codes)-1])
	}
	w.listen("consumer", "", room).must()
	require.Equal(t, http.StatusTeapot, w.request("consumer", "", room).StatusCode)
	require.Equal(t, negotiation.CodeRateLimited, codes[len(codes)-1], "sockets and streams count together")
}

// What cannot be read, or is there twice, is not taken for absent.
func TestStreamsAskPlainly(t *testing.T) {
	t.Parallel()
	for query, code := range map[string]string{
		"":                    "",
		"&since=0":            "",
		"&since=0&since=0":    negotiation.CodeRepeatedField,
		"&since=%zz":          negotiation.CodeMalformed,
		"&since=0&utm=1&utm=": "",
	} {
		r := httptest.NewRequest(http.MethodGet, "/api/events?channel="+roomNo(1)+query, nil)
		_, err := streamTargets(r)
		require.Equal(t, code, negotiation.CodeOf(err), query)
	}
}

func TestStreamKeepsToRights(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.open(caseNo(1))
	w.open(caseNo(2))
	w.commit(caseNo(1), negotiation.Room, "one")

	l := w.listen("stranger", "", roomNo(1))
	m := l.must()
	require.Equal(t, negotiation.CodeNotFound, m.Code)
	require.Equal(t, &target{Channel: roomNo(1)}, m.About)

	l = w.listen("agent", "", roomNo(1))
	require.Len(t, l.must().Events, 1)
	w.commitEvents(caseNo(1), func(c *negotiation.Case) { c.Enterprise = bureau },
		negotiation.Event{Channel: negotiation.Room, Fact: negotiation.MessagePosted{}, Content: &negotiation.Content{Text: "not for you"}})
	m = l.must()
	require.NotNil(t, m.Ended)
	require.Equal(t, roomNo(1), m.Ended.Channel)

	w.hub.Revoke(app.Revoked{Account: "agent"})
	m = l.must()
	require.Equal(t, "close", m.event)
	require.Equal(t, SignedOut, m.closed.Code)
	require.Equal(t, "signed_out", m.closed.Name)
	_, more := l.next()
	require.False(t, more)
}

func TestStreamEndsWithTheSession(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.open(caseNo(1))
	w.dates["consumer"] = w.start.Add(w.hub.tuning.ping)
	l := w.listen("consumer", "", roomNo(1))
	l.must()
	w.tick(w.hub.tuning.first + w.hub.tuning.ping + w.hub.tuning.pong)
	for m := l.must(); m.event != "close"; m = l.must() {
		require.True(t, m.comment)
	}
}

func TestSlowReaderOfAStreamIsCut(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *Options) { o.tuning = tuning{queueFrames: 4, write: patience} })
	w.open(caseNo(1))
	w.commit(caseNo(1), negotiation.Room, "one")
	l := w.listen("consumer", "", roomNo(1))
	l.must()
	long := strings.Repeat("长", 200_000)
	for n := 0; w.hub.Sockets() > 0; n++ {
		require.Less(t, n, 1000)
		w.commit(caseNo(1), negotiation.Room, fmt.Sprint(n, long))
		w.delivered(caseNo(1))
		c := w.first()
		if c == nil || !c.open() {
			return
		}
	}
}

// first connection of the hub; nil without one.
func (w *world) first() *conn {
	w.hub.mu.Lock()
	defer w.hub.mu.Unlock()
	for c := range w.hub.conns {
		return c
	}
	return nil
}
