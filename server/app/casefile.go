package app

import (
	"context"
	"iter"
	"slices"
	"time"

	"hejie/negotiation"
	"hejie/negotiation/workday"
)

// CaseFile is everything of a case for the one who decides on it: it builds itself from the log, so that nobody is asked twice. What
// was said, Rooms.Timeline reads up to Version.
type CaseFile struct {
	View     CaseView
	MadeAt   time.Time
	Head     string // hex
	Version  int64  // number of events in the room, of which Head is the last
	Turns    []TurnHeld
	Gap      []GapPoint
	Clocks   []CaseClock
	Evidence []EvidenceEntry
	Consents []ConsentEntry
	Readers  []AuditRow
}

// TurnHeld says who had to act from when to when, and how much of it was working time. To is zero while it is still theirs.
type TurnHeld struct {
	Side           negotiation.Side
	From, To       time.Time
	WorkingSeconds int64
}

// GapPoint is what a side's offer put on the table in money.
type GapPoint struct {
	Offer int
	By    negotiation.Side
	At    time.Time
	Minor int64
}

// CaseClock is a deadline with its arithmetic, day by day. EndedAt is zero while it runs; Passed says that it ran out, Dropped that it
// went with the case or the offer, before anybody did what it asks for.
type CaseClock struct {
	negotiation.Deadline
	EndedAt         time.Time
	Passed, Dropped bool
	Strip           []workday.Day
}

// EvidenceEntry is a file in the room.
type EvidenceEntry struct {
	File, SHA256, Name, Type, Caption string
	Size                              int64
	By                                negotiation.By
	At                                time.Time
}

// ConsentEntry is a consent with the version of the text that was read.
type ConsentEntry struct {
	What string // truth, rules, publication, escalation, disclosure
	Yes  bool
	Text string
	At   time.Time
}

// A case file reads the whole log of its case: few at once, and little of it at a time.
const (
	filesAtOnce = 2
	filePage    = 200
)

// File builds the case file, for those who see the room; opening it is audited.
func (r *Rooms) File(ctx context.Context, s Session, caseID string, cal *workday.Calendar) (CaseFile, error) {
	if err := r.MayRead(ctx, s, caseID, negotiation.Room); err != nil {
		return CaseFile{}, err
	}
	view, err := r.View(ctx, s, caseID)
	if err != nil {
		return CaseFile{}, err
	}
	if err := r.details.OpenedFile(ctx, s.Actor, view.Case); err != nil {
		return CaseFile{}, err
	}
	f := CaseFile{View: view, MadeAt: view.Now, Head: view.HeadHash, Version: view.Positions[negotiation.Room].Seq}
	if err := r.build(ctx, &f, cal); err != nil {
		return CaseFile{}, err
	}
	if f.Readers, err = r.w.auditOf(ctx, s.Actor, AuditFilter{Case: caseID, Limit: r.w.Limits.PageRows}); err != nil {
		return CaseFile{}, err
	}
	return f, nil
}

// build fills what the log knows.
func (r *Rooms) build(ctx context.Context, f *CaseFile, cal *workday.Calendar) error {
	if err := r.files.Acquire(ctx, 1); err != nil {
		return err
	}
	defer r.files.Release(1)
	caseID := f.View.Case.ID
	b := fileBuilder{file: f, cal: cal, c: &negotiation.Case{ID: caseID}, now: f.View.Now}
	for rec, err := range r.Timeline(ctx, caseID, f.Version) {
		if err != nil {
			return err
		}
		e, err := rec.Event()
		if err != nil {
			return err
		}
		b.add(e)
	}
	b.finish()
	if _, ok := f.View.Positions[negotiation.ConsumerOnly]; ok {
		return r.ownChoices(ctx, caseID, &b)
	}
	return nil
}

// Timeline reads a room up to the event with the number last, a page at a time. It checks no rights: File did.
func (r *Rooms) Timeline(ctx context.Context, caseID string, last int64) iter.Seq2[negotiation.Record, error] {
	return func(yield func(negotiation.Record, error) bool) {
		for seq := int64(0); seq < last; {
			page, err := r.w.Log.Records(ctx, caseID, negotiation.Room, seq, int(min(filePage, last-seq)))
			if err == nil && len(page) == 0 {
				err = negotiation.NewError(negotiation.CodeInternal, "missing", seq+1)
			}
			if err != nil {
				yield(negotiation.Record{}, err)
				return
			}
			for _, rec := range page {
				if !yield(rec, nil) {
					return
				}
			}
			seq = page[len(page)-1].Seq
		}
	}
}

// ownChoices adds what the consumer said in the channel that the enterprise does not have.
func (r *Rooms) ownChoices(ctx context.Context, caseID string, b *fileBuilder) error {
	const most = 1000 // changes of mind
	records, err := r.w.Log.Records(ctx, caseID, negotiation.ConsumerOnly, 0, most)
	if err != nil {
		return err
	}
	for _, rec := range records {
		e, err := rec.Event()
		if err != nil {
			return err
		}
		if f, ok := e.Fact.(negotiation.ConsentsChanged); ok {
			b.choices(nil, f.Escalation, e.At)
		}
	}
	slices.SortStableFunc(b.file.Consents, func(x, y ConsentEntry) int { return x.At.Compare(y.At) })
	return nil
}

// fileBuilder folds the room once more and notes on the way what the folded case no longer shows.
type fileBuilder struct {
	file *CaseFile
	cal  *workday.Calendar
	c    *negotiation.Case
	now  time.Time
}

func (b *fileBuilder) add(e negotiation.Event) {
	before := b.c
	b.c = b.c.Apply(e)
	b.turn(e.At)
	b.clocks(before, e)
	switch f := e.Fact.(type) {
	case negotiation.CaseFiled:
		k := f.Consents
		b.file.Consents = append(b.file.Consents,
			ConsentEntry{"truth", true, k.Truth, e.At}, ConsentEntry{"rules", true, k.Rules, e.At})
		b.choices(k.Publication, k.Escalation, e.At)
	case negotiation.ConsentsChanged:
		b.choices(f.Publication, f.Escalation, e.At)
	case negotiation.DetailsDisclosed:
		b.file.Consents = append(b.file.Consents, ConsentEntry{"disclosure", true, "", e.At})
	case negotiation.EvidenceAdded:
		entry := EvidenceEntry{File: f.File, SHA256: f.SHA256, Type: f.Type, Size: f.Size, By: e.By, At: e.At}
		if e.Content != nil {
			entry.Name, entry.Caption = e.Content.FileName, e.Content.Text
		}
		b.file.Evidence = append(b.file.Evidence, entry)
	case negotiation.OfferMade:
		o := b.c.Offers[len(b.c.Offers)-1]
		b.file.Gap = append(b.file.Gap, GapPoint{o.Number, o.By, o.MadeAt, o.Total()})
	}
}

func (b *fileBuilder) choices(publication, escalation *negotiation.Choice, at time.Time) {
	if publication != nil {
		b.file.Consents = append(b.file.Consents, ConsentEntry{"publication", publication.Yes, publication.Text, at})
	}
	if escalation != nil {
		b.file.Consents = append(b.file.Consents, ConsentEntry{"escalation", escalation.Yes, escalation.Text, at})
	}
}

func (b *fileBuilder) turn(at time.Time) {
	n := len(b.file.Turns)
	if n > 0 && b.file.Turns[n-1].Side == b.c.Turn && b.file.Turns[n-1].To.IsZero() {
		return
	}
	if n > 0 {
		b.close(&b.file.Turns[n-1], at)
	}
	if b.c.Turn != negotiation.SideNobody {
		b.file.Turns = append(b.file.Turns, TurnHeld{Side: b.c.Turn, From: at})
	}
}

func (b *fileBuilder) close(t *TurnHeld, at time.Time) {
	if t.To.IsZero() {
		t.To, t.WorkingSeconds = at, b.cal.WorkingSeconds(t.From, at)
	}
}

// clocks notes every deadline that ever ran: started, moved, stopped or passed by the event.
func (b *fileBuilder) clocks(before *negotiation.Case, e negotiation.Event) {
	passed, _ := e.Fact.(negotiation.DeadlinePassed)
	for _, d := range before.Deadlines {
		i := b.open(d.Key)
		if i < 0 {
			continue
		}
		now, runs := b.c.Deadline(d.Key)
		if runs && now.Start.Equal(d.Start) {
			b.file.Clocks[i].Deadline = now
			b.file.Clocks[i].Passed = now.Overdue
			continue
		}
		b.file.Clocks[i].EndedAt = e.At
		b.file.Clocks[i].Passed = b.file.Clocks[i].Passed || passed.Deadline == d.Key
		b.file.Clocks[i].Dropped = !b.file.Clocks[i].Passed && drops(e, d)
	}
	for _, d := range b.c.Deadlines {
		if b.open(d.Key) < 0 {
			b.file.Clocks = append(b.file.Clocks, CaseClock{Deadline: d, Passed: d.Overdue})
		}
	}
}

// drops tells that an event ends a deadline otherwise than by what it asks for.
func drops(e negotiation.Event, d negotiation.Deadline) bool {
	switch e.Fact.(type) {
	case negotiation.CaseEscalated, negotiation.CaseClosed, negotiation.CaseVoided, negotiation.OfferWithdrawn:
		return true
	case negotiation.ComplaintRefused, negotiation.ComplaintClosed:
		return d.Whose != negotiation.SideBureau
	case negotiation.OfferMade: // in the place of an own one
		return d.Whose != e.By.Side
	}
	return false
}

func (b *fileBuilder) open(key negotiation.DeadlineKey) int {
	return slices.IndexFunc(b.file.Clocks, func(k CaseClock) bool { return k.Key == key && k.EndedAt.IsZero() })
}

func (b *fileBuilder) finish() {
	if n := len(b.file.Turns); n > 0 && b.file.Turns[n-1].To.IsZero() {
		b.file.Turns[n-1].WorkingSeconds = b.cal.WorkingSeconds(b.file.Turns[n-1].From, b.now)
	}
	for i := range b.file.Clocks {
		b.file.Clocks[i].Strip = b.cal.Strip(b.file.Clocks[i].Start, b.file.Clocks[i].Due)
	}
}

// Clocks of a view, earliest due first, each with its arithmetic.
func (v CaseView) Clocks(cal *workday.Calendar) []CaseClock {
	list := make([]CaseClock, 0, len(v.Case.Deadlines))
	for _, d := range v.Case.Deadlines {
		list = append(list, CaseClock{Deadline: d, Passed: d.Overdue, Strip: cal.Strip(d.Start, d.Due)})
	}
	slices.SortStableFunc(list, func(a, b CaseClock) int { return a.Due.Compare(b.Due) })
	return list
}
