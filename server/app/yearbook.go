package app

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/singleflight"

	"hejie/negotiation"
	"hejie/negotiation/workday"
)

// Yearbook is the Almanac: the calendar with what was imported, and the recent outages. Both are swapped whole, so readers see the
// old or the new one and never a mixture. Load fills it at the start.
type Yearbook struct {
	loading  sync.Mutex // who loads last has read last
	calendar atomic.Pointer[workday.Calendar]
	outages  atomic.Pointer[[]negotiation.Outage]
	edition  atomic.Uint64
	beat     atomic.Pointer[time.Duration] // steady time when the last beat began after which outages were read; nil before the first
	beats    singleflight.Group            // of those who wait for one
}

// NewYearbook knows the built-in years and no outage.
func NewYearbook() *Yearbook {
	y := &Yearbook{}
	y.calendar.Store(workday.Default())
	y.outages.Store(&[]negotiation.Outage{})
	return y
}

// Calendar known now.
func (y *Yearbook) Calendar() *workday.Calendar { return y.calendar.Load() }

// Edition goes up after calendar and outages were loaded again: what was decided by an earlier one may be decided otherwise now.
func (y *Yearbook) Edition() uint64 { return y.edition.Load() }

// Outages of the last ninety days, oldest first: none of them can still hold a running deadline that is older. The slice is shared
// and not to be changed.
func (y *Yearbook) Outages() []negotiation.Outage { return *y.outages.Load() }

const outagesKept = 90 * day

// Load reads what was imported and the outages before now (business time).
func (y *Yearbook) Load(ctx context.Context, r PlainReader, now time.Time) error {
	y.loading.Lock()
	defer y.loading.Unlock()
	years, err := r.CalendarYears(ctx)
	if err != nil {
		return err
	}
	cal := workday.Default()
	for _, v := range years {
		if cal, err = cal.Import(v.Body); err != nil {
			return fmt.Errorf("stored calendar of %d: %w", v.Year, err)
		}
	}
	outages, err := r.Outages(ctx, now.Add(-outagesKept))
	if err != nil {
		return err
	}
	y.calendar.Store(cal)
	y.outages.Store(&outages)
	y.edition.Add(1)
	return nil
}
