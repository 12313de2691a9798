// Package storetest holds every database to one behaviour: Run is the conformance suite that a store must pass.
package storetest

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"hejie/negotiation"
	"hejie/negotiation/creditcode"
	"hejie/negotiation/scheme"
	"hejie/negotiation/workday"
	"hejie/server/app"
	"hejie/server/store"
)

// Database is one empty database that a test may open, close and open again.
type Database struct {
	At   string // path or URL
	Open func(store.Options) (*store.Store, error)
	// Exec changes rows behind the store's back.
	Exec func(query string, args ...any) error
}

// bed is an open store with a clock and people.
type bed struct {
	*store.Store
	t   *testing.T
	db  Database
	mu  sync.Mutex
	now time.Time
	got []app.Commit

	asks atomic.Bool
}

// County whose path is province, city, county.
const county = "430602"

var start = time.Date(2026, 8, 3, 9, 0, 0, 0, workday.Shanghai) // a Monday

func newBed(t *testing.T, open func(*testing.T) Database) *bed {
	b := &bed{t: t, db: open(t), now: start}
	b.reopen()
	t.Cleanup(func() { require.NoError(t, b.Close()) })
	return b
}

func (b *bed) reopen() {
	if b.Store != nil {
		require.NoError(b.t, b.Close())
	}
	s, err := b.db.Open(store.Options{Log: slog.New(slog.DiscardHandler), OnCommit: func(cs []app.Commit) {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.got = append(b.got, cs...)
	}})
	require.NoError(b.t, err)
	b.Store = s
}

// row of a case as a commit tells it.
func (b *bed) row(caseID string) app.CaseRow {
	b.t.Helper()
	commits, err := b.Since(ctx, []app.From{{Case: caseID}}, 1)
	require.NoError(b.t, err)
	require.Len(b.t, commits, 1)
	return commits[0].Row
}

// Change asks every other time, and waits as the store does: what holds for one way holds for the other.
func (b *bed) Change(ctx context.Context, ch app.Change) (receipt app.Receipt, err error) {
	end := make(chan struct{})
	asks := b.asks.Load()
	b.asks.Store(!asks)
	if !asks || !b.Ask(ctx, ch, func(r app.Receipt, e error) { receipt, err = r, e; close(end) }) {
		return b.Store.Change(ctx, ch)
	}
	<-end
	return receipt, err
}

// commits heard until now; after Close that is all.
func (b *bed) commits() []app.Commit {
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([]app.Commit(nil), b.got...)
}

func id(parts ...any) string {
	return uuid.NewSHA1(uuid.NameSpaceOID, []byte(fmt.Sprint(parts...))).String()
}

func consumer(n int) negotiation.Actor {
	return negotiation.Actor{ID: id("consumer", n), Role: negotiation.RoleConsumer}
}

func desk(n int) negotiation.Actor {
	return negotiation.Actor{ID: id("desk", n), Role: negotiation.RoleDeskAgent, Enterprise: id("enterprise", n)}
}

var officer = negotiation.Actor{ID: id("officer"), Role: negotiation.RoleOfficer, Bureau: id("bureau"), Region: county}

// step is the rules as a decision at an instant.
func step(by negotiation.Actor, cmd negotiation.Command, env negotiation.Env) func(*negotiation.Case, app.Look) app.Decision {
	return func(c *negotiation.Case, _ app.Look) app.Decision {
		events, after, err := c.Step(by, cmd, env)
		return app.Decision{Events: events, After: after, Err: err}
	}
}

func (b *bed) env() negotiation.Env {
	return negotiation.Env{At: b.now, Calendar: workday.Default()}
}

func command(by negotiation.Actor, commandID string, cmd negotiation.Command) app.CommandID {
	if commandID == "" {
		return app.CommandID{}
	}
	body, err := json.Marshal(cmd)
	if err != nil {
		panic(err)
	}
	return app.CommandID{Actor: by.ID, ID: commandID, Digest: sha256.Sum256(body)}
}

// do sends a command; a nil one is the system's tick.
func (b *bed) do(by negotiation.Actor, caseID, commandID string, cmd negotiation.Command) (app.Receipt, error) {
	return b.Change(context.Background(), app.Change{Case: caseID, Command: command(by, commandID, cmd), Decide: step(by, cmd, b.env())})
}

func (b *bed) must(by negotiation.Actor, caseID, commandID string, cmd negotiation.Command) app.Receipt {
	b.t.Helper()
	r, err := b.do(by, caseID, commandID, cmd)
	require.NoError(b.t, err)
	return r
}

// say posts a message with a fresh id.
func (b *bed) say(by negotiation.Actor, caseID, text string) app.Receipt {
	b.t.Helper()
	return b.must(by, caseID, uuid.NewString(), negotiation.PostMessage{Text: text})
}

func filing(n, enterprise int, goods string, fen int64) negotiation.FileCase {
	yes := &negotiation.Choice{Yes: true, Text: "v1"}
	amount := negotiation.CNY(fen)
	return negotiation.FileCase{
		Enterprise: id("enterprise", enterprise), Category: "quality", Goods: goods, Facts: "充电宝鼓包", PurchasedOn: "2026-07-01",
		KnownSince: "2026-07-20", OrderNumber: fmt.Sprint("order ", n), Amount: amount,
		Claim: []negotiation.Item{{By: negotiation.SideEnterprise, Remedy: negotiation.Refund, Amount: &amount,
			Due: negotiation.Due{Days: 3, Unit: negotiation.WorkingDays}}},
		ForDailyLife: true, OtherBody: negotiation.BodyNone,
		Consents: negotiation.Consents{Truth: "v1", Rules: "v1", Publication: yes, Escalation: yes},
	}
}

func caseID(n int) string { return id("case", n) }

// file opens case n of consumer n with enterprise e.
func (b *bed) file(n, e int) string { return b.fileAs(n, consumer(n), e, "充电宝 A1", 15000) }

func (b *bed) fileAs(n int, by negotiation.Actor, e int, goods string, fen int64) string {
	b.t.Helper()
	f := filing(n, e, goods, fen)
	env := b.env()
	env.Filing = &negotiation.Filing{Case: caseID(n), Code: fmt.Sprintf("CODE%06d", n), Rules: negotiation.DefaultRules(), Bureau: officer.Bureau,
		Region: county, Enrolled: true, OrderRef: fmt.Sprint("ref", n),
		Open: negotiation.OpenCases{MaxOrder: 1, MaxEnterprise: 99, Max: 99}}
	_, err := b.Change(context.Background(), app.Change{Case: caseID(n), Command: command(by, id("file", n), f), Decide: step(by, f, env)})
	require.NoError(b.t, err)
	return caseID(n)
}

func offer(fen int64) negotiation.MakeOffer {
	amount := negotiation.CNY(fen)
	return negotiation.MakeOffer{ValidDays: 5, Text: "我们退款", Items: []negotiation.Item{{By: negotiation.SideEnterprise,
		Remedy: negotiation.Refund, Amount: &amount, Due: negotiation.Due{Days: 3, Unit: negotiation.WorkingDays}}}}
}

// accept takes the open offer of a case.
func (b *bed) accept(by negotiation.Actor, caseID string) {
	b.t.Helper()
	c, _, err := b.Case(context.Background(), caseID)
	require.NoError(b.t, err)
	o, ok := c.OpenOffer()
	require.True(b.t, ok)
	b.must(by, caseID, uuid.NewString(), negotiation.AcceptOffer{Offer: o.Number, Digest: o.Digest})
}

// enrol puts an enterprise into the scheme under a name.
func (b *bed) enrol(n int, name string) {
	b.t.Helper()
	supervisor := negotiation.Actor{ID: id("supervisor", n), Role: negotiation.RoleDeskSupervisor, Enterprise: id("enterprise", n)}
	b.scheme(n, supervisor, scheme.Apply{Name: name, CreditCode: creditCode(n), Region: county, Address: "街道 1",
		Conditions: scheme.Conditions{Place: true, Staff: true, Computer: true, Telephone: true, ComplaintRules: true},
		Commitment: negotiation.Choice{Yes: true, Text: "v1"}})
	b.scheme(n, officer, scheme.Approve{})
}

func (b *bed) scheme(n int, by negotiation.Actor, cmd negotiation.Command) {
	b.t.Helper()
	ctx, enterprise := context.Background(), id("enterprise", n)
	require.NoError(b.t, b.Plain().Write(ctx, func(tx app.PlainTx) error {
		records, err := tx.SchemeRecords(ctx, enterprise)
		if err != nil {
			return err
		}
		e, head := scheme.Enterprise{ID: enterprise}, negotiation.Head{}
		for _, r := range records {
			ev, err := scheme.DecodeEvent(r)
			if err != nil {
				return err
			}
			e, head = e.Apply(ev), head.After(r)
		}
		events, err := e.Decide(by, cmd, b.env())
		if err != nil {
			return err
		}
		for _, ev := range events {
			var r negotiation.Record
			if r, head, err = head.Seal(enterprise, ev, []byte("0123456789abcdef")); err != nil {
				return err
			}
			e = e.Apply(ev)
			if err := tx.AppendScheme(ctx, r, e, app.CommandID{}); err != nil {
				return err
			}
		}
		return nil
	}))
}

// creditCode gives a valid code for each n.
func creditCode(n int) creditcode.Code {
	c, err := creditcode.MakeWithOrg(fmt.Sprintf("91430600%08d", n))
	if err != nil {
		panic(err)
	}
	return c
}
