// Package scheme is the enrolment of enterprises (入驻) in online dispute resolution, as a fold of events: one log per
// enterprise, in the same records as a case's log, with the enterprise's id as the stream and one channel, Channel.
//
//	             approve              suspend
//	(none) ─► pending ─────► enrolled ⇄ suspended        approve lifts a suspension
//	 apply       │              │     approve  │
//	             └──────────────┴──────────────┴──► removed (by the bureau; of a pending one: refused) ─► apply again
//	                                           └──► left    (by the enterprise)                        ─► apply again
//
// An enrolled enterprise takes new cases. A suspended one takes none and keeps those it has. On removal its open
// negotiations escalate at once and its agreements keep their clocks; whoever keeps the cases sees to that. History
// stays: nothing of an enterprise that left or was removed is deleted.
//
// Facts and content are about the enterprise and never personal; the contact person lives outside the log.
package scheme

import (
	"slices"
	"time"

	"hejie/negotiation"
	"hejie/negotiation/creditcode"
	"hejie/negotiation/region"
)

// Channel of all events of an enterprise: public.
const Channel negotiation.Channel = "scheme"

// Status of an enterprise in the scheme.
type Status string

// The statuses.
const (
	StatusNone      Status = ""
	StatusPending   Status = "pending"
	StatusEnrolled  Status = "enrolled"
	StatusSuspended Status = "suspended"
	StatusRemoved   Status = "removed"
	StatusLeft      Status = "left"
)

// Serves says whether its desk negotiates: a suspended one takes no new cases and goes on with those that it has.
func (s Status) Serves() bool { return s == StatusEnrolled || s == StatusSuspended }

// Statuses in their order.
var Statuses = [...]Status{StatusPending, StatusEnrolled, StatusSuspended, StatusRemoved, StatusLeft}

// Profile is what an enterprise says of itself when it applies.
type Profile struct {
	Name       string             `json:"name"`
	CreditCode creditcode.Code    `json:"credit_code"`
	Region     string             `json:"region"`             // county of the registered address: its bureau is competent
	Address    string             `json:"address"`            // registered
	Industry   string             `json:"industry,omitempty"` // GB/T 4754: a letter, or two to four digits
	Conditions Conditions         `json:"conditions"`
	Commitment negotiation.Choice `json:"commitment"` // to handle consumers' requests in time (及时处理消费投诉承诺书): yes, and the text's version
}

// Conditions are the "five ones" (五个一) that an enterprise must meet.
type Conditions struct {
	Place          bool `json:"place"`           // a fairly fixed place to handle disputes
	Staff          bool `json:"staff"`           // one or more full- or part-time staff
	Computer       bool `json:"computer"`        // connected to the internet
	Telephone      bool `json:"telephone"`       // a dedicated one
	ComplaintRules bool `json:"complaint_rules"` // a set of complaint-handling rules
}

// Enterprise is a value folded from its events; the zero Enterprise with an ID has not applied.
type Enterprise struct {
	ID         string    `json:"id"`
	Version    int64     `json:"version"` // number of events
	Status     Status    `json:"status"`
	Since      time.Time `json:"since"`                // of the status
	AppliedAt  time.Time `json:"applied_at"`           // last application
	EnrolledAt time.Time `json:"enrolled_at,omitzero"` // first approval ever; never enrolled without
	Ground     Ground    `json:"ground,omitempty"`     // of a suspension or removal
	Profile
}

// Env is negotiation.Env; only At is read.
type Env = negotiation.Env

// Apply gives the enterprise after the event. Facts of no enterprise leave it as it is.
func (e Enterprise) Apply(ev negotiation.Event) Enterprise {
	var to Status
	switch f := ev.Fact.(type) {
	case Applied:
		to, e.Profile, e.AppliedAt, e.Ground = StatusPending, Profile(f), ev.At, ""
	case Approved:
		to, e.Ground = StatusEnrolled, ""
		if e.EnrolledAt.IsZero() {
			e.EnrolledAt = ev.At
		}
	case Suspended:
		to, e.Ground = StatusSuspended, f.Ground
	case Removed:
		to, e.Ground = StatusRemoved, f.Ground
	case Left:
		to, e.Ground = StatusLeft, ""
	default:
		return e
	}
	e.Version++
	e.Status, e.Since = to, ev.At
	return e
}

// May says whether the actor may use the kind of command on the enterprise: anyone applies for one that was never enrolled;
// one that was applies again by its own supervisor or through the bureau; an officer whose region covers it approves,
// suspends and removes; only its own supervisor leaves. The error is not_allowed.
func (e Enterprise) May(by negotiation.Actor, kind string) error {
	supervisor := by.Role == negotiation.RoleDeskSupervisor && by.Enterprise != "" && by.Enterprise == e.ID
	officer := by.Role == negotiation.RoleOfficer && region.Within(e.Region, by.Region)
	ok := false
	switch kind {
	case Apply{}.Kind():
		ok = e.EnrolledAt.IsZero() || supervisor || officer
	case Approve{}.Kind(), Suspend{}.Kind(), Remove{}.Kind():
		ok = officer
	case Leave{}.Kind():
		ok = supervisor
	}
	if !ok {
		return negotiation.NewError(negotiation.CodeNotAllowed)
	}
	return nil
}

// Decide gives the events of a command, or a *negotiation.Error: not_found before the application, not_allowed,
// already_done if the status is the wanted one already, wrong_phase (phase: the status) if it does not lead there, and
// those of the command's fields.
func (e Enterprise) Decide(by negotiation.Actor, cmd negotiation.Command, env Env) ([]negotiation.Event, error) {
	c, ok := cmd.(command)
	if !ok {
		return nil, negotiation.NewError(negotiation.CodeUnknownCommand, "type", cmd.Kind()).On("type")
	}
	if _, first := c.(Apply); e.Status == StatusNone && !first {
		return nil, negotiation.NewError(negotiation.CodeNotFound)
	}
	if err := e.May(by, c.Kind()); err != nil {
		return nil, err
	}
	if err := e.lead(c.leads()); err != nil {
		return nil, err
	}
	fact, content, err := c.decide(e)
	if err != nil {
		return nil, err
	}
	at := env.At.UTC().Truncate(time.Microsecond)
	if at.Before(e.Since) { // at never goes back within a log
		at = e.Since
	}
	who := negotiation.By{Side: by.Side(), ID: by.ID}
	return []negotiation.Event{{At: at, By: who, Channel: Channel, Fact: fact, Content: content}}, nil
}

// lead says whether the status may become to.
func (e Enterprise) lead(to Status) error {
	if e.Status == to || to == StatusPending && (e.Status == StatusEnrolled || e.Status == StatusSuspended) {
		return negotiation.NewError(negotiation.CodeAlreadyDone)
	}
	if slices.Contains(before(to), e.Status) {
		return nil
	}
	return negotiation.NewError(negotiation.CodeWrongPhase, "phase", e.Status)
}

// before lists the statuses that lead to one.
func before(to Status) []Status {
	switch to {
	case StatusPending:
		return []Status{StatusNone, StatusRemoved, StatusLeft}
	case StatusEnrolled:
		return []Status{StatusPending, StatusSuspended}
	case StatusSuspended:
		return []Status{StatusEnrolled}
	default: // removed, left
		return []Status{StatusPending, StatusEnrolled, StatusSuspended}
	}
}
