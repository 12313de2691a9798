package negotiation

import "slices"

// Remedy is what an item of an offer or a claim gives (Consumer Rights Protection Law arts. 52, 55; rules of procedure).
type Remedy string

// The remedies; claims and offers share the list.
const (
	Refund                 Remedy = "refund"
	ReturnAndRefund        Remedy = "return_and_refund"
	Exchange               Remedy = "exchange"
	Repair                 Remedy = "repair"
	Redo                   Remedy = "redo"
	MakeUpQuantity         Remedy = "make_up_quantity"
	Compensate             Remedy = "compensate"
	PunitiveDamages        Remedy = "punitive_damages"
	ContinueService        Remedy = "continue_service"
	CancelAndReturnBalance Remedy = "cancel_and_return_balance"
	Invoice                Remedy = "invoice"
	Apology                Remedy = "apology"
	Other                  Remedy = "other"
)

// Remedies in the order in which they are offered for choice.
var Remedies = [...]Remedy{Refund, ReturnAndRefund, Exchange, Repair, Redo, MakeUpQuantity, Compensate, PunitiveDamages,
	ContinueService, CancelAndReturnBalance, Invoice, Apology, Other}

// Valid says whether the remedy is on the list.
func (r Remedy) Valid() bool { return slices.Contains(Remedies[:], r) }

// Monetary says whether an item of this remedy names an amount.
func (r Remedy) Monetary() bool {
	switch r {
	case Refund, ReturnAndRefund, Compensate, PunitiveDamages, CancelAndReturnBalance:
		return true
	}
	return false
}

// NeedsAddress says whether performing the remedy takes the consumer's full name, phone and address (disclosure, PIPL art. 6).
func (r Remedy) NeedsAddress() bool {
	switch r {
	case ReturnAndRefund, Exchange, Repair, Redo, MakeUpQuantity, Invoice:
		return true
	}
	return false
}

// Category is the problem category of a dispute.
type Category string

// Categories in the order in which they are offered for choice.
var Categories = [...]Category{"quality", "after_sales", "contract", "food_safety", "price", "advertising", "false_promotion", "metrology",
	"trademark", "counterfeit", "safety", "dignity", "personal_information", "prepaid", "online_trade", "other"}

// Valid says whether the category is on the list.
func (c Category) Valid() bool { return slices.Contains(Categories[:], c) }
