package store

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"hejie/negotiation"
)

// An offer that stands until the end of the same day as the one before it has a clock of its own, and touches no index.
func TestOffersOfADayMoveNoClock(t *testing.T) {
	t.Parallel()
	offered := func(number string, whose negotiation.Side) view {
		return viewOf(&negotiation.Case{Phase: negotiation.PhaseNegotiating, Turn: whose, Deadlines: []negotiation.Deadline{
			{Key: negotiation.DeadlineKey("offer:" + number), Whose: whose, Due: time.Date(2026, 11, 26, 16, 0, 0, 0, time.UTC)}}})
	}
	before, after := offered("2", negotiation.SideConsumer), offered("3", negotiation.SideEnterprise)
	require.Equal(t, negotiation.DeadlineKey("offer:3"), after.dueKey)
	require.Equal(t, before.clocks, after.clocks)
	require.NotEqual(t, before.talk, after.talk)
}

// The beginning of a text in a list is its words with one space between, at most as many characters as there is room for.
func TestFirstLine(t *testing.T) {
	t.Parallel()
	word := rapid.SampledFrom([]string{"a", "您好，", " ", "\u3000", "\u00a0\u2028", "\n\t", "…", "😀", strings.Repeat("长", previewLength-1), strings.Repeat("~", previewLength), "\u007f\u0085"})
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOf(word).Draw(t, "words"), "")
		want := []rune(strings.Join(strings.Fields(text), " "))
		if len(want) > previewLength {
			want = append(want[:previewLength], '…')
		}
		require.Equal(t, string(want), firstLine(text))
	})
}
