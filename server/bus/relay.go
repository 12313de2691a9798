package bus

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"hejie/negotiation"
	"hejie/server/app"
)

// Hub is who delivers to this replica's people; live's is one.
type Hub interface {
	Hear(news []app.News)
	Check(ctx context.Context, all bool) error
	RefreshLists(n int) (left int)
	Sessions() []string
	ReadElsewhere(caseID string, ch negotiation.Channel, by negotiation.By, seq int64)
	PeopleElsewhere(replica, caseID string, people []app.Present)
	WhoElsewhere(cases, desks []string)
	Gone(replica string)
	Tend(all bool)
	Late(is bool)
}

// Options of a relay. All is required but what says otherwise.
type Options struct {
	Connect  Connect                                       // nil: there is no bus, and nothing is told or heard
	Revoked  func(app.Revoked)                             // another replica ended sessions
	Review   func(ctx context.Context, ids []string) error // ends those of the sessions that are no more
	Calendar func(ctx context.Context) error               // reads the calendar again
	ID       string                                        // of this replica; "": a new one
	Replicas func(ctx context.Context) ([]string, error)   // ids of those that work on the log, heard or not; nil: nobody knows
	Ticks    <-chan time.Time                              // about once a second; nil: an own ticker
	Now      func() time.Time                              // real time; nil: time.Now
	Logger   *slog.Logger                                  // nil: nothing is logged
}

// Connect opens the way to the other replicas. It succeeds also while they cannot be reached. Receive is called with what they send,
// one after the other, and changed when the way may have opened or closed.
type Connect func(receive func([]byte), changed func()) (Wire, error)

// Wire is the way to the other replicas.
type Wire interface {
	// Send hands a message over, or says that it is lost.
	Send(message []byte) error
	// Try says why messages do not pass now, nil when they do; it may wait a second to find out.
	Try() error
	Close()
}

// How often and how long.
const (
	checkEach    = 3               // ticks
	reviewEach   = 30              // ticks, while nothing was missed
	calendarEach = 60              // ticks
	listsEach    = 300             // ticks: the last net, should the bus lose everything and look well
	silent       = 5 * time.Second // without a beat: the replica is gone
	suspect      = 5 * time.Minute // a replica that did not say goodbye may still write, cut off from the bus
	listsAlone   = 15              // ticks, without a bus
	seldom       = 30 * time.Second
	listsAtOnce  = 200 // lists read again a tick
	lookTime     = 10 * time.Second
)

// Relay is a replica's end of the bus.
type Relay struct {
	o   Options
	id  string
	hub Hub

	outMu sync.Mutex
	out   message // waits to be sent
	n     uint64  // of the last message
	wake  chan struct{}
	wayMu sync.Mutex // numbers go out in their order; taken before outMu

	mu       sync.Mutex
	peers    map[string]*peer
	suspects map[string]time.Time // silent replicas, and until when they may write unheard
	unheard  map[string]time.Time // replicas that work on the log and are not heard, since when
	missed   bool                 // something was not heard
	stale    bool                 // the calendar may have changed
	none     struct {             // messages that are none
		n    int // not told of yet
		told time.Time
	}

	up    atomic.Bool
	cut   atomic.Bool // a replica that works on the log is not heard
	ticks int         // of the one who looks
	wire  Wire
	stop  context.CancelFunc
	tasks sync.WaitGroup
}

// peer is another replica.
type peer struct {
	n     uint64
	heard time.Time
}

// New makes a relay that keeps what it is told until Start.
func New(o Options) *Relay {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.ID == "" {
		o.ID = app.NewID()
	}
	return &Relay{o: o, id: o.ID, wake: make(chan struct{}, 1), peers: map[string]*peer{}, suspects: map[string]time.Time{}, unheard: map[string]time.Time{}}
}

// Start connects and works until Stop. Error: an address that is none; while NATS cannot be reached it is tried for ever.
func (r *Relay) Start(hub Hub) error {
	r.hub = hub
	ctx, stop := context.WithCancel(context.Background())
	look := make(chan struct{}, 1)
	if r.o.Connect != nil {
		wire, err := r.o.Connect(r.receive, func() { r.changed(); offer(look) })
		if err != nil {
			stop()
			return err
		}
		r.wire = wire
		r.tasks.Go(func() { r.sending(ctx) })
	}
	r.stop = stop
	r.tasks.Go(func() { r.beating(ctx, look) })
	r.tasks.Go(func() {
		for {
			select {
			case <-ctx.Done():
				return
			case <-look:
				r.lookAround(ctx)
			}
		}
	})
	return nil
}

// Stop says goodbye and ends. Stopping what does not run does nothing.
func (r *Relay) Stop() {
	if r.stop == nil {
		return
	}
	r.stop()
	r.tasks.Wait()
	r.stop = nil
	if r.wire == nil {
		return
	}
	r.send(message{Bye: true})
	_ = r.wire.Try() // what was sent is on its way, or lost with the bus
	r.wire.Close()
}

// Up says whether the other replicas hear this one, as far as it knows.
func (r *Relay) Up() bool { return r.up.Load() }

// changed notes that the way opened or closed: what was sent meanwhile is lost.
func (r *Relay) changed() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.missed = true
}

func (r *Relay) beating(ctx context.Context, look chan<- struct{}) {
	ticks := r.o.Ticks
	if ticks == nil {
		ticker := time.NewTicker(time.Second)
		defer ticker.Stop()
		ticks = ticker.C
	}
	for n := 0; ; n++ {
		if r.wire != nil {
			r.beat(n == 1) // by then it is known why
		}
		offer(look)
		select {
		case <-ctx.Done():
			return
		case <-ticks:
		}
	}
}

// beat says that this replica is there and how much it has said. A bus that never came is told once, too.
func (r *Relay) beat(told bool) {
	r.wayMu.Lock()
	r.outMu.Lock()
	m := message{From: r.id, N: r.n, Beat: true}
	r.outMu.Unlock()
	r.post(m)
	r.wayMu.Unlock()
	away := r.wire.Try()
	up := away == nil
	was := r.up.Swap(up)
	if was != up {
		r.changed()
	}
	switch {
	case up && !was:
		r.o.Logger.Info("the bus is there")
	case !up && (was || told):
		r.o.Logger.Warn("the bus is away; everything goes on, some of it seconds later", slog.Any("error", away))
	}
	r.hub.Late(!up || r.cut.Load())
}

// lookAround does once a tick what heals.
func (r *Relay) lookAround(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, lookTime)
	defer cancel()
	r.ticks++
	for _, id := range r.silentPeers() {
		r.hub.Gone(id)
	}
	r.mu.Lock()
	missed, stale := r.missed, r.stale
	r.missed, r.stale = false, false
	maps.DeleteFunc(r.suspects, func(_ string, until time.Time) bool { return !r.o.Now().Before(until) })
	alone := len(r.suspects) > 0 || r.cut.Load() || !r.up.Load()
	r.mu.Unlock()

	every := func(n int) bool { return r.ticks%n == 0 }
	var err error
	if missed || every(checkEach) {
		lists := missed || every(listsEach) || alone && r.hub.RefreshLists(0) == 0
		if r.wire == nil { // for good, and perhaps there is nobody else: lists cost more than positions
			lists = every(listsAlone)
		}
		err = r.hub.Check(ctx, lists)
	}
	r.hub.RefreshLists(listsAtOnce)
	if err == nil && (missed || alone && every(checkEach) || every(reviewEach)) {
		err = r.o.Review(ctx, r.hub.Sessions())
	}
	if err == nil && (missed || stale || every(calendarEach)) {
		err = r.o.Calendar(ctx)
	}
	if err == nil && every(checkEach) && r.wire != nil && r.o.Replicas != nil {
		err = r.compare(ctx)
	}
	r.hub.Tend(missed)
	if err != nil && ctx.Err() == nil {
		r.o.Logger.Error("bus: what was missed was not found; it is tried again in a second", slog.Any("error", err))
		r.changed()
	}
}

// silentPeers gives replicas that were not heard for a while, and forgets them.
func (r *Relay) silentPeers() (gone []string) {
	now := r.o.Now()
	r.mu.Lock()
	defer r.mu.Unlock()
	for id, p := range r.peers {
		if now.Sub(p.heard) >= silent {
			delete(r.peers, id)
			gone = append(gone, id)
			r.suspects[id] = now.Add(suspect)
			r.o.Logger.Info("a replica went silent", slog.String("replica", id))
		}
	}
	return gone
}

// compare finds replicas that work on the log and are not heard: of their people nothing is known. One that was never heard may only just
// have started, or be about to end.
func (r *Relay) compare(ctx context.Context) error {
	ids, err := r.o.Replicas(ctx)
	if err != nil {
		return err
	}
	now, cut := r.o.Now(), false
	r.mu.Lock()
	defer r.mu.Unlock()
	unheard := map[string]time.Time{}
	for _, id := range ids {
		if id == r.id || r.peers[id] != nil {
			continue
		}
		since, known := r.unheard[id]
		if !known {
			since = now
		}
		unheard[id] = since
		_, suspected := r.suspects[id]
		cut = cut || suspected || now.Sub(since) >= silent
	}
	r.unheard = unheard
	switch was := r.cut.Swap(cut); {
	case cut && !was:
		r.o.Logger.Info("replicas that work and are not heard", slog.Any("replicas", slices.Collect(maps.Keys(unheard))))
	case was && !cut:
		r.o.Logger.Info("all replicas that work are heard again")
	}
	return nil
}

// receive takes a message of another replica.
func (r *Relay) receive(b []byte) {
	var m message
	err := json.Unmarshal(b, &m)
	if err == nil && !app.ValidID(m.From) {
		err = errors.New("it does not say which replica it is of")
	}
	if err != nil {
		r.refused(err)
		return
	}
	if m.From == r.id {
		return
	}
	known, gone := r.count(&m)
	if gone {
		r.hub.Gone(m.From)
		return
	}
	if !known { // it may not know this replica's people either
		r.hub.Tend(true)
	}
	if len(m.News) > 0 {
		r.hub.Hear(m.News)
	}
	for _, v := range m.Revoked {
		r.o.Revoked(v)
	}
	for _, v := range m.Reads {
		r.hub.ReadElsewhere(v.Case, v.Channel, v.By, v.Seq)
	}
	for caseID, people := range m.People {
		r.hub.PeopleElsewhere(m.From, caseID, people)
	}
	if len(m.Who)+len(m.Desks) > 0 {
		r.hub.WhoElsewhere(m.Who, m.Desks)
	}
}

// refused tells of messages that are none, the first at once and then seldom: who sends one may send thousands.
func (r *Relay) refused(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.none.n++
	now := r.o.Now()
	if !r.none.told.IsZero() && now.Sub(r.none.told) < seldom {
		return
	}
	r.o.Logger.Warn("bus: messages that are none", slog.Int("count", r.none.n), slog.Any("error", err))
	r.none.n, r.none.told = 0, now
}

// count notes the number of a message and whether one before it was lost.
func (r *Relay) count(m *message) (known, gone bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	p, known := r.peers[m.From]
	delete(r.suspects, m.From)
	if m.Bye {
		delete(r.peers, m.From)
		return known, true
	}
	if !known {
		p = &peer{n: m.N}
		r.peers[m.From] = p
		r.missed = true // whatever it said before
	}
	p.heard = r.o.Now()
	next := p.n + 1
	if m.Beat {
		next = p.n
	}
	if m.N > next {
		r.missed = true
	}
	p.n = max(p.n, m.N)
	r.stale = r.stale || m.Calendar
	return known, false
}

func offer(c chan<- struct{}) {
	select {
	case c <- struct{}{}:
	default: // it is going to look anyway
	}
}

func (r *Relay) post(m message) {
	b, err := json.Marshal(m)
	if err != nil { // of strings and numbers only
		panic(fmt.Sprintf("bus: %v", err))
	}
	if err := r.wire.Send(b); err != nil {
		r.o.Logger.Debug("bus: not sent", slog.Any("error", err))
	}
}
