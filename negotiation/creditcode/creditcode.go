// Package creditcode reads unified social credit codes (统一社会信用代码, GB 32100-2015).
//
// A code has 18 characters of a 31-letter alphabet without I, O, S, V and Z: registering authority 1, type of entity 1,
// region 6 digits (GB/T 2260), organisation code 9 (GB 11714, the last its own check character), check character 1.
package creditcode

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Code is a well-formed credit code with a right check character.
type Code string

// Reason why a text is no credit code.
type Reason string

// The reasons.
const (
	Length   Reason = "length"   // not 18 characters
	Alphabet Reason = "alphabet" // a character that cannot stand where it stands
	Check    Reason = "check"    // the check character is wrong: most often a typing mistake
)

// Error of Parse and Make.
type Error struct {
	Reason Reason
	Index  int // of the wrong character, from 0; for Length the number of characters
}

func (e *Error) Error() string { return fmt.Sprintf("creditcode: %s at %d", e.Reason, e.Index) }

const (
	length   = 18
	orgStart = 8
	orgCheck = 16 // the organisation code's own check character
	alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
)

// Parse reads a code as people write it: full-width characters, small letters, white space, hyphens and invisible signs are put right. The
// error is an *Error.
func Parse(s string) (Code, error) {
	s = normalise(s)
	if n := utf8.RuneCountInString(s); n != length {
		return "", &Error{Length, n}
	}
	want, err := checkCharacter(s[:length-1])
	if err != nil {
		return "", err
	}
	switch last := s[length-1]; {
	case strings.IndexByte(alphabet, last) < 0:
		return "", &Error{Alphabet, length - 1}
	case last != want:
		return "", &Error{Check, length - 1}
	}
	return Code(s), nil
}

// Beginning gives the code that somebody has begun to write, as Parse puts it right, at least up to the end of its region. Anything else, such
// as a name, is not ok.
func Beginning(s string) (code string, ok bool) {
	s = normalise(s)
	if len(s) < orgStart || len(s) > length {
		return "", false
	}
	_, err := checkCharacter(s)
	return s, err == nil
}

// Make completes the first 17 characters with the check character.
func Make(prefix17 string) (Code, error) {
	s := normalise(prefix17)
	if n := utf8.RuneCountInString(s); n != length-1 {
		return "", &Error{Length, n}
	}
	c, err := checkCharacter(s)
	if err != nil {
		return "", err
	}
	return Code(s + string(c)), nil
}

// MakeWithOrg completes the first 16 characters with the organisation code's check character and the code's own.
func MakeWithOrg(prefix16 string) (Code, error) {
	s := normalise(prefix16)
	if n := utf8.RuneCountInString(s); n != orgCheck {
		return "", &Error{Length, n}
	}
	return Make(s + string(orgCheckCharacter(s[orgStart:])))
}

// OrgCodeOK says whether the organisation code within c has the right check character (GB 11714). Real codes without it
// exist: use it as a warning only.
func OrgCodeOK(c Code) bool {
	return len(c) == length && c[orgCheck] == orgCheckCharacter(string(c[orgStart:orgCheck]))
}

// checkCharacter is (31 - Σ value·3^i mod 31) mod 31 over the first 17 characters.
func checkCharacter(s string) (byte, error) {
	sum, weight := 0, 1
	for i := range len(s) {
		v := strings.IndexByte(alphabet, s[i])
		if v < 0 || i >= 2 && i < orgStart && v > 9 {
			return 0, &Error{Alphabet, i}
		}
		sum, weight = sum+v*weight, weight*3%31
	}
	return alphabet[(31-sum%31)%31], nil
}

// orgCheckCharacter is 11 - Σ value·weight mod 11 over eight characters, A = 10 … Z = 35; 10 is written X and 11 is 0.
func orgCheckCharacter(s string) byte {
	sum := 0
	for i, w := range [...]int{3, 7, 9, 10, 5, 8, 4, 2} {
		v := int(s[i] - '0')
		if s[i] >= 'A' {
			v = int(s[i]-'A') + 10
		}
		sum += v * w
	}
	return "0X987654321"[sum%11]
}

func normalise(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '！' && r <= '～' { // full-width forms
			r -= '！' - '!'
		}
		if unicode.IsSpace(r) || unicode.In(r, unicode.Pd, unicode.Cf) {
			return -1
		}
		return unicode.ToUpper(r)
	}, s)
}
