package store

import (
	"context"
	"errors"
	"hash/fnv"
	"log/slog"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

// On PostgreSQL several processes, replicas, work on one database, and each has two writers: one for changes of cases, one for plain
// writes, so that neither waits for the other's locks.
//
// A batch of changes locks the rows of its cases, in the order of their keys, reads on those that other replicas moved, decides, writes and
// commits. Plain writes of all replicas take turns by a lock of their own: they may read before they write, as if they were alone.
// Further locks are taken in this order, so that batches wait for each other and never in a circle: limits on filing, results of
// consumers, sums of enterprises. Where they do meet in a circle (a renamed enterprise), the server ends one of them, and it tries again.

// tries of a batch that others were in the way of, or whose connection was lost; between them firstPause, doubled each time, half of it by chance.
const (
	tries      = 6
	firstPause = 20 * time.Millisecond
)

// Keys of advisory locks. Consumers, and their results, share a few of them: a server has room for some thousand locks in all.
const (
	plainLock     int64 = 0x68656a6965_0001 // "hejie", 1
	migrateLock   int64 = 0x68656a6965_0002
	consumerLocks int64 = 0x68656a6965_1000
	pairLocks     int64 = 0x68656a6965_2000
	locksOfAKind        = 128
)

// lockKey is the same in every process.
func lockKey(kind int64, parts ...string) int64 {
	h := fnv.New64a()
	for _, p := range parts {
		h.Write([]byte(p))
		h.Write([]byte{0})
	}
	return kind + int64(h.Sum64()%locksOfAKind)
}

// holdKeys waits for advisory locks and keeps them until COMMIT; with a file there is nobody to wait for.
func (t *tx) holdKeys(keys ...int64) error {
	if t.pipe == nil || len(keys) == 0 {
		return nil
	}
	slices.Sort(keys)
	return t.pipe.later(`SELECT pg_advisory_xact_lock(k) FROM unnest($1::bigint[]) AS k`, []any{slices.Compact(keys)})
}

// holdPairs locks the results of consumers that the verdicts are about, and reads them in one query.
func (b *batch) holdPairs() error {
	var keys []int64
	var enterprises, consumers []string
	seen := make(map[pairKey]bool, len(b.verdicts))
	for _, v := range b.verdicts {
		if k := v.pairKey; !seen[k] && b.pairs[k] == nil {
			seen[k] = true
			if !b.alone {
				keys = append(keys, lockKey(pairLocks, k.enterprise, k.consumer))
			}
			enterprises, consumers = append(enterprises, k.enterprise), append(consumers, k.consumer)
		}
	}
	if len(consumers) == 0 {
		return nil
	}
	if err := b.tx.holdKeys(keys...); err != nil {
		return err
	}
	rows, err := b.tx.pipe.rows(`SELECT enterprise, consumer, coalesce(results, '') FROM unnest($1::text[], $2::text[]) AS w (enterprise, consumer)
		LEFT JOIN scorecard_pairs USING (enterprise, consumer)`, []any{enterprises, consumers})
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var k pairKey
		var stored []byte
		if err := rows.Scan(&k.enterprise, &k.consumer, &stored); err != nil {
			return err
		}
		if _, err := b.readPair(k, stored); err != nil {
			return err
		}
	}
	return rows.Err()
}

// attemptShared is attempt on PostgreSQL.
func (w *writer) attemptShared(jobs []*job) error {
	begun, patience := time.Now(), w.tx.pipe.patience
	for n := 1; ; n++ {
		err := w.once(jobs)
		if err == nil || !passing(err) || n == tries || patience > 0 && (lockedOut(err) || time.Since(begun) >= patience) { // they waited long enough
			return err
		}
		w.s.opt.Log.Debug("a batch is tried again", slog.Int("jobs", len(jobs)), slog.Int("attempt", n), slog.Any("error", err))
		pause := firstPause << (n - 1)
		time.Sleep(pause/2 + rand.N(pause/2))
	}
}

func (w *writer) once(jobs []*job) error {
	b := &batch{s: w.s, tx: w.tx, cases: make(map[string]*open), start: time.Now()}
	w.tx.batch = b
	p := w.tx.pipe
	err := p.begin()
	if err == nil {
		err = w.locked(b, jobs)
	}
	if err == nil {
		err = w.fill(b, jobs)
	}
	if err != nil {
		err = p.seen(err) // rows that broke off while they were read say nothing of the connection
		unknown := p.sent && p.gone()
		err = errors.Join(err, p.rollback())
		if unknown {
			committed, e := b.committed()
			if committed {
				w.finish(b, jobs)
				return nil
			}
			if e != nil {
				return e
			}
		}
		return err
	}
	if err := p.release(); err != nil {
		w.s.opt.Log.Warn("a connection was not given back", slog.Any("error", err))
	}
	w.finish(b, jobs)
	return nil
}

// committed says, after the connection was lost during COMMIT, whether the batch took effect: its first event tells, since its hash has a
// salt that nobody else has; a batch without events has only the transaction's number.
func (b *batch) committed() (bool, error) {
	p := b.tx.pipe
	committed, own, err := p.outcome()
	if err != nil || !committed {
		return false, err
	}
	for _, k := range b.order {
		if len(k.records) > 0 {
			return p.has(k.key, k.records[0])
		}
	}
	if !own {
		return false, errUnknown
	}
	return true, nil
}

// lockHeads looks each case up by its indexes: so no plan that was made while the tables were small reads all of them later.
var lockHeads = `SELECT c.` + strings.ReplaceAll(headColumns, ", ", ", c.") + ` FROM unnest($1::text[]) AS w (id)
	CROSS JOIN LATERAL (SELECT key FROM case_keys WHERE id = w.id LIMIT 1) k JOIN cases c ON c.key = k.key ORDER BY c.key FOR NO KEY UPDATE OF c`

// locked takes the locks of the batch and its cases as they are under them.
func (w *writer) locked(b *batch, jobs []*job) error {
	p := w.tx.pipe
	if jobs[0].write != nil { // a batch is all plain, or has none
		p.queue.Queue(`SELECT pg_advisory_xact_lock($1)`, plainLock)
		return p.flush()
	}
	bases, ids := w.s.basesOf(jobs)
	heads := p.lock(ids)
	b.askLimits(jobs) // after the locks, for which others may have to be waited
	if err := p.flush(); err != nil {
		return err
	}
	if err := w.s.advance(context.Background(), w.tx, bases, heads); err != nil {
		return err
	}
	for _, id := range ids {
		if heads[id] == nil {
			bases[id] = nil // cached, and gone: a database that was restored
		}
		b.add(id, bases[id])
	}
	var filing []int64 // whose cases will be counted
	for _, j := range jobs {
		if heads[j.change.Case] == nil && j.change.Command.Actor != "" {
			filing = append(filing, lockKey(consumerLocks, j.change.Command.Actor))
		}
	}
	return w.tx.holdKeys(filing...)
}

// basesOf the jobs' cases are what the cache has of them, nil for nothing; ids are the cases as they first come.
func (s *Store) basesOf(jobs []*job) (bases map[string]*entry, ids []string) {
	bases, ids = make(map[string]*entry, len(jobs)), make([]string, 0, len(jobs))
	for _, j := range jobs {
		id := j.change.Case
		if _, ok := bases[id]; !ok {
			ids = append(ids, id)
			bases[id], _ = s.cache.get(id)
		}
	}
	return bases, ids
}

// lock lets the rows of cases be locked and read with what travels next; one that is not there is left out.
func (p *pipe) lock(ids []string) map[string]*caseHead {
	heads := make(map[string]*caseHead, len(ids))
	p.queue.Queue(lockHeads, ids).Query(func(rows pgx.Rows) error {
		for rows.Next() {
			var h caseHead
			if err := rows.Scan(h.into()...); err != nil {
				return err
			}
			heads[h.ID] = &h
		}
		return rows.Err()
	})
	return heads
}
