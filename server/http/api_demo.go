package http

import (
	"context"
	"time"

	"hejie/negotiation"
	"hejie/server/app"
)

// Stage is what only `hejie demo` can do. Its operations need no session and answer 404 elsewhere.
type Stage interface {
	// People whom a visitor may enter as, in the order in which they are shown.
	People(ctx context.Context) ([]Character, error)
	// Enter signs in as one of them, or says not_found.
	Enter(ctx context.Context, person string, c app.Client) (app.SignedIn, error)
	// Advance moves business time to the case's next deadline and waits until it took effect. Errors: not_found, not_running.
	Advance(ctx context.Context, caseID string) (now time.Time, passed negotiation.DeadlineKey, err error)
	// Reset starts afresh; all sessions end.
	Reset(ctx context.Context) error
	// Outbox is what would have been sent, newest first.
	Outbox(ctx context.Context) ([]Sent, error)
}

// Character of the demo. At names the enterprise or bureau; Case is one that is good to open first.
type Character struct {
	Person string
	Role   negotiation.Role
	Name   string
	At     string
	Case   string
}

// Sent is a notice as the demo shows it.
type Sent struct {
	ID       string
	At       time.Time // business time
	To       string
	Template string
	Case     string
	Text     string
}

func (a api) GetDemo(ctx context.Context, _ GetDemoRequestObject) (GetDemoResponseObject, error) {
	people, err := a.Demo.People(ctx)
	if err != nil {
		return nil, err
	}
	return GetDemo200JSONResponse{Now: a.Business.Now(), People: each(people, func(c Character) DemoPerson {
		return DemoPerson{Person: c.Person, Role: c.Role, Name: c.Name, At: c.At, Case: c.Case}
	})}, nil
}

func (a api) EnterDemo(ctx context.Context, r EnterDemoRequestObject) (EnterDemoResponseObject, error) {
	in, err := a.Demo.Enter(ctx, r.Body.Person, a.server.client(ctx))
	return a.entered(ctx, in, err)
}

func (a api) AdvanceDemo(ctx context.Context, r AdvanceDemoRequestObject) (AdvanceDemoResponseObject, error) {
	if err := given("case", r.Body.Case); err != nil {
		return nil, err
	}
	now, passed, err := a.Demo.Advance(ctx, r.Body.Case)
	return AdvanceDemo200JSONResponse{Now: now, Deadline: passed}, err
}

func (a api) ResetDemo(ctx context.Context, _ ResetDemoRequestObject) (ResetDemoResponseObject, error) {
	return ResetDemo204Response{}, a.Demo.Reset(ctx)
}

func (a api) ListDemoOutbox(ctx context.Context, _ ListDemoOutboxRequestObject) (ListDemoOutboxResponseObject, error) {
	list, err := a.Demo.Outbox(ctx)
	return ListDemoOutbox200JSONResponse{Rows: each(list, func(s Sent) OutboxRow {
		return OutboxRow{Id: s.ID, At: s.At, To: s.To, Template: s.Template, Case: s.Case, Text: s.Text}
	})}, err
}
