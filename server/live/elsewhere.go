package live

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"hejie/negotiation"
	"hejie/server/app"
)

// Peers are the other replicas, as far as they can be told anything: what is told may be lost. No method blocks.
type Peers interface {
	// People are who of this replica's is in a case's room now; none: nobody any more.
	People(caseID string, people []app.Present)
	// Who asks who of the others' is in the rooms of cases, and in all rooms in which somebody of these desks is.
	Who(cases, desks []string)
	// Read says how far somebody has read a channel.
	Read(caseID string, ch negotiation.Channel, by negotiation.By, seq int64)
}

const (
	newsAtOnce   = 256              // cases read from the log at once
	endsAtOnce   = 500              // cases whose ends are asked for at once
	presenceGood = 25 * time.Second // what was heard of another replica's people, unless it is heard again
	askedEach    = 10               // of so many rooms one is asked for at each call of Tend
)

// elsewhere is what the hub knows of the other replicas' commits and has not read yet.
type elsewhere struct {
	mu      sync.Mutex
	waiting map[string]app.News
	busy    bool
	failed  bool // the log was not read: lists may lack rows
	turn    int
}

// Hear takes word of other replicas' commits. What concerns nobody here is dropped; the rest is read from the log and delivered like
// commits of this replica. It does not block. News may come late, twice, in any order or not at all: see Check.
func (h *Hub) Hear(news []app.News) {
	for _, n := range news {
		if h.concerns(n) {
			h.fetch(n)
		}
	}
}

// concerns says whether somebody here follows the case, or a list that it is in.
func (h *Hub) concerns(n app.News) bool {
	if h.feeds.concerns(n) {
		return true
	}
	told := h.told(n.Case)
	return slices.ContainsFunc(negotiation.Channels[:], func(ch negotiation.Channel) bool { return told.At(ch).behind(n.At(ch).End) })
}

// told is how far the followers of a channel were told its log.
type told struct {
	followed bool
	known    bool // false: their catch-up has not met the room yet
	end      int64
}

func (t told) behind(end int64) bool { return t.followed && (!t.known || t.end < end) }

func (h *Hub) told(caseID string) (all negotiation.PerChannel[told]) {
	s := h.shardOf(caseID)
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, ch := range negotiation.Channels {
		if r := s.rooms[roomKey{caseID, ch}]; r != nil && len(r.subs) > 0 {
			all.Set(ch, told{true, r.known, r.end().Seq})
		}
	}
	return all
}

// fetch has the log read.
func (h *Hub) fetch(n app.News) {
	e := &h.elsewhere
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.waiting == nil {
		e.waiting = map[string]app.News{}
	}
	if had, ok := e.waiting[n.Case]; ok {
		for _, ch := range negotiation.Channels {
			n.Set(ch, n.At(ch).And(had.At(ch)))
		}
	}
	e.waiting[n.Case] = n
	if !e.busy {
		e.busy = h.hands.do(h.readElsewhere)
		if !e.busy { // nobody is there to be told
			e.waiting = nil
		}
	}
}

// readElsewhere reads what other replicas wrote and publishes it, until nothing is left.
func (h *Hub) readElsewhere() {
	e := &h.elsewhere
	for {
		e.mu.Lock()
		from := make([]app.From, 0, min(len(e.waiting), newsAtOnce))
		for caseID, n := range e.waiting {
			if len(from) == newsAtOnce {
				break
			}
			known := app.Ends{Room: n.Room.Before, Desk: n.Desk.Before, ConsumerOnly: -1}
			if n.ConsumerOnly.End > 0 {
				known.ConsumerOnly = n.ConsumerOnly.Before
			}
			from = append(from, app.From{Case: caseID, Known: known})
			delete(e.waiting, caseID)
		}
		if len(from) == 0 {
			e.busy = false
			e.mu.Unlock()
			return
		}
		e.mu.Unlock()
		for i := range from { // what was missed before is read along
			told, known := h.told(from[i].Case), &from[i].Known
			for _, ch := range negotiation.Channels {
				if t := told.At(ch); t.known {
					known.Set(ch, min(known.At(ch), t.end)) // -1 stays
				}
			}
		}
		commits, err := h.Tail.Since(h.ctx, from, h.tuning.page)
		if err != nil {
			if h.ctx.Err() == nil {
				h.Logger.Error("live: other replicas' commits not read; the next check does it", slog.Any("error", err))
			}
			e.mu.Lock()
			e.failed = true
			e.mu.Unlock()
			continue
		}
		h.Publish(commits)
	}
}

// Check asks the log whether all that is followed here was told, and tells what was not. It heals what Hear never heard of. Lists are
// refreshed when all is set, or when the log could not be read since the last check. Error: the log's own.
func (h *Hub) Check(ctx context.Context, all bool) error {
	e := &h.elsewhere
	e.mu.Lock()
	all = all || e.failed
	e.failed = false
	e.mu.Unlock()
	if all {
		h.feeds.doubt()
	}
	for chunk := range slices.Chunk(h.followedCases(), endsAtOnce) {
		ends, err := h.Tail.Ends(ctx, chunk)
		if err != nil {
			return fmt.Errorf("position check: %w", err)
		}
		for caseID, end := range ends {
			told, n, missed := h.told(caseID), app.News{Case: caseID}, false
			for _, ch := range negotiation.Channels {
				t, last := told.At(ch), end.At(ch)
				n.Set(ch, app.Span{Before: last, End: last})
				missed = missed || t.known && t.behind(last) // what is not known yet is being read from the log just now
			}
			if missed {
				h.fetch(n)
			}
		}
	}
	return nil
}

// followedCases are those with followers of a channel.
func (h *Hub) followedCases() []string {
	cases := map[string]struct{}{}
	for _, s := range h.shards {
		s.mu.Lock()
		for key, r := range s.rooms {
			if len(r.subs) > 0 {
				cases[key.caseID] = struct{}{}
			}
		}
		s.mu.Unlock()
	}
	return slices.Collect(maps.Keys(cases))
}

// lateness is whether word of other replicas comes late now. Its lock is taken before any other, so that what every connection is told last
// is true.
type lateness struct {
	mu sync.Mutex
	is bool
}

type lateFrame struct {
	Late bool `json:"late"`
}

// Late tells all connections that from now on what other replicas write comes seconds late and who is there is not known; false: not any
// more. Saying the same again does nothing.
func (h *Hub) Late(is bool) {
	l := &h.lateness
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.is == is {
		return
	}
	l.is = is
	h.mu.Lock()
	conns := slices.Collect(maps.Keys(h.conns))
	h.mu.Unlock()
	for _, c := range conns {
		if c.hears {
			c.send(lateFrame{is}, durable)
		}
	}
}

// tellLate tells a connection that is new, once the hub has it and it may be written to.
func (h *Hub) tellLate(c *conn) {
	l := &h.lateness
	l.mu.Lock()
	defer l.mu.Unlock()
	c.hears = true
	if l.is {
		c.send(lateFrame{true}, durable)
	}
}

// Sessions are those of the connections that are open, each once.
func (h *Hub) Sessions() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	ids := make(map[string]struct{}, len(h.conns))
	for c := range h.conns {
		ids[c.visitor.Session.ID] = struct{}{}
	}
	return slices.Collect(maps.Keys(ids))
}

// RefreshLists reads at most n lists again that may lack rows, and says how many are left. A list that did not change is not sent.
func (h *Hub) RefreshLists(n int) (left int) { return h.feeds.refreshDoubted(n) }

// ReadElsewhere tells the followers here of a mark that another replica's reader set.
func (h *Hub) ReadElsewhere(caseID string, ch negotiation.Channel, by negotiation.By, seq int64) {
	h.tellRead(caseID, ch, by, seq)
}

// others are people in a room whose connections another replica holds.
type others struct {
	people []app.Present
	heard  time.Time
}

// PeopleElsewhere takes who of a replica's people is in a case's room.
func (h *Hub) PeopleElsewhere(replica, caseID string, people []app.Present) {
	s := h.shardOf(caseID)
	s.mu.Lock()
	defer s.mu.Unlock()
	key := roomKey{caseID, negotiation.Room}
	r := s.rooms[key]
	if (r == nil || len(r.subs) == 0 && len(r.others) == 0) && !h.feeds.lists(people) {
		return // nobody here sees them
	}
	if r == nil {
		r = &room{shard: s, name: caseID + "/" + string(key.channel), caseID: caseID, channel: key.channel, left: h.Now()}
		s.rooms[key] = r
	}
	before := r.others[replica].people
	if len(people) == 0 {
		delete(r.others, replica)
	} else {
		if r.others == nil {
			r.others = map[string]others{}
		}
		r.others[replica] = others{people, h.Now()}
	}
	if !slices.Equal(before, people) {
		r.tellPresence("")
	}
}

// WhoElsewhere answers another replica that asks who is in rooms, and where people of desks are.
func (h *Hub) WhoElsewhere(cases, desks []string) {
	for _, caseID := range cases {
		s := h.shardOf(caseID)
		s.mu.Lock()
		if r := s.rooms[roomKey{caseID, negotiation.Room}]; r != nil {
			if people := r.present(); len(people) > 0 {
				h.Peers.People(caseID, people)
			}
		}
		s.mu.Unlock()
	}
	if len(desks) == 0 {
		return
	}
	for _, s := range h.shards {
		s.mu.Lock()
		for key, r := range s.rooms {
			if key.channel != negotiation.Room || !slices.Contains(desks, r.desk) {
				continue
			}
			if people := r.present(); len(people) > 0 {
				h.Peers.People(key.caseID, people)
			}
		}
		s.mu.Unlock()
	}
}

// Gone forgets the people of a replica that is not there any more.
func (h *Hub) Gone(replica string) {
	h.forgetOthers(func(name string, _ others) bool { return name == replica })
}

// Tend forgets people who were not heard of for a while and asks who is in a share of the rooms, or in all of them, and where those are of
// the desks whose list somebody follows: so what was lost of the presence of others heals. To be called every second or so.
func (h *Hub) Tend(all bool) {
	now := h.Now()
	h.forgetOthers(func(_ string, o others) bool { return now.Sub(o.heard) >= presenceGood })
	e := &h.elsewhere
	e.mu.Lock()
	e.turn++
	turn := e.turn % askedEach
	e.mu.Unlock()
	var ask []string
	for _, s := range h.shards {
		s.mu.Lock()
		for key, r := range s.rooms {
			if key.channel == negotiation.Room && len(r.subs)+len(r.others) > 0 && (all || int(key.caseID[len(key.caseID)-1])%askedEach == turn) {
				ask = append(ask, key.caseID)
			}
		}
		s.mu.Unlock()
	}
	var desks []string
	if all || turn == 0 {
		desks = h.feeds.desks()
	}
	if len(ask)+len(desks) > 0 {
		h.Peers.Who(ask, desks)
	}
}

func (h *Hub) forgetOthers(which func(string, others) bool) {
	for _, s := range h.shards {
		s.mu.Lock()
		for _, r := range s.rooms {
			n := len(r.others)
			maps.DeleteFunc(r.others, which)
			if len(r.others) < n {
				r.tellPresence("")
			}
		}
		s.mu.Unlock()
	}
}

// tellPeers tells the other replicas who is in the room. Under the shard's lock.
func (r *room) tellPeers() {
	if peers := r.shard.hub.Peers; peers != nil && r.channel == negotiation.Room {
		peers.People(r.caseID, r.present())
	}
}

// present are this replica's people in the room, each once.
func (r *room) present() []app.Present {
	var people []app.Present
	at := map[string]int{}
	for _, sub := range r.subs {
		if !sub.present {
			continue
		}
		v := sub.conn.visitor
		a := v.Session.Actor
		p := app.Present{Side: a.Side(), ID: a.ID, Name: v.Name, Public: v.Public, Enterprise: a.Enterprise, Composing: sub.composing, Aloud: sub.aloud}
		if i, ok := at[p.ID]; ok {
			people[i].Composing, people[i].Aloud = people[i].Composing || p.Composing, people[i].Aloud || p.Aloud
			continue
		}
		at[p.ID] = len(people)
		people = append(people, p)
	}
	return people
}
