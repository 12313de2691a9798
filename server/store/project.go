package store

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"hejie/negotiation"
	"hejie/negotiation/region"
	"hejie/server/app"
)

// never is the due of a case without a clock, so that due sorts and pages plainly. A double still holds it.
const never = 1<<53 - 1

// row is what the table of cases holds beyond what never changes, in the parts that change together. Parts are compared, and
// only those that changed are written: indexes hang on clocks and state, SQLite moves an index's entry for each of its columns that a
// statement names, and offers seldom move a clock.
type row struct {
	texts
	view
}

// view is what follows from the case alone.
type view struct {
	talk
	clocks
	state
}

// texts are content: erased with it.
type texts struct {
	Title       string `db:"title"`
	Enterprise  string `db:"enterprise_name"`
	Last        string `db:"last"`
	LastVersion int64  `db:"last_version"`
}

type talk struct {
	turn                   negotiation.Side
	turnSince              int64
	also                   string // sides with commas between
	offerMinor, claimMinor int64
	offerBy                negotiation.Side
	dueKey                 negotiation.DeadlineKey // each offer has its own, all of a day are due at one instant
}

type clocks struct {
	due, breachAt, nextAt int64 // breachAt and nextAt 0: NULL
}

type state struct {
	phase       negotiation.Phase
	open        bool
	col         app.Column
	overdue     bool
	agent       string
	asked       bool
	waits       bool // for an agent
	class       negotiation.Class
	reason      negotiation.EscalationReason
	escalatedAt int64
	acceptedAt  int64
}

func viewOf(c *negotiation.Case) view {
	v := view{talkOf(c), clocksOf(c), stateOf(c)}
	if d, ok := app.DueOf(c); ok {
		v.due, v.dueKey = micros(d.Due), d.Key
	}
	return v
}

func talkOf(c *negotiation.Case) talk {
	t := talk{turn: c.Turn, turnSince: micros(c.TurnSince), also: joined(app.AlsoOf(c))}
	if o, ok := c.LastOffer(negotiation.SideConsumer); ok {
		t.claimMinor = o.Total()
	}
	if o, ok := c.LastOffer(negotiation.SideEnterprise); ok {
		t.offerMinor = o.Total()
	}
	if o, ok := c.OpenOffer(); ok {
		t.offerBy = o.By
	}
	return t
}

// joined writes sides into one column, sides reads them.
func joined(list []negotiation.Side) (s string) {
	for i, side := range list {
		if i > 0 {
			s += ","
		}
		s += string(side)
	}
	return s
}

func sides(s string) (list []negotiation.Side) {
	for part := range strings.SplitSeq(s, ",") {
		if part != "" {
			list = append(list, negotiation.Side(part))
		}
	}
	return list
}

func clocksOf(c *negotiation.Case) clocks {
	return clocks{due: never, nextAt: micros(c.NextAt()), breachAt: micros(app.BreachAt(c))}
}

func stateOf(c *negotiation.Case) state {
	s := state{phase: c.Phase, open: c.Phase != negotiation.PhaseClosed, col: app.ColumnOf(c), agent: c.Agent, asked: c.Request != nil, waits: c.Waits(), class: c.Class, reason: c.UnsentFor}
	for _, d := range c.Deadlines {
		s.overdue = s.overdue || d.Overdue
	}
	if c.Complaint != nil {
		s.reason, s.escalatedAt, s.acceptedAt = c.Complaint.Reason, micros(c.Complaint.ReceivedAt), micros(c.Complaint.AcceptedAt)
	}
	return s
}

// caseRow is the entry in a list.
func (e *entry) caseRow() app.CaseRow {
	c, r := e.c, &e.row
	row := app.CaseRow{
		Case: c.ID, Code: c.Code, Version: c.Version - e.head.ConsumerOnly.Seq, Consumer: c.Consumer, Enterprise: c.Enterprise, EnterpriseName: r.Enterprise,
		Bureau: c.Bureau, Region: c.Region, Category: c.Category, Amount: c.Amount, Title: r.Title, Phase: c.Phase, Turn: c.Turn,
		TurnSince: c.TurnSince, FiledAt: c.FiledAt, LastAt: c.LastAt, DueKey: r.dueKey, Overdue: r.overdue, Agent: c.Agent, Asked: r.asked,
		Class: c.Class, Reason: r.reason, EscalatedAt: instant(r.escalatedAt), AcceptedAt: instant(r.acceptedAt),
		OfferMinor: r.offerMinor, ClaimMinor: r.claimMinor, OfferBy: r.offerBy, Also: sides(r.also), RoomSeq: e.head.Room.Seq, Column: r.col, BreachAt: instant(r.breachAt), Last: r.Last,
	}
	if r.due != never {
		row.Due = instant(r.due)
	}
	return row
}

const (
	insertCase = `INSERT INTO cases (key, id, code, consumer, enterprise, enterprise_name, bureau, region, region_city, region_province,
		category, currency, amount, order_ref, filed_at, title, search_title, search_name, version, head, last_at, room_seq, own_seq, last, last_version,
		turn, turn_since, also, offer_minor, claim_minor, offer_by, due_key, due, breach_at, next_at,
		phase, open, col, overdue, agent, asked, waits, class, reason, escalated_at, accepted_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`
	updateHead   = `UPDATE cases SET version = ?, head = ?, last_at = ?, room_seq = ?, own_seq = ?, last = ?, last_version = ?`
	updateTalk   = updateHead + `, turn = ?, turn_since = ?, also = ?, offer_minor = ?, claim_minor = ?, offer_by = ?, due_key = ?`
	updateClocks = updateTalk + `, due = ?, breach_at = ?, next_at = ?`
	updateState  = updateClocks + `, phase = ?, open = ?, col = ?, overdue = ?, agent = ?, asked = ?, waits = ?, class = ?, reason = ?, escalated_at = ?, accepted_at = ?`
	whereKey     = ` WHERE key = ?`
)

func (e *entry) headArgs() []any {
	return []any{e.c.Version, e.head.Hash[:], micros(e.c.LastAt), e.head.Room.Seq, e.head.ConsumerOnly.Seq, e.row.Last, e.row.LastVersion}
}

func (t talk) args() []any {
	return []any{string(t.turn), t.turnSince, t.also, t.offerMinor, t.claimMinor, string(t.offerBy), string(t.dueKey)}
}

func (k clocks) args() []any {
	return []any{k.due, orNull(k.breachAt), orNull(k.nextAt)}
}

func (s state) args() []any {
	return []any{string(s.phase), s.open, string(s.col), s.overdue, s.agent, s.asked, s.waits, string(s.class), string(s.reason), s.escalatedAt, s.acceptedAt}
}

func orNull(us int64) any {
	if us == 0 {
		return nil
	}
	return us
}

// project writes the row of a changed case: once per case and batch, and only the parts that changed.
func (b *batch) project(k *open) error {
	args, key := k.headArgs(), []any{k.key}
	var err error
	switch is, was := &k.row, &k.written; {
	case !k.inserted:
		args = slices.Concat(k.fixedArgs(), args, is.talk.args(), is.clocks.args(), is.state.args())
		err = b.tx.run(insertCase, args...)
	case is.state != was.state:
		err = b.tx.run(updateState+whereKey, slices.Concat(args, is.talk.args(), is.clocks.args(), is.state.args(), key)...)
	case is.clocks != was.clocks:
		err = b.tx.run(updateClocks+whereKey, slices.Concat(args, is.talk.args(), is.clocks.args(), key)...)
	case is.talk != was.talk:
		err = b.tx.run(updateTalk+whereKey, slices.Concat(args, is.talk.args(), key)...)
	default:
		err = b.tx.run(updateHead+whereKey, append(args, key...)...)
	}
	k.written, k.inserted = k.row, true
	return err
}

// fixedArgs are what filing says once and for all; title and search go with erasure.
func (e *entry) fixedArgs() []any {
	c := e.c
	city, province := parents(c.Region)
	return []any{e.key, c.ID, c.Code, c.Consumer, c.Enterprise, e.row.Enterprise, c.Bureau, c.Region, city, province,
		string(c.Category), c.Amount.Currency, c.Amount.Minor, c.OrderRef, micros(c.FiledAt), e.row.Title, searchText(e.row.Title), searchText(e.row.Enterprise, c.Code)}
}

// parents gives the city and the province of a region; the region itself where it is one. A county right under a province is its
// own city, so that a query for any region finds it by the column of its depth.
func parents(code string) (city, province string) {
	path := region.Path(code)
	if len(path) > 0 {
		province = path[0].Code
	}
	if len(path) > 1 {
		city = path[1].Code
	}
	return city, province
}

// searchText joins parts in the form in which they are looked for.
func searchText(parts ...string) string {
	for i, p := range parts {
		parts[i] = strings.ToLower(norm.NFKC.String(p))
	}
	return strings.Join(parts, "\n")
}

const previewLength = 80

// preview is the text of an event as lists show it; "" when it has none for lists.
func preview(e negotiation.Event) string {
	if _, erasure := e.Fact.(negotiation.ContentErased); erasure || e.Channel != negotiation.Room || e.Content == nil {
		return ""
	}
	text := e.Content.Text
	if text == "" {
		text = e.Content.FileName
	}
	return firstLine(text)
}

// firstLine is the beginning of a text with all white space made single spaces, in one pass: every message comes by here.
func firstLine(text string) string {
	b := make([]byte, 0, 4*previewLength+len("…"))
	length, space, from := 0, false, 0 // from where the text is not yet in b
	for i, r := range text {
		if (r <= ' ' || r > '~' && r <= '\u3000') && unicode.IsSpace(r) { // none comes after these
			b = append(b, text[from:i]...)
			from, space = i+utf8.RuneLen(r), length > 0
			continue
		}
		if space && length < previewLength {
			b = append(b, ' ')
			length++
		}
		if length == previewLength {
			return string(append(append(b, text[from:i]...), "…"...))
		}
		length, space = length+1, false
	}
	return string(append(b, text[from:]...))
}

// take notes what an event says for lists. Content of the filing is the title.
func (t *texts) take(e negotiation.Event, version int64) {
	if _, filed := e.Fact.(negotiation.CaseFiled); filed && e.Content != nil {
		t.Title = e.Content.Goods
	}
	if p := preview(e); p != "" {
		t.Last, t.LastVersion = p, version
	}
}

// follow keeps the texts of the row in step with an event, and does what events say of other tables: erasure, evidence.
func (b *batch) follow(k *open, e negotiation.Event, r negotiation.Record) error {
	switch f := e.Fact.(type) {
	case negotiation.CaseFiled:
		err := b.tx.get(context.Background(), &k.row.Enterprise, `SELECT name FROM enterprises WHERE id = ?`+b.tx.words().share, f.Enterprise)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
	case negotiation.ContentErased:
		return b.erase(k, e.Channel, f.Erased)
	}
	if file := negotiation.UploadOf(e.Fact); file != "" { // it is no orphan any more
		if err := b.tx.run(`UPDATE files SET case_id = ? WHERE id = ?`, k.c.ID, file); err != nil {
			return err
		}
	}
	k.row.texts.take(e, r.Version)
	return nil
}

// unnamed refuses a decision that names an upload which is gone, or which another case has: the command looked at it before its turn
// came, and meanwhile the sweep or another command may have been there.
func (b *batch) unnamed(events []negotiation.Event, caseID string) (refusal, err error) {
	for _, e := range events {
		file := negotiation.UploadOf(e.Fact)
		if file == "" {
			continue
		}
		var known []string
		err := b.tx.all(context.Background(), &known, `SELECT id FROM files WHERE id = ? AND case_id IN ('', ?)`+b.tx.words().hold, file, caseID)
		if err != nil {
			return nil, err
		}
		if len(known) == 0 {
			return negotiation.NewError(negotiation.CodeNotFound).On("file"), nil
		}
	}
	return nil, nil
}

// erase drops content and salt of an event, wherever the store keeps it, and the texts that came from it.
func (b *batch) erase(k *open, ch negotiation.Channel, seq int64) error {
	var version int64
	err := b.tx.get(context.Background(), &version, `SELECT coalesce((SELECT version FROM events
		WHERE case_key = ? AND version >= ? AND channel = ? AND seq = ? ORDER BY version LIMIT 1), 0)`, k.key, seq, string(ch), seq)
	if err != nil || version == 0 {
		return err
	}
	err = b.tx.erasing(
		statement{`UPDATE events SET content = NULL, salt = NULL WHERE case_key = ? AND version = ?`, []any{k.key, version}},
		// The digest of a command has no salt: a short text, or a number in one, could be found by trying.
		statement{`UPDATE events SET command_digest = NULL WHERE case_key = ? AND command = (SELECT command FROM events WHERE case_key = ? AND version = ?)`,
			[]any{k.key, k.key, version}})
	if err != nil {
		return err
	}
	k.records = slices.Clone(k.records) // a plan may hold them, which is written again when the batch breaks
	for i := range k.records {
		if k.records[i].Version == version {
			k.records[i].Content, k.records[i].Salt = nil, nil
		}
	}
	if version == 1 && k.row.Title != "" {
		k.row.Title = ""
		if k.inserted {
			if err := b.tx.run(`UPDATE cases SET title = '', search_title = '' WHERE key = ?`, k.key); err != nil {
				return err
			}
		}
	}
	if version == k.row.LastVersion {
		return b.lastBefore(k, version)
	}
	return nil
}

// lastBefore finds the preview that is left after the last one was erased.
func (b *batch) lastBefore(k *open, version int64) error {
	k.row.Last, k.row.LastVersion = "", 0
	rows, err := b.tx.rows(context.Background(), `SELECT `+recordColumns+` FROM events
		WHERE case_key = ? AND version < ? AND content IS NOT NULL ORDER BY version DESC`, k.key, version)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		r, err := scanRecord(rows, k.c.ID)
		if err != nil {
			return err
		}
		e, err := r.Event()
		if err != nil {
			return err
		}
		if p := preview(e); p != "" {
			k.row.Last, k.row.LastVersion = p, r.Version
			break
		}
	}
	return rows.Err()
}
