package http_test

import (
	"fmt"
	"math"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/stretchr/testify/require"

	"hejie/negotiation"
	web "hejie/server/http"
)

// Every query parameter of the contract is held to what the contract says of it: whatever it does not allow is refused with its name, and never
// taken for absent.
func TestQueriesAreTheContracts(t *testing.T) {
	t.Parallel()
	w := newWorld(t).people()
	doc, err := contract()
	require.NoError(t, err)
	id := w.file("wang", "洞庭电器", "A-1")
	w.must("wang", id, map[string]any{"type": "escalate", "text": "求助"})
	who := map[any]string{"public": "", "consumer": "wang", "desk_agent": "agent0", "officer": "officer", "administrator": "admin"}
	tried := map[string]bool{}
	for path, item := range doc.Paths.Map() {
		place := strings.NewReplacer("{id}", id, "{case}", id, "{channel}", "room", "{file}", id, "{year}", "2027").Replace(path)
		for method, op := range item.Operations() {
			roles := op.Extensions["x-roles"].([]any)
			role := roles[0]
			if op.OperationID == "getDetails" {
				role = "officer" // the purpose is theirs
			}
			required := url.Values{}
			for _, p := range op.Parameters {
				if p.Value.In == "query" && p.Value.Required {
					required.Set(p.Value.Name, "2026-11-22")
				}
			}
			for _, p := range op.Parameters {
				if p.Value.In != "query" {
					continue
				}
				name := p.Value.Name
				tried[name] = true
				for bad, code := range wrongFor(p.Value.Schema.Value, name) {
					q := url.Values{}
					for k := range required {
						q.Set(k, required.Get(k))
					}
					q.Set(name, bad)
					got := w.do(who[role], method, place+"?"+q.Encode(), nil)
					require.Equal(t, 4, got.Code/100, "%s %s?%s: %s", op.OperationID, path, q.Encode(), got.Body)
					found := problem(t, got)
					require.Equal(t, name, found.Field, "%s %s: %s", op.OperationID, q.Encode(), got.Body)
					if code != "" {
						require.Equal(t, web.ProblemCode(code), found.Code, "%s %s", op.OperationID, q.Encode())
					}
				}
				twice := problem(t, w.do(who[role], method, fmt.Sprintf("%s?%s=1&%s=1", place, name, name), nil))
				require.Equal(t, [2]string{negotiation.CodeRepeatedField, name}, [2]string{string(twice.Code), twice.Field}, op.OperationID)
			}
		}
	}
	require.Len(t, tried, 27)
}

// wrongFor gives values that a schema does not allow, with the code of the refusal where it is always the same.
func wrongFor(s *openapi3.Schema, name string) map[string]string {
	wrong := map[string]string{"a\x00b": "", "\x7f": ""}
	if !s.Type.Is("string") {
		wrong = map[string]string{"x": negotiation.CodeMalformed, "a\x00b": negotiation.CodeInvalid}
	}
	if s.MaxLength != nil {
		wrong[strings.Repeat("长", int(*s.MaxLength)+1)] = negotiation.CodeTooLong
	}
	if s.Min != nil {
		wrong[fmt.Sprint(int64(*s.Min)-1)] = negotiation.CodeOutOfRange
		wrong[fmt.Sprint(uint64(math.MaxInt64)+1)] = negotiation.CodeOutOfRange
	}
	if s.Max != nil {
		wrong[fmt.Sprint(int64(*s.Max)+1)] = negotiation.CodeOutOfRange
	}
	if len(s.Enum) > 0 || s.Pattern != "" || name == "after" || name == "agent" {
		wrong["no such thing"] = ""
	}
	if s.Pattern == "^[0-9]{4}-[0-9]{2}-[0-9]{2}$" {
		wrong["2026-02-30"], wrong["2026-2-3"] = negotiation.CodeInvalid, negotiation.CodeInvalid
	}
	return wrong
}

// What contradicts itself is refused, and so is what cannot be read; white space and what nobody asks for do no harm.
func TestQueriesMeanWhatTheySay(t *testing.T) {
	t.Parallel()
	w := newWorld(t).people()
	log := "/api/channels/" + w.file("wang", "洞庭电器", "A-1") + "/room/events"
	for _, c := range []struct{ who, url, code, field, en, zh string }{
		{"wang", log + "?before=2&since=0", "invalid", "before", "Allowed: since or before.", "允许：since 和 before 之一。"},
		{"wang", log + "?before=0", "out_of_range", "before", "From 1 to 9,223,372,036,854,775,807.", "须在 1 至 9,223,372,036,854,775,807 之间。"},
		{"", "/api/enterprises?q=" + strings.Repeat("a", 101), "too_long", "q", "At most 100 characters; these are 101.", "最多 100 个字符，现有 101 个。"},
		{"", "/api/enterprises?q=%00", "invalid", "q", "Allowed: text without control characters.", "允许：不含控制字符的文字。"},
		{"", "/api/enterprises?q=%ff", "invalid", "q", "Allowed: text without control characters.", "允许：不含控制字符的文字。"},
		{"", "/api/enterprises?q=%zz", "malformed", "", "It cannot be read, or broke off on the way. Check its form and send it again.", "无法读取，或者传输中断。请检查格式后重新发送。"},
		{"", "/api/enterprises?q=a&q=b", "repeated_field", "q", "The field q is there twice.", "字段 q 出现了两次。"},
		{"agent0", "/api/inbox?agent=somebody", "invalid", "agent", "Allowed: an account, me or nobody.", "允许：账号、me 或 nobody。"},
		{"officer", "/api/board?max=0", "out_of_range", "max", "From 1 to 1,000,000,000.", "须在 1 至 1,000,000,000 之间。"},
		{"admin", "/api/admin/audit?from=2026-03-02&to=2026-03-01", "out_of_range", "to", "From 2026-03-02 to 9999-12-31.", "须在 2026-03-02 至 9999-12-31 之间。"},
	} {
		for language, detail := range map[string]string{"en": c.en, "zh": c.zh} {
			p := problem(t, w.do(c.who, "GET", c.url, nil, func(r *http.Request) { r.Header.Set("Accept-Language", language) }))
			require.Equal(t, [3]string{c.code, c.field, detail}, [3]string{string(p.Code), p.Field, p.Detail}, c.url)
		}
	}
	for _, url := range []string{"/api/enterprises?q=%E6%B4%9E%E5%BA%AD%09%E7%94%B5%E5%99%A8&utm=1&utm=2", "/api/enterprises?q=%E6%B4%9E%E5%BA%AD%E2%80%8B%E7%94%B5%E5%99%A8", "/api/enterprises?q=%E6%B4%9E%E5%BA%AD%C2%A0%E7%94%B5%E5%99%A8"} {
		require.Len(t, read[web.EnterprisePage](t, w.do("", "GET", url, nil)).Rows, 1, url)
	}
}

// An enterprise is found by its code however it is written, from the region on also by its beginning.
func TestCodesAreFoundInAnySpelling(t *testing.T) {
	t.Parallel()
	w := newWorld(t).people()
	all := read[web.EnterprisePage](t, w.do("", "GET", "/api/enterprises", nil)).Rows
	require.Greater(t, len(all), 1)
	code := string(all[0].CreditCode)
	for _, q := range []string{code, strings.ToLower(code), code[:8] + "-" + code[8:17] + "-" + code[17:], code[:4] + " " + code[4:8] + " " + code[8:], "\u200b" + code[:2] + "–" + strings.ToLower(code[2:]), code[:9] + "-" + code[9:17]} {
		found := read[web.EnterprisePage](t, w.do("", "GET", "/api/enterprises?q="+url.QueryEscape(q), nil)).Rows
		require.NotEmpty(t, found, q)
		require.Equal(t, all[0].Id, found[0].Id, q)
	}
}
