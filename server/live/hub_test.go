package live

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/stretchr/testify/require"

	"hejie/negotiation"
	"hejie/server/app"
)

func TestWhoMayNotComeIn(t *testing.T) {
	t.Parallel()
	var codes []string
	w := newWorld(t, func(o *Options) { // as for streams: one shape for all errors
		o.Refuse = func(w http.ResponseWriter, _ *http.Request, err error) {
			codes = append(codes, negotiation.CodeOf(err))
			w.WriteHeader(http.StatusTeapot)
		}
	})
	require.Equal(t, SignedOut, w.dial("").closed())

	d := websocket.Dialer{Subprotocols: []string{"other.v1"}}
	ws, answer, err := d.Dial(w.url, http.Header{"X-Who": {"consumer"}})
	require.NoError(t, err)
	require.NoError(t, answer.Body.Close())
	require.Equal(t, Unsupported, (&client{t, ws}).closed())
	require.NoError(t, ws.Close())

	for _, h := range []http.Header{{"X-Who": {"consumer"}, "Origin": {"https://evil.example"}}} {
		_, answer, err = d.Dial(w.url, h)
		require.Error(t, err)
		require.Equal(t, http.StatusTeapot, answer.StatusCode)
		require.NoError(t, answer.Body.Close())
	}
	answer, err = http.Get("http" + strings.TrimPrefix(w.url, "ws"))
	require.NoError(t, err)
	require.NoError(t, answer.Body.Close())
	asked, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http"+strings.TrimPrefix(w.url, "ws"), nil)
	require.NoError(t, err)
	asked.Header = http.Header{"Connection": {"Upgrade"}, "Upgrade": {"websocket"}, "Sec-Websocket-Version": {"8"}}
	answer, err = http.DefaultClient.Do(asked)
	require.NoError(t, err)
	require.NoError(t, answer.Body.Close())
	require.Equal(t, []string{"cross_origin", negotiation.CodeRequired, negotiation.CodeMalformed}, codes)
	require.Zero(t, w.hub.Sockets())
}

// Who may not come in costs the hub a moment each, and no more than so many moments at once.
func TestRefusalsAreBounded(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *Options) { o.tuning.refusals, o.tuning.grace = 1, patience })
	mute := w.dial("")
	mute.ws.SetCloseHandler(func(int, string) error { return nil }) // does not answer, so that the hub waits for it
	require.Equal(t, SignedOut, mute.closed())
	require.EqualValues(t, websocket.CloseAbnormalClosure, w.dial("").closed(), "cut without a word")

	require.NoError(t, mute.ws.Close())
	for end := time.Now().Add(patience); w.dial("").closed() != SignedOut; {
		require.True(t, time.Now().Before(end), "the hub still keeps the one that left")
	}
	require.Zero(t, w.hub.Sockets())
}

func TestSocketsOfAnAccountAreLimited(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	var first *client
	for range 10 {
		c := w.dial("consumer")
		c.sync()
		if first == nil {
			first = c
		}
	}
	require.Equal(t, TooManySockets, w.dial("consumer").closed())
	w.dial("agent").sync()
	require.Equal(t, 11, w.hub.Sockets())

	w.hub.Revoke(app.Revoked{Account: "agent"})
	w.hub.Revoke(app.Revoked{Account: "consumer"})
	require.Equal(t, SignedOut, first.closed())
	for { // each leaves when its reader has noticed
		c := w.dial("consumer")
		c.say(`{"bye":1}`)
		if _, err := c.read(); err == nil {
			return
		}
	}
}

func TestRevocationEndsTheSocket(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	one, two, other := w.dial("consumer:1"), w.dial("consumer:2"), w.dial("agent")
	for _, c := range []*client{one, two, other} {
		c.sync()
	}
	w.hub.Revoke(app.Revoked{Account: "consumer:1", Session: "session of consumer:1"})
	require.Equal(t, SignedOut, one.closed())
	w.hub.Revoke(app.Revoked{Account: "consumer:2", Except: "session of consumer:2"})
	two.sync() // who changed their password stays
	w.hub.Revoke(app.Revoked{Account: "consumer:2"})
	require.Equal(t, SignedOut, two.closed())
	other.sync()
}

func TestRightsAreAskedAtSubscribe(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.open(caseNo(1))
	w.open(caseNo(2))
	w.commitEvents(caseNo(2), func(c *negotiation.Case) { c.Complaint = &negotiation.Complaint{} }, negotiation.Event{Channel: negotiation.Room, Fact: negotiation.CaseEscalated{}})
	tests := []struct {
		who, channel string
		ok           bool
	}{
		{"consumer", roomNo(1), true},
		{"consumer", caseNo(1) + "/desk", false},
		{"consumer:other", roomNo(1), false},
		{"agent", roomNo(1), true},
		{"agent", caseNo(1) + "/desk", true},
		{"stranger", roomNo(1), false},
		{"stranger", caseNo(1) + "/desk", false},
		{"officer", roomNo(1), false},
		{"officer", roomNo(2), true},
		{"officer", caseNo(2) + "/desk", false},
	}
	for _, tt := range tests {
		f := w.dial(tt.who).subscribe(tt.channel, "")
		if tt.ok {
			require.NotNil(t, f.Recovered, "%v", tt)
			continue
		}
		require.Equal(t, negotiation.CodeNotFound, f.Code, "%v", tt)
		require.Equal(t, tt.channel, f.About.Channel)
		require.Empty(t, f.Events)
	}
}

func TestLostRightEndsTheSubscriptionBeforeDelivery(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.open(caseNo(1))
	agent, consumer := w.dial("agent"), w.dial("consumer")
	agent.subscribe(roomNo(1), "")
	agent.subscribe(caseNo(1)+"/desk", "")
	consumer.subscribe(roomNo(1), "")
	w.commitEvents(caseNo(1), func(c *negotiation.Case) { c.Enterprise = "another" }, negotiation.Event{Channel: negotiation.Room, Fact: negotiation.MessagePosted{}})
	require.Equal(t, []int64{1}, seqs(consumer.next().Events))
	got := map[string]string{}
	for range 2 {
		f := agent.next()
		require.NotNil(t, f.Ended)
		got[f.Ended.Channel] = f.Ended.Code
	}
	require.Equal(t, map[string]string{roomNo(1): negotiation.CodeNotFound, caseNo(1) + "/desk": negotiation.CodeNotFound}, got)
	w.commit(caseNo(1), negotiation.Room, "not for the agent")
	agent.sync() // with no event before the answer
}

func TestSlowReaderIsClosedAndMissesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *Options) { o.tuning = tuning{queueFrames: 8} })
	w.open(caseNo(1))
	c := w.dial("consumer")
	c.subscribe(roomNo(1), "")
	total := 0
	text := strings.Repeat("x", 100_000)
	conn := w.only()
	for conn.open() { // it reads nothing: the network's buffers fill, then the queue
		w.commit(caseNo(1), negotiation.Room, text)
		total++
	}
	var got []int64
	for {
		f, err := c.read()
		if err != nil {
			break // closed; the code is lost when the buffers are full of what was never read
		}
		got = append(got, seqs(f.Events)...)
	}
	require.Less(t, len(got), total)
	for len(got) < total {
		c = w.dial("consumer")
		since := "0"
		if len(got) > 0 {
			since = w.position(caseNo(1), negotiation.Room, got[len(got)-1])
		}
		require.NoError(t, c.ws.WriteJSON(map[string]any{"subscribe": target{Channel: roomNo(1), Since: since}}))
		for len(got) < total {
			f, err := c.read()
			if err != nil {
				break
			}
			got = append(got, seqs(f.Events)...)
		}
	}
	for i, seq := range got {
		require.Equal(t, int64(i+1), seq)
	}
}

func TestQueue(t *testing.T) {
	t.Parallel()
	h := New(Options{Now: time.Now, tuning: tuning{queueFrames: 4, queueBytes: 100}})
	c := &conn{hub: h, flushing: true} // a pen is writing
	require.True(t, c.push([]byte("1"), durable))
	require.True(t, c.push([]byte("2"), signal))
	require.False(t, c.push([]byte("3"), signal), "half full")
	require.True(t, c.push([]byte("3"), durable))
	require.True(t, c.push([]byte("4"), durable))
	require.Len(t, c.queue, 4)

	c = &conn{hub: h, flushing: true}
	require.True(t, c.push(make([]byte, 500), durable), "one frame may be larger than the queue")
	require.Equal(t, 500, c.bytes)
}

func TestStop(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.hub.Start() // once is enough
	var clients []*client
	for i := range 200 {
		c := w.dial(fmt.Sprintf("consumer:%d", i))
		c.sync()
		clients = append(clients, c)
	}
	stopped := make(chan error)
	go func() { stopped <- w.hub.Stop(context.Background()) }()
	var all sync.WaitGroup
	for _, c := range clients {
		all.Go(func() {
			_, _, err := c.ws.ReadMessage()
			require.True(t, websocket.IsCloseError(err, int(GoingAway)), err)
		})
	}
	all.Wait()
	require.NoError(t, <-stopped)
	require.NoError(t, w.hub.Stop(context.Background()))
	require.Zero(t, w.hub.Sockets())

	_, answer, err := websocket.DefaultDialer.Dial(w.url, http.Header{"X-Who": {"consumer"}})
	require.Error(t, err)
	require.Equal(t, http.StatusServiceUnavailable, answer.StatusCode)
	require.NoError(t, answer.Body.Close())
	w.hub.Publish([]app.Commit{{Records: []negotiation.Record{{Case: caseNo(1)}}}}) // to nobody

	w.hub.Start()
	w.dial("consumer").sync()
}

func TestStopWaitsForCommandsUnderWay(t *testing.T) {
	t.Parallel()
	for name, slow := range map[string]bool{"asked": false, "waited for": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			stopWaitsForCommandsUnderWay(t, slow)
		})
	}
}

func stopWaitsForCommandsUnderWay(t *testing.T, slow bool) {
	w := newWorld(t, nil)
	w.slow = slow
	w.open(caseNo(1))
	began := make(chan struct{})
	held, goOn := hold(t)
	w.onDo = func(ctx context.Context, _ negotiation.Command) error {
		close(began)
		<-held
		return ctx.Err()
	}
	c := w.dial("consumer")
	c.post(1, caseNo(1), "last words")
	<-began
	stopped := make(chan error)
	go func() { stopped <- w.hub.Stop(context.Background()) }()
	require.Equal(t, GoingAway, c.closed())
	select {
	case <-stopped:
		t.Fatal("stopped before the command was done")
	default:
	}
	goOn()
	require.NoError(t, <-stopped)
	require.Len(t, w.log[caseNo(1)], 1)
}

// Who is being let in is asked about in the database, which is closed after Stop.
func TestStopWaitsForThoseWhoCome(t *testing.T) {
	t.Parallel()
	for name, patient := range map[string]bool{"in time": true, "out of time": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			began, goOn, over := make(chan struct{}), make(chan struct{}), make(chan struct{})
			w := newWorld(t, func(o *Options) {
				o.Alive = func(ctx context.Context, _ string) (bool, error) {
					defer close(over)
					close(began)
					select {
					case <-goOn:
					case <-ctx.Done():
					}
					return ctx.Err() == nil, ctx.Err()
				}
			})
			c := w.dial("consumer")
			<-began
			require.NoError(t, c.ws.Close()) // who leaves at once is still asked about
			ctx, cancel := context.WithCancel(context.Background())
			defer cancel()
			stopped := make(chan error)
			go func() { stopped <- w.hub.Stop(ctx) }()
			if patient {
				require.Never(t, func() bool { return w.hub.Sockets() == 0 }, 50*time.Millisecond, 5*time.Millisecond, "stopped before it was answered")
				close(goOn)
				require.NoError(t, <-stopped)
			} else {
				cancel()
				require.ErrorIs(t, <-stopped, context.Canceled)
			}
			select {
			case <-over:
			default:
				t.Fatal("stopped while somebody asked")
			}
		})
	}
}

func TestStopRunsOutOfTime(t *testing.T) {
	t.Parallel()
	for name, slow := range map[string]bool{"asked": false, "waited for": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			stopRunsOutOfTime(t, slow)
		})
	}
}

func stopRunsOutOfTime(t *testing.T, slow bool) {
	w := newWorld(t, nil)
	w.slow = slow
	w.open(caseNo(1))
	began := make(chan struct{})
	w.onDo = func(ctx context.Context, _ negotiation.Command) error {
		close(began)
		<-ctx.Done()
		return ctx.Err()
	}
	c := w.dial("consumer")
	c.post(1, caseNo(1), "stuck")
	<-began
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	require.ErrorIs(t, w.hub.Stop(ctx), context.Canceled)
}

func TestStartAndStopManyTimes(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 50 {
				w.hub.Start()
				w.hub.Publish([]app.Commit{{Records: []negotiation.Record{{Case: caseNo(1)}}}})
				if err := w.hub.Stop(context.Background()); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	w.hub.Start()
	w.dial("consumer").sync()
}

// A session that is ended while its socket is being let in is not let in: Revoke could not find the socket yet.
func TestEndedWhileItCame(t *testing.T) {
	t.Parallel()
	var ended atomic.Bool
	var failing atomic.Bool
	var w *world
	w = newWorld(t, func(o *Options) {
		visitor := o.Visitor
		o.Visitor = func(r *http.Request) (Visitor, error) {
			v, err := visitor(r)
			if ended.Load() {
				w.hub.Revoke(app.Revoked{Account: v.Session.Actor.ID})
			}
			return v, err
		}
		o.Alive = func(context.Context, string) (bool, error) {
			if failing.Load() {
				return false, errors.New("away")
			}
			return !ended.Load(), nil
		}
	})
	kept := w.dial("consumer:1")
	kept.sync()
	ended.Store(true)
	require.Equal(t, SignedOut, w.dial("consumer:2").closed())
	failing.Store(true)
	require.Equal(t, GoingAway, w.dial("consumer:2").closed(), "it comes back")
}

// While the way to other replicas is closed, who is connected and who comes is told so, and when it is open again.
func TestLateIsTold(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.open(caseNo(1))
	early := w.dial("consumer")
	early.sync()
	stream := w.listen("agent", "", roomNo(1))
	stream.must()
	w.hub.Late(true)
	w.hub.Late(true)
	late := w.dial("consumer")
	behind := w.listen("agent", "", roomNo(1))
	for _, f := range []frame{early.next(), late.next(), stream.must().frame, behind.must().frame} {
		require.NotNil(t, f.Late)
		require.True(t, *f.Late)
	}
	behind.must()
	w.hub.Late(false)
	for _, f := range []frame{early.next(), late.next(), stream.must().frame, behind.must().frame} {
		require.NotNil(t, f.Late)
		require.False(t, *f.Late)
	}
	after := w.dial("consumer")
	require.Equal(t, roomNo(1), after.subscribe(roomNo(1), "").Channel, "nothing is told when all is well")
}
