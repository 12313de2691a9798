package live

import (
	"hash/maphash"
	"slices"
	"strings"
	"sync"
	"time"

	"hejie/negotiation"
	"hejie/server/app"
)

// shard delivers the commits of its cases. Its lock guards its rooms and their subscriptions.
type shard struct {
	hub   *Hub
	mu    sync.Mutex
	rooms map[roomKey]*room

	list    sync.Mutex
	pending []*app.Commit
	missed  map[string]struct{} // cases whose commits found the list full
	eldest  time.Time           // when the first event of pending was; zero when nobody asks
	busy    bool
}

type roomKey struct {
	caseID  string
	channel negotiation.Channel
}

// room is a channel that somebody follows, or did a moment ago, or in which another replica's people are whom a list here tells of.
type room struct {
	shard   *shard
	name    string // on the wire
	caseID  string
	channel negotiation.Channel
	subs    []*subscription
	left    time.Time // when the last one left; zero while there are any
	desk    string    // enterprise whose desk looks at the case, or did last

	// The end of the log as far as it is known here: entries follow base without a gap. known is false until the first record or
	// position was seen.
	known   bool
	base    negotiation.Position
	entries []entry
	bytes   int
	kept    time.Time         // when the last of entries came
	reads   map[string]int64  // read marks told, by account
	others  map[string]others // people whose connections other replicas hold
}

// entry is a record encoded once for all.
type entry struct {
	at   negotiation.Position
	wire []byte
}

// subscription of a socket to a channel. Guarded by the shard.
type subscription struct {
	conn      *conn
	room      *room
	last      negotiation.Position // delivered last
	stage     stage
	missed    bool // not attached, and what its catch-up read before may lack what was never published
	composing bool
	aloud     bool // composing for all in the room
}

// stage of a subscription.
type stage byte

const (
	joining  stage = iota // its first catch-up is under way or planned: nobody sees it yet
	attached              // it hears what is published
	behind                // a catch-up is under way or planned again
	parted                // from its room, for good
)

// present says whether those in the room see it.
func (sub *subscription) present() bool { return sub.stage == attached || sub.stage == behind }

func (h *Hub) shardOf(caseID string) *shard {
	return h.shards[maphash.String(h.seed, caseID)%uint64(len(h.shards))]
}

// Publish takes commits in the order in which they became true. It never blocks and does next to nothing: it is called on
// the writer's goroutine. The commits are read later: the caller does not change them any more.
func (h *Hub) Publish(commits []app.Commit) {
	for i := range commits {
		if c := &commits[i]; len(c.Records) > 0 {
			h.shardOf(c.Records[0].Case).add(c)
		}
	}
}

func (s *shard) add(c *app.Commit) {
	s.list.Lock()
	defer s.list.Unlock()
	if at := c.Records[0].At; s.hub.Delivered != nil && (len(s.pending) == 0 || at.Before(s.eldest)) {
		s.eldest = at
	}
	if len(s.pending) < s.hub.tuning.pending {
		s.pending = append(s.pending, c)
	} else { // delivery is far behind: it will read the log instead
		if s.missed == nil {
			s.missed = map[string]struct{}{}
		}
		s.missed[c.Records[0].Case] = struct{}{}
	}
	if !s.busy {
		s.busy = s.hub.hands.do(s.run)
		if !s.busy { // nobody is there to be told
			s.pending, s.missed = nil, nil
		}
	}
}

func (s *shard) run() {
	for {
		s.list.Lock()
		commits, missed, eldest := s.pending, s.missed, s.eldest
		s.pending, s.missed = nil, nil
		if len(commits) == 0 && len(missed) == 0 {
			s.busy = false
			s.list.Unlock()
			return
		}
		s.list.Unlock()
		for _, c := range commits {
			s.deliver(c)
			s.hub.feeds.deliver(c)
		}
		for caseID := range missed {
			s.heal(caseID)
		}
		if len(missed) > 0 {
			s.hub.feeds.refresh()
		}
		if len(commits) > 0 && s.hub.Delivered != nil {
			s.hub.Delivered(s.hub.Now().Sub(eldest))
		}
	}
}

// deliver gives a commit's records to those who follow their channels and still may.
func (s *shard) deliver(c *app.Commit) {
	s.mu.Lock()
	defer s.mu.Unlock()
	caseID := c.Records[0].Case
	for _, ch := range negotiation.Channels {
		r := s.rooms[roomKey{caseID, ch}]
		if r == nil {
			continue
		}
		if rightsMoved(c) {
			r.recheck(c.After)
		}
		r.publish(c.Records)
	}
}

// rightsMoved says whether a commit may have changed who sees the case.
func rightsMoved(c *app.Commit) bool {
	b, a := c.Before, c.After
	return b.Phase != a.Phase || b.Agent != a.Agent || b.Bureau != a.Bureau || b.Enterprise != a.Enterprise || b.Escalated() != a.Escalated()
}

func (r *room) recheck(c *negotiation.Case) {
	for _, sub := range slices.Clone(r.subs) {
		if err := app.MayRead(sub.conn.visitor.Session, c, r.channel); err != nil {
			sub.conn.dropSub(sub)
			r.remove(sub)
			sub.conn.send(endedFrame{Ended: ended{target{Channel: r.name}, negotiation.CodeOf(err)}}, durable)
		}
	}
}

type endedFrame struct {
	Ended ended `json:"ended"`
}

type ended struct {
	target
	Code string `json:"code"`
}

// publish takes the commit's records of this channel into the room and gives them to its subscribers, encoded once.
func (r *room) publish(records []negotiation.Record) {
	frame, fresh := r.frame(records)
	for i := range records {
		if records[i].Type == (negotiation.ContentErased{}).Kind() {
			r.forget() // what was erased must not be told again
		}
	}
	if len(fresh) == 0 {
		return
	}
	r.take(fresh)
	for _, sub := range r.subs {
		switch {
		case sub.stage != attached:
		case sub.last.Seq+1 == fresh[0].at.Seq:
			sub.give(frame, fresh)
		default:
			r.follow(sub)
		}
	}
}

// frame is the channelFrame of the records of this channel, and the entries that lie in it.
func (r *room) frame(records []negotiation.Record) (frame []byte, fresh []entry) {
	size := 0
	for i := range records {
		if records[i].Channel == r.channel {
			size += records[i].WireSize()
		}
	}
	if size == 0 {
		return nil, nil
	}
	frame = openFrame(r.name, size)
	for i := range records {
		if records[i].Channel != r.channel {
			continue
		}
		if len(fresh) > 0 {
			frame = append(frame, ',')
		}
		from := len(frame)
		frame = records[i].AppendWire(frame)
		fresh = append(fresh, entry{records[i].Position(), frame[from:len(frame):len(frame)]})
	}
	return append(closeEvents(frame, fresh[len(fresh)-1].at), '}'), fresh
}

// take appends what is new in entries: a catch-up may have read them before they were published. After a gap the room begins anew,
// and who lacks what lies between reads the log.
func (r *room) take(fresh []entry) {
	end := r.end()
	switch {
	case r.known && fresh[len(fresh)-1].at.Seq <= end.Seq:
		return
	case !r.known || fresh[0].at.Seq != end.Seq+1:
		r.forget()
		r.known = true
		r.base = negotiation.Position{Seq: fresh[0].at.Seq - 1} // its hash is not known; it matches nothing but the beginning
	}
	r.keep(fresh)
}

func (r *room) keep(fresh []entry) {
	for _, e := range fresh {
		r.entries = append(r.entries, e)
		r.bytes += len(e.wire)
	}
	r.kept = r.shard.hub.Now()
	n := 0
	for len(r.entries)-n > 1 && (len(r.entries)-n > r.shard.hub.tuning.ring || r.bytes > r.shard.hub.tuning.ringBytes) {
		r.bytes -= len(r.entries[n].wire)
		r.base = r.entries[n].at
		n++
	}
	clear(r.entries[:n]) // their bytes are freed now, their places when the slice next grows
	r.entries = r.entries[n:]
}

// unknow empties the room; where the log ends must be heard anew.
func (r *room) unknow() {
	r.known, r.base, r.entries, r.bytes = false, negotiation.Position{}, nil, 0
}

// forget empties the room; its end stays known.
func (r *room) forget() {
	r.base, r.entries, r.bytes = r.end(), nil, 0
}

func (r *room) end() negotiation.Position {
	if n := len(r.entries); n > 0 {
		return r.entries[n-1].at
	}
	return r.base
}

// after gives the entries after a position; ok false when the room cannot tell and the log must be asked.
func (r *room) after(p negotiation.Position) (entries []entry, ok bool) {
	switch {
	case !r.known || p.Seq < r.base.Seq || p.Seq > r.end().Seq:
		return nil, false
	case p == r.base:
		return r.entries, true
	case p.Seq == r.base.Seq:
		return nil, false
	}
	i := int(p.Seq - r.base.Seq)
	return r.entries[i:], r.entries[i-1].at == p
}

// follow brings a subscriber up to date from the room, or has the log read.
func (r *room) follow(sub *subscription) {
	if sub.last.Seq >= r.end().Seq {
		return
	}
	if entries, ok := r.after(sub.last); ok {
		sub.give(channelFrame(r.name, entries, nil), entries)
		return
	}
	sub.detach()
}

// detach has the log read for the subscription: it gets nothing from the room until then.
func (sub *subscription) detach() {
	sub.stage = behind
	sub.conn.enqueue(job{do: func() { sub.conn.rejoin(sub) }})
}

func (sub *subscription) give(frame []byte, entries []entry) {
	if sub.conn.push(frame, durable) {
		sub.last = entries[len(entries)-1].at
	}
}

// heal reads the log for the followers of a case whose commits were not all told.
func (s *shard) heal(caseID string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, ch := range negotiation.Channels {
		r := s.rooms[roomKey{caseID, ch}]
		if r == nil {
			continue
		}
		r.unknow()
		for _, sub := range r.subs {
			if sub.stage == attached {
				sub.detach()
			} else {
				sub.missed = true
			}
		}
	}
}

// sweep forgets rooms that have been empty for a while, and what was said in silent ones: who comes back to them knows it, and who does not
// reads the log.
func (s *shard) sweep(now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for key, r := range s.rooms {
		switch {
		case len(r.subs) == 0 && len(r.others) == 0 && now.Sub(r.left) >= s.hub.tuning.warm:
			delete(s.rooms, key)
		case len(r.entries) > 0 && now.Sub(r.kept) >= s.hub.tuning.silent:
			r.forget()
		}
	}
}

// remove takes a subscription out of the room.
func (r *room) remove(sub *subscription) {
	i := slices.Index(r.subs, sub)
	if i < 0 {
		return
	}
	seen := sub.present()
	sub.stage = parted
	r.subs = slices.Delete(r.subs, i, i+1)
	if len(r.subs) == 0 {
		r.left = r.shard.hub.Now()
	}
	if seen {
		r.tellPresence("")
		r.tellPeers()
	}
}

// channelFrame is {"channel", "events", "position"} and, in the answer to a subscription, "recovered".
func channelFrame(name string, entries []entry, recovered *answer) []byte {
	n := 0
	for _, e := range entries {
		n += len(e.wire) + 1
	}
	b := openFrame(name, n)
	for i, e := range entries {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, e.wire...)
	}
	position := negotiation.Position{}
	if len(entries) > 0 {
		position = entries[len(entries)-1].at
	} else if recovered != nil {
		position = recovered.position
	}
	b = closeEvents(b, position)
	if recovered != nil {
		b = append(b, `,"recovered":`...)
		if recovered.yes {
			b = append(b, `true`...)
		} else {
			b = append(b, `false`...)
		}
	}
	return append(b, '}')
}

// answer to a subscription.
type answer struct {
	position negotiation.Position // when there are no events
	yes      bool
}

// parseChannel takes "<case>/room" apart.
func parseChannel(name string) (caseID string, ch negotiation.Channel, err error) {
	caseID, part, _ := strings.Cut(name, "/")
	ch = negotiation.Channel(part)
	if !app.ValidID(caseID) || !slices.Contains(negotiation.Channels[:], ch) {
		return "", "", negotiation.NewError(negotiation.CodeNotFound)
	}
	return caseID, ch, nil
}

// openFrame begins a channelFrame with events of about so many bytes, closeEvents ends them.
func openFrame(name string, events int) []byte {
	b := make([]byte, 0, len(name)+events+80)
	return append(append(append(b, `{"channel":"`...), name...), `","events":[`...)
}

func closeEvents(b []byte, at negotiation.Position) []byte {
	return append(append(append(b, `],"position":"`...), at.String()...), '"')
}
