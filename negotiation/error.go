package negotiation

import (
	"errors"
	"fmt"
	"maps"
)

// Error is the one error of the rules and of everything above them: a stable code, the field it concerns (dotted JSON
// path, empty when it concerns the whole command) and parameters for the sentence that the edge builds in the reader's language.
type Error struct {
	Code   string
	Field  string
	Params map[string]any
	cause  error
}

// NewError makes an error of a code with parameters given as key, value, key, value.
func NewError(code string, kv ...any) *Error {
	e := &Error{Code: code}
	for i := 0; i+1 < len(kv); i += 2 {
		if e.Params == nil {
			e.Params = make(map[string]any, len(kv)/2)
		}
		e.Params[fmt.Sprint(kv[i])] = kv[i+1]
	}
	return e
}

// On names the field that the error concerns.
func (e *Error) On(field string) *Error {
	c := *e
	c.Field = field
	c.Params = maps.Clone(e.Params)
	return &c
}

// Because keeps the cause for the log; it never reaches a reader.
func (e *Error) Because(cause error) *Error {
	c := *e
	c.cause = cause
	return &c
}

func (e *Error) Error() string {
	s := e.Code
	if e.Field != "" {
		s += " on " + e.Field
	}
	if len(e.Params) > 0 {
		s += fmt.Sprint(" ", e.Params)
	}
	if e.cause != nil {
		s += ": " + e.cause.Error()
	}
	return s
}

func (e *Error) Unwrap() error { return e.cause }

// CodeOf gives the code of err, "internal" for an error that is not of the rules, "" for nil.
func CodeOf(err error) string {
	if err == nil {
		return ""
	}
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Code
	}
	return CodeInternal
}

// Codes of errors. The HTTP status and the sentences in both languages hang on them; they are never renamed.
const (
	CodeInternal         = "internal"
	CodeUnavailable      = "unavailable" // now and here; a command may have taken effect or not, and is safe to send again with the same id
	CodeNotFound         = "not_found"   // or not for this reader: the two are not told apart
	CodeSignInRequired   = "sign_in_required"
	CodeNotAllowed       = "not_allowed"        // the reader sees the case but has not this right
	CodeMalformed        = "malformed"          // not JSON of the expected shape
	CodeUnknownField     = "unknown_field"      // params: name
	CodeRepeatedField    = "repeated_field"     // params: name
	CodeUnknownCommand   = "unknown_command"    // params: type
	CodeRequired         = "required"           // field
	CodeInvalid          = "invalid"            // field; params: allowed
	CodeTooLong          = "too_long"           // field; params: max, length
	CodeOutOfRange       = "out_of_range"       // field; params: min, max
	CodeCommandIDReused  = "command_id_reused"  // same id, other body
	CodeWrongPhase       = "wrong_phase"        // params: phase
	CodeOfferNotOpen     = "offer_not_open"     // params: offer, state
	CodeOwnOffer         = "own_offer"          // nobody answers their own
	CodeStaleDigest      = "stale_digest"       // the terms are not the ones that were read
	CodeOfferBinds       = "offer_binds"        // params: until; Civil Code art. 476
	CodeOfferSeen        = "offer_seen"         // too late to take it back
	CodeNoOffer          = "no_offer"           // the enterprise escalates only after an own offer
	CodeNoEnterpriseItem = "no_enterprise_item" // an offer asks something of the enterprise
	CodeOverAuthority    = "over_authority"     // the agent may not settle for so much alone; params: limit, amount
	CodeRequestOpen      = "request_open"       // a colleague's request for approval
	CodeRequestNotOpen   = "request_not_open"   // answered, taken back or overtaken
	CodeReasonRequired   = "reason_required"    // amount above 3 × the disputed one; params: limit
	CodeAlreadyDone      = "already_done"
	CodeTooLate          = "too_late"        // params: until
	CodeNotReported      = "not_reported"    // params: item
	CodeNoSuchItem       = "no_such_item"    // params: item
	CodeItemWaits        = "item_waits"      // params: item, after
	CodeNoRefusal        = "no_refusal"      // nothing to rule on
	CodeNoFinding        = "no_finding"      // no broken promise to find on
	CodeRateLimited      = "rate_limited"    // params: retry_after (seconds)
	CodeTooManyOffers    = "too_many_offers" // params: max
	CodeTooManyFiles     = "too_many_files"  // params: max
	CodeTooManyCases     = "too_many_cases"  // params: max, scope (order, enterprise, consumer)
	CodeNotEnrolled      = "not_enrolled"    // the enterprise takes no new cases
	CodeNotRunning       = "not_running"     // a deadline that does not run (any more)
	CodeNotDue           = "not_due"
)

// Required says that a field is missing or empty.
func Required(field string) *Error { return NewError(CodeRequired).On(field) }

// Invalid says what a field may be.
func Invalid(field string, allowed any) *Error {
	return NewError(CodeInvalid, "allowed", allowed).On(field)
}

// TooLong says how many characters a field may have.
func TooLong(field string, most, length int) *Error {
	return NewError(CodeTooLong, "max", most, "length", length).On(field)
}

// OutOfRange says between what a field may be.
func OutOfRange(field string, least, most any) *Error {
	return NewError(CodeOutOfRange, "min", least, "max", most).On(field)
}
