package live

import (
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestFirstFrameMustCome(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	silent, polite := w.dial("consumer:1"), w.dial("consumer:2")
	polite.sync()
	w.until(func() bool { // who dials is answered before the wheel has the socket
		w.hub.wheel.mu.Lock()
		defer w.hub.wheel.mu.Unlock()
		in := 0
		for _, c := range w.hub.wheel.slot {
			for ; c != nil; c = c.turn.next {
				in++
			}
		}
		return in == 2
	})
	w.tick(9 * time.Second)
	polite.sync()
	w.tick(2 * time.Second)
	require.Equal(t, Stale, silent.closed())
	polite.sync()
}

func TestPingAndPong(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	c := w.dial("consumer")
	c.sync()
	pinged := 0
	for second := range 300 {
		w.tick(time.Second)
		c.say(`{"bye":1}`) // an answer, before which a ping shows
		f := c.next()
		if f.Ping {
			pinged++
			c.say(`{"pong":true}`)
			require.GreaterOrEqual(t, second, 9)
			c.next()
		}
	}
	require.InDelta(t, 300/25, pinged, 2)
}

func TestNoPong(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	c := w.dial("consumer")
	c.sync()
	for pinged := false; !pinged; {
		w.tick(time.Second)
		c.say(`{"bye":1}`) // an answer, before which a ping shows
		pinged = c.next().Ping
	}
	w.tick(10*time.Second + 25*time.Second + 11*time.Second) // what was said counts as the first pong; the next is missing
	require.Equal(t, NoPong, c.closed())
}

func TestSessionExpires(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.dates["consumer"] = w.start.Add(5 * time.Minute)
	c := w.dial("consumer")
	c.sync()
	for range 400 {
		w.tick(time.Second)
		if c.ws.WriteMessage(1, []byte(`{"pong":true}`)) != nil || c.ws.WriteMessage(1, []byte(`{"bye":1}`)) != nil {
			break // closed meanwhile
		}
		f, err := c.read()
		if err == nil && f.Ping {
			_, err = c.read()
		}
		if err != nil {
			require.True(t, websocket.IsCloseError(err, int(SignedOut)), err)
			require.GreaterOrEqual(t, w.Now().Sub(w.start), 5*time.Minute)
			return
		}
	}
	require.Equal(t, SignedOut, c.closed())
}

// A clock that is set back stops no pings, and is nobody's silence.
func TestClockSetBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	c := w.dial("consumer")
	c.sync()
	w.tick(12 * time.Second)
	pinged := 0
	for second := range 120 {
		if second%20 == 0 {
			w.mu.Lock()
			w.now = w.now.Add(-time.Hour)
			w.mu.Unlock()
		}
		w.tick(time.Second)
		c.say(`{"pong":true}`)
		c.say(`{"bye":1}`) // an answer, before which a ping shows
		if f := c.next(); f.Ping {
			pinged++
			c.next()
		}
	}
	require.InDelta(t, 120/25, pinged, 1)
}

// Each socket in the wheel is asked once, when its second has come, in whatever steps time goes.
func TestWheelProperty(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		h := New(Options{Now: time.Now})
		start := time.Unix(1_800_000_000, 0)
		now, second := start, int64(0)
		w := &h.wheel
		due := map[*conn]int64{}
		w.advance(now)
		for _, d := range rapid.SliceOfN(rapid.IntRange(0, slots-1), 0, 20).Draw(t, "waits") {
			c := &conn{hub: h, closing: GoingAway} // so that asking has no other effect
			c.turn.waits = forPong
			c.visitor.Session.Expires = start // asked means ended
			w.mu.Lock()
			w.insert(c, time.Duration(d)*time.Second)
			w.mu.Unlock()
			due[c] = max(1, int64(d))
		}
		for _, step := range rapid.SliceOfN(rapid.IntRange(-90, 90), 1, 20).Draw(t, "steps") {
			now = now.Add(time.Duration(step) * time.Second)
			if second += int64(step); step < 0 {
				second += 1 - int64(step)
			}
			w.advance(now)
			for c, at := range due {
				require.Equal(t, at <= second, c.turn.at == 0, "asked just when due")
			}
		}
	})
}
