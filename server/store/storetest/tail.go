package storetest

import (
	"github.com/stretchr/testify/require"

	"hejie/negotiation"
	"hejie/server/app"
)

func tail(b *bed) {
	one, two := b.file(1, 1), b.file(2, 1)
	b.say(consumer(1), one, "room 3")
	b.must(desk(1), one, "n1", negotiation.PostMessage{Text: "desk 1", Channel: negotiation.Desk})
	b.say(consumer(1), one, "room 4")

	ends, err := b.Ends(ctx, []string{one, two, caseID(3)})
	require.NoError(b.t, err)
	require.Equal(b.t, map[string]app.Ends{one: {Room: 4, Desk: 1, ConsumerOnly: 1}, two: {Room: 2, ConsumerOnly: 1}}, ends)
	none, err := b.Ends(ctx, nil)
	require.NoError(b.t, err)
	require.Empty(b.t, none)

	since := func(limit int, from ...app.From) []app.Commit {
		commits, err := b.Since(ctx, from, limit)
		require.NoError(b.t, err)
		return commits
	}
	known := app.Ends{Room: 2, ConsumerOnly: -1}
	commits := since(10, app.From{Case: one, Known: known}, app.From{Case: two, Known: known}, app.From{Case: caseID(3)})
	require.Len(b.t, commits, 1, "nothing came in the second, and the third is not there")
	c := commits[0]
	var versions []int64
	for _, r := range c.Records {
		require.Equal(b.t, one, r.Case)
		versions = append(versions, r.Version)
	}
	require.Equal(b.t, []int64{4, 5, 6}, versions, "of both channels, in their order")
	require.Equal(b.t, negotiation.PhaseNone, c.Before.Phase)
	require.Equal(b.t, int64(6), c.After.Version)
	page, err := b.Cases(ctx, app.CaseQuery{})
	require.NoError(b.t, err)
	require.Contains(b.t, page.Rows, c.Row, "as it stands in lists")
	n, ok := app.NewsOf(&c)
	require.True(b.t, ok)
	require.Equal(b.t, app.News{Case: one, Consumer: consumer(1).ID, Enterprise: desk(1).Enterprise, Region: county,
		Spans: app.Spans{Room: app.Span{Before: 2, End: 4}, Desk: app.Span{Before: 0, End: 1}}}, n)

	first := since(1, app.From{Case: one})
	require.Len(b.t, first[0].Records, 3, "the first of each channel")
	require.Empty(b.t, since(10, app.From{Case: one, Known: ends[one]}))
}
