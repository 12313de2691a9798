package live

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"hejie/negotiation"
	"hejie/server/app"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// patience of a test with a socket; nothing waits so long when all is well.
const patience = 10 * time.Second

const (
	enterprise = "0190aaaa-0000-7000-8000-00000000000e"
	bureau     = "0190aaaa-0000-7000-8000-00000000000b"
)

// caseNo gives the id of the n-th case of a test.
func caseNo(n int) string { return fmt.Sprintf("0190aaaa-0000-7000-8000-%012d", n) }

func commandNo(n int) string { return fmt.Sprintf("0190bbbb-0000-7000-8000-%012d", n) }

// world is everything around a hub: a log in memory, people, and a web server.
type world struct {
	testing.TB
	hub   *Hub
	url   string
	ticks chan time.Time
	start time.Time

	mu     sync.Mutex
	now    time.Time
	cases  map[string]*negotiation.Case
	heads  map[string]negotiation.Head
	log    map[string][]negotiation.Record
	dates  map[string]time.Time // expiry of sessions, by person
	reads  int                  // of the log
	slow   bool                 // the door cannot be asked without waiting
	quiet  bool                 // commits are not published
	fail   error                // of reads
	done   int                  // commands
	last   app.CommandID        // the last one's
	learnt int                  // rows
	onRead func()
	onPage func()
	onDo   func(ctx context.Context, cmd negotiation.Command) error
	rows   []app.CaseRow
	hidden map[string]bool // cases that are in no feed
	marks  map[string]int64
	late   bool // commits are published when this ends
	held   []app.Commit
	stop   func()
}

// newWorld lives as long as the test.
func newWorld(t testing.TB, change func(*Options)) *world {
	t.Helper()
	w := makeWorld(t, change)
	t.Cleanup(w.stop)
	return w
}

// hold gives what somebody waits for until goOn is called, or the test ends: then nobody may wait any more.
func hold(t testing.TB) (held <-chan struct{}, goOn func()) {
	wait := make(chan struct{})
	goOn = sync.OnceFunc(func() { close(wait) })
	t.Cleanup(goOn)
	return wait, goOn
}

func makeWorld(t testing.TB, change func(*Options)) *world {
	t.Helper()
	start := time.Date(2026, 8, 4, 2, 0, 0, 0, time.UTC)
	w := &world{TB: t, ticks: make(chan time.Time), start: start, now: start, cases: map[string]*negotiation.Case{}, heads: map[string]negotiation.Head{},
		log: map[string][]negotiation.Record{}, dates: map[string]time.Time{}, hidden: map[string]bool{}, marks: map[string]int64{}}
	o := Options{Visitor: w.visitor, Past: w, Door: w, Feeds: w, Marks: marks{w}, Limits: app.DefaultLimits(), Now: w.Now, Ticks: w.ticks,
		EncodeRow: func(r app.CaseRow) ([]byte, error) {
			return json.Marshal(map[string]any{"case": r.Case, "version": r.Version, "title": r.Title})
		}}
	if change != nil {
		change(&o)
	}
	w.hub = New(o)
	w.hub.Start()
	mux := http.NewServeMux()
	mux.Handle("/", w.hub)
	mux.Handle("/events", w.hub.Events())
	server := httptest.NewServer(mux)
	w.url = "ws" + strings.TrimPrefix(server.URL, "http")
	w.stop = func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		require.NoError(t, w.hub.Stop(ctx))
		server.Close()
	}
	return w
}

func (w *world) Now() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

// tick lets real time pass.
func (w *world) tick(d time.Duration) {
	for range int(d / time.Second) {
		w.mu.Lock()
		w.now = w.now.Add(time.Second)
		now := w.now
		w.mu.Unlock()
		w.ticks <- now
	}
}

// visitor is named by a header: "consumer", "agent:2" …; what follows the colon tells accounts and sessions apart.
func (w *world) visitor(r *http.Request) (Visitor, error) {
	who := r.Header.Get("X-Who")
	role, _, _ := strings.Cut(who, ":")
	a := negotiation.Actor{ID: who}
	v := Visitor{Name: "name of " + who}
	switch role {
	case "consumer":
		a.Role = negotiation.RoleConsumer
	case "agent":
		a.Role, a.Enterprise, v.Public = negotiation.RoleDeskAgent, enterprise, "the desk"
	case "stranger":
		a.Role, a.Enterprise, v.Public = negotiation.RoleDeskAgent, bureau, "another desk"
	case "officer":
		a.Role, a.Bureau, a.Region, v.Public = negotiation.RoleOfficer, bureau, "110105", "the bureau"
	default:
		return Visitor{}, negotiation.NewError(negotiation.CodeSignInRequired)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	expires, ok := w.dates[who]
	if !ok {
		expires = w.start.Add(24 * time.Hour)
	}
	v.Session = app.Session{ID: "session of " + who, Actor: a, Expires: expires}
	return v, nil
}

// open makes a case of the person "consumer".
func (w *world) open(id string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.cases[id] = &negotiation.Case{ID: id, Consumer: "consumer", Enterprise: enterprise, Bureau: bureau, Region: "110105", Phase: negotiation.PhaseNegotiating}
}

// commit adds events to a case's log and tells the hub.
func (w *world) commit(id string, ch negotiation.Channel, texts ...string) {
	events := make([]negotiation.Event, len(texts))
	for i, text := range texts {
		events[i] = negotiation.Event{Channel: ch, By: negotiation.By{Side: negotiation.SideConsumer, ID: "consumer"}, Fact: negotiation.MessagePosted{}, Content: &negotiation.Content{Text: text}}
	}
	w.commitEvents(id, nil, events...)
}

func (w *world) commitEvents(id string, change func(*negotiation.Case), events ...negotiation.Event) negotiation.Head {
	w.mu.Lock()
	defer w.mu.Unlock()
	before := w.cases[id]
	after := *before
	if change != nil {
		change(&after)
	}
	var records []negotiation.Record
	for _, e := range events {
		e.At = w.start
		r, head, err := w.heads[id].Seal(id, e, []byte("salt"))
		if err != nil {
			panic(err)
		}
		w.heads[id] = head
		records = append(records, r)
	}
	after.Version = w.heads[id].Version
	w.cases[id] = &after
	w.log[id] = append(w.log[id], records...)
	row := app.CaseRow{Case: id, Version: after.Version, Consumer: after.Consumer, Enterprise: after.Enterprise, Region: after.Region, Title: "kettle",
		RoomSeq: w.heads[id].Room.Seq}
	w.held = append(w.held, app.Commit{Records: records, Before: before, After: &after, Row: row})
	w.publish()
	return w.heads[id]
}

// hold keeps what is committed from being published until it is called with false.
func (w *world) hold(late bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.late = late
	w.publish()
}

func (w *world) publish() {
	if w.late {
		return
	}
	if !w.quiet {
		w.hub.Publish(w.held)
	}
	w.held = nil
}

func (w *world) Case(_ context.Context, id string) (*negotiation.Case, negotiation.Head, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	c, ok := w.cases[id]
	if !ok {
		return c, negotiation.Head{}, negotiation.NewError(negotiation.CodeNotFound)
	}
	return c, w.heads[id], nil
}

func (w *world) Records(_ context.Context, id string, ch negotiation.Channel, after int64, limit int) ([]negotiation.Record, error) {
	w.mu.Lock()
	w.reads++
	var found []negotiation.Record
	for _, r := range w.log[id] {
		if r.Channel == ch && r.Seq > after && len(found) < limit {
			found = append(found, r)
		}
	}
	onRead, err := w.onRead, w.fail
	w.onRead = nil
	w.mu.Unlock()
	if onRead != nil {
		onRead()
	}
	return found, err
}

// delivered returns when the hub has nothing of the case left to deliver.
func (w *world) delivered(id string) {
	s := w.hub.shardOf(id)
	w.until(func() bool {
		s.list.Lock()
		defer s.list.Unlock()
		return !s.busy
	})
}

// until waits for what another goroutine is about to do.
func (w *world) until(done func() bool) {
	w.Helper()
	for end := time.Now().Add(patience); !done(); runtime.Gosched() {
		require.True(w, time.Now().Before(end), "still not done")
	}
}

func (w *world) readsOfLog() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.reads
}

func (w *world) position(id string, ch negotiation.Channel, seq int64) string {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, r := range w.log[id] {
		if r.Channel == ch && r.Seq == seq {
			return r.Position().String()
		}
	}
	return "0"
}

// Do posts messages.
func (w *world) Do(ctx context.Context, by negotiation.Actor, id string, command app.CommandID, cmd negotiation.Command) (app.Receipt, error) {
	w.mu.Lock()
	w.done++
	w.last = command
	onDo := w.onDo
	w.mu.Unlock()
	if onDo != nil {
		if err := onDo(ctx, cmd); err != nil {
			return app.Receipt{}, err
		}
	}
	post, ok := cmd.(negotiation.PostMessage)
	if !ok || post.Text == "" {
		return app.Receipt{}, negotiation.Required("text")
	}
	e := negotiation.Event{Channel: negotiation.Room, By: negotiation.By{Side: by.Side(), ID: by.ID}, Fact: negotiation.MessagePosted{}, Content: &negotiation.Content{Text: post.Text}}
	head := w.commitEvents(id, nil, e)
	return app.Receipt{Case: id, Positions: negotiation.Positions{Room: head.Room}}, nil
}

// Ask answers later, or not at all while the door is slow.
func (w *world) Ask(ctx context.Context, by negotiation.Actor, id string, command app.CommandID, cmd negotiation.Command, told func(app.Receipt, error)) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.slow {
		return false
	}
	go func() { told(w.Do(ctx, by, id, command, cmd)) }()
	return true
}

func (w *world) Page(_ context.Context, by app.Session, feed string) (app.CasePage, error) {
	w.mu.Lock()
	rows, onPage := w.rows, w.onPage
	w.mu.Unlock()
	if onPage != nil {
		onPage()
	}
	return app.CasePage{Rows: rows, Next: "more of " + feed}, nil
}

func (w *world) Learn(context.Context, app.CaseRow) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.learnt++
	return nil
}

func (w *world) Row(by app.Session, _ string, row app.CaseRow) (app.CaseRow, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if by.Actor.Role == negotiation.RoleOfficer && !w.cases[row.Case].Escalated() {
		row.Title = ""
	}
	if by.Actor.Side() != negotiation.SideEnterprise {
		row.Version = row.RoomSeq
	}
	return row, !w.hidden[row.Case]
}

type marks struct{ w *world }

func (m marks) Read(_ context.Context, by app.Session, id string, ch negotiation.Channel, seq int64) (bool, error) {
	m.w.mu.Lock()
	defer m.w.mu.Unlock()
	key := by.Actor.ID + id + string(ch)
	moved := seq > m.w.marks[key]
	m.w.marks[key] = max(seq, m.w.marks[key])
	return moved, nil
}

// only is the hub's end of the one socket.
func (w *world) only() *conn {
	w.Helper()
	var all []*conn
	w.until(func() bool { // who dials is answered before the hub has the socket
		w.hub.mu.Lock()
		defer w.hub.mu.Unlock()
		all = slices.Collect(maps.Keys(w.hub.conns))
		return len(all) > 0
	})
	require.Len(w, all, 1)
	return all[0]
}

func (c *conn) open() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.closing == 0
}
