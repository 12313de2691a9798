package demo

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"hejie/negotiation"
	"hejie/negotiation/workday"
	"hejie/server/app"
)

// walk files the case of a script and takes it through its steps and deadlines up to now.
func (b *builder) walk(ctx context.Context, number int, p *play) error {
	w := &walker{builder: b, play: p, number: number, pen: b.pen(p.filed)}
	if err := w.file(ctx); err != nil {
		return fmt.Errorf("filing: %w", err)
	}
	for i, s := range p.steps {
		if s.at.After(b.Now) {
			return fmt.Errorf("step %d lies in the future", i)
		}
		if err := w.tickTo(ctx, s.at); err != nil {
			return err
		}
		w.t = s.at
		if err := w.step(ctx, s); err != nil {
			return fmt.Errorf("step %d: %w", i, err)
		}
	}
	return w.tickTo(ctx, b.Now)
}

// walker is one case on its way.
type walker struct {
	*builder
	*play
	pen
	number int
	sent   int // commands so far
	id     string
	read   bool // by an officer
}

func (w *walker) file(ctx context.Context) error {
	bought := workday.DateOf(w.filed).AddDays(-12 - w.r.IntN(60))
	known := bought.AddDays(3 + w.r.IntN(8))
	who := w.consumers[w.consumer]
	f := negotiation.FileCase{
		Enterprise: w.houses[w.desk].id, Category: w.category, Goods: w.goods, Facts: w.told(w.facts), PurchasedOn: bought.String(), KnownSince: known.String(),
		OrderNumber: w.order, Amount: negotiation.CNY(w.fen), Claim: items(w.claim, w.fen), Reason: w.reason(w.claim), ForDailyLife: true, OtherBody: negotiation.BodyNone,
		Consents: negotiation.Consents{Truth: textVersion, Rules: textVersion, Publication: &negotiation.Choice{Yes: w.r.IntN(4) > 0, Text: textVersion},
			Escalation: &negotiation.Choice{Yes: !w.askFirst, Text: textVersion}},
	}
	id, err := w.nextID(who.Actor, f)
	if err != nil {
		return err
	}
	receipt, err := w.ledger.File(ctx, who.Actor, id, f, app.PersonDetails{Name: who.name, Address: who.address})
	w.id = receipt.Case
	return err
}

func (w *walker) nextID(by negotiation.Actor, cmd negotiation.Command) (app.CommandID, error) {
	w.sent++
	return app.Identify(by, w.builder.id(w.number, w.sent), cmd)
}

// actor of a side: the consumer, the desk member who has the case, an officer of the competent bureau.
func (w *walker) actor(side negotiation.Side) negotiation.Actor {
	switch side {
	case consumer:
		return w.consumers[w.consumer].Actor
	case bureau:
		officers := w.officers[w.competent(w.houses[w.desk].region)]
		return officers[w.number%len(officers)]
	}
	for _, a := range w.houses[w.desk].people {
		if a.ID == w.agent {
			return a
		}
	}
	return negotiation.Actor{}
}

func (w *walker) step(ctx context.Context, s step) error {
	by := w.actor(s.side)
	if s.page != nil {
		cmd, err := w.upload(ctx, by, *s.page)
		if err != nil {
			return err
		}
		return w.do(ctx, by, cmd)
	}
	c, _, err := w.World.Log.Case(ctx, w.id)
	if err != nil {
		return err
	}
	if s.side == bureau && !w.read && c.May(by, negotiation.SeeDetails) == nil {
		w.read = true
		w.reads(s.at, by, c)
	}
	for _, cmd := range s.does(c) {
		if err := w.do(ctx, by, cmd); err != nil {
			return err
		}
	}
	return nil
}

// reads: before deciding anything, the officer opens the file and learns who complains.
func (w *walker) reads(at time.Time, by negotiation.Actor, c *negotiation.Case) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.readings = append(w.readings, deed{at, func(ctx context.Context, a *app.App) error {
		if err := a.Details.OpenedFile(ctx, by, c); err != nil {
			return err
		}
		_, err := a.Details.Open(ctx, by, c.ID, app.PurposeHandling)
		return err
	}})
}

func (w *walker) do(ctx context.Context, by negotiation.Actor, cmd negotiation.Command) error {
	id, err := w.nextID(by, cmd)
	if err != nil {
		return err
	}
	if _, err := w.ledger.Do(ctx, by, w.id, id, cmd); err != nil {
		return fmt.Errorf("%s by the %s: %w", cmd.Kind(), by.Side(), err)
	}
	return nil
}

func (w *walker) upload(ctx context.Context, by negotiation.Actor, page paper) (negotiation.Command, error) {
	name, body, err := page.drawn(w.fen, w.order)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(body)
	row, err := w.files.Put(ctx, app.Session{Actor: by}, app.Upload{Name: name, SHA256: hex.EncodeToString(sum[:]), Body: bytes.NewReader(body)})
	if err != nil {
		return nil, err
	}
	caption := w.proof
	if page == transfer {
		caption = "退款转账回单"
	}
	return negotiation.AddEvidence{File: row.ID, SHA256: row.SHA256, Caption: caption}, nil
}

// tickTo does what the case's clocks want up to t, each a few seconds after its instant, as the due worker would.
func (w *walker) tickTo(ctx context.Context, t time.Time) error {
	for last := int64(0); ; {
		c, _, err := w.World.Log.Case(ctx, w.id)
		if err != nil {
			return err
		}
		next := c.NextAt()
		if next.IsZero() || next.After(t) {
			return nil
		}
		if c.Version == last {
			return errors.New("a deadline that is due does not pass")
		}
		last = c.Version
		w.t = next.Add(time.Duration(w.r.IntN(4000)+50) * time.Millisecond)
		if w.t.After(t) {
			w.t = t
		}
		if err := w.ledger.Tick(ctx, w.id); err != nil {
			return err
		}
	}
}
