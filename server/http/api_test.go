package http_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	web "hejie/server/http"
)

// Who may ask what, what the answer holds, and what it must not hold. "{a}" is a running case of wang with 洞庭电器, "{b}" an
// escalated one of wang with 楚天家具.
func TestAnswers(t *testing.T) {
	t.Parallel()
	w := newWorld(t).people()
	a, b := w.file("wang", "洞庭电器", "A-1"), w.file("wang", "楚天家具", "B-1")
	w.must("agent0", a, map[string]any{"type": "post_message", "text": "请问何时购买", "question": true})
	w.must("agent0", a, map[string]any{"type": "post_message", "text": "他像是老客户", "channel": "desk"})
	w.must("wang", b, map[string]any{"type": "escalate"})
	w.do("", "POST", "/api/invitations", map[string]any{"name": "某某百货", "region": county})
	const full = "+8613800138000"
	secret := []string{full, address, name}
	texts := []string{facts, "请问何时购买", "他像是老客户", "充电宝"}

	for _, c := range []struct {
		who, method, url string
		status           int
		has, hasNot      []string
	}{
		{"", "GET", "/api/meta", 200, []string{`"business_now":"2026-03-02T01:00:00Z"`, `"demo":false`, `"sms":"available"`, `"codes_per_minute":1`}, []string{`"operator"`}},
		{"", "GET", "/api/calendar?from=2026-02-28&to=2026-03-02", 200, []string{`"date":"2026-02-28"`, `"kind":"working"`, `"kind":"makeup"`}, nil},
		{"", "GET", "/api/regions", 200, []string{"湖南省"}, []string{"岳阳楼区"}},
		{"", "GET", "/api/regions?parent=430600", 200, []string{"岳阳楼区"}, nil},
		{"", "GET", "/api/regions/430602", 200, []string{"湖南省", "岳阳市", "430602局"}, nil},
		{"", "GET", "/api/regions/999999", 404, []string{`"not_found"`}, nil},
		{"", "GET", "/api/enterprises?q=洞庭", 200, []string{"洞庭电器", `"status":"enrolled"`}, append([]string{"楚天家具", "赵主任", "13700137000", a}, secret...)},
		{"", "GET", "/api/enterprises/" + w.firm["洞庭电器"], 200, []string{"洞庭电器", "岳阳楼区", `"name_zh":"430602局"`}, append([]string{"赵主任", "13700137000"}, secret...)},
		{"", "GET", "/api/enterprises/" + w.firm["楚天家具"] + "/scorecard", 200, []string{`"not_counted":0`, `"few_cases"`, `"CE":1`}, append([]string{a, b, w.actors["wang"].ID}, secret...)},
		{"", "GET", "/api/ranking?region=430600", 200, []string{"洞庭电器", "楚天家具"}, append([]string{a, b}, secret...)},
		{"", "GET", "/api/ranking?region=430600", 200, []string{`"formula":"2026-1"`, `"from":"2025-03-03"`, `"to":"2026-03-02"`}, nil},
		{"", "GET", "/api/ranking?region=110000", 200, []string{`"rows":[]`}, nil},
		{"", "GET", "/api/session", 200, []string{"{}"}, nil},
		{"wang", "GET", "/api/session", 200, []string{`"role":"consumer"`, full}, nil},
		{"", "GET", "/api/setup", 200, []string{`"open":false`}, nil},

		{"wang", "GET", "/api/cases", 200, []string{a, b, "充电宝"}, []string{full, "他像是老客户"}},
		{"li", "GET", "/api/cases", 200, []string{`"rows":[]`}, []string{a, b}},
		{"wang", "GET", "/api/cases/" + a, 200, []string{facts, full, address, `"may":[`, a + "/room"}, []string{a + "/desk", "他像是老客户", `"agent"`}},
		{"li", "GET", "/api/cases/" + a, 404, []string{"not_found"}, append(texts, secret...)},
		{"agent0", "GET", "/api/cases/" + a, 200, []string{facts, "王**", "138****8000", a + "/desk", `"disclosure":"masked"`}, []string{full, address, name}},
		{"agent1", "GET", "/api/cases/" + a, 404, nil, append(texts, secret...)},
		{"officer", "GET", "/api/cases/" + a, 200, []string{`"room":false`, `"phase":"negotiating"`, "洞庭电器"}, append(append([]string{a + "/room", "王**"}, texts...), secret...)},
		{"officer", "GET", "/api/cases/" + b, 200, []string{`"room":true`, facts, "王**"}, []string{full, address, name}},
		{"province", "GET", "/api/cases/" + b, 200, []string{`"room":false`}, append(texts, secret...)},
		{"stranger", "GET", "/api/cases/" + b, 404, nil, append(texts, secret...)},
		{"admin", "GET", "/api/cases/" + b, 403, []string{"not_allowed"}, append(texts, secret...)},

		{"wang", "GET", "/api/channels/" + a + "/room/events", 200, []string{`"case_filed"`, "请问何时购买", `"recovered":true`, `"more":false`}, []string{"他像是老客户"}},
		{"wang", "GET", "/api/channels/" + a + "/room/events?limit=1", 200, []string{`"case_filed"`, `"more":true`}, []string{"请问何时购买"}},
		{"wang", "GET", "/api/channels/" + a + "/room/events?since=1.00000000", 200, []string{`"recovered":false`, `"events":[]`}, nil},
		{"wang", "GET", "/api/channels/" + a + "/room/events?since=nonsense", 422, []string{`"field":"since"`}, nil},
		{"wang", "GET", "/api/channels/" + a + "/desk/events", 404, nil, texts},
		{"agent0", "GET", "/api/channels/" + a + "/desk/events", 200, []string{"他像是老客户"}, []string{"请问何时购买"}},
		{"officer", "GET", "/api/channels/" + a + "/room/events", 404, nil, texts},
		{"officer", "GET", "/api/channels/" + b + "/room/events", 200, []string{facts}, secret},
		{"officer", "GET", "/api/channels/" + b + "/desk/events", 404, nil, texts},
		{"wang", "GET", "/api/channels/" + a + "/kitchen/events", 404, nil, nil},

		{"agent0", "GET", "/api/cases/" + a + "/details", 403, []string{"not_allowed"}, secret},
		{"officer", "GET", "/api/cases/" + a + "/details", 403, nil, secret},
		{"officer", "GET", "/api/cases/" + b + "/details?purpose=handling", 200, []string{full, address, name}, nil},
		{"officer", "GET", "/api/cases/" + b + "/details", 422, []string{"required", "purpose"}, secret},
		{"officer", "GET", "/api/cases/" + b + "/details?purpose=other", 422, []string{"invalid", "purpose"}, secret},
		{"stranger", "GET", "/api/cases/" + b + "/details", 404, nil, secret},
		{"officer", "GET", "/api/cases/" + b + "/audit", 200, []string{"details_opened"}, secret},
		{"wang", "GET", "/api/cases/" + b + "/audit", 200, []string{"details_opened"}, secret},
		{"li", "GET", "/api/cases/" + b + "/audit", 404, nil, nil},
		{"officer", "GET", "/api/cases/" + b + "/file", 200, []string{`"head":"`, `"turns":[`, `"consents":[`, `"strip":[`}, []string{full, address, name}},
		{"officer", "GET", "/api/cases/" + a + "/file", 404, nil, texts},

		{"agent0", "GET", "/api/inbox", 200, []string{a, "充电宝", "王**"}, []string{b, full, name}},
		{"agent0", "GET", "/api/inbox?turn=enterprise", 200, []string{`"rows":[]`}, []string{a}},
		{"agent0", "GET", "/api/inbox?turn=consumer&agent=nobody&sort=turn&open=true&q=充电", 200, []string{a}, nil},
		{"agent0", "GET", "/api/inbox?sort=upwards", 422, []string{`"field":"sort"`, `"allowed":["due"`}, nil},
		{"agent0", "GET", "/api/inbox?limit=101", 422, []string{`"field":"limit"`}, nil},
		{"agent0", "GET", "/api/inbox?limit=many", 400, []string{`"field":"limit"`, `"malformed"`}, nil},
		{"boss0", "GET", "/api/desk/staff", 200, []string{"agent0 name", `"login":"agent0"`}, []string{"agent1"}},
		{"agent0", "GET", "/api/desk/staff", 200, []string{"agent0 name"}, []string{`"login"`}},

		{"officer", "GET", "/api/board", 200, []string{a, b, "楚天家具"}, append([]string{"请问何时购买", "他像是老客户"}, secret...)},
		{"officer", "GET", "/api/board?column=new", 200, []string{b}, []string{a}},
		{"officer", "GET", "/api/board?column=running", 200, []string{a}, []string{b}},
		{"officer", "GET", "/api/board?limit=0", 422, []string{`"field":"limit"`, `"out_of_range"`, `"max":100`}, nil},
		{"officer", "HEAD", "/api/board", 200, nil, nil},
		{"officer", "GET", "/api/board?column=attic", 422, []string{`"field":"column"`}, nil},
		{"officer", "GET", "/api/board?region=110000", 404, nil, []string{a}},
		{"stranger", "GET", "/api/board", 200, []string{`"rows":[]`}, []string{a, b}},
		{"officer", "GET", "/api/board/summary", 200, []string{`"new":1`, `"overdue":0`}, nil},
		{"officer", "GET", "/api/board/statistics", 200, []string{`"region_name":"湖南省岳阳市岳阳楼区"`, `"n":1`, `"TE":0`}, secret},
		{"officer", "GET", "/api/board/statistics?from=2026-02&to=2026-01", 422, []string{`"field":"to"`, `"out_of_range"`, `"max":"2029-01"`}, nil},
		{"officer", "GET", "/api/board/statistics?region=110000", 404, nil, nil},
		{"province", "GET", "/api/board/statistics", 200, []string{`"name":"岳阳市"`, `"n":1`}, nil},
		{"stranger", "GET", "/api/board/statistics", 200, []string{`"n":0`}, []string{`"n":1`}},
		{"officer", "GET", "/api/board/enterprises", 200, []string{"洞庭电器"}, nil},
		{"stranger", "GET", "/api/board/enterprises", 200, []string{`"rows":[]`}, nil},
		{"officer", "GET", "/api/applications", 200, []string{`"rows":[]`}, nil},
		{"officer", "GET", "/api/invitations", 200, []string{`"name":"某某百货"`, `"region_name":"湖南省岳阳市岳阳楼区"`, `"count":1`}, nil},
		{"province", "GET", "/api/invitations", 200, []string{"某某百货"}, nil},
		{"stranger", "GET", "/api/invitations", 200, []string{`"rows":[]`}, []string{"某某百货"}},

		{"admin", "GET", "/api/admin/bureaus", 200, []string{"430602局"}, nil},
		{"admin", "GET", "/api/admin/officers", 200, []string{"officer name", `"name_zh":"430602局"`}, []string{"agent0"}},
		{"admin", "GET", "/api/admin/calendar", 200, []string{`"year":2026`, `"built_in":true`}, nil},
		{"admin", "GET", "/api/admin/limits", 200, []string{`"file_bytes":10485760`, `"first_response":2`}, nil},
		{"admin", "GET", "/api/admin/audit", 200, []string{"details_opened"}, append([]string{facts}, secret...)},
		{"", "GET", "/api/demo", 404, nil, nil},
		{"", "GET", "/api/nonsense", 404, []string{"not_found"}, nil},
		{"", "PATCH", "/api/session", 405, []string{"method_not_allowed"}, nil},
		{"", "GET", "/api/live", 404, nil, nil},
		{"", "GET", "/healthz", 204, nil, nil},
		{"", "GET", "/readyz", 204, nil, nil},
	} {
		name := c.who + " " + c.method + " " + c.url
		got := w.do(c.who, c.method, c.url, nil)
		require.Equal(t, c.status, got.Code, "%s: %s", name, got.Body)
		if c.status >= 400 {
			problem(t, got)
		}
		for _, s := range c.has {
			require.Contains(t, got.Body.String(), s, name)
		}
		for _, s := range c.hasNot {
			require.NotContains(t, got.Body.String(), s, name)
		}
		require.Equal(t, "no-store", got.Header().Get("Cache-Control"), name)
	}
}

// Every way in which a body can be wrong has its code and names its field.
func TestBadBodies(t *testing.T) {
	t.Parallel()
	w := newWorld(t).people()
	caseID := w.file("wang", "洞庭电器", "A-1")
	url, id := "/api/cases/"+caseID+"/commands", uuid.NewString()
	say := func(do string) string { return `{"id":"` + id + `","do":` + do + `}` }
	as := func(kind string) func(*http.Request) {
		return func(r *http.Request) { r.Header.Set("Content-Type", kind) }
	}
	for _, c := range []struct {
		name, body string
		with       func(*http.Request)
		status     int
		code       web.ProblemCode
		field      string
	}{
		{"nothing", "", nil, 400, "malformed", ""},
		{"no JSON", "{nonsense", nil, 400, "malformed", ""},
		{"half", `{"id":`, nil, 400, "malformed", ""},
		{"an array", `[]`, nil, 400, "malformed", ""},
		{"trailing bytes", say(`{"type":"reopen"}`) + "x", nil, 400, "malformed", ""},
		{"another content type", say(`{"type":"reopen"}`), as("text/plain"), 415, "unsupported_media", ""},
		{"a form", "id=1", as("application/x-www-form-urlencoded"), 415, "unsupported_media", ""},
		{"too large", say(`{"type":"post_message","text":"` + strings.Repeat("x", 70<<10) + `"}`), nil, 413, "too_large", ""},
		{"unknown field", `{"id":"` + id + `","do":{"type":"reopen"},"more":1}`, nil, 422, "unknown_field", "more"},
		{"unknown field of the command", say(`{"type":"post_message","text":"x","loud":true}`), nil, 422, "unknown_field", "loud"},
		{"repeated field", `{"id":"` + id + `","id":"` + id + `","do":{"type":"reopen"}}`, nil, 422, "repeated_field", "id"},
		{"repeated field of the command", say(`{"type":"post_message","text":"x","text":"y"}`), nil, 422, "repeated_field", "text"},
		{"field in other letters", say(`{"type":"post_message","Text":"x"}`), nil, 422, "unknown_field", "Text"},
		{"wrong type", say(`{"type":"post_message","text":1}`), nil, 400, "malformed", "text"},
		{"half of a surrogate pair", say(`{"type":"post_message","text":"\ud800"}`), nil, 400, "malformed", "text"},
		{"half of a pair deep down", say(`{"type":"make_offer","valid_days":5,"items":[{"description":"x\udc00"}]}`), nil, 400, "malformed", "items[0].description"},
		{"wrong type deep down", say(`{"type":"make_offer","valid_days":5,"items":[{"by":"enterprise","remedy":"refund","amount":{"currency":"CNY","minor":"1"},"due":{"days":1,"unit":"working"}}]}`), nil, 400, "malformed", "items[0].amount.minor"},
		{"unknown command", say(`{"type":"abracadabra"}`), nil, 422, "unknown_command", "type"},
		{"command of the system", say(`{"type":"pass_deadline","deadline":"negotiation"}`), nil, 422, "unknown_command", "type"},
		{"no type", say(`{"text":"x"}`), nil, 422, "required", "type"},
		{"no command", `{"id":"` + id + `"}`, nil, 422, "required", "do"},
		{"null command", say(`null`), nil, 400, "malformed", "do"},
		{"no id", `{"do":{"type":"reopen"}}`, nil, 422, "required", "id"},
		{"bad id", `{"id":"1","do":{"type":"reopen"}}`, nil, 422, "invalid", "id"},
		{"filing here", say(`{"type":"file_case"}`), nil, 422, "invalid", "type"},
		{"rule of the case", say(`{"type":"post_message","text":""}`), nil, 422, "required", "text"},
		{"amount of nothing", say(`{"type":"make_offer","valid_days":5,"items":[{"by":"enterprise","remedy":"refund","amount":{"currency":"CNY","minor":0},"due":{"days":1,"unit":"working"}}]}`), nil, 422, "out_of_range", "items[0].amount.minor"},
		{"wrong phase", say(`{"type":"reopen"}`), nil, 409, "wrong_phase", ""},
	} {
		with := []func(*http.Request){}
		if c.with != nil {
			with = append(with, c.with)
		}
		got := w.do("wang", "POST", url, c.body, with...)
		p := problem(t, got)
		require.Equal(t, c.code, p.Code, "%s: %s", c.name, got.Body)
		require.Equal(t, c.status, got.Code, "%s: %s", c.name, got.Body)
		require.Equal(t, c.field, p.Field, "%s: %s", c.name, got.Body)
	}
}

func TestProblemsSpeakTheReadersLanguage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for accept, want := range map[string]string{"": "请先登录", "zh-CN,zh;q=0.9,en;q=0.8": "请先登录", "en-GB,en": "Sign in first", "fr, en;q=0.5, zh;q=0.4": "Sign in first", "de": "请先登录", "en;q=0": "请先登录"} {
		got := w.do("", "GET", "/api/cases", nil, func(r *http.Request) { r.Header.Set("Accept-Language", accept) })
		require.Equal(t, want, problem(t, got).Title, accept)
	}
	got := w.do("", "GET", "/api/ranking?limit=900", nil, func(r *http.Request) { r.Header.Set("Accept-Language", "en") })
	p := problem(t, got)
	require.Equal(t, "From 1 to 100.", p.Detail)
	require.Equal(t, "en", got.Header().Get("Content-Language"))
}
