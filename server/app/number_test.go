package app_test

import (
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
	p.real.pass(89 * days)
	require.Equal(t, first, p.consumer(phone).Session.Actor.ID, "the same one comes back")
	p.real.pass(90 * days)
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
		p.real.pass(15 * time.Minute)
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

	p.real.pass(90 * days)
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
	p.real.pass(100 * days)
	require.NoError(t, p.SignIn.RequestCode(p.ctx, phone, "zh", home))
	in, err := p.SignIn.ByCode(p.ctx, app.CodeSignIn{Phone: phone, Code: p.code(phone), CaseCode: p.caseOf(id).Code, Client: home})
	require.NoError(t, err)
	require.Equal(t, p.buyer.Actor.ID, in.Session.Actor.ID)
	for range 4 {
		p.real.pass(20 * days)
		_, err := p.Sessions.Resolve(p.ctx, in.Token)
		require.NoError(t, err)
	}
	p.real.pass(80 * days)
	require.Equal(t, p.buyer.Actor.ID, p.consumer(phone).Session.Actor.ID)
}
