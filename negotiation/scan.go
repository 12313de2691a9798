package negotiation

import (
	"bytes"
	"encoding/json"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// Bounds of what a stranger may send; the largest command stays far below them.
const (
	maxDepth = 16
	maxNames = 64 // of the members of an object and of those around it
)

// span of the top-level member "type" with the comma that parts it from the others, and its value.
type span struct {
	start, end int
	value      string
}

// scan reads JSON once and refuses what encoding/json lets through: repeated keys, keys in another spelling than ours (it matches them
// without case), broken UTF-8, trailing bytes and deep nesting. It notes where "type" stands when at is given, and then wants an object.
func scan(b []byte, at *span) error {
	s := scanner{b: b, at: at}
	s.space()
	if at != nil && s.here() != '{' && json.Valid(b) {
		return NewError(CodeMalformed, "expected", "object")
	}
	if !utf8.Valid(b) {
		return s.malformed()
	}
	if err := s.value(0); err != nil {
		return err
	}
	if s.i < len(b) {
		return s.malformed()
	}
	return nil
}

const brokenText = "Unicode" // what is expected instead

// scanner walks over JSON (RFC 8259), each byte once.
type scanner struct {
	b     []byte
	i     int
	at    *span
	names [maxNames]struct{ from, to int32 } // of all objects that are open, the innermost's last; so no level takes room on the stack
	named int
}

// here is the byte at hand; 0, which no JSON has, at the end.
func (s *scanner) here() byte {
	if s.i < len(s.b) {
		return s.b[s.i]
	}
	return 0
}

// malformed says what encoding/json says.
func (s *scanner) malformed() error {
	var v json.RawMessage
	return NewError(CodeMalformed).Because(json.Unmarshal(s.b, &v))
}

// value steps over a value and the space after it.
func (s *scanner) value(depth int) (err error) {
	ok := true
	switch c := s.here(); {
	case c == '{' || c == '[':
		if depth == maxDepth {
			return NewError(CodeMalformed, "max", maxDepth)
		}
		if c == '{' {
			err = s.object(depth)
		} else {
			err = s.array(depth)
		}
	case c == '"':
		var text []byte
		if text, ok = s.text(); ok && loneSurrogate(text) {
			return NewError(CodeMalformed, "expected", brokenText)
		}
	case c == '-' || c >= '0' && c <= '9':
		ok = s.number()
	default:
		ok = s.word("true") || s.word("false") || s.word("null")
	}
	if !ok {
		return s.malformed()
	}
	s.space()
	return err
}

func (s *scanner) object(depth int) error {
	comma := s.i // before the member; of the first, the brace
	s.next()
	if s.here() == '}' {
		s.i++
		return nil
	}
	own := s.named
	for {
		start := s.i
		key, err := s.name(own)
		if err != nil {
			return err
		}
		tag := depth == 0 && s.at != nil && string(key) == "type"
		if tag {
			value := s.i
			text, ok := s.text()
			if !ok {
				return NewError(CodeMalformed, "expected", "string").On("type")
			}
			s.at.value, s.i = string(text), value
		}
		if err := s.value(depth + 1); err != nil {
			return inside(Clip(string(key)), err)
		}
		end := s.here() // the comma or the brace after the member
		if tag {
			switch {
			case end == ',':
				s.at.start, s.at.end = start, s.i+1
			case s.named-own > 1:
				s.at.start, s.at.end = comma, s.i
			default:
				s.at.start, s.at.end = start, s.i
			}
		}
		comma = s.i
		switch end {
		case ',':
			s.next()
		case '}':
			s.named = own
			s.i++
			return nil
		default:
			return s.malformed()
		}
	}
}

// name steps over a member's name and the colon, and keeps it among the object's own.
func (s *scanner) name(own int) ([]byte, error) {
	name, ok := s.text()
	if !ok {
		return nil, s.malformed()
	}
	for _, n := range s.names[own:s.named] {
		if bytes.Equal(s.b[n.from:n.to], name) {
			return nil, NewError(CodeRepeatedField, "name", Clip(string(name))).On(Clip(string(name)))
		}
	}
	for _, c := range name {
		if c != '_' && (c < 'a' || c > 'z') && (c < '0' || c > '9') {
			return nil, NewError(CodeUnknownField, "name", Clip(string(name))).On(Clip(string(name)))
		}
	}
	if s.named == maxNames {
		return nil, NewError(CodeMalformed, "max", maxNames)
	}
	s.names[s.named].from, s.names[s.named].to = int32(s.i-1-len(name)), int32(s.i-1)
	s.named++
	s.space()
	if s.here() != ':' {
		return nil, s.malformed()
	}
	s.next()
	return name, nil
}

func (s *scanner) array(depth int) error {
	s.next()
	if s.here() == ']' {
		s.i++
		return nil
	}
	for n := 0; ; n++ {
		if err := s.value(depth + 1); err != nil {
			return inside("["+strconv.Itoa(n)+"]", err)
		}
		switch s.here() {
		case ',':
			s.next()
		case ']':
			s.i++
			return nil
		default:
			return s.malformed()
		}
	}
}

// inside names where a broken text stands; a field that is unknown or repeated is its own name.
func inside(place string, err error) error {
	e, ok := err.(*Error)
	if !ok || e.Params["expected"] != brokenText {
		return err
	}
	if e.Field != "" && e.Field[0] != '[' {
		place += "."
	}
	return e.On(place + e.Field)
}

// loneSurrogate says whether a string has half of a pair, like "\ud800": no character, which encoding/json would make another of.
func loneSurrogate(text []byte) bool {
	for {
		i := bytes.IndexByte(text, '\\')
		switch {
		case i < 0:
			return false
		case text[i+1] != 'u':
			text = text[i+2:]
			continue
		}
		r := hex4(text[i+2:])
		text = text[i+6:]
		if !utf16.IsSurrogate(r) {
			continue
		}
		if len(text) < 6 || text[0] != '\\' || text[1] != 'u' || utf16.DecodeRune(r, hex4(text[2:])) == utf8.RuneError {
			return true
		}
		text = text[6:]
	}
}

// hex4 reads the four hex digits of an escape.
func hex4(b []byte) (r rune) {
	for _, c := range b[:4] {
		switch r <<= 4; {
		case c <= '9':
			r |= rune(c - '0')
		default:
			r |= rune(c|0x20-'a') + 10
		}
	}
	return r
}

// text steps over a string and gives what stands between its quotes, escapes as they are.
func (s *scanner) text() (between []byte, ok bool) {
	if s.here() != '"' {
		return nil, false
	}
	from := s.i + 1
	for i := from; i < len(s.b); i++ {
		switch c := s.b[i]; {
		case c == '"':
			s.i = i + 1
			return s.b[from:i], true
		case c < ' ':
			return nil, false
		case c == '\\':
			n := escape(s.b[i+1:])
			if n == 0 {
				return nil, false
			}
			i += n
		}
	}
	return nil, false
}

// escape is how many bytes belong to the escape after a backslash; 0 for none that there is.
func escape(b []byte) int {
	switch {
	case len(b) > 0 && bytes.IndexByte([]byte(`"\/bfnrt`), b[0]) >= 0:
		return 1
	case len(b) > 4 && b[0] == 'u':
		for _, c := range b[1:5] {
			if (c < '0' || c > '9') && (c|0x20 < 'a' || c|0x20 > 'f') {
				return 0
			}
		}
		return 5
	}
	return 0
}

func (s *scanner) number() bool {
	if s.here() == '-' {
		s.i++
	}
	if s.here() == '0' {
		s.i++
	} else if !s.digits() {
		return false
	}
	if s.here() == '.' {
		s.i++
		if !s.digits() {
			return false
		}
	}
	if s.here()|0x20 == 'e' {
		s.i++
		if c := s.here(); c == '+' || c == '-' {
			s.i++
		}
		return s.digits()
	}
	return true
}

// digits steps over one or more.
func (s *scanner) digits() bool {
	from := s.i
	for s.i < len(s.b) && s.b[s.i] >= '0' && s.b[s.i] <= '9' {
		s.i++
	}
	return s.i > from
}

func (s *scanner) word(w string) bool {
	if !bytes.HasPrefix(s.b[s.i:], []byte(w)) {
		return false
	}
	s.i += len(w)
	return true
}

// next steps over one byte and the space after it.
func (s *scanner) next() {
	s.i++
	s.space()
}

func (s *scanner) space() {
	for s.i < len(s.b) && (s.b[s.i] == ' ' || s.b[s.i] == '\n' || s.b[s.i] == '\t' || s.b[s.i] == '\r') {
		s.i++
	}
}
