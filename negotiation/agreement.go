package negotiation

import (
	"slices"
	"time"
)

// Agreement that an accepted offer made.
type Agreement struct {
	Offer      int       `json:"offer"`
	Digest     string    `json:"digest"`
	AcceptedBy Side      `json:"accepted_by"`
	AcceptedAt time.Time `json:"accepted_at"`
	Items      []Promise `json:"items"`
	Settling   bool      `json:"settling,omitempty"` // made after escalation: it ends the complaint only when performed
}

// PromiseState of an item of an agreement.
type PromiseState string

// The states.
const (
	PromiseWaiting     PromiseState = "waiting" // for another item's report
	PromiseRunning     PromiseState = "running" // due date set
	PromiseAsked       PromiseState = "asked"   // due passed without a report, the other side was asked
	PromiseReported    PromiseState = "reported"
	PromiseConfirmed   PromiseState = "confirmed"
	PromiseUnconfirmed PromiseState = "unconfirmed" // reported, the other side kept silent
	PromiseDisputed    PromiseState = "disputed"
)

// Promise is an item under performance.
type Promise struct {
	Item
	State      PromiseState `json:"state"`
	DueAt      time.Time    `json:"due_at,omitzero"`
	ReportedAt time.Time    `json:"reported_at,omitzero"`
	Late       bool         `json:"late,omitempty"`
	File       string       `json:"file,omitempty"` // last proof handed in
}

// Done says whether the enterprise's part is over: each of its items confirmed or left unconfirmed.
func (a Agreement) Done() bool {
	return !slices.ContainsFunc(a.Items, func(p Promise) bool {
		return p.By == SideEnterprise && p.State != PromiseConfirmed && p.State != PromiseUnconfirmed
	})
}

// Confirmed says whether each item of the enterprise was confirmed.
func (a Agreement) Confirmed() bool {
	return !slices.ContainsFunc(a.Items, func(p Promise) bool { return p.By == SideEnterprise && p.State != PromiseConfirmed })
}

// Late says whether an item of the enterprise was late.
func (a Agreement) Late() bool {
	return slices.ContainsFunc(a.Items, func(p Promise) bool { return p.By == SideEnterprise && p.Late })
}
