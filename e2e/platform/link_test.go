package platform

import (
	"errors"
	"net"
	"os"
	"os/exec"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestLink(t *testing.T) {
	t.Parallel()
	l, err := NewLink()
	if errors.Is(err, syscall.EPERM) { // nobody's right, or not even root's in a container: nothing is left of the try
		return
	}
	require.NoError(t, err)
	defer func() { require.NoError(t, l.Close()) }()
	near, err := net.Dial("tcp", l.Listener.Addr().String())
	require.NoError(t, err)
	far, err := l.Listener.Accept()
	require.NoError(t, err)
	defer func() { require.NoError(t, errors.Join(near.Close(), far.Close(), l.Listener.Close())) }()
	passes := func(from, to net.Conn, soon time.Duration) bool {
		_, err := from.Write([]byte("x"))
		require.NoError(t, err)
		require.NoError(t, to.SetReadDeadline(time.Now().Add(soon)))
		_, err = to.Read(make([]byte, 1))
		if err != nil {
			require.ErrorIs(t, err, os.ErrDeadlineExceeded, "lost without a word")
		}
		return err == nil
	}
	late := func(to net.Conn) { // what was lost was sent again
		require.NoError(t, to.SetReadDeadline(time.Now().Add(Patience)))
		_, err := to.Read(make([]byte, 1))
		require.NoError(t, err)
	}
	const soon = 100 * time.Millisecond
	require.True(t, passes(near, far, Patience) && passes(far, near, Patience))
	for _, way := range []struct {
		cut              func() error
		going, returning bool
	}{{l.Unplug, false, false}, {l.Deafen, true, false}, {l.Mute, false, true}} {
		require.NoError(t, way.cut())
		require.Equal(t, way.going, passes(near, far, soon))
		require.Equal(t, way.returning, passes(far, near, soon))
		require.NoError(t, l.Plug())
		if !way.going {
			late(far)
		}
		if !way.returning {
			late(near)
		}
	}
}

// TestLinkEndsNobody: what other parts of the process have started goes on when a link is closed, though it is told to end with the thread
// that started it.
func TestLinkEndsNobody(t *testing.T) {
	t.Parallel()
	ended := make(chan error, 20)
	for range cap(ended) {
		l, err := NewLink()
		if errors.Is(err, syscall.EPERM) {
			return
		}
		require.NoError(t, err)
		other := exec.Command("sleep", "1h")
		other.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGTERM}
		require.NoError(t, other.Start())
		var waiting sync.WaitGroup
		waiting.Go(func() { ended <- other.Wait() })
		defer waiting.Wait()
		defer func() { _ = other.Process.Kill() }() // it may have ended, which is told
		require.NoError(t, errors.Join(l.Listener.Close(), l.Close()))
	}
	require.Empty(t, ended)
}
