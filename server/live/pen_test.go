package live

import (
	"net"
	"runtime"
	"strings"
	"sync"
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
	stuck.sync() // by which what was asked before is answered
	require.Equal(t, "there?", <-pong)
}

// Nor does one whose control frame the network does not take: a peer that asks and asks and reads no answer has that.
func TestAControlFrameThatHangsHoldsUpNobody(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.hub.pens.most = 1
	w.open(caseNo(1))
	stuck := w.dial("consumer")
	stuck.subscribe(roomNo(1), "")
	conn := w.only()
	conn.writing.Lock()
	goOn := sync.OnceFunc(conn.writing.Unlock)
	defer goOn()
	w.commit(caseNo(1), negotiation.Room, "hello")
	w.delivered(caseNo(1))
	other := w.dial("agent")
	other.sync()
	goOn()
	require.Equal(t, "hello", stuck.next().Events[0].Content.Text)
}

// A socket to which there is always more to say, or which always has more to say, holds up nobody.
func TestASocketThatNeverStopsHoldsUpNobody(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *Options) { o.tuning = tuning{queueFrames: 1 << 30, queueBytes: 1 << 30} })
	w.hub.pens.most, w.hub.workers.most = 1, 1
	busy := w.dial("consumer")
	conn, other := w.only(), w.dial("agent")
	go func() {
		for {
			if _, _, err := busy.ws.ReadMessage(); err != nil {
				return
			}
		}
	}()
	const many = 100_000
	conn.mu.Lock()
	for range many {
		conn.jobs = append(conn.jobs, job{frame: []byte(`{"id":7}`)}) // each is answered
	}
	conn.working = w.hub.workers.add(conn)
	conn.mu.Unlock()
	other.sync()
	conn.mu.Lock()
	left := len(conn.jobs)
	conn.mu.Unlock()
	require.Positive(t, left)

	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		for frame := []byte(`{"ping":true}`); ; {
			select {
			case <-stop:
				return
			default:
			}
			conn.mu.Lock()
			full := len(conn.queue) > many
			conn.mu.Unlock()
			if full {
				runtime.Gosched()
			} else {
				conn.push(frame, durable)
			}
		}
	}()
	defer func() {
		close(stop)
		<-stopped
	}()
	other.sync()
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
