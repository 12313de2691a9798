package live

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hejie/negotiation"
	"hejie/server/app"
)

func TestBadFramesAreAnsweredAndTheSocketStays(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *Options) { o.Limits.CommandsPerSecond = 1000 })
	w.open(caseNo(1))
	c := w.dial("consumer")
	id := commandNo(7)
	do := func(rest string) string { return fmt.Sprintf(`{"id":%q,"case":%q,%s}`, id, caseNo(1), rest) }
	tests := []struct {
		name, frame string
		id          string // in "error"; "": null
		code, field string
	}{
		{"empty", ``, "", negotiation.CodeMalformed, ""},
		{"blank", ` `, "", negotiation.CodeMalformed, ""},
		{"no JSON", `hello`, "", negotiation.CodeMalformed, ""},
		{"an array", `[]`, "", negotiation.CodeMalformed, ""},
		{"nothing asked", `{}`, "", negotiation.CodeMalformed, ""},
		{"trailing bytes", `{"pong":true}{}`, "", negotiation.CodeMalformed, ""},
		{"cut", `{"pong":tru`, "", negotiation.CodeMalformed, ""},
		{"unknown member", `{"hello":1}`, "", negotiation.CodeUnknownField, "hello"},
		{"two wishes", `{"pong":true,"subscribe":{"feed":"me"}}`, "", negotiation.CodeUnknownField, "pong"},
		{"repeated member", `{"pong":true,"pong":true}`, "", negotiation.CodeRepeatedField, "pong"},
		{"pong of another type", `{"pong":1}`, "", negotiation.CodeMalformed, "pong"},
		{"unknown field in subscribe", `{"subscribe":{"feed":"me","x":1}}`, "", negotiation.CodeUnknownField, "subscribe.x"},
		{"repeated field in subscribe", `{"subscribe":{"feed":"me","feed":"me"}}`, "", negotiation.CodeRepeatedField, "subscribe.feed"},
		{"no target", `{"subscribe":{}}`, "", negotiation.CodeInvalid, "subscribe"},
		{"two targets", `{"subscribe":{"feed":"me","channel":"x"}}`, "", negotiation.CodeInvalid, "subscribe"},
		{"no such feed", `{"subscribe":{"feed":"all"}}`, "", negotiation.CodeInvalid, "subscribe.feed"},
		{"feed of another side", `{"subscribe":{"feed":"board"}}`, "", negotiation.CodeNotAllowed, ""},
		{"no such channel", `{"subscribe":{"channel":"x"}}`, "", negotiation.CodeNotFound, ""},
		{"no such case", fmt.Sprintf(`{"subscribe":{"channel":%q}}`, roomNo(9)), "", negotiation.CodeNotFound, ""},
		{"no such part of a case", fmt.Sprintf(`{"subscribe":{"channel":%q}}`, caseNo(1)+"/attic"), "", negotiation.CodeNotFound, ""},
		{"channel of another side", fmt.Sprintf(`{"subscribe":{"channel":%q}}`, caseNo(1)+"/desk"), "", negotiation.CodeNotFound, ""},
		{"bad position", fmt.Sprintf(`{"subscribe":{"channel":%q,"since":"x"}}`, roomNo(1)), "", negotiation.CodeInvalid, "since"},
		{"read of what is not followed", fmt.Sprintf(`{"read":{"channel":%q,"seq":1}}`, roomNo(1)), "", negotiation.CodeNotFound, "read.channel"},
		{"composing where not followed", fmt.Sprintf(`{"composing":{"case":%q,"on":true}}`, caseNo(1)), "", negotiation.CodeNotFound, "composing.case"},
		{"no id", fmt.Sprintf(`{"case":%q,"do":{"type":"reopen"}}`, caseNo(1)), "", negotiation.CodeInvalid, "id"},
		{"bad id", fmt.Sprintf(`{"id":"7","case":%q,"do":{"type":"reopen"}}`, caseNo(1)), "", negotiation.CodeInvalid, "id"},
		{"no case", fmt.Sprintf(`{"id":%q,"do":{"type":"reopen"}}`, id), id, negotiation.CodeInvalid, "case"},
		{"unknown member beside a command", do(`"do":{"type":"reopen"},"x":1`), id, negotiation.CodeUnknownField, "x"},
		{"repeated member beside a command", do(`"do":{"type":"reopen"},"id":"x"`), "", negotiation.CodeRepeatedField, "id"},
		{"unknown command", do(`"do":{"type":"pass_deadline","deadline":"x"}`), id, negotiation.CodeUnknownCommand, "type"},
		{"no command", do(`"do":{}`), id, negotiation.CodeRequired, "type"},
		{"command of another shape", do(`"do":[]`), id, negotiation.CodeMalformed, ""},
		{"unknown field in a command", do(`"do":{"type":"post_message","x":1}`), id, negotiation.CodeUnknownField, "x"},
		{"repeated field in a command", do(`"do":{"type":"post_message","text":"a","text":"b"}`), id, negotiation.CodeRepeatedField, "text"},
		{"field of another type", do(`"do":{"type":"post_message","text":1}`), id, negotiation.CodeMalformed, "text"},
		{"refused by the rules", do(`"do":{"type":"post_message","text":""}`), id, negotiation.CodeRequired, "text"},
	}
	for _, tt := range tests {
		c.say("%s", tt.frame)
		f := c.next()
		require.Equal(t, tt.code, f.Code, tt.name)
		require.Equal(t, tt.field, f.Field, tt.name)
		if tt.id == "" {
			require.Nil(t, f.Error, tt.name)
		} else {
			require.NotNil(t, f.Error, tt.name)
			require.Equal(t, tt.id, *f.Error, tt.name)
		}
	}
	require.True(t, *c.subscribe(roomNo(1), "").Recovered)
}

func TestFrameLimit(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.open(caseNo(1))
	command := func(size int) []byte {
		head := fmt.Sprintf(`{"id":%q,"case":%q,"do":{"type":"post_message","text":"`, commandNo(1), caseNo(1))
		return []byte(head + strings.Repeat("x", size-len(head)-3) + `"}}`)
	}
	limit := int(w.hub.Limits.FrameBytes)
	c := w.dial("consumer")
	require.NoError(t, c.ws.WriteMessage(1, command(limit)))
	require.Equal(t, commandNo(1), c.next().Ack)
	for _, size := range []int{limit + 1, limit * 8} {
		c = w.dial("consumer")
		require.NoError(t, c.ws.WriteMessage(1, command(size)))
		require.Equal(t, FrameTooLarge, c.closed())
	}
	c = w.dial("consumer") // a header that announces 2^40 bytes, and a little more than the limit of them
	header := binary.BigEndian.AppendUint64([]byte{0x81, 0xff}, 1<<40)
	_, err := c.ws.NetConn().Write(append(append(header, 0, 0, 0, 0), command(limit+1)...))
	require.NoError(t, err)
	require.Equal(t, FrameTooLarge, c.closed())
	c = w.dial("consumer")
	require.NoError(t, c.ws.WriteMessage(2, []byte(`{"pong":true}`)))
	require.Equal(t, BadFrame, c.closed())
}

func TestCommandsAreLimited(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.open(caseNo(1))
	c := w.dial("consumer")
	for i := range 12 {
		c.post(i, caseNo(1), "hello")
		f := c.next()
		if i < 10 {
			require.Equal(t, commandNo(i), f.Ack)
			continue
		}
		require.Equal(t, commandNo(i), *f.Error)
		require.Equal(t, negotiation.CodeRateLimited, f.Code)
		require.InDelta(t, 1, f.Params["retry_after"], 0)
	}
	w.mu.Lock()
	w.now = w.now.Add(time.Second)
	w.mu.Unlock()
	c.post(12, caseNo(1), "hello")
	require.Equal(t, commandNo(12), c.next().Ack)
}

func TestOtherFramesAreLimited(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	c := w.dial("consumer")
	for range 100 {
		c.say(`{"x":1}`)
		require.Equal(t, negotiation.CodeUnknownField, c.next().Code)
	}
	c.say(`{"x":1}`)
	require.Equal(t, negotiation.CodeRateLimited, c.next().Code)
}

// While a command waits for its commit the socket is read, others are served, and its own later commands wait their turn.
func TestCommandsKeepTheirOrder(t *testing.T) {
	t.Parallel()
	for name, slow := range map[string]bool{"asked": false, "waited for": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			commandsKeepTheirOrder(t, slow)
		})
	}
}

func commandsKeepTheirOrder(t *testing.T, slow bool) {
	w := newWorld(t, func(o *Options) { o.Limits.CommandsPerSecond = 1000 })
	w.slow = slow
	w.open(caseNo(1))
	began := make(chan struct{})
	held, goOn := hold(t)
	w.onDo = func(_ context.Context, cmd negotiation.Command) error {
		if cmd.(negotiation.PostMessage).Text == "0" {
			close(began)
			<-held
		}
		return nil
	}
	c, other := w.dial("consumer"), w.dial("agent")
	for i := range 20 {
		c.post(i, caseNo(1), fmt.Sprint(i))
	}
	<-began
	other.post(100, caseNo(1), "meanwhile")
	require.Equal(t, commandNo(100), other.next().Ack)
	goOn()
	for i := range 20 {
		require.Equal(t, commandNo(i), c.next().Ack)
	}
	f := other.subscribe(roomNo(1), "")
	for i := range 20 {
		require.Equal(t, fmt.Sprint(i), f.Events[i+1].Content.Text)
	}
}

func TestFailureOfTheDoorIsNotShown(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.open(caseNo(1))
	w.onDo = func(context.Context, negotiation.Command) error { return errors.New("disk on fire") }
	c := w.dial("consumer")
	c.post(1, caseNo(1), "hello")
	f := c.next()
	require.Equal(t, commandNo(1), *f.Error)
	require.Equal(t, negotiation.CodeUnavailable, f.Code)
	require.Empty(t, f.Params)
}

func TestAckFrame(t *testing.T) {
	t.Parallel()
	p := negotiation.Position{Seq: 18, H8: "9f31c2aa"}
	for _, tt := range []struct {
		positions negotiation.Positions
		want      string
	}{
		{negotiation.Positions{}, `{}`},
		{negotiation.Positions{Room: p}, `{"c/room":"18.9f31c2aa"}`},
		{negotiation.Positions{Desk: p}, `{"c/desk":"18.9f31c2aa"}`},
		{negotiation.Positions{Room: p, ConsumerOnly: p}, `{"c/room":"18.9f31c2aa","c/consumer":"18.9f31c2aa"}`},
	} {
		require.Equal(t, `{"ack":"i","positions":`+tt.want+`}`, string(ackFrame("i", app.Receipt{Case: "c", Positions: tt.positions})))
	}
}

// A command that is sent again over HTTP, where its JSON may be laid out otherwise, is the same one.
func TestACommandsIdentityIsThatOfHTTP(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.open(caseNo(1))
	c := w.dial("consumer")
	c.say(`{"id":%q,"case":%q,"do":{ "text":"hi",  "type":"post_message" }}`, commandNo(1), caseNo(1))
	require.Equal(t, commandNo(1), c.next().Ack)
	want, err := app.Identify(negotiation.Actor{ID: "consumer", Role: negotiation.RoleConsumer}, commandNo(1), negotiation.PostMessage{Text: "hi"})
	require.NoError(t, err)
	w.mu.Lock()
	defer w.mu.Unlock()
	require.Equal(t, want, w.last)
}
