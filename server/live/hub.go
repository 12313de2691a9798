package live

import (
	"cmp"
	"context"
	"hash/maphash"
	"log/slog"
	"maps"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"

	"hejie/negotiation"
	"hejie/server/app"
)

// Protocol is the subprotocol that client and server agree on.
const Protocol = "hejie.v1"

// Visitor is who stands behind a socket, as its session proved at the upgrade.
type Visitor struct {
	Session app.Session
	Name    string // as colleagues of the same desk or bureau see them
	Public  string // as the other sides see them: the desk's or the bureau's name; "" for consumers
	Request string // id of the upgrade, for traces of what comes through the socket; "": nobody traces
}

// Feeds are lists of cases. Who may follow which, and what is in a row for them, is decided there.
type Feeds interface {
	// Page is the first page of "inbox", "board" or "me". Errors: not_allowed, or the store's own.
	Page(ctx context.Context, by app.Session, feed string) (app.CasePage, error)
	// Learn reads what Row needs for a row that is about to be delivered; it may block.
	Learn(ctx context.Context, row app.CaseRow) error
	// Row is the row as the session may see it, ok false when it is not (or no longer) in the feed: then its case and version. It
	// must not block. All of one enterprise see the same inbox, all of one bureau the same board.
	Row(by app.Session, feed string, row app.CaseRow) (seen app.CaseRow, ok bool)
}

// Marks keep how far an account has read a channel.
type Marks interface {
	// Read answers false when the mark was already there or beyond. Errors: as for reading the channel.
	Read(ctx context.Context, by app.Session, caseID string, ch negotiation.Channel, seq int64) (bool, error)
}

// Door is the one door, which app.Ledger is.
type Door interface {
	app.Door
	// Ask is Do for who does not wait; see app.Log.
	Ask(ctx context.Context, by negotiation.Actor, caseID string, id app.CommandID, cmd negotiation.Command, told func(app.Receipt, error)) bool
}

// Options of a hub.
type Options struct {
	// Visitor resolves the session of an upgrade request. Errors: sign_in_required.
	Visitor func(*http.Request) (Visitor, error)
	// Alive says whether a session still holds, asked once its connection is one that Revoke finds: it may have been ended between the
	// proof and then. Nil: it does.
	Alive  func(ctx context.Context, session string) (bool, error)
	Past   app.Past
	Door   Door
	Feeds  Feeds
	Marks  Marks
	Limits app.Limits // FrameBytes, CommandsPerSecond, SocketsPerAccount
	Tail   app.Tail   // what other replicas write; nil: there are none, and Hear, Check and Tend are not called
	Peers  Peers      // nil with Tail

	// EncodeRow gives a row as the HTTP lists give it; an object.
	EncodeRow func(app.CaseRow) ([]byte, error)

	// Refuse answers a request for a stream or a socket that cannot be one; nil: with the error's code as plain text.
	Refuse func(http.ResponseWriter, *http.Request, error)

	// Origin judges the Origin of an upgrade; nil: none, or the host that was asked for.
	Origin func(*http.Request) bool
	// Delivered hears how old the eldest event of a round of commits was when all were given to their followers; nil: nobody does.
	Delivered func(took time.Duration)
	Logger    *slog.Logger     // nil: nothing is logged
	Now       func() time.Time // real time; nil: time.Now
	Ticks     <-chan time.Time // drives the timer wheel, about once a second; nil: an own ticker
	tuning    tuning           // zero values: defaults; tests make them small
}

// tuning is not for operators: figures that belong to the protocol or were measured.
type tuning struct {
	queueFrames int // of a socket; half full drops signals, full ends it
	queueBytes  int // of a socket
	jobs        int // frames of a socket read ahead of its worker
	ring        int // records of an active channel kept in memory
	ringBytes   int
	page        int           // records of one catch-up frame
	channels    int           // subscriptions of a socket
	refusals    int           // sockets that are told at once why they may not come in; more are cut without a word
	pending     int           // commits of a shard waiting for delivery
	write       time.Duration // for one write
	grace       time.Duration // for the peer to answer a close
	first       time.Duration // until the first frame
	ping        time.Duration
	pong        time.Duration
	warm        time.Duration // an empty room is kept so long
	silent      time.Duration // and what was said last in one with people
}

func (t tuning) withDefaults() tuning {
	t.queueFrames = cmp.Or(t.queueFrames, 256)
	t.queueBytes = cmp.Or(t.queueBytes, 256<<10)
	t.jobs = cmp.Or(t.jobs, 64)
	t.ring = cmp.Or(t.ring, 64)
	t.ringBytes = cmp.Or(t.ringBytes, 32<<10)
	t.page = cmp.Or(t.page, 100)
	t.channels = cmp.Or(t.channels, 64)
	t.refusals = cmp.Or(t.refusals, 256)
	t.pending = cmp.Or(t.pending, 16<<10)
	t.write = cmp.Or(t.write, 10*time.Second)
	t.grace = cmp.Or(t.grace, 2*time.Second)
	t.first = cmp.Or(t.first, 10*time.Second)
	t.ping = cmp.Or(t.ping, 25*time.Second)
	t.pong = cmp.Or(t.pong, 10*time.Second)
	t.warm = cmp.Or(t.warm, 2*time.Minute)
	t.silent = cmp.Or(t.silent, 5*time.Second)
	return t
}

// Hub holds all sockets of the process. It is an http.Handler for GET /api/live.
type Hub struct {
	Options
	upgrader websocket.Upgrader
	made     time.Time
	seed     maphash.Seed
	shards   []*shard
	feeds    feedTable
	wheel    wheel
	refusing atomic.Int64

	elsewhere elsewhere
	tended    atomic.Uint64 // calls of Tend
	lateness  lateness

	mu       sync.Mutex
	state    state
	conns    map[*conn]struct{}
	accounts map[string]int
	empty    chan struct{}   // closed when the last socket has gone while stopping
	ctx      context.Context // of all work; ends when Stop runs out of time
	cancel   context.CancelFunc
	halt     context.CancelFunc // of the wheel

	hands   hands // of the crews, for deliveries and the wheel
	workers *crew
	pens    *crew
	asked   sync.WaitGroup // commands that are answered later
}

type state int

const (
	idle state = iota
	running
	stopping
)

// New makes a hub that does nothing before Start.
func New(o Options) *Hub {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Refuse == nil {
		o.Refuse = refuse
	}
	o.tuning = o.tuning.withDefaults()
	h := &Hub{Options: o, made: time.Now(), seed: maphash.MakeSeed(), conns: map[*conn]struct{}{}, accounts: map[string]int{}}
	h.upgrader = websocket.Upgrader{
		ReadBufferSize: 1024, WriteBufferSize: 1024, WriteBufferPool: new(sync.Pool), HandshakeTimeout: o.tuning.write,
		Subprotocols: []string{Protocol}, CheckOrigin: o.Origin,
		Error: func(w http.ResponseWriter, r *http.Request, status int, reason error) {
			o.Refuse(w, r, shaken(status, reason))
		},
	}
	h.workers = newCrew(&h.hands, func(m *mate, c *conn) { c.work(m) })
	h.pens = newCrew(&h.hands, func(m *mate, c *conn) { c.flush(m) })
	for range max(2, runtime.GOMAXPROCS(0)) {
		h.shards = append(h.shards, &shard{hub: h, rooms: map[roomKey]*room{}})
	}
	h.feeds.hub = h
	h.wheel.hub = h
	return h
}

// Start takes sockets from now on. Starting twice is starting once.
func (h *Hub) Start() {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.state != idle {
		return
	}
	h.state = running
	h.ctx, h.cancel = context.WithCancel(context.Background())
	turning, halt := context.WithCancel(h.ctx)
	h.halt = halt
	h.hands.start()
	h.hands.do(func() { h.wheel.run(turning) })
}

// Stop refuses new sockets, says going_away to all, waits until they have gone and commands under way are answered, and cuts what
// is left when ctx ends; then it gives the context's error. Stopping what does not run does nothing.
func (h *Hub) Stop(ctx context.Context) error {
	conns, ok := h.leave()
	if !ok {
		return nil
	}
	intime := context.AfterFunc(ctx, func() {
		h.cancel()
		for _, c := range conns {
			c.cut()
		}
	})
	next := make(chan *conn)
	var leaving sync.WaitGroup
	for range min(128, len(conns)) { // close frames at once
		leaving.Go(func() {
			for c := range next {
				c.close(GoingAway)
			}
		})
	}
	for _, c := range conns {
		next <- c
	}
	close(next)
	leaving.Wait()
	<-h.empty

	h.halt()
	h.hands.stop()
	h.asked.Wait()
	var err error
	if !intime() {
		err = ctx.Err()
	}
	h.cancel()
	h.wheel.clear()
	h.mu.Lock()
	h.state = idle
	h.mu.Unlock()
	return err
}

// leave begins to stop, once.
func (h *Hub) leave() ([]*conn, bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.state != running {
		return nil, false
	}
	h.state = stopping
	h.empty = make(chan struct{})
	if len(h.conns) == 0 {
		close(h.empty)
	}
	return slices.Collect(maps.Keys(h.conns)), true
}

// shaken is the error of a request that the library did not make a socket of.
func shaken(status int, reason error) error {
	switch {
	case status == http.StatusForbidden:
		return negotiation.NewError("cross_origin").Because(reason) // as for changes from another site's pages
	case status == http.StatusBadRequest && strings.Contains(reason.Error(), "token not found"):
		return negotiation.Required("Upgrade").Because(reason)
	case status == http.StatusBadRequest:
		return negotiation.NewError(negotiation.CodeMalformed).Because(reason)
	}
	return negotiation.NewError(negotiation.CodeInternal).Because(reason)
}

// ServeHTTP upgrades a request to a socket and returns; the socket lives on. A browser's script cannot read the status of a
// refused upgrade, so what it must know is told by a close code.
func (h *Hub) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h.mu.Lock()
	up := h.state == running
	h.mu.Unlock()
	if !up {
		h.Refuse(w, r, negotiation.NewError(negotiation.CodeUnavailable))
		return
	}
	who, refused := h.Visitor(r)
	if refused != nil && negotiation.CodeOf(refused) != negotiation.CodeSignInRequired {
		h.Logger.ErrorContext(r.Context(), "live: session not resolved", slog.Any("error", refused))
		h.Refuse(w, r, negotiation.NewError(negotiation.CodeUnavailable).Because(refused))
		return
	}
	const request = "X-Request-Id" // the library leaves out what the answer's headers say
	ws, err := h.upgrader.Upgrade(w, r, http.Header{request: w.Header()[request]})
	if err != nil {
		return // Upgrade has answered
	}
	c := &conn{hub: h, wire: newWire(ws.NetConn()), visitor: who}
	code := CloseCode(0)
	switch {
	case refused != nil:
		code = SignedOut
	case ws.Subprotocol() != Protocol:
		code = Unsupported
	default:
		code = h.add(c)
	}
	if code == 0 {
		c.prepare()
		h.tellLate(c)
		if code := h.lapsed(r.Context(), who); code != 0 {
			c.end(code)
		}
		go c.read() // not before: Stop waits for readers, and after it nothing may be asked
	} else {
		h.refuse(c, code)
	}
}

// refuse tells a socket that was never let in why, if there is the time for it. The hub keeps nothing of it but that it is under way.
func (h *Hub) refuse(c *conn, code CloseCode) {
	told := h.refusing.Add(1) <= int64(h.tuning.refusals) && h.hands.do(func() {
		defer h.refusing.Add(-1)
		c.refuse(code)
	})
	if !told {
		h.refusing.Add(-1)
		c.cut()
	}
}

// lapsed is not 0 for a session that was ended before its connection was registered, or when that cannot be told.
func (h *Hub) lapsed(ctx context.Context, who Visitor) CloseCode {
	if h.Alive == nil {
		return 0
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(h.ctx, cancel)()
	alive, err := h.Alive(ctx, who.Session.ID)
	switch {
	case err != nil && h.ctx.Err() != nil: // nobody waits for it any more
		return GoingAway
	case err != nil:
		h.Logger.ErrorContext(ctx, "live: session not looked up", slog.Any("error", err))
		return GoingAway
	case !alive:
		return SignedOut
	}
	return 0
}

// add registers a socket; not 0 when it may not be.
func (h *Hub) add(c *conn) CloseCode {
	h.mu.Lock()
	defer h.mu.Unlock()
	account := c.visitor.Session.Actor.ID
	switch {
	case h.state != running:
		return GoingAway
	case h.accounts[account] >= h.Limits.SocketsPerAccount:
		return TooManySockets
	}
	h.accounts[account]++
	h.conns[c] = struct{}{}
	return 0
}

func (h *Hub) remove(c *conn) {
	h.mu.Lock()
	defer h.mu.Unlock()
	account := c.visitor.Session.Actor.ID
	if h.accounts[account]--; h.accounts[account] == 0 {
		delete(h.accounts, account)
	}
	delete(h.conns, c)
	if h.state == stopping && len(h.conns) == 0 {
		close(h.empty)
	}
}

// Sessions are those of the connections that are open, each once.
func (h *Hub) Sessions() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	ids := make(map[string]struct{}, len(h.conns))
	for c := range h.conns {
		ids[c.visitor.Session.ID] = struct{}{}
	}
	return slices.Collect(maps.Keys(ids))
}

// Sockets counts the sockets that are open.
func (h *Hub) Sockets() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.conns)
}

// Rooms counts the channels that somebody follows, or did a moment ago.
func (h *Hub) Rooms() (n int) {
	for _, s := range h.shards {
		s.mu.Lock()
		n += len(s.rooms)
		s.mu.Unlock()
	}
	return n
}

// Revoke ends the sockets of an account or of one session with signed_out. It does not block; for app.Signals.OnRevoked.
func (h *Hub) Revoke(r app.Revoked) {
	var out []*conn
	h.mu.Lock()
	for c := range h.conns {
		if r.Concerns(c.visitor.Session) {
			out = append(out, c)
		}
	}
	h.mu.Unlock()
	for _, c := range out {
		c.end(SignedOut)
	}
}
