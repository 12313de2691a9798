package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/gorilla/websocket"

	"hejie/e2e/seed"
)

// How long the records are that are compared.
const (
	shortRecord = 10_000
	longRecord  = 30_000
	missed      = 1000 // events that a client missed
)

// found is what was measured of one record, by name.
type found map[string]float64

// figure of the table, in its order.
type figure struct {
	name string
	most float64 // that the long record's may be of the short one's; 0: it may grow
}

// figures of a record. What people wait for must not grow with what was there before.
var recorded = []figure{
	{"database, MB", 0},
	{"start to /readyz, ms", 3},
	{"start to /readyz after kill -9 under load, ms", 3},
	{"memory after the start, MB", 2},
	{"acked durable messages/s, 100 rooms", 0},
	{"server CPU per 1,000 messages, ms", 1.3},
	{"delivery p99 at 2,000/s, ms", 3},
	{"board, page of a column, ms", 0},
	{"board, counts, ms", 0},
	{"inbox, first page, ms", 0},
	{"inbox, search, ms", 0},
	{"ranking, first page, ms", 0},
	{"enterprise's scorecard, ms", 2},
	{"catch-up over 1,000 missed events, ms", 3},
}

// records compares a short record with a long one, each served by a fresh process, and prints a table of its own.
func (b *bench) records(ctx context.Context) error {
	var all []found
	for _, n := range []int{shortRecord, longRecord} {
		began := time.Now()
		dir := b.path(fmt.Sprintf("record-%d", n))
		if err := run(exec.CommandContext(ctx, b.path("seed"), "-dir", dir, "-rooms", strconv.Itoa(rooms), "-record", strconv.Itoa(n))); err != nil {
			return err
		}
		fmt.Fprintf(os.Stderr, "%d cases seeded in %.0f s\n", n, time.Since(began).Seconds())
		f, err := b.record(ctx, dir)
		if err != nil {
			return err
		}
		all = append(all, f)
		if err := os.RemoveAll(dir); err != nil {
			return err
		}
	}
	for _, f := range recorded {
		short, long := all[0][f.name], all[1][f.name]
		r := row{what: f.name, yardstick: tenth(short) + " with 10,000", hejie: tenth(long) + " with 1,000,000", ratio: times(long / short)}
		if f.most > 0 {
			r.goals, r.verdict = fmt.Sprintf("- | <= %g | -", f.most), grade(false, long <= f.most*short, false)
		}
		b.table.add(r)
	}
	fmt.Print(b.table)
	return nil
}

func (b *bench) record(ctx context.Context, dir string) (f found, err error) {
	f = found{}
	if info, err := os.Stat(filepath.Join(dir, "hejie.db")); err == nil {
		f["database, MB"] = float64(info.Size()) / 1e6
	}
	var r seed.Record
	if err := readJSON(filepath.Join(dir, "record.json"), &r); err != nil {
		return nil, err
	}
	timed := func(name string) (*server, error) {
		start := time.Now()
		s, err := b.serve(ctx, dir, "/readyz")
		f[name] = time.Since(start).Seconds() * 1000
		return s, err
	}
	s, err := timed("start to /readyz, ms")
	if err != nil {
		return nil, err
	}
	f["memory after the start, MB"] = resident(s.Process.Pid)
	if err := b.looks(ctx, s.addr, r, f); err != nil {
		return nil, errors.Join(err, s.stop())
	}
	if err := b.missing(ctx, s.addr, dir, f); err != nil {
		return nil, errors.Join(err, s.stop())
	}
	closed, err := b.loadOn(ctx, s, dir, "-rooms", "100")
	if err != nil {
		return nil, err
	}
	f["acked durable messages/s, 100 rooms"], f["server CPU per 1,000 messages, ms"] = acked(closed), cpu(closed)
	if s, err = b.serve(ctx, dir, "/readyz"); err != nil {
		return nil, err
	}
	open, err := b.loadOn(ctx, s, dir, "-rooms", strconv.Itoa(rooms), "-mode", "open", "-rate", "2000")
	if err != nil {
		return nil, err
	}
	f["delivery p99 at 2,000/s, ms"] = p99(open)

	if s, err = b.serve(ctx, dir, "/readyz"); err != nil {
		return nil, err
	}
	if err := b.killed(ctx, s, dir); err != nil {
		return nil, err
	}
	if s, err = timed("start to /readyz after kill -9 under load, ms"); err != nil {
		return nil, err
	}
	return f, s.stop()
}

// loadOn is a load on the rooms of this very installation; it ends the server.
func (b *bench) loadOn(ctx context.Context, s *server, dir string, args ...string) (figures, error) {
	return b.load(ctx, s, "hejie", append(args, "-o", "rooms="+filepath.Join(dir, "rooms.json"))...)
}

// killed pulls the plug in the middle of a load.
func (b *bench) killed(ctx context.Context, s *server, dir string) error {
	c := exec.CommandContext(ctx, b.path("loadgen"), "-target", "hejie", "-addr", s.addr, "-rooms", "100", "-o", "rooms="+filepath.Join(dir, "rooms.json"), "-d", "60s")
	if err := c.Start(); err != nil {
		return err
	}
	select {
	case <-time.After(3 * time.Second):
	case <-ctx.Done():
	}
	err := s.Process.Signal(syscall.SIGKILL)
	var ended *exec.ExitError
	for _, wait := range []func() error{s.Wait, func() error { return errors.Join(c.Process.Kill(), c.Wait()) }} {
		if e := wait(); !errors.As(e, &ended) {
			err = errors.Join(err, e)
		}
	}
	return err
}

// looks are pages that people wait for. What the first reader pays is not measured, but for the ranking's: others' changes make it anew.
func (b *bench) looks(ctx context.Context, addr string, r seed.Record, f found) error {
	for _, look := range []struct{ name, path, token string }{
		{"board, page of a column, ms", "/api/board?column=new&limit=20", r.Officer},
		{"board, counts, ms", "/api/board/summary", r.Officer},
		{"inbox, first page, ms", "/api/inbox?limit=50", r.Supervisor},
		{"inbox, search, ms", "/api/inbox?limit=50&q=" + "%E7%94%B5%E9%A5%AD%E7%85%B2", r.Supervisor},
		{"ranking, first page, ms", "/api/ranking?limit=50", ""},
		{"enterprise's scorecard, ms", "/api/enterprises/" + r.Enterprise + "/scorecard", ""},
	} {
		n := b.addresses.Add(1) // what one address may ask is limited
		client := &http.Client{Transport: &http.Transport{DialContext: (&net.Dialer{LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 2, byte(n>>8), byte(n))}}).DialContext}}
		var all []float64
		for range 60 {
			start := time.Now()
			if err := ask(ctx, client, addr, look.path, look.token); err != nil {
				return fmt.Errorf("%s: %w", look.path, err)
			}
			all = append(all, time.Since(start).Seconds()*1000)
		}
		client.CloseIdleConnections()
		f[look.name] = median(all, func(v float64) float64 { return v })
	}
	return nil
}

func ask(ctx context.Context, client *http.Client, addr, path, token string) error {
	q, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+addr+path, nil)
	if err != nil {
		return err
	}
	if token != "" {
		q.AddCookie(&http.Cookie{Name: "hejie", Value: token})
	}
	a, err := client.Do(q)
	if err != nil {
		return err
	}
	body, err := io.ReadAll(a.Body)
	if a.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %.200s", a.Status, body)
	}
	return errors.Join(err, a.Body.Close())
}

// missing has one side say much while the other is away, and times how long the other takes to have it all.
func (b *bench) missing(ctx context.Context, addr, dir string, f found) error {
	var made []seed.Room
	if err := readJSON(filepath.Join(dir, "rooms.json"), &made); err != nil {
		return err
	}
	room := made[len(made)-1]
	channel := room.Case + "/room"
	there, err := join(ctx, addr, room.Sessions[seed.Desk], channel, "")
	if err != nil {
		return err
	}
	defer there.Close()
	since := there.position
	for i := range missed {
		if err := there.WriteJSON(map[string]any{"id": fmt.Sprintf("00000000-0000-4000-8000-%012d", i), "case": room.Case,
			"do": map[string]string{"type": "post_message", "text": "第" + strconv.Itoa(i) + "句"}}); err != nil {
			return err
		}
		if err := there.until(func(n int, _ string) bool { return n > i }); err != nil {
			return err
		}
	}
	took, err := each(func() error {
		back, err := join(ctx, addr, room.Sessions[seed.Consumer], channel, since)
		if err != nil {
			return err
		}
		return errors.Join(back.until(func(n int, _ string) bool { return n >= missed }), back.Close())
	})
	f["catch-up over 1,000 missed events, ms"] = took / 1000
	return err
}

// follower is a socket on a channel.
type follower struct {
	*websocket.Conn
	events   int
	position string
}

func join(ctx context.Context, addr, token, channel, since string) (*follower, error) {
	d := websocket.Dialer{Subprotocols: []string{"hejie.v1"}}
	ws, answer, err := d.DialContext(ctx, "ws://"+addr+"/api/live", http.Header{"Cookie": {"hejie=" + token}, "Origin": {"http://" + addr}})
	if err != nil {
		return nil, err
	}
	answer.Body.Close()
	f := &follower{Conn: ws}
	to := map[string]string{"channel": channel}
	if since != "" {
		to["since"] = since
	}
	if err := ws.WriteJSON(map[string]any{"subscribe": to}); err != nil {
		return nil, err
	}
	if since != "" {
		return f, nil
	}
	err = f.until(func(_ int, position string) bool { return position != "" })
	f.events = 0
	return f, err
}

// until enough was heard.
func (f *follower) until(enough func(events int, position string) bool) error {
	for !enough(f.events, f.position) {
		_, text, err := f.ReadMessage()
		if err != nil {
			return err
		}
		for line := range strings.Lines(string(text)) {
			var frame struct {
				Events   []json.RawMessage `json:"events"`
				Position string            `json:"position"`
				Code     string            `json:"code"`
			}
			if err := json.Unmarshal([]byte(line), &frame); err != nil {
				return err
			}
			if frame.Code != "" {
				return errors.New(line)
			}
			f.events += len(frame.Events)
			if frame.Position != "" {
				f.position = frame.Position
			}
		}
	}
	return nil
}

// resident memory of a process in MB.
func resident(pid int) float64 {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(b)) {
		if kib, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			n, _ := strconv.ParseFloat(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(kib), "kB")), 64)
			return n / 1000
		}
	}
	return 0
}
