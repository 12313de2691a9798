package store

import "context"

// Waiting gives the enterprise's cases that wait for an agent, next due first; see app.CaseFinder.
func (s *Store) Waiting(ctx context.Context, enterprise string, limit int) (ids []string, err error) {
	err = s.reader().all(ctx, &ids, `SELECT id FROM cases WHERE enterprise = ? AND waits = 1 ORDER BY due, key LIMIT ?`, enterprise, limit)
	return ids, readError(err)
}

// Loads counts the cases under negotiation that each of the enterprise's agents has; see app.CaseFinder.
func (s *Store) Loads(ctx context.Context, enterprise string) (map[string]int, error) {
	var rows []struct {
		Agent string
		N     int
	}
	err := s.reader().all(ctx, &rows, `SELECT agent, count(*) AS n FROM cases`+s.reader().words().inbox+` WHERE enterprise = ? AND open = 1 AND phase IN ('awaiting_response', 'negotiating')
		AND agent <> '' GROUP BY agent`, enterprise)
	loads := make(map[string]int, len(rows))
	for _, r := range rows {
		loads[r.Agent] = r.N
	}
	return loads, readError(err)
}

// Desks gives the enterprises where cases wait and somebody may be given them; see app.CaseFinder.
func (s *Store) Desks(ctx context.Context) (ids []string, err error) {
	err = s.reader().all(ctx, &ids, `SELECT DISTINCT enterprise FROM accounts WHERE `+isTaker+`
		AND EXISTS (SELECT 1 FROM cases WHERE cases.enterprise = accounts.enterprise AND cases.waits = 1)`)
	return ids, readError(err)
}
