package app

import (
	"errors"

	"hejie/negotiation"
)

// Codes of errors of the use cases, beside those of negotiation. The comment says which HTTP status fits.
const (
	CodeSMSUnavailable    = "sms_unavailable"    // 503: no SMS adapter, so consumers cannot sign in
	CodeWrongCode         = "wrong_code"         // 422: wrong, used, expired or guessed too often; the four are not told apart
	CodeWrongPassword     = "wrong_password"     // 422: login or password; the two are not told apart
	CodeCaseCodeRequired  = "case_code_required" // 403: an older case; sign in again with its code or order number
	CodeWrongCaseCode     = "wrong_case_code"    // 422: sign-in: no case of the number has this code or order number
	CodeSetUpClosed       = "set_up_closed"      // 409: there is an administrator already, or the link is wrong or old
	CodeLoginTaken        = "login_taken"        // 409: field login
	CodeWeakPassword      = "weak_password"      // 422: field password; params: min
	CodeLastSupervisor    = "last_supervisor"    // 409: an enrolled enterprise keeps one
	CodeLastAdministrator = "last_administrator" // 409
	CodeTooManyStaff      = "too_many_staff"     // 409: params: max
	CodeTooManyReplies    = "too_many_replies"   // 409: params: max
	CodeNameTaken         = "name_taken"         // 409: field name
	CodeUnknownPlace      = "unknown_place"      // 422: field text; params: place, allowed
	CodeTooLarge          = "too_large"          // 413: params: max (bytes)
	CodeUnsupportedMedia  = "unsupported_media"  // 415: params: allowed
	CodeHashMismatch      = "hash_mismatch"      // 422: field sha256: what arrived is not what was sent
	CodeWrongOffset       = "wrong_offset"       // 409: an upload goes on elsewhere; params: offset
	CodeImageTooBig       = "image_too_big"      // 422: params: max (pixels)
	CodeNoCopy            = "no_copy"            // 409: the image cannot be decoded, so there is no copy without metadata
	CodeCreditCodeTaken   = "credit_code_taken"  // 409: field credit_code
	CodeNoBureau          = "no_bureau"          // 409: no bureau is competent for the region
	CodeBureauTaken       = "bureau_taken"       // 409: the region has a bureau; field region
	CodeNotApproved       = "not_approved"       // 403: sign-in of an applicant's desk; params: status, of a refusal also ground and reason
	CodeOpenCases         = "open_cases"         // 409: params: count
	CodeBadCalendar       = "bad_calendar"       // 422: field: path in the year; params: reason
)

func notFound() *negotiation.Error { return negotiation.NewError(negotiation.CodeNotFound) }

func notAllowed() *negotiation.Error { return negotiation.NewError(negotiation.CodeNotAllowed) }

func signInRequired() *negotiation.Error {
	return negotiation.NewError(negotiation.CodeSignInRequired)
}

// rateLimited tells after how many seconds it is worth trying again.
func rateLimited(seconds int) *negotiation.Error {
	return negotiation.NewError(negotiation.CodeRateLimited, "retry_after", max(1, seconds))
}

// under puts the name of the object before the field of an error.
func under(err error, object string) error {
	if e, ok := errors.AsType[*negotiation.Error](err); ok && e.Field != "" {
		return e.On(object + "." + e.Field)
	}
	return err
}
