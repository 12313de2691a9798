package live

import (
	"log/slog"
	"slices"

	"hejie/negotiation"
	"hejie/server/app"
)

// answerSubscribe subscribes, or answers why that cannot be.
func (c *conn) answerSubscribe(t target) {
	if err := c.subscribe(t); err != nil {
		c.answer(nil, &target{Channel: t.Channel, Feed: t.Feed}, err)
	}
}

// subscribe begins to follow a channel or a feed, anew when it was followed already.
func (c *conn) subscribe(t target) error {
	if t.Feed != "" {
		return c.followFeed(t.Feed)
	}
	caseID, ch, err := parseChannel(t.Channel)
	if err != nil {
		return err
	}
	since, err := negotiation.ParsePosition(t.Since)
	if err != nil {
		return err
	}
	c.unsubscribe(t)
	sub, err := c.join(t.Channel, caseID, ch, since)
	if err != nil {
		return err
	}
	// Joined first, asked for the right then: a commit between the two asks again.
	found, _, err := c.hub.Past.Case(c.hub.ctx, caseID)
	if err == nil {
		err = app.MayRead(c.visitor.Session, found, ch)
	}
	if err == nil {
		err = c.catchUp(sub, false)
	}
	if err != nil {
		c.unsubscribe(t)
	}
	return err
}

func (c *conn) unsubscribe(t target) {
	if t.Feed != "" {
		c.unfollowFeed(t.Feed)
		return
	}
	c.mu.Lock()
	sub := c.sub(t.Channel)
	c.forget(sub)
	c.mu.Unlock()
	if sub != nil {
		s := sub.room.shard
		s.mu.Lock()
		sub.room.remove(sub)
		s.mu.Unlock()
	}
}

// join puts a subscription into its room, not attached yet: from now on the room keeps what is published.
func (c *conn) join(name, caseID string, ch negotiation.Channel, since negotiation.Position) (*subscription, error) {
	s := c.hub.shardOf(caseID)
	s.mu.Lock()
	defer s.mu.Unlock()
	c.mu.Lock()
	defer c.mu.Unlock()
	most := c.hub.tuning.channels
	switch {
	case c.closing != 0: // leaveAll has been or will be here; nothing may come after it
		return nil, negotiation.NewError(negotiation.CodeUnavailable)
	case len(c.subs) >= most:
		return nil, negotiation.NewError(negotiation.CodeOutOfRange, "max", most).On("subscribe")
	}
	key := roomKey{caseID, ch}
	r := s.rooms[key]
	if r == nil {
		r = &room{shard: s, name: name, caseID: caseID, channel: ch}
		s.rooms[key] = r
	}
	if len(r.subs) == 0 && c.hub.Tail != nil { // nobody listened to other replicas for it
		r.unknow()
		r.others = nil
		if ch == negotiation.Room && c.hub.Peers != nil {
			c.hub.Peers.Who([]string{caseID}, nil)
		}
	}
	sub := &subscription{conn: c, room: r, last: since}
	r.subs = append(r.subs, sub)
	c.subs = append(c.subs, sub)
	return sub, nil
}

// catchUp gives a subscription what lies after its last position, from the room's memory or page by page from the log, and attaches it where
// the two meet. No gap can arise: what is published meanwhile lies in the room's memory or, once that has dropped it, in the log. The first
// frame is the answer to the subscription, unless it was answered before.
func (c *conn) catchUp(sub *subscription, answered bool) error {
	for ; ; answered = true {
		if c.attachFromRoom(sub, answered) {
			return nil
		}
		page, err := app.CatchUp(c.hub.ctx, c.hub.Past, sub.room.caseID, sub.room.channel, sub.last, c.hub.tuning.page)
		if err != nil {
			return err
		}
		if c.takePage(sub, page, answered) || !c.drained() {
			return nil
		}
	}
}

// rejoin catches up a subscription that fell behind.
func (c *conn) rejoin(sub *subscription) {
	if err := c.catchUp(sub, true); err != nil {
		c.hub.Logger.Error("live: catch-up failed", slog.String("channel", sub.room.name), slog.Any("error", err))
		c.end(GoingAway) // coming back, it asks for what it lacks
	}
}

// attachFromRoom says whether there is nothing more to read for the subscription.
func (c *conn) attachFromRoom(sub *subscription, answered bool) bool {
	r := sub.room
	r.shard.mu.Lock()
	defer r.shard.mu.Unlock()
	if sub.stage == parted {
		return true
	}
	entries, ok := r.after(sub.last)
	if !ok {
		return false
	}
	if len(entries) > 0 || !answered {
		frame := channelFrame(r.name, entries, &answer{sub.last, true})
		if answered {
			frame = channelFrame(r.name, entries, nil)
		}
		c.push(frame, durable)
	}
	sub.last = r.end()
	r.attach(sub)
	return true
}

// takePage sends a page of the log and says whether the subscription is at the end of it.
func (c *conn) takePage(sub *subscription, page app.Catchup, answered bool) (done bool) {
	entries := make([]entry, len(page.Records))
	for i, record := range page.Records {
		entries[i] = entry{record.Position(), record.Wire()}
	}
	r := sub.room
	r.shard.mu.Lock()
	defer r.shard.mu.Unlock()
	if sub.stage == parted {
		return true
	}
	a := &answer{page.Position, page.Recovered}
	if answered && page.Recovered {
		a = nil
	}
	if a != nil || len(entries) > 0 {
		c.push(channelFrame(r.name, entries, a), durable)
	}
	since, missed := sub.last, sub.missed
	sub.last, sub.missed = page.Position, false
	switch {
	case page.More, missed:
		return false
	case r.known && r.end().Seq > sub.last.Seq: // published since the page was read
		return false
	case !r.known: // from here on the room's memory answers
		r.known, r.base = true, since
		if !page.Recovered {
			r.base = page.Position
		}
		r.keep(entries)
	}
	r.attach(sub)
	return true
}

func (r *room) attach(sub *subscription) {
	seen := sub.present()
	sub.stage = attached
	if !seen {
		r.tellPresence("")
		r.tellPeers()
	}
}

func (c *conn) follows(channel string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.sub(channel) != nil
}

// sub is the subscription to a channel; nil without. The connection is locked. There are a few in nearly all, tuning.channels at most.
func (c *conn) sub(channel string) *subscription {
	for _, sub := range c.subs {
		if sub.room.name == channel {
			return sub
		}
	}
	return nil
}

// forget takes a subscription off the list, if it is there. The connection is locked.
func (c *conn) forget(sub *subscription) {
	if i := slices.Index(c.subs, sub); i >= 0 {
		c.subs = slices.Delete(c.subs, i, i+1)
	}
}

// subscription of the socket to a channel, or not_found.
func (c *conn) subscription(channel, field string) (*subscription, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if sub := c.sub(channel); sub != nil {
		return sub, nil
	}
	return nil, negotiation.NewError(negotiation.CodeNotFound).On(field)
}

// dropSub forgets a subscription that its room ended.
func (c *conn) dropSub(sub *subscription) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.forget(sub)
}

// leaveAll ends all subscriptions of a socket that is closing.
func (c *conn) leaveAll() {
	c.mu.Lock()
	subs, feeds := c.subs, c.feeds
	c.subs, c.feeds = nil, nil
	c.mu.Unlock()
	for _, sub := range subs {
		s := sub.room.shard
		s.mu.Lock()
		sub.room.remove(sub)
		s.mu.Unlock()
	}
	for _, f := range feeds {
		c.hub.feeds.remove(f)
	}
}
