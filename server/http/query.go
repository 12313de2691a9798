package http

import (
	"errors"
	"math"
	"net/url"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"hejie/negotiation"
)

// parameter of a query, as far as the contract promises more of it than the generated code holds.
type parameter struct {
	name        string
	least, most int64 // of a number; most 0: it is none, or any will do
	longest     int   // in characters, of a text that may say anything; 0: whoever takes it knows what it may be
}

// parametersOf an operation: a name means the same wherever it stands, but logs have longer pages.
func parametersOf(operation string) map[string]parameter {
	page := int64(longestPage)
	if operation == "listEvents" {
		page = mostEvents
	}
	all := []parameter{
		{name: "after", longest: 300}, {name: "limit", least: 1, most: page}, {name: "before", least: 1, most: math.MaxInt64}, {name: "since"},
		{name: "q", longest: 100}, {name: "agent", longest: 40}, {name: "actor", longest: 40}, {name: "case", longest: 40},
		{name: "min", most: negotiation.MaxMinor}, {name: "max", least: 1, most: negotiation.MaxMinor},
		{name: "turn"}, {name: "phase"}, {name: "sort"}, {name: "column"}, {name: "category"}, {name: "ground"}, {name: "what"}, {name: "purpose"},
		{name: "region"}, {name: "parent"}, {name: "from"}, {name: "to"}, {name: "open"}, {name: "late"}, {name: "asked"}, {name: "partial"}, {name: "copy"},
	}
	byName := make(map[string]parameter, len(all))
	for _, p := range all {
		byName[p.name] = p
	}
	return byName
}

// checkQuery refuses a query, whose values were read as far as they can be, of which something would be taken for absent, or for another
// thing: broken escapes, what is there twice, numbers out of range, texts that are too long, signs of control but for white space, which is
// blank to whoever looks for words. Errors, of the first name when there are many: malformed, repeated_field, out_of_range, too_long, invalid.
func checkQuery(raw string, values url.Values, parameters map[string]parameter) error {
	if strings.ContainsAny(raw, "%;") { // else nothing can be broken
		if _, err := url.ParseQuery(raw); err != nil {
			return negotiation.NewError(negotiation.CodeMalformed).Because(err)
		}
	}
	var first string // name that is refused, if err is set
	var err error
	for name, given := range values {
		p, known := parameters[name]
		if !known || err != nil && first < name {
			continue
		}
		if e := p.checkAll(given); e != nil {
			first, err = name, e
		}
	}
	return err
}

func (p parameter) checkAll(given []string) error {
	if len(given) > 1 {
		return negotiation.NewError(negotiation.CodeRepeatedField, "name", p.name).On(p.name)
	}
	return p.check(given[0])
}

func (p parameter) check(s string) error {
	if !utf8.ValidString(s) || strings.ContainsFunc(s, func(r rune) bool { return unicode.IsControl(r) && !unicode.IsSpace(r) }) {
		return negotiation.Invalid(p.name, "text without control characters")
	}
	if n := utf8.RuneCountInString(s); p.longest > 0 && n > p.longest {
		return negotiation.TooLong(p.name, p.longest, n)
	}
	if p.most > 0 {
		n, err := strconv.ParseInt(s, 10, 64)
		if errors.Is(err, strconv.ErrRange) || err == nil && (n < p.least || n > p.most) { // else the generated code says that it is no number
			return negotiation.OutOfRange(p.name, p.least, p.most)
		}
	}
	return nil
}
