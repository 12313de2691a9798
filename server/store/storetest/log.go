package storetest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"hejie/negotiation"
	"hejie/server/app"
)

var ctx = context.Background()

func appendAndRead(b *bed) {
	c := b.file(1, 1)
	r := b.say(consumer(1), c, "请退款")
	require.False(b.t, r.Repeated)
	require.Equal(b.t, c, r.Case)

	rs, err := b.Records(ctx, c, negotiation.Room, 0, 100)
	require.NoError(b.t, err)
	require.Len(b.t, rs, 3) // filed, claim, message
	own, err := b.Records(ctx, c, negotiation.ConsumerOnly, 0, 100)
	require.NoError(b.t, err)
	require.Len(b.t, own, 1) // the choice, which is filed last
	head := negotiation.Head{}
	for i, rec := range []negotiation.Record{rs[0], rs[1], own[0], rs[2]} {
		require.Equal(b.t, int64(i+1), rec.Version)
		require.Equal(b.t, head.At(rec.Channel).Seq+1, rec.Seq)
		require.True(b.t, rec.Verify(head.Hash))
		head = head.After(rec)
	}
	require.Equal(b.t, rs[2].Position(), r.Positions.Room)
	require.JSONEq(b.t, `{"text":"请退款"}`, string(rs[2].Content))
	require.Equal(b.t, b.now.UTC(), rs[2].At)

	got, end, err := b.Case(ctx, c)
	require.NoError(b.t, err)
	require.Equal(b.t, head, end)
	require.Equal(b.t, int64(4), got.Version)

	later, err := b.Records(ctx, c, negotiation.Room, 1, 1)
	require.NoError(b.t, err)
	require.Equal(b.t, rs[1:2], later)
	made, err := b.RecordsOf(ctx, c, negotiation.OfferMade{}.Kind())
	require.NoError(b.t, err)
	require.Equal(b.t, rs[1:2], made)
	both, err := b.RecordsOf(ctx, c, negotiation.OfferMade{}.Kind(), negotiation.CaseFiled{}.Kind())
	require.NoError(b.t, err)
	require.Equal(b.t, rs[:2], both)
	who, err := b.Speakers(ctx, c)
	require.NoError(b.t, err)
	require.Equal(b.t, []negotiation.By{{Side: negotiation.SideConsumer, ID: consumer(1).ID}}, who)
	code, err := b.CaseByCode(ctx, got.Code)
	require.NoError(b.t, err)
	require.Equal(b.t, c, code)
	for _, ref := range [][2]string{{got.Code, "x"}, {"x", got.OrderRef}} {
		found, err := b.CaseByRef(ctx, consumer(1).ID, ref[0], ref[1])
		require.NoError(b.t, err)
		require.Equal(b.t, c, found)
	}
	_, err = b.CaseByRef(ctx, consumer(2).ID, got.Code, got.OrderRef)
	require.Equal(b.t, negotiation.CodeNotFound, negotiation.CodeOf(err))
}

func once(b *bed) {
	c := b.file(1, 1)
	hello := negotiation.PostMessage{Text: "hello"}
	first := b.must(consumer(1), c, "m1", hello)
	b.must(desk(1), c, "m1", hello) // another actor's id is another id
	_, err := b.do(consumer(1), c, "m1", negotiation.PostMessage{Text: "other"})
	require.Equal(b.t, negotiation.CodeCommandIDReused, negotiation.CodeOf(err))
	again := b.must(consumer(1), c, "m1", hello)
	require.True(b.t, again.Repeated)
	require.Equal(b.t, first.Positions, again.Positions)
	got, _, err := b.Case(ctx, c)
	require.NoError(b.t, err)
	require.Equal(b.t, int64(5), got.Version)

	// A refused command is not remembered.
	_, err = b.do(consumer(1), c, "m2", negotiation.PostMessage{})
	require.Equal(b.t, negotiation.CodeRequired, negotiation.CodeOf(err))
	require.False(b.t, b.must(consumer(1), c, "m2", hello).Repeated)
}

// receipts of a command are the same for each time, also from another process and when it made several events.
func receipts(b *bed) {
	c := b.file(1, 1)
	b.must(desk(1), c, "o1", offer(9000))
	first := b.must(consumer(1), c, "e1", negotiation.Escalate{})
	b.say(consumer(1), c, "later")
	for range 2 {
		r := b.must(consumer(1), c, "e1", negotiation.Escalate{})
		require.True(b.t, r.Repeated)
		require.Equal(b.t, first.Positions, r.Positions)
		b.reopen()
	}
	f := filing(1, 1, "充电宝 A1", 15000)
	again := b.must(consumer(1), c, id("file", 1), f)
	require.True(b.t, again.Repeated)
	require.Equal(b.t, int64(2), again.Positions.Room.Seq)
}

// refusedWithEvents: what was due passes although the command is refused, and a refused command is not remembered.
func refusedWithEvents(b *bed) {
	c := b.file(1, 1)
	b.now = b.now.AddDate(0, 0, 4) // the first response is overdue
	_, err := b.do(consumer(1), c, "m1", negotiation.PostMessage{})
	require.Equal(b.t, negotiation.CodeRequired, negotiation.CodeOf(err))
	rs, err := b.Records(ctx, c, negotiation.Room, 2, 100)
	require.NoError(b.t, err)
	require.Len(b.t, rs, 1)
	require.Equal(b.t, negotiation.DeadlinePassed{}.Kind(), rs[0].Type)
	r := b.must(consumer(1), c, "m1", negotiation.PostMessage{Text: "x"})
	require.False(b.t, r.Repeated)
	require.Equal(b.t, int64(4), r.Positions.Room.Seq)
}

// free decides a message without the rules' limits on talk.
// manyActs: acts are found whole and in order, cold and hot, however many there are.
func manyActs(b *bed) {
	const n = 1203 // more than are asked for at once
	c := b.file(1, 1)
	_, err := b.Change(ctx, app.Change{Case: c, Decide: func(c *negotiation.Case, _ app.Look) app.Decision {
		var events []negotiation.Event
		for range n {
			for _, f := range []negotiation.Fact{negotiation.DetailsDisclosed{}, negotiation.MessagePosted{}} {
				events = append(events, negotiation.Event{At: b.now, By: negotiation.By{Side: negotiation.SideConsumer, ID: c.Consumer}, Channel: negotiation.Room, Fact: f})
			}
		}
		return app.Decision{Events: events, After: c.Apply(events...)}
	}})
	require.NoError(b.t, err)
	for range 2 {
		found, err := b.RecordsOf(ctx, c, negotiation.DetailsDisclosed{}.Kind(), negotiation.CaseFiled{}.Kind())
		require.NoError(b.t, err)
		require.Len(b.t, found, n+1)
		for i, r := range found[1:] {
			require.Equal(b.t, int64(3+2*i), r.Seq) // after the filing and the claim
		}
		b.reopen()
	}
}

func free(by negotiation.Actor, text string, at time.Time) func(*negotiation.Case, app.Look) app.Decision {
	return func(c *negotiation.Case, _ app.Look) app.Decision {
		e := negotiation.Event{At: at, By: negotiation.By{Side: by.Side(), ID: by.ID}, Channel: negotiation.Room,
			Fact: negotiation.MessagePosted{}, Content: &negotiation.Content{Text: text}}
		return app.Decision{Events: []negotiation.Event{e}, After: c.Apply(e)}
	}
}

func (b *bed) post(n int, text string) error {
	by := consumer(n)
	_, err := b.Change(ctx, app.Change{Case: caseID(n), Command: command(by, uuid.NewString(), nil), Decide: free(by, text, b.now.UTC())})
	return err
}

func producers(b *bed) {
	const cases, people, each = 10, 64, 20
	for n := range cases {
		b.file(n, 1)
	}
	var wg sync.WaitGroup
	errs := make([]error, people)
	for p := range people {
		wg.Go(func() {
			for i := range each {
				errs[p] = errors.Join(errs[p], b.post(p%cases, fmt.Sprintf("%d/%d", p, i)))
			}
		})
	}
	wg.Wait()
	require.NoError(b.t, errors.Join(errs...))
	total := 0
	for n := range cases {
		rs, err := b.Records(ctx, caseID(n), negotiation.Room, 0, 10000)
		require.NoError(b.t, err)
		next := map[int]int{}
		for i, r := range rs {
			require.Equal(b.t, int64(i+1), r.Seq)
			if r.Type != (negotiation.MessagePosted{}).Kind() {
				continue
			}
			e, err := r.Event()
			require.NoError(b.t, err)
			var p, i int
			_, err = fmt.Sscanf(e.Content.Text, "%d/%d", &p, &i)
			require.NoError(b.t, err)
			require.Equal(b.t, next[p], i, "a producer's messages stay in order")
			next[p]++
			total++
		}
		got, head, err := b.Case(ctx, caseID(n))
		require.NoError(b.t, err)
		require.Equal(b.t, int64(len(rs)+1), got.Version, "and the consumer's choice")
		require.Equal(b.t, rs[len(rs)-1].Hash, head.Hash)
	}
	require.Equal(b.t, people*each, total)
	_, err := b.Verify(ctx)
	require.NoError(b.t, err)
}

// badNeighbour: decisions that panic and writes that break rules fail alone.
func badNeighbour(b *bed) {
	for n := range 8 {
		b.file(n, 1)
	}
	var wg sync.WaitGroup
	good, bad := make([]error, 64), make([]error, 64)
	for i := range 64 {
		wg.Go(func() { good[i] = b.post(i%8, "good") })
		wg.Go(func() {
			to := caseID(i % 8)
			if i%4 == 2 {
				to = caseID(100 + i)
			}
			_, bad[i] = b.Change(ctx, app.Change{Case: to, Decide: func(c *negotiation.Case, _ app.Look) app.Decision {
				switch i % 4 {
				case 0:
					panic("a rule with a bug")
				case 1: // says other than its events
					return app.Decision{Events: []negotiation.Event{{At: b.now, Channel: negotiation.Room, Fact: negotiation.MessagePosted{}}}, After: c}
				case 2: // a code that another case has breaks a constraint
					e := negotiation.Event{At: b.now.UTC(), By: negotiation.By{Side: negotiation.SideConsumer, ID: "x"}, Channel: negotiation.Room,
						Fact: negotiation.CaseFiled{Code: "CODE000001", Region: county}}
					return app.Decision{Events: []negotiation.Event{e}, After: c.Apply(e)}
				}
				return app.Decision{Err: negotiation.NewError(negotiation.CodeNotAllowed)}
			}})
		})
	}
	wg.Wait()
	require.NoError(b.t, errors.Join(good...))
	for i, err := range bad {
		want := negotiation.CodeInternal
		if i%4 == 3 {
			want = negotiation.CodeNotAllowed
		}
		require.Equal(b.t, want, negotiation.CodeOf(err), i)
	}
	for n := range 8 {
		rs, err := b.Records(ctx, caseID(n), negotiation.Room, 0, 100)
		require.NoError(b.t, err)
		require.Len(b.t, rs, 2+8)
	}
	_, err := b.Verify(ctx)
	require.NoError(b.t, err)
}

func noSuchCase(b *bed) {
	b.file(1, 1)
	nobody := caseID(99)
	_, _, err := b.Case(ctx, nobody)
	require.Equal(b.t, negotiation.CodeNotFound, negotiation.CodeOf(err))
	_, err = b.Records(ctx, nobody, negotiation.Room, 0, 10)
	require.Equal(b.t, negotiation.CodeNotFound, negotiation.CodeOf(err))
	_, err = b.CaseByCode(ctx, "nothing")
	require.Equal(b.t, negotiation.CodeNotFound, negotiation.CodeOf(err))
	_, err = b.do(consumer(1), nobody, "m1", negotiation.PostMessage{Text: "x"})
	require.Error(b.t, err)
	v, err := b.Verify(ctx)
	require.NoError(b.t, err)
	require.Equal(b.t, int64(1), v.Cases)
}

// coldAndHot: a case read from the log is the one that its changes made.
func coldAndHot(b *bed) {
	c := b.file(1, 1)
	b.say(consumer(1), c, "one")
	o := offer(12000)
	o.Items = append(o.Items, negotiation.Item{By: negotiation.SideConsumer, Remedy: negotiation.Other, Description: "退回赠品", Due: o.Items[0].Due})
	b.must(desk(1), c, "o1", o)
	b.accept(consumer(1), c)
	hot, hotHead, err := b.Case(ctx, c)
	require.NoError(b.t, err)
	hotRow := b.row(c)
	hotWho, err := b.Speakers(ctx, c)
	require.NoError(b.t, err)
	b.reopen()
	cold, coldHead, err := b.Case(ctx, c)
	require.NoError(b.t, err)
	coldRow := b.row(c)
	coldWho, err := b.Speakers(ctx, c)
	require.NoError(b.t, err)
	require.Equal(b.t, wire(b, hot), wire(b, cold))
	require.Equal(b.t, hotHead, coldHead)
	require.Equal(b.t, wire(b, hotRow), wire(b, coldRow))
	require.Equal(b.t, hotWho, coldWho)
	page, err := b.Cases(ctx, app.CaseQuery{Consumer: consumer(1).ID})
	require.NoError(b.t, err)
	require.Equal(b.t, wire(b, []app.CaseRow{hotRow}), wire(b, page.Rows))
	require.NotEmpty(b.t, hotRow.Also, "both have a part of the agreement to perform")
}

// ownSpeakers: whoever adds to the speakers that were given adds to nobody else's.
func ownSpeakers(b *bed) {
	c := b.file(1, 1)
	for i := range 4 { // lists grow in steps
		by := desk(1)
		by.ID = id("agent", i)
		b.say(by, c, "x")
		one, err := b.Speakers(ctx, c)
		require.NoError(b.t, err)
		other, err := b.Speakers(ctx, c)
		require.NoError(b.t, err)
		one, other = append(one, negotiation.By{ID: "one"}), append(other, negotiation.By{ID: "other"})
		require.Equal(b.t, "one", one[len(one)-1].ID)
		require.Equal(b.t, "other", other[len(other)-1].ID)
	}
}

func openCases(b *bed) {
	by := consumer(1)
	for n := 1; n <= 3; n++ {
		b.fileAs(n, by, n%2, "goods", 100)
	}
	open := func() (n [3]int) {
		_, err := b.Change(ctx, app.Change{Case: caseID(9), Decide: func(_ *negotiation.Case, look app.Look) app.Decision {
			var err error
			n[0], n[1], n[2], err = look.OpenCases(by.ID, id("enterprise", 1), "ref3")
			return app.Decision{Err: err}
		}})
		require.NoError(b.t, err)
		return n
	}
	require.Equal(b.t, [3]int{1, 2, 3}, open(), "of the order, of the enterprise, all")
	b.must(by, caseID(3), "w", negotiation.WithdrawCase{Reason: negotiation.WithdrawMistaken})
	require.Equal(b.t, [3]int{0, 1, 2}, open())
}

func due(b *bed) {
	ids, next, err := b.Due(ctx, b.now, 10)
	require.NoError(b.t, err)
	require.Empty(b.t, ids)
	require.True(b.t, next.IsZero())
	for n := range 3 {
		b.file(n, 1)
		b.now = b.now.AddDate(0, 0, 1)
	}
	first, _, err := b.Case(ctx, caseID(0))
	require.NoError(b.t, err)
	_, next, err = b.Due(ctx, start, 0)
	require.NoError(b.t, err)
	require.Equal(b.t, first.NextAt(), next, "asked for none it says when the first is due")
	ids, next, err = b.Due(ctx, start, 10)
	require.NoError(b.t, err)
	require.Empty(b.t, ids)
	require.Equal(b.t, first.NextAt().UTC(), next)
	end := start.AddDate(0, 1, 0)
	ids, next, err = b.Due(ctx, end, 2)
	require.NoError(b.t, err)
	require.Equal(b.t, []string{caseID(0), caseID(1)}, ids)
	require.False(b.t, next.After(end))
	ids, next, err = b.Due(ctx, end, 3)
	require.NoError(b.t, err)
	require.Len(b.t, ids, 3)
	require.True(b.t, next.IsZero())
	b.now = end
	b.must(negotiation.System, caseID(0), "", nil)
	c, _, err := b.Case(ctx, caseID(0))
	require.NoError(b.t, err)
	require.Equal(b.t, negotiation.PhaseEscalated, c.Phase)
	ids, _, err = b.Due(ctx, end, 1)
	require.NoError(b.t, err)
	require.Equal(b.t, []string{caseID(1)}, ids)

	for _, n := range []int{9, 5, 7} { // of one day, so due at one instant: as they were filed
		b.file(n, 1)
	}
	ids, _, err = b.Due(ctx, end.AddDate(0, 1, 0), 5)
	require.NoError(b.t, err)
	require.Equal(b.t, []string{caseID(1), caseID(2), caseID(9), caseID(5), caseID(7)}, ids)
}

func channels(b *bed) {
	c := b.file(1, 1)
	b.say(consumer(1), c, "room 3")
	note := b.must(desk(1), c, "n1", negotiation.PostMessage{Text: "desk 1", Channel: negotiation.Desk})
	b.say(consumer(1), c, "room 4")
	b.must(desk(1), c, "n2", negotiation.PostMessage{Text: "desk 2", Channel: negotiation.Desk})
	own := b.must(consumer(1), c, "k1", negotiation.ChangeConsents{Escalation: &negotiation.Choice{Text: "v1"}})
	require.Equal(b.t, negotiation.Positions{ConsumerOnly: own.Positions.ConsumerOnly}, own.Positions)
	require.Equal(b.t, own.Positions, b.must(consumer(1), c, "k1", negotiation.ChangeConsents{Escalation: &negotiation.Choice{Text: "v1"}}).Positions)
	require.Equal(b.t, negotiation.Positions{Desk: note.Positions.Desk}, note.Positions)
	require.Equal(b.t, int64(1), note.Positions.Desk.Seq)
	for _, x := range []struct {
		ch    negotiation.Channel
		after int64
		want  []int64
	}{
		{negotiation.Room, 2, []int64{3, 4}}, {negotiation.Room, 3, []int64{4}}, {negotiation.Room, 4, nil},
		{negotiation.Desk, 0, []int64{1, 2}}, {negotiation.Desk, 1, []int64{2}}, {negotiation.Desk, 2, nil},
		{negotiation.ConsumerOnly, 0, []int64{1, 2}}, {negotiation.ConsumerOnly, 1, []int64{2}}, {negotiation.ConsumerOnly, 2, nil},
	} {
		rs, err := b.Records(ctx, c, x.ch, x.after, 10)
		require.NoError(b.t, err)
		var seqs []int64
		for _, r := range rs {
			require.Equal(b.t, x.ch, r.Channel)
			seqs = append(seqs, r.Seq)
		}
		require.Equal(b.t, x.want, seqs)
	}
	row := b.row(c)
	require.Equal(b.t, int64(4), row.RoomSeq)
	require.Equal(b.t, "room 4", row.Last, "notes are not shown in lists")
	require.Equal(b.t, int64(4+2), row.Version, "nor counted what only the consumer knows")
	page, err := b.Cases(ctx, app.CaseQuery{})
	require.NoError(b.t, err)
	require.Equal(b.t, row.Version, page.Rows[0].Version)
	b.rebuilds()
	b.reopen()
	_, head, err := b.Case(ctx, c)
	require.NoError(b.t, err)
	require.Equal(b.t, own.Positions.ConsumerOnly, head.ConsumerOnly)
}

func cancelled(b *bed) {
	c := b.file(1, 1)
	gone, cancel := context.WithCancel(ctx)
	cancel()
	_, err := b.Change(gone, app.Change{Case: c, Decide: free(consumer(1), "x", b.now.UTC())})
	require.Equal(b.t, negotiation.CodeUnavailable, negotiation.CodeOf(err))
	got, _, err := b.Case(ctx, c)
	require.NoError(b.t, err)
	require.Equal(b.t, int64(3), got.Version)
}

// commitsInOrder: what OnCommit hears is, case by case, the whole log without a gap, and each commit goes on where the last ended.
func commitsInOrder(b *bed) {
	var wg sync.WaitGroup
	for n := range 4 {
		b.file(n, 1)
	}
	errs := make([]error, 16)
	for i := range errs {
		wg.Go(func() {
			for range 10 {
				errs[i] = errors.Join(errs[i], b.post(i%4, "x"))
			}
		})
	}
	wg.Wait()
	require.NoError(b.t, errors.Join(errs...))
	require.NoError(b.t, b.Close())
	at := map[string]int64{}
	for _, c := range b.commits() {
		require.Equal(b.t, at[c.After.ID], c.Before.Version)
		for _, r := range c.Records {
			at[c.After.ID]++
			require.Equal(b.t, at[c.After.ID], r.Version)
		}
		require.Equal(b.t, at[c.After.ID], c.After.Version)
		require.Equal(b.t, c.After.Version-1, c.Row.Version, "lists count without what only the consumer knows")
	}
	require.Len(b.t, at, 4)
	for _, v := range at {
		require.Equal(b.t, int64(3+40), v)
	}
}
