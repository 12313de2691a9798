package app

import (
	"context"
	"crypto/subtle"
	"time"

	"hejie/negotiation"
)

// FirstAdministrator of an empty installation.
type FirstAdministrator struct {
	Token       string
	Login       string
	Password    string
	DisplayName string
	Client      Client
}

// SetUpOpen says whether the installation is empty: no administrator yet.
func (s *SignIn) SetUpOpen(ctx context.Context) (bool, error) {
	return setUpOpen(ctx, s.w.Plain)
}

// NewSetUpToken makes the token of the one-time set-up link that the console prints at the start of an empty installation; an
// earlier one ends. Error: set_up_closed.
func (s *SignIn) NewSetUpToken(ctx context.Context) (string, error) {
	token := newToken()
	err := s.w.Plain.Write(ctx, func(tx PlainTx) error {
		if err := noAdministrator(ctx, tx); err != nil {
			return err
		}
		return tx.SetSetUpToken(ctx, hashToken(token), s.w.Real.Now().Add(s.w.Limits.SetUpLife))
	})
	if err != nil {
		return "", err
	}
	return token, nil
}

func setUpOpen(ctx context.Context, r PlainReader) (bool, error) {
	admins, err := r.Accounts(ctx, AccountFilter{Role: negotiation.RoleAdministrator, Limit: 1})
	return err == nil && len(admins) == 0, err
}

func noAdministrator(ctx context.Context, r PlainReader) error {
	open, err := setUpOpen(ctx, r)
	if err == nil && !open {
		return negotiation.NewError(CodeSetUpClosed)
	}
	return err
}

// SetUp makes the first administrator and signs them in. The link works once. Errors: set_up_closed, and those of a new account.
func (s *SignIn) SetUp(ctx context.Context, in FirstAdministrator) (SignedIn, error) {
	if err := s.maySetUp(ctx, s.w.Plain, in.Token); err != nil { // no hashing of passwords for strangers
		return SignedIn{}, err
	}
	a, p, err := s.passwords.newStaff(ctx, NewStaff{Login: in.Login, DisplayName: in.DisplayName, Password: in.Password}, s.w.Real.Now())
	if err != nil {
		return SignedIn{}, err
	}
	a.Role = negotiation.RoleAdministrator
	var done SignedIn
	err = s.w.Plain.Write(ctx, func(tx PlainTx) error {
		if err := s.maySetUp(ctx, tx, in.Token); err != nil {
			return err
		}
		if err := addStaff(ctx, tx, a, p); err != nil {
			return err
		}
		if err := tx.SetSetUpToken(ctx, nil, time.Time{}); err != nil {
			return err
		}
		done, err = s.sessions.start(ctx, tx, a, in.Client, opening{})
		if err != nil {
			return err
		}
		return s.w.audit(ctx, tx, done.Session.Actor, AuditRow{What: AuditSetUp, Subject: a.ID})
	})
	return done, err
}

// maySetUp says set_up_closed to who has not the token of a link that holds.
func (s *SignIn) maySetUp(ctx context.Context, r PlainReader, token string) error {
	if err := noAdministrator(ctx, r); err != nil {
		return err
	}
	hash, expires, err := r.SetUpToken(ctx)
	if err != nil || subtle.ConstantTimeCompare(hash, hashToken(token)) != 1 || !s.w.Real.Now().Before(expires) {
		return negotiation.NewError(CodeSetUpClosed).Because(err)
	}
	return nil
}
