package live

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/stretchr/testify/require"

	"hejie/negotiation"
	"hejie/server/app"
)

// problemCodes are those that the contract knows.
func problemCodes(t testing.TB) map[string]bool {
	contract, err := os.ReadFile("../http/openapi.yaml")
	require.NoError(t, err)
	found := regexp.MustCompile(`(?s)\n    ProblemCode:\n.*?enum: \[ (.*?) \]`).FindSubmatch(contract)
	require.NotNil(t, found)
	codes := map[string]bool{}
	for code := range strings.SplitSeq(string(found[1]), ", ") {
		codes[code] = true
	}
	require.True(t, codes[negotiation.CodeMalformed] && !codes[""])
	return codes
}

// fuzzWorld is one world for all that a fuzzer tries, each in a case of its own; inputs say $case for it.
type fuzzWorld struct {
	*world
	codes map[string]bool
	n     int
}

func newFuzzWorld(f *testing.F) *fuzzWorld {
	w := makeWorld(f, func(o *Options) { o.Limits.CommandsPerSecond = 1 << 30 })
	f.Cleanup(func() { w.TB = f; w.stop() })
	w.dates["consumer"] = w.start.AddDate(100, 0, 0)
	return &fuzzWorld{world: w, codes: problemCodes(f)}
}

// fresh gives the case of one input, which has a message. What the input left behind is gone after it, and a second of the hub's time.
func (w *fuzzWorld) fresh(t *testing.T) (caseID string) {
	w.TB = t
	w.n++
	caseID = caseNo(w.n)
	w.open(caseID)
	w.commit(caseID, negotiation.Room, "hello")
	t.Cleanup(func() {
		deadline := time.Now().Add(patience)
		for w.hub.Sockets() > 0 && time.Now().Before(deadline) {
			runtime.Gosched()
		}
		require.Zero(t, w.hub.Sockets(), "a connection stays")
		w.tick(time.Second)
		w.mu.Lock()
		defer w.mu.Unlock()
		delete(w.cases, caseID)
		delete(w.heads, caseID)
		delete(w.log, caseID)
	})
	return caseID
}

// FuzzSocket says what a browser may say: a frame a line. Each that is no JSON has an answer, each command one of its own, each answer a code of the contract; and
// the socket still listens, or was closed with a code of its own.
func FuzzSocket(f *testing.F) {
	for _, s := range []string{
		`{"subscribe":{"channel":"$case/room"}}` + "\n" + `{"id":"0190bbbb-0000-7000-8000-000000000001","case":"$case","do":{"type":"post_message","text":"a"}}`,
		`{"subscribe":{"channel":"$case/room","since":"1.9f31c2aa"}}` + "\n" + `{"unsubscribe":{"channel":"$case/room"}}` + "\n" + `{"read":{"channel":"$case/room","seq":1}}`,
		`{"subscribe":{"channel":"$case/consumer","since":"99"}}` + "\n" + `{"composing":{"case":"$case","on":true,"room":true}}` + "\n" + `{"pong":true}`,
		`{"subscribe":{"feed":"me"}}` + "\n" + `{"subscribe":{"feed":"me"}}` + "\n" + `{"unsubscribe":{"feed":"me"}}` + "\n" + `{"subscribe":{"feed":"board"}}`,
		`{"subscribe":{"channel":"$case/room"}}` + "\n" + `{"read":{"channel":"$case/room","seq":9223372036854775807}}` + "\n" + `{"read":{"channel":"$case/room","seq":-1}}`,
		`{"id":"0190bbbb-0000-7000-8000-000000000001","case":"$case","do":{}}` + "\n" + `[]` + "\n" + "\n" + `{"do":1}` + "\n" + `{"x":"\ud800"}`,
	} {
		f.Add([]byte(s))
	}
	w := newFuzzWorld(f)
	f.Fuzz(func(t *testing.T, input []byte) {
		input = bytes.ReplaceAll(input, []byte("$case"), []byte(w.fresh(t)))
		c := w.dial("consumer")
		said := bytes.SplitN(input, []byte("\n"), 40)
		for _, frame := range said {
			if c.ws.WriteMessage(websocket.TextMessage, frame) != nil {
				break // closed already: the answer says why
			}
		}
		_ = c.ws.WriteMessage(websocket.TextMessage, []byte(`{"the_end":1}`)) // the same
		wants, noJSON := answersTo(said)
		for refused := 0; ; {
			f, err := c.read()
			if e, ok := errors.AsType[*websocket.CloseError](err); ok {
				require.NotEqual(t, fmt.Sprint(e.Code), CloseCode(e.Code).String(), "a close code of no table")
				return
			}
			require.NoError(t, err)
			switch {
			case f.Ack != "":
				wants[f.Ack]--
			case f.Code == "":
				continue
			case f.Error != nil:
				wants[*f.Error]--
			case f.Field == "the_end":
				require.GreaterOrEqual(t, refused, noJSON)
				for id, n := range wants {
					require.Zero(t, n, "answers to %s that are missing", id)
				}
				return
			default:
				refused++
			}
			require.True(t, f.Code == "" || w.codes[f.Code], f.Code)
		}
	})
}

// answersTo says how many answers each command of the frames must have, and how many other frames are no JSON.
func answersTo(frames [][]byte) (ids map[string]int, noJSON int) {
	ids = map[string]int{}
	for _, frame := range frames {
		m, err := split(frame)
		if err == nil && (m.get("do") != nil || m.get("id") != nil) {
			if id, err := negotiation.DecodeText(m.get("id")); err == nil && app.ValidID(id) {
				ids[id]++
				continue
			}
		}
		if !json.Valid(frame) {
			noJSON++
		}
	}
	return ids, noJSON
}

// FuzzSocketBytes sends whatever bytes after the handshake: the connection ends with them, and nothing of it stays.
func FuzzSocketBytes(f *testing.F) {
	masked := func(head ...byte) []byte { return append(head, 0, 0, 0, 0) }
	f.Add(append(masked(0x81, 0x8d), `{"pong":true}`...))
	f.Add(append(append(append(masked(0x01, 0x81), '{'), masked(0x89, 0x80)...), append(masked(0x80, 0x81), '}')...)) // a ping between two halves
	f.Add(append(masked(0x88, 0x82), 0x0f, 0xa0))                                                                     // close
	f.Add(masked(0x81, 0xff, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff))
	f.Add([]byte{0x81, 0x01, 'x'}) // not masked
	f.Add(append(masked(0xc1, 0x81), 'x'))
	w := newFuzzWorld(f)
	f.Fuzz(func(t *testing.T, input []byte) {
		w.fresh(t)
		c := w.dial("consumer")
		nc := c.ws.NetConn()
		require.NoError(t, nc.SetDeadline(time.Now().Add(patience)))
		_, err := nc.Write(input)
		if err == nil {
			err = nc.(interface{ CloseWrite() error }).CloseWrite()
		}
		if err == nil {
			_, err = io.Copy(io.Discard, nc)
		}
		if ne, ok := err.(interface{ Timeout() bool }); ok { // else cut off, which is an end
			require.False(t, ne.Timeout(), "the connection does not end")
		}
	})
}

// FuzzStream asks for a stream of events, of channels a line: a refusal with a code, or a stream that begins.
func FuzzStream(f *testing.F) {
	f.Add("$case/room", "", "")
	f.Add("$case/room\n$case/consumer", "0,1.9f31c2aa", "1.00000000,0")
	f.Add("$case/room\n$case/room\n$case/desk\nx", ",,,", "0")
	w := newFuzzWorld(f)
	f.Fuzz(func(t *testing.T, channels, since, last string) {
		q := url.Values{"channel": strings.Split(strings.ReplaceAll(channels, "$case", w.fresh(t)), "\n"), "since": {since}}
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http"+strings.TrimPrefix(w.url, "ws")+"/events?"+q.Encode(), nil)
		require.NoError(t, err)
		r.Header = http.Header{"X-Who": {"consumer"}, "Last-Event-Id": {last}}
		answer, err := http.DefaultTransport.RoundTrip(r)
		if err != nil && strings.Contains(err.Error(), "invalid header") { // not to be sent
			return
		}
		require.NoError(t, err)
		defer answer.Body.Close() //nolint:errcheck // ends the stream
		if answer.StatusCode == http.StatusOK {
			begun := make([]byte, 6)
			_, err = io.ReadFull(answer.Body, begun)
			require.NoError(t, err)
			require.Equal(t, "retry:", string(begun))
			return
		}
		require.Equal(t, http.StatusBadRequest, answer.StatusCode)
		code, err := io.ReadAll(answer.Body)
		require.NoError(t, err)
		require.True(t, w.codes[strings.TrimSpace(string(code))], "%s", code)
	})
}
