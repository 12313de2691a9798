package http_test

import (
	"net/http"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"

	web "hejie/server/http"
)

// Over the API: a limit, the refusal, the request, and the approval that sends what was asked for. Nobody but the desk gets another answer
// for it than before, until there is an offer.
func TestAuthority(t *testing.T) {
	t.Parallel()
	w := newWorld(t).people()
	c := w.file("wang", "洞庭电器", "A-1")
	member := "/api/desk/staff/" + w.actors["agent0"].ID
	limit := func(who string, change map[string]any) *web.Staff {
		got := w.do(who, "PATCH", member, change)
		require.Equal(t, http.StatusOK, got.Code, got.Body)
		m := read[web.Staff](t, got)
		return &m
	}
	require.Equal(t, int64(50_000), limit("boss0", map[string]any{"limit": money(50_000)}).Limit.Minor)
	require.Nil(t, limit("boss0", map[string]any{"unlimited": true}).Limit)
	require.Equal(t, int64(0), limit("boss0", map[string]any{"limit": money(0)}).Limit.Minor)
	require.Equal(t, int64(0), limit("boss0", map[string]any{"display_name": "小吴"}).Limit.Minor, "what is not given stays")
	for who, code := range map[string]web.ProblemCode{"agent0": "not_allowed", "wang": "not_allowed", "officer": "not_allowed", "boss1": "not_found"} {
		require.Equal(t, code, problem(t, w.do(who, "PATCH", member, map[string]any{"unlimited": true})).Code, who)
	}
	require.Equal(t, "limit.minor", problem(t, w.do("boss0", "PATCH", member, map[string]any{"limit": money(-1)})).Field)

	terms := map[string]any{"items": []any{map[string]any{"by": "enterprise", "remedy": "refund", "amount": money(9_000), "due": map[string]any{"days": 3, "unit": "working"}}}, "valid_days": 5, "text": "诚意"}
	offer := map[string]any{"type": "make_offer", "items": terms["items"], "valid_days": 5}
	over := w.send("agent0", c, offer)
	require.Equal(t, http.StatusForbidden, over.Code)
	require.Equal(t, web.ProblemCode("over_authority"), problem(t, over).Code)
	require.Contains(t, problem(t, over).Detail, "¥90.00")

	number := regexp.MustCompile(`"request_id":"[0-9a-f]+"`) // of each problem its own
	others := func() map[string]string {
		all := map[string]string{}
		for who, urls := range map[string][]string{
			"wang":     {"/api/cases/" + c, "/api/cases/" + c + "/file", "/api/channels/" + c + "/room/events", "/api/channels/" + c + "/consumer/events", "/api/channels/" + c + "/desk/events", "/api/cases"},
			"officer":  {"/api/cases/" + c, "/api/channels/" + c + "/desk/events", "/api/board", "/api/board/summary"},
			"province": {"/api/cases/" + c, "/api/board"},
			"boss1":    {"/api/cases/" + c, "/api/channels/" + c + "/desk/events", "/api/inbox", "/api/inbox/summary", "/api/desk/staff"},
			"":         {"/api/enterprises/" + w.firm["洞庭电器"]},
		} {
			for _, url := range urls {
				all[who+" "+url] = number.ReplaceAllString(w.do(who, "GET", url, nil).Body.String(), "")
			}
		}
		return all
	}
	before := others()
	w.must("agent0", c, map[string]any{"type": "request_approval", "make_offer": terms, "note": "顾客有道理"})
	require.Equal(t, before, others())
	view := read[web.CaseView](t, w.do("boss0", "GET", "/api/cases/"+c, nil))
	require.Equal(t, w.actors["agent0"].ID, view.Case.Request.By)
	require.Nil(t, view.Limit)
	require.Equal(t, int64(0), read[web.CaseView](t, w.do("agent0", "GET", "/api/cases/"+c, nil)).Limit.Minor)
	require.Len(t, read[web.CasePage](t, w.do("agent0", "GET", "/api/inbox?asked=true", nil)).Rows, 1)
	require.Equal(t, 1, read[web.InboxSummary](t, w.do("boss0", "GET", "/api/inbox/summary", nil)).Asked)

	answer := map[string]any{"type": "answer_request", "request": view.Case.Request.Seq, "approve": false, "text": "太多"}
	for who, status := range map[string]int{"agent0": 403, "wang": 403, "officer": 403, "boss1": 404, "stranger": 404} {
		require.Equal(t, status, w.send(who, c, answer).Code, who)
	}
	w.must("boss0", c, answer)
	require.Equal(t, before, others())
	require.Equal(t, web.ProblemCode("request_not_open"), problem(t, w.send("boss0", c, answer)).Code)

	w.must("agent0", c, map[string]any{"type": "request_approval", "make_offer": terms})
	request := read[web.CaseView](t, w.do("boss0", "GET", "/api/cases/"+c, nil)).Case.Request.Seq
	w.must("boss0", c, map[string]any{"type": "answer_request", "request": request, "approve": true, "text": "可以"})
	room := w.do("wang", "GET", "/api/channels/"+c+"/room/events", nil).Body.String()
	require.Contains(t, room, "诚意")
	for _, trace := range []string{"request", "approv", "可以", "顾客有道理", "太多", w.actors["agent0"].ID} {
		require.NotContains(t, room, trace)
	}
}
