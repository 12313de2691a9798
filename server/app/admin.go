package app

import (
	"context"
	"slices"

	"hejie/negotiation"
)

// Admin is what the administrator does: bureaus, their officers, calendar years, limits, the audit. Administrators are at no table:
// they see no case.
type Admin struct {
	access
	files   *Files
	recount recount
}

func (s *Admin) allowed(by negotiation.Actor) error {
	if by.Role != negotiation.RoleAdministrator {
		return notAllowed()
	}
	return nil
}

// Bureaus by region. They are public.
func (s *Admin) Bureaus(ctx context.Context) ([]Bureau, error) { return s.w.Plain.Bureaus(ctx) }

// AddBureau adds one; id and time are given by the platform. Errors: not_allowed, bureau_taken, those of the fields.
func (s *Admin) AddBureau(ctx context.Context, by negotiation.Actor, b Bureau) (Bureau, error) {
	if err := s.allowed(by); err != nil {
		return Bureau{}, err
	}
	b, err := b.checked()
	if err != nil {
		return Bureau{}, err
	}
	b.ID, b.Created = NewID(), s.w.Real.Now()
	err = s.w.Plain.Write(ctx, func(tx PlainTx) error {
		if err := tx.AddBureau(ctx, b); err != nil {
			return err
		}
		return s.w.audit(ctx, tx, by, AuditRow{What: AuditBureau, Subject: b.ID})
	})
	if err != nil {
		return Bureau{}, err
	}
	return b, nil
}

// ChangeBureau changes names, phone and address. The region stays: cases were sent by it. Errors: not_allowed, not_found, those of
// the fields.
func (s *Admin) ChangeBureau(ctx context.Context, by negotiation.Actor, b Bureau) (Bureau, error) {
	if err := s.allowed(by); err != nil {
		return Bureau{}, err
	}
	old, err := s.w.Plain.Bureau(ctx, b.ID)
	if err != nil {
		return Bureau{}, err
	}
	b.Region, b.Created = old.Region, old.Created
	if b, err = b.checked(); err != nil {
		return Bureau{}, err
	}
	err = s.w.Plain.Write(ctx, func(tx PlainTx) error {
		if err := tx.SetBureau(ctx, b); err != nil {
			return err
		}
		return s.w.audit(ctx, tx, by, AuditRow{What: AuditBureauEdit, Subject: b.ID})
	})
	if err != nil {
		return Bureau{}, err
	}
	return b, nil
}

// Officers of all bureaus.
func (s *Admin) Officers(ctx context.Context, by negotiation.Actor) ([]StaffMember, error) {
	if err := s.allowed(by); err != nil {
		return nil, err
	}
	return members(ctx, s.w.Plain, AccountFilter{Role: negotiation.RoleOfficer})
}

// AddOfficer of a bureau. Errors: not_allowed, not_found (field bureau), login_taken, those of the fields.
func (s *Admin) AddOfficer(ctx context.Context, by negotiation.Actor, bureau string, n NewStaff) (StaffMember, error) {
	if err := s.allowed(by); err != nil {
		return StaffMember{}, err
	}
	if _, err := s.w.Plain.Bureau(ctx, bureau); err != nil {
		return StaffMember{}, on(err, "bureau")
	}
	n.Role = negotiation.RoleOfficer
	return s.add(ctx, by, n, bureau)
}

// AddAdministrator adds another one. Errors: not_allowed, login_taken, those of the fields.
func (s *Admin) AddAdministrator(ctx context.Context, by negotiation.Actor, n NewStaff) (StaffMember, error) {
	if err := s.allowed(by); err != nil {
		return StaffMember{}, err
	}
	n.Role = negotiation.RoleAdministrator
	return s.add(ctx, by, n, "")
}

func (s *Admin) add(ctx context.Context, by negotiation.Actor, n NewStaff, bureau string) (StaffMember, error) {
	a, p, err := s.passwords.newStaff(ctx, n, s.w.Real.Now())
	if err != nil {
		return StaffMember{}, err
	}
	a.Bureau = bureau
	if err = s.w.Plain.Write(ctx, func(tx PlainTx) error { return s.w.hire(ctx, tx, by, a, p) }); err != nil {
		return StaffMember{}, err
	}
	return member(a, p), nil
}

// Administrators of the installation.
func (s *Admin) Administrators(ctx context.Context, by negotiation.Actor) ([]StaffMember, error) {
	if err := s.allowed(by); err != nil {
		return nil, err
	}
	return members(ctx, s.w.Plain, AccountFilter{Role: negotiation.RoleAdministrator})
}

// ChangeAdministrator changes the account of an administrator, also one's own. Errors: not_allowed, not_found, last_administrator, those
// of the fields.
func (s *Admin) ChangeAdministrator(ctx context.Context, by negotiation.Actor, id string, ch StaffChange) (StaffMember, error) {
	return s.change(ctx, by, id, ch, negotiation.RoleAdministrator)
}

// ChangeOfficer changes the account of an officer or of an administrator; roles stay. Errors: not_allowed, not_found,
// last_administrator, those of the fields.
func (s *Admin) ChangeOfficer(ctx context.Context, by negotiation.Actor, id string, ch StaffChange) (StaffMember, error) {
	return s.change(ctx, by, id, ch, negotiation.RoleOfficer, negotiation.RoleAdministrator)
}

func (s *Admin) change(ctx context.Context, by negotiation.Actor, id string, ch StaffChange, of ...negotiation.Role) (StaffMember, error) {
	if err := s.allowed(by); err != nil {
		return StaffMember{}, err
	}
	ch.Role = nil
	return s.changeStaff(ctx, by, id, ch, charge{own: func(a Account) bool { return slices.Contains(of, a.Role) },
		keeps: AccountFilter{Role: negotiation.RoleAdministrator}, last: CodeLastAdministrator})
}

// Audit of the platform, newest first, with the names of whom and what its rows are about. The filter's Actor may be a login of staff,
// its Case a case code. Errors: not_allowed, not_found (actor, case).
func (s *Admin) Audit(ctx context.Context, by negotiation.Actor, f AuditFilter) ([]AuditRow, error) {
	if err := s.allowed(by); err != nil {
		return nil, err
	}
	if f.Actor != "" && !ValidID(f.Actor) {
		a, err := s.w.Plain.AccountByLogin(ctx, NormaliseLogin(f.Actor))
		if err == nil && a.Role == negotiation.RoleConsumer { // whose login is a number, which is not the audit's to tell
			err = notFound()
		}
		if err != nil {
			return nil, on(err, "actor")
		}
		f.Actor = a.ID
	}
	if f.Case != "" && !ValidID(f.Case) {
		id, err := s.w.Cases.CaseByCode(ctx, CanonicalCode(f.Case))
		if err != nil {
			return nil, on(err, "case")
		}
		f.Case = id
	}
	rows, err := s.w.auditOf(ctx, by, f)
	if err != nil {
		return nil, err
	}
	return rows, s.w.about(ctx, rows)
}
