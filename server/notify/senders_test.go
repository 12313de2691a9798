package notify_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hejie/server/app"
	"hejie/server/app/clocktest"
	"hejie/server/notify"
)

func TestWebhook(t *testing.T) {
	t.Parallel()
	key := []byte("sixteen bytes or more")
	for name, c := range map[string]struct {
		status  int
		final   bool
		success bool
	}{
		"taken": {202, false, true}, "down": {503, false, false}, "busy": {429, false, false}, "timeout": {408, false, false},
		"refused": {400, true, false}, "redirect": {302, true, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var calls int
			s := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
				calls++
				body, err := io.ReadAll(r.Body)
				if err != nil || r.Method != http.MethodPost || r.Header.Get("Idempotency-Key") != "id-1" ||
					r.Header.Get("Hejie-Signature") != "sha256="+notify.Sign(key, r.Header.Get("Hejie-Timestamp"), body) {
					rw.WriteHeader(http.StatusTeapot)
					return
				}
				var in map[string]any
				if json.Unmarshal(body, &in) != nil || in["to"] != phone || in["text"] != "你好" || in["template"] != "new_offer" || in["id"] != "id-1" {
					rw.WriteHeader(http.StatusTeapot)
					return
				}
				rw.Header().Set("Location", "/elsewhere")
				rw.WriteHeader(c.status)
			}))
			defer s.Close()
			h, err := notify.NewWebhook(s.URL+"/?token=hidden", key, clocktest.At(start))
			require.NoError(t, err)
			defer h.Close()
			err = h.Send(t.Context(), notify.Message{ID: "id-1", To: phone, Template: app.TemplateNewOffer, Params: map[string]string{"code": "x"}, Text: "你好"})
			require.Equal(t, 1, calls, "redirects are not followed")
			if c.success {
				require.NoError(t, err)
				return
			}
			require.Error(t, err)
			require.Equal(t, c.final, errors.As(err, new(notify.Refused)), err)
			require.NotContains(t, err.Error(), "418")
		})
	}
	t.Run("nobody there", func(t *testing.T) {
		t.Parallel()
		s := httptest.NewServer(http.NotFoundHandler())
		s.Close()
		h, err := notify.NewWebhook(s.URL+"/?token=hidden", key, clocktest.At(start))
		require.NoError(t, err)
		defer h.Close()
		err = h.Send(t.Context(), notify.Message{ID: "id-1", To: phone})
		require.Error(t, err)
		require.NotContains(t, err.Error(), "hidden")
		require.NotErrorAs(t, err, new(notify.Refused))
	})
	for _, address := range []string{"", "http://sms.example/", "ftp://sms.example", "sms.example"} {
		_, err := notify.NewWebhook(address, key, clocktest.At(time.Time{}))
		require.Error(t, err, address)
	}
	_, err := notify.NewWebhook("https://sms.example", []byte("short"), clocktest.At(time.Time{}))
	require.Error(t, err)
}

func TestOtherSenders(t *testing.T) {
	t.Parallel()
	var out, log bytes.Buffer
	s := notify.NewStdout(&out, slog.New(slog.NewTextHandler(&log, nil)))
	require.Contains(t, log.String(), "WARN")
	require.NoError(t, s.Send(t.Context(), notify.Message{To: phone, Text: "你好"}))
	require.Equal(t, "SMS "+phone+": 你好\n", out.String())
	require.ErrorAs(t, notify.None{}.Send(t.Context(), notify.Message{}), new(notify.Refused))
	require.NoError(t, notify.Demo{}.Send(t.Context(), notify.Message{}))
}
