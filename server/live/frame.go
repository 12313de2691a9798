package live

import (
	"encoding/json"
	"errors"
	"log/slog"
	"math"
	"strings"
	"time"

	"golang.org/x/time/rate"

	"hejie/negotiation"
	"hejie/server/app"
)

var pingFrame = []byte(`{"ping":true}`)

// target of a subscription: a channel of a case, or a feed.
type target struct {
	Channel string `json:"channel,omitempty"`
	Feed    string `json:"feed,omitempty"`
	Since   string `json:"since,omitempty"`
}

type readMark struct {
	Channel string `json:"channel"`
	Seq     int64  `json:"seq"`
}

type composing struct {
	Case string `json:"case"`
	On   bool   `json:"on"`
	Room bool   `json:"room"` // what is written is for all in the room, who may know
}

// members of a frame's top level, their values not yet decoded.
type members []negotiation.Member

// get is the value of a member; nil without it.
func (m members) get(key string) []byte {
	for i := range m {
		if string(m[i].Name) == key {
			return m[i].Value
		}
	}
	return nil
}

func split(frame []byte) (members, error) { return negotiation.Members(frame) }

// handle does what a frame asks for. Later: it is answered later, and the worker has nothing more to do with the socket.
func (c *conn) handle(w *mate, frame []byte, at time.Time) (later bool) {
	m, err := split(frame)
	if err == nil && (m.get("do") != nil || m.get("id") != nil) {
		return c.command(w, m, at)
	}
	w.leave() // nearly all else reads
	if tooFast := c.allow(c.other, at); tooFast != nil {
		err = tooFast
	} else if err == nil {
		err = c.dispatch(m)
	}
	if err != nil {
		c.answer(nil, nil, err)
	}
	return false
}

// dispatch handles a frame of one member.
func (c *conn) dispatch(m members) error {
	switch len(m) {
	case 0:
		return negotiation.NewError(negotiation.CodeMalformed)
	case 1:
	default: // one that we know stands alone, so another one is too many
		for _, known := range []string{"subscribe", "unsubscribe", "read", "composing", "pong", "case"} {
			if m.get(known) != nil {
				return unknown(m, known)
			}
		}
		return unknown(m, "")
	}
	key, value := string(m[0].Name), m[0].Value
	switch key {
	case "subscribe", "unsubscribe":
		var t target
		if err := decode(key, value, &t); err != nil {
			return err
		}
		switch {
		case (t.Channel == "") == (t.Feed == ""):
			return negotiation.Invalid(key, []string{"channel", "feed"})
		case key == "subscribe":
			c.answerSubscribe(t)
		default:
			c.unsubscribe(t)
		}
		return nil
	case "read":
		var r readMark
		if err := decode(key, value, &r); err != nil {
			return err
		}
		return c.readTo(r)
	case "composing":
		var w composing
		if err := decode(key, value, &w); err != nil {
			return err
		}
		return c.compose(w)
	case "pong":
		var ok bool
		return decode(key, value, &ok)
	}
	return unknown(m, "")
}

// unknown names a member that does not belong beside the known one.
func unknown(m members, known string) error {
	name := ""
	for _, x := range m {
		if other := string(x.Name); other != known && (name == "" || other < name) {
			name = other
		}
	}
	return negotiation.NewError(negotiation.CodeUnknownField, "name", negotiation.Clip(name)).On(negotiation.Clip(name))
}

func decode(key string, value []byte, v any) error {
	err := negotiation.DecodeStrict(value, v)
	if e, ok := errors.AsType[*negotiation.Error](err); ok {
		return e.On(strings.TrimSuffix(key+"."+e.Field, "."))
	}
	return err
}

// command sends a command through the door and answers with its receipt: later, when it is committed, so that nobody waits. Then the socket
// goes on; its commands keep their order.
func (c *conn) command(w *mate, m members, at time.Time) (later bool) {
	id, err := negotiation.DecodeText(m.get("id"))
	if err != nil || !app.ValidID(id) {
		c.answer(nil, nil, negotiation.Invalid("id", "uuid"))
		return false
	}
	x, err := c.wish(w, id, m, at)
	if err != nil {
		c.answer(&id, nil, err)
		return false
	}
	ctx, by := app.WithRequest(c.hub.ctx, c.visitor.Request), c.visitor.Session.Actor
	c.hub.asked.Add(1)
	if c.hub.Door.Ask(ctx, by, x.caseID, x.id, x.do, func(r app.Receipt, err error) {
		defer c.hub.asked.Done()
		c.acknowledge(id, r, err)
		c.goOn()
	}) {
		return true
	}
	c.hub.asked.Done()
	w.leave()
	r, err := c.hub.Door.Do(ctx, by, x.caseID, x.id, x.do)
	c.acknowledge(id, r, err)
	return false
}

func (c *conn) acknowledge(id string, r app.Receipt, err error) {
	if err != nil {
		c.answer(&id, nil, err)
		return
	}
	c.push(ackFrame(id, r), durable)
}

// wish is what a command frame asks for.
type wish struct {
	caseID string
	id     app.CommandID
	do     negotiation.Command
}

// wish reads a command, and asks whether it may come now.
func (c *conn) wish(w *mate, id string, m members, at time.Time) (x wish, err error) {
	if c.commands == nil { // most only look
		perSecond := c.hub.Limits.CommandsPerSecond
		c.commands = rate.NewLimiter(rate.Limit(perSecond), perSecond)
	}
	if err := c.allow(c.commands, at); err != nil {
		return wish{}, err
	}
	for _, member := range m {
		if name := string(member.Name); name != "id" && name != "case" && name != "do" {
			return wish{}, unknown(members{member}, "")
		}
	}
	if x.caseID, err = negotiation.DecodeText(m.get("case")); err != nil || !app.ValidID(x.caseID) {
		return wish{}, negotiation.Invalid("case", "uuid")
	}
	if m.get("do") == nil {
		return wish{}, negotiation.Required("do")
	}
	if x.do, err = negotiation.DecodeCommand(m.get("do")); err != nil {
		return wish{}, err
	}
	if err := c.unsealed(w, x.caseID); err != nil {
		return wish{}, err
	}
	x.id, err = app.Identify(c.visitor.Session.Actor, id, x.do) // as over HTTP, where a retry may come
	return x, err
}

// unsealed refuses a consumer's old case that the session did not prove. A case whose channel is followed was proved.
func (c *conn) unsealed(w *mate, caseID string) error {
	s := c.visitor.Session
	if s.Actor.Role != negotiation.RoleConsumer || c.follows(caseID+"/"+string(negotiation.Room)) {
		return nil
	}
	w.leave()
	found, _, err := c.hub.Past.Case(c.hub.ctx, caseID)
	if err != nil {
		return err
	}
	return s.Opens(found)
}

func (c *conn) allow(l *rate.Limiter, at time.Time) error {
	r := l.ReserveN(at, 1)
	wait := r.DelayFrom(at)
	if wait == 0 {
		return nil
	}
	r.CancelAt(at)
	return negotiation.NewError(negotiation.CodeRateLimited, "retry_after", int(math.Ceil(wait.Seconds())))
}

func ackFrame(id string, r app.Receipt) []byte {
	b := make([]byte, 0, 64+2*80) // a receipt seldom has more than one
	b = append(append(append(b, `{"ack":"`...), id...), `","positions":{`...)
	for _, ch := range negotiation.Channels {
		p := r.Positions.At(ch)
		if p.Seq == 0 {
			continue
		}
		if b[len(b)-1] != '{' {
			b = append(b, ',')
		}
		b = append(append(append(append(b, '"'), r.Case...), '/'), ch...)
		b = append(append(append(b, `":"`...), p.String()...), '"')
	}
	return append(b, `}}`...)
}

type errorFrame struct {
	Error  *string        `json:"error"`
	Code   string         `json:"code"`
	Field  string         `json:"field,omitempty"`
	Params map[string]any `json:"params,omitempty"`
	About  *target        `json:"about,omitempty"`
}

// answer tells an error. One that is not of the rules is logged and told as unavailable: asking again is worth while.
func (c *conn) answer(id *string, about *target, err error) {
	f := errorFrame{Error: id, Code: negotiation.CodeUnavailable, About: about}
	e, ok := errors.AsType[*negotiation.Error](err)
	if ok {
		f.Code, f.Field, f.Params = e.Code, e.Field, e.Params
	}
	if !ok || f.Code == negotiation.CodeInternal {
		c.hub.Logger.Error("live: frame failed", slog.String("account", c.visitor.Session.Actor.ID), slog.Any("error", err))
	}
	c.send(f, durable)
}

// send encodes a frame of this package's own types.
func (c *conn) send(v any, k kind) {
	b, err := json.Marshal(v)
	if err != nil {
		c.hub.Logger.Error("live: frame not encoded", slog.Any("error", err))
		return
	}
	c.push(b, k)
}
