package app

import (
	"context"
	"log/slog"
	"slices"
	"strings"

	"hejie/negotiation"
)

// Staff is the desk of an enterprise: its supervisors add, change and deactivate accounts. An enterprise that has an active
// supervisor keeps one.
type Staff struct {
	w         World
	sessions  *Sessions
	passwords *passwords
}

// StaffMember as colleagues and administrators see them.
type StaffMember struct {
	ID          string           `json:"id"`
	Login       string           `json:"login"`
	DisplayName string           `json:"display_name"`
	Phone       string           `json:"phone,omitempty"`
	Role        negotiation.Role `json:"role"`
	Enterprise  string           `json:"enterprise,omitempty"`
	Bureau      string           `json:"bureau,omitempty"`
	Active      bool             `json:"active"`
}

// StaffChange changes what is not nil. A change of role or password, and deactivation, end the account's sessions at once. The cases
// of a deactivated agent go back to the inbox.
type StaffChange struct {
	DisplayName *string
	Phone       *string // "" removes it
	Role        *negotiation.Role
	Active      *bool
	Password    *string
}

var deskRoles = []negotiation.Role{negotiation.RoleDeskAgent, negotiation.RoleDeskSupervisor}

// List gives the desk's accounts, to every member: cases are assigned by it. Logins and phones are shown to supervisors only.
func (s *Staff) List(ctx context.Context, by negotiation.Actor) ([]StaffMember, error) {
	if by.Side() != negotiation.SideEnterprise {
		return nil, notAllowed()
	}
	members, err := members(ctx, s.w.Plain, AccountFilter{Enterprise: by.Enterprise})
	if by.Role != negotiation.RoleDeskSupervisor {
		for i := range members {
			members[i].Login, members[i].Phone = "", ""
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
	a, p, err := s.passwords.newStaff(ctx, n, s.w.Real.Now())
	if err != nil {
		return StaffMember{}, err
	}
	a.Enterprise = by.Enterprise
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
	return w.audit(ctx, tx, by, AuditRow{What: AuditStaffAdded, Subject: a.ID, Detail: string(a.Role)})
}

// Change an account of the desk. Errors: not_allowed, not_found, last_supervisor, those of the fields.
func (s *Staff) Change(ctx context.Context, by negotiation.Actor, id string, ch StaffChange) (StaffMember, error) {
	if by.Role != negotiation.RoleDeskSupervisor {
		return StaffMember{}, notAllowed()
	}
	m, err := changeStaff(ctx, s.w, s.sessions, s.passwords, by, id, ch, deskRoles,
		func(a Account) bool { return a.Enterprise == by.Enterprise },
		func(tx PlainTx) error {
			return stillOne(ctx, tx, AccountFilter{Role: negotiation.RoleDeskSupervisor, Enterprise: by.Enterprise}, CodeLastSupervisor)
		})
	if err != nil || m.Active {
		return m, err
	}
	if err := s.giveBack(context.WithoutCancel(ctx), by.Enterprise); err != nil { // what is done stays done; Finish does the rest within the hour
		s.w.Logger.ErrorContext(ctx, "cases of a deactivated agent wait to be given back", slog.String("account", id), slog.Any("error", err))
	}
	return m, nil
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

// stillOne refuses when no active account is left.
func stillOne(ctx context.Context, r PlainReader, f AccountFilter, code string) error {
	f.Active, f.Limit = true, 1
	left, err := r.Accounts(ctx, f)
	if err == nil && len(left) == 0 {
		return negotiation.NewError(code)
	}
	return err
}

// changeStaff changes an account that is one of the actor's to change; check looks at the result within the transaction.
func changeStaff(ctx context.Context, w World, sessions *Sessions, passwords *passwords, by negotiation.Actor, id string, ch StaffChange,
	roles []negotiation.Role, own func(Account) bool, check func(PlainTx) error) (StaffMember, error) {
	a, err := w.Plain.Account(ctx, id)
	if err == nil && !own(a) {
		err = notFound()
	}
	if err != nil {
		return StaffMember{}, err
	}
	hash, err := checkStaffChange(ctx, passwords, a, &ch, roles)
	if err != nil {
		return StaffMember{}, err
	}
	var p Person
	ends := false
	err = w.Plain.Write(ctx, func(tx PlainTx) (err error) {
		if err := stillIn(ctx, tx, by); err != nil {
			return err
		}
		if a, err = tx.Account(ctx, id); err != nil {
			return err
		}
		if !own(a) {
			return notFound()
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
		if err := w.audit(ctx, tx, by, AuditRow{What: AuditStaff, Subject: id, Detail: changed}); err != nil {
			return err
		}
		return check(tx)
	})
	if err != nil {
		return StaffMember{}, err
	}
	if ends {
		sessions.forget(Revoked{Account: id})
	}
	return member(a, p), nil
}

// checkStaffChange normalises the fields and hashes a new password.
func checkStaffChange(ctx context.Context, passwords *passwords, a Account, ch *StaffChange, roles []negotiation.Role) (hash string, err error) {
	if ch.Role != nil && !slices.Contains(roles, *ch.Role) {
		return "", negotiation.Invalid("role", roles)
	}
	if ch.DisplayName != nil {
		if *ch.DisplayName, err = text("display_name", *ch.DisplayName, 1, maxDisplayName); err != nil {
			return "", err
		}
	}
	if ch.Phone != nil && *ch.Phone != "" {
		if *ch.Phone, err = ParsePhone("phone", *ch.Phone); err != nil {
			return "", err
		}
	}
	if ch.Password == nil {
		return "", nil
	}
	if err := passwords.check("password", *ch.Password, a.Login); err != nil {
		return "", err
	}
	return passwords.hash(ctx, *ch.Password)
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
	return StaffMember{a.ID, a.Login, p.Name, p.Phone, a.Role, a.Enterprise, a.Bureau, a.Active}
}
