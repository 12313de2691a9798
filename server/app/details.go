package app

import (
	"context"
	"slices"

	"hejie/negotiation"
)

// Disclosure says how much of the consumer's identity a reader of a case may see. The table, which is law for the code
// (PIPL art. 6: no more than the purpose needs; Order 121 arts. 10, 37):
//
//	reader                      state of the case                                  in rooms and lists        on opening the details
//	the consumer                any                                                full                      full
//	desk of the enterprise      any                                                surname, masked phone     refused
//	desk of the enterprise      shown by the consumer, or an accepted item needs   surname, masked phone     full, audited
//	                            an address (Remedy.NeedsAddress)
//	the competent bureau        before escalation                                  nothing                   refused
//	the competent bureau        after escalation                                   surname, masked phone     full, audited
//	bureaus above it            any                                                nothing                   refused
//	other enterprises, bureaus  any                                                the case does not exist   the case does not exist
//	administrators, the public  any                                                the case does not exist   the case does not exist
type Disclosure string

// The degrees.
const (
	DisclosesNothing Disclosure = "none"
	DisclosesMasked  Disclosure = "masked"
	DisclosesFull    Disclosure = "full"
)

// DisclosureTo is the degree up to which the reader may open the details. The rights themselves are those of the case.
func DisclosureTo(by negotiation.Actor, c *negotiation.Case) Disclosure {
	switch {
	case c.May(by, negotiation.SeeDetails) == nil:
		return DisclosesFull
	case c.May(by, negotiation.SeeRoom) == nil:
		return DisclosesMasked
	}
	return DisclosesNothing
}

// Basis is why details were opened; it goes into the audit.
type Basis string

// The bases.
const (
	BasisShown     Basis = "shown_by_consumer"
	BasisAgreement Basis = "needed_by_agreement"
	BasisComplaint Basis = "complaint"
)

func basis(by negotiation.Actor, c *negotiation.Case) Basis {
	switch {
	case by.Side() == negotiation.SideBureau:
		return BasisComplaint
	case c.Disclosed:
		return BasisShown
	}
	return BasisAgreement
}

// ConsumerView is a consumer as a reader of a case sees them in rooms and lists.
type ConsumerView struct {
	Disclosure Disclosure `json:"disclosure"` // what opening the details would show
	Name       string     `json:"name,omitempty"`
	Phone      string     `json:"phone,omitempty"`
	Address    string     `json:"address,omitempty"`
}

// Purpose is what an officer opens the details for. There is no "other": data may be handled for a definite purpose only (PIPL art. 6).
type Purpose string

// The purposes.
const (
	PurposeHandling     Purpose = "handling"     // the complaint itself
	PurposeContact      Purpose = "contact"      // to call or write to the consumer
	PurposeVerification Purpose = "verification" // whether it is who it says (Order 121 art. 10)
	PurposeEnforcement  Purpose = "enforcement"  // a clue for an investigation
)

// Purposes that there are.
var Purposes = [...]Purpose{PurposeHandling, PurposeContact, PurposeVerification, PurposeEnforcement}

// Details shows consumers' identities to those who may see them.
type Details struct{ w World }

// View gives the consumer as the reader sees them without opening the details.
func (d *Details) View(ctx context.Context, by negotiation.Actor, c *negotiation.Case) (ConsumerView, error) {
	v := ConsumerView{Disclosure: DisclosureTo(by, c)}
	if v.Disclosure == DisclosesNothing {
		return v, nil
	}
	p, err := d.filer(ctx, c)
	if err != nil {
		return ConsumerView{}, err
	}
	if by.ID == c.Consumer {
		v.Name, v.Phone, v.Address = p.Name, p.Phone, p.Address
	} else {
		v.Name, v.Phone = MaskName(p.Name), MaskPhone(p.Phone)
	}
	return v, nil
}

// filer is the consumer, under the name of the case; without any data once they were erased.
func (d *Details) filer(ctx context.Context, c *negotiation.Case) (Person, error) {
	found, err := d.w.Plain.Filers(ctx, []string{c.ID})
	p := found[c.ID]
	p.Account = c.Consumer
	return p, err
}

// Opened are a consumer's details in full.
type Opened struct {
	Person
	OrderNumber string // as it was given at filing; "" without, or erased
}

// Open gives the consumer's full name, phone, address and order number, and notes who saw them, when, on what basis and, of an officer,
// for what purpose; the others' follows from the basis. Nothing is shown if it cannot be noted. Errors: not_found, not_allowed,
// required and invalid (purpose).
func (d *Details) Open(ctx context.Context, by negotiation.Actor, caseID string, purpose Purpose) (Opened, error) {
	c, _, err := d.w.Log.Case(ctx, caseID)
	if err != nil {
		return Opened{}, err
	}
	if err := c.May(by, negotiation.SeeDetails); err != nil {
		return Opened{}, err
	}
	switch bureau := by.Side() == negotiation.SideBureau; {
	case bureau && purpose == "":
		return Opened{}, negotiation.Required("purpose")
	case purpose != "" && (!bureau || !slices.Contains(Purposes[:], purpose)):
		return Opened{}, negotiation.Invalid("purpose", Purposes)
	}
	o, err := d.read(ctx, c)
	if err != nil || by.ID == c.Consumer {
		return o, err
	}
	err = d.w.Plain.Write(ctx, func(tx PlainTx) error {
		return d.w.audit(ctx, tx, by, AuditRow{What: AuditDetails, Subject: c.Consumer, Case: c.ID, Why: string(basis(by, c)), Detail: string(purpose)})
	})
	if err != nil {
		return Opened{}, err
	}
	return o, nil
}

func (d *Details) read(ctx context.Context, c *negotiation.Case) (o Opened, err error) {
	if o.Person, err = d.filer(ctx, c); err != nil {
		return Opened{}, err
	}
	filed, err := d.w.Log.RecordsOf(ctx, c.ID, negotiation.CaseFiled{}.Kind())
	if err != nil {
		return Opened{}, err
	}
	for _, r := range filed {
		e, err := r.Event()
		if err != nil {
			return Opened{}, err
		}
		if e.Content != nil {
			o.OrderNumber = e.Content.OrderNumber
		}
	}
	return o, nil
}

// OpenedFile notes that somebody read the case file; call it before showing it. The consumer's own reading is not noted.
func (d *Details) OpenedFile(ctx context.Context, by negotiation.Actor, c *negotiation.Case) error {
	if by.ID == c.Consumer {
		return nil
	}
	return d.w.Plain.Write(ctx, func(tx PlainTx) error {
		return d.w.audit(ctx, tx, by, AuditRow{What: AuditCaseFile, Case: c.ID})
	})
}

// Names of the people in a case's room, by account: staff by their display name, the consumer as View has them. Accounts that
// nobody knows (the system's) are left out. It is empty for a reader who does not see the room.
func (d *Details) Names(ctx context.Context, by negotiation.Actor, c *negotiation.Case, accounts []string) (map[string]string, error) {
	if DisclosureTo(by, c) == DisclosesNothing {
		return map[string]string{}, nil
	}
	people, err := d.w.Plain.People(ctx, accounts)
	if err != nil {
		return nil, err
	}
	if _, ok := people[c.Consumer]; ok {
		if people[c.Consumer], err = d.filer(ctx, c); err != nil {
			return nil, err
		}
	}
	names := make(map[string]string, len(people))
	for id, p := range people {
		if id == c.Consumer && by.ID != c.Consumer {
			p.Name = MaskName(p.Name)
		}
		names[id] = p.Name
	}
	return names, nil
}

// Audit of a case: who opened what, newest first, as f narrows it. Both parties and the competent bureau may know; not_found or not_allowed else.
func (d *Details) Audit(ctx context.Context, by negotiation.Actor, caseID string, f AuditFilter) ([]AuditRow, error) {
	c, _, err := d.w.Log.Case(ctx, caseID)
	if err != nil {
		return nil, err
	}
	if err := c.May(by, negotiation.SeeRoom); err != nil {
		return nil, err
	}
	f.Case = caseID
	return d.w.auditOf(ctx, by, f)
}
