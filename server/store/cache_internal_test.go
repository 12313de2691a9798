package store

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hejie/negotiation"
	"hejie/server/app"
)

// The outbox is asked again before a notice that waits may be taken from it.
func TestWaits(t *testing.T) {
	t.Parallel()
	var e entry
	now := time.Date(2026, 8, 3, 1, 0, 0, 0, time.UTC)
	mei, desk := app.Notice{To: "mei", Wait: time.Minute}, app.Notice{To: "desk:e", Wait: time.Minute}
	require.False(t, e.waits(mei, now))
	e.begins(mei, now)
	e.begins(desk, now.Add(20*time.Second))
	require.False(t, e.waits(app.Notice{To: "mei"}, now))
	require.True(t, e.waits(mei, now.Add(40*time.Second)))
	require.False(t, e.waits(mei, now.Add(55*time.Second)))
	require.True(t, e.waits(desk, now.Add(55*time.Second)))
	e.begins(mei, now.Add(2*time.Minute))
	require.Len(t, e.waiting, 1)
}

// The cache weighs what it holds: an entry that takes the place of another, too, and none that was dropped or had to go.
func TestCacheWeighsWhatItHolds(t *testing.T) {
	t.Parallel()
	made := func(id string, offers int) *entry {
		return (&entry{c: &negotiation.Case{ID: id, Offers: make([]*negotiation.Offer, offers)}}).sized()
	}
	small, large := made("a", 1), made("a", 9)
	c := newCache(2 * large.size)
	c.swap([]*entry{small})
	c.swap([]*entry{large})
	require.Equal(t, large.size, c.weight)
	c.keep("b", made("b", 9))
	c.keep("c", made("c", 9))
	require.Equal(t, []string{"b", "c"}, c.lru.Keys())
	require.Equal(t, 2*large.size, c.weight)
	stamp := c.stamp("b")
	c.drop(slices.Values([]string{"b", "c"}))
	require.Zero(t, c.weight)
	require.False(t, c.fresh("b", stamp))
}
