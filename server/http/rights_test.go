package http_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	web "hejie/server/http"
)

// Each operation lets in those whom the contract names, and nobody else: whoever may not gets sign_in_required or not_allowed, whoever
// may gets any other answer.
func TestRights(t *testing.T) {
	t.Parallel()
	doc, err := openapi3.NewLoader().LoadFromFile("openapi.yaml")
	require.NoError(t, err)
	w := newWorld(t, func(o *web.Options) { o.Demo = stage{} }).people()
	who := map[string]string{"consumer": "li", "desk_agent": "agent1", "desk_supervisor": "boss1", "officer": "stranger", "administrator": "admin"}
	for path, item := range doc.Paths.Map() {
		for method, op := range item.Operations() {
			url := strings.NewReplacer("{id}", uuid.NewString(), "{case}", uuid.NewString(), "{channel}", "room", "{file}", uuid.NewString(),
				"{code}", "430602", "{year}", "2030").Replace(path)
			roles := op.Extensions["x-roles"].([]any)
			public := slices.Contains(roles, any("public"))
			var body any
			if op.RequestBody != nil {
				body = "{nonsense" // refused before anything happens, but after the rights
			}
			got := w.do("", method, url, body)
			require.Equal(t, public, got.Code != http.StatusUnauthorized, "%s as nobody: %s", op.OperationID, got.Body)
			for role, person := range who {
				if op.OperationID == "signOut" || op.OperationID == "resetDemo" || op.OperationID == "eraseAccount" && role == "consumer" {
					continue // they would end what the others need; anybody may
				}
				got := w.do(person, method, url, body)
				may := public || slices.Contains(roles, any(role))
				if !may {
					require.Equal(t, web.ProblemCode("not_allowed"), problem(t, got).Code, "%s as %s", op.OperationID, role)
					continue
				}
				require.NotEqual(t, http.StatusForbidden, got.Code, "%s as %s: %s", op.OperationID, role, got.Body)
				require.NotEqual(t, http.StatusUnauthorized, got.Code, "%s as %s: %s", op.OperationID, role, got.Body)
				require.Less(t, got.Code, 500, "%s as %s: %s", op.OperationID, role, got.Body)
			}
		}
	}
}

// The consumer's choice for an unsettled case is in no answer that the enterprise gets, whatever it asks for.
func TestTheChoiceIsInNoAnswerToTheEnterprise(t *testing.T) {
	t.Parallel()
	w := newWorld(t).people()
	c := w.file("wang", "洞庭电器", "A-1")
	w.must("wang", c, map[string]any{"type": "change_consents", "escalation": map[string]any{"yes": false, "text": "2026-1"}})
	own := "/api/channels/" + c + "/consumer/events"
	for _, who := range []string{"agent0", "boss0"} {
		for _, url := range []string{"/api/cases/" + c, "/api/cases/" + c + "/file", "/api/channels/" + c + "/room/events", "/api/channels/" + c + "/desk/events", "/api/inbox"} {
			got := w.do(who, "GET", url, nil)
			require.Equal(t, http.StatusOK, got.Code, url)
			for _, trace := range []string{"/consumer\"", `"escalation"`} {
				require.NotContains(t, got.Body.String(), trace, "%s as %s", url, who)
			}
		}
		require.Equal(t, http.StatusNotFound, w.do(who, "GET", own, nil).Code)
	}
	require.Equal(t, http.StatusNotFound, w.do("officer", "GET", own, nil).Code)
	require.NotContains(t, w.do("officer", "GET", "/api/cases/"+c, nil).Body.String(), `"escalation"`)
	require.Len(t, read[web.EventPage](t, w.do("wang", "GET", own, nil)).Events, 2)
	require.False(t, read[web.CaseView](t, w.do("wang", "GET", "/api/cases/"+c, nil)).Case.Consents.Escalation.Yes)
	w.must("wang", c, map[string]any{"type": "escalate"})
	require.Len(t, read[web.EventPage](t, w.do("officer", "GET", own, nil)).Events, 2)
	require.Equal(t, http.StatusNotFound, w.do("agent0", "GET", own, nil).Code)
}

// What a side may not do with a case is refused by the rules, through the API as well.
func TestRightsInCases(t *testing.T) {
	t.Parallel()
	w := newWorld(t).people()
	running, escalated := w.file("wang", "洞庭电器", "A-1"), w.file("wang", "楚天家具", "B-1")
	w.must("wang", escalated, map[string]any{"type": "escalate"})
	for _, c := range []struct {
		who, caseID, do string
		status          int
	}{
		{"li", running, `{"type":"post_message","text":"x"}`, 404},
		{"agent1", running, `{"type":"post_message","text":"x"}`, 404},
		{"officer", running, `{"type":"post_message","text":"x"}`, 403},
		{"officer", running, `{"type":"chase"}`, 200},
		{"stranger", running, `{"type":"chase"}`, 404},
		{"wang", running, `{"type":"accept_complaint"}`, 403},
		{"agent0", running, `{"type":"withdraw_case","reason":"other"}`, 403},
		{"agent0", running, `{"type":"assign","agent":""}`, 200},
		{"wang", running, `{"type":"assign","agent":""}`, 403},
		{"wang", running, `{"type":"post_message","text":"x","channel":"desk"}`, 403},
		{"officer", escalated, `{"type":"accept_complaint"}`, 200},
		{"province", escalated, `{"type":"accept_complaint"}`, 403},
	} {
		got := w.do(c.who, "POST", "/api/cases/"+c.caseID+"/commands", `{"id":"`+uuid.NewString()+`","do":`+c.do+`}`)
		require.Equal(t, c.status, got.Code, "%s %s: %s", c.who, c.do, got.Body)
	}
}

// The same id gives the same receipt; with another body it is refused.
func TestCommandsMayBeSentAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t).people()
	id := uuid.NewString()
	body := map[string]any{"id": id, "do": filing(w.firm["洞庭电器"], "A-1"), "person": map[string]any{"name": name, "address": address}}
	first, again := w.do("wang", "POST", "/api/cases", body), w.do("wang", "POST", "/api/cases", body)
	require.Equal(t, http.StatusCreated, first.Code, first.Body)
	require.Equal(t, first.Body.String(), again.Body.String())
	receipt := read[web.FilingReceipt](t, first)
	require.Equal(t, id, receipt.Ack)
	require.Contains(t, receipt.Positions, receipt.Case+"/room")

	body["person"] = map[string]any{"name": "李四", "address": address}
	require.Equal(t, web.ProblemCode("command_id_reused"), problem(t, w.do("wang", "POST", "/api/cases", body)).Code, "somebody else is no retry")
	body["do"] = filing(w.firm["楚天家具"], "A-1")
	require.Equal(t, web.ProblemCode("command_id_reused"), problem(t, w.do("wang", "POST", "/api/cases", body)).Code)

	say := map[string]any{"id": uuid.NewString(), "do": map[string]any{"type": "post_message", "text": "您好"}}
	url := "/api/cases/" + receipt.Case + "/commands"
	first, again = w.do("wang", "POST", url, say), w.do("wang", "POST", url, say)
	require.Equal(t, http.StatusOK, first.Code, first.Body)
	require.Equal(t, first.Body.String(), again.Body.String())

	page := read[web.EventPage](t, w.do("wang", "GET", "/api/channels/"+receipt.Case+"/room/events", nil))
	require.Len(t, page.Events, 3) // case_filed, offer_made, one message
	require.Equal(t, read[web.Receipt](t, again).Positions[receipt.Case+"/room"], page.Position)

	suspend := map[string]any{"id": uuid.NewString(), "do": map[string]any{"type": "suspend", "ground": "no_answers"}}
	url = "/api/enterprises/" + w.firm["洞庭电器"] + "/commands"
	first, again = w.do("officer", "POST", url, suspend), w.do("officer", "POST", url, suspend)
	require.Equal(t, http.StatusOK, first.Code, first.Body)
	require.Equal(t, first.Body.String(), again.Body.String())

	require.Equal(t, http.StatusNoContent, w.do("wang", "PUT", "/api/channels/"+receipt.Case+"/room/read", `{"seq":3}`).Code)
	view := read[web.CaseView](t, w.do("wang", "GET", "/api/cases/"+receipt.Case, nil))
	require.Equal(t, int64(3), view.Read[receipt.Case+"/room"])
	require.Equal(t, http.StatusUnprocessableEntity, w.do("wang", "PUT", "/api/channels/"+receipt.Case+"/room/read", `{"seq":4}`).Code)
}
