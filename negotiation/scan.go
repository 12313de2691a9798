package negotiation

import (
	"bytes"
	"encoding/json"
	"strings"
	"unicode/utf8"
)

// Bounds of what a stranger may send; the largest command stays far below them.
const (
	maxDepth   = 16
	maxMembers = 64 // of one object
)

// span of the top-level member "type" with the comma that parts it from the others, and its value.
type span struct {
	start, end int
	value      string
}

// scan refuses what encoding/json lets through: repeated keys, keys in another spelling than ours (it matches them without case),
// broken UTF-8, trailing bytes and deep nesting. It notes where "type" stands when at is given, and then wants an object.
func scan(b []byte, at *span) error {
	if !json.Valid(b) || !utf8.Valid(b) {
		var v json.RawMessage
		return NewError(CodeMalformed).Because(json.Unmarshal(b, &v))
	}
	s := scanner{b: b, at: at}
	s.space()
	if at != nil && s.b[s.i] != '{' {
		return NewError(CodeMalformed, "expected", "object")
	}
	return s.value(0)
}

const ends = ",]} \t\r\n" // of a number, true, false or null

// scanner walks over valid JSON.
type scanner struct {
	b  []byte
	i  int
	at *span
}

func (s *scanner) value(depth int) error {
	switch s.b[s.i] {
	case '{', '[':
		if depth == maxDepth {
			return NewError(CodeMalformed, "max", maxDepth)
		}
		if s.b[s.i] == '{' {
			return s.object(depth)
		}
		return s.array(depth)
	case '"':
		s.text()
	default:
		for s.i < len(s.b) && strings.IndexByte(ends, s.b[s.i]) < 0 {
			s.i++
		}
	}
	s.space()
	return nil
}

func (s *scanner) object(depth int) error {
	var keys [maxMembers][]byte
	comma := s.i // before the member; of the first, the brace
	s.next()
	for n := 0; s.b[s.i] != '}'; n++ {
		if n == maxMembers {
			return NewError(CodeMalformed, "max", maxMembers)
		}
		start := s.i
		key := s.text()
		for _, k := range keys[:n] {
			if bytes.Equal(k, key) {
				return NewError(CodeRepeatedField, "name", clip(string(key))).On(clip(string(key)))
			}
		}
		if len(bytes.TrimLeft(key, "abcdefghijklmnopqrstuvwxyz0123456789_")) > 0 {
			return NewError(CodeUnknownField, "name", clip(string(key))).On(clip(string(key)))
		}
		keys[n] = key
		s.space()
		s.next() // colon
		tag := depth == 0 && s.at != nil && string(key) == "type"
		if tag {
			if s.b[s.i] != '"' {
				return NewError(CodeMalformed, "expected", "string").On("type")
			}
			value := s.i
			s.at.value = string(s.text())
			s.i = value
		}
		if err := s.value(depth + 1); err != nil {
			return err
		}
		end := s.i // at the comma or the brace after the member
		switch last := s.b[end] == '}'; {
		case tag && last && n > 0:
			s.at.start, s.at.end = comma, end
		case tag && last:
			s.at.start, s.at.end = start, end
		case tag:
			s.at.start, s.at.end = start, end+1
		}
		if s.b[end] == ',' {
			s.next()
		}
		comma = end
	}
	s.next()
	return nil
}

func (s *scanner) array(depth int) error {
	s.next()
	for s.b[s.i] != ']' {
		if err := s.value(depth + 1); err != nil {
			return err
		}
		if s.b[s.i] == ',' {
			s.next()
		}
	}
	s.next()
	return nil
}

// text steps over a string and gives what stands between its quotes, escapes as they are.
func (s *scanner) text() []byte {
	from := s.i + 1
	for s.i = from; s.b[s.i] != '"'; s.i++ {
		if s.b[s.i] == '\\' {
			s.i++
		}
	}
	s.i++
	return s.b[from : s.i-1]
}

// next steps over one character and the space after it.
func (s *scanner) next() {
	s.i++
	s.space()
}

func (s *scanner) space() {
	for s.i < len(s.b) && (s.b[s.i] == ' ' || s.b[s.i] == '\n' || s.b[s.i] == '\t' || s.b[s.i] == '\r') {
		s.i++
	}
}
