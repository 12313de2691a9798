package negotiation

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// encode gives what json.Marshal gives of v, which is of the shape: hashes and digests are of these bytes.
func (s *shape) encode(v reflect.Value) ([]byte, error) {
	var room [1024]byte // most fit
	b, err := s.append(room[:0], v)
	return bytes.Clone(b), err
}

// append writes v after b. It calls nothing but itself with b, so that the compiler sees b stay on the stack.
func (s *shape) append(b []byte, v reflect.Value) (_ []byte, err error) {
	switch k := v.Kind(); {
	case s.own:
		return appendOwn(b, v)
	case k == reflect.String:
		return appendText(b, v.String()), nil
	case k == reflect.Struct:
		b = append(b, '{')
		for i := range s.fields {
			f := &s.fields[i]
			if f.shape == nil {
				continue
			}
			value := v.Field(f.index)
			if f.omit && empty(value) {
				continue
			}
			if b, err = f.append(append(comma(b), f.key...), value); err != nil {
				return nil, err
			}
		}
		return append(b, '}'), nil
	case k == reflect.Bool:
		return strconv.AppendBool(b, v.Bool()), nil
	case s.elem == nil:
		return strconv.AppendInt(b, v.Int(), 10), nil
	case v.IsNil():
		return append(b, "null"...), nil
	case k == reflect.Pointer:
		return s.elem.append(b, v.Elem())
	}
	b = append(b, '[')
	for i := range v.Len() {
		if b, err = s.elem.append(comma(b), v.Index(i)); err != nil {
			return nil, err
		}
	}
	return append(b, ']'), nil
}

// comma parts what follows from what stands before it in the object or array.
func comma(b []byte) []byte {
	if c := b[len(b)-1]; c == '{' || c == '[' {
		return b
	}
	return append(b, ',')
}

// empty says whether a value is none for encoding/json: of omitempty, and of the omitzero of times.
func empty(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Slice, reflect.String:
		return v.Len() == 0
	case reflect.Struct:
		t, ok := reflect.TypeAssert[time.Time](v)
		return ok && t.IsZero()
	}
	return v.IsZero()
}

// escapes says for each byte of a string what stands for it after a backslash. 0: nothing, it stands for itself. 1: appendOther has to look
// at the string.
var escapes = func() (e [256]byte) {
	for c := range ' ' {
		e[c] = 1
	}
	e['&'], e['<'], e['>'], e["\u2028"[0]] = 1, 1, 1, 1
	e['"'], e['\\'], e['\n'] = '"', '\\', 'n'
	return e
}()

// plain is how many bytes at the beginning of s are printable ASCII that stands for itself in JSON. It looks at eight bytes at once, and asks
// of each whether some sum or difference below has its highest bit set: the byte itself has it beyond ASCII, and with one more when it is DEL;
// a subtraction borrows it when the byte is below a blank, or equal to one of the escaped characters.
func plain(s string) (n int) {
	const each, first = 0x0101010101010101, 0x8080808080808080
	for ; n+8 <= len(s); n += 8 {
		w := s[n : n+8]
		x := uint64(w[0]) | uint64(w[1])<<8 | uint64(w[2])<<16 | uint64(w[3])<<24 | uint64(w[4])<<32 | uint64(w[5])<<40 | uint64(w[6])<<48 | uint64(w[7])<<56
		quotes, brackets, slashes := x|each*4^each*'&', x|each*2^each*'>', x^each*'\\' // " and & differ in one bit, < and >, too
		if (x|(x+each)|(x-each*' ')|(quotes-each)|(brackets-each)|(slashes-each))&first != 0 {
			break
		}
	}
	for n < len(s) && s[n] < 0x7f && escapes[s[n]] == 0 {
		n++
	}
	return n
}

// appendText writes a string after b.
func appendText(b []byte, s string) []byte {
	start, n := len(b), plain(s)
	b = append(append(b, '"'), s[:n]...)
	if n == len(s) {
		return append(b, '"')
	}
	for i := n; i < len(s); i++ {
		c := s[i]
		switch e := escapes[c]; {
		case e == 0:
			b = append(b, c)
		case e > 1:
			b = append(b, '\\', e)
		case c < utf8.RuneSelf || strings.HasPrefix(s[i:], "\u2028") || strings.HasPrefix(s[i:], "\u2029"):
			return appendOther(b[:start], s)
		default:
			b = append(b, c)
		}
	}
	if !utf8.ValidString(s[n:]) {
		return appendOther(b[:start], s)
	}
	return append(b, '"')
}

func appendOther(b []byte, s string) []byte {
	text, _ := json.Marshal(s) // any string has JSON
	return append(b, text...)
}

// appendOwn writes after b what encoding/json alone knows how to write; times, of which deadlines are full, as it does.
func appendOwn(b []byte, v reflect.Value) ([]byte, error) {
	if t, ok := reflect.TypeAssert[time.Time](v); ok {
		b, err := t.AppendText(append(b, '"'))
		return append(b, '"'), err
	}
	own, err := json.Marshal(v.Interface())
	return append(b, own...), err
}
