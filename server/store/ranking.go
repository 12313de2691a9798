package store

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"hejie/negotiation"
	"hejie/negotiation/region"
	"hejie/negotiation/scorecard"
	"hejie/negotiation/workday"
	"hejie/server/app"
)

// Card is the enterprise's card for the window that ends today; it is shared and not to be changed. What was read is kept until the
// enterprise's figures move.
func (s *Store) Card(ctx context.Context, enterprise string, today workday.Date) (scorecard.Card, error) {
	kept, stamp, ok := s.cards.get(enterprise, today)
	if ok {
		return kept, nil
	}
	var card scorecard.Card
	err := s.snapshot(ctx, func(q querier) error {
		cards, err := readCards(ctx, q, today, enterprise)
		card = cards[enterprise]
		return err
	})
	if err != nil {
		return scorecard.Card{}, readError(err)
	}
	s.cards.put(enterprise, today, card, stamp)
	return card, nil
}

// ranking keeps the enterprises with figures in the order of their rank. It is made on first use and once a day; after that only
// enterprises whose figures changed are read again.
type ranking struct {
	mu    sync.Mutex // held while it is brought up to date
	day   workday.Date
	read  time.Time // whole
	rows  map[string]app.Standing
	order []app.Standing

	dirtyMu sync.Mutex
	dirty   map[string]bool
}

// touch notes enterprises whose standing may have changed; after COMMIT.
func (r *ranking) touch(enterprises map[string]bool) {
	if len(enterprises) == 0 {
		return
	}
	r.dirtyMu.Lock()
	defer r.dirtyMu.Unlock()
	if r.dirty == nil {
		r.dirty = make(map[string]bool, len(enterprises))
	}
	for id := range enterprises {
		r.dirty[id] = true
	}
}

// forget makes the next reading start from nothing.
func (r *ranking) forget() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.day = workday.Date{}
}

func (r *ranking) takeDirty() map[string]bool {
	r.dirtyMu.Lock()
	defer r.dirtyMu.Unlock()
	d := r.dirty
	r.dirty = nil
	return d
}

// before orders standings: graded ones first, best first, then the others by name; ids break ties.
func before(a, b app.Standing) int {
	order := cmp.Compare(graded(b), graded(a))
	switch {
	case order != 0:
		return order
	case graded(a) == 1:
		order = cmp.Compare(b.Card.Rank.Key, a.Card.Rank.Key)
	default:
		order = cmp.Compare(a.Name, b.Name)
	}
	return cmp.Or(order, cmp.Compare(a.Enterprise, b.Enterprise))
}

func graded(s app.Standing) int {
	if s.Card.Rank.Graded() {
		return 1
	}
	return 0
}

// mostAnew is how many enterprises are read one by one; for more it is quicker to read all.
const mostAnew = 200

// current brings the ranking up to date and gives it; the slice never changes.
func (s *Store) current(ctx context.Context, today workday.Date) ([]app.Standing, error) {
	r := &s.ranking
	r.mu.Lock()
	defer r.mu.Unlock()
	dirty := r.takeDirty()
	whole := r.day != today || len(dirty) > mostAnew || s.shared && s.opt.Now().Sub(r.read) >= sharedRankingAge
	if !whole && len(dirty) == 0 {
		return r.order, nil
	}
	err := s.snapshot(ctx, func(q querier) error {
		if whole {
			r.read = s.opt.Now()
			return r.readAll(ctx, q, today)
		}
		for id := range dirty {
			if err := r.readOne(ctx, q, today, id); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		r.day = workday.Date{} // half-way: begin again
		return nil, err
	}
	r.day = today
	r.order = make([]app.Standing, 0, len(r.rows))
	for _, st := range r.rows {
		r.order = append(r.order, st)
	}
	slices.SortFunc(r.order, before)
	return r.order, nil
}

const standingColumns = `SELECT id AS enterprise, name, region, status FROM enterprises WHERE enrolled_at > 0`

func (r *ranking) readAll(ctx context.Context, q querier, today workday.Date) error {
	cards, err := readCards(ctx, q, today, "")
	if err != nil {
		return err
	}
	var rows []app.Standing
	if err := q.all(ctx, &rows, standingColumns); err != nil {
		return err
	}
	empty := scorecard.Compute(nil, today, 0, 0)
	r.rows = make(map[string]app.Standing, len(rows))
	for _, st := range rows {
		var ok bool
		if st.Card, ok = cards[st.Enterprise]; !ok {
			st.Card = empty
		}
		r.rows[st.Enterprise] = st
	}
	return nil
}

func (r *ranking) readOne(ctx context.Context, q querier, today workday.Date, id string) error {
	var rows []app.Standing
	if err := q.all(ctx, &rows, standingColumns+` AND id = ?`, id); err != nil {
		return err
	}
	for _, st := range rows {
		cards, err := readCards(ctx, q, today, id)
		if err != nil {
			return err
		}
		st.Card = cards[id]
		r.rows[id] = st
	}
	return nil
}

// Ranking gives enterprises that are or were in the scheme, best first, those without a grade after the graded, by name.
func (s *Store) Ranking(ctx context.Context, q app.RankingQuery) (app.RankingPage, error) {
	all, err := s.current(ctx, q.Today)
	if err != nil {
		return app.RankingPage{}, readError(err)
	}
	start, err := after(all, q.After)
	if err != nil {
		return app.RankingPage{}, err
	}
	var page app.RankingPage
	limit := pageSize(q.Limit)
	seen, rank, key := 0, 0, 0
	for i := range all {
		st := &all[i]
		if q.Within != "" && !region.Within(st.Region, q.Within) {
			continue
		}
		switch seen++; {
		case graded(*st) == 0:
			rank = 0
		case seen == 1 || st.Card.Rank.Key != key:
			rank, key = seen, st.Card.Rank.Key
		}
		if i < start {
			continue
		}
		if len(page.Rows) == limit {
			page.Next = formatStanding(page.Rows[limit-1])
			break
		}
		page.Rows = append(page.Rows, *st)
		page.Rows[len(page.Rows)-1].Rank = rank
	}
	return page, nil
}

// after gives the place of the first standing after the token's, which may have moved or gone since; the first of all for "".
func after(all []app.Standing, token string) (int, error) {
	if token == "" {
		return 0, nil
	}
	last, err := parseStanding(token)
	if err != nil {
		return 0, err
	}
	i, _ := slices.BinarySearchFunc(all, last, before)
	if i < len(all) && all[i].Enterprise == last.Enterprise {
		i++
	}
	return i, nil
}

// The keyset of a ranking: 1, enterprise, key; without a grade 0, enterprise, name.
func formatStanding(s app.Standing) string {
	if graded(s) == 1 {
		return "1." + s.Enterprise + "." + strconv.Itoa(s.Card.Rank.Key)
	}
	return "0." + s.Enterprise + "." + s.Name
}

func parseStanding(token string) (s app.Standing, err error) {
	parts := strings.SplitN(token, ".", 3)
	if len(parts) != 3 {
		return s, badAfter()
	}
	s.Enterprise = parts[1]
	switch parts[0] {
	case "1":
		s.Card.Rank.Key, err = strconv.Atoi(parts[2])
	case "0":
		s.Card.Rank.Withheld, s.Name = []scorecard.Withheld{scorecard.FewCases}, parts[2]
	default:
		return s, badAfter()
	}
	if err != nil {
		return s, badAfter()
	}
	return s, nil
}

func badAfter() error {
	return negotiation.Invalid("after", "next of the page before")
}
