package bus

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"sync"
	"testing"
	"time"

	natsd "github.com/nats-io/nats-server/v2/server"
	"github.com/stretchr/testify/require"
)

// quietHub has nobody to tell.
type quietHub struct{ Hub }

func (quietHub) Late(bool)                         {}
func (quietHub) Gone(string)                       {}
func (quietHub) Check(context.Context, bool) error { return nil }
func (quietHub) RefreshLists(int) int              { return 0 }
func (quietHub) Sessions() []string                { return nil }
func (quietHub) Tend(bool)                         {}

// said is a log that can be read while it is written.
type said struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *said) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(b)
}

func (s *said) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

// deadWire is a bus that never comes.
type deadWire struct{}

func (deadWire) Send([]byte) error { return nil }
func (deadWire) Try() error        { return errors.New("connection refused") }
func (deadWire) Close()            {}

// A bus that is away when the replica starts is told like one that goes later, once and with the reason: a wrong address or
// password shows nowhere else in the log.
func TestABusThatNeverComesIsTold(t *testing.T) {
	t.Parallel()
	log, ticks := &said{}, make(chan time.Time)
	r := New(Options{Connect: func(func([]byte), func()) (Wire, error) { return deadWire{}, nil }, Ticks: ticks,
		Review:   func(context.Context, []string) error { return nil },
		Calendar: func(context.Context) error { return nil },
		Logger:   slog.New(slog.NewTextHandler(log, nil))})
	require.NoError(t, r.Start(quietHub{}))
	for range 3 {
		ticks <- time.Now()
	}
	r.Stop()
	require.Equal(t, 1, bytes.Count([]byte(log.String()), []byte("the bus is away")), log)
	require.Contains(t, log.String(), "connection refused")
}

// A server that refuses the password for a while, because it or its file was put right later, is asked again for ever.
func TestARefusedPasswordIsTriedAgain(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	port := l.Addr().(*net.TCPAddr).Port
	require.NoError(t, l.Close())
	run := func(password string) *natsd.Server {
		s, err := natsd.NewServer(&natsd.Options{Host: "127.0.0.1", Port: port, Username: "hejie", Password: password, NoSigs: true, NoLog: true})
		require.NoError(t, err)
		s.Start()
		require.True(t, s.ReadyForConnections(patience))
		return s
	}
	refusing := run("another")
	w, err := dial(fmt.Sprintf("nats://hejie:tell-nobody@127.0.0.1:%d", port), "test", slog.New(slog.DiscardHandler), func([]byte) {}, func() {})
	require.NoError(t, err)
	defer w.Close()
	conn := w.(natsWire).conn
	require.Eventually(t, func() bool { return refusals(refusing) > 4 }, patience, 10*time.Millisecond)
	require.ErrorContains(t, w.Try(), "Authorization")
	require.NotContains(t, w.Try().Error(), "tell-nobody")
	require.False(t, conn.IsClosed())
	refusing.Shutdown()
	refusing.WaitForShutdown()
	right := run("tell-nobody")
	t.Cleanup(func() { right.Shutdown(); right.WaitForShutdown() })
	require.Eventually(t, func() bool { return w.Try() == nil }, patience, 10*time.Millisecond)
}

// refusals of a server until now.
func refusals(s *natsd.Server) uint64 {
	v, err := s.Varz(nil)
	if err != nil {
		return 0
	}
	return v.TotalConnections
}
