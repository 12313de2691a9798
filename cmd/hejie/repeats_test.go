package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"hejie/negotiation"
)

// While the database was away each worker and each request wrote a line a second, and what else went wrong drowned in them. Each says it
// once in a while, with how many were left out, and everything else each time.
func TestRepeats(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var to bytes.Buffer
		log := Common{LogFormat: "json"}.logger(console{err: &to})
		begun := time.Now()
		away := slog.Any("error", negotiation.NewError("not_ready").Because(fmt.Errorf("asked: %w", negotiation.NewError(negotiation.CodeUnavailable).Because(errors.New("dial")))))
		for range 65 {
			log.Error("outbox", away)
			log.Error("request", "route", "/readyz", "status", 503, away)
			log.With("replica", 1).Error("request", "route", "/api/meta", away)
			log.Info("goes on", away)
			<-time.After(time.Second)
		}
		for range 3 {
			log.Error("request", slog.Any("error", errors.New("a mistake of ours")))
			log.Warn("late")
		}
		told := map[string][]map[string]any{}
		for line := range strings.Lines(to.String()) {
			var said map[string]any
			require.NoError(t, json.Unmarshal([]byte(line), &said))
			kind := fmt.Sprint(said["level"], " ", said["msg"], " ", said["route"])
			told[kind] = append(told[kind], said)
		}
		require.Len(t, told["INFO goes on <nil>"], 65)
		require.Len(t, told["ERROR request <nil>"], 3)
		require.Len(t, told["WARN late <nil>"], 3)
		for _, kind := range []string{"ERROR outbox <nil>", "ERROR request /readyz", "ERROR request /api/meta"} {
			lines := told[kind]
			require.Len(t, lines, 3, kind)
			require.NotContains(t, lines[0], "left_out")
			for i, line := range lines[1:] {
				require.EqualValues(t, 29, line["left_out"], kind)
				require.Equal(t, begun.Add(time.Duration(i)*30*time.Second).Format(time.RFC3339), line["since"], kind)
			}
		}
	})
}
