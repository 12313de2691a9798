package adapters

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"
)

// wsBase is a WebSocket with a request-id map for acks and an inbox for bodies.
type wsBase struct {
	c       *websocket.Conn
	wmu     sync.Mutex
	id      atomic.Int64
	pmu     sync.Mutex
	pending map[int64]chan error
	inbox   chan []byte
	dead    chan struct{}
	err     error
}

var dialer = websocket.Dialer{
	HandshakeTimeout: 30 * time.Second,
	ReadBufferSize:   1024, WriteBufferSize: 1024,
}

// from an address of the room's own: a server may limit what one address asks for, these are parties at home, and one address has too few
// ports for many thousands.
func from(room int) *net.Dialer {
	return &net.Dialer{Timeout: 30 * time.Second, LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 1, byte(room>>8), byte(room))}}
}

func dialWS(ctx context.Context, by *net.Dialer, url string, h http.Header) (*wsBase, error) {
	d := dialer
	d.NetDialContext = by.DialContext
	c, resp, err := d.DialContext(ctx, url, h)
	if err != nil {
		if resp != nil {
			return nil, fmt.Errorf("%w: %s", err, resp.Status)
		}
		return nil, err
	}
	return newBase(c), nil
}

// loop hands every text frame to f until the connection ends.
func (w *wsBase) loop(f func([]byte)) {
	for {
		_, b, err := w.c.ReadMessage()
		if err != nil {
			w.err = err
			close(w.dead)
			return
		}
		f(b)
	}
}

// raw is a frame that is JSON already.
type raw []byte

func (w *wsBase) write(v any) (err error) {
	b, ok := v.(raw)
	if !ok {
		if b, err = json.Marshal(v); err != nil {
			return err
		}
	}
	w.wmu.Lock()
	defer w.wmu.Unlock()
	return w.c.WriteMessage(websocket.TextMessage, b)
}

// call sends the frame made for a new id; acked waits for resolve(id, ...).
func (w *wsBase) call(ctx context.Context, frame func(id int64) any) (acked func() error, err error) {
	id := w.id.Add(1)
	ch := make(chan error, 1)
	w.pmu.Lock()
	w.pending[id] = ch
	w.pmu.Unlock()
	if err := w.write(frame(id)); err != nil {
		return nil, err
	}
	return func() error {
		select {
		case err := <-ch:
			return err
		case <-w.dead:
			return fmt.Errorf("connection lost: %w", w.err)
		case <-ctx.Done():
			return ctx.Err()
		}
	}, nil
}

func (w *wsBase) resolve(id int64, err error) {
	w.pmu.Lock()
	ch := w.pending[id]
	delete(w.pending, id)
	w.pmu.Unlock()
	if ch != nil {
		ch <- err
	}
}

func (w *wsBase) deliver(b []byte) {
	select {
	case w.inbox <- b:
	case <-w.dead:
	}
}

func (w *wsBase) Receive(ctx context.Context) ([]byte, error) {
	select {
	case b := <-w.inbox:
		return b, nil
	case <-w.dead:
		return nil, fmt.Errorf("connection lost: %w", w.err)
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (w *wsBase) Close() error { return w.c.Close() }

var errNack = errors.New("refused")
