package live

import (
	"testing"

	"github.com/stretchr/testify/require"

	"hejie/negotiation"
	"hejie/server/app"
)

func TestPresenceIsCutToTheReadersSide(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.open(caseNo(1))
	w.commitEvents(caseNo(1), func(c *negotiation.Case) { c.Complaint = &negotiation.Complaint{} }, negotiation.Event{Channel: negotiation.Room, Fact: negotiation.CaseEscalated{}})
	consumer, anna, ben, officer := w.dial("consumer"), w.dial("agent:anna"), w.dial("agent:ben"), w.dial("officer")
	self := person{Side: "consumer", ID: "consumer", Name: "name of consumer"}
	desk := person{Side: "enterprise", Name: "the desk"}
	join := func(c *client) { c.say(`{"subscribe":{"channel":%q}}`, roomNo(1)) }

	join(consumer)
	require.Equal(t, []person{self}, consumer.presence())
	join(anna)
	require.Equal(t, []person{self, desk}, consumer.presence())
	require.Equal(t, []person{{Side: "consumer", ID: "consumer"}, {Side: "enterprise", ID: "agent:anna", Name: "name of agent:anna"}}, anna.presence())
	join(ben)
	require.Equal(t, []person{self, desk}, consumer.presence(), "the consumer does not see how many sit at the desk")
	require.Len(t, anna.presence(), 3)
	require.Len(t, ben.presence(), 3)

	// Composing is a lock among colleagues.
	ben.say(`{"composing":{"case":%q,"on":true}}`, caseNo(1))
	people := anna.presence()
	require.Equal(t, person{Side: "enterprise", ID: "agent:ben", Name: "name of agent:ben", Composing: true}, people[2])
	require.False(t, people[1].Composing)

	join(officer)
	require.Equal(t, []person{self, desk, {Side: "bureau", Name: "the bureau"}}, consumer.presence(), "nothing was told of composing before")
	require.Equal(t, []person{{Side: "consumer", ID: "consumer"}, desk, {Side: "bureau", ID: "officer", Name: "name of officer"}}, officer.presence())

	anna.presence() // the officer's coming
	require.NoError(t, ben.ws.Close())
	people = anna.presence()
	require.Len(t, people, 3, "who leaves is gone, and with them their lock")
	require.False(t, people[1].Composing)
}

func TestWhoWritesForTheRoomIsSeenByAll(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.open(caseNo(1))
	consumer, anna, ben := w.dial("consumer"), w.dial("agent:anna"), w.dial("agent:ben")
	for i, c := range []*client{consumer, anna, ben} {
		c.subscribe(roomNo(1), "")
		for _, here := range []*client{consumer, anna, ben}[:i+1] {
			here.presence()
		}
	}
	anna.say(`{"composing":{"case":%q,"on":true,"room":true}}`, caseNo(1))
	require.Equal(t, person{Side: "enterprise", Name: "the desk", Composing: true}, consumer.presence()[1], "but not who of the desk")
	require.True(t, ben.presence()[1].Composing)
	anna.say(`{"composing":{"case":%q,"on":true}}`, caseNo(1))
	require.False(t, consumer.presence()[1].Composing, "a note is the desk's own")
	require.True(t, ben.presence()[1].Composing)
	anna.presence() // her own two
	anna.presence()
	consumer.say(`{"composing":{"case":%q,"on":true,"room":true}}`, caseNo(1))
	require.Equal(t, person{Side: "consumer", ID: "consumer", Composing: true}, anna.presence()[0])
	require.NoError(t, consumer.ws.Close())
	require.Len(t, anna.presence(), 2, "who leaves writes no more")
}

func TestTabsOfOnePersonAreOne(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.open(caseNo(1))
	one, two := w.dial("consumer"), w.dial("consumer")
	one.subscribe(roomNo(1), "")
	require.Len(t, one.presence(), 1)
	two.subscribe(roomNo(1), "")
	require.Len(t, two.presence(), 1)
}

func TestReads(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.open(caseNo(1))
	w.commit(caseNo(1), negotiation.Room, "one", "two")
	consumer, agent := w.dial("consumer"), w.dial("agent")
	consumer.subscribe(roomNo(1), "")
	agent.subscribe(roomNo(1), "")
	agent.subscribe(caseNo(1)+"/desk", "")
	agent.say(`{"read":{"channel":%q,"seq":2}}`, roomNo(1))
	by := negotiation.By{Side: "enterprise", ID: "agent"}
	require.Equal(t, &reads{roomNo(1), by, 2}, consumer.next().Reads)
	require.Equal(t, &reads{roomNo(1), by, 2}, agent.next().Reads)
	agent.say(`{"read":{"channel":%q,"seq":1}}`, roomNo(1)) // behind
	agent.say(`{"read":{"channel":%q,"seq":3}}`, caseNo(1)+"/desk")
	require.Equal(t, caseNo(1)+"/desk", agent.next().Reads.Channel)
	agent.say(`{"read":{"channel":%q,"seq":0}}`, roomNo(1))
	require.Equal(t, negotiation.CodeOutOfRange, agent.next().Code)

	w.hub.Read(caseNo(1), negotiation.Room, by, 2) // told by HTTP, known already
	w.hub.Read(caseNo(1), negotiation.Room, by, 3)
	require.Equal(t, int64(3), consumer.next().Reads.Seq, "nothing of the desk's own channel")
}

// The list says who is on a case, so that two do not open it at once: to the desk itself, and nobody else.
func TestTheInboxTellsWhoIsLooking(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.open(caseNo(1))
	anna, ben, boss, rival, consumer := w.dial("agent:anna"), w.dial("agent:ben"), w.dial("agent:boss"), w.dial("stranger"), w.dial("consumer")
	for _, c := range []*client{boss, rival} {
		require.Equal(t, app.FeedInbox, c.followed(app.FeedInbox).Feed)
	}
	require.Equal(t, app.FeedMe, consumer.followed(app.FeedMe).Feed)
	looking := func(c *client) []person {
		f := c.next()
		require.Equal(t, app.FeedInbox, f.Feed)
		require.Contains(t, f.People, caseNo(1))
		return f.People[caseNo(1)]
	}
	who := func(name string, composing bool) person {
		return person{Side: "enterprise", ID: "agent:" + name, Name: "name of agent:" + name, Composing: composing}
	}

	consumer.subscribe(roomNo(1), "")
	consumer.presence()
	anna.subscribe(roomNo(1), "")
	require.Equal(t, []person{who("anna", false)}, looking(boss), "the consumer is not the desk's to list")
	consumer.presence()
	anna.say(`{"composing":{"case":%q,"on":true}}`, caseNo(1))
	require.Equal(t, []person{who("anna", true)}, looking(boss))
	ben.subscribe(roomNo(1), "")
	require.Equal(t, []person{who("anna", true), who("ben", false)}, looking(boss))
	consumer.presence()
	ben.subscribe(caseNo(1)+"/desk", "") // another channel of the same case is no news

	late := w.dial("agent:late")
	require.NotNil(t, late.followed(app.FeedInbox).Next)
	require.Equal(t, []person{who("anna", true), who("ben", false)}, looking(late), "who was there before, after the page")

	require.NoError(t, anna.ws.Close())
	require.Equal(t, []person{who("ben", false)}, looking(boss))
	consumer.presence()
	ben.say(`{"unsubscribe":{"channel":%q}}`, roomNo(1))
	require.Empty(t, looking(boss), "nobody is left")
	require.Len(t, consumer.presence(), 1)
	rival.sync()
	consumer.sync()
	w.hub.feeds.mu.Lock()
	defer w.hub.feeds.mu.Unlock()
	require.Empty(t, w.hub.feeds.looking)
}
