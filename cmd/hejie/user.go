package main

import (
	"bufio"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"

	"hejie/negotiation"
	"hejie/server/app"
)

type userCommand struct {
	Add      userAdd      `cmd:"" help:"Add an administrator."`
	Password userPassword `cmd:"" help:"Set a new password for a member of staff and end their sessions."`
}

// passwordFlags say where a password comes from; it is never on the command line, where others could read it.
type passwordFlags struct {
	Stdin bool `help:"Read the password from the first line of the input; else one is made and printed." name:"password-stdin"`
}

func (p passwordFlags) password(to console) (password string, made bool, err error) {
	if !p.Stdin {
		return rand.Text(), true, nil
	}
	line, err := bufio.NewReader(to.in).ReadString('\n')
	if password = strings.TrimRight(line, "\r\n"); password == "" {
		return "", false, errors.Join(errors.New("no password on the input"), err)
	}
	return password, false, nil
}

type userAdd struct {
	Login string `arg:"" help:"What they sign in with."`
	Name  string `arg:"" help:"What others see."`
	passwordFlags
}

// Run is `hejie user add`.
func (u userAdd) Run(ctx context.Context, to console, all Common) error {
	return withInstallation(ctx, all, func(i *installation) error {
		password, made, err := u.password(to)
		if err != nil {
			return err
		}
		m, err := i.app.Admin.AddAdministrator(ctx, operator(), app.NewStaff{Login: u.Login, DisplayName: u.Name, Password: password})
		if err != nil {
			return err
		}
		return tellPassword(to, "added administrator", m.Login, password, made)
	})
}

type userPassword struct {
	Login string `arg:"" help:"Whose."`
	passwordFlags
}

// Run is `hejie user password`.
func (u userPassword) Run(ctx context.Context, to console, all Common) error {
	return withInstallation(ctx, all, func(i *installation) error {
		a, err := i.plain.AccountByLogin(ctx, app.NormaliseLogin(u.Login))
		switch {
		case negotiation.CodeOf(err) == negotiation.CodeNotFound, err == nil && a.Role == negotiation.RoleConsumer:
			return fmt.Errorf("nobody of the staff signs in as %s", u.Login)
		case err != nil:
			return err
		}
		password, made, err := u.password(to)
		if err != nil {
			return err
		}
		change := app.StaffChange{Password: &password}
		if a.Enterprise != "" {
			by := negotiation.Actor{ID: operator().ID, Role: negotiation.RoleDeskSupervisor, Enterprise: a.Enterprise}
			_, err = i.app.Staff.Change(ctx, by, a.ID, change)
		} else {
			_, err = i.app.Admin.ChangeOfficer(ctx, operator(), a.ID, change)
		}
		if err != nil {
			return err
		}
		return tellPassword(to, "new password of", a.Login, password, made)
	})
}

func tellPassword(to console, what, login, password string, made bool) error {
	if made {
		return to.printf("%s %s: %s\n", what, login, password)
	}
	return to.printf("%s %s\n", what, login)
}
