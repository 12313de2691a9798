package app_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"hejie/negotiation"
	"hejie/server/app"
)

// What was said of an item stands where its reader decides on it: the last report's reference, and why it was disputed since.
func TestItemTexts(t *testing.T) {
	t.Parallel()
	p := newPeople(t)
	rooms := app.NewRooms(p.w, p.App)
	c, _ := p.promised()
	said := func(s app.Session) []app.ItemText {
		v, err := rooms.View(p.ctx, s, c.ID)
		require.NoError(t, err)
		return v.Items
	}
	require.Equal(t, []app.ItemText{{}}, said(p.buyer))
	p.do(p.agent, c.ID, negotiation.ReportPerformance{Item: 0, Reference: "0815"})
	require.Equal(t, []app.ItemText{{Reference: "0815"}}, said(p.buyer))
	p.do(p.buyer, c.ID, negotiation.DisputePerformance{Item: 0, Reason: "没有到账"})
	require.Equal(t, []app.ItemText{{Reference: "0815", Reason: "没有到账"}}, said(p.agent))
}
