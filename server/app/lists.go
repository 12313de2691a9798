package app

import (
	"context"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"

	"hejie/negotiation"
	"hejie/negotiation/region"
)

// CaseRows is the part of the store that lists of cases read.
type CaseRows interface {
	// Cases gives one page. Errors: invalid for a cursor that is none.
	Cases(ctx context.Context, q CaseQuery) (CasePage, error)
	// CountColumns counts the cases that q chooses by column of the board; q's own column and page do not matter.
	CountColumns(ctx context.Context, q CaseQuery) (map[Column]int, error)
	// CountInbox counts the open cases of an enterprise; those of the agent are Mine.
	CountInbox(ctx context.Context, enterprise, agent string) (InboxCounts, error)
}

// Lists are the readers' lists of cases: "me" of a consumer, "inbox" of a desk, "board" of a bureau. Each row is what its reader
// may see of the case; where the list is not the reader's it is not_allowed.
type Lists struct {
	w     World
	rows  CaseRows
	cal   Almanac
	names *lru.Cache[string, maskedName] // by case, for rows that arrive live
}

// maskedName of a consumer, and when it was read: people change their names, and have them erased.
type maskedName struct {
	name string
	read time.Time
}

// NewLists makes the lists.
func NewLists(w World, rows CaseRows, cal Almanac) *Lists {
	names, err := lru.New[string, maskedName](namesKept)
	if err != nil { // only for a size that is none
		panic(err)
	}
	return &Lists{w: w, rows: rows, cal: cal, names: names}
}

const (
	namesKept  = 10_000
	nameIsGood = time.Minute
)

// The feeds that can be followed live.
const (
	FeedMe    = "me"    // of a consumer: the own cases
	FeedInbox = "inbox" // of a desk: the enterprise's
	FeedBoard = "board" // of an officer: the region's and below
)

// Mine are the consumer's own cases, without those that are sealed to the session.
func (l *Lists) Mine(ctx context.Context, s Session, q CaseQuery) (CasePage, error) {
	if s.Actor.Side() != negotiation.SideConsumer {
		return CasePage{}, notAllowed()
	}
	q.Consumer = s.Actor.ID
	if !s.all {
		q.Fresh, q.Proved = s.fresh, s.opened
	}
	return l.page(ctx, s, q)
}

// Inbox are the cases of the desk's enterprise.
func (l *Lists) Inbox(ctx context.Context, s Session, q CaseQuery) (CasePage, error) {
	if s.Actor.Side() != negotiation.SideEnterprise {
		return CasePage{}, notAllowed()
	}
	q.Enterprise = s.Actor.Enterprise
	return l.page(ctx, s, q)
}

// InboxSummary counts the open cases of the desk's enterprise.
func (l *Lists) InboxSummary(ctx context.Context, s Session) (InboxCounts, error) {
	if s.Actor.Side() != negotiation.SideEnterprise {
		return InboxCounts{}, notAllowed()
	}
	return l.rows.CountInbox(ctx, s.Actor.Enterprise, s.Actor.ID)
}

// Board are the cases of the officer's region and below.
func (l *Lists) Board(ctx context.Context, s Session, q CaseQuery) (CasePage, error) {
	q, err := l.board(s, q)
	if err != nil {
		return CasePage{}, err
	}
	return l.page(ctx, s, q)
}

// Summary counts the board's cases by column.
func (l *Lists) Summary(ctx context.Context, s Session, q CaseQuery) (map[Column]int, error) {
	q, err := l.board(s, q)
	if err != nil {
		return nil, err
	}
	return l.rows.CountColumns(ctx, q)
}

// board narrows a query to the officer's region; a wish for a region outside of it finds nothing rather than another's cases.
func (l *Lists) board(s Session, q CaseQuery) (CaseQuery, error) {
	var err error
	q.Within, err = ownRegion(s, q.Within)
	q.Horizon, q.TitlesOf = l.Horizon(), s.Actor.Bureau
	return q, err
}

// ownRegion is the wished one, within the officer's; for "" the officer's.
func ownRegion(s Session, wish string) (string, error) {
	switch {
	case s.Actor.Side() != negotiation.SideBureau:
		return "", notAllowed()
	case wish == "":
		return s.Actor.Region, nil
	case !region.Within(wish, s.Actor.Region):
		return "", notFound().On("region")
	}
	return wish, nil
}

// Horizon is the end of the second working day from now: a running negotiation whose breach lies before it is "coming".
func (l *Lists) Horizon() time.Time { return l.cal.Calendar().DueWorkdays(l.w.Business.Now(), 2) }

func (l *Lists) page(ctx context.Context, s Session, q CaseQuery) (CasePage, error) {
	q.Limit = l.w.Limits.Page(q.Limit)
	page, err := l.rows.Cases(ctx, q)
	if err != nil {
		return CasePage{}, err
	}
	ids := make([]string, len(page.Rows))
	for i, r := range page.Rows {
		ids[i] = r.Case
	}
	marks, err := l.w.Plain.MarksIn(ctx, s.Actor.ID, negotiation.Room, ids)
	if err != nil {
		return CasePage{}, err
	}
	if s.Actor.Side() != negotiation.SideConsumer {
		if err := l.learn(ctx, ids); err != nil {
			return CasePage{}, err
		}
	}
	for i, row := range page.Rows {
		row.ReadSeq = marks[row.Case]
		page.Rows[i] = l.seen(s, row)
	}
	return page, nil
}

// learn keeps the masked names of the consumers of cases.
func (l *Lists) learn(ctx context.Context, cases []string) error {
	filers, err := l.w.Plain.Filers(ctx, cases)
	if err != nil {
		return err
	}
	now := l.w.Real.Now()
	for _, id := range cases {
		l.names.Add(id, maskedName{MaskName(filers[id].Name), now})
	}
	return nil
}

// Learn reads what Row needs for a row that arrives live: the consumer's name, unless it was read a moment ago.
func (l *Lists) Learn(ctx context.Context, row CaseRow) error {
	if known, ok := l.names.Peek(row.Case); ok && l.w.Real.Now().Sub(known.read) < nameIsGood {
		return nil
	}
	return l.learn(ctx, []string{row.Case})
}

// Page is the first page of a feed.
func (l *Lists) Page(ctx context.Context, s Session, feed string) (CasePage, error) {
	switch feed {
	case FeedMe:
		return l.Mine(ctx, s, CaseQuery{})
	case FeedInbox:
		return l.Inbox(ctx, s, CaseQuery{Open: true, Sort: SortDue})
	case FeedBoard:
		return l.Board(ctx, s, CaseQuery{Open: true, Sort: SortDue})
	}
	return CasePage{}, notFound().On("feed")
}

// Row is the row as the session may see it; ok is false when it is not in the feed, and then only its case and version are told. A
// case that closed is still told, though first pages of inbox and board have open ones only. It does not block; see Learn.
func (l *Lists) Row(s Session, feed string, row CaseRow) (seen CaseRow, ok bool) {
	switch side := s.Actor.Side(); {
	case feed == FeedMe && side == negotiation.SideConsumer:
		ok = row.Consumer == s.Actor.ID && !s.Sealed(row.Case, row.LastAt)
	case feed == FeedInbox && side == negotiation.SideEnterprise:
		ok = row.Enterprise == s.Actor.Enterprise
	case feed == FeedBoard && side == negotiation.SideBureau:
		ok = region.Within(row.Region, s.Actor.Region)
	}
	seen = l.seen(s, row)
	if !ok {
		return CaseRow{Case: seen.Case, Version: seen.Version}, false
	}
	return seen, true
}

// seen drops what the reader may not see. Outside of the desk a row's version counts the room's events only, so that it does not
// tell of the desk's; texts go only to those who see the room.
func (l *Lists) seen(s Session, r CaseRow) CaseRow {
	side := s.Actor.Side()
	name, _ := l.names.Get(r.Case)
	switch side {
	case negotiation.SideEnterprise:
		r.Name = name.name
	case negotiation.SideBureau:
		if r.EscalatedAt.IsZero() || r.Bureau != s.Actor.Bureau {
			r.Title, r.Last = "", ""
		} else {
			r.Name = name.name
		}
		if r.Column == ColumnRunning && r.BreachAt.Before(l.Horizon()) {
			r.Column = ColumnComing
		}
	}
	if side != negotiation.SideBureau {
		r.Column, r.BreachAt = ColumnNone, time.Time{}
	}
	if side != negotiation.SideEnterprise {
		r.Version, r.Agent, r.Asked = r.RoomSeq, "", false
	}
	return r
}
