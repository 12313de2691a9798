package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/gorilla/websocket"

	"hejie/e2e/seed"
)

// looks are pages that people wait for, as their screens ask for them. The figure is the median, but for the ranking's first reader: who
// comes first on a day waits until it is made, and others' changes make it anew in part.
func (b *bench) looks(ctx context.Context, addr string, r seed.Record, f found) error {
	for _, look := range []struct {
		name, path, token string
		times             int
	}{
		{"ranking, first page for the first reader of the day, ms", "/api/ranking?limit=50", "", 1},
		{"ranking, first page, ms", "/api/ranking?limit=50", "", often},
		{"board of a county, all open cases, ms", "/api/board?open=true", r.Officer, often},
		{"board of a county, a column, ms", "/api/board?column=new&limit=20", r.Officer, often},
		{"board of a county, counts, ms", "/api/board/summary", r.Officer, often},
		{"board of the country, all open cases, ms", "/api/board?open=true", r.National, often},
		{"board of the country, coming, ms", "/api/board?column=coming&limit=20", r.National, often},
		{"board of the country, counts, ms", "/api/board/summary", r.National, often},
		{"inbox, first page by due, ms", "/api/inbox?limit=50&open=true&sort=due", r.Supervisor, often},
		{"inbox, all by filing, ms", "/api/inbox?limit=50&sort=newest", r.Supervisor, often},
		{"inbox, by amount, ms", "/api/inbox?limit=50&open=true&sort=amount", r.Supervisor, often},
		{"inbox, counts, ms", "/api/inbox/summary", r.Supervisor, often},
		{"inbox, search, ms", "/api/inbox?limit=50&open=true&sort=due&q=" + "%E6%B4%97%E8%A1%A3%E6%9C%BA", r.Supervisor, often}, // of goods that nobody bought
		{"enterprise's page, ms", "/api/enterprises/" + r.Enterprise, "", often},
	} {
		n := b.addresses.Add(1) // what one address may ask is limited
		client := &http.Client{Transport: &http.Transport{DialContext: (&net.Dialer{LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 2, byte(n>>8), byte(n))}}).DialContext}}
		var all []float64
		for range look.times {
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

// often enough for a median.
const often = 30

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
