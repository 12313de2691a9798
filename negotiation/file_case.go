package negotiation

import (
	"strings"

	"hejie/negotiation/workday"
)

// fileCase opens the case and puts the claim on the table as the consumer's first offer (Order 121 arts. 10, 16 for what is asked).
func (d *decision) fileCase(f FileCase) error {
	in := d.env.Filing
	if in == nil {
		return NewError(CodeInternal)
	}
	if !in.Enrolled {
		return NewError(CodeNotEnrolled).On("enterprise")
	}
	if err := d.checkFiling(&f, in); err != nil {
		return err
	}
	at := d.env.At
	d.c = &Case{ID: in.Case}
	shared := f.Consents
	shared.Escalation = nil
	d.emit(CaseFiled{
		Enterprise: f.Enterprise, Bureau: in.Bureau, Region: in.Region, Rules: in.Rules, Code: in.Code, Category: f.Category,
		PurchasedOn: f.PurchasedOn, KnownSince: f.KnownSince, OrderRef: in.OrderRef, Amount: f.Amount, ForDailyLife: f.ForDailyLife,
		OtherBody: f.OtherBody, Consents: shared,
		Starts: []Deadline{
			d.clock(FirstResponse, SideEnterprise, at, in.Rules.FirstResponse, WorkingDays),
			d.clock(Negotiation, SideEnterprise, at, in.Rules.Negotiation, WorkingDays),
		},
		Limit: d.cal().WorkingSeconds(at, d.cal().DueWorkdays(at, in.Rules.FirstResponse)),
	}, &Content{Goods: f.Goods, Text: strings.TrimSpace(f.Facts), OrderNumber: f.OrderNumber})
	d.putOffer(f.Claim, in.Rules.ValidMax, "", f.Reason)
	for i, ref := range f.Evidence {
		if err := d.putEvidence(index("evidence", i)+".", ref, ""); err != nil {
			return err
		}
	}
	d.emitIn(ConsumerOnly, ConsentsChanged{Escalation: f.Consents.Escalation}, nil)
	return nil
}

// checkFiling checks what the consumer wrote, and puts its lines right.
func (d *decision) checkFiling(f *FileCase, in *Filing) (err error) {
	if !f.Category.Valid() {
		return Invalid("category", Categories)
	}
	if f.Goods, err = Line("goods", f.Goods, 1, maxName); err != nil {
		return err
	}
	if err := CheckText("facts", f.Facts, maxFacts, true); err != nil {
		return err
	}
	if f.OrderNumber, err = Line("order_number", f.OrderNumber, 0, maxName); err != nil {
		return err
	}
	if err := d.checkDates(*f); err != nil {
		return err
	}
	if err := f.Amount.check("amount"); err != nil {
		return err
	}
	if err := d.checkItems(&in.Rules, "claim", f.Claim); err != nil {
		return err
	}
	if err := checkReason(f.Amount, f.Claim, f.Reason); err != nil {
		return err
	}
	switch f.OtherBody {
	case BodyNone, BodyCourt, BodyArbitration, BodyRegulator, BodyAssociation, BodyOther:
	case "":
		return Required("other_body")
	default:
		return Invalid("other_body", []OtherBody{BodyNone, BodyCourt, BodyArbitration, BodyRegulator, BodyAssociation, BodyOther})
	}
	if !f.ForDailyLife { // Order 121 art. 3: a complaint is about something bought for daily life
		return Invalid("for_daily_life", true)
	}
	if err := f.Consents.check(); err != nil {
		return err
	}
	if len(f.Evidence) > in.Rules.FilesPerSide {
		return NewError(CodeTooManyFiles, "max", in.Rules.FilesPerSide).On("evidence")
	}
	return in.Open.room(f.OrderNumber != "")
}

// room says whether one more open case is within the consumer's limits.
func (o OpenCases) room(order bool) error {
	switch {
	case order && o.SameOrder >= o.MaxOrder:
		return NewError(CodeTooManyCases, "scope", "order", "max", o.MaxOrder).On("order_number")
	case o.SameEnterprise >= o.MaxEnterprise:
		return NewError(CodeTooManyCases, "scope", "enterprise", "max", o.MaxEnterprise).On("enterprise")
	case o.All >= o.Max:
		return NewError(CodeTooManyCases, "scope", "consumer", "max", o.Max)
	}
	return nil
}

// oldestPurchase that is taken as a date rather than a slip of the finger.
const oldestPurchase = "1990-01-01"

func (d *decision) checkDates(f FileCase) error {
	today := workday.DateOf(d.env.At).String()
	for _, x := range []struct{ field, date, from string }{
		{"purchased_on", f.PurchasedOn, oldestPurchase},
		{"known_since", f.KnownSince, f.PurchasedOn},
	} {
		if x.date == "" {
			return Required(x.field)
		}
		if _, err := workday.Parse(x.date); err != nil {
			return Invalid(x.field, "yyyy-mm-dd")
		}
		if x.date < x.from || x.date > today { // yyyy-mm-dd sorts as text
			return OutOfRange(x.field, x.from, today)
		}
	}
	return nil
}

// check that each consent was asked for: boxes carry the version of the text agreed to, choices have no default (PIPL art. 23).
func (k Consents) check() error {
	switch {
	case k.Truth == "":
		return Required("consents.truth")
	case k.Rules == "":
		return Required("consents.rules")
	case k.Publication == nil:
		return Required("consents.publication")
	case k.Escalation == nil:
		return Required("consents.escalation")
	}
	for _, x := range []struct{ field, version string }{
		{"truth", k.Truth}, {"rules", k.Rules}, {"publication.text", k.Publication.Text}, {"escalation.text", k.Escalation.Text},
	} {
		if err := CheckText("consents."+x.field, x.version, maxName, true); err != nil {
			return err
		}
	}
	return nil
}

func (d *decision) changeConsents(f ChangeConsents) error {
	if f.Publication == nil && f.Escalation == nil {
		return Required("publication")
	}
	if f.Escalation != nil { // what is closed goes nowhere by itself
		if err := d.c.in(running...); err != nil {
			return err
		}
	}
	for _, x := range []struct {
		field  string
		choice *Choice
	}{{"publication", f.Publication}, {"escalation", f.Escalation}} {
		if x.choice == nil {
			continue
		}
		if err := CheckText(x.field+".text", x.choice.Text, maxName, true); err != nil {
			return err
		}
	}
	if f.Publication != nil {
		d.emit(ConsentsChanged{Publication: f.Publication}, nil)
	}
	if f.Escalation != nil {
		d.emitIn(ConsumerOnly, ConsentsChanged{Escalation: f.Escalation}, nil)
	}
	return nil
}
