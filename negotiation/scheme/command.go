package scheme

import (
	"errors"
	"slices"
	"strings"

	"hejie/negotiation"
	"hejie/negotiation/creditcode"
	"hejie/negotiation/region"
)

// Ground of a suspension or removal. The law lists none: own rule.
type Ground string

// The grounds.
const (
	GroundConditionsNotMet Ground = "conditions_not_met" // no longer, or on application not yet
	GroundNoAnswers        Ground = "no_answers"         // repeatedly fails to answer in time after a warning
	GroundLeak             Ground = "personal_data_leak"
	GroundFalseResults     Ground = "false_results"
	GroundSeriousViolator  Ground = "serious_violator" // on the list of serious violators (严重违法失信名单)
	GroundLicenceEnded     Ground = "licence_ended"    // revoked or cancelled
	GroundOther            Ground = "other"            // needs a reason
)

// Grounds in the order in which they are shown.
var Grounds = [...]Ground{GroundConditionsNotMet, GroundNoAnswers, GroundLeak, GroundFalseResults, GroundSeriousViolator, GroundLicenceEnded, GroundOther}

// Commands. Reasons are texts about the enterprise, kept as erasable content.
type (
	// Apply to join. All of the profile is required but the industry; the credit code is normalised.
	Apply Profile
	// Approve an application, or lift a suspension.
	Approve struct{}
	// Suspend: no new cases until approved again.
	Suspend struct {
		Ground Ground `json:"ground"`
		Reason string `json:"reason,omitempty"`
	}
	// Remove from the scheme (动态退出), or refuse an application.
	Remove struct {
		Ground Ground `json:"ground"`
		Reason string `json:"reason,omitempty"`
	}
	// Leave the scheme.
	Leave struct {
		Reason string `json:"reason,omitempty"`
	}
)

func (Apply) Kind() string   { return "apply" }
func (Approve) Kind() string { return "approve" }
func (Suspend) Kind() string { return "suspend" }
func (Remove) Kind() string  { return "remove" }
func (Leave) Kind() string   { return "leave" }

type command interface {
	negotiation.Command
	leads() Status
	decide(Enterprise) (negotiation.Fact, *negotiation.Content, error)
}

func (Apply) leads() Status   { return StatusPending }
func (Approve) leads() Status { return StatusEnrolled }
func (Suspend) leads() Status { return StatusSuspended }
func (Remove) leads() Status  { return StatusRemoved }
func (Leave) leads() Status   { return StatusLeft }

func (c Apply) decide(e Enterprise) (negotiation.Fact, *negotiation.Content, error) {
	p, err := Profile(c).checked()
	if err != nil {
		return nil, nil, err
	}
	if e.Status != StatusNone && p.CreditCode != e.CreditCode { // the log is that of one enterprise
		return nil, nil, negotiation.Invalid("credit_code", string(e.CreditCode))
	}
	return Applied(p), nil, nil
}

func (Approve) decide(Enterprise) (negotiation.Fact, *negotiation.Content, error) {
	return Approved{}, nil, nil
}

func (c Suspend) decide(Enterprise) (negotiation.Fact, *negotiation.Content, error) {
	text, err := reason(c.Ground, c.Reason)
	return Suspended{c.Ground}, text, err
}

func (c Remove) decide(Enterprise) (negotiation.Fact, *negotiation.Content, error) {
	text, err := reason(c.Ground, c.Reason)
	return Removed{c.Ground}, text, err
}

func (c Leave) decide(Enterprise) (negotiation.Fact, *negotiation.Content, error) {
	text, err := content(c.Reason)
	return Left{}, text, err
}

// Lengths in characters.
const (
	maxName    = 100
	maxAddress = 200
	maxReason  = 2000
	maxVersion = 40
)

// isIndustry says whether s has the form of a GB/T 4754 code: A to T, or two to four digits.
func isIndustry(s string) bool {
	if len(s) == 1 {
		return s[0] >= 'A' && s[0] <= 'T'
	}
	return len(s) >= 2 && len(s) <= 4 && strings.Trim(s, "0123456789") == ""
}

// CreditCode reads the credit code of a field. What is wrong with it is the invalid's reason.
func CreditCode(field, text string) (creditcode.Code, error) {
	code, err := creditcode.Parse(text)
	if wrong, ok := errors.AsType[*creditcode.Error](err); ok {
		return "", negotiation.NewError(negotiation.CodeInvalid, "reason", string(wrong.Reason)).On(field).Because(err)
	}
	return code, err
}

// checked gives the profile normalised, or the error of its first wrong field.
func (p Profile) checked() (Profile, error) {
	var err error
	if p.Name, err = negotiation.Line("name", p.Name, 1, maxName); err != nil {
		return p, err
	}
	if strings.TrimSpace(string(p.CreditCode)) == "" {
		return p, negotiation.Required("credit_code")
	}
	if p.CreditCode, err = CreditCode("credit_code", string(p.CreditCode)); err != nil {
		return p, err
	}
	if _, known := region.Get(p.Region); !known || len(region.Children(p.Region)) > 0 {
		return p, negotiation.Invalid("region", "county")
	}
	if p.Address, err = negotiation.Line("address", p.Address, 1, maxAddress); err != nil {
		return p, err
	}
	if p.Industry != "" && !isIndustry(p.Industry) {
		return p, negotiation.Invalid("industry", "GB/T 4754")
	}
	for _, c := range []struct {
		field string
		met   bool
	}{
		{"place", p.Conditions.Place}, {"staff", p.Conditions.Staff}, {"computer", p.Conditions.Computer},
		{"telephone", p.Conditions.Telephone}, {"complaint_rules", p.Conditions.ComplaintRules},
	} {
		if !c.met {
			return p, negotiation.Required("conditions." + c.field)
		}
	}
	if !p.Commitment.Yes {
		return p, negotiation.Required("commitment.yes")
	}
	p.Commitment.Text, err = negotiation.Line("commitment.text", p.Commitment.Text, 1, maxVersion)
	return p, err
}

// reason checks a ground and its text.
func reason(g Ground, text string) (*negotiation.Content, error) {
	switch {
	case g == "":
		return nil, negotiation.Required("ground")
	case !slices.Contains(Grounds[:], g):
		return nil, negotiation.Invalid("ground", Grounds)
	case g == GroundOther && !negotiation.Visible(text):
		return nil, negotiation.Required("reason")
	}
	return content(text)
}

func content(text string) (*negotiation.Content, error) {
	text = strings.TrimSpace(text)
	if err := negotiation.CheckText("reason", text, maxReason, false); err != nil || !negotiation.Visible(text) {
		return nil, err
	}
	return &negotiation.Content{Text: text}, nil
}
