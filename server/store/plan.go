package store

import (
	"crypto/rand"
	"errors"
	"fmt"

	"hejie/negotiation"
	"hejie/negotiation/scheme"
	"hejie/server/app"
)

// plan is a decision on a case as base has it, with the records that it leads to, ready for the log.
//
// The writer's time is the limit of the whole, so planners plan changes before their turn, while the writer works on others. When its turn
// comes and nobody has moved the case or the calendar meanwhile, the plan is what the writer would come to; else the writer plans anew.
type plan struct {
	base    *entry // nil: there is no such case
	edition uint64 // of the calendar
	app.Decision
	records   []negotiation.Record
	head      negotiation.Head
	positions negotiation.Positions // of what the records are in
	view      view
	letters   []letter // the notices
	agent     string   // whose limit it went by; "": none
	limit     *int64
}

// errUnread is met by decisions that want to read within the transaction: they have to wait for it.
var errUnread = errors.New("only the transaction can say")

// unread is what a plan made ahead may go by: remembered limits, which are looked at again.
type unread struct {
	limits *limits
	asked  bool
	agent  string
	limit  *int64
}

func (u *unread) OpenCases(string, string, string) (sameOrder, sameEnterprise, all int, err error) {
	u.asked = true
	return 0, 0, 0, errUnread
}

func (u *unread) Active(string) (bool, error) {
	u.asked = true
	return false, errUnread
}

func (u *unread) Limit(account string) (*int64, error) {
	limit, ok := u.limits.get(account)
	if !ok {
		u.asked = true
		return nil, errUnread
	}
	u.agent, u.limit = account, limit
	return limit, nil
}

func (u *unread) Status(string) (scheme.Status, error) {
	u.asked = true
	return "", errUnread
}

// plan plans changes before their turn and hands them to the writer. Planners are few and stay: decisions need much stack, which a
// goroutine for each would have to grow.
func (s *Store) plan() {
	for j := range s.changes {
		if base, ok := s.cache.get(j.change.Case); ok {
			j.ahead = s.ahead(&j.change, base)
		} else if j.warm != nil {
			j.ahead = s.ahead(&j.change, j.warm.entry)
		}
		s.writer.jobs <- j
	}
}

// ahead plans a change before its turn; nil when it cannot be. A panic is met again in its turn, and told there.
func (s *Store) ahead(ch *app.Change, base *entry) (p *plan) {
	defer func() {
		if recover() != nil {
			p = nil
		}
	}()
	edition, look := s.opt.Edition(), &unread{limits: &s.limits}
	e := base
	if e == nil {
		e = unfiled(ch.Case)
	}
	p, err := newPlan(ch, e, look)
	if err != nil || look.asked {
		return nil
	}
	p.base, p.edition, p.agent, p.limit = base, edition, look.agent, look.limit
	return p
}

// unfiled is a case before it is filed.
func unfiled(id string) *entry { return &entry{c: &negotiation.Case{ID: id}} }

// newPlan reads the entry only.
func newPlan(ch *app.Change, e *entry, look app.Look) (*plan, error) {
	p := &plan{Decision: ch.Decide(e.c, look), head: e.head}
	if err := p.writeLetters(); err != nil {
		return nil, err
	}
	if len(p.Events) == 0 {
		return p, nil
	}
	if want := e.c.Version + int64(len(p.Events)); p.After.Version != want || p.After.ID != ch.Case {
		return nil, fmt.Errorf("decision on %s: after is %s at version %d, its events lead to %d", ch.Case, p.After.ID, p.After.Version, want)
	}
	p.view = viewOf(p.After)
	p.records = make([]negotiation.Record, len(p.Events))
	salts := make([]byte, 16*len(p.Events))
	rand.Read(salts)
	for i, ev := range p.Events {
		r, head, err := p.head.Seal(ch.Case, ev, salts[16*i:16*i+16:16*i+16])
		if err != nil {
			return nil, err
		}
		p.records[i], p.head = r, head
		p.positions.Set(r.Channel, head.At(r.Channel))
	}
	return p, nil
}

// writeLetters writes the notices, but for those of which one at a time waits: most of them are never told.
func (p *plan) writeLetters() (err error) {
	p.letters = make([]letter, len(p.Notices))
	for i, n := range p.Notices {
		if p.letters[i].Notice = n; n.Wait == 0 && err == nil {
			p.letters[i], err = letterOf(n)
		}
	}
	return err
}

// holds says whether the plan, nil for none, is still what the batch would come to.
func (b *batch) holds(p *plan, k *open) bool {
	return p != nil && p.base == k.base && len(k.records) == 0 && p.edition == b.s.opt.Edition() && b.sameLimit(p)
}
