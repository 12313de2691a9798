package live

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sync"

	"hejie/negotiation"
	"hejie/server/app"
)

const (
	newsAtOnce = 256 // cases read from the log at once
	endsAtOnce = 500 // cases whose ends are asked for at once
)

// elsewhere is what the hub knows of the other replicas' commits and has not read yet.
type elsewhere struct {
	mu      sync.Mutex
	waiting map[string]app.News
	busy    bool
	failed  bool // the log was not read: lists may lack rows
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
	for from := e.next(); len(from) > 0; from = e.next() {
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

// next takes some of what waits to be read. When nothing does, nobody reads any more.
func (e *elsewhere) next() []app.From {
	e.mu.Lock()
	defer e.mu.Unlock()
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
	e.busy = len(from) > 0
	return from
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
