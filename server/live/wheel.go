package live

import (
	"context"
	"math/rand/v2"
	"sync"
	"time"
)

// slots of the wheel: more seconds than any wait of a socket.
const slots = 64

// wheel is the one clock of all sockets. Each socket lies in the slot of the second at which something is to be asked of it. Its seconds are
// its own: they go on when the system's clock is set back.
type wheel struct {
	hub  *Hub
	mu   sync.Mutex
	hand int64        // second that was looked at last
	seen int64        // what the clock said then; 0: nothing yet
	slot [slots]*conn // doubly linked lists
}

// turn is a socket's place in the wheel: guarded by the wheel, but for waits, which only the wheel's goroutine touches.
type turn struct {
	prev, next *conn
	at         int64 // second; 0: not in the wheel
	waits      waits
}

// waits says what a socket waits for.
type waits int

const (
	forFirstFrame waits = iota
	forPing
	forPong
)

func (w *wheel) run(ctx context.Context) {
	ticks := w.hub.Ticks
	if ticks == nil {
		ticker := time.NewTicker(time.Second)
		defer ticker.Stop()
		ticks = ticker.C
	}
	for {
		select {
		case <-ctx.Done():
			return
		case now := <-ticks:
			w.advance(now)
			for _, s := range w.hub.shards {
				s.sweep(now)
			}
		}
	}
}

// put waits for the socket's first frame.
func (w *wheel) put(c *conn) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.insert(c, w.hub.tuning.first)
}

func (w *wheel) insert(c *conn, after time.Duration) {
	// Never at or before the hand, which would be a whole turn late, and never as far as to be looked at too early.
	c.turn.at = w.hand + min(max(int64(after/time.Second), 1), slots-1)
	list := &w.slot[c.turn.at%slots]
	c.turn.prev, c.turn.next = nil, *list
	if *list != nil {
		(*list).turn.prev = c
	}
	*list = c
}

func (w *wheel) remove(c *conn) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.unlink(c)
}

func (w *wheel) unlink(c *conn) {
	if c.turn.at == 0 {
		return
	}
	if c.turn.prev != nil {
		c.turn.prev.turn.next = c.turn.next
	} else {
		w.slot[c.turn.at%slots] = c.turn.next
	}
	if c.turn.next != nil {
		c.turn.next.turn.prev = c.turn.prev
	}
	c.turn.prev, c.turn.next, c.turn.at = nil, nil, 0
}

func (w *wheel) clear() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.slot, w.hand, w.seen = [slots]*conn{}, 0, 0
}

// advance asks all sockets whose second has come.
func (w *wheel) advance(now time.Time) {
	w.mu.Lock()
	var due []*conn
	first, passed := w.hand+1, now.Unix()-w.seen
	if w.seen == 0 || passed < 0 { // the first tick, or the first after the clock was set back
		passed = 1
	}
	w.hand, w.seen = w.hand+passed, now.Unix()
	// After a gap (the machine slept) each slot is looked at once.
	for s := max(first, w.hand-slots+1); s <= w.hand; s++ {
		for c := w.slot[s%slots]; c != nil; c = c.turn.next {
			if c.turn.at <= w.hand {
				due = append(due, c)
			}
		}
	}
	for _, c := range due {
		w.unlink(c)
	}
	w.mu.Unlock()
	for _, c := range due {
		w.ask(c, now)
	}
}

// ask looks at one socket whose second has come.
func (w *wheel) ask(c *conn, now time.Time) {
	t := w.hub.tuning
	heard := c.heard.Load() || c.stream != nil // on which nothing is ever said
	var next time.Duration
	switch {
	case !now.Before(c.visitor.Session.Expires):
		c.end(SignedOut)
		return
	case c.turn.waits == forFirstFrame && !heard:
		c.end(Stale)
		return
	case c.turn.waits == forFirstFrame: // the first ping comes at a random point, to spread them
		c.turn.waits = forPing
		next = rand.N(t.ping)
	case c.turn.waits == forPing:
		c.turn.waits = forPong
		c.heard.Store(false)
		c.push(pingFrame, durable)
		next = t.pong
	case !heard:
		c.end(NoPong)
		return
	default:
		c.turn.waits = forPing
		next = t.ping - t.pong
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if !c.gone.Load() {
		w.insert(c, next)
	}
}
