package app

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"hejie/negotiation"
)

// Pulse notes every half minute that the platform is up. At a start it finds how long it was not: a gap over Limits.OutageGap is
// an outage, and deadlines of parties that fell into it move (the door does that when it meets them).
type Pulse struct{ w World }

const (
	beatEvery  = 30 * time.Second
	sweepEvery = time.Hour
)

// Start loads the yearbook, after noting an outage if there was one, and beats once. Call it before anything walks deadlines.
func (p *Pulse) Start(ctx context.Context) error {
	now := p.w.Business.Now()
	var last time.Time
	var gap bool
	err := p.w.Plain.Write(ctx, func(tx PlainTx) (err error) {
		// Read here, where replicas that start at once take turns: the first finds the gap, and the second its beat.
		last, err = tx.Heartbeat(ctx)
		if err != nil && negotiation.CodeOf(err) != negotiation.CodeNotFound {
			return err
		}
		if gap = err == nil && now.Sub(last) > p.w.Limits.OutageGap; gap {
			if err := tx.AddOutage(ctx, negotiation.Outage{From: last, To: now}, p.w.Real.Now()); err != nil {
				return err
			}
			row := AuditRow{What: AuditOutage, Detail: last.Format(time.RFC3339) + "/" + now.Format(time.RFC3339)}
			if err := p.w.audit(ctx, tx, negotiation.System, row); err != nil {
				return err
			}
		}
		return tx.Beat(ctx, now)
	})
	if err != nil {
		return err
	}
	if gap {
		p.w.Logger.WarnContext(ctx, "the platform was down", slog.Time("from", last), slog.Time("to", now))
	}
	return p.w.Yearbook.Load(ctx, p.w.Plain, now)
}

// Refresh reads the yearbook again: another replica may have changed it.
func (p *Pulse) Refresh(ctx context.Context) error {
	return p.w.Yearbook.Load(ctx, p.w.Plain, p.w.Business.Now())
}

// Beat notes that the platform is up, and learns what other replicas imported or noticed.
func (p *Pulse) Beat(ctx context.Context) error {
	now := p.w.Business.Now()
	if err := p.w.Plain.Write(ctx, func(tx PlainTx) error { return tx.Beat(ctx, now) }); err != nil {
		return err
	}
	return p.Refresh(ctx)
}

// Run beats and tidies until ctx ends: each hour it removes what its time is over, and finishes what a crash left half done; a year
// that was imported it applies at once. What fails is logged and tried again the next time.
func (a *App) Run(ctx context.Context) error {
	var beats sync.WaitGroup
	beats.Go(func() { a.Pulse.run(ctx) }) // goes on however long the tidying takes
	defer beats.Wait()
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
