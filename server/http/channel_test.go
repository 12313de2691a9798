package http_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	web "hejie/server/http"
)

// A long room is read from its end: the newest page first, older ones on demand, with the rights of the channel.
func TestReadingBackwards(t *testing.T) {
	t.Parallel()
	w := newWorld(t).people()
	a := w.file("wang", "洞庭电器", "A-1")
	for n := range 6 {
		w.must("agent0", a, map[string]any{"type": "post_message", "text": fmt.Sprintf("第 %d 条", n)})
	}
	w.must("agent0", a, map[string]any{"type": "post_message", "text": "他像是老客户", "channel": "desk"})
	url := "/api/channels/" + a + "/room/events"
	all := read[web.EventPage](t, w.do("wang", "GET", url, nil)).Events
	last := len(all)
	for _, c := range []struct {
		query       string
		first, size int // events[first-1] is the first of the page
		more        bool
	}{
		{fmt.Sprintf("?before=%d&limit=3", last+1), last - 2, 3, true},
		{fmt.Sprintf("?before=%d&limit=3", last-2), last - 5, 3, true},
		{"?before=3&limit=3", 1, 2, false},
		{"?before=4&limit=3", 1, 3, false},
		{"?before=1&limit=3", 1, 0, false},
		{"?before=9000000000000&limit=2", last - 1, 2, true},
		{fmt.Sprintf("?before=%d", last+1), 1, last, false},
	} {
		page := read[web.EventPage](t, w.do("wang", "GET", url+c.query, nil))
		require.Len(t, page.Events, c.size, c.query)
		require.Equal(t, c.more, page.More, c.query)
		require.True(t, page.Recovered, c.query)
		for i, e := range page.Events {
			require.Equal(t, all[c.first-1+i], e, c.query)
		}
		if c.size > 0 { // a subscription may go on from there
			since := read[web.EventPage](t, w.do("wang", "GET", url+"?since="+page.Position, nil))
			require.True(t, since.Recovered, c.query)
			require.Len(t, since.Events, last-(c.first-1+c.size), c.query)
			continue
		}
		require.Equal(t, "0", page.Position, c.query)
	}
	desk := "/api/channels/" + a + "/desk/events?before=9"
	require.Len(t, read[web.EventPage](t, w.do("agent0", "GET", desk, nil)).Events, 1)
	for _, c := range []struct {
		who, url string
		status   int
	}{
		{"", url + "?before=9", 401}, {"li", url + "?before=9", 404}, {"agent1", url + "?before=9", 404}, {"officer", url + "?before=9", 404},
		{"wang", desk, 404}, {"officer", desk, 404}, {"wang", url + "?before=-1", 422}, {"wang", url + "?before=0", 422}, {"wang", url + "?before=3&since=0", 422}, {"wang", url + "?before=x", 400},
		{"wang", url + "?before=3&since=" + read[web.EventPage](t, w.do("wang", "GET", url+"?limit=1", nil)).Position, 422},
	} {
		got := w.do(c.who, "GET", c.url, nil)
		require.Equal(t, c.status, got.Code, "%s %s: %s", c.who, c.url, got.Body)
		require.NotContains(t, got.Body.String(), "第 1 条")
	}
}

// The snapshot tells how far the other party has read, and nothing of one's own colleagues or of the bureau.
func TestSnapshotTellsHowFarTheOthersRead(t *testing.T) {
	t.Parallel()
	w := newWorld(t).people()
	a := w.file("wang", "洞庭电器", "A-1")
	w.must("wang", a, map[string]any{"type": "post_message", "text": "在吗"})
	others := func(who string) int64 {
		return read[web.CaseView](t, w.do(who, "GET", "/api/cases/"+a, nil)).ReadByOthers
	}
	mark := func(who string, seq int) {
		got := w.do(who, "PUT", "/api/channels/"+a+"/room/read", fmt.Sprintf(`{"seq":%d}`, seq))
		require.Equal(t, http.StatusNoContent, got.Code, got.Body)
	}
	require.Zero(t, others("wang"))
	mark("wang", 2)
	require.Zero(t, others("wang"), "one's own reading is not the other party's")
	require.EqualValues(t, 2, others("agent0"))
	mark("agent0", 1)
	mark("boss0", 3)
	require.EqualValues(t, 3, others("wang"), "whoever at the desk got furthest")
	require.EqualValues(t, 2, others("agent0"))
	require.Zero(t, others("officer"), "without the room nothing")

	w.must("wang", a, map[string]any{"type": "escalate"})
	require.EqualValues(t, 3, others("officer"))
	mark("officer", 4)
	require.EqualValues(t, 3, others("wang"))
}
