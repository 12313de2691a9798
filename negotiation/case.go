package negotiation

import (
	"slices"
	"time"

	"hejie/negotiation/workday"
)

// Phase of a case.
type Phase string

// The phases; the drawing is in states.md.
const (
	PhaseNone             Phase = "" // before filing
	PhaseAwaitingResponse Phase = "awaiting_response"
	PhaseNegotiating      Phase = "negotiating"
	PhaseAgreed           Phase = "agreed"
	PhaseEscalated        Phase = "escalated" // a complaint that waits for the bureau's decision
	PhaseAccepted         Phase = "accepted"  // 受理
	PhaseClosed           Phase = "closed"
)

// Phases in their order.
var Phases = [...]Phase{PhaseAwaitingResponse, PhaseNegotiating, PhaseAgreed, PhaseEscalated, PhaseAccepted, PhaseClosed}

// Env is what a decision may know of the world.
type Env struct {
	At       time.Time
	Calendar *workday.Calendar
	Outages  []Outage   // recent ones, oldest first; parties' deadlines in them move before they pass
	Filing   *Filing    // for file_case only
	Open     *OpenCases // for reopen: the consumer's other open cases
	Left     bool       // for reopen: who had the case is at the desk no more
	Gone     bool       // for reopen, and escalate out of closed: the enterprise is in the scheme no more
	Files    []File
	Limit    *int64  // in fen, of what the agent who offers or accepts may settle for alone; nil: none
	Asked    Command // for answer_request: what was asked for
}

// Outage of the platform: nobody could act in [From, To).
type Outage struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
}

// Filing is what the platform knows when a case is filed.
type Filing struct {
	Case     string
	Code     string
	Rules    Rules
	Bureau   string
	Region   string
	Enrolled bool
	OrderRef string
	Open     OpenCases
}

// OpenCases of the consumer that count against the limits (own rule against floods; an officer rules on abuse, never a counter).
type OpenCases struct {
	SameOrder, SameEnterprise, All int
	MaxOrder, MaxEnterprise, Max   int
}

// File is an upload that is complete.
type File struct {
	ID     string
	SHA256 string
	Name   string
	Type   string
	Size   int64
	Owner  string
}

// Case is folded from its events. One that was given is never changed: Apply makes a new one and shares nothing that changes, so a Case
// may be read by anybody while the next is made. Its size does not grow with its chat.
type Case struct {
	ID         string    `json:"id"`
	Code       string    `json:"code"`
	Version    int64     `json:"version"`
	Consumer   string    `json:"consumer"`
	Enterprise string    `json:"enterprise"`
	Bureau     string    `json:"bureau"`
	Region     string    `json:"region"`
	Rules      Rules     `json:"rules"`
	Category   Category  `json:"category"`
	Amount     Money     `json:"amount"`
	OrderRef   string    `json:"order_ref,omitempty"`
	KnownSince string    `json:"known_since"`
	Consents   Consents  `json:"consents"`
	FiledAt    time.Time `json:"filed_at"`
	LastAt     time.Time `json:"last_at"` // of the last event in the room
	clock      time.Time // of the last event anywhere: at never goes back
	desk       int64     // events there: the seq of the last
	pace       Pace

	Phase         Phase     `json:"phase"`
	Turn          Side      `json:"turn"`
	TurnSince     time.Time `json:"turn_since"`
	FirstResponse time.Time `json:"first_response,omitzero"`
	Question      bool      `json:"question,omitempty"` // an enterprise's question lies open
	Spoke         time.Time `json:"spoke,omitzero"`     // consumer's last word or act
	Agent         string    `json:"agent,omitempty"`    // desk member who has the case
	givenBack     bool      // by a member of the desk
	Request       *Request  `json:"request,omitempty"` // of an agent to a supervisor; only the desk knows
	Disclosed     bool      `json:"disclosed,omitempty"`

	Offers    []*Offer   `json:"offers"` // each is never changed, only replaced: a copy of the case copies pointers
	made      Counts     // offers
	last      Counts     // number of each side's last offer; 0: none
	Agreement *Agreement `json:"agreement,omitempty"`
	Deadlines []Deadline `json:"deadlines"`

	Refusal   *Refusal   `json:"refusal,omitempty"`
	Complaint *Complaint `json:"complaint,omitempty"`
	Closing   *Closing   `json:"closing,omitempty"`

	Class     Class            `json:"class,omitempty"`
	ClassedAt time.Time        `json:"classed_at,omitzero"` // first fixed
	SettledAt time.Time        `json:"settled_at,omitzero"` // agreement before any complaint
	Late      bool             `json:"late,omitempty"`      // SC, but late
	Unsent    bool             `json:"unsent,omitempty"`    // failed and closed, "send it now" is offered
	UnsentFor EscalationReason `json:"unsent_for,omitempty"`
	Reopened  bool             `json:"reopened,omitempty"`
	ChasedAt  time.Time        `json:"chased_at,omitzero"`
	Stars     int              `json:"stars,omitempty"`
	Files     Counts           `json:"files"`
	Talk      [2]Talk          `json:"talk"` // consumer, enterprise: for the limits on messages
}

// Pace of a case, in seconds that fell on working days since filing: facts of the log, so that a calendar imported later changes no
// figure. What an older log does not tell is zero.
type Pace struct {
	Limit      int64 // of the first response
	Response   int64 // to the first response
	Settlement int64 // to the agreement before any complaint
}

// Pace of the case.
func (c *Case) Pace() Pace { return c.pace }

// Counts by party.
type Counts struct {
	Consumer   int `json:"consumer"`
	Enterprise int `json:"enterprise"`
}

// Of a side.
func (n Counts) Of(s Side) int {
	if s == SideConsumer {
		return n.Consumer
	}
	return n.Enterprise
}

func (n *Counts) set(s Side, to int) {
	if s == SideConsumer {
		n.Consumer = to
	} else {
		n.Enterprise = to
	}
}

func (n *Counts) add(s Side) { n.set(s, n.Of(s)+1) }

// Talk counts a party's messages in the current minute and day (Shanghai).
type Talk struct {
	Minute   int64 `json:"minute"` // since 1970
	InMinute int   `json:"in_minute"`
	Day      int64 `json:"day"`
	InDay    int   `json:"in_day"`
}

// Refusal of the enterprise and the ruling on it.
type Refusal struct {
	Ground RefusalGround `json:"ground"`
	At     time.Time     `json:"at"`
	Ruled  bool          `json:"ruled"`
	Upheld bool          `json:"upheld,omitempty"`
}

// Complaint that an escalated case is.
type Complaint struct {
	Reason     EscalationReason  `json:"reason"`
	ReceivedAt time.Time         `json:"received_at"` // Order 121 art. 15: the seven working days start here
	AcceptedAt time.Time         `json:"accepted_at,omitzero"`
	RefusedAt  time.Time         `json:"refused_at,omitzero"`
	Ground     ComplaintGround   `json:"ground,omitempty"`
	ClosedAt   time.Time         `json:"closed_at,omitzero"`
	Outcome    Outcome           `json:"outcome,omitempty"`
	Terminated TerminationGround `json:"terminated,omitempty"`
	Finding    Finding           `json:"finding,omitempty"`
	Officer    string            `json:"officer,omitempty"` // who decided last
	Chased     int               `json:"chased,omitempty"`
}

// Closing of the case.
type Closing struct {
	Reason    CloseReason    `json:"reason"`
	At        time.Time      `json:"at"`
	Withdrawn WithdrawReason `json:"withdrawn,omitempty"`
	// Until when it may be undone: taken up again (LC, WC) or disputed (SU). Zero: it may not.
	Until time.Time `json:"until,omitzero"`
}

// OpenOffer is the one on the table.
func (c *Case) OpenOffer() (Offer, bool) {
	if n := len(c.Offers); n > 0 && c.Offers[n-1].State == StateOpen {
		return *c.Offers[n-1], true
	}
	return Offer{}, false
}

// LastOffer of a side, open or not.
func (c *Case) LastOffer(s Side) (Offer, bool) {
	if n := c.last.Of(s); n > 0 {
		return *c.Offers[n-1], true
	}
	return Offer{}, false
}

// Escalated says whether the bureau has the case (or had it): its room is open to the bureau.
func (c *Case) Escalated() bool { return c.Complaint != nil }

// Settling says whether an agreement was made after escalation and is being performed. A breach ends that, and the complaint
// goes on: an item that should be done has no clock any more.
func (c *Case) Settling() bool {
	if c.Agreement == nil || !c.Agreement.Settling || c.Agreement.Done() || c.Phase == PhaseClosed {
		return false
	}
	for i, p := range c.Agreement.Items {
		if (p.State == PromiseRunning || p.State == PromiseAsked || p.State == PromiseDisputed) && !c.runs(Performance.of(i), Silence.of(i), ConsumerPart.of(i)) {
			return false
		}
	}
	return true
}

// RefusalPending says whether an officer has to rule on the enterprise's refusal. An unsent case is none of the bureau's yet.
func (c *Case) RefusalPending() bool {
	return c.Complaint != nil && c.Class == ClassRR && c.Refusal != nil && !c.Refusal.Ruled
}

// FindingPending says whether an officer has to find on a promise that is said to be broken.
func (c *Case) FindingPending() bool {
	return c.Complaint != nil && c.Class == ClassSB && c.Complaint.Finding == ""
}

// runs says whether one of the clocks runs.
func (c *Case) runs(keys ...DeadlineKey) bool {
	for i := range c.Deadlines {
		if slices.Contains(keys, c.Deadlines[i].Key) {
			return true
		}
	}
	return false
}

func (c *Case) offer(number int) (Offer, error) {
	if number < 1 || number > len(c.Offers) {
		return Offer{}, NewError(CodeNotFound).On("offer")
	}
	return *c.Offers[number-1], nil
}

func (c *Case) in(phases ...Phase) error {
	if slices.Contains(phases, c.Phase) {
		return nil
	}
	return c.wrongPhase()
}

func (c *Case) wrongPhase() error { return NewError(CodeWrongPhase, "phase", c.Phase) }
