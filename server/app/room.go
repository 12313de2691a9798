package app

import (
	"context"
	"encoding/hex"
	"slices"
	"time"

	"golang.org/x/sync/semaphore"

	"hejie/negotiation"
)

// Rooms reads cases for those who may see them. What a reader may not see does not exist for them: not_found.
type Rooms struct {
	w       World
	details *Details
	marks   *Marks
	files   *semaphore.Weighted // case files that are being built
}

// NewRooms makes the readers beside the use cases of a.
func NewRooms(w World, a *App) *Rooms {
	return &Rooms{w: w, details: a.Details, marks: a.Marks, files: semaphore.NewWeighted(filesAtOnce)}
}

// CaseView is a case as one reader sees it: the facts, and with the right to the room its texts and people.
type CaseView struct {
	Case           *negotiation.Case
	Room           bool   // the reader sees the room; without it the texts below are empty
	Title          string // goods or service
	Facts          string // what happened
	OrderNumber    string
	Erased         bool                   // title, facts and order number are gone
	Offers         []OfferText            // of each offer in order
	Items          []ItemText             // of each item of the agreement in order
	Participants   map[string]Participant // by account
	Consumer       ConsumerView
	EnterpriseName string
	Gone           bool // the enterprise, from the scheme
	Bureau         Bureau
	Positions      map[negotiation.Channel]negotiation.Position
	Read           map[negotiation.Channel]int64
	OthersRead     int64              // how far the other party has read the room, for the bureau either party; 0 without the room
	Allowed        []string           // commands that the reader may send now
	Limit          *negotiation.Money // of what the reader, an agent, may settle for alone; nil: none
	HeadHash       string             // hex; of the last event in the room
	Now            time.Time
}

// OfferText is the content of an offer.
type OfferText struct {
	Text   string   // what was said with it
	Reason string   // above 3 × the disputed amount
	Items  []string // descriptions, "" where none; nil when none or erased
	Erased bool
}

// ItemText is what was said of an item of the agreement.
type ItemText struct {
	Reference string // of the last report
	Reason    string // of the dispute since
}

// Participant of a room: who stands behind an account, by the name that the reader may see.
type Participant struct {
	Side negotiation.Side
	Name string
}

// MayRead says whether the session may read a channel; without the right it is not_found, so that nothing leaks.
func (r *Rooms) MayRead(ctx context.Context, s Session, caseID string, ch negotiation.Channel) error {
	c, _, err := r.open(ctx, s, caseID)
	if err != nil {
		return err
	}
	return MayRead(s, c, ch)
}

// MayRead is the rule of who reads a channel of a case: not_found without the right to it, also for a channel that there is not;
// case_code_required for a case that is sealed to the session. Everything that gives out a channel asks it.
func MayRead(s Session, c *negotiation.Case, ch negotiation.Channel) error {
	a := negotiation.SeeRoom
	switch ch {
	case negotiation.Room:
	case negotiation.Desk:
		a = negotiation.SeeDesk
	case negotiation.ConsumerOnly:
		a = negotiation.SeeChoice
	default:
		return notFound()
	}
	if c.May(s.Actor, a) != nil {
		return notFound()
	}
	return s.Opens(c)
}

// open gives a case whose facts the session may see.
func (r *Rooms) open(ctx context.Context, s Session, caseID string) (*negotiation.Case, negotiation.Head, error) {
	if !ValidID(caseID) {
		return nil, negotiation.Head{}, notFound()
	}
	c, head, err := r.w.Log.Case(ctx, caseID)
	if err != nil {
		return c, head, err
	}
	if err := c.May(s.Actor, negotiation.SeeFacts); err != nil {
		return c, head, err
	}
	return c, head, s.Opens(c)
}

// View gives the snapshot of a case, in which names and numbers of others are masked; Details.Open and File are noted.
func (r *Rooms) View(ctx context.Context, s Session, caseID string) (CaseView, error) {
	c, head, err := r.open(ctx, s, caseID)
	if err != nil {
		return CaseView{}, err
	}
	v := CaseView{Case: c.SeenBy(s.Actor), Room: c.May(s.Actor, negotiation.SeeRoom) == nil, Allowed: c.Allowed(s.Actor, r.w.Business.Now()),
		HeadHash: hex.EncodeToString(head.RoomHash[:]), Now: r.w.Business.Now(), Positions: map[negotiation.Channel]negotiation.Position{}}
	for _, ch := range negotiation.Channels {
		if MayRead(s, c, ch) == nil {
			v.Positions[ch] = head.At(ch)
		}
	}
	if v.Allowed, err = r.without(ctx, v.Allowed, c); err != nil {
		return CaseView{}, err
	}
	if s.Actor.Role == negotiation.RoleDeskAgent {
		own, err := r.w.Plain.Account(ctx, s.Actor.ID)
		if err != nil {
			return CaseView{}, err
		}
		v.Limit = limitOf(own)
	}
	if v.Read, err = r.marks.Of(ctx, s, caseID); err != nil {
		return CaseView{}, err
	}
	if v.Room {
		if v.OthersRead, err = r.marks.OfOthers(ctx, s, c); err != nil {
			return CaseView{}, err
		}
	}
	if err := r.texts(ctx, &v); err != nil {
		return CaseView{}, err
	}
	return v, r.people(ctx, s, &v)
}

// without leaves out what the door refuses for a reason that lies outside of the case: one that was set aside is taken up again with an
// enterprise that is there, and sent to the bureau when it is gone.
func (r *Rooms) without(ctx context.Context, allowed []string, c *negotiation.Case) ([]string, error) {
	reopen, escalate := negotiation.Reopen{}.Kind(), negotiation.Escalate{}.Kind()
	if c.Phase != negotiation.PhaseClosed || c.Unsent || !slices.Contains(allowed, reopen) && !slices.Contains(allowed, escalate) {
		return allowed, nil
	}
	e, err := r.w.Plain.Enterprise(ctx, c.Enterprise)
	if err != nil {
		return nil, err
	}
	refused := reopen
	if e.Status.Serves() {
		refused = escalate
	}
	return slices.DeleteFunc(allowed, func(kind string) bool { return kind == refused }), nil
}

// texts fills what the facts do not hold, for a reader of the room.
func (r *Rooms) texts(ctx context.Context, v *CaseView) error {
	if !v.Room {
		return nil
	}
	records, err := r.w.Log.RecordsOf(ctx, v.Case.ID, negotiation.CaseFiled{}.Kind(), negotiation.OfferMade{}.Kind(),
		negotiation.PerformanceReported{}.Kind(), negotiation.PerformanceDisputed{}.Kind())
	if err != nil {
		return err
	}
	v.Offers = make([]OfferText, len(v.Case.Offers))
	if v.Case.Agreement != nil {
		v.Items = make([]ItemText, len(v.Case.Agreement.Items))
	}
	for _, rec := range records {
		e, err := rec.Event()
		if err != nil {
			return err
		}
		said, erased := e.Content, rec.Erased()
		if said == nil {
			said = &negotiation.Content{}
		}
		switch f := e.Fact.(type) {
		case negotiation.CaseFiled:
			v.Title, v.Facts, v.OrderNumber, v.Erased = said.Goods, said.Text, said.OrderNumber, erased
		case negotiation.OfferMade:
			if f.Offer <= len(v.Offers) { // one made since the snapshot comes with the events
				v.Offers[f.Offer-1] = OfferText{Text: said.Text, Reason: said.Reason, Items: said.Items, Erased: erased}
			}
		case negotiation.PerformanceReported:
			if f.Item < len(v.Items) {
				v.Items[f.Item] = ItemText{Reference: said.Reference}
			}
		case negotiation.PerformanceDisputed:
			if f.Item < len(v.Items) {
				v.Items[f.Item].Reason = said.Text
			}
		}
	}
	return nil
}

// people fills the names behind the accounts, each as the reader may see it.
func (r *Rooms) people(ctx context.Context, s Session, v *CaseView) error {
	e, err := r.w.Plain.Enterprise(ctx, v.Case.Enterprise)
	if err != nil {
		return err
	}
	v.EnterpriseName, v.Gone = e.Name, !e.Status.Serves()
	if v.Bureau, err = r.w.Plain.Bureau(ctx, v.Case.Bureau); err != nil {
		return err
	}
	if v.Consumer, err = r.details.View(ctx, s.Actor, v.Case); err != nil {
		return err
	}
	v.Participants = map[string]Participant{v.Case.Consumer: {negotiation.SideConsumer, v.Consumer.Name}}
	if !v.Room {
		return nil
	}
	accounts, err := r.w.Log.Speakers(ctx, v.Case.ID)
	if err != nil {
		return err
	}
	if v.Case.Agent != "" && !slices.ContainsFunc(accounts, func(b negotiation.By) bool { return b.ID == v.Case.Agent }) {
		accounts = append(accounts, negotiation.By{Side: negotiation.SideEnterprise, ID: v.Case.Agent})
	}
	ids := make([]string, 0, len(accounts))
	for _, b := range accounts {
		ids = append(ids, b.ID)
	}
	names, err := r.details.Names(ctx, s.Actor, v.Case, ids)
	if err != nil {
		return err
	}
	for _, b := range accounts {
		v.Participants[b.ID] = Participant{b.Side, names[b.ID]}
	}
	return nil
}
