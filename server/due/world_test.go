package due

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"hejie/negotiation"
	"hejie/server/app"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// world is a log, a door and a business clock that can jump. Real time is the bubble's.
type world struct {
	mu      sync.Mutex
	offset  time.Duration
	due     map[string][]time.Time // instants to come, in order, by case
	bad     map[string]error       // cases that fail
	vain    map[string]bool        // cases whose tick changes nothing
	fail    error                  // of reads
	looks   int
	ticks   []string // in the order begun
	passed  []string
	running map[string]bool
	most    int
	twice   bool
	onTick  func(id string)
	asked   int
}

func newWorld() *world {
	return &world{due: map[string][]time.Time{}, bad: map[string]error{}, vain: map[string]bool{}, running: map[string]bool{}}
}

func (w *world) Now() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now()
}

func (w *world) now() time.Time { return time.Now().Add(w.offset) }

func (w *world) Due(_ context.Context, now time.Time, limit int) (cases []string, next time.Time, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.looks++
	type row struct {
		id string
		at time.Time
	}
	var rows []row
	for id, at := range w.due {
		if len(at) > 0 {
			rows = append(rows, row{id, at[0]})
		}
	}
	slices.SortFunc(rows, func(a, b row) int { return a.at.Compare(b.at) })
	for _, r := range rows {
		switch {
		case !r.at.After(now) && len(cases) < limit:
			cases = append(cases, r.id)
		case next.IsZero():
			next = r.at
		}
	}
	return cases, next, w.fail
}

func (w *world) Tick(_ context.Context, id string) error {
	w.mu.Lock()
	w.ticks = append(w.ticks, id)
	w.twice = w.twice || w.running[id]
	w.running[id] = true
	w.most = max(w.most, len(w.running))
	onTick, err := w.onTick, w.bad[id]
	w.mu.Unlock()
	defer func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		delete(w.running, id)
	}()
	if onTick != nil {
		onTick(id)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if err != nil || w.vain[id] {
		return err
	}
	for len(w.due[id]) > 0 && !w.due[id][0].After(w.now()) {
		w.passed = append(w.passed, fmt.Sprintf("%s at %d", id, w.due[id][0].Unix()))
		w.due[id] = w.due[id][1:]
	}
	return nil
}

// AskTick lets every other one wait.
func (w *world) AskTick(ctx context.Context, id string, told func(error)) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.asked++
	if w.asked%2 == 0 {
		return false
	}
	if w.onTick == nil { // else it may panic, which the store would have met
		go func() { told(w.Tick(ctx, id)) }()
		return true
	}
	return false
}

func (w *world) add(id string, at ...time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.due[id] = append(w.due[id], at...)
}

func (w *world) set(f func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	f()
}

func (w *world) ticked() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.ticks)
}

func (w *world) done() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.passed)
}

func (w *world) looked() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.looks
}

func (w *world) worker(change func(*Options)) *Worker {
	o := Options{Log: w, Ledger: w, Clock: w}
	if change != nil {
		change(&o)
	}
	return New(o)
}

// commit as the store tells of it: a case with one running deadline.
func commit(due time.Time) []app.Commit {
	return []app.Commit{{After: &negotiation.Case{Deadlines: []negotiation.Deadline{{Key: negotiation.FirstResponse, Due: due}}}}}
}
