package negotiation

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// CheckText checks a text of several lines: with must, that something of it is seen; that it reads as it is stored; and its length in characters.
func CheckText(field, s string, max int, must bool) error {
	if must && !Visible(s) {
		return required(field)
	}
	n := plain(s)
	rest := s[n:]
	if !utf8.ValidString(rest) {
		return NewError(CodeInvalid, "allowed", "UTF-8").On(field)
	}
	for _, r := range rest {
		if n++; (r < ' ' || r > '~') && deceptive(r) { // most of most texts lies between
			return NewError(CodeInvalid, "allowed", "text without control characters").On(field)
		}
	}
	if n > max {
		return tooLong(field, max, n)
	}
	return nil
}

// Visible says whether a reader sees anything of s: blanks, marks without a letter and characters of no width are no text, so they
// answer nothing and stop no clock.
func Visible(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool {
		return !unicode.IsSpace(r) && !unicode.In(r, unicode.C, unicode.M) && !strings.ContainsRune(fillers, r)
	})
}

// fillers are letters and symbols that show nothing: Hangul fillers and the empty Braille pattern.
const fillers = "\u115f\u1160\u3164\uffa0\u2800"

// deceptive says whether the rune makes a text read differently from what was stored and hashed.
func deceptive(r rune) bool {
	return unicode.Is(unicode.Bidi_Control, r) || unicode.IsControl(r) && r != '\n' && r != '\t' && r != '\r'
}

// Line gives a text of one line, as OneLine cleans it, of least to most characters. With a least, something of it must be seen. What would read
// differently from what is stored, or be more than a line, is refused: signs of control, line breaks of old among them, and those that turn
// the text.
func Line(field, s string, least, most int) (string, error) {
	s = strings.TrimSpace(s)
	if !utf8.ValidString(s) || strings.ContainsFunc(s, func(r rune) bool { return unicode.IsControl(r) || deceptive(r) }) {
		return "", NewError(CodeInvalid, "allowed", "one line").On(field)
	}
	if least > 0 && !Visible(s) {
		return "", required(field)
	}
	s = OneLine(s)
	switch n := utf8.RuneCountInString(s); {
	case n < least:
		return "", outOfRange(field, least, most)
	case n > most:
		return "", tooLong(field, most, n)
	}
	return s, nil
}

// OneLine is the rule of what one line is: it takes out what its reader does not see, so that what looks the same is the same. White space of every
// kind (no-break and full-width, line and paragraph separators, letters that show nothing) is one blank between words and nothing at the
// ends; signs without width (zero-width space, word joiner, byte order mark, soft hyphen …) go. A joiner stays where it joins: behind a symbol,
// as emoji are made of, a mark or an Arabic letter.
func OneLine(s string) string {
	var b strings.Builder
	var last, between rune // what was written, and what comes before the next
	for _, r := range s {
		switch {
		case unicode.IsSpace(r), strings.ContainsRune(fillers, r):
			between = ' '
		case r == zeroWidthNonJoiner, r == zeroWidthJoiner:
			if between == 0 && unicode.In(last, unicode.S, unicode.M, unicode.Arabic) {
				between = r
			}
		case unicode.Is(unicode.Cf, r):
		default:
			if between != 0 && b.Len() > 0 {
				b.WriteRune(between)
			}
			b.WriteRune(r)
			last, between = r, 0
		}
	}
	return b.String()
}

const (
	zeroWidthNonJoiner = '\u200c'
	zeroWidthJoiner    = '\u200d'
)

// Clip keeps what a stranger sent short enough for an answer and a log.
func Clip(s string) string {
	if r := []rune(s); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return s
}
