package bus

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/gorilla/websocket"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"hejie/negotiation"
	"hejie/negotiation/workday"
	"hejie/server/app"
	"hejie/server/live"
	"hejie/server/store"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.IgnoreAnyFunction("github.com/nats-io/nats-server/v2/server.(*Server).startGWReplyMapExpiration.func1"))
}

// patience of a test; nothing waits so long when all is well.
const patience = 30 * time.Second

func id(parts ...any) string {
	return uuid.NewSHA1(uuid.NameSpaceOID, []byte(fmt.Sprint(parts...))).String()
}

var (
	consumer = negotiation.Actor{ID: id("consumer"), Role: negotiation.RoleConsumer}
	agent    = negotiation.Actor{ID: id("agent"), Role: negotiation.RoleDeskAgent, Enterprise: id("enterprise")}
)

// platform is replicas over one log.
type platform struct {
	testing.TB
	closing  []func() // done backwards
	store    *store.Store
	writer   atomic.Int32 // the replica whose commits are under way
	replicas []*replica

	mu    sync.Mutex
	now   time.Time       // real and business time
	works map[string]bool // replicas that ask something of the log, by id
}

// replica is all of a process but its web server's other pages.
type replica struct {
	*platform
	id     string
	app    *app.App
	ledger *app.Ledger
	hub    *live.Hub
	relay  *Relay
	ticks  chan time.Time
	web    *httptest.Server
	dead   bool
	reread atomic.Int64 // how often the calendar was read again
}

// newPlatform has n replicas, each with the way to the others that connect makes for it. It lives as long as the test.
func newPlatform(t testing.TB, n int, connect func(i int) Connect) *platform {
	t.Helper()
	p := makePlatform(t, n, connect)
	t.Cleanup(p.close)
	return p
}

func (p *platform) Cleanup(f func()) { p.closing = append(p.closing, f) }

func (p *platform) close() {
	for _, f := range slices.Backward(p.closing) {
		f()
	}
	p.closing = nil
}

func makePlatform(t testing.TB, n int, connect func(i int) Connect) *platform {
	p := &platform{TB: t, works: map[string]bool{}, now: time.Date(2026, 8, 3, 9, 0, 0, 0, workday.Shanghai)}
	var err error
	p.store, err = store.Open(filepath.Join(t.TempDir(), "hejie.db"), store.Options{Log: slog.New(slog.DiscardHandler), OnCommit: func(cs []app.Commit) {
		r := p.replicas[p.writer.Load()]
		r.hub.Publish(cs)
		r.relay.Commits(cs)
	}})
	require.NoError(t, err)
	ctx := context.Background()
	require.NoError(t, p.store.Plain().Write(ctx, func(tx app.PlainTx) error {
		for _, a := range []negotiation.Actor{consumer, agent} {
			err := tx.AddAccount(ctx, app.Account{ID: a.ID, Role: a.Role, Login: "login of " + a.ID, Language: "zh", Enterprise: a.Enterprise, Active: true, Created: p.now})
			if err != nil {
				return err
			}
		}
		return nil
	}))
	for i := range n {
		p.replicas = append(p.replicas, p.start(connect(i)))
	}
	p.Cleanup(func() {
		for _, r := range p.replicas {
			r.stop()
		}
		require.NoError(t, p.store.Close())
	})
	return p
}

func (p *platform) Now() time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.now
}

func (p *platform) pass(d time.Duration) time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.now = p.now.Add(d)
	return p.now
}

func (p *platform) start(connect Connect) *replica {
	r := &replica{platform: p, id: app.NewID(), ticks: make(chan time.Time)}
	p.work(r.id, true)
	years := app.NewYearbook()
	w := app.World{Plain: p.store.Plain(), Log: p.store, Cases: p.store, Scores: p.store, Yearbook: years, Business: p, Real: p,
		Limits: app.DefaultLimits(), Replicas: true}
	r.ledger = app.NewLedger(w, years, negotiation.DefaultRules())
	w.Door = r.ledger
	r.app = app.New(w)
	r.relay = New(Options{Connect: connect, Revoked: r.app.Sessions.Revoked, Review: r.app.Sessions.Review, Calendar: r.refresh, Ticks: r.ticks, Now: p.Now,
		ID: r.id, Replicas: p.working})
	r.hub = live.New(live.Options{Visitor: r.visitor, Past: p.store, Door: r.ledger, Feeds: app.NewLists(w, p.store, years), Marks: r.app.Marks, Limits: w.Limits,
		Tail: p.store, Peers: r.relay, Now: p.Now, Ticks: make(chan time.Time),
		EncodeRow: func(row app.CaseRow) ([]byte, error) {
			return json.Marshal(map[string]any{"case": row.Case, "version": row.Version})
		}})
	r.app.Signals.OnRevoked(r.hub.Revoke)
	r.app.Signals.OnRevoked(r.relay.Revoked)
	r.app.Signals.OnCalendar(r.relay.Calendar)
	r.hub.Start()
	require.NoError(p, r.relay.Start(r.hub))
	r.web = httptest.NewServer(r.hub)
	return r
}

// work says whether a replica asks something of the log.
func (p *platform) work(replica string, does bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.works[replica] = does
}

// working are the ids of those that do.
func (p *platform) working(context.Context) (ids []string, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for id, does := range p.works {
		if does {
			ids = append(ids, id)
		}
	}
	return ids, nil
}

// refresh reads the calendar again, counted.
func (r *replica) refresh(ctx context.Context) error {
	r.reread.Add(1)
	return r.app.Pulse.Refresh(ctx)
}

// stop ends the replica in order.
func (r *replica) stop() {
	if r.dead {
		return
	}
	r.dead = true
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	require.NoError(r, r.hub.Stop(ctx))
	r.relay.Stop()
	r.work(r.id, false)
	r.web.Close()
}

func (r *replica) visitor(q *http.Request) (live.Visitor, error) {
	s, err := r.app.Sessions.Resolve(q.Context(), q.Header.Get("X-Token"))
	return live.Visitor{Session: s, Name: "name of " + string(s.Actor.Role), Public: "the desk"}, err
}

// tick lets a second pass on all replicas.
func (p *platform) tick() {
	now := p.pass(time.Second)
	for _, r := range p.replicas {
		if !r.dead {
			r.ticks <- now
		}
	}
}

// until lets time pass until something is so.
func (p *platform) until(what string, so func() bool) {
	p.Helper()
	late := time.After(patience)
	pace := time.NewTicker(500 * time.Microsecond)
	defer pace.Stop()
	for !so() {
		select {
		case <-late:
			require.Fail(p, "not in time", what)
		case <-pace.C:
			p.tick()
		}
	}
}

// open files a case.
func (p *platform) open(n int) string {
	p.Helper()
	yes, amount := &negotiation.Choice{Yes: true, Text: "v1"}, negotiation.CNY(15000)
	f := negotiation.FileCase{Enterprise: agent.Enterprise, Category: "quality", Goods: "充电宝", Facts: "鼓包", PurchasedOn: "2026-07-01", KnownSince: "2026-07-20",
		OrderNumber: fmt.Sprint("order ", n), Amount: amount, ForDailyLife: true, OtherBody: negotiation.BodyNone,
		Claim:    []negotiation.Item{{By: negotiation.SideEnterprise, Remedy: negotiation.Refund, Amount: &amount, Due: negotiation.Due{Days: 3, Unit: negotiation.WorkingDays}}},
		Consents: negotiation.Consents{Truth: "v1", Rules: "v1", Publication: yes, Escalation: yes}}
	caseID := id("case", n)
	env := negotiation.Env{At: p.Now(), Calendar: workday.Default(), Filing: &negotiation.Filing{Case: caseID, Code: fmt.Sprintf("CODE%06d", n), Rules: negotiation.DefaultRules(),
		Bureau: id("bureau"), Region: "430602", Enrolled: true, OrderRef: fmt.Sprint("ref", n), Open: negotiation.OpenCases{MaxOrder: 1, MaxEnterprise: 99, Max: 99}}}
	_, err := p.store.Change(context.Background(), app.Change{Case: caseID, Decide: func(c *negotiation.Case, _ app.Look) app.Decision {
		events, after, err := c.Step(consumer, f, env)
		return app.Decision{Events: events, After: after, Err: err}
	}})
	require.NoError(p, err)
	return caseID
}

// post says something through the door of a replica.
func (r *replica) post(by negotiation.Actor, caseID string, ch negotiation.Channel, text string) {
	r.Helper()
	r.writer.Store(int32(slices.Index(r.replicas, r)))
	r.pass(5 * time.Second) // within the limit of messages a minute
	r.do(by, caseID, negotiation.PostMessage{Text: text, Channel: ch})
}

// do walks a command through the door of a replica.
func (r *replica) do(by negotiation.Actor, caseID string, cmd negotiation.Command) {
	r.Helper()
	wish, err := app.Identify(by, uuid.NewString(), cmd)
	require.NoError(r, err)
	_, err = r.ledger.Do(context.Background(), by, caseID, wish, cmd)
	require.NoError(r, err)
}

// enter signs somebody in.
func (r *replica) enter(who negotiation.Actor) app.SignedIn {
	r.Helper()
	in, err := r.app.SignIn.Enter(context.Background(), who.ID, app.Client{})
	require.NoError(r, err)
	return in
}

// client is a browser; its own goroutine reads.
type client struct {
	*platform
	ws   *websocket.Conn
	done chan struct{}
	news chan struct{} // a frame has come

	mu     sync.Mutex
	frames []frame
	code   int // of the close
}

type frame struct {
	Channel  string
	Events   []struct{ Seq int64 }
	Feed     string
	People   map[string][]struct{ ID string }
	Rows     []row
	Case     string
	Row      *row
	Presence *struct {
		Case   string
		People []struct {
			Side, ID, Name string
			Composing      bool
		}
	}
	Late  *bool
	Reads *struct {
		Channel string
		By      negotiation.By
		Seq     int64
	}
}

type row struct {
	Case    string
	Version int64
}

func (r *replica) dial(token string) *client {
	r.Helper()
	d := websocket.Dialer{Subprotocols: []string{live.Protocol}, HandshakeTimeout: patience}
	ws, answer, err := d.Dial("ws"+strings.TrimPrefix(r.web.URL, "http"), http.Header{"X-Token": {token}})
	require.NoError(r, err)
	require.NoError(r, answer.Body.Close())
	c := &client{platform: r.platform, ws: ws, done: make(chan struct{}), news: make(chan struct{}, 1)}
	go c.read()
	r.Cleanup(c.leave)
	return c
}

func (c *client) leave() {
	_ = c.ws.Close() // closed already in some tests
	<-c.done
}

func (c *client) read() {
	defer close(c.done)
	for {
		var f frame
		err := c.ws.ReadJSON(&f)
		c.mu.Lock()
		if e, ok := errors.AsType[*websocket.CloseError](err); ok {
			c.code = e.Code
		}
		c.frames = append(c.frames, f)
		c.mu.Unlock()
		offer(c.news)
		if err != nil {
			return
		}
	}
}

func (c *client) say(format string, args ...any) {
	c.Helper()
	require.NoError(c, c.ws.WriteMessage(websocket.TextMessage, fmt.Appendf(nil, format, args...)))
}

func (c *client) closed() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.code
}

// heard gives the numbers of a channel's events in the order in which they came.
func (c *client) heard(channel string) (seqs []int64) {
	c.each(func(f frame) {
		if f.Channel == channel {
			for _, e := range f.Events {
				seqs = append(seqs, e.Seq)
			}
		}
	})
	return seqs
}

// version is the highest of a case in the feeds.
func (c *client) version(caseID string) (v int64) {
	c.each(func(f frame) {
		rows := f.Rows
		if f.Row != nil {
			rows = append(rows, *f.Row)
		}
		for _, r := range rows {
			if r.Case == caseID {
				v = max(v, r.Version)
			}
		}
	})
	return v
}

// present is who else is in the room, as it was told last: "<side>", with "…" when composing.
func (c *client) present() (people []string) {
	c.each(func(f frame) {
		if f.Presence == nil {
			return
		}
		people = nil
		for _, p := range f.Presence.People {
			if p.Composing {
				p.Side += "…"
			}
			people = append(people, p.Side)
		}
	})
	return people
}

// late is whether it was told last that word of others comes late.
func (c *client) late() (is bool) {
	c.each(func(f frame) {
		if f.Late != nil {
			is = *f.Late
		}
	})
	return is
}

func (c *client) each(do func(frame)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, f := range c.frames {
		do(f)
	}
}

// follow subscribes to a room, and waits for the answer.
func (c *client) follow(channel string) {
	c.Helper()
	c.say(`{"subscribe":{"channel":%q}}`, channel)
	c.until("subscribed", func() bool {
		subscribed := false
		c.each(func(f frame) { subscribed = subscribed || f.Channel == channel })
		return subscribed
	})
}

// upTo is 1, 2 … n.
func upTo(n int64) []int64 {
	var seqs []int64
	for i := range n {
		seqs = append(seqs, i+1)
	}
	return seqs
}

// ends of a case in the log.
func (p *platform) ends(caseID string) app.Ends {
	p.Helper()
	ends, err := p.store.Ends(context.Background(), []string{caseID})
	require.NoError(p, err)
	return ends[caseID]
}
