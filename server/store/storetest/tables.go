package storetest

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"hejie/negotiation"
	"hejie/negotiation/region"
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

func erasure(b *bed) {
	c := b.file(1, 1)
	b.say(consumer(1), c, "first")
	wish := uuid.NewString()
	said := b.must(consumer(1), c, wish, negotiation.PostMessage{Text: "my secret"})
	guess := func() (app.Receipt, error) {
		return b.do(consumer(1), c, wish, negotiation.PostMessage{Text: "a guess"})
	}
	_, err := guess()
	require.Equal(b.t, negotiation.CodeCommandIDReused, negotiation.CodeOf(err))
	erase := func(seq int64) {
		b.must(negotiation.System, c, uuid.NewString(), negotiation.EraseContent{Channel: negotiation.Room, Seq: seq, Reason: "asked for"})
	}
	erase(4)
	said.Repeated = true
	same, err := guess()
	require.NoError(b.t, err, "nothing is left by which a guess could be told from what was said")
	require.Equal(b.t, said, same)
	row := b.row(c)
	require.Equal(b.t, "first", row.Last)
	require.Equal(b.t, "充电宝 A1", row.Title)
	erase(1)
	require.Empty(b.t, b.listed(app.CaseQuery{Enterprise: id("enterprise", 1), Search: "充电宝"}))
	row = b.row(c)
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
	row = b.row(c)
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
		require.ErrorAs(b.t, err, &f, column)
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
	require.ErrorAs(b.t, err, &f)
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
		require.ErrorAs(b.t, err, &f, cut)
		require.Equal(b.t, id("enterprise", 1), f.Enterprise, cut)
	}

	// A case without its log, and the end of one cut off, are seen by the case's row.
	require.NoError(b.t, b.db.Exec(`DELETE FROM events WHERE case_key = (SELECT key FROM case_keys WHERE id = ?)`, caseID(3)))
	_, err = b.Verify(ctx)
	require.ErrorAs(b.t, err, &f)
	require.Equal(b.t, caseID(3), f.Case)
	require.NoError(b.t, b.db.Exec(`DELETE FROM events`+where, caseID(1)))
	_, err = b.Verify(ctx)
	require.ErrorAs(b.t, err, &f)
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

// failedRebuild: of a log that cannot be folded nothing is derived, and what was derived before stays as it was.
func failedRebuild(b *bed) {
	b.enrol(1, "超市")
	for n := 1; n <= 3; n++ {
		b.file(n, 1)
	}
	b.settle(2, 1, false)
	var before, after strings.Builder
	require.NoError(b.t, b.DumpDerived(ctx, &before))
	const broken = `UPDATE events SET type = ? WHERE case_key = (SELECT key FROM case_keys WHERE id = ?) AND version = 1`
	require.NoError(b.t, b.db.Exec(broken, "nonsense", caseID(3)))
	require.Error(b.t, b.Rebuild(ctx))
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

func results(b *bed) {
	b.enrol(1, "超市")
	b.enrol(2, "商场")
	want := map[string]map[negotiation.Class]scorecard.Counts{} // by month
	for n := range 9 {
		b.file(n, 1+n%2)
		b.settle(n, 1+n%2, n%3 > 0)
		c, _, err := b.Case(ctx, caseID(n))
		require.NoError(b.t, err)
		r := *store.ResultOf(c)
		month := r.ClassedOn.String()[:7]
		if want[month] == nil {
			want[month] = map[negotiation.Class]scorecard.Counts{}
		}
		for _, d := range scorecard.Delta(nil, &r) {
			if d.Grain == scorecard.ByMonth {
				want[month][r.Class] = want[month][r.Class].Plus(d.Counts)
			}
		}
		b.now = b.now.Add(9 * 24 * time.Hour)
	}
	first, last := slices.Min(slices.Collect(maps.Keys(want))), slices.Max(slices.Collect(maps.Keys(want)))
	require.NotEqual(b.t, first, last)
	read := func(within, from, to string) map[string]map[negotiation.Class]scorecard.Counts {
		got := map[string]map[negotiation.Class]scorecard.Counts{}
		found, err := b.Results(ctx, within, from, to)
		require.NoError(b.t, err)
		for _, m := range found {
			require.Equal(b.t, "430602", m.Region)
			if got[m.Month] == nil {
				got[m.Month] = map[negotiation.Class]scorecard.Counts{}
			}
			require.Zero(b.t, got[m.Month][m.Class], "twice")
			got[m.Month][m.Class] = m.Counts
		}
		return got
	}
	for _, within := range []string{region.Country, "430000", "430600", "430602"} {
		require.Equal(b.t, want, read(within, first, last), within)
	}
	require.Equal(b.t, map[string]map[negotiation.Class]scorecard.Counts{first: want[first]}, read("430602", first, first))
	require.Empty(b.t, read("430603", first, last))
	require.Empty(b.t, read("440000", first, last))
	require.Empty(b.t, read(region.Country, "2020-01", "2020-12"))
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
	supervisor, ask, request := desk, offer(12000), int64(1)
	supervisor.Role = negotiation.RoleDeskSupervisor
	if now.Request != nil {
		request = now.Request.Seq
	}
	acts := []struct {
		by  negotiation.Actor
		cmd negotiation.Command
	}{
		{consumer, negotiation.PostMessage{Text: "text"}}, {desk, negotiation.PostMessage{Text: "question", Question: true}},
		{desk, negotiation.PostMessage{Text: "note", Channel: negotiation.Desk}}, {desk, negotiation.Assign{Agent: desk.ID}},
		{desk, negotiation.RequestApproval{MakeOffer: &ask}}, {supervisor, negotiation.AnswerRequest{Request: request}},
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
	path := filepath.Join(dir, "copy.db")
	err := store.Backup(ctx, b.db.At, path)
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
	require.NoError(b.t, store.Backup(ctx, b.db.At, path), "replaces the last one")
}
