package negotiation

import "strconv"

// Rules in force when a case is filed. The case keeps them for its life, so a change of policy never moves a running case.
// Periods are in working days unless said otherwise.
type Rules struct {
	Version string `json:"version"`

	FirstResponse     int `json:"first_response"`      // of the enterprise; own rule, shorter than the field's limit
	Negotiation       int `json:"negotiation"`         // 10: practice of the national platform
	Reopened          int `json:"reopened"`            // fresh negotiation after a reopening
	Confirmation      int `json:"confirmation"`        // silence after a report makes SU
	Silence           int `json:"silence"`             // silence after a due date without a report escalates
	ConsumerPart      int `json:"consumer_part"`       // an own item overdue this long ends the agreement as WC
	ComplaintDecision int `json:"complaint_decision"`  // 7: Order 121 art. 15
	Mediation         int `json:"mediation"`           // 60 calendar days from acceptance: Order 121 art. 23(5)
	LapseAfter        int `json:"lapse_after"`         // full working days an enterprise offer must have lain open for LC
	EnterpriseValid   int `json:"enterprise_valid"`    // least validity of an enterprise's offer
	ConsumerValid     int `json:"consumer_valid"`      // least validity of a consumer's offer
	ValidMax          int `json:"valid_max"`           // longest validity of either
	MaxDue            int `json:"max_due"`             // calendar days from acceptance to the last due
	WithdrawMinutes   int `json:"withdraw_minutes"`    // an unseen enterprise offer may be taken back so long
	DisputeDays       int `json:"dispute_days"`        // calendar days in which SU may be disputed
	ReopenLapsed      int `json:"reopen_lapsed"`       // calendar days in which LC may be reopened
	ReopenWithdrawn   int `json:"reopen_withdrawn"`    // calendar days in which a withdrawal may be undone
	OffersPerSide     int `json:"offers_per_side"`     //
	ItemsPerOffer     int `json:"items_per_offer"`     //
	MessageLength     int `json:"message_length"`      // characters
	MessagesPerMinute int `json:"messages_per_minute"` // per party and case
	MessagesPerDay    int `json:"messages_per_day"`    // per party and case
	FilesPerSide      int `json:"files_per_side"`      //

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

// Lengths of texts that no rule of procedure changes, in characters.
const (
	maxDescription = 500
	maxReason      = 2000
	maxName        = 100
	maxFacts       = 5000
)

func index(field string, i int) string { return field + "[" + strconv.Itoa(i) + "]" }
