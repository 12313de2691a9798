package app

import (
	"context"
	"maps"
	"strings"

	"hejie/negotiation"
)

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
		if negotiation.CodeOf(err) == negotiation.CodeNotFound || err == nil && !a.Active {
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
