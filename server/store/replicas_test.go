package store_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"hejie/negotiation"
	"hejie/negotiation/scorecard"
	"hejie/negotiation/workday"
	"hejie/server/app"
	"hejie/server/store"
)

// replicas opens n stores on one database.
func replicas(t *testing.T, n int) (url string, list []*store.Store) {
	t.Helper()
	url = server.Database(t)
	for range n {
		list = append(list, open(t, url, store.Options{}))
	}
	return url, list
}

// sound requires that the chains hold and that the derived tables are what the log says.
func sound(t *testing.T, s *store.Store) {
	t.Helper()
	_, err := s.Verify(ctx)
	require.NoError(t, err)
	want := dump(t, s)
	require.NoError(t, s.Rebuild(ctx))
	equalDumps(t, want, dump(t, s))
}

// all runs f many times at once and gives the errors.
func all(n int, f func(i int) error) error {
	var wg sync.WaitGroup
	errs := make([]error, n)
	for i := range n {
		wg.Go(func() { errs[i] = f(i) })
	}
	wg.Wait()
	return errors.Join(errs...)
}

// TestReplicasTalk: messages into a few cases through three replicas at once are all kept, each once, in one order without a gap.
func TestReplicasTalk(t *testing.T) {
	t.Parallel()
	_, rs := replicas(t, 3)
	const cases, people, each = 4, 24, 10
	for n := range cases {
		_, err := post(rs[0], fmt.Sprint(n), "file", "filed")
		require.NoError(t, err)
	}
	require.NoError(t, all(people, func(p int) error {
		var errs []error
		for i := range each {
			_, err := post(rs[(p+i)%len(rs)], fmt.Sprint(p%cases), uuid.NewString(), "x")
			errs = append(errs, err)
		}
		return errors.Join(errs...)
	}))
	for n := range cases {
		for _, s := range rs {
			require.Equal(t, int64(1+people/cases*each), version(t, s, fmt.Sprint(n)), "each replica sees what the others wrote")
		}
	}
	sound(t, rs[1])
}

// TestReplicasTail: a replica that remembers a case reads what another one wrote since, for those who follow it.
func TestReplicasTail(t *testing.T) {
	t.Parallel()
	_, rs := replicas(t, 2)
	for n := range int64(3) {
		post := func(command string) {
			_, err := post(rs[0], "case", fmt.Sprint(command, n), "x")
			require.NoError(t, err)
		}
		post("first")
		require.Equal(t, 3*n+1, version(t, rs[1], "case"), "it remembers")
		post("second")
		post("third")
		ends, err := rs[1].Ends(ctx, []string{"case"})
		require.NoError(t, err)
		require.Equal(t, 3*n+3, ends["case"].Room)
		commits, err := rs[1].Since(ctx, []app.From{{Case: "case", Known: app.Ends{Room: 3*n + 1, ConsumerOnly: -1}}}, 10)
		require.NoError(t, err)
		require.Len(t, commits, 1)
		require.Len(t, commits[0].Records, 2)
		require.Equal(t, 3*n+3, commits[0].After.Version)
		require.Equal(t, 3*n+3, commits[0].Row.RoomSeq)
	}
}

// TestReplicasTailOfMany: what a replica reads for its followers, of many cases at once, brings the cases that it remembers onward; those
// of which it read too little, and those that it never knew, are read to their ends all the same.
func TestReplicasTailOfMany(t *testing.T) {
	t.Parallel()
	_, rs := replicas(t, 2)
	const most = 3
	lacks := map[string]int{"none": 0, "one": 1, "page": most, "more": most + 2, "unknown": 1}
	var from []app.From
	for id, n := range lacks {
		for i := range 2 {
			_, err := post(rs[0], id, fmt.Sprint("known ", i), "x")
			require.NoError(t, err)
		}
		if id != "unknown" {
			require.Equal(t, int64(2), version(t, rs[1], id))
		}
		for i := range n {
			_, err := post(rs[0], id, fmt.Sprint("command ", i), "x")
			require.NoError(t, err)
		}
		from = append(from, app.From{Case: id, Known: app.Ends{Room: 2, ConsumerOnly: -1}})
	}
	commits, err := rs[1].Since(ctx, append(from, app.From{Case: "nowhere"}), most)
	require.NoError(t, err)
	require.Len(t, commits, len(lacks)-1)
	page, err := rs[0].Cases(ctx, app.CaseQuery{})
	require.NoError(t, err)
	for _, c := range commits {
		id := c.After.ID
		require.Len(t, c.Records, min(lacks[id], most), id)
		require.Equal(t, int64(3), c.Records[0].Seq, id)
		after, _, err := rs[0].Case(ctx, id)
		require.NoError(t, err)
		require.Equal(t, after, c.After, id)
		require.Contains(t, page.Rows, c.Row, id)
		for i := range lacks[id] {
			r, err := post(rs[1], id, fmt.Sprint("command ", i), "x")
			require.NoError(t, err)
			require.True(t, r.Repeated, "what it read it knows by its command, too: %s %d", id, i)
		}
	}
	sound(t, rs[1])
}

// TestReplicasOneCommand: a command that a client sends to all replicas takes effect once, and each gives the same receipt; also the
// command that opens the case.
func TestReplicasOneCommand(t *testing.T) {
	t.Parallel()
	_, rs := replicas(t, 4)
	for round := range 10 {
		caseID := fmt.Sprint("case ", round)
		for _, id := range []string{"file", "message"} {
			receipts := make([]app.Receipt, len(rs))
			require.NoError(t, all(len(rs), func(i int) (err error) {
				receipts[i], err = post(rs[i], caseID, id, "x")
				return err
			}))
			repeated := 0
			for _, r := range receipts {
				require.Equal(t, receipts[0].Positions, r.Positions)
				if r.Repeated {
					repeated++
				}
			}
			require.Equal(t, len(rs)-1, repeated)
		}
		require.Equal(t, int64(2), version(t, rs[0], caseID))
		_, err := post(rs[round%len(rs)], caseID, "message", "another")
		require.Equal(t, negotiation.CodeCommandIDReused, negotiation.CodeOf(err))
	}
	sound(t, rs[0])
}

// TestReplicasDeadlines: replicas that come and go look for deadlines without a lock, and each deadline takes effect once.
func TestReplicasDeadlines(t *testing.T) {
	t.Parallel()
	url, rs := replicas(t, 1)
	ids := yearOfCases(t, rs[0], "enterprise 7", 200)[190:] // still running
	late := negotiation.Env{At: at.AddDate(2, 0, 0), Calendar: workday.Default()}
	var told atomic.Int64
	require.NoError(t, all(4, func(worker int) error {
		for range 3 { // lives
			s, err := store.Open(url, quiet(store.Options{OnCommit: func(cs []app.Commit) {
				for _, c := range cs {
					told.Add(int64(len(c.Records)))
				}
			}}))
			if err != nil {
				return err
			}
			due, _, err := s.Due(ctx, late.At, 100)
			if worker%2 == 0 {
				slices.Reverse(due)
			}
			for _, id := range due {
				err = errors.Join(err, step(s, id, negotiation.System, nil, late))
			}
			if err := errors.Join(err, s.Close()); err != nil {
				return err
			}
		}
		return nil
	}))
	due, _, err := rs[0].Due(ctx, late.At, 100)
	require.NoError(t, err)
	require.Empty(t, due)
	passed := 0
	for _, id := range ids {
		records, err := rs[0].RecordsOf(ctx, id, negotiation.DeadlinePassed{}.Kind())
		require.NoError(t, err)
		seen := map[string]bool{}
		for _, r := range records {
			require.False(t, seen[string(r.Facts)], "%s: %s", id, r.Facts)
			seen[string(r.Facts)] = true
			passed++
		}
		require.NotEmpty(t, seen)
	}
	require.NotZero(t, passed)
	require.GreaterOrEqual(t, told.Load(), int64(passed), "each was told once, by who wrote it, with what followed from it")
	sound(t, rs[0])
}

// TestReplicasFigures: cases of the same few consumers with the same enterprise end through different replicas at once.
func TestReplicasFigures(t *testing.T) {
	t.Parallel()
	_, rs := replicas(t, 3)
	const cases, consumers = 60, 4
	by := func(i int) negotiation.Actor {
		return negotiation.Actor{ID: fmt.Sprint("consumer ", i%consumers), Role: negotiation.RoleConsumer}
	}
	require.NoError(t, all(cases, func(i int) error {
		return file(rs[i%len(rs)], fmt.Sprint("case ", i), "enterprise", by(i).ID, at)
	}))
	card := func(s *store.Store) scorecard.Card {
		s.ForgetCards()
		card, err := s.Card(ctx, "enterprise", yearsEnd)
		require.NoError(t, err)
		return card
	}
	require.Equal(t, int64(cases), card(rs[0]).Running)
	require.NoError(t, all(cases, func(i int) error {
		var cmd negotiation.Command = negotiation.Escalate{}
		if i%3 == 0 {
			cmd = negotiation.WithdrawCase{Reason: "other"}
		}
		return step(rs[i%len(rs)], fmt.Sprint("case ", i), by(i), cmd, negotiation.Env{At: at, Calendar: workday.Default()})
	}))
	for _, s := range rs { // each reads the same card, whoever moved it
		require.Equal(t, card(rs[0]), card(s))
		require.Zero(t, card(s).Running)
	}
	sound(t, rs[2])
}

// aFiling against an enterprise.
// file files a case by the rules.
func file(s *store.Store, id, enterprise, consumer string, when time.Time) error {
	env := negotiation.Env{At: when, Calendar: workday.Default(), Filing: &negotiation.Filing{Case: id, Code: id, Rules: negotiation.DefaultRules(),
		Bureau: "bureau", Region: "430602", Enrolled: true, Open: negotiation.OpenCases{MaxOrder: 1, MaxEnterprise: 1, Max: 1}}}
	return step(s, id, negotiation.Actor{ID: consumer, Role: negotiation.RoleConsumer}, aFiling(enterprise), env)
}

// firstResponse is that clock of a case.
func firstResponse(t *testing.T, s *store.Store, id string) negotiation.Deadline {
	t.Helper()
	c, _, err := s.Case(ctx, id)
	require.NoError(t, err)
	d, ok := c.Deadline(negotiation.FirstResponse)
	require.True(t, ok)
	return d
}

func aFiling(enterprise string) negotiation.FileCase {
	amount, yes := negotiation.CNY(15000), &negotiation.Choice{Yes: true, Text: "v1"}
	return negotiation.FileCase{Enterprise: enterprise, Category: "quality", Goods: "充电宝", Facts: "鼓包", PurchasedOn: "2026-07-01",
		KnownSince: "2026-07-20", Amount: amount, ForDailyLife: true, OtherBody: negotiation.BodyNone,
		Claim: []negotiation.Item{{By: negotiation.SideEnterprise, Remedy: negotiation.Refund, Amount: &amount,
			Due: negotiation.Due{Days: 3, Unit: negotiation.WorkingDays}}},
		Consents: negotiation.Consents{Truth: "v1", Rules: "v1", Publication: yes, Escalation: yes}}
}

// TestReplicasFiguresAge: what another replica moved is seen after some seconds in a card, and after a minute in the ranking.
func TestReplicasFiguresAge(t *testing.T) {
	t.Parallel()
	var now atomic.Int64
	s, err := store.Open(server.Database(t), quiet(store.Options{Now: func() time.Time { return at.Add(time.Duration(now.Load())) }}))
	require.NoError(t, err)
	defer func() { require.NoError(t, s.Close()) }()
	_, err = s.Card(ctx, "enterprise", yearsEnd)
	require.NoError(t, err)
	_, err = s.Ranking(ctx, app.RankingQuery{Today: yearsEnd})
	require.NoError(t, err)
	broken := func(after time.Duration) (card, ranking error) {
		now.Store(int64(after))
		_, card = s.Card(ctx, "enterprise", yearsEnd)
		_, ranking = s.Ranking(ctx, app.RankingQuery{Today: yearsEnd})
		return card, ranking
	}
	require.NoError(t, s.Exec(ctx, `ALTER TABLE scorecard_rows RENAME TO hidden`)) // who reads now fails
	card, ranking := broken(4 * time.Second)
	require.NoError(t, errors.Join(card, ranking))
	card, ranking = broken(59 * time.Second)
	require.Error(t, card)
	require.NoError(t, ranking)
	_, ranking = broken(time.Minute)
	require.Error(t, ranking)
}

// TestReplicasFilingLimit: a consumer who files through all replicas at once opens no more cases than one replica would let them.
func TestReplicasFilingLimit(t *testing.T) {
	t.Parallel()
	_, rs := replicas(t, 3)
	const limit = 3
	var accepted atomic.Int64
	require.NoError(t, all(12, func(i int) error {
		_, err := rs[i%len(rs)].Change(ctx, app.Change{Case: fmt.Sprint("case ", i), Decide: func(c *negotiation.Case, look app.Look) app.Decision {
			_, _, open, err := look.OpenCases("consumer", "enterprise", "")
			if err != nil {
				return app.Decision{Err: err}
			}
			if open >= limit {
				return app.Decision{Err: negotiation.NewError(negotiation.CodeNotAllowed)}
			}
			e := negotiation.Event{At: at, By: negotiation.By{Side: negotiation.SideConsumer, ID: "consumer"}, Channel: negotiation.Room,
				Fact: negotiation.CaseFiled{Enterprise: "enterprise", Code: c.ID, Region: "430602", Rules: negotiation.DefaultRules()}}
			return app.Decision{Events: []negotiation.Event{e}, After: c.Apply(e)}
		}})
		if err == nil {
			accepted.Add(1)
		} else if negotiation.CodeOf(err) == negotiation.CodeNotAllowed {
			err = nil
		}
		return err
	}))
	require.Equal(t, int64(limit), accepted.Load())
}

// TestReplicasOutbox: every notice is taken by one replica, however many look; what was taken and not sent is due again later.
func TestReplicasOutbox(t *testing.T) {
	t.Parallel()
	_, rs := replicas(t, 3)
	const notices = 60
	now := time.Date(2026, 8, 3, 1, 0, 0, 0, time.UTC)
	require.NoError(t, rs[0].Plain().Write(ctx, func(tx app.PlainTx) error {
		for i := range notices {
			if err := tx.AddOutbox(ctx, app.OutboxRow{ID: fmt.Sprint("notice ", i), To: "x", Template: "t", Created: now, Next: now}); err != nil {
				return err
			}
		}
		return nil
	}))
	var mu sync.Mutex
	taken := map[string]int{}
	until := now.Add(time.Minute)
	drain := func(now, until time.Time) {
		require.NoError(t, all(9, func(i int) error {
			for {
				rows, err := rs[i%len(rs)].Plain().TakeOutbox(ctx, now, until, 7)
				if err != nil || len(rows) == 0 {
					return err
				}
				mu.Lock()
				for _, r := range rows {
					taken[r.ID]++
				}
				mu.Unlock()
			}
		}))
	}
	drain(now, until)
	require.Len(t, taken, notices)
	for id, n := range taken {
		require.Equal(t, 1, n, id)
	}
	drain(until.Add(-time.Microsecond), until)
	require.NoError(t, rs[1].Plain().Write(ctx, func(tx app.PlainTx) error { return tx.Delivered(ctx, app.OutboxRow{ID: "notice 1", Delivered: now}) }))
	drain(until, until.Add(time.Minute))
	for id, n := range taken {
		want := 2
		if id == "notice 1" {
			want = 1
		}
		require.Equal(t, want, n, id)
	}
}

// TestReplicasPlain: plain writes that read before they write are as if they were alone.
func TestReplicasPlain(t *testing.T) {
	t.Parallel()
	_, rs := replicas(t, 3)
	const limit = 5
	var accepted atomic.Int64
	refused := errors.New("refused")
	require.NoError(t, all(30, func(i int) error {
		err := rs[i%len(rs)].Plain().Write(ctx, func(tx app.PlainTx) error {
			n, _, err := tx.Attempts(ctx, "number", at.Add(-time.Hour))
			if err == nil && n >= limit {
				err = refused
			}
			if err != nil {
				return err
			}
			return tx.AddAttempt(ctx, "number", at)
		})
		if err == nil {
			accepted.Add(1)
		}
		if errors.Is(err, refused) {
			return nil
		}
		return err
	}))
	require.Equal(t, int64(limit), accepted.Load())
	err := all(6, func(i int) error {
		return rs[i%len(rs)].Plain().Write(ctx, func(tx app.PlainTx) error {
			return tx.AddAccount(ctx, app.Account{ID: fmt.Sprint(i), Login: "same", Role: negotiation.RoleOfficer})
		})
	})
	require.Equal(t, 5, strings.Count(err.Error(), app.CodeLoginTaken), err)
}

// TestForeignTexts: what a browser calls itself may be no text at all.
func TestForeignTexts(t *testing.T) {
	t.Parallel()
	_, rs := replicas(t, 1)
	row := app.SessionRow{ID: "s", Token: []byte("t"), Account: "a", Created: at, Seen: at, Expires: at.Add(time.Hour), Agent: "\xffBrowser\x00 1"}
	require.NoError(t, rs[0].Plain().Write(ctx, func(tx app.PlainTx) error { return tx.AddSession(ctx, row) }))
	got, err := rs[0].Plain().Session(ctx, []byte("t"))
	require.NoError(t, err)
	require.Equal(t, "\uFFFDBrowser 1", got.Agent)
	_, err = rs[0].Cases(ctx, app.CaseQuery{Enterprise: "e", Search: "\x00\xff"})
	require.NoError(t, err)
}

// TestReplicasAreNamed: those that work on a server are known by their names while they do, unless the URL names them otherwise.
func TestReplicasAreNamed(t *testing.T) {
	t.Parallel()
	url := server.Database(t)
	a, b := open(t, url, store.Options{Replica: "a b"}), open(t, url, store.Options{Replica: "b"})
	nameless := open(t, url, store.Options{})
	open(t, url+"&application_name=operator", store.Options{Replica: "c"})
	names, err := nameless.Replicas(ctx)
	require.NoError(t, err)
	require.ElementsMatch(t, []string{"a b", "b"}, names)
	require.NoError(t, b.Close())
	require.Eventually(t, func() bool { // the server notices that a connection is gone a moment later
		names, err := a.Replicas(ctx)
		return err == nil && slices.Equal([]string{"a b"}, names)
	}, 10*time.Second, 10*time.Millisecond)
	names, err = newStore(t, store.Options{Replica: "a b"}).Replicas(ctx)
	require.NoError(t, err)
	require.Empty(t, names)
}
