package demo

import (
	"bytes"
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"hejie/negotiation"
	"hejie/negotiation/scheme"
	"hejie/negotiation/scorecard"
	"hejie/negotiation/workday"
	"hejie/server/app"
	"hejie/server/evidence"
	"hejie/server/store"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// built is a demo in a folder of its own.
type built struct {
	*store.Store
	world app.World
	now   time.Time
}

func build(t *testing.T, now time.Time) built {
	t.Helper()
	dir := t.TempDir()
	s, err := store.Open(filepath.Join(dir, "hejie.db"), store.Options{})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	vault, err := evidence.Open(filepath.Join(dir, "evidence"))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, vault.Close()) })
	w := app.World{Plain: s.Plain(), Log: s, Cases: s, Scores: s, Vault: vault, Yearbook: app.NewYearbook(), Real: app.RealClock{},
		Limits: app.DefaultLimits(), Secret: app.NewSecret(), SMS: app.SMSDemo, Hash: HashParams()}
	start := time.Now()
	require.NoError(t, Build(context.Background(), Ground{World: w, Rules: negotiation.DefaultRules(), Now: now.UTC(), Seed: Seed}))
	t.Logf("built in %s", time.Since(start))
	return built{s, w, now}
}

// rows of all cases.
func (b built) rows(t *testing.T, q app.CaseQuery) (all []app.CaseRow) {
	t.Helper()
	for {
		page, err := b.Cases(context.Background(), q)
		require.NoError(t, err)
		all = append(all, page.Rows...)
		if q.After = page.Next; q.After == "" {
			return all
		}
	}
}

func (b built) card(t *testing.T, name string) (scorecard.Card, app.Enterprise) {
	t.Helper()
	found, err := b.world.Plain.Enterprises(context.Background(), app.EnterpriseFilter{Limit: 100})
	require.NoError(t, err)
	i := slices.IndexFunc(found, func(e app.Enterprise) bool { return e.Name == name })
	require.GreaterOrEqual(t, i, 0, name)
	c, err := b.Card(context.Background(), found[i].ID, workday.DateOf(b.now))
	require.NoError(t, err)
	return c, found[i]
}

func at(y int, m time.Month, d, hour, minute int) time.Time {
	return time.Date(y, m, d, hour, minute, 0, 0, workday.Shanghai)
}

// The world is what it promises on any day: in the middle of a week, on a Sunday just after midnight, in a long holiday, on a
// working Saturday.
func TestWorld(t *testing.T) {
	t.Parallel()
	for _, now := range []time.Time{
		at(2026, 11, 18, 15, 20), at(2026, 11, 22, 0, 3), at(2026, 10, 4, 12, 0), at(2026, 2, 28, 23, 58), at(2027, 3, 1, 9, 0),
	} {
		t.Run(now.Format("2006-01-02T15:04"), func(t *testing.T) {
			t.Parallel()
			b := build(t, now)
			b.checkLive(t)
			b.checkClosed(t)
			b.checkFigures(t)
			b.checkLog(t)
			b.checkAudit(t)
		})
	}
}

func (b built) checkLive(t *testing.T) {
	ctx := context.Background()
	rows := b.rows(t, app.CaseQuery{Limit: 100})
	require.Len(t, b.rows(t, app.CaseQuery{Limit: 100, Open: true}), 36)
	phases, reasons := map[negotiation.Phase]int{}, map[negotiation.EscalationReason]int{}
	for _, l := range liveCases() {
		who, err := b.world.Plain.AccountByLogin(ctx, headliners()[l.consumer].phone)
		require.NoError(t, err)
		d := desks()[l.desk]
		i := slices.IndexFunc(rows, func(r app.CaseRow) bool {
			return r.Consumer == who.ID && r.EnterpriseName == d.name && r.Title == d.stories[l.story].goods
		})
		require.GreaterOrEqual(t, i, 0, l.key)
		require.Equal(t, l.phase, rows[i].Phase, l.key)
		require.Equal(t, l.class, rows[i].Class, l.key)
		phases[l.phase]++
		if rows[i].Reason != "" {
			reasons[rows[i].Reason]++
		}
		c, _, err := b.Case(ctx, rows[i].Case)
		require.NoError(t, err)
		checkShown(t, l.key, c, b.now)
	}
	for _, p := range negotiation.Phases {
		require.Positive(t, phases[p], p)
	}
	require.Len(t, reasons, 10, "every reason to escalate")
}

// checkShown: some keys promise more than a phase.
func checkShown(t *testing.T, key string, c *negotiation.Case, now time.Time) {
	offer, open := c.OpenOffer()
	next, _ := c.Deadline(negotiation.Negotiation)
	first, _ := c.Deadline(negotiation.FirstResponse)
	decision, _ := c.Deadline(negotiation.ComplaintDecision)
	cal := workday.Default()
	switch {
	case key == "first response due today":
		require.False(t, first.Overdue, key)
		require.LessOrEqual(t, cal.FullWorkdaysBetween(now, first.Due), 1, key)
	case strings.HasPrefix(key, "first response overdue"):
		require.True(t, first.Overdue, key)
	case key == "question open":
		require.True(t, c.Question, key)
	case strings.HasPrefix(key, "enterprise's offer"), strings.HasSuffix(key, "enterprise's offer open"), key == "about to lapse":
		require.True(t, open && offer.By == negotiation.SideEnterprise, key)
	case strings.HasPrefix(key, "consumer's") || strings.HasSuffix(key, "consumer's offer open"):
		require.True(t, open && offer.By == negotiation.SideConsumer, key)
	case key == "due passed, consumer asked":
		require.Equal(t, negotiation.PromiseAsked, c.Agreement.Items[0].State, key)
	case key == "bureau's decision overdue":
		require.True(t, decision.Overdue, key)
	case key == "settling during the complaint":
		require.True(t, c.Settling(), key)
	case key == "closed, not sent: ask me first":
		require.True(t, c.Unsent, key)
	case key == "lapsed, can be reopened", key == "withdrawn, can be undone":
		require.Contains(t, c.Allowed(negotiation.Actor{ID: c.Consumer, Role: negotiation.RoleConsumer}, now), "reopen", key)
	case key == "not confirmed, can still be disputed":
		require.Contains(t, c.Allowed(negotiation.Actor{ID: c.Consumer, Role: negotiation.RoleConsumer}, now), "dispute_performance", key)
	}
	if key == "about to lapse" || key == "about to escalate" {
		require.LessOrEqual(t, cal.FullWorkdaysBetween(now, next.Due), 2, key)
	}
}

func (b built) checkClosed(t *testing.T) {
	closed := b.rows(t, app.CaseQuery{Limit: 100, Phases: []negotiation.Phase{negotiation.PhaseClosed}})
	require.Len(t, closed, 240)
	want, have := map[string]int{}, map[string]int{}
	for _, d := range desks() {
		for _, f := range d.closed {
			want[d.name+" "+string(f.class)] += f.n
		}
	}
	for _, l := range liveCases() {
		if l.phase == negotiation.PhaseClosed {
			want[desks()[l.desk].name+" "+string(l.class)]++
		}
	}
	for _, r := range closed {
		have[r.EnterpriseName+" "+string(r.Class)]++
	}
	require.Equal(t, want, have)
}

func (b built) checkFigures(t *testing.T) {
	var rates []int
	for i, d := range desks() {
		c, e := b.card(t, d.name)
		t.Logf("%s: n=%d confirmed %d%% unknown %d%% failed %d%%, rank %d, median response %ds", d.name, c.N, c.Confirmed.Percent, c.Unknown.Percent, c.Failed.Percent, c.Rank.Key, c.Response.Median.Seconds)
		require.Empty(t, c.NotCounted)
		switch i {
		case appliance, clothing, fitness, dining:
			require.GreaterOrEqual(t, c.N, int64(30))
			require.True(t, c.Rank.Graded())
			require.Equal(t, scheme.StatusEnrolled, e.Status)
			rates = append(rates, c.Confirmed.Percent)
		case training:
			require.Contains(t, c.Rank.Withheld, scorecard.FewCases)
		case decoration:
			require.Equal(t, scheme.StatusSuspended, e.Status)
		case leaving:
			require.Equal(t, scheme.StatusRemoved, e.Status)
		}
	}
	slices.Sort(rates)
	require.GreaterOrEqual(t, rates[0], 55)
	require.LessOrEqual(t, rates[3], 85)
	require.GreaterOrEqual(t, rates[3]-rates[0], 15, "they are spread: %v", rates)
	_, e := b.card(t, applicant().name)
	require.Equal(t, scheme.StatusPending, e.Status)
}

// checkLog: the chains hold and the derived tables are what the log says.
func (b built) checkLog(t *testing.T) {
	ctx := context.Background()
	v, err := b.Verify(ctx)
	require.NoError(t, err)
	require.EqualValues(t, 276, v.Cases)
	require.EqualValues(t, 8, v.Enterprises)
	var before, after bytes.Buffer
	require.NoError(t, b.DumpDerived(ctx, &before))
	require.NoError(t, b.Rebuild(ctx))
	require.NoError(t, b.DumpDerived(ctx, &after))
	require.Equal(t, before.String(), after.String())
}

// checkAudit: it reads as if it had been written while it happened, at hours at which offices work, but for what the hour of the build dates.
func (b built) checkAudit(t *testing.T) {
	var rows []app.AuditRow
	for f := (app.AuditFilter{Limit: 100}); ; f.Before = rows[len(rows)-1].ID {
		page, err := b.world.Plain.Audit(context.Background(), f)
		require.NoError(t, err)
		if len(page) == 0 {
			break
		}
		rows = append(rows, page...)
	}
	require.Greater(t, len(rows), 100, "a page and more")
	cal, kinds := workday.Default(), map[string]int{}
	for i, r := range rows {
		kinds[r.What]++
		require.False(t, i > 0 && r.At.After(rows[i-1].At), "%s after %s", r.At, rows[max(i-1, 0)].At)
		if r.What != app.AuditScheme || r.Detail != (scheme.Remove{}).Kind() {
			require.True(t, cal.IsWorkday(workday.DateOf(r.At)), r.At)
		}
	}
	require.Equal(t, []int{1, 3, 9}, []int{kinds[app.AuditSetUp], kinds[app.AuditBureau], kinds[app.AuditScheme]})
	require.Equal(t, kinds[app.AuditCaseFile], kinds[app.AuditDetails])
}

// The same seed on the same day makes the same world, but for ids, codes and hashes.
func TestDeterministic(t *testing.T) {
	t.Parallel()
	dump := func() string {
		b := build(t, at(2026, 11, 18, 15, 20))
		var lines []string
		for _, r := range b.rows(t, app.CaseQuery{Limit: 100}) {
			p, err := b.world.Plain.Person(context.Background(), r.Consumer)
			require.NoError(t, err)
			agent, err := b.world.Plain.Person(context.Background(), r.Agent)
			if r.Agent != "" {
				require.NoError(t, err)
			}
			r.Name, r.Agent = p.Name, agent.Name
			r.Case, r.Code, r.Consumer, r.Enterprise, r.Bureau = "", "", "", "", ""
			lines = append(lines, fmt.Sprintf("%+v", r))
		}
		slices.Sort(lines)
		for _, d := range desks() {
			c, _ := b.card(t, d.name)
			lines = append(lines, fmt.Sprintf("%s %+v", d.name, c))
		}
		return strings.Join(lines, "\n")
	}
	first := dump()
	require.Equal(t, first, dump())
}

// The texts are the stories': many, none cut off, none with a hole left in it.
func TestStories(t *testing.T) {
	t.Parallel()
	n, goods := 0, map[string]bool{}
	for _, d := range desks()[:leaving] {
		for _, s := range d.stories {
			n++
			require.False(t, goods[s.goods], s.goods)
			goods[s.goods] = true
			require.True(t, s.category.Valid(), s.goods)
			for _, text := range []string{s.facts, s.proof, s.ask, s.answer, s.defend, s.press, s.sorry, s.thanks, s.broken} {
				require.NotEmpty(t, text, s.goods)
				require.NotContains(t, told(text, 12300, "X"), "{", s.goods)
			}
			require.NotEmpty(t, s.claim)
			require.NotEmpty(t, s.low)
			require.NotEmpty(t, s.fair)
		}
	}
	require.GreaterOrEqual(t, n, 30)
}

func TestPapers(t *testing.T) {
	t.Parallel()
	for p, magic := range map[paper]string{receipt: "\x89PNG", photo: "\xff\xd8\xff", transfer: "%PDF-1."} {
		name, body, err := p.drawn(129900, "26110100042")
		require.NoError(t, err)
		require.True(t, strings.HasPrefix(string(body), magic), name)
		require.Less(t, len(body), 200<<10, name)
	}
}
