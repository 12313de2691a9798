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

// CalendarYear is an imported notice of the State Council, in the holiday-cn shape.
type CalendarYear struct {
	Year     int
	Body     []byte
	Imported time.Time
	By       string
	Applied  bool // open deadlines were computed again
}

// AlmanacReader reads what a Yearbook is filled with, and the last beat.
type AlmanacReader interface {
	CalendarYears(ctx context.Context) ([]CalendarYear, error)                  // oldest first
	Heartbeat(ctx context.Context) (time.Time, error)                           // by the server's time, over a file business time
	Outages(ctx context.Context, since time.Time) ([]negotiation.Outage, error) // oldest first
}

// AlmanacWriter writes what AlmanacReader reads.
type AlmanacWriter interface {
	SetCalendarYear(ctx context.Context, y CalendarYear) error
	Beat(ctx context.Context, now time.Time) error // also when that is before the last: clocks are set back
	AddOutage(ctx context.Context, o negotiation.Outage, noticed time.Time) error
}

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
