package http_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	web "hejie/server/http"
)

// An administrator erases a text that he cannot see; everybody in the room sees that it happened, and the text is gone.
func TestErasure(t *testing.T) {
	t.Parallel()
	w := newWorld(t).people()
	running := w.file("wang", "洞庭电器", "A-1")
	w.must("wang", running, map[string]any{"type": "post_message", "text": "我的身份证号是"})
	code := read[web.CaseView](t, w.do("wang", "GET", "/api/cases/"+running, nil)).Case.Code
	erase := func(who string, change map[string]any) int {
		body := map[string]any{"case_code": code, "channel": "room", "seq": 3, "reason": "本人申请"}
		for k, v := range change {
			body[k] = v
		}
		return w.do(who, "POST", "/api/admin/erasures", body).Code
	}
	require.Equal(t, http.StatusForbidden, erase("officer", nil))
	require.Equal(t, http.StatusForbidden, erase("wang", nil))
	require.Equal(t, http.StatusNotFound, erase("admin", map[string]any{"case_code": "00000-00000"}))
	require.Equal(t, http.StatusNotFound, erase("admin", map[string]any{"seq": 99}))
	require.Equal(t, http.StatusUnprocessableEntity, erase("admin", map[string]any{"reason": " "}))
	require.Contains(t, w.do("wang", "GET", "/api/channels/"+running+"/room/events", nil).Body.String(), "身份证")

	require.Equal(t, http.StatusOK, erase("admin", nil))
	got := w.do("wang", "GET", "/api/channels/"+running+"/room/events", nil).Body.String()
	require.NotContains(t, got, "身份证")
	require.Contains(t, got, `"content_erased"`)
	require.Equal(t, http.StatusConflict, erase("admin", nil))
}
