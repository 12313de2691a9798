package live

import (
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"
)

// Hands that a rush needed rest for the next one; those that nobody needed go, but for a few.
func TestHandsThin(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var h hands
		h.start()
		rush := func(n int) {
			begin := make(chan struct{})
			for range n {
				require.True(t, h.do(func() { <-begin }))
			}
			close(begin)
			synctest.Wait()
		}
		rush(maxResting + 10)
		require.Len(t, h.resting, maxResting, "more than these do not rest")
		h.thin()
		require.Len(t, h.resting, maxResting, "all were needed a moment ago")
		rush(100)
		h.thin()
		require.Len(t, h.resting, 100+leastResting)
		h.thin()
		require.Len(t, h.resting, leastResting)
		h.thin()
		rush(leastResting)
		require.Len(t, h.resting, leastResting)
		h.stop()
		require.False(t, h.do(func() {}))
	})
}
