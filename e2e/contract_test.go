package e2e

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"hejie/e2e/client"
	"hejie/negotiation"
)

// frames holds what a server sends over sockets to the contract, taken strictly: a field that it does not name is a fault, too.
func frames(t *testing.T) func([]byte) error {
	t.Helper()
	doc, err := openapi3.NewLoader().LoadFromFile("../server/http/openapi.yaml")
	require.NoError(t, err)
	for _, s := range doc.Components.Schemas {
		if len(s.Value.Properties) > 0 && s.Value.AdditionalProperties.Schema == nil {
			s.Value.AdditionalProperties = openapi3.BoolSchema{Has: new(bool)}
		}
	}
	return func(b []byte) error {
		var v any
		if err := json.Unmarshal(b, &v); err != nil {
			return err
		}
		if err := doc.Components.Schemas["ServerFrame"].Value.VisitJSON(v); err != nil {
			return fmt.Errorf("frame %s: %w", b, err)
		}
		return nil
	}
}

// TestFramesAreTheContracts: whoever writes a client by the document alone meets nothing else. Both sides follow lists, rooms and notes,
// see each other come, write and read, and ask for what is not there.
func TestFramesAreTheContracts(t *testing.T) {
	t.Parallel()
	s, rooms := served(t, 1)
	room := rooms[0]
	dial := func(who int) *client.Wire {
		w, err := client.Way{Check: frames(t)}.Dial(s.url, room.Sessions[who])
		require.NoError(t, err)
		t.Cleanup(w.Close)
		require.NoError(t, w.Follow(t.Context(), room.Case+"/room", ""))
		return w
	}
	consumer, desk := dial(0), dial(1)
	// other waits for a frame that is neither of a channel nor the answer to a command.
	other := func(w *client.Wire, frame any, like func(client.Frame) bool) {
		t.Helper()
		require.NoError(t, w.Send(frame))
		require.NoError(t, w.Until(t.Context(), func(seen client.Seen) bool {
			for _, f := range seen.Other {
				if like(f) {
					return true
				}
			}
			return false
		}))
	}
	type m = map[string]any
	refused := func(code string) func(client.Frame) bool {
		return func(f client.Frame) bool { return f.Code == code }
	}
	other(consumer, m{"subscribe": m{"feed": "me"}}, func(f client.Frame) bool { return f.Rows != nil })
	other(desk, m{"subscribe": m{"feed": "inbox"}}, func(f client.Frame) bool { return f.Rows != nil })
	require.NoError(t, desk.Send(m{"composing": m{"case": room.Case, "on": true, "room": true}}))
	other(desk, m{"read": m{"channel": room.Case + "/room", "seq": 1}}, func(f client.Frame) bool { return f.Feed == "inbox" && f.Rows == nil })
	other(consumer, m{"subscribe": m{"channel": "nowhere"}}, refused(negotiation.CodeNotFound))
	other(consumer, m{"subscribe": m{"feed": "dreams"}}, refused(negotiation.CodeInvalid))
	other(consumer, m{"subscribe": m{"feed": "board"}}, refused(negotiation.CodeNotAllowed))
	require.NotEmpty(t, do(t, desk, room.Case, negotiation.PostMessage{Text: "请问有发票吗？", Question: true}).Ack)
	require.NotEmpty(t, do(t, consumer, room.Case, negotiation.PostMessage{Text: "有。"}).Ack)
	require.Equal(t, negotiation.CodeWrongPhase, do(t, consumer, room.Case, negotiation.Reopen{}).Code)

	// A command without its half is answered as a command, by its id.
	id := uuid.NewString()
	require.NoError(t, consumer.Send(m{"id": id, "case": room.Case}))
	f, err := consumer.Reply(t.Context(), id)
	require.NoError(t, err)
	require.Equal(t, [2]string{negotiation.CodeRequired, "do"}, [2]string{f.Code, f.Field})
	for _, w := range []*client.Wire{consumer, desk} {
		_, err := w.Heard(room.Case + "/room")
		require.NoError(t, err)
	}
}
