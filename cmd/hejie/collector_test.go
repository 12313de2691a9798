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
	at := sample{sockets: 100}
	c.look(at)
	type said struct {
		percent int
		over    bool
	}
	nothing := said{}
	for i, tt := range []struct {
		allocated, live uint64 // MiB in a second, MiB
		came            int    // sockets
		want            said
	}{
		{10, 4, 20, nothing}, {12, 30, 0, nothing}, // as it comes
		{90, 20, 1500, nothing}, {90, 30, 1500, nothing}, // visitors
		{15, 30, 0, nothing}, {16, 30, 0, said{loadPercent, false}}, {12, 30, 9, nothing}, {12, 30, -9, nothing}, // load
		{90, 40, 1500, said{usualPercent, false}}, {90, 40, 0, said{loadPercent, false}}, // visitors in between
		{90, 100, 0, said{loadPercent / 2, false}}, {90, 90, 0, nothing}, {90, 40, 0, said{loadPercent, false}},
		{400, 300, 0, said{usualPercent, false}}, {400, 300, 0, nothing}, // much lives
		{400, 20, 0, said{loadPercent, false}},
		{5, 20, 0, nothing}, {5, 20, 0, nothing}, {6, 20, 0, nothing}, // more than what a load leaves to do
		{1, 20, 0, nothing}, {1, 20, 0, nothing}, {1, 20, 0, nothing}, {1, 20, 0, nothing}, {1, 20, 0, nothing},
		{1, 20, 0, nothing}, {1, 20, 0, nothing}, {1, 20, 0, nothing}, {1, 20, 0, nothing}, {1, 20, 0, said{calmPercent, true}}, {1, 20, 0, nothing},
		{12, 20, 9, nothing}, {90, 20, 1500, said{usualPercent, false}}, // visitors after the calm
	} {
		at.allocated += tt.allocated * mib
		at.live = tt.live * mib
		at.sockets = uint64(int(at.sockets) + tt.came)
		percent, over := c.look(at)
		require.Equal(t, tt.want, said{percent, over}, i)
	}
}

// A load that begins is not left to a small heap for the rest of the second; visitors, what goes on, and much that lives can wait.
func TestCollectorIsSudden(t *testing.T) {
	t.Parallel()
	const mib = 1 << 20
	for name, tt := range map[string]struct {
		percent   int
		allocated uint64 // MiB since the last look
		live      uint64 // MiB
		came      uint64 // sockets
		want      bool
	}{
		"a load":                  {usualPercent, 17, 20, 9, true},
		"one after the calm":      {calmPercent, 17, 20, 9, true},
		"less":                    {usualPercent, 15, 20, 9, false},
		"half of what lives":      {usualPercent, 30, 61, 9, false},
		"visitors":                {usualPercent, 90, 20, 1500, false},
		"a load that is known of": {loadPercent, 90, 20, 9, false},
		"much lives":              {usualPercent, 400, 300, 9, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := &collector{percent: tt.percent, last: sample{allocated: mib, sockets: 100}}
			now := sample{allocated: (1 + tt.allocated) * mib, live: tt.live * mib, sockets: 100 + tt.came}
			require.Equal(t, tt.want, c.sudden(now))
			if tt.want {
				percent, _ := c.look(now)
				require.Equal(t, loadPercent, percent)
				require.False(t, c.sudden(sample{allocated: now.allocated + 100*mib, live: now.live, sockets: now.sockets}), "it is known of now")
			}
		})
	}
}

// The runtime has the figures that are asked for.
func TestCollectorsFigures(t *testing.T) {
	t.Parallel()
	runtime.GC()
	now := read(7)
	require.Positive(t, now.allocated)
	require.Positive(t, now.live)
	require.Equal(t, uint64(7), now.sockets)
}
