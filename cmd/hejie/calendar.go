package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"

	"hejie/negotiation"
	"hejie/negotiation/workday"
	"hejie/server/app"
)

type calendarCommand struct {
	Show   calendarShow   `cmd:"" help:"Tell which years are known, or what a year's notice says."`
	Import calendarImport `cmd:"" help:"Take the notice of a year (holiday-cn JSON); running deadlines are computed again."`
	Export calendarExport `cmd:"" help:"Write the notice of a year as holiday-cn JSON."`
}

type calendarShow struct {
	Year int `arg:"" optional:"" help:"Year."`
}

// Run is `hejie calendar show`.
func (c calendarShow) Run(ctx context.Context, to console, all Common) error {
	cal, err := calendarOf(ctx, all.folder())
	if err != nil {
		return err
	}
	if c.Year == 0 {
		for _, y := range cal.Years() {
			if err := to.printf("%d  %d working days\n", y, workdays(cal, y)); err != nil {
				return err
			}
		}
		return to.printf("every other year is provisional: weekends and statutory holidays, no make-up days\n")
	}
	y, ok := cal.Year(c.Year)
	if !ok {
		return fmt.Errorf("the notice of %d is not known: its days are provisional", c.Year)
	}
	for _, d := range y.Days {
		kind := "off"
		if !d.IsOffDay {
			kind = "worked"
		}
		if err := to.printf("%s  %-9s  %-6s  %s\n", d.Date, d.Date.Weekday(), kind, d.Name); err != nil {
			return err
		}
	}
	return to.printf("%d working days\n", workdays(cal, c.Year))
}

func workdays(cal *workday.Calendar, year int) (n int) {
	for d := (workday.Date{Year: year, Month: 1, Day: 1}); d.Year == year; d = d.AddDays(1) {
		if cal.IsWorkday(d) {
			n++
		}
	}
	return n
}

// calendarOf an installation, or the built-in one where there is none.
func calendarOf(ctx context.Context, f folder) (*workday.Calendar, error) {
	ok, err := f.exists()
	if err != nil || !ok {
		return workday.Default(), err
	}
	s, err := openSnapshot(ctx, f)
	if err != nil {
		return nil, err
	}
	return s.years.Calendar(), s.Close()
}

type calendarImport struct {
	File    string `arg:"" type:"existingfile" help:"Notice in the shape of github.com/NateScarlet/holiday-cn."`
	Partial bool   `help:"Take it though it leaves out days that the calendar has for the year." env:"-"`
}

// Run is `hejie calendar import`.
func (c calendarImport) Run(ctx context.Context, to console, all Common) error {
	body, err := os.ReadFile(c.File)
	if err != nil {
		return err
	}
	alone, err := (&workday.Calendar{}).Import(body)
	if err != nil {
		return fmt.Errorf("%s: %w", c.File, err)
	}
	year := alone.Years()[0]
	return withInstallation(ctx, all, func(i *installation) error {
		if err := i.app.Pulse.Beat(ctx); err != nil { // the import meets deadlines that fell into the downtime: they move first
			return err
		}
		y, err := i.app.Admin.ImportCalendar(ctx, operator(), year, body, c.Partial)
		if bad, ok := errors.AsType[*negotiation.Error](err); ok && bad.Params["reason"] == app.DaysLeftOut {
			return fmt.Errorf("%s leaves out %v: add them, or, if the notice itself leaves them out, import it with --partial", c.File, bad.Params["days"])
		}
		if err != nil {
			return err
		}
		if err := i.app.Admin.FinishCalendar(ctx); err != nil {
			return fmt.Errorf("%d is imported, and the server goes on with the deadlines when it starts: %w", year, err)
		}
		return to.printf("imported %d: %d days named, %d working days\n", y.Year, len(y.Days), workdays(i.years.Calendar(), y.Year))
	})
}

type calendarExport struct {
	Year int `arg:"" help:"Year."`
}

// Run is `hejie calendar export`.
func (c calendarExport) Run(ctx context.Context, to console, all Common) error {
	cal, err := calendarOf(ctx, all.folder())
	if err != nil {
		return err
	}
	y, ok := cal.Year(c.Year)
	if !ok {
		return fmt.Errorf("the notice of %d is not known", c.Year)
	}
	out := json.NewEncoder(to.out)
	out.SetIndent("", "  ")
	return out.Encode(y)
}
