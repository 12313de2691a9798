package seed

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

	"hejie/negotiation"
	"hejie/negotiation/creditcode"
	"hejie/negotiation/region"
	"hejie/negotiation/scheme"
	"hejie/server/app"
)

// Record is a long record, and who looks at it.
type Record struct {
	Enterprise string `json:"enterprise"` // one of many
	Region     string `json:"region"`     // of its bureau
	Officer    string `json:"officer"`    // session
	National   string `json:"national"`   // session of an officer whose region is the country
	Supervisor string `json:"supervisor"` // session
}

// casesOf a consumer, each against another enterprise.
const casesOf = 4

// Record files so many cases against so many enterprises all over the country, a tenth of them against the first one. Seven of ten are
// over, spread over the year to yesterday, which scorecards look back over: five settled and performed, two withdrawn. The others were filed today: one is being
// performed, in one the desk has asked, and one went to the bureau. Nothing is left in the outbox.
func (s *Seed) Record(ctx context.Context, firms, cases int) (Record, error) {
	admin, err := s.administrator(ctx)
	if err != nil {
		return Record{}, err
	}
	counties := spread(firms)
	all := make([]app.Enterprise, firms)
	bureaus := map[string]string{}
	for i := range all {
		county := counties[i%len(counties)]
		if bureaus[county] == "" {
			if bureaus[county], err = s.bureau(ctx, admin, county); err != nil {
				return Record{}, err
			}
		}
		if all[i], err = s.firm(ctx, i, county, bureaus[county]); err != nil {
			return Record{}, err
		}
	}
	over, now := cases*7/10, time.Now()
	if err := s.histories(ctx, period{now.AddDate(-1, 0, 0), now.AddDate(0, 0, -1)}, all, over, ended[:]); err != nil {
		return Record{}, err
	}
	if err := s.histories(ctx, period{now.Add(-8 * time.Hour), now}, all, cases-over, open[:]); err != nil {
		return Record{}, err
	}
	national, err := s.bureau(ctx, admin, region.Country)
	if err != nil {
		return Record{}, err
	}
	r := Record{Enterprise: all[0].ID, Region: counties[0]}
	for to, who := range map[*string]negotiation.Actor{
		&r.Officer:    {Role: negotiation.RoleOfficer, Bureau: bureaus[counties[0]], Region: counties[0]},
		&r.National:   {Role: negotiation.RoleOfficer, Bureau: national, Region: region.Country},
		&r.Supervisor: {Role: negotiation.RoleDeskSupervisor, Enterprise: r.Enterprise},
	} {
		who.ID = app.NewID()
		if *to, err = s.signIn(ctx, who); err != nil {
			return r, err
		}
	}
	return r, s.empty(ctx, "outbox")
}

// spread gives counties of different cities, at most one for ten enterprises.
func spread(firms int) (counties []string) {
	for _, province := range region.Children(region.Country) {
		for _, city := range region.Children(province.Code) {
			if below := region.Children(city.Code); len(below) > 0 {
				counties = append(counties, below[0].Code)
			}
			if len(counties) >= max(firms/10, 1) {
				return counties
			}
		}
	}
	return counties
}

func (s *Seed) bureau(ctx context.Context, admin negotiation.Actor, county string) (string, error) {
	b, err := s.app.Admin.AddBureau(ctx, admin, app.Bureau{Region: county, NameZH: region.FullName(county) + "市场监督管理局", NameEN: "Test Bureau", Phone: "0730-1234567", Address: "试验路 1 号"})
	return b.ID, err
}

// firm in the scheme, let in by its bureau.
func (s *Seed) firm(ctx context.Context, number int, county, bureau string) (app.Enterprise, error) {
	code, err := creditcode.MakeWithOrg(fmt.Sprintf("91%sMA%06d", county, number))
	if err != nil {
		return app.Enterprise{}, err
	}
	e, err := s.app.Scheme.Apply(ctx, app.Application{
		Profile: scheme.Profile{Name: fmt.Sprintf("试验第%d商贸有限公司", number), CreditCode: code, Region: county, Address: "试验路 2 号", Industry: "F",
			Conditions: scheme.Conditions{Place: true, Staff: true, Computer: true, Telephone: true, ComplaintRules: true},
			Commitment: negotiation.Choice{Yes: true, Text: "2026-1"}},
		Contact:    app.Contact{Name: "周试", Phone: "13900000000"},
		Supervisor: app.NewStaff{Login: fmt.Sprintf("boss%d", number), DisplayName: "周试", Password: "a long password", Phone: "13900000000"},
		Client:     app.Client{Addr: fmt.Sprintf("127.1.%d.%d", number/250, number%250)},
	})
	if err != nil {
		return e, err
	}
	_, err = s.app.Scheme.Do(ctx, negotiation.Actor{ID: app.NewID(), Role: negotiation.RoleOfficer, Bureau: bureau, Region: county}, e.ID, app.CommandID{}, scheme.Approve{})
	return e, err
}

// period in which cases are filed.
type period struct{ from, to time.Time }

// at is when the i-th of n comes.
func (p period) at(i, n int) time.Time {
	return p.from.Add(time.Duration(float64(p.to.Sub(p.from)) * float64(i) / float64(n)))
}

// histories of consumers, many at once so that the log commits them in groups; each case's is the next of the kinds.
func (s *Seed) histories(ctx context.Context, p period, firms []app.Enterprise, cases int, kinds []kind) error {
	all, ctx := errgroup.WithContext(ctx)
	all.SetLimit(512)
	for first := 0; first < cases && ctx.Err() == nil; first += casesOf {
		all.Go(func() error {
			consumer := negotiation.Actor{ID: app.NewID(), Role: negotiation.RoleConsumer}
			if err := s.account(ctx, consumer); err != nil {
				return err
			}
			door := s.ledgerAt(p.at(first, cases))
			for i := first; i < min(first+casesOf, cases); i++ {
				if err := s.history(ctx, door, consumer, firmOf(i, firms).ID, kinds[i%len(kinds)]); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return all.Wait()
}

// firmOf a case: the first has a tenth of all.
func firmOf(i int, firms []app.Enterprise) app.Enterprise {
	if i/casesOf%10 == 0 && i%casesOf == 0 || i/casesOf%10 < 2 && i%casesOf == 1 || len(firms) == 1 {
		return firms[0]
	}
	return firms[1+i%(len(firms)-1)]
}

// kind of a history.
type kind int

const (
	performed kind = iota
	performing
	withdrawn
	asked
	escalated
)

var (
	ended = [...]kind{performed, performed, withdrawn, performed, performed, withdrawn, performed}
	open  = [...]kind{performing, asked, escalated}
)

// act of one side on a case.
type act struct {
	by  negotiation.Actor
	cmd negotiation.Command
}

// history of one case.
func (s *Seed) history(ctx context.Context, door *app.Ledger, consumer negotiation.Actor, enterprise string, k kind) error {
	filing := Filing(enterprise)
	filing.PurchasedOn, filing.KnownSince = "2025-01-05", "2025-01-08" // before the record
	id, err := app.Identify(consumer, uuid.NewString(), filing)
	if err != nil {
		return err
	}
	receipt, err := door.File(ctx, consumer, id, filing, app.PersonDetails{Name: "试用者", Address: "试验路 3 号"})
	if err != nil {
		return err
	}
	acts, err := s.acts(ctx, receipt.Case, consumer, enterprise, k)
	if err != nil {
		return err
	}
	for _, a := range acts {
		id, err := app.Identify(a.by, uuid.NewString(), a.cmd)
		if err != nil {
			return err
		}
		if _, err := door.Do(ctx, a.by, receipt.Case, id, a.cmd); err != nil {
			return fmt.Errorf("%s: %w", a.cmd.Kind(), err)
		}
	}
	return nil
}

// acts that make a filed case one of the kind.
func (s *Seed) acts(ctx context.Context, caseID string, consumer negotiation.Actor, enterprise string, k kind) ([]act, error) {
	desk := negotiation.Actor{ID: enterprise, Role: negotiation.RoleDeskAgent, Enterprise: enterprise} // any id does: nobody looks it up
	switch k {
	case withdrawn:
		return []act{{consumer, negotiation.WithdrawCase{Reason: negotiation.WithdrawNoLonger}}}, nil
	case asked:
		return []act{{desk, negotiation.PostMessage{Text: "请问是什么时候买的？", Question: true}}}, nil
	case escalated:
		return []act{{consumer, negotiation.Escalate{}}}, nil
	}
	c, _, err := s.store.Case(ctx, caseID)
	if err != nil {
		return nil, err
	}
	acts := []act{{desk, negotiation.AcceptOffer{Offer: 1, Digest: c.Offers[0].Digest}}}
	if k == performed {
		acts = append(acts, act{desk, negotiation.ReportPerformance{Item: 0, Reference: "2026"}}, act{consumer, negotiation.ConfirmPerformance{Item: 0}})
	}
	return acts, nil
}

// empty a table of the database, beside the store.
func (s *Seed) empty(ctx context.Context, table string) error {
	driver, name := "sqlite3", "file:"+s.path+"?_busy_timeout=60000"
	if strings.HasPrefix(s.path, "postgres://") {
		driver, name = "pgx", s.path
	}
	db, err := sql.Open(driver, name)
	if err != nil {
		return err
	}
	_, err = db.ExecContext(ctx, `DELETE FROM `+table)
	return errors.Join(err, db.Close())
}
