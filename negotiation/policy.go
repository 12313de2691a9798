package negotiation

import (
	"cmp"
	"errors"
	"fmt"
	"strconv"
)

// Rules in force when a case is filed. The case keeps them for its life, so a change of policy never moves a running case.
// Periods are in working days unless said otherwise.
type Rules struct {
	Version string `json:"version"`

	FirstResponse     int `json:"first_response"`     // of the enterprise; own rule, shorter than the field's limit
	Negotiation       int `json:"negotiation"`        // 10: practice of the national platform
	Reopened          int `json:"reopened"`           // fresh negotiation after a reopening
	Confirmation      int `json:"confirmation"`       // silence after a report makes SU
	Silence           int `json:"silence"`            // silence after a due date without a report escalates
	ConsumerPart      int `json:"consumer_part"`      // an own item overdue this long ends the agreement as WC
	ComplaintDecision int `json:"complaint_decision"` // 7: Order 121 art. 15
	Mediation         int `json:"mediation"`          // 60 calendar days from acceptance: Order 121 art. 23(5)
	LapseAfter        int `json:"lapse_after"`        // full working days an enterprise offer must have lain open for LC
	EnterpriseValid   int `json:"enterprise_valid"`   // least validity of an enterprise's offer
	ConsumerValid     int `json:"consumer_valid"`     // least validity of a consumer's offer
	ValidMax          int `json:"valid_max"`          // longest validity of either
	MaxDue            int `json:"max_due"`            // calendar days from acceptance to the last due
	WithdrawMinutes   int `json:"withdraw_minutes"`   // an unseen enterprise offer may be taken back so long
	DisputeDays       int `json:"dispute_days"`       // calendar days in which SU may be disputed
	ReopenLapsed      int `json:"reopen_lapsed"`      // calendar days in which LC may be reopened
	ReopenWithdrawn   int `json:"reopen_withdrawn"`   // calendar days in which a withdrawal may be undone
	OffersPerSide     int `json:"offers_per_side"`
	ItemsPerOffer     int `json:"items_per_offer"`
	MessageLength     int `json:"message_length"`      // characters
	MessagesPerMinute int `json:"messages_per_minute"` // per party and case
	MessagesPerDay    int `json:"messages_per_day"`    // per party and case
	FilesPerSide      int `json:"files_per_side"`

	EnterpriseOffersBind bool `json:"enterprise_offers_bind"` // Civil Code art. 476
}

// DefaultRules are the rules of procedure as published.
func DefaultRules() Rules {
	return Rules{
		Version: "2026-1", FirstResponse: 2, Negotiation: 10, Reopened: 5, Confirmation: 7, Silence: 2, ConsumerPart: 15,
		ComplaintDecision: 7, Mediation: 60, LapseAfter: 3, EnterpriseValid: 3, ConsumerValid: 1, ValidMax: 10, MaxDue: 90,
		WithdrawMinutes: 5, DisputeDays: 30, ReopenLapsed: 30, ReopenWithdrawn: 7, OffersPerSide: 30, ItemsPerOffer: 6,
		MessageLength: 2000, MessagesPerMinute: 30, MessagesPerDay: 500, FilesPerSide: 9, EnterpriseOffersBind: true,
	}
}

// Check refuses rules by which nobody could settle, or a bureau would have longer than the law gives it (Order 121 arts. 15, 23(5)). The error
// names all that are wrong.
func (r Rules) Check() error {
	const many = 1_000_000_000
	var err error
	if r.Version == "" || len(r.Version) > maxName {
		err = fmt.Errorf("version is %q, which is not between 1 and %d bytes long", r.Version, maxName)
	}
	return errors.Join(err,
		Between("negotiation", r.Negotiation, 1, 60),
		Between("first_response", r.FirstResponse, 1, r.Negotiation),
		Between("reopened", r.Reopened, 1, 60),
		Between("confirmation", r.Confirmation, 1, 60),
		Between("silence", r.Silence, 1, 60),
		Between("consumer_part", r.ConsumerPart, 1, 120),
		Between("complaint_decision", r.ComplaintDecision, 1, 7),
		Between("mediation", r.Mediation, 1, 60),
		Between("lapse_after", r.LapseAfter, 1, r.Negotiation),
		Between("valid_max", r.ValidMax, 1, 60),
		Between("enterprise_valid", r.EnterpriseValid, 1, r.ValidMax),
		Between("consumer_valid", r.ConsumerValid, 1, r.ValidMax),
		Between("max_due", r.MaxDue, 1, 365),
		Between("withdraw_minutes", r.WithdrawMinutes, 0, 24*60),
		Between("dispute_days", r.DisputeDays, 0, 365),
		Between("reopen_lapsed", r.ReopenLapsed, 0, 365),
		Between("reopen_withdrawn", r.ReopenWithdrawn, 0, 365),
		Between("offers_per_side", r.OffersPerSide, 1, many),
		Between("items_per_offer", r.ItemsPerOffer, 1, 20),
		Between("message_length", r.MessageLength, 1, 3500), // four bytes each must fit into the least frame of a socket
		Between("messages_per_minute", r.MessagesPerMinute, 1, many),
		Between("messages_per_day", r.MessagesPerDay, 1, many),
		Between("files_per_side", r.FilesPerSide, 0, 100),
	)
}

// Between refuses a setting out of its range, under its name in JSON.
func Between[T cmp.Ordered](name string, is, least, most T) error {
	if is < least || is > most {
		return fmt.Errorf("%s is %v, which is not between %v and %v", name, is, least, most)
	}
	return nil
}

// Lengths of texts that no rule of procedure changes, in characters.
const (
	maxDescription = 500
	maxReason      = 2000
	maxName        = 100
	maxFacts       = 5000
)

func index(field string, i int) string { return field + "[" + strconv.Itoa(i) + "]" }
