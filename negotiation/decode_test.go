package negotiation

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"hejie/negotiation/workday"
)

var messageJSON = []byte(`{"type":"post_message","text":"您好，我们已经收到您的问题，请问您购买的是哪一款？","question":true}`)

func TestDecodeCommand(t *testing.T) {
	t.Parallel()
	i := 0
	for in, want := range map[string]Command{
		`{"type":"reopen"}`:                                          Reopen{},
		` { "type" : "reopen" } `:                                    Reopen{},
		`{"type":"rate","stars":5}`:                                  Rate{Stars: 5},
		`{"stars":5,"type":"rate"}`:                                  Rate{Stars: 5},
		`{"\u0073tars":5,"t\u0079pe":"r\u0061te"}`:                   Rate{Stars: 5},
		`{"stars":5 , "type":"rate" , "text":"ok"}`:                  Rate{Stars: 5, Text: "ok"},
		"{\n\t\"stars\":5,\r\n\"text\":\"a\",\"type\":\"rate\"}":     Rate{Stars: 5, Text: "a"},
		`{"type":"post_message","text":"\"type\":{[\\"}`:             PostMessage{Text: `"type":{[\`},
		`{"type":"post_message","text":null}`:                        PostMessage{},
		`{"type":"post_message","text":"\ud83d\uDE00\\ud800\ufffd"}`: PostMessage{Text: "😀\\ud800\ufffd"},
		`{"type":"make_offer","valid_days":3,"items":[{"by":"enterprise","remedy":"apology","due":{"days":2,"unit":"working","after":0}}]}`: MakeOffer{
			ValidDays: 3, Items: []Item{{By: SideEnterprise, Remedy: Apology, Due: Due{Days: 2, Unit: WorkingDays, After: &i}}}},
	} {
		got, err := DecodeCommand([]byte(in))
		require.NoError(t, err, in)
		require.Equal(t, want, got, in)
	}
}

// The JSON of every public command decodes to itself, as a member of a frame too.
func TestCommandsRoundTrip(t *testing.T) {
	t.Parallel()
	public, _, _ := Vocabulary()
	list := []Command{filing(true), PostMessage{Text: "a", Question: true, Channel: Desk}, MakeOffer{Items: []Item{shipping(3), after(0, refund(1, 2))}, ValidDays: 3},
		ChangeConsents{Publication: &Choice{true, "p"}}}
	for _, z := range public {
		list = append(list, z)
	}
	for _, cmd := range list {
		b, err := json.Marshal(struct{ Do AnyCommand }{AnyCommand{cmd}})
		require.NoError(t, err)
		var back struct{ Do AnyCommand }
		require.NoError(t, json.Unmarshal(b, &back), "%s", b)
		require.Equal(t, cmd, back.Do.Command)
	}
}

func TestDecodeIsStrict(t *testing.T) {
	t.Parallel()
	deep := strings.Repeat(`[`, 20) + strings.Repeat(`]`, 20)
	many := strings.Builder{}
	for i := range 70 {
		many.WriteString(`,"k` + string(rune('a'+i%26)) + string(rune('a'+i/26)) + `":1`)
	}
	for in, want := range map[string][2]string{
		``:                    {CodeMalformed, ""},
		`{`:                   {CodeMalformed, ""},
		`{"type":"reopen"`:    {CodeMalformed, ""},
		`{"type":"reopen",}`:  {CodeMalformed, ""},
		`{"type":"reopen"}x`:  {CodeMalformed, ""},
		`{"type":"reopen"}{}`: {CodeMalformed, ""},
		"{\"type\":\"post_message\",\"text\":\"\xff\"}": {CodeMalformed, ""},
		`null`:                                {CodeMalformed, ""},
		`[]`:                                  {CodeMalformed, ""},
		`"reopen"`:                            {CodeMalformed, ""},
		`1`:                                   {CodeMalformed, ""},
		`{}`:                                  {CodeRequired, "type"},
		`{"text":"x"}`:                        {CodeRequired, "type"},
		`{"type":null}`:                       {CodeMalformed, "type"},
		`{"type":7}`:                          {CodeMalformed, "type"},
		`{"type":{"type":"reopen"}}`:          {CodeMalformed, "type"},
		`{"type":""}`:                         {CodeUnknownCommand, "type"},
		`{"type":"pass_deadline"}`:            {CodeUnknownCommand, "type"}, // of the system
		`{"type":"Reopen"}`:                   {CodeUnknownCommand, "type"},
		`{"Type":"reopen"}`:                   {CodeRequired, "type"},
		`{"type":"reopen","x":1}`:             {CodeUnknownField, "x"},
		`{"type":"reopen","type":"reopen"}`:   {CodeRepeatedField, "type"},
		`{"type":"rate","stars":1,"stars":2}`: {CodeRepeatedField, "stars"},
		`{"type":"rate","Stars":1}`:           {CodeUnknownField, "Stars"},
		`{"type":"rate","\u0073tarz":1}`:      {CodeUnknownField, "starz"},
		`{"type":"rate","\u0053tars":1}`:      {CodeUnknownField, "Stars"},
		`{"type":"rate","stars":1,"st\u0061rs":2}`:                      {CodeRepeatedField, "stars"},
		`{"type":"rate","st\u0061rs":1,"\u0073tars":2}`:                 {CodeRepeatedField, "stars"},
		`{"type":"rate","ty\u0070e":"rate"}`:                            {CodeRepeatedField, "type"},
		`{"type":"rate","\ud800":1}`:                                    {CodeMalformed, ""}, // half of a pair
		`{"type":"rate","\x":1}`:                                        {CodeMalformed, ""},
		`{"type":"rate","\u00":1}`:                                      {CodeMalformed, ""},
		`{"type":"\ud800"}`:                                             {CodeMalformed, "type"},
		`{"type":"re\u006fpem"}`:                                        {CodeUnknownCommand, "type"},
		`{"type":"rate","ſtars":1}`:                                     {CodeUnknownField, "ſtars"}, // encoding/json would fold it to s
		`{"type":"rate","stars":"5"}`:                                   {CodeMalformed, "stars"},
		`{"type":"rate","stars":1.5}`:                                   {CodeMalformed, "stars"},
		`{"type":"rate","stars":1e99}`:                                  {CodeMalformed, "stars"},
		`{"type":"rate","stars":true}`:                                  {CodeMalformed, "stars"},
		`{"type":"post_message","text":{}}`:                             {CodeMalformed, "text"},
		`{"type":"make_offer","items":{}}`:                              {CodeMalformed, "items"},
		`{"type":"make_offer","items":[{"due":{"days":"x"}}]}`:          {CodeMalformed, "items[0].due.days"},
		`{"type":"make_offer","items":[{"due":{"days":1,"days":2}}]}`:   {CodeRepeatedField, "items[0].due.days"},
		`{"type":"make_offer","items":[{"due":{"hours":1}}]}`:           {CodeUnknownField, "items[0].due.hours"},
		`{"type":"change_consents","publication":{"yes":1,"text":"a"}}`: {CodeMalformed, "publication.yes"},
		`{"type":"post_message","question":"yes"}`:                      {CodeMalformed, "question"},
		`{"type":"post_message","text":` + deep + `}`:                   {CodeMalformed, "text"},
		`{"type":"reopen"` + many.String() + `}`:                        {CodeUnknownField, "kaa"},
		`{"type":"post_message","text":"\ud800"}`:                       {CodeMalformed, "text"}, // half of a pair
		`{"type":"post_message","text":"a\\\\\udc00\ud800"}`:            {CodeMalformed, "text"},
		`{"type":"post_message","text":"\ud83d\u0041"}`:                 {CodeMalformed, "text"},
		`{"type":"post_message","text":"\ud83d\ude0"}`:                  {CodeMalformed, ""},
		`{"type":"make_offer","items":[{},{"description":"\uDFFF"}]}`:   {CodeMalformed, "items[1].description"},
		`{"type":"post_message","` + strings.Repeat("x", 90) + `":1}`:   {CodeUnknownField, strings.Repeat("x", 40) + "…"},
	} {
		cmd, err := DecodeCommand([]byte(in))
		require.Nil(t, cmd, in)
		var e *Error
		require.ErrorAs(t, err, &e, in)
		require.Equal(t, want, [2]string{e.Code, e.Field}, "%s: %v", in, err)
	}
}

func TestDecodeStrict(t *testing.T) {
	t.Parallel()
	var v []struct {
		A int `json:"a"`
	}
	require.NoError(t, DecodeStrict([]byte(` [ {"a":1}, {"a":-2}, {} ] `), &v))
	require.Len(t, v, 3)
	require.Equal(t, CodeRepeatedField, CodeOf(DecodeStrict([]byte(`[{"a":1,"a":1}]`), &v)))
	require.Equal(t, CodeUnknownField, CodeOf(DecodeStrict([]byte(`[{"b":1}]`), &v)))
	require.Equal(t, CodeMalformed, CodeOf(DecodeStrict([]byte(`{"a":1}`), &v)))
	var frame struct {
		Do AnyCommand `json:"do"`
	}
	require.NoError(t, DecodeStrict([]byte(`{"do":{"type":"rate","stars":3}}`), &frame))
	require.Equal(t, Rate{Stars: 3}, frame.Do.Command)
	require.Equal(t, CodeUnknownCommand, CodeOf(DecodeStrict([]byte(`{"do":{"type":"x"}}`), &frame)))
	require.Equal(t, CodeMalformed, CodeOf(DecodeStrict([]byte(`{"do":[]}`), &frame)))
	var n float64
	require.NoError(t, DecodeStrict([]byte(`-1.5e3`), &n))
}

func TestErrors(t *testing.T) {
	t.Parallel()
	cause := errors.New("disk")
	e := NewError(CodeTooLong, "max", 5).On("text").Because(cause)
	require.Equal(t, "too_long on text map[max:5]: disk", e.Error())
	require.ErrorIs(t, e, cause)
	require.Equal(t, CodeInternal, CodeOf(cause))
	require.Empty(t, CodeOf(nil))
	require.Equal(t, "internal", NewError(CodeInternal).Error())
}

func FuzzDecodeCommand(f *testing.F) {
	f.Add(messageJSON)
	for _, s := range []string{`{"type":"reopen"}`, `{"stars":5,"type":"rate"}`, `{"type":"make_offer","items":[{"by":"enterprise","remedy":"refund","amount":{"currency":"CNY","minor":1},"due":{"days":1,"unit":"working"}}],"valid_days":3}`,
		`{"type":"rate","stars":1,"stars":2}`, `[{"a":"\\\""}]`, `{"type":"change_consents","publication":null , "escalation":{"yes":true,"text":"e"}}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		cmd, err := DecodeCommand(b)
		if err != nil {
			refusal(t, err, unreadable...)
			return
		}
		again, err := json.Marshal(AnyCommand{cmd})
		require.NoError(t, err)
		back, err := DecodeCommand(again)
		require.NoError(t, err, "%s", again)
		require.Equal(t, encode(t, cmd), encode(t, back))
		var loose map[string]any // what we take, encoding/json takes
		require.NoError(t, json.Unmarshal(b, &loose))
	})
}

// everything has each kind of value that a command, a fact or a body has.
type everything struct {
	Text   string         `json:"text"`
	Side   Side           `json:"side,omitempty"`
	Yes    bool           `json:"yes"`
	Small  int8           `json:"small"`
	Whole  int64          `json:"whole"`
	After  *int           `json:"after"`
	Money  *Money         `json:"money"`
	Words  []string       `json:"words"`
	Items  []Item         `json:"items"`
	At     time.Time      `json:"at,omitzero"`
	Dates  []workday.Date `json:"dates"`
	Share  float64        `json:"share"`
	Do     *AnyCommand    `json:"do"`
	Hidden string         `json:"-"`
	Inner  struct {
		On *bool `json:"on"`
	} `json:"inner"`
}

var everythingJSON = []string{
	`{"text":"a\n\u00e9\ud83d\ude00\"","side":"consumer","yes":true,"small":-128,"whole":9007199254740993,"after":0,"money":{"currency":"CNY","minor":1}}`,
	`{"\u0074ext":"a","s\u0069d\u0065":"bureau","inn\u0065r":{"\u006f\u006E":true},"do":{"\u0074ype":"r\u0061te","star\u0073":5}}`,
	` { "words" : [ "" , "长" ] , "items" : [ { "by" : "bureau" , "due" : { "days" : 3 , "after" : 1 } } , { } ] , "inner" : { "on" : false } } `,
	`{"at":"2026-01-01T00:00:00.5+08:00","dates":["2026-11-22"],"share":-1.5e3,"do":{"stars":5,"type":"rate"}}`,
	`{"text":null,"yes":null,"small":null,"after":null,"money":null,"words":[],"items":null,"at":null,"dates":null,"share":null,"do":null,"inner":null}`}

// asJSON holds DecodeStrict to encoding/json: what we take, that takes too and makes the same of it; what we refuse, it refuses too but for
// what we are strict in, and we say of JSON only that it is broken.
func asJSON(t *testing.T, b []byte) {
	var ours, theirs everything
	err := DecodeStrict(b, &ours)
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	bad := d.Decode(&theirs)
	if _, end := d.Token(); bad == nil && end != io.EOF {
		bad = errors.New("trailing bytes")
	}
	var e *Error
	ok := false
	switch {
	case err == nil:
		ok = bad == nil && reflect.DeepEqual(theirs, ours)
	case !errors.As(err, &e) || !slices.Contains(unreadable, e.Code):
	case e.Code == CodeMalformed && e.Params == nil:
		ok = !json.Valid(b) || !utf8.Valid(b)
	default:
		ok = bad != nil || e.Code == CodeRepeatedField || e.Code == CodeUnknownField || e.Params["expected"] == "Unicode"
	}
	if !ok { // not by require, which takes long for so many
		t.Fatalf("%q: %v and %+v; encoding/json: %v and %+v", b, err, ours, bad, theirs)
	}
}

// Every sign of JSON in every place of it, instead of what is there and before it, and every place left out.
func TestDecodesAsEncodingJSON(t *testing.T) {
	t.Parallel()
	signs := []string{"", "{", "}", "[", "]", ",", ":", `"`, `\`, "\n", "\xff", "0", "-", ".0", "e9", "null", "true", `"x"`, `\ud800`, `"yes":true,`}
	for _, whole := range everythingJSON {
		asJSON(t, []byte(whole))
		var v everything
		require.NoError(t, DecodeStrict([]byte(whole), &v))
		for i := range len(whole) + 1 {
			asJSON(t, []byte(whole[:i]))
			for _, s := range signs {
				asJSON(t, []byte(whole[:i]+s+whole[i:]))
				asJSON(t, []byte(whole[:i]+s+whole[min(i+1, len(whole)):]))
			}
		}
	}
}

// Nothing but times is left to encoding/json, and a bit is enough to remember each field.
func TestShapesOfTheVocabulary(t *testing.T) {
	t.Parallel()
	var look func(s *shape)
	look = func(s *shape) {
		require.Equal(t, s.own, s.of == reflect.TypeFor[time.Time](), s.of)
		require.LessOrEqual(t, len(s.fields), 64, s.of)
		for _, f := range s.fields {
			if f.shape != nil {
				look(f.shape)
			}
		}
		if s.elem != nil {
			look(s.elem)
		}
	}
	for _, k := range []Kinds{commands, systemCommands, facts} {
		for _, s := range k {
			look(s)
		}
	}
}

func FuzzDecodeStrict(f *testing.F) {
	for _, s := range everythingJSON {
		f.Add([]byte(s))
	}
	for _, s := range []string{``, ` `, `{ }`, `[]`, `null`, `{"a"}`, `{,}`, `{"small":128}`, `{"small":1.0}`, `{"small":1e1}`, `{"small":-0}`, `{"small":01}`, `{"whole":9223372036854775808}`, `{"share":1e999}`,
		`{"text":"\u12G4"}`, `{"text":"\uD800"}`, `{"Text":"a"}`, `{"ſide":"a"}`, `{"\u0074ext":""}`, `{"\u0074ext":"","text":""}`, `{"\ud800":1}`, `{"\ud83d\ude00":1}`, `{"te\xt":1}`, "{\"\\u0074e\x1fxt\":1}", `{"text":"a","text":"b"}`, `{"at":"x"}`, `{"words":["a",]}`, `{"do":{"type":7}}`, `{"do":{"text":"a"}}`, "{\"text\":\"\x1f\"}", `{"-":"x"}`, `{"Hidden":"x"}`,
		strings.Repeat(`[`, 17), `{"text":` + strings.Repeat(`[`, 16) + strings.Repeat(`]`, 16) + `}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(asJSON)
}

// Members parts every object as encoding/json does.
func TestMembers(t *testing.T) {
	t.Parallel()
	value := rapid.Custom(func(t *rapid.T) any {
		return rapid.OneOf(
			rapid.Just[any](nil), rapid.Map(rapid.Bool(), func(b bool) any { return b }), rapid.Map(rapid.Float64Range(-1e9, 1e9), func(f float64) any { return f }),
			rapid.Map(rapid.String(), func(s string) any { return s }),
			rapid.Map(rapid.SliceOfN(rapid.String(), 0, 3), func(s []string) any { return s }),
			rapid.Map(rapid.MapOfN(rapid.String(), rapid.String(), 0, 3), func(m map[string]string) any { return map[string]any{"in": m} }),
		).Draw(t, "value")
	})
	rapid.Check(t, func(t *rapid.T) {
		object := rapid.MapOfN(rapid.StringMatching(`[a-z_ {,:长"\\\n]{0,3}`), value, 0, 5).Draw(t, "object")
		compact, err := json.Marshal(object)
		require.NoError(t, err)
		var spaced bytes.Buffer
		require.NoError(t, json.Indent(&spaced, compact, " ", "\t"))
		for _, b := range [][]byte{compact, spaced.Bytes()} {
			var want map[string]json.RawMessage
			require.NoError(t, json.Unmarshal(b, &want))
			got, err := Members(b)
			require.NoError(t, err)
			require.Len(t, got, len(want))
			for _, m := range got {
				require.Equal(t, string(want[string(m.Name)]), string(m.Value))
			}
		}
	})
}

func FuzzMembers(f *testing.F) {
	for _, s := range []string{`{}`, ` {"a":1 , "b":[{"c":"\"}"}]}`, `{"a":-1.5e3}`, `{"a":"\\"}`, `{"\u0061":true,"a":null}`, `{"\u0061":true,"b\"":null}`, `{"\ud800":1}`, `{"\u12":1}`, `{`, `"`, `{"a"`, `{}{}`, `{"a":1}}`, `{"a":1,"a":1}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		var want map[string]json.RawMessage
		bad := json.Unmarshal(b, &want)
		got, err := Members(b)
		if bad != nil || want == nil { // whoever decodes the member that is broken says so
			broken := err != nil
			for _, x := range got {
				broken = broken || !json.Valid(x.Value) || bytes.ContainsFunc(x.Name, unicode.IsControl)
			}
			require.True(t, broken, "%q", b)
			return
		}
		var e *Error
		if errors.As(err, &e) && (e.Code == CodeRepeatedField || e.Params["expected"] == "Unicode") {
			return // which encoding/json lets through
		}
		require.NoError(t, err)
		if !utf8.Valid(b) {
			return // of which encoding/json makes other names
		}
		require.Len(t, got, len(want))
		for _, m := range got {
			require.Equal(t, string(want[string(m.Name)]), string(m.Value))
		}
	})
}

func BenchmarkDecodeCommand(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := DecodeCommand(messageJSON); err != nil {
			b.Fatal(err)
		}
	}
}
