package negotiation

// WithdrawReason says why a consumer withdraws.
type WithdrawReason string

// The reasons; "settled_outside" is watched, as a withdrawal for a promise outside the room is no settlement.
const (
	WithdrawSolved   WithdrawReason = "settled_outside"
	WithdrawMistaken WithdrawReason = "filed_by_mistake"
	WithdrawOtherWay WithdrawReason = "another_route"
	WithdrawNoLonger WithdrawReason = "no_longer_wanted"
	WithdrawUnstated WithdrawReason = "other"
)

// WithdrawReasons in the order of choice.
var WithdrawReasons = [...]WithdrawReason{WithdrawSolved, WithdrawMistaken, WithdrawOtherWay, WithdrawNoLonger, WithdrawUnstated}

// RefusalGround of an enterprise that refuses a case.
type RefusalGround string

// The grounds.
const (
	NotOurCustomer     RefusalGround = "not_our_customer"
	AlreadyPerformed   RefusalGround = "already_performed"
	NotConsumerDispute RefusalGround = "not_a_consumer_dispute"
	DuplicateCase      RefusalGround = "duplicate"
)

// RefusalGrounds in the order of choice.
var RefusalGrounds = [...]RefusalGround{NotOurCustomer, AlreadyPerformed, NotConsumerDispute, DuplicateCase}

// ComplaintGround on which a bureau does not accept a complaint: Order 121 art. 16, items 1 to 7.
type ComplaintGround string

// The grounds in the order of art. 16.
const (
	OutOfDutyOrPower      ComplaintGround = "out_of_duty_or_power"
	AlreadyHandled        ComplaintGround = "already_handled"
	NotConsumerOrNoProof  ComplaintGround = "not_consumer_or_no_dispute"
	OverThreeYears        ComplaintGround = "over_three_years"
	MaterialsMissingFalse ComplaintGround = "materials_missing_or_false"
	Impersonation         ComplaintGround = "impersonation_or_verify_refused"
	OtherByLaw            ComplaintGround = "other_by_law"
)

// ComplaintGrounds in the order of art. 16.
var ComplaintGrounds = [...]ComplaintGround{OutOfDutyOrPower, AlreadyHandled, NotConsumerOrNoProof, OverThreeYears,
	MaterialsMissingFalse, Impersonation, OtherByLaw}

// abusive says whether refusing on the ground means that there was no genuine consumer dispute (class AB).
func (g ComplaintGround) abusive(falseMaterial bool) bool {
	return g == NotConsumerOrNoProof || g == Impersonation || g == MaterialsMissingFalse && falseMaterial
}

// VoidGround on which an officer leaves a case out.
type VoidGround string

// The grounds.
const (
	VoidDuplicate VoidGround = "duplicate"
	VoidAbuse     VoidGround = "abuse"
)

// Finding of an officer on a promise that is said to be broken.
type Finding string

// The findings.
const (
	FoundOnTime       Finding = "on_time"
	FoundLate         Finding = "late"
	FoundNotPerformed Finding = "not_performed"
)

// Outcome of a complaint.
type Outcome string

// The outcomes.
const (
	OutcomeSettled    Outcome = "settled"
	OutcomeTerminated Outcome = "terminated"
)

// TerminationGround of mediation: Order 121 art. 23, items 1 to 8.
type TerminationGround string

// SixtyDays is the ground that needs its time: no agreement within the term of mediation.
const SixtyDays TerminationGround = "sixty_days"

// TerminationGrounds in the order of art. 23.
var TerminationGrounds = [...]TerminationGround{"withdrawn_or_self_settled", "absent_or_refused", "no_agreement_declared",
	"appraisal_cost_dispute", SixtyDays, "art_16_or_42_found", "party_deceased_or_extinct", "other_by_law"}

// EscalationReason says what sent a case to the bureau.
type EscalationReason string

// The reasons.
const (
	EscalatedNoResponse    EscalationReason = "no_response" // negotiation deadline, no first response
	EscalatedUnsettled     EscalationReason = "unsettled"   // negotiation deadline after real negotiation
	EscalatedByConsumer    EscalationReason = "consumer_choice"
	EscalatedByEnterprise  EscalationReason = "enterprise_choice"
	EscalatedRefused       EscalationReason = "refused"               // the enterprise refuses the case
	EscalatedNotPerformed  EscalationReason = "not_performed"         // the consumer says so
	EscalatedNoReport      EscalationReason = "no_performance_report" // due, no report, consumer silent
	EscalatedRemoved       EscalationReason = "enterprise_removed"    // from the scheme
	EscalatedSentLater     EscalationReason = "sent_later"            // "send it now" of a case that closed
	EscalatedItemContested EscalationReason = "own_item_contested"    // the enterprise denies the consumer's performance
)

// EscalationReasons that there are.
var EscalationReasons = [...]EscalationReason{EscalatedNoResponse, EscalatedUnsettled, EscalatedByConsumer, EscalatedByEnterprise, EscalatedRefused,
	EscalatedNotPerformed, EscalatedNoReport, EscalatedRemoved, EscalatedSentLater, EscalatedItemContested}

// CloseReason says how a case ended.
type CloseReason string

// The reasons.
const (
	ClosedPerformed   CloseReason = "performed"                 // SC
	ClosedUnconfirmed CloseReason = "performance_not_confirmed" // SU
	ClosedLapsed      CloseReason = "lapsed"                    // LC
	ClosedWithdrawn   CloseReason = "withdrawn"                 // WC, or the complaint withdrawn
	ClosedOwnPart     CloseReason = "consumer_did_not_perform"  // WC
	ClosedUnsent      CloseReason = "unsettled_not_sent"        // TE, UE, SB, CE or RR of a consumer who asked to be asked first
	ClosedRefused     CloseReason = "complaint_refused"
	ClosedComplaint   CloseReason = "complaint_closed"
	ClosedVoid        CloseReason = "void"                         // DU, AB
	ClosedSettling    CloseReason = "settled_during_the_complaint" // performed and confirmed after escalation
)

// MoveReason says why deadlines moved.
type MoveReason string

// The reasons.
const (
	MovedByCalendar MoveReason = "calendar"
	MovedByOutage   MoveReason = "outage"
)
