package app

import (
	"sync/atomic"
	"time"
)

// Clock gives business time: what events and deadlines are dated by. The demo shifts it; sessions, codes and rate limits use real time.
type Clock interface{ Now() time.Time }

// RealClock is the machine's time in UTC and whole microseconds, which is what the tables hold.
type RealClock struct{}

// Now in UTC.
func (RealClock) Now() time.Time { return time.Now().UTC().Truncate(time.Microsecond) }

// ShiftedClock is business time that runs ahead of another clock: the demo's. Its offset only grows, so business time never
// goes back. It is safe for use by many at once; the zero value with Base set does not shift.
type ShiftedClock struct {
	Base   Clock
	offset atomic.Int64
}

// Now is the base's time plus the offset.
func (c *ShiftedClock) Now() time.Time { return c.Base.Now().Add(c.Offset()) }

// Offset of business time to the base.
func (c *ShiftedClock) Offset() time.Duration { return time.Duration(c.offset.Load()) }

// AdvanceTo makes it t now; a t that has passed changes nothing.
func (c *ShiftedClock) AdvanceTo(t time.Time) {
	want := int64(t.Sub(c.Base.Now()))
	for {
		have := c.offset.Load()
		if want <= have || c.offset.CompareAndSwap(have, want) {
			return
		}
	}
}
