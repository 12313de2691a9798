package negotiation

// Class says how a case's negotiation stage ended. It is fixed once, may move later by a ruling or a dispute, and is what
// the scorecard counts.
type Class string

// The classes and what they count as.
const (
	ClassSC Class = "SC" // settled, performed, confirmed: by the consumer or found by an officer
	ClassSU Class = "SU" // settled, reported performed, not confirmed
	ClassSB Class = "SB" // settled, then not performed (provisional until an officer finds)
	ClassWC Class = "WC" // withdrawn by the consumer, or the consumer did not perform the own part
	ClassLC Class = "LC" // lapsed: consumer silent after an enterprise offer that lay open long enough
	ClassCE Class = "CE" // complained early: before a response was due, or while only a question lay open
	ClassTE Class = "TE" // timeout: no first response
	ClassUE Class = "UE" // escalated after real negotiation
	ClassRR Class = "RR" // refusal pending or overturned
	ClassRX Class = "RX" // refusal upheld
	ClassDU Class = "DU" // duplicate
	ClassAB Class = "AB" // abuse, or no genuine consumer dispute, ruled by an officer
)

// Classes in the order in which they are shown.
var Classes = [...]Class{ClassSC, ClassSU, ClassWC, ClassLC, ClassCE, ClassSB, ClassTE, ClassUE, ClassRR, ClassRX, ClassDU, ClassAB}

// Share is the part of the success bar that a class falls into.
type Share string

// The shares.
const (
	Confirmed Share = "confirmed"
	Unknown   Share = "unknown"
	Failed    Share = "failed"
	LeftOut   Share = "left_out"
)

// Share of the bar that the class counts as.
func (c Class) Share() Share {
	switch c {
	case ClassSC:
		return Confirmed
	case ClassSU, ClassWC, ClassLC, ClassCE:
		return Unknown
	case ClassSB, ClassTE, ClassUE, ClassRR:
		return Failed
	default:
		return LeftOut
	}
}
