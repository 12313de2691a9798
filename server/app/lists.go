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
}

// Lists are the readers' lists of cases: "me" of a consumer, "inbox" of a desk, "board" of a bureau. Each row is what its reader
// may see of the case; where the list is not the reader's it is not_allowed.
type Lists struct {
	w     World
	rows  CaseRows
	cal   Almanac
	names *lru.Cache[string, string] // masked names by account, for rows that arrive live
}

// NewLists makes the lists.
func NewLists(w World, rows CaseRows, cal Almanac) *Lists {
	names, err := lru.New[string, string](namesKept)
	if err != nil { // only for a size that is none
		panic(err)
	}
	return &Lists{w: w, rows: rows, cal: cal, names: names}
}

const namesKept = 10_000

// The feeds that can be followed live.
const (
	FeedMe    = "me"
	FeedInbox = "inbox"
	FeedBoard = "board"
)

// Mine are the consumer's own cases.
func (l *Lists) Mine(ctx context.Context, s Session, q CaseQuery) (CasePage, error) {
	if s.Actor.Side() != negotiation.SideConsumer {
		return CasePage{}, notAllowed()
	}
	q.Consumer = s.Actor.ID
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
	if s.Actor.Side() != negotiation.SideBureau {
		return q, notAllowed()
	}
	if q.Within == "" {
		q.Within = s.Actor.Region
	} else if !region.Within(q.Within, s.Actor.Region) {
		return q, notFound().On("region")
	}
	q.Horizon = l.horizon()
	return q, nil
}

// horizon is the end of the second working day from now: breaches before it are "coming".
func (l *Lists) horizon() time.Time { return l.cal.Calendar().DueWorkdays(l.w.Business.Now(), 2) }

func (l *Lists) page(ctx context.Context, s Session, q CaseQuery) (CasePage, error) {
	q.Limit = l.w.Limits.Page(q.Limit)
	page, err := l.rows.Cases(ctx, q)
	if err != nil {
		return CasePage{}, err
	}
	if err := l.learn(ctx, s, page.Rows); err != nil {
		return CasePage{}, err
	}
	for i, row := range page.Rows {
		page.Rows[i] = l.seen(s, row)
	}
	return page, nil
}

// learn keeps the masked names of the consumers in the rows, for a desk or a bureau.
func (l *Lists) learn(ctx context.Context, s Session, rows []CaseRow) error {
	if s.Actor.Side() == negotiation.SideConsumer {
		return nil
	}
	accounts := make([]string, len(rows))
	for i, r := range rows {
		accounts[i] = r.Consumer
	}
	people, err := l.w.Plain.People(ctx, accounts)
	if err != nil {
		return err
	}
	for id, p := range people {
		l.names.Add(id, MaskName(p.Name))
	}
	return nil
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

// Row is the row as the session may see it; ok is false when it is not in the feed. It does not block: a consumer's name that no
// page has shown yet is left out.
func (l *Lists) Row(s Session, feed string, row CaseRow) (seen CaseRow, ok bool) {
	switch side := s.Actor.Side(); {
	case feed == FeedMe && side == negotiation.SideConsumer:
		ok = row.Consumer == s.Actor.ID
	case feed == FeedInbox && side == negotiation.SideEnterprise:
		ok = row.Enterprise == s.Actor.Enterprise
	case feed == FeedBoard && side == negotiation.SideBureau:
		ok = region.Within(row.Region, s.Actor.Region)
	}
	if !ok {
		return CaseRow{}, false
	}
	return l.seen(s, row), true
}

// seen drops what the reader may not see. Outside of the desk a row's version counts the room's events only, so that it does not
// tell of the desk's; texts go only to those who see the room; a sealed case shows its code and dates.
func (l *Lists) seen(s Session, r CaseRow) CaseRow {
	switch s.Actor.Side() {
	case negotiation.SideEnterprise:
		r.Name, _ = l.names.Get(r.Consumer)
		return r
	case negotiation.SideBureau:
		if r.EscalatedAt.IsZero() || r.Bureau != s.Actor.Bureau {
			r.Title, r.Last = "", ""
		} else {
			r.Name, _ = l.names.Get(r.Consumer)
		}
	case negotiation.SideConsumer:
		if s.Sealed(r.Case, r.LastAt) {
			r.Title, r.Last = "", ""
		}
	}
	r.Version, r.Agent = r.RoomSeq, ""
	return r
}
