package app

import (
	"cmp"
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
	if open, err := s.SetUpOpen(ctx); err != nil || !open {
		return SignedIn{}, cmp.Or(err, error(negotiation.NewError(CodeSetUpClosed)))
	}
	if hash, expires, err := s.w.Plain.SetUpToken(ctx); err != nil || subtle.ConstantTimeCompare(hash, hashToken(in.Token)) != 1 || !s.w.Real.Now().Before(expires) {
		return SignedIn{}, negotiation.NewError(CodeSetUpClosed).Because(err) // no hashing of passwords for strangers
	}
	a, p, err := s.passwords.newStaff(ctx, NewStaff{Login: in.Login, DisplayName: in.DisplayName, Password: in.Password}, s.w.Real.Now())
	if err != nil {
		return SignedIn{}, err
	}
	a.Role = negotiation.RoleAdministrator
	var done SignedIn
	err = s.w.Plain.Write(ctx, func(tx PlainTx) error {
		if err := noAdministrator(ctx, tx); err != nil {
			return err
		}
		if hash, _, err := tx.SetUpToken(ctx); err != nil || subtle.ConstantTimeCompare(hash, hashToken(in.Token)) != 1 {
			return negotiation.NewError(CodeSetUpClosed).Because(err)
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
		return tx.AddAudit(ctx, AuditRow{At: s.w.Business.Now(), Actor: a.ID, Role: a.Role, What: AuditSetUp, Subject: a.ID})
	})
	return done, err
}
