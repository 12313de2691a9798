package notify_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"hejie/negotiation"
	"hejie/server/app"
	"hejie/server/app/clocktest"
	"hejie/server/notify"
	"hejie/server/store"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// sender remembers what it was given and answers with errs, one each, then with nil.
type sender struct {
	mu   sync.Mutex
	got  []notify.Message
	errs []error
	took chan struct{} // one for each message, when not nil
}

func (s *sender) Send(_ context.Context, m notify.Message) (err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.got = append(s.got, m)
	if len(s.errs) > 0 {
		err, s.errs = s.errs[0], s.errs[1:]
	}
	if s.took != nil {
		s.took <- struct{}{}
	}
	return err
}

type world struct {
	t     *testing.T
	ctx   context.Context
	plain app.Plain
	clock *clocktest.Clock
	out   *sender
	log   *bytes.Buffer
	*notify.Worker
}

var start = time.Date(2026, 3, 2, 1, 0, 0, 0, time.UTC)

func newWorld(t *testing.T, change ...func(*notify.Options)) *world {
	w := &world{t: t, ctx: t.Context(), clock: clocktest.At(start), out: &sender{}, log: &bytes.Buffer{}}
	s, err := store.Open(filepath.Join(t.TempDir(), "hejie.db"), store.Options{Now: w.clock.Now})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	w.plain = s.Plain()
	o := notify.Options{Plain: w.plain, Sender: w.out, Clock: w.clock, Base: "https://hejie.example", Limits: app.DefaultLimits(),
		Logger: slog.New(slog.NewJSONHandler(w.log, nil))}
	for _, f := range change {
		f(&o)
	}
	w.Worker = notify.New(o)
	return w
}

func (w *world) write(f func(tx app.PlainTx) error) {
	w.t.Helper()
	require.NoError(w.t, w.plain.Write(w.ctx, f))
}

func (w *world) account(role negotiation.Role, login, phone, enterprise, bureau string) string {
	id := app.NewID()
	w.write(func(tx app.PlainTx) error {
		if err := tx.AddAccount(w.ctx, app.Account{ID: id, Role: role, Login: login, Language: "en", Enterprise: enterprise, Bureau: bureau, Active: true}); err != nil {
			return err
		}
		return tx.SetPerson(w.ctx, app.Person{Account: id, Phone: phone})
	})
	return id
}

const (
	phone  = "+8613800138000"
	caseID = "0195c1d0-0000-7000-8000-000000000001"
)

func (w *world) notice(to string) (caseID string) {
	w.t.Helper()
	caseID = app.NewID()
	w.write(func(tx app.PlainTx) error {
		return tx.AddNotice(w.ctx, app.Notice{To: to, Template: app.TemplateNewOffer, Case: caseID, Params: map[string]string{"code": "K7QM2-XW9PD", "until": "2026-03-09"}, At: start})
	})
	return caseID
}

func (w *world) code() {
	w.t.Helper()
	w.write(func(tx app.PlainTx) error {
		return tx.AddOutbox(w.ctx, app.OutboxRow{ID: app.NewID(), To: "phone", Address: phone, Language: "zh", Template: app.TemplateCode,
			Params: map[string]string{"code": "271828", "minutes": "10"}, Created: w.clock.Now(), Next: w.clock.Now()})
	})
}

// settle steps until nothing is due.
func (w *world) settle() {
	w.t.Helper()
	for range 20 {
		more, err := w.Step(w.ctx)
		require.NoError(w.t, err)
		if !more {
			return
		}
	}
	require.Fail(w.t, "never settles")
}

func (w *world) rows() []app.OutboxRow {
	w.t.Helper()
	rows, err := w.plain.Outbox(w.ctx, 100)
	require.NoError(w.t, err)
	return rows
}

func TestWaiting(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.code()
	n, first, err := w.plain.OutboxWaiting(w.ctx)
	require.NoError(t, err)
	require.Equal(t, 1, n)
	require.Equal(t, w.clock.Now().UnixMicro(), first.UnixMicro())
	w.settle()
	n, first, err = w.plain.OutboxWaiting(w.ctx)
	require.NoError(t, err)
	require.Zero(t, n)
	require.Zero(t, first)
}

// TestOffered: what was seen meanwhile is dropped, what is told is told as it is now, and what nobody can say waits without holding up others.
func TestOffered(t *testing.T) {
	t.Parallel()
	broken := errors.New("no answer")
	var seen, unknown string
	w := newWorld(t, func(o *notify.Options) {
		o.Offered = func(_ context.Context, r app.OutboxRow) (app.OutboxRow, bool, error) {
			switch r.Case {
			case seen:
				return r, false, nil
			case unknown:
				return r, false, broken
			}
			r.Params["until"] = "2026-03-11"
			return r, true, nil
		}
	})
	to := w.account(negotiation.RoleConsumer, phone, phone, "", "")
	seen, unknown = w.notice(to), w.notice(to)
	told := w.notice(to)
	_, err := w.Step(w.ctx)
	require.ErrorIs(t, err, broken)
	require.Len(t, w.out.got, 1)
	require.Contains(t, w.out.got[0].Text, "2026-03-11")
	waiting := map[string]bool{}
	for _, r := range w.rows() {
		waiting[r.Case] = r.Delivered.IsZero()
	}
	require.Equal(t, map[string]bool{told: false, unknown: true}, waiting)
}

// TestOfferedMeanwhile: an offer that is made while the one before it is found to be seen is told, and not dropped with that.
func TestOfferedMeanwhile(t *testing.T) {
	t.Parallel()
	var second func()
	w := newWorld(t, func(o *notify.Options) {
		o.Offered = func(_ context.Context, r app.OutboxRow) (app.OutboxRow, bool, error) {
			if second != nil {
				second()
				second = nil
				return r, false, nil
			}
			return r, true, nil
		}
	})
	to := w.account(negotiation.RoleConsumer, phone, phone, "", "")
	caseID := w.notice(to)
	second = func() {
		w.write(func(tx app.PlainTx) error {
			return tx.AddNotice(w.ctx, app.Notice{To: to, Template: app.TemplateNewOffer, Case: caseID, At: start.Add(time.Minute)})
		})
	}
	w.settle()
	require.Empty(t, w.out.got)
	w.clock.Pass(2 * time.Minute) // when it may be taken again
	w.settle()
	require.Len(t, w.out.got, 1)
}

func TestDeliversOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	caseID := w.notice(w.account(negotiation.RoleConsumer, phone, phone, "", ""))
	w.settle()
	w.settle()
	require.Len(t, w.out.got, 1)
	m := w.out.got[0]
	require.Equal(t, phone, m.To)
	require.Equal(t, "Hejie: a new offer in case K7QM2-XW9PD, open until 2026-03-09: https://hejie.example/c/"+caseID, m.Text)
	rows := w.rows()
	require.Len(t, rows, 1)
	require.Equal(t, w.clock.Now(), rows[0].Delivered)
	require.Empty(t, rows[0].Text)
	require.Equal(t, m.ID, rows[0].ID)
}

func TestGroups(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.account(negotiation.RoleDeskSupervisor, "a", "+8613800000001", "e1", "")
	w.account(negotiation.RoleDeskSupervisor, "b", "+8613800000002", "e1", "")
	w.account(negotiation.RoleDeskSupervisor, "c", "+8613800000002", "e1", "") // a phone on the desk that two use
	w.account(negotiation.RoleDeskAgent, "d", "+8613800000003", "e1", "")
	w.account(negotiation.RoleDeskSupervisor, "e", "+8613800000004", "e2", "")
	w.account(negotiation.RoleOfficer, "o", "+8613800000005", "", "b1")
	w.notice("desk:e1")
	w.notice("bureau:b1")
	w.notice("bureau:b2") // nobody
	w.settle()
	var to []string
	for _, m := range w.out.got {
		to = append(to, m.To)
	}
	slices.Sort(to)
	require.Equal(t, []string{"+8613800000001", "+8613800000002", "+8613800000005"}, to)
	for _, r := range w.rows() {
		require.True(t, r.Next.IsZero())
		require.Equal(t, r.To == "bureau:b2", r.Delivered.IsZero())
	}
}

func TestRetries(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.out.errs = []error{errors.New("down"), errors.New("down"), errors.New("down")}
	w.notice(w.account(negotiation.RoleConsumer, phone, phone, "", ""))
	w.settle()
	for n, longest := range []time.Duration{5 * time.Second, 10 * time.Second, 20 * time.Second} {
		require.Len(t, w.out.got, n+1)
		row := w.rows()[0]
		require.Equal(t, n+1, row.Attempts)
		require.Equal(t, "down", row.Error)
		wait := row.Next.Sub(w.clock.Now())
		require.True(t, wait >= longest/2 && wait <= longest, "%v after attempt %d", wait, n+1)
		w.clock.Pass(wait - time.Millisecond)
		w.settle()
		require.Len(t, w.out.got, n+1, "not earlier")
		w.clock.Pass(time.Millisecond)
		w.settle()
	}
	require.Len(t, w.out.got, 4)
	require.False(t, w.rows()[0].Delivered.IsZero())
	ids := map[string]bool{}
	for _, m := range w.out.got {
		ids[m.ID] = true
	}
	require.Len(t, ids, 1, "the same id each time, for the gateway to know a repetition")
}

func TestGivesUp(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		err   error
		tries int
	}{"refused": {notify.Refused{Why: "bad number"}, 1}, "never taken": {errors.New("down"), 12}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.out.errs = slices.Repeat([]error{c.err}, 50)
			w.notice(w.account(negotiation.RoleConsumer, phone, phone, "", ""))
			for range 30 {
				w.settle()
				w.clock.Pass(2 * time.Hour)
			}
			require.Len(t, w.out.got, c.tries)
			require.True(t, w.rows()[0].Delivered.IsZero())
			require.True(t, w.rows()[0].Next.IsZero())
		})
	}
}

func TestCodesLeaveNoTrace(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		errs []error
		wait time.Duration
		sent int
		keep bool
		rows int
	}{
		"sent":            {nil, 0, 1, false, 0},
		"refused":         {[]error{notify.Refused{Why: "no"}}, 0, 1, false, 0},
		"too old to send": {nil, 10 * time.Minute, 0, false, 0},
		"demo":            {nil, 0, 1, true, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, func(o *notify.Options) { o.Keep = c.keep })
			w.out.errs = c.errs
			w.code()
			w.clock.Pass(c.wait)
			w.settle()
			require.Len(t, w.out.got, c.sent)
			require.Len(t, w.rows(), c.rows)
			require.NotContains(t, w.log.String(), "271828")
			require.NotContains(t, w.log.String(), phone)
			if c.keep {
				require.Contains(t, w.rows()[0].Text, "271828")
			}
		})
	}
}

func TestRunWakesAndEnds(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.out.took = make(chan struct{}, 10)
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- w.Run(ctx) }()
	w.code()
	w.Wake()
	<-w.out.took
	stop()
	require.NoError(t, <-done)
	w.Wake() // never blocks
	w.Wake()
}

// slow takes longer for a message than rows stay taken.
type slow struct {
	clock *clocktest.Clock
	mu    sync.Mutex
	sent  map[string]int
}

func (s *slow) Send(_ context.Context, m notify.Message) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sent[m.ID]++
	s.clock.Pass(3 * time.Minute)
	return nil
}

// unwritable is a database that for a while takes notices but nothing after.
type unwritable struct {
	app.Plain
	full bool
}

func (p *unwritable) Write(ctx context.Context, f func(app.PlainTx) error) error {
	if p.full {
		return negotiation.NewError(negotiation.CodeUnavailable)
	}
	return p.Plain.Write(ctx, f)
}

// TestNotedLater: what was sent and could not be noted is noted as soon as that can be, and until then neither sent again nor followed by
// anything else, however long it takes. The rest of its batch is sent when its lease is over.
func TestNotedLater(t *testing.T) {
	t.Parallel()
	disk := &unwritable{}
	w := newWorld(t, func(o *notify.Options) {
		disk.Plain = o.Plain
		o.Plain = disk
	})
	const notices = 20
	to := w.account(negotiation.RoleConsumer, phone, phone, "", "")
	for range notices {
		w.notice(to)
	}
	disk.full = true
	_, err := w.Step(w.ctx)
	require.Equal(t, negotiation.CodeUnavailable, negotiation.CodeOf(err))
	begun := len(w.out.got)
	require.Positive(t, begun)
	for range 600 { // ten minutes
		w.clock.Pass(time.Second)
		_, err := w.Step(w.ctx)
		require.Equal(t, negotiation.CodeUnavailable, negotiation.CodeOf(err))
	}
	require.Len(t, w.out.got, begun)
	disk.full = false
	w.settle()
	sent := map[string]int{}
	for _, m := range w.out.got {
		sent[m.ID]++
	}
	require.Len(t, sent, notices)
	require.Len(t, w.out.got, notices, "each once")
	for _, r := range w.rows() {
		require.False(t, r.Delivered.IsZero())
	}
}

// TestLate: what could not be sent while it was taken is left to whoever takes it next, and nothing is sent twice.
func TestLate(t *testing.T) {
	t.Parallel()
	s := &slow{sent: map[string]int{}}
	w := newWorld(t, func(o *notify.Options) { o.Sender = s })
	s.clock = w.clock
	const notices = 10
	to := w.account(negotiation.RoleConsumer, phone, phone, "", "")
	for range notices {
		w.notice(to)
	}
	_, err := w.Step(w.ctx) // finds the address
	require.NoError(t, err)
	for steps := 0; len(s.sent) < notices; steps++ {
		before := len(s.sent)
		_, err := w.Step(w.ctx)
		require.NoError(t, err)
		require.Greater(t, len(s.sent), before)
		require.LessOrEqual(t, len(s.sent), before+4, "no more than were begun in time")
	}
	for id, n := range s.sent {
		require.Equal(t, 1, n, id)
	}
}
