package negotiation

import (
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// texts with what encoding/json escapes, near misses of that, and bytes that are no Unicode.
var texts = rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"", "您好，“<b>”&c…", `"\"`, "a\nb\tc\x00\x1f\x7f", "\u2027\u2028", "\u2029\u202a", "\xe2\x80", "\xe2\x80长", "a\xff\ufffd", "😀"}),
	rapid.Map(rapid.SliceOf(rapid.Byte()), func(b []byte) string { return string(b) }))

// fill gives v, which is of the shape, any value: lists that are nil, empty or not, and times of which some are in no year that JSON has.
func fill(t *rapid.T, s *shape, v reflect.Value) {
	switch k := v.Kind(); {
	case s.own:
		at := time.Unix(rapid.Int64Range(-3e11, 3e11).Draw(t, "second"), rapid.Int64Range(0, 999_999_999).Draw(t, "nanosecond"))
		at = at.In(time.FixedZone("", rapid.IntRange(-1441, 1441).Draw(t, "minutes")*60))
		v.Set(reflect.ValueOf(rapid.SampledFrom([]time.Time{{}, at, at.UTC(), time.Time{}.In(at.Location())}).Draw(t, "time")))
	case s.fields != nil:
		for _, f := range s.fields {
			if f.shape != nil && rapid.Bool().Draw(t, f.name) {
				fill(t, f.shape, v.Field(f.index))
			}
		}
	case k == reflect.Pointer:
		v.Set(reflect.New(s.elem.of))
		fill(t, s.elem, v.Elem())
	case k == reflect.Slice:
		n := rapid.IntRange(0, 3).Draw(t, "length")
		v.Set(reflect.MakeSlice(s.of, n, n))
		for i := range n {
			fill(t, s.elem, v.Index(i))
		}
	case k == reflect.String:
		v.SetString(texts.Draw(t, "text"))
	case k == reflect.Bool:
		v.SetBool(rapid.Bool().Draw(t, "yes"))
	default:
		v.SetInt(rapid.Int64().Draw(t, "number"))
	}
}

// encodesAsJSON compares what was hashed, and will be, with what encoding/json writes.
func encodesAsJSON(t *rapid.T) {
	all := []*shape{contentShape, itemsShape}
	for _, k := range []Kinds{commands, systemCommands, facts} {
		for _, kind := range slices.Sorted(maps.Keys(k)) {
			all = append(all, k[kind])
		}
	}
	s := rapid.SampledFrom(all).Draw(t, "shape")
	v := reflect.New(s.of).Elem()
	fill(t, s, v)
	want, bad := json.Marshal(v.Interface())
	got, err := s.encode(v)
	require.Equal(t, bad != nil, err != nil, "%v, %v", bad, err)
	if err == nil {
		require.Equal(t, string(want), string(got))
	}
}

func TestEncodesAsEncodingJSON(t *testing.T) {
	t.Parallel()
	for range 10 {
		rapid.Check(t, encodesAsJSON)
	}
}

func FuzzEncode(f *testing.F) { f.Fuzz(rapid.MakeFuzz(encodesAsJSON)) }

// What is not of the vocabulary, or not by value, is encoded, too.
func TestEncodesStrangers(t *testing.T) {
	t.Parallel()
	for _, z := range []Kinded{&Rate{Stars: 5}, foreign{Share: 0.5}} {
		got, err := commands.encode(z)
		require.NoError(t, err)
		require.Equal(t, string(marshalled(t, z)), string(got))
	}
}

type foreign struct {
	Share float64 `json:"share"`
}

func (foreign) Kind() string { return Rate{}.Kind() }

func BenchmarkEncodeFact(b *testing.B) {
	b.ReportAllocs()
	f := OfferMade{Offer: 3, Items: []Item{shipping(3), after(0, refund(1, 2))}, Digest: Digest(nil, ""), Starts: make([]Deadline, 1)}
	for b.Loop() {
		if _, err := facts.encode(f); err != nil {
			b.Fatal(err)
		}
	}
}
