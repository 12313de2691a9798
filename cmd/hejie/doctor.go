package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"syscall"
	"time"

	"hejie/negotiation/workday"
	"hejie/server/app"
	"hejie/server/bus"
	server "hejie/server/http"
	"hejie/server/store"
)

type doctorCommand struct {
	Config
	Rebuild bool `help:"Fill the derived tables from the log. Over hejie.db no server may run; over PostgreSQL writers wait meanwhile." env:"-"`
}

// finding of the doctor. Todo is "" when all is well; a mild one is said and fails nothing.
type finding struct {
	what, todo string
	mild       bool
}

func failed(what string, err error) finding { return finding{what: what, todo: err.Error()} }

// errSick ends the command with a failure after everything was said.
var errSick = errors.New("not all is well: see the lines with \"!!\"")

// Run is `hejie doctor`.
func (c doctorCommand) Run(ctx context.Context, to console, all Common) error {
	f := all.folder()
	if c.Rebuild {
		return withInstallation(ctx, all, func(i *installation) error {
			if err := i.store.Rebuild(ctx); err != nil {
				return err
			}
			return to.printf("the derived tables are what the log says\n")
		})
	}
	sick := false
	for _, check := range []func(context.Context) []finding{
		one(c.checkConfig), one(c.checkNamed), one(c.checkFolders(f)), one(f.checkKey), one(f.checkSpace), one(checkClock), f.checkDatabase, c.checkBus(f), c.checkEvidence(f),
	} {
		for _, x := range check(ctx) {
			if err := to.printf("%s\n", x); err != nil {
				return err
			}
			sick = sick || x.todo != "" && !x.mild
		}
	}
	if sick {
		return errSick
	}
	return nil
}

// one makes a list of a check with one finding.
func one(check func(context.Context) finding) func(context.Context) []finding {
	return func(ctx context.Context) []finding { return []finding{check(ctx)} }
}

func (x finding) String() string {
	switch {
	case x.todo == "":
		return "ok " + x.what
	case x.mild:
		return "?? " + x.what + "\n   -> " + x.todo
	}
	return "!! " + x.what + "\n   -> " + x.todo
}

func (c doctorCommand) checkConfig(context.Context) finding {
	if err := c.check(); err != nil {
		return failed("configuration", err)
	}
	if _, _, err := c.overrides(); err != nil {
		return failed("configuration", err)
	}
	return finding{what: "configuration"}
}

// checkNamed: PIPL art. 17 wants the name and contact of who handles personal information.
func (c doctorCommand) checkNamed(context.Context) finding {
	if c.operator() == (server.Operator{}) {
		return finding{what: "operator", mild: true, todo: "the privacy notice names nobody: give --operator and --operator-contact (HEJIE_OPERATOR, HEJIE_OPERATOR_CONTACT)"}
	}
	return finding{what: "operator"}
}

func (c doctorCommand) checkFolders(f folder) func(context.Context) finding {
	dirs := []string{f.path}
	if c.Evidence == "" {
		dirs = append(dirs, f.evidence())
	}
	return func(context.Context) finding { return f.checkFolders(dirs) }
}

func (f folder) checkFolders(dirs []string) finding {
	const what = "folders"
	if err := f.needed(); err != nil {
		return failed(what, err)
	}
	for _, dir := range dirs {
		info, err := os.Stat(dir)
		switch {
		case err != nil:
			return failed(what, err)
		case info.Mode().Perm()&0o077 != 0:
			return finding{what: what, todo: "others can look into " + dir + ": chmod 700 it"}
		}
		probe, err := os.CreateTemp(dir, ".doctor-*")
		if err != nil {
			return finding{what: what, todo: "files cannot be made there: " + err.Error()}
		}
		if err := errors.Join(probe.Close(), os.Remove(probe.Name())); err != nil {
			return failed(what, err)
		}
	}
	if c, err := f.readCard(); err != nil || c.Demo {
		return finding{what: what, mild: err == nil, todo: cmp.Or(err, errDemo).Error()}
	}
	return finding{what: what}
}

var errDemo = errors.New("this is a demo, with invented people and a password that everybody knows: for an installation name another folder with --data")

func (f folder) checkKey(context.Context) finding {
	if err := f.checkSecret(); err != nil {
		return failed("secret", err)
	}
	return finding{what: "secret"}
}

// leastSpace is free space under which a busy day may fill the disk.
const leastSpace = 2 << 30

func (f folder) checkSpace(context.Context) finding {
	var s syscall.Statfs_t
	dir := f.path
	for syscall.Statfs(dir, &s) != nil && dir != filepath.Dir(dir) {
		dir = filepath.Dir(dir)
	}
	free := s.Bavail * uint64(s.Bsize)
	what := fmt.Sprintf("disk space: %.1f GiB free", float64(free)/(1<<30))
	want := uint64(leastSpace)
	if info, err := os.Stat(f.file()); err == nil {
		want = max(want, 2*uint64(info.Size())) // a backup beside it, and room to grow
	}
	if free < want {
		return finding{what: what, todo: fmt.Sprintf("make room: at least %.1f GiB are wanted", float64(want)/(1<<30))}
	}
	return finding{what: what}
}

func checkClock(context.Context) finding {
	what := "clock: " + time.Now().Format(time.RFC3339)
	if synchronised, known := clockSynchronised(); known && !synchronised {
		return finding{what: what, mild: true, // in a container the host's service keeps it, unseen
			todo: "the kernel says that no time service keeps the clock, and deadlines follow it: see that chrony or systemd-timesyncd runs"}
	}
	return finding{what: what}
}

// checkServerClock compares this machine's clock with the database server's, which all replicas share.
func (f folder) checkServerClock(ctx context.Context) finding {
	before := time.Now()
	at, err := store.ServerTime(ctx, f.server)
	if err != nil {
		return failed("clocks", err)
	}
	return apart(before.Add(time.Since(before) / 2).Sub(at))
}

// mostApart is how much clocks may differ that a time service keeps.
const mostApart = 2 * time.Second

// apart says what becomes of clocks of which this machine's is ahead by so much.
func apart(ahead time.Duration) finding {
	const what = "clocks of this machine and the database server"
	if ahead.Abs() <= mostApart {
		return finding{what: what}
	}
	where := "ahead of"
	if ahead < 0 {
		where = "behind"
	}
	return finding{what: what, todo: fmt.Sprintf("this one is %s %s the other: deadlines would pass early or late and codes be refused; see that chrony keeps both", ahead.Abs().Round(time.Second), where)}
}

// checkWrites: a database that can only be read looks well by all else that is looked at.
func (f folder) checkWrites(ctx context.Context) finding {
	const what = "writing to the database"
	err := store.TakesWrites(ctx, f.database())
	switch {
	case errors.Is(err, app.ErrReadOnly) && f.server != "":
		return finding{what: what, todo: err.Error() + ": promote it or set that off, or name the primary with --database"}
	case errors.Is(err, app.ErrReadOnly):
		return finding{what: what, todo: err.Error() + ": give the file, and what lies beside it, to the account that serves, on a file system that is mounted to be written"}
	case err != nil:
		return failed(what, err)
	}
	return finding{what: what}
}

// checkDatabase looks at a copy, so that the rebuild that it compares with changes nothing, also beside a running server.
func (f folder) checkDatabase(ctx context.Context) []finding {
	const what = "database"
	if err := f.needed(); err != nil {
		return []finding{failed(what, err)}
	}
	found := []finding{f.checkWrites(ctx)}
	if f.server != "" {
		found = append(found, f.checkServerClock(ctx))
	}
	if err := f.current(ctx); err != nil {
		return append(found, failed(what, err))
	}
	s, err := openCopy(ctx, f)
	if err != nil {
		return append(found, failed(what, err))
	}
	c, err := f.readCard()
	if err != nil {
		return append(found, failed(what, errors.Join(err, s.Close())))
	}
	found = append(found, s.checkCalendar(app.RealClock{}.Now()), s.diagnose(ctx, c.Demo))
	if secret, err := f.openSecret(); err == nil { // else that was said
		if err := f.seal(ctx, s.Store, secret); err != nil {
			found = append(found, failed("secret", err))
		}
	}
	if err := s.Close(); err != nil {
		found = append(found, failed("copy of the database", err))
	}
	return found
}

// checkBus says whether the bus answers, or what several replicas miss without one; whether there are several nobody knows.
func (c doctorCommand) checkBus(f folder) func(context.Context) []finding {
	return func(context.Context) []finding {
		if c.Bus != "" {
			if err := c.tryBus(); err != nil {
				return []finding{failed("bus", err)}
			}
			return []finding{{what: "bus"}}
		}
		if f.server == "" {
			return nil
		}
		return []finding{{what: "no bus", mild: true,
			todo: "if several replicas serve this database give each the same --bus: without it what one writes is seen at the others only some seconds later, and who is there or types there not at all"}}
	}
}

// busTime is how long the bus may take to be reached by the doctor.
const busTime = 3 * time.Second

// tryBus asks the bus under a name of its own, so that no replica hears it.
func (c doctorCommand) tryBus() error {
	if err := c.Config.checkBus(); err != nil {
		return err
	}
	reached := make(chan struct{})
	w, err := bus.NATS(c.Bus, "doctor", slog.New(slog.DiscardHandler))(func([]byte) {}, sync.OnceFunc(func() { close(reached) }))
	if err != nil {
		return err
	}
	defer w.Close()
	select {
	case <-reached:
	case <-time.After(busTime):
	}
	return w.Try()
}

func (s snapshot) checkCalendar(now time.Time) finding {
	const what = "calendar"
	known := s.years.Calendar().Years()
	for _, y := range yearsWanted(now) {
		if !slices.Contains(known, y) {
			return finding{what: what, todo: fmt.Sprintf("%d is not known: get its notice and run \"hejie calendar import\"", y)}
		}
	}
	return finding{what: what}
}

// diagnose looks at the log and what is derived from it; a demo may have had its time moved on.
func (s snapshot) diagnose(ctx context.Context, demo bool) finding {
	v, err := s.Verify(ctx)
	what := fmt.Sprintf("database: %s, %s", count(v.Cases, "case"), count(v.Events, "event"))
	if err != nil {
		return finding{what: what, todo: err.Error() + ": restore a backup"}
	}
	now := app.RealClock{}.Now()
	if last, err := s.Plain().Heartbeat(ctx); err == nil && !demo && last.After(now.Add(time.Minute)) {
		return finding{what: what, todo: fmt.Sprintf("the platform last beat at %s, which is in the future: the clock was set back", last.Format(time.RFC3339))}
	}
	same, err := s.rebuilt(ctx)
	switch {
	case err != nil:
		return finding{what: what, todo: "rebuilding a copy failed: " + err.Error()}
	case !same:
		return finding{what: what, todo: "the derived tables are not what the log says: stop the server and run \"hejie doctor --rebuild\""}
	}
	return finding{what: what + ", chains hold, derived tables are what the log says"}
}

// yearsWanted by the deadlines that start now: this year, and from December the next, whose notice comes in November.
func yearsWanted(now time.Time) []int {
	d := workday.DateOf(now)
	if d.Month == time.December {
		return []int{d.Year, d.Year + 1}
	}
	return []int{d.Year}
}
