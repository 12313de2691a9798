package main

import (
	"math"
	"sync"
	"sync/atomic"
	"time"
)

// meter counts what was measured; errors, duplicates and order count from the start.
type meter struct {
	acked       atomic.Int64
	delivered   atomic.Int64
	errors      atomic.Int64
	dup, reord  atomic.Int64
	mu          sync.Mutex
	deliv, acks []float64
	first       string
}

func (m *meter) fail(err error) {
	m.errors.Add(1)
	m.mu.Lock()
	if m.first == "" {
		m.first = err.Error()
	}
	m.mu.Unlock()
}

func (m *meter) ack(d time.Duration) {
	m.mu.Lock()
	m.acks = append(m.acks, d.Seconds()*1e3)
	m.mu.Unlock()
	m.acked.Add(1) // last: who counts to the end has the time, too
}

func (m *meter) deliver(d time.Duration) {
	m.mu.Lock()
	m.deliv = append(m.deliv, d.Seconds()*1e3)
	m.mu.Unlock()
	m.delivered.Add(1) // last: who counts to the end has the time, too
}

// q is the quantile p of sorted values.
func q(x []float64, p float64) float64 {
	if len(x) == 0 {
		return math.NaN()
	}
	return x[int(float64(len(x)-1)*p)]
}

// seen checks order and uniqueness of one sender's stream.
type seen struct{ next int64 }

func (s *seen) check(n int64, m *meter) bool {
	switch {
	case n == s.next:
		s.next++
	case n > s.next:
		s.next = n + 1
		m.reord.Add(1) // a gap: a later message came first (or one was lost)
	default:
		m.dup.Add(1)
		return false
	}
	return true
}
