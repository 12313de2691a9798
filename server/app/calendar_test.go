package app_test

import (
	"context"
	"encoding/json"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hejie/negotiation"
	"hejie/negotiation/workday"
	"hejie/server/app"
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
		check, err := p.Admin.CheckCalendar(x.Actor, 2027, body)
		if err == nil {
			require.Contains(t, check.Changes, workday.Change{Date: workday.Date{Year: 2027, Month: time.January, Day: 4}, From: workday.Working, To: workday.Holiday, Name: "假日"})
			require.NotContains(t, p.yearbook.Calendar().Years(), 2027, "looking imports nothing")
		}
		return err
	}, "admin")
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
