package demo

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

	"hejie/negotiation"
	"hejie/negotiation/creditcode"
	"hejie/negotiation/region"
	"hejie/negotiation/scheme"
	"hejie/negotiation/workday"
	"hejie/server/app"
)

// Ground is what a world is built on: an empty installation.
type Ground struct {
	World app.World // its Business and Door are not used: each case of history has a clock and a door of its own
	Rules negotiation.Rules
	Now   time.Time // end of history, business time
	Seed  uint64
}

// atOnce is how many cases are walked side by side; the log commits them in groups.
const atOnce = 64

// noticesKept: what was to be sent before then has left the outbox.
const noticesKept = 36 * time.Hour

// Seed of the world that `hejie demo` shows.
const Seed = 430600

// builder holds the people of the world while it is made.
type builder struct {
	Ground
	cal       *workday.Calendar
	today     workday.Date
	opened    workday.Date // when the enterprises joined
	desks     []desk
	houses    []house
	officers  map[string][]negotiation.Actor // by region
	consumers []client
	files     *app.Files

	mu       sync.Mutex
	readings []deed // guarded by mu
}

// deed is done outside of the cases' logs, at its time.
type deed struct {
	at   time.Time
	does func(ctx context.Context, a *app.App) error
}

// house is a desk as it was enrolled.
type house struct {
	id     string
	region string // of the bureau that is competent
	people []negotiation.Actor
}

type client struct {
	negotiation.Actor
	person
	address string
}

// moment is a clock that stands where it is put. One walk has it.
type moment struct{ t time.Time }

func (m *moment) Now() time.Time { return m.t }

// pen writes history: the door at a moment.
type pen struct {
	*moment
	ledger *app.Ledger
	world  app.World
}

func (b *builder) pen(t time.Time) pen {
	p := pen{&moment{t}, nil, b.World}
	p.world.Business = p.moment
	p.ledger = app.NewLedger(p.world, p.world.Yearbook, b.Rules)
	p.world.Door = p.ledger
	return p
}

// secretary writes what is not of a case: enrolment, staff, bureaus.
type secretary struct {
	*moment
	app *app.App
}

func (b *builder) secretary(t time.Time) secretary {
	p := b.pen(t)
	return secretary{p.moment, app.New(p.world)}
}

// Build makes the world: about three hundred cases of a year, as they stand at Ground.Now.
func Build(ctx context.Context, g Ground) error {
	b := &builder{Ground: g, cal: g.World.Yearbook.Calendar(), today: workday.DateOf(g.Now), desks: desks(), officers: map[string][]negotiation.Actor{}}
	b.opened = b.cal.SubWorkdays(b.today, 270)
	if err := b.offices(ctx); err != nil {
		return fmt.Errorf("bureaus: %w", err)
	}
	if err := b.enrol(ctx); err != nil {
		return fmt.Errorf("enterprises: %w", err)
	}
	if err := b.people(ctx); err != nil {
		return fmt.Errorf("consumers: %w", err)
	}
	b.files = b.secretary(b.Now).app.Files
	walks, ctxOf := errgroup.WithContext(ctx)
	walks.SetLimit(atOnce)
	for i, p := range b.plays() {
		walks.Go(func() error {
			if err := b.walk(ctxOf, i, p); err != nil {
				return fmt.Errorf("case %d (%s): %w", i, p.name, err)
			}
			return nil
		})
	}
	if err := walks.Wait(); err != nil {
		return err
	}
	// The audit is read in the order in which it was written.
	deeds := append(append(b.readings, b.exits()...), b.authority())
	slices.SortStableFunc(deeds, func(x, y deed) int { return x.at.Compare(y.at) })
	for _, d := range deeds {
		if err := d.does(ctx, b.secretary(d.at).app); err != nil {
			return fmt.Errorf("beside the cases, %s: %w", d.at, err)
		}
	}
	return b.forget(ctx)
}

// offices sets the installation up and adds the bureaus with their officers.
func (b *builder) offices(ctx context.Context) error {
	at := b.secretary(b.cal.SubWorkdays(b.opened, 14).Time().Add(10 * time.Hour))
	token, err := at.app.SignIn.NewSetUpToken(ctx)
	if err != nil {
		return err
	}
	who := administrator()
	in, err := at.app.SignIn.SetUp(ctx, app.FirstAdministrator{Token: token, Login: who.key, Password: Password, DisplayName: who.name})
	if err != nil {
		return err
	}
	admin := in.Session.Actor
	if err := at.app.Sessions.SignOut(ctx, in.Session); err != nil {
		return err
	}
	for _, o := range offices() {
		at.t = at.t.Add(6 * time.Minute)
		made, err := at.app.Admin.AddBureau(ctx, admin, o.Bureau)
		if err != nil {
			return err
		}
		for _, p := range o.officers {
			at.t = at.t.Add(2 * time.Minute)
			m, err := at.app.Admin.AddOfficer(ctx, admin, made.ID, app.NewStaff{Login: p.key, DisplayName: p.name, Password: Password, Phone: p.phone})
			if err != nil {
				return err
			}
			b.officers[o.Region] = append(b.officers[o.Region], negotiation.Actor{ID: m.ID, Role: negotiation.RoleOfficer, Bureau: made.ID, Region: o.Region})
		}
	}
	return nil
}

// enrol lets the enterprises in; the last one has only applied.
func (b *builder) enrol(ctx context.Context) error {
	for i, d := range b.desks {
		h, err := b.join(ctx, i, d)
		if err != nil {
			return err
		}
		b.houses = append(b.houses, h)
	}
	_, err := b.apply(ctx, b.secretary(b.cal.SubWorkdays(b.today, 1).Time().Add(15*time.Hour)), len(b.desks), applicant())
	return err
}

func (b *builder) apply(ctx context.Context, at secretary, i int, d desk) (app.Enterprise, error) {
	code, err := creditcode.MakeWithOrg(d.code)
	if err != nil {
		return app.Enterprise{}, err
	}
	return at.app.Scheme.Apply(ctx, app.Application{
		Profile: scheme.Profile{Name: d.name, CreditCode: code, Region: d.region, Address: d.address, Industry: d.industry,
			Conditions: scheme.Conditions{Place: true, Staff: true, Computer: true, Telephone: true, ComplaintRules: true},
			Commitment: negotiation.Choice{Yes: true, Text: textVersion}},
		Contact:    app.Contact{Name: d.supervisor.name, Phone: d.supervisor.phone},
		Supervisor: app.NewStaff{Login: d.supervisor.key, DisplayName: d.supervisor.name, Password: Password, Phone: d.supervisor.phone},
		Client:     app.Client{Addr: fmt.Sprintf("192.0.2.%d", i+1)}, // RFC 5737: nobody's
	})
}

// textVersion of everything that somebody agreed to.
const textVersion = "2026-1"

func (b *builder) join(ctx context.Context, i int, d desk) (house, error) {
	at := b.secretary(b.cal.AddWorkdays(b.opened, i).Time().Add(11*time.Hour + time.Duration(17*i)*time.Minute))
	e, err := b.apply(ctx, at, i, d)
	if err != nil {
		return house{}, err
	}
	h := house{id: e.ID, region: d.region}
	at.t = b.cal.AddWorkdays(b.opened, i+1).Time().Add(15*time.Hour + time.Duration(23*i%90)*time.Minute)
	if _, err := at.app.Scheme.Do(ctx, b.officers[d.region][0], e.ID, app.CommandID{}, scheme.Approve{}); err != nil {
		return house{}, err
	}
	a, err := b.World.Plain.AccountByLogin(ctx, d.supervisor.key)
	if err != nil {
		return house{}, err
	}
	boss := negotiation.Actor{ID: a.ID, Role: negotiation.RoleDeskSupervisor, Enterprise: e.ID}
	for _, p := range d.agents {
		at.t = at.t.Add(9 * time.Minute)
		m, err := at.app.Staff.Add(ctx, boss, app.NewStaff{Login: p.key, DisplayName: p.name, Role: negotiation.RoleDeskAgent, Password: Password, Phone: p.phone})
		if err != nil {
			return house{}, err
		}
		h.people = append(h.people, negotiation.Actor{ID: m.ID, Role: negotiation.RoleDeskAgent, Enterprise: e.ID})
	}
	for _, r := range replies() {
		r.ID = app.NewID()
		if _, err := at.app.Replies.Set(ctx, boss, r); err != nil {
			return house{}, err
		}
	}
	h.people = append(h.people, boss)
	return h, nil
}

// people adds the consumers as signing in by code does: who proved a number has an account.
func (b *builder) people(ctx context.Context) error {
	where := addresses()
	for i, p := range append(headliners(), crowd()...) {
		b.consumers = append(b.consumers, client{negotiation.Actor{ID: app.NewID(), Role: negotiation.RoleConsumer}, p, where[i%len(where)]})
	}
	return b.World.Plain.Write(ctx, func(tx app.PlainTx) error {
		for _, c := range b.consumers {
			err := errors.Join(
				tx.AddAccount(ctx, app.Account{ID: c.ID, Role: c.Role, Login: c.phone, Language: "zh", Active: true, Created: b.World.Real.Now(), Seen: b.World.Real.Now()}),
				tx.SetPerson(ctx, app.Person{Account: c.ID, Name: c.name, Phone: c.phone, Address: c.address}))
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// chance of the n-th case: the same whatever the others do.
func (b *builder) chance(n int) *rand.Rand { return rand.New(rand.NewPCG(b.Seed, uint64(n))) }

// plays writes all scripts.
func (b *builder) plays() []*play {
	var list []*play
	add := func(name string, d, s, who int, filed func(r *rand.Rand) time.Time) *play {
		r := b.chance(len(list))
		p := &play{name: name, r: r, cal: b.cal, desk: d, quick: b.desks[d].quick, consumer: who, story: b.desks[d].stories[s], filed: filed(r)}
		p.fen, p.agent = p.amount(r), pick(r, b.houses[d].people...).ID
		for _, a := range b.houses[d].people {
			p.people = append(p.people, a.ID)
		}
		p.order = workday.DateOf(p.filed).Time().Format("060102") + digits(r.IntN(100000))
		p.clock = p.filed.Add(time.Duration(3+r.IntN(20)) * time.Minute)
		list = append(list, p)
		return p
	}
	for _, l := range liveCases() {
		p := add(l.key, l.desk, l.story, l.consumer, func(r *rand.Rand) time.Time {
			if l.ago == 0 {
				return b.Now.Add(-35 * time.Minute)
			}
			return evening(b.cal.SubWorkdays(b.today, l.ago), r)
		})
		p.askFirst = l.askFirst
		l.script(p)
	}
	for d, k := range b.desks {
		n := 0
		for _, f := range k.closed {
			for range f.n {
				who := len(headliners()) + (d*11+n)%crowdSize
				p := add(string(f.class), d, n%len(k.stories), who, func(r *rand.Rand) time.Time {
					return evening(b.cal.SubWorkdays(b.today, span(f.class)+2+r.IntN(185)), r)
				})
				p.ends(f.class)
				n++
			}
		}
	}
	return list
}

// evening is some minute of a day at which people file: from eight in the morning to ten at night.
func evening(d workday.Date, r *rand.Rand) time.Time {
	return d.Time().Add(8*time.Hour + time.Duration(r.IntN(14*3600))*time.Second).UTC()
}

// limited is the agent of the appliance desk, by place, who may settle for so much alone.
const limited, limit = 1, 400_00

// authority is a supervisor's, who sets the limit: done when all cases are as they are, it holds for what comes.
func (b *builder) authority() deed {
	return deed{b.cal.SubWorkdays(b.today, 4).Time().Add(15 * time.Hour), func(ctx context.Context, a *app.App) error {
		people := b.houses[appliance].people
		_, err := a.Staff.Change(ctx, people[len(people)-1], people[limited].ID, app.StaffChange{Limit: new(negotiation.CNY(limit))})
		return err
	}}
}

// exits suspends one enterprise, which keeps the cases that it has, and removes another, whose negotiation escalates.
func (b *builder) exits() []deed {
	act := func(h house, cmd negotiation.Command) func(context.Context, *app.App) error {
		return func(ctx context.Context, a *app.App) error {
			_, err := a.Scheme.Do(ctx, b.officers[h.region][0], h.id, app.CommandID{}, cmd)
			return err
		}
	}
	return []deed{
		{b.cal.SubWorkdays(b.today, 4).Time().Add(16 * time.Hour),
			act(b.houses[decoration], scheme.Suspend{Ground: scheme.GroundNoAnswers, Reason: "两次书面提醒后仍有六件逾期未首次答复，暂停接收新案，整改后恢复。"})},
		{b.Now.Add(-50 * time.Minute), act(b.houses[leaving], scheme.Remove{Ground: scheme.GroundLicenceEnded, Reason: "营业执照已注销，退出在线和解。"})},
	}
}

// forget drops the notices that were sent long ago.
func (b *builder) forget(ctx context.Context) error {
	rows, err := b.World.Plain.OutboxDue(ctx, b.World.Real.Now().Add(time.Hour), 1_000_000)
	if err != nil {
		return err
	}
	rows = slices.DeleteFunc(rows, func(r app.OutboxRow) bool { return r.At.After(b.Now.Add(-noticesKept)) })
	return b.World.Plain.Write(ctx, func(tx app.PlainTx) error {
		for _, r := range rows {
			if err := tx.DropOutbox(ctx, r); err != nil {
				return err
			}
		}
		return nil
	})
}

// id of a command of the world: the n-th of the case.
func (b *builder) id(caseNumber, n int) string {
	var name [24]byte
	binary.BigEndian.PutUint64(name[0:], b.Seed)
	binary.BigEndian.PutUint64(name[8:], uint64(caseNumber))
	binary.BigEndian.PutUint64(name[16:], uint64(n))
	return uuid.NewSHA1(uuid.NameSpaceOID, name[:]).String()
}

// competent is the region of the bureau that gets the cases of a county.
func (b *builder) competent(county string) string {
	for _, r := range slices.Backward(region.Path(county)) {
		if b.officers[r.Code] != nil {
			return r.Code
		}
	}
	return ""
}
