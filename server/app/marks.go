package app

import (
	"context"

	"hejie/negotiation"
)

// MarkReader reads how far people have read.
type MarkReader interface {
	Marks(ctx context.Context, account, caseID string) (map[negotiation.Channel]int64, error)
	MarksIn(ctx context.Context, account string, ch negotiation.Channel, cases []string) (map[string]int64, error) // by case; one never read is not in it
	// FurthestRead is the highest mark in a channel of a case that an account or anybody of an enterprise has; "" for none of them.
	FurthestRead(ctx context.Context, caseID string, ch negotiation.Channel, account, enterprise string) (int64, error)
}

// MarkWriter writes how far people have read.
type MarkWriter interface {
	Mark(ctx context.Context, account, caseID string, ch negotiation.Channel, seq int64) (bool, error) // false: was there already
}

// Marks keep how far an account has read each channel of a case. They only move forward.
type Marks struct{ w World }

// Of gives the account's marks in a case; a channel never read is not in it.
func (m *Marks) Of(ctx context.Context, x Session, caseID string) (map[negotiation.Channel]int64, error) {
	return m.w.Plain.Marks(ctx, x.Actor.ID, caseID)
}

// OfOthers is how far the other party has read the room of a case, for the bureau either party.
func (m *Marks) OfOthers(ctx context.Context, x Session, c *negotiation.Case) (int64, error) {
	consumer, enterprise := c.Consumer, c.Enterprise
	switch x.Actor.Side() {
	case negotiation.SideConsumer:
		consumer = ""
	case negotiation.SideEnterprise:
		enterprise = ""
	}
	return m.w.Plain.FurthestRead(ctx, c.ID, negotiation.Room, consumer, enterprise)
}

// Read moves the mark up to seq and says whether it moved; a lower seq than known is no error. Errors: not_found without the right
// to the channel, out_of_range for a seq that is not there yet.
func (m *Marks) Read(ctx context.Context, x Session, caseID string, ch negotiation.Channel, seq int64) (moved bool, err error) {
	c, head, err := m.w.Log.Case(ctx, caseID)
	if err != nil {
		return false, err
	}
	if err := MayRead(x, c, ch); err != nil {
		return false, err
	}
	if last := head.At(ch).Seq; seq < 1 || seq > last {
		return false, negotiation.OutOfRange("seq", 1, last)
	}
	err = m.w.Plain.Write(ctx, func(tx PlainTx) (err error) {
		moved, err = tx.Mark(ctx, x.Actor.ID, caseID, ch, seq)
		return err
	})
	return moved && err == nil, err
}
