package app

import (
	"cmp"
	"context"
	"crypto/subtle"
	"strconv"
	"time"

	"hejie/negotiation"
	"hejie/negotiation/scheme"
)

// SignIn is how people get a session: consumers by a one-time code to their phone, staff by login and password, the first
// administrator by the set-up link.
type SignIn struct{ access }

// CodeSignIn of a consumer. CaseCode is the case code or the order number of an older case that is to be opened too; "" for none.
type CodeSignIn struct {
	Phone    string
	Code     string
	CaseCode string
	Language string // of a new account; "" is zh
	Client   Client
}

// PasswordSignIn of staff.
type PasswordSignIn struct {
	Login    string
	Password string
	Client   Client
}

// CodeRow is a one-time code; the code itself is nowhere but in the notice that is on its way.
type CodeRow struct {
	ID       string
	Phone    string
	Addr     []byte // keyed hash of the network address
	Familiar bool   // for a browser in which the number signed in before
	Sum      []byte // keyed hash of id, phone and code
	Created  time.Time
	Expires  time.Time
	Tries    int
	Used     bool
}

// CodeReader reads what proves who signs in: codes, failed attempts, the set-up token.
type CodeReader interface {
	CodesSince(ctx context.Context, phone string, familiar bool, since time.Time) ([]time.Time, error) // oldest first
	CodesFrom(ctx context.Context, addr []byte, since time.Time) ([]time.Time, error)                  // oldest first
	LatestCode(ctx context.Context, phone string, familiar bool) (CodeRow, error)                      // not_found without one
	Attempts(ctx context.Context, key string, since time.Time) (n int, oldest time.Time, err error)
	SetUpToken(ctx context.Context) (hash []byte, expires time.Time, err error) // not_found without one
}

// CodeWriter writes what CodeReader reads.
type CodeWriter interface {
	AddCode(ctx context.Context, c CodeRow) error
	SetCode(ctx context.Context, id string, tries int, used bool) error
	AddAttempt(ctx context.Context, key string, at time.Time) error
	ClearAttempts(ctx context.Context, key string) error
	ForgetAttempt(ctx context.Context, key string, at time.Time) error       // one of those at that time
	SetSetUpToken(ctx context.Context, hash []byte, expires time.Time) error // nil: closes it
}

// RequestCode sends a one-time code to the number. The answer is the same whether the number is known. Of a familiar
// browser its codes are counted apart (see Secret.mark). Errors: required, invalid (phone), rate_limited with retry_after, sms_unavailable.
func (s *SignIn) RequestCode(ctx context.Context, phone, language string, c Client) error {
	phone, err := ParsePhone("phone", phone)
	if err != nil {
		return err
	}
	if s.w.SMS == SMSNone {
		return negotiation.NewError(CodeSMSUnavailable)
	}
	if language != "en" {
		language = "zh"
	}
	now, l, addr := s.w.Real.Now(), s.w.Limits, s.w.Secret.addr(c)
	row := CodeRow{ID: NewID(), Phone: phone, Addr: addr, Familiar: s.w.Secret.familiar(phone, c), Created: now, Expires: now.Add(l.CodeLife)}
	code := newCode()
	row.Sum = s.codeSum(row.ID, phone, code)
	return s.w.Plain.Write(ctx, func(tx PlainTx) error {
		sent, err := tx.CodesSince(ctx, phone, row.Familiar, now.Add(-day))
		if err != nil {
			return err
		}
		from, err := tx.CodesFrom(ctx, addr, now.Add(-time.Hour))
		if err != nil {
			return err
		}
		if left := max(wait(sent, now, time.Minute, l.CodesPerMinute), wait(sent, now, time.Hour, l.CodesPerHour),
			wait(sent, now, day, l.CodesPerDay), wait(from, now, time.Hour, l.CodesPerAddress)); left > 0 {
			return rateLimited(seconds(left))
		}
		if err := tx.AddCode(ctx, row); err != nil {
			return err
		}
		return tx.AddOutbox(ctx, OutboxRow{ID: NewID(), To: "phone", Address: phone, Language: language, Template: TemplateCode,
			Params: map[string]string{"code": code, "minutes": minutes(l.CodeLife)}, At: s.w.Business.Now(), Created: now, Next: now})
	})
}

// ByCode signs a consumer in; a number that is new gets an account, because the code proved it. Only the latest code counts, in a
// familiar browser the latest of those. Numbers are given to others after some months: one that nobody signed in with for
// Limits.NumberRest begins a new account, too, unless a case code or order number proves the old one, which keeps its name and cases and
// stays open to such proofs.
// Errors: required, invalid, wrong_code, wrong_case_code, rate_limited, sms_unavailable.
func (s *SignIn) ByCode(ctx context.Context, in CodeSignIn) (SignedIn, error) {
	phone, err := ParsePhone("phone", in.Phone)
	if err != nil {
		return SignedIn{}, err
	}
	lang, err := language("language", cmp.Or(in.Language, "zh"))
	if err != nil {
		return SignedIn{}, err
	}
	if in.Code == "" {
		return SignedIn{}, negotiation.Required("code")
	}
	if s.w.SMS == SMSNone {
		return SignedIn{}, negotiation.NewError(CodeSMSUnavailable)
	}
	proved, err := s.provedBy(ctx, phone, in.CaseCode)
	if err != nil {
		return SignedIn{}, err
	}
	var done SignedIn
	var refused error // the refusal is counted, so its transaction is kept
	err = s.w.Plain.Write(ctx, func(tx PlainTx) (err error) {
		done, refused, err = s.byCode(ctx, tx, phone, lang, in, proved)
		return err
	})
	if err != nil || refused != nil {
		return SignedIn{}, cmp.Or(err, refused)
	}
	return done, nil
}

func (s *SignIn) byCode(ctx context.Context, tx PlainTx, phone, lang string, in CodeSignIn, proved proof) (done SignedIn, refused, err error) {
	now := s.w.Real.Now()
	row, err := tx.LatestCode(ctx, phone, s.w.Secret.familiar(phone, in.Client))
	wrong := negotiation.NewError(CodeWrongCode).On("code")
	switch {
	case negotiation.CodeOf(err) == negotiation.CodeNotFound:
		return done, wrong, nil
	case err != nil:
		return done, nil, err
	case row.Used || row.Tries >= s.w.Limits.CodeTries || !now.Before(row.Expires):
		return done, wrong, nil
	case subtle.ConstantTimeCompare(row.Sum, s.codeSum(row.ID, phone, in.Code)) != 1:
		return done, wrong, tx.SetCode(ctx, row.ID, row.Tries+1, false)
	}
	a, err := s.consumer(ctx, tx, phone, lang)
	if err != nil {
		return done, nil, err
	}
	if in.CaseCode != "" {
		if refused, err = s.prove(ctx, tx, a.ID, proved.caseID != ""); refused != nil || err != nil {
			return done, refused, err
		}
		a, err = tx.Account(ctx, proved.account)
	} else if a.Active && now.Sub(a.Seen) >= s.w.Limits.NumberRest {
		a, err = s.succeed(ctx, tx, a, lang)
	}
	if err != nil {
		return done, nil, err
	}
	if !a.Active {
		return done, wrong, nil
	}
	if err := tx.SetCode(ctx, row.ID, row.Tries, true); err != nil {
		return done, nil, err
	}
	done, err = s.sessions.start(ctx, tx, a, in.Client, opening{caseID: proved.caseID})
	done.Mark = s.w.Secret.mark(phone) // the account may have had the number before
	return done, nil, err
}

// consumer gives the account of a number, which is made on first use.
func (s *SignIn) consumer(ctx context.Context, tx PlainTx, phone, lang string) (Account, error) {
	a, err := tx.AccountByLogin(ctx, phone)
	if negotiation.CodeOf(err) != negotiation.CodeNotFound {
		return a, err
	}
	return s.newConsumer(ctx, tx, NewID(), phone, lang)
}

func (s *SignIn) newConsumer(ctx context.Context, tx PlainTx, id, phone, lang string) (Account, error) {
	now := s.w.Real.Now()
	a := Account{ID: id, Role: negotiation.RoleConsumer, Login: phone, Language: lang, Active: true, Created: now, Seen: now}
	if err := tx.AddAccount(ctx, a); err != nil {
		return a, err
	}
	return a, tx.SetPerson(ctx, Person{Account: a.ID, Phone: phone})
}

// succeed gives the number of an account to a new one.
func (s *SignIn) succeed(ctx context.Context, tx PlainTx, former Account, lang string) (Account, error) {
	phone, id := former.Login, NewID()
	former.Login = formerOf(id)
	if err := tx.SetAccount(ctx, former); err != nil {
		return former, err
	}
	return s.newConsumer(ctx, tx, id, phone, lang)
}

// formerOf is the login of the account that had the number of an account before it: no number, so nobody gets notices there.
func formerOf(account string) string { return former + account }

const former = "former:"

// proof that somebody knows a case of an account; without a case there is none.
type proof struct{ account, caseID string }

// provedBy finds the case with a case code or order number, of the number's account or of one that had the number before.
func (s *SignIn) provedBy(ctx context.Context, phone, given string) (proof, error) {
	if given == "" {
		return proof{}, nil
	}
	for login := phone; ; {
		a, err := s.w.Plain.AccountByLogin(ctx, login)
		if negotiation.CodeOf(err) == negotiation.CodeNotFound {
			return proof{}, nil
		}
		if err != nil {
			return proof{}, err
		}
		id, err := s.w.Cases.CaseByRef(ctx, a.ID, CanonicalCode(given), s.w.Secret.OrderRef(given))
		if negotiation.CodeOf(err) != negotiation.CodeNotFound {
			return proof{a.ID, id}, err
		}
		login = formerOf(a.ID)
	}
}

// prove counts wrong case codes and order numbers, so that nobody with a recycled number tries them all.
func (s *SignIn) prove(ctx context.Context, tx PlainTx, account string, right bool) (refused, err error) {
	key, now := "proof:"+account, s.w.Real.Now()
	n, oldest, err := tx.Attempts(ctx, key, now.Add(-time.Hour))
	switch {
	case err != nil:
		return nil, err
	case n >= s.w.Limits.ProofTries:
		return rateLimited(seconds(oldest.Add(time.Hour).Sub(now))), nil
	case !right:
		return negotiation.NewError(CodeWrongCaseCode).On("case_code"), tx.AddAttempt(ctx, key, now)
	}
	return nil, nil
}

// ByPassword signs staff in. An unknown login takes as long as a known one. Errors: required, wrong_password, not_approved (the right
// password of an applicant that the bureau has not let in; params: status, and of a refusal its ground and reason), rate_limited with retry_after (after
// Limits.PasswordFailures for the login, of familiar browsers apart, or PasswordFailuresAddress from the address).
func (s *SignIn) ByPassword(ctx context.Context, in PasswordSignIn) (SignedIn, error) {
	login := cut(NormaliseLogin(in.Login), maxLogin+1) // a longer one is nobody's, and no index of PostgreSQL takes it
	switch {
	case login == "":
		return SignedIn{}, negotiation.Required("login")
	case in.Password == "":
		return SignedIn{}, negotiation.Required("password")
	}
	var applicant Enterprise
	a, err := s.guarded(ctx, login, in.Client, func() (Account, bool, error) {
		a, err := s.w.Plain.AccountByLogin(ctx, login)
		if err != nil && negotiation.CodeOf(err) != negotiation.CodeNotFound {
			return a, false, err
		}
		ok, err := s.passwords.matches(ctx, in.Password, a.Password) // also for "": the answer takes as long
		if err != nil || !ok || a.Role == negotiation.RoleConsumer {
			return a, false, err
		}
		if !a.Active {
			applicant, err = s.applicant(ctx, a)
		}
		return a, a.Active || applicant.ID != "", err
	})
	if err != nil {
		return SignedIn{}, err
	}
	if applicant.ID != "" {
		return SignedIn{}, s.notApproved(ctx, applicant)
	}
	var done SignedIn
	err = s.w.Plain.Write(ctx, func(tx PlainTx) (err error) {
		now, err := tx.Account(ctx, a.ID)
		if err != nil {
			return err
		}
		if !now.Active || now.Password != a.Password { // changed while the password was checked
			return negotiation.NewError(CodeWrongPassword).On("password")
		}
		done, err = s.sessions.start(ctx, tx, now, in.Client, opening{})
		return err
	})
	return done, err
}

// applicant is an account's enterprise that was never let in; the zero Enterprise for any other account.
func (s *SignIn) applicant(ctx context.Context, a Account) (Enterprise, error) {
	if a.Enterprise == "" {
		return Enterprise{}, nil
	}
	e, err := s.w.Plain.Enterprise(ctx, a.Enterprise)
	if err != nil || !e.EnrolledAt.IsZero() {
		return Enterprise{}, err
	}
	return e, nil
}

// notApproved tells an applicant where the application stands: nothing else does, since its desk stays shut.
func (s *SignIn) notApproved(ctx context.Context, e Enterprise) error {
	params := []any{"status", e.Status}
	if e.Status == scheme.StatusRemoved {
		reason, err := statusReason(ctx, s.w.Plain, e.ID)
		if err != nil {
			return err
		}
		params = append(params, "ground", e.Ground, "reason", reason)
	}
	return negotiation.NewError(CodeNotApproved, params...)
}

// guarded counts an attempt before check looks at the password, so that many at once are not each the first, and takes it back
// when check says yes.
func (s access) guarded(ctx context.Context, login string, c Client, check func() (Account, bool, error)) (Account, error) {
	now, l, kind := s.w.Real.Now(), s.w.Limits, "login:"
	if s.w.Secret.familiar(login, c) {
		kind = "familiar:"
	}
	keys := []struct {
		key  string
		most int
	}{{kind + login, l.PasswordFailures}, {"from:" + hexOf(s.w.Secret.addr(c)), l.PasswordFailuresAddress}}
	err := s.w.Plain.Write(ctx, func(tx PlainTx) error {
		for _, k := range keys {
			n, oldest, err := tx.Attempts(ctx, k.key, now.Add(-l.PasswordLock))
			if err != nil {
				return err
			}
			if n >= k.most {
				return rateLimited(seconds(oldest.Add(l.PasswordLock).Sub(now)))
			}
			if err := tx.AddAttempt(ctx, k.key, now); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return Account{}, err
	}
	a, ok, err := check()
	if err != nil {
		return Account{}, err
	}
	if !ok {
		return Account{}, negotiation.NewError(CodeWrongPassword).On("password")
	}
	return a, s.w.Plain.Write(ctx, func(tx PlainTx) error {
		if err := tx.ClearAttempts(ctx, keys[0].key); err != nil {
			return err
		}
		return tx.ForgetAttempt(ctx, keys[1].key, now)
	})
}

// Enter gives a session of any account, without proof. Only the demo may call it.
func (s *SignIn) Enter(ctx context.Context, account string, c Client) (SignedIn, error) {
	var done SignedIn
	err := s.w.Plain.Write(ctx, func(tx PlainTx) (err error) {
		a, err := tx.Account(ctx, account)
		if err != nil {
			return err
		}
		done, err = s.sessions.start(ctx, tx, a, c, opening{all: true})
		return err
	})
	return done, err
}

func (s *SignIn) codeSum(id, phone, code string) []byte {
	return s.w.Secret.Sum("code", id, phone, code)
}

// wait says how long to wait when at least most of the times (oldest first) lie within the period before now; 0: not at all.
func wait(times []time.Time, now time.Time, period time.Duration, most int) time.Duration {
	in := times[:0:0]
	for _, t := range times {
		if t.After(now.Add(-period)) {
			in = append(in, t)
		}
	}
	if len(in) < most {
		return 0
	}
	return in[len(in)-most].Add(period).Sub(now)
}

const day = 24 * time.Hour

func seconds(d time.Duration) int { return int((d + time.Second - 1) / time.Second) }

func minutes(d time.Duration) string { return strconv.Itoa(int(d / time.Minute)) }
