package adapters

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/gorilla/websocket"

	"hejie/e2e/bench/loadgen/target"
)

// newHejie makes a server of signed-in parties of real cases. The option rooms names a file with what seed made:
// [{"case": "<id>", "sessions": ["<consumer's>", "<desk member's>"]}, …]. Even sends are messages, odd ones offers that counter
// the other side's; the body travels as the text of either. Of several addresses, with commas, the sides of a room take different ones.
func newHejie(o target.Options) (*hejie, error) {
	b, err := os.ReadFile(o.Get("rooms", "rooms.json"))
	if err != nil {
		return nil, err
	}
	h := &hejie{addrs: strings.Split(o.Addr, ","), run: uint32(time.Now().UnixNano() >> 10)}
	return h, json.Unmarshal(b, &h.rooms)
}

type hejie struct {
	addrs []string
	run   uint32 // keeps the command ids of two runs apart
	rooms []struct {
		Case     string    `json:"case"`
		Sessions [2]string `json:"sessions"`
	}
}

// elsewhere is a position that no room has: the server says so and goes on from now, without what was said in turns before.
const elsewhere = "1.00000000"

type hejieConn struct {
	*wsBase
	caseID string
	run    uint32
}

func (h *hejie) Setup(_ context.Context, rooms int) error {
	if len(h.rooms) < rooms {
		return fmt.Errorf("%d rooms asked, %d in the file", rooms, len(h.rooms))
	}
	return nil
}

func (h *hejie) Connect(ctx context.Context, room, side int) (target.Conn, error) {
	d := dialer
	d.NetDialContext = from(room).DialContext
	d.Subprotocols = []string{"hejie.v1"}
	addr := h.addrs[(room+side)%len(h.addrs)]
	header := http.Header{"Cookie": {"hejie=" + h.rooms[room].Sessions[side]}, "Origin": {"http://" + addr}}
	c, resp, err := d.DialContext(ctx, "ws://"+addr+"/api/live", header)
	if err != nil {
		if resp != nil {
			return nil, fmt.Errorf("%w: %s", err, resp.Status)
		}
		return nil, err
	}
	w := newBase(c)
	ready := make(chan struct{})
	go w.loop(h.frames(w, ready))
	channel := h.rooms[room].Case + "/room"
	if err := w.write(map[string]any{"subscribe": map[string]string{"channel": channel, "since": elsewhere}}); err != nil {
		return nil, err
	}
	select {
	case <-ready:
		return &hejieConn{w, h.rooms[room].Case, h.run}, nil
	case <-w.dead:
		return nil, fmt.Errorf("connection lost: %w", w.err)
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// frames reads what the server sends as cheaply as the yardstick's client reads: the generator shares the machine with the server.
func (h *hejie) frames(w *wsBase, ready chan struct{}) func([]byte) {
	subscribed := false
	return func(b []byte) {
		if id, ok := bytes.CutPrefix(b, []byte(`{"ack":"`)); ok && len(id) > idLength {
			w.resolve(number(string(id[:idLength])), nil)
			return
		}
		if subscribed && bytes.HasPrefix(b, []byte(`{"channel":"`)) {
			deliverTags(w, b)
			return
		}
		var f struct {
			Error     string `json:"error"`
			Code      string `json:"code"`
			Ping      bool   `json:"ping"`
			Recovered *bool  `json:"recovered"`
		}
		if json.Unmarshal(b, &f) != nil {
			return
		}
		switch {
		case f.Error != "":
			w.resolve(number(f.Error), fmt.Errorf("%w: %s", errNack, f.Code))
		case f.Ping:
			_ = w.write(map[string]bool{"pong": true})
		case f.Recovered != nil && !subscribed:
			subscribed = true
			close(ready)
		}
	}
}

// deliverTags hands on each body's tag, "@…@", in the order of the frame's events. Nothing else in a frame has an @.
func deliverTags(w *wsBase, b []byte) {
	for {
		i := bytes.IndexByte(b, '@')
		if i < 0 {
			return
		}
		n := bytes.IndexByte(b[i+1:], '@')
		if n < 0 {
			return
		}
		w.deliver(b[i : i+n+2])
		b = b[i+n+2:]
	}
}

const idLength = 36

// number of the call that a command's id was made for.
func number(id string) int64 {
	n, err := strconv.ParseInt(id[strings.LastIndexByte(id, '-')+1:], 16, 64)
	if err != nil {
		return 0 // no call of ours
	}
	return n
}

const terms = `{"type":"make_offer","items":[{"by":"enterprise","remedy":"refund","amount":{"currency":"CNY","minor":15000},"due":{"days":3,"unit":"working"}}],"valid_days":5,"text":%s}`

func (c *hejieConn) Send(ctx context.Context, k target.Kind, body []byte) (func() error, error) {
	text, err := json.Marshal(string(body))
	if err != nil {
		return nil, err
	}
	do := `{"type":"post_message","text":` + string(text) + `}`
	if k == target.Offer {
		do = fmt.Sprintf(terms, text)
	}
	return c.call(ctx, func(id int64) any {
		return raw(fmt.Sprintf(`{"id":"%08x-0000-8000-8000-%012x","case":"%s","do":%s}`, c.run, id, c.caseID, do))
	})
}

func newBase(c *websocket.Conn) *wsBase {
	return &wsBase{c: c, pending: map[int64]chan error{}, inbox: make(chan []byte, 256), dead: make(chan struct{})}
}
