package main

import (
	"bufio"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"

	"hejie/negotiation"
	"hejie/negotiation/workday"
	"hejie/server/app"
	"hejie/server/store"
)

// desk is an installation opened by a command, without anything running on it and without its evidence.
type desk struct {
	store *store.Store
	app   *app.App
	plain app.Plain
	years *app.Yearbook
}

// openDesk opens the installation that is there. While a server runs it has the database to itself: then this is refused.
func openDesk(ctx context.Context, f folder) (_ *desk, err error) {
	if err := f.needed(); err != nil {
		return nil, err
	}
	secret, err := f.openSecret()
	if err != nil {
		return nil, err
	}
	d := &desk{years: app.NewYearbook()}
	defer func() {
		if err != nil {
			err = errors.Join(err, d.Close())
		}
	}()
	if d.store, err = store.Open(f.database(), store.Options{}); err != nil {
		if errors.Is(err, store.ErrInUse) {
			return nil, fmt.Errorf("%w: stop the server, or use its administration pages", err)
		}
		return nil, err
	}
	if err := f.seal(ctx, d.store, secret); err != nil {
		return nil, err
	}
	d.plain = d.store.Plain()
	w := app.World{Plain: d.plain, Log: d.store, Cases: d.store, Scores: d.store, Yearbook: d.years,
		Business: app.RealClock{}, Real: app.RealClock{}, Limits: app.DefaultLimits(), Secret: secret, SMS: app.SMSNone}
	w.Door = app.NewLedger(w, d.years, negotiation.DefaultRules())
	d.app = app.New(w)
	return d, d.years.Load(ctx, d.plain, w.Business.Now())
}

// Close gives the installation back.
func (d *desk) Close() error {
	var err error
	if d.store != nil {
		err = d.store.Close()
	}
	return err
}

// operator acts for who has the machine; the audit knows them by this name.
func operator() negotiation.Actor {
	return negotiation.Actor{ID: "operator", Role: negotiation.RoleAdministrator}
}

type migrateCommand struct {
	Up     migrateUp     `cmd:"" help:"Bring the database up to this program; makes one when there is none."`
	Status migrateStatus `cmd:"" help:"Say where the database stands."`
	Copy   migrateCopy   `cmd:"" help:"Move hejie.db of the folder into the empty database that --database names, and compare all of it."`
}

type migrateUp struct{}

// Run is `hejie migrate up`.
func (migrateUp) Run(ctx context.Context, to console, all Common) error {
	f := all.folder()
	if _, err := f.openSecret(); err != nil {
		return err
	}
	s, err := store.Open(f.database(), store.Options{}) // has the lock, and migrates
	if err != nil {
		return err
	}
	if err := s.Close(); err != nil {
		return err
	}
	return migrateStatus{}.Run(ctx, to, all)
}

type migrateStatus struct{}

// Run is `hejie migrate status`.
func (migrateStatus) Run(ctx context.Context, to console, all Common) error {
	f := all.folder()
	if err := f.needed(); err != nil {
		return err
	}
	s, err := store.Status(ctx, f.database())
	if err != nil {
		return err
	}
	if err := to.printf("schema %d, this program's is %d\n", s.Version, s.Latest); err != nil || s.Version == s.Latest {
		return err
	}
	if s.Version > s.Latest {
		return store.ErrNewer
	}
	steps, err := store.Steps(ctx, f.database())
	if err != nil {
		return err
	}
	for _, step := range steps {
		holds := ""
		if len(step.Holds) > 0 {
			holds = ": while it runs, whoever writes to " + strings.Join(step.Holds, ", ") + " waits"
		}
		if err := to.printf("to come: %s%s\n", step.Name, holds); err != nil {
			return err
		}
	}
	return errors.New("run \"hejie migrate up\", or just start the server")
}

type userCommand struct {
	Add      userAdd      `cmd:"" help:"Add an administrator."`
	Password userPassword `cmd:"" help:"Set a new password for a member of staff and end their sessions."`
}

// passwordFlags say where a password comes from; it is never on the command line, where others could read it.
type passwordFlags struct {
	Stdin bool `help:"Read the password from the first line of the input; else one is made and printed." name:"password-stdin"`
}

func (p passwordFlags) password(to console) (password string, made bool, err error) {
	if !p.Stdin {
		return rand.Text(), true, nil
	}
	line, err := bufio.NewReader(to.in).ReadString('\n')
	if password = strings.TrimRight(line, "\r\n"); password == "" {
		return "", false, errors.Join(errors.New("no password on the input"), err)
	}
	return password, false, nil
}

type userAdd struct {
	Login string `arg:"" help:"What they sign in with."`
	Name  string `arg:"" help:"What others see."`
	passwordFlags
}

// Run is `hejie user add`.
func (u userAdd) Run(ctx context.Context, to console, all Common) error {
	return withDesk(ctx, all, func(d *desk) error {
		password, made, err := u.password(to)
		if err != nil {
			return err
		}
		m, err := d.app.Admin.AddAdministrator(ctx, operator(), app.NewStaff{Login: u.Login, DisplayName: u.Name, Password: password})
		if err != nil {
			return err
		}
		return tellPassword(to, "added administrator", m.Login, password, made)
	})
}

type userPassword struct {
	Login string `arg:"" help:"Whose."`
	passwordFlags
}

// Run is `hejie user password`.
func (u userPassword) Run(ctx context.Context, to console, all Common) error {
	return withDesk(ctx, all, func(d *desk) error {
		a, err := d.plain.AccountByLogin(ctx, app.NormaliseLogin(u.Login))
		if err == nil && a.Role == negotiation.RoleConsumer {
			err = negotiation.NewError(negotiation.CodeNotFound)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", u.Login, err)
		}
		password, made, err := u.password(to)
		if err != nil {
			return err
		}
		change := app.StaffChange{Password: &password}
		if a.Enterprise != "" {
			by := negotiation.Actor{ID: operator().ID, Role: negotiation.RoleDeskSupervisor, Enterprise: a.Enterprise}
			_, err = d.app.Staff.Change(ctx, by, a.ID, change)
		} else {
			_, err = d.app.Admin.ChangeOfficer(ctx, operator(), a.ID, change)
		}
		if err != nil {
			return err
		}
		return tellPassword(to, "new password of", a.Login, password, made)
	})
}

func tellPassword(to console, what, login, password string, made bool) error {
	if made {
		return to.printf("%s %s: %s\n", what, login, password)
	}
	return to.printf("%s %s\n", what, login)
}

func withDesk(ctx context.Context, all Common, f func(*desk) error) error {
	d, err := openDesk(ctx, all.folder())
	if err != nil {
		return err
	}
	return errors.Join(f(d), d.Close())
}

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
	Partial bool   `help:"Take it though it leaves out days that the calendar has for the year."`
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
	return withDesk(ctx, all, func(d *desk) error {
		if err := d.app.Pulse.Beat(ctx); err != nil { // the import meets deadlines that fell into the downtime: they move first
			return err
		}
		y, err := d.app.Admin.ImportCalendar(ctx, operator(), year, body, c.Partial)
		if bad, ok := errors.AsType[*negotiation.Error](err); ok && bad.Params["reason"] == app.DaysLeftOut {
			return fmt.Errorf("%s leaves out %v: add them, or, if the notice itself leaves them out, import it with --partial", c.File, bad.Params["days"])
		}
		if err != nil {
			return err
		}
		if err := d.app.Admin.FinishCalendar(ctx); err != nil {
			return fmt.Errorf("%d is imported, and the server goes on with the deadlines when it starts: %w", year, err)
		}
		return to.printf("imported %d: %d days named, %d working days\n", y.Year, len(y.Days), workdays(d.years.Calendar(), y.Year))
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
