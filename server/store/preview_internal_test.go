package store

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

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
