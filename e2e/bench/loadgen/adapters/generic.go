package adapters

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"strings"

	"hejie/e2e/bench/loadgen/target"
)

// generic: any JSON-over-WebSocket server, described by options instead of code.
//
//	-o url='ws://{addr}/ws/rooms/{room}?token={token}'
//	-o rooms=rooms.json     ["id0","id1",...]           (default: the room number + 1)
//	-o tokens=tokens.json   [["t00","t01"],["t10",...]] (per room and side; optional)
//	-o chat='{"type":"chat","client_id":"{id}","text":{body}}'
//	-o offer='{"type":"offer","client_id":"{id}","offer":{object}}'
//	-o ackid=client_id      path of the client's id in any frame: acknowledges the send
//	-o err=error            path that, when present beside the id, means a refusal
//	-o text=event.text -o offertext=event.offer   where a delivered body is
//	-o hello='{"type":"join"}'  sent once after connect (optional)
//
// {body} is the body as a JSON string, {object} the body itself (offers are JSON).
func init() {
	target.Register("generic", func(o target.Options) (target.Target, error) {
		g := &generic{o: o}
		for k, p := range map[string]any{"rooms": &g.rooms, "tokens": &g.tokens} {
			if f := o.Get(k, ""); f != "" {
				b, err := os.ReadFile(f)
				if err != nil {
					return nil, err
				}
				if err := json.Unmarshal(b, p); err != nil {
					return nil, fmt.Errorf("%s: %w", f, err)
				}
			}
		}
		return g, nil
	})
}

type generic struct {
	o      target.Options
	rooms  []string
	tokens [][2]string
}

type genConn struct {
	*wsBase
	g *generic
}

func (g *generic) Setup(_ context.Context, rooms int) error {
	if g.rooms != nil && len(g.rooms) < rooms {
		return fmt.Errorf("%d rooms asked, %d in the file", rooms, len(g.rooms))
	}
	return nil
}

func lookup(v any, path string) (any, bool) {
	if path == "" {
		return nil, false
	}
	for _, k := range strings.Split(path, ".") {
		m, ok := v.(map[string]any)
		if !ok {
			return nil, false
		}
		if v, ok = m[k]; !ok || v == nil {
			return nil, false
		}
	}
	return v, true
}

func (g *generic) Connect(ctx context.Context, room, side int) (target.Conn, error) {
	id, tok := strconv.Itoa(room+1), ""
	if g.rooms != nil {
		id = g.rooms[room]
	}
	if g.tokens != nil {
		tok = g.tokens[room][side]
	}
	u := strings.NewReplacer("{addr}", g.o.Addr, "{room}", id, "{token}", tok, "{side}", strconv.Itoa(side)).Replace(g.o.Get("url", "ws://{addr}/ws?room={room}&side={side}"))
	w, err := dialWS(ctx, from(room), u, nil)
	if err != nil {
		return nil, err
	}
	go w.loop(func(b []byte) {
		var v any
		if json.Unmarshal(b, &v) != nil {
			return
		}
		if x, ok := lookup(v, g.o.Get("ackid", "ack")); ok {
			if n, err := strconv.ParseInt(strings.TrimSpace(fmt.Sprint(x)), 10, 64); err == nil {
				var e error
				if r, bad := lookup(v, g.o.Get("err", "err")); bad {
					e = fmt.Errorf("%w: %v", errNack, r)
				}
				w.resolve(n, e)
			}
		}
		for _, p := range []string{g.o.Get("text", "body"), g.o.Get("offertext", "")} {
			if x, ok := lookup(v, p); ok {
				if s, ok := x.(string); ok {
					w.deliver([]byte(s))
				} else if j, err := json.Marshal(x); err == nil {
					w.deliver(j)
				}
				return
			}
		}
	})
	if h := g.o.Get("hello", ""); h != "" {
		w.wmu.Lock()
		err = w.c.WriteMessage(1, []byte(h))
		w.wmu.Unlock()
	}
	return &genConn{w, g}, err
}

func (c *genConn) Send(ctx context.Context, k target.Kind, body []byte) (func() error, error) {
	t := c.g.o.Get(string(k), `{"id":{id},"kind":"`+string(k)+`","body":{body}}`)
	return c.call(ctx, func(id int64) any {
		q, _ := json.Marshal(string(body))
		return json.RawMessage(strings.NewReplacer("{id}", strconv.FormatInt(id, 10), "{body}", string(q), "{object}", string(body)).Replace(t))
	})
}
