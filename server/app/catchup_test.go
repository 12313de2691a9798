package app

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hejie/negotiation"
)

// pastOf is a log of one case in memory.
type pastOf struct {
	records []negotiation.Record
	head    negotiation.Head
	err     error
}

func pastWith(t *testing.T, room int) *pastOf {
	t.Helper()
	p := &pastOf{}
	for i := range room {
		ch := negotiation.Room
		if i%3 == 2 {
			ch = negotiation.Desk
		}
		e := negotiation.Event{At: time.Unix(int64(i), 0), Channel: ch, Fact: negotiation.MessagePosted{}, Content: &negotiation.Content{Text: "x"}}
		r, head, err := p.head.Seal("c", e, []byte("salt"))
		require.NoError(t, err)
		p.records, p.head = append(p.records, r), head
	}
	return p
}

func (p *pastOf) Case(context.Context, string) (*negotiation.Case, negotiation.Head, error) {
	return &negotiation.Case{ID: "c"}, p.head, p.err
}

func (p *pastOf) Records(_ context.Context, _ string, ch negotiation.Channel, after int64, limit int) ([]negotiation.Record, error) {
	var found []negotiation.Record
	for _, r := range p.records {
		if r.Channel == ch && r.Seq > after && len(found) < limit {
			found = append(found, r)
		}
	}
	return found, p.err
}

func (p *pastOf) at(ch negotiation.Channel, seq int64) negotiation.Position {
	for _, r := range p.records {
		if r.Channel == ch && r.Seq == seq {
			return r.Position()
		}
	}
	return negotiation.Position{Seq: seq, H8: "00000000"}
}

func TestCatchUp(t *testing.T) {
	t.Parallel()
	past := pastWith(t, 30) // 20 in the room, 10 at the desk
	tests := []struct {
		name      string
		channel   negotiation.Channel
		since     negotiation.Position
		limit     int
		first, n  int64
		position  int64
		recovered bool
		more      bool
	}{
		{"from the beginning", negotiation.Room, negotiation.Position{}, 50, 1, 20, 20, true, false},
		{"first page", negotiation.Room, negotiation.Position{}, 5, 1, 5, 5, true, true},
		{"middle page", negotiation.Room, past.at(negotiation.Room, 5), 5, 6, 5, 10, true, true},
		{"last page, just full", negotiation.Room, past.at(negotiation.Room, 15), 5, 16, 5, 20, true, false},
		{"nothing missed", negotiation.Room, past.at(negotiation.Room, 20), 5, 0, 0, 20, true, false},
		{"other channel", negotiation.Desk, past.at(negotiation.Desk, 8), 5, 9, 2, 10, true, false},
		{"another log", negotiation.Room, negotiation.Position{Seq: 7, H8: "deadbeef"}, 5, 0, 0, 20, false, false},
		{"position of another channel", negotiation.Room, past.at(negotiation.Desk, 7), 5, 0, 0, 20, false, false},
		{"beyond the end", negotiation.Room, negotiation.Position{Seq: 21, H8: "deadbeef"}, 5, 0, 0, 20, false, false},
		{"far beyond the end", negotiation.Desk, negotiation.Position{Seq: 99, H8: "deadbeef"}, 5, 0, 0, 10, false, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c, err := CatchUp(t.Context(), past, "c", tt.channel, tt.since, tt.limit)
			require.NoError(t, err)
			require.Len(t, c.Records, int(tt.n))
			for i, r := range c.Records {
				require.Equal(t, tt.first+int64(i), r.Seq)
			}
			require.Equal(t, past.at(tt.channel, tt.position), c.Position)
			require.Equal(t, tt.recovered, c.Recovered)
			require.Equal(t, tt.more, c.More)
		})
	}
}

func TestBefore(t *testing.T) {
	t.Parallel()
	past := pastWith(t, 30) // 20 in the room, 10 at the desk
	for _, c := range []struct {
		name     string
		channel  negotiation.Channel
		before   int64
		limit    int
		first, n int64
		more     bool
	}{
		{"newest", negotiation.Room, 21, 5, 16, 5, true},
		{"beyond the end", negotiation.Room, 99, 5, 16, 5, true},
		{"middle", negotiation.Room, 16, 5, 11, 5, true},
		{"just to the beginning", negotiation.Room, 6, 5, 1, 5, false},
		{"short to the beginning", negotiation.Room, 3, 5, 1, 2, false},
		{"before the first", negotiation.Room, 1, 5, 0, 0, false},
		{"another channel", negotiation.Desk, 11, 50, 1, 10, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got, err := Before(t.Context(), past, "c", c.channel, c.before, c.limit)
			require.NoError(t, err)
			require.True(t, got.Recovered)
			require.Equal(t, c.more, got.More)
			require.Len(t, got.Records, int(c.n))
			for i, r := range got.Records {
				require.Equal(t, c.first+int64(i), r.Seq)
			}
			if c.n > 0 {
				require.Equal(t, past.at(c.channel, c.first+c.n-1), got.Position)
			}
		})
	}
	empty, err := Before(t.Context(), pastWith(t, 2), "c", negotiation.Desk, 9, 5)
	require.NoError(t, err)
	require.Equal(t, Catchup{Recovered: true}, empty)

	broken := pastWith(t, 30)
	broken.records = append(broken.records[:3:3], broken.records[4:]...)
	_, err = Before(t.Context(), broken, "c", negotiation.Room, 9, 50)
	require.Equal(t, negotiation.CodeInternal, negotiation.CodeOf(err), "a gap")
	broken.err = errors.New("disk")
	_, err = Before(t.Context(), broken, "c", negotiation.Room, 9, 5)
	require.ErrorIs(t, err, broken.err)
}

func TestCatchUpOfEmptyChannel(t *testing.T) {
	t.Parallel()
	c, err := CatchUp(t.Context(), pastWith(t, 2), "c", negotiation.Desk, negotiation.Position{}, 5)
	require.NoError(t, err)
	require.Equal(t, Catchup{Records: []negotiation.Record(nil), Recovered: true}, c)
}

func TestCatchUpRefusesAGap(t *testing.T) {
	t.Parallel()
	past := pastWith(t, 12)
	past.records = append(past.records[:3:3], past.records[4:]...)
	_, err := CatchUp(t.Context(), past, "c", negotiation.Room, past.at(negotiation.Room, 1), 50)
	require.Equal(t, negotiation.CodeInternal, negotiation.CodeOf(err))
}

func TestCatchUpTellsErrors(t *testing.T) {
	t.Parallel()
	past := pastWith(t, 3)
	past.err = errors.New("disk")
	_, err := CatchUp(t.Context(), past, "c", negotiation.Room, negotiation.Position{}, 5)
	require.ErrorIs(t, err, past.err)
}
