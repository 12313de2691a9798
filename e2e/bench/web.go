package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"hejie/e2e/platform"
)

func readJSON(path string, into any) error {
	b, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	return json.Unmarshal(b, into)
}

// public is a JSON answer that costs the program little but its middleware.
const public = "/api/regions?parent=430000"

// gets a second.
type gets struct{ open, bare, signedIn, bareSignedIn float64 }

// get compares an answer through all middleware, without a session and with one, with the same bytes from bare net/http to the same request, in turns. Both are loaded for a while before: a
// program that has just started works off its notices, and collects its garbage as one that has nothing to do.
func (b *bench) get(ctx context.Context) error {
	var all []gets
	var size int
	for range b.rounds {
		round, n, err := b.getRound(ctx)
		if err != nil {
			return err
		}
		all, size = append(all, round...), n
	}
	for _, way := range []struct {
		what     string
		of, bare func(gets) float64
	}{
		{fmt.Sprintf("JSON GET/s through all middleware, %d bytes", size), func(g gets) float64 { return g.open }, func(g gets) float64 { return g.bare }},
		{"the same with a session", func(g gets) float64 { return g.signedIn }, func(g gets) float64 { return g.bareSignedIn }},
	} {
		r := median(all, func(g gets) float64 { return way.of(g) / way.bare(g) })
		b.table.add(row{
			what: way.what, hejie: count(median(all, way.of)), yardstick: count(median(all, way.bare)) + " net/http", ratio: times(r),
			goals: ">= 0.75 | 0.6 | < 0.4", verdict: grade(r >= 0.75, r >= 0.6, r < 0.4),
		})
	}
	return nil
}

// getRound has both servers running and asks them in turns.
func (b *bench) getRound(ctx context.Context) (all []gets, size int, err error) {
	s, dir, err := b.startHejie(ctx, "rooms")
	if err != nil {
		return nil, 0, err
	}
	defer func() { err = errors.Join(err, s.stop(), os.RemoveAll(dir)) }()
	body, err := bodyOf(ctx, s.addr)
	if err != nil {
		return nil, 0, err
	}
	if err := os.WriteFile(b.path("body.json"), body, 0o600); err != nil {
		return nil, 0, err
	}
	bare, err := b.startBare(ctx)
	if err != nil {
		return nil, 0, err
	}
	defer func() { err = errors.Join(err, bare.stop()) }()
	token, err := b.session()
	if err != nil {
		return nil, 0, err
	}
	var g gets
	turn := func(to *float64, addr, token string, d time.Duration) {
		if err == nil {
			*to, err = b.hammer(addr, token, d)
		}
	}
	turn(&g.open, s.addr, "", 3*b.warm)
	turn(&g.bare, bare.addr, "", b.warm)
	for range turns {
		turn(&g.open, s.addr, "", b.long/turns)
		turn(&g.bare, bare.addr, "", b.long/turns)
		turn(&g.signedIn, s.addr, token, b.long/turns)
		turn(&g.bareSignedIn, bare.addr, token, b.long/turns)
		all = append(all, g)
	}
	return all, len(body), err
}

func (b *bench) startBare(ctx context.Context) (*server, error) {
	addr, err := platform.FreeAddr()
	if err != nil {
		return nil, err
	}
	return b.start(ctx, addr, "/", b.path("bare"), "-addr", addr, "-file", b.path("body.json"))
}

// session of somebody who was seeded.
func (b *bench) session() (string, error) {
	var made []struct{ Sessions [2]string }
	err := readJSON(b.path("rooms", "rooms.json"), &made)
	if err != nil {
		return "", err
	}
	return made[0].Sessions[0], nil
}

func bodyOf(ctx context.Context, addr string) ([]byte, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+addr+public, nil)
	if err != nil {
		return nil, err
	}
	a, err := http.DefaultClient.Do(r)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(a.Body)
	if a.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s", public, a.Status)
	}
	return body, errors.Join(err, a.Body.Close())
}

const (
	callers = 16
	perAddr = 300 // requests from one address, below what the program allows at once
)

// hammer asks over and over on connections that are kept, and gives the answers a second. It is lean, because it shares the machine
// with the server: all answers to one request are of one length, so only the first is taken apart.
func (b *bench) hammer(addr, token string, d time.Duration) (float64, error) {
	request := "GET " + public + " HTTP/1.1\r\nHost: " + addr + "\r\nAccept: application/json\r\n"
	if token != "" {
		request += "Cookie: hejie=" + token + "\r\n"
	}
	request += "\r\n"
	var done atomic.Int64
	errs := make([]error, callers)
	start := time.Now()
	end := start.Add(d)
	var all sync.WaitGroup
	for i := range callers {
		all.Go(func() {
			for time.Now().Before(end) && errs[i] == nil {
				n := b.addresses.Add(1)
				local := &net.TCPAddr{IP: net.IPv4(127, 2, byte(n>>8), byte(n))}
				errs[i] = converse(local, addr, []byte(request), end, &done)
			}
		})
	}
	all.Wait()
	return float64(done.Load()) / time.Since(start).Seconds(), errors.Join(errs...)
}

// converse asks from one address as often as it may.
func converse(local *net.TCPAddr, addr string, request []byte, end time.Time, done *atomic.Int64) (err error) {
	c, err := (&net.Dialer{LocalAddr: local}).Dial("tcp", addr)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.Close()) }()
	if err := c.SetDeadline(end.Add(patience)); err != nil {
		return err
	}
	var answer []byte
	for n := 0; n < perAddr && time.Now().Before(end); n++ {
		if _, err := c.Write(request); err != nil {
			return err
		}
		if answer == nil {
			length, err := lengthOf(c)
			if err != nil {
				return err
			}
			answer = make([]byte, length)
		} else if _, err := io.ReadFull(c, answer); err != nil {
			return err
		} else if !strings.HasPrefix(string(answer[:16]), "HTTP/1.1 200") {
			return fmt.Errorf("answer: %q", answer)
		}
		done.Add(1)
	}
	return nil
}

// lengthOf reads one answer and gives how many bytes it had on the wire.
func lengthOf(r io.Reader) (int64, error) {
	var n counter
	in := bufio.NewReader(io.TeeReader(r, &n))
	a, err := http.ReadResponse(in, nil)
	if err != nil {
		return 0, err
	}
	_, err = io.Copy(io.Discard, a.Body)
	if a.StatusCode != http.StatusOK {
		err = fmt.Errorf("answer: %s", a.Status)
	}
	return int64(n), errors.Join(err, a.Body.Close())
}

type counter int64

func (c *counter) Write(p []byte) (int, error) {
	*c += counter(len(p))
	return len(p), nil
}

// coldStart is from starting the program on an installation with a thousand cases until the first page is there.
func (b *bench) coldStart(ctx context.Context) error {
	var all []float64
	built := true
	for range 5 {
		dir, err := b.copied(b.path("rooms"))
		if err != nil {
			return err
		}
		start := time.Now()
		s, err := b.serve(ctx, dir, "/")
		if err != nil {
			return err
		}
		all = append(all, time.Since(start).Seconds()*1000)
		built = built && s.status == http.StatusOK
		if err := errors.Join(s.stop(), os.RemoveAll(dir)); err != nil {
			return err
		}
	}
	r := row{what: "cold start to the first page, ms", hejie: count(median(all, func(v float64) float64 { return v }))}
	if !built {
		r.hejie += ", but the front end is not built"
	}
	b.table.add(r)
	return nil
}

// weight of a page as web/scripts/weight.mjs adds it up after each build of the front end, KB of 1,000 bytes over the wire.
type weight struct {
	Path  string `json:"path"`
	First load   `json:"first"` // until it stands with its content
	Alone load   `json:"alone"` // with the parts that then come by themselves
}

type load struct {
	KB    float64  `json:"kb"`
	Files []string `json:"files"`
}

// pages are what a browser fetches for a first page, compressed.
func (b *bench) pages(context.Context) error {
	var weights []weight
	err := readJSON(filepath.Join(b.root, "web", "dist", ".vite", "weight.json"), &weights)
	if errors.Is(err, fs.ErrNotExist) {
		b.table.add(row{what: "first page, JS + CSS gzip", hejie: "the front end is not built"})
		return nil
	}
	if err != nil {
		return err
	}
	for _, w := range weights {
		b.table.add(row{
			what:  "first page " + w.Path + " with its content, JS + CSS gzip, KB",
			hejie: fmt.Sprintf("%.1f in %d files, %.1f in all", w.First.KB, len(w.First.Files), w.Alone.KB),
			goals: "<= 60 | 100 | more", verdict: grade(w.First.KB <= 60, w.First.KB <= 100, w.First.KB > 100),
		})
	}
	return nil
}
