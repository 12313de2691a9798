package app_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hejie/negotiation"
	"hejie/server/app"
)

// pages notes how much of a log is read at a time.
type pages struct {
	app.Log
	most int
}

func (l *pages) Records(ctx context.Context, caseID string, ch negotiation.Channel, after int64, limit int) ([]negotiation.Record, error) {
	r, err := l.Log.Records(ctx, caseID, ch, after, limit)
	if ch == negotiation.Room {
		l.most = max(l.most, len(r))
	}
	return r, err
}

// A long room is read in pages; the timeline ends where the file does, whatever is said meanwhile.
func TestCaseFileOfALongRoom(t *testing.T) {
	t.Parallel()
	p := newPeople(t)
	id := p.file(p.buyer, p.enterprise.ID)
	for i := range 450 {
		if i%25 == 0 {
			p.business.Pass(time.Minute)
		}
		p.do(p.buyer, id, negotiation.PostMessage{Text: fmt.Sprint("第", i, "句")})
	}
	log := &pages{Log: p.store}
	p.w.Log = log
	rooms := app.NewRooms(p.w, p.App)
	f, err := rooms.File(p.ctx, p.buyer, id, p.yearbook.Calendar())
	require.NoError(t, err)
	require.Equal(t, int64(452), f.Version)
	require.Len(t, f.Gap, 1)
	p.do(p.buyer, id, negotiation.PostMessage{Text: "还有"})
	seq := int64(0)
	for r, err := range rooms.Timeline(p.ctx, id, f.Version) {
		require.NoError(t, err)
		seq++
		require.Equal(t, seq, r.Seq)
	}
	require.Equal(t, f.Version, seq)
	require.Equal(t, 200, log.most)
}

// slow is a log whose rooms are read only once they are let.
type slow struct {
	app.Log
	let chan struct{}
	mu  sync.Mutex
	in  int
}

func (l *slow) Records(ctx context.Context, caseID string, ch negotiation.Channel, after int64, limit int) ([]negotiation.Record, error) {
	l.mu.Lock()
	l.in++
	l.mu.Unlock()
	<-l.let
	return l.Log.Records(ctx, caseID, ch, after, limit)
}

func (l *slow) waiting() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.in
}

// Few case files are built at once; who gives up waiting leaves the place to others.
func TestFewCaseFilesAtOnce(t *testing.T) {
	t.Parallel()
	p := newPeople(t)
	id := p.file(p.buyer, p.enterprise.ID)
	log := &slow{Log: p.store, let: make(chan struct{})}
	p.w.Log = log
	rooms := app.NewRooms(p.w, p.App)
	var readers sync.WaitGroup
	errs := make([]error, 2)
	for i := range errs {
		readers.Go(func() { _, errs[i] = rooms.File(p.ctx, p.buyer, id, p.yearbook.Calendar()) })
	}
	require.Eventually(t, func() bool { return log.waiting() == 2 }, time.Minute, time.Millisecond)
	ctx, cancel := context.WithTimeout(p.ctx, 10*time.Millisecond)
	defer cancel()
	_, err := rooms.File(ctx, p.buyer, id, p.yearbook.Calendar())
	require.ErrorIs(t, err, context.DeadlineExceeded)
	require.Equal(t, 2, log.waiting())
	close(log.let)
	readers.Wait()
	require.NoError(t, errors.Join(errs...))
	_, err = rooms.File(p.ctx, p.buyer, id, p.yearbook.Calendar())
	require.NoError(t, err)
}

// A clock that went with the case was not kept: only what it asks for, done before the end, is in time.
func TestClocksThatWentWithTheCase(t *testing.T) {
	t.Parallel()
	p := newPeople(t)
	id := p.file(p.buyer, p.enterprise.ID)
	p.do(p.buyer, id, negotiation.Escalate{Text: "请处理"})
	p.do(p.officer, id, negotiation.AcceptComplaint{})
	m := negotiation.Money{Minor: 100, Currency: "CNY"}
	p.do(p.supervisor, id, negotiation.MakeOffer{ValidDays: 5, Items: []negotiation.Item{{By: negotiation.SideEnterprise, Remedy: negotiation.Refund, Amount: &m, Due: negotiation.Due{Days: 5, Unit: negotiation.WorkingDays}}}})
	p.do(p.buyer, id, negotiation.AcceptOffer{Offer: 2, Digest: p.caseOf(id).Offers[1].Digest})
	p.do(p.officer, id, negotiation.CloseComplaint{Outcome: "terminated", Ground: "other_by_law", Reasons: "已起诉"})
	f, err := app.NewRooms(p.w, p.App).File(p.ctx, p.officer, id, p.yearbook.Calendar())
	require.NoError(t, err)
	dropped := map[negotiation.DeadlineKey]bool{}
	for _, c := range f.Clocks {
		require.False(t, c.EndedAt.IsZero(), c.Key)
		require.False(t, c.Passed, c.Key)
		dropped[c.Key] = c.Dropped
	}
	require.Equal(t, map[negotiation.DeadlineKey]bool{"first_response": true, "negotiation": true, "offer:1": false, "complaint_decision": false, "mediation": false, "offer:2": false, "performance:0": true}, dropped)
}
