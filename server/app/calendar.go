package app

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"hejie/negotiation"
	"hejie/negotiation/workday"
)

// recount is the computing again of open deadlines after an import. It goes on beside everything else, and what a restart cut off begins
// again: a deadline that moved already has nothing left to move.
type recount struct {
	turn     sync.Mutex    // one at a time
	wanted   chan struct{} // holds one wish
	done, of atomic.Int64
}

// recountAtOnce cases wait for the same commits, and leave room for what people do.
const recountAtOnce = 16

// Recount is how far the computing of open deadlines is in this process: cases that are done, of how many; zero of zero when none goes on.
func (s *Admin) Recount() (done, of int64) { return s.recount.done.Load(), s.recount.of.Load() }

// CalendarYears that were imported, oldest first; the built-in years are not among them.
func (s *Admin) CalendarYears(ctx context.Context, by negotiation.Actor) ([]CalendarYear, error) {
	if err := s.allowed(by); err != nil {
		return nil, err
	}
	return s.w.Plain.CalendarYears(ctx)
}

// ImportCalendar takes the notice of a year in the holiday-cn shape: from then on the calendar knows it, and every open case's
// deadlines are computed again, case by case, by App.Run or the next FinishCalendar. Only with partial may it leave out days that the
// calendar has for the year. Errors: not_allowed, bad_calendar (its field in the year; params: reason, a workday.Fault, OtherYearAsked or
// DaysLeftOut, and what that fault names).
func (s *Admin) ImportCalendar(ctx context.Context, by negotiation.Actor, year int, body []byte, partial bool) (workday.Year, error) {
	if err := s.allowed(by); err != nil {
		return workday.Year{}, err
	}
	imported, err := readNotice(year, body)
	if err != nil {
		return workday.Year{}, err
	}
	if left := s.w.Yearbook.Calendar().LeftOut(imported); len(left) > 0 && !partial {
		return workday.Year{}, negotiation.NewError(CodeBadCalendar, "reason", DaysLeftOut, "year", year, "days", dayNames(left)).On("days")
	}
	row := CalendarYear{Year: year, Body: body, Imported: s.w.Real.Now(), By: by.ID}
	err = s.w.Plain.Write(ctx, func(tx PlainTx) error {
		if err := tx.SetCalendarYear(ctx, row); err != nil {
			return err
		}
		return s.w.audit(ctx, tx, by, AuditRow{What: AuditCalendar, Subject: strconv.Itoa(year)})
	})
	if err != nil {
		return workday.Year{}, err
	}
	if err := s.w.Yearbook.Load(context.WithoutCancel(ctx), s.w.Plain, s.w.Business.Now()); err != nil {
		return workday.Year{}, err
	}
	s.sessions.signals.calendarChanged()
	select {
	case s.recount.wanted <- struct{}{}:
	default: // somebody wished already
	}
	return imported, nil
}

// CalendarCheck is what importing a notice would do.
type CalendarCheck struct {
	LeftOut []string         // days like "2027-02-06 春节" that the calendar has and the notice does not
	Changes []workday.Change // days that would count differently
}

// CheckCalendar tells what importing a notice would change, and imports nothing. Errors: as of ImportCalendar, but for DaysLeftOut.
func (s *Admin) CheckCalendar(by negotiation.Actor, year int, body []byte) (CalendarCheck, error) {
	if err := s.allowed(by); err != nil {
		return CalendarCheck{}, err
	}
	notice, err := readNotice(year, body)
	if err != nil {
		return CalendarCheck{}, err
	}
	now := s.w.Yearbook.Calendar()
	then, err := now.Import(body)
	if err != nil {
		return CalendarCheck{}, err
	}
	return CalendarCheck{LeftOut: dayNames(now.LeftOut(notice)), Changes: now.Changes(then, year)}, nil
}

// readNotice reads the notice of the year that is asked for.
func readNotice(year int, body []byte) (workday.Year, error) {
	cal, err := (&workday.Calendar{}).Import(body) // alone, so that it has one year: the one in the text
	if bad, ok := errors.AsType[*workday.ImportError](err); ok {
		return workday.Year{}, badCalendar(bad)
	}
	if err != nil {
		return workday.Year{}, err
	}
	notice, ok := cal.Year(year)
	if !ok {
		return workday.Year{}, negotiation.NewError(CodeBadCalendar, "reason", OtherYearAsked, "year", cal.Years()[0], "wanted", year).On("year")
	}
	return notice, nil
}

// Reasons of bad_calendar beside the faults of the text.
const (
	OtherYearAsked = "other_year_asked" // params: year, wanted: the notice is of another year than it was sent as
	DaysLeftOut    = "days_left_out"    // params: year, days like "2027-02-06 春节": see workday.Calendar.LeftOut
)

func dayNames(days []workday.YearDay) []string {
	names := make([]string, len(days))
	for i, d := range days {
		names[i] = d.Date.String() + " " + d.Name
	}
	return names
}

func badCalendar(bad *workday.ImportError) error {
	params := []any{"reason", string(bad.Fault)}
	for name, value := range bad.Params {
		params = append(params, name, value)
	}
	return negotiation.NewError(CodeBadCalendar, params...).On(bad.Field)
}

// FinishCalendar computes deadlines again for years that were imported and not applied yet; also after a crash in the middle.
func (s *Admin) FinishCalendar(ctx context.Context) error {
	s.recount.turn.Lock()
	defer s.recount.turn.Unlock()
	years, err := s.w.Plain.CalendarYears(ctx)
	if err != nil {
		return err
	}
	open := slices.DeleteFunc(years, func(y CalendarYear) bool { return y.Applied })
	if len(open) == 0 {
		return nil
	}
	if err := s.w.Yearbook.Load(ctx, s.w.Plain, s.w.Business.Now()); err != nil { // another replica may have imported it
		return err
	}
	if err := s.recompute(ctx); err != nil {
		return err
	}
	return s.w.Plain.Write(ctx, func(tx PlainTx) error {
		now, err := tx.CalendarYears(ctx)
		if err != nil {
			return err
		}
		for _, y := range now {
			// What was imported meanwhile is still to be applied.
			if !slices.ContainsFunc(open, func(o CalendarYear) bool { return o.Year == y.Year && o.Imported.Equal(y.Imported) }) {
				continue
			}
			y.Applied = true
			if err := tx.SetCalendarYear(ctx, y); err != nil {
				return err
			}
		}
		return nil
	})
}

// recompute the deadlines of every open case by the calendar known now.
func (s *Admin) recompute(ctx context.Context) error {
	var ids []string
	err := eachOpenCase(ctx, s.w, OpenFilter{Clocks: true}, func(id string) error {
		ids = append(ids, id)
		return nil
	})
	if err != nil {
		return err
	}
	s.recount.of.Store(int64(len(ids)))
	defer func() {
		s.recount.of.Store(0)
		s.recount.done.Store(0)
	}()
	several, going := errgroup.WithContext(ctx)
	several.SetLimit(recountAtOnce)
	for _, id := range ids {
		if going.Err() != nil { // the first failure, or the end
			break
		}
		several.Go(func() error {
			_, err := s.w.Door.Do(going, negotiation.System, id, CommandID{}, negotiation.MoveDeadlines{Reason: negotiation.MovedByCalendar})
			s.recount.done.Add(1)
			return err
		})
	}
	return cmp.Or(several.Wait(), ctx.Err())
}
