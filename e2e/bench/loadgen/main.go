// loadgen: one negotiation workload, many servers.
//
//	closed loop: R rooms of 2; in each room the two sides alternate, each message
//	    is sent when the previous one is delivered; the n-th message of a side is a
//	    120-byte chat text when n is even, an offer (JSON, about 200 bytes) when odd.
//	open loop: the same messages at a fixed total rate, rooms and sides in turn;
//	    latency counts from the time at which the message was due.
//
// Output: one JSON object with acked messages/s, delivered latency, ack latency,
// CPU seconds per 1000 messages and memory of the server and of the generator.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"math"
	"os"
	"sort"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	_ "hejie/e2e/bench/loadgen/adapters"
	"hejie/e2e/bench/loadgen/proc"
	"hejie/e2e/bench/loadgen/target"
)

type kvFlag map[string]string

func (k kvFlag) String() string { return fmt.Sprint(map[string]string(k)) }
func (k kvFlag) Set(s string) error {
	a, b, ok := strings.Cut(s, "=")
	if !ok {
		return fmt.Errorf("want key=value")
	}
	k[a] = b
	return nil
}

// Result is what one run prints.
type Result struct {
	Target      string  `json:"target"`
	Mode        string  `json:"mode"`
	Rooms       int     `json:"rooms"`
	Rate        float64 `json:"rate,omitempty"` // open loop: asked
	Seconds     float64 `json:"seconds"`
	Acked       int64   `json:"acked"`
	AckedPerS   float64 `json:"acked_per_s"`
	Delivered   int64   `json:"delivered"`
	DelivPerS   float64 `json:"delivered_per_s"`
	Errors      int64   `json:"errors"`
	Lost        int64   `json:"lost"`      // acked, never delivered within the grace time
	Dup         int64   `json:"dup"`       // delivered twice
	Reordered   int64   `json:"reordered"` // delivered after a later message of the same sender
	DelivP50    float64 `json:"deliver_p50_ms"`
	DelivP95    float64 `json:"deliver_p95_ms"`
	DelivP99    float64 `json:"deliver_p99_ms"`
	DelivMax    float64 `json:"deliver_max_ms"`
	AckP50      float64 `json:"ack_p50_ms"`
	AckP95      float64 `json:"ack_p95_ms"`
	AckP99      float64 `json:"ack_p99_ms"`
	SrvCPUPerK  float64 `json:"server_cpu_s_per_1000"`
	GenCPUPerK  float64 `json:"generator_cpu_s_per_1000"`
	DBCPUPerK   float64 `json:"database_cpu_s_per_1000"` // of the processes in -database
	SrvRSSMiB   float64 `json:"server_rss_mib"`
	SrvRSSIdle  float64 `json:"server_rss_connected_idle_mib"`
	SrvRSSStart float64 `json:"server_rss_before_connect_mib"`
	ConnectS    float64 `json:"connect_s"`
	FirstError  string  `json:"first_error,omitempty"`
}

// grace is how long what was sent may still take to arrive before it counts as lost.
const grace = 20 * time.Second

// --- message bodies: every body carries "@room.side.n.t@" ---

const filler = "I can accept a partial refund if the parcel is returned in its box, with both of the cables and the receipt, by Friday at noon. "

func body(room, side int, n int64, t int64) (target.Kind, []byte) {
	tag := fmt.Sprintf("@%d.%d.%d.%d@", room, side, n, t)
	if n%2 == 0 {
		b := make([]byte, 0, 120)
		b = append(b, tag...)
		b = append(b, filler[:120-len(tag)]...)
		return target.Chat, b
	}
	s := fmt.Sprintf(`{"type":"offer","ref":"%s","amount":%d,"currency":"EUR","refund":"partial","return_goods":true,"valid_hours":48,"note":""}`, tag, 1000+n)
	if pad := 200 - len(s); pad > 0 {
		s = s[:len(s)-2] + filler[:pad] + `"}`
	}
	return target.Offer, []byte(s)
}

func parse(b []byte) (room, side int, n, t int64, ok bool) {
	i := bytes.IndexByte(b, '@')
	if i < 0 {
		return
	}
	j := bytes.IndexByte(b[i+1:], '@')
	if j < 0 {
		return
	}
	f := strings.Split(string(b[i+1:i+1+j]), ".")
	if len(f) != 4 {
		return
	}
	r, e1 := strconv.Atoi(f[0])
	s, e2 := strconv.Atoi(f[1])
	n, e3 := strconv.ParseInt(f[2], 10, 64)
	t, e4 := strconv.ParseInt(f[3], 10, 64)
	return r, s, n, t, e1 == nil && e2 == nil && e3 == nil && e4 == nil
}

// --- counters ---

type meter struct {
	on          atomic.Bool // inside the measured interval
	acked       atomic.Int64
	delivered   atomic.Int64
	errors      atomic.Int64
	dup, reord  atomic.Int64
	mu          sync.Mutex
	deliv, acks []float64
	first       string
}

func (m *meter) fail(err error) {
	m.errors.Add(1)
	m.mu.Lock()
	if m.first == "" {
		m.first = err.Error()
	}
	m.mu.Unlock()
}
func (m *meter) ack(d time.Duration) {
	if !m.on.Load() {
		return
	}
	m.acked.Add(1)
	m.mu.Lock()
	m.acks = append(m.acks, d.Seconds()*1e3)
	m.mu.Unlock()
}
func (m *meter) deliver(d time.Duration) {
	if !m.on.Load() {
		return
	}
	m.delivered.Add(1)
	m.mu.Lock()
	m.deliv = append(m.deliv, d.Seconds()*1e3)
	m.mu.Unlock()
}

func q(x []float64, p float64) float64 {
	if len(x) == 0 {
		return math.NaN()
	}
	return x[int(float64(len(x)-1)*p)]
}

// seen checks order and uniqueness of one sender's stream.
type seen struct{ next int64 }

func (s *seen) check(n int64, m *meter) bool {
	switch {
	case n == s.next:
		s.next++
	case n > s.next:
		s.next = n + 1
		m.reord.Add(1) // a gap: a later message came first (or one was lost)
	default:
		m.dup.Add(1)
		return false
	}
	return true
}

func main() {
	var (
		tgt    = flag.String("target", "", "one of "+strings.Join(target.Names(), ", "))
		addr   = flag.String("addr", "127.0.0.1:8080", "of the server; several with commas where the adapter knows what to do with them")
		rooms  = flag.Int("rooms", 100, "")
		mode   = flag.String("mode", "closed", "closed or open")
		rate   = flag.Float64("rate", 500, "open loop: messages per second in total")
		dur    = flag.Duration("d", 10*time.Second, "measured time")
		warm   = flag.Duration("warm", 2*time.Second, "")
		pidsF  = flag.String("pids", "", "server process ids, comma list; children are counted too")
		dbF    = flag.String("database", "", "process ids of the server's database, comma list, told apart")
		dialN  = flag.Int("dial", 32, "connections opened at once")
		opts   = kvFlag{}
		settle = flag.Duration("settle", 300*time.Millisecond, "from the last connection until memory is read")
		single = flag.Bool("idle", false, "connect only, print memory, send nothing")
	)
	flag.Var(opts, "o", "adapter option key=value")
	flag.Parse()
	pids, dbs := pidsOf(*pidsF), pidsOf(*dbF)
	t, err := target.New(*tgt, target.Options{Addr: *addr, KV: opts})
	die(err)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	die(t.Setup(ctx, *rooms))
	start := proc.Read(pids)

	t0 := time.Now()
	conns := make([][2]target.Conn, *rooms)
	sem := make(chan struct{}, *dialN)
	var wg sync.WaitGroup
	var m meter
	for r := range conns {
		for s := 0; s < 2; s++ {
			wg.Add(1)
			sem <- struct{}{}
			go func() {
				defer wg.Done()
				defer func() { <-sem }()
				c, err := t.Connect(ctx, r, s)
				if err != nil {
					m.fail(fmt.Errorf("connect: %w", err))
					return
				}
				conns[r][s] = c
			}()
		}
	}
	wg.Wait()
	connectS := time.Since(t0).Seconds()
	if m.errors.Load() > 0 {
		die(fmt.Errorf("%d connects failed: %s", m.errors.Load(), m.first))
	}
	time.Sleep(*settle)
	idle := proc.Read(pids)
	res := Result{Target: *tgt, Mode: *mode, Rooms: *rooms, ConnectS: connectS, SrvRSSIdle: float64(idle.RSSKiB) / 1024, SrvRSSStart: float64(start.RSSKiB) / 1024}
	if *single {
		out(res)
		return
	}

	var stop atomic.Bool
	var u0, u1, g0, g1, d0, d1 proc.Usage
	self := []int{os.Getpid()}
	var el float64
	window := func() {
		time.Sleep(*warm)
		u0, g0, d0 = proc.Read(pids), proc.Read(self), proc.Read(dbs)
		m.on.Store(true)
		b := time.Now()
		time.Sleep(*dur)
		m.on.Store(false)
		el = time.Since(b).Seconds()
		u1, g1, d1 = proc.Read(pids), proc.Read(self), proc.Read(dbs)
		stop.Store(true)
	}

	failed := func(err error) {
		if !stop.Load() {
			m.fail(err)
		}
	}
	// hear the next message of the other party in a room, and when it was sent.
	hear := func(r, s int) (n, at int64, ok bool) {
		for {
			b, err := conns[r][s].Receive(ctx)
			if err != nil {
				failed(err)
				return 0, 0, false
			}
			if room, from, n, at, ok := parse(b); ok && room == r && from != s {
				return n, at, true
			}
		}
	}

	switch *mode {
	case "closed":
		for r := range conns {
			for s := 0; s < 2; s++ {
				go func() {
					c := conns[r][s]
					var n int64
					var other seen
					send := func() bool {
						b := time.Now()
						k, body := body(r, s, n, b.UnixNano())
						n++
						acked, err := c.Send(ctx, k, body)
						if err == nil {
							err = acked()
						}
						if err != nil {
							failed(err)
							return false
						}
						m.ack(time.Since(b))
						return true
					}
					if s == 0 && !send() {
						return
					}
					for {
						nn, ts, ok := hear(r, s)
						if !ok {
							return
						}
						if !other.check(nn, &m) {
							continue
						}
						m.deliver(time.Since(time.Unix(0, ts)))
						if stop.Load() || !send() {
							return
						}
					}
				}()
			}
		}
		window()
		time.Sleep(500 * time.Millisecond)
	case "open":
		var sentMeasured, gotMeasured, waiting atomic.Int64 // waiting: sent, not acked
		var t1, t2 atomic.Int64
		t1.Store(math.MaxInt64)
		t2.Store(math.MaxInt64)
		in := func(ts int64) bool { return ts >= t1.Load() && ts < t2.Load() }
		for r := range conns {
			for s := 0; s < 2; s++ {
				go func() {
					had := map[int64]bool{}
					last := int64(-1)
					for {
						nn, ts, ok := hear(r, s)
						if !ok {
							return
						}
						if had[nn] {
							m.dup.Add(1)
							continue
						}
						had[nn] = true
						if nn < last {
							m.reord.Add(1)
						} else {
							last = nn
						}
						if in(ts) {
							gotMeasured.Add(1)
							m.mu.Lock()
							m.deliv = append(m.deliv, time.Since(time.Unix(0, ts)).Seconds()*1e3)
							m.mu.Unlock()
							m.delivered.Add(1)
						}
					}
				}()
			}
		}
		go func() {
			ns := make([]int64, 2**rooms)
			iv := time.Duration(float64(time.Second) / *rate)
			next := time.Now()
			for i := 0; !stop.Load(); i++ {
				if d := time.Until(next); d > 0 {
					time.Sleep(d)
				}
				due := next
				next = next.Add(iv)
				r, s := (i/2)%*rooms, i%2
				n := ns[2*r+s]
				ns[2*r+s]++
				k, bb := body(r, s, n, due.UnixNano())
				acked, err := conns[r][s].Send(ctx, k, bb) // here, so that a party's messages leave in their order
				if err != nil {
					failed(err)
					return
				}
				waiting.Add(1)
				go func() {
					defer waiting.Add(-1)
					err := acked()
					if err != nil {
						failed(err)
						return
					}
					if in(due.UnixNano()) {
						sentMeasured.Add(1)
						m.acked.Add(1)
						m.mu.Lock()
						m.acks = append(m.acks, time.Since(due).Seconds()*1e3)
						m.mu.Unlock()
					}
				}()
			}
		}()
		time.Sleep(*warm)
		u0, g0, d0 = proc.Read(pids), proc.Read(self), proc.Read(dbs)
		b := time.Now()
		t1.Store(b.UnixNano())
		time.Sleep(*dur)
		t2.Store(time.Now().UnixNano())
		el = time.Since(b).Seconds()
		u1, g1, d1 = proc.Read(pids), proc.Read(self), proc.Read(dbs)
		stop.Store(true)
		for end := time.Now().Add(grace); time.Now().Before(end); time.Sleep(50 * time.Millisecond) { // the tail
			if waiting.Load() == 0 && gotMeasured.Load() == sentMeasured.Load() {
				break
			}
		}
		res.Lost = sentMeasured.Load() - gotMeasured.Load()
		res.Rate = *rate
	default:
		die(fmt.Errorf("mode %q", *mode))
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	sort.Float64s(m.deliv)
	sort.Float64s(m.acks)
	res.Seconds = el
	res.Acked, res.Delivered, res.Errors, res.Dup, res.Reordered = m.acked.Load(), m.delivered.Load(), m.errors.Load(), m.dup.Load(), m.reord.Load()
	res.AckedPerS, res.DelivPerS = float64(res.Acked)/el, float64(res.Delivered)/el
	res.DelivP50, res.DelivP95, res.DelivP99, res.DelivMax = q(m.deliv, .5), q(m.deliv, .95), q(m.deliv, .99), q(m.deliv, 1)
	res.AckP50, res.AckP95, res.AckP99 = q(m.acks, .5), q(m.acks, .95), q(m.acks, .99)
	res.SrvCPUPerK = (u1.CPU - u0.CPU) / float64(res.Acked) * 1000
	res.GenCPUPerK = (g1.CPU - g0.CPU) / float64(res.Acked) * 1000
	res.DBCPUPerK = (d1.CPU - d0.CPU) / float64(res.Acked) * 1000
	res.SrvRSSMiB = float64(u1.RSSKiB) / 1024
	res.FirstError = m.first
	out(res)
}

func pidsOf(list string) (pids []int) {
	for _, s := range strings.Split(list, ",") {
		if p, err := strconv.Atoi(s); err == nil {
			pids = append(pids, p)
		}
	}
	return pids
}

func out(r Result) {
	fix := func(p *float64) {
		if math.IsNaN(*p) || math.IsInf(*p, 0) {
			*p = -1
		}
		*p = math.Round(*p*10000) / 10000
	}
	for _, p := range []*float64{&r.DelivP50, &r.DelivP95, &r.DelivP99, &r.DelivMax, &r.AckP50, &r.AckP95, &r.AckP99, &r.AckedPerS, &r.DelivPerS, &r.SrvCPUPerK, &r.GenCPUPerK, &r.DBCPUPerK, &r.SrvRSSMiB, &r.SrvRSSIdle, &r.SrvRSSStart, &r.ConnectS, &r.Seconds} {
		fix(p)
	}
	b, _ := json.Marshal(r)
	fmt.Println(string(b))
}

func die(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "loadgen:", err)
		os.Exit(1)
	}
}
