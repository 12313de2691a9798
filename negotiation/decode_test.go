package negotiation

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
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
		`{"Type":"reopen"}`:                   {CodeUnknownField, "Type"},
		`{"type":"reopen","x":1}`:             {CodeUnknownField, "x"},
		`{"type":"reopen","type":"reopen"}`:   {CodeRepeatedField, "type"},
		`{"type":"rate","stars":1,"stars":2}`: {CodeRepeatedField, "stars"},
		`{"type":"rate","Stars":1}`:           {CodeUnknownField, "Stars"},
		`{"type":"rate","\u0073tars":1}`:      {CodeUnknownField, `\u0073tars`},
		`{"type":"rate","ſtars":1}`:           {CodeUnknownField, "ſtars"}, // encoding/json would fold it to s
		`{"type":"rate","stars":"5"}`:         {CodeMalformed, "stars"},
		`{"type":"rate","stars":1.5}`:         {CodeMalformed, "stars"},
		`{"type":"rate","stars":1e99}`:        {CodeMalformed, "stars"},
		`{"type":"rate","stars":true}`:        {CodeMalformed, "stars"},
		`{"type":"post_message","text":{}}`:   {CodeMalformed, "text"},
		`{"type":"make_offer","items":{}}`:    {CodeMalformed, "items"},
		`{"type":"make_offer","items":[{"due":{"days":"x"}}]}`:          {CodeMalformed, "items.due.days"},
		`{"type":"make_offer","items":[{"due":{"days":1,"days":2}}]}`:   {CodeRepeatedField, "days"},
		`{"type":"make_offer","items":[{"due":{"hours":1}}]}`:           {CodeUnknownField, "hours"},
		`{"type":"change_consents","publication":{"yes":1,"text":"a"}}`: {CodeMalformed, "publication.yes"},
		`{"type":"post_message","question":"yes"}`:                      {CodeMalformed, "question"},
		`{"type":"post_message","text":` + deep + `}`:                   {CodeMalformed, ""},
		`{"type":"reopen"` + many.String() + `}`:                        {CodeMalformed, ""},
		`{"type":"post_message","text":"\ud800"}`:                       {CodeMalformed, "text"}, // half of a pair
		`{"type":"post_message","text":"a\\\\\udc00\ud800"}`:            {CodeMalformed, "text"},
		`{"type":"post_message","text":"\ud83d\u0041"}`:                 {CodeMalformed, "text"},
		`{"type":"post_message","text":"\ud83d\ude0"}`:                  {CodeMalformed, ""},
		`{"type":"make_offer","items":[{},{"text":"\uDFFF"}]}`:          {CodeMalformed, "items[1].text"},
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

// FuzzScan holds scan to encoding/json: whatever it lets through is JSON, and what it calls malformed without a bound is not.
func FuzzScan(f *testing.F) {
	for _, s := range []string{``, ` `, `{}`, ` { } `, `[]`, `[1]`, `[1,]`, `[,1]`, `[1 2]`, `{"a"}`, `{"a":}`, `{"a":1,}`, `{,}`, `{"a" : [ ] , "b":null}`, `{"a":1}}`,
		`true`, `tru`, `truex`, `nulll`, `-`, `-0`, `01`, `1.`, `1.5e`, `1E+9`, `-0.0e-1`, `.5`, `+1`, `1e5.`, `"`, `"\\"`, `"\\\""`, `"\u12G4"`, `"\u12a"`, `"\uD800"`, `"\x"`, `"\`,
		"\"\x1f\"", "\"\t\"", "\"\xff\"", "\x00", "{\"a\":\x00}", `{"A":1}`, `{"a":1,"a":2}`, strings.Repeat(`[`, 17), strings.Repeat(`[`, 16) + strings.Repeat(`]`, 16)} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		err := scan(b, nil)
		var e *Error
		switch {
		case err == nil:
			require.True(t, json.Valid(b) && utf8.Valid(b), "%q", b)
		case errors.As(err, &e) && e.Code == CodeMalformed && e.Params == nil:
			require.False(t, json.Valid(b) && utf8.Valid(b), "%q", b)
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
