package store

import (
	"context"
	"log/slog"
	"strconv"
	"strings"
	"time"

	"hejie/negotiation"
	"hejie/negotiation/region"
	"hejie/server/app"
)

const maxPage, defaultPage = 100, 50

func pageSize(limit int) int {
	switch {
	case limit <= 0:
		return defaultPage
	case limit > maxPage:
		return maxPage
	}
	return limit
}

// listed is a row of the table of cases as lists read it.
type listed struct {
	Key            int64
	ID, Code       string
	Version        int64
	Consumer       string
	Enterprise     string
	EnterpriseName string `db:"enterprise_name"`
	Bureau, Region string
	Category       negotiation.Category
	Currency       string
	Amount         int64
	Title          string
	Phase          negotiation.Phase
	Turn           negotiation.Side
	TurnSince      int64 `db:"turn_since"`
	Also           string
	FiledAt        int64 `db:"filed_at"`
	LastAt         int64 `db:"last_at"`
	Due            int64
	DueKey         negotiation.DeadlineKey `db:"due_key"`
	Overdue        bool
	Agent          string
	Asked          bool
	Class          negotiation.Class
	Reason         negotiation.EscalationReason
	EscalatedAt    int64            `db:"escalated_at"`
	AcceptedAt     int64            `db:"accepted_at"`
	OfferMinor     int64            `db:"offer_minor"`
	ClaimMinor     int64            `db:"claim_minor"`
	OfferBy        negotiation.Side `db:"offer_by"`
	RoomSeq        int64            `db:"room_seq"`
	Column         app.Column       `db:"col"`
	BreachAt       *int64           `db:"breach_at"`
	Last           string
}

const listedColumns = `key, id, code, version - own_seq AS version, consumer, enterprise, enterprise_name, bureau, region, category, currency, amount, title,
	phase, turn, turn_since, also, filed_at, last_at, due, due_key, overdue, agent, asked, class, reason, escalated_at, accepted_at, offer_minor,
	claim_minor, offer_by, room_seq, col, breach_at, last`

func (l listed) row() app.CaseRow {
	r := app.CaseRow{
		Case: l.ID, Code: l.Code, Version: l.Version, Consumer: l.Consumer, Enterprise: l.Enterprise, EnterpriseName: l.EnterpriseName,
		Bureau: l.Bureau, Region: l.Region, Category: l.Category, Amount: negotiation.Money{Currency: l.Currency, Minor: l.Amount},
		Title: l.Title, Phase: l.Phase, Turn: l.Turn, TurnSince: instant(l.TurnSince), Also: sides(l.Also), FiledAt: instant(l.FiledAt), LastAt: instant(l.LastAt),
		DueKey: l.DueKey, Overdue: l.Overdue, Agent: l.Agent, Asked: l.Asked, Class: l.Class, Reason: l.Reason, EscalatedAt: instant(l.EscalatedAt),
		AcceptedAt: instant(l.AcceptedAt), OfferMinor: l.OfferMinor, ClaimMinor: l.ClaimMinor, OfferBy: l.OfferBy, RoomSeq: l.RoomSeq, Column: l.Column, Last: l.Last,
	}
	if l.BreachAt != nil {
		r.BreachAt = instant(*l.BreachAt)
	}
	if l.Due != never {
		r.Due = instant(l.Due)
	}
	return r
}

// order of a list: its SQL, the condition for what comes after a row, and that row's value.
type order struct {
	by, after string
	of        func(listed) int64
}

var orders = map[app.Sort]order{
	app.SortNewest: {`key DESC`, `key < ?`, nil},
	app.SortDue:    {`due, key`, `(due, key) > (?, ?)`, func(l listed) int64 { return l.Due }},
	app.SortAmount: {`amount DESC, key DESC`, `(amount, key) < (?, ?)`, func(l listed) int64 { return l.Amount }},
	app.SortLatest: {`due DESC, key DESC`, `(due, key) < (?, ?)`, func(l listed) int64 { return l.Due }},
	app.SortTurn:   {`turn_since, key`, `(turn_since, key) > (?, ?)`, func(l listed) int64 { return l.TurnSince }},
}

// conditions are joined by AND; their parameters are in the same order.
type conditions struct {
	sql  []string
	args []any
}

func (c *conditions) add(sql string, args ...any) {
	c.sql, c.args = append(c.sql, sql), append(c.args, args...)
}

func (c *conditions) where() string {
	if len(c.sql) == 0 {
		return ""
	}
	return ` WHERE ` + strings.Join(c.sql, " AND ")
}

func equal[T ~string](c *conditions, column string, value T) {
	if value != "" {
		c.add(column+" = ?", string(value))
	}
}

func conditionsOf(q app.CaseQuery) *conditions {
	c := &conditions{}
	equal(c, "consumer", q.Consumer)
	equal(c, "enterprise", q.Enterprise)
	equal(c, "bureau", q.Bureau)
	if q.Within != "" && q.Within != region.Country {
		equal(c, regionColumn(q.Within), q.Within)
	}
	equal(c, "agent", q.Agent)
	if q.Unassigned {
		c.add("agent = ''")
	}
	if q.Late {
		c.add(isLate)
	}
	if q.Asked {
		c.add("asked = 1")
	}
	if q.Open {
		c.add("open = 1")
	}
	if len(q.Phases) > 0 {
		in, phases := oneOf(q.Phases)
		c.add("phase IN "+in, phases...)
	}
	if q.Turn != "" { // no side's name is part of another's
		c.add("(turn = ? OR also LIKE ?)", string(q.Turn), "%"+string(q.Turn)+"%")
	}
	equal(c, "category", q.Category)
	equal(c, "reason", q.Reason)
	if q.Min > 0 {
		c.add("amount >= ?", q.Min)
	}
	if q.Max > 0 {
		c.add("amount <= ?", q.Max)
	}
	if q.Column == app.ColumnComing {
		c.add("col = ? AND breach_at < ?", string(app.ColumnRunning), micros(q.Horizon))
	} else {
		equal(c, "col", q.Column)
	}
	if strings.TrimSpace(q.Search) != "" {
		c.find(q)
	}
	if !q.Fresh.IsZero() {
		in, proved := oneOf(q.Proved)
		c.add("(last_at >= ? OR id IN "+in+")", append([]any{micros(q.Fresh)}, proved...)...)
	}
	return c
}

// find looks for words among names and codes, and among titles where the room is seen: who does not see it knows no text of a case, and
// may not guess it.
func (c *conditions) find(q app.CaseQuery) {
	pattern := like(q.Search)
	if (q.Consumer != "" || q.Enterprise != "") && q.Within == "" && q.Bureau == "" {
		c.add(`(search_title LIKE ? ESCAPE '\' OR search_name LIKE ? ESCAPE '\')`, pattern, pattern)
		return
	}
	c.add(`(escalated_at > 0 AND bureau = ? AND search_title LIKE ? ESCAPE '\' OR search_name LIKE ? ESCAPE '\')`, q.TitlesOf, pattern, pattern)
}

// isLate is a case whose first response is overdue; later a clock that ran out is the bureau's.
const isLate = `(overdue = 1 AND phase = 'awaiting_response')`

var likeEscaper = strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`)

// like is the pattern of what a reader looks for in a searchText: words in their order.
func like(q string) string {
	return "%" + strings.Join(strings.Fields(likeEscaper.Replace(app.Normalise(q))), "%") + "%"
}

// regionColumn is the column that holds regions of the code's depth.
func regionColumn(code string) string {
	switch len(region.Path(code)) {
	case 1:
		return "region_province"
	case 2:
		return "region_city"
	}
	return "region"
}

// Cases gives one page of the cases that the query chooses.
func (s *Store) Cases(ctx context.Context, q app.CaseQuery) (app.CasePage, error) {
	o, ok := orders[q.Sort]
	if !ok {
		return app.CasePage{}, negotiation.Invalid("sort", app.Sorts)
	}
	c := conditionsOf(q)
	if q.After != "" {
		args, err := o.parse(q.After)
		if err != nil {
			return app.CasePage{}, err
		}
		c.add(o.after, args...)
	}
	limit := pageSize(q.Limit)
	from, args := `cases`+c.where(), c.args
	switch {
	case q.Enterprise != "" && q.Open && !q.Asked && q.Sort != app.SortNewest:
		from = `cases` + s.reader().words().inbox + c.where()
	case q.Consumer == "" && q.Enterprise == "" && q.Column == "" && q.Sort == app.SortDue:
		from, args = firstOfEach(columnsOf(q), c, o, limit+1)
	}
	// What puts a page in order is in the indexes of inboxes and boards; only the rows of the page are read.
	var rows []listed
	err := s.reader().all(ctx, &rows, `SELECT `+listedColumns+` FROM cases WHERE key IN
		(SELECT key FROM `+from+` ORDER BY `+o.by+` LIMIT ?) ORDER BY `+o.by, append(args, limit+1)...)
	if err != nil {
		return app.CasePage{}, readError(err)
	}
	page := app.CasePage{Rows: make([]app.CaseRow, 0, min(len(rows), limit))}
	if len(rows) > limit {
		rows = rows[:limit]
		page.Next = o.format(rows[limit-1])
	}
	for _, l := range rows {
		page.Rows = append(page.Rows, l.row())
	}
	return page, nil
}

// columnsOf a board that is asked for all of them: those that cases stand in.
func columnsOf(q app.CaseQuery) (columns []app.Column) {
	for _, c := range append(app.Columns[:], app.ColumnRunning, app.ColumnNone) {
		if c != app.ColumnComing && (c != app.ColumnClosed || !q.Open) {
			columns = append(columns, c)
		}
	}
	return columns
}

// firstOfEach is a table of the first keys of each column. The indexes of a board have a column's cases in their order, and not the
// region's: to put all of a province in order for one page would take as long as it has cases.
func firstOfEach(columns []app.Column, c *conditions, o order, limit int) (from string, args []any) {
	parts := make([]string, len(columns))
	for i, column := range columns {
		one := &conditions{append([]string{"col = ?"}, c.sql...), append([]any{string(column)}, c.args...)}
		parts[i] = `SELECT key, due FROM (SELECT key, due FROM cases` + one.where() + ` ORDER BY ` + o.by + ` LIMIT ?) AS one`
		args = append(append(args, one.args...), limit)
	}
	return `(` + strings.Join(parts, ` UNION ALL `) + `) AS each`, args
}

func (o order) format(l listed) string {
	key := strconv.FormatInt(l.Key, 36)
	if o.of == nil {
		return key
	}
	return strconv.FormatInt(o.of(l), 36) + "." + key
}

func (o order) parse(after string) (args []any, err error) {
	parts := strings.Split(after, ".")
	if want := strings.Count(o.after, "?"); len(parts) != want {
		return nil, badAfter()
	}
	for _, p := range parts {
		n, err := strconv.ParseInt(p, 36, 64)
		if err != nil {
			return nil, badAfter()
		}
		args = append(args, n)
	}
	return args, nil
}

// CountColumns counts the query's cases in every column of the board; the query's own column is not looked at.
func (s *Store) CountColumns(ctx context.Context, q app.CaseQuery) (map[app.Column]int, error) {
	q.Column = ""
	c := conditionsOf(q)
	var rows []struct {
		Col app.Column
		N   int
	}
	if err := s.reader().all(ctx, &rows, `SELECT col, count(*) AS n FROM cases`+c.where()+` GROUP BY col`, c.args...); err != nil {
		return nil, readError(err)
	}
	counts := make(map[app.Column]int, len(app.Columns)+1)
	for _, r := range rows {
		counts[r.Col] = r.N
	}
	q.Column = app.ColumnComing
	c = conditionsOf(q)
	var coming int
	if err := s.reader().get(ctx, &coming, `SELECT count(*) FROM cases`+c.where(), c.args...); err != nil {
		return nil, readError(err)
	}
	counts[app.ColumnComing] = coming
	return counts, nil
}

// CountInbox counts the enterprise's open cases; see app.CaseRows.
func (s *Store) CountInbox(ctx context.Context, enterprise, agent string) (app.InboxCounts, error) {
	var rows []struct {
		Phase negotiation.Phase
		Turn  negotiation.Side
		Also  string
		Agent string
		Late  bool
		N     int
	}
	counts := app.InboxCounts{Turns: map[negotiation.Side]int{}, Phases: map[negotiation.Phase]int{}, Ours: map[negotiation.Phase]int{}}
	err := s.reader().all(ctx, &rows, `SELECT phase, turn, also, agent, `+isLate+` AS late, count(*) AS n FROM cases`+s.reader().words().inbox+`
		WHERE enterprise = ? AND open = 1 GROUP BY phase, turn, also, agent, late`, enterprise)
	if err != nil {
		return counts, readError(err)
	}
	for _, r := range rows {
		counts.Open += r.N
		for _, side := range append(sides(r.Also), r.Turn) {
			counts.Turns[side] += r.N
			if side == negotiation.SideEnterprise {
				counts.Ours[r.Phase] += r.N
			}
		}
		counts.Phases[r.Phase] += r.N
		if r.Agent == agent {
			counts.Mine += r.N
		}
		if r.Agent == "" {
			counts.Nobody += r.N
		}
		if r.Late {
			counts.Late += r.N
		}
	}
	err = s.reader().get(ctx, &counts.Asked, `SELECT count(*) FROM cases WHERE enterprise = ? AND asked = 1`, enterprise)
	return counts, readError(err)
}

// CaseByCode gives the id of the case with the code, or not_found.
func (s *Store) CaseByCode(ctx context.Context, code string) (id string, err error) {
	err = s.reader().get(ctx, &id, `SELECT id FROM cases WHERE code = ?`, code)
	return id, readError(err)
}

// Case gives the folded case and the end of its log; see app.Log.
func (s *Store) Case(ctx context.Context, id string) (*negotiation.Case, negotiation.Head, error) {
	e, err := s.entry(ctx, id)
	if err != nil {
		return nil, negotiation.Head{}, err
	}
	return e.c, e.head, nil
}

// entry gives the folded case from the cache, or loads it there.
func (s *Store) entry(ctx context.Context, id string) (*entry, error) {
	if e, ok := s.cache.get(id); ok && !s.shared {
		return e, nil
	}
	w, err := s.warm(ctx, id)
	switch {
	case err != nil:
		return nil, readError(err)
	case w.entry == nil:
		return nil, notFound()
	case s.shared:
		s.cache.keep(id, w.entry) // a commit of a moment ago is seen by its version
	default:
		s.cache.offer(id, w.entry, w.stamp)
	}
	return w.entry, nil
}

// Due gives cases that want the system by now; see app.Log. A file's are loaded meanwhile: a shared writer reads those of a batch at once.
func (s *Store) Due(ctx context.Context, now time.Time, limit int) (cases []string, next time.Time, err error) {
	var rows []struct {
		At int64 `db:"next_at"`
		ID string
	}
	err = s.reader().all(ctx, &rows, `SELECT next_at, id FROM cases WHERE next_at IS NOT NULL ORDER BY next_at, key LIMIT ?`, limit+1)
	if err != nil {
		return nil, time.Time{}, readError(err)
	}
	for _, r := range rows {
		if at := instant(r.At); len(cases) == limit || at.After(now) {
			next = at
			break
		}
		cases = append(cases, r.ID)
	}
	if !s.shared {
		if err := s.foresee(ctx, cases); err != nil {
			s.opt.Log.Debug("due cases are loaded one by one", slog.Any("error", err)) // and the one whose fault it is tells
		}
	}
	return cases, next, nil
}

// OpenCaseIDs gives ids of cases that are not closed; see app.CaseFinder.
func (s *Store) OpenCaseIDs(ctx context.Context, f app.OpenFilter, after string, limit int) (ids []string, err error) {
	c := &conditions{}
	if f.Clocks {
		c.add("next_at IS NOT NULL")
	} else {
		c.add("open = 1")
	}
	equal(c, "enterprise", f.Enterprise)
	if f.Left {
		const gone = ` FROM accounts WHERE active = 0 AND enterprise <> '')`
		c.add("enterprise IN (SELECT enterprise" + gone + " AND agent IN (SELECT id" + gone)
	}
	if after != "" {
		c.add("key > coalesce((SELECT key FROM case_keys WHERE id = ?), 0)", after)
	}
	err = s.reader().all(ctx, &ids, `SELECT id FROM cases`+c.where()+` ORDER BY key LIMIT ?`, append(c.args, limit)...)
	return ids, readError(err)
}

// CaseByRef gives the consumer's last case with this case code or order reference, or not_found.
func (s *Store) CaseByRef(ctx context.Context, consumer, code, orderRef string) (id string, err error) {
	err = s.reader().get(ctx, &id, `SELECT id FROM cases WHERE consumer = ? AND (code = ? OR order_ref <> '' AND order_ref = ?)
		ORDER BY key DESC LIMIT 1`, consumer, code, orderRef)
	return id, readError(err)
}

var (
	_ app.Log        = (*Store)(nil)
	_ app.CaseFinder = (*Store)(nil)
	_ app.CaseRows   = (*Store)(nil)
	_ app.Scores     = (*Store)(nil)
)
