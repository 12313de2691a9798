package faults

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"hejie/e2e/client"
	"hejie/e2e/platform"
	"hejie/e2e/seed"
	"hejie/e2e/soak"
	"hejie/negotiation"
)

// road between a replica and its database, or its bus.
type road interface {
	Unplug() error // nothing arrives
	Deafen() error // the replica hears nothing, and is heard
	Mute() error   // the replica is not heard, and hears
	Plug() error   // heals
}

// held is a cable where there are no links: it holds back on both ways, and loses nothing.
type held struct{ *platform.Cable }

func (h held) Unplug() error { h.Stall(); return nil }
func (h held) Deafen() error { return h.Unplug() }
func (h held) Mute() error   { return h.Unplug() }
func (h held) Plug() error   { h.Heal(); return nil }

// roads of each replica.
type roads struct{ database, bus []road }

// linked says why this machine gives no links; nil when it does.
func linked() error {
	l, err := platform.NewLink()
	if err == nil {
		err = errors.Join(l.Listener.Close(), l.Close())
	}
	return err
}

// partible makes a world whose roads can be cut without a word: links where this machine gives them, else cables.
func partible(t *testing.T, chance *rand.Rand) (*world, roads) {
	t.Helper()
	var r roads
	o := platform.Options{Replicas: 3}
	if err := linked(); err != nil {
		t.Log("no networks of our own here, cables instead:", err)
	} else {
		link := func(to *[]road) (net.Listener, error) {
			l, err := platform.NewLink()
			if err != nil {
				return nil, err
			}
			t.Cleanup(func() { require.NoError(t, l.Close()) }) // after the platform, which is closed first
			*to = append(*to, l)
			return l.Listener, nil
		}
		o.Listen = func(int) (database, bus net.Listener, err error) {
			if database, err = link(&r.database); err == nil {
				bus, err = link(&r.bus)
			}
			return database, bus, err
		}
	}
	w := newWorld(t, chance, o)
	if o.Listen == nil {
		for _, one := range w.p.Replicas {
			r.database, r.bus = append(r.database, held{one.Database}), append(r.bus, held{one.Bus})
		}
	}
	return w, r
}

// parting of a replica from the rest of the platform.
type parting struct {
	name          string
	database, bus func(road) error // nil: not at all
	missed        bool             // the others know that it works, and do not hear it
}

var partings = []parting{
	{"no database", road.Unplug, nil, false},
	{"no bus", nil, road.Unplug, true},
	{"neither", road.Unplug, road.Unplug, false},
	{"deaf to the database", road.Deafen, nil, false}, // what it says is done, and it is not told
	{"not heard by the database", road.Mute, nil, false},
	{"deaf to the bus", nil, road.Deafen, false},
	{"not heard on the bus", nil, road.Mute, true},
	{"deaf to both", road.Deafen, road.Deafen, false},
}

// partingsOf a run, in an order that chance decides: all to soak, else one of the database and one of the bus alone.
func partingsOf(t *testing.T, chance *rand.Rand) []parting {
	t.Helper()
	list := slices.Clone(partings)
	chance.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
	if soak.Time(t) > 0 {
		return list
	}
	served := slices.IndexFunc(list, func(p parting) bool { return p.database == nil })
	cut := slices.IndexFunc(list, func(p parting) bool { return p.database != nil })
	return []parting{list[cut], list[served]}
}

// Bounds of what people notice.
const (
	apart    = 4 * time.Second
	farApart = 25 * time.Second // to soak
	noticed  = 8 * time.Second  // until a replica says that it is parted
	lockTime = 15 * time.Second // locks of a replica that went silent are freed after ten
	soon     = 10 * time.Second // until all is told that was missed
)

// TestPartition parts one replica after the other from the database, from the bus and from both, in either direction, without a word to
// anybody, for some seconds. Meanwhile it tells load balancers the truth, the others serve everybody, and deadlines pass once. Without the bus
// everybody hears of everything all the same, seconds later. Healed, sockets that stayed open are told within seconds what they missed.
func TestPartition(t *testing.T) {
	under(t, func(t *testing.T, chance *rand.Rand) {
		w, roads := partible(t, chance)
		w.forgiven = append(w.forgiven, "the next check does it", "tried again", "no heartbeat", "the connection to the database was lost", "timeout", "deadline exceeded", "not looked up", "unavailable")
		w.begin()
		longest := farApart
		if soak.Time(t) == 0 {
			longest = apart
		}
		for _, how := range partingsOf(t, chance) {
			i := chance.IntN(len(w.p.Replicas))
			begun := time.Now()
			step := func(what string) {
				t.Logf("%5.1fs %s of replica %d: %s", time.Since(begun).Seconds(), how.name, i, what)
			}
			var watchers []*watcher
			for door := range w.doors {
				watchers = append(watchers, w.watch(door, w.quiet))
			}
			told := func(said int64) {
				t.Helper()
				for _, v := range watchers {
					require.NoError(t, v.reads(said, soon), "%s of %d: at replica %d", how.name, i, v.door)
				}
			}
			if how.database != nil {
				require.NoError(t, how.database(roads.database[i]))
			}
			if how.bus != nil {
				require.NoError(t, how.bus(roads.bus[i]))
			}
			w.ripen(dueLater)
			w.dwell(upTo(chance, longest))
			want := http.StatusOK // degraded
			if how.database != nil {
				want = http.StatusServiceUnavailable
			}
			require.Eventually(t, func() bool { return w.ready(i) == want }, noticed, 20*time.Millisecond, "%s: replica %d says %d", how.name, i, w.ready(i))
			step("noticed")
			other := (i + 1) % len(w.doors)
			require.True(t, w.ready(other) == http.StatusNoContent || w.ready(other) == http.StatusNoContent, //nolint:staticcheck,testifylint // a balancer asks twice, and a busy machine is slow
				"the others are well")
			if how.database == nil {
				told(w.say(i, w.quiet))
				told(w.say(other, w.quiet))
				step("all read what was said on either side")
			}
			if how.missed {
				require.NoError(t, watchers[other].late(true))
				step("the others say that they do not know who is there")
			}
			said := w.say(other, w.quiet)
			step("the others serve")

			for _, r := range []road{roads.database[i], roads.bus[i]} {
				require.NoError(t, r.Plug())
			}
			told(said)
			require.NoError(t, watchers[other].late(false))
			for _, v := range watchers {
				v.Close()
			}
			step("all read what was said")
			require.Eventually(t, func() bool { return w.ready(i) == http.StatusNoContent }, soon, 20*time.Millisecond)
			step("well again")
			require.NoError(t, w.ctx.Err())
		}
		w.finish()
	})
}

// ready is the status of a replica's /readyz; 0 without one.
func (w *world) ready(i int) int {
	c := client.NewCaller(w.p.Replicas[i].URL, "")
	defer c.Close()
	a, err := c.Try(http.MethodGet, "/readyz", nil)
	if err != nil {
		return 0
	}
	return a.Status
}

// say something in a room at a replica that is well, and give the position.
func (w *world) say(i int, room seed.Room) (seq int64) {
	w.t.Helper()
	c := client.NewCaller(w.p.Replicas[i].URL, room.Sessions[seed.Desk])
	defer c.Close()
	begun := time.Now()
	a, err := c.Try(http.MethodPost, "/api/cases/"+room.Case+"/commands", client.Wish(uuid.NewString(), negotiation.PostMessage{Text: fmt.Sprint("from replica ", i, uuid.NewString())}))
	require.NoError(w.t, err)
	require.Equal(w.t, http.StatusOK, a.Status, a)
	require.Less(w.t, time.Since(begun), lockTime)
	var v struct{ Positions map[string]string }
	require.NoError(w.t, json.Unmarshal(a.Body, &v))
	return client.Seq(v.Positions[room.Case+"/room"])
}

// watcher looks at a room over one replica, as a browser does: when its socket ends it comes back.
type watcher struct {
	*client.Wire
	w    *world
	door int
	room seed.Room
}

// watch a room from its end on: whoever is still reading when the road breaks is told so, and asks again.
func (w *world) watch(door int, room seed.Room) *watcher {
	w.t.Helper()
	v := &watcher{w: w, door: door, room: room}
	require.NoError(w.t, v.dial(w.ctx, w.position(door, room)))
	return v
}

func (v *watcher) channel() string { return v.room.Case + "/room" }

func (v *watcher) dial(ctx context.Context, since string) (err error) {
	if v.Wire, err = client.Dial(v.w.url(v.door), v.room.Sessions[seed.Consumer]); err == nil {
		err = v.Follow(ctx, v.channel(), since)
	}
	return err
}

// late waits until the page was told last that word of others comes late, or not any more.
func (v *watcher) late(want bool) error {
	ctx, cancel := context.WithTimeout(v.w.ctx, 2*noticed)
	defer cancel()
	return v.Until(ctx, func(s client.Seen) (is bool) {
		for _, f := range s.Other {
			if f.Late != nil {
				is = *f.Late
			}
		}
		return is == want
	})
}

// reads up to a position, soon.
func (v *watcher) reads(seq int64, soon time.Duration) error {
	ctx, cancel := context.WithTimeout(v.w.ctx, soon)
	defer cancel()
	for {
		err := v.Until(ctx, func(s client.Seen) bool { return client.Seq(s.Channels[v.channel()].Position) >= seq })
		if err == nil || ctx.Err() != nil {
			return err
		}
		v.Close()
		c, _ := v.Heard(v.channel())
		if err := v.dial(ctx, c.Position); err != nil {
			return err
		}
	}
}
