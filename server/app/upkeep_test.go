package app_test

import (
	"context"
	"encoding/json"
	"fmt"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"hejie/negotiation"
	"hejie/negotiation/scheme"
	"hejie/server/app"
	"hejie/server/app/clocktest"
)

// year in the holiday-cn shape.
func year(y int, off ...string) []byte {
	type dayOff struct {
		Name     string `json:"name"`
		Date     string `json:"date"`
		IsOffDay bool   `json:"isOffDay"`
	}
	days := []dayOff{}
	for _, d := range off {
		days = append(days, dayOff{"假日", d, true})
	}
	b, err := json.Marshal(map[string]any{"year": y, "papers": []string{"https://example.com/notice"}, "days": days})
	if err != nil {
		panic(err)
	}
	return b
}

func TestCalendarImportMovesDeadlines(t *testing.T) {
	t.Parallel()
	p := newPeople(t)
	p.business.Pass(time.Date(2026, 12, 24, 1, 0, 0, 0, time.UTC).Sub(p.business.Now())) // ten working days reach into 2027
	id := p.file(p.buyer, p.enterprise.ID)
	before, _ := p.caseOf(id).Deadline(negotiation.Negotiation)
	require.True(t, before.Provisional)

	body := year(2027, "2027-01-01", "2027-01-04", "2027-01-05")
	p.allowedOnly(t, negotiation.CodeNotAllowed, func(x app.Session) error {
		y, err := p.Admin.ImportCalendar(p.ctx, x.Actor, 2027, body, true)
		if err == nil {
			require.Len(t, y.Days, 3)
		}
		return err
	}, "admin")
	require.Contains(t, p.yearbook.Calendar().Years(), 2027, "what is decided from now on knows it")
	years, err := p.Admin.CalendarYears(p.ctx, p.admin.Actor)
	require.NoError(t, err)
	require.False(t, years[0].Applied)
	require.NoError(t, p.Admin.FinishCalendar(p.ctx))
	after, _ := p.caseOf(id).Deadline(negotiation.Negotiation)
	require.False(t, after.Provisional)
	require.Equal(t, time.Date(2027, 1, 8, 16, 0, 0, 0, time.UTC), before.Due)
	require.Equal(t, time.Date(2027, 1, 12, 16, 0, 0, 0, time.UTC), after.Due, "two working days less, and a weekend")
	require.Contains(t, p.yearbook.Calendar().Years(), 2027)

	fresh := app.NewYearbook() // what a start reads
	require.NoError(t, fresh.Load(p.ctx, p.plain, p.business.Now()))
	require.Contains(t, fresh.Calendar().Years(), 2027)
	years, err = p.Admin.CalendarYears(p.ctx, p.admin.Actor)
	require.NoError(t, err)
	require.Len(t, years, 1)
	require.True(t, years[0].Applied)
	require.Equal(t, p.admin.Actor.ID, years[0].By)
}

func TestBadCalendar(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	admin := w.admin()
	for name, c := range map[string]struct {
		body   []byte
		field  string
		params map[string]any
	}{
		"not JSON":     {[]byte("{"), "", map[string]any{"reason": "not_a_year"}},
		"another year": {year(2028, "2028-01-01"), "year", map[string]any{"reason": "other_year_asked", "year": 2028, "wanted": 2027}},
		"no days":      {year(2027), "days", map[string]any{"reason": "no_days"}},
		"twice":        {year(2027, "2027-01-01", "2027-01-01"), "days[1].date", map[string]any{"reason": "named_twice", "date": "2027-01-01"}},
	} {
		_, err := w.Admin.ImportCalendar(w.ctx, admin.Actor, 2027, c.body, true)
		refused(t, app.CodeBadCalendar, err)
		var e *negotiation.Error
		require.ErrorAs(t, err, &e)
		require.Equal(t, c.field, e.Field, name)
		require.Equal(t, c.params, e.Params, name)
	}
	require.NotContains(t, w.yearbook.Calendar().Years(), 2027)
}

// queue lets something happen before the turn of a command comes.
type queue struct {
	app.Log
	before func()
}

func (q queue) Change(ctx context.Context, ch app.Change) (app.Receipt, error) {
	q.before()
	return q.Log.Change(ctx, ch)
}

// A year that is imported while a command waits for its turn counts for it.
func TestCalendarOfTheTurn(t *testing.T) {
	t.Parallel()
	p := newPeople(t)
	p.business.Pass(time.Date(2026, 12, 24, 1, 0, 0, 0, time.UTC).Sub(p.business.Now()))
	p.w.Log = queue{p.store, func() {
		_, err := p.Admin.ImportCalendar(p.ctx, p.admin.Actor, 2027, year(2027, "2027-01-01", "2027-01-04"), true)
		require.NoError(t, err)
	}}
	p.ledger = app.NewLedger(p.w, p.yearbook, negotiation.DefaultRules())
	d, _ := p.caseOf(p.file(p.buyer, p.enterprise.ID)).Deadline(negotiation.Negotiation)
	require.False(t, d.Provisional)
}

// stuck is a door that lets a few through and then fails, as a restart would.
type stuck struct {
	app.Door
	left atomic.Int64
}

func (d *stuck) Do(ctx context.Context, by negotiation.Actor, caseID string, id app.CommandID, cmd negotiation.Command) (app.Receipt, error) {
	if d.left.Add(-1) < 0 {
		return app.Receipt{}, negotiation.NewError(negotiation.CodeUnavailable)
	}
	return d.Door.Do(ctx, by, caseID, id, cmd)
}

// What a restart cut off is finished afterwards, and no deadline moves twice.
func TestCalendarImportIsFinishedLater(t *testing.T) {
	t.Parallel()
	p := newPeople(t)
	p.business.Pass(time.Date(2026, 12, 24, 1, 0, 0, 0, time.UTC).Sub(p.business.Now()))
	var ids []string
	for n := range 5 {
		ids = append(ids, p.file(p.consumer(fmt.Sprint("+861380013900", n)).Session, p.enterprise.ID))
	}
	_, err := p.Admin.ImportCalendar(p.ctx, p.admin.Actor, 2027, year(2027, "2027-01-01", "2027-01-04"), true)
	require.NoError(t, err)
	w, door := p.w, &stuck{Door: p.w.Door}
	door.left.Store(2)
	w.Door = door
	refused(t, negotiation.CodeUnavailable, app.New(w).Tidy(p.ctx))
	years, err := p.Admin.CalendarYears(p.ctx, p.admin.Actor)
	require.NoError(t, err)
	require.False(t, years[0].Applied)
	for range 2 {
		require.NoError(t, p.Tidy(p.ctx))
	}
	for _, id := range ids {
		moved, err := p.store.RecordsOf(p.ctx, id, negotiation.DeadlinesMoved{}.Kind())
		require.NoError(t, err)
		require.Len(t, moved, 1)
		d, _ := p.caseOf(id).Deadline(negotiation.Negotiation)
		require.False(t, d.Provisional)
	}
	done, of := p.Admin.Recount()
	require.Zero(t, done+of)
}

// gate is a door that tells who comes and waits until it is opened.
type gate struct {
	app.Door
	came chan struct{}
	open chan struct{}
}

func (d *gate) Do(ctx context.Context, by negotiation.Actor, caseID string, id app.CommandID, cmd negotiation.Command) (app.Receipt, error) {
	d.came <- struct{}{}
	<-d.open
	return d.Door.Do(ctx, by, caseID, id, cmd)
}

// A running platform applies a year that was imported by itself, beside the request, and says how far it is.
func TestCalendarIsAppliedInTheBackground(t *testing.T) {
	t.Parallel()
	p := newPeople(t)
	p.business.Pass(time.Date(2026, 12, 24, 1, 0, 0, 0, time.UTC).Sub(p.business.Now()))
	id := p.file(p.buyer, p.enterprise.ID)
	w, door := p.w, &gate{p.w.Door, make(chan struct{}), make(chan struct{})}
	w.Door = door
	running := app.New(w)
	ctx, stop := context.WithCancel(p.ctx)
	done := make(chan error)
	go func() { done <- running.Run(ctx) }()
	_, err := running.Admin.ImportCalendar(p.ctx, p.admin.Actor, 2027, year(2027, "2027-01-01", "2027-01-04"), true)
	require.NoError(t, err)
	<-door.came
	n, of := running.Admin.Recount()
	require.Equal(t, []int64{0, 1}, []int64{n, of})
	close(door.open)
	require.Eventually(t, func() bool {
		years, err := p.Admin.CalendarYears(p.ctx, p.admin.Actor)
		return err == nil && years[0].Applied
	}, time.Minute, time.Millisecond)
	d, _ := p.caseOf(id).Deadline(negotiation.Negotiation)
	require.False(t, d.Provisional)
	stop()
	require.NoError(t, <-done)
}

func TestShiftedClock(t *testing.T) {
	t.Parallel()
	base := clocktest.At(morning)
	c := &app.ShiftedClock{Base: base}
	require.Equal(t, morning, c.Now())
	c.AdvanceTo(morning.Add(time.Hour))
	require.Equal(t, morning.Add(time.Hour), c.Now())
	c.AdvanceTo(morning) // business time never goes back
	require.Equal(t, morning.Add(time.Hour), c.Now())
	base.Pass(time.Minute)
	require.Equal(t, morning.Add(61*time.Minute), c.Now())
	require.Equal(t, time.Hour, c.Offset())
}

func TestRealClock(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		now := app.RealClock{}.Now()
		require.Equal(t, time.UTC, now.Location())
		require.True(t, now.Equal(now.Truncate(time.Microsecond)))
		require.WithinDuration(t, time.Now(), now, time.Microsecond)
	})
}

func TestMarks(t *testing.T) {
	t.Parallel()
	p := newPeople(t)
	id := p.file(p.buyer, p.enterprise.ID)
	p.do(p.supervisor, id, negotiation.PostMessage{Text: "您好"})
	p.do(p.supervisor, id, negotiation.PostMessage{Text: "内部", Channel: negotiation.Desk})
	_, head, err := p.store.Case(p.ctx, id)
	require.NoError(t, err)
	last := head.Room.Seq

	for _, c := range []struct {
		seq   int64
		moved bool
	}{{1, true}, {1, false}, {last, true}, {1, false}, {last, false}} {
		moved, err := p.Marks.Read(p.ctx, p.buyer, id, negotiation.Room, c.seq)
		require.NoError(t, err)
		require.Equal(t, c.moved, moved, c.seq)
	}
	marks, err := p.Marks.Of(p.ctx, p.buyer, id)
	require.NoError(t, err)
	require.Equal(t, map[negotiation.Channel]int64{negotiation.Room: last}, marks)
	for _, seq := range []int64{-1, 0, last + 1} {
		_, err = p.Marks.Read(p.ctx, p.buyer, id, negotiation.Room, seq)
		refused(t, negotiation.CodeOutOfRange, err)
	}
	p.allowedOnly(t, negotiation.CodeNotFound, func(x app.Session) error {
		_, err := p.Marks.Read(p.ctx, x, id, negotiation.Room, 1)
		return err
	}, "consumer", "supervisor", "agent")
	p.allowedOnly(t, negotiation.CodeNotFound, func(x app.Session) error {
		_, err := p.Marks.Read(p.ctx, x, id, negotiation.Desk, 1)
		return err
	}, "supervisor", "agent")
}

func TestInvitations(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	invite := func(name, credit, region, addr string) (int, *app.Bureau, error) {
		return w.Public.Invite(w.ctx, name, credit, region, app.Client{Addr: addr})
	}
	n, bureau, err := invite("某某 超市", "", county, "198.51.100.1")
	require.NoError(t, err)
	require.Nil(t, bureau)
	require.Equal(t, 1, n)
	officer := w.officer(w.admin(), city, "officer")
	for _, c := range []struct {
		name, addr string
		want       int
	}{{"某某 超市", "198.51.100.1", 1}, {"某某　超市", "198.51.100.2", 2}, {"别的超市", "198.51.100.1", 1}} { // the same day from there, from elsewhere, another
		n, bureau, err := invite(c.name, "", county, c.addr)
		require.NoError(t, err)
		require.Equal(t, c.want, n, c.name)
		require.Equal(t, officer.Actor.Bureau, bureau.ID)
	}
	w.real.Pass(24 * time.Hour)
	n, _, err = invite("某某 超市", "", county, "198.51.100.1")
	require.NoError(t, err)
	require.Equal(t, 3, n, "another day")
	n, _, err = invite("A", "", county, "198.51.100.1")
	refused(t, negotiation.CodeOutOfRange, err)
	require.Zero(t, n)
	_, _, err = invite("某某超市", "x", county, "198.51.100.1")
	refused(t, negotiation.CodeInvalid, err)
	_, _, err = invite("某某超市", "", "1", "198.51.100.1")
	refused(t, negotiation.CodeNotFound, err)
	for i := range 20 {
		_, _, err = invite(fmt.Sprint("超市", i), "", county, "198.51.100.77")
		require.NoError(t, err)
	}
	_, _, err = invite("再一个", "", county, "198.51.100.77")
	refused(t, negotiation.CodeRateLimited, err)
}

// Wishes are shown to the officers of the region and of those above it, and to nobody else.
func TestWishes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	admin := w.admin()
	for _, wish := range []struct{ name, region, addr string }{{"某某　超市", county, "198.51.100.1"}, {"某某 超市", county, "198.51.100.2"}, {"远方超市", "440100", "198.51.100.1"}} {
		_, _, err := w.Public.Invite(w.ctx, wish.name, "", wish.region, app.Client{Addr: wish.addr})
		require.NoError(t, err)
	}
	names := func(by app.Session) (list []string) {
		rows, err := w.Scheme.Wishes(w.ctx, by.Actor, 0)
		require.NoError(t, err)
		for _, row := range rows {
			list = append(list, fmt.Sprint(row.Region, row.Count))
		}
		return list
	}
	near := w.officer(admin, county, "near")
	require.Equal(t, []string{county + "2"}, names(near))
	require.Equal(t, []string{county + "2"}, names(w.officer(admin, city, "above")))
	require.Empty(t, names(w.officer(admin, "430100", "beside")))
	require.Equal(t, []string{county + "2", "4401001"}, names(w.officer(admin, "000000", "all")))
	_, err := w.Scheme.Wishes(w.ctx, admin.Actor, 0)
	refused(t, negotiation.CodeNotAllowed, err)
}

func TestSearch(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	officer := w.officer(w.admin(), city, "officer")
	ids := map[string]string{}
	for _, login := range []string{"aaa", "bbb", "ccc", "ddd", "eee"} {
		e, _ := w.desk(officer, login)
		ids[login] = e.ID
	}
	_, err := w.Scheme.Do(w.ctx, officer.Actor, ids["aaa"], scheme.Suspend{Ground: scheme.GroundNoAnswers})
	require.NoError(t, err)
	_, err = w.Scheme.Do(w.ctx, officer.Actor, ids["bbb"], scheme.Remove{Ground: scheme.GroundLeak})
	require.NoError(t, err)
	_, err = w.Scheme.Apply(w.ctx, w.application("pending"))
	require.NoError(t, err)

	var got []string
	for after := ""; ; {
		page, next, err := w.Public.Search(w.ctx, "岳阳", after, 2)
		require.NoError(t, err)
		for _, e := range page {
			got = append(got, e.Enterprise.ID)
		}
		if after = next; next == "" {
			break
		}
	}
	require.Equal(t, []string{ids["ccc"], ids["ddd"], ids["eee"], ids["aaa"], ids["bbb"]}, got, "those that take cases first")
	for q, want := range map[string]int{"CCC": 1, "91430600ma": 5, "100%": 0, "_": 0, `\`: 0, "没有": 0} {
		page, _, err := w.Public.Search(w.ctx, q, "", 10)
		require.NoError(t, err)
		require.Len(t, page, want, q)
	}
	r, err := w.Public.Ranking(w.ctx, province, "", 10)
	require.NoError(t, err)
	require.NotEmpty(t, r.Rows)
	r, err = w.Public.Ranking(w.ctx, elsewhere, "", 10)
	require.NoError(t, err)
	require.Empty(t, r.Rows)
	_, err = w.Public.Ranking(w.ctx, "x", "", 10)
	refused(t, negotiation.CodeInvalid, err)
}

func TestRecipients(t *testing.T) {
	t.Parallel()
	p := newPeople(t)
	to := func(who string) []app.Recipient {
		got, err := app.Recipients(p.ctx, p.plain, who)
		require.NoError(t, err)
		return got
	}
	require.Equal(t, []app.Recipient{{Phone: phone, Language: "zh"}}, to(p.buyer.Actor.ID))
	require.Equal(t, []app.Recipient{{Phone: "+8613700000002", Language: "zh"}}, to("desk:"+p.enterprise.ID), "the agent has no phone")
	require.Equal(t, []app.Recipient{{Phone: "+8613900000001", Language: "zh"}}, to("bureau:"+p.officer.Actor.Bureau))
	none := ""
	_, err := p.Staff.Change(p.ctx, p.supervisor.Actor, p.supervisor.Actor.ID, app.StaffChange{Phone: &none})
	require.NoError(t, err)
	require.Equal(t, []app.Recipient{{Phone: "+8613700000001", Language: "zh"}}, to("desk:"+p.enterprise.ID), "the contact person")
	for _, who := range []string{"", "desk:", "bureau:" + app.NewID(), app.NewID(), "system"} {
		require.Empty(t, to(who), who)
	}
}

func TestIDsAndSecrets(t *testing.T) {
	t.Parallel()
	require.True(t, app.ValidID(app.NewID()))
	for _, s := range []string{"", "x", "A0000000-0000-7000-8000-000000000001", "{a0000000-0000-7000-8000-000000000001}", "a0000000000070008000000000000001", "urn:uuid:a0000000-0000-7000-8000-000000000001"} {
		require.False(t, app.ValidID(s), s)
	}
	s := app.NewSecret()
	require.NotEqual(t, s, app.NewSecret())
	require.NotContains(t, fmt.Sprintf("%v %+v %#v %s", s, s, s, s), fmt.Sprint(s[0], " ", s[1]))
	require.Equal(t, s.OrderRef(" a-1 "), s.OrderRef("Ａ-1"))
	require.Empty(t, s.OrderRef(" "))
	require.NotEqual(t, s.Sum("a", "b", "c"), s.Sum("a", "bc"))
	require.Equal(t, 100, app.DefaultLimits().Page(1000))
	require.Equal(t, 50, app.DefaultLimits().Page(0))
}
