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
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"math"
	"os"
	"sort"
	"strconv"
	"strings"
	"time"

	"hejie/e2e/bench/loadgen/adapters"
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

func main() {
	var (
		tgt    = flag.String("target", "", "hejie or ref")
		addr   = flag.String("addr", "127.0.0.1:8080", "of the server; several with commas where the adapter knows what to do with them")
		rooms  = flag.Int("rooms", 100, "")
		mode   = flag.String("mode", "closed", "closed or open")
		rate   = flag.Float64("rate", 500, "open loop: messages per second in total")
		dur    = flag.Duration("d", 10*time.Second, "measured time")
		warm   = flag.Duration("warm", 2*time.Second, "")
		pids   = flag.String("pids", "", "server process ids, comma list; children are counted too")
		dbs    = flag.String("database", "", "process ids of the server's database, comma list, told apart")
		dialN  = flag.Int("dial", 32, "connections opened at once")
		opts   = kvFlag{}
		settle = flag.Duration("settle", 300*time.Millisecond, "from the last connection until memory is read")
		single = flag.Bool("idle", false, "connect only, print memory, send nothing")
	)
	flag.Var(opts, "o", "adapter option key=value")
	flag.Parse()
	t, err := adapters.New(*tgt, target.Options{Addr: *addr, KV: opts})
	die(err)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	die(t.Setup(ctx, *rooms))
	l := &load{ctx: ctx, rooms: make([][2]target.Conn, *rooms), pids: pidsOf(*pids), dbs: pidsOf(*dbs), warm: *warm, d: *dur}
	res := Result{Target: *tgt, Mode: *mode, Rooms: *rooms, SrvRSSStart: mib(proc.Read(l.pids))}
	begun := time.Now()
	l.connect(t, *dialN)
	res.ConnectS = time.Since(begun).Seconds()
	if n := l.m.errors.Load(); n > 0 {
		die(fmt.Errorf("%d connects failed: %s", n, l.m.first))
	}
	time.Sleep(*settle)
	res.SrvRSSIdle = mib(proc.Read(l.pids))
	if *single {
		out(res)
		return
	}
	switch *mode {
	case "closed":
		l.closed()
	case "open":
		res.Rate, res.Lost = *rate, l.open(*rate)
	default:
		die(fmt.Errorf("mode %q", *mode))
	}
	l.tell(&res)
	out(res)
}

// tell what was measured.
func (l *load) tell(res *Result) {
	m := &l.m
	m.mu.Lock()
	defer m.mu.Unlock()
	sort.Float64s(m.deliv)
	sort.Float64s(m.acks)
	res.Seconds = l.seconds
	res.Acked, res.Delivered, res.Errors, res.Dup, res.Reordered = m.acked.Load(), m.delivered.Load(), m.errors.Load(), m.dup.Load(), m.reord.Load()
	res.AckedPerS, res.DelivPerS = float64(res.Acked)/l.seconds, float64(res.Delivered)/l.seconds
	res.DelivP50, res.DelivP95, res.DelivP99, res.DelivMax = q(m.deliv, .5), q(m.deliv, .95), q(m.deliv, .99), q(m.deliv, 1)
	res.AckP50, res.AckP95, res.AckP99 = q(m.acks, .5), q(m.acks, .95), q(m.acks, .99)
	each := func(before, after proc.Usage) float64 { return (after.CPU - before.CPU) / float64(res.Acked) * 1000 }
	res.SrvCPUPerK = each(l.before.server, l.after.server)
	res.GenCPUPerK = each(l.before.generator, l.after.generator)
	res.DBCPUPerK = each(l.before.database, l.after.database)
	res.SrvRSSMiB = mib(l.after.server)
	res.FirstError = m.first
}

func mib(u proc.Usage) float64 { return float64(u.RSSKiB) / 1024 }

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
