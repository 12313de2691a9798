package app

import (
	"strings"

	"golang.org/x/text/unicode/norm"

	"hejie/negotiation"
)

// ParsePhone normalises a number to E.164 ("+8613800138000"). A number without a country is a mainland mobile: eleven digits,
// 1 and then 3 to 9 (MIIT numbering plan). Spaces, hyphens, dots and brackets are let through, and so are the invisible signs that come along
// from address books; full-width digits are read.
func ParsePhone(field, s string) (string, error) {
	if strings.TrimSpace(s) == "" {
		return "", negotiation.Required(field)
	}
	var b strings.Builder
	for i, r := range negotiation.OneLine(norm.NFKC.String(s)) {
		switch {
		case r == '+' && i == 0, r >= '0' && r <= '9':
			b.WriteRune(r)
		case strings.ContainsRune(" -.()", r):
		default:
			return "", negotiation.Invalid(field, phoneForm)
		}
	}
	n := b.String()
	if d, ok := strings.CutPrefix(n, "00"); ok {
		n = "+" + d
	}
	if !strings.HasPrefix(n, "+") {
		if d, ok := strings.CutPrefix(n, "86"); ok && len(d) == 11 {
			n = d
		}
		n = "+86" + n
	}
	if d, ok := strings.CutPrefix(n, "+86"); ok {
		if len(d) != 11 || d[0] != '1' || d[1] < '3' {
			return "", negotiation.Invalid(field, phoneForm)
		}
		return n, nil
	}
	if len(n) < 8 || len(n) > 16 || n[1] == '0' || strings.Contains(n[1:], "+") { // E.164: at most 15 digits
		return "", negotiation.Invalid(field, phoneForm)
	}
	return n, nil
}

// phoneIfAny is ParsePhone of a field "phone" that may be empty.
func phoneIfAny(s string) (string, error) {
	if s == "" {
		return "", nil
	}
	return ParsePhone("phone", s)
}

const phoneForm = "13800138000, +8613800138000"

// MaskPhone keeps enough to recognise a number and not enough to dial it: "138****8000".
func MaskPhone(phone string) string {
	d := strings.TrimPrefix(strings.TrimPrefix(phone, "+86"), "+")
	if len(d) < 8 {
		return strings.Repeat("*", len(d))
	}
	return d[:3] + strings.Repeat("*", len(d)-7) + d[len(d)-4:]
}

// MaskName keeps the surname: "王**", "欧阳**"; of other scripts the first letter.
func MaskName(name string) string {
	r := []rune(strings.TrimSpace(name))
	if len(r) == 0 {
		return ""
	}
	if len(r) > 2 && strings.Contains(compound, " "+string(r[:2])+" ") {
		return string(r[:2]) + "**"
	}
	return string(r[:1]) + "**"
}

// The surnames of two characters that are borne by more than a few.
const compound = " 欧阳 司马 上官 诸葛 司徒 东方 独孤 南宫 夏侯 皇甫 尉迟 公孙 慕容 令狐 长孙 宇文 轩辕 端木 百里 呼延 "

// Normalise makes the form in which names are searched and compared: NFKC, lower case, as negotiation.OneLine cleans it.
func Normalise(s string) string {
	return negotiation.OneLine(strings.ToLower(norm.NFKC.String(s)))
}

// text is negotiation.Line in the form in which equal texts are equal bytes.
func text(field, s string, least, most int) (string, error) {
	return negotiation.Line(field, norm.NFC.String(s), least, most)
}

// line is text for a field.
func line(field string, least, most int) func(string) (string, error) {
	return func(s string) (string, error) { return text(field, s, least, most) }
}

// field of a change, nil when it stays, and what makes its normal form.
type field struct {
	value  *string
	normal func(string) (string, error)
}

// normalise puts the normal forms in the place of what was given. Errors: those of the first field that has none.
func normalise(fields ...field) (err error) {
	for _, f := range fields {
		if f.value == nil {
			continue
		}
		if *f.value, err = f.normal(*f.value); err != nil {
			return err
		}
	}
	return nil
}

// language of a reader.
func language(field, s string) (string, error) {
	if s == "zh" || s == "en" {
		return s, nil
	}
	return "", negotiation.Invalid(field, []string{"zh", "en"})
}
