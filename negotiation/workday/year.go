package workday

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"strings"
	"time"
)

// Year is the notice of one year in the open holiday-cn shape.
type Year struct {
	Schema string    `json:"$schema,omitempty"`
	ID     string    `json:"$id,omitempty"`
	Year   int       `json:"year"`
	Papers []string  `json:"papers"` // addresses of the notice
	Days   []YearDay `json:"days"`   // in any order, no day twice
}

// YearDay is one day that a notice names: a day off, or a weekend day that is worked.
type YearDay struct {
	Name     string `json:"name"`
	Date     Date   `json:"date"`
	IsOffDay bool   `json:"isOffDay"`
}

// ImportError says which field of an imported year is wrong, and why.
type ImportError struct {
	Field  string // like days[3].date; "" for the whole text
	Reason string
}

func (e *ImportError) Error() string {
	return strings.TrimPrefix(e.Field+": "+e.Reason, ": ")
}

func wrong(field, format string, args ...any) *ImportError {
	return &ImportError{field, fmt.Sprintf(format, args...)}
}

// Import gives a calendar with the year in b added or replaced; c stays as it is. Errors are *ImportError.
func (c *Calendar) Import(b []byte) (*Calendar, error) {
	y, err := readYear(b)
	if err != nil {
		return nil, err
	}
	n := &Calendar{years: maps.Clone(c.years)}
	if n.years == nil {
		n.years = make(map[int]Year, 1)
	}
	n.years[y.Year] = y
	n.index()
	return n, nil
}

func readYear(b []byte) (Year, error) {
	var in struct { // every field a pointer or a slice: a missing one is told from a zero one
		Schema string   `json:"$schema"`
		ID     string   `json:"$id"`
		Year   *int     `json:"year"`
		Papers []string `json:"papers"`
		Days   []struct {
			Name     string  `json:"name"`
			Date     *string `json:"date"`
			IsOffDay *bool   `json:"isOffDay"`
		} `json:"days"`
	}
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&in); err != nil {
		var typ *json.UnmarshalTypeError
		if errors.As(err, &typ) {
			return Year{}, wrong(typ.Field, "is a JSON %s, not a %s", typ.Value, typ.Type)
		}
		return Year{}, wrong("", "not a year in the holiday-cn shape: %v", err)
	}
	if _, err := dec.Token(); err != io.EOF {
		return Year{}, wrong("", "more text after the year")
	}
	switch {
	case in.Year == nil:
		return Year{}, wrong("year", "missing")
	case *in.Year < 2000 || *in.Year > 2999:
		return Year{}, wrong("year", "%d is not from 2000 to 2999", *in.Year)
	case len(in.Days) == 0:
		return Year{}, wrong("days", "names no day")
	}
	y := Year{Schema: in.Schema, ID: in.ID, Year: *in.Year, Papers: in.Papers, Days: make([]YearDay, len(in.Days))}
	if y.Papers == nil {
		y.Papers = []string{}
	}
	for i, p := range y.Papers {
		if strings.TrimSpace(p) == "" {
			return Year{}, wrong(fmt.Sprintf("papers[%d]", i), "empty")
		}
	}
	seen := make(map[Date]bool, len(in.Days))
	for i, d := range in.Days {
		field := func(name string) string { return fmt.Sprintf("days[%d].%s", i, name) }
		switch {
		case strings.TrimSpace(d.Name) == "":
			return Year{}, wrong(field("name"), "missing")
		case d.Date == nil:
			return Year{}, wrong(field("date"), "missing")
		case d.IsOffDay == nil:
			return Year{}, wrong(field("isOffDay"), "missing")
		}
		date, err := Parse(*d.Date)
		if err != nil {
			return Year{}, wrong(field("date"), "%q is not a date like 2026-01-31", *d.Date)
		}
		weekend := date.Weekday() == time.Saturday || date.Weekday() == time.Sunday
		switch {
		case date.Year != y.Year && (date.Year != y.Year-1 || date.Month != time.December):
			return Year{}, wrong(field("date"), "%s is neither in %d nor in the December before", date, y.Year)
		case seen[date]:
			return Year{}, wrong(field("date"), "%s is named twice", date)
		case !*d.IsOffDay && !weekend:
			return Year{}, wrong(field("isOffDay"), "%s is a make-up working day but no weekend day", date)
		}
		seen[date] = true
		y.Days[i] = YearDay{strings.TrimSpace(d.Name), date, *d.IsOffDay}
	}
	return y, nil
}
