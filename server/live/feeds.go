package live

import (
	"encoding/json"
	"hash/maphash"
	"log/slog"
	"slices"
	"sync"

	"hejie/negotiation"
	"hejie/negotiation/region"
	"hejie/server/app"
)

// heldRows are kept for a follower whose page is being read; more make it read again.
const heldRows = 256

// feedTable knows who follows which feed.
type feedTable struct {
	hub    *Hub
	mu     sync.Mutex
	scopes map[string][]*follower

	looking map[string]map[string][]person // who of a desk is in a room, by scope of its inbox and case; see look
	doubts  []*follower                    // whose lists are to be read again
}

// follower of a feed: a socket. Guarded by the table.
type follower struct {
	conn  *conn
	feed  string
	scope string // in which a case must lie: "me:<account>", "inbox:<enterprise>", "board:<region>"
	view  string // followers with the same view see the same rows
	stage following
	held  [][]byte // rows that came while the page was read
	doubt bool     // its list may lack rows
	sum   uint64   // of the page that was sent last; 0: rows came since
}

// following is the stage of a follower.
type following byte

const (
	reading    following = iota // the page
	rereading                   // the page, and then again: rows were dropped meanwhile
	ready                       // the page was sent: rows go out as they come
	unfollowed                  // for good
)

func newFollower(c *conn, feed string) (*follower, error) {
	s := c.visitor.Session
	f := &follower{conn: c, feed: feed}
	switch side := s.Actor.Side(); {
	case feed == app.FeedMe && side == negotiation.SideConsumer:
		f.scope, f.view = app.FeedMe+":"+s.Actor.ID, s.ID // what is sealed differs from session to session
	case feed == app.FeedInbox && side == negotiation.SideEnterprise:
		f.scope, f.view = app.FeedInbox+":"+s.Actor.Enterprise, s.Actor.Enterprise
	case feed == app.FeedBoard && side == negotiation.SideBureau:
		f.scope, f.view = app.FeedBoard+":"+s.Actor.Region, s.Actor.Bureau
	case feed == app.FeedMe, feed == app.FeedInbox, feed == app.FeedBoard:
		return nil, negotiation.NewError(negotiation.CodeNotAllowed)
	default:
		return nil, negotiation.Invalid("subscribe.feed", []string{app.FeedInbox, app.FeedBoard, app.FeedMe})
	}
	return f, nil
}

// scopesOf a case: where it may be followed. A board shows its bureau's region and all below.
func scopesOf(scopes []string, consumer, enterprise, code string) []string {
	scopes = append(scopes, app.FeedMe+":"+consumer, app.FeedInbox+":"+enterprise, app.FeedBoard+":"+region.Country)
	for r, ok := region.Get(code); ok; r, ok = region.Get(r.Parent) {
		scopes = append(scopes, app.FeedBoard+":"+r.Code)
	}
	slices.Sort(scopes)
	return slices.Compact(scopes)
}

func (c *conn) followFeed(feed string) error {
	f, err := newFollower(c, feed)
	if err != nil {
		return err
	}
	c.unfollowFeed(feed)
	t := &c.hub.feeds
	t.mu.Lock()
	c.mu.Lock()
	if c.closing == 0 {
		if c.feeds == nil {
			c.feeds = make(map[string]*follower, 1)
		}
		c.feeds[feed] = f
		if t.scopes == nil {
			t.scopes = map[string][]*follower{}
		}
		t.scopes[f.scope] = append(t.scopes[f.scope], f)
	}
	c.mu.Unlock()
	t.mu.Unlock()
	if feed == app.FeedInbox && c.hub.Peers != nil {
		c.hub.Peers.Who(nil, []string{c.visitor.Session.Actor.Enterprise})
	}
	if err := t.page(f); err != nil {
		c.unfollowFeed(feed)
		return err
	}
	return nil
}

func (c *conn) unfollowFeed(feed string) {
	c.mu.Lock()
	f := c.feeds[feed]
	delete(c.feeds, feed)
	c.mu.Unlock()
	if f != nil {
		c.hub.feeds.remove(f)
	}
}

func (t *feedTable) remove(f *follower) {
	t.mu.Lock()
	defer t.mu.Unlock()
	f.stage = unfollowed
	rest := slices.DeleteFunc(t.scopes[f.scope], func(o *follower) bool { return o == f })
	if len(rest) > 0 {
		t.scopes[f.scope] = rest
	} else {
		delete(t.scopes, f.scope)
	}
}

type pageFrame struct {
	Feed string            `json:"feed"`
	Rows []json.RawMessage `json:"rows"`
	Next string            `json:"next,omitempty"`
}

type rowFrame struct {
	Feed    string          `json:"feed"`
	Case    string          `json:"case"`
	Row     json.RawMessage `json:"row"` // null: not in the feed any more
	Version int64           `json:"version"`
}

// begin says whether the follower's page is still to be read.
func (t *feedTable) begin(f *follower) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if f.stage == unfollowed {
		return false
	}
	f.held, f.stage = nil, reading
	return true
}

// page sends the first page and then the rows that changed while it was read.
func (t *feedTable) page(f *follower) error {
	if !t.begin(f) {
		return nil
	}
	page, err := t.hub.Feeds.Page(t.hub.ctx, f.conn.visitor.Session, f.feed)
	if err != nil {
		return err
	}
	frame := pageFrame{Feed: f.feed, Rows: make([]json.RawMessage, len(page.Rows)), Next: page.Next}
	for i, row := range page.Rows {
		if frame.Rows[i], err = t.hub.EncodeRow(row); err != nil {
			return err
		}
	}
	b, err := json.Marshal(frame)
	if err != nil {
		return err
	}
	sum := maphash.Bytes(t.hub.seed, b)
	t.mu.Lock()
	defer t.mu.Unlock()
	switch {
	case f.stage == unfollowed:
		return nil
	case f.doubt && f.sum == sum: // nothing was missed
	case !f.conn.push(b, durable):
		return nil
	}
	f.doubt, f.sum = false, sum
	held, again := f.held, f.stage == rereading
	f.held, f.stage = nil, ready
	if looking := t.looking[f.scope]; len(looking) > 0 {
		t.give(f, lookingOf(looking))
	}
	for _, row := range held {
		if f.stage == ready {
			t.give(f, row)
		}
	}
	if again && f.stage == ready {
		t.repage(f)
	}
	return nil
}

// resend sends the page again, or once more when it is under way.
func (t *feedTable) resend(f *follower) {
	if f.stage == ready {
		t.repage(f)
	} else {
		f.stage = rereading
	}
}

// repage sends the page again, once the socket has taken what is queued: a list may skip what a log may not.
func (t *feedTable) repage(f *follower) {
	f.stage, f.held = reading, nil
	f.conn.enqueue(job{do: func() {
		if !f.conn.drained() {
			return
		}
		if err := t.page(f); err != nil {
			t.hub.Logger.Error("live: feed not read", slog.String("feed", f.feed), slog.Any("error", err))
			f.conn.end(GoingAway) // coming back, it asks again
		}
	}})
}

// give sends a row to a follower, or keeps it until its page was sent.
func (t *feedTable) give(f *follower, row []byte) {
	f.sum = 0
	switch {
	case f.stage == ready && f.conn.push(row, signal):
	case f.stage == ready:
		t.repage(f)
	case len(f.held) < heldRows:
		f.held = append(f.held, row)
	default:
		f.stage = rereading
	}
}

// deliver gives a commit's row to those in whose feed it is, encoded once for each view. What happened at the desk alone is not told
// to anybody else, not even that something did.
func (t *feedTable) deliver(c *app.Commit) {
	scopes := t.followed(c)
	if len(scopes) == 0 {
		return
	}
	if err := t.hub.Feeds.Learn(t.hub.ctx, c.Row); err != nil && t.hub.ctx.Err() == nil { // the row comes without it
		t.hub.Logger.Error("live: row not completed", slog.String("case", c.Row.Case), slog.Any("error", err))
	}
	in := func(ch negotiation.Channel) bool {
		return slices.ContainsFunc(c.Records, func(r negotiation.Record) bool { return r.Channel == ch })
	}
	inRoom := in(negotiation.Room)
	if !inRoom && !in(negotiation.Desk) { // ConsumerOnly: no list shows it
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	var seen map[string][]byte
	for _, scope := range scopes {
		for _, f := range t.scopes[scope] {
			if !inRoom && f.feed != app.FeedInbox {
				continue
			}
			key := f.feed + "\x00" + f.view
			row, ok := seen[key]
			if !ok {
				if seen == nil {
					seen = map[string][]byte{}
				}
				row = t.render(f, c.Row)
				seen[key] = row
			}
			if row != nil {
				t.give(f, row)
			}
		}
	}
}

// followed gives the scopes of a commit that somebody follows.
func (t *feedTable) followed(c *app.Commit) []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.scopes) == 0 {
		return nil
	}
	scopes := scopesOf(make([]string, 0, 12), c.Row.Consumer, c.Row.Enterprise, c.Row.Region)
	if b := c.Before; b.Phase != negotiation.PhaseNone && (b.Region != c.Row.Region || b.Enterprise != c.Row.Enterprise) {
		scopes = scopesOf(scopes, b.Consumer, b.Enterprise, b.Region) // those it leaves
	}
	return slices.DeleteFunc(scopes, func(s string) bool { return len(t.scopes[s]) == 0 })
}

// render gives the frame of a row as the follower may see it; nil when it cannot be encoded.
func (t *feedTable) render(f *follower, row app.CaseRow) []byte {
	seen, ok := t.hub.Feeds.Row(f.conn.visitor.Session, f.feed, row)
	frame := rowFrame{Feed: f.feed, Case: row.Case, Version: seen.Version}
	var b []byte
	var err error
	if ok {
		frame.Row, err = t.hub.EncodeRow(seen)
	}
	if err == nil {
		b, err = json.Marshal(frame)
	}
	if err != nil {
		t.hub.Logger.Error("live: row not encoded", slog.String("feed", f.feed), slog.Any("error", err))
		return nil
	}
	return b
}

// refresh sends all pages again: rows were lost.
func (t *feedTable) refresh() {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, fs := range t.scopes {
		for _, f := range fs {
			t.resend(f)
		}
	}
}

// concerns says whether somebody follows a list that the case is in.
func (t *feedTable) concerns(n app.News) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.scopes) == 0 {
		return false
	}
	return slices.ContainsFunc(scopesOf(make([]string, 0, 8), n.Consumer, n.Enterprise, n.Region), func(s string) bool { return len(t.scopes[s]) > 0 })
}

// doubt notes that all lists may lack rows.
func (t *feedTable) doubt() {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, fs := range t.scopes {
		for _, f := range fs {
			if !f.doubt {
				f.doubt = true
				t.doubts = append(t.doubts, f)
			}
		}
	}
}

// refreshDoubted reads at most n of them again.
func (t *feedTable) refreshDoubted(n int) (left int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	n = min(n, len(t.doubts))
	for _, f := range t.doubts[:n] {
		if f.stage != unfollowed {
			t.resend(f)
		}
	}
	t.doubts = slices.Delete(t.doubts, 0, n)
	return len(t.doubts)
}

// RefreshLists reads at most n lists again that may lack rows, and says how many are left. A list that did not change is not sent.
func (h *Hub) RefreshLists(n int) (left int) { return h.feeds.refreshDoubted(n) }
