package live

import (
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/gorilla/websocket"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"hejie/negotiation"
)

func TestSubscribeThenLive(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.open(caseNo(1))
	w.commit(caseNo(1), negotiation.Room, "one", "two")
	w.commit(caseNo(1), negotiation.Desk, "internal")

	consumer, agent := w.dial("consumer"), w.dial("agent")
	f := consumer.subscribe(roomNo(1), "")
	require.Equal(t, []int64{1, 2}, seqs(f.Events))
	require.True(t, *f.Recovered)
	require.Equal(t, w.position(caseNo(1), negotiation.Room, 2), f.Position)
	f = agent.subscribe(roomNo(1), f.Position)
	require.Empty(t, f.Events)
	require.NotNil(t, f.Events, "a list, never null")
	require.True(t, *f.Recovered)
	require.Equal(t, w.position(caseNo(1), negotiation.Room, 2), f.Position)

	agent.post(1, caseNo(1), "three")
	for _, c := range []*client{consumer, agent} {
		f = c.next()
		if f.Ack != "" {
			require.Equal(t, commandNo(1), f.Ack)
			require.Equal(t, map[string]string{roomNo(1): w.position(caseNo(1), negotiation.Room, 3)}, f.Positions)
			f = c.next()
		}
		require.Equal(t, []int64{3}, seqs(f.Events))
		require.Equal(t, "three", f.Events[0].Content.Text)
		require.Nil(t, f.Recovered, "only in the answer to subscribe")
		require.Equal(t, w.position(caseNo(1), negotiation.Room, 3), f.Position)
	}
}

func TestResume(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *Options) { o.tuning = tuning{ring: 3, page: 2} })
	w.open(caseNo(1))
	for i := range 9 {
		w.commit(caseNo(1), negotiation.Room, fmt.Sprint(i+1))
	}
	at := func(seq int64) string { return w.position(caseNo(1), negotiation.Room, seq) }
	tests := []struct {
		name      string
		since     string
		events    []int64
		recovered bool
	}{
		{"all", "0", []int64{1, 2, 3, 4, 5, 6, 7, 8, 9}, true},
		{"some", at(4), []int64{5, 6, 7, 8, 9}, true},
		{"in memory", at(7), []int64{8, 9}, true},
		{"none", at(9), nil, true},
		{"old one of another log", "2.deadbeef", nil, false},
		{"recent one of another log", "8.deadbeef", nil, false},
		{"last one of another log", "9.deadbeef", nil, false},
		{"beyond the end", "10.deadbeef", nil, false},
	}
	for range 2 { // cold, then warm
		for _, tt := range tests {
			c := w.dial("consumer:" + tt.name)
			w.mu.Lock()
			owned := *w.cases[caseNo(1)]
			owned.Consumer = "consumer:" + tt.name
			w.cases[caseNo(1)] = &owned
			w.mu.Unlock()
			f := c.subscribe(roomNo(1), tt.since)
			require.Equal(t, tt.recovered, *f.Recovered, tt.name)
			events := seqs(f.Events)
			for f.Position != at(9) {
				require.LessOrEqual(t, len(f.Events), 3, "a page at a time")
				f = c.next()
				events = append(events, seqs(f.Events)...)
			}
			require.Equal(t, tt.events, append([]int64(nil), events...), tt.name)
			w.commit(caseNo(1), negotiation.Desk, "nothing to the room")
			require.NoError(t, c.ws.Close())
		}
	}
}

func TestUnrecoveredGoesOnFromTheEnd(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.open(caseNo(1))
	w.commit(caseNo(1), negotiation.Room, "one", "two")
	c := w.dial("consumer")
	f := c.subscribe(roomNo(1), "1.deadbeef")
	require.False(t, *f.Recovered)
	w.commit(caseNo(1), negotiation.Room, "three")
	require.Equal(t, []int64{3}, seqs(c.next().Events))
}

// talk opens a case, says "one", lets a consumer look, and says "two", which that consumer reads.
func (w *world) talk() *client {
	w.open(caseNo(1))
	w.commit(caseNo(1), negotiation.Room, "one")
	first := w.dial("consumer")
	first.subscribe(roomNo(1), "")
	w.commit(caseNo(1), negotiation.Room, "two")
	first.next()
	return first
}

func TestWarmRoomDoesNotReadTheLog(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	first := w.talk()
	before := w.readsOfLog()
	for _, since := range []string{"", w.position(caseNo(1), negotiation.Room, 1), w.position(caseNo(1), negotiation.Room, 2)} {
		require.True(t, *w.dial("agent").subscribe(roomNo(1), since).Recovered)
	}
	require.NoError(t, first.ws.Close())
	require.Equal(t, before, w.readsOfLog())
}

func TestEmptyRoomsAreForgotten(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.open(caseNo(1))
	c := w.dial("consumer")
	c.subscribe(roomNo(1), "")
	c.say(`{"unsubscribe":{"channel":%q}}`, roomNo(1))
	c.sync()
	rooms := func() int {
		n := 0
		for _, s := range w.hub.shards {
			s.mu.Lock()
			n += len(s.rooms)
			s.mu.Unlock()
		}
		return n
	}
	w.hub.shardOf(caseNo(1)).sweep(w.Now())
	require.Equal(t, 1, rooms())
	w.hub.shardOf(caseNo(1)).sweep(w.Now().Add(w.hub.tuning.warm))
	require.Equal(t, 0, rooms())
}

func TestSilentRoomsKeepTheirEndOnly(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	first := w.talk()
	before := w.readsOfLog()
	s := w.hub.shardOf(caseNo(1))
	s.sweep(w.Now().Add(w.hub.tuning.silent - 1))
	require.Equal(t, []int64{1, 2}, seqs(w.dial("agent").subscribe(roomNo(1), "").Events))
	require.Equal(t, before, w.readsOfLog(), "still warm")

	s.sweep(w.Now().Add(w.hub.tuning.silent))
	require.Empty(t, w.dial("agent").subscribe(roomNo(1), w.position(caseNo(1), negotiation.Room, 2)).Events)
	require.Equal(t, before, w.readsOfLog(), "who comes back needs no log")
	late := w.dial("agent")
	require.Equal(t, []int64{1, 2}, seqs(late.subscribe(roomNo(1), "").Events))
	require.Greater(t, w.readsOfLog(), before)
	w.commit(caseNo(1), negotiation.Room, "three")
	for _, c := range []*client{first, late} {
		require.Equal(t, []int64{3}, seqs(c.next().Events))
	}
}

func TestErasedContentIsNotToldAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.open(caseNo(1))
	c := w.dial("consumer")
	c.subscribe(roomNo(1), "")
	w.commit(caseNo(1), negotiation.Room, "secret")
	c.next()
	w.mu.Lock()
	w.log[caseNo(1)][0].Content, w.log[caseNo(1)][0].Salt = nil, nil
	w.mu.Unlock()
	w.commitEvents(caseNo(1), nil, negotiation.Event{Channel: negotiation.Room, Fact: negotiation.ContentErased{}})
	c.next()
	f := w.dial("agent").subscribe(roomNo(1), "")
	require.Equal(t, []int64{1, 2}, seqs(f.Events))
	require.True(t, f.Events[0].Erased)
	require.Empty(t, f.Events[0].Content.Text)
}

func TestLostPublishIsHealedFromTheLog(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.open(caseNo(1))
	c := w.dial("consumer")
	c.subscribe(roomNo(1), "")
	w.commit(caseNo(1), negotiation.Room, "one")
	require.Equal(t, []int64{1}, seqs(c.next().Events))
	w.quiet = true
	w.commit(caseNo(1), negotiation.Room, "two", "three")
	w.quiet = false
	w.commit(caseNo(1), negotiation.Room, "four")
	require.Equal(t, []int64{2, 3, 4}, seqs(c.next().Events))
}

func TestDeliveryFarBehindIsHealedFromTheLog(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *Options) { o.tuning = tuning{pending: 1, page: 10} })
	w.open(caseNo(1))
	c, board := w.dial("consumer"), w.dial("officer")
	c.subscribe(roomNo(1), "")
	board.say(`{"subscribe":{"feed":"board"}}`)
	require.Equal(t, "more of board", *board.next().Next)
	// Delivery waits for the shard's lock while commits come in.
	s := w.hub.shardOf(caseNo(1))
	s.mu.Lock()
	for i := range 50 {
		w.commit(caseNo(1), negotiation.Room, fmt.Sprint(i))
	}
	s.mu.Unlock()
	var got []int64
	for len(got) < 50 {
		got = append(got, seqs(c.next().Events)...)
	}
	for i, seq := range got {
		require.Equal(t, int64(i+1), seq)
	}
	for board.next().Next == nil { // rows, then a page again
	}
}

// What is published after the log was read and before the subscription is attached is in neither of the two.
func TestPublishedDuringACatchUp(t *testing.T) {
	t.Parallel()
	for _, n := range []int{1, 3, 20} { // fits into the room's memory, or falls out of it
		w := newWorld(t, func(o *Options) { o.tuning = tuning{ring: 3, page: 4} })
		w.open(caseNo(1))
		w.commit(caseNo(1), negotiation.Room, "before")
		w.onRead = func() {
			for i := range n {
				w.commit(caseNo(1), negotiation.Room, fmt.Sprint(i))
			}
			w.delivered(caseNo(1))
		}
		c := w.dial("consumer")
		got := seqs(c.subscribe(roomNo(1), "").Events)
		for len(got) < n+1 {
			got = append(got, seqs(c.next().Events)...)
		}
		w.commit(caseNo(1), negotiation.Room, "after")
		got = append(got, seqs(c.next().Events)...)
		for i, seq := range got {
			require.Equal(t, int64(i+1), seq)
		}
		require.Len(t, got, n+2)
	}
}

// What delivery was too far behind to publish, after the log was read and before the subscription was attached, is read from the log again.
func TestMissedDuringACatchUp(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *Options) { o.tuning = tuning{pending: 1} })
	w.open(caseNo(1))
	w.commit(caseNo(1), negotiation.Room, "before")
	w.delivered(caseNo(1))
	s := w.hub.shardOf(caseNo(1))
	w.onRead = func() {
		s.mu.Lock()
		for i := range 5 {
			w.commit(caseNo(1), negotiation.Room, fmt.Sprint(i))
		}
		s.mu.Unlock()
		w.delivered(caseNo(1))
	}
	c := w.dial("consumer")
	got := seqs(c.subscribe(roomNo(1), "").Events)
	for len(got) < 6 {
		got = append(got, seqs(c.next().Events)...)
	}
	require.Equal(t, []int64{1, 2, 3, 4, 5, 6}, got)
}

// The log may be read between a commit and its publishing.
func TestPublishedAfterItWasRead(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.open(caseNo(1))
	w.hold(true)
	for i := range 3 {
		w.commit(caseNo(1), negotiation.Room, fmt.Sprint(i))
	}
	first := w.dial("consumer")
	require.Len(t, first.subscribe(roomNo(1), "").Events, 3)
	second := w.dial("agent")
	require.Empty(t, second.subscribe(roomNo(1), w.position(caseNo(1), negotiation.Room, 3)).Events)
	w.hold(false)
	w.delivered(caseNo(1))
	w.commit(caseNo(1), negotiation.Room, "new")
	require.Equal(t, []int64{4}, seqs(first.next().Events))
	require.Equal(t, []int64{4}, seqs(second.next().Events))
}

func TestReadErrorIsTemporary(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.open(caseNo(1))
	w.fail = errors.New("disk")
	c := w.dial("consumer")
	f := c.subscribe(roomNo(1), "")
	require.Nil(t, f.Error)
	require.Equal(t, negotiation.CodeUnavailable, f.Code)
	require.Equal(t, &target{Channel: roomNo(1)}, f.About)
	w.mu.Lock()
	w.fail = nil
	w.mu.Unlock()
	require.True(t, *c.subscribe(roomNo(1), "").Recovered)
}

// Any interleaving of commits, late publishing, breaks and resumes with little memory gives the same ordered log.
func TestNothingLostNothingTwice(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		tune := tuning{
			ring:        rapid.IntRange(1, 8).Draw(rt, "ring"),
			page:        rapid.IntRange(1, 8).Draw(rt, "page"),
			pending:     rapid.IntRange(1, 8).Draw(rt, "pending"),
			queueFrames: rapid.IntRange(4, 64).Draw(rt, "queue"),
		}
		bursts := rapid.SliceOfN(rapid.IntRange(1, 12), 1, 20).Draw(rt, "bursts")
		late := rapid.SliceOfN(rapid.Bool(), len(bursts), len(bursts)).Draw(rt, "log ahead of publishing")
		breaks := rapid.SliceOfN(rapid.SliceOfN(rapid.IntRange(0, 40), 0, 5), 1, 3).Draw(rt, "breaks of each reader after so many")
		again := rapid.Bool().Draw(rt, "subscribe again on the same socket")
		total := 0
		for _, n := range bursts {
			total += n
		}

		w := makeWorld(t, func(o *Options) {
			o.tuning = tune
			o.Limits.SocketsPerAccount = 100
		})
		defer w.stop()
		w.open(caseNo(1))
		errs := make([]error, len(breaks))
		var all sync.WaitGroup
		for i := range breaks {
			all.Go(func() { errs[i] = w.follow(total, breaks[i], again) })
		}
		all.Go(func() {
			said := 0
			for i, n := range bursts {
				w.hold(late[i])
				for ; n > 0; n-- {
					said++
					texts := []string{fmt.Sprint(said)}
					if n > 1 && said%3 == 0 { // two records in one commit
						n, said = n-1, said+1
						texts = append(texts, fmt.Sprint(said))
					}
					w.commit(caseNo(1), negotiation.Room, texts...)
				}
			}
			w.hold(false)
		})
		all.Wait()
		if err := errors.Join(errs...); err != nil {
			rt.Fatal(err)
		}
	})
}

// follow reads a channel until all its events are there, breaking off and resuming as told.
func (w *world) follow(total int, breaks []int, again bool) error {
	var c *client
	position := "0"
	subscribe := func() error {
		return c.ws.WriteJSON(map[string]any{"subscribe": target{Channel: roomNo(1), Since: position}})
	}
	defer func() { _ = c.ws.Close() }()
	for got, since := 0, 0; got < total; {
		if c == nil {
			c, since = w.dial("consumer"), 0
			if err := subscribe(); err != nil {
				return err
			}
		}
		f, err := c.read()
		if websocket.IsCloseError(err, int(SlowReader)) {
			c = nil
			continue
		}
		if err != nil {
			return err
		}
		if f.Channel == "" {
			continue
		}
		if f.Recovered != nil && !*f.Recovered {
			return fmt.Errorf("not recovered from %s", position)
		}
		for _, e := range f.Events {
			switch {
			case again && e.Seq <= int64(got): // sent before the server heard of the new subscription
				continue
			case e.Seq != int64(got+1):
				return fmt.Errorf("event %d after %d", e.Seq, got)
			case e.Content.Text != fmt.Sprint(e.Seq):
				return fmt.Errorf("event %d says %q", e.Seq, e.Content.Text)
			}
			got++
			since++
			position = w.position(caseNo(1), negotiation.Room, e.Seq)
		}
		if len(breaks) > 0 && since >= breaks[0] && got < total {
			breaks, since = breaks[1:], 0
			if again {
				err = subscribe()
			} else {
				err, c = c.ws.Close(), nil
			}
			if err != nil {
				return err
			}
		}
	}
	return nil
}
