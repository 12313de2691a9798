package store

import (
	"crypto/sha256"
	"hash/maphash"
	"iter"
	"maps"
	"math"
	"slices"
	"sync"
	"time"

	"github.com/hashicorp/golang-lru/v2/simplelru"

	"hejie/negotiation"
	"hejie/server/app"
)

// entry is a folded case with what is derived from it. It never changes once it is in the cache, but for commands, which is
// the writer's alone.
type entry struct {
	key      int64
	c        *negotiation.Case
	head     negotiation.Head
	row      row
	commands map[commandKey]uint32 // accepted commands → their last event's version
	speakers []negotiation.By      // of the room, each once; never changed in place
	acts     []int64               // versions of what is no talk in the room; the writer alone appends in place
	waiting  []waiting             // notices, as far as is remembered; never changed in place
	size     int                   // memory, about; fixed when it is put
}

// waiting is a notice of a new offer that nobody sends before then.
type waiting struct {
	to    string
	until time.Time
}

// commandKey is the first half of SHA-256(actor ‖ 0 ‖ id): the scope of a command's id.
type commandKey [16]byte

func keyOf(c app.CommandID) commandKey {
	b := make([]byte, 0, 96)
	b = append(append(append(b, c.Actor...), 0), c.ID...)
	h := sha256.Sum256(b)
	return commandKey(h[:16])
}

// saying is an accepted command of a batch.
type saying struct {
	id   commandKey
	last uint32 // version of its last event
}

// heard notes an event of the room and who made it.
func (e *entry) heard(r negotiation.Record) {
	if r.Channel != negotiation.Room {
		return
	}
	if r.Type != (negotiation.MessagePosted{}).Kind() {
		e.acts = append(e.acts, r.Version)
	}
	if r.By.Side != negotiation.SideSystem && !slices.Contains(e.speakers, r.By) {
		e.speakers = append(slices.Clip(e.speakers), r.By)
	}
}

// almost is the last part of a notice's wait, in which it may be taken before what comes now is committed, or by a replica whose clock is ahead.
const almost = 10 * time.Second

// waits says whether a notice like this one waits already, and will for a while, which spares a look at the outbox.
func (e *entry) waits(n app.Notice, now time.Time) bool {
	return n.Wait > 0 && slices.ContainsFunc(e.waiting, func(w waiting) bool { return w.to == n.To && now.Add(almost).Before(w.until) })
}

// begins notes a notice that waits from now on and was not there before: of another nobody knows when it goes.
func (e *entry) begins(n app.Notice, now time.Time) {
	left := []waiting{{n.To, now.Add(n.Wait)}}
	for _, w := range e.waiting {
		if w.to != n.To && now.Before(w.until) {
			left = append(left, w)
		}
	}
	e.waiting = left
}

// sized notes the memory of the entry.
func (e *entry) sized() *entry {
	e.size = 3072 + 40*len(e.commands) + 8*len(e.acts) + 512*len(e.c.Offers) + 160*len(e.c.Deadlines) + len(e.row.Title) + len(e.row.Last)
	return e
}

const stripes = 8192

// stamps count commits, by stripes of what they moved: what was read before a commit of its stripe is thrown away, not put into a cache.
type stamps struct {
	seed   maphash.Seed
	counts [stripes]uint64
}

func (s *stamps) of(id string) *uint64 {
	return &s.counts[maphash.String(s.seed, id)%stripes]
}

// moveAll makes all that was read before useless.
func (s *stamps) moveAll() {
	for i := range s.counts {
		s.counts[i]++
	}
}

// cache holds folded cases, at most so many bytes, the least recently used go first. Readers fill it, too; stamps keep them
// from putting back what the writer has moved on from.
type cache struct {
	mu     sync.Mutex
	lru    *simplelru.LRU[string, *entry]
	weight int
	max    int
	stamps stamps // by case

	commandsMu sync.Mutex // of the commands of all entries
}

func newCache(max int) *cache {
	c := &cache{max: max}
	c.stamps.seed = maphash.MakeSeed()
	lru, err := simplelru.NewLRU[string, *entry](math.MaxInt, func(_ string, e *entry) { c.weight -= e.size })
	if err != nil { // only for a size below 1
		panic(err)
	}
	c.lru = lru
	return c
}

func (c *cache) get(id string) (*entry, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.lru.Get(id)
}

// stamp is taken before a case is read from the database.
func (c *cache) stamp(id string) uint64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return *c.stamps.of(id)
}

// fresh says whether nothing was committed to the case since the stamp.
func (c *cache) fresh(id string, stamp uint64) bool { return c.stamp(id) == stamp }

// offer puts what a reader loaded, unless the case may have moved since.
func (c *cache) offer(id string, e *entry, stamp uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if *c.stamps.of(id) == stamp && !c.lru.Contains(id) {
		c.put(id, e)
	}
}

// swap puts what was committed.
func (c *cache) swap(es []*entry) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, e := range es {
		*c.stamps.of(e.c.ID)++
		c.put(e.c.ID, e)
	}
}

// drop forgets cases.
func (c *cache) drop(ids iter.Seq[string]) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for id := range ids {
		*c.stamps.of(id)++
		c.lru.Remove(id)
	}
}

func (c *cache) put(id string, e *entry) {
	if old, ok := c.lru.Peek(id); ok { // it takes its place, and nobody is told
		c.weight -= old.size
	}
	c.lru.Add(id, e)
	for c.weight += e.size; c.weight > c.max && c.lru.Len() > 1; {
		c.lru.RemoveOldest()
	}
}

// keep puts back what was read and did not change. What another process moved on comes in place of what it was.
func (c *cache) keep(id string, e *entry) {
	c.mu.Lock()
	defer c.mu.Unlock()
	have, ok := c.lru.Peek(id)
	if ok && (have.c.Version > e.c.Version || have == e) {
		return
	}
	c.put(id, e)
}

// onward gives a new entry to be folded up to the row's version: from base on, or, when that is nil or ahead of the row, from the beginning.
func (c *cache) onward(base *entry, id string, h *caseHead) *entry {
	e := &entry{key: h.Key, c: &negotiation.Case{ID: id}, commands: make(map[commandKey]uint32)}
	if base != nil && base.key == h.Key && base.c.Version <= h.Version {
		*e = *base
		e.acts = slices.Clip(e.acts) // the writer may be appending
		c.commandsMu.Lock()
		e.commands = maps.Clone(base.commands)
		c.commandsMu.Unlock()
	}
	e.row.texts = h.texts
	return e
}

// remember notes the commands of an entry that is about to be put; older entries of the case share the map.
func (c *cache) remember(e *entry, said []saying) {
	if len(said) == 0 {
		return
	}
	c.commandsMu.Lock()
	defer c.commandsMu.Unlock()
	if e.commands == nil {
		e.commands = make(map[commandKey]uint32, len(said))
	}
	for _, x := range said {
		e.commands[x.id] = x.last
	}
}

// clear forgets everything, for changes that reach many cases.
func (c *cache) clear() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.stamps.moveAll()
	c.lru.Purge()
}
