package app_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hejie/negotiation"
	"hejie/server/app"
)

// Who asks never waits: what names files or people, which are read before, is not asked, nor anything while there may have been an outage
// that is not known yet.
func TestAskDoesNotWait(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	require.NoError(t, w.Pulse.Beat(w.ctx))
	enterprise, desk := w.desk(w.officer(w.admin(), "430602", "officer"), "desk")
	consumer := w.consumer(phone).Session
	id := w.file(consumer, enterprise.ID)
	ask := func(by negotiation.Actor, cmd negotiation.Command) (error, bool) {
		command, err := app.Identify(by, app.NewID(), cmd)
		require.NoError(t, err)
		end := make(chan error, 1)
		if !w.ledger.Ask(w.ctx, by, id, command, cmd, func(r app.Receipt, err error) {
			if err == nil {
				require.Equal(t, id, r.Case)
			}
			end <- err
		}) {
			return nil, false
		}
		return <-end, true
	}
	said := negotiation.PostMessage{Text: "有人吗"}
	err, asked := ask(consumer.Actor, said)
	require.True(t, asked)
	require.NoError(t, err)
	err, asked = ask(desk.Actor, negotiation.AcceptOffer{Offer: 1})
	require.True(t, asked)
	require.Error(t, err, "there is no offer")

	for _, cmd := range []negotiation.Command{negotiation.AddEvidence{File: app.NewID()}, negotiation.ReportPerformance{}, negotiation.Assign{Agent: desk.Actor.ID}} {
		_, asked = ask(desk.Actor, cmd)
		require.False(t, asked, cmd.Kind())
	}
	w.pass(time.Hour)
	_, asked = ask(consumer.Actor, said)
	require.False(t, asked, "a beat comes first")
	w.do(consumer, id, said)
	_, asked = ask(consumer.Actor, said)
	require.True(t, asked)
}
