package live

import (
	"maps"
	"slices"
	"sync"
)

// lateness is whether word of other replicas comes late now. Its lock is taken before any other, so that what every connection is told last
// is true.
type lateness struct {
	mu sync.Mutex
	is bool
}

type lateFrame struct {
	Late bool `json:"late"`
}

// Late tells all connections that from now on what other replicas write comes seconds late and who is there is not known; false: not any
// more. Saying the same again does nothing.
func (h *Hub) Late(is bool) {
	l := &h.lateness
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.is == is {
		return
	}
	l.is = is
	h.mu.Lock()
	conns := slices.Collect(maps.Keys(h.conns))
	h.mu.Unlock()
	for _, c := range conns {
		if c.hears {
			c.send(lateFrame{is}, durable)
		}
	}
}

// tellLate tells a connection that is new, once the hub has it and it may be written to.
func (h *Hub) tellLate(c *conn) {
	l := &h.lateness
	l.mu.Lock()
	defer l.mu.Unlock()
	c.hears = true
	if l.is {
		c.send(lateFrame{true}, durable)
	}
}
