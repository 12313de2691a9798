package live

import (
	"runtime"
	"sync"
)

// perMate is how many connections a mate takes at once, and how many have to wait for each before another one comes.
const perMate = 64

// inARow is how often a connection that always has more is served before others come.
const inARow = 16

// crew serves connections, one after another, with as many mates (goroutines) as there are processors. A goroutine of its own for each
// connection would cost as much to wake as what it then does. A mate who has to wait leaves its place to another first, so that nobody waits
// for a connection that is not theirs.
type crew struct {
	hands *hands
	most  int
	serve func(*mate, *conn)
	rest  sync.Pool // *mate

	mu      sync.Mutex
	waiting []*conn
	mates   int
}

// mate is a goroutine of a crew.
type mate struct {
	*crew
	own  [perMate]*conn
	list []*conn // of own: to be served yet
	left bool    // its place
	pen  pen     // of those who write
}

func newCrew(h *hands, serve func(*mate, *conn)) *crew {
	return &crew{hands: h, most: runtime.GOMAXPROCS(0), serve: serve}
}

// add has a connection served soon; false when it is too late. It is not added again before it was served.
func (w *crew) add(c *conn) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.waiting = append(w.waiting, c)
	if !w.manned() {
		w.waiting = nil // nobody comes any more
		return false
	}
	return true
}

// manned calls another mate when there are too few for those who wait; false when there is none.
func (w *crew) manned() bool {
	if w.mates < w.most && len(w.waiting) > w.mates*perMate && w.hands.do(w.run) {
		w.mates++
	}
	return w.mates > 0 || len(w.waiting) == 0
}

func (w *crew) run() {
	m, ok := w.rest.Get().(*mate)
	if !ok {
		m = &mate{crew: w}
	}
	for m.left = false; !m.left; {
		runtime.Gosched() // who is at it already comes first: more are served together
		if !m.take() {
			break
		}
		for len(m.list) > 0 {
			c := m.list[0]
			m.list[0], m.list = nil, m.list[1:]
			w.serve(m, c)
		}
	}
	w.rest.Put(m)
}

// take gives the mate connections to serve; false when nobody waits, and it goes.
func (m *mate) take() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.list = m.own[:copy(m.own[:], m.waiting)]
	n := copy(m.waiting, m.waiting[len(m.list):])
	clear(m.waiting[n:])
	m.waiting = m.waiting[:n]
	if len(m.list) == 0 {
		m.mates--
	}
	return len(m.list) > 0
}

// leave gives the mate's place to another, with those whom it has still to serve. It comes before whatever may take long.
func (m *mate) leave() {
	if m.left {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.left = true
	m.mates--
	m.waiting = append(m.waiting, m.list...)
	clear(m.list)
	m.list = nil
	m.manned()
}
