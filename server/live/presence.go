package live

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"hejie/negotiation"
	"hejie/server/app"
)

// person in a room. Of the other sides a reader sees that the desk or the bureau is there, under its public name, not who sits at it;
// names of consumers come with the case, where it is decided who sees how much of them.
type person struct {
	Side negotiation.Side `json:"side"`
	ID   string           `json:"id,omitempty"`
	Name string           `json:"name,omitempty"`
	// Composing is told to the own side, a lock among colleagues, and to the others when what is written is for the room.
	Composing bool `json:"composing,omitempty"`
}

type presenceFrame struct {
	Presence presence `json:"presence"`
}

type presence struct {
	Case   string   `json:"case"`
	People []person `json:"people"`
}

// tellPresence tells who is in the room: all, or only one side when only that can see the change. Under the shard's lock.
func (r *room) tellPresence(only negotiation.Side) {
	if r.channel != negotiation.Room {
		return
	}
	if only == "" || only == negotiation.SideEnterprise {
		r.tellInbox()
	}
	told := map[negotiation.Side]presenceFrame{}
	for _, sub := range r.subs {
		side := sub.conn.visitor.Session.Actor.Side()
		if !sub.present() || only != "" && side != only {
			continue
		}
		f, ok := told[side]
		if !ok {
			f = presenceFrame{presence{r.caseID, r.people(side)}}
			told[side] = f
		}
		sub.conn.send(f, signal)
	}
}

// people in the room as a side sees them, each once however many tabs they have open, on whatever replica.
func (r *room) people(reader negotiation.Side) []person {
	here := r.present()
	for _, replica := range slices.Sorted(maps.Keys(r.others)) {
		here = append(here, r.others[replica].people...)
	}
	people := []person{}
	at := map[string]int{}
	for _, h := range here {
		p := person{Side: h.Side, Composing: h.Composing && h.Aloud}
		switch {
		case p.Side == reader:
			p.ID, p.Name, p.Composing = h.ID, h.Name, h.Composing
		case p.Side == negotiation.SideConsumer:
			p.ID = h.ID
		default:
			p.Name = h.Public
		}
		key := string(p.Side) + p.ID
		if i, ok := at[key]; ok {
			people[i].Composing = people[i].Composing || p.Composing
			continue
		}
		at[key] = len(people)
		people = append(people, p)
	}
	return people
}

// lookingFrame tells followers of the inbox who of their desk is in which room. After a page, which empties what was told before, one
// frame names them all; then one comes for each change.
type lookingFrame struct {
	Feed   string              `json:"feed"`
	People map[string][]person `json:"people"` // by case
}

// tellInbox tells the desk's list who of the desk is in the room. Under the shard's lock.
func (r *room) tellInbox() {
	for _, sub := range r.subs { // the last to leave is not among them: the room still knows whose desk it was
		if actor := sub.conn.visitor.Session.Actor; sub.present() && actor.Side() == negotiation.SideEnterprise {
			r.desk = actor.Enterprise
			break
		}
	}
	for _, o := range r.others {
		for _, p := range o.people {
			if p.Side == negotiation.SideEnterprise {
				r.desk = p.Enterprise
			}
		}
	}
	if r.desk == "" {
		return
	}
	colleagues := slices.DeleteFunc(r.people(negotiation.SideEnterprise), func(p person) bool { return p.Side != negotiation.SideEnterprise })
	r.shard.hub.feeds.look(app.FeedInbox+":"+r.desk, r.caseID, colleagues)
}

// look notes who of the desk is in a room and tells those who follow its list.
func (t *feedTable) look(scope, caseID string, people []person) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if slices.Equal(t.looking[scope][caseID], people) {
		return
	}
	if t.looking == nil {
		t.looking = map[string]map[string][]person{}
	}
	if t.looking[scope] == nil {
		t.looking[scope] = map[string][]person{}
	}
	if t.looking[scope][caseID] = people; len(people) == 0 {
		delete(t.looking[scope], caseID)
	}
	if len(t.looking[scope]) == 0 {
		delete(t.looking, scope)
	}
	if len(t.scopes[scope]) == 0 {
		return
	}
	frame := lookingOf(map[string][]person{caseID: people})
	for _, f := range t.scopes[scope] {
		if f.stage == ready { // else it comes after the page
			t.give(f, frame)
		}
	}
}

// lists says whether somebody here follows the list of one of the people's desks.
func (t *feedTable) lists(people []app.Present) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.ContainsFunc(people, func(p app.Present) bool {
		return p.Side == negotiation.SideEnterprise && len(t.scopes[app.FeedInbox+":"+p.Enterprise]) > 0
	})
}

// desks are the enterprises whose list somebody here follows.
func (t *feedTable) desks() (list []string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for scope := range t.scopes {
		if enterprise, ok := strings.CutPrefix(scope, app.FeedInbox+":"); ok {
			list = append(list, enterprise)
		}
	}
	return list
}

func lookingOf(people map[string][]person) []byte {
	b, err := json.Marshal(lookingFrame{app.FeedInbox, people})
	if err != nil { // of strings only
		panic(err)
	}
	return b
}

// compose notes that the reader writes something in a case, or has stopped.
func (c *conn) compose(w composing) error {
	sub, err := c.subscription(w.Case+"/"+string(negotiation.Room), "composing.case")
	if err != nil {
		return err
	}
	s := sub.room.shard
	s.mu.Lock()
	defer s.mu.Unlock()
	if sub.stage == parted || sub.composing == w.On && sub.aloud == w.Room {
		return nil
	}
	only := c.visitor.Session.Actor.Side()
	if sub.aloud || w.Room {
		only = ""
	}
	sub.composing, sub.aloud = w.On, w.Room
	sub.room.tellPresence(only)
	sub.room.tellPeers()
	return nil
}
