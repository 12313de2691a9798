package main

import (
	"time"
)

// closed loop: each message is sent when the one before it was delivered.
func (l *load) closed() {
	l.each(l.talk)
	l.measure(l.on.Store)
	time.Sleep(500 * time.Millisecond)
}

// talk is one party of a room.
func (l *load) talk(r, s int) {
	var own int64
	var other seen
	if s == 0 {
		if !l.say(r, s, own) {
			return
		}
		own++
	}
	for {
		n, at, ok := l.hear(r, s)
		if !ok {
			return
		}
		if !other.check(n, &l.m) {
			continue
		}
		if l.on.Load() {
			l.m.deliver(time.Since(time.Unix(0, at)))
		}
		if l.stop.Load() || !l.say(r, s, own) {
			return
		}
		own++
	}
}

// say sends the n-th message of a party and waits until it is acknowledged.
func (l *load) say(r, s int, n int64) bool {
	begun := time.Now()
	kind, text := body(r, s, n, begun.UnixNano())
	acked, err := l.rooms[r][s].Send(l.ctx, kind, text)
	if err == nil {
		err = acked()
	}
	if err != nil {
		l.failed(err)
		return false
	}
	if l.on.Load() {
		l.m.ack(time.Since(begun))
	}
	return true
}
