package app

import (
	"context"
	"maps"
	"strings"
	"time"

	"hejie/negotiation"
)

// OutboxRow is a notice on its way. One without Address is still to be addressed: To names an account, a desk or a bureau.
type OutboxRow struct {
	ID        string
	To        string
	Address   string // +86…
	Language  string
	Template  Template
	Case      string
	Params    map[string]string
	At        time.Time // business time of its cause
	Created   time.Time // real
	Attempts  int
	Next      time.Time // real; when it is tried (again)
	Delivered time.Time // real; zero: not yet
	Error     string    // of the last attempt
	Text      string    // what was sent; kept in the demo only
}

// OutboxReader reads notices on their way.
type OutboxReader interface {
	Outbox(ctx context.Context, limit int) ([]OutboxRow, error)                   // newest first: the demo's page
	OutboxWaiting(ctx context.Context) (waiting int, first time.Time, err error)  // not delivered nor given up, 10000 at most; zero without
	OutboxDue(ctx context.Context, now time.Time, limit int) ([]OutboxRow, error) // codes first, then what is longest due
}

// OutboxWriter writes notices on their way.
type OutboxWriter interface {
	AddNotice(ctx context.Context, n Notice) error
	AddOutbox(ctx context.Context, r OutboxRow) error
	AddressOutbox(ctx context.Context, id, address, language string, next time.Time) error
	Delivered(ctx context.Context, r OutboxRow) error // with its address, language, text and time
	Retry(ctx context.Context, id string, attempts int, next time.Time, why string) error
	DropOutbox(ctx context.Context, r OutboxRow) error // as it was read: it stays when it tells of something later by now
}

// Recipient of a notice.
type Recipient struct {
	Phone    string
	Language string
}

// Recipients of a notice by whom it is for: an account; "desk:<enterprise>[:<agent>]", the agent who has the case, else the active
// supervisors with a phone, else the contact person, because a whole desk that is told of everything reads nothing;
// "bureau:<bureau>", all active officers with a phone. Empty when nobody can be reached.
func Recipients(ctx context.Context, r PlainReader, to string) ([]Recipient, error) {
	kind, id, group := strings.Cut(to, ":")
	if !group {
		a, err := r.Account(ctx, to)
		if negotiation.CodeOf(err) == negotiation.CodeNotFound || err == nil && (!a.Active || strings.HasPrefix(a.Login, former)) {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		return reachable(ctx, r, []Account{a})
	}
	if id == "" { // would be everybody
		return nil, nil
	}
	if kind == "desk" {
		enterprise, agent, _ := strings.Cut(id, ":")
		return deskRecipients(ctx, r, enterprise, agent)
	}
	return reachableOf(ctx, r, AccountFilter{Bureau: id, Active: true})
}

func deskRecipients(ctx context.Context, r PlainReader, enterprise, agent string) ([]Recipient, error) {
	if agent != "" {
		if found, err := Recipients(ctx, r, agent); err != nil || len(found) > 0 {
			return found, err
		}
	}
	found, err := reachableOf(ctx, r, AccountFilter{Enterprise: enterprise, Role: negotiation.RoleDeskSupervisor, Active: true})
	if err != nil || len(found) > 0 {
		return found, err
	}
	c, err := r.Contact(ctx, enterprise)
	if err != nil || c.Phone == "" {
		return nil, err
	}
	return []Recipient{{c.Phone, "zh"}}, nil
}

func reachableOf(ctx context.Context, r PlainReader, f AccountFilter) ([]Recipient, error) {
	accounts, err := r.Accounts(ctx, f)
	if err != nil {
		return nil, err
	}
	return reachable(ctx, r, accounts)
}

// reachable gives each number once.
func reachable(ctx context.Context, r PlainReader, accounts []Account) ([]Recipient, error) {
	people, err := peopleOf(ctx, r, accounts)
	if err != nil {
		return nil, err
	}
	var found []Recipient
	seen := map[string]bool{}
	for _, a := range accounts {
		if phone := people[a.ID].Phone; phone != "" && !seen[phone] {
			seen[phone] = true
			found = append(found, Recipient{phone, a.Language})
		}
	}
	return found, nil
}

// Offered gives the notice of a new offer as it is to be told now, and false when it is not: its receiver saw the offer on a screen, or
// has answered it. Other notices are as they are. Errors of the log.
func Offered(ctx context.Context, log Log, r OutboxRow) (OutboxRow, bool, error) {
	if r.Template != TemplateNewOffer {
		return r, true, nil
	}
	c, _, err := log.Case(ctx, r.Case)
	if negotiation.CodeOf(err) == negotiation.CodeNotFound { // a database that was restored
		return r, false, nil
	}
	if err != nil {
		return r, false, err
	}
	whose := negotiation.SideConsumer
	if strings.HasPrefix(r.To, "desk:") {
		whose = negotiation.SideEnterprise
	}
	o, open := c.OpenOffer()
	if !open || o.By == whose || !o.SeenAt.IsZero() {
		return r, false, nil
	}
	r.Params = maps.Clone(r.Params)
	r.Params["until"] = lastDay(o.ValidUntil)
	return r, true, nil
}
