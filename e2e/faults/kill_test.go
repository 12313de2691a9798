package faults

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hejie/e2e/platform"
)

// TestKill pulls the plug of the server over a file at random moments, also while it starts.
func TestKill(t *testing.T) {
	under(t, func(t *testing.T, chance *rand.Rand) {
		w := newWorld(t, chance, platform.Options{})
		w.begin()
		for n := range 50 {
			w.dwell(upTo(chance, 250*time.Millisecond))
			require.NoError(t, w.p.Kill(0))
			require.Empty(t, w.p.Replicas[0].Complaint())
			if n%10 == 9 {
				require.NoError(t, w.p.Launch(0))
				w.dwell(upTo(chance, 60*time.Millisecond))
				require.NoError(t, w.p.Kill(0))
			}
			if n%5 == 4 {
				w.ripen(dueLater)
			}
			require.NoError(t, w.p.Start(0))
		}
		w.finish()
	})
}
