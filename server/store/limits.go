package store

import (
	"context"
	"database/sql"
	"sync"

	"github.com/jackc/pgx/v5"
)

// limits of agents, as they were read last. Each offer of an agent asks for one, and plans go by these: in its turn a plan holds if the
// limit is still the same. The zero value is ready.
type limits struct {
	mu    sync.Mutex
	known map[string]*int64 // by account
}

const limitsKnown = 10_000

func (l *limits) get(account string) (limit *int64, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	limit, ok = l.known[account]
	return limit, ok
}

func (l *limits) put(account string, limit *int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.known == nil || len(l.known) >= limitsKnown {
		l.known = map[string]*int64{}
	}
	l.known[account] = limit
}

// forget one that is written.
func (l *limits) forget(account string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.known, account)
}

// clear forgets all, when nobody knows what is true.
func (l *limits) clear() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.known = nil
}

// limit of an agent as it is in the transaction. Of a file what is remembered is right: nobody else writes it, and who writes an account
// forgets its limit. On a server the limits that plans went by are read with the locks of their cases.
func (b *batch) limit(account string) (*int64, error) {
	limit, ok := b.limits[account]
	if !ok && !b.s.shared {
		limit, ok = b.s.limits.get(account)
	}
	if ok {
		return limit, nil
	}
	var found []sql.Null[int64]
	if err := b.tx.all(context.Background(), &found, `SELECT offer_limit FROM accounts WHERE id = ?`, account); err != nil {
		return nil, err
	}
	if len(found) > 0 && found[0].Valid {
		limit = &found[0].V
	}
	b.s.limits.put(account, limit)
	return limit, nil
}

// sameLimit says whether a plan went by the limit as it is; if that cannot be read, the decision will tell.
func (b *batch) sameLimit(p *plan) bool {
	if p.agent == "" {
		return true
	}
	now, err := b.limit(p.agent)
	return err == nil && (now == nil) == (p.limit == nil) && (now == nil || *now == *p.limit)
}

// askLimits lets the limits that the jobs' plans went by be read with what travels next.
func (b *batch) askLimits(jobs []*job) {
	var agents []string
	for _, j := range jobs {
		if j.ahead != nil && j.ahead.agent != "" {
			agents = append(agents, j.ahead.agent)
		}
	}
	if len(agents) == 0 {
		return
	}
	b.limits = make(map[string]*int64, len(agents))
	for _, id := range agents {
		b.limits[id] = nil
	}
	b.tx.pipe.queue.Queue(`SELECT id, offer_limit FROM accounts WHERE id = ANY($1)`, agents).Query(func(rows pgx.Rows) error {
		for rows.Next() {
			var id string
			var limit *int64
			if err := rows.Scan(&id, &limit); err != nil {
				return err
			}
			b.limits[id] = limit
			b.s.limits.put(id, limit)
		}
		return rows.Err()
	})
}
