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
	busy         = 16 << 20  // bytes allocated in a second that are a load, if they are half of what lives
	visit        = 256 << 10 // bytes allocated for a visitor who comes, and stays with a socket, at most
	ticksASecond = 20        // how often it is asked whether a load has begun
)

// sample is what the runtime tells, and the sockets.
type sample struct {
	allocated uint64 // bytes, since the start
	live      uint64 // bytes, when last collected
	sockets   uint64
}

// collector chooses the percent by how much is allocated in a second.
type collector struct {
	percent int
	last    sample
	calm    int // seconds in a row in which little was allocated
}

// sudden says whether a load has begun since the last look that is too large to wait for the next: the deadlines of a day run out in one
// instant, or while the program was down, and walking them takes a second, in which a small heap would be collected twenty times.
func (c *collector) sudden(now sample) bool {
	return c.percent <= usualPercent && now.live <= largeHeap && c.load(now)
}

// load says whether enough was allocated since the last look, and not for visitors.
func (c *collector) load(now sample) bool {
	allocated := now.allocated - c.last.allocated
	return allocated > c.came(now)*visit && allocated >= max(now.live/2, busy)
}

// came is how many sockets there are more.
func (c *collector) came(now sample) uint64 {
	return max(now.sockets, c.last.sockets) - c.last.sockets
}

// look is called once a second, or when something is sudden. It says what to do: the percent to set, 0 for none, and whether what a load that is over has left is to
// be given back. Visitors who rush in are no load: among much garbage what they bring and keep would lie scattered.
func (c *collector) look(now sample) (percent int, over bool) {
	allocated, came, load := now.allocated-c.last.allocated, c.came(now), c.load(now)
	c.last = now
	if c.calm++; allocated > now.live/4 {
		c.calm = 0
	}
	want := c.percent
	switch {
	case now.live > largeHeap:
		want = usualPercent
	case c.calm >= 10:
		want = calmPercent
	case c.calm > 0: // perhaps
	case allocated <= came*visit:
		want = usualPercent
	case c.percent > usualPercent, load:
		want = underLoad(now.live)
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

// collect chooses until the context ends, by what the process allocates and how many sockets it has.
func collect(ctx context.Context, sockets func() int) {
	c := &collector{percent: usualPercent, last: read(sockets())}
	debug.SetGCPercent(usualPercent)
	ticks := time.NewTicker(time.Second / ticksASecond)
	defer ticks.Stop()
	for tick := 1; ; tick++ {
		select {
		case <-ctx.Done():
			return
		case <-ticks.C:
		}
		now := read(sockets())
		if tick < ticksASecond && !c.sudden(now) {
			continue
		}
		tick = 0
		percent, over := c.look(now)
		if percent > 0 {
			debug.SetGCPercent(percent)
		}
		if over {
			debug.FreeOSMemory()
		}
	}
}

// read asks the runtime.
func read(sockets int) sample {
	s := []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}, {Name: "/gc/heap/live:bytes"}}
	metrics.Read(s)
	return sample{s[0].Value.Uint64(), s[1].Value.Uint64(), uint64(sockets)}
}
