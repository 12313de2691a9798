package http_test

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"hejie/negotiation"
	"hejie/negotiation/workday"
	"hejie/server/app"
	web "hejie/server/http"
)

// cookieOf is the session's cookie of an answer, kept under a name.
func (w *world) cookieOf(who string, a *httptest.ResponseRecorder) *http.Cookie {
	w.t.Helper()
	cookies := a.Result().Cookies()
	require.Len(w.t, cookies, 2, a.Body.String())
	w.cookies[who] = cookies[0]
	return cookies[0]
}

// A browser keeps a mark of who signed in there, of five at most, and shows it: strangers who try a login do not shut its people out.
func TestABrowserStaysFamiliar(t *testing.T) {
	t.Parallel()
	w := newWorld(t).people()
	marks := &http.Cookie{}
	try := func(c *http.Cookie, login, password string) *httptest.ResponseRecorder {
		return w.do("", "POST", "/api/sign-in/password", map[string]any{"login": login, "password": password}, func(r *http.Request) { r.AddCookie(c) })
	}
	var first *http.Cookie
	w.account("root", app.Account{Role: negotiation.RoleAdministrator})
	bureau := w.addBureau("430600")
	for i := range 7 {
		login := fmt.Sprint("shared", i)
		read[web.Officer](t, w.do("root", "POST", "/api/admin/officers", map[string]any{"login": login, "display_name": "林科", "bureau": bureau, "password": "correct horse battery"}))
		a := try(marks, login, "correct horse battery")
		require.Equal(t, http.StatusOK, a.Code, a.Body.String())
		marks = a.Result().Cookies()[1]
		require.Equal(t, []any{"hejie-marks", true, http.SameSiteLaxMode, "/"}, []any{marks.Name, marks.HttpOnly, marks.SameSite, marks.Path})
		require.Positive(t, marks.MaxAge)
		require.Len(t, strings.Split(marks.Value, "."), min(i+1, 5))
		first = cmp.Or(first, marks)
	}
	again := try(marks, "shared6", "correct horse battery").Result().Cookies()[1]
	require.Equal(t, marks.Value, again.Value, "each once")
	for range 5 {
		require.Equal(t, web.ProblemCode("wrong_password"), problem(t, try(&http.Cookie{Name: "hejie-marks", Value: "x.."}, "shared6", "wrong")).Code)
	}
	require.Equal(t, web.ProblemCode("rate_limited"), problem(t, try(first, "shared6", "correct horse battery")).Code, "somebody else's browser")
	require.Equal(t, http.StatusOK, try(marks, "shared6", "correct horse battery").Code)
}

// Who signs in over a session ends it, so that its sockets end too; a cookie that is worth nothing is replaced, not taken away.
func TestSignInReplacesTheSession(t *testing.T) {
	t.Parallel()
	w := newWorld(t).people()
	var ended []app.Revoked
	stop := w.Signals.OnRevoked(func(r app.Revoked) { ended = append(ended, r) })
	defer stop()
	old := read[web.Session](t, w.do("agent0", "GET", "/api/session", nil))
	again := map[string]any{"login": "first0", "password": "correct horse battery"}
	require.Equal(t, http.StatusUnprocessableEntity, w.do("agent0", "POST", "/api/sign-in/password", map[string]any{"login": "first0", "password": "wrong"}).Code)
	require.Empty(t, ended, "a failure ends nothing")
	w.cookieOf("new", w.do("agent0", "POST", "/api/sign-in/password", again))
	require.Equal(t, []app.Revoked{{Account: old.Account.Id, Session: old.Id}}, ended)
	require.Equal(t, http.StatusUnauthorized, w.do("agent0", "GET", "/api/account", nil).Code)
	w.cookieOf("newer", w.do("agent0", "POST", "/api/sign-in/password", again))
	require.Equal(t, http.StatusOK, w.do("newer", "GET", "/api/account", nil).Code)
	require.Equal(t, http.StatusOK, w.do("new", "GET", "/api/account", nil).Code, "another browser's")
}

// An empty installation comes to life by its API alone: set-up, bureau, officer, enterprise, consumer, case.
func TestFromNothingToACase(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	token, err := w.SignIn.NewSetUpToken(t.Context())
	require.NoError(t, err)
	require.True(t, read[web.SetupState](t, w.do("", "GET", "/api/setup", nil)).Open)
	set := w.do("", "POST", "/api/setup", map[string]any{"token": token, "login": "root", "password": "correct horse battery", "display_name": "管理员"})
	require.Equal(t, "administrator", string(read[web.Session](t, set).Account.Role))
	c := w.cookieOf("root", set)
	require.Equal(t, "hejie", c.Name)
	require.True(t, c.HttpOnly)
	require.False(t, c.Secure)
	require.Equal(t, http.SameSiteLaxMode, c.SameSite)
	require.Equal(t, web.ProblemCode("set_up_closed"), problem(t, w.do("", "POST", "/api/setup", map[string]any{"token": token, "login": "r2", "password": "correct horse battery", "display_name": "x"})).Code)

	bureau := read[web.Bureau](t, w.do("root", "POST", "/api/admin/bureaus", map[string]any{"region": county, "name_zh": "岳阳楼区市场监督管理局", "name_en": "Yueyanglou", "phone": "12315", "address": "某路"}))
	require.Equal(t, "湖南省岳阳市岳阳楼区", bureau.RegionName)
	renamed := read[web.Bureau](t, w.do("root", "PUT", "/api/admin/bureaus/"+bureau.Id, map[string]any{"name_zh": "新名", "name_en": "New", "phone": "12315", "address": "某路"}))
	require.Equal(t, "新名", renamed.NameZh)
	officer := read[web.Officer](t, w.do("root", "POST", "/api/admin/officers", map[string]any{"login": "lin", "display_name": "林科", "bureau": bureau.Id, "password": "correct horse battery"}))
	require.Equal(t, bureau.Id, officer.Bureau.Id)
	require.Equal(t, "林处", read[web.Officer](t, w.do("root", "PATCH", "/api/admin/officers/"+officer.Id, map[string]any{"display_name": "林处"})).DisplayName)
	w.cookieOf("lin", w.do("", "POST", "/api/sign-in/password", map[string]any{"login": "lin", "password": "correct horse battery"}))

	profile := map[string]any{"name": "洞庭电器", "credit_code": "91430600MA4L16JQ97", "region": county, "address": "某路 1",
		"conditions": map[string]any{"place": true, "staff": true, "computer": true, "telephone": true, "complaint_rules": true}, "commitment": map[string]any{"yes": true, "text": "2026-1"}}
	apply := map[string]any{"profile": profile, "contact": map[string]any{"name": "赵", "phone": "13700137000"}, "supervisor": map[string]any{"login": "zhao", "display_name": "赵主管", "password": "correct horse battery"}}
	refused := problem(t, w.do("", "POST", "/api/applications", strings.Replace(text(t, apply), "91430600MA4L16JQ97", "91430600MA4L16JQ9X", 1)))
	require.Equal(t, "profile.credit_code", refused.Field)
	made := w.do("", "POST", "/api/applications", text(t, apply))
	require.Equal(t, http.StatusCreated, made.Code, "the contract's example of a code is one")
	receipt := read[web.ApplicationReceipt](t, made)
	require.Equal(t, "pending", string(receipt.Status))
	require.Equal(t, http.StatusNotFound, w.do("", "GET", "/api/enterprises/"+receipt.Enterprise, nil).Code)
	list := w.do("lin", "GET", "/api/applications", nil)
	require.Contains(t, list.Body.String(), "+8613700137000")
	approved := read[web.SchemeReceipt](t, w.do("lin", "POST", "/api/enterprises/"+receipt.Enterprise+"/commands", map[string]any{"id": uuid.NewString(), "do": map[string]any{"type": "approve"}}))
	require.Equal(t, "enrolled", string(approved.Status))
	w.cookieOf("zhao", w.do("", "POST", "/api/sign-in/password", map[string]any{"login": "zhao", "password": "correct horse battery"}))

	sent := w.do("", "POST", "/api/codes", map[string]any{"phone": phone})
	require.Equal(t, http.StatusAccepted, sent.Code, sent.Body)
	again := w.do("", "POST", "/api/codes", map[string]any{"phone": phone})
	require.Equal(t, http.StatusTooManyRequests, again.Code)
	require.Equal(t, "60", again.Header().Get("Retry-After"))
	rows, err := w.plain.Outbox(t.Context(), 10)
	require.NoError(t, err)
	code := ""
	for _, r := range rows {
		if r.Template == app.TemplateCode {
			code = r.Params["code"]
		}
	}
	wrong := "000000"
	if code == wrong {
		wrong = "000001"
	}
	require.Equal(t, web.ProblemCode("wrong_code"), problem(t, w.do("", "POST", "/api/sign-in/code", map[string]any{"phone": phone, "code": wrong})).Code)
	w.cookieOf("wang", w.do("", "POST", "/api/sign-in/code", map[string]any{"phone": phone, "code": code}))

	w.firm["洞庭电器"] = receipt.Enterprise
	caseID := w.file("wang", "洞庭电器", "A-1")
	inbox := read[web.CasePage](t, w.do("zhao", "GET", "/api/inbox", nil))
	require.Len(t, inbox.Rows, 1)
	require.Equal(t, caseID, inbox.Rows[0].Case)

	agent := read[web.Staff](t, w.do("zhao", "POST", "/api/desk/staff", map[string]any{"login": "qian", "display_name": "钱", "role": "desk_agent", "password": "correct horse battery"}))
	w.cookieOf("qian", w.do("", "POST", "/api/sign-in/password", map[string]any{"login": "qian", "password": "correct horse battery"}))
	require.Equal(t, http.StatusOK, w.do("qian", "GET", "/api/inbox", nil).Code)
	require.Equal(t, "role", problem(t, w.do("zhao", "PATCH", "/api/desk/staff/"+agent.Id, map[string]any{"role": ""})).Field, "given, and no role")
	require.False(t, read[web.Staff](t, w.do("zhao", "PATCH", "/api/desk/staff/"+agent.Id, map[string]any{"active": false})).Active)
	require.Equal(t, http.StatusUnauthorized, w.do("qian", "GET", "/api/inbox", nil).Code, "rights end at once")

	calendar := `{"year":2027,"papers":["https://www.gov.cn/x"],"days":[{"name":"元旦","date":"2027-01-01","isOffDay":true}]}`
	check := read[web.CalendarCheck](t, w.do("root", "POST", "/api/admin/calendar/2027/check", calendar))
	require.Contains(t, check.LeftOut, "2027-02-06 春节")
	require.Contains(t, check.Changes, web.DayChange{Date: "2027-02-08", From: workday.Holiday, To: workday.Working, Name: "春节"})
	half := problem(t, w.do("root", "PUT", "/api/admin/calendar/2027", calendar))
	require.Equal(t, web.ProblemCode("bad_calendar"), half.Code)
	require.Contains(t, half.Detail, "2027 年的通知没有列出：2027-02-05 春节、2027-02-06 春节")
	require.Equal(t, 2027, read[web.CalendarYear](t, w.do("root", "PUT", "/api/admin/calendar/2027?partial=true", calendar)).Year)
	bad := problem(t, w.do("root", "PUT", "/api/admin/calendar/2028", calendar))
	require.Equal(t, web.ProblemCode("bad_calendar"), bad.Code)
	require.Equal(t, "这是 2027 年的通知，却按 2028 年导入。请按 2027 年导入。", bad.Detail)
	bad = problem(t, w.do("root", "PUT", "/api/admin/calendar/2027", `{"year":2027,"days":[{"name":"元旦","date":"2027-01-04","isOffDay":false}]}`,
		func(r *http.Request) { r.Header.Set("Accept-Language", "en") }))
	require.Equal(t, "days[0].isOffDay", bad.Field)
	require.Equal(t, "2027-01-04 is no weekend day, so it cannot be worked in exchange. Set isOffDay to true, or remove the day.", bad.Detail)

	for body, says := range map[string]string{ // no program's own words
		`-1`:                        "不是一个 holiday-cn 格式的 JSON 对象（year、papers、days）。请检查括号、引号和逗号。",
		`{"year":"x"}`:              "值的类型不对，应为 整数。",
		`{"days":1}`:                "值的类型不对，应为 数组。",
		`{"days":[1]}`:              "值的类型不对，应为 对象。",
		`{"days":[{"isOffDay":1}]}`: "值的类型不对，应为 true 或 false。",
		`{"days":[{"name":1}]}`:     "值的类型不对，应为 字符串。",
	} {
		require.Equal(t, says, problem(t, w.do("root", "PUT", "/api/admin/calendar/2027", body)).Detail, body)
	}

	left := read[web.SchemeReceipt](t, w.do("zhao", "POST", "/api/desk/leave", map[string]any{"id": uuid.NewString()}))
	require.Equal(t, "left", string(left.Status))
	mistyped := problem(t, w.do("", "POST", "/api/invitations", map[string]any{"name": "某某百货", "region": county, "credit_code": "91430600MA4L16JQ98"}))
	require.Equal(t, "credit_code", mistyped.Field)
	require.Equal(t, "最后一位校验码与前面各位不符，有一位打错了。请对照营业执照核对。", mistyped.Detail)
	invited := read[web.Invitation](t, w.do("", "POST", "/api/invitations", map[string]any{"name": "某某百货", "region": county}))
	require.Equal(t, 1, invited.Count)
	require.Equal(t, bureau.Id, invited.Bureau.Id)
}

func text(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	require.NoError(t, err)
	return string(b)
}

func TestChangePasswordNamesItsFields(t *testing.T) {
	t.Parallel()
	w := newWorld(t).people()
	for body, want := range map[string][2]string{
		`{"old":"a guess of mine"}`:                       {"new", "required"},
		`{"old":"a guess of mine","new":"short"}`:         {"new", "weak_password"},
		`{"new":"correct horse battery"}`:                 {"old", "required"},
		`{"old":"a guess","new":"correct horse battery"}`: {"old", "wrong_password"},
	} {
		p := problem(t, w.do("agent0", "POST", "/api/account/password", body))
		require.Equal(t, want, [2]string{p.Field, string(p.Code)}, body)
	}
}

func TestSessions(t *testing.T) {
	t.Parallel()
	w := newWorld(t).people()
	other, err := w.SignIn.Enter(t.Context(), w.actors["wang"].ID, app.Client{Addr: "192.0.2.9", Agent: "Phone"})
	require.NoError(t, err)
	w.cookies["wang's phone"] = &http.Cookie{Name: "hejie", Value: other.Token}
	list := read[web.SessionList](t, w.do("wang", "GET", "/api/sessions", nil))
	require.Len(t, list.Rows, 2)
	require.Equal(t, http.StatusNotFound, w.do("li", "DELETE", "/api/sessions/"+other.Session.ID, nil).Code, "another's session")
	require.Equal(t, http.StatusNotFound, w.do("wang", "DELETE", "/api/sessions/1", nil).Code)
	require.Equal(t, http.StatusNoContent, w.do("wang", "DELETE", "/api/sessions/"+other.Session.ID, nil).Code)
	gone := w.do("wang's phone", "GET", "/api/account", nil)
	require.Equal(t, http.StatusUnauthorized, gone.Code)
	require.Negative(t, gone.Result().Cookies()[0].MaxAge, "a dead cookie is taken away")

	changed := read[web.Account](t, w.do("wang", "PUT", "/api/account", map[string]any{"address": "新街 1", "language": "en"}))
	require.Equal(t, "新街 1", changed.Address)
	require.Equal(t, name, changed.Name)
	require.Equal(t, "language", problem(t, w.do("wang", "PUT", "/api/account", map[string]any{"language": ""})).Field, "given, and none")
	require.Equal(t, "address", problem(t, w.do("agent0", "PUT", "/api/account", map[string]any{"address": "x"})).Field)

	out := w.do("wang", "DELETE", "/api/session", nil)
	require.Equal(t, http.StatusNoContent, out.Code)
	require.Negative(t, out.Result().Cookies()[0].MaxAge)
	require.Equal(t, http.StatusUnauthorized, w.do("wang", "GET", "/api/account", nil).Code)
	require.Equal(t, http.StatusNoContent, w.do("", "DELETE", "/api/session", nil).Code)
}

// An older case does not open by the phone number alone.
func TestOlderCasesAreSealed(t *testing.T) {
	t.Parallel()
	w := newWorld(t).people()
	caseID := w.file("wang", "洞庭电器", "A-1")
	w.business.Pass(61 * 24 * time.Hour)
	require.NoError(t, w.plain.Write(t.Context(), func(tx app.PlainTx) error {
		return tx.AddOutbox(t.Context(), app.OutboxRow{ID: app.NewID(), To: "phone", Address: "+86" + phone, Language: "zh", Template: app.TemplateChase, At: w.business.Now(), Created: w.business.Now(), Next: w.business.Now()})
	}))
	require.NoError(t, w.SignIn.RequestCode(t.Context(), phone, "zh", app.Client{}))
	w.cookieOf("wang", w.do("", "POST", "/api/sign-in/code", map[string]any{"phone": phone, "code": w.code()}))
	for _, c := range []struct{ method, url, body string }{
		{"GET", "/api/cases/" + caseID, ""},
		{"GET", "/api/cases/" + caseID + "/details", ""},
		{"GET", "/api/cases/" + caseID + "/audit", ""},
		{"GET", "/api/cases/" + caseID + "/file", ""},
		{"GET", "/api/cases/" + caseID + "/files/" + uuid.NewString(), ""},
		{"GET", "/api/channels/" + caseID + "/room/events", ""},
		{"PUT", "/api/channels/" + caseID + "/room/read", `{"seq":1}`},
		{"POST", "/api/cases/" + caseID + "/commands", `{"id":"` + uuid.NewString() + `","do":{"type":"escalate"}}`},
	} {
		var body any
		if c.body != "" {
			body = c.body
		}
		got := w.do("wang", c.method, c.url, body)
		require.Equal(t, web.ProblemCode("case_code_required"), problem(t, got).Code, c.url)
		require.NotContains(t, got.Body.String(), facts)
	}
	require.Empty(t, read[web.CasePage](t, w.do("wang", "GET", "/api/cases", nil)).Rows, "its code would open it")
	// The number may be another person's by now.
	account := w.do("wang", "GET", "/api/account", nil)
	require.NotContains(t, account.Body.String(), name)
	require.NotContains(t, account.Body.String(), address)
	require.Equal(t, web.ProblemCode("case_code_required"), problem(t, w.do("wang", "DELETE", "/api/account", nil)).Code)
}

// stage is a demo of one person.
type stage struct{ w *world }

func (stage) People(context.Context) ([]web.Character, error) {
	return []web.Character{{Person: "wang", Role: negotiation.RoleConsumer, Name: "王女士"}}, nil
}

func (s stage) Enter(ctx context.Context, person string, c app.Client) (app.SignedIn, error) {
	if s.w == nil || person != "wang" {
		return app.SignedIn{}, negotiation.NewError(negotiation.CodeNotFound)
	}
	return s.w.SignIn.Enter(ctx, s.w.actors["wang"].ID, c)
}

func (stage) Advance(context.Context, string) (time.Time, negotiation.DeadlineKey, error) {
	return morning.Add(time.Hour), negotiation.Negotiation, nil
}
func (stage) Reset(context.Context) error { return nil }
func (stage) Outbox(context.Context) ([]web.Sent, error) {
	return []web.Sent{{ID: app.NewID(), At: morning, To: "+86" + phone, Template: "code", Text: "验证码 271828"}}, nil
}

func TestDemo(t *testing.T) {
	t.Parallel()
	on := &stage{}
	w := newWorld(t, func(o *web.Options) { o.Demo = on }).people()
	on.w = w
	require.True(t, read[web.Meta](t, w.do("", "GET", "/api/meta", nil)).Demo)
	require.Equal(t, "王女士", read[web.Demo](t, w.do("", "GET", "/api/demo", nil)).People[0].Name)
	w.cookieOf("demo", w.do("", "POST", "/api/demo/enter", `{"person":"wang"}`))
	require.Equal(t, w.actors["wang"].ID, read[web.Account](t, w.do("demo", "GET", "/api/account", nil)).Id)
	require.Equal(t, http.StatusNotFound, w.do("", "POST", "/api/demo/enter", `{"person":"nobody"}`).Code)
	require.Equal(t, morning.Add(time.Hour), read[web.DemoClock](t, w.do("", "POST", "/api/demo/advance", `{"case":"`+uuid.NewString()+`"}`)).Now)
	require.Contains(t, w.do("", "GET", "/api/demo/outbox", nil).Body.String(), "271828")
	require.Equal(t, http.StatusNoContent, w.do("", "POST", "/api/demo/reset", nil).Code)

	none := newWorld(t)
	for _, url := range []string{"/api/demo/enter", "/api/demo/advance", "/api/demo/reset"} {
		require.Equal(t, http.StatusNotFound, none.do("", "POST", url, `{}`).Code, url)
	}
}
