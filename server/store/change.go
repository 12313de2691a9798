package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"maps"
	"slices"
	"time"

	"hejie/negotiation"
	"hejie/negotiation/scheme"
	"hejie/negotiation/scorecard"
	"hejie/server/app"
)

// Change runs one decision in the next commit; see app.Log.
func (s *Store) Change(ctx context.Context, ch app.Change) (app.Receipt, error) {
	j := &job{change: ch}
	if _, ok := s.cache.get(ch.Case); !ok && !s.shared { // load it here: the writer has better things to do; a shared one reads all of a batch at once
		w, err := s.warm(ctx, ch.Case)
		if err != nil {
			return app.Receipt{}, unavailable(err)
		}
		j.warm = w
	}
	err := s.submit(ctx, j)
	return j.receipt, err
}

// Ask is Change for who does not wait; see app.Log.
func (s *Store) Ask(ctx context.Context, ch app.Change, told func(app.Receipt, error)) bool {
	if _, ok := s.cache.get(ch.Case); !ok && !s.shared {
		return false
	}
	s.gate.RLock()
	defer s.gate.RUnlock()
	if s.closed {
		return false
	}
	select {
	case s.changes <- &job{ctx: ctx, change: ch, told: told}:
		return true
	default:
		return false
	}
}

// batch is one transaction of the writer.
type batch struct {
	s     *Store
	tx    *tx
	cases map[string]*open
	start time.Time
	order []*open // as they were first touched

	verdicts []verdict                   // on cases whose class changed
	pairs    map[pairKey]*scorecard.Pair // changed ones
	deltas   []scorecard.RowDelta
	running  map[string]running // what to add, by enterprise
	ranked   map[string]bool    // enterprises whose figures or names changed
	clear    bool               // names changed: no cached case is right any more
	alone    bool               // nobody else writes cases
	limits   map[string]*int64  // of agents, as the transaction read them ahead
}

// open is a case that the batch works on. Its entry is its own until the batch is published.
type open struct {
	*entry
	base     *entry // as it was before the batch; nil for a new case
	records  []negotiation.Record
	said     []saying // in this batch
	written  row      // what the table holds
	inserted bool     // the table has the row
	dirty    bool
}

// change runs a decision and writes its events. The error is of the file or of a fault, never of the decision.
func (b *batch) change(j *job) error {
	ch := &j.change
	k, err := b.open(ch.Case, j.warm)
	if err != nil {
		return err
	}
	var id commandKey
	if ch.Command.ID != "" {
		id = keyOf(ch.Command)
		if last, ok := k.remembered(id); ok {
			j.receipt, j.err, err = b.repeat(k, last, id, ch)
			return err
		}
	}
	p := j.ahead
	if !b.holds(p, k) {
		l := &look{b: b}
		p, err = newPlan(ch, k.entry, l)
		if err = cmp.Or(l.err, err); err != nil {
			return err
		}
	}
	j.err = p.Err
	if refused, err := b.unnamed(p.Events, ch.Case); err != nil || refused != nil {
		j.err = refused
		return err
	}
	if err := b.append(k, p, id, ch); err != nil {
		return err
	}
	if p.Err == nil {
		j.receipt = app.Receipt{Case: ch.Case, Positions: p.positions}
		if ch.Also != nil {
			if err := ch.Also(context.Background(), b.s.plainTx(b.tx)); err != nil {
				return err
			}
		}
	}
	return b.notify(k, p.letters)
}

func (k *open) remembered(id commandKey) (uint32, bool) {
	if i := slices.IndexFunc(k.said, func(x saying) bool { return x.id == id }); i >= 0 {
		return k.said[i].last, true
	}
	v, ok := k.commands[id]
	return v, ok
}

// append writes the events of a plan. Those of a refused command are kept without its id: only accepted ones are remembered.
func (b *batch) append(k *open, p *plan, id commandKey, ch *app.Change) error {
	if len(p.Events) == 0 {
		return nil
	}
	if err := b.keyed(k, ch.Case); err != nil {
		return err
	}
	var command, digest any
	remember := ch.Command.ID != "" && p.Err == nil
	if remember {
		command, digest = id[:], ch.Command.Digest[:]
	}
	if k.records == nil {
		k.records = slices.Clip(p.records)
	} else {
		k.records = append(k.records, p.records...)
	}
	for i := range p.records {
		r := &p.records[i]
		if err := b.insert(k.key, r, command, digest); err != nil {
			return err
		}
		k.heard(*r)
		if err := b.follow(k, p.Events[i], *r); err != nil {
			return err
		}
	}
	before := k.c
	k.c, k.head, k.row.view, k.dirty = p.After, p.head, p.view, true
	if remember {
		k.said = append(k.said, saying{id, uint32(k.head.Version)})
	}
	b.score(before, k.c)
	return nil
}

// keyed gives a new case its key.
func (b *batch) keyed(k *open, id string) error {
	if k.key != 0 {
		return nil
	}
	return b.tx.get(context.Background(), &k.key, `INSERT INTO case_keys (id) VALUES (?) RETURNING key`, id)
}

const insertEvent = `INSERT INTO events (case_key, version, channel, seq, type, side, actor, at, facts, content_sum, hash, command,
	command_digest, salt, content) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`

func (b *batch) insert(key int64, r *negotiation.Record, command, digest any) error {
	return b.tx.run(insertEvent, key, r.Version, string(r.Channel), r.Seq, r.Type, string(r.By.Side), r.By.ID, r.At.UnixMicro(),
		r.Facts, sum(r.ContentSum), r.Hash[:], command, digest, blob(r.Salt), blob(r.Content))
}

func sum(h negotiation.Hash) any {
	if h == (negotiation.Hash{}) {
		return nil
	}
	return h[:]
}

func blob(b []byte) any {
	if b == nil {
		return nil
	}
	return b
}

// repeat answers a command that was accepted before with its first receipt, read from the log: all events of a decision carry
// the command, and lie side by side.
func (b *batch) repeat(k *open, last uint32, id commandKey, ch *app.Change) (receipt app.Receipt, refusal, err error) {
	rows, err := b.tx.rows(context.Background(), `SELECT channel, seq, hash, command, command_digest FROM events
		WHERE case_key = ? AND version <= ? ORDER BY version DESC`, k.key, last)
	if err != nil {
		return app.Receipt{}, nil, err
	}
	defer rows.Close()
	receipt = app.Receipt{Case: ch.Case, Repeated: true}
	for rows.Next() {
		var r negotiation.Record
		var hash, command, digest []byte
		if err := rows.Scan(&r.Channel, &r.Seq, &hash, &command, &digest); err != nil {
			return app.Receipt{}, nil, err
		}
		if string(command) != string(id[:]) {
			break
		}
		if digest != nil && string(digest) != string(ch.Command.Digest[:]) { // of an erased one nobody knows
			return app.Receipt{}, negotiation.NewError(negotiation.CodeCommandIDReused), nil
		}
		copy(r.Hash[:], hash)
		if receipt.Positions.At(r.Channel).Seq == 0 {
			receipt.Positions.Set(r.Channel, r.Position())
		}
	}
	return receipt, nil, rows.Err()
}

// notify puts notices into the outbox, in the transaction of their cause.
func (b *batch) notify(k *open, letters []letter) error {
	now := b.s.opt.Now()
	for _, l := range letters {
		if k.waits(l.Notice, now) {
			continue
		}
		var err error
		if l.id == "" {
			l, err = letterOf(l.Notice)
		}
		if err == nil {
			err = b.tx.post(l, now, func() { k.begins(l.Notice, now) })
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// open gives the case as the batch has it: from earlier in the batch, the cache, the caller, or the log.
func (b *batch) open(id string, w *warm) (*open, error) {
	if k := b.cases[id]; k != nil {
		return k, nil
	}
	base, ok := b.s.cache.get(id)
	switch {
	case ok:
	case w != nil && b.s.cache.fresh(id, w.stamp):
		base = w.entry
	default:
		var err error
		if base, err = b.s.load(context.Background(), b.tx, id, nil); err != nil {
			return nil, err
		}
	}
	return b.add(id, base), nil
}

// add takes a case into the batch; base is nil for a new one.
func (b *batch) add(id string, base *entry) *open {
	k := &open{base: base}
	if base != nil {
		own := *base
		k.entry, k.written, k.inserted = &own, base.row, true
	} else {
		k.entry = unfiled(id)
	}
	b.cases[id] = k
	b.order = append(b.order, k)
	return k
}

// flush writes the rows of the cases that changed, and the figures.
func (b *batch) flush() error {
	if err := b.flushRows(); err != nil {
		return err
	}
	return b.flushScores()
}

func (b *batch) flushRows() error {
	for _, k := range b.order {
		if k.dirty {
			if err := b.project(k); err != nil {
				return err
			}
			k.dirty = false
		}
	}
	return nil
}

// publish makes the batch visible, after COMMIT, and gives what to deliver.
func (b *batch) publish() []app.Commit {
	if b.clear {
		b.s.cache.clear()
	}
	es := make([]*entry, 0, len(b.order))
	commits := make([]app.Commit, 0, len(b.order)) // hundreds of large ones: growing would copy them
	for _, k := range b.order {
		if len(k.records) == 0 {
			if k.base != nil && !b.clear {
				b.s.cache.keep(k.c.ID, k.base)
			}
			continue
		}
		e := k.entry
		b.s.cache.remember(e, k.said)
		es = append(es, e.sized())
		var before *negotiation.Case
		if k.base != nil {
			before = k.base.c
		} else {
			before = &negotiation.Case{ID: e.c.ID}
		}
		commits = append(commits, app.Commit{Records: k.records, Before: before, After: e.c, Row: e.caseRow()})
	}
	b.s.cache.swap(es)
	b.s.ranking.touch(b.ranked)
	b.s.cards.touch(b.ranked)
	return commits
}

// drop forgets what was touched, after a failure.
func (b *batch) drop() {
	b.s.cache.drop(maps.Keys(b.cases))
	b.s.limits.clear() // one may have been read that was not kept
}

// look is what a decision may read in the transaction.
type look struct {
	b   *batch
	err error
}

// OpenCases counts; see app.Look.
func (l *look) OpenCases(consumer, enterprise, orderRef string) (sameOrder, sameEnterprise, all int, err error) {
	err = l.b.flushRows() // cases that were filed a moment ago count
	if err == nil {
		err = l.b.tx.holdKeys(lockKey(consumerLocks, consumer)) // nobody files for them anywhere else
	}
	if err != nil {
		l.err = err
		return 0, 0, 0, unavailable(err)
	}
	var rows []struct {
		Enterprise string
		OrderRef   string `db:"order_ref"`
	}
	if err := l.b.tx.all(context.Background(), &rows, `SELECT enterprise, order_ref FROM cases WHERE consumer = ? AND open = 1`, consumer); err != nil {
		l.err = err
		return 0, 0, 0, unavailable(err)
	}
	for _, r := range rows {
		if r.Enterprise == enterprise {
			sameEnterprise++
			if orderRef != "" && r.OrderRef == orderRef {
				sameOrder++
			}
		}
	}
	return sameOrder, sameEnterprise, len(rows), nil
}

// Active looks at the account; see app.Look.
func (l *look) Active(account string) (active bool, err error) {
	var found []string
	err = l.b.tx.all(context.Background(), &found, `SELECT id FROM accounts WHERE id = ? AND active = 1`+l.b.tx.words().share, account)
	if err != nil {
		l.err = err
		return false, unavailable(err)
	}
	return len(found) > 0, nil
}

// Limit of an agent; see app.Look.
func (l *look) Limit(account string) (*int64, error) {
	limit, err := l.b.limit(account)
	if err != nil {
		l.err = err
		return nil, unavailable(err)
	}
	return limit, nil
}

// Status of an enterprise; it is read as other transactions leave it.
func (l *look) Status(enterprise string) (status scheme.Status, err error) {
	err = l.b.tx.get(context.Background(), &status, `SELECT status FROM enterprises WHERE id = ?`+l.b.tx.words().share, enterprise)
	if errors.Is(err, sql.ErrNoRows) {
		return scheme.StatusNone, nil
	}
	if err != nil {
		l.err = err
		return "", unavailable(err)
	}
	return status, nil
}

func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

func instant(us int64) time.Time {
	if us == 0 {
		return time.Time{}
	}
	return time.UnixMicro(us).UTC()
}
