package main

import (
	"math"
	"sync/atomic"
	"time"
)

// grace is how long what was sent may still take to arrive before it counts as lost.
const grace = 20 * time.Second

// open loop: messages at a fixed rate, whatever becomes of those before them.
type open struct {
	*load
	from, to atomic.Int64 // messages that were due in between are measured, ns since 1970
	waiting  atomic.Int64 // sent, not acknowledged
}

// open gives how many messages were acknowledged and not delivered within the grace time.
func (l *load) open(rate float64) (lost int64) {
	o := &open{load: l}
	o.from.Store(math.MaxInt64)
	o.to.Store(math.MaxInt64)
	l.each(o.listen)
	go o.send(time.Duration(float64(time.Second) / rate))
	l.measure(func(on bool) {
		if on {
			o.from.Store(time.Now().UnixNano())
		} else {
			o.to.Store(time.Now().UnixNano())
		}
	})
	for end := time.Now().Add(grace); time.Now().Before(end); time.Sleep(50 * time.Millisecond) { // the tail
		if o.waiting.Load() == 0 && l.m.delivered.Load() == l.m.acked.Load() {
			break
		}
	}
	return l.m.acked.Load() - l.m.delivered.Load()
}

func (o *open) measured(at int64) bool { return at >= o.from.Load() && at < o.to.Load() }

// listen is one party of a room.
func (o *open) listen(r, s int) {
	had := map[int64]bool{}
	last := int64(-1)
	for {
		n, at, ok := o.hear(r, s)
		if !ok {
			return
		}
		if had[n] {
			o.m.dup.Add(1)
			continue
		}
		had[n] = true
		if n < last {
			o.m.reord.Add(1)
		} else {
			last = n
		}
		if o.measured(at) {
			o.m.deliver(time.Since(time.Unix(0, at)))
		}
	}
}

// send a message of each party in turn, one each interval.
func (o *open) send(interval time.Duration) {
	sent := make([]int64, 2*len(o.rooms))
	next := time.Now()
	for i := 0; !o.stop.Load(); i++ {
		if d := time.Until(next); d > 0 {
			time.Sleep(d)
		}
		due := next
		next = next.Add(interval)
		r, s := (i/2)%len(o.rooms), i%2
		n := sent[2*r+s]
		sent[2*r+s]++
		kind, text := body(r, s, n, due.UnixNano())
		acked, err := o.rooms[r][s].Send(o.ctx, kind, text) // here, so that a party's messages leave in their order
		if err != nil {
			o.failed(err)
			return
		}
		o.waiting.Add(1)
		go o.await(acked, due)
	}
}

func (o *open) await(acked func() error, due time.Time) {
	defer o.waiting.Add(-1)
	if err := acked(); err != nil {
		o.failed(err)
		return
	}
	if o.measured(due.UnixNano()) {
		o.m.ack(time.Since(due))
	}
}
