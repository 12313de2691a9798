package main

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestFigures(t *testing.T) {
	t.Parallel()
	self := func(v float64) float64 { return v }
	require.InDelta(t, 2, median([]float64{9, 1, 2}, self), 0)
	// The machine was half as fast in the second round, and slow for one of the two in the third.
	require.InDelta(t, 0.5, ratio([]float64{10, 5, 1}, []float64{20, 10, 20}, self), 0)
	for n, want := range map[float64]string{0: "0", 999: "999", 1000: "1,000", 1234567: "1,234,567"} {
		require.Equal(t, want, count(n))
	}
}

func TestGrade(t *testing.T) {
	t.Parallel()
	for want, c := range map[string][3]bool{
		"excellent": {true, true, false}, "good": {false, true, false}, "fair": {false, false, false}, "poor": {false, false, true},
	} {
		require.Equal(t, want, grade(c[0], c[1], c[2]))
	}
	require.Equal(t, "poor", grade(true, true, true), "late is late however much later the yardstick")
}

func TestWithin(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		short, long, most float64
		held              bool
	}{
		{100, 130, 1.3, true},
		{100, 131, 1.3, false},
		{1, 1 + slack, 1.3, true}, // a machine is not steadier
		{10_000, 7_700, 1 / costlier, true},
		{10_000, 7_600, 1 / costlier, false},
		{10_000, 20_000, 1 / costlier, true},
	} {
		require.Equal(t, c.held, within(c.short, c.long, c.most), c)
	}
	require.Equal(t, "<= 1.3", goal(costlier))
	require.Equal(t, ">= 0.77", goal(1/costlier))
}
