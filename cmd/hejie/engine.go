package main

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"hejie/cmd/hejie/demo"
	"hejie/negotiation"
	"hejie/server/app"
	"hejie/server/bus"
	"hejie/server/due"
	"hejie/server/figures"
	server "hejie/server/http"
	"hejie/server/live"
	"hejie/server/notify"
	"hejie/server/store"
	"hejie/web"
)

// engine is an open installation with everything that works on it. The parts know the use cases and not each other: they are tied
// together here, and nowhere else.
type engine struct {
	*Program
	id       string // of this replica
	store    *store.Store
	vault    vault
	app      *app.App
	ledger   *app.Ledger
	business app.Clock
	hub      *live.Hub
	relay    *bus.Relay // nil: this is the only replica, for it has its own file
	due      *due.Worker
	notify   *notify.Worker
	webhook  *notify.Webhook // nil without one
	server   *server.Server
	measure  *figures.Figures // nil: nobody asks
	traces   *figures.Traces  // nil: nobody asks
	again    chan struct{}    // closed when the demo is to start over
	stop     func()           // of the revocation signal
	deliver  atomic.Pointer[func([]app.Commit)]
}

// open puts an engine together.
func (p *Program) open(ctx context.Context) (_ *engine, err error) {
	e := &engine{Program: p, id: app.NewID(), again: make(chan struct{})}
	defer func() {
		if err != nil {
			err = errors.Join(err, e.Close())
		}
	}()
	limits, rules, err := p.config.overrides()
	if err != nil {
		return nil, err
	}
	sender, err := e.sender()
	if err != nil {
		return nil, err
	}
	if err := p.claim(); err != nil {
		return nil, err
	}
	secret, err := p.folder.openSecret()
	if err != nil {
		return nil, err
	}
	years := app.NewYearbook()
	if err := e.openStore(ctx, years, secret); err != nil {
		return nil, err
	}
	if e.vault, err = p.config.Place.open(ctx, p.folder); err != nil {
		return nil, err
	}
	w := app.World{Plain: e.store.Plain(), Cases: e.store, Scores: e.store, Vault: e.vault, Yearbook: years,
		Business: app.RealClock{}, Real: app.RealClock{}, Limits: limits, Secret: secret, SMS: p.config.sms(), Logger: p.log, Replicas: p.config.Bus != "" || p.folder.server != ""}
	if w.Log, err = e.observed(ctx); err != nil {
		return nil, err
	}
	var clock *app.ShiftedClock
	if p.demo != nil {
		if clock, err = p.furnish(ctx, &w, rules); err != nil {
			return nil, err
		}
	}
	e.business = w.Business
	e.ledger = app.NewLedger(w, years, rules)
	w.Door = e.ledger
	e.app = app.New(w)
	if err := e.tie(ctx, w, years, sender, clock); err != nil {
		return nil, err
	}
	return e, nil
}

// openStore opens the database that the secret belongs to.
func (e *engine) openStore(ctx context.Context, years *app.Yearbook, secret app.Secret) (err error) {
	o := store.Options{OnCommit: e.committed, Edition: years.Edition, Patience: store.Patience, Replica: e.id, Log: e.log}
	if e.metrics != nil {
		e.measure = e.figures()
		o.Committed = e.measure.Commit
	}
	if e.store, err = store.Open(e.folder.database(), o); err != nil {
		return err
	}
	if err := e.store.Ping(ctx); err != nil { // a standby answers, and what it says to the first write is hard to read
		return err
	}
	return e.folder.seal(ctx, e.store, secret)
}

// observed is the log, with whoever was asked for looking on: traces, and figures.
func (e *engine) observed(ctx context.Context) (log app.Log, err error) {
	log = e.store
	if e.config.Traces != "" {
		if e.traces, err = figures.NewTraces(ctx, e.config.Traces, version(), log, e.log); err != nil {
			return nil, err
		}
		log = e.traces
	}
	if e.measure != nil {
		log = e.measure.Changes(log)
	}
	return log, nil
}

// tie makes the parts that serve and hands each what it needs of the others.
func (e *engine) tie(ctx context.Context, w app.World, years *app.Yearbook, sender notify.Sender, clock *app.ShiftedClock) error {
	lists := app.NewLists(w, e.store, years)
	hub := live.Options{Visitor: e.visitor, Alive: e.alive, Past: e.store, Door: e.ledger, Feeds: lists, Marks: e.app.Marks, Limits: w.Limits,
		EncodeRow: server.EncodeRow, Refuse: server.Refuse, Logger: e.log}
	if w.Replicas {
		e.relay = e.newRelay(w.Secret)
		hub.Tail, hub.Peers = e.store, e.relay
	}
	if e.measure != nil {
		hub.Delivered = e.measure.Delivered
	}
	e.hub = live.New(hub)
	e.stop = e.app.Signals.OnRevoked(e.hub.Revoke)
	e.due = due.New(due.Options{Log: e.store, Ledger: e.ledger, Clock: w.Business, Shared: w.Replicas, Logger: e.log})
	e.notify = notify.New(notify.Options{Plain: w.Plain, Sender: sender, Clock: w.Real, Base: e.base(), Limits: w.Limits, Offered: e.offered, Keep: e.demo != nil, Logger: e.log})
	deliver := func(commits []app.Commit) {
		e.hub.Publish(commits)
		e.due.Commits(commits)
		e.notify.Wake()
		e.app.Assignment.Commits(commits)
		if e.relay != nil {
			e.relay.Commits(commits)
		}
	}
	e.deliver.Store(&deliver)
	// Before anybody can act: what the platform missed while it was down moves deadlines instead of passing them.
	if err := e.app.Pulse.Beat(ctx); err != nil {
		return err
	}
	return e.openDoor(w, years, lists, clock)
}

// openDoor makes the HTTP side.
func (e *engine) openDoor(w app.World, years *app.Yearbook, lists *app.Lists, clock *app.ShiftedClock) error {
	proxies, err := e.config.proxies()
	if err != nil {
		return err
	}
	dist, err := fs.Sub(web.Dist, "dist")
	if err != nil {
		return err
	}
	o := server.Options{App: e.app, Ledger: e.ledger, Rooms: app.NewRooms(w, e.app), Lists: lists, Past: e.store, Calendar: years.Calendar, Business: w.Business,
		Version: version(), SMS: w.SMS, Operator: e.config.operator(), Read: e.hub.Read,
		Dist: dist, Live: e.hub, Events: e.hub.Events(), Ping: e.store.Ping, Degraded: e.degraded, Secure: e.config.secure(), Proxies: proxies, Hosts: e.config.hosts(), Rates: server.DefaultRates(), Logger: e.log}
	if e.measure != nil {
		o.Observe = e.measure.Request
	}
	if e.traces != nil {
		o.Trace = e.traces.Request
	}
	if e.demo != nil {
		o.Demo = demo.NewStage(demo.StageOptions{Plain: w.Plain, Log: e.store, Cases: e.store, Ledger: e.ledger, SignIn: e.app.SignIn, Pulse: e.app.Pulse,
			Clock: clock, Wake: e.due.Wake, Restart: sync.OnceFunc(func() { close(e.again) }), Base: e.base()})
	}
	e.server, err = server.New(o)
	return err
}

// newRelay makes this replica's end of the bus. Platforms that share a NATS have different secrets and do not hear each other.
func (e *engine) newRelay(secret app.Secret) *bus.Relay {
	name := hex.EncodeToString(secret.Sum("bus")[:8])
	o := bus.Options{Revoked: e.app.Sessions.Revoked, Review: e.app.Sessions.Review,
		Calendar: e.app.Pulse.Refresh, ID: e.id, Replicas: e.store.Replicas, Logger: e.log}
	if e.config.Bus != "" {
		o.Connect = bus.NATS(e.config.Bus, name, e.log)
	} else {
		e.log.Info("no --bus: what other replicas of the database write is looked for every few seconds")
	}
	r := bus.New(o)
	e.app.Signals.OnRevoked(r.Revoked)
	e.app.Signals.OnCalendar(r.Calendar)
	return r
}

// degraded says what is away while people are served.
func (e *engine) degraded() (parts []string) {
	if e.config.Bus != "" && !e.relay.Up() {
		parts = append(parts, "bus")
	}
	return parts
}

// committed tells those who deliver what became true, once they are there.
func (e *engine) committed(commits []app.Commit) {
	if deliver := e.deliver.Load(); deliver != nil {
		(*deliver)(commits)
	}
}

// sender of messages to phones.
func (e *engine) sender() (notify.Sender, error) {
	switch e.config.sms() {
	case app.SMSDemo:
		return notify.Demo{}, nil
	case app.SMSStdout:
		return notify.NewStdout(e.console.out, e.log), nil
	case app.SMSWebhook:
		secret, err := os.ReadFile(e.config.SMSSecret)
		if err != nil {
			return nil, err
		}
		e.webhook, err = notify.NewWebhook(e.config.SMSURL, []byte(strings.TrimSpace(string(secret))), app.RealClock{})
		return e.webhook, err
	}
	return notify.None{}, nil
}

// offered gives a notice as it is to be told now.
func (e *engine) offered(ctx context.Context, r app.OutboxRow) (app.OutboxRow, bool, error) {
	return app.Offered(ctx, e.store, r)
}

// alive says whether a session still holds, asked of the database and not of what this process remembers.
func (e *engine) alive(ctx context.Context, session string) (bool, error) {
	found, err := e.store.Plain().LiveSessions(ctx, []string{session}, time.Now())
	return len(found) == 1, err
}

// visitor is who stands behind a socket.
func (e *engine) visitor(r *http.Request) (live.Visitor, error) {
	s, ok := server.SessionOf(r.Context())
	if !ok {
		return live.Visitor{}, negotiation.NewError(negotiation.CodeSignInRequired)
	}
	plain := e.store.Plain()
	person, err := plain.Person(r.Context(), s.Actor.ID)
	if err != nil {
		return live.Visitor{}, err
	}
	v := live.Visitor{Session: s, Name: person.Name, Request: app.RequestOf(r.Context())}
	switch {
	case s.Actor.Enterprise != "":
		firm, err := plain.Enterprise(r.Context(), s.Actor.Enterprise)
		if err != nil {
			return live.Visitor{}, err
		}
		v.Public = firm.Name
	case s.Actor.Bureau != "":
		bureau, err := plain.Bureau(r.Context(), s.Actor.Bureau)
		if err != nil {
			return live.Visitor{}, err
		}
		v.Public = bureau.NameZH
	}
	return v, nil
}

// run serves until ctx ends or the demo is to start over, and ends in the order in which nobody is cut off: first no new visitors,
// then the sockets, then answers under way, then the workers. The store is Close's.
func (e *engine) run(ctx context.Context) (again bool, err error) {
	l, err := e.port.lend()
	if err != nil {
		return false, err
	}
	work, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	var workers sync.WaitGroup
	failed := make(chan error, mostFailures)
	e.start(work, l, &workers, failed)

	select {
	case <-ctx.Done():
	case <-e.again:
		again = true
	case err = <-failed:
	}
	e.log.Info("ending")
	e.server.Leave()
	if ctx.Err() != nil && err == nil {
		e.drain()
	}
	polite, end := context.WithTimeout(context.WithoutCancel(ctx), shutdown)
	defer end()
	e.late("sockets", e.hub.Stop(polite))
	e.late("answers", e.server.Shutdown(polite))
	e.due.Stop()
	cancel()
	workers.Wait()
	if e.relay != nil { // last: what the workers did is told
		e.relay.Stop()
	}
	close(failed)
	for f := range failed {
		err = errors.Join(err, f)
	}
	return again && err == nil, err
}

// mostFailures is how many of those that start lets work may fail.
const mostFailures = 5

// start lets everything work until ctx ends. What fails says so.
func (e *engine) start(ctx context.Context, l *lease, workers *sync.WaitGroup, failed chan<- error) {
	begin := func(what string, f func(context.Context) error) {
		workers.Go(func() {
			if err := f(ctx); err != nil {
				failed <- fmt.Errorf("%s: %w", what, err)
			}
		})
	}
	if os.Getenv("GOGC") == "" { // else the operator has chosen
		workers.Go(func() { collect(ctx, e.hub.Sockets) })
	}
	e.hub.Start()
	if e.relay != nil {
		if err := e.relay.Start(e.hub); err != nil {
			failed <- err
		}
	}
	e.due.Start()
	begin("upkeep", e.app.Run)
	begin("outbox", e.notify.Run)
	if e.measure != nil {
		begin("figures", func(ctx context.Context) error { return e.publish(ctx, e.measure) })
	}
	begin("server", func(context.Context) error { return e.serve(l) })
}

// drain serves on until a load balancer has noticed that this replica leaves.
func (e *engine) drain() { <-time.After(e.config.Drain) }

// late notes what did not end in time: it is cut off, and whoever was cut off may send the same again.
func (e *engine) late(what string, err error) {
	if err != nil {
		e.log.Warn("not ended in time", slog.String("what", what), slog.Duration("time", shutdown), slog.Any("error", err))
	}
}

func (e *engine) serve(l *lease) error {
	if e.config.TLSCert != "" {
		return e.server.ServeTLS(l, e.config.TLSCert, e.config.TLSKey)
	}
	return e.server.Serve(l)
}

// Close gives the installation back.
func (e *engine) Close() error {
	if e.stop != nil {
		e.stop()
	}
	if e.webhook != nil {
		e.webhook.Close()
	}
	var err error
	if e.traces != nil { // what cannot be sent in time is dropped
		ctx, end := context.WithTimeout(context.Background(), lastTraces)
		e.late("traces", e.traces.Close(ctx))
		end()
	}
	if e.store != nil {
		err = e.store.Close()
	}
	if e.vault != nil {
		err = errors.Join(err, e.vault.Close())
	}
	return err
}

// since is for the log of the start.
func since(t time.Time) slog.Attr {
	return slog.Duration("took", time.Since(t).Round(time.Millisecond))
}
