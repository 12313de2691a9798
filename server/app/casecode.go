package app

import (
	"strings"
)

const crockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// caseCode makes ten characters that are easy to read out: no I, L, O, U. Two cases with one code are as likely as one in 10^15.
func caseCode(sum []byte) string {
	code := make([]byte, 0, 11)
	for i := range 10 {
		if i == 5 {
			code = append(code, '-')
		}
		code = append(code, crockford[sum[i]&31])
	}
	return string(code)
}

// CanonicalCode reads a case code as people type it: any case, with or without the dash, O for 0, I and L for 1.
func CanonicalCode(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case r == 'O':
			return '0'
		case r == 'I' || r == 'L':
			return '1'
		case strings.ContainsRune(crockford, r):
			return r
		}
		return -1
	}, strings.ToUpper(s))
	if len(s) != 10 {
		return s
	}
	return s[:5] + "-" + s[5:]
}
