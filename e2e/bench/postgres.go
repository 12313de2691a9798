package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"hejie/e2e/bench/loadgen/proc"
	"hejie/e2e/platform"
	"hejie/e2e/seed"
)

// few rooms, beside the many of other loads; no two loads have a room in common.
const few = 100

// perSecond is a rate that leaves the machine room.
const perSecond = 500

// pgRound is what one platform did, each beside plain inserts of the same rows.
type pgRound struct {
	walked              walked
	few, many           figures
	fewPlain, manyPlain plainly
	steady              figures
	steadyPlain         plainly
}

// postgres measures so many replicas over one database, with the sides of a room on different ones.
func (b *bench) postgres(ctx context.Context, replicas int) error {
	var rounds []pgRound
	for range b.rounds {
		r, err := b.postgresRound(ctx, replicas)
		if err != nil {
			return err
		}
		rounds = append(rounds, r)
	}
	middle := func(of func(pgRound) float64) float64 { return median(rounds, of) }
	name := fmt.Sprintf("PostgreSQL, %d replicas: ", replicas)
	if replicas == 1 {
		name = "PostgreSQL, 1 replica: "
	}
	for _, loop := range []struct {
		rooms int
		of    func(pgRound) (figures, plainly)
	}{
		{few, func(r pgRound) (figures, plainly) { return r.few, r.fewPlain }},
		{rooms, func(r pgRound) (figures, plainly) { return r.many, r.manyPlain }},
	} {
		ours := func(r pgRound) float64 { f, _ := loop.of(r); return f.AckedPerS }
		theirs := func(r pgRound) float64 { _, p := loop.of(r); return p.perS }
		b.table.add(row{
			what:  fmt.Sprintf("%sacked messages/s, %s rooms", name, count(float64(loop.rooms))),
			hejie: count(middle(ours)), yardstick: count(middle(theirs)) + " inserts of their rows", ratio: times(middle(func(r pgRound) float64 { return ours(r) / theirs(r) })),
		})
	}
	b.table.add(row{
		what:      fmt.Sprintf("%sdelivery p50, p95, p99 at %d/s, ms", name, perSecond),
		hejie:     strings.Join([]string{tenth(middle(func(r pgRound) float64 { return r.steady.P50 })), tenth(middle(func(r pgRound) float64 { return r.steady.P95 })), tenth(middle(func(r pgRound) float64 { return r.steady.P99 }))}, ", "),
		yardstick: strings.Join([]string{tenth(middle(func(r pgRound) float64 { return r.steadyPlain.p50 })), tenth(middle(func(r pgRound) float64 { return r.steadyPlain.p95 })), tenth(middle(func(r pgRound) float64 { return r.steadyPlain.p99 }))}, ", ") + " inserts",
		ratio:     times(middle(func(r pgRound) float64 { return r.steady.P99 / r.steadyPlain.p99 })),
	})
	b.table.add(row{
		what:      name + "CPU per 1,000 messages, ms",
		hejie:     fmt.Sprintf("%s, PostgreSQL %s", tenth(middle(func(r pgRound) float64 { return cpu(r.many) })), tenth(middle(func(r pgRound) float64 { return r.many.DBPerK * 1000 }))),
		yardstick: fmt.Sprintf("PostgreSQL %s for the inserts", tenth(middle(func(r pgRound) float64 { return r.manyPlain.cpuPerK }))),
		ratio:     times(middle(func(r pgRound) float64 { return r.many.DBPerK * 1000 / r.manyPlain.cpuPerK })),
	})
	b.table.add(row{
		what:  name + "cases/s whose deadlines are walked",
		hejie: count(middle(func(r pgRound) float64 { return r.walked.ours })), yardstick: count(middle(func(r pgRound) float64 { return r.walked.theirs })) + " inserts of the rows",
		ratio: times(middle(func(r pgRound) float64 { return r.walked.ours / r.walked.theirs })),
	})
	return nil
}

func (b *bench) postgresRound(ctx context.Context, replicas int) (r pgRound, err error) {
	dir, err := os.MkdirTemp(b.dir, "platform-")
	if err != nil {
		return r, err
	}
	p, err := platform.New(platform.Options{Replicas: replicas, Binary: b.hejie, Dir: dir, OnDisk: true, Direct: true,
		Flags: []string{"--limits", filepath.Join(dir, "data", "limits.json"), "--sms", "stdout"},
		Under: func(int) []string { return []string{"sh", "-c", `exec "$@" >/dev/null`, "sh"} }}) // notices are printed there
	if p != nil {
		defer func() { err = errors.Join(err, p.Close(), os.RemoveAll(dir)) }()
	}
	if err != nil {
		return r, err
	}
	made, err := b.seedPlatform(ctx, p)
	if err != nil {
		return r, err
	}
	t, err := openTwin(ctx, p.Database(), p.Postgres.PID())
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, t.close(ctx)) }()
	if r.walked, err = b.walkPlatform(ctx, p, t); err != nil {
		return r, err
	}
	loads := []struct {
		rooms []seed.Room
		to    *figures
		twin  *plainly
		rate  float64
		args  []string
	}{
		{made[:few], &r.few, &r.fewPlain, 0, nil},
		{made[few : few+rooms], &r.many, &r.manyPlain, 0, nil},
		{made[few+rooms:], &r.steady, &r.steadyPlain, perSecond, []string{"-mode", "open", "-rate", strconv.Itoa(perSecond)}},
	}
	for _, l := range loads {
		if err := t.mark(ctx); err != nil {
			return r, err
		}
		if *l.to, err = b.loadPlatform(ctx, p, l.rooms, l.args...); err != nil {
			return r, err
		}
		if *l.twin, err = t.messages(ctx, l.rate); err != nil {
			return r, err
		}
	}
	for i := range p.Replicas {
		err = errors.Join(err, p.Stop(i))
	}
	return r, err
}

// seedPlatform makes cases whose deadlines have all passed, and the rooms of all loads.
func (b *bench) seedPlatform(ctx context.Context, p *platform.Platform) (made []seed.Room, err error) {
	o := seed.Unlimited()
	o.Age = 12
	in, err := p.Seed(o)
	if err != nil {
		return nil, err
	}
	enterprise, err := in.Enterprise(ctx)
	if err == nil {
		_, err = in.Rooms(ctx, enterprise, b.cases)
	}
	if err := errors.Join(err, in.Close()); err != nil {
		return nil, err
	}
	o.Age = 0
	if in, err = p.Seed(o); err != nil {
		return nil, err
	}
	if made, err = in.Rooms(ctx, enterprise, few+2*rooms); err == nil {
		err = in.WriteJSON("limits.json", o.Limits)
	}
	return made, errors.Join(err, in.Close())
}

// walkPlatform starts all replicas on cases that are due.
func (b *bench) walkPlatform(ctx context.Context, p *platform.Platform, t *twin) (w walked, err error) {
	if err := t.mark(ctx); err != nil {
		return w, err
	}
	for i := range p.Replicas {
		if err := p.Launch(i); err != nil {
			return w, err
		}
	}
	if w.ours, err = pace(ctx, t.due, b.cases); err != nil {
		return w, err
	}
	for i := range p.Replicas {
		if err := p.Ready(ctx, i); err != nil {
			return w, err
		}
	}
	took, err := t.deadlines(ctx, b.cases)
	w.theirs = float64(b.cases) / took.Seconds()
	return w, err
}

// loadPlatform spreads a load over all replicas.
func (b *bench) loadPlatform(ctx context.Context, p *platform.Platform, made []seed.Room, args ...string) (figures, error) {
	list, err := json.Marshal(made)
	if err == nil {
		err = os.WriteFile(filepath.Join(p.Data, "rooms.json"), list, 0o600)
	}
	if err != nil {
		return figures{}, err
	}
	var addrs, pids []string
	for _, r := range p.Replicas {
		addrs, pids = append(addrs, strings.TrimPrefix(r.URL, "http://")), append(pids, strconv.Itoa(r.PID()))
	}
	return b.generate(ctx, "hejie", append([]string{"-addr", strings.Join(addrs, ","), "-pids", strings.Join(pids, ","),
		"-database", strconv.Itoa(p.Postgres.PID()), "-rooms", strconv.Itoa(len(made)), "-o", "rooms=" + filepath.Join(p.Data, "rooms.json")}, args...)...)
}

// plainly is how it goes without the product: rows a second, how late each is, and the server's CPU for a thousand messages.
type plainly struct {
	perS          float64 // messages
	p50, p95, p99 float64 // ms
	cpuPerK       float64 // ms
}

func cpuOf(pid int) float64 { return proc.Read([]int{pid}).CPU * 1000 }

func milliseconds(d time.Duration) float64 { return d.Seconds() * 1000 }
