package app

import (
	"cmp"
	"context"
	"log/slog"
	"slices"
	"strconv"
	"strings"

	"hejie/negotiation"
)

// Staff is the desk of an enterprise: its supervisors add, change and deactivate accounts. An enterprise that has an active
// supervisor keeps one.
type Staff struct {
	access
	assignment *Assignment
}

// StaffMember as colleagues and administrators see them.
type StaffMember struct {
	ID          string             `json:"id"`
	Login       string             `json:"login"`
	DisplayName string             `json:"display_name"`
	Phone       string             `json:"phone,omitempty"`
	Role        negotiation.Role   `json:"role"`
	Enterprise  string             `json:"enterprise,omitempty"`
	Bureau      string             `json:"bureau,omitempty"`
	Active      bool               `json:"active"`
	Limit       *negotiation.Money `json:"limit,omitempty"` // of what an agent may settle for alone; nil: none
	Capacity    *int               `json:"capacity,omitempty"`
	Away        bool               `json:"away"`
	Load        int                `json:"load"` // cases under negotiation that a member of a desk has
}

// StaffChange changes what is not nil. A change of role or password, and deactivation, end the account's sessions at once. The cases
// of a deactivated agent go back to the inbox.
type StaffChange struct {
	DisplayName *string
	Phone       *string // "" removes it
	Role        *negotiation.Role
	Active      *bool
	Password    *string
	Limit       *negotiation.Money // of what an agent may settle for alone
	Unlimited   bool               // without a limit
	Capacity    *int               // see Account
	ByHand      bool               // without a capacity: is given cases by hand only
	Away        *bool
}

var deskRoles = []negotiation.Role{negotiation.RoleDeskAgent, negotiation.RoleDeskSupervisor}

// List gives the desk's accounts, to every member: cases are assigned by it. Logins, phones and limits are shown to supervisors only.
func (s *Staff) List(ctx context.Context, by negotiation.Actor) ([]StaffMember, error) {
	if by.Side() != negotiation.SideEnterprise {
		return nil, notAllowed()
	}
	members, err := members(ctx, s.w.Plain, AccountFilter{Enterprise: by.Enterprise})
	if err != nil {
		return nil, err
	}
	loads, err := s.w.Cases.Loads(ctx, by.Enterprise)
	for i := range members {
		members[i].Load = loads[members[i].ID]
	}
	if by.Role != negotiation.RoleDeskSupervisor {
		for i := range members {
			members[i].Login, members[i].Phone, members[i].Limit = "", "", nil
		}
	}
	return members, err
}

// Add an account to the desk. Errors: not_allowed, login_taken, too_many_staff, those of the fields.
func (s *Staff) Add(ctx context.Context, by negotiation.Actor, n NewStaff) (StaffMember, error) {
	if by.Role != negotiation.RoleDeskSupervisor {
		return StaffMember{}, notAllowed()
	}
	if !slices.Contains(deskRoles, n.Role) {
		return StaffMember{}, negotiation.Invalid("role", deskRoles)
	}
	if err := cmp.Or(checkLimit(n.Limit), checkCapacity(n.Capacity)); err != nil {
		return StaffMember{}, err
	}
	a, p, err := s.passwords.newStaff(ctx, n, s.w.Real.Now())
	if err != nil {
		return StaffMember{}, err
	}
	a.Enterprise, a.Limit, a.Capacity = by.Enterprise, fen(n.Limit), n.Capacity
	err = s.w.Plain.Write(ctx, func(tx PlainTx) error {
		have, err := tx.Accounts(ctx, AccountFilter{Enterprise: by.Enterprise})
		if err != nil {
			return err
		}
		if len(have) >= s.w.Limits.StaffPerDesk {
			return negotiation.NewError(CodeTooManyStaff, "max", s.w.Limits.StaffPerDesk)
		}
		return s.w.hire(ctx, tx, by, a, p)
	})
	if err != nil {
		return StaffMember{}, err
	}
	s.assignment.Look(a.Enterprise)
	return member(a, p), nil
}

// stillIn says sign_in_required to who was deactivated, or got another role, while a password was hashed: both end their sessions.
func stillIn(ctx context.Context, tx PlainTx, by negotiation.Actor) error {
	a, err := tx.Account(ctx, by.ID)
	switch {
	case negotiation.CodeOf(err) == negotiation.CodeNotFound: // the operator at the console has no account, and accounts are never removed
		return nil
	case err == nil && (!a.Active || a.Role != by.Role):
		return signInRequired()
	}
	return err
}

// hire adds the account of a new colleague and notes who did.
func (w World) hire(ctx context.Context, tx PlainTx, by negotiation.Actor, a Account, p Person) error {
	if err := stillIn(ctx, tx, by); err != nil {
		return err
	}
	if err := addStaff(ctx, tx, a, p); err != nil {
		return err
	}
	detail := string(a.Role)
	if a.Limit != nil {
		detail += " " + noted("limit", a.Limit)
	}
	if a.Capacity != nil {
		detail += " " + noted("capacity", a.Capacity)
	}
	return w.audit(ctx, tx, by, AuditRow{What: AuditStaffAdded, Subject: a.ID, Detail: detail})
}

// Change an account of the desk. Errors: not_allowed, not_found, last_supervisor, those of the fields.
func (s *Staff) Change(ctx context.Context, by negotiation.Actor, id string, ch StaffChange) (StaffMember, error) {
	if by.Role != negotiation.RoleDeskSupervisor {
		return StaffMember{}, notAllowed()
	}
	m, err := s.changeStaff(ctx, by, id, ch, charge{own: func(a Account) bool { return a.Enterprise == by.Enterprise }, roles: deskRoles,
		keeps: AccountFilter{Role: negotiation.RoleDeskSupervisor, Enterprise: by.Enterprise}, last: CodeLastSupervisor})
	if err != nil {
		return m, err
	}
	s.assignment.Look(by.Enterprise)
	if m.Active {
		return m, nil
	}
	if err := s.giveBack(context.WithoutCancel(ctx), by.Enterprise); err != nil { // what is done stays done; Finish does the rest within the hour
		s.w.Logger.ErrorContext(ctx, "cases of a deactivated agent wait to be given back", slog.String("account", id), slog.Any("error", err))
	}
	return m, nil
}

// Away says that the member takes no new cases for a while, or takes them again. What they have stays theirs.
func (s *Staff) Away(ctx context.Context, by negotiation.Actor, away bool) (StaffMember, error) {
	if by.Side() != negotiation.SideEnterprise {
		return StaffMember{}, notAllowed()
	}
	m, err := s.changeStaff(ctx, by, by.ID, StaffChange{Away: &away}, charge{own: func(a Account) bool { return a.ID == by.ID }})
	if err == nil {
		s.assignment.Look(by.Enterprise)
	}
	return m, err
}

// Finish puts into the inboxes what a crash left with agents who work no more.
func (s *Staff) Finish(ctx context.Context) error { return s.giveBack(ctx, "") }

// giveBack puts the open cases of agents who work no more into the inbox of the enterprise, or of each.
func (s *Staff) giveBack(ctx context.Context, enterprise string) error {
	return eachOpenCase(ctx, s.w, OpenFilter{Enterprise: enterprise, Left: true}, func(id string) error {
		_, err := s.w.Door.Do(ctx, negotiation.System, id, CommandID{}, negotiation.Assign{})
		switch negotiation.CodeOf(err) {
		case negotiation.CodeWrongPhase, negotiation.CodeAlreadyDone: // closed, or taken by a colleague meanwhile
			return nil
		}
		return err
	})
}

// charge is the accounts that somebody looks after.
type charge struct {
	own   func(Account) bool
	roles []negotiation.Role // that may be given; nil: none
	keeps AccountFilter      // of these one stays active
	last  string             // code of the refusal to deactivate that one
}

// kept refuses when none is left active of those of whom one must be.
func (c charge) kept(ctx context.Context, r PlainReader) error {
	c.keeps.Active, c.keeps.Limit = true, 1
	left, err := r.Accounts(ctx, c.keeps)
	if err == nil && len(left) == 0 {
		return negotiation.NewError(c.last)
	}
	return err
}

// changeStaff changes an account of the charge.
func (s access) changeStaff(ctx context.Context, by negotiation.Actor, id string, ch StaffChange, of charge) (StaffMember, error) {
	a, err := of.account(ctx, s.w.Plain, id)
	if err != nil {
		return StaffMember{}, err
	}
	hash, err := s.checkStaffChange(ctx, a, ch, of.roles)
	if err != nil {
		return StaffMember{}, err
	}
	var p Person
	ends := false
	err = s.w.Plain.Write(ctx, func(tx PlainTx) (err error) {
		if err := stillIn(ctx, tx, by); err != nil {
			return err
		}
		if a, err = of.account(ctx, tx, id); err != nil {
			return err
		}
		ends = hash != "" || ch.Role != nil && *ch.Role != a.Role || ch.Active != nil && !*ch.Active
		changed := applyStaffChange(&a, ch, hash)
		if err := tx.SetAccount(ctx, a); err != nil {
			return err
		}
		if err := setPerson(ctx, tx, id, ch.DisplayName, ch.Phone, nil); err != nil {
			return err
		}
		if p, err = tx.Person(ctx, id); err != nil {
			return err
		}
		if ends {
			if err := tx.EndSessions(ctx, id, ""); err != nil {
				return err
			}
		}
		if err := s.w.audit(ctx, tx, by, AuditRow{What: AuditStaff, Subject: id, Detail: changed}); err != nil {
			return err
		}
		return of.kept(ctx, tx)
	})
	if err != nil {
		return StaffMember{}, err
	}
	if ends {
		s.sessions.forget(Revoked{Account: id})
	}
	return member(a, p), nil
}

// account gives one of the charge, or says not_found.
func (c charge) account(ctx context.Context, r PlainReader, id string) (Account, error) {
	a, err := r.Account(ctx, id)
	if err == nil && !c.own(a) {
		err = notFound()
	}
	return a, err
}

// checkStaffChange normalises the fields and hashes a new password.
func (s access) checkStaffChange(ctx context.Context, a Account, ch StaffChange, roles []negotiation.Role) (hash string, err error) {
	if ch.Role != nil && !slices.Contains(roles, *ch.Role) {
		return "", negotiation.Invalid("role", roles)
	}
	if err := normalise(field{ch.DisplayName, line("display_name", 1, maxDisplayName)}, field{ch.Phone, phoneIfAny}); err != nil {
		return "", err
	}
	if err := checkLimit(ch.Limit); err != nil {
		return "", err
	}
	if err := checkCapacity(ch.Capacity); err != nil {
		return "", err
	}
	if ch.Limit != nil && ch.Unlimited {
		return "", negotiation.Invalid("unlimited", false)
	}
	if ch.Capacity != nil && ch.ByHand {
		return "", negotiation.Invalid("by_hand", false)
	}
	if ch.Password == nil {
		return "", nil
	}
	if err := s.passwords.check("password", *ch.Password, a.Login); err != nil {
		return "", err
	}
	return s.passwords.hash(ctx, *ch.Password)
}

// applyStaffChange gives the names of the fields that change.
func applyStaffChange(a *Account, ch StaffChange, hash string) string {
	var changed []string
	if ch.DisplayName != nil {
		changed = append(changed, "display_name")
	}
	if ch.Phone != nil {
		changed = append(changed, "phone")
	}
	if ch.Role != nil && *ch.Role != a.Role {
		a.Role = *ch.Role
		changed = append(changed, "role="+string(a.Role))
	}
	if ch.Active != nil && *ch.Active != a.Active {
		a.Active = *ch.Active
		changed = append(changed, map[bool]string{true: "activated", false: "deactivated"}[a.Active])
	}
	if ch.Limit != nil || ch.Unlimited {
		a.Limit = fen(ch.Limit)
		changed = append(changed, noted("limit", a.Limit))
	}
	if ch.Capacity != nil || ch.ByHand {
		a.Capacity = ch.Capacity
		changed = append(changed, noted("capacity", a.Capacity))
	}
	if ch.Away != nil && *ch.Away != a.Away {
		a.Away = *ch.Away
		changed = append(changed, map[bool]string{true: "away", false: "back"}[a.Away])
	}
	if hash != "" {
		a.Password = hash
		changed = append(changed, "password")
	}
	return strings.Join(changed, " ")
}

// peopleOf gives the people behind accounts, by account.
func peopleOf(ctx context.Context, r PlainReader, accounts []Account) (map[string]Person, error) {
	ids := make([]string, len(accounts))
	for i, a := range accounts {
		ids[i] = a.ID
	}
	return r.People(ctx, ids)
}

func members(ctx context.Context, r PlainReader, f AccountFilter) ([]StaffMember, error) {
	accounts, err := r.Accounts(ctx, f)
	if err != nil {
		return nil, err
	}
	people, err := peopleOf(ctx, r, accounts)
	if err != nil {
		return nil, err
	}
	out := make([]StaffMember, len(accounts))
	for i, a := range accounts {
		out[i] = member(a, people[a.ID])
	}
	return out, nil
}

func member(a Account, p Person) StaffMember {
	return StaffMember{ID: a.ID, Login: a.Login, DisplayName: p.Name, Phone: p.Phone, Role: a.Role, Enterprise: a.Enterprise, Bureau: a.Bureau,
		Active: a.Active, Limit: limitOf(a), Capacity: a.Capacity, Away: a.Away}
}

// checkLimit of what an agent may settle for alone; nothing is a limit, too.
func checkLimit(m *negotiation.Money) error {
	switch {
	case m == nil:
		return nil
	case m.Currency != "CNY":
		return negotiation.Invalid("limit.currency", []string{"CNY"})
	case m.Minor < 0 || m.Minor > negotiation.MaxMinor:
		return negotiation.OutOfRange("limit.minor", 0, negotiation.MaxMinor)
	}
	return nil
}

// checkCapacity of who is given cases by themself.
func checkCapacity(n *int) error {
	if n != nil && (*n < 1 || *n > MaxCapacity) {
		return negotiation.OutOfRange("capacity", 1, MaxCapacity)
	}
	return nil
}

func fen(m *negotiation.Money) *int64 {
	if m == nil {
		return nil
	}
	return &m.Minor
}

// limitOf an agent; nil for none, as others have.
func limitOf(a Account) *negotiation.Money {
	if a.Limit == nil || a.Role != negotiation.RoleDeskAgent {
		return nil
	}
	return new(negotiation.CNY(*a.Limit))
}

// noted is what was set, in the audit; a limit is in fen.
func noted[T int | int64](what string, is *T) string {
	if is == nil {
		return what + "=none"
	}
	return what + "=" + strconv.FormatInt(int64(*is), 10)
}
