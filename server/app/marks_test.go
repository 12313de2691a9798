package app_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"hejie/negotiation"
	"hejie/server/app"
)

func TestMarks(t *testing.T) {
	t.Parallel()
	p := newPeople(t)
	id := p.file(p.buyer, p.enterprise.ID)
	p.do(p.supervisor, id, negotiation.PostMessage{Text: "您好"})
	p.do(p.supervisor, id, negotiation.PostMessage{Text: "内部", Channel: negotiation.Desk})
	_, head, err := p.store.Case(p.ctx, id)
	require.NoError(t, err)
	last := head.Room.Seq

	for _, c := range []struct {
		seq   int64
		moved bool
	}{{1, true}, {1, false}, {last, true}, {1, false}, {last, false}} {
		moved, err := p.Marks.Read(p.ctx, p.buyer, id, negotiation.Room, c.seq)
		require.NoError(t, err)
		require.Equal(t, c.moved, moved, c.seq)
	}
	marks, err := p.Marks.Of(p.ctx, p.buyer, id)
	require.NoError(t, err)
	require.Equal(t, map[negotiation.Channel]int64{negotiation.Room: last}, marks)
	for _, seq := range []int64{-1, 0, last + 1} {
		_, err = p.Marks.Read(p.ctx, p.buyer, id, negotiation.Room, seq)
		refused(t, negotiation.CodeOutOfRange, err)
	}
	p.allowedOnly(t, negotiation.CodeNotFound, func(x app.Session) error {
		_, err := p.Marks.Read(p.ctx, x, id, negotiation.Room, 1)
		return err
	}, "consumer", "supervisor", "agent")
	p.allowedOnly(t, negotiation.CodeNotFound, func(x app.Session) error {
		_, err := p.Marks.Read(p.ctx, x, id, negotiation.Desk, 1)
		return err
	}, "supervisor", "agent")
}
