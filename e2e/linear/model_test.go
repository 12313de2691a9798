package linear

import (
	"fmt"

	"github.com/anishathalye/porcupine"

	"hejie/negotiation"
)

// What is asked of a case: a command on its offers, or a look at it.
const (
	look      = "look"
	makeOffer = "make_offer"
	see       = "see_offer"
	withdraw  = "withdraw_offer"
	accept    = "accept_offer"
	decline   = "decline_offer"
)

// wish is the input of an operation.
type wish struct {
	kind   string
	by     negotiation.Side
	offer  int    // but of makeOfferoffer
	fen    int64  // of makeOfferoffer
	digest string // of makeOfferoffer and accept_offer
}

// answer is the output of an operation.
type answer struct {
	unknown bool   // none came: it may have taken effect, or may yet
	code    string // of the refusal; "" for yes
	seq     int64  // of the room after it; 0 when nothing was written
	seen    table  // by a look
}

// table is a case as far as its offers go: the sequential specification, written from the rules of procedure (README, design §3) and not from
// the code.
type table struct {
	agreed bool
	offers int              // so far
	open   int              // number of the one on the table; 0: none
	by     negotiation.Side // of the open one, as all that follow
	fen    int64
	digest string
	shown  bool  // to the other side
	seq    int64 // events in the room
}

// do is what a wish makes of the table: the next one, or the code of a refusal.
func (t table) do(w wish) (table, string) {
	if t.agreed {
		return t, negotiation.CodeWrongPhase
	}
	if w.kind == makeOffer {
		if t.open != 0 && t.by == w.by && w.by == negotiation.SideEnterprise && w.fen < t.fen {
			return t, negotiation.CodeOfferBinds
		}
		return table{offers: t.offers + 1, open: t.offers + 1, by: w.by, fen: w.fen, digest: w.digest, seq: t.seq + 1}, ""
	}
	switch own := t.by == w.by; {
	case t.open == 0, w.kind == withdraw && !own:
		return t, negotiation.CodeOfferNotOpen
	case w.kind != withdraw && own:
		return t, negotiation.CodeOwnOffer
	case w.kind == withdraw && w.by == negotiation.SideEnterprise && t.shown:
		return t, negotiation.CodeOfferSeen
	case w.offer < 1 || w.offer > t.offers:
		return t, negotiation.CodeNotFound
	case w.offer != t.open:
		return t, negotiation.CodeOfferNotOpen
	case w.kind == accept && w.digest != t.digest:
		return t, negotiation.CodeStaleDigest
	case w.kind == see && t.shown:
		return t, ""
	}
	t.seq++
	if w.kind == see {
		t.shown = true
		return t, ""
	}
	return table{agreed: w.kind == accept, offers: t.offers, seq: t.seq}, ""
}

// model of a case that lies as it was found. An operation without an answer may take effect at any time from its call on: its end is that of
// the history, and there it does no harm to let it take effect, so that no branch is needed for "never did".
func model(found table) porcupine.Model {
	return porcupine.Model{
		Init: func() any { return found },
		Step: func(state, input, output any) (bool, any) {
			t, w, a := state.(table), input.(wish), output.(answer)
			if w.kind == look {
				return a.unknown || a.seen == t, t
			}
			next, code := t.do(w)
			seq := next.seq
			if next == t {
				seq = 0
			}
			return a.unknown || code == a.code && (code != "" || seq == a.seq), next
		},
		DescribeOperation: func(input, output any) string {
			w, a := input.(wish), output.(answer)
			s := fmt.Sprintf("%s: %s %d", w.by, w.kind, w.offer)
			switch {
			case w.kind == makeOffer:
				s = fmt.Sprintf("%s: %s of %d", w.by, w.kind, w.fen)
			case w.kind == look:
				s = fmt.Sprintf("%s: look", w.by)
			}
			switch {
			case a.unknown:
				return s + " → ?"
			case w.kind == look:
				return s + " → " + a.seen.String()
			case a.code != "":
				return s + " → " + a.code
			}
			return fmt.Sprintf("%s → yes, %d", s, a.seq)
		},
		DescribeState: func(state any) string { return state.(table).String() },
	}
}

func (t table) String() string {
	switch {
	case t.agreed:
		return fmt.Sprintf("agreed at %d", t.seq)
	case t.open == 0:
		return fmt.Sprintf("nothing open of %d at %d", t.offers, t.seq)
	}
	return fmt.Sprintf("%d of %d by %s (%d fen, shown %t) at %d", t.open, t.offers, t.by, t.fen, t.shown, t.seq)
}
