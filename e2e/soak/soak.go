// Package soak runs tests that chance decides of: once, under a seed that is printed, or under one after the other for as long as somebody
// wants. HEJIE_SOAK=duration is for how long all such tests of a package go on; HEJIE_SEED=n throws the same again.
package soak

import (
	"flag"
	"fmt"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Time that is soaked; 0: not at all.
func Time(t *testing.T) time.Duration {
	t.Helper()
	d, err := time.ParseDuration("0" + os.Getenv("HEJIE_SOAK"))
	require.NoError(t, err)
	return d
}

// Under runs a test, beside others, under a seed: the given one, or a new one; and to soak, under one after the other, until its share of
// the time is over. Tests is how many of the package share it; as many run at once as go test's -parallel says.
func Under(t *testing.T, tests int, test func(t *testing.T, seed uint64)) {
	t.Helper()
	t.Parallel()
	atOnce, err := strconv.Atoi(flag.Lookup("test.parallel").Value.String())
	require.NoError(t, err)
	begun, share := time.Now(), Time(t)*time.Duration(min(atOnce, tests))/time.Duration(tests)
	for first := true; first || !t.Failed() && time.Since(begun) < share; first = false {
		seed := uint64(time.Now().UnixNano())
		if given := os.Getenv("HEJIE_SEED"); given != "" {
			seed, err = strconv.ParseUint(given, 10, 64)
			require.NoError(t, err)
		}
		t.Run(fmt.Sprintf("seed=%d", seed), func(t *testing.T) { test(t, seed) })
	}
}
