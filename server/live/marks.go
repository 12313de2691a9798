package live

import "hejie/negotiation"

type readsFrame struct {
	Reads reads `json:"reads"`
}

type reads struct {
	Channel string         `json:"channel"`
	By      negotiation.By `json:"by"`
	Seq     int64          `json:"seq"`
}

// readTo keeps how far the reader has read a channel that the socket follows, and tells the others.
func (c *conn) readTo(m readMark) error {
	if _, err := c.subscription(m.Channel, "read.channel"); err != nil {
		return err
	}
	if m.Seq < 1 {
		return negotiation.NewError(negotiation.CodeOutOfRange, "min", 1).On("read.seq")
	}
	caseID, ch, err := parseChannel(m.Channel)
	if err != nil {
		return err
	}
	by := c.visitor.Session
	changed, err := c.hub.Marks.Read(c.hub.ctx, by, caseID, ch, m.Seq)
	if changed && err == nil {
		c.hub.Read(caseID, ch, negotiation.By{Side: by.Actor.Side(), ID: by.Actor.ID}, m.Seq)
	}
	return err
}

// Read tells the followers of a channel how far somebody has read it. Of marks of one account that come twice or in the wrong
// order only the highest is told.
func (h *Hub) Read(caseID string, ch negotiation.Channel, by negotiation.By, seq int64) {
	h.tellRead(caseID, ch, by, seq)
	if h.Peers != nil {
		h.Peers.Read(caseID, ch, by, seq)
	}
}

func (h *Hub) tellRead(caseID string, ch negotiation.Channel, by negotiation.By, seq int64) {
	s := h.shardOf(caseID)
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.rooms[roomKey{caseID, ch}]
	if r == nil || r.reads[by.ID] >= seq {
		return
	}
	if r.reads == nil {
		r.reads = make(map[string]int64, 2)
	}
	r.reads[by.ID] = seq
	for _, sub := range r.subs {
		if sub.present() {
			sub.conn.send(readsFrame{reads{r.name, by, seq}}, signal)
		}
	}
}

// ReadElsewhere tells the followers here of a mark that another replica's reader set.
func (h *Hub) ReadElsewhere(caseID string, ch negotiation.Channel, by negotiation.By, seq int64) {
	h.tellRead(caseID, ch, by, seq)
}
