package bus

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"hejie/negotiation"
	"hejie/server/app"
	"hejie/server/live"
)

func TestWhatOneWritesAllTell(t *testing.T) {
	t.Parallel()
	var a air
	p := newPlatform(t, 2, a.connect)
	one, two := p.replicas[0], p.replicas[1]
	caseID := p.open(1)
	room := caseID + "/room"

	mine, desk := one.dial(one.enter(consumer).Token), two.dial(two.enter(agent).Token)
	mine.follow(room)
	desk.follow(room)
	desk.say(`{"subscribe":{"feed":"inbox"}}`)
	p.until("both see both", func() bool { return len(mine.present()) == 2 && len(desk.present()) == 2 })

	one.post(consumer, caseID, negotiation.Room, "从一号来")
	two.post(agent, caseID, negotiation.Room, "从二号来")
	two.post(agent, caseID, negotiation.Desk, "内部")
	end := p.ends(caseID)
	for _, c := range []*client{mine, desk} {
		p.until("heard", func() bool { return len(c.heard(room)) >= int(end.Room) })
		require.Equal(t, upTo(end.Room), c.heard(room))
	}
	p.until("in the list", func() bool { return desk.version(caseID) == end.Room+end.Desk })

	// What is the consumer's own reaches the consumer wherever it was said.
	own := caseID + "/consumer"
	mine.follow(own)
	two.do(consumer, caseID, negotiation.ChangeConsents{Escalation: &negotiation.Choice{Text: "2026-1"}})
	p.until("own", func() bool { return len(mine.heard(own)) >= int(p.ends(caseID).ConsumerOnly) })
	require.Equal(t, upTo(2), mine.heard(own))

	desk.say(`{"read":{"channel":%q,"seq":3}}`, room)
	p.until("read mark", func() bool {
		told := false
		mine.each(func(f frame) { told = told || f.Reads != nil && f.Reads.Seq == 3 && f.Reads.By.ID == agent.ID })
		return told
	})

	// Who writes for the room is seen there, who writes a note is not.
	desk.say(`{"composing":{"case":%q,"on":true,"room":true}}`, caseID)
	p.until("typing", func() bool { return slices.Contains(mine.present(), "enterprise…") })
	desk.say(`{"composing":{"case":%q,"on":true}}`, caseID)
	p.until("a note", func() bool { return !slices.Contains(mine.present(), "enterprise…") })
	require.NoError(t, desk.ws.Close())
	p.until("left", func() bool { return len(mine.present()) == 1 })
}

// Whatever is lost, every follower on every replica gets the same log, each event once and in order, and the same rows.
func TestLostWordHeals(t *testing.T) {
	t.Parallel()
	var (
		outer = t
		a     *air
		p     *platform
		n     int
	)
	t.Cleanup(func() { p.close() })
	rapid.Check(t, func(t *rapid.T) {
		seed := rapid.Uint64().Draw(t, "seed")
		loss := rapid.SampledFrom([]float64{0, 0.1, 0.5, 0.9}).Draw(t, "loss")
		dice := rand.New(rand.NewPCG(seed, 0))
		if n%20 == 0 { // cases that fit on a first page
			if p != nil {
				p.close()
			}
			a = &air{}
			p = makePlatform(outer, 2, a.connect)
		}
		n++
		a.mu.Lock()
		a.lose, a.quiet = func() bool { return dice.Float64() < loss }, false
		a.mu.Unlock()
		cases := []string{p.open(2 * n), p.open(2*n + 1)}
		var clients []*client
		for _, r := range p.replicas {
			for _, who := range []negotiation.Actor{consumer, agent} {
				c := r.dial(r.enter(who).Token)
				t.Cleanup(c.leave)
				for _, caseID := range cases {
					c.follow(caseID + "/room")
				}
				feed := map[negotiation.Role]string{consumer.Role: "me", agent.Role: "inbox"}[who.Role]
				c.say(`{"subscribe":{"feed":%q}}`, feed)
				clients = append(clients, c)
			}
		}
		for range rapid.IntRange(1, 30).Draw(t, "steps") {
			r := p.replicas[rapid.IntRange(0, 1).Draw(t, "replica")]
			caseID := rapid.SampledFrom(cases).Draw(t, "case")
			switch rapid.IntRange(0, 9).Draw(t, "what") {
			case 0:
				p.tick()
			case 1:
				a.silence(true)
			case 2:
				a.silence(false)
			case 3:
				r.post(agent, caseID, negotiation.Desk, "内部")
			case 4, 5, 6:
				r.post(consumer, caseID, negotiation.Room, "你好")
			default:
				r.post(agent, caseID, negotiation.Room, "您好")
			}
		}
		from := p.Now()
		for _, caseID := range cases {
			end := p.ends(caseID)
			for i, c := range clients {
				p.until("room", func() bool { return len(c.heard(caseID+"/room")) >= int(end.Room) })
				if got := c.heard(caseID + "/room"); !slices.Equal(upTo(end.Room), got) {
					t.Fatalf("client %d heard %v of %d", i, got, end.Room)
				}
				want := end.Room // a consumer's row counts what the consumer sees
				if i%2 == 1 {
					want += end.Desk
				}
				p.until("row", func() bool { return c.version(caseID) == want })
			}
		}
		t.Logf("healed within %v", p.Now().Sub(from))
	})
}

// A bus that loses everything and looks well, as two NATS servers that do not know each other would: positions are compared anyhow.
func TestABusThatLosesEverything(t *testing.T) {
	t.Parallel()
	a := air{lose: func() bool { return true }}
	p := newPlatform(t, 2, a.connect)
	caseID := p.open(1)
	c := p.replicas[1].dial(p.replicas[1].enter(agent).Token)
	c.follow(caseID + "/room")
	c.say(`{"subscribe":{"feed":"inbox"}}`)
	p.until("page", func() bool { return c.version(caseID) > 0 })
	p.replicas[0].post(consumer, caseID, negotiation.Room, "你好")
	end, from := p.ends(caseID), p.Now()
	p.until("room", func() bool { return slices.Equal(upTo(end.Room), c.heard(caseID+"/room")) })
	require.LessOrEqual(t, p.Now().Sub(from), time.Minute, "within a few ticks, though they run ahead of the sockets here")
	p.until("list", func() bool { return c.version(caseID) == end.Room })
}

func TestSignOutEndsSocketsEverywhere(t *testing.T) {
	t.Parallel()
	for name, quiet := range map[string]bool{"by word": false, "with the bus away": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var a air
			p := newPlatform(t, 2, a.connect)
			one, two := p.replicas[0], p.replicas[1]
			in, other := one.enter(agent), one.enter(agent)
			gone, stays := two.dial(in.Token), two.dial(other.Token)
			gone.say(`{"pong":true}`)
			stays.say(`{"pong":true}`)
			_, err := two.app.Sessions.Resolve(context.Background(), in.Token)
			require.NoError(t, err, "known there, and cached")
			a.silence(quiet)
			p.tick()
			require.NoError(t, one.app.Sessions.SignOut(context.Background(), in.Session))
			from := p.Now()
			p.until("ended", func() bool { return gone.closed() != 0 })
			require.Equal(t, int(live.SignedOut), gone.closed())
			require.Zero(t, stays.closed())
			if quiet {
				p.pass(2 * time.Second) // what is cached counts no longer
			}
			_, err = two.app.Sessions.Resolve(context.Background(), in.Token)
			require.Equal(t, negotiation.CodeSignInRequired, negotiation.CodeOf(err))
			t.Logf("ended after %v", p.Now().Sub(from))
		})
	}
}

// meeting of the two sides of a case, each at a replica of its own, who see each other.
func meeting(t *testing.T, a *air) (p *platform, mine, desk *client) {
	t.Helper()
	p = newPlatform(t, 2, a.connect)
	caseID := p.open(1)
	mine, desk = p.replicas[0].dial(p.replicas[0].enter(consumer).Token), p.replicas[1].dial(p.replicas[1].enter(agent).Token)
	mine.follow(caseID + "/room")
	desk.follow(caseID + "/room")
	p.until("here", func() bool { return len(mine.present()) == 2 })
	return p, mine, desk
}

func TestPeopleOfAKilledReplicaVanish(t *testing.T) {
	t.Parallel()
	var a air
	p, mine, _ := meeting(t, &a)
	a.mu.Lock()
	a.ends = map[int]func([]byte){} // neither hears the other again, and nobody says goodbye
	a.mu.Unlock()
	from := p.Now()
	p.until("vanished", func() bool { return len(mine.present()) == 1 })
	require.LessOrEqual(t, p.Now().Sub(from), 15*time.Second)
}

// TestAReplicaThatIsCutOffIsMissed: while one works on the log and is not heard, the others say that they do not know who is there; they do
// not once it is dead, or heard again, nor when one starts or says goodbye.
func TestAReplicaThatIsCutOffIsMissed(t *testing.T) {
	t.Parallel()
	var a air
	p, mine, desk := meeting(t, &a)
	late := func(want bool) {
		t.Helper()
		p.until(fmt.Sprint("late ", want), func() bool { return mine.late() == want })
	}
	still := func(seconds int) {
		t.Helper()
		for range seconds {
			p.tick()
			require.False(t, mine.late())
		}
	}
	still(20)
	from := p.Now()
	a.part(1, true)
	late(true)
	require.LessOrEqual(t, p.Now().Sub(from), 15*time.Second)
	require.Len(t, mine.present(), 1)
	p.until("its own people know it, too", desk.late)
	for range int(2 * suspect / time.Second) {
		p.tick()
	}
	require.True(t, mine.late(), "for as long as it works")
	a.part(1, false)
	late(false)

	a.part(1, true)
	late(true)
	p.work(p.replicas[1].id, false)
	late(false)

	const starting = "has not said anything yet"
	p.work(starting, true)
	still(int(silent / time.Second))
	p.work(starting, false)
	still(20)
	p.work(starting, true)
	late(true)
}

func TestALostGoodbyeOfAPersonHeals(t *testing.T) {
	t.Parallel()
	var a air
	p, mine, desk := meeting(t, &a)
	a.mu.Lock()
	lost := false
	a.lose = func() bool { return !lost } // up to the next tick all is lost
	a.mu.Unlock()
	require.NoError(t, desk.ws.Close())
	<-desk.done
	p.tick()
	a.mu.Lock()
	lost = true
	a.mu.Unlock()
	p.until("vanished", func() bool { return len(mine.present()) == 1 })
}

func TestTheCalendarIsReadAgain(t *testing.T) {
	t.Parallel()
	var a air
	p := newPlatform(t, 2, a.connect)
	ctx := context.Background()
	require.NoError(t, p.store.Plain().Write(ctx, func(tx app.PlainTx) error {
		return tx.AddOutage(ctx, negotiation.Outage{From: p.Now().Add(-3 * time.Hour), To: p.Now().Add(-time.Hour)}, p.Now())
	}))
	p.tick()
	before := p.replicas[1].reread.Load()
	p.replicas[0].relay.Calendar()
	p.until("read", func() bool { return p.replicas[1].reread.Load() > before })
}

func TestWhatDoesNotFitIsCounted(t *testing.T) {
	t.Parallel()
	r := New(Options{Connect: (&air{}).connect(0)})
	commits := make([]app.Commit, mostWaiting+1)
	for i := range commits {
		commits[i] = app.Commit{Records: []negotiation.Record{{Case: id(i), Channel: negotiation.Room, Seq: 1}}, Row: app.CaseRow{RoomSeq: 1, Version: 1}}
	}
	r.Commits(commits)
	require.Equal(t, uint64(1), r.n, "a number that is never sent")
	require.Len(t, r.out.News, mostWaiting)
	sent := 0
	for {
		m, more := r.out.cut()
		if !more {
			break
		}
		require.LessOrEqual(t, len(m.News), mostNews)
		sent += len(m.News)
	}
	require.Equal(t, mostWaiting, sent)
}

func TestNewsOf(t *testing.T) {
	t.Parallel()
	rec := func(ch negotiation.Channel, seq int64) negotiation.Record {
		return negotiation.Record{Case: "c", Channel: ch, Seq: seq}
	}
	n, ok := app.NewsOf(&app.Commit{Records: []negotiation.Record{rec(negotiation.Room, 7), rec(negotiation.Desk, 3), rec(negotiation.Room, 8), rec(negotiation.ConsumerOnly, 2)}, Row: app.CaseRow{RoomSeq: 8, Version: 11}})
	require.True(t, ok)
	require.Equal(t, app.Spans{Room: app.Span{Before: 6, End: 8}, Desk: app.Span{Before: 2, End: 3}, ConsumerOnly: app.Span{Before: 1, End: 2}}, n.Spans)
	require.Equal(t, n.Room, n.Room.And(app.Span{}), "nothing changes nothing")
	told, err := json.Marshal(n)
	require.NoError(t, err)
	require.Equal(t, `{"case":"c","consumer":"","enterprise":"","region":"","room":{"before":6,"end":8},"desk":{"before":2,"end":3},"own":{"before":1,"end":2}}`, string(told),
		"as older replicas understand it")
	_, ok = app.NewsOf(&app.Commit{})
	require.False(t, ok)
}

// Replicas of one database that nobody gave a bus find what the others wrote by looking, and tell nobody anything.
func TestWithoutABus(t *testing.T) {
	t.Parallel()
	p := newPlatform(t, 2, func(int) Connect { return nil })
	one, two := p.replicas[0], p.replicas[1]
	caseID := p.open(1)
	room, own := caseID+"/room", caseID+"/consumer"
	in := two.enter(consumer)
	mine, desk := two.dial(in.Token), two.dial(two.enter(agent).Token)
	mine.follow(room)
	mine.follow(own)
	desk.follow(room)
	desk.say(`{"subscribe":{"feed":"inbox"}}`)
	p.until("a page", func() bool { return desk.version(caseID) > 0 })
	one.post(consumer, caseID, negotiation.Room, "从一号来")
	one.do(consumer, caseID, negotiation.ChangeConsents{Escalation: &negotiation.Choice{Text: "2026-1"}})
	end, said := p.ends(caseID), p.Now()
	for _, c := range []*client{mine, desk} {
		p.until("heard", func() bool { return len(c.heard(room)) >= int(end.Room) })
		require.Equal(t, upTo(end.Room), c.heard(room))
	}
	p.until("own", func() bool { return len(mine.heard(own)) >= int(end.ConsumerOnly) })
	one.post(agent, caseID, negotiation.Desk, "内部")
	p.until("in the list", func() bool { return desk.version(caseID) == p.ends(caseID).Room+p.ends(caseID).Desk })
	require.Less(t, p.Now().Sub(said), time.Minute)
	require.NoError(t, one.app.Sessions.SignOut(t.Context(), in.Session))
	p.until("signed out elsewhere", func() bool { return mine.closed() == int(live.SignedOut) })
	require.False(t, two.relay.Up())
}

// The list says who of the desk is on a case, wherever their connections and the list's reader are, and whoever was there first.
func TestTheInboxTellsWhoIsLookingElsewhere(t *testing.T) {
	t.Parallel()
	var a air
	p := newPlatform(t, 3, a.connect)
	caseID := p.open(1)
	reader := func(r *replica) *client {
		c := r.dial(r.enter(agent).Token)
		c.say(`{"subscribe":{"feed":"inbox"}}`)
		p.until("a page", func() bool { return c.version(caseID) > 0 })
		return c
	}
	sees := func(c *client, n int) {
		p.until("who is there", func() bool {
			there := 0
			c.each(func(f frame) {
				if f.Rows != nil { // a page, also one that is sent again, empties what was told before
					there = 0
				}
				if f.People != nil {
					there = len(f.People[caseID])
				}
			})
			return there == n
		})
	}
	early := reader(p.replicas[1])
	colleague := p.replicas[0].dial(p.replicas[0].enter(agent).Token)
	colleague.follow(caseID + "/room")
	sees(early, 1)
	late := reader(p.replicas[2])
	sees(late, 1)
	begun := p.Now()
	p.until("time has passed", func() bool { return p.Now().Sub(begun) > time.Minute })
	sees(early, 1) // it is asked for again and again
	require.NoError(t, colleague.ws.Close())
	sees(early, 0)
	sees(late, 0)
	colleague = p.replicas[0].dial(p.replicas[0].enter(agent).Token)
	colleague.follow(caseID + "/room")
	sees(early, 1)
	a.silence(true) // what is not heard of any more is forgotten
	sees(early, 0)
}
