package app

import (
	"context"

	"hejie/negotiation"
)

// Past is the part of the log that catching up reads.
type Past interface {
	// Case gives the folded case and the end of its log, or not_found.
	Case(ctx context.Context, id string) (*negotiation.Case, negotiation.Head, error)
	// Records of a channel with seq > after, oldest first, at most limit.
	Records(ctx context.Context, caseID string, ch negotiation.Channel, after int64, limit int) ([]negotiation.Record, error)
}

// Catchup is the answer to "what came after this position". Socket and polling give the same one.
type Catchup struct {
	Records  []negotiation.Record // oldest first, without a gap after the position asked for
	Position negotiation.Position // after the last record; the channel's end when not Recovered
	// Recovered says that the position asked for lies in this log. When it does not (a restored database, a position of
	// another log), there are no records: the reader fetches the case again and goes on from Position.
	Recovered bool
	More      bool // records lie after the last one; ask again from Position
}

// CatchUp reads at most limit records after since. It checks no rights. Errors: not_found, or the log's own.
func CatchUp(ctx context.Context, past Past, caseID string, ch negotiation.Channel, since negotiation.Position, limit int) (Catchup, error) {
	// One read fetches the record at since, whose hash tells whether it is the same log, what follows, and one to know of more.
	from := max(since.Seq-1, 0)
	records, err := past.Records(ctx, caseID, ch, from, limit+2)
	if err != nil {
		return Catchup{}, err
	}
	if since.Seq > 0 {
		if len(records) == 0 || records[0].Position() != since {
			return notRecovered(ctx, past, caseID, ch)
		}
		records = records[1:]
	}
	for i, r := range records {
		if r.Seq != since.Seq+int64(i)+1 {
			return Catchup{}, negotiation.NewError(negotiation.CodeInternal, "gap", since.Seq+int64(i)+1)
		}
	}
	c := Catchup{Records: records, Position: since, Recovered: true}
	if len(records) > limit {
		c.Records, c.More = records[:limit], true
	}
	if n := len(c.Records); n > 0 {
		c.Position = c.Records[n-1].Position()
	}
	return c, nil
}

// Before reads the newest of the records before a number of the channel, at most limit; More says that others lie before them. It checks
// no rights. Errors: not_found, or the log's own.
func Before(ctx context.Context, past Past, caseID string, ch negotiation.Channel, before int64, limit int) (Catchup, error) {
	_, head, err := past.Case(ctx, caseID)
	if err != nil {
		return Catchup{}, err
	}
	last := min(before-1, head.At(ch).Seq)
	after := max(last-int64(limit), 0)
	c := Catchup{Recovered: true, More: after > 0}
	if last == after {
		return c, nil
	}
	if c.Records, err = past.Records(ctx, caseID, ch, after, int(last-after)); err != nil {
		return Catchup{}, err
	}
	for seq := after + 1; seq <= last; seq++ {
		if i := int(seq - after - 1); i >= len(c.Records) || c.Records[i].Seq != seq {
			return Catchup{}, negotiation.NewError(negotiation.CodeInternal, "gap", seq)
		}
	}
	c.Position = c.Records[len(c.Records)-1].Position()
	return c, nil
}

func notRecovered(ctx context.Context, past Past, caseID string, ch negotiation.Channel) (Catchup, error) {
	_, head, err := past.Case(ctx, caseID)
	if err != nil {
		return Catchup{}, err
	}
	return Catchup{Position: head.At(ch)}, nil
}
