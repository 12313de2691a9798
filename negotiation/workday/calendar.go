// Package workday counts periods in Chinese working days and calendar days.
//
// The State Council names once a year the days off and the weekend days that become working days (make-up days). A year
// with its notice is known; every other year is provisional: weekends and the statutory holidays, no make-up days. The
// years 2024-2026 are built in; 2026 is typed from the notice of 2025-11-04, the facts of 2024 and 2025 are those of npm
// chinese-days 1.5.7 (MIT).
//
// Counting follows SAMR Order 121 art. 45: the day on which a period starts never counts, and a period of calendar days
// that would end on a statutory holiday ends on the first day after it. "Holiday" is read as any day off by the notice;
// a plain weekend moves nothing. A period that ends on day D is due at 00:00 of D+1 in Shanghai: in time means before due.
package workday

import (
	"embed"
	"maps"
	"slices"
	"sync"
	"time"
)

//go:embed 2024.json 2025.json 2026.json
var builtIn embed.FS

// Calendar knows which days are working days. It never changes and is safe for use by many at once.
type Calendar struct {
	years map[int]Year
	days  map[Date]entry // the days that a notice names
}

type entry struct {
	kind Kind
	name string
}

var builtInCalendar = sync.OnceValue(func() *Calendar {
	c := &Calendar{}
	for _, name := range []string{"2024.json", "2025.json", "2026.json"} {
		b, err := builtIn.ReadFile(name)
		if err == nil {
			c, err = c.Import(b)
		}
		if err != nil {
			panic("workday: " + name + ": " + err.Error()) // a test reads them all
		}
	}
	return c
})

// Default gives the calendar with the built-in years.
func Default() *Calendar { return builtInCalendar() }

// Year gives the notice of year y as it was imported, and whether there is one.
func (c *Calendar) Year(y int) (Year, bool) {
	v, ok := c.years[y]
	v.Papers, v.Days = slices.Clone(v.Papers), slices.Clone(v.Days)
	return v, ok
}

// Years lists the years with a notice, oldest first.
func (c *Calendar) Years() []int { return slices.Sorted(maps.Keys(c.years)) }

// Provisional says whether a year from from's to to's has no notice yet. Deadlines computed there must be computed again
// when it is imported, and the reader is told: 暂按法定节假日推算.
func (c *Calendar) Provisional(from, to Date) bool {
	for y := from.Year; y <= to.Year; y++ {
		if _, known := c.years[y]; !known {
			return true
		}
	}
	return false
}

// Kind of the day d.
func (c *Calendar) Kind(d Date) Kind {
	k, _ := c.look(d)
	return k
}

// Name of the holiday that makes d a day off or a make-up working day, in Chinese; "" for other days.
func (c *Calendar) Name(d Date) string {
	_, name := c.look(d)
	return name
}

// IsWorkday says whether d is a working day.
func (c *Calendar) IsWorkday(d Date) bool { return c.Kind(d).IsWorkday() }

func (c *Calendar) look(d Date) (Kind, string) {
	if e, ok := c.days[d]; ok {
		return e.kind, e.name
	}
	if _, known := c.years[d.Year]; !known {
		if name := statutory(d); name != "" {
			return Holiday, name
		}
	}
	if w := d.Weekday(); w == time.Saturday || w == time.Sunday {
		return Rest, ""
	}
	return Working, ""
}

// index rebuilds the days from the years. A notice may name days of the December before, which it then rules.
func (c *Calendar) index() {
	c.days = make(map[Date]entry, 48*len(c.years))
	for _, y := range c.Years() {
		for _, d := range c.years[y].Days {
			k := Makeup
			if d.IsOffDay {
				k = Holiday
			}
			c.days[d.Date] = entry{k, d.Name}
		}
	}
}
