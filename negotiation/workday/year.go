package workday

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"reflect"
	"slices"
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

// ImportError says which field of an imported year is wrong, and why. Params are what a sentence about the fault needs.
type ImportError struct {
	Field  string // like days[3].date; "" for the whole text
	Fault  Fault
	Params map[string]any
}

// Fault is what is wrong with an imported year.
type Fault string

// The faults, with their parameters.
const (
	NotAYear     Fault = "not_a_year"     // no JSON object in the holiday-cn shape, or more than one
	WrongType    Fault = "wrong_type"     // expected
	UnknownField Fault = "unknown_field"  // name
	Missing      Fault = "missing"        // or empty
	OutOfRange   Fault = "out_of_range"   // year, min, max
	NoDays       Fault = "no_days"        // a notice names at least one
	NotADate     Fault = "not_a_date"     // value
	AnotherYear  Fault = "another_year"   // date and year: neither in it nor in the December before
	NamedTwice   Fault = "named_twice"    // date
	NoWeekendDay Fault = "no_weekend_day" // date: a make-up working day is a weekend day
)

func (e *ImportError) Error() string {
	s := strings.TrimPrefix(e.Field+": ", ": ") + strings.ReplaceAll(string(e.Fault), "_", " ")
	for _, name := range slices.Sorted(maps.Keys(e.Params)) {
		s += fmt.Sprintf(", %s %v", name, e.Params[name])
	}
	return s
}

func wrong(field string, f Fault, params ...any) *ImportError {
	e := &ImportError{Field: field, Fault: f, Params: make(map[string]any, len(params)/2)}
	for i := 0; i+1 < len(params); i += 2 {
		e.Params[params[i].(string)] = params[i+1]
	}
	return e
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

// LeftOut gives the days that the notice y should name and does not, oldest first: what the year's notice in c names, off or worked, and
// the statutory holidays, as far as they can be computed, that it does not give off. Half a notice is easily taken for a whole one.
func (c *Calendar) LeftOut(y Year) []YearDay {
	named, off := make(map[Date]bool, len(y.Days)), make(map[Date]bool, len(y.Days))
	for _, d := range y.Days {
		named[d.Date], off[d.Date] = true, d.IsOffDay
	}
	var left []YearDay
	for d := (Date{y.Year, time.January, 1}); d.Year == y.Year; d = d.AddDays(1) {
		if name := statutory(d); name != "" && !off[d] {
			left, named[d] = append(left, YearDay{name, d, true}), true
		}
	}
	for _, d := range c.years[y.Year].Days {
		if !named[d.Date] {
			left = append(left, d)
		}
	}
	slices.SortFunc(left, func(x, y YearDay) int { return strings.Compare(x.Date.String(), y.Date.String()) })
	return left
}

// Change is a day that counts differently in another calendar, named as there, or as here when it has no name there.
type Change struct {
	Date     Date
	From, To Kind
	Name     string
}

// Changes gives the days of year y, and of the December before it, that count differently in to, oldest first.
func (c *Calendar) Changes(to *Calendar, y int) []Change {
	var list []Change
	for d := (Date{y - 1, time.December, 1}); d.Year <= y; d = d.AddDays(1) {
		if from, kind := c.Kind(d), to.Kind(d); from != kind {
			list = append(list, Change{d, from, kind, cmp.Or(to.Name(d), c.Name(d))})
		}
	}
	return list
}

const firstYear, lastYear = 2000, 2999

// inJSON is what a type is called by who writes JSON.
func inJSON(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Pointer:
		return inJSON(t.Elem())
	case reflect.Int:
		return "integer"
	case reflect.Bool:
		return "boolean"
	case reflect.Slice:
		return "array"
	case reflect.Struct:
		return "object"
	}
	return t.Kind().String()
}

// notice is a Year as it is read: every field a pointer or a slice, so that a missing one is told from a zero one.
type notice struct {
	Schema string      `json:"$schema"`
	ID     string      `json:"$id"`
	Year   *int        `json:"year"`
	Papers []string    `json:"papers"`
	Days   []noticeDay `json:"days"`
}

type noticeDay struct {
	Name     string  `json:"name"`
	Date     *string `json:"date"`
	IsOffDay *bool   `json:"isOffDay"`
}

func readYear(b []byte) (Year, error) {
	in, err := decodeNotice(b)
	if err != nil {
		return Year{}, err
	}
	switch {
	case in.Year == nil:
		return Year{}, wrong("year", Missing)
	case *in.Year < firstYear || *in.Year > lastYear:
		return Year{}, wrong("year", OutOfRange, "year", *in.Year, "min", firstYear, "max", lastYear)
	case len(in.Days) == 0:
		return Year{}, wrong("days", NoDays)
	}
	y := Year{Schema: in.Schema, ID: in.ID, Year: *in.Year, Papers: in.Papers, Days: make([]YearDay, len(in.Days))}
	if y.Papers == nil {
		y.Papers = []string{}
	}
	for i, p := range y.Papers {
		if strings.TrimSpace(p) == "" {
			return Year{}, wrong(fmt.Sprintf("papers[%d]", i), Missing)
		}
	}
	seen := make(map[Date]bool, len(in.Days))
	for i, d := range in.Days {
		field := fmt.Sprintf("days[%d].", i)
		if y.Days[i], err = d.read(field, y.Year); err != nil {
			return Year{}, err
		}
		date := y.Days[i].Date
		if seen[date] {
			return Year{}, wrong(field+"date", NamedTwice, "date", date.String())
		}
		seen[date] = true
	}
	return y, nil
}

// decodeNotice reads one object and nothing behind it.
func decodeNotice(b []byte) (in notice, err error) {
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&in); err != nil {
		if typ, ok := errors.AsType[*json.UnmarshalTypeError](err); ok && typ.Field != "" { // else it is no object at all
			return in, wrong(typ.Field, WrongType, "expected", inJSON(typ.Type))
		}
		if _, name, ok := strings.Cut(err.Error(), "unknown field "); ok {
			return in, wrong("", UnknownField, "name", strings.Trim(name, `"`))
		}
		return in, wrong("", NotAYear)
	}
	if _, err := dec.Token(); err != io.EOF {
		return in, wrong("", NotAYear)
	}
	return in, nil
}

// read checks a day of a year's notice; field is its path.
func (d noticeDay) read(field string, year int) (YearDay, error) {
	switch {
	case strings.TrimSpace(d.Name) == "":
		return YearDay{}, wrong(field+"name", Missing)
	case d.Date == nil:
		return YearDay{}, wrong(field+"date", Missing)
	case d.IsOffDay == nil:
		return YearDay{}, wrong(field+"isOffDay", Missing)
	}
	date, err := Parse(*d.Date)
	if err != nil {
		return YearDay{}, wrong(field+"date", NotADate, "value", *d.Date)
	}
	weekend := date.Weekday() == time.Saturday || date.Weekday() == time.Sunday
	switch {
	case date.Year != year && (date.Year != year-1 || date.Month != time.December):
		return YearDay{}, wrong(field+"date", AnotherYear, "date", date.String(), "year", year)
	case !*d.IsOffDay && !weekend:
		return YearDay{}, wrong(field+"isOffDay", NoWeekendDay, "date", date.String())
	}
	return YearDay{strings.TrimSpace(d.Name), date, *d.IsOffDay}, nil
}
