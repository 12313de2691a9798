package storetest

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"hejie/negotiation"
	"hejie/negotiation/scheme"
	"hejie/negotiation/scorecard"
	"hejie/negotiation/workday"
	"hejie/server/app"
	"hejie/server/store"
)

// wire is a value as JSON, in which instants compare whatever zone they were made in.
func wire(b *bed, v any) string {
	b.t.Helper()
	j, err := json.Marshal(v)
	require.NoError(b.t, err)
	return strings.ReplaceAll(string(j), "+08:00", "Z+8")
}

func codes(rows []app.CaseRow) (out []string) {
	for _, r := range rows {
		out = append(out, strings.TrimLeft(strings.TrimPrefix(r.Code, "CODE"), "0"))
	}
	return out
}

func (b *bed) listed(q app.CaseQuery) []string {
	b.t.Helper()
	page, err := b.Cases(ctx, q)
	require.NoError(b.t, err)
	return codes(page.Rows)
}

func lists(b *bed) {
	b.fileAs(1, consumer(1), 1, "充电宝", 30000)
	b.now = b.now.Add(time.Hour)
	b.fileAs(2, consumer(1), 2, "电饭煲", 10000)
	b.now = b.now.AddDate(0, 0, 1)
	b.fileAs(3, consumer(3), 1, "耳机", 20000)
	b.now = b.now.Add(time.Hour)
	b.must(desk(1), caseID(1), "o", offer(12000))
	b.must(desk(1), caseID(3), "a", negotiation.Assign{Agent: desk(1).ID})
	b.must(consumer(1), caseID(2), "w", negotiation.WithdrawCase{Reason: negotiation.WithdrawMistaken})
	e1 := id("enterprise", 1)
	for _, x := range []struct {
		q    app.CaseQuery
		want []string
	}{
		{app.CaseQuery{}, []string{"3", "2", "1"}},
		{app.CaseQuery{Consumer: consumer(1).ID}, []string{"2", "1"}},
		{app.CaseQuery{Enterprise: e1}, []string{"3", "1"}},
		{app.CaseQuery{Enterprise: e1, Sort: app.SortAmount}, []string{"1", "3"}},
		{app.CaseQuery{Enterprise: e1, Sort: app.SortTurn}, []string{"3", "1"}},
		{app.CaseQuery{Enterprise: e1, Sort: app.SortDue}, []string{"3", "1"}},
		{app.CaseQuery{Enterprise: e1, Open: true, Sort: app.SortAmount}, []string{"1", "3"}},
		{app.CaseQuery{Enterprise: e1, Open: true, Sort: app.SortTurn}, []string{"3", "1"}},
		{app.CaseQuery{Enterprise: e1, Open: true, Sort: app.SortDue}, []string{"3", "1"}},
		{app.CaseQuery{Enterprise: e1, Turn: negotiation.SideConsumer}, []string{"1"}},
		{app.CaseQuery{Enterprise: e1, Phases: []negotiation.Phase{negotiation.PhaseAwaitingResponse}}, []string{"3"}},
		{app.CaseQuery{Enterprise: e1, Agent: desk(1).ID}, []string{"3"}},
		{app.CaseQuery{Enterprise: e1, Unassigned: true}, []string{"1"}},
		{app.CaseQuery{Min: 10001, Max: 20000}, []string{"3"}},
		{app.CaseQuery{Open: true}, []string{"3", "1"}},
		{app.CaseQuery{Bureau: officer.Bureau, Category: "quality"}, []string{"3", "2", "1"}},
		{app.CaseQuery{Within: "430000"}, []string{"3", "2", "1"}},
		{app.CaseQuery{Within: "430600", Open: true}, []string{"3", "1"}},
		{app.CaseQuery{Within: county}, []string{"3", "2", "1"}},
		{app.CaseQuery{Within: county, Sort: app.SortDue}, []string{"3", "1", "2"}},
		{app.CaseQuery{Within: county, Sort: app.SortDue, Open: true, Max: 20000}, []string{"3"}},
		{app.CaseQuery{Sort: app.SortDue}, []string{"3", "1", "2"}},
		{app.CaseQuery{Within: "000000"}, []string{"3", "2", "1"}},
		{app.CaseQuery{Within: "440000"}, nil},
		{app.CaseQuery{Within: "430603"}, nil},
	} {
		require.Equal(b.t, x.want, b.listed(x.q), "%+v", x.q)
	}
	ids, err := b.OpenCaseIDs(ctx, app.OpenFilter{Enterprise: e1}, "", 10)
	require.NoError(b.t, err)
	require.Equal(b.t, []string{caseID(1), caseID(3)}, ids)
	ids, err = b.OpenCaseIDs(ctx, app.OpenFilter{}, caseID(1), 10)
	require.NoError(b.t, err)
	require.Equal(b.t, []string{caseID(3)}, ids)
	for _, active := range []bool{true, false} { // the agent of the third case works, and then no more
		b.write(func(tx app.PlainTx) error {
			if active {
				return tx.AddAccount(ctx, app.Account{ID: desk(1).ID, Login: "agent", Role: negotiation.RoleDeskAgent, Enterprise: e1, Active: true, Created: start})
			}
			return tx.SetAccount(ctx, app.Account{ID: desk(1).ID, Login: "agent", Role: negotiation.RoleDeskAgent, Enterprise: e1})
		})
		ids, err = b.OpenCaseIDs(ctx, app.OpenFilter{Left: true}, "", 10)
		require.NoError(b.t, err)
		require.Equal(b.t, active, len(ids) == 0)
	}
	require.Equal(b.t, []string{caseID(3)}, ids)
	counts, err := b.CountInbox(ctx, e1, desk(1).ID)
	require.NoError(b.t, err)
	require.Equal(b.t, app.InboxCounts{Open: 2, Mine: 1, Nobody: 1, Turns: map[negotiation.Side]int{negotiation.SideConsumer: 1, negotiation.SideEnterprise: 1},
		Phases: map[negotiation.Phase]int{negotiation.PhaseAwaitingResponse: 1, negotiation.PhaseNegotiating: 1}}, counts)
	_, err = b.Cases(ctx, app.CaseQuery{Sort: "title; DROP TABLE cases"})
	require.Equal(b.t, negotiation.CodeInvalid, negotiation.CodeOf(err))
	row, err := b.CaseRow(ctx, caseID(1))
	require.NoError(b.t, err)
	require.Equal(b.t, int64(12000), row.OfferMinor)
	require.Equal(b.t, int64(30000), row.ClaimMinor)
	require.Equal(b.t, negotiation.SideEnterprise, row.OfferBy)
	require.Equal(b.t, "充电宝", row.Title)
	require.Equal(b.t, "我们退款", row.Last)
	partsOfBoth(b)
}

// partsOfBoth: a case in which both have something to do is found, and counts, for each of them.
func partsOfBoth(b *bed) {
	b.fileAs(4, consumer(4), 1, "水壶", 20000)
	both := offer(20000)
	both.Items = append(both.Items, negotiation.Item{By: negotiation.SideConsumer, Remedy: negotiation.ReturnAndRefund, Description: "寄回水壶",
		Due: negotiation.Due{Days: 3, Unit: negotiation.CalendarDays}})
	b.must(desk(1), caseID(4), "o", both)
	b.accept(consumer(4), caseID(4))
	counts, err := b.CountInbox(ctx, id("enterprise", 1), desk(1).ID)
	require.NoError(b.t, err)
	require.Equal(b.t, map[negotiation.Side]int{negotiation.SideConsumer: 2, negotiation.SideEnterprise: 2}, counts.Turns)
	for side, want := range map[negotiation.Side][]string{negotiation.SideConsumer: {"1", "4"}, negotiation.SideEnterprise: {"3", "4"}, negotiation.SideBureau: nil} {
		require.ElementsMatch(b.t, want, b.listed(app.CaseQuery{Enterprise: id("enterprise", 1), Open: true, Turn: side, Sort: app.SortDue}), side)
	}
}

func paging(b *bed) {
	amounts := []int64{500, 100, 300, 300, 300, 200, 700}
	for n, a := range amounts {
		b.fileAs(n+1, consumer(n+1), 1, "x", a)
	}
	for _, sort := range app.Sorts {
		want := b.listed(app.CaseQuery{Sort: sort})
		require.Len(b.t, want, len(amounts))
		var got []string
		q := app.CaseQuery{Sort: sort, Limit: 2}
		for {
			page, err := b.Cases(ctx, q)
			require.NoError(b.t, err)
			require.LessOrEqual(b.t, len(page.Rows), 2)
			got = append(got, codes(page.Rows)...)
			if q.After = page.Next; q.After == "" {
				break
			}
		}
		require.Equal(b.t, want, got, sort)
	}
	for _, after := range []string{"x!", "1.2.3", ".", "-"} {
		_, err := b.Cases(ctx, app.CaseQuery{After: after})
		require.Equal(b.t, negotiation.CodeInvalid, negotiation.CodeOf(err), after)
	}
}

func board(b *bed) {
	for n := 1; n <= 6; n++ {
		b.file(n, 1)
	}
	b.must(consumer(2), caseID(2), "e", negotiation.Escalate{})
	b.must(consumer(3), caseID(3), "e", negotiation.Escalate{})
	b.must(officer, caseID(3), "a", negotiation.AcceptComplaint{})
	b.must(desk(1), caseID(4), "r", negotiation.RefuseCase{Ground: negotiation.NotOurCustomer, Text: "不是我们的"})
	b.must(consumer(4), caseID(4), "w", negotiation.WithdrawCase{Reason: negotiation.WithdrawSolved}) // the refusal is still to be ruled on
	ids, err := b.OpenCaseIDs(ctx, app.OpenFilter{Clocks: true}, caseID(3), 1)
	require.NoError(b.t, err)
	require.Equal(b.t, []string{caseID(4)}, ids)
	b.must(consumer(5), caseID(5), "w", negotiation.WithdrawCase{Reason: negotiation.WithdrawMistaken})
	b.must(consumer(6), caseID(6), "e", negotiation.Escalate{})
	b.now = b.now.AddDate(0, 0, 20) // the decision on 2 and 6 is overdue, and 1 has gone to the bureau
	b.must(negotiation.System, caseID(6), "", nil)
	horizon := start.AddDate(0, 0, 3)
	for _, x := range []struct {
		column app.Column
		want   []string
	}{
		{app.ColumnComing, []string{"1"}}, {app.ColumnNew, []string{"2"}}, {app.ColumnAccepted, []string{"3"}}, {app.ColumnRefusals, []string{"4"}},
		{app.ColumnClosed, []string{"5"}}, {app.ColumnOverdue, []string{"6"}}, {app.ColumnBroken, nil},
	} {
		require.Equal(b.t, x.want, b.listed(app.CaseQuery{Within: county, Column: x.column, Horizon: horizon}), x.column)
	}
	require.Empty(b.t, b.listed(app.CaseQuery{Within: county, Column: app.ColumnComing, Horizon: start}))
	counts, err := b.CountColumns(ctx, app.CaseQuery{Within: county, Horizon: horizon})
	require.NoError(b.t, err)
	require.Equal(b.t, map[app.Column]int{app.ColumnComing: 1, app.ColumnRunning: 1, app.ColumnNew: 1, app.ColumnAccepted: 1,
		app.ColumnRefusals: 1, app.ColumnClosed: 1, app.ColumnOverdue: 1}, counts)
	b.must(negotiation.System, caseID(4), "", nil)
	require.Equal(b.t, []string{"6", "4"}, b.listed(app.CaseQuery{Within: county, Column: app.ColumnOverdue}))
	b.must(officer, caseID(4), "f", negotiation.RuleOnRefusal{Upheld: true, Reasons: "不是其顾客"})
	latest := app.CaseQuery{Within: county, Column: app.ColumnClosed, Sort: app.SortLatest, Limit: 1}
	require.Equal(b.t, []string{"5"}, b.listed(latest))
	page, err := b.Cases(ctx, latest)
	require.NoError(b.t, err)
	latest.After = page.Next
	require.Equal(b.t, []string{"4"}, b.listed(latest))
}

func search(b *bed) {
	b.enrol(1, "岳阳ＡＢＣ超市")
	b.fileAs(1, consumer(1), 1, "充电宝 100%", 100)
	b.fileAs(2, consumer(2), 1, "电饭煲_二", 100)
	for q, want := range map[string][]string{
		"电": {"2", "1"}, "充电": {"1"}, "abc": {"2", "1"}, "ＡＢＣ": {"2", "1"}, "code000002": {"2"}, "%": {"1"}, "_": {"2"}, "没有": nil, " 充电 ": {"1"},
	} {
		require.Equal(b.t, want, b.listed(app.CaseQuery{Enterprise: id("enterprise", 1), Search: q}), q)
	}
	// A bureau finds names and codes of every case, but titles only of those whose room it may read.
	inRegion := func(q string) []string {
		return b.listed(app.CaseQuery{Within: county, TitlesOf: officer.Bureau, Search: q})
	}
	require.Equal(b.t, []string{"2", "1"}, inRegion("abc"))
	require.Empty(b.t, inRegion("电"))
	require.Empty(b.t, b.listed(app.CaseQuery{Within: county, Enterprise: id("enterprise", 1), Search: "电"}))
	b.must(consumer(2), caseID(2), "e", negotiation.Escalate{})
	require.Equal(b.t, []string{"2"}, inRegion("电"))
	require.Empty(b.t, b.listed(app.CaseQuery{Within: county, TitlesOf: id("another bureau"), Search: "电"}))
	require.Empty(b.t, b.listed(app.CaseQuery{Within: county, Search: "电"}))
}

func erasure(b *bed) {
	c := b.file(1, 1)
	b.say(consumer(1), c, "first")
	b.say(consumer(1), c, "my secret")
	erase := func(seq int64) {
		b.must(negotiation.System, c, uuid.NewString(), negotiation.EraseContent{Channel: negotiation.Room, Seq: seq, Reason: "asked for"})
	}
	erase(4)
	row, err := b.CaseRow(ctx, c)
	require.NoError(b.t, err)
	require.Equal(b.t, "first", row.Last)
	require.Equal(b.t, "充电宝 A1", row.Title)
	erase(1)
	require.Empty(b.t, b.listed(app.CaseQuery{Enterprise: id("enterprise", 1), Search: "充电宝"}))
	row, err = b.CaseRow(ctx, c)
	require.NoError(b.t, err)
	require.Empty(b.t, row.Title)

	rs, err := b.Records(ctx, c, negotiation.Room, 0, 10)
	require.NoError(b.t, err)
	for _, r := range rs {
		gone := r.Seq == 4 || r.Seq == 1
		require.Equal(b.t, gone, r.Erased(), r.Seq)
		require.Equal(b.t, gone, strings.Contains(string(r.Wire()), `"erased":true`), r.Seq)
	}
	_, err = b.Verify(ctx)
	require.NoError(b.t, err)
	b.rebuilds()
	b.reopen()
	row, err = b.CaseRow(ctx, c)
	require.NoError(b.t, err)
	require.Equal(b.t, "first", row.Last)
}

func tampered(b *bed) {
	b.enrol(1, "超市")
	for n := 1; n <= 3; n++ {
		b.file(n, 1)
		b.say(consumer(n), caseID(n), "x")
	}
	_, err := b.Verify(ctx)
	require.NoError(b.t, err)
	const where = ` WHERE case_key = (SELECT key FROM case_keys WHERE id = ?) AND version = 4`
	for _, x := range []struct {
		set  string
		args []any
	}{
		{`channel = 'desk'`, nil}, {`seq = seq + 7`, nil}, {`type = 'rated'`, nil}, {`side = 'bureau'`, nil}, {`actor = 'x'`, nil},
		{`at = at + 1`, nil}, {`facts = ?`, []any{[]byte("{} ")}}, {`content_sum = ?`, []any{[]byte{0}}}, {`hash = ?`, []any{make([]byte, 32)}},
		{`salt = ?`, []any{make([]byte, 16)}}, {`content = ?`, []any{[]byte("{}")}}, {`content = NULL, salt = NULL`, nil}, {`version = 9`, nil},
	} {
		column := x.set
		require.NoError(b.t, b.db.Exec(`CREATE TABLE kept AS SELECT * FROM events`))
		require.NoError(b.t, b.db.Exec(`UPDATE events SET `+column+where, append(x.args, caseID(2))...))
		_, err := b.Verify(ctx)
		var f *store.Fault
		require.True(b.t, errors.As(err, &f), "%s: %v", column, err)
		require.Equal(b.t, caseID(2), f.Case, column)
		require.Contains(b.t, []int64{4, 9}, f.Version, column)
		require.NoError(b.t, b.db.Exec(`DELETE FROM events`))
		require.NoError(b.t, b.db.Exec(`INSERT INTO events SELECT case_key, version, channel, seq, type, side, actor, at, facts, content_sum,
			hash, command, command_digest, salt, content FROM kept ORDER BY case_key, version`))
		require.NoError(b.t, b.db.Exec(`DROP TABLE kept`))
		_, err = b.Verify(ctx)
		require.NoError(b.t, err)
	}
	require.NoError(b.t, b.db.Exec(`UPDATE enterprise_events SET actor = 'x' WHERE version = 2`))
	_, err = b.Verify(ctx)
	var f *store.Fault
	require.True(b.t, errors.As(err, &f))
	require.Equal(b.t, store.Fault{Enterprise: id("enterprise", 1), Version: 2, What: "the hash does not follow"}, *f)

	// An enterprise's log cut off, at its end or whole, is seen by its row.
	for _, cut := range []string{`UPDATE enterprise_events SET actor = ? WHERE version = 2`, `DELETE FROM enterprise_events WHERE actor = ? AND version = 2`,
		`DELETE FROM enterprise_events WHERE actor <> ?`} {
		require.NoError(b.t, b.db.Exec(cut, officer.ID))
		_, err = b.Verify(ctx)
		if f = nil; strings.HasPrefix(cut, "UPDATE") {
			require.NoError(b.t, err)
			continue
		}
		require.True(b.t, errors.As(err, &f), "%s: %v", cut, err)
		require.Equal(b.t, id("enterprise", 1), f.Enterprise, cut)
	}

	// A case without its log, and the end of one cut off, are seen by the case's row.
	require.NoError(b.t, b.db.Exec(`DELETE FROM events WHERE case_key = (SELECT key FROM case_keys WHERE id = ?)`, caseID(3)))
	_, err = b.Verify(ctx)
	require.True(b.t, errors.As(err, &f))
	require.Equal(b.t, caseID(3), f.Case)
	require.NoError(b.t, b.db.Exec(`DELETE FROM events`+where, caseID(1)))
	_, err = b.Verify(ctx)
	require.True(b.t, errors.As(err, &f))
	require.Equal(b.t, caseID(1), f.Case)
}

// rebuilds requires that the derived tables, filled again from the log, are what they were.
func (b *bed) rebuilds() {
	b.t.Helper()
	var before, after strings.Builder
	require.NoError(b.t, b.DumpDerived(ctx, &before))
	require.NoError(b.t, b.Rebuild(ctx))
	require.NoError(b.t, b.DumpDerived(ctx, &after))
	require.Equal(b.t, before.String(), after.String())
}

// settle ends case n as settled and confirmed, or as escalated.
func (b *bed) settle(n, enterprise int, well bool) {
	c := caseID(n)
	if !well {
		b.must(consumer(n), c, id("escalate", n), negotiation.Escalate{})
		return
	}
	b.must(desk(enterprise), c, id("offer", n), offer(15000))
	b.accept(consumer(n), c)
	b.must(desk(enterprise), c, id("report", n), negotiation.ReportPerformance{Item: 0, Reference: "bank 1"})
	b.must(consumer(n), c, id("confirm", n), negotiation.ConfirmPerformance{Item: 0})
}

func figures(b *bed) {
	b.enrol(1, "超市")
	today := workday.DateOf(b.now)
	var results []scorecard.Result
	for n := range 12 {
		b.file(n, 1)
		b.now = b.now.Add(time.Hour)
		if n < 10 {
			b.settle(n, 1, n%3 > 0)
		}
		c, _, err := b.Case(ctx, caseID(n))
		require.NoError(b.t, err)
		if r := store.ResultOf(c); r != nil {
			results = append(results, *r)
		}
	}
	require.Len(b.t, results, 10)
	card, err := b.Card(ctx, id("enterprise", 1), today)
	require.NoError(b.t, err)
	require.Equal(b.t, scorecard.Compute(results, today, 2, 0), card)
	require.Equal(b.t, int64(6), card.Confirmed.Count)
	empty, err := b.Card(ctx, id("enterprise", 2), today)
	require.NoError(b.t, err)
	require.Equal(b.t, scorecard.Compute(nil, today, 0, 0), empty)
	b.rebuilds()
	again, err := b.Card(ctx, id("enterprise", 1), today)
	require.NoError(b.t, err)
	require.Equal(b.t, card, again)
}

func rankings(b *bed) {
	today := workday.DateOf(b.now)
	n := 0
	for e := 1; e <= 7; e++ {
		b.enrol(e, fmt.Sprint("企业", e))
		cases := 10
		if e >= 5 {
			cases = e - 5 // too few for a grade, the last by name with the most
		}
		for i := range cases {
			n++
			b.file(n, e)
			b.settle(n, e, i >= e)
		}
	}
	names := func(q app.RankingQuery) (out []string) {
		q.Today = today
		page, err := b.Ranking(ctx, q)
		require.NoError(b.t, err)
		for _, r := range page.Rows {
			out = append(out, r.Name)
		}
		if page.Next != "" {
			q.After = page.Next
			more, err := b.Ranking(ctx, q)
			require.NoError(b.t, err)
			for _, r := range more.Rows {
				out = append(out, r.Name)
			}
		}
		return out
	}
	want := []string{"企业1", "企业2", "企业3", "企业4", "企业5", "企业6", "企业7"}
	require.Equal(b.t, want, names(app.RankingQuery{}))
	require.Equal(b.t, want, names(app.RankingQuery{Limit: 5, Within: "430000"}))
	require.Empty(b.t, names(app.RankingQuery{Within: "440000"}))
	page, err := b.Ranking(ctx, app.RankingQuery{Today: today})
	require.NoError(b.t, err)
	for _, st := range page.Rows {
		card, err := b.Card(ctx, st.Enterprise, today)
		require.NoError(b.t, err)
		require.Equal(b.t, card, st.Card)
		require.Equal(b.t, scheme.StatusEnrolled, st.Status)
	}
	for range 5 { // a change is seen by the next reading
		n++
		b.file(n, 1)
		b.settle(n, 1, false)
	}
	require.Equal(b.t, []string{"企业2", "企业3", "企业1", "企业4", "企业5", "企业6", "企业7"}, names(app.RankingQuery{}))
	_, err = b.Ranking(ctx, app.RankingQuery{Today: today, After: "x"})
	require.Equal(b.t, negotiation.CodeInvalid, negotiation.CodeOf(err))
}

// histories: whatever happened, the derived tables are what the log says, the chains hold, and a cold case is the hot one.
func histories(b *bed) {
	for e := range 3 {
		b.enrol(e, fmt.Sprint("企业", e))
	}
	n := 0
	rapid.Check(b.t, func(t *rapid.T) {
		first := n
		for range rapid.IntRange(1, 3).Draw(t, "cases") {
			n++
			b.fileAs(n, consumer(n%7), n%3, fmt.Sprint("goods ", n), 15000)
		}
		for range rapid.IntRange(1, 25).Draw(t, "acts") {
			b.act(t, rapid.IntRange(first+1, n).Draw(t, "case"))
		}
		var before, after strings.Builder
		require.NoError(t, b.DumpDerived(ctx, &before))
		require.NoError(t, b.Rebuild(ctx))
		require.NoError(t, b.DumpDerived(ctx, &after))
		require.Equal(t, before.String(), after.String())
		_, err := b.Verify(ctx)
		require.NoError(t, err)
	})
}

// act does something, allowed or not, to case n.
func (b *bed) act(t *rapid.T, n int) {
	c := caseID(n)
	consumer, desk := consumer(n%7), desk(n%3)
	now, _, err := b.Case(ctx, c)
	require.NoError(t, err)
	open, _ := now.OpenOffer()
	acts := []struct {
		by  negotiation.Actor
		cmd negotiation.Command
	}{
		{consumer, negotiation.PostMessage{Text: "text"}}, {desk, negotiation.PostMessage{Text: "question", Question: true}},
		{desk, negotiation.PostMessage{Text: "note", Channel: negotiation.Desk}}, {desk, negotiation.Assign{Agent: desk.ID}},
		{desk, offer(9000)}, {consumer, offer(14000)}, {consumer, negotiation.AcceptOffer{Offer: open.Number, Digest: open.Digest}},
		{desk, negotiation.AcceptOffer{Offer: open.Number, Digest: open.Digest}}, {consumer, negotiation.DeclineOffer{Offer: open.Number}},
		{desk, negotiation.ReportPerformance{Item: 0, Reference: "bank"}}, {consumer, negotiation.ConfirmPerformance{Item: 0}},
		{consumer, negotiation.DisputePerformance{Item: 0}}, {consumer, negotiation.WithdrawCase{Reason: negotiation.WithdrawNoLonger}},
		{consumer, negotiation.Reopen{}}, {consumer, negotiation.Escalate{}}, {consumer, negotiation.Rate{Stars: 4}},
		{desk, negotiation.RefuseCase{Ground: negotiation.NotOurCustomer, Text: "no"}}, {officer, negotiation.AcceptComplaint{}},
		{officer, negotiation.RuleOnRefusal{Upheld: true, Reasons: "so"}}, {officer, negotiation.FindPerformance{Finding: negotiation.FoundLate, Reasons: "so"}},
		{officer, negotiation.Void{Ground: negotiation.VoidAbuse, Reasons: "so"}}, {officer, negotiation.Chase{}},
		{officer, negotiation.CloseComplaint{Outcome: negotiation.OutcomeSettled, Reasons: "so"}}, {negotiation.System, nil},
		{negotiation.System, negotiation.EraseContent{Channel: negotiation.Room, Seq: 1 + rapid.Int64Range(0, now.Version-1).Draw(t, "erased"), Reason: "asked"}},
	}
	x := acts[rapid.IntRange(0, len(acts)-1).Draw(t, "act")]
	b.now = b.now.Add(time.Duration(rapid.SampledFrom([]int{0, 1, 30, 24 * 60, 5 * 24 * 60}).Draw(t, "minutes")) * time.Minute)
	if _, err := b.do(x.by, c, uuid.NewString(), x.cmd); err != nil {
		require.NotContains(t, []string{negotiation.CodeInternal, negotiation.CodeUnavailable}, negotiation.CodeOf(err), "%T: %v", x.cmd, err)
	}
}

// backup: a copy made while messages are written is whole, and has what was acknowledged before.
func backup(b *bed) {
	c := b.file(1, 1)
	b.say(consumer(1), c, "before")
	stop, done := make(chan struct{}), make(chan error, 1)
	go func() {
		for n := 0; ; n++ {
			select {
			case <-stop:
				done <- nil
				return
			default:
				if err := b.post(1, fmt.Sprint(n)); err != nil {
					done <- err
					return
				}
			}
		}
	}()
	dir := b.t.TempDir()
	path, err := b.Backup(ctx, dir)
	close(stop)
	require.NoError(b.t, <-done)
	require.NoError(b.t, err)
	require.NoError(b.t, store.CheckBackup(ctx, path))
	names, err := os.ReadDir(dir)
	require.NoError(b.t, err)
	require.False(b.t, slices.ContainsFunc(names, func(e os.DirEntry) bool { return strings.HasSuffix(e.Name(), ".part") }))

	restored, err := store.Open(path, store.Options{})
	require.NoError(b.t, err)
	defer func() { require.NoError(b.t, restored.Close()) }()
	_, err = restored.Verify(ctx)
	require.NoError(b.t, err)
	rs, err := restored.Records(ctx, c, negotiation.Room, 0, 100000)
	require.NoError(b.t, err)
	require.GreaterOrEqual(b.t, len(rs), 3)
	_, err = b.Backup(ctx, dir) // replaces the last one
	require.NoError(b.t, err)
}
