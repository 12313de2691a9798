package negotiation

import "time"

// Channel is a log with a fixed audience within a case.
type Channel string

// The channels.
const (
	Room Channel = "room" // both parties, and the bureau after escalation
	Desk Channel = "desk" // the enterprise's internal notes

	// ConsumerOnly holds what would weaken the consumer at the table if the enterprise knew it: whether an unsettled case goes to the
	// bureau by itself. The consumer reads it, and the bureau after escalation.
	ConsumerOnly Channel = "consumer"
)

// Channels of a case.
var Channels = [...]Channel{Room, Desk, ConsumerOnly}

// PerChannel has a value for each channel of a case. Its JSON is what replicas tell each other.
type PerChannel[T any] struct {
	Room         T `json:"room"`
	Desk         T `json:"desk"`
	ConsumerOnly T `json:"own"`
}

// At gives the value of a channel.
func (p *PerChannel[T]) At(ch Channel) T { return *p.in(ch) }

// Set the value of a channel.
func (p *PerChannel[T]) Set(ch Channel, v T) { *p.in(ch) = v }

func (p *PerChannel[T]) in(ch Channel) *T {
	switch ch {
	case Desk:
		return &p.Desk
	case ConsumerOnly:
		return &p.ConsumerOnly
	}
	return &p.Room
}

// Event is a fact that happened to a case. Facts never hold anything personal and are all that Apply and the scorecard need;
// Content is text, erasable.
type Event struct {
	At      time.Time
	By      By
	Channel Channel
	Fact    Fact
	Content *Content
}

// Fact is the typed part of an event; Kind is its "type" on the wire.
type Fact interface{ Kind() string }

// UploadOf is the upload that a fact names; "" for none.
func UploadOf(f Fact) string {
	switch f := f.(type) {
	case EvidenceAdded:
		return f.File
	case PerformanceReported:
		return f.File
	}
	return ""
}

// Content is the erasable part of an event: only the fields that its type uses are set.
type Content struct {
	Text        string   `json:"text,omitempty"`         // message, reason, what happened
	Reason      string   `json:"reason,omitempty"`       // of an offer above 3 × the disputed amount
	Goods       string   `json:"goods,omitempty"`        // case_filed
	OrderNumber string   `json:"order_number,omitempty"` // case_filed
	Items       []string `json:"items,omitempty"`        // descriptions of an offer's items, "" where none
	FileName    string   `json:"file_name,omitempty"`    // evidence_added
	Reference   string   `json:"reference,omitempty"`    // performance_reported
	Note        string   `json:"note,omitempty"`         // approval_requested: to the supervisor; the rest is the offer's
}

// Events. Two fields stand in several of them; their values are facts, so that a later calendar changes no past:
//
//   - Starts are the clocks that the event starts.
//   - Took, where the event may be the first response or the agreement, is the time since filing, in seconds of working days, which the
//     figures of speed count.
type (
	// CaseFiled opens the case; everything that later rules need of the filing is in it.
	CaseFiled struct {
		Enterprise   string     `json:"enterprise"`
		Bureau       string     `json:"bureau"`
		Region       string     `json:"region"` // of the enterprise, county
		Rules        Rules      `json:"rules"`
		Code         string     `json:"code"` // the case code that the consumer notes down
		Category     Category   `json:"category"`
		PurchasedOn  string     `json:"purchased_on"`
		KnownSince   string     `json:"known_since"`
		OrderRef     string     `json:"order_ref,omitempty"` // keyed hash of the order number
		Amount       Money      `json:"amount"`
		ForDailyLife bool       `json:"for_daily_life"`
		OtherBody    OtherBody  `json:"other_body"`
		Consents     Consents   `json:"consents"`
		Starts       []Deadline `json:"starts,omitempty"`
		Limit        int64      `json:"limit,omitempty"` // of the first response, see Took
	}
	MessagePosted struct {
		Question bool  `json:"question,omitempty"`
		Took     int64 `json:"took,omitempty"`
	}
	EvidenceAdded struct {
		File   string `json:"file"`
		SHA256 string `json:"sha256"`
		Size   int64  `json:"size"`
		Type   string `json:"mime"`
	}
	OfferMade struct {
		Offer      int        `json:"offer"`
		Items      []Item     `json:"items"`
		Digest     string     `json:"digest"`
		Terms      string     `json:"terms,omitempty"`
		ValidUntil time.Time  `json:"valid_until"`
		Counters   int        `json:"counters,omitempty"`
		Replaces   int        `json:"replaces,omitempty"`
		Starts     []Deadline `json:"starts,omitempty"`
		Took       int64      `json:"took,omitempty"`
	}
	OfferSeen struct {
		Offer int `json:"offer"`
	}
	OfferWithdrawn struct {
		Offer int `json:"offer"`
	}
	OfferAccepted struct {
		Offer  int        `json:"offer"`
		Digest string     `json:"digest"`
		Starts []Deadline `json:"starts,omitempty"`
		Took   int64      `json:"took,omitempty"`
	}
	OfferDeclined struct {
		Offer int `json:"offer"`
	}
	// PerformanceReported names the evidence that proves it, which is the event before; an old log knows of it by this name alone.
	PerformanceReported struct {
		Item   int        `json:"item"`
		Late   bool       `json:"late,omitempty"`
		File   string     `json:"file,omitempty"`
		Starts []Deadline `json:"starts,omitempty"`
	}
	PerformanceConfirmed struct {
		Item int  `json:"item"`
		Late bool `json:"late,omitempty"`
	}
	PerformanceDisputed struct {
		Item   int        `json:"item"`
		Starts []Deadline `json:"starts,omitempty"`
	}
	// CaseEscalated makes the complaint and opens the room to the bureau. Class is the negotiation stage's, when this fixes or moves it.
	CaseEscalated struct {
		Reason EscalationReason `json:"reason"`
		Bureau string           `json:"bureau"`
		Class  Class            `json:"class,omitempty"`
		Starts []Deadline       `json:"starts,omitempty"`
	}
	// CaseRefused records the enterprise's refusal; case_escalated or case_closed follows.
	CaseRefused struct {
		Ground RefusalGround `json:"ground"`
		Took   int64         `json:"took,omitempty"`
	}
	RefusalRuled struct {
		Upheld bool  `json:"upheld"`
		Class  Class `json:"class"`
	}
	CaseReopened struct {
		Starts []Deadline `json:"starts,omitempty"`
	}
	CaseRated struct {
		Stars int `json:"stars"`
	}
	CaseClosed struct {
		Reason    CloseReason      `json:"reason"`
		Class     Class            `json:"class,omitempty"`
		Withdrawn WithdrawReason   `json:"withdrawn,omitempty"`
		Unsent    EscalationReason `json:"unsent,omitempty"` // what would have sent it
		Until     time.Time        `json:"until,omitzero"`   // see Closing
	}
	ComplaintAccepted struct {
		Starts []Deadline `json:"starts,omitempty"`
	}
	ComplaintRefused struct {
		Ground        ComplaintGround `json:"ground"`
		FalseMaterial bool            `json:"false_material,omitempty"`
		Class         Class           `json:"class,omitempty"`
	}
	PerformanceFound struct {
		Finding Finding `json:"finding"`
		Class   Class   `json:"class"`
	}
	CaseVoided struct {
		Ground VoidGround `json:"ground"`
		Class  Class      `json:"class"`
	}
	EnterpriseChased struct{}
	ComplaintClosed  struct {
		Outcome Outcome           `json:"outcome"`
		Ground  TerminationGround `json:"ground,omitempty"`
	}
	// DeadlinePassed: due is when, at is when it was noticed.
	DeadlinePassed struct {
		Deadline DeadlineKey `json:"deadline"`
		Due      time.Time   `json:"due"`
		Starts   []Deadline  `json:"starts,omitempty"`
	}
	Reminded struct {
		Deadline DeadlineKey `json:"deadline"`
		Due      time.Time   `json:"due"`
		Whom     Side        `json:"whom"`
		Left     int         `json:"left"` // reminders of this deadline still to come
	}
	DeadlinesMoved struct {
		Reason MoveReason `json:"reason"`
		Moves  []Move     `json:"moves"`
	}
	ConsentsChanged struct {
		Publication *Choice `json:"publication,omitempty"`
		Escalation  *Choice `json:"escalation,omitempty"`
	}
	DetailsDisclosed struct{}
	AgentAssigned    struct {
		Agent string `json:"agent"`
	}
	// ApprovalRequested has one of the two, without its texts.
	ApprovalRequested struct {
		MakeOffer   *MakeOffer   `json:"make_offer,omitempty"`
		AcceptOffer *AcceptOffer `json:"accept_offer,omitempty"`
	}
	// RequestAnswered names the request; what was approved follows.
	RequestAnswered struct {
		Request  int64 `json:"request"`
		Approved bool  `json:"approved"`
	}
	RequestWithdrawn struct {
		Request int64 `json:"request"`
	}
	// ContentErased names the event of its own channel whose content is gone.
	ContentErased struct {
		Erased int64 `json:"erased_seq"`
	}
)

// Move of one deadline from a due instant to what it is now.
type Move struct {
	From     time.Time `json:"from"`
	Deadline Deadline  `json:"deadline"`
}

func (CaseFiled) Kind() string            { return "case_filed" }
func (MessagePosted) Kind() string        { return "message_posted" }
func (EvidenceAdded) Kind() string        { return "evidence_added" }
func (OfferMade) Kind() string            { return "offer_made" }
func (OfferSeen) Kind() string            { return "offer_seen" }
func (OfferWithdrawn) Kind() string       { return "offer_withdrawn" }
func (OfferAccepted) Kind() string        { return "offer_accepted" }
func (OfferDeclined) Kind() string        { return "offer_declined" }
func (PerformanceReported) Kind() string  { return "performance_reported" }
func (PerformanceConfirmed) Kind() string { return "performance_confirmed" }
func (PerformanceDisputed) Kind() string  { return "performance_disputed" }
func (CaseEscalated) Kind() string        { return "case_escalated" }
func (CaseRefused) Kind() string          { return "case_refused" }
func (RefusalRuled) Kind() string         { return "refusal_ruled" }
func (CaseReopened) Kind() string         { return "case_reopened" }
func (CaseRated) Kind() string            { return "case_rated" }
func (CaseClosed) Kind() string           { return "case_closed" }
func (ComplaintAccepted) Kind() string    { return "complaint_accepted" }
func (ComplaintRefused) Kind() string     { return "complaint_refused" }
func (PerformanceFound) Kind() string     { return "performance_found" }
func (CaseVoided) Kind() string           { return "case_voided" }
func (EnterpriseChased) Kind() string     { return "enterprise_chased" }
func (ComplaintClosed) Kind() string      { return "complaint_closed" }
func (DeadlinePassed) Kind() string       { return "deadline_passed" }
func (Reminded) Kind() string             { return "reminded" }
func (DeadlinesMoved) Kind() string       { return "deadlines_moved" }
func (ConsentsChanged) Kind() string      { return "consents_changed" }
func (DetailsDisclosed) Kind() string     { return "details_disclosed" }
func (AgentAssigned) Kind() string        { return "agent_assigned" }
func (ApprovalRequested) Kind() string    { return "approval_requested" }
func (RequestAnswered) Kind() string      { return "request_answered" }
func (RequestWithdrawn) Kind() string     { return "request_withdrawn" }
func (ContentErased) Kind() string        { return "content_erased" }
