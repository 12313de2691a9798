package app

import (
	"context"
	"crypto/rand"
	"log/slog"
	"math"
	netmail "net/mail"
	"slices"

	"hejie/negotiation"
	"hejie/negotiation/creditcode"
	"hejie/negotiation/region"
	"hejie/negotiation/scheme"
)

// Application to join the scheme. The supervisor's account works once the bureau has approved.
type Application struct {
	Profile    scheme.Profile
	Contact    Contact
	Supervisor NewStaff
	Client     Client
}

// ApplicationView is what officers see of an enterprise: the register, the promises of the application, and whom to call.
type ApplicationView struct {
	Enterprise Enterprise         `json:"enterprise"`
	Conditions scheme.Conditions  `json:"conditions"`
	Commitment negotiation.Choice `json:"commitment"`
	Contact    Contact            `json:"contact"`
}

// Scheme is the enrolment of enterprises. Rights and the order of things are those of negotiation/scheme; each command is one
// transaction over the enterprise's log, the accounts it lets in, the audit and the notices.
type Scheme struct{ access }

// Apply adds a pending enterprise and its supervisor's account, which does not work yet. Errors: those of the fields,
// credit_code_taken, login_taken, no_bureau, rate_limited.
func (s *Scheme) Apply(ctx context.Context, in Application) (Enterprise, error) {
	contact, err := in.Contact.checked()
	if err != nil {
		return Enterprise{}, err
	}
	cmd := scheme.Apply(in.Profile)
	by := negotiation.Actor{ID: NewID(), Role: negotiation.RoleDeskSupervisor}
	if _, err := (scheme.Enterprise{}).Decide(by, cmd, scheme.Env{At: s.w.Business.Now()}); err != nil {
		return Enterprise{}, err // before anything is done for a stranger
	}
	bureau, err := CompetentBureau(ctx, s.w.Plain, in.Profile.Region)
	if err != nil {
		return Enterprise{}, err
	}
	key, now, l := "apply:"+hexOf(s.w.Secret.addr(in.Client)), s.w.Real.Now(), s.w.Limits
	err = s.w.Plain.Write(ctx, func(tx PlainTx) error {
		n, oldest, err := tx.Attempts(ctx, key, now.Add(-day))
		if err != nil {
			return err
		}
		if n >= l.ApplicationsPerAddress {
			return rateLimited(seconds(oldest.Add(day).Sub(now)))
		}
		return tx.AddAttempt(ctx, key, now)
	})
	if err != nil {
		return Enterprise{}, err
	}
	in.Supervisor.Role = negotiation.RoleDeskSupervisor
	a, p, err := s.passwords.newStaff(ctx, in.Supervisor, now)
	if err != nil {
		return Enterprise{}, under(err, "supervisor")
	}
	a.ID, p.Account, a.Active = by.ID, by.ID, false
	var e scheme.Enterprise
	err = s.w.Plain.Write(ctx, func(tx PlainTx) (err error) {
		id, err := s.applicant(ctx, tx, in.Profile)
		if err != nil {
			return err
		}
		by, a := by, a
		by.Enterprise, a.Enterprise = id, id
		if e, err = s.decide(ctx, tx, id, by, CommandID{}, cmd); err != nil {
			return err
		}
		if err := addStaff(ctx, tx, a, p); err != nil {
			return err
		}
		if err := tx.SetContact(ctx, id, contact); err != nil {
			return err
		}
		return tx.AddNotice(ctx, s.notice("bureau:"+bureau.ID, TemplateApplication, e))
	})
	if err != nil {
		return Enterprise{}, err
	}
	return enterpriseOf(e), nil
}

// applicant gives the id of the enterprise with the credit code: a new one, or one whose applications were all refused. Nobody
// proved who sent those, so what came with them is cut off. For any other it is credit_code_taken: its own desk or the bureau applies.
func (s *Scheme) applicant(ctx context.Context, tx PlainTx, p scheme.Profile) (string, error) {
	code, err := creditcode.Parse(string(p.CreditCode))
	if err != nil {
		return "", err // was checked: the profile is sound
	}
	e, err := tx.EnterpriseByCredit(ctx, string(code))
	if negotiation.CodeOf(err) == negotiation.CodeNotFound {
		return NewID(), nil
	}
	if err != nil {
		return "", err
	}
	accounts, err := tx.Accounts(ctx, AccountFilter{Enterprise: e.ID})
	if err != nil {
		return "", err
	}
	if e.Status != scheme.StatusRemoved || slices.ContainsFunc(accounts, func(a Account) bool { return a.Active }) {
		return "", negotiation.NewError(CodeCreditCodeTaken).On("credit_code")
	}
	for _, a := range accounts {
		a.Enterprise, a.Login = "", "refused:"+a.ID
		if err := tx.SetAccount(ctx, a); err != nil {
			return "", err
		}
	}
	return e.ID, nil
}

// Do walks one command of an officer or of the enterprise's own supervisor through. One sent again gives the enterprise as the first
// left it. Errors: those of negotiation/scheme, command_id_reused, and no_bureau when the enterprise applies again where nobody is competent.
func (s *Scheme) Do(ctx context.Context, by negotiation.Actor, enterprise string, wish CommandID, cmd negotiation.Command) (Enterprise, error) {
	if !ValidID(enterprise) {
		return Enterprise{}, notFound()
	}
	known, err := s.w.Plain.Enterprise(ctx, enterprise)
	if err == nil && known.EnrolledAt.IsZero() && !mayRead(by, known) { // applied only
		err = notFound()
	}
	if err != nil {
		return Enterprise{}, err
	}
	var e scheme.Enterprise
	again := false
	err = s.w.Plain.Write(ctx, func(tx PlainTx) error {
		done, err := tx.SchemeCommand(ctx, enterprise, wish)
		if err != nil {
			return err
		}
		if again = done > 0; again {
			e, _, err = fold(ctx, tx, enterprise, done)
			return err
		}
		if e, err = s.decide(ctx, tx, enterprise, by, wish, cmd); err != nil {
			return err
		}
		if err := s.follow(ctx, tx, e, cmd); err != nil {
			return err
		}
		return s.w.audit(ctx, tx, by, AuditRow{What: AuditScheme, Subject: enterprise, Detail: cmd.Kind()})
	})
	if err != nil {
		return Enterprise{}, err
	}
	if e.Status == scheme.StatusRemoved && !again { // what is done stays done; what fails here is finished within the hour
		if err := s.escalate(context.WithoutCancel(ctx), enterprise); err != nil {
			s.w.Logger.ErrorContext(ctx, "cases of a removed enterprise wait to be escalated", slog.String("enterprise", enterprise), slog.Any("error", err))
		}
	}
	return enterpriseOf(e), nil
}

// follow does what a command brings about in the plain tables.
func (s *Scheme) follow(ctx context.Context, tx PlainTx, e scheme.Enterprise, cmd negotiation.Command) error {
	desk := "desk:" + e.ID
	switch cmd.(type) {
	case scheme.Apply, scheme.Leave:
		bureau, err := CompetentBureau(ctx, tx, e.Region)
		if err != nil {
			return err
		}
		t := Template(TemplateLeft)
		if e.Status == scheme.StatusPending {
			t = TemplateApplication
		}
		return tx.AddNotice(ctx, s.notice("bureau:"+bureau.ID, t, e))
	case scheme.Approve:
		if err := s.letIn(ctx, tx, e.ID); err != nil {
			return err
		}
		return tx.AddNotice(ctx, s.notice(desk, TemplateEnrolled, e))
	case scheme.Suspend:
		return tx.AddNotice(ctx, s.notice(desk, TemplateSuspended, e))
	case scheme.Remove:
		return tx.AddNotice(ctx, s.notice(desk, TemplateRemoved, e))
	}
	return nil
}

// letIn makes the supervisors' accounts work when no supervisor's does: after the first approval.
func (s *Scheme) letIn(ctx context.Context, tx PlainTx, enterprise string) error {
	supervisors, err := tx.Accounts(ctx, AccountFilter{Enterprise: enterprise, Role: negotiation.RoleDeskSupervisor})
	if err != nil {
		return err
	}
	for _, a := range supervisors {
		if a.Active {
			return nil
		}
	}
	for _, a := range supervisors {
		a.Active = true
		if err := tx.SetAccount(ctx, a); err != nil {
			return err
		}
	}
	return nil
}

// decide folds the enterprise's log, decides, and appends.
func (s *Scheme) decide(ctx context.Context, tx PlainTx, id string, by negotiation.Actor, wish CommandID, cmd negotiation.Command) (scheme.Enterprise, error) {
	e, head, err := fold(ctx, tx, id, math.MaxInt64)
	if err != nil {
		return e, err
	}
	if a, ok := cmd.(scheme.Apply); ok {
		if err := sameVersions("", []version{{"commitment.text", a.Commitment.Text, TextsInForce().Commitment}}); err != nil {
			return e, err
		}
	}
	events, err := e.Decide(by, cmd, scheme.Env{At: s.w.Business.Now()})
	if err != nil {
		return e, err
	}
	for _, ev := range events {
		salt := make([]byte, 16)
		rand.Read(salt)
		var r negotiation.Record
		if r, head, err = head.Seal(id, ev, salt); err != nil {
			return e, err
		}
		e = e.Apply(ev)
		if err := tx.AppendScheme(ctx, r, e, wish); err != nil {
			return e, err
		}
	}
	return e, nil
}

// fold reads an enterprise from its log up to a version.
func fold(ctx context.Context, r PlainReader, id string, version int64) (scheme.Enterprise, negotiation.Head, error) {
	e, head := scheme.Enterprise{ID: id}, negotiation.Head{}
	records, err := r.SchemeRecords(ctx, id)
	if err != nil {
		return e, head, err
	}
	for _, rec := range records {
		if rec.Version > version {
			break
		}
		ev, err := scheme.DecodeEvent(rec)
		if err != nil {
			return e, head, err
		}
		e, head = e.Apply(ev), head.After(rec)
	}
	return e, head, nil
}

// Finish escalates what a crash left: open negotiations with enterprises that were removed.
func (s *Scheme) Finish(ctx context.Context) error {
	after := ""
	for {
		removed, err := s.w.Plain.Enterprises(ctx, EnterpriseFilter{Statuses: []scheme.Status{scheme.StatusRemoved}, After: after, Limit: 100})
		if err != nil || len(removed) == 0 {
			return err
		}
		for _, e := range removed {
			if err := s.escalate(ctx, e.ID); err != nil {
				return err
			}
		}
		after = removed[len(removed)-1].ID
	}
}

// escalate sends the enterprise's open negotiations to the bureau; agreements and complaints keep their clocks.
func (s *Scheme) escalate(ctx context.Context, enterprise string) error {
	return eachOpenCase(ctx, s.w, OpenFilter{Enterprise: enterprise}, func(id string) error {
		c, _, err := s.w.Log.Case(ctx, id)
		if err != nil || c.Phase != negotiation.PhaseAwaitingResponse && c.Phase != negotiation.PhaseNegotiating {
			return err
		}
		_, err = s.w.Door.Do(ctx, negotiation.System, id, CommandID{}, negotiation.Escalate{})
		if negotiation.CodeOf(err) == negotiation.CodeWrongPhase { // it left by itself meanwhile
			return nil
		}
		return err
	})
}

// eachOpenCase walks the open cases that f chooses.
func eachOpenCase(ctx context.Context, w World, f OpenFilter, do func(id string) error) error {
	after := ""
	for {
		ids, err := w.Cases.OpenCaseIDs(ctx, f, after, 200)
		if err != nil || len(ids) == 0 {
			return err
		}
		for _, id := range ids {
			if err := do(id); err != nil {
				return err
			}
		}
		after = ids[len(ids)-1]
	}
}

// Applications in the officer's region, pending ones unless another status is asked for. Errors: not_allowed.
func (s *Scheme) Applications(ctx context.Context, by negotiation.Actor, status scheme.Status, after string, limit int) ([]ApplicationView, error) {
	if by.Role != negotiation.RoleOfficer {
		return nil, notAllowed()
	}
	if status == scheme.StatusNone {
		status = scheme.StatusPending
	}
	list, err := s.w.Plain.Enterprises(ctx, EnterpriseFilter{Statuses: []scheme.Status{status}, Within: by.Region, After: after, Limit: s.w.Limits.Page(limit)})
	if err != nil {
		return nil, err
	}
	views := make([]ApplicationView, 0, len(list))
	for _, e := range list {
		v, err := s.view(ctx, e.ID)
		if err != nil {
			return nil, err
		}
		views = append(views, v)
	}
	return views, nil
}

// Wishes are what consumers wish would join in the officer's region, the most wished for first. Errors: not_allowed.
func (s *Scheme) Wishes(ctx context.Context, by negotiation.Actor, limit int) ([]Wish, error) {
	if by.Role != negotiation.RoleOfficer {
		return nil, notAllowed()
	}
	var regions []string // nil: all
	if by.Region != region.Country {
		regions = region.Below(by.Region)
	}
	return s.w.Plain.Wishes(ctx, regions, s.w.Limits.Page(limit))
}

// mayRead says who knows of an application: the enterprise's own desk, and officers whose region covers it.
func mayRead(by negotiation.Actor, e Enterprise) bool {
	return by.Enterprise != "" && by.Enterprise == e.ID || by.Role == negotiation.RoleOfficer && region.Within(e.Region, by.Region)
}

// Enrolment is where an enterprise stands in the scheme, for its own desk: why it takes no cases, and whom to ask.
type Enrolment struct {
	Enterprise Enterprise
	Reason     string // what the bureau said of the status; "" if nothing
	Bureau     *Bureau
}

// Enrolment of the desk's own enterprise. Errors: not_allowed for who is at no desk.
func (s *Scheme) Enrolment(ctx context.Context, by negotiation.Actor) (Enrolment, error) {
	if by.Side() != negotiation.SideEnterprise {
		return Enrolment{}, notAllowed()
	}
	e, err := s.w.Plain.Enterprise(ctx, by.Enterprise)
	if err != nil {
		return Enrolment{}, err
	}
	out := Enrolment{Enterprise: e}
	if out.Reason, err = statusReason(ctx, s.w.Plain, e.ID); err != nil {
		return Enrolment{}, err
	}
	out.Bureau, err = bureauIfAny(ctx, s.w.Plain, e.Region)
	return out, err
}

// statusReason is what was said of an enterprise's present status; "" if nothing.
func statusReason(ctx context.Context, plain Plain, enterprise string) (string, error) {
	records, err := plain.SchemeRecords(ctx, enterprise)
	if err != nil || len(records) == 0 {
		return "", err
	}
	ev, err := scheme.DecodeEvent(records[len(records)-1])
	if err != nil || ev.Content == nil {
		return "", err
	}
	return ev.Content.Text, nil
}

func (s *Scheme) view(ctx context.Context, id string) (ApplicationView, error) {
	e, _, err := fold(ctx, s.w.Plain, id, math.MaxInt64)
	if err != nil {
		return ApplicationView{}, err
	}
	contact, err := s.w.Plain.Contact(ctx, id)
	return ApplicationView{enterpriseOf(e), e.Conditions, e.Commitment, contact}, err
}

func (s *Scheme) notice(to string, t Template, e scheme.Enterprise) Notice {
	return Notice{To: to, Template: t, Params: map[string]string{"enterprise": e.Name}, At: s.w.Business.Now()}
}

// enterpriseOf is the register's entry.
func enterpriseOf(e scheme.Enterprise) Enterprise {
	return Enterprise{e.ID, e.Name, string(e.CreditCode), e.Region, e.Address, e.Industry, e.Status, e.Ground, e.Since, e.AppliedAt, e.EnrolledAt}
}

func (c Contact) checked() (Contact, error) {
	var err error
	if c.Name, err = text("contact.name", c.Name, 1, maxDisplayName); err != nil {
		return c, err
	}
	if c.Phone, err = ParsePhone("contact.phone", c.Phone); err != nil {
		return c, err
	}
	if c.Email, err = text("contact.email", c.Email, 0, maxDetail); err != nil || c.Email == "" {
		return c, err
	}
	if a, err := netmail.ParseAddress(c.Email); err != nil || a.Name != "" {
		return c, negotiation.Invalid("contact.email", "name@example.com")
	}
	return c, nil
}
