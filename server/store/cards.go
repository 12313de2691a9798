package store

import (
	"context"
	"hash/maphash"
	"slices"
	"sync"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"

	"hejie/negotiation"
	"hejie/negotiation/scorecard"
	"hejie/negotiation/workday"
)

// readCards gives the cards of one enterprise, or, for "", of all that have figures, from sums: some hundred rows an enterprise and its
// pairs' index, and none of its cases.
func readCards(ctx context.Context, q querier, today workday.Date, enterprise string) (map[string]scorecard.Card, error) {
	r := cardReader{querier: q, window: scorecard.WindowTo(today), in: map[string]*scorecard.Reading{}}
	if enterprise != "" {
		r.of(enterprise)
		r.one, r.args = ` AND enterprise = ?`, []any{enterprise}
	}
	for _, read := range []func(context.Context) error{r.sums, r.counts, r.frequent} {
		if err := read(ctx); err != nil {
			return nil, err
		}
	}
	cards := make(map[string]scorecard.Card, len(r.in))
	for id, in := range r.in {
		cards[id] = scorecard.Read(*in)
	}
	return cards, nil
}

// cardReader gathers what cards are computed from.
type cardReader struct {
	querier
	window scorecard.Window
	one    string // condition on the one enterprise, with its parameter in args; "" for all
	args   []any
	in     map[string]*scorecard.Reading // by enterprise
}

func (r cardReader) of(enterprise string) *scorecard.Reading {
	if r.in[enterprise] == nil {
		r.in[enterprise] = &scorecard.Reading{Window: r.window, Sums: map[negotiation.Class]scorecard.Counts{}}
	}
	return r.in[enterprise]
}

// sums reads the days before the first whole month of the window, and the months.
func (r cardReader) sums(ctx context.Context) error {
	sp := r.window.Spans()
	part := `SELECT enterprise, class, ` + sumColumns + ` FROM scorecard_rows WHERE `
	rows, err := r.rows(ctx, part+`grain = 'd' AND span BETWEEN ? AND ?`+r.one+` GROUP BY enterprise, class UNION ALL `+
		part+`grain = 'm' AND span >= ?`+r.one+` GROUP BY enterprise, class`,
		slices.Concat([]any{sp.FirstDay, sp.LastDay}, r.args, []any{sp.FirstMonth}, r.args)...)
	if err != nil {
		return err
	}
	defer rows.Close()
	var id string
	var class negotiation.Class
	for rows.Next() {
		c, err := scanCounts(rows, &id, &class)
		if err != nil {
			return err
		}
		sums := r.of(id).Sums
		sums[class] = sums[class].Plus(c)
	}
	return rows.Err()
}

// scanCounts scans a row that ends with sumColumns, what stands before them into before.
func scanCounts(s scanner, before ...any) (scorecard.Counts, error) {
	var v [scorecard.NumColumns]int64
	for i := range v {
		before = append(before, &v[i])
	}
	err := s.Scan(before...)
	return scorecard.CountsOf(v), err
}

// counts reads how many consumers there were in the window, and what is not in the figures yet.
func (r cardReader) counts(ctx context.Context) error {
	rows, err := r.rows(ctx, `SELECT enterprise, count(*), 0, 0 FROM scorecard_pairs WHERE last_on >= ?`+r.one+` GROUP BY enterprise
		UNION ALL SELECT enterprise, 0, running, in_performance FROM scorecard_running WHERE true`+r.one,
		slices.Concat([]any{r.window.From.String()}, r.args, r.args)...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var id string
		var consumers, running, performing int64
		if err := rows.Scan(&id, &consumers, &running, &performing); err != nil {
			return err
		}
		in := r.of(id)
		in.Consumers += consumers
		in.Running += running
		in.InPerformance += performing
	}
	return rows.Err()
}

// frequent reads the results of consumers who may have more than count: scorecard.PerConsumer, spelt as the index has it.
func (r cardReader) frequent(ctx context.Context) error {
	rows, err := r.rows(ctx, `SELECT enterprise, consumer, results FROM scorecard_pairs`+r.words().frequent+`
		WHERE counted > 3 AND last_on >= ?`+r.one, // left to itself SQLite reads all pairs
		slices.Concat([]any{r.window.From.String()}, r.args)...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var id, consumer string
		var results []byte
		if err := rows.Scan(&id, &consumer, &results); err != nil {
			return err
		}
		p, err := scorecard.ReadPair(id, consumer, results)
		if err != nil {
			return err
		}
		in := r.of(id)
		in.Frequent = append(in.Frequent, p)
	}
	return rows.Err()
}

// cards keeps what was read, the least recently asked for go first. Stamps keep a reader from putting back what a commit has moved on
// from, as in cache.
type cards struct {
	mu     sync.Mutex
	lru    *lru.Cache[string, keptCard]
	stamps stamps        // by enterprise
	age    time.Duration // the oldest that is given; 0: only what moves makes them old
	now    func() time.Time
}

type keptCard struct {
	day  workday.Date
	read time.Time
	card scorecard.Card
}

const (
	cardsKept = 10_000
	// What another replica moved nobody tells: so long it may go unseen.
	sharedCardAge    = 5 * time.Second
	sharedRankingAge = time.Minute
)

func newCards(age time.Duration, now func() time.Time) *cards {
	l, err := lru.New[string, keptCard](cardsKept)
	if err != nil { // only for a size below 1
		panic(err)
	}
	c := &cards{lru: l, age: age, now: now}
	c.stamps.seed = maphash.MakeSeed()
	return c
}

// get gives a card that is right for the day; else the stamp for put, taken before the reading.
func (c *cards) get(enterprise string, day workday.Date) (card scorecard.Card, stamp uint64, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	k, ok := c.lru.Get(enterprise)
	return k.card, *c.stamps.of(enterprise), ok && k.day == day && (c.age == 0 || c.now().Sub(k.read) < c.age)
}

func (c *cards) put(enterprise string, day workday.Date, card scorecard.Card, stamp uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if *c.stamps.of(enterprise) == stamp {
		c.lru.Add(enterprise, keptCard{day, c.now(), card})
	}
}

// touch forgets the cards of enterprises whose figures moved; after COMMIT.
func (c *cards) touch(enterprises map[string]bool) {
	if len(enterprises) == 0 {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for id := range enterprises {
		*c.stamps.of(id)++
		c.lru.Remove(id)
	}
}

// clear forgets everything.
func (c *cards) clear() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.stamps.moveAll()
	c.lru.Purge()
}
