package http_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	web "hejie/server/http"
)

// The lengths that the contract promises are those that are taken: one character more is too long, and the answer says the same number.
func TestLengthsAreTheContracts(t *testing.T) {
	t.Parallel()
	w := newWorld(t).people()
	doc, err := contract()
	require.NoError(t, err)
	file := func(person map[string]any) map[string]any {
		return map[string]any{"id": uuid.NewString(), "do": filing(w.firm["洞庭电器"], uuid.NewString()), "person": person}
	}
	apply := func(part string) func(map[string]any) map[string]any {
		return func(body map[string]any) map[string]any {
			all := map[string]any{
				"profile": map[string]any{"name": "岳阳某店", "credit_code": "91430600MA4L16JQ97", "region": county, "address": "某路 1",
					"conditions": map[string]any{"place": true, "staff": true, "computer": true, "telephone": true, "complaint_rules": true}, "commitment": map[string]any{"yes": true, "text": "2026-1"}},
				"contact":    map[string]any{"name": "赵主任", "phone": "13700137000"},
				"supervisor": map[string]any{"login": "first.of.all", "password": "correct horse battery", "display_name": "主管"},
			}
			for k, v := range body {
				all[part].(map[string]any)[k] = v
			}
			return all
		}
	}
	plain := func(body map[string]any) map[string]any { return body }
	for _, c := range []struct {
		who, method, url, schema, prefix string
		fields                           []string
		base                             map[string]any
		wrap                             func(map[string]any) map[string]any
	}{
		{"wang", "POST", "/api/cases", "Filer", "person.", []string{"name", "address"}, map[string]any{"name": name, "address": address}, file},
		{"wang", "PUT", "/api/account", "AccountInput", "", []string{"name", "address"}, nil, plain},
		{"boss0", "POST", "/api/desk/staff", "StaffInput", "", []string{"display_name"}, map[string]any{"login": "new.one", "role": "desk_agent", "password": "correct horse battery"}, plain},
		{"admin", "POST", "/api/admin/bureaus", "BureauInput", "", []string{"name_zh", "name_en", "phone", "address"}, map[string]any{"region": "430623", "name_zh": "华容局", "name_en": "Huarong", "phone": "1", "address": "某路"}, plain},
		{"admin", "POST", "/api/admin/administrators", "AdministratorInput", "", []string{"display_name"}, map[string]any{"login": "second", "password": "correct horse battery"}, plain},
		{"", "POST", "/api/applications", "Profile", "", []string{"name", "address"}, nil, apply("profile")},
		{"", "POST", "/api/applications", "Contact", "contact.", []string{"name", "email"}, nil, apply("contact")},
		{"", "POST", "/api/applications", "Login", "supervisor.", []string{"display_name"}, nil, apply("supervisor")},
	} {
		for _, field := range c.fields {
			most := doc.Components.Schemas[c.schema].Value.Properties[field].Value.MaxLength
			require.NotNil(t, most, "%s.%s", c.schema, field)
			body := map[string]any{}
			for k, v := range c.base {
				body[k] = v
			}
			body[field] = strings.Repeat("长", int(*most)+1)
			p := problem(t, w.do(c.who, c.method, c.url, c.wrap(body)))
			require.Equal(t, web.ProblemCode("too_long"), p.Code, "%s.%s", c.schema, field)
			require.Contains(t, p.Field, field)
			require.EqualValues(t, *most, p.Params["max"], "%s.%s", c.schema, field)
			body[field] = strings.Repeat("长", int(*most))
			if field == "email" {
				continue // no address
			}
			if got := w.do(c.who, c.method, c.url, c.wrap(body)); got.Code >= 400 {
				require.NotEqual(t, web.ProblemCode("too_long"), problem(t, got).Code, "%s.%s", c.schema, field)
			}
		}
	}
}

// What is missing is said to be missing, wherever it belongs.
func TestMissingParametersAreRequired(t *testing.T) {
	t.Parallel()
	w := newWorld(t).people()
	for _, c := range []struct {
		who, method, url string
		code             web.ProblemCode
		field            string
	}{
		{"", "GET", "/api/calendar", "required", "from"},
		{"", "GET", "/api/calendar?from=2026-01-01", "required", "to"},
		{"wang", "POST", "/api/uploads", "required", "Upload-Length"},
		{"agent0", "GET", "/api/inbox?limit=x", "malformed", "limit"},
	} {
		p := problem(t, w.do(c.who, c.method, c.url, nil))
		require.Equal(t, c.code, p.Code, c.url)
		require.Equal(t, c.field, p.Field, c.url)
	}
}

// What may stand in a field is said in the reader's language, a list with its commas.
func TestWhatIsAllowedIsSaidInWords(t *testing.T) {
	t.Parallel()
	w := newWorld(t).people()
	a := w.file("wang", "洞庭电器", "A-1")
	offer := func(item string) string {
		return `{"id":"` + uuid.NewString() + `","do":{"type":"make_offer","valid_days":5,"items":[` + item + `]}}`
	}
	for _, c := range []struct{ body, zh, en string }{
		{offer(`{"by":"bureau","remedy":"apology","due":{"days":1,"unit":"working"}}`), "允许：enterprise、consumer。", "Allowed: enterprise, consumer."},
		{offer(`{"by":"enterprise","remedy":"apology","due":{"days":1,"unit":"working","after":0}}`), "允许：另一项的序号（从 0 开始）。", "Allowed: the index of another item."},
		{offer(`{"by":"enterprise","remedy":"apology","due":{"days":1.5,"unit":"working"}}`), "此处应为：整数。", "Expected here: integer."},
		{`{"id":"1","do":{"type":"reopen"}}`, "允许：小写的 UUID。", "Allowed: a lower-case UUID."},
	} {
		for language, want := range map[string]string{"zh": c.zh, "en": c.en} {
			got := w.do("agent0", "POST", "/api/cases/"+a+"/commands", c.body, func(r *http.Request) { r.Header.Set("Accept-Language", language) })
			var p web.Problem
			require.NoError(t, json.Unmarshal(got.Body.Bytes(), &p))
			require.Equal(t, want, p.Detail, "%s", got.Body)
		}
	}
	w.must("wang", a, map[string]any{"type": "escalate"})
	purpose := problem(t, w.do("officer", "GET", "/api/cases/"+a+"/details?purpose=x", nil))
	require.Equal(t, "允许：handling、contact、verification、enforcement。", purpose.Detail)
}
