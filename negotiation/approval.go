package negotiation

import (
	"cmp"
	"slices"
	"time"
)

// Request is an agent's, who may not settle for so much alone, to a supervisor of the desk: to make an offer or accept one. Nobody else
// knows of it.
type Request struct {
	Seq int64     `json:"seq"` // of its event at the desk
	By  string    `json:"by"`  // agent
	At  time.Time `json:"at"`
	on  table
}

// table is what lies between the parties. A request is for the table that it was made at: whatever comes there overtakes it.
type table struct {
	offers, open int // how many there were, and the number of the open one; 0: none
	escalated    bool
}

func (c *Case) table() table {
	t := table{offers: len(c.Offers), escalated: c.Escalated()}
	if o, ok := c.OpenOffer(); ok {
		t.open = o.Number
	}
	return t
}

// overtake drops a request that has become void.
func (c *Case) overtake() {
	if c.Request.on != c.table() || !slices.Contains(offering, c.Phase) {
		c.Request = nil
	}
}

func (c *Case) applyRequest(e Event) {
	switch e.Fact.(type) {
	case ApprovalRequested:
		c.talked(e)
		c.Request = &Request{Seq: c.desk, By: e.By.ID, At: e.At, on: c.table()}
	case RequestAnswered, RequestWithdrawn:
		c.Request = nil
	}
}

// Asked is the command that the event asks approval of, with its texts; nil when it asks for none.
func Asked(e Event) Command {
	f, ok := e.Fact.(ApprovalRequested)
	switch {
	case !ok:
		return nil
	case f.AcceptOffer != nil:
		return *f.AcceptOffer
	}
	offer, content := *f.MakeOffer, cmp.Or(e.Content, &Content{})
	offer.Text, offer.Reason, offer.Items = content.Text, content.Reason, slices.Clone(offer.Items)
	for i, description := range content.Items {
		offer.Items[i].Description = description
	}
	return offer
}

// mayPay refuses terms by which the enterprise pays more than the agent may settle for alone. Limits are in CNY: of another currency any
// amount is over one.
func (d *decision) mayPay(items []Item) error {
	if d.env.Limit == nil || d.by.Role != RoleDeskAgent {
		return nil
	}
	limit, sum := CNY(*d.env.Limit), CNY(0)
	for _, it := range items {
		switch {
		case it.By != SideEnterprise || it.Amount == nil:
		case it.Amount.Currency != limit.Currency:
			return overAuthority(limit, *it.Amount)
		default:
			sum.Minor += it.Amount.Minor
		}
	}
	if sum.Minor > limit.Minor {
		return overAuthority(limit, sum)
	}
	return nil
}

func overAuthority(limit, amount Money) error {
	return NewError(CodeOverAuthority, "limit", limit, "amount", amount)
}

// canRequest: agents ask, one at a time; a new request replaces the own one.
func canRequest(c *Case, by Actor, _ time.Time) error {
	switch {
	case by.Role != RoleDeskAgent:
		return NewError(CodeNotAllowed)
	case c.Request != nil && c.Request.By != by.ID:
		return NewError(CodeRequestOpen)
	}
	return nil
}

// requestApproval takes nothing that the door would refuse to a supervisor, too.
func (d *decision) requestApproval(f RequestApproval) error {
	if (f.MakeOffer == nil) == (f.AcceptOffer == nil) {
		return Required("make_offer")
	}
	if err := CheckText("note", f.Note, maxReason, false); err != nil {
		return err
	}
	if err := d.c.mayTalk(d.by.Side(), d.env.At); err != nil {
		return err
	}
	asked, content := ApprovalRequested{AcceptOffer: f.AcceptOffer}, &Content{Note: f.Note}
	field, cmd := "accept_offer", Command(nil)
	if f.MakeOffer != nil {
		field, cmd = "make_offer", *f.MakeOffer
		asked.MakeOffer = &MakeOffer{ValidDays: f.MakeOffer.ValidDays}
		asked.MakeOffer.Items, content.Items = split(f.MakeOffer.Items)
		content.Text, content.Reason = f.MakeOffer.Text, f.MakeOffer.Reason
	} else {
		cmd = *f.AcceptOffer
	}
	trial := decision{c: d.c, by: d.by, env: d.env}
	trial.env.Limit = nil
	if err := trial.command(cmd); err != nil {
		return inside(field, err)
	}
	d.emitIn(Desk, asked, content)
	return nil
}

// canAnswerRequest: supervisors answer what lies open.
func canAnswerRequest(c *Case, by Actor, _ time.Time) error {
	switch {
	case by.Role != RoleDeskSupervisor:
		return NewError(CodeNotAllowed)
	case c.Request == nil:
		return NewError(CodeRequestNotOpen).On("request")
	}
	return nil
}

// answerRequest of an agent. Approving does at once what was asked for, in the supervisor's name.
func (d *decision) answerRequest(f AnswerRequest) error {
	if d.c.Request.Seq != f.Request {
		return NewError(CodeRequestNotOpen).On("request")
	}
	if err := CheckText("text", f.Text, maxReason, false); err != nil {
		return err
	}
	d.emitIn(Desk, RequestAnswered{Request: f.Request, Approved: f.Approve}, &Content{Text: f.Text})
	switch {
	case !f.Approve:
		return nil
	case d.env.Asked == nil:
		return NewError(CodeNotFound).On("request")
	}
	return d.command(d.env.Asked)
}

// canWithdrawRequest: who asked may take it back.
func canWithdrawRequest(c *Case, by Actor, _ time.Time) error {
	switch {
	case c.Request == nil:
		return NewError(CodeRequestNotOpen).On("request")
	case c.Request.By != by.ID:
		return NewError(CodeNotAllowed)
	}
	return nil
}

func (d *decision) withdrawRequest(f WithdrawRequest) error {
	if d.c.Request.Seq != f.Request {
		return NewError(CodeRequestNotOpen).On("request")
	}
	d.emitIn(Desk, RequestWithdrawn(f), nil)
	return nil
}
