package main

import (
	"fmt"
	"net/http"
	"net/http/cookiejar"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/stretchr/testify/require"

	"hejie/negotiation"
	"hejie/negotiation/workday"
	"hejie/server/live"
)

type demoView struct {
	Now    time.Time    `json:"now"`
	People []demoPerson `json:"people"`
}

type demoPerson struct {
	Person string `json:"person"`
	Role   string `json:"role"`
	Name   string `json:"name"`
	At     string `json:"at"`
	Case   string `json:"case"`
}

type sessionView struct {
	Account struct {
		Name string `json:"name"`
		Role string `json:"role"`
	} `json:"account"`
}

// A visitor enters, moves time on, reads what was sent; the next start knows what time it is; a reset forgets all.
func TestDemo(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	r := demoAt(t, dir)
	require.Contains(t, r.screen.String(), r.URL()+"/demo")
	var d demoView
	require.Equal(t, http.StatusOK, r.call(t, http.MethodGet, "/api/demo", nil, &d))
	roles := map[string]int{}
	for _, p := range d.People {
		roles[p.Role]++
	}
	for _, role := range []negotiation.Role{negotiation.RoleConsumer, negotiation.RoleDeskAgent, negotiation.RoleDeskSupervisor, negotiation.RoleOfficer, negotiation.RoleAdministrator} {
		require.Positive(t, roles[string(role)], role)
	}
	for _, p := range d.People {
		var in sessionView
		require.Equal(t, http.StatusOK, r.call(t, http.MethodPost, "/api/demo/enter", map[string]string{"person": p.Person}, &in), p.Person)
		require.Equal(t, p.Name, in.Account.Name)
		require.Equal(t, p.Role, in.Account.Role)
		if p.Case != "" {
			require.Equal(t, http.StatusOK, r.call(t, http.MethodGet, "/api/cases/"+p.Case, nil, nil), p.Person)
		}
	}
	require.Equal(t, http.StatusNotFound, r.call(t, http.MethodPost, "/api/demo/enter", map[string]string{"person": "nobody"}, nil))

	first := d.People[0].Case
	before, _, err := r.engine.store.Case(t.Context(), first)
	require.NoError(t, err)
	var moved struct {
		Now      time.Time               `json:"now"`
		Deadline negotiation.DeadlineKey `json:"deadline"`
	}
	require.Equal(t, http.StatusOK, r.call(t, http.MethodPost, "/api/demo/advance", map[string]string{"case": first}, &moved))
	due, ok := before.Deadline(moved.Deadline)
	require.True(t, ok)
	require.False(t, moved.Now.Before(due.Due))
	after, _, err := r.engine.store.Case(t.Context(), first)
	require.NoError(t, err)
	require.Greater(t, after.Version, before.Version, "it took effect")
	var outbox struct {
		Rows []struct {
			Text string `json:"text"`
		} `json:"rows"`
	}
	require.Equal(t, http.StatusOK, r.call(t, http.MethodGet, "/api/demo/outbox", nil, &outbox))
	require.NotEmpty(t, outbox.Rows)
	require.NoError(t, r.end())

	again := demoAt(t, dir)
	require.Equal(t, http.StatusOK, again.call(t, http.MethodGet, "/api/demo", nil, &d))
	require.False(t, d.Now.Before(moved.Now), "business time never goes back")
	outages, err := again.engine.store.Plain().Outages(t.Context(), time.Time{})
	require.NoError(t, err)
	require.Empty(t, outages)

	require.Equal(t, http.StatusOK, again.call(t, http.MethodPost, "/api/demo/enter", map[string]string{"person": "zhou"}, nil))
	require.Equal(t, http.StatusNoContent, again.call(t, http.MethodPost, "/api/demo/reset", nil, nil))
	require.Eventually(t, func() bool { // the answer comes first, the new world a moment later, at the same address
		var d demoView
		return again.call(t, http.MethodGet, "/api/demo", nil, &d) == http.StatusOK && d.Now.Before(moved.Now)
	}, 30*time.Second, 10*time.Millisecond)
	var nobody sessionView
	again.call(t, http.MethodGet, "/api/session", nil, &nobody)
	require.Empty(t, nobody.Account.Role, "all sessions ended")
}

// dial opens a socket for the session that the client has.
func (r *running) dial(t *testing.T) *websocket.Conn {
	t.Helper()
	dialer := websocket.Dialer{Jar: r.client.Jar, Subprotocols: []string{live.Protocol}}
	socket, answer, err := dialer.DialContext(t.Context(), "ws"+strings.TrimPrefix(r.URL(), "http")+"/api/live", nil)
	require.NoError(t, err)
	require.NoError(t, answer.Body.Close())
	require.Equal(t, live.Protocol, answer.Header.Get("Sec-Websocket-Protocol"))
	return socket
}

func (r *running) enter(t *testing.T, person string) {
	t.Helper()
	require.Equal(t, http.StatusOK, r.call(t, http.MethodPost, "/api/demo/enter", map[string]string{"person": person}, nil))
}

// A notice that moves deadlines is seen at once by who sits in a room; and who sits there when the demo is reset is told to come back,
// and can.
func TestRoomsLiveThroughACalendarAndAReset(t *testing.T) {
	t.Parallel()
	r := demoAt(t, t.TempDir())
	r.enter(t, "zhou")
	var mine struct {
		Rows []struct{ Case, Phase string } `json:"rows"`
	}
	require.Equal(t, http.StatusOK, r.call(t, http.MethodGet, "/api/cases", nil, &mine))
	socket := r.dial(t)
	rooms, running := 0, ""
	for _, row := range mine.Rows {
		if row.Phase == string(negotiation.PhaseAwaitingResponse) || row.Phase == string(negotiation.PhaseNegotiating) {
			rooms, running = rooms+1, row.Case
			require.NoError(t, socket.WriteMessage(websocket.TextMessage, fmt.Appendf(nil, `{"subscribe":{"channel":"%s/room"}}`, row.Case)))
		}
	}
	require.Positive(t, rooms)
	heard, ended := make(chan string, 1000), make(chan error, 1)
	go func() {
		for {
			_, frame, err := socket.ReadMessage()
			if err != nil {
				ended <- err
				return
			}
			heard <- string(frame)
		}
	}()
	for range rooms { // each answered its subscription
		for !strings.Contains(<-heard, `"recovered":true`) {
		}
	}

	office := *r
	jar, err := cookiejar.New(nil)
	require.NoError(t, err)
	office.client = &http.Client{Jar: jar, Transport: r.client.Transport}
	office.enter(t, administrator(t, &office))
	off := nextWorkday(r.engine.business.Now())
	require.Equal(t, http.StatusOK, office.call(t, http.MethodPut, fmt.Sprint("/api/admin/calendar/", off.Year, "?partial=true"), withHoliday(off), nil))
	for !strings.Contains(<-heard, `"type":"deadlines_moved"`) {
	}

	var moved struct {
		Now time.Time `json:"now"`
	}
	require.Equal(t, http.StatusOK, office.call(t, http.MethodPost, "/api/demo/advance", map[string]string{"case": running}, &moved))
	require.Equal(t, http.StatusNoContent, office.call(t, http.MethodPost, "/api/demo/reset", nil, nil))
	var code *websocket.CloseError
	require.ErrorAs(t, <-ended, &code)
	require.True(t, live.CloseCode(code.Code).Reconnect(), code)
	require.NoError(t, socket.Close())
	require.Eventually(t, func() bool { // the answer comes first, the new world a moment later
		var d demoView
		return r.call(t, http.MethodGet, "/api/demo", nil, &d) == http.StatusOK && d.Now.Before(moved.Now)
	}, 30*time.Second, 10*time.Millisecond)
	r.enter(t, "zhou")
	again := r.dial(t)
	require.NoError(t, again.WriteMessage(websocket.TextMessage, []byte(`{"subscribe":{"feed":"me"}}`)))
	_, page, err := again.ReadMessage()
	require.NoError(t, err)
	require.Contains(t, string(page), `"feed":"me"`)
	require.NoError(t, again.Close())
}

func administrator(t *testing.T, r *running) string {
	t.Helper()
	var d demoView
	require.Equal(t, http.StatusOK, r.call(t, http.MethodGet, "/api/demo", nil, &d))
	i := slices.IndexFunc(d.People, func(p demoPerson) bool { return p.Role == string(negotiation.RoleAdministrator) })
	require.GreaterOrEqual(t, i, 0)
	return d.People[i].Person
}

// nextWorkday is the first working day after today.
func nextWorkday(now time.Time) workday.Date {
	d := workday.DateOf(now).AddDays(1)
	for workday.Default().Kind(d) != workday.Working {
		d = d.AddDays(1)
	}
	return d
}

// withHoliday is the notice of the day's year, with that day off besides.
func withHoliday(d workday.Date) workday.Year {
	y, ok := workday.Default().Year(d.Year)
	if !ok {
		y = workday.Year{Year: d.Year, Papers: []string{}}
	}
	y.Days = append(y.Days, workday.YearDay{Name: "临时放假", Date: d, IsOffDay: true})
	return y
}

// Who is in a room when the program ends is told to come back.
func TestEndsSockets(t *testing.T) {
	t.Parallel()
	r := demoAt(t, t.TempDir())
	r.enter(t, "zhou")
	socket := r.dial(t)
	require.NoError(t, socket.WriteMessage(websocket.TextMessage, []byte(`{"subscribe":{"feed":"me"}}`)))
	_, page, err := socket.ReadMessage()
	require.NoError(t, err)
	require.Contains(t, string(page), `"feed":"me"`)
	ended := make(chan error, 1)
	go func() {
		_, _, err := socket.ReadMessage()
		ended <- err
	}()
	require.NoError(t, r.end())
	var code *websocket.CloseError
	require.ErrorAs(t, <-ended, &code)
	require.Equal(t, int(live.GoingAway), code.Code)
	require.True(t, live.GoingAway.Reconnect())
	require.NoError(t, socket.Close())
}

// A folder that holds a real installation is never taken for a demo's.
func TestDemoLeavesOthersAlone(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	real := shell{data: filepath.Join(dir, "demo")}
	real.must(t, "migrate", "up")
	for _, args := range [][]string{{"demo", "--listen", "localhost:0"}, {"demo", "--listen", "localhost:0", "--fresh"}} {
		code, _, errs := shell{data: dir}.run(t, args...)
		require.Equal(t, exitFailed, code)
		require.Contains(t, errs, "not a demo")
	}
	real.must(t, "verify")
}

// Everybody knows the password of a demo's staff, so it is never served, nor what was restored from its backup.
func TestDemoIsNotServed(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	require.NoError(t, demoAt(t, dir).end())
	made, restored, backup := filepath.Join(dir, "demo"), filepath.Join(dir, "restored"), filepath.Join(dir, "backup")
	shell{data: made}.must(t, "backup", backup)
	shell{data: restored}.must(t, "restore", backup)
	for _, data := range []string{made, restored} {
		code, _, errs := shell{data: data}.run(t, "serve", "--listen", "localhost:0")
		require.Equal(t, exitFailed, code)
		require.Contains(t, errs, "holds a demo")
	}
}

// A demo whose building was cut off is built again; one that somebody has open is not wiped under them.
// A world that was made days ago is told of, with the way to a new one; a new one is not.
func TestOldDemoIsTold(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	r := demoAt(t, dir)
	require.NotContains(t, r.screen.String(), "days ago")
	require.NoError(t, r.end())
	f := folder{path: filepath.Join(dir, demoName)}
	require.NoError(t, f.writeCard(card{Demo: true, Built: time.Now().Add(-15*24*time.Hour - time.Hour)}))
	r = demoAt(t, dir)
	require.Contains(t, r.screen.String(), "made 15 days ago")
	require.Contains(t, r.screen.String(), "demo --fresh --data "+dir)
}

func TestDemoIsWholeOrNew(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	f := folder{path: filepath.Join(dir, "demo")}
	require.NoError(t, os.MkdirAll(f.path, 0o700))
	require.NoError(t, f.writeCard(card{Demo: true}))
	shell{data: f.path}.must(t, "migrate", "up")
	r := demoAt(t, dir)
	c, err := f.readCard()
	require.NoError(t, err)
	require.False(t, c.Built.IsZero())
	code, _, errs := shell{data: dir}.run(t, "demo", "--listen", "localhost:0", "--fresh")
	require.Equal(t, exitFailed, code)
	require.Contains(t, errs, "in use")
	require.Equal(t, http.StatusOK, r.call(t, http.MethodGet, "/api/demo", nil, nil))
}
