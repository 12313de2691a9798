package app_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hejie/negotiation"
	"hejie/server/app"
)

const days = 24 * time.Hour

// A number that nobody signed in with for ninety days is taken for a new owner's: the former cases stay who they were of, and open to whoever
// knows their code or order number.
func TestNumberWithANewOwner(t *testing.T) {
	t.Parallel()
	p := newPeople(t)
	lists, rooms := app.NewLists(p.w, p.store, p.yearbook), app.NewRooms(p.w, p.App)
	first := p.buyer.Actor.ID
	id := p.file(p.buyer, p.enterprise.ID)
	p.real.Pass(89 * days)
	require.Equal(t, first, p.consumer(phone).Session.Actor.ID, "the same one comes back")
	p.real.Pass(90 * days)
	next := p.consumer(phone).Session
	require.NotEqual(t, first, next.Actor.ID)

	page, err := lists.Mine(p.ctx, next, app.CaseQuery{})
	require.NoError(t, err)
	require.Empty(t, page.Rows)
	_, err = rooms.View(p.ctx, next, id)
	refused(t, negotiation.CodeNotFound, err)
	f := filing(p.enterprise.ID)
	f.OrderNumber = "B-2002"
	wish, err := app.Identify(next.Actor, app.NewID(), f)
	require.NoError(t, err)
	_, err = p.ledger.File(p.ctx, next.Actor, wish, f, app.PersonDetails{Name: "李大同", Address: "岳阳市巴陵路9号"})
	require.NoError(t, err)
	was, err := p.plain.Person(p.ctx, first)
	require.NoError(t, err)
	require.Equal(t, "王小明", was.Name, "who complained then is not another one now")
	for account, want := range map[string]int{first: 0, next.Actor.ID: 1} {
		to, err := app.Recipients(p.ctx, p.plain, account)
		require.NoError(t, err)
		require.Len(t, to, want)
	}

	prove := func(given string) (app.SignedIn, error) {
		p.real.Pass(15 * time.Minute)
		require.NoError(t, p.SignIn.RequestCode(p.ctx, phone, "zh", home))
		return p.SignIn.ByCode(p.ctx, app.CodeSignIn{Phone: phone, Code: p.code(phone), CaseCode: given, Client: home})
	}
	for _, given := range []string{p.caseOf(id).Code, "A-1001"} {
		in, err := prove(given)
		require.NoError(t, err)
		require.Equal(t, first, in.Session.Actor.ID)
		_, err = rooms.View(p.ctx, in.Session, id)
		require.NoError(t, err)
	}
	in, err := prove("B-2002")
	require.NoError(t, err)
	require.Equal(t, next.Actor.ID, in.Session.Actor.ID)
	_, err = prove("C-3003")
	refused(t, app.CodeWrongCaseCode, err)
	require.Equal(t, next.Actor.ID, p.consumer(phone).Session.Actor.ID)

	p.real.Pass(90 * days)
	third := p.consumer(phone).Session.Actor.ID
	require.NotContains(t, []string{first, next.Actor.ID}, third)
	in, err = prove("A-1001")
	require.NoError(t, err)
	require.Equal(t, first, in.Session.Actor.ID, "two owners ago")
}

// Who proves a case, or uses a session, is no new owner.
func TestNumberInUse(t *testing.T) {
	t.Parallel()
	p := newPeople(t)
	id := p.file(p.buyer, p.enterprise.ID)
	p.real.Pass(100 * days)
	require.NoError(t, p.SignIn.RequestCode(p.ctx, phone, "zh", home))
	in, err := p.SignIn.ByCode(p.ctx, app.CodeSignIn{Phone: phone, Code: p.code(phone), CaseCode: p.caseOf(id).Code, Client: home})
	require.NoError(t, err)
	require.Equal(t, p.buyer.Actor.ID, in.Session.Actor.ID)
	for range 4 {
		p.real.Pass(20 * days)
		_, err := p.Sessions.Resolve(p.ctx, in.Token)
		require.NoError(t, err)
	}
	p.real.Pass(80 * days)
	require.Equal(t, p.buyer.Actor.ID, p.consumer(phone).Session.Actor.ID)
}

// A case keeps the name that it was filed under: who files under another one may be another person with the same number.
func TestEachCaseKeepsItsName(t *testing.T) {
	t.Parallel()
	p := newPeople(t)
	lists := app.NewLists(p.w, p.store, p.yearbook)
	first := p.file(p.buyer, p.enterprise.ID)
	as := func(x app.Session, order, name string) string {
		f := filing(p.enterprise.ID)
		f.OrderNumber = order
		wish, err := app.Identify(x.Actor, app.NewID(), f)
		require.NoError(t, err)
		r, err := p.ledger.File(p.ctx, x.Actor, wish, f, app.PersonDetails{Name: name, Address: name + "的地址"})
		require.NoError(t, err)
		return r.Case
	}
	shown := func(x app.Session, caseID string) string {
		v, err := p.Details.View(p.ctx, x.Actor, p.caseOf(caseID))
		require.NoError(t, err)
		names, err := p.Details.Names(p.ctx, x.Actor, p.caseOf(caseID), []string{p.buyer.Actor.ID, p.agent.Actor.ID})
		require.NoError(t, err)
		require.Equal(t, v.Name, names[p.buyer.Actor.ID])
		return v.Name + " " + v.Address
	}
	second := as(p.buyer, "B-2002", "李大同")
	require.Equal(t, "王小明 岳阳市巴陵路8号", shown(p.buyer, first))
	require.Equal(t, "李大同 李大同的地址", shown(p.buyer, second))
	o, err := p.Details.Open(p.ctx, p.buyer.Actor, first, "")
	require.NoError(t, err)
	require.Equal(t, "王小明", o.Name)

	page, err := lists.Inbox(p.ctx, p.agent, app.CaseQuery{})
	require.NoError(t, err)
	masked := map[string]string{}
	for _, row := range page.Rows {
		masked[row.Case] = row.Name
	}
	require.Equal(t, map[string]string{first: app.MaskName("王小明"), second: app.MaskName("李大同")}, masked)

	// The name of the account is everybody's who proves its cases, and nobody else's.
	p.business.Pass(61 * days)
	p.real.Pass(61 * days)
	unproved, name := p.consumer(phone).Session, "马三立"
	require.Equal(t, p.buyer.Actor.ID, unproved.Actor.ID)
	_, err = p.Accounts.Update(p.ctx, unproved, app.ProfileChange{Name: &name})
	refused(t, app.CodeCaseCodeRequired, err)
	third := as(unproved, "B-2003", name)
	require.Equal(t, []string{"王小明 岳阳市巴陵路8号", "李大同 李大同的地址", name + " 马三立的地址"}, []string{shown(p.buyer, first), shown(p.buyer, second), shown(p.buyer, third)})
}

// What is known of a person changes with a filing that was accepted, not with one that was refused or came again; and of two at one moment
// each has the name that it came with.
func TestOnlyAnAcceptedFilingNames(t *testing.T) {
	t.Parallel()
	p := newPeople(t)
	p.file(p.buyer, p.enterprise.ID)
	file := func(order, goods, name string) (app.CommandID, negotiation.FileCase, app.Receipt, error) {
		f := filing(p.enterprise.ID)
		f.OrderNumber, f.Goods = order, goods
		wish, err := app.Identify(p.buyer.Actor, app.NewID(), f)
		if err != nil {
			return wish, f, app.Receipt{}, err
		}
		r, err := p.ledger.File(p.ctx, p.buyer.Actor, wish, f, app.PersonDetails{Name: name, Address: name + "的地址"})
		return wish, f, r, err
	}
	known := func() string {
		who, err := p.plain.Person(p.ctx, p.buyer.Actor.ID)
		require.NoError(t, err)
		return who.Name
	}
	_, _, _, err := file("B-2002", "", "李大同")
	require.Error(t, err)
	require.Equal(t, "王小明", known(), "refused")

	var filed [2]app.Receipt
	var errs [2]error
	var both sync.WaitGroup
	names := []string{"李大同", "马三立"}
	wishes, filings := make([]app.CommandID, 2), make([]negotiation.FileCase, 2)
	for i := range filed {
		both.Go(func() {
			wishes[i], filings[i], filed[i], errs[i] = file(fmt.Sprintf("B-300%d", i), "电水壶", names[i])
		})
	}
	both.Wait()
	for i, r := range filed {
		require.NoError(t, errs[i])
		v, err := p.Details.View(p.ctx, p.buyer.Actor, p.caseOf(r.Case))
		require.NoError(t, err)
		require.Equal(t, names[i], v.Name)
	}
	was := known()
	for i, name := range names {
		again, err := p.ledger.File(p.ctx, p.buyer.Actor, wishes[i], filings[i], app.PersonDetails{Name: name, Address: name + "的地址"})
		require.NoError(t, err)
		require.True(t, again.Repeated)
		require.Equal(t, was, known(), "came again")
	}
	_, err = p.ledger.File(p.ctx, p.buyer.Actor, wishes[0], filings[0], app.PersonDetails{Name: "侯宝林", Address: "天津"})
	refused(t, negotiation.CodeCommandIDReused, err)
	require.Equal(t, was, known())
}

// heard is a log whose changes are heard of as soon as they are committed, as replicas and lists do.
type heard struct {
	app.Log
	hear func(caseID string)
}

func (h heard) Change(ctx context.Context, ch app.Change) (app.Receipt, error) {
	r, err := h.Log.Change(ctx, ch)
	if err == nil {
		h.hear(r.Case)
	}
	return r, err
}

// The desk hears of a case under the name that it was filed under, and not under the one before.
func TestCaseIsHeardOfByItsName(t *testing.T) {
	t.Parallel()
	log := &heard{hear: func(string) {}}
	p := newPeople(t, func(w *app.World) {
		log.Log = w.Log
		w.Log = log
	})
	lists, shown := app.NewLists(p.w, p.store, p.yearbook), []string{}
	log.hear = func(caseID string) {
		row := app.CaseRow{Case: caseID, Enterprise: p.enterprise.ID}
		require.NoError(t, lists.Learn(p.ctx, row))
		seen, ok := lists.Row(p.agent, app.FeedInbox, row)
		require.True(t, ok)
		shown = append(shown, seen.Name)
	}
	for order, name := range map[string]string{"B-1": "李大同", "B-2": "马三立"} {
		f := filing(p.enterprise.ID)
		f.OrderNumber = order
		wish, err := app.Identify(p.buyer.Actor, app.NewID(), f)
		require.NoError(t, err)
		_, err = p.ledger.File(p.ctx, p.buyer.Actor, wish, f, app.PersonDetails{Name: name, Address: "岳阳市巴陵路8号"})
		require.NoError(t, err)
		require.Equal(t, app.MaskName(name), shown[len(shown)-1])
	}
}

// What is not seen makes no other name: the earlier cases follow the same person.
func TestTheSameNameHoweverItIsWritten(t *testing.T) {
	t.Parallel()
	p := newPeople(t)
	first := p.file(p.buyer, p.enterprise.ID)
	for i, name := range []string{"王\u200b小明", "\u00a0王小\ufeff明\u2028"} {
		f := filing(p.enterprise.ID)
		f.OrderNumber = fmt.Sprint("B-", i)
		wish, err := app.Identify(p.buyer.Actor, app.NewID(), f)
		require.NoError(t, err)
		address := fmt.Sprint("新地址 ", i)
		_, err = p.ledger.File(p.ctx, p.buyer.Actor, wish, f, app.PersonDetails{Name: name, Address: address})
		require.NoError(t, err)
		filers, err := p.plain.Filers(p.ctx, []string{first})
		require.NoError(t, err)
		require.Equal(t, [2]string{"王小明", address}, [2]string{filers[first].Name, filers[first].Address}, "%q", name)
	}
}
