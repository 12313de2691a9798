package store

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"hejie/negotiation"
)

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
