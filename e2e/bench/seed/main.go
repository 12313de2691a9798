// Command seed makes what a load needs before the real binary starts: an enterprise in the scheme, and rooms of two signed-in
// parties each, all through the use cases. It writes the database, rooms.json for loadgen and limits.json for the server.
//
//	seed -dir DIR -rooms 1000 [-due 2000]
package main

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"time"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

	"hejie/negotiation"
	"hejie/negotiation/creditcode"
	"hejie/negotiation/scheme"
	"hejie/negotiation/workday"
	"hejie/server/app"
	"hejie/server/evidence"
	"hejie/server/store"
)

// Room is one line of rooms.json.
type Room struct {
	Case     string    `json:"case"`
	Sessions [2]string `json:"sessions"`
}

func main() {
	dir := flag.String("dir", "", "data folder of the server")
	rooms := flag.Int("rooms", 1000, "rooms of two")
	age := flag.Int("age", 0, "working days ago that the cases were filed; more than 10: all their deadlines are due")
	flag.Parse()
	if err := run(context.Background(), *dir, *rooms, *age); err != nil {
		log.Fatal("seed: ", err)
	}
}

// Limits without a limit: a load is not a flood.
func limits() app.Limits {
	l := app.DefaultLimits()
	l.CommandsPerSecond, l.SocketsPerAccount = 1_000_000, 100_000
	l.CasesPerEnterprise, l.CasesPerConsumer = 1_000_000, 1_000_000
	return l
}

func rules() negotiation.Rules {
	r := negotiation.DefaultRules()
	r.OffersPerSide, r.MessagesPerMinute, r.MessagesPerDay = 1_000_000_000, 1_000_000_000, 1_000_000_000
	return r
}

// moment is a business clock that stands.
type moment struct{ time.Time }

func (m moment) Now() time.Time { return m.Time }

func run(ctx context.Context, dir string, rooms, age int) (err error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	s, err := store.Open(filepath.Join(dir, "hejie.db"), store.Options{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	vault, err := evidence.Open(filepath.Join(dir, "evidence"))
	if err != nil {
		return err
	}
	now := time.Now().UTC()
	if age > 0 {
		now = workday.Default().SubWorkdays(workday.DateOf(now), age).Time().Add(10 * time.Hour).UTC()
	}
	w := app.World{Plain: s.Plain(), Log: s, Cases: s, Scores: s, Vault: vault, Yearbook: app.NewYearbook(), Business: moment{now},
		Real: app.RealClock{}, Limits: limits(), Secret: app.NewSecret(), SMS: app.SMSNone}
	ledger := app.NewLedger(w, w.Yearbook, rules())
	w.Door = ledger
	seeder := seeder{w: w, app: app.New(w), ledger: ledger}
	enterprise, err := seeder.enterprise(ctx)
	if err != nil {
		return err
	}
	made := make([]Room, rooms)
	var all errgroup.Group
	all.SetLimit(64)
	for i := range made {
		all.Go(func() (err error) {
			made[i], err = seeder.room(ctx, enterprise, i)
			return err
		})
	}
	if err := all.Wait(); err != nil {
		return err
	}
	if err := writeJSON(filepath.Join(dir, "limits.json"), limits()); err != nil {
		return err
	}
	return writeJSON(filepath.Join(dir, "rooms.json"), made)
}

type seeder struct {
	w      app.World
	app    *app.App
	ledger *app.Ledger
}

// enterprise in the scheme, with a bureau that let it in.
func (s seeder) enterprise(ctx context.Context) (string, error) {
	token, err := s.app.SignIn.NewSetUpToken(ctx)
	if err != nil {
		return "", err
	}
	in, err := s.app.SignIn.SetUp(ctx, app.FirstAdministrator{Token: token, Login: "root", Password: "a long password", DisplayName: "管理员"})
	if err != nil {
		return "", err
	}
	const county = "430602"
	bureau, err := s.app.Admin.AddBureau(ctx, in.Session.Actor, app.Bureau{Region: county, NameZH: "试验区市场监督管理局", NameEN: "Test Bureau", Phone: "0730-1234567", Address: "试验路 1 号"})
	if err != nil {
		return "", err
	}
	code, err := creditcode.MakeWithOrg("91430602MA000000")
	if err != nil {
		return "", err
	}
	e, err := s.app.Scheme.Apply(ctx, app.Application{
		Profile: scheme.Profile{Name: "试验商贸有限公司", CreditCode: code, Region: county, Address: "试验路 2 号", Industry: "F",
			Conditions: scheme.Conditions{Place: true, Staff: true, Computer: true, Telephone: true, ComplaintRules: true},
			Commitment: negotiation.Choice{Yes: true, Text: "2026-1"}},
		Contact:    app.Contact{Name: "周试", Phone: "13900000000"},
		Supervisor: app.NewStaff{Login: "boss", DisplayName: "周试", Password: "a long password", Phone: "13900000000"},
		Client:     app.Client{Addr: "127.0.0.1"},
	})
	if err != nil {
		return "", err
	}
	officer := negotiation.Actor{ID: app.NewID(), Role: negotiation.RoleOfficer, Bureau: bureau.ID, Region: county}
	_, err = s.app.Scheme.Do(ctx, officer, e.ID, scheme.Approve{})
	return e.ID, err
}

// room of a consumer and a desk member of their own, both signed in.
func (s seeder) room(ctx context.Context, enterprise string, n int) (Room, error) {
	consumer := negotiation.Actor{ID: app.NewID(), Role: negotiation.RoleConsumer}
	agent := negotiation.Actor{ID: app.NewID(), Role: negotiation.RoleDeskAgent, Enterprise: enterprise}
	var r Room
	for i, a := range []negotiation.Actor{consumer, agent} {
		token, err := s.signIn(ctx, a, fmt.Sprintf("+86139%04d%04d", i, n))
		if err != nil {
			return Room{}, err
		}
		r.Sessions[i] = token
	}
	cmd := negotiation.FileCase{Enterprise: enterprise, Category: "quality", Goods: "电饭煲", Facts: "用了三天就坏了。", PurchasedOn: "2026-01-05",
		KnownSince: "2026-01-08", Amount: negotiation.CNY(29900), ForDailyLife: true, OtherBody: negotiation.BodyNone,
		Claim: []negotiation.Item{{By: negotiation.SideEnterprise, Remedy: negotiation.Refund, Amount: new(negotiation.CNY(29900)), Due: negotiation.Due{Days: 3, Unit: negotiation.WorkingDays}}},
		Consents: negotiation.Consents{Truth: "1", Rules: "1", Publication: &negotiation.Choice{Text: "1"}, Escalation: &negotiation.Choice{Yes: true, Text: "1"}}}
	id, err := app.Identify(consumer, uuid.NewString(), cmd)
	if err != nil {
		return Room{}, err
	}
	receipt, err := s.ledger.File(ctx, consumer, id, cmd, app.PersonDetails{Name: "试用者", Address: "试验路 3 号"})
	r.Case = receipt.Case
	return r, err
}

func (s seeder) signIn(ctx context.Context, a negotiation.Actor, login string) (token string, err error) {
	var b [32]byte
	rand.Read(b[:])
	token = base64.RawURLEncoding.EncodeToString(b[:])
	sum := sha256.Sum256([]byte(token))
	now := time.Now().UTC()
	return token, s.w.Plain.Write(ctx, func(tx app.PlainTx) error {
		return errors.Join(
			tx.AddAccount(ctx, app.Account{ID: a.ID, Role: a.Role, Login: login, Language: "zh", Enterprise: a.Enterprise, Active: true, Created: now}),
			tx.SetPerson(ctx, app.Person{Account: a.ID, Name: "试用者", Phone: "+8613900000000"}),
			tx.AddSession(ctx, app.SessionRow{ID: app.NewID(), Token: sum[:], Account: a.ID, Created: now, Seen: now, Expires: now.AddDate(0, 0, 7), All: true}))
	})
}

func writeJSON(path string, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return os.WriteFile(path, b, 0o600)
}
