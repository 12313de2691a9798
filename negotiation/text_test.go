package negotiation

import (
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestLine(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		" 王小明\t\n":                    "王小明",
		"王\u200b小明\ufeff":             "王小明",
		"\u2060王小\u00ad明":             "王小明",
		"王\u200d小\u200c明":             "王小明",
		"欧阳\u00a0 \u3000明":            "欧阳 明",
		"某路\u20287\u2029号":            "某路 7 号",
		"\u3164王\u2800小\uffa0\u115f明": "王 小 明",
		"A\u2009-\u202f1":             "A - 1",
		"👨\u200d👩\u200d👧 和 ❤️\u200d🔥": "👨\u200d👩\u200d👧 和 ❤️\u200d🔥",
		"می\u200cخواهم":               "می\u200cخواهم",
		"ශ්\u200dරී":                  "ශ්\u200dරී",
		"👍\u200d":                     "👍",
		"葛\U000e0100城":                "葛\U000e0100城",
	} {
		got, err := Line("name", in, 1, 40)
		require.NoError(t, err, "%q", in)
		require.Equal(t, want, got, "%q", in)
	}
	for in, code := range map[string]string{
		"": CodeRequired, " \u200b\u3164": CodeRequired, "\u0301": CodeRequired,
		"a\nb": CodeInvalid, "a\tb": CodeInvalid, "a\x00b": CodeInvalid, "a\u0085b": CodeInvalid, "a\x7f": CodeInvalid, "a\xff": CodeInvalid,
		"a\u202eb": CodeInvalid, "a\u2066b": CodeInvalid, "\u200ea": CodeInvalid, "\u061ca": CodeInvalid,
		"12345678901234567890123456789012345678901": CodeTooLong,
	} {
		_, err := Line("name", in, 1, 40)
		refusal(t, err, code)
	}
	_, err := Line("name", "a\u200b", 2, 40)
	refusal(t, err, CodeOutOfRange)
	empty, err := Line("name", " \u200b", 0, 40)
	require.NoError(t, err)
	require.Empty(t, empty)
}

// What is one line already stays it, and nothing that is seen is lost.
func TestOneLineIsStable(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.StringOf(rapid.OneOf(rapid.Rune(), rapid.SampledFrom([]rune("王 a\u200b\u200c\u200d\u00a0\u2028\ufe0f👍\u3164\u200f\u064a")))).Draw(t, "s")
		line := OneLine(s)
		require.Equal(t, line, OneLine(line))
		require.Equal(t, Visible(s), Visible(line))
		seen := func(s string) (out []rune) {
			for _, r := range s {
				if !unicode.IsSpace(r) && !unicode.Is(unicode.Cf, r) && !isFiller(r) {
					out = append(out, r)
				}
			}
			return out
		}
		require.Equal(t, seen(s), seen(line))
	})
}

func isFiller(r rune) bool { return strings.ContainsRune(fillers, r) }

// A case is named on one line; what somebody says may have several, and keeps all its signs.
func TestTitlesAreLines(t *testing.T) {
	t.Parallel()
	s := blank(t)
	s.env.Filing = platform()
	f := filing(true)
	f.Goods, f.OrderNumber = "\ufeff水\u00a0\u00a0壶\u2028", " A\u200b-1\u3000"
	s.do(mei, f)
	s.env.Filing = nil
	require.Equal(t, [2]string{"水 壶", "A-1"}, [2]string{s.events[0].Content.Goods, s.events[0].Content.OrderNumber})
	f.Goods = "水\n壶"
	again := blank(t)
	again.env.Filing = platform()
	again.refuses(mei, f, CodeInvalid, "goods")

	said := "看这个 👨\u200d👩\u200d👧\nمی\u200cخواهم"
	s.consumer(PostMessage{Text: said})
	require.Equal(t, said, s.events[len(s.events)-1].Content.Text)
}

// A sign of control is found wherever it stands, among eight that are looked at together or behind them, and each character counts once.
func TestCheckText(t *testing.T) {
	t.Parallel()
	for _, other := range []string{"a", "谢", "🙂", "\"", "<", "\n", "\t", "\r"} {
		for n := range 20 {
			s := strings.Repeat("x", n) + other + strings.Repeat("y", 19-n)
			require.NoError(t, CheckText("text", s, 20, true), "%q", s)
			require.Equal(t, CodeTooLong, CodeOf(CheckText("text", s, 19, true)), "%q", s)
		}
	}
	for _, bad := range []string{"\x00", "\x1f", "\x7f", "\u0085", "\u202e", "\u2066", "\xff"} {
		for n := range 20 {
			s := strings.Repeat("x", n) + bad + strings.Repeat("y", 19-n)
			require.Equal(t, CodeInvalid, CodeOf(CheckText("text", s, 100, true)), "%q", s)
		}
	}
}
