package live

import (
	"maps"
	"slices"
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
	presenceGood = 25 * time.Second // what was heard of another replica's people, unless it is heard again
	askedEach    = 10               // of so many rooms one is asked for at each call of Tend
)

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
	turn := int(h.tended.Add(1) % askedEach)
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
		if !sub.present() {
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
