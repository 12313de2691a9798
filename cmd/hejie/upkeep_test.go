package main

import (
	"bytes"
	"database/sql"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	_ "github.com/mattn/go-sqlite3"
	"github.com/stretchr/testify/require"

	"hejie/negotiation"
	"hejie/negotiation/workday"
	"hejie/server/app"
)

// A backup beside a server that writes restores to an installation whose chains hold and in which everything is that was
// acknowledged before the backup began.
func TestBackupWhileWriting(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	r := demoAt(t, dir)
	data := filepath.Join(dir, "demo")
	page, err := r.engine.store.Cases(t.Context(), app.CaseQuery{Open: true, Limit: 20, Phases: []negotiation.Phase{negotiation.PhaseAwaitingResponse, negotiation.PhaseNegotiating}})
	require.NoError(t, err)
	require.NotEmpty(t, page.Rows)
	var said atomic.Int64
	stop := make(chan struct{})
	begun := make(chan struct{}, len(page.Rows))
	var writers sync.WaitGroup
	for _, row := range page.Rows {
		writers.Go(func() {
			by := negotiation.Actor{ID: row.Consumer, Role: negotiation.RoleConsumer}
			for n := 0; n < 25; n++ { // 30 a minute are let through
				cmd := negotiation.PostMessage{Text: "还在吗"}
				id, err := app.Identify(by, uuid.NewString(), cmd)
				if err != nil {
					t.Error(err)
					return
				}
				if _, err := r.engine.ledger.Do(t.Context(), by, row.Case, id, cmd); err != nil {
					t.Error(err)
					return
				}
				said.Add(1)
				if n == 0 {
					begun <- struct{}{}
				}
				select {
				case <-stop:
					return
				default:
				}
			}
		})
	}
	for range page.Rows {
		<-begun
	}
	before := said.Load()
	saved := filepath.Join(dir, "saved")
	here := shell{data: data}
	require.Contains(t, here.must(t, "backup", saved), "files")
	close(stop)
	writers.Wait()
	code, _, errs := here.run(t, "backup", saved)
	require.Equal(t, exitFailed, code)
	require.Contains(t, errs, "there already")

	code, _, errs = here.run(t, "restore", saved)
	require.Equal(t, exitFailed, code)
	require.Contains(t, errs, "nothing is overwritten")
	there := shell{data: filepath.Join(dir, "other")}
	require.Contains(t, there.must(t, "restore", saved), "all chains hold")
	require.Contains(t, there.must(t, "verify"), "276 cases")
	require.Contains(t, here.must(t, "verify"), "276 cases", "also beside a running server")
	db, err := sql.Open("sqlite3", filepath.Join(there.data, databaseName))
	require.NoError(t, err)
	var restored int64
	require.NoError(t, db.QueryRow(`SELECT count(*) FROM events WHERE type = 'message_posted' AND CAST(content AS TEXT) LIKE '%还在吗%'`).Scan(&restored))
	require.NoError(t, db.Close())
	require.GreaterOrEqual(t, restored, before)
	secret, err := os.ReadFile(filepath.Join(there.data, secretName))
	require.NoError(t, err)
	original, err := os.ReadFile(filepath.Join(data, secretName))
	require.NoError(t, err)
	require.True(t, bytes.Equal(original, secret))
}

// saved gives a backup of a small installation.
func saved(t *testing.T) (here shell, backup string) {
	t.Helper()
	dir := t.TempDir()
	here = shell{data: filepath.Join(dir, "data")}
	here.must(t, "migrate", "up")
	backup = filepath.Join(dir, "saved")
	here.must(t, "backup", backup)
	return here, backup
}

func TestRestoreRefusesWhatWasChanged(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(dir string) error{
		"a byte": func(dir string) error { return os.WriteFile(filepath.Join(dir, secretName), make([]byte, 32), 0o600) },
		"a way out": func(dir string) error {
			b, err := json.Marshal(manifest{Files: []savedFile{{Path: "../x"}}})
			if err != nil {
				return err
			}
			return os.WriteFile(filepath.Join(dir, manifestName), b, 0o600)
		},
		"nothing in it": func(dir string) error { return os.WriteFile(filepath.Join(dir, manifestName), []byte(`{}`), 0o600) },
		"a file gone":   func(dir string) error { return os.Remove(filepath.Join(dir, databaseName)) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, backup := saved(t)
			require.NoError(t, change(backup))
			to := shell{data: filepath.Join(t.TempDir(), "new")}
			code, _, errs := to.run(t, "restore", backup)
			require.Equal(t, exitFailed, code, errs)
			left, err := filepath.Glob(to.data + "*")
			require.NoError(t, err)
			require.Empty(t, left, "nothing is left behind")
		})
	}
}

// A log in which something was changed is found out, and so are derived tables that say otherwise.
func TestVerifyAndDoctor(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	require.NoError(t, demoAt(t, dir).end())
	s := shell{data: filepath.Join(dir, "demo")}
	change := func(query string) {
		db, err := sql.Open("sqlite3", filepath.Join(s.data, databaseName))
		require.NoError(t, err)
		result, err := db.Exec(query)
		require.NoError(t, err)
		n, err := result.RowsAffected()
		require.NoError(t, err)
		require.Positive(t, n)
		require.NoError(t, db.Close())
	}
	_, out, _ := s.run(t, "doctor")
	require.Contains(t, out, "derived tables are what the log says", out)
	require.Contains(t, out, "?? folders\n   -> this is a demo")
	require.Contains(t, out, "?? operator\n   -> the privacy notice names nobody")
	_, out, _ = s.run(t, "doctor", "--operator", "岳阳消费中心", "--operator-contact", "0730-1234567")
	require.Contains(t, out, "ok operator")
	for _, command := range []string{"verify", "doctor"} { // the folder above it, none, a file
		for data, says := range map[string]string{dir: "only a demo: name it with --data " + s.data, filepath.Join(dir, "x"): "no such folder", filepath.Join(s.data, databaseName): "which is a file"} {
			code, out, errs := shell{data: data}.run(t, command)
			require.Equal(t, exitFailed, code)
			require.Contains(t, out+errs, says, command)
		}
	}
	require.Contains(t, out, "ok secret")

	change(`UPDATE scorecard_rows SET n = n + 1`)
	code, out, _ := s.run(t, "doctor")
	require.Equal(t, exitFailed, code)
	require.Contains(t, out, "doctor --rebuild")
	s.must(t, "doctor", "--rebuild")
	_, out, _ = s.run(t, "doctor")
	require.NotContains(t, out, "doctor --rebuild")

	s.must(t, "verify")
	change(`UPDATE events SET content = CAST(replace(CAST(content AS TEXT), '客服', '店长') AS BLOB)
		WHERE rowid = (SELECT min(rowid) FROM events WHERE CAST(content AS TEXT) LIKE '%客服%')`)
	code, _, errs := s.run(t, "verify")
	require.Equal(t, exitFailed, code)
	require.Contains(t, errs, "log of case")
	require.NoError(t, os.Chmod(filepath.Join(s.data, secretName), 0o640))
	_, out, _ = s.run(t, "doctor")
	require.Contains(t, out, "restore a backup")
	require.Contains(t, out, "chmod 600")
}

// People come in through the door that the console opened for them.
func TestUsers(t *testing.T) {
	t.Parallel()
	data := filepath.Join(t.TempDir(), "data")
	s := shell{data: data, in: "correct horse battery\n"}
	s.must(t, "migrate", "up")
	require.Equal(t, "added administrator root.admin\n", s.must(t, "user", "add", "root.admin", "总管", "--password-stdin"))
	made := s.must(t, "user", "add", "second", "副管")
	require.Contains(t, made, "added administrator second: ")
	code, _, errs := s.run(t, "user", "add", "second", "副管")
	require.Equal(t, exitFailed, code)
	require.Contains(t, errs, "login_taken")
	code, _, errs = shell{data: data, in: "\n"}.run(t, "user", "password", "second", "--password-stdin")
	require.Equal(t, exitFailed, code)
	require.Contains(t, errs, "no password")
	code, _, _ = s.run(t, "user", "password", "nobody")
	require.Equal(t, exitFailed, code)
	shell{data: data, in: "another pass phrase\n"}.must(t, "user", "password", "root.admin", "--password-stdin")

	r := serve(t, data)
	in := func(login, password string) int {
		return r.call(t, http.MethodPost, "/api/sign-in/password", map[string]string{"login": login, "password": password}, nil)
	}
	require.Equal(t, http.StatusUnprocessableEntity, in("root.admin", "correct horse battery"))
	require.Equal(t, http.StatusOK, in("root.admin", "another pass phrase"))
	require.Equal(t, http.StatusOK, in("second", strings.TrimSpace(strings.TrimPrefix(made, "added administrator second: "))))
}

// A notice goes out and in again, and a new year becomes known.
func TestCalendar(t *testing.T) {
	t.Parallel()
	data := filepath.Join(t.TempDir(), "data")
	s := shell{data: data}
	require.Contains(t, s.must(t, "calendar", "show"), "2026  248 working days")
	require.Contains(t, s.must(t, "calendar", "show", "2026"), "2026-02-14  Saturday")
	out := s.must(t, "calendar", "export", "2026")
	_, err := (&workday.Calendar{}).Import([]byte(out))
	require.NoError(t, err)

	s.must(t, "migrate", "up")
	file := filepath.Join(t.TempDir(), "2027.json")
	notice := `{"year": 2027, "papers": ["https://example.com"], "days": [{"name": "元旦", "date": "2027-01-01", "isOffDay": true}, {"name": "元旦", "date": "2027-01-03", "isOffDay": false}]}`
	require.NoError(t, writeNew(file, []byte(notice)))
	code, _, errs := s.run(t, "calendar", "import", file)
	require.Equal(t, exitFailed, code)
	require.Contains(t, errs, "2027-02-06 春节")
	require.Contains(t, errs, "--partial")
	require.NotContains(t, s.must(t, "calendar", "show"), "2027")
	require.Contains(t, s.must(t, "calendar", "import", "--partial", file), "imported 2027")
	require.Contains(t, s.must(t, "calendar", "show", "2027"), "2027-01-03  Sunday")
	bad := filepath.Join(t.TempDir(), "bad.json")
	require.NoError(t, writeNew(bad, []byte(strings.Replace(notice, "2027-01-03", "2027-01-04", 1))))
	code, _, errs = s.run(t, "calendar", "import", bad)
	require.Equal(t, exitFailed, code)
	require.Contains(t, errs, "days[1].isOffDay")
}

// do walks a command at an instant, which the door's own clock does not know.
func (d *desk) do(t *testing.T, id string, at time.Time, by negotiation.Actor, cmd negotiation.Command) {
	t.Helper()
	_, err := d.store.Change(t.Context(), app.Change{Case: id, Decide: func(c *negotiation.Case, _ app.Look) app.Decision {
		env := negotiation.Env{At: at, Calendar: d.years.Calendar(), Filing: &negotiation.Filing{Case: id, Code: "K7QM2-XW9PD", Rules: negotiation.DefaultRules(),
			Bureau: uuid.NewString(), Region: "430602", Enrolled: true, Open: negotiation.OpenCases{MaxOrder: 1, MaxEnterprise: 1, Max: 1}}}
		events, after, err := c.Step(by, cmd, env)
		return app.Decision{Events: events, After: after, Err: err}
	}})
	require.NoError(t, err)
}

func filing(at time.Time) negotiation.FileCase {
	day, amount, yes := workday.DateOf(at).String(), negotiation.CNY(15000), &negotiation.Choice{Yes: true, Text: "2026-1"}
	return negotiation.FileCase{Enterprise: uuid.NewString(), Category: "quality", Goods: "电饭煲", Facts: "不加热", PurchasedOn: day, KnownSince: day, Amount: amount,
		Claim:        []negotiation.Item{{By: negotiation.SideEnterprise, Remedy: negotiation.Refund, Amount: &amount, Due: negotiation.Due{Days: 3, Unit: negotiation.WorkingDays}}},
		ForDailyLife: true, OtherBody: negotiation.BodyNone, Consents: negotiation.Consents{Truth: "2026-1", Rules: "2026-1", Publication: yes, Escalation: yes}}
}

const notice2027 = `{"year": 2027, "papers": [], "days": [{"name": "元旦", "date": "2027-01-01", "isOffDay": true}, {"name": "元旦", "date": "2027-01-03", "isOffDay": false}]}`

// The figures count working time by the calendar that the installation knows, and so does the doctor that counts them again.
func TestDoctorCountsByTheImportedCalendar(t *testing.T) {
	t.Parallel()
	s := shell{data: filepath.Join(t.TempDir(), "data")}
	s.must(t, "migrate", "up")
	file := filepath.Join(t.TempDir(), "2027.json")
	require.NoError(t, writeNew(file, []byte(notice2027)))
	s.must(t, "calendar", "import", "--partial", file)
	d, err := openDesk(t.Context(), folder{path: s.data})
	require.NoError(t, err)
	at := func(day, hour int) time.Time { return time.Date(2027, 1, day, hour, 0, 0, 0, workday.Shanghai) }
	id, consumer, f := uuid.NewString(), negotiation.Actor{ID: uuid.NewString(), Role: negotiation.RoleConsumer}, filing(at(2, 10))
	agent := negotiation.Actor{ID: uuid.NewString(), Role: negotiation.RoleDeskAgent, Enterprise: f.Enterprise}
	d.do(t, id, at(2, 10), consumer, f)
	d.do(t, id, at(3, 20), agent, negotiation.PostMessage{Text: "型号是什么？", Question: true}) // a Sunday that is worked: 20 hours
	d.do(t, id, at(4, 9), consumer, negotiation.Escalate{})
	require.NoError(t, d.Close())
	_, out, errs := s.run(t, "doctor")
	require.Contains(t, out, "derived tables are what the log says", errs)
}

// Whoever imports a year while the platform is down finds deadlines that fell into that time: they move, like at a start.
func TestCalendarImportMovesWhatFellIntoADowntime(t *testing.T) {
	t.Parallel()
	s := shell{data: filepath.Join(t.TempDir(), "data")}
	s.must(t, "migrate", "up")
	d, err := openDesk(t.Context(), folder{path: s.data})
	require.NoError(t, err)
	at := time.Now().UTC().Truncate(time.Second).AddDate(0, 0, -40) // ten working days lie between it and now in every year
	id := uuid.NewString()
	d.do(t, id, at, negotiation.Actor{ID: uuid.NewString(), Role: negotiation.RoleConsumer}, filing(at))
	require.NoError(t, d.plain.Write(t.Context(), func(tx app.PlainTx) error { return tx.Beat(t.Context(), at.Add(time.Hour)) }))
	require.NoError(t, d.Close())

	file := filepath.Join(t.TempDir(), "2027.json")
	require.NoError(t, writeNew(file, []byte(notice2027)))
	s.must(t, "calendar", "import", "--partial", file)
	d, err = openDesk(t.Context(), folder{path: s.data})
	require.NoError(t, err)
	c, _, err := d.store.Case(t.Context(), id)
	require.NoError(t, err)
	require.NoError(t, d.Close())
	require.Equal(t, negotiation.PhaseAwaitingResponse, c.Phase, "nobody pays for the platform's absence")
	limit, ok := c.Deadline(negotiation.Negotiation)
	require.True(t, ok)
	require.True(t, limit.Due.After(time.Now()))
}
