package notify_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"hejie/server/app"
	"hejie/server/notify"
)

// TestTexts: each template speaks both languages, with no parameter left over, and is short. The day that it names is still in time:
// where Chinese says "before" or "lapses", it says until when on that day.
func TestTexts(t *testing.T) {
	t.Parallel()
	params := map[string]string{"code": "K7QM2-XW9PD", "link": "https://hejie.example/c/" + caseID, "minutes": "10", "due": "2026-03-09", "until": "2026-03-09", "enterprise": "岳阳百货有限公司"}
	hole := regexp.MustCompile(`[{}]`)
	for _, tpl := range app.Templates {
		zh, en := notify.Text(tpl, "zh", params), notify.Text(tpl, "en", params)
		for _, text := range []string{zh, en} {
			require.NotEmpty(t, text, tpl)
			require.False(t, hole.MatchString(text), text)
			require.LessOrEqual(t, len([]rune(text)), 160, text)
		}
		require.NotRegexp(t, `2026-03-09 ?(前|失效)`, zh)
		require.True(t, strings.HasPrefix(zh, "【和解】"), zh)
		require.True(t, strings.HasPrefix(en, "Hejie: "), en)
		require.Equal(t, zh, notify.Text(tpl, "", params))
	}
	require.Empty(t, notify.Text("unknown", "zh", nil))
	params["minutes"] = "1"
	require.NotContains(t, notify.Text(app.TemplateCode, "en", params), "1 minutes")
}
