package main

import (
	"fmt"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/gorilla/websocket"
	natsd "github.com/nats-io/nats-server/v2/server"
	"github.com/stretchr/testify/require"

	"hejie/negotiation"
	"hejie/negotiation/workday"
	"hejie/server/app"
	"hejie/server/live"
)

// platform is replicas over one database and one bus, and two people who have cases.
type platform struct {
	replicas        []*running
	consumer, agent negotiation.Actor
}

func newPlatform(t *testing.T, n int, bus string) *platform {
	t.Helper()
	at := folder{path: filepath.Join(t.TempDir(), "data"), server: postgres.Empty(t)}
	p := &platform{consumer: negotiation.Actor{ID: uuid.NewString(), Role: negotiation.RoleConsumer},
		agent: negotiation.Actor{ID: uuid.NewString(), Role: negotiation.RoleDeskAgent, Enterprise: uuid.NewString()}}
	for range n {
		p.replicas = append(p.replicas, start(t, func(to console) (*Program, error) {
			return newProgram(t.Context(), Config{Listen: "127.0.0.1:0", SMS: "none", Bus: bus}, at, nil, to, quiet().logger(to))
		}))
	}
	for _, r := range p.replicas {
		require.Eventually(t, func() bool { return r.engine.relay.Up() || bus == "" }, 20*time.Second, time.Millisecond)
	}
	require.NoError(t, p.replicas[0].engine.store.Plain().Write(t.Context(), func(tx app.PlainTx) error {
		if err := tx.SetPerson(t.Context(), app.Person{Account: p.consumer.ID, Name: "何敏"}); err != nil {
			return err
		}
		return tx.AddAccount(t.Context(), app.Account{ID: p.consumer.ID, Role: p.consumer.Role, Login: "+8613900000000", Language: "zh", Active: true, Created: time.Now()})
	}))
	return p
}

// aBus is the URL of a NATS server.
func aBus(t *testing.T) string {
	t.Helper()
	nats, err := natsd.NewServer(&natsd.Options{Host: "127.0.0.1", Port: natsd.RANDOM_PORT, NoSigs: true, NoLog: true})
	require.NoError(t, err)
	nats.Start()
	t.Cleanup(func() { nats.Shutdown(); nats.WaitForShutdown() })
	require.True(t, nats.ReadyForConnections(20*time.Second))
	return nats.ClientURL()
}

// file opens a case through a replica, as it would have been then.
func (p *platform) file(t *testing.T, r *running, then time.Time) (caseID string) {
	t.Helper()
	yes, amount, bought := &negotiation.Choice{Yes: true, Text: "v1"}, negotiation.CNY(15000), then.AddDate(0, 0, -20).Format(time.DateOnly)
	f := negotiation.FileCase{Enterprise: p.agent.Enterprise, Category: "quality", Goods: "充电宝", Facts: "鼓包", PurchasedOn: bought, KnownSince: bought,
		Amount: amount, ForDailyLife: true, OtherBody: negotiation.BodyNone,
		Claim:    []negotiation.Item{{By: negotiation.SideEnterprise, Remedy: negotiation.Refund, Amount: &amount, Due: negotiation.Due{Days: 3, Unit: negotiation.WorkingDays}}},
		Consents: negotiation.Consents{Truth: "v1", Rules: "v1", Publication: yes, Escalation: yes}}
	caseID = app.NewID()
	env := negotiation.Env{At: then, Calendar: workday.Default(), Filing: &negotiation.Filing{Case: caseID, Code: caseID[24:], Rules: negotiation.DefaultRules(),
		Bureau: uuid.NewString(), Region: "430602", Enrolled: true, Open: negotiation.OpenCases{MaxOrder: 99, MaxEnterprise: 99, Max: 99}}}
	_, err := r.engine.store.Change(t.Context(), app.Change{Case: caseID, Decide: func(c *negotiation.Case, _ app.Look) app.Decision {
		events, after, err := c.Step(p.consumer, f, env)
		return app.Decision{Events: events, After: after, Err: err}
	}})
	require.NoError(t, err)
	return caseID
}

// signIn the consumer at a replica; all replicas' browsers hold the cookie, as behind one address.
func (p *platform) signIn(t *testing.T, r *running) {
	t.Helper()
	in, err := r.engine.app.SignIn.Enter(t.Context(), p.consumer.ID, app.Client{})
	require.NoError(t, err)
	jar, err := cookiejar.New(nil)
	require.NoError(t, err)
	home, err := url.Parse(r.URL())
	require.NoError(t, err)
	jar.SetCookies(home, []*http.Cookie{{Name: "hejie", Value: in.Token, Path: "/"}})
	for _, r := range p.replicas {
		r.client.Jar = jar
	}
}

// await reads frames until one has the text.
func await(t *testing.T, socket *websocket.Conn, text string) {
	t.Helper()
	for {
		_, frame, err := socket.ReadMessage()
		require.NoError(t, err, text)
		if strings.Contains(string(frame), text) {
			return
		}
	}
}

// heard opens a socket at the second replica, in a room in which something is then said at the first one.
func (p *platform) heard(t *testing.T) *websocket.Conn {
	t.Helper()
	one, other := p.replicas[0], p.replicas[1]
	room := p.file(t, one, time.Now())
	p.signIn(t, one)
	socket := other.dial(t)
	require.NoError(t, socket.SetReadDeadline(time.Now().Add(30*time.Second)))
	require.NoError(t, socket.WriteMessage(websocket.TextMessage, fmt.Appendf(nil, `{"subscribe":{"channel":"%s/room"}}`, room)))
	await(t, socket, `"recovered":true`)
	say := negotiation.PostMessage{Text: "said at one", Channel: negotiation.Room}
	wish, err := app.Identify(p.agent, uuid.NewString(), say)
	require.NoError(t, err)
	_, err = one.engine.ledger.Do(t.Context(), p.agent, room, wish, say)
	require.NoError(t, err)
	await(t, socket, say.Text)
	return socket
}

// Two replicas that nobody gave a bus still hear of each other, by looking into the database, and are no worse for it in a balancer's eyes.
func TestReplicasWithoutABus(t *testing.T) {
	t.Parallel()
	p := newPlatform(t, 2, "")
	socket := p.heard(t)
	require.Equal(t, http.StatusNoContent, p.replicas[1].call(t, http.MethodGet, "/readyz", nil, nil))
	require.NoError(t, socket.Close())
}

// Two replicas over one server and one bus are one platform: what is said at one is heard at the other, who signs out at one is gone from
// the other, and a deadline passes once, though both look for it.
func TestPlatformOfTwoReplicas(t *testing.T) {
	t.Parallel()
	p := newPlatform(t, 2, aBus(t))
	one, other := p.replicas[0], p.replicas[1]
	socket := p.heard(t)
	defer socket.Close() //nolint:errcheck // the platform has closed it

	var late []string
	for range 8 {
		late = append(late, p.file(t, one, time.Now().AddDate(0, -6, 0)))
		one.engine.due.Wake()
		other.engine.due.Wake()
	}
	require.Eventually(t, func() bool {
		due, _, err := other.engine.store.Due(t.Context(), time.Now(), 1)
		return err == nil && len(due) == 0
	}, 30*time.Second, 5*time.Millisecond)
	for _, caseID := range late {
		records, err := other.engine.store.RecordsOf(t.Context(), caseID, negotiation.DeadlinePassed{}.Kind())
		require.NoError(t, err)
		passed := map[string]int{}
		for _, r := range records {
			passed[string(r.Facts)]++
			require.Equal(t, 1, passed[string(r.Facts)], "%s", r.Facts)
		}
		require.NotEmpty(t, passed)
	}

	require.Equal(t, http.StatusNoContent, one.call(t, http.MethodDelete, "/api/session", nil, nil))
	var err error
	for err == nil {
		_, _, err = socket.ReadMessage()
	}
	var end *websocket.CloseError
	require.ErrorAs(t, err, &end)
	require.Equal(t, int(live.SignedOut), end.Code)
	require.Equal(t, http.StatusUnauthorized, other.call(t, http.MethodGet, "/api/sessions", nil, nil))
}
