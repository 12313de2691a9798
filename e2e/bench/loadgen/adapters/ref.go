package adapters

import (
	"context"
	"encoding/json"
	"fmt"

	"hejie/e2e/bench/loadgen/target"
)

// ref is the yardstick, e2e/bench/refserver. Also the template for a new WebSocket server: change the URL, the frames, and how an ack is
// told from a delivery.
type ref struct{ o target.Options }

func (r *ref) Setup(context.Context, int) error { return nil }

type refConn struct{ *wsBase }

func (r *ref) Connect(ctx context.Context, room, side int) (target.Conn, error) {
	w, err := dialWS(ctx, from(room), fmt.Sprintf("ws://%s/ws?room=%d&side=%d", r.o.Addr, room+1, side), nil)
	if err != nil {
		return nil, err
	}
	go w.loop(func(b []byte) {
		var f struct {
			Ack  int64  `json:"ack"`
			Err  string `json:"err"`
			Body string `json:"body"`
		}
		if json.Unmarshal(b, &f) != nil {
			return
		}
		if f.Ack > 0 {
			if f.Err != "" {
				w.resolve(f.Ack, fmt.Errorf("%w: %s", errNack, f.Err))
			} else {
				w.resolve(f.Ack, nil)
			}
			return
		}
		w.deliver([]byte(f.Body))
	})
	return &refConn{w}, nil
}

func (c *refConn) Send(ctx context.Context, k target.Kind, body []byte) (func() error, error) {
	return c.call(ctx, func(id int64) any {
		return map[string]any{"id": id, "kind": k, "body": string(body)}
	})
}
