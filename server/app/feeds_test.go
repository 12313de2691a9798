package app_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hejie/negotiation"
	"hejie/server/app"
)

// follower keeps a feed as a client does: the first page, then rows, of each case the highest version.
type follower struct {
	name  string
	x     app.Session
	feed  string
	rows  map[string]app.CaseRow
	frame int // rows that came
}

func follow(p people, lists *app.Lists, name string, x app.Session, feed string) *follower {
	return &follower{name: name, x: x, feed: feed, rows: p.page(lists, x, feed)}
}

func (p people) page(lists *app.Lists, x app.Session, feed string) map[string]app.CaseRow {
	p.t.Helper()
	page, err := lists.Page(p.ctx, x, feed)
	require.NoError(p.t, err)
	require.Empty(p.t, page.Next, "more cases than a page: the comparison would be of parts")
	rows := map[string]app.CaseRow{}
	for _, r := range page.Rows {
		rows[r.Case] = r
	}
	return rows
}

// take does what live does with a commit, and what a client does with the row.
func (f *follower) take(t *testing.T, lists *app.Lists, c app.Commit) {
	t.Helper()
	inRoom := slices.ContainsFunc(c.Records, func(r negotiation.Record) bool { return r.Channel == negotiation.Room })
	if !inRoom && f.feed != app.FeedInbox {
		return
	}
	require.NoError(t, lists.Learn(t.Context(), c.Row))
	row, ok := lists.Row(f.x, f.feed, c.Row)
	known, had := f.rows[c.Row.Case]
	if had {
		require.Greater(t, row.Version, known.Version, "%s: a change that looks older than what is known", f.name)
	}
	switch {
	case !ok:
		require.Equal(t, app.CaseRow{Case: c.Row.Case, Version: row.Version}, row)
		delete(f.rows, c.Row.Case)
	default:
		f.frame++
		row.ReadSeq = known.ReadSeq
		f.rows[c.Row.Case] = row
	}
}

// now is what the feed shows: open cases, but for one's own; the column by the contract's rule; read marks come with pages.
func (f *follower) now(rows map[string]app.CaseRow, horizon time.Time) map[string]app.CaseRow {
	rows = maps.Clone(rows)
	for id, r := range rows {
		if r.Phase == negotiation.PhaseClosed && f.feed != app.FeedMe {
			delete(rows, id)
			continue
		}
		if r.Column == app.ColumnRunning || r.Column == app.ColumnComing {
			r.Column = app.ColumnRunning
			if r.BreachAt.Before(horizon) {
				r.Column = app.ColumnComing
			}
		}
		r.ReadSeq = 0
		rows[id] = r
	}
	return rows
}

// After any history a feed's first page with the rows since is what a fresh page shows, columns and clocks and all.
func TestFeedIsTheFreshPage(t *testing.T) {
	t.Parallel()
	seen := map[app.Column]bool{}
	for seed := range uint64(3) {
		maps.Copy(seen, feedHistory(t, rand.New(rand.NewPCG(seed, 1))))
	}
	for _, c := range []app.Column{app.ColumnComing, app.ColumnRunning, app.ColumnNew, app.ColumnAccepted, app.ColumnOverdue, app.ColumnRefusals, app.ColumnBroken, app.ColumnNone} {
		require.True(t, seen[c], "the histories never reached %q", c)
	}
}

func feedHistory(t *testing.T, r *rand.Rand) map[app.Column]bool {
	p := newPeople(t)
	above := p.world.officer(p.admin, province, "above")
	far := p.world.officer(p.admin, elsewhere, "far")
	other := p.consumer("+8613800138999").Session
	lists := app.NewLists(p.w, p.store, p.yearbook)
	var followers []*follower
	for name, f := range map[string]struct {
		x    app.Session
		feed string
	}{
		"buyer": {p.buyer, app.FeedMe}, "other": {other, app.FeedMe}, "desk": {p.supervisor, app.FeedInbox}, "rival": {p.rival, app.FeedInbox},
		"officer": {p.officer, app.FeedBoard}, "above": {above, app.FeedBoard}, "far": {far, app.FeedBoard},
	} {
		followers = append(followers, follow(p, lists, name, f.x, f.feed))
	}
	seen, versions := map[app.Column]bool{}, map[string]int64{}
	var cases []string
	changes := 0
	for range 300 {
		p.act(r, other, &cases)
		for _, id := range cases {
			if v := p.caseOf(id).Version; v != versions[id] {
				versions[id] = v
				changes++
				for _, c := range p.delivered(id) {
					for _, f := range followers {
						f.take(t, lists, c)
					}
				}
			}
		}
		for _, f := range followers {
			fresh := f.now(p.page(lists, f.x, f.feed), lists.Horizon())
			require.Equal(t, fresh, f.now(f.rows, lists.Horizon()), f.name)
			for _, row := range fresh {
				seen[row.Column] = true
			}
		}
	}
	require.Greater(t, changes, 80)
	for _, f := range followers {
		require.Equal(t, f.name == "far" || f.name == "rival", f.frame == 0, f.name)
	}
	return seen
}

// act does something at random; much of it is refused.
func (p people) act(r *rand.Rand, other app.Session, cases *[]string) {
	if len(*cases) == 0 || len(*cases) < 12 && r.IntN(8) == 0 {
		f := filing(p.enterprise.ID)
		f.OrderNumber = fmt.Sprint("order ", len(*cases))
		x := p.buyer
		if r.IntN(3) == 0 {
			x = other
		}
		if r.IntN(4) == 0 {
			f.Consents.Escalation = &negotiation.Choice{Text: "2026-1"}
		}
		if receipt, err := p.filed(x, f); err == nil {
			*cases = append(*cases, receipt.Case)
		}
		return
	}
	id := (*cases)[r.IntN(len(*cases))]
	c := p.caseOf(id)
	buyer := p.buyer
	if c.Consumer == other.Actor.ID {
		buyer = other
	}
	offer, _ := c.OpenOffer()
	amount := negotiation.CNY(int64(1000 + r.IntN(14000)))
	terms := negotiation.MakeOffer{ValidDays: 3 + r.IntN(5), Items: []negotiation.Item{{By: negotiation.SideEnterprise, Remedy: negotiation.Refund, Amount: &amount,
		Due: negotiation.Due{Days: 3, Unit: negotiation.WorkingDays}}}}
	acts := []struct {
		x   app.Session
		cmd negotiation.Command
	}{
		{buyer, negotiation.PostMessage{Text: fmt.Sprint("说 ", r.IntN(100))}}, {p.agent, negotiation.PostMessage{Text: "请问？", Question: true}},
		{p.agent, negotiation.PostMessage{Text: "内部", Channel: negotiation.Desk}}, {p.supervisor, negotiation.Assign{Agent: p.agent.Actor.ID}},
		{p.supervisor, negotiation.Assign{}}, {p.agent, terms}, {p.agent, terms}, {buyer, terms},
		{buyer, negotiation.AcceptOffer{Offer: offer.Number, Digest: offer.Digest}}, {p.agent, negotiation.AcceptOffer{Offer: offer.Number, Digest: offer.Digest}},
		{buyer, negotiation.DeclineOffer{Offer: offer.Number}}, {buyer, negotiation.SeeOffer{Offer: offer.Number}},
		{p.agent, negotiation.ReportPerformance{Item: 0, Reference: "0815"}}, {buyer, negotiation.ConfirmPerformance{Item: 0}},
		{buyer, negotiation.DisputePerformance{Item: 0, Reason: "没有"}}, {buyer, negotiation.Escalate{}}, {p.agent, negotiation.Escalate{}},
		{buyer, negotiation.WithdrawCase{Reason: "other"}}, {p.agent, negotiation.RefuseCase{Ground: "already_performed", Text: "已处理"}},
		{buyer, negotiation.Reopen{}}, {p.officer, negotiation.AcceptComplaint{}}, {p.officer, negotiation.AcceptComplaint{}},
		{p.officer, negotiation.RuleOnRefusal{Upheld: r.IntN(2) == 0, Reasons: "查明"}},
		{p.officer, negotiation.FindPerformance{Finding: "not_performed", Reasons: "查明"}}, {p.officer, negotiation.Chase{}},
		{p.officer, negotiation.CloseComplaint{Outcome: "settled", Reasons: "调解成功"}}, {buyer, negotiation.DiscloseDetails{}},
	}
	switch n := r.IntN(len(acts) + 6); {
	case n < len(acts):
		_ = p.try(acts[n].x, id, acts[n].cmd) // refused as often as not
	case n < len(acts)+3: // time passes, and the clocks are looked at
		p.business.Pass(time.Duration(r.IntN(60)) * time.Hour)
		for _, one := range *cases {
			require.NoError(p.t, p.ledger.Tick(p.ctx, one))
		}
	default:
		_, head, err := p.store.Case(p.ctx, id)
		require.NoError(p.t, err)
		_, err = p.Marks.Read(p.ctx, buyer, id, negotiation.Room, 1+int64(r.IntN(int(head.Room.Seq))))
		require.NoError(p.t, err)
	}
}
