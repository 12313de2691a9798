package creditcode_test

import (
	"encoding/csv"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"hejie/negotiation/creditcode"
)

func TestVectors(t *testing.T) {
	t.Parallel()
	f, err := os.Open("testdata/vectors.csv")
	require.NoError(t, err)
	defer f.Close()
	r := csv.NewReader(f)
	r.Comment = '#'
	rows, err := r.ReadAll()
	require.NoError(t, err)
	require.Len(t, rows, 37)
	for _, row := range rows[1:] {
		c, err := creditcode.Parse(row[0])
		if row[1] == "True" {
			require.NoError(t, err, row[0])
			require.Equal(t, creditcode.Code(row[0]), c)
			made, err := creditcode.Make(row[0][:17])
			require.NoError(t, err)
			require.Equal(t, c, made)
		} else {
			requireReason(t, creditcode.Check, err, row[0])
		}
		require.Equal(t, row[2] == "True", creditcode.OrgCodeOK(creditcode.Code(row[0])), row[0])
	}
}

func requireReason(t require.TestingT, want creditcode.Reason, err error, msg string) {
	var e *creditcode.Error
	require.ErrorAs(t, err, &e, msg)
	require.Equal(t, want, e.Reason, msg)
}

func TestParse(t *testing.T) {
	t.Parallel()
	const code = creditcode.Code("91110000802100433B")
	for _, s := range []string{"91110000802100433B", " 91110000802100433b\n", "9111 0000 8021 0043 3B", "９１１１００００８０２１００４３３Ｂ", "91110000　802100433ｂ",
		"91110000-802100433-b", "9111－0000–8021—0043‐3B", "\ufeff91110000\u200b802100433B\u2028", "91110000\u00a0802100433B"} {
		c, err := creditcode.Parse(s)
		require.NoError(t, err, s)
		require.Equal(t, code, c)
	}
	require.False(t, creditcode.OrgCodeOK(""))
	for s, want := range map[string]creditcode.Reason{
		"":                    creditcode.Length,
		"9111000080210043":    creditcode.Length,
		"91110000802100433B0": creditcode.Length,
		"北京市东城区":              creditcode.Length, // 18 bytes, 6 characters
		"北京市东城区北京市东城区北京市东城区": creditcode.Alphabet,
		"9111000080210043IB":    creditcode.Alphabet,
		"91110000802100433O":    creditcode.Alphabet,
		"9111A000802100433B":    creditcode.Alphabet, // the region is digits
		"91110000-02100433B":    creditcode.Length,
		"91110000+02100433B":    creditcode.Alphabet,
		"911100008021004\x003B": creditcode.Alphabet,
		"91110000802100433C":    creditcode.Check,
		"91110000802100343B":    creditcode.Check, // two digits swapped
	} {
		_, err := creditcode.Parse(s)
		requireReason(t, want, err, s)
		require.ErrorContains(t, err, string(want))
	}
}

func TestBeginning(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]string{"91110000-8021": "911100008021", "9111 0000": "91110000", "91110000802100433b": "91110000802100433B"} {
		code, ok := creditcode.Beginning(s)
		require.True(t, ok, s)
		require.Equal(t, want, code)
	}
	for _, s := range []string{"", "9111000", "91110000802100433B0", "coca-cola", "华为", "北京市东城区", "91A10000", "91110000-OK", "a-b c-d e-f g-h"} {
		_, ok := creditcode.Beginning(s)
		require.False(t, ok, s)
	}
}

func TestMake(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"91430600MA00000010", "92430600MA00000020"} { // demo codes of rules.md §3.2
		c, err := creditcode.Make(s[:17])
		require.NoError(t, err)
		require.Equal(t, creditcode.Code(s), c)
	}
	_, err := creditcode.Make("9143")
	requireReason(t, creditcode.Length, err, "Make")
	_, err = creditcode.MakeWithOrg("9143")
	requireReason(t, creditcode.Length, err, "MakeWithOrg")
	_, err = creditcode.Make("北京市东城区北京市东城区北京市东城")
	requireReason(t, creditcode.Alphabet, err, "Make")
	_, err = creditcode.MakeWithOrg("北京市东城区北京市东城区北京市东")
	requireReason(t, creditcode.Alphabet, err, "MakeWithOrg")
	_, err = creditcode.MakeWithOrg("91430600MA_00000")
	requireReason(t, creditcode.Alphabet, err, "MakeWithOrg")
}

const letters = "0123456789ABCDEFGHJKLMNPQRTUWXY"

func TestMadeCodesParse(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		prefix := rapid.StringMatching(`[0-9A-HJ-NPQRTUWXY]{2}[0-9]{6}[0-9A-HJ-NPQRTUWXY]{8}`).Draw(t, "prefix")
		made, err := creditcode.MakeWithOrg(prefix)
		require.NoError(t, err)
		require.True(t, creditcode.OrgCodeOK(made))
		back, err := creditcode.Parse(strings.ToLower(string(made)))
		require.NoError(t, err)
		require.Equal(t, made, back)

		// One wrong character never goes unnoticed.
		i := rapid.IntRange(0, 17).Draw(t, "index")
		other := rapid.SampledFrom([]byte(letters)).Draw(t, "other")
		b := []byte(made)
		if b[i] == other {
			return
		}
		b[i] = other
		_, err = creditcode.Parse(string(b))
		require.Error(t, err)
	})
}

func FuzzParse(f *testing.F) {
	f.Add("91110000802100433B")
	f.Add("９１")
	f.Fuzz(func(t *testing.T, s string) {
		c, err := creditcode.Parse(s)
		if err == nil {
			again, err := creditcode.Parse(string(c))
			require.NoError(t, err)
			require.Equal(t, c, again)
		}
	})
}
