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
	calmPercent = 100
	loadPercent = 400
	largeHeap   = 256 << 20 // bytes that live, from which on memory is dearer than time
)

// collector chooses the percent by how often memory was collected of late.
type collector struct {
	percent    int
	collected  uint64 // collections when it last looked
	busy, calm int    // seconds in a row with collections, and without
}

// look is called once a second with the collections since the start and the bytes that live. It says what to do: the percent to
// set, 0 for none, and whether what a load that is over has left is to be given back.
func (c *collector) look(collections, live uint64) (percent int, over bool) {
	if n := collections - c.collected; n == 0 {
		c.busy, c.calm = 0, c.calm+1
	} else {
		c.busy, c.calm = c.busy+1, 0
	}
	c.collected = collections
	want := c.percent
	switch {
	case c.calm >= 10 || live > largeHeap:
		want = calmPercent
	case c.busy >= 2: // one such second is a rush of visitors
		want = loadPercent
	}
	if want == c.percent {
		return 0, false
	}
	over = c.percent == loadPercent && c.calm > 0
	c.percent = want
	return want, over
}

// collect chooses until the context ends.
func collect(ctx context.Context) {
	c := &collector{percent: calmPercent}
	debug.SetGCPercent(calmPercent)
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
