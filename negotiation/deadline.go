package negotiation

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"hejie/negotiation/workday"
)

// DeadlineKey names a running deadline within its case: a kind, and for offers and items ":" with their number ("offer:3",
// "performance:0").
type DeadlineKey string

// The kinds. Sources of the periods: Rules.
const (
	FirstResponse     DeadlineKey = "first_response"     // enterprise; passing warns the board
	Negotiation       DeadlineKey = "negotiation"        // passing escalates, or lapses
	OfferValidity     DeadlineKey = "offer"              // :number; passing lapses the offer
	Performance       DeadlineKey = "performance"        // :item; passing asks the consumer
	Silence           DeadlineKey = "silence"            // :item; due without report and without an answer: escalates
	Confirmation      DeadlineKey = "confirmation"       // :item; reported and not answered: unconfirmed
	ConsumerPart      DeadlineKey = "consumer_part"      // :item; own item overdue too long: WC
	ComplaintDecision DeadlineKey = "complaint_decision" // bureau, Order 121 art. 15; passing marks it overdue
	Ruling            DeadlineKey = "ruling"             // bureau; complaint_decision going on, see Case.toRule
	Mediation         DeadlineKey = "mediation"          // bureau, Order 121 art. 23(5); passing marks it overdue
)

func (k DeadlineKey) of(n int) DeadlineKey { return k + DeadlineKey(":"+strconv.Itoa(n)) }

// Parts of the key: kind and number (-1 without one).
func (k DeadlineKey) Parts() (kind DeadlineKey, n int) {
	a, b, ok := strings.Cut(string(k), ":")
	if !ok {
		return k, -1
	}
	n, err := strconv.Atoi(b)
	if err != nil {
		return k, -1
	}
	return DeadlineKey(a), n
}

// Deadline that runs. In time means before Due, which is 00:00 in Shanghai after the period's last day (Order 121 art. 45).
type Deadline struct {
	Key         DeadlineKey `json:"key"`
	Whose       Side        `json:"whose"` // who must act; whose fault passing is
	Start       time.Time   `json:"start"`
	Days        int         `json:"days"`
	Unit        Unit        `json:"unit"`
	Due         time.Time   `json:"due"`
	Remind      []time.Time `json:"remind,omitempty"` // reminders still to come, in order
	Provisional bool        `json:"provisional,omitempty"`
	MovedFrom   time.Time   `json:"moved_from,omitzero"`
	Overdue     bool        `json:"overdue,omitempty"` // passed, but still to be done (bureau's)
}

// Next instant at which something is to be done about the deadline: a reminder or the passing. Zero when there is nothing.
func (d Deadline) Next() time.Time {
	if d.Overdue {
		return time.Time{}
	}
	if len(d.Remind) > 0 && d.Remind[0].Before(d.Due) {
		return d.Remind[0]
	}
	return d.Due
}

// authority says whether the clock is a bureau's: it never moves for an outage and starts from the instant of its event.
func (d Deadline) authority() bool { return d.Whose == SideBureau }

// remindBefore gives the working days before the due day at which reminders of a kind go out, at 09:00 in Shanghai. An offer
// that lies open gets two before the negotiation deadline, which the lapse (LC) stands on.
func remindBefore(kind DeadlineKey) []int {
	switch kind {
	case Negotiation:
		return []int{2, 1}
	case ComplaintDecision, Ruling, Mediation, Confirmation:
		return []int{2}
	case FirstResponse, OfferValidity, Performance, Silence:
		return []int{1}
	}
	return nil
}

func newDeadline(cal *workday.Calendar, key DeadlineKey, whose Side, start time.Time, days int, unit Unit) Deadline {
	d := Deadline{Key: key, Whose: whose, Start: start.UTC(), Days: days, Unit: unit}
	if unit == WorkingDays {
		d.Due = cal.DueWorkdays(start, days).UTC()
	} else {
		d.Due = cal.DueDays(start, days).UTC()
	}
	return d.dated(cal)
}

// dated fills what follows from Due: the reminders after Start and whether unknown years were crossed.
func (d Deadline) dated(cal *workday.Calendar) Deadline {
	d.Remind = nil
	last := workday.DateOf(d.Due.Add(-time.Second))
	d.Provisional = cal.Provisional(workday.DateOf(d.Start), last)
	kind, _ := d.Key.Parts()
	for _, n := range remindBefore(kind) {
		at := cal.SubWorkdays(last.AddDays(1), n).Time().Add(9 * time.Hour).UTC()
		if at.After(d.Start) && at.Before(d.Due) {
			d.Remind = append(d.Remind, at)
		}
	}
	return d
}

// after drops the reminders that are not after t.
func (d Deadline) after(t time.Time) Deadline {
	d.Remind = slices.DeleteFunc(d.Remind, func(r time.Time) bool { return !r.After(t) })
	return d
}

// Deadline of the key, when it runs.
func (c *Case) Deadline(key DeadlineKey) (Deadline, bool) {
	i := slices.IndexFunc(c.Deadlines, func(d Deadline) bool { return d.Key == key })
	if i < 0 {
		return Deadline{}, false
	}
	return c.Deadlines[i], true
}

// NextAt is the earliest instant at which the case wants the system; zero when no clock runs.
func (c *Case) NextAt() time.Time {
	var next time.Time
	for _, d := range c.Deadlines {
		if n := d.Next(); !n.IsZero() && (next.IsZero() || n.Before(next)) {
			next = n
		}
	}
	return next
}
