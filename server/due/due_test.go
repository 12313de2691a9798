package due

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"hejie/negotiation"
	"hejie/server/app"
)

func TestEarliestFirstAndOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		now := time.Now()
		w.add("c", now.Add(-time.Hour))
		w.add("a", now.Add(-3*time.Hour), now.Add(-time.Minute))
		w.add("b", now.Add(-2*time.Hour))
		w.add("later", now.Add(90*time.Minute))
		k := w.worker(func(o *Options) { o.Concurrency = 1 })
		k.Start()
		defer k.Stop()
		synctest.Wait()
		require.Equal(t, []string{"a", "b", "c"}, w.ticked())
		time.Sleep(90*time.Minute - time.Nanosecond)
		synctest.Wait()
		require.Len(t, w.ticked(), 3)
		time.Sleep(time.Nanosecond)
		synctest.Wait()
		require.Equal(t, []string{"a", "b", "c", "later"}, w.ticked(), "at its instant, not at the next poll")
		require.Len(t, w.done(), 5)
		require.Equal(t, Stats{Ticked: 4, Looked: k.Stats().Looked}, k.Stats())
	})
}

// TestShared: two workers on one log take different cases, and none is left.
func TestShared(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		const all = 2000
		for i := range all {
			w.add(fmt.Sprint(i), time.Now().Add(time.Duration(i-all)*time.Second))
		}
		w.set(func() { w.onTick = func(string) { time.Sleep(time.Millisecond) } })
		for range 2 {
			k := w.worker(func(o *Options) { o.Shared = true })
			k.Start()
			defer k.Stop()
		}
		time.Sleep(time.Minute)
		synctest.Wait()
		require.Len(t, w.done(), all)
		require.Less(t, len(w.ticked()), all*3/2, "few in vain; without chance each is ticked twice")
	})
}

func TestWakeUps(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		w.add("far", time.Now().Add(48*time.Hour))
		k := w.worker(func(o *Options) { o.Poll = 24 * time.Hour })
		k.Start()
		defer k.Stop()
		synctest.Wait()
		looks := w.looked()

		k.Commits(commit(time.Now().Add(72 * time.Hour)))
		k.Commits([]app.Commit{{After: new(negotiation.Case)}})
		synctest.Wait()
		require.Equal(t, looks, w.looked(), "nothing earlier: it sleeps on")

		near := time.Now().Add(time.Hour)
		w.add("near", near)
		k.Commits(commit(near))
		synctest.Wait()
		require.Greater(t, w.looked(), looks)
		time.Sleep(time.Hour)
		synctest.Wait()
		require.Equal(t, []string{"near"}, w.ticked())

		w.set(func() { w.offset = 100 * time.Hour })
		synctest.Wait()
		require.Len(t, w.ticked(), 1)
		k.Wake()
		k.Wake()
		synctest.Wait()
		require.Equal(t, []string{"near", "far"}, w.ticked(), "business time jumped")
	})
}

func TestPollIsTheNet(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		k := w.worker(nil)
		k.Start()
		defer k.Stop()
		synctest.Wait()
		w.add("unheard", time.Now())
		time.Sleep(time.Second)
		synctest.Wait()
		require.Equal(t, []string{"unheard"}, w.ticked())
	})
}

// A commit that comes while the log is read is not seen by that look and must not wait for the poll.
func TestCommitDuringALook(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		at := time.Now().Add(time.Minute)
		var k *Worker
		slow := &slowLog{world: w}
		slow.after = func() {
			w.add("a", at)
			k.Commits(commit(at))
		}
		k = w.worker(func(o *Options) { o.Log, o.Poll = slow, time.Hour })
		k.Start()
		defer k.Stop()
		time.Sleep(time.Minute)
		synctest.Wait()
		require.Equal(t, []string{"a"}, w.ticked())
	})
}

type slowLog struct {
	*world
	after func()
}

func (s *slowLog) Due(ctx context.Context, now time.Time, limit int) ([]string, time.Time, error) {
	cases, next, err := s.world.Due(ctx, now, limit)
	if s.after != nil {
		s.after()
		s.after = nil
	}
	return cases, next, err
}

func TestBadCasesBlockNobody(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		now := time.Now()
		for i := range 30 { // more than a batch, and all before the good ones
			id := fmt.Sprintf("bad %d", i)
			w.add(id, now.Add(-time.Hour))
			w.bad[id] = errors.New("broken")
		}
		w.add("panics", now.Add(-time.Hour))
		w.vain["vain"] = true
		w.add("vain", now.Add(-time.Hour))
		for i := range 50 {
			w.add(fmt.Sprintf("good %d", i), now.Add(-time.Minute))
		}
		w.onTick = func(id string) {
			if id == "panics" {
				panic("at the disco")
			}
		}
		k := w.worker(func(o *Options) { o.Batch, o.Concurrency = 10, 4 })
		k.Start()
		defer k.Stop()
		synctest.Wait()
		require.Len(t, w.done(), 50, "at once")

		// The bad ones are tried again, less and less often.
		time.Sleep(10 * time.Minute)
		synctest.Wait()
		tries := map[string]int{}
		for _, id := range w.ticked() {
			tries[id]++
		}
		for _, id := range []string{"bad 0", "bad 29", "panics"} {
			require.InDelta(t, 9, tries[id], 2, id)
		}
		require.Less(t, tries["vain"], 15)
		require.Equal(t, 32, k.Stats().Resting)
		require.False(t, w.twice)

		w.set(func() { clear(w.bad); clear(w.vain); w.onTick = nil })
		time.Sleep(5 * time.Minute)
		synctest.Wait()
		require.Len(t, w.done(), 82)
	})
}

func TestTicksThatHangBlockNobody(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		hang := make(chan struct{})
		w.onTick = func(id string) {
			if id[0] == 'h' {
				<-hang
			}
		}
		for i := range 7 {
			w.add(fmt.Sprintf("hangs %d", i), time.Now().Add(-time.Hour))
		}
		for i := range 20 {
			w.add(fmt.Sprintf("good %d", i), time.Now())
		}
		k := w.worker(func(o *Options) { o.Batch, o.Concurrency = 10, 8 })
		k.Start()
		time.Sleep(time.Minute)
		synctest.Wait()
		require.Len(t, w.done(), 20)
		require.Equal(t, 7, k.Stats().Backlog)
		close(hang)
		k.Stop()
		require.Len(t, w.done(), 27, "ticks under way end")
		require.False(t, w.twice)
	})
}

func TestManyAtOnceButBounded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		for i := range 1000 {
			w.add(fmt.Sprint(i), time.Now().Add(-time.Duration(i)*time.Second))
		}
		w.onTick = func(id string) { // one ends after the other: of those that end in one instant nobody knows how many are still counted
			n, err := strconv.Atoi(id)
			require.NoError(t, err)
			time.Sleep(time.Millisecond + time.Duration(n)*time.Microsecond)
		}
		k := w.worker(nil)
		k.Start()
		time.Sleep(500 * time.Millisecond)
		synctest.Wait()
		k.Stop()
		require.Len(t, w.done(), 1000)
		require.LessOrEqual(t, w.most, 400)
		require.Greater(t, w.most, 300, "the next batch is begun while the last goes on")
		require.Less(t, w.looked(), 60)
	})
}

func TestReadErrorsPass(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		w.fail = errors.New("disk")
		w.add("a", time.Now())
		k := w.worker(nil)
		k.Start()
		defer k.Stop()
		time.Sleep(10 * time.Second)
		synctest.Wait()
		require.Less(t, w.looked(), 20)
		require.Empty(t, w.ticked())
		require.True(t, k.Stats().Looked.IsZero())
		w.set(func() { w.fail = nil })
		time.Sleep(time.Second)
		synctest.Wait()
		require.Len(t, w.done(), 1)
	})
}

func TestStartAndStopManyTimes(t *testing.T) {
	t.Parallel()
	w := newWorld()
	k := w.worker(nil)
	k.Stop() // before any start
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for i := range 100 {
				w.add(fmt.Sprint(i), time.Now())
				k.Start()
				k.Wake()
				k.Commits(commit(time.Now()))
				k.Stats()
				k.Stop()
			}
		})
	}
	all.Wait()
	before := k.Stats().Looked
	k.Start()
	require.Eventually(t, func() bool { return k.Stats().Looked.After(before) }, 10*time.Second, time.Millisecond)
	k.Stop()
	k.Stop()
	require.False(t, w.twice)
}

// Whatever comes due, fails, and jumps: in the end each deadline has passed once.
func TestEachDeadlineOnce(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		synctest.Test(t, func(*testing.T) {
			w := newWorld()
			start := time.Now()
			want := 0
			for i := range rapid.IntRange(0, 30).Draw(rt, "cases") {
				id := fmt.Sprint(i)
				at := rapid.SliceOfN(rapid.IntRange(-100, 5000), 1, 4).Draw(rt, "due")
				slices.Sort(at)
				for _, s := range at {
					w.add(id, start.Add(time.Duration(s)*time.Second))
					want++
				}
				if rapid.Bool().Draw(rt, "bad") {
					w.bad[id] = errors.New("broken")
				}
			}
			k := w.worker(func(o *Options) {
				o.Batch = rapid.IntRange(1, 10).Draw(rt, "batch")
				o.Concurrency = rapid.IntRange(1, 10).Draw(rt, "concurrency")
			})
			k.Start()
			for range rapid.IntRange(0, 5).Draw(rt, "steps") {
				time.Sleep(time.Duration(rapid.IntRange(0, 1000).Draw(rt, "sleep")) * time.Second)
				w.set(func() { w.offset += time.Duration(rapid.IntRange(0, 1000).Draw(rt, "jump")) * time.Second })
				if rapid.Bool().Draw(rt, "restart") {
					k.Stop()
					k.Start()
				} else {
					k.Wake()
				}
			}
			w.set(func() { clear(w.bad); w.offset += 5000 * time.Second })
			time.Sleep(6 * time.Minute) // the longest back-off
			synctest.Wait()
			k.Stop()
			if len(w.passed) != want || w.twice {
				rt.Fatalf("%d of %d passed, at the same time twice: %v", len(w.passed), want, w.twice)
			}
		})
	})
}
