package negotiation

import (
	"bytes"
	"encoding/json"
	"errors"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// decoder walks over JSON (RFC 8259) once and fills a Go value on its way. It gives what encoding/json would give, but refuses what that lets
// through: fields that are unknown, repeated or of another case than ours, broken Unicode and trailing bytes.
type decoder struct {
	b []byte
	i int
}

// decode fills v, which is zero and of the shape, with the one value that b holds.
func decode(b []byte, s *shape, v reflect.Value) error {
	d := decoder{b: b}
	if !utf8.Valid(b) {
		return d.broken()
	}
	d.space()
	if err := d.value(s, v); err != nil {
		return err
	}
	if d.space(); d.i < len(b) {
		return d.broken()
	}
	return nil
}

func (d *decoder) value(s *shape, v reflect.Value) error {
	switch c := d.here(); {
	case c == '{' && s.fields != nil:
		return d.object(s, v)
	case c == '[' && s.elem != nil && v.Kind() == reflect.Slice:
		return d.array(s, v)
	case c != 'n' && s.elem != nil && v.Kind() == reflect.Pointer:
		v.Set(reflect.New(s.elem.of))
		return d.value(s.elem, v.Elem())
	}
	raw, ok := d.skip()
	if !ok {
		return d.broken()
	}
	err := s.set(v, raw)
	if err != nil && !json.Valid(raw) {
		return d.broken()
	}
	return err
}

func (d *decoder) object(s *shape, v reflect.Value) error {
	var seen uint64 // of the fields, a bit each
	next := 0
	for n := 0; ; n++ {
		name, err := d.member(n)
		if name == nil {
			return err
		}
		i := s.field(name, next)
		if i < 0 {
			return named(CodeUnknownField, name)
		}
		next = i + 1
		if seen&(1<<i) != 0 {
			return named(CodeRepeatedField, name)
		}
		seen |= 1 << i
		if f := s.fields[i]; f.shape == nil {
			d.skip()
		} else if err := d.value(f.shape, v.Field(f.index)); err != nil {
			return inside(f.name, err)
		}
	}
}

func named(code string, name []byte) error {
	clipped := Clip(string(name))
	return NewError(code, "name", clipped).On(clipped)
}

func (d *decoder) array(s *shape, v reflect.Value) error {
	v.Set(reflect.MakeSlice(s.of, 0, 0)) // of no elements it is not nil
	for n := 0; ; n++ {
		if more, err := d.more(n, ']'); !more {
			return err
		}
		v.Grow(1)
		v.SetLen(n + 1)
		if err := d.value(s.elem, v.Index(n)); err != nil {
			return inside("["+strconv.Itoa(n)+"]", err)
		}
	}
}

// inside tells the place of an error, unless it is no JSON at all.
func inside(place string, err error) error {
	e, ok := errors.AsType[*Error](err)
	if !ok || e.Code == CodeMalformed && e.Params == nil {
		return err
	}
	if e.Field != "" && e.Field[0] != '[' {
		place += "."
	}
	return e.On(place + e.Field)
}

// tag looks for "type", which mostly stands first, in an object.
func (d decoder) tag() (kind []byte, err error) {
	if d.space(); d.here() != '{' {
		if !json.Valid(d.b) {
			return nil, d.broken()
		}
		return nil, NewError(CodeMalformed, "expected", "object")
	}
	for n := 0; ; n++ {
		name, err := d.member(n)
		if err != nil {
			return nil, err
		}
		if name == nil {
			return nil, Required("type")
		}
		if string(name) == "type" {
			kind, ok := d.text()
			if !ok {
				return nil, NewError(CodeMalformed, "expected", "string").On("type")
			}
			if kind, err = d.read(kind); err != nil {
				return nil, inside("type", err)
			}
			return kind, nil
		}
		if _, ok := d.skip(); !ok {
			return nil, d.broken()
		}
	}
}

// Member of an object: its name, and its value, not yet decoded.
type Member struct{ Name, Value []byte }

// Members gives the members of an object. Only names, strings and brackets are checked; whoever decodes a value checks the rest of it. A name
// that is repeated is refused, also when one of the two is written with escapes. Errors: malformed, repeated_field.
func Members(object []byte) ([]Member, error) {
	d, members := decoder{b: object}, make([]Member, 0, 3)
	if d.space(); d.here() != '{' {
		return nil, d.broken()
	}
	for {
		name, err := d.member(len(members))
		if err != nil {
			return nil, err
		}
		if name == nil {
			break
		}
		value, ok := d.skip()
		if !ok {
			return nil, d.broken()
		}
		if slices.ContainsFunc(members, func(m Member) bool { return bytes.Equal(m.Name, name) }) {
			return nil, named(CodeRepeatedField, name)
		}
		members = append(members, Member{name, value})
	}
	if d.space(); d.i < len(d.b) {
		return nil, d.broken()
	}
	return members, nil
}

// more says whether a member or element follows the n before it, and steps over the sign before it; over the bracket when none does.
func (d *decoder) more(n int, end byte) (bool, error) {
	if n == 0 {
		d.i++
	}
	d.space()
	switch c := d.here(); {
	case c == end:
		d.i++
		return false, nil
	case c == ',' && n > 0:
		d.i++
		d.space()
	case n > 0:
		return false, d.broken()
	}
	return true, nil
}

// member steps over what is before the value of a member that follows the n before it, and gives its name; nil when none does.
func (d *decoder) member(n int) (name []byte, err error) {
	if more, err := d.more(n, '}'); !more {
		return nil, err
	}
	name, ok := d.text()
	d.space()
	if !ok || d.here() != ':' {
		return nil, d.broken()
	}
	d.i++
	d.space()
	return d.read(name)
}

// read gives the text of a name, or of a type, that stands between quotes: mostly as it is there, without a copy. Bare control
// characters need no refusal here: no name that is known has any.
func (d *decoder) read(between []byte) ([]byte, error) {
	if bytes.IndexByte(between, '\\') < 0 {
		return between, nil
	}
	text, ok := unescaped(between)
	switch {
	case ok:
		return []byte(text), nil
	case !json.Valid(d.b):
		return nil, d.broken()
	}
	return nil, NewError(CodeMalformed, "expected", "Unicode")
}

// skip steps over a value. It looks at strings and brackets only: the rest is for json.Valid, or whoever reads it.
func (d *decoder) skip() (raw []byte, ok bool) {
	from, open := d.i, 0
	for d.i < len(d.b) {
		switch d.b[d.i] {
		case '"':
			if _, ok := d.text(); !ok {
				return nil, false
			}
		case '{', '[':
			open++
			d.i++
		case '}', ']', ',', ' ', '\n', '\t', '\r':
			if open == 0 { // the end of a number or word
				return d.b[from:d.i], d.i > from
			}
			if c := d.b[d.i]; c == '}' || c == ']' {
				open--
			}
			d.i++
		default:
			d.i++
			continue
		}
		if open == 0 {
			break
		}
	}
	return d.b[from:d.i], open == 0 && d.i > from
}

// text steps over a string and gives what stands between its quotes, escapes as they are and control characters not yet refused.
func (d *decoder) text() (between []byte, ok bool) {
	if d.here() != '"' {
		return nil, false
	}
	from := d.i + 1
	for end := from; ; end++ {
		n := bytes.IndexByte(d.b[end:], '"')
		if n < 0 {
			return nil, false
		}
		end += n
		backslashes := 0
		for d.b[end-1-backslashes] == '\\' { // at last the first quote is none
			backslashes++
		}
		if backslashes%2 == 0 { // else the quote is escaped
			d.i = end + 1
			return d.b[from:end], true
		}
	}
}

// here is the byte at hand; 0, which no JSON has, at the end.
func (d *decoder) here() byte {
	if d.i < len(d.b) {
		return d.b[d.i]
	}
	return 0
}

func (d *decoder) space() {
	for d.i < len(d.b) && (d.b[d.i] == ' ' || d.b[d.i] == '\n' || d.b[d.i] == '\t' || d.b[d.i] == '\r') {
		d.i++
	}
}

// broken says of what is no JSON what encoding/json says.
func (d *decoder) broken() error {
	var v json.RawMessage
	return NewError(CodeMalformed).Because(json.Unmarshal(d.b, &v))
}

// unescaped is the text that stands between the quotes of a string. It is not ok with a bare control character, an unknown escape, or half
// of a surrogate pair, like "\ud800", for which encoding/json would put U+FFFD.
func unescaped(between []byte) (text string, ok bool) {
	if text = string(between); plain(text) == len(text) {
		return text, true
	}
	for _, c := range between {
		if c < ' ' {
			return "", false
		}
	}
	i := bytes.IndexByte(between, '\\')
	if i < 0 {
		return text, true
	}
	out := make([]byte, 0, len(between)) // an escape is longer than what it stands for
	for ; i >= 0; i = bytes.IndexByte(between, '\\') {
		r, n := escape(between[i+1:])
		if n == 0 {
			return "", false
		}
		out = utf8.AppendRune(append(out, between[:i]...), r)
		between = between[i+1+n:]
	}
	return string(append(out, between...)), true
}

// escape is the character of what follows a backslash, and how many bytes it has there; 0 for none that there is.
func escape(b []byte) (r rune, n int) {
	if i := strings.IndexByte(`"\/bfnrt`, b[0]); i >= 0 {
		return rune("\"\\/\b\f\n\r\t"[i]), 1
	}
	switch r = unit(b); {
	case r < 0:
	case !utf16.IsSurrogate(r):
		return r, 5
	case len(b) > 5 && b[5] == '\\':
		if r = utf16.DecodeRune(r, unit(b[6:])); r != utf8.RuneError {
			return r, 11
		}
	}
	return 0, 0
}

// unit is the UTF-16 unit of a uXXXX that b begins with, or -1.
func unit(b []byte) rune {
	if len(b) < 5 || b[0] != 'u' {
		return -1
	}
	n, err := strconv.ParseUint(string(b[1:5]), 16, 16)
	if err != nil {
		return -1
	}
	return rune(n)
}
