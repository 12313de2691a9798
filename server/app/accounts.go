package app

import (
	"context"
	"time"

	"hejie/negotiation"
)

// Account of a person who may sign in. A consumer's login is the verified phone number (+86…), so it never meets a staff login.
type Account struct {
	ID         string
	Role       negotiation.Role
	Login      string
	Password   string // argon2id; "" for consumers
	Language   string // zh, en
	Enterprise string
	Bureau     string
	Active     bool
	Limit      *int64 // in fen, of what an agent of a desk may settle for alone; nil: none
	Capacity   *int   // cases under negotiation up to which a member of a desk is given more by itself; nil: is given none
	Away       bool   // a member of a desk takes no new cases for a while
	Created    time.Time
	Seen       time.Time // about when a session was last begun or used; real time
}

// Person behind an account; kept outside the log, so that it can be changed and erased.
type Person struct {
	Account string
	Name    string
	Phone   string // +86…
	Address string
}

// AccountFilter chooses accounts; empty fields choose all.
type AccountFilter struct {
	Role       negotiation.Role
	Enterprise string
	Bureau     string
	Active     bool // only active ones
	Limit      int  // 0: all
	Takes      bool // only members of desks who are given cases by themselves now
}

// AccountReader reads accounts and the people behind them.
type AccountReader interface {
	Account(ctx context.Context, id string) (Account, error)
	AccountByLogin(ctx context.Context, login string) (Account, error)
	Accounts(ctx context.Context, f AccountFilter) ([]Account, error) // by id
	Person(ctx context.Context, account string) (Person, error)       // an erased one is empty, not not_found
	People(ctx context.Context, accounts []string) (map[string]Person, error)
	Filers(ctx context.Context, cases []string) (map[string]Person, error) // by case; an erased one is not there
	// CasesOf counts a consumer's cases that are not closed, and says when one was last touched (business time); zero without a case.
	CasesOf(ctx context.Context, consumer string) (open int, last time.Time, err error)
}

// AccountWriter writes accounts and the people behind them.
type AccountWriter interface {
	AddAccount(ctx context.Context, a Account) error // login_taken
	SetAccount(ctx context.Context, a Account) error // all but id, role's kind, created and seen; login_taken
	SetPerson(ctx context.Context, p Person) error
	KeepFiler(ctx context.Context, account, but string) error // the name and address for all cases but one, whatever the account's will be
	// EraseAccount removes what is known of a consumer: name, number, address, sessions, codes, notices. The account stays, inactive and
	// without a login, because the log names it.
	EraseAccount(ctx context.Context, id string) error
}

// Accounts is what people do with their own account.
type Accounts struct{ access }

// Profile is an account as its owner sees it.
type Profile struct {
	ID         string           `json:"id"`
	Role       negotiation.Role `json:"role"`
	Login      string           `json:"login"` // of a consumer the phone number
	Name       string           `json:"name"`
	Phone      string           `json:"phone"`
	Address    string           `json:"address"`
	Language   string           `json:"language"`
	Enterprise *Enterprise      `json:"enterprise,omitempty"`
	Bureau     *Bureau          `json:"bureau,omitempty"`
}

// ProfileChange changes what is not nil. Only consumers have an address; the phone of a consumer is the verified number.
type ProfileChange struct {
	Name     *string
	Address  *string
	Language *string
	Phone    *string // staff only, for notices; "" removes it
}

// Get gives the account of the session.
func (s *Accounts) Get(ctx context.Context, x Session) (Profile, error) {
	a, err := s.w.Plain.Account(ctx, x.Actor.ID)
	if err != nil {
		return Profile{}, err
	}
	p, err := s.w.Plain.Person(ctx, a.ID)
	if err != nil {
		return Profile{}, err
	}
	if a.Role == negotiation.RoleConsumer {
		_, last, err := s.w.Plain.CasesOf(ctx, a.ID)
		if err != nil {
			return Profile{}, err
		}
		if !x.proves(last) { // the number may be another person's by now
			p.Name, p.Address = "", ""
		}
	}
	out := Profile{ID: a.ID, Role: a.Role, Login: a.Login, Name: p.Name, Phone: p.Phone, Address: p.Address, Language: a.Language}
	if a.Enterprise != "" {
		e, err := s.w.Plain.Enterprise(ctx, a.Enterprise)
		if err != nil {
			return Profile{}, err
		}
		out.Enterprise = &e
	}
	if a.Bureau != "" {
		b, err := s.w.Plain.Bureau(ctx, a.Bureau)
		if err != nil {
			return Profile{}, err
		}
		out.Bureau = &b
	}
	return out, nil
}

// Update changes the account of the session. Errors: those of the fields; case_code_required as for mayRename.
func (s *Accounts) Update(ctx context.Context, x Session, ch ProfileChange) (Profile, error) {
	consumer := x.Actor.Role == negotiation.RoleConsumer
	if ch.Address != nil && !consumer {
		return Profile{}, negotiation.Invalid("address", "consumers")
	}
	if ch.Phone != nil && consumer {
		return Profile{}, negotiation.Invalid("phone", "staff")
	}
	err := normalise(field{ch.Name, line("name", 1, maxDisplayName)}, field{ch.Address, line("address", 0, maxDetail)},
		field{ch.Language, func(s string) (string, error) { return language("language", s) }}, field{ch.Phone, phoneIfAny})
	if err != nil {
		return Profile{}, err
	}
	err = s.w.Plain.Write(ctx, func(tx PlainTx) error {
		if err := stillActive(ctx, tx, x.Actor.ID); err != nil { // what was erased does not come back
			return err
		}
		a, err := tx.Account(ctx, x.Actor.ID)
		if err != nil {
			return err
		}
		if consumer && (ch.Name != nil || ch.Address != nil) {
			if err := mayRename(ctx, tx, x); err != nil {
				return err
			}
		}
		if ch.Language != nil {
			a.Language = *ch.Language
			if err := tx.SetAccount(ctx, a); err != nil {
				return err
			}
		}
		return setPerson(ctx, tx, a.ID, ch.Name, ch.Phone, ch.Address)
	})
	if err != nil {
		return Profile{}, err
	}
	s.sessions.refresh(x.Actor.ID)
	return s.Get(ctx, x)
}

// stillActive says sign_in_required for an account that was erased or closed since its session was asked.
func stillActive(ctx context.Context, tx PlainTx, account string) error {
	a, err := tx.Account(ctx, account)
	if err == nil && !a.Active {
		return signInRequired()
	}
	return err
}

// mayRename says case_code_required to a session that only proved a number whose cases are all old: who they are of may be another person.
func mayRename(ctx context.Context, tx PlainTx, x Session) error {
	_, last, err := tx.CasesOf(ctx, x.Actor.ID)
	if err == nil && !x.proves(last) {
		err = negotiation.NewError(CodeCaseCodeRequired)
	}
	return err
}

// setPerson changes what is not nil.
func setPerson(ctx context.Context, tx PlainTx, account string, name, phone, address *string) error {
	p, err := tx.Person(ctx, account)
	if err != nil {
		return err
	}
	p.Account = account
	for _, f := range []struct{ to, from *string }{{&p.Name, name}, {&p.Phone, phone}, {&p.Address, address}} {
		if f.from != nil {
			*f.to = *f.from
		}
	}
	return tx.SetPerson(ctx, p)
}

// ChangePassword of the signed-in staff member; all other sessions of the account end. Errors: wrong_password (field old),
// rate_limited, required (old, new), weak_password (new), not_allowed for consumers, who have none.
func (s *Accounts) ChangePassword(ctx context.Context, x Session, old, fresh string, c Client) error {
	if x.Actor.Role == negotiation.RoleConsumer {
		return notAllowed()
	}
	a, err := s.w.Plain.Account(ctx, x.Actor.ID)
	if err != nil {
		return err
	}
	if err := s.passwords.check("new", fresh, a.Login); err != nil {
		return err
	}
	if old == "" { // no guess, so that none is counted
		return negotiation.Required("old")
	}
	_, err = s.guarded(ctx, a.Login, c, func() (Account, bool, error) {
		ok, err := s.passwords.matches(ctx, old, a.Password)
		return a, ok, err
	})
	if err != nil {
		return on(err, "old")
	}
	hash, err := s.passwords.hash(ctx, fresh)
	if err != nil {
		return err
	}
	err = s.w.Plain.Write(ctx, func(tx PlainTx) error {
		now, err := tx.Account(ctx, a.ID)
		if err != nil {
			return err
		}
		if now.Password != a.Password {
			return negotiation.NewError(CodeWrongPassword).On("old")
		}
		now.Password = hash
		if err := tx.SetAccount(ctx, now); err != nil {
			return err
		}
		if err := tx.EndSessions(ctx, a.ID, x.ID); err != nil {
			return err
		}
		return s.w.audit(ctx, tx, x.Actor, AuditRow{What: AuditPassword, Subject: a.ID})
	})
	if err != nil {
		return err
	}
	s.sessions.forgetOthers(x)
	return nil
}
