package app

import (
	"context"
	"time"

	"hejie/negotiation"
	"hejie/negotiation/creditcode"
	"hejie/negotiation/region"
	"hejie/negotiation/scheme"
	"hejie/negotiation/scorecard"
	"hejie/negotiation/workday"
)

// Scores reads the public figures of enterprises. The store is one.
type Scores interface {
	// Card of an enterprise, of the 365 days that end with today.
	Card(ctx context.Context, enterprise string, today workday.Date) (scorecard.Card, error)
	// Ranking of enterprises, best rank key first, those without a grade after the others.
	Ranking(ctx context.Context, q RankingQuery) (RankingPage, error)
	// Results within a region, of the months from to to.
	Results(ctx context.Context, within, from, to string) ([]MonthResults, error)
}

// Public is what anybody may read and ask without a session. Nothing in it is personal.
type Public struct{ w World }

// PublicEnterprise is an enterprise in a search or a profile.
type PublicEnterprise struct {
	Enterprise Enterprise
	Card       scorecard.Card
}

// Invitation of an enterprise that is not enrolled: a wish, counted once per address and day.
type Invitation struct {
	Key    string // credit code, or region and normalised name
	Name   string
	Credit string
	Region string
	Addr   []byte // keyed hash of the network address
	Day    string // yyyy-mm-dd in Shanghai
	At     time.Time
}

// Wish is what the invitations of one enterprise in one region come to, unless it has enrolled since.
type Wish struct {
	Name   string // as one of them wrote it
	Credit string // "" when nobody gave it
	Region string
	Count  int
	Last   time.Time
}

// InvitationReader reads wishes that enterprises should join.
type InvitationReader interface {
	InvitationCount(ctx context.Context, key string) (int, error)
	Wishes(ctx context.Context, regions []string, limit int) ([]Wish, error) // of all regions when nil; the most wished for first
	InvitationsFrom(ctx context.Context, addr []byte, since time.Time) (int, error)
}

// InvitationWriter writes what InvitationReader reads.
type InvitationWriter interface {
	AddInvitation(ctx context.Context, i Invitation) error // the same key, address and day again counts nothing
}

// shown are the statuses that the public sees: an application is nobody's business before it is approved.
func shown() []scheme.Status {
	return []scheme.Status{scheme.StatusEnrolled, scheme.StatusSuspended, scheme.StatusRemoved, scheme.StatusLeft}
}

// Search finds enterprises by a part of the name or of the credit code, enrolled ones first, each with its figures. An empty query
// lists all. After is the id of the last row of the page before; next is "" on the last page.
func (p *Public) Search(ctx context.Context, q, after string, limit int) (found []PublicEnterprise, next string, err error) {
	limit = p.w.Limits.Page(limit)
	if code, ok := creditcode.Beginning(q); ok {
		q = code
	}
	rows, err := p.w.Plain.Enterprises(ctx, EnterpriseFilter{Q: Normalise(q), Statuses: shown(), Enrolled: true, After: after, Limit: limit + 1})
	if err != nil {
		return nil, "", err
	}
	if len(rows) > limit {
		rows = rows[:limit]
		next = rows[limit-1].ID
	}
	found = make([]PublicEnterprise, 0, len(rows))
	for _, e := range rows {
		v, err := p.of(ctx, e)
		if err != nil {
			return nil, "", err
		}
		found = append(found, v)
	}
	return found, next, nil
}

// Get gives the profile of an enterprise that is or was in the scheme, or not_found.
func (p *Public) Get(ctx context.Context, id string) (PublicEnterprise, error) {
	if !ValidID(id) {
		return PublicEnterprise{}, notFound()
	}
	e, err := p.w.Plain.Enterprise(ctx, id)
	if err != nil {
		return PublicEnterprise{}, err
	}
	if e.EnrolledAt.IsZero() { // applied only
		return PublicEnterprise{}, notFound()
	}
	return p.of(ctx, e)
}

func (p *Public) of(ctx context.Context, e Enterprise) (PublicEnterprise, error) {
	card, err := p.w.Scores.Card(ctx, e.ID, p.today())
	return PublicEnterprise{e, card}, err
}

func (p *Public) today() workday.Date { return workday.DateOf(p.w.Business.Now()) }

// Ranking of the enterprises in a region; "" and 000000 are the whole country. After is RankingPage.Next.
func (p *Public) Ranking(ctx context.Context, code, after string, limit int) (RankingPage, error) {
	if code == region.Country {
		code = ""
	}
	if _, ok := region.Get(code); !ok && code != "" {
		return RankingPage{}, negotiation.Invalid("region", "GB/T 2260, 000000")
	}
	return p.w.Scores.Ranking(ctx, RankingQuery{Today: p.today(), Within: code, After: after, Limit: p.w.Limits.Page(limit)})
}

// Region with its path from the province down and the bureau that is competent for it; Bureau is nil where there is none.
type Region struct {
	Region region.Region
	Path   []region.Region
	Bureau *Bureau
}

// Region gives a region, or not_found.
func (p *Public) Region(ctx context.Context, code string) (Region, error) {
	r, ok := region.Get(code)
	if !ok {
		return Region{}, notFound()
	}
	out := Region{Region: r, Path: region.Path(code)}
	var err error
	out.Bureau, err = bureauIfAny(ctx, p.w.Plain, code)
	return out, err
}

// Invite counts a wish that an enterprise should join: once per address and day for the same enterprise. It gives how many wished
// so far, and the bureau to which one may complain directly (nil: none). Errors: those of the fields, rate_limited.
func (p *Public) Invite(ctx context.Context, name, credit, code string, c Client) (count int, bureau *Bureau, err error) {
	if name, err = text("name", name, 2, maxDetail/2); err != nil {
		return 0, nil, err
	}
	r, err := p.Region(ctx, code)
	if err != nil {
		return 0, nil, on(err, "region")
	}
	now, l := p.w.Real.Now(), p.w.Limits
	i := Invitation{Key: code + " " + Normalise(name), Name: name, Region: code, Addr: p.w.Secret.addr(c), Day: workday.DateOf(now).String(), At: now}
	if credit != "" {
		parsed, err := scheme.CreditCode("credit_code", credit)
		if err != nil {
			return 0, nil, err
		}
		i.Credit, i.Key = string(parsed), string(parsed)
	}
	err = p.w.Plain.Write(ctx, func(tx PlainTx) error {
		n, err := tx.InvitationsFrom(ctx, i.Addr, now.Add(-day))
		if err != nil {
			return err
		}
		if n >= l.InvitationsPerAddress {
			return rateLimited(3600)
		}
		if err := tx.AddInvitation(ctx, i); err != nil {
			return err
		}
		count, err = tx.InvitationCount(ctx, i.Key)
		return err
	})
	return count, r.Bureau, err
}
