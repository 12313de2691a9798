package main

import (
	"context"
	"fmt"
	"strconv"
)

func acked(f figures) float64 { return f.AckedPerS }
func p99(f figures) float64   { return f.P99 }
func cpu(f figures) float64   { return f.CPUPerK * 1000 } // milliseconds

// closed loop: each room sends the next message when it has the last one.
func (b *bench) closed(ctx context.Context, n int) error {
	ours, theirs, err := b.duel(ctx, "group", turns, "-rooms", strconv.Itoa(n))
	if err != nil {
		return err
	}
	r := ratio(ours, theirs, acked)
	b.table.add(row{
		what:  fmt.Sprintf("acked durable messages/s, %d rooms", n),
		hejie: count(median(ours, acked)), yardstick: count(median(theirs, acked)) + " refserver FULL", ratio: times(r),
		goals: ">= 0.7 | 0.4 | < 0.25", verdict: grade(r >= 0.7, r >= 0.4, r < 0.25),
	})
	if n == rooms {
		r := ratio(ours, theirs, cpu)
		b.table.add(row{
			what:  "server CPU per 1,000 messages, ms",
			hejie: tenth(median(ours, cpu)), yardstick: tenth(median(theirs, cpu)) + " refserver FULL", ratio: times(r),
			goals: "<= 2 | 3 | > 5", verdict: grade(r <= 2, r <= 3, r > 5),
		})
	}
	return nil
}

// latency at a rate that leaves the machine room, counted from when a message was due.
func (b *bench) latency(ctx context.Context) error {
	ours, theirs, err := b.duel(ctx, "mem", 1, "-rooms", strconv.Itoa(rooms), "-mode", "open", "-rate", "2000")
	if err != nil {
		return err
	}
	ms, r := median(ours, p99), ratio(ours, theirs, p99)
	b.table.add(row{
		what:  "delivery p99 at 2,000/s, 1,000 rooms, ms",
		hejie: tenth(ms), yardstick: tenth(median(theirs, p99)) + " refserver mem", ratio: times(r),
		goals: "<= 4 and 6 ms | 8 and 15 ms | > 30 ms", verdict: grade(r <= 4 && ms <= 6, r <= 8 && ms <= 15, ms > 30),
	})
	return nil
}

// held says whether the program keeps up with a rate: nearly all is acknowledged in time, and how late the last are.
func (b *bench) held(ctx context.Context) error {
	for _, rate := range []struct {
		perSecond, most float64 // ms
		goals           string
		verdict         func(held bool) string
	}{
		{5000, 10, "- | <= 10 ms | cannot", func(held bool) string { return grade(false, held, !held) }},
		{10000, 12, "<= 12 ms | - | -", func(held bool) string {
			if !held {
				return "not held"
			}
			return grade(true, true, false)
		}},
	} {
		var all []figures
		for range b.rounds {
			f, err := b.loadHejie(ctx, "-rooms", strconv.Itoa(rooms), "-mode", "open", "-rate", fmt.Sprint(rate.perSecond))
			if err != nil {
				return err
			}
			all = append(all, f)
		}
		ms, done := median(all, p99), median(all, acked)
		b.table.add(row{
			what:  count(rate.perSecond) + "/s held, 1,000 rooms, p99 ms",
			hejie: fmt.Sprintf("%s (%s/s)", tenth(ms), count(done)), goals: rate.goals,
			verdict: rate.verdict(done >= 0.98*rate.perSecond && ms <= rate.most),
		})
	}
	return nil
}
