// Package notify takes notices from the outbox to people's phones.
//
// # Pattern
//
// A notice is written in the transaction of its cause (app.Notice). The worker first finds out who it is for: a notice to a desk or
// bureau becomes one for each phone, and one of an offer that was seen meanwhile becomes none (app.Offered). Then it hands each to the
// Sender, and notes in the table that it did. Rows are addressed and noted many in a transaction, so that notices take little of the
// writer's time.
//
// # Invariants
//
//   - Once. A row is taken for a while on disk before it is sent, so that what cannot be written is not sent. What was sent and could
//     not be noted is noted again before anything else is sent. Only when the process ends in between, or the database stays away from a replica
//     for longer than the lease, is it sent once more, under the same id, which the webhook gets as its idempotency key.
//   - A failure is tried again, later each time, at most maxAttempts times. A refusal (Refused) is final.
//   - One-time codes leave the table when they were sent, or when they are too old to be of use. Only the demo keeps what it sent.
//   - Neither texts nor numbers are logged.
//
// # Concurrency
//
// One Worker per process runs, with a few sends at a time. Those of several replicas take rows that no other has. Step is for one
// goroutine.
package notify

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"time"

	"hejie/server/app"
)

// Message to one phone.
type Message struct {
	ID       string
	To       string // +86…
	Template app.Template
	Params   map[string]string
	Text     string
}

// Sender hands a message over. Nil means that it was taken; Refused that trying again is of no use.
type Sender interface {
	Send(ctx context.Context, m Message) error
}

// Refused is the error of a message that will never be taken.
type Refused struct{ Why string }

func (r Refused) Error() string { return "refused: " + r.Why }

// Options of a worker. All but Keep and Logger are required.
type Options struct {
	Plain  app.Plain
	Sender Sender
	Clock  app.Clock // real time
	Base   string    // address of the site, for links: https://hejie.example
	Limits app.Limits
	// Offered gives a notice as it is to be told now, false when it is not; see app.Offered. Nil: as it is.
	Offered func(ctx context.Context, r app.OutboxRow) (app.OutboxRow, bool, error)
	Keep    bool // the demo: what was sent stays in the outbox, codes too
	Logger  *slog.Logger
}

// Worker empties the outbox.
type Worker struct {
	o       Options
	wake    chan struct{}
	known   map[string][]app.Recipient // of what is being worked off just now
	since   time.Time                  // when it began
	unnoted []note                     // of what was sent and could not be noted: a batch at most, since nothing is sent meanwhile
}

const (
	poll        = time.Second
	gather      = 50 * time.Millisecond // after a wake-up, so that many commits are one look at the outbox
	batch       = 64
	atOnce      = 4
	sendTime    = 15 * time.Second
	lease       = 2 * time.Minute // so long nobody else sends what this replica took
	knownFor    = 2 * time.Second // whom notices are for, while there are more
	firstWait   = 5 * time.Second
	longestWait = time.Hour
	maxAttempts = 12
)

// New makes a worker.
func New(o Options) *Worker {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	return &Worker{o: o, wake: make(chan struct{}, 1)}
}

// Wake says that something new may be in the outbox; it never blocks. Without it a notice waits up to a second.
func (w *Worker) Wake() {
	select {
	case w.wake <- struct{}{}:
	default:
	}
}

// Run works until ctx ends.
func (w *Worker) Run(ctx context.Context) error {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for soon := true; ; { // whether the timer runs for a wake-up, or the start
		select {
		case <-ctx.Done():
			return nil
		case <-w.wake:
			if !soon {
				soon = true
				timer.Reset(gather)
			}
			continue
		case <-timer.C:
		}
		more, err := w.Step(ctx)
		if err != nil && ctx.Err() == nil {
			w.o.Logger.ErrorContext(ctx, "outbox", slog.Any("error", err))
		}
		wait := poll
		if soon = more && err == nil; soon {
			wait = 0
		}
		timer.Reset(wait)
	}
}

// Step takes one batch of what is due and says whether there may be more.
func (w *Worker) Step(ctx context.Context) (more bool, err error) {
	if err := w.write(ctx, w.unnoted); err != nil {
		return false, err
	}
	w.unnoted = nil
	now := w.o.Clock.Now()
	rows, err := w.o.Plain.TakeOutbox(ctx, now, now.Add(lease), batch)
	if err != nil {
		return false, err
	}
	if w.known == nil || now.Sub(w.since) > knownFor {
		w.known, w.since = map[string][]app.Recipient{}, now
	}
	defer func() {
		if !more {
			w.known = nil
		}
	}()
	wanted, failed := w.wanted(ctx, rows)
	var fresh, addressed []app.OutboxRow
	for _, r := range wanted {
		if r.Address == "" {
			fresh = append(fresh, r)
		} else {
			addressed = append(addressed, r)
		}
	}
	ready, parted, err := w.address(ctx, fresh, now)
	if err != nil {
		return false, errors.Join(failed, err)
	}
	return parted || len(rows) == batch, errors.Join(failed, w.send(ctx, append(addressed, ready...), now.Add(lease-sendTime)))
}

// wanted gives the rows that are still to be told, as they are now, and drops the others. One that cannot be asked about stays for later.
func (w *Worker) wanted(ctx context.Context, rows []app.OutboxRow) (wanted []app.OutboxRow, err error) {
	if w.o.Offered == nil {
		return rows, nil
	}
	var notes []note
	for _, r := range rows {
		is, tell, e := w.o.Offered(ctx, r)
		switch {
		case e != nil:
			err = errors.Join(err, e)
		case tell:
			wanted = append(wanted, is)
		default:
			notes = append(notes, func(tx app.PlainTx) error { return tx.DropOutbox(ctx, r) })
		}
	}
	return wanted, errors.Join(err, w.write(ctx, notes))
}

// note is what becomes of a row.
type note func(tx app.PlainTx) error

// write makes the notes in one transaction. What was sent is noted also while ending.
func (w *Worker) write(ctx context.Context, notes []note) error {
	if len(notes) == 0 {
		return nil
	}
	return w.o.Plain.Write(context.WithoutCancel(ctx), func(tx app.PlainTx) error {
		for _, n := range notes {
			if err := n(tx); err != nil {
				return err
			}
		}
		return nil
	})
}

// address finds out whom notices are for. One for one person is ready to be sent: its row learns the address when it was, because most
// are, and a write less for each counts. One for many is parted into a row for each phone, the first its own. Whoever is meant by many
// notices in a row is looked up once.
func (w *Worker) address(ctx context.Context, rows []app.OutboxRow, now time.Time) (ready []app.OutboxRow, parted bool, err error) {
	var notes []note
	for _, r := range rows {
		to, ok := w.known[r.To]
		if !ok {
			if to, err = app.Recipients(ctx, w.o.Plain, r.To); err != nil {
				return nil, false, err
			}
			w.known[r.To] = to
		}
		switch len(to) {
		case 0:
			w.o.Logger.WarnContext(ctx, "nobody can be reached", slog.String("notice", r.ID), slog.String("template", r.Template))
			notes = append(notes, func(tx app.PlainTx) error {
				return tx.Retry(ctx, r.ID, r.Attempts, time.Time{}, "nobody can be reached")
			})
		case 1:
			r.Address, r.Language = to[0].Phone, to[0].Language
			ready = append(ready, r)
		default:
			parted = true
			notes = append(notes, func(tx app.PlainTx) error { return expand(ctx, tx, r, to, now) })
		}
	}
	return ready, parted, w.write(ctx, notes)
}

func expand(ctx context.Context, tx app.PlainTx, r app.OutboxRow, to []app.Recipient, now time.Time) error {
	if err := tx.AddressOutbox(ctx, r.ID, to[0].Phone, to[0].Language, now); err != nil {
		return err
	}
	for _, t := range to[1:] {
		r.ID, r.Address, r.Language, r.Next = app.NewID(), t.Phone, t.Language, now
		if err := tx.AddOutbox(ctx, r); err != nil {
			return err
		}
	}
	return nil
}

// outcome of a row: its note, nil when it stays as it is, and whether it was sent.
type outcome struct {
	note note
	sent bool
}

// send hands rows over, a few at a time, and notes what became of them: whatever ended while the last notes were written, in one
// transaction. When they cannot be written no other is begun, nor after last: others may send it soon.
func (w *Worker) send(ctx context.Context, rows []app.OutboxRow, last time.Time) (err error) {
	begin, stop := context.WithCancel(ctx) // what was begun goes on: one that is broken off may have arrived
	defer stop()
	waiting, done := make(chan app.OutboxRow, len(rows)), make(chan outcome, len(rows))
	for _, r := range rows {
		waiting <- r
	}
	close(waiting)
	for range min(atOnce, len(rows)) {
		go func() {
			for r := range waiting {
				if begin.Err() != nil {
					done <- outcome{}
				} else {
					done <- w.one(ctx, r, last)
				}
			}
		}()
	}
	for left := len(rows); left > 0; {
		ended := []outcome{<-done}
		for len(done) > 0 {
			ended = append(ended, <-done)
		}
		left -= len(ended)
		if e := w.note(ctx, ended); e != nil {
			err = errors.Join(err, e)
			stop()
		}
	}
	return err
}

// note what became of rows; what was sent and cannot be noted is remembered.
func (w *Worker) note(ctx context.Context, ended []outcome) error {
	var notes, sent []note
	for _, o := range ended {
		if o.note != nil {
			notes = append(notes, o.note)
		}
		if o.sent {
			sent = append(sent, o.note)
		}
	}
	err := w.write(ctx, notes)
	if err != nil {
		w.unnoted = append(w.unnoted, sent...)
	}
	return err
}

// one sends a row. It stays as it is when we are ending or late, which is nobody's failure.
func (w *Worker) one(ctx context.Context, r app.OutboxRow, last time.Time) outcome {
	switch {
	case ctx.Err() != nil || w.o.Clock.Now().After(last):
		return outcome{}
	case r.Template == app.TemplateCode && !w.o.Clock.Now().Before(r.Created.Add(w.o.Limits.CodeLife)):
		return outcome{note: func(tx app.PlainTx) error { return tx.DropOutbox(ctx, r) }}
	}
	m := Message{r.ID, r.Address, r.Template, r.Params, TextOf(r, w.o.Base)}
	sending, stop := context.WithTimeout(ctx, sendTime)
	defer stop()
	switch err := w.o.Sender.Send(sending, m); {
	case err == nil:
		return outcome{w.sent(ctx, r, m.Text), true}
	case ctx.Err() != nil:
		return outcome{}
	default:
		return outcome{note: w.failed(ctx, r, err)}
	}
}

func (w *Worker) sent(ctx context.Context, r app.OutboxRow, text string) note {
	r.Delivered = w.o.Clock.Now()
	if w.o.Keep {
		r.Text = text
	}
	return func(tx app.PlainTx) error {
		if r.Template == app.TemplateCode && !w.o.Keep {
			return tx.DropOutbox(ctx, r)
		}
		return tx.Delivered(ctx, r)
	}
}

func (w *Worker) failed(ctx context.Context, r app.OutboxRow, cause error) note {
	n := r.Attempts + 1
	next := time.Time{}
	if _, refused := errors.AsType[Refused](cause); !refused && n < maxAttempts {
		next = w.o.Clock.Now().Add(wait(n))
	}
	w.o.Logger.WarnContext(ctx, "notice not sent", slog.String("notice", r.ID), slog.String("template", r.Template), slog.Int("attempt", n),
		slog.Bool("final", next.IsZero()), slog.Any("error", cause))
	return func(tx app.PlainTx) error {
		if next.IsZero() && r.Template == app.TemplateCode {
			return tx.DropOutbox(ctx, r)
		}
		return tx.Retry(ctx, r.ID, n, next, cause.Error())
	}
}

// wait before the attempt after the n-th: doubling from firstWait, between half and all of it, so that many do not come back at once.
func wait(n int) time.Duration {
	d := min(firstWait<<min(n-1, 20), longestWait)
	return d/2 + rand.N(d/2+1)
}
