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
	if !utf8.ValidString(s) {
		return NewError(CodeInvalid, "allowed", "UTF-8").On(field)
	}
	n := 0
	for _, r := range s {
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

// Line gives a text of one line, trimmed, of least to most characters. With a least, something of it must be seen.
func Line(field, s string, least, most int) (string, error) {
	s = strings.TrimSpace(s)
	n := utf8.RuneCountInString(s)
	switch {
	case least > 0 && !Visible(s):
		return "", required(field)
	case n < least:
		return "", outOfRange(field, least, most)
	case n > most:
		return "", tooLong(field, most, n)
	case !utf8.ValidString(s) || strings.ContainsFunc(s, func(r rune) bool { return unicode.IsControl(r) || deceptive(r) }):
		return "", NewError(CodeInvalid, "allowed", "one line").On(field)
	}
	return s, nil
}

// Clip keeps what a stranger sent short enough for an answer and a log.
func Clip(s string) string {
	if r := []rune(s); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return s
}
