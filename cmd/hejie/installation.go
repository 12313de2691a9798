package main

import (
	"context"
	"errors"
	"fmt"

	"hejie/negotiation"
	"hejie/server/app"
	"hejie/server/store"
)

// installation is what a command opened, without anything running on it and without its evidence.
type installation struct {
	store *store.Store
	app   *app.App
	plain app.Plain
	years *app.Yearbook
}

// openInstallation opens the installation that is there. While a server runs it has the database to itself: then this is refused.
func openInstallation(ctx context.Context, f folder) (_ *installation, err error) {
	if err := f.needed(); err != nil {
		return nil, err
	}
	secret, err := f.openSecret()
	if err != nil {
		return nil, err
	}
	i := &installation{years: app.NewYearbook()}
	defer func() {
		if err != nil {
			err = errors.Join(err, i.Close())
		}
	}()
	if i.store, err = store.Open(f.database(), store.Options{}); err != nil {
		if errors.Is(err, store.ErrInUse) {
			return nil, fmt.Errorf("%w: stop the server, or use its administration pages", err)
		}
		return nil, err
	}
	if err := f.seal(ctx, i.store, secret); err != nil {
		return nil, err
	}
	i.plain = i.store.Plain()
	w := app.World{Plain: i.plain, Log: i.store, Cases: i.store, Scores: i.store, Yearbook: i.years,
		Business: app.RealClock{}, Real: app.RealClock{}, Limits: app.DefaultLimits(), Secret: secret, SMS: app.SMSNone}
	w.Door = app.NewLedger(w, i.years, negotiation.DefaultRules())
	i.app = app.New(w)
	return i, i.years.Load(ctx, i.plain, w.Business.Now())
}

// withInstallation opens the installation for f, and closes it again.
func withInstallation(ctx context.Context, all Common, f func(*installation) error) error {
	i, err := openInstallation(ctx, all.folder())
	if err != nil {
		return err
	}
	return errors.Join(f(i), i.Close())
}

// Close gives the installation back.
func (i *installation) Close() error {
	if i.store == nil {
		return nil
	}
	return i.store.Close()
}

// operator acts for who has the machine; the audit knows them by this name.
func operator() negotiation.Actor {
	return negotiation.Actor{ID: "operator", Role: negotiation.RoleAdministrator}
}
