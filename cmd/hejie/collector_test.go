package main

import (
	"runtime/metrics"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestCollector(t *testing.T) {
	t.Parallel()
	c := &collector{percent: usualPercent}
	var collections uint64
	look := func(more, live uint64) (int, bool) {
		collections += more
		return c.look(collections, live)
	}
	type said struct {
		percent int
		over    bool
	}
	for i, tt := range []struct {
		more, live uint64
		want       said
	}{
		{3, 20 << 20, said{}}, {1, 31 << 20, said{}}, // as it comes
		{3, 31 << 20, said{}}, {4, 31 << 20, said{loadPercent, false}}, {1, 31 << 20, said{}}, // load
		{1, 100 << 20, said{loadPercent / 2, false}}, {1, 90 << 20, said{}}, {1, 40 << 20, said{loadPercent, false}},
		{1, 300 << 20, said{usualPercent, false}}, {1, 300 << 20, said{}}, // much lives
		{9, 20 << 20, said{loadPercent, false}},
		{0, 0, said{}}, {0, 0, said{}}, {0, 0, said{}}, {0, 0, said{}}, {1, 0, said{}}, // fewer collections, since there may be more garbage
		{0, 0, said{}}, {0, 0, said{}}, {0, 0, said{}}, {0, 0, said{}}, {0, 0, said{}},
		{0, 0, said{}}, {0, 0, said{}}, {0, 0, said{}}, {0, 0, said{}}, {0, 0, said{calmPercent, true}}, {0, 0, said{}},
	} {
		percent, over := look(tt.more, tt.live)
		require.Equal(t, tt.want, said{percent, over}, i)
	}
}

// The runtime has the figures that are asked for.
func TestCollectorsFigures(t *testing.T) {
	t.Parallel()
	figures := []metrics.Sample{{Name: "/gc/cycles/automatic:gc-cycles"}, {Name: "/gc/heap/live:bytes"}}
	metrics.Read(figures)
	for _, f := range figures {
		require.Equal(t, metrics.KindUint64, f.Value.Kind(), f.Name)
	}
}
