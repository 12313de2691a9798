package negotiation

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// CheckText checks a text of several lines. Errors: required, when it must be there and shows nothing (see Visible); invalid, when it is not
// UTF-8 or has characters that make it read differently from what is stored; too_long, with more than max characters.
func CheckText(field, s string, max int, must bool) error {
	if must && !Visible(s) {
		return Required(field)
	}
	n := plain(s)
	rest := s[n:]
	if !utf8.ValidString(rest) {
		return Invalid(field, "UTF-8")
	}
	for _, r := range rest {
		if n++; (r < ' ' || r > '~') && deceptive(r) { // most of most texts lies between
			return Invalid(field, "text without control characters")
		}
	}
	if n > max {
		return TooLong(field, max, n)
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

// Line checks a text of one line and gives it as OneLine cleans it. Errors: invalid, when it has control characters, line breaks among them,
// or characters that turn the direction of the text; required, when least is not 0 and it shows nothing; out_of_range and too_long, when it
// has fewer than least or more than most characters.
func Line(field, s string, least, most int) (string, error) {
	s = strings.TrimSpace(s)
	if !utf8.ValidString(s) || strings.ContainsFunc(s, func(r rune) bool { return unicode.IsControl(r) || deceptive(r) }) {
		return "", Invalid(field, "one line")
	}
	if least > 0 && !Visible(s) {
		return "", Required(field)
	}
	s = OneLine(s)
	switch n := utf8.RuneCountInString(s); {
	case n < least:
		return "", OutOfRange(field, least, most)
	case n > most:
		return "", TooLong(field, most, n)
	}
	return s, nil
}

// OneLine takes out of a text what its reader does not see, so that what looks the same is the same. White space of every kind (no-break and
// full-width blanks, line and paragraph separators, letters that show nothing) becomes one blank between words and nothing at the ends.
// Characters without width (zero-width space, word joiner, byte order mark, soft hyphen …) go, but for a joiner behind a symbol (emoji are
// made so), a mark or an Arabic letter.
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
