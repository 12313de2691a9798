package http_test

import (
	"encoding/json"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/stretchr/testify/require"
)

// contract is read once; nothing changes it.
var contract = sync.OnceValues(func() (*openapi3.T, error) { return openapi3.NewLoader().LoadFromFile("openapi.yaml") })

// asPromised holds an answer of the API to the contract: its status, its content type and the shape of its body.
func asPromised(t testing.TB, method, url string, a *httptest.ResponseRecorder) {
	t.Helper()
	doc, err := contract()
	require.NoError(t, err)
	op := operation(doc, method, url)
	if op == nil || a.Code == 404 && !strings.Contains(a.Header().Get("Content-Type"), "json") {
		return // no operation of the contract
	}
	r := op.Responses.Value(strconv.Itoa(a.Code))
	if r == nil {
		r = op.Responses.Default()
		require.GreaterOrEqual(t, a.Code, 400, "%s %s: a status that the contract does not know", method, url)
	}
	if len(r.Value.Content) == 0 {
		require.Empty(t, a.Body.Bytes())
		return
	}
	for kind, media := range r.Value.Content {
		if kind == "application/octet-stream" {
			return
		}
		require.Equal(t, kind, a.Header().Get("Content-Type"), "%s %s", method, url)
		var j any
		require.NoError(t, json.Unmarshal(a.Body.Bytes(), &j))
		require.NoError(t, media.Schema.Value.VisitJSON(j), "%s %s: %s", method, url, a.Body)
	}
}

// operation that a URL means: the path whose fixed parts agree, the one with the most of them.
func operation(doc *openapi3.T, method, url string) *openapi3.Operation {
	path, _, _ := strings.Cut(url, "?")
	have := strings.Split(path, "/")
	var found *openapi3.Operation
	most := -1
	for template, item := range doc.Paths.Map() {
		want := strings.Split(template, "/")
		fixed, same := 0, len(want) == len(have)
		for i := 0; same && i < len(want); i++ {
			if !strings.HasPrefix(want[i], "{") {
				same = want[i] == have[i]
				fixed++
			}
		}
		if same && fixed > most {
			most, found = fixed, item.GetOperation(method)
		}
	}
	return found
}
