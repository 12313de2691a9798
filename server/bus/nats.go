package bus

import (
	"cmp"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go"
)

// NATS connects to a server, or to several with commas between. Platforms with different names do not hear each other.
func NATS(url, name string, log *slog.Logger) Connect {
	return func(receive func([]byte), changed func()) (Wire, error) {
		return dial(url, name, log, receive, changed)
	}
}

func dial(url, name string, log *slog.Logger, receive func([]byte), changed func(), more ...nats.Option) (Wire, error) {
	subject := "hejie." + name
	why := new(atomic.Pointer[error])
	conn, err := nats.Connect(url, append([]nats.Option{
		nats.Name("hejie"), nats.NoEcho(),
		nats.RetryOnFailedConnect(true), nats.MaxReconnects(-1), // the default gives up for ever after two minutes
		nats.IgnoreAuthErrorAbort(), // the default gives up for ever after a password was refused twice, also when the server is put right
		nats.ReconnectWait(100 * time.Millisecond), nats.ReconnectJitter(100*time.Millisecond, time.Second), nats.Timeout(time.Second),
		nats.PingInterval(2 * time.Second), nats.MaxPingsOutstanding(2), // by default a server that hangs goes unseen for minutes
		nats.FlusherTimeout(time.Second), nats.ReconnectOnFlusherError(), // by default a network that takes nothing holds who sends, and all pings, for a minute
		nats.ReconnectBufSize(-1), // what is said while away is lost at once: stale wake-ups are worth nothing
		nats.ReconnectErrHandler(func(_ *nats.Conn, err error) { why.Store(&err) }),
		nats.ConnectHandler(func(*nats.Conn) { changed() }),
		nats.ReconnectHandler(func(*nats.Conn) { changed() }),
		nats.DisconnectErrHandler(func(_ *nats.Conn, err error) {
			log.Debug("bus: disconnected", slog.Any("error", err))
			changed()
		}),
		nats.ErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) { // a slow consumer: numbers tell what was lost
			log.Warn("bus", slog.Any("error", err))
		}),
	}, more...)...)
	if err != nil {
		return nil, fmt.Errorf("bus: %w", err)
	}
	if _, err := conn.Subscribe(subject, func(m *nats.Msg) { receive(m.Data) }); err != nil {
		conn.Close()
		return nil, fmt.Errorf("bus: %w", err)
	}
	return natsWire{conn, subject, why}, nil
}

type natsWire struct {
	conn    *nats.Conn
	subject string
	why     *atomic.Pointer[error] // it could not be reached last
}

func (w natsWire) Send(message []byte) error { return w.conn.Publish(w.subject, message) }

// Try asks the server for an answer: a server that hangs still looks connected for a while.
func (w natsWire) Try() error {
	if !w.conn.IsConnected() {
		if why := w.why.Load(); why != nil {
			return *why
		}
		return cmp.Or(w.conn.LastError(), nats.ErrDisconnected)
	}
	w.why.Store(nil)
	return w.conn.FlushTimeout(time.Second)
}

func (w natsWire) Close() { w.conn.Close() }
