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
	crowd        = 100       // goroutines more than a second ago: visitors come and stay, and in much garbage what they bring would lie scattered
)

// sample is what the runtime tells.
type sample struct {
	collections uint64 // since the start
	allocated   uint64 // bytes, since the start
	live        uint64 // bytes, when last collected
	goroutines  uint64
}

// collector chooses the percent by how much of what is allocated is garbage, and how soon.
type collector struct {
	percent int
	last    sample
	calm    int  // seconds in a row in which little was allocated
	loaded  bool // since collections came often, until it is calm
}

// look is called once a second. It says what to do: the percent to set, 0 for none, and whether what a load that is over has left is to
// be given back.
func (c *collector) look(now sample) (percent int, over bool) {
	n := now.collections - c.last.collections
	rush := now.goroutines >= c.last.goroutines+crowd
	if c.calm++; now.allocated-c.last.allocated > now.live/2 {
		c.calm = 0
	}
	c.last = now
	want := c.percent
	switch {
	case now.live > largeHeap:
		want = usualPercent
	case c.calm >= 10:
		want, c.loaded = calmPercent, false
	case c.loaded, n >= often && !rush:
		want, c.loaded = underLoad(now.live), true
	case rush:
		want = usualPercent
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
	seconds := time.NewTicker(time.Second)
	defer seconds.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-seconds.C:
		}
		percent, over := c.look(read())
		if percent > 0 {
			debug.SetGCPercent(percent)
		}
		if over {
			debug.FreeOSMemory()
		}
	}
}

// read asks the runtime.
func read() sample {
	s := []metrics.Sample{{Name: "/gc/cycles/automatic:gc-cycles"}, {Name: "/gc/heap/allocs:bytes"}, {Name: "/gc/heap/live:bytes"}, {Name: "/sched/goroutines:goroutines"}}
	metrics.Read(s)
	return sample{s[0].Value.Uint64(), s[1].Value.Uint64(), s[2].Value.Uint64(), s[3].Value.Uint64()}
}
