package app

import (
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"log/slog"

	"github.com/google/uuid"

	"hejie/negotiation"
	"hejie/negotiation/scheme"
)

// Ledger is the one door for changes to cases. It resolves what a decision may know of the world, and the log runs the decision
// inside the transaction. It is safe for use by many at once and holds no state of its own.
type Ledger struct {
	w       World
	pulse   Pulse
	almanac Almanac
	rules   negotiation.Rules
}

// NewLedger makes the door. Rules are those that cases filed from now on keep.
func NewLedger(w World, almanac Almanac, rules negotiation.Rules) *Ledger {
	if w.Logger == nil {
		w.Logger = slog.New(slog.DiscardHandler)
	}
	return &Ledger{w: w, pulse: Pulse{w}, almanac: almanac, rules: rules}
}

// Rules that a case filed now would keep.
func (l *Ledger) Rules() negotiation.Rules { return l.rules }

// Identify makes the id of an actor's command: a UUID and the digest of what it says, whatever the white space it came with.
func Identify(by negotiation.Actor, id string, cmd negotiation.Command) (CommandID, error) {
	switch {
	case id == "":
		return CommandID{}, negotiation.Required("id")
	case !ValidID(id):
		return CommandID{}, negotiation.Invalid("id", "a lower-case UUID")
	case cmd == nil:
		return CommandID{}, negotiation.Required("do")
	}
	var room [1024]byte // most fit
	b, err := negotiation.AppendCommand(room[:0], cmd)
	if err != nil {
		return CommandID{}, err
	}
	return CommandID{Actor: by.ID, ID: id, Digest: sha256.Sum256(b)}, nil
}

// Do walks one command through the door. It returns the error of the rules, command_id_reused, or unavailable: then nothing was
// changed and the same id may be sent again.
func (l *Ledger) Do(ctx context.Context, by negotiation.Actor, caseID string, id CommandID, cmd negotiation.Command) (Receipt, error) {
	env, err := l.env(ctx)
	if err != nil {
		return Receipt{}, err
	}
	if env.Files, err = l.uploads(ctx, caseID, cmd); err != nil {
		return Receipt{}, err
	}
	if a, ok := cmd.(negotiation.Assign); ok && a.Agent != "" && by.Side() != negotiation.SideSystem { // which knows the desk, see Assignment
		if err := l.checkAgent(ctx, by, a.Agent); err != nil {
			return Receipt{}, err
		}
	}
	if a, ok := cmd.(negotiation.AnswerRequest); ok && a.Approve {
		if env.Asked, err = l.asked(ctx, caseID, a.Request); err != nil {
			return Receipt{}, err
		}
	}
	r, err := l.w.Log.Change(ctx, l.change(by, caseID, id, cmd, env))
	if by.Side() != negotiation.SideEnterprise { // a reopening may give the case back to the desk's inbox, and where the desk is tells of its notes
		r.Positions.Desk = negotiation.Position{}
	}
	return r, err
}

// asked reads the command that an event at the desk asks approval of; nil when it asks for none, or its texts were erased.
func (l *Ledger) asked(ctx context.Context, caseID string, seq int64) (negotiation.Command, error) {
	records, err := l.w.Log.Records(ctx, caseID, negotiation.Desk, seq-1, 1)
	if err != nil || len(records) == 0 || records[0].Seq != seq || records[0].Erased() {
		return nil, err
	}
	e, err := records[0].Event()
	return negotiation.Asked(e), err
}

// Ask is Do for who does not wait; see Log.
func (l *Ledger) Ask(ctx context.Context, by negotiation.Actor, caseID string, id CommandID, cmd negotiation.Command, told func(Receipt, error)) bool {
	switch cmd.(type) {
	case negotiation.AddEvidence, negotiation.ReportPerformance, negotiation.FileCase, negotiation.Assign, negotiation.AnswerRequest: // what they name is read before
		return false
	case negotiation.Reopen: // see Do
		return false
	}
	if !l.pulse.fresh() {
		return false
	}
	return l.w.Log.Ask(ctx, l.change(by, caseID, id, cmd, negotiation.Env{At: l.w.Business.Now()}), told)
}

func (l *Ledger) change(by negotiation.Actor, caseID string, id CommandID, cmd negotiation.Command, env negotiation.Env) Change {
	return Change{Case: caseID, Command: id, Decide: func(c *negotiation.Case, look Look) Decision {
		env := env
		var err error
		switch f := cmd.(type) {
		case negotiation.Reopen:
			var open negotiation.OpenCases
			if open, err = l.openCases(look, c.Consumer, c.Enterprise, c.OrderRef); err == nil {
				env.Open = &open
				env.Left, err = left(look, c.Agent)
			}
			if err == nil {
				env.Gone, err = gone(look, c.Enterprise)
			}
		case negotiation.Escalate:
			if c.Phase == negotiation.PhaseClosed {
				env.Gone, err = gone(look, c.Enterprise)
			}
		case negotiation.MakeOffer, negotiation.AcceptOffer:
			if by.Role == negotiation.RoleDeskAgent {
				env.Limit, err = look.Limit(by.ID)
			}
		case negotiation.Assign:
			err = mayAssign(look, c, by, f.Agent)
		}
		if err != nil {
			return Decision{Err: err}
		}
		return l.decide(c, by, cmd, env)
	}}
}

// left says whether the agent of a case works no more; nobody did not leave.
func left(look Look, agent string) (bool, error) {
	if agent == "" {
		return false, nil
	}
	active, err := look.Active(agent)
	return !active, err
}

// gone says whether the enterprise is in the scheme no more.
func gone(look Look, enterprise string) (bool, error) {
	status, err := look.Status(enterprise)
	return !status.Serves(), err
}

// mayAssign refuses to give a case to somebody who works no more: deactivation gives back what they have by then. The system gives
// back only what such a one has: a colleague may have taken it meanwhile.
func mayAssign(look Look, c *negotiation.Case, by negotiation.Actor, agent string) error {
	back := agent == "" && by.Side() == negotiation.SideSystem
	if back {
		agent = c.Agent
	}
	gone, err := left(look, agent)
	switch {
	case err != nil:
		return err
	case back && !gone:
		return negotiation.NewError(negotiation.CodeAlreadyDone)
	case !back && gone:
		return notFound().On("agent")
	}
	return nil
}

// Tick does what the clocks of the case want by now: passing and reminding. It takes effect once, whoever asks how often.
func (l *Ledger) Tick(ctx context.Context, caseID string) error {
	env, err := l.env(ctx)
	if err != nil {
		return err
	}
	_, err = l.w.Log.Change(ctx, l.ticking(caseID, env))
	return err
}

// AskTick is Tick for who does not wait, as Ask is Do.
func (l *Ledger) AskTick(ctx context.Context, caseID string, told func(error)) bool {
	return l.pulse.fresh() &&
		l.w.Log.Ask(ctx, l.ticking(caseID, negotiation.Env{At: l.w.Business.Now()}), func(_ Receipt, err error) { told(err) })
}

func (l *Ledger) ticking(caseID string, env negotiation.Env) Change {
	return Change{Case: caseID, Decide: func(c *negotiation.Case, _ Look) Decision {
		return l.decide(c, negotiation.System, nil, env)
	}}
}

// decide by the calendar as it is when the turn comes: a year may have been imported while the command waited.
func (l *Ledger) decide(c *negotiation.Case, by negotiation.Actor, cmd negotiation.Command, env negotiation.Env) Decision {
	if err := TextsInForce().inForce(cmd); err != nil && c.May(by, negotiation.Action(cmd.Kind())) == nil {
		return Decision{After: c, Err: err}
	}
	env.Calendar, env.Outages = l.almanac.Calendar(), l.almanac.Outages()
	events, after, err := c.Step(by, cmd, env)
	return Decision{Events: events, After: after, Notices: notices(c, after, events, l.w.Limits.NoticePatience), Err: err}
}

// env is what decisions may know of the world now: also of an outage that has just ended.
func (l *Ledger) env(ctx context.Context) (negotiation.Env, error) {
	if err := l.pulse.awake(ctx); err != nil {
		return negotiation.Env{}, err
	}
	return negotiation.Env{At: l.w.Business.Now()}, nil
}

// PersonDetails are the complainant's identity data (Order 121 art. 10(1)); they go to people, not to the log.
type PersonDetails struct {
	Name    string `json:"name"`
	Address string `json:"address"`
}

// File opens a case for a signed-in consumer. The same command id gives the same case.
func (l *Ledger) File(ctx context.Context, by negotiation.Actor, id CommandID, f negotiation.FileCase, p PersonDetails) (Receipt, error) {
	if by.Side() != negotiation.SideConsumer {
		return Receipt{}, notAllowed()
	}
	env, err := l.env(ctx)
	if err != nil {
		return Receipt{}, err
	}
	filing, err := l.filing(ctx, by, id, f)
	if err != nil {
		return Receipt{}, err
	}
	if env.Files, err = l.uploads(ctx, filing.Case, f); err != nil {
		return Receipt{}, err
	}
	if p, err = p.checked(); err != nil {
		return Receipt{}, err
	}
	id.Digest = negotiation.Hash(l.w.Secret.Sum("filing", string(id.Digest[:]), p.Name, p.Address)) // who files is part of it
	decide := func(c *negotiation.Case, look Look) Decision {
		in := filing
		var err error
		if in.Open, err = l.openCases(look, by.ID, f.Enterprise, in.OrderRef); err != nil {
			return Decision{Err: err}
		}
		env := env
		env.Filing = &in
		return l.decide(c, by, f, env)
	}
	// The complainant is named with the filing: not when it is refused, and no later than the desk hears of it.
	return l.w.Log.Change(ctx, Change{Case: filing.Case, Command: id, Decide: decide, Also: func(ctx context.Context, tx PlainTx) error {
		return nameFiler(ctx, tx, by.ID, filing.Case, p)
	}})
}

// openCases counts the consumer's, with the limits that they count against.
func (l *Ledger) openCases(look Look, consumer, enterprise, orderRef string) (negotiation.OpenCases, error) {
	o := negotiation.OpenCases{MaxOrder: l.w.Limits.CasesPerOrder, MaxEnterprise: l.w.Limits.CasesPerEnterprise, Max: l.w.Limits.CasesPerConsumer}
	if active, err := look.Active(consumer); err != nil || !active {
		return o, cmp.Or(err, error(signInRequired()))
	}
	var err error
	o.SameOrder, o.SameEnterprise, o.All, err = look.OpenCases(consumer, enterprise, orderRef)
	return o, err
}

// filing resolves what the platform knows: the enterprise's enrolment, the competent bureau and the rules in force.
func (l *Ledger) filing(ctx context.Context, by negotiation.Actor, id CommandID, f negotiation.FileCase) (negotiation.Filing, error) {
	if !ValidID(f.Enterprise) {
		return negotiation.Filing{}, notFound().On("enterprise")
	}
	e, err := l.w.Plain.Enterprise(ctx, f.Enterprise)
	if err != nil {
		return negotiation.Filing{}, on(err, "enterprise")
	}
	bureau, err := CompetentBureau(ctx, l.w.Plain, e.Region)
	if err != nil {
		return negotiation.Filing{}, on(err, "enterprise")
	}
	sum := sha256.Sum256([]byte("case\x00" + by.ID + "\x00" + id.ID))
	caseID := uuid.UUID(sum[:16])
	caseID[6], caseID[8] = caseID[6]&0x0f|0x80, caseID[8]&0x3f|0x80 // UUID version 8: made of a hash
	return negotiation.Filing{Case: caseID.String(), Code: caseCode(sum[16:]), Rules: l.rules, Bureau: bureau.ID, Region: e.Region,
		Enrolled: e.Status == scheme.StatusEnrolled, OrderRef: l.w.Secret.OrderRef(f.OrderNumber)}, nil
}

func (p PersonDetails) checked() (PersonDetails, error) {
	name, err := text("person.name", p.Name, 1, maxDetail)
	if err != nil {
		return p, err
	}
	address, err := text("person.address", p.Address, 1, maxDetail)
	return PersonDetails{name, address}, err
}

// nameFiler keeps the complainant's details in people. Under another name it may be another person: all cases but this one keep theirs.
func nameFiler(ctx context.Context, tx PlainTx, account, caseID string, p PersonDetails) error {
	person, err := tx.Person(ctx, account)
	if err != nil {
		return err
	}
	if person.Name != "" && Normalise(person.Name) != Normalise(p.Name) {
		if err := tx.KeepFiler(ctx, account, caseID); err != nil {
			return err
		}
	}
	person.Account, person.Name, person.Address = account, p.Name, p.Address
	return tx.SetPerson(ctx, person)
}

// maxDetail is the longest name or address, in characters.
const maxDetail = 200

// uploads reads what is known of the files that a command names; a file that is not there, or that another case has, is the rules' to
// refuse.
func (l *Ledger) uploads(ctx context.Context, caseID string, cmd negotiation.Command) ([]negotiation.File, error) {
	var ids []string
	switch f := cmd.(type) {
	case negotiation.AddEvidence:
		ids = []string{f.File}
	case negotiation.ReportPerformance:
		if f.File != "" {
			ids = []string{f.File}
		}
	case negotiation.FileCase:
		if len(f.Evidence) <= l.rules.FilesPerSide {
			for _, e := range f.Evidence {
				ids = append(ids, e.File)
			}
		}
	}
	var files []negotiation.File
	for _, id := range ids {
		row, err := l.w.Plain.File(ctx, id)
		if negotiation.CodeOf(err) == negotiation.CodeNotFound {
			continue
		}
		if err != nil {
			return nil, err
		}
		if row.Type == "" || row.Case != "" && row.Case != caseID {
			continue
		}
		files = append(files, negotiation.File{ID: row.ID, SHA256: row.SHA256, Name: row.Name, Type: row.Type, Size: row.Size, Owner: row.Owner})
	}
	return files, nil
}

// checkAgent refuses an assignment to somebody who is not of the enterprise's desk.
func (l *Ledger) checkAgent(ctx context.Context, by negotiation.Actor, agent string) error {
	a, err := l.w.Plain.Account(ctx, agent)
	if negotiation.CodeOf(err) == negotiation.CodeNotFound || err == nil && (a.Enterprise == "" || a.Enterprise != by.Enterprise) {
		return notFound().On("agent")
	}
	return err
}

// on names the field of an error of the rules and leaves any other alone.
func on(err error, field string) error {
	if e, ok := errors.AsType[*negotiation.Error](err); ok {
		return e.On(field)
	}
	return err
}
