package scorecard

import (
	"cmp"

	"hejie/negotiation"
	"hejie/negotiation/workday"
)

// Formula is the version of everything in this package; it is published with every value.
const Formula = "2026-1"

// WindowDays is the length of a window, its last day included.
const WindowDays = 365

// Limits of a grade and of one consumer's weight.
const (
	MinCases     = 10 // D
	MinConsumers = 5
	PerConsumer  = 3 // counted per enterprise and window
)

// Result of one case whose negotiation stage has ended. Seconds are those that fall on working days.
type Result struct {
	Enterprise string            `json:"-"`
	Consumer   string            `json:"-"`
	Case       string            `json:"case"`
	Class      negotiation.Class `json:"class"`              // the present one
	ClassedOn  workday.Date      `json:"on"`                 // day in Shanghai on which a class was first fixed; never moves
	Agreed     bool              `json:"agreed,omitempty"`   // an agreement was made before any complaint
	Late       bool              `json:"late,omitempty"`     // performed, but late
	Answered   bool              `json:"answered,omitempty"` // the enterprise gave a first response
	Response   int64             `json:"response"`           // filing to first response; to its deadline if never answered
	Settlement int64             `json:"settled,omitempty"`  // filing to agreement; read only if Agreed
}

// Counts says whether the result is in D: not ruled out as RX, DU or AB.
func (r Result) Counts() bool { return r.Class.Share() != negotiation.LeftOut }

func earlier(a, b Result) int {
	return cmp.Or(a.ClassedOn.Compare(b.ClassedOn), cmp.Compare(a.Case, b.Case))
}

// Window of days, both included.
type Window struct {
	From workday.Date `json:"from"`
	To   workday.Date `json:"to"`
}

// WindowTo gives the window that ends with the day to.
func WindowTo(to workday.Date) Window { return Window{to.AddDays(1 - WindowDays), to} }

// Has says whether d lies in the window.
func (w Window) Has(d workday.Date) bool { return !d.Before(w.From) && !d.After(w.To) }
