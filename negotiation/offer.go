package negotiation

import (
	"crypto/sha256"
	"encoding/hex"
	"reflect"
	"slices"
	"time"

	"hejie/negotiation/workday"
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
	Terms      string     `json:"terms,omitempty"` // SHA-256 of the items alone, with descriptions
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
//
// It has no salt, as content has: whoever reads the facts of an offer whose text was erased can try whether a guess is what it said. A salt
// would have to go with the content, and then no decision could tell whether an offer that replaces a binding one keeps its descriptions,
// nor any client compute the digest of the terms that it shows: that would be another format of the log.
func Digest(items []Item, text string) string {
	_, all := digests(items, text)
	return all
}

// digests are those of the items alone, and with the text; both are of {"items", "text"}, the text left out when it is empty.
func digests(items []Item, text string) (terms, all string) {
	var room [1024]byte
	b, err := itemsShape.append(append(room[:0], `{"items":`...), reflect.ValueOf(items))
	if err != nil { // structs of strings and numbers always encode
		panic(err)
	}
	terms = digest(append(b, '}'))
	if text == "" {
		return terms, terms
	}
	b = appendText(append(b, `,"text":`...), text)
	return terms, digest(append(b, '}'))
}

func digest(b []byte) string {
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

// checkItems refuses terms that cannot be performed or dated. Were they accepted today, the last due would lie at most MaxDue
// days on.
func (d *decision) checkItems(r *Rules, field string, items []Item) error {
	if len(items) == 0 {
		return Required(field)
	}
	if len(items) > r.ItemsPerOffer {
		return OutOfRange(field, 1, r.ItemsPerOffer)
	}
	for i := range items {
		if err := r.checkItem(items[i], len(items)); err != nil {
			return inside(index(field, i), err)
		}
	}
	today := workday.DateOf(d.env.At)
	for i := range items {
		if circular(items, i) {
			return Invalid(index(field, i)+".due.after", "the index of another item")
		}
		if lastDay(d.cal(), today, items, i).After(today.AddDays(r.MaxDue)) {
			return OutOfRange(index(field, i)+".due.days", 1, r.MaxDue)
		}
	}
	if !slices.ContainsFunc(items, func(it Item) bool { return it.By == SideEnterprise }) {
		return NewError(CodeNoEnterpriseItem).On(field)
	}
	return nil
}

// checkItem is one of so many.
func (r *Rules) checkItem(it Item, of int) error {
	if it.By != SideEnterprise && it.By != SideConsumer {
		return Invalid("by", []Side{SideEnterprise, SideConsumer})
	}
	if !it.Remedy.Valid() {
		return Invalid("remedy", Remedies)
	}
	if it.Remedy.Monetary() && it.By == SideEnterprise && it.Amount == nil {
		return Required("amount")
	}
	if it.Amount != nil {
		if err := it.Amount.check("amount"); err != nil {
			return err
		}
	}
	if err := CheckText("description", it.Description, maxDescription, it.Remedy == Other); err != nil {
		return err
	}
	if err := r.checkDue(it.Due, of); err != nil {
		return inside("due", err)
	}
	return nil
}

func (r *Rules) checkDue(due Due, items int) error {
	if due.Unit != WorkingDays && due.Unit != CalendarDays {
		return Invalid("unit", []Unit{WorkingDays, CalendarDays})
	}
	if due.Days < 1 || due.Days > r.MaxDue {
		return OutOfRange("days", 1, r.MaxDue)
	}
	if due.After != nil && (*due.After < 0 || *due.After >= items) {
		return Invalid("after", "the index of another item")
	}
	return nil
}

// circular says whether the chain of "after" from item i never ends.
func circular(items []Item, i int) bool {
	for range items {
		if items[i].Due.After == nil {
			return false
		}
		i = *items[i].Due.After
	}
	return true
}

// lastDay is the last day for item i when the terms are accepted on a day and each item before it is reported on its last day.
func lastDay(cal *workday.Calendar, accepted workday.Date, items []Item, i int) workday.Date {
	due, from := items[i].Due, accepted
	if due.After != nil {
		from = lastDay(cal, accepted, items, *due.After)
	}
	if due.Unit == WorkingDays {
		return cal.AddWorkdays(from, due.Days)
	}
	return from.AddDays(due.Days)
}

// asGoodAs says whether next is, in every item, at least as good for the consumer as prev: nothing asked of the consumer is
// added, grows or comes sooner, nothing given by the enterprise is taken, shrinks or comes later.
func asGoodAs(next, prev []Item) bool {
	return matched(of(prev, SideEnterprise), of(next, SideEnterprise), func(p, n Item) bool {
		return minor(n) >= minor(p) && notLater(n, next, p, prev)
	}) && matched(of(next, SideConsumer), of(prev, SideConsumer), func(n, p Item) bool {
		return minor(n) <= minor(p) && notLater(p, prev, n, next)
	})
}

func of(items []Item, s Side) []Item {
	return slices.DeleteFunc(slices.Clone(items), func(it Item) bool { return it.By != s })
}

// matched says whether each of a finds a partner of its own in b. There are a handful of items: all ways are tried.
func matched(a, b []Item, ok func(x, y Item) bool) bool {
	if len(a) == 0 {
		return true
	}
	for i, y := range b {
		if a[0].Remedy == y.Remedy && ok(a[0], y) && matched(a[1:], slices.Concat(b[:i], b[i+1:]), ok) {
			return true
		}
	}
	return false
}

func minor(i Item) int64 {
	if i.Amount == nil {
		return 0
	}
	return i.Amount.Minor
}

// notLater says whether item x of terms xs is due no later than y of ys. Different units count as later, which is the safe answer;
// an item that waits for another is compared with it, unless that one is the consumer's own to hasten.
func notLater(x Item, xs []Item, y Item, ys []Item) bool {
	switch {
	case x.Due.Unit != y.Due.Unit, x.Due.Days > y.Due.Days, x.Due.After != nil && y.Due.After == nil:
		return false
	case x.Due.After == nil:
		return true
	}
	p, q := xs[*x.Due.After], ys[*y.Due.After]
	return p.By == q.By && p.Remedy == q.Remedy && (p.By == SideConsumer || notLater(p, xs, q, ys))
}
