package main

import (
	"context"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"hejie/e2e/bench/loadgen/proc"
	"hejie/e2e/bench/loadgen/target"
)

// load is a run: the rooms, each with two parties, and what is measured of it.
type load struct {
	ctx       context.Context
	rooms     [][2]target.Conn
	pids, dbs []int // of the server, and of its database
	warm, d   time.Duration

	m             meter
	on            atomic.Bool // inside the measured time
	stop          atomic.Bool
	before, after usage
	seconds       float64 // measured
}

// usage of the machine by all who take part.
type usage struct{ server, generator, database proc.Usage }

func (l *load) usage() usage {
	return usage{proc.Read(l.pids), proc.Read([]int{os.Getpid()}), proc.Read(l.dbs)}
}

// connect opens all sockets, so many at once.
func (l *load) connect(t target.Target, atOnce int) {
	sem := make(chan struct{}, atOnce)
	var wg sync.WaitGroup
	for r := range l.rooms {
		for s := range l.rooms[r] {
			sem <- struct{}{}
			wg.Go(func() {
				defer func() { <-sem }()
				c, err := t.Connect(l.ctx, r, s)
				if err != nil {
					l.m.fail(fmt.Errorf("connect: %w", err))
					return
				}
				l.rooms[r][s] = c
			})
		}
	}
	wg.Wait()
}

// each lets all parties begin.
func (l *load) each(party func(r, s int)) {
	for r := range l.rooms {
		for s := range l.rooms[r] {
			go party(r, s)
		}
	}
}

// measure the time after the warm-up, then let everybody stop. During is told when it begins and ends.
func (l *load) measure(during func(on bool)) {
	time.Sleep(l.warm)
	l.before = l.usage()
	begun := time.Now()
	during(true)
	time.Sleep(l.d)
	during(false)
	l.seconds = time.Since(begun).Seconds()
	l.after = l.usage()
	l.stop.Store(true)
}

func (l *load) failed(err error) {
	if !l.stop.Load() {
		l.m.fail(err)
	}
}

// hear the next message of the other party in a room, and when it was sent.
func (l *load) hear(r, s int) (n, at int64, ok bool) {
	for {
		b, err := l.rooms[r][s].Receive(l.ctx)
		if err != nil {
			l.failed(err)
			return 0, 0, false
		}
		if room, from, n, at, ok := parse(b); ok && room == r && from != s {
			return n, at, true
		}
	}
}
