package negotiation

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"time"
	"unicode/utf8"
)

// Unit of a period.
type Unit string

// The units.
const (
	WorkingDays  Unit = "working"
	CalendarDays Unit = "calendar"
)

// Due says when an item is due: Days of Unit after acceptance or, when After is given, after the item with that index (from 0)
// was reported done.
type Due struct {
	Days  int  `json:"days"`
	Unit  Unit `json:"unit"`
	After *int `json:"after,omitempty"`
}

// Item of an offer: one thing that one side does by a date. The description is content (erasable); facts carry items without it.
type Item struct {
	By          Side   `json:"by"`
	Remedy      Remedy `json:"remedy"`
	Amount      *Money `json:"amount,omitempty"`
	Description string `json:"description,omitempty"`
	Due         Due    `json:"due"`
}

// OfferState of an offer; it stays on the card for ever.
type OfferState string

// The states.
const (
	StateOpen      OfferState = "open"
	StateAccepted  OfferState = "accepted"
	StateDeclined  OfferState = "declined"
	StateCountered OfferState = "countered" // answered by an offer of the other side
	StateReplaced  OfferState = "replaced"  // by a new offer of the same side
	StateWithdrawn OfferState = "withdrawn"
	StateLapsed    OfferState = "lapsed"
)

// Offer is one set of terms by one side. Its number counts from 1 within the case; number 1 is the consumer's claim.
type Offer struct {
	Number     int        `json:"number"`
	By         Side       `json:"by"`
	Account    string     `json:"account"`
	Items      []Item     `json:"items"` // without descriptions
	Digest     string     `json:"digest"`
	MadeAt     time.Time  `json:"made_at"`
	ValidUntil time.Time  `json:"valid_until"` // in time means before
	State      OfferState `json:"state"`
	SeenAt     time.Time  `json:"seen_at,omitzero"`
	AnsweredAt time.Time  `json:"answered_at,omitzero"`
}

// Total that the enterprise pays by the offer, in minor units.
func (o Offer) Total() int64 { return total(o.Items) }

func total(items []Item) int64 {
	var sum int64
	for _, i := range items {
		if i.By == SideEnterprise && i.Amount != nil {
			sum += i.Amount.Minor
		}
	}
	return sum
}

// Digest of terms: the SHA-256, in hex, of their JSON with descriptions. Acceptance names it, so nobody accepts terms they did not read.
func Digest(items []Item, text string) string {
	b, err := json.Marshal(struct {
		Items []Item `json:"items"`
		Text  string `json:"text,omitempty"`
	}{items, text})
	if err != nil { // structs of strings and numbers always encode
		panic(err)
	}
	h := sha256.Sum256(b)
	return hex.EncodeToString(h[:])
}

// split parts items into facts (no descriptions) and their descriptions.
func split(items []Item) (facts []Item, descriptions []string) {
	facts = make([]Item, len(items))
	some := false
	descriptions = make([]string, len(items))
	for i, it := range items {
		descriptions[i], it.Description = it.Description, ""
		some = some || descriptions[i] != ""
		facts[i] = it
	}
	if !some {
		descriptions = nil
	}
	return facts, descriptions
}

// checkItems refuses terms that cannot be performed or dated. The last due lies at most MaxDue days after acceptance.
func (r Rules) checkItems(field string, items []Item) error {
	if len(items) == 0 {
		return required(field)
	}
	if len(items) > r.ItemsPerOffer {
		return outOfRange(field, 1, r.ItemsPerOffer)
	}
	enterprise := false
	for i, it := range items {
		f := index(field, i)
		if err := r.checkItem(f, i, items); err != nil {
			return err
		}
		enterprise = enterprise || it.By == SideEnterprise
	}
	if !enterprise {
		return NewError(CodeNoEnterpriseItem).On(field)
	}
	return nil
}

func (r Rules) checkItem(f string, i int, items []Item) error {
	it := items[i]
	if it.By != SideEnterprise && it.By != SideConsumer {
		return NewError(CodeInvalid, "allowed", []Side{SideEnterprise, SideConsumer}).On(f + ".by")
	}
	if !it.Remedy.Valid() {
		return NewError(CodeInvalid, "allowed", Remedies).On(f + ".remedy")
	}
	if it.Remedy.Monetary() && it.By == SideEnterprise && it.Amount == nil {
		return required(f + ".amount")
	}
	if it.Amount != nil {
		if err := it.Amount.check(f + ".amount"); err != nil {
			return err
		}
	}
	if it.Remedy == Other && it.Description == "" {
		return required(f + ".description")
	}
	if n := utf8.RuneCountInString(it.Description); n > maxDescription {
		return tooLong(f+".description", maxDescription, n)
	}
	return r.checkDue(f+".due", i, items)
}

func (r Rules) checkDue(f string, i int, items []Item) error {
	d := items[i].Due
	if d.Unit != WorkingDays && d.Unit != CalendarDays {
		return NewError(CodeInvalid, "allowed", []Unit{WorkingDays, CalendarDays}).On(f + ".unit")
	}
	days := 0
	for n, at := 0, i; ; n++ { // along the chain of "after": no circle, and in all at most MaxDue days
		x := items[at].Due
		if x.Days < 1 || x.Days > r.MaxDue {
			return outOfRange(f+".days", 1, r.MaxDue)
		}
		days += x.Days
		if x.Unit == WorkingDays { // five working days are a week
			days += x.Days / 5 * 2
		}
		if x.After == nil {
			break
		}
		if *x.After < 0 || *x.After >= len(items) || n >= len(items) {
			return NewError(CodeInvalid, "allowed", "the index of another item").On(f + ".after")
		}
		at = *x.After
	}
	if days > r.MaxDue {
		return outOfRange(f+".days", 1, r.MaxDue)
	}
	return nil
}

// asGoodAs says whether next is, in every item, at least as good for the consumer as prev: nothing asked of the consumer is
// added or grows, nothing given by the enterprise is taken, shrinks or comes later.
func asGoodAs(next, prev []Item) bool {
	find := func(list []Item, like Item, used []bool, ok func(Item) bool) bool {
		for i, it := range list {
			if !used[i] && it.By == like.By && it.Remedy == like.Remedy && ok(it) {
				used[i] = true
				return true
			}
		}
		return false
	}
	given := make([]bool, len(next))
	for _, p := range prev {
		if p.By != SideEnterprise {
			continue
		}
		if !find(next, p, given, func(n Item) bool { return minor(n) >= minor(p) && notLater(n.Due, p.Due) }) {
			return false
		}
	}
	asked := make([]bool, len(prev))
	for _, n := range next {
		if n.By != SideConsumer {
			continue
		}
		if !find(prev, n, asked, func(p Item) bool { return minor(n) <= minor(p) && notLater(p.Due, n.Due) }) {
			return false
		}
	}
	return true
}

func minor(i Item) int64 {
	if i.Amount == nil {
		return 0
	}
	return i.Amount.Minor
}

// notLater compares dues of one unit and one anchor; others count as later, which is the safe answer.
func notLater(a, b Due) bool {
	return a.Unit == b.Unit && a.Days <= b.Days && (a.After == nil) == (b.After == nil)
}
