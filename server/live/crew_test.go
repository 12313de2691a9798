package live

import (
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"
)

func TestCrew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var h hands
		var served sync.Map
		var at, most atomic.Int32
		goOn := make(chan struct{})
		w := newCrew(&h, func(_ *mate, c *conn) {
			<-goOn
			for n := at.Add(1); n > most.Load(); {
				most.Store(n)
			}
			_, twice := served.LoadOrStore(c, true)
			require.False(t, twice)
			at.Add(-1)
		})
		w.most = 3
		require.False(t, w.add(&conn{}), "not before it begins")
		for range 2 { // it may begin again
			h.start()
			served.Clear()
			for range 10 * perMate {
				require.True(t, w.add(&conn{}))
			}
			require.Equal(t, 3, w.mates)
			for range 10 * perMate {
				goOn <- struct{}{}
			}
			synctest.Wait()
			n := 0
			served.Range(func(any, any) bool { n++; return true })
			require.Equal(t, 10*perMate, n)
			require.Zero(t, w.mates)
			require.Empty(t, w.waiting)
			h.stop()
			require.False(t, w.add(&conn{}), "nobody comes any more")
		}
		require.LessOrEqual(t, most.Load(), int32(3))
	})
}

// Who has to wait for one connection leaves the others to another.
func TestAMateThatWaitsHoldsUpNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var h hands
		h.start()
		slow, over := &conn{}, make(chan struct{})
		served := make(chan *conn, 10)
		w := newCrew(&h, func(m *mate, c *conn) {
			if c == slow {
				m.leave()
				m.leave() // once is enough
				<-over
			}
			served <- c
		})
		w.most = 1
		for range 4 {
			require.True(t, w.add(slow))
			require.True(t, w.add(&conn{}))
		}
		synctest.Wait()
		require.Len(t, served, 4)
		require.Zero(t, w.mates)
		close(over)
		h.stop()
		require.Len(t, served, 8)
	})
}
