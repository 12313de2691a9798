package live

import (
	"net"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hejie/negotiation"
)

// A socket whose network takes no more waits alone. What it gets then is whole and in order, and control frames come between frames.
func TestASocketThatTakesNothingHoldsUpNobody(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *Options) { o.tuning = tuning{queueBytes: 64 << 20} })
	w.hub.pens.most = 1
	w.open(caseNo(1))
	w.open(caseNo(2))
	stuck := w.dial("consumer:stuck")
	w.cases[caseNo(1)].Consumer = "consumer:stuck"
	stuck.subscribe(roomNo(1), "")
	conn := w.only()
	waits := func() bool { // its mate has left its place
		conn.mu.Lock()
		defer conn.mu.Unlock()
		w.hub.pens.mu.Lock()
		defer w.hub.pens.mu.Unlock()
		return conn.flushing && w.hub.pens.mates == 0
	}
	text, total := strings.Repeat("x", 100_000), 0
	for !waits() {
		w.commit(caseNo(1), negotiation.Room, text)
		w.delivered(caseNo(1))
		total++
	}
	other := w.dial("consumer")
	other.subscribe(roomNo(2), "")
	w.commit(caseNo(2), negotiation.Room, "hello")
	require.Equal(t, "hello", other.next().Events[0].Content.Text)

	pong := make(chan string, 1)
	stuck.ws.SetPongHandler(func(text string) error { pong <- text; return nil })
	require.NoError(t, stuck.ws.WriteControl(9, []byte("there?"), time.Now().Add(patience)))
	for got := 0; got < total; {
		for _, seq := range seqs(stuck.next().Events) {
			got++
			require.Equal(t, int64(got), seq)
		}
	}
	w.commit(caseNo(1), negotiation.Room, "the end")
	stuck.next()
	require.Equal(t, "there?", <-pong)
}

// Where only the connection knows how to write, as with TLS, it is asked to.
func TestFlushByTheConnection(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	here, there := net.Pipe()
	c := &conn{hub: w.hub, wire: newWire(here)}
	require.Nil(t, c.wire.raw)
	require.True(t, c.push([]byte("one"), durable))
	frame := make([]byte, 5)
	_, err := there.Read(frame)
	require.NoError(t, err)
	require.Equal(t, "\x81\x03one", string(frame))
	require.NoError(t, here.Close())
	require.NoError(t, there.Close())
}
