package app_test

import (
	"context"
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/alexedwards/argon2id"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"hejie/negotiation"
	"hejie/negotiation/creditcode"
	"hejie/negotiation/scheme"
	"hejie/negotiation/workday"
	"hejie/server/app"
	"hejie/server/app/clocktest"
	"hejie/server/evidence"
	"hejie/server/evidence/s3test"
	"hejie/server/store"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// world is the use cases over a real database and a real folder, with clocks that stand still.
type world struct {
	*app.App
	t              testing.TB
	ctx            context.Context
	store          *store.Store
	plain          app.Plain
	vault          app.Vault
	real, business *clocktest.Clock
	ledger         *app.Ledger
	yearbook       *app.Yearbook
	w              app.World
	credits        int
	dir            string

	mu      sync.Mutex
	told    *sync.Cond
	commits []app.Commit     // in the order in which they are delivered
	seen    map[string]int64 // versions of cases that were told
}

// committed hears what became true.
func (w *world) committed(commits []app.Commit) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.commits = append(w.commits, commits...)
	w.told.Broadcast()
}

// delivered takes the commits that were told, once those of the case up to its version are among them.
func (w *world) delivered(caseID string) []app.Commit {
	w.t.Helper()
	want := w.caseOf(caseID).Version
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.seen == nil {
		w.seen = map[string]int64{}
	}
	for {
		for _, c := range w.commits {
			w.seen[c.Row.Case] = max(w.seen[c.Row.Case], c.After.Version)
		}
		if w.seen[caseID] >= want {
			list := w.commits
			w.commits = nil
			return list
		}
		w.told.Wait()
	}
}

const (
	county    = "430602" // 岳阳楼区, within 岳阳市, 湖南省
	city      = "430600"
	province  = "430000"
	elsewhere = "110101"
)

var morning = time.Date(2026, 3, 2, 1, 0, 0, 0, time.UTC) // a Monday, 09:00 in Shanghai

func newWorld(t testing.TB, change ...func(*app.World)) *world {
	w := &world{t: t, ctx: t.Context(), real: clocktest.At(morning), business: clocktest.At(morning), yearbook: app.NewYearbook()}
	w.told = sync.NewCond(&w.mu)
	dir := t.TempDir()
	w.dir = dir
	var err error
	w.store, err = store.Open(filepath.Join(dir, "hejie.db"), store.Options{Now: w.real.Now, OnCommit: w.committed, Fatal: func(err error) { panic(err) }})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, w.store.Close()) })
	disk, err := evidence.Open(filepath.Join(dir, "evidence"))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, disk.Close()) })
	w.plain = w.store.Plain()
	w.w = app.World{Plain: w.plain, Log: w.store, Cases: w.store, Scores: w.store, Vault: disk, Yearbook: w.yearbook, Business: w.business,
		Real: w.real, Steady: func() time.Duration { return w.real.Now().Sub(morning) }, Limits: app.DefaultLimits(), Secret: app.NewSecret(), SMS: app.SMSWebhook,
		Hash: &argon2id.Params{Memory: 64, Iterations: 1, Parallelism: 1, SaltLength: 16, KeyLength: 32}}
	for _, f := range change {
		f(&w.w)
	}
	w.vault = w.w.Vault
	w.ledger = app.NewLedger(w.w, w.yearbook, negotiation.DefaultRules())
	w.w.Door = w.ledger
	w.App = app.New(w.w)
	return w
}

// vaults runs a test with the evidence in a folder, and in S3.
func vaults(t *testing.T, test func(t *testing.T, in func(*app.World))) {
	t.Parallel()
	t.Run("folder", func(t *testing.T) {
		t.Parallel()
		test(t, func(*app.World) {})
	})
	t.Run("S3", func(t *testing.T) {
		t.Parallel()
		s := s3test.Start(t)
		test(t, func(x *app.World) {
			v, err := evidence.OpenS3(t.Context(), evidence.S3Options{Endpoint: s.Endpoint(), Region: s3test.Region, Bucket: s3test.Bucket, Prefix: app.NewID() + "/",
				Keys: evidence.Keys{Access: s3test.Key, Secret: s3test.Secret}})
			require.NoError(t, err)
			t.Cleanup(func() { require.NoError(t, v.Close()) })
			x.Vault = v
		})
	})
}

func (w *world) write(f func(tx app.PlainTx) error) {
	w.t.Helper()
	require.NoError(w.t, w.plain.Write(w.ctx, f))
}

var home = app.Client{Addr: "203.0.113.7", Agent: "Firefox"}

// code that was last sent to a phone.
func (w *world) code(phone string) string {
	w.t.Helper()
	rows, err := w.plain.Outbox(w.ctx, 1000)
	require.NoError(w.t, err)
	for _, r := range rows {
		if r.Address == phone && r.Template == app.TemplateCode {
			return r.Params["code"]
		}
	}
	require.Fail(w.t, "no code was sent")
	return ""
}

// consumer signs in by phone.
func (w *world) consumer(phone string) app.SignedIn {
	w.t.Helper()
	w.real.Pass(time.Minute)
	require.NoError(w.t, w.SignIn.RequestCode(w.ctx, phone, "zh", home))
	in, err := w.SignIn.ByCode(w.ctx, app.CodeSignIn{Phone: phone, Code: w.code(phone), Client: home})
	require.NoError(w.t, err)
	return in
}

const secret = "correct horse battery"

// admin is the first administrator.
func (w *world) admin() app.Session {
	w.t.Helper()
	token, err := w.SignIn.NewSetUpToken(w.ctx)
	require.NoError(w.t, err)
	in, err := w.SignIn.SetUp(w.ctx, app.FirstAdministrator{Token: token, Login: "root", Password: secret, DisplayName: "管理员", Client: home})
	require.NoError(w.t, err)
	return in.Session
}

func (w *world) signIn(login string) app.Session {
	w.t.Helper()
	in, err := w.SignIn.ByPassword(w.ctx, app.PasswordSignIn{Login: login, Password: secret, Client: home})
	require.NoError(w.t, err)
	return in.Session
}

// officer of a new bureau for a region.
func (w *world) officer(admin app.Session, region, login string) app.Session {
	w.t.Helper()
	b, err := w.Admin.AddBureau(w.ctx, admin.Actor, app.Bureau{Region: region, NameZH: "市场监督管理局", NameEN: "Bureau", Phone: "12315", Address: "1号"})
	require.NoError(w.t, err)
	_, err = w.Admin.AddOfficer(w.ctx, admin.Actor, b.ID, app.NewStaff{Login: login, DisplayName: "李科", Password: secret, Phone: "13900000001"})
	require.NoError(w.t, err)
	return w.signIn(login)
}

func (w *world) application(login string) app.Application {
	w.t.Helper()
	w.credits++
	code, err := creditcode.MakeWithOrg(fmt.Sprintf("91430600MA%06d", w.credits))
	require.NoError(w.t, err)
	return app.Application{
		Profile: scheme.Profile{Name: "岳阳" + login + "百货有限公司", CreditCode: code, Region: county, Address: "巴陵路1号",
			Conditions: scheme.Conditions{Place: true, Staff: true, Computer: true, Telephone: true, ComplaintRules: true},
			Commitment: negotiation.Choice{Yes: true, Text: "2026-1"}},
		Contact:    app.Contact{Name: "赵经理", Phone: "13700000001", Email: "zhao@example.com"},
		Supervisor: app.NewStaff{Login: login, DisplayName: "周主管", Password: secret, Phone: "13700000002"},
		Client:     app.Client{Addr: fmt.Sprint("192.0.2.", w.credits)},
	}
}

// desk enrols an enterprise and signs its supervisor in.
func (w *world) desk(officer app.Session, login string) (app.Enterprise, app.Session) {
	w.t.Helper()
	e, err := w.Scheme.Apply(w.ctx, w.application(login))
	require.NoError(w.t, err)
	e, err = w.Scheme.Do(w.ctx, officer.Actor, e.ID, app.CommandID{}, scheme.Approve{})
	require.NoError(w.t, err)
	return e, w.signIn(login)
}

func filing(enterprise string) negotiation.FileCase {
	amount := negotiation.CNY(15000)
	return negotiation.FileCase{Enterprise: enterprise, Category: "quality", Goods: "充电宝", Facts: "无法充电。", PurchasedOn: "2026-02-20",
		KnownSince: "2026-02-25", OrderNumber: "A-1001", Amount: amount, ForDailyLife: true, OtherBody: negotiation.BodyNone,
		Claim: []negotiation.Item{{By: negotiation.SideEnterprise, Remedy: negotiation.Refund, Amount: &amount, Due: negotiation.Due{Days: 3, Unit: negotiation.WorkingDays}}},
		Consents: negotiation.Consents{Truth: "2026-1", Rules: "2026-1", Publication: &negotiation.Choice{Yes: true, Text: "2026-1"},
			Escalation: &negotiation.Choice{Yes: true, Text: "2026-1"}}}
}

// file a case of a consumer against an enterprise.
func (w *world) file(x app.Session, enterprise string) string {
	w.t.Helper()
	r, err := w.filed(x, filing(enterprise))
	require.NoError(w.t, err)
	return r.Case
}

func (w *world) filed(x app.Session, f negotiation.FileCase) (app.Receipt, error) {
	w.t.Helper()
	id, err := app.Identify(x.Actor, app.NewID(), f)
	require.NoError(w.t, err)
	return w.ledger.File(w.ctx, x.Actor, id, f, app.PersonDetails{Name: "王小明", Address: "岳阳市巴陵路8号"})
}

func (w *world) tryFile(x app.Session, f negotiation.FileCase) error {
	w.t.Helper()
	_, err := w.filed(x, f)
	return err
}

func (w *world) do(x app.Session, caseID string, cmd negotiation.Command) {
	w.t.Helper()
	require.NoError(w.t, w.try(x, caseID, cmd))
}

func (w *world) try(x app.Session, caseID string, cmd negotiation.Command) error {
	w.t.Helper()
	id, err := app.Identify(x.Actor, app.NewID(), cmd)
	require.NoError(w.t, err)
	end := make(chan error, 1)
	if w.ledger.Ask(w.ctx, x.Actor, caseID, id, cmd, func(_ app.Receipt, err error) { end <- err }) {
		return <-end
	}
	_, err = w.ledger.Do(w.ctx, x.Actor, caseID, id, cmd)
	return err
}

func (w *world) caseOf(id string) *negotiation.Case {
	w.t.Helper()
	c, _, err := w.store.Case(w.ctx, id)
	require.NoError(w.t, err)
	return c
}

func today(w *world) workday.Date { return workday.DateOf(w.business.Now()) }

func refused(t *testing.T, code string, err error) {
	t.Helper()
	require.Equal(t, code, negotiation.CodeOf(err), "%v", err)
}

func fieldOf(t *testing.T, err error) string {
	t.Helper()
	var e *negotiation.Error
	require.ErrorAs(t, err, &e)
	return e.Field
}

func param(t *testing.T, err error, name string) any {
	t.Helper()
	var e *negotiation.Error
	require.ErrorAs(t, err, &e)
	return e.Params[name]
}

// queue lets something happen after a command was looked at and before its turn comes.
type queue struct {
	app.Log
	before func()
}

func (q queue) Change(ctx context.Context, ch app.Change) (app.Receipt, error) {
	q.before()
	return q.Log.Change(ctx, ch)
}
