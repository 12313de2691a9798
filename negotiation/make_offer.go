package negotiation

import (
	"slices"
	"time"
)

// makeOffer puts terms on the table. An open offer of the other side is countered by it, an open one of the own replaced.
func (d *decision) makeOffer(f MakeOffer) error {
	r, side := &d.c.Rules, d.by.Side()
	if err := d.checkItems(r, "items", f.Items); err != nil {
		return err
	}
	least := r.ConsumerValid
	if side == SideEnterprise {
		least = r.EnterpriseValid
	}
	if f.ValidDays < least || f.ValidDays > r.ValidMax {
		return OutOfRange("valid_days", least, r.ValidMax)
	}
	if err := CheckText("text", f.Text, r.MessageLength, false); err != nil {
		return err
	}
	if err := checkReason(d.c.Amount, f.Items, f.Reason); err != nil {
		return err
	}
	if o, ok := d.c.OpenOffer(); ok && o.By == side && d.c.binds(o) {
		if err := d.keepsWord(o, f); err != nil {
			return err
		}
	}
	if err := d.mayPay(f.Items); err != nil {
		return err
	}
	d.putOffer(f.Items, f.ValidDays, f.Text, f.Reason)
	return nil
}

// checkReason asks why, when the items come to more than 3 × the disputed amount.
func checkReason(disputed Money, items []Item, reason string) error {
	if err := CheckText("reason", reason, maxReason, false); err != nil {
		return err
	}
	if limit := 3 * disputed.Minor; !Visible(reason) && total(items) > limit {
		return NewError(CodeReasonRequired, "limit", Money{disputed.Currency, limit}).On("reason")
	}
	return nil
}

// keepsWord refuses a replacement of a binding offer by anything less: in any item, in what an item is described to be, or in how
// long it stands. Descriptions cannot be weighed, so those of the items that were there stay as they are.
func (d *decision) keepsWord(o Offer, f MakeOffer) error {
	binds := NewError(CodeOfferBinds, "until", o.ValidUntil, "offer", o.Number)
	if !asGoodAs(f.Items, o.Items) || len(f.Items) < len(o.Items) {
		return binds.On("items")
	}
	if o.Terms != "" && !described(slices.Clone(o.Items), 0, f.Items, o.Terms) {
		return binds.On("items")
	}
	if d.cal().DueWorkdays(d.env.At, f.ValidDays).Before(o.ValidUntil) {
		return binds.On("valid_days")
	}
	return nil
}

// described says whether the items, from i on, can take descriptions of items of next, each of one of its own kind, so that they are
// the terms that the digest was made of. There are a handful of items: all ways are tried.
func described(items []Item, i int, next []Item, terms string) bool {
	if i == len(items) {
		return Digest(items, "") == terms
	}
	for j, n := range next {
		if n.By != items[i].By || n.Remedy != items[i].Remedy {
			continue
		}
		items[i].Description = n.Description
		if described(items, i+1, slices.Concat(next[:j], next[j+1:]), terms) {
			return true
		}
	}
	return false
}

// canOffer refuses a second set of terms while an agreement is being performed; and so many a side.
func canOffer(c *Case, by Actor, _ time.Time) error {
	switch {
	case c.Settling():
		return NewError(CodeAlreadyDone)
	case c.made.Of(by.Side()) >= c.Rules.OffersPerSide:
		return NewError(CodeTooManyOffers, "max", c.Rules.OffersPerSide)
	}
	return nil
}

func (d *decision) putOffer(items []Item, validDays int, say, reason string) {
	facts, descriptions := split(items)
	number := len(d.c.Offers) + 1
	side := d.by.Side()
	valid := d.clock(OfferValidity.of(number), side.Other(), d.env.At, validDays, WorkingDays)
	terms, all := digests(items, say)
	made := OfferMade{Offer: number, Items: facts, Digest: all, Terms: terms, ValidUntil: valid.Due, Starts: []Deadline{valid}, Took: d.answers()}
	if o, ok := d.c.OpenOffer(); ok {
		if o.By == side {
			made.Replaces = o.Number
		} else {
			made.Counters = o.Number
		}
	}
	d.emit(made, &Content{Text: say, Reason: reason, Items: descriptions})
}

// binds says whether the offer is an enterprise's that binds until its validity ends (Civil Code art. 476).
func (c *Case) binds(o Offer) bool { return o.By == SideEnterprise && c.Rules.EnterpriseOffersBind }

// othersOfferOpen holds when the other side's offer lies on the table.
func othersOfferOpen(c *Case, by Actor, _ time.Time) error {
	o, ok := c.OpenOffer()
	if !ok {
		return NewError(CodeOfferNotOpen).On("offer")
	}
	if o.By == by.Side() {
		return NewError(CodeOwnOffer, "offer", o.Number).On("offer")
	}
	return nil
}

// openOffer is the one on the table, when it is the one that the command names.
func (d *decision) openOffer(number int) (Offer, error) {
	named, err := d.c.offer(number)
	if err != nil {
		return Offer{}, err
	}
	if named.State != StateOpen {
		return Offer{}, NewError(CodeOfferNotOpen, "offer", number, "state", named.State).On("offer")
	}
	return named, nil
}

func (d *decision) seeOffer(f SeeOffer) error {
	o, err := d.openOffer(f.Offer)
	if err != nil {
		return err
	}
	if o.SeenAt.IsZero() { // seeing it again is nothing new
		d.emit(OfferSeen{Offer: o.Number}, nil)
	}
	return nil
}

// canWithdrawOffer: a consumer until it is answered; an enterprise only within minutes and unseen, as its offer binds.
func canWithdrawOffer(c *Case, by Actor, at time.Time) error {
	o, ok := c.OpenOffer()
	if !ok || o.By != by.Side() {
		return NewError(CodeOfferNotOpen).On("offer")
	}
	if !c.binds(o) {
		return nil
	}
	if !o.SeenAt.IsZero() {
		return NewError(CodeOfferSeen, "offer", o.Number, "until", o.ValidUntil).On("offer")
	}
	if until := o.MadeAt.Add(time.Duration(c.Rules.WithdrawMinutes) * time.Minute); !at.Before(until) {
		return NewError(CodeOfferBinds, "offer", o.Number, "until", o.ValidUntil).On("offer")
	}
	return nil
}

func (d *decision) withdrawOffer(f WithdrawOffer) error {
	o, err := d.openOffer(f.Offer)
	if err != nil {
		return err
	}
	d.emit(OfferWithdrawn{Offer: o.Number}, nil)
	return nil
}

func (d *decision) declineOffer(f DeclineOffer) error {
	o, err := d.openOffer(f.Offer)
	if err != nil {
		return err
	}
	if err := CheckText("reason", f.Reason, maxReason, false); err != nil {
		return err
	}
	d.emit(OfferDeclined{Offer: o.Number}, &Content{Text: f.Reason})
	return nil
}

// acceptOffer makes the agreement: the digest proves that the terms accepted are the terms that were read.
func (d *decision) acceptOffer(f AcceptOffer) error {
	o, err := d.openOffer(f.Offer)
	if err != nil {
		return err
	}
	if f.Digest == "" {
		return Required("digest")
	}
	if f.Digest != o.Digest {
		return NewError(CodeStaleDigest, "offer", o.Number).On("digest")
	}
	if err := d.mayPay(o.Items); err != nil {
		return err
	}
	accepted := OfferAccepted{Offer: o.Number, Digest: o.Digest}
	if !d.c.Escalated() {
		accepted.Took = d.took()
	}
	for i, it := range o.Items {
		if it.Due.After == nil {
			accepted.Starts = append(accepted.Starts, d.promiseClock(i, it, d.env.At))
		}
	}
	d.emit(accepted, nil)
	return nil
}

func (d *decision) promiseClock(i int, it Item, start time.Time) Deadline {
	return d.clock(Performance.of(i), it.By, start, it.Due.Days, it.Due.Unit)
}

// waiting gives the clocks of the items that wait for the report of item i.
func (d *decision) waiting(i int) (starts []Deadline) {
	for j, p := range d.c.Agreement.Items {
		if p.Due.After != nil && *p.Due.After == i && p.State == PromiseWaiting {
			starts = append(starts, d.promiseClock(j, p.Item, d.env.At))
		}
	}
	return starts
}
