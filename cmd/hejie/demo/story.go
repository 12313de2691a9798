package demo

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"hejie/negotiation"
)

// story is a dispute as people tell it. In its texts {元} stands for the disputed amount and {单} for the order number.
type story struct {
	goods    string
	category negotiation.Category
	yuan     [2]int // the disputed amount lies between the two
	facts    string
	claim    []term // what the consumer asks for
	low      []term // what the desk offers first
	fair     []term // what both can live with
	proof    string // caption of the consumer's evidence
	ask      string // the desk's question
	answer   string // the consumer's answer
	defend   string // with the low offer
	press    string // the consumer's reply to it
	sorry    string // with the fair offer
	thanks   string // the consumer's, when it was done
	broken   string // the consumer's, when it was not
}

// term is an item of an offer whose amount is a share of the disputed one.
type term struct {
	by     negotiation.Side
	remedy negotiation.Remedy
	share  int // percent; 0: no amount
	what   string
	due    negotiation.Due
}

// pays is money by the enterprise within working days.
func pays(r negotiation.Remedy, share, days int) term {
	return term{by: negotiation.SideEnterprise, remedy: r, share: share, due: negotiation.Due{Days: days, Unit: negotiation.WorkingDays}}
}

// does is anything else by the enterprise within working days.
func does(r negotiation.Remedy, days int, what string) term {
	return term{by: negotiation.SideEnterprise, remedy: r, what: what, due: negotiation.Due{Days: days, Unit: negotiation.WorkingDays}}
}

// ships is the consumer's part, within a week; what the enterprise owes after it says then(…).
func ships(what string) term {
	return term{by: negotiation.SideConsumer, remedy: negotiation.Other, what: what, due: negotiation.Due{Days: 7, Unit: negotiation.CalendarDays}}
}

// then lets the clock of the term start with the report of the first item.
func (t term) then() term {
	first := 0
	t.due.After = &first
	return t
}

// items of terms for a disputed amount in fen.
func items(terms []term, fen int64) []negotiation.Item {
	list := make([]negotiation.Item, len(terms))
	for i, t := range terms {
		list[i] = negotiation.Item{By: t.by, Remedy: t.remedy, Description: t.what, Due: t.due}
		if t.share > 0 {
			m := negotiation.CNY(max(100, fen*int64(t.share)/100/100*100)) // whole yuan
			list[i].Amount = &m
		}
	}
	return list
}

// shared gives the terms with another share in the first that pays, for rounds of bargaining.
func shared(terms []term, share int) []term {
	out := append([]term(nil), terms...)
	for i := range out {
		if out[i].share > 0 {
			out[i].share = share
			return out
		}
	}
	return out
}

// haggles says whether the story is about an amount from its first offer on.
func (s story) haggles() bool {
	return len(s.low) > 0 && s.low[0].share > 0 && s.fair[0].share > 0 && s.low[0].share < s.fair[0].share && s.claim[0].remedy == s.fair[0].remedy
}

// amount of a case in fen: a price as shops make them.
func (s story) amount(r *rand.Rand) int64 {
	yuan := s.yuan[0] + r.IntN(s.yuan[1]-s.yuan[0]+1)
	switch {
	case yuan > 1000:
		yuan = yuan/100*100 - 1
	case yuan > 200:
		yuan = yuan/10*10 + 9
	}
	return int64(yuan) * 100
}

// told fills the text in.
func told(text string, fen int64, order string) string {
	return strings.NewReplacer("{元}", yuan(fen), "{单}", order).Replace(text)
}

func yuan(fen int64) string {
	if fen%100 == 0 {
		return fmt.Sprintf("%d 元", fen/100)
	}
	return fmt.Sprintf("%d.%02d 元", fen/100, fen%100)
}
