package store

import (
	"net"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestSilence: a server whose host is gone without a word does not hold a connection for as long as the kernel would.
func TestSilence(t *testing.T) {
	t.Parallel()
	door, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer door.Close()
	c, err := pgConfig("postgres://hejie@localhost/hejie")
	require.NoError(t, err)
	conn, err := c.DialFunc(t.Context(), "tcp", door.Addr().String())
	require.NoError(t, err)
	defer conn.Close()
	raw, err := conn.(*net.TCPConn).SyscallConn()
	require.NoError(t, err)
	require.NoError(t, raw.Control(func(fd uintptr) {
		n, err := syscall.GetsockoptInt(int(fd), syscall.IPPROTO_TCP, 18)
		require.NoError(t, err)
		require.Equal(t, silence, n)
	}))
}
