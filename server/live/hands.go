package live

import "sync"

// maxResting is how many hands wait for something to do when there is little.
const maxResting = 256

// hands do tasks. One that is done rests until the next and keeps its stack, which a new goroutine would have to grow again.
type hands struct {
	mu      sync.Mutex
	open    bool
	tasks   chan func()   // to one that rests
	resting chan struct{} // one for each that rests
	all     sync.WaitGroup
}

func (h *hands) start() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.open, h.tasks, h.resting = true, make(chan func()), make(chan struct{}, maxResting)
}

// do runs f soon, on a goroutine that stop waits for; false when it is too late to start anything.
func (h *hands) do(f func()) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !h.open {
		return false
	}
	select {
	case h.tasks <- f:
	default:
		tasks, resting := h.tasks, h.resting
		h.all.Go(func() { work(f, tasks, resting) })
	}
	return true
}

func work(f func(), tasks <-chan func(), resting chan struct{}) {
	for more := true; more; {
		f()
		select {
		case resting <- struct{}{}:
			f, more = <-tasks
			<-resting
		default:
			return
		}
	}
}

// stop waits for what runs.
func (h *hands) stop() {
	h.mu.Lock()
	if h.open {
		h.open = false
		close(h.tasks)
	}
	h.mu.Unlock()
	h.all.Wait()
}
