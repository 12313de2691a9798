package http_test

import (
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"hejie/negotiation"
	"hejie/negotiation/scheme"
	"hejie/server/app"
	web "hejie/server/http"
)

// code that was last sent.
func (w *world) code() string {
	w.t.Helper()
	rows, err := w.plain.Outbox(w.t.Context(), 50)
	require.NoError(w.t, err)
	for _, r := range rows {
		if r.Template == app.TemplateCode {
			return r.Params["code"]
		}
	}
	require.Fail(w.t, "no code was sent")
	return ""
}

// A read mark that came over HTTP is told to those who follow the channel, once.
func TestReadMarksAreTold(t *testing.T) {
	t.Parallel()
	type mark struct {
		channel negotiation.Channel
		by      negotiation.By
		seq     int64
	}
	var mu sync.Mutex
	told := map[string][]mark{}
	w := newWorld(t, func(o *web.Options) {
		o.Read = func(caseID string, ch negotiation.Channel, by negotiation.By, seq int64) {
			mu.Lock()
			defer mu.Unlock()
			told[caseID] = append(told[caseID], mark{ch, by, seq})
		}
	}).people()
	a := w.file("wang", "洞庭电器", "A-1")
	url := "/api/channels/" + a + "/room/read"
	for _, c := range []struct {
		who, body string
		status    int
	}{{"wang", `{"seq":2}`, 204}, {"wang", `{"seq":2}`, 204}, {"wang", `{"seq":1}`, 204}, {"agent0", `{"seq":1}`, 204}, {"agent1", `{"seq":1}`, 404}, {"wang", `{"seq":9}`, 422}} {
		require.Equal(t, c.status, w.do(c.who, "PUT", url, c.body).Code)
	}
	require.Equal(t, map[string][]mark{a: {
		{negotiation.Room, negotiation.By{Side: "consumer", ID: w.actors["wang"].ID}, 2},
		{negotiation.Room, negotiation.By{Side: "enterprise", ID: w.actors["agent0"].ID}, 1}}}, told)

	row := read[web.CasePage](t, w.do("wang", "GET", "/api/cases", nil)).Rows[0]
	require.Equal(t, []int64{2, 2}, []int64{row.ReadSeq, row.RoomSeq})
	require.Empty(t, row.Column)
	require.Equal(t, int64(1), read[web.CasePage](t, w.do("agent0", "GET", "/api/inbox", nil)).Rows[0].ReadSeq)
}

// The board's rows say where they stand, and its summary until when they do.
func TestBoardRowsSayTheirColumn(t *testing.T) {
	t.Parallel()
	w := newWorld(t).people()
	running, escalated := w.file("wang", "洞庭电器", "A-1"), w.file("wang", "楚天家具", "B-1")
	w.must("wang", escalated, map[string]any{"type": "escalate"})
	board := func() map[string]web.CaseRow {
		rows := map[string]web.CaseRow{}
		for _, r := range read[web.CasePage](t, w.do("officer", "GET", "/api/board", nil)).Rows {
			rows[r.Case] = r
		}
		return rows
	}
	summary := func() web.BoardSummary {
		return read[web.BoardSummary](t, w.do("officer", "GET", "/api/board/summary", nil))
	}
	require.Equal(t, web.BoardColumn("running"), board()[running].Column)
	require.Equal(t, web.BoardColumn("new"), board()[escalated].Column)
	require.True(t, board()[escalated].BreachAt.IsZero())
	require.False(t, board()[running].BreachAt.Before(summary().Horizon))
	for range 2 { // an officer's session does not lie unused for longer
		w.business.Pass(11 * time.Hour)
		summary()
	}
	require.Equal(t, web.BoardColumn("coming"), board()[running].Column)
	require.True(t, board()[running].BreachAt.Before(summary().Horizon))
	require.Equal(t, 1, summary().Columns["coming"])
}

// Who signs in with a case code is told which case it opened.
func TestSessionNamesItsCase(t *testing.T) {
	t.Parallel()
	w := newWorld(t).people()
	a := w.file("wang", "洞庭电器", "A-1")
	code := read[web.CaseView](t, w.do("wang", "GET", "/api/cases/"+a, nil)).Case.Code
	require.NoError(t, w.SignIn.RequestCode(t.Context(), phone, "zh", app.Client{}))
	in := w.do("", "POST", "/api/sign-in/code", map[string]any{"phone": phone, "code": w.code(), "case_code": code})
	require.Equal(t, a, read[web.Session](t, in).Case)
	w.cookieOf("wang", in)
	require.Equal(t, a, read[web.Session](t, w.do("wang", "GET", "/api/session", nil)).Case)
	require.Empty(t, read[web.Session](t, w.do("li", "GET", "/api/session", nil)).Case)
	require.Equal(t, "A-1", read[web.Details](t, w.do("wang", "GET", "/api/cases/"+a+"/details", nil)).OrderNumber)
}

// A desk learns why its enterprise takes no cases.
func TestEnrolmentOfTheDesk(t *testing.T) {
	t.Parallel()
	w := newWorld(t).people()
	e := read[web.Enrolment](t, w.do("agent0", "GET", "/api/desk/enrolment", nil))
	require.Equal(t, []string{"洞庭电器", "enrolled", "", ""}, []string{e.Name, string(e.Status), string(e.Ground), e.Reason})
	do := map[string]any{"id": uuid.NewString(), "do": map[string]any{"type": "suspend", "ground": "no_answers", "reason": "六件逾期未答复"}}
	require.Equal(t, http.StatusOK, w.do("officer", "POST", "/api/enterprises/"+w.firm["洞庭电器"]+"/commands", do).Code)
	e = read[web.Enrolment](t, w.do("agent0", "GET", "/api/desk/enrolment", nil))
	require.Equal(t, []string{"suspended", string(scheme.GroundNoAnswers), "六件逾期未答复", "430602局"}, []string{string(e.Status), string(e.Ground), e.Reason, e.Bureau.NameZh})
	require.NotEmpty(t, e.BureauPhone)
	account := read[web.Account](t, w.do("agent0", "GET", "/api/account", nil))
	require.Equal(t, scheme.GroundNoAnswers, account.EnterpriseGround)
	require.Equal(t, e.Since, account.EnterpriseSince)
}

// The audit names people, staff by their display name, consumers masked, and cases by their number.
func TestAuditNamesPeople(t *testing.T) {
	t.Parallel()
	w := newWorld(t).people()
	b := w.file("wang", "楚天家具", "B-1")
	w.must("wang", b, map[string]any{"type": "escalate"})
	require.Equal(t, http.StatusOK, w.do("officer", "GET", "/api/cases/"+b+"/details?purpose=contact", nil).Code)
	seen := read[web.AuditPage](t, w.do("wang", "GET", "/api/cases/"+b+"/audit", nil)).Rows[0]
	require.Equal(t, "officer name", seen.Name)
	require.Equal(t, read[web.CaseView](t, w.do("wang", "GET", "/api/cases/"+b, nil)).Case.Code, seen.CaseCode)
	require.Equal(t, "officer name", read[web.CaseFile](t, w.do("wang", "GET", "/api/cases/"+b+"/file", nil)).Readers[0].Name)
	w.must("wang", b, map[string]any{"type": "withdraw_case", "reason": "other"})
	require.Equal(t, http.StatusNoContent, w.do("wang", "DELETE", "/api/account", nil).Code)
	require.NotContains(t, w.do("admin", "GET", "/api/admin/audit", nil).Body.String(), name)
}

// Administrators add and let go each other; one stays.
func TestAdministrators(t *testing.T) {
	t.Parallel()
	w := newWorld(t).people()
	const url = "/api/admin/administrators"
	add := map[string]any{"login": "second", "display_name": "第二人", "password": "correct horse battery"}
	made := w.do("admin", "POST", url, add)
	require.Equal(t, http.StatusCreated, made.Code, made.Body)
	second := read[web.Administrator](t, made)
	require.Equal(t, web.ProblemCode("login_taken"), problem(t, w.do("admin", "POST", url, add)).Code)
	require.Len(t, read[web.AdministratorList](t, w.do("admin", "GET", url, nil)).Rows, 2)
	require.NotContains(t, w.do("admin", "GET", "/api/admin/officers", nil).Body.String(), "second")

	off := map[string]any{"active": false}
	require.Equal(t, http.StatusNotFound, w.do("admin", "PATCH", url+"/"+w.actors["officer"].ID, off).Code)
	require.Equal(t, http.StatusNotFound, w.do("admin", "PATCH", url+"/"+w.actors["wang"].ID, off).Code)
	require.Equal(t, http.StatusOK, w.do("admin", "PATCH", url+"/"+second.Id, off).Code)
	require.Equal(t, web.ProblemCode("last_administrator"), problem(t, w.do("admin", "PATCH", url+"/"+w.actors["admin"].ID, off)).Code)
	require.Equal(t, http.StatusOK, w.do("admin", "GET", url, nil).Code, "still signed in")
}

// A consumer leaves when nothing is open, and then is nobody.
func TestEraseAccount(t *testing.T) {
	t.Parallel()
	w := newWorld(t).people()
	a := w.file("wang", "洞庭电器", "A-1")
	p := problem(t, w.do("wang", "DELETE", "/api/account", nil))
	require.Equal(t, web.ProblemCode("open_cases"), p.Code)
	require.InDelta(t, 1, p.Params["count"], 0)
	w.must("wang", a, map[string]any{"type": "withdraw_case", "reason": "other"})
	gone := w.do("wang", "DELETE", "/api/account", nil)
	require.Equal(t, http.StatusNoContent, gone.Code, gone.Body)
	require.Negative(t, gone.Result().Cookies()[0].MaxAge)
	require.Equal(t, http.StatusUnauthorized, w.do("wang", "GET", "/api/account", nil).Code)
	for _, url := range []string{"/api/cases/" + a, "/api/inbox", "/api/cases/" + a + "/file"} {
		got := w.do("agent0", "GET", url, nil)
		require.Equal(t, http.StatusOK, got.Code, url)
		for _, secret := range []string{name, "王", phone, address} {
			require.NotContains(t, got.Body.String(), secret, url)
		}
	}
}

// Texts that are not in force are agreed to by nobody; /api/meta says which are.
func TestConsentTexts(t *testing.T) {
	t.Parallel()
	w := newWorld(t).people()
	meta := read[web.Meta](t, w.do("", "GET", "/api/meta", nil))
	do := filing(w.firm["洞庭电器"], "A-1")
	consents := map[string]any{"truth": meta.Texts.Truth, "rules": "1999-1", "publication": map[string]any{"yes": true, "text": meta.Texts.Publication},
		"escalation": map[string]any{"yes": true, "text": meta.Texts.Escalation}}
	do["consents"] = consents
	send := func() *web.Problem {
		got := w.do("wang", "POST", "/api/cases", map[string]any{"id": uuid.NewString(), "do": do, "person": map[string]any{"name": name, "address": address}})
		if got.Code == http.StatusCreated {
			return nil
		}
		p := problem(t, got)
		return &p
	}
	p := send()
	require.Equal(t, []string{"invalid", "consents.rules"}, []string{string(p.Code), p.Field})
	consents["rules"] = meta.Texts.Rules
	require.Nil(t, send())
}

// What is not for a reader answers as what is not there: the same status and the same words, whatever is asked of it.
func TestForeignIsAsNotThere(t *testing.T) {
	t.Parallel()
	w := newWorld(t).people()
	real := w.file("wang", "洞庭电器", "A-1")
	w.must("agent0", real, map[string]any{"type": "post_message", "text": "内部", "channel": "desk"})
	for _, c := range []struct{ method, before, after, body string }{
		{"GET", "/api/cases/", "", ""}, {"GET", "/api/cases/", "/details", ""}, {"GET", "/api/cases/", "/file", ""}, {"GET", "/api/cases/", "/audit", ""},
		{"GET", "/api/cases/", "/files/" + uuid.NewString(), ""}, {"GET", "/api/channels/", "/room/events", ""}, {"GET", "/api/channels/", "/desk/events", ""},
		{"PUT", "/api/channels/", "/room/read", `{"seq":1}`}, {"PUT", "/api/channels/", "/desk/read", `{"seq":1}`},
		{"POST", "/api/cases/", "/commands", `{"id":"` + uuid.NewString() + `","do":{"type":"post_message","text":"x"}}`},
		{"POST", "/api/cases/", "/commands", `{"id":"` + uuid.NewString() + `","do":{"type":"escalate"}}`},
		{"POST", "/api/cases/", "/commands", `{"id":"` + uuid.NewString() + `","do":{"type":"assign","agent":"` + uuid.NewString() + `"}}`},
		{"POST", "/api/cases/", "/commands", `{"id":"` + uuid.NewString() + `","do":{"type":"add_evidence","file":"` + uuid.NewString() + `","sha256":"00"}}`},
	} {
		for _, who := range []string{"li", "agent1", "boss1", "stranger"} {
			ask := func(caseID string) web.Problem {
				var body any
				if c.body != "" {
					body = c.body
				}
				p := problem(t, w.do(who, c.method, c.before+caseID+c.after, body))
				p.RequestId = ""
				return p
			}
			there, not := ask(real), ask(uuid.NewString())
			require.Equal(t, not, there, "%s %s%s", who, c.before, c.after)
			require.Equal(t, http.StatusNotFound, there.Status)
		}
	}
	for _, url := range []string{"/api/cases/" + real + "/file", "/api/channels/" + real + "/room/events", "/api/channels/" + real + "/desk/events"} {
		there, not := problem(t, w.do("officer", "GET", url, nil)), problem(t, w.do("stranger", "GET", url, nil))
		there.RequestId, not.RequestId = "", ""
		require.Equal(t, not, there, url)
	}
}
