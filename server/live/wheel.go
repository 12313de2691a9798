package live

import (
	"context"
	"math/rand/v2"
	"sync"
	"time"
)

// slots of the wheel: more seconds than any wait of a socket.
const slots = 64

// wheel is the one clock of all sockets. Each socket lies in the slot of the second at which something is to be asked of it.
type wheel struct {
	hub  *Hub
	mu   sync.Mutex
	hand int64        // second that was looked at last
	slot [slots]*conn // doubly linked lists
}

// turn is a socket's place in the wheel: guarded by the wheel, but for waits and pinged, which only the wheel's goroutine touches.
type turn struct {
	prev, next *conn
	at         int64 // second; 0: not in the wheel
	waits      waits
	pinged     time.Time
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
func (w *wheel) put(c *conn, now time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.hand == 0 {
		w.hand = now.Unix()
	}
	w.insert(c, now.Add(w.hub.tuning.first))
}

func (w *wheel) insert(c *conn, at time.Time) {
	// Never at or before the hand, which would be a whole turn late, and never as far as to be looked at too early.
	c.turn.at = min(max(at.Unix(), w.hand+1), w.hand+slots-1)
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
	w.slot, w.hand = [slots]*conn{}, 0
}

// advance asks all sockets whose second has come.
func (w *wheel) advance(now time.Time) {
	w.mu.Lock()
	var due []*conn
	if w.hand == 0 {
		w.hand = now.Unix() - 1
	}
	// After a gap (the machine slept) each slot is looked at once.
	for s := max(w.hand+1, now.Unix()-slots+1); s <= now.Unix(); s++ {
		for c := w.slot[s%slots]; c != nil; c = c.turn.next {
			if c.turn.at <= now.Unix() {
				due = append(due, c)
			}
		}
	}
	w.hand = max(w.hand, now.Unix())
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
	heard := c.heard.Load() // nanoseconds; 0: nothing yet
	var next time.Time
	switch {
	case !now.Before(c.visitor.Session.Expires):
		c.end(SignedOut)
		return
	case c.turn.waits == forFirstFrame && heard == 0:
		c.end(Stale)
		return
	case c.turn.waits == forFirstFrame: // the first ping comes at a random point, to spread them
		c.turn.waits = forPing
		next = now.Add(rand.N(t.ping))
	case c.turn.waits == forPing:
		c.turn.waits, c.turn.pinged = forPong, now
		c.push(pingFrame, durable)
		next = now.Add(t.pong)
	case heard < c.turn.pinged.UnixNano():
		c.end(NoPong)
		return
	default:
		c.turn.waits = forPing
		next = c.turn.pinged.Add(t.ping)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if !c.gone.Load() {
		w.insert(c, next)
	}
}
