package workday

import (
	"cmp"
	"fmt"
	"time"
)

// Shanghai is the zone of every period. It is fixed at UTC+8: China has kept one zone without daylight saving time since
// 1991, so no zone database is needed and a day always has 86,400 seconds.
var Shanghai = time.FixedZone("Asia/Shanghai", shanghaiOffset)

const shanghaiOffset = 8 * 60 * 60 // seconds

// Date is a calendar day in Shanghai. The zero Date is no day and reads as the empty text.
type Date struct {
	Year  int
	Month time.Month
	Day   int
}

// DateOf gives the day in Shanghai on which t falls.
func DateOf(t time.Time) Date {
	y, m, d := t.In(Shanghai).Date()
	return Date{y, m, d}
}

// Parse reads yyyy-mm-dd; a day that does not exist is an error.
func Parse(s string) (Date, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return Date{}, fmt.Errorf("workday: %q is not a date like 2026-01-31", s)
	}
	y, m, d := t.Date()
	return Date{y, m, d}, nil
}

// Time gives the first moment of the day, 00:00 in Shanghai.
func (d Date) Time() time.Time { return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, Shanghai) }

// AddDays gives the day n days later, or earlier if n is negative.
func (d Date) AddDays(n int) Date {
	if day := d.Day + n; day >= 1 && day <= 28 { // within any month
		return Date{d.Year, d.Month, day}
	}
	y, m, day := time.Date(d.Year, d.Month, d.Day+n, 0, 0, 0, 0, time.UTC).Date()
	return Date{y, m, day}
}

// IsZero says whether d is no day.
func (d Date) IsZero() bool { return d == Date{} }

// Weekday of the day.
func (d Date) Weekday() time.Weekday { return d.utc().Weekday() }

// Compare gives -1, 0 or 1 as d is before, at or after e.
func (d Date) Compare(e Date) int {
	return cmp.Or(cmp.Compare(d.Year, e.Year), cmp.Compare(d.Month, e.Month), cmp.Compare(d.Day, e.Day))
}

// Before says whether d is earlier than e.
func (d Date) Before(e Date) bool { return d.Compare(e) < 0 }

// After says whether d is later than e.
func (d Date) After(e Date) bool { return d.Compare(e) > 0 }

// String gives yyyy-mm-dd, which sorts like the days; the empty text for the zero Date.
func (d Date) String() string {
	if d.IsZero() {
		return ""
	}
	return fmt.Sprintf("%04d-%02d-%02d", d.Year, d.Month, d.Day)
}

// MarshalText writes what String gives.
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads what MarshalText writes.
func (d *Date) UnmarshalText(b []byte) error {
	if len(b) == 0 {
		*d = Date{}
		return nil
	}
	v, err := Parse(string(b))
	if err == nil {
		*d = v
	}
	return err
}

func (d Date) utc() time.Time { return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC) }
