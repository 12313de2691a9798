// Package due finds cases whose time has come and walks them through the one door.
//
// # Pattern
//
// The worker asks the log for cases whose next instant has passed, earliest first, and has each of them ticked: the door passes and
// reminds whatever is due in the case. It then sleeps until the next instant that the log told, and is woken earlier when a commit brings
// an earlier one or when business time jumps (the demo). Once a second it looks anyway: a wake-up that is lost costs a second, never
// a deadline.
//
// # Concurrency
//
// One goroutine owns all state and decides. It asks the door for ticks, at most Concurrency at once, so that the writer can put many into
// one commit while others are planned; ticks that somebody has to wait for run on goroutines of their own. A case is never ticked twice at once.
//
// # Life cycle
//
// Start and Stop may be repeated, and a stopped worker may be started again. Whoever starts it sees to it that outages are known by then
// (app.Pulse), so that a start after a gap escalates nothing that the outage covers. Stop lets ticks under way end.
//
// # Invariants
//
//   - A deadline takes effect once, whoever looks and however often: the door refuses what does not run any more.
//   - A case that fails waits, longer each time, and never holds up another.
package due

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"hejie/server/app"
)

// Log tells which cases are due. The store is one.
type Log interface {
	// Due gives cases whose next instant is at or before now, earliest first and those of one instant as they were filed, and the next
	// instant after those (zero: none).
	Due(ctx context.Context, now time.Time, limit int) (cases []string, next time.Time, err error)
}

// Ledger is the door: it passes whatever is due in a case now, as the system.
type Ledger interface {
	Tick(ctx context.Context, caseID string) error
	// AskTick is Tick for who does not wait, as Ask of app.Log is Change.
	AskTick(ctx context.Context, caseID string, told func(error)) bool
}

// Options of a worker.
type Options struct {
	Log    Log
	Ledger Ledger
	Clock  app.Clock    // business time: what is due
	Logger *slog.Logger // nil: nothing is logged

	Shared      bool          // other processes walk the same log: each takes its batches by chance, so that they seldom meet in a case
	Batch       int           // cases taken at once; 0: 200
	Concurrency int           // ticks at once; 0: 400, some of which are planned while the writer commits others
	Poll        time.Duration // longest sleep; 0: one second
	Backoff     time.Duration // first wait of a case that failed, doubled each time; 0: one second
	BackoffMax  time.Duration // 0: five minutes
	Timeout     time.Duration // of a tick; 0: 30 seconds

	// After is real time: a channel that gets a value after d. Nil: time.NewTimer. Stop frees it.
	After func(d time.Duration) (c <-chan time.Time, stop func())
	Now   func() time.Time // real time, for back-off and lag; nil: time.Now
}

// Worker walks due cases through the door.
type Worker struct {
	o       Options
	wake    chan struct{}
	planned atomic.Int64 // business time that the worker sleeps until, microseconds; 0: it is looking
	early   atomic.Int64 // earliest instant that commits brought since it began to look

	mu      sync.Mutex
	cancel  context.CancelFunc
	stopped chan struct{}

	statsMu sync.Mutex
	stats   Stats
}

// Stats say how the worker does.
type Stats struct {
	Ticked  int64     // since the process started
	Failed  int64     // ticks that ended in an error
	Backlog int       // known to be due and not done
	Resting int       // failed, waiting to be tried again
	Looked  time.Time // last successful look, real time
}

// New makes a worker that does nothing before Start.
func New(o Options) *Worker {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.After == nil {
		o.After = func(d time.Duration) (<-chan time.Time, func()) {
			t := time.NewTimer(d)
			return t.C, func() { t.Stop() }
		}
	}
	o.Batch = cmp.Or(o.Batch, 200)
	o.Concurrency = cmp.Or(o.Concurrency, 400)
	o.Poll = cmp.Or(o.Poll, time.Second)
	o.Backoff = cmp.Or(o.Backoff, time.Second)
	o.BackoffMax = cmp.Or(o.BackoffMax, 5*time.Minute)
	o.Timeout = cmp.Or(o.Timeout, 30*time.Second)
	return &Worker{o: o, wake: make(chan struct{}, 1)}
}

// Start begins to work in the background. Starting twice is starting once.
func (w *Worker) Start() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.cancel != nil {
		return
	}
	ctx, cancel := context.WithCancel(context.Background())
	w.cancel, w.stopped = cancel, make(chan struct{})
	go w.run(ctx, w.stopped)
}

// Stop ends the work and waits for ticks under way. Stopping what does not run does nothing.
func (w *Worker) Stop() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.cancel == nil {
		return
	}
	w.cancel()
	<-w.stopped
	w.cancel = nil
}

// Wake makes the worker look now: business time has jumped. It never blocks.
func (w *Worker) Wake() {
	select {
	case w.wake <- struct{}{}:
	default: // it is going to look anyway
	}
}

// Commits wakes the worker when one of the commits brings an instant before the one that it sleeps until. It never blocks; for the
// store's OnCommit.
func (w *Worker) Commits(commits []app.Commit) {
	first := int64(forever)
	for i := range commits {
		if at := commits[i].After.NextAt(); !at.IsZero() {
			first = min(first, at.UnixMicro())
		}
	}
	for early := w.early.Load(); first < early && !w.early.CompareAndSwap(early, first); early = w.early.Load() {
	}
	if first < w.planned.Load() {
		w.Wake()
	}
}

// Stats of now.
func (w *Worker) Stats() Stats {
	w.statsMu.Lock()
	defer w.statsMu.Unlock()
	return w.stats
}

// tick runs one case; a panic fails that case alone.
func (w *Worker) tick(caseID string) (err error) {
	defer caught(&err)
	// Not the worker's context: what has begun is finished.
	ctx, cancel := context.WithTimeout(context.Background(), w.o.Timeout)
	defer cancel()
	return w.o.Ledger.Tick(ctx, caseID)
}

// ask is tick without waiting; false when nothing was asked. What has begun is finished, and the store waits for no one case.
func (w *Worker) ask(caseID string, told func(error)) (asked bool, err error) {
	defer caught(&err)
	return w.o.Ledger.AskTick(context.Background(), caseID, told), nil
}

func caught(err *error) {
	if p := recover(); p != nil {
		*err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
	}
}
