package app

import (
	"context"
	"errors"
	"log/slog"
	"math"
	"sync"
	"time"

	"hejie/negotiation"
)

// Pulse notes every half minute that the platform is up, which is that some replica could write: all note in one place. A gap over
// Limits.OutageGap is an outage, whether nothing ran or nothing could be written, and deadlines of parties that fell into it move (the
// door does that when it meets them).
//
// Clocks may be set, and jump. Replicas beat by the clock of the server that they share, so that none takes its own for the platform's.
// Over a file there is no other clock than the machine's: while the process lives, steady time says how long it could not beat, and a
// jump is no outage; at a start a jump forward looks like one.
type Pulse struct{ w World }

const (
	beatEvery  = 30 * time.Second
	sweepEvery = time.Hour
)

// Refresh reads the yearbook again: another replica may have changed it.
func (p *Pulse) Refresh(ctx context.Context) error {
	return p.w.Yearbook.Load(ctx, p.w.Plain, p.w.Business.Now())
}

// Beat notes that the platform is up, and learns what other replicas imported or noticed. The first one, and one after a long time
// without, note an outage if no other replica beat either. The first comes before anything walks deadlines; from then on the door sees
// to it that no outage is unknown to it.
func (p *Pulse) Beat(ctx context.Context) error {
	began := p.w.steady()
	away := forever
	if last := p.w.Yearbook.beat.Load(); last != nil {
		away = began - *last
	}
	var gap negotiation.Outage
	err := p.w.Plain.Write(ctx, func(tx PlainTx) error {
		now, err := p.now(ctx, tx)
		if err == nil && away > p.w.Limits.OutageGap { // asked here, where replicas take turns: the first finds the gap, and the second its beat
			gap, err = p.noteOutage(ctx, tx, now, away)
		}
		if err != nil {
			return err
		}
		return tx.Beat(ctx, now)
	})
	if err != nil {
		return err
	}
	if !gap.From.IsZero() {
		p.w.Logger.WarnContext(ctx, "the platform was out of service", slog.Time("from", gap.From), slog.Time("to", gap.To))
	}
	if err := p.Refresh(ctx); err != nil {
		return err
	}
	p.w.Yearbook.beat.Store(&began)
	return nil
}

// forever is how long a process that has just begun did not beat.
const forever = time.Duration(math.MaxInt64)

// now is when the platform beats: business time, which is the server's where there is one. The demo, whose business time is pushed, has none.
func (p *Pulse) now(ctx context.Context, tx PlainTx) (time.Time, error) {
	now, ok, err := tx.ServerTime(ctx)
	if !ok {
		now = p.w.Business.Now()
	}
	return now, err
}

// noteOutage since the last beat of all, if that is long ago; else it gives the zero one. Away is how long this process did not beat: the
// last beat is not older, whatever the clock was set to meanwhile.
func (p *Pulse) noteOutage(ctx context.Context, tx PlainTx, now time.Time, away time.Duration) (negotiation.Outage, error) {
	last, err := tx.Heartbeat(ctx)
	if negotiation.CodeOf(err) == negotiation.CodeNotFound {
		return negotiation.Outage{}, nil
	}
	if away < forever && (last.After(now) || now.Sub(last) > away) {
		last = now.Add(-away)
	}
	if err != nil || now.Sub(last) <= p.w.Limits.OutageGap {
		return negotiation.Outage{}, err
	}
	o := negotiation.Outage{From: last, To: now}
	if err := tx.AddOutage(ctx, o, p.w.Real.Now()); err != nil {
		return negotiation.Outage{}, err
	}
	row := AuditRow{What: AuditOutage, Detail: last.Format(time.RFC3339) + "/" + now.Format(time.RFC3339)}
	return o, p.w.audit(ctx, tx, negotiation.System, row)
}

// beatTime is how long a beat may take that decisions wait for.
const beatTime = 10 * time.Second

// awake beats if this replica did not for so long that there may have been an outage it does not know: until then nothing is decided.
// An outage begins with a beat of somebody and is longer than OutageGap, so after half of that none can have ended unknown.
// Error: unavailable.
func (p *Pulse) awake(ctx context.Context) error {
	if p.fresh() {
		return nil
	}
	return p.wake(ctx)
}

func (p *Pulse) fresh() bool {
	last := p.w.Yearbook.beat.Load()
	return last == nil || p.w.steady()-*last <= p.w.Limits.OutageGap/2 // nil: a command, not a platform that runs
}

func (p *Pulse) wake(ctx context.Context) error {
	beat := p.w.Yearbook.beats.DoChan("", func() (any, error) {
		if p.fresh() {
			return nil, nil
		}
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), beatTime) // of all who wait
		defer cancel()
		return nil, p.Beat(ctx)
	})
	select {
	case r := <-beat:
		return r.Err
	case <-ctx.Done():
		return negotiation.NewError(negotiation.CodeUnavailable).Because(ctx.Err())
	}
}

// Run beats and tidies until ctx ends: each hour it removes what its time is over, and finishes what a crash left half done; a year
// that was imported it applies at once. What fails is logged and tried again the next time.
func (a *App) Run(ctx context.Context) error {
	var others sync.WaitGroup
	others.Go(func() { a.Pulse.run(ctx) }) // go on however long the tidying takes
	others.Go(func() { a.Assignment.run(ctx) })
	defer others.Wait()
	sweep := time.NewTicker(sweepEvery)
	defer sweep.Stop()
	for do := a.Tidy; ; {
		if err := do(ctx); err != nil && ctx.Err() == nil {
			a.Pulse.w.Logger.ErrorContext(ctx, "tidying failed; it is tried again within an hour", slog.Any("error", err))
		}
		select {
		case <-ctx.Done():
			return nil
		case <-a.Admin.recount.wanted:
			do = a.Admin.FinishCalendar
		case <-sweep.C:
			do = a.Tidy
		}
	}
}

// run beats until ctx ends.
func (p *Pulse) run(ctx context.Context) {
	beat := time.NewTicker(beatEvery)
	defer beat.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-beat.C:
			if err := p.Beat(ctx); err != nil && ctx.Err() == nil {
				p.w.Logger.ErrorContext(ctx, "no heartbeat", slog.Any("error", err))
			}
		}
	}
}

// Tidy does what Run does each hour.
func (a *App) Tidy(ctx context.Context) error {
	w := a.Pulse.w
	now, l := w.Real.Now(), w.Limits
	if err := a.Scheme.Finish(ctx); err != nil {
		return err
	}
	if err := a.Staff.Finish(ctx); err != nil {
		return err
	}
	if err := a.Admin.FinishCalendar(ctx); err != nil {
		return err
	}
	// The vault may be away; sessions and codes end all the same.
	return errors.Join(a.Files.Sweep(ctx), w.Plain.Write(ctx, func(tx PlainTx) error {
		return tx.Sweep(ctx, SweepBefore{Now: now, Idle: now.Add(-l.ConsumerIdle), Codes: now.Add(-day - l.CodeLife), Delivered: now.Add(-30 * day)})
	}))
}
