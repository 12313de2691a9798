package app

// Template of a notice: which text a person gets outside of the room. server/notify has the texts in both languages.
// Every notice of a case has the parameter code (the case code); the others stand beside the name. Dates are yyyy-mm-dd, the last
// day on which it is in time.
type Template = string

// The templates.
const (
	TemplateCode                = "code"           // code, minutes
	TemplateCaseFiled           = "case_filed"     // to the desk; due
	TemplateFirstResponse       = "first_response" // to the consumer
	TemplateNewOffer            = "new_offer"      // until
	TemplateOfferDeclined       = "offer_declined"
	TemplateOfferLapses         = "offer_lapses" // until
	TemplateDeadline            = "deadline"     // reminder; due
	TemplateAccepted            = "accepted"
	TemplatePerformanceDue      = "performance_due"      // due
	TemplatePerformanceAsked    = "performance_asked"    // to the one who was promised: was it done?
	TemplatePerformanceReported = "performance_reported" // to the one who was promised
	TemplatePerformanceDisputed = "performance_disputed"
	TemplateEscalated           = "escalated"          // to the parties
	TemplateComplaintReceived   = "complaint_received" // to the bureau; due
	TemplateComplaintAccepted   = "complaint_accepted" // to the parties
	TemplateComplaintRefused    = "complaint_refused"  // to the parties
	TemplateChase               = "chase"              // to the desk
	TemplateReopened            = "reopened"
	TemplateDeadlineMoved       = "deadline_moved" // due
	TemplateClosed              = "closed"
	TemplateAnswerOrLapse       = "answer_or_lapse"   // to the consumer whose silence would let the case lapse; due
	TemplateLapsed              = "lapsed"            // to the consumer; until
	TemplateUnconfirmed         = "unconfirmed"       // to the consumer who may still dispute; until
	TemplateAskToSend           = "ask_to_send"       // to the consumer who wanted to be asked: unsettled, send it?
	TemplateRefusalRuled        = "refusal_ruled"     // to the parties
	TemplatePerformanceFound    = "performance_found" // to the parties
	TemplateApplication         = "application"       // to the bureau; enterprise
	TemplateEnrolled            = "enrolled"          // enterprise
	TemplateSuspended           = "suspended"         // enterprise
	TemplateRemoved             = "removed"           // enterprise
	TemplateLeft                = "left"              // to the bureau; enterprise
)

// Templates in the order in which they are documented.
var Templates = [...]Template{TemplateCode, TemplateCaseFiled, TemplateFirstResponse, TemplateNewOffer, TemplateOfferDeclined,
	TemplateOfferLapses, TemplateDeadline, TemplateAccepted, TemplatePerformanceDue, TemplatePerformanceAsked,
	TemplatePerformanceReported, TemplatePerformanceDisputed, TemplateEscalated, TemplateComplaintReceived,
	TemplateComplaintAccepted, TemplateComplaintRefused, TemplateChase, TemplateReopened, TemplateDeadlineMoved, TemplateClosed,
	TemplateAnswerOrLapse, TemplateLapsed, TemplateUnconfirmed, TemplateAskToSend, TemplateRefusalRuled, TemplatePerformanceFound,
	TemplateApplication, TemplateEnrolled, TemplateSuspended, TemplateRemoved, TemplateLeft}
