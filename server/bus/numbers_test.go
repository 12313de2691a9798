package bus

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hejie/negotiation"
	"hejie/server/app"
)

// notebook is a hub that notes what it is asked.
type notebook struct {
	checks []bool // all
	asked  []bool // all
	gone   []string
}

func (h *notebook) Hear([]app.News) {}
func (h *notebook) Check(_ context.Context, all bool) error {
	h.checks = append(h.checks, all)
	return nil
}
func (h *notebook) RefreshLists(int) int { return 0 }
func (h *notebook) Sessions() []string   { return nil }
func (h *notebook) ReadElsewhere(string, negotiation.Channel, negotiation.By, int64) {
}
func (h *notebook) PeopleElsewhere(string, string, []app.Present) {}
func (h *notebook) WhoElsewhere([]string, []string)               {}
func (h *notebook) Gone(replica string)                           { h.gone = append(h.gone, replica) }
func (h *notebook) Late(bool)                                     {}
func (h *notebook) Tend(all bool)                                 { h.asked = append(h.asked, all) }

func TestNumbersTellOfLoss(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		then   []message
		missed bool
	}{
		{"nothing", nil, false},
		{"the next", []message{{N: 8}, {N: 9}}, false},
		{"a beat", []message{{N: 7, Beat: true}, {N: 8}, {N: 8, Beat: true}}, false},
		{"one is missing", []message{{N: 8}, {N: 10}}, true},
		{"the last is missing", []message{{N: 8}, {N: 9, Beat: true}}, true},
		{"twice", []message{{N: 8}, {N: 8}, {N: 9}}, false},
		{"a stranger", []message{{From: id("other"), N: 3}}, true},
		{"back after a goodbye", []message{{N: 8, Bye: true}, {N: 1}}, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var a air
			hub := &notebook{}
			r := New(Options{Review: func(context.Context, []string) error { return nil }, Calendar: func(context.Context) error { return nil }})
			r.hub = hub
			var err error
			r.wire, err = a.connect(0)(nil, nil)
			require.NoError(t, err)
			r.beat(false)
			hear := func(m message) {
				if m.From == "" {
					m.From = id("peer")
				}
				b, err := json.Marshal(m)
				require.NoError(t, err)
				r.receive(b)
			}
			hear(message{N: 7})
			r.lookAround(t.Context())
			require.Equal(t, []bool{true}, hub.checks, "whatever a new replica said before")
			require.Equal(t, []bool{true, true}, hub.asked)
			hub.checks = nil
			for _, m := range tt.then {
				hear(m)
			}
			r.lookAround(t.Context())
			if tt.missed {
				require.Equal(t, []bool{true}, hub.checks)
			} else {
				require.Empty(t, hub.checks)
			}
			r.receive([]byte("{"))
			r.receive([]byte("{}"))
			hear(message{From: r.id, N: 99})
			r.mu.Lock()
			defer r.mu.Unlock()
			require.False(t, r.missed, "what is no message, and one's own, tell of no loss")
		})
	}
}

// TestMessagesThatAreNone: thousands of them are a line in half a minute, and nobody becomes a replica by them.
func TestMessagesThatAreNone(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	now := time.Date(2026, 8, 3, 9, 0, 0, 0, time.UTC)
	r := New(Options{Now: func() time.Time { return now }, Logger: slog.New(slog.NewTextHandler(&log, nil))})
	for _, s := range []string{`{`, `null`, `{}`, `[]`, `{"from":"peer","n":1}`, "{\"from\":\"01a207b2-d34\x00-71df-837a-3db7a46ebf5d\",\"n\":1}"} {
		r.receive([]byte(s))
	}
	require.Equal(t, 1, strings.Count(log.String(), "bus: messages that are none"))
	require.Contains(t, log.String(), "count=1")
	now = now.Add(seldom)
	r.receive([]byte(`{}`))
	require.Contains(t, log.String(), "count=6 error=\"it does not say which replica it is of\"")
	require.Empty(t, r.peers)
}
