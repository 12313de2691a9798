package demo

import (
	"cmp"
	"context"
	"slices"
	"time"

	"hejie/negotiation"
	"hejie/server/app"
	"hejie/server/http"
	"hejie/server/notify"
)

// StageOptions are what the demo's own pages work with. All are required.
type StageOptions struct {
	Plain   app.Plain
	Log     app.Log
	Cases   app.CaseRows
	Ledger  *app.Ledger
	SignIn  *app.SignIn
	Pulse   *app.Pulse
	Clock   *app.ShiftedClock
	Wake    func() // business time has jumped
	Restart func() // start over soon
	Base    string // address of the site
}

// Stage is what visitors of the demo can do beyond the product: it implements http.Stage. It is safe for use by many at once.
type Stage struct{ StageOptions }

// NewStage makes one.
func NewStage(o StageOptions) *Stage { return &Stage{o} }

// character is a member of the cast with the login behind the name.
type character struct {
	person
	login string
	role  negotiation.Role
}

// cast is everybody whom a visitor may enter as: consumers, desks, officers, the administrator.
func cast() (list []character) {
	for _, p := range headliners() {
		list = append(list, character{p, p.phone, negotiation.RoleConsumer})
	}
	for _, d := range desks()[:leaving] {
		list = append(list, character{d.supervisor, d.supervisor.key, negotiation.RoleDeskSupervisor})
		for _, a := range d.agents {
			list = append(list, character{a, a.key, negotiation.RoleDeskAgent})
		}
	}
	for _, o := range offices() {
		for _, p := range o.officers {
			list = append(list, character{p, p.key, negotiation.RoleOfficer})
		}
	}
	return append(list, character{administrator(), administrator().key, negotiation.RoleAdministrator})
}

// Account of the demo that signs in with Password.
type Account struct{ Login, Who string }

// Accounts that are worth naming on the console: one of each kind.
func Accounts() []Account {
	d, o := desks()[appliance], offices()
	return []Account{
		{d.supervisor.key, "supervisor, " + d.name}, {d.agents[0].key, "agent, " + d.name}, {o[1].officers[0].key, "officer, " + o[1].NameZH},
		{o[0].officers[0].key, "officer, " + o[0].NameZH}, {administrator().key, "administrator"},
	}
}

// People of the cast, each with a case that is good to open first.
func (s *Stage) People(ctx context.Context) ([]http.Character, error) {
	var list []http.Character
	for _, c := range cast() {
		a, err := s.Plain.AccountByLogin(ctx, c.login)
		if err != nil {
			return nil, err
		}
		shown := http.Character{Person: c.key, Role: c.role, Name: c.name}
		if shown.At, err = s.place(ctx, a); err != nil {
			return nil, err
		}
		if shown.Case, err = s.first(ctx, a); err != nil {
			return nil, err
		}
		list = append(list, shown)
	}
	return list, nil
}

func (s *Stage) place(ctx context.Context, a app.Account) (string, error) {
	switch {
	case a.Enterprise != "":
		e, err := s.Plain.Enterprise(ctx, a.Enterprise)
		return e.Name, err
	case a.Bureau != "":
		b, err := s.Plain.Bureau(ctx, a.Bureau)
		return b.NameZH, err
	}
	return "", nil
}

// first case to open: one that waits for the person; "" if there is none.
func (s *Stage) first(ctx context.Context, a app.Account) (string, error) {
	q := app.CaseQuery{Open: true, Sort: app.SortDue, Limit: 1}
	switch a.Role {
	case negotiation.RoleConsumer:
		q.Consumer, q.Turn = a.ID, negotiation.SideConsumer
	case negotiation.RoleDeskAgent, negotiation.RoleDeskSupervisor:
		q.Enterprise, q.Turn = a.Enterprise, negotiation.SideEnterprise
	case negotiation.RoleOfficer:
		q.Bureau, q.Column = a.Bureau, app.ColumnNew
	default:
		return "", nil
	}
	page, err := s.Cases.Cases(ctx, q)
	if err == nil && len(page.Rows) == 0 && a.Role == negotiation.RoleConsumer { // none waits: any of theirs
		page, err = s.Cases.Cases(ctx, app.CaseQuery{Consumer: a.ID, Limit: 1})
	}
	if err != nil || len(page.Rows) == 0 {
		return "", err
	}
	return page.Rows[0].Case, nil
}

// Enter signs in as one of the cast.
func (s *Stage) Enter(ctx context.Context, key string, c app.Client) (app.SignedIn, error) {
	all := cast()
	i := slices.IndexFunc(all, func(c character) bool { return c.key == key })
	if i < 0 {
		return app.SignedIn{}, negotiation.NewError(negotiation.CodeNotFound).On("person")
	}
	a, err := s.Plain.AccountByLogin(ctx, all[i].login)
	if err != nil {
		return app.SignedIn{}, err
	}
	return s.SignIn.Enter(ctx, a.ID, c)
}

// Advance moves business time to the case's next deadline and waits until it took effect. What is due of other cases by then
// follows at once. Errors: not_found, not_running when no clock of the case runs.
func (s *Stage) Advance(ctx context.Context, caseID string) (time.Time, negotiation.DeadlineKey, error) {
	if !app.ValidID(caseID) {
		return time.Time{}, "", negotiation.NewError(negotiation.CodeNotFound).On("case")
	}
	c, _, err := s.Log.Case(ctx, caseID)
	if err != nil {
		return time.Time{}, "", err
	}
	running := slices.DeleteFunc(slices.Clone(c.Deadlines), func(d negotiation.Deadline) bool { return d.Overdue })
	if len(running) == 0 {
		return time.Time{}, "", negotiation.NewError(negotiation.CodeNotRunning)
	}
	next := slices.MinFunc(running, func(a, b negotiation.Deadline) int {
		return cmp.Or(a.Due.Compare(b.Due), cmp.Compare(a.Key, b.Key))
	})
	s.Clock.AdvanceTo(next.Due)
	if err := s.Pulse.Beat(ctx); err != nil { // business time is remembered over a restart
		return time.Time{}, "", err
	}
	if err := s.Ledger.Tick(ctx, caseID); err != nil {
		return time.Time{}, "", err
	}
	s.Wake()
	return s.Clock.Now(), next.Key, nil
}

// Reset starts the demo over, soon after the answer.
func (s *Stage) Reset(context.Context) error {
	s.Restart()
	return nil
}

// outboxShown is how many notices the page shows.
const outboxShown = 100

// Outbox is what would have been sent, newest first.
func (s *Stage) Outbox(ctx context.Context) ([]http.Sent, error) {
	rows, err := s.Plain.Outbox(ctx, outboxShown)
	if err != nil {
		return nil, err
	}
	list := make([]http.Sent, 0, len(rows))
	for _, r := range rows {
		if r.Address == "" { // still to be addressed, in a moment
			continue
		}
		list = append(list, http.Sent{ID: r.ID, At: r.At, To: r.Address, Template: r.Template, Case: r.Case, Text: cmp.Or(r.Text, notify.TextOf(r, s.Base))})
	}
	return list, nil
}
