package live

import "sync"

// maxResting is how many hands wait for something to do.
const maxResting = 64

// hands do tasks. One that is done rests until the next and keeps its stack, which a new goroutine would have to grow again. The one that
// rests the shortest is next: its stack is still near the processor.
type hands struct {
	mu      sync.Mutex
	open    bool
	resting []chan func() // with room for one task each
	all     sync.WaitGroup
}

func (h *hands) start() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.open = true
}

// do runs f soon, on a goroutine that stop waits for; false when it is too late to start anything.
func (h *hands) do(f func()) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	last := len(h.resting) - 1
	switch {
	case !h.open:
		return false
	case last < 0:
		h.all.Go(func() { h.work(f) })
	default:
		h.resting[last] <- f
		h.resting = h.resting[:last]
	}
	return true
}

func (h *hands) work(f func()) {
	tasks := make(chan func(), 1)
	for more := true; more; {
		f()
		if !h.rest(tasks) {
			return
		}
		f, more = <-tasks
	}
}

// rest says whether the next task will come, or the end.
func (h *hands) rest(tasks chan func()) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !h.open || len(h.resting) == maxResting {
		return false
	}
	h.resting = append(h.resting, tasks)
	return true
}

// stop waits for what runs.
func (h *hands) stop() {
	h.mu.Lock()
	h.open = false
	for _, tasks := range h.resting {
		close(tasks)
	}
	h.resting = nil
	h.mu.Unlock()
	h.all.Wait()
}
