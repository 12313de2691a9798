package app

import (
	"cmp"
	"context"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/alexedwards/argon2id"
	"golang.org/x/sync/semaphore"

	"hejie/negotiation"
)

// passwords hashes and checks passwords, a few at a time: each takes 64 MiB and some tens of milliseconds.
type passwords struct {
	slots  *semaphore.Weighted
	params argon2id.Params
	min    int
}

func newPasswords(l Limits, params *argon2id.Params) *passwords {
	if params == nil {
		params = HashParams()
	}
	return &passwords{semaphore.NewWeighted(int64(max(1, l.PasswordHashes))), *params, l.PasswordMin}
}

// HashParams of passwords, all said, because those not said depend on the machine (RFC 9106, second recommendation, one lane).
func HashParams() *argon2id.Params {
	return &argon2id.Params{Memory: 64 << 10, Iterations: 3, Parallelism: 1, SaltLength: 16, KeyLength: 32}
}

const passwordMax = 200 // bytes: more would only cost time

func (p *passwords) hash(ctx context.Context, password string) (string, error) {
	if err := p.slots.Acquire(ctx, 1); err != nil {
		return "", err
	}
	defer p.slots.Release(1)
	return argon2id.CreateHash(password, &p.params)
}

// matches says whether the password is the hash's; a hash of "" never matches, and takes as long, so that unknown logins are not told
// from known ones.
func (p *passwords) matches(ctx context.Context, password, hash string) (bool, error) {
	if len(password) > passwordMax {
		return false, nil
	}
	if err := p.slots.Acquire(ctx, 1); err != nil {
		return false, err
	}
	defer p.slots.Release(1)
	if hash == "" {
		_, err := argon2id.CreateHash(password, &p.params)
		return false, err
	}
	return argon2id.ComparePasswordAndHash(password, hash)
}

// check refuses passwords that are too short or name the login. There are no rules about kinds of characters (NIST SP 800-63B).
func (p *passwords) check(field, password, login string) error {
	first, _ := utf8.DecodeRuneInString(password)
	switch {
	case password == "":
		return negotiation.Required(field)
	case len(password) > passwordMax:
		return negotiation.TooLong(field, passwordMax, len(password))
	case utf8.RuneCountInString(password) < p.min, strings.EqualFold(password, login), strings.Trim(password, string(first)) == "":
		return negotiation.NewError(CodeWeakPassword, "min", p.min).On(field)
	}
	return nil
}

// NewStaff is an account for somebody who signs in by password.
type NewStaff struct {
	Login       string
	DisplayName string
	Role        negotiation.Role
	Password    string
	Phone       string             // for notices; "" without
	Language    string             // "" is zh
	Limit       *negotiation.Money // of an agent of a desk, see Account; nil: none
	Capacity    *int               // of a member of a desk, see Account; nil: none
}

// newStaff checks the fields and hashes the password; who calls sets role, enterprise and bureau.
func (p *passwords) newStaff(ctx context.Context, n NewStaff, now time.Time) (Account, Person, error) {
	a := Account{ID: NewID(), Role: n.Role, Active: true, Created: now}
	var err error
	if a.Login, err = parseLogin(n.Login); err != nil {
		return a, Person{}, err
	}
	who := Person{Account: a.ID}
	if who.Name, err = text("display_name", n.DisplayName, 1, maxDisplayName); err != nil {
		return a, who, err
	}
	if who.Phone, err = phoneIfAny(n.Phone); err != nil {
		return a, who, err
	}
	if a.Language, err = language("language", cmp.Or(n.Language, "zh")); err != nil {
		return a, who, err
	}
	if err = p.check("password", n.Password, a.Login); err != nil {
		return a, who, err
	}
	a.Password, err = p.hash(ctx, n.Password)
	return a, who, err
}

func addStaff(ctx context.Context, tx PlainTx, a Account, p Person) error {
	if err := tx.AddAccount(ctx, a); err != nil {
		return err
	}
	return tx.SetPerson(ctx, p)
}

const (
	maxDisplayName = 40
	maxLogin       = 64
)

// NormaliseLogin makes the form in which logins are compared.
func NormaliseLogin(s string) string { return strings.ToLower(strings.TrimSpace(s)) }

// parseLogin refuses what could be taken for a phone number or hide another login.
func parseLogin(s string) (string, error) {
	l := NormaliseLogin(s)
	if l == "" {
		return "", negotiation.Required("login")
	}
	ok := len(l) >= 3 && len(l) <= maxLogin && l[0] >= 'a' && l[0] <= 'z'
	for _, r := range l {
		ok = ok && (r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || strings.ContainsRune("._-@", r))
	}
	if !ok {
		return "", negotiation.Invalid("login", "3-64: a-z 0-9 . _ - @")
	}
	return l, nil
}
