// Package seed fills an installation, while no server has its file open, with what a test or a load needs: a bureau, an enterprise
// in the scheme, and rooms of two signed-in parties each. Everything goes through the use cases, so that it is what the product
// would have written; only the sessions are put straight into their table, for want of a phone.
//
// Seed serves one goroutine at a time; Rooms itself works on many rooms at once, so that the log commits them in groups.
package seed

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/alexedwards/argon2id"
	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

	"hejie/negotiation"
	"hejie/negotiation/workday"
	"hejie/server/app"
	"hejie/server/evidence"
	"hejie/server/store"
)

// Room is a case with the sessions of its two parties.
type Room struct {
	Case       string    `json:"case"`
	Sessions   [2]string `json:"sessions"` // the consumer's, the desk member's
	Enterprise string    `json:"enterprise"`
}

// The parties of a room.
const (
	Consumer = iota
	Desk
)

// Options of what is seeded.
type Options struct {
	Limits   app.Limits
	Rules    negotiation.Rules
	Database string // URL of a PostgreSQL database; "": hejie.db in the folder
	// Age is how many working days ago cases are filed; above 10 all their deadlines are due.
	Age int
}

// Unlimited options: a load is not a flood.
func Unlimited() Options {
	o := Options{Limits: app.DefaultLimits(), Rules: negotiation.DefaultRules()}
	o.Limits.CommandsPerSecond, o.Limits.SocketsPerAccount = 1_000_000, 100_000
	o.Limits.ApplicationsPerAddress = 1_000_000
	o.Limits.CasesPerEnterprise, o.Limits.CasesPerConsumer = 1_000_000, 1_000_000
	o.Rules.OffersPerSide, o.Rules.MessagesPerMinute, o.Rules.MessagesPerDay = 1_000_000_000, 1_000_000_000, 1_000_000_000
	return o
}

// Seed is an installation that is being filled.
type Seed struct {
	dir    string
	path   string // of the database
	store  *store.Store
	vault  *evidence.Disk
	w      app.World
	app    *app.App
	ledger *app.Ledger
	rules  negotiation.Rules
}

// moment is a business clock that stands.
type moment struct{ time.Time }

func (m moment) Now() time.Time { return m.Time }

// Open the installation in dir, which is made when it is not there.
func Open(dir string, o Options) (_ *Seed, err error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	secret, err := secretOf(dir)
	if err != nil {
		return nil, err
	}
	s := &Seed{dir: dir, path: filepath.Join(dir, "hejie.db"), rules: o.Rules}
	if o.Database != "" {
		s.path = o.Database
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.Close())
		}
	}()
	if s.store, err = store.Open(s.path, store.Options{}); err != nil {
		return nil, err
	}
	if s.vault, err = evidence.Open(filepath.Join(dir, "evidence")); err != nil {
		return nil, err
	}
	now := time.Now().UTC()
	if o.Age > 0 {
		now = workday.Default().SubWorkdays(workday.DateOf(now), o.Age).Time().Add(10 * time.Hour).UTC()
	}
	s.w = app.World{Plain: s.store.Plain(), Log: s.store, Cases: s.store, Scores: s.store, Vault: s.vault, Yearbook: app.NewYearbook(),
		Business: moment{now}, Real: app.RealClock{}, Limits: o.Limits, Secret: secret, SMS: app.SMSNone,
		Hash: &argon2id.Params{Memory: 64, Iterations: 1, Parallelism: 1, SaltLength: 16, KeyLength: 32}} // nobody guesses these
	s.ledger = s.ledgerAt(now)
	s.w.Door = s.ledger
	s.app = app.New(s.w)
	return s, nil
}

// ledgerAt is the door at some moment.
func (s *Seed) ledgerAt(now time.Time) *app.Ledger {
	w := s.w
	w.Business = moment{now}
	return app.NewLedger(w, w.Yearbook, s.rules)
}

// secretOf the installation: the one beside the database, or a new one.
func secretOf(dir string) (secret app.Secret, err error) {
	path := filepath.Join(dir, "hejie.secret")
	b, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		secret = app.NewSecret()
		return secret, os.WriteFile(path, secret[:], 0o600)
	}
	if err == nil && len(b) != len(secret) {
		err = fmt.Errorf("%s has %d bytes", path, len(b))
	}
	copy(secret[:], b)
	return secret, err
}

// Close gives the installation free for a server.
func (s *Seed) Close() error {
	var err error
	if s.store != nil {
		err = s.store.Close()
	}
	if s.vault != nil {
		err = errors.Join(err, s.vault.Close())
	}
	return err
}

// Enterprise in the scheme, with a bureau that let it in. Once for an installation.
func (s *Seed) Enterprise(ctx context.Context) (string, error) {
	admin, err := s.administrator(ctx)
	if err != nil {
		return "", err
	}
	const county = "430602"
	bureau, err := s.bureau(ctx, admin, county)
	if err != nil {
		return "", err
	}
	e, err := s.firm(ctx, 0, county, bureau)
	return e.ID, err
}

// administrator of a new installation.
func (s *Seed) administrator(ctx context.Context) (negotiation.Actor, error) {
	token, err := s.app.SignIn.NewSetUpToken(ctx)
	if err != nil {
		return negotiation.Actor{}, err
	}
	in, err := s.app.SignIn.SetUp(ctx, app.FirstAdministrator{Token: token, Login: "root", Password: "a long password", DisplayName: "管理员"})
	return in.Session.Actor, err
}

// Rooms makes n cases against the enterprise, each of a consumer and a desk member of their own.
func (s *Seed) Rooms(ctx context.Context, enterprise string, n int) ([]Room, error) {
	rooms := make([]Room, n)
	all, ctx := errgroup.WithContext(ctx)
	all.SetLimit(64)
	for i := range rooms {
		all.Go(func() (err error) {
			rooms[i], err = s.room(ctx, enterprise)
			return err
		})
	}
	return rooms, all.Wait()
}

func (s *Seed) room(ctx context.Context, enterprise string) (Room, error) {
	consumer := negotiation.Actor{ID: app.NewID(), Role: negotiation.RoleConsumer}
	agent := negotiation.Actor{ID: app.NewID(), Role: negotiation.RoleDeskAgent, Enterprise: enterprise}
	r := Room{Enterprise: enterprise}
	for i, a := range []negotiation.Actor{consumer, agent} {
		token, err := s.signIn(ctx, a)
		if err != nil {
			return Room{}, err
		}
		r.Sessions[i] = token
	}
	cmd := Filing(enterprise)
	id, err := app.Identify(consumer, uuid.NewString(), cmd)
	if err != nil {
		return Room{}, err
	}
	receipt, err := s.ledger.File(ctx, consumer, id, cmd, app.PersonDetails{Name: "试用者", Address: "试验路 3 号"})
	r.Case = receipt.Case
	return r, err
}

// Filing is a complete case against the enterprise: a rice cooker of 299 yuan that broke, and its money back.
func Filing(enterprise string) negotiation.FileCase {
	return negotiation.FileCase{Enterprise: enterprise, Category: "quality", Goods: "电饭煲", Facts: "用了三天就坏了。", PurchasedOn: "2026-01-05",
		KnownSince: "2026-01-08", Amount: negotiation.CNY(29900), ForDailyLife: true, OtherBody: negotiation.BodyNone,
		Claim: []negotiation.Item{{By: negotiation.SideEnterprise, Remedy: negotiation.Refund, Amount: new(negotiation.CNY(29900)),
			Due: negotiation.Due{Days: 3, Unit: negotiation.WorkingDays}}},
		Consents: negotiation.Consents{Truth: "2026-1", Rules: "2026-1", Publication: &negotiation.Choice{Text: "2026-1"},
			Escalation: &negotiation.Choice{Yes: true, Text: "2026-1"}}}
}

// signIn makes an account with a session and gives the session's token. The account's id serves as its login: nobody types it.
func (s *Seed) signIn(ctx context.Context, a negotiation.Actor) (token string, err error) {
	var b [32]byte
	rand.Read(b[:]) // never fails: crypto/rand ends the program instead
	token = base64.RawURLEncoding.EncodeToString(b[:])
	sum := sha256.Sum256([]byte(token))
	now := time.Now().UTC()
	return token, errors.Join(s.account(ctx, a), s.w.Plain.Write(ctx, func(tx app.PlainTx) error {
		return tx.AddSession(ctx, app.SessionRow{ID: app.NewID(), Token: sum[:], Account: a.ID, Created: now, Seen: now, Expires: now.AddDate(0, 0, 30), All: true})
	}))
}

// account of somebody, with a name.
func (s *Seed) account(ctx context.Context, a negotiation.Actor) error {
	return s.w.Plain.Write(ctx, func(tx app.PlainTx) error {
		return errors.Join(
			tx.AddAccount(ctx, app.Account{ID: a.ID, Role: a.Role, Login: a.ID, Language: "zh", Enterprise: a.Enterprise, Bureau: a.Bureau, Active: true, Created: time.Now().UTC()}),
			tx.SetPerson(ctx, app.Person{Account: a.ID, Name: "试用者", Phone: "+8613900000000"}))
	})
}

// WriteJSON writes v into a file of the folder, for the server or the load.
func (s *Seed) WriteJSON(name string, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(s.dir, name), b, 0o600)
}
