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
