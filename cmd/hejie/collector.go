package main

import (
	"context"
	"runtime/debug"
	"runtime/metrics"
	"time"
)

// Percents of what lives that garbage may come to before it is collected. What lives is tens of MiB: under load, when collecting often
// takes a fifth of the processor, more garbage is cheap; while it is calm it would only make the process large.
const (
	usualPercent = 100
	calmPercent  = 25
	loadPercent  = 800
	loadGarbage  = 512 << 20 // bytes that garbage may come to under load: less percent of more that lives
	largeHeap    = 256 << 20 // bytes that live, from which on neither counts for more
	often        = 4         // collections in a second, from which on they are worth avoiding
)

// collector chooses the percent by how often memory was collected of late.
type collector struct {
	percent   int
	collected uint64 // collections when it last looked
	calm      int    // seconds in a row without collections
	loaded    bool   // since they came often, until it is calm
}

// look is called once a second with the collections since the start and the bytes that live. It says what to do: the percent to
// set, 0 for none, and whether what a load that is over has left is to be given back.
func (c *collector) look(collections, live uint64) (percent int, over bool) {
	n := collections - c.collected
	if c.calm++; n > 0 {
		c.calm = 0
	}
	c.collected = collections
	want := c.percent
	switch {
	case live > largeHeap:
		want = usualPercent
	case c.calm >= 10:
		want, c.loaded = calmPercent, false
	case n >= often || c.loaded:
		want, c.loaded = underLoad(live), true
	}
	if want == c.percent {
		return 0, false
	}
	c.percent = want
	return want, want == calmPercent
}

func underLoad(live uint64) int {
	percent := loadPercent
	for percent > usualPercent && live/100*uint64(percent) > loadGarbage {
		percent /= 2
	}
	return percent
}

// collect chooses until the context ends.
func collect(ctx context.Context) {
	c := &collector{percent: usualPercent}
	debug.SetGCPercent(usualPercent)
	figures := []metrics.Sample{{Name: "/gc/cycles/automatic:gc-cycles"}, {Name: "/gc/heap/live:bytes"}}
	seconds := time.NewTicker(time.Second)
	defer seconds.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-seconds.C:
		}
		metrics.Read(figures)
		percent, over := c.look(figures[0].Value.Uint64(), figures[1].Value.Uint64())
		if percent > 0 {
			debug.SetGCPercent(percent)
		}
		if over {
			debug.FreeOSMemory()
		}
	}
}
