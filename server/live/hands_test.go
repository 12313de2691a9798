package live

import (
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"
)

// Hands that are done rest for the next task, but no more than a few.
func TestHandsRest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var h hands
		require.False(t, h.do(func() {}), "not before it begins")
		h.start()
		for range 2 {
			begin := make(chan struct{})
			for range maxResting + 10 {
				require.True(t, h.do(func() { <-begin }))
			}
			require.Empty(t, h.resting)
			close(begin)
			synctest.Wait()
			require.Len(t, h.resting, maxResting)
		}
		h.stop()
		require.Empty(t, h.resting)
		require.False(t, h.do(func() {}))
	})
}
