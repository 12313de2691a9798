package main

import (
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestCollector(t *testing.T) {
	t.Parallel()
	const mib = 1 << 20
	c := &collector{percent: usualPercent}
	var at sample
	type said struct {
		percent int
		over    bool
	}
	nothing := said{}
	for i, tt := range []struct {
		collections, allocated, live uint64 // in a second; MiB; MiB
		goroutines                   int    // more than a second ago
		want                         said
	}{
		{3, 60, 20, 0, nothing}, {1, 30, 31, 0, nothing}, // as it comes
		{7, 90, 20, 1500, nothing}, {9, 90, 30, 1500, nothing}, // visitors come, and stay
		{3, 90, 31, 0, nothing}, {4, 120, 31, 0, said{loadPercent, false}}, {1, 120, 31, 0, nothing}, // load
		{1, 120, 31, 1500, nothing}, // of which some come anew
		{1, 120, 100, 0, said{loadPercent / 2, false}}, {1, 120, 90, 0, nothing}, {1, 120, 40, 0, said{loadPercent, false}},
		{1, 400, 300, 0, said{usualPercent, false}}, {1, 400, 300, 0, nothing}, // much lives
		{9, 400, 20, 0, said{loadPercent, false}},
		{0, 5, 20, 0, nothing}, {0, 5, 20, 0, nothing}, {0, 11, 20, 0, nothing}, // more than what is left of it
		{0, 1, 20, 0, nothing}, {0, 1, 20, 0, nothing}, {0, 1, 20, 0, nothing}, {1, 1, 20, 0, nothing}, {0, 1, 20, 0, nothing}, // garbage of before is collected
		{0, 1, 20, 0, nothing}, {0, 1, 20, 0, nothing}, {0, 1, 20, 0, nothing}, {0, 1, 20, 0, nothing}, {0, 1, 20, 0, said{calmPercent, true}}, {0, 1, 20, 0, nothing},
		{9, 90, 20, 1500, said{usualPercent, false}}, // a rush into the calm
	} {
		at.collections += tt.collections
		at.allocated += tt.allocated * mib
		at.live = tt.live * mib
		at.goroutines += uint64(tt.goroutines)
		percent, over := c.look(at)
		require.Equal(t, tt.want, said{percent, over}, i)
	}
}

// The runtime has the figures that are asked for.
func TestCollectorsFigures(t *testing.T) {
	t.Parallel()
	runtime.GC()
	now := read()
	require.Positive(t, now.allocated)
	require.Positive(t, now.live)
	require.Positive(t, now.goroutines)
}
