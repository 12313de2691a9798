package due

import (
	"context"
	"log/slog"
	"math"
	"math/rand/v2"
	"sync"
	"time"
)

// forever is planned when there is nothing to wait for: any instant is earlier.
const forever = math.MaxInt64

// loop is the state of a running worker; one goroutine owns it.
type loop struct {
	*Worker
	queue   []string            // due, in order, not begun
	running map[string]struct{} // queued or begun
	fresh   map[string]struct{} // done since the last look
	resting map[string]rest     // failed
	more    bool                // the last look left some
	busy    int                 // ticks under way
	hands   int                 // goroutines that tick, started as they are first needed
	work    chan string         // for one of them
	ended   ends
}

type rest struct {
	until time.Time // real time
	wait  time.Duration
}

type outcome struct {
	caseID string
	err    error
}

// ends are the ticks that ended and that the loop has not heard of.
type ends struct {
	mu   sync.Mutex
	list []outcome
	some chan struct{} // with room for one word: there are some
}

// tell never blocks.
func (e *ends) tell(o outcome) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.list = append(e.list, o)
	select {
	case e.some <- struct{}{}:
	default:
	}
}

func (e *ends) take() []outcome {
	e.mu.Lock()
	defer e.mu.Unlock()
	list := e.list
	e.list = nil
	return list
}

func (w *Worker) run(ctx context.Context, stopped chan struct{}) {
	defer close(stopped)
	l := &loop{Worker: w, running: map[string]struct{}{}, fresh: map[string]struct{}{}, resting: map[string]rest{},
		work: make(chan string), ended: ends{some: make(chan struct{}, 1)}}
	defer l.finish()
	var wait time.Duration
	for now := true; ctx.Err() == nil; now = l.sleep(ctx, wait) {
		wait = w.o.Poll
		// While many ticks run the next batch can wait, but not for ticks that hang. What was not there is brought by commits, which wake.
		if len(l.queue) == 0 && (now || l.more && l.busy <= w.o.Concurrency/2) {
			wait = l.look(ctx)
		}
		for len(l.queue) > 0 && l.busy < w.o.Concurrency {
			l.begin()
		}
		l.publish()
	}
}

// look asks the log and gives how long to sleep when there is nothing to do.
func (l *loop) look(ctx context.Context) time.Duration {
	l.early.Store(forever)
	l.planned.Store(0) // from here on commits note what they bring, and need not wake
	now := l.o.Now()
	business := l.o.Clock.Now()
	// Cases that run or rest are among the due, and first: asking for as many more keeps them from hiding others.
	limit := l.asked() + len(l.running) + len(l.resting)
	cases, next, err := l.o.Log.Due(ctx, business, limit)
	if err != nil {
		if ctx.Err() == nil {
			l.o.Logger.Error("due: log not read", slog.Any("error", err))
		}
		return l.o.Poll
	}
	found, wait := l.rested(cases, now)
	some := l.some(found)
	l.more = len(cases) == limit || len(some) < len(found)
	for _, id := range some {
		l.queue = append(l.queue, id)
		l.running[id] = struct{}{}
	}
	for id := range l.fresh {
		delete(l.resting, id)
	}
	clear(l.fresh)
	l.forget(cases, now)
	l.statsMu.Lock()
	l.stats.Looked = now
	l.statsMu.Unlock()
	l.plan(next)
	if d := next.Sub(business); d > 0 { // else nothing is to come, or more than was asked for: the end of these wakes
		wait = min(wait, d)
	}
	return wait
}

// rested are those of the due cases that neither run nor rest; wait is how long the first of the others still rests, a Poll at most.
func (l *loop) rested(due []string, now time.Time) (found []string, wait time.Duration) {
	wait = l.o.Poll
	for _, id := range due {
		if _, ok := l.running[id]; ok {
			continue
		}
		if _, ok := l.fresh[id]; ok { // its tick was in vain, though without an error: not at once again
			delete(l.fresh, id)
			l.rest(id)
		}
		if r, ok := l.resting[id]; ok && now.Before(r.until) {
			wait = min(wait, r.until.Sub(now))
			continue
		}
		found = append(found, id)
	}
	return found, wait
}

// plan notes the next instant that is known, zero for none: a commit that brings an earlier one wakes.
func (l *loop) plan(next time.Time) {
	planned := int64(forever)
	if !next.IsZero() {
		planned = next.UnixMicro()
	}
	l.planned.Store(planned)
	if l.early.Load() < planned { // brought while the log was read, so perhaps not seen
		l.Wake()
	}
}

// batches that one is taken from by chance when the log is shared: two processes then have one case in so many in common.
const batches = 16

func (l *loop) asked() int {
	if l.o.Shared {
		return batches * l.o.Batch
	}
	return l.o.Batch
}

// some of what was found, a batch at most when the log is shared. What is left is found again when these end.
func (l *loop) some(found []string) []string {
	if !l.o.Shared || len(found) <= l.o.Batch {
		return found
	}
	rand.Shuffle(len(found), func(i, j int) { found[i], found[j] = found[j], found[i] })
	return found[:l.o.Batch]
}

// forget drops resting cases that are not due any more.
func (l *loop) forget(due []string, now time.Time) {
	if len(l.resting) == 0 {
		return
	}
	still := make(map[string]struct{}, len(due))
	for _, id := range due {
		still[id] = struct{}{}
	}
	for id, r := range l.resting {
		if _, ok := still[id]; !ok && !now.Before(r.until) {
			delete(l.resting, id)
		}
	}
}

func (l *loop) begin() {
	id := l.queue[0]
	l.queue = l.queue[1:]
	l.busy++
	asked, err := l.ask(id, func(err error) { l.ended.tell(outcome{id, err}) })
	switch {
	case asked:
	case err != nil:
		l.end(outcome{id, err})
	default:
		if l.hands < l.o.Concurrency {
			l.hands++
			go l.hand()
		}
		l.work <- id
	}
}

// hand ticks one case after the other: a tick needs much stack, which a goroutine of its own would have to grow each time.
func (l *loop) hand() {
	for id := range l.work {
		l.ended.tell(outcome{id, l.tick(id)})
	}
}

// end takes what a tick came to.
func (l *loop) end(o outcome) {
	l.busy--
	delete(l.running, o.caseID)
	l.statsMu.Lock()
	l.stats.Ticked++
	if o.err != nil {
		l.stats.Failed++
	}
	l.statsMu.Unlock()
	if o.err == nil {
		l.fresh[o.caseID] = struct{}{}
		return
	}
	l.o.Logger.Error("due: case not ticked", slog.String("case", o.caseID), slog.Any("error", o.err))
	l.rest(o.caseID)
}

func (l *loop) rest(id string) {
	r := l.resting[id]
	r.wait = min(max(2*r.wait, l.o.Backoff), l.o.BackoffMax)
	r.until = l.o.Now().Add(r.wait)
	l.resting[id] = r
}

// sleep waits for something to do: the end of a tick, a wake-up, or time. Now says that the log is to be looked at in any case.
func (l *loop) sleep(ctx context.Context, wait time.Duration) (now bool) {
	timer, stop := l.o.After(wait)
	defer stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer:
		return true
	case <-l.wake:
		return true
	case <-l.ended.some:
		l.endAll()
		return false
	}
}

// endAll takes what has ended.
func (l *loop) endAll() {
	for _, o := range l.ended.take() {
		l.end(o)
	}
}

// publish keeps the figures for Stats.
func (l *loop) publish() {
	l.statsMu.Lock()
	defer l.statsMu.Unlock()
	l.stats.Backlog, l.stats.Resting = len(l.running), len(l.resting)
}

// finish waits for ticks under way.
func (l *loop) finish() {
	for l.busy > 0 {
		<-l.ended.some
		l.endAll()
	}
	close(l.work)
	l.queue = nil
	clear(l.running)
	l.publish()
}
