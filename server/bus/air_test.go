package bus

import (
	"errors"
	"sync"
)

// air carries messages between replicas in this process, or loses them.
type air struct {
	mu    sync.Mutex
	ends  map[int]func([]byte)
	lose  func() bool  // nil: nothing is lost
	quiet bool         // all of it is
	cut   map[int]bool // nothing comes from it or to it
}

func (a *air) connect(i int) Connect {
	return func(receive func([]byte), changed func()) (Wire, error) {
		a.mu.Lock()
		defer a.mu.Unlock()
		if a.ends == nil {
			a.ends = map[int]func([]byte){}
		}
		a.ends[i] = receive
		return &airWire{a, i}, nil
	}
}

// part cuts one replica off from the others, or no longer.
func (a *air) part(i int, off bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.cut = map[int]bool{i: off}
}

func (a *air) silence(quiet bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.quiet = quiet
}

type airWire struct {
	air *air
	i   int
}

func (w *airWire) Send(b []byte) error {
	w.air.mu.Lock()
	var to []func([]byte)
	for i, receive := range w.air.ends {
		if i != w.i && !w.air.quiet && !w.air.cut[i] && !w.air.cut[w.i] && (w.air.lose == nil || !w.air.lose()) {
			to = append(to, receive)
		}
	}
	w.air.mu.Unlock()
	for _, receive := range to {
		receive(b)
	}
	return nil
}

func (w *airWire) Try() error {
	w.air.mu.Lock()
	defer w.air.mu.Unlock()
	if w.air.quiet || w.air.cut[w.i] {
		return errors.New("silence")
	}
	return nil
}

func (w *airWire) Close() {
	w.air.mu.Lock()
	defer w.air.mu.Unlock()
	delete(w.air.ends, w.i)
}
