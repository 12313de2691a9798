package live

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"hejie/negotiation"
	"hejie/server/app"
)

func (c *client) followed(feed string) frame {
	c.Helper()
	c.say(`{"subscribe":{"feed":%q}}`, feed)
	return c.next()
}

func TestFeeds(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.open(caseNo(1))
	w.rows = []app.CaseRow{{Case: caseNo(9), Version: 3, Title: "lamp"}}
	me, inbox, colleague, board := w.dial("consumer"), w.dial("agent"), w.dial("agent:2"), w.dial("officer")
	others := []*client{w.dial("consumer:other"), w.dial("stranger")}
	for c, feed := range map[*client]string{me: app.FeedMe, inbox: app.FeedInbox, colleague: app.FeedInbox, board: app.FeedBoard, others[0]: app.FeedMe, others[1]: app.FeedInbox} {
		f := c.followed(feed)
		require.Equal(t, feed, f.Feed)
		require.Equal(t, []map[string]any{{"case": caseNo(9), "version": 3.0, "title": "lamp"}}, f.Rows)
		require.Equal(t, "more of "+feed, *f.Next)
	}
	w.commit(caseNo(1), negotiation.Room, "hello")
	for _, c := range []*client{me, inbox, colleague, board} {
		f := c.next()
		require.Equal(t, caseNo(1), f.Case)
		require.Equal(t, int64(1), f.Version)
		title := "kettle"
		if c == board {
			title = "" // before escalation
		}
		require.Equal(t, title, f.Row["title"])
	}
	w.mu.Lock()
	w.hidden[caseNo(1)] = true
	w.mu.Unlock()
	w.commit(caseNo(1), negotiation.Room, "bye")
	f := inbox.next()
	require.Equal(t, int64(2), f.Version)
	require.Nil(t, f.Row, "it left")

	inbox.say(`{"unsubscribe":{"feed":"inbox"}}`)
	inbox.sync()
	w.commit(caseNo(1), negotiation.Room, "more")
	require.Equal(t, int64(2), colleague.next().Version)
	inbox.sync() // with no row before the answer
	for _, c := range others {
		c.sync()
	}
}

func TestBoardOfTheProvinceSeesTheCounty(t *testing.T) {
	t.Parallel()
	require.Contains(t, scopesOf(nil, "c", "e", "110105"), "board:110000")
	require.Contains(t, scopesOf(nil, "c", "e", "110105"), "board:000000")
	require.NotContains(t, scopesOf(nil, "c", "e", "110105"), "board:110106")
	require.Equal(t, []string{"board:000000", "inbox:e", "me:c"}, scopesOf(nil, "c", "e", "unknown"))
}

func TestRowsThatChangeWhileThePageIsReadComeAfterIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.open(caseNo(1))
	reading := make(chan struct{})
	held, goOn := hold(t)
	w.onPage = func() { close(reading); <-held }
	c, witness := w.dial("agent"), w.dial("consumer")
	witness.subscribe(roomNo(1), "")
	c.say(`{"subscribe":{"feed":"inbox"}}`)
	<-reading
	w.mu.Lock()
	w.onPage = nil
	w.mu.Unlock()
	w.commit(caseNo(1), negotiation.Room, "meanwhile")
	witness.next()
	w.commit(caseNo(1), negotiation.Room, "again")
	witness.next() // so that the row of the first was handed out
	goOn()
	require.NotNil(t, c.next().Next)
	require.Equal(t, int64(1), c.next().Version)
	require.Equal(t, int64(2), c.next().Version)
}

func TestTooManyRowsMakeThePageComeAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *Options) { o.tuning = tuning{queueFrames: 4} })
	w.open(caseNo(1))
	c := w.dial("agent")
	require.NotNil(t, c.followed(app.FeedInbox).Next)
	conn := w.only()
	w.until(func() bool { // what was written comes before it is noted that all was
		conn.mu.Lock()
		defer conn.mu.Unlock()
		rests := !conn.flushing
		conn.flushing = true // as if the network were slow
		return rests
	})
	for i := range 50 {
		w.commit(caseNo(1), negotiation.Room, fmt.Sprint(i), strings.Repeat("x", 100))
	}
	w.delivered(caseNo(1))
	require.True(t, w.hub.pens.add(conn))
	rows := 0
	for f := c.next(); f.Next == nil; f = c.next() {
		rows++
	}
	require.Equal(t, 2, rows, "half a queue, then the page")
	w.commit(caseNo(1), negotiation.Room, "live again")
	require.Equal(t, int64(101), c.next().Version)
}

// A note at the desk makes no sound elsewhere: no row, no version.
func TestTheDesksOwnIsToldToTheDeskAlone(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.open(caseNo(1))
	me, inbox, board := w.dial("consumer"), w.dial("agent"), w.dial("officer")
	for c, feed := range map[*client]string{me: app.FeedMe, inbox: app.FeedInbox, board: app.FeedBoard} {
		require.Equal(t, feed, c.followed(feed).Feed)
	}
	w.commit(caseNo(1), negotiation.Desk, "a note")
	require.Equal(t, int64(1), inbox.next().Version)
	w.commit(caseNo(1), negotiation.Room, "hello")
	require.Equal(t, int64(2), inbox.next().Version)
	for _, c := range []*client{me, board} {
		f := c.next()
		require.Equal(t, int64(1), f.Version, "the row's own version, which counts the room")
		require.InDelta(t, 1, f.Row["version"], 0)
	}
}

// What is in ConsumerOnly goes to the consumer alone, and moves no list.
func TestTheConsumersOwnIsToldToTheConsumerAlone(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.open(caseNo(1))
	own := caseNo(1) + "/consumer"
	consumer, agent, officer := w.dial("consumer"), w.dial("agent"), w.dial("officer")
	require.Equal(t, app.FeedMe, consumer.followed(app.FeedMe).Feed)
	require.Equal(t, app.FeedInbox, agent.followed(app.FeedInbox).Feed)
	require.Equal(t, app.FeedBoard, officer.followed(app.FeedBoard).Feed)
	consumer.subscribe(own, "")
	for _, c := range []*client{agent, officer} {
		c.say(`{"subscribe":{"channel":%q}}`, own)
		require.Equal(t, negotiation.CodeNotFound, c.next().Code)
	}
	w.commitEvents(caseNo(1), nil, negotiation.Event{Channel: negotiation.ConsumerOnly, Fact: negotiation.ConsentsChanged{Escalation: &negotiation.Choice{Text: "v1"}}})
	f := consumer.next()
	require.Equal(t, own, f.Channel)
	require.Len(t, f.Events, 1)
	for _, c := range []*client{consumer, agent, officer} {
		c.sync()
	}
	w.commitEvents(caseNo(1), func(c *negotiation.Case) { c.Complaint = &negotiation.Complaint{} }, negotiation.Event{Channel: negotiation.Room, Fact: negotiation.CaseEscalated{}})
	require.Equal(t, app.FeedBoard, officer.next().Feed)
	officer.say(`{"subscribe":{"channel":%q}}`, own)
	require.Len(t, officer.next().Events, 1)
}

// Every row is completed before it is told.
func TestRowsAreLearntFirst(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.open(caseNo(1))
	inbox := w.dial("agent")
	require.Equal(t, app.FeedInbox, inbox.followed(app.FeedInbox).Feed)
	w.commit(caseNo(1), negotiation.Room, "hello")
	inbox.next()
	w.mu.Lock()
	defer w.mu.Unlock()
	require.Equal(t, 1, w.learnt)
}
