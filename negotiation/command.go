package negotiation

import "time"

// Command is a wish to change a case. There is one struct for each, the public vocabulary: the same JSON comes by HTTP and by
// socket and is decoded by DecodeCommand. Kind is its "type" on the wire.
type Command interface{ Kind() string }

// Choice is a yes or no of the consumer with the version of the text that was read.
type Choice struct {
	Yes  bool   `json:"yes"`
	Text string `json:"text"`
}

// Consents of the filing, each its own box (PIPL arts. 14, 23; Order 121 art. 10). Truth and Rules carry the version of the text
// agreed to. Escalation has no default: yes sends an unsettled case to the bureau by itself, no asks first; who does not read ConsumerOnly
// does not see which.
type Consents struct {
	Truth       string  `json:"truth"`
	Rules       string  `json:"rules"`
	Publication *Choice `json:"publication"`
	Escalation  *Choice `json:"escalation,omitempty"` // asked for at filing; see ConsumerOnly
}

// EvidenceRef names an uploaded file and its SHA-256 in hex.
type EvidenceRef struct {
	File   string `json:"file"`
	SHA256 string `json:"sha256"`
}

// OtherBody says whether another body already has the dispute (Order 121 art. 16(2)).
type OtherBody string

// The other bodies.
const (
	BodyNone        OtherBody = "none"
	BodyCourt       OtherBody = "court"
	BodyArbitration OtherBody = "arbitration"
	BodyRegulator   OtherBody = "regulator"
	BodyAssociation OtherBody = "consumer_association"
	BodyOther       OtherBody = "other"
)

// Commands of the consumer and of the enterprise.
type (
	// FileCase opens a case; its claim becomes the consumer's first offer. Dates are yyyy-mm-dd in Shanghai.
	FileCase struct {
		Enterprise   string        `json:"enterprise"`
		Category     Category      `json:"category"`
		Goods        string        `json:"goods"`
		Facts        string        `json:"facts"`
		PurchasedOn  string        `json:"purchased_on"`
		KnownSince   string        `json:"known_since"`
		OrderNumber  string        `json:"order_number,omitempty"`
		Amount       Money         `json:"amount"`
		Claim        []Item        `json:"claim"`
		Reason       string        `json:"reason,omitempty"` // as for an offer
		ForDailyLife bool          `json:"for_daily_life"`
		OtherBody    OtherBody     `json:"other_body"`
		Evidence     []EvidenceRef `json:"evidence,omitempty"`
		Consents     Consents      `json:"consents"`
	}
	// PostMessage says something. Question marks an enterprise's message that asks the consumer something, which is a first
	// response. Channel is "room" (default) or, for desk members, "desk": an internal note.
	PostMessage struct {
		Text     string  `json:"text"`
		Question bool    `json:"question,omitempty"`
		Channel  Channel `json:"channel,omitempty"`
	}
	// AddEvidence puts an uploaded file into the room.
	AddEvidence struct {
		File    string `json:"file"`
		SHA256  string `json:"sha256"`
		Caption string `json:"caption,omitempty"`
	}
	// MakeOffer puts terms on the table; it counters an open offer of the other side and replaces an open one of the own.
	// ValidDays are working days. Reason is asked for above 3 × the disputed amount.
	MakeOffer struct {
		Items     []Item `json:"items"`
		ValidDays int    `json:"valid_days"`
		Text      string `json:"text,omitempty"`
		Reason    string `json:"reason,omitempty"`
	}
	// SeeOffer says that the offer was shown to the other side.
	SeeOffer struct {
		Offer int `json:"offer"`
	}
	// WithdrawOffer takes back an own open offer.
	WithdrawOffer struct {
		Offer int `json:"offer"`
	}
	// AcceptOffer makes the agreement.
	AcceptOffer struct {
		Offer  int    `json:"offer"`
		Digest string `json:"digest"`
	}
	// DeclineOffer answers the other side's offer with no.
	DeclineOffer struct {
		Offer  int    `json:"offer"`
		Reason string `json:"reason,omitempty"`
	}
	// ReportPerformance says that the own item was done; money with proof (a file, which becomes evidence) or a reference.
	ReportPerformance struct {
		Item      int    `json:"item"`
		Reference string `json:"reference,omitempty"`
		File      string `json:"file,omitempty"`
	}
	// ConfirmPerformance says that the other side's item was done.
	ConfirmPerformance struct {
		Item int `json:"item"`
	}
	// DisputePerformance says that the other side's item was not done, or not as agreed.
	DisputePerformance struct {
		Item   int    `json:"item"`
		Reason string `json:"reason,omitempty"`
	}
	// WithdrawCase ends the consumer's case (or complaint).
	WithdrawCase struct {
		Reason WithdrawReason `json:"reason"`
		Text   string         `json:"text,omitempty"`
	}
	// Escalate turns the case into a complaint; also "send it now" for one that closed unsettled and unsent.
	Escalate struct {
		Text string `json:"text,omitempty"`
	}
	// RefuseCase refuses to negotiate; the officer rules on it.
	RefuseCase struct {
		Ground RefusalGround `json:"ground"`
		Text   string        `json:"text"`
	}
	// Reopen takes up a lapsed or withdrawn case again, once.
	Reopen struct{}
	// Rate is the consumer's satisfaction, 1 to 5.
	Rate struct {
		Stars int    `json:"stars"`
		Text  string `json:"text,omitempty"`
	}
	// ChangeConsents changes what may be changed in the room; of a closed case only the publication.
	ChangeConsents struct {
		Publication *Choice `json:"publication,omitempty"`
		Escalation  *Choice `json:"escalation,omitempty"`
	}
	// DiscloseDetails shows the enterprise the consumer's full name, phone and address.
	DiscloseDetails struct{}
	// Assign gives the case to a desk member of the enterprise; empty gives it back to the inbox.
	Assign struct {
		Agent string `json:"agent"`
	}
	// RequestApproval asks a supervisor to do one of the two, which is more than the agent may do alone. Note is for the supervisor.
	RequestApproval struct {
		MakeOffer   *MakeOffer   `json:"make_offer,omitempty"`
		AcceptOffer *AcceptOffer `json:"accept_offer,omitempty"`
		Note        string       `json:"note,omitempty"`
	}
	// AnswerRequest is a supervisor's: approving does what was asked for. Text is for the agent.
	AnswerRequest struct {
		Request int64  `json:"request"`
		Approve bool   `json:"approve"`
		Text    string `json:"text,omitempty"`
	}
	// WithdrawRequest takes back the own one.
	WithdrawRequest struct {
		Request int64 `json:"request"`
	}
)

// Commands of officers.
type (
	// AcceptComplaint is 受理 (Order 121 art. 15).
	AcceptComplaint struct {
		Text string `json:"text,omitempty"`
	}
	// RefuseComplaint is 不予受理 on a ground of Order 121 art. 16, with reasons; the other routes of Consumer Rights Protection
	// Law art. 39 are told with it. FalseMaterial narrows ground materials_missing_or_false.
	RefuseComplaint struct {
		Ground        ComplaintGround `json:"ground"`
		FalseMaterial bool            `json:"false_material,omitempty"`
		Reasons       string          `json:"reasons"`
	}
	// RuleOnRefusal upholds or overturns the enterprise's refusal.
	RuleOnRefusal struct {
		Upheld  bool   `json:"upheld"`
		Reasons string `json:"reasons"`
	}
	// FindPerformance settles a provisional SB.
	FindPerformance struct {
		Finding Finding `json:"finding"`
		Reasons string  `json:"reasons"`
	}
	// Void leaves the case out of every figure: duplicate, or abuse.
	Void struct {
		Ground  VoidGround `json:"ground"`
		Reasons string     `json:"reasons"`
	}
	// Chase reminds the enterprise in the bureau's name (催办).
	Chase struct {
		Text string `json:"text,omitempty"`
	}
	// CloseComplaint ends the complaint: settled, or mediation terminated on a ground of Order 121 art. 23.
	CloseComplaint struct {
		Outcome Outcome           `json:"outcome"`
		Ground  TerminationGround `json:"ground,omitempty"`
		Reasons string            `json:"reasons"`
	}
)

// Commands of the system.
type (
	// PassDeadline lets a due deadline take effect.
	PassDeadline struct {
		Deadline DeadlineKey `json:"deadline"`
	}
	// Remind sends the reminder that is due for a running deadline.
	Remind struct {
		Deadline DeadlineKey `json:"deadline"`
	}
	// MoveDeadlines recomputes running working-day deadlines after a calendar was imported, or moves the parties' deadlines that
	// fell into an outage [From, To) to the end of the next working day.
	MoveDeadlines struct {
		Reason MoveReason `json:"reason"`
		From   time.Time  `json:"from,omitzero"`
		To     time.Time  `json:"to,omitzero"`
	}
	// EraseContent drops content and salt of an event; the chain still verifies. Reason names the request.
	EraseContent struct {
		Channel Channel `json:"channel"`
		Seq     int64   `json:"seq"`
		Reason  string  `json:"reason"`
	}
)

func (FileCase) Kind() string           { return "file_case" }
func (PostMessage) Kind() string        { return "post_message" }
func (AddEvidence) Kind() string        { return "add_evidence" }
func (MakeOffer) Kind() string          { return "make_offer" }
func (SeeOffer) Kind() string           { return "see_offer" }
func (WithdrawOffer) Kind() string      { return "withdraw_offer" }
func (AcceptOffer) Kind() string        { return "accept_offer" }
func (DeclineOffer) Kind() string       { return "decline_offer" }
func (ReportPerformance) Kind() string  { return "report_performance" }
func (ConfirmPerformance) Kind() string { return "confirm_performance" }
func (DisputePerformance) Kind() string { return "dispute_performance" }
func (WithdrawCase) Kind() string       { return "withdraw_case" }
func (Escalate) Kind() string           { return "escalate" }
func (RefuseCase) Kind() string         { return "refuse_case" }
func (Reopen) Kind() string             { return "reopen" }
func (Rate) Kind() string               { return "rate" }
func (ChangeConsents) Kind() string     { return "change_consents" }
func (DiscloseDetails) Kind() string    { return "disclose_details" }
func (Assign) Kind() string             { return "assign" }
func (RequestApproval) Kind() string    { return "request_approval" }
func (AnswerRequest) Kind() string      { return "answer_request" }
func (WithdrawRequest) Kind() string    { return "withdraw_request" }
func (AcceptComplaint) Kind() string    { return "accept_complaint" }
func (RefuseComplaint) Kind() string    { return "refuse_complaint" }
func (RuleOnRefusal) Kind() string      { return "rule_on_refusal" }
func (FindPerformance) Kind() string    { return "find_performance" }
func (Void) Kind() string               { return "void" }
func (Chase) Kind() string              { return "chase" }
func (CloseComplaint) Kind() string     { return "close_complaint" }
func (PassDeadline) Kind() string       { return "pass_deadline" }
func (Remind) Kind() string             { return "remind" }
func (MoveDeadlines) Kind() string      { return "move_deadlines" }
func (EraseContent) Kind() string       { return "erase_content" }
