package app

import (
	"context"

	"hejie/negotiation"
)

// Several replicas may serve one log. Each tells its own people of its own commits at once and the other replicas by News, which may
// be lost: whoever hears of a commit, or finds by its position that there was one, reads the log.

// Span of a channel's numbers that a commit added: those after Before up to End. Equal ones: nothing happened there.
type Span struct {
	Before int64 `json:"before"`
	End    int64 `json:"end"`
}

// And gives the span that reaches over both.
func (s Span) And(o Span) Span {
	switch (Span{}) {
	case s:
		return o
	case o:
		return s
	}
	return Span{min(s.Before, o.Before), max(s.End, o.End)}
}

// News is word of a commit: where it was and whose lists it concerns, not what was said.
type News struct {
	Case       string `json:"case"`
	Consumer   string `json:"consumer"`
	Enterprise string `json:"enterprise"`
	Region     string `json:"region"`
	Spans
}

// Spans of the channels. That of ConsumerOnly is zero when nothing happened there: the row does not know where it ends.
type Spans = negotiation.PerChannel[Span]

// NewsOf a commit; ok is false for one that brought no records.
func NewsOf(c *Commit) (n News, ok bool) {
	if len(c.Records) == 0 {
		return News{}, false
	}
	// The row's version leaves ConsumerOnly out, so that it knows where room and desk end.
	room, desk := c.Row.RoomSeq, c.Row.Version-c.Row.RoomSeq
	n = News{Case: c.Records[0].Case, Consumer: c.Row.Consumer, Enterprise: c.Row.Enterprise, Region: c.Row.Region, Spans: Spans{Room: Span{room, room}, Desk: Span{desk, desk}}}
	for i := range c.Records {
		switch r := &c.Records[i]; r.Channel {
		case negotiation.Desk:
			n.Desk.Before--
		case negotiation.ConsumerOnly:
			n.ConsumerOnly = n.ConsumerOnly.And(Span{r.Seq - 1, r.Seq})
		default:
			n.Room.Before--
		}
	}
	return n, true
}

// From says what a reader knows of a case. A channel that is not asked for has -1: only ConsumerOnly may.
type From struct {
	Case  string
	Known Ends
}

// Ends are the last numbers of a case's channels.
type Ends = negotiation.PerChannel[int64]

// Tail is the part of the log from which a replica tells its people what another one wrote. Both look at what is committed now, not
// at what this replica remembers.
type Tail interface {
	// Ends of cases, in one question; a case that is not there is left out.
	Ends(ctx context.Context, cases []string) (map[string]Ends, error)
	// Since gives for each case what came after a reader's numbers as if it were one commit: at most limit records of a channel, the
	// oldest first, the case and its row as they are after the last, and an empty Before. A case without such records is left out.
	Since(ctx context.Context, from []From, limit int) ([]Commit, error)
}

// Present is somebody in a room, as the replica that holds their connection knows them. What others see of them is cut there.
type Present struct {
	Side       negotiation.Side `json:"side"`
	ID         string           `json:"id"`
	Name       string           `json:"name,omitempty"`
	Public     string           `json:"public,omitempty"` // what the other sides see instead of the name
	Enterprise string           `json:"enterprise,omitempty"`
	Composing  bool             `json:"composing,omitempty"`
	Aloud      bool             `json:"aloud,omitempty"` // composing something for the whole room
}
