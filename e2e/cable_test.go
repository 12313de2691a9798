package e2e

import (
	"errors"
	"io"
	"net"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// cable carries bytes between a browser and a server, and can be pulled out: whatever was on its way is lost on both sides.
type cable struct {
	listener net.Listener
	to       string
	work     sync.WaitGroup

	mu    sync.Mutex
	out   bool
	conns map[net.Conn]bool
	up    int64 // bytes that the browser sent
	tears int64 // it comes out by itself after so many; 0: never
}

// cable to a server. The address that it gives stands for the server's.
func newCable(t *testing.T, s *server) (c *cable, url string) {
	t.Helper()
	l, err := net.Listen("tcp", "localhost:0")
	require.NoError(t, err)
	c = &cable{listener: l, to: strings.TrimPrefix(s.url, "http://"), conns: map[net.Conn]bool{}}
	c.work.Go(c.accept)
	t.Cleanup(func() {
		require.NoError(t, l.Close())
		c.pull()
		c.work.Wait()
	})
	_, port, err := net.SplitHostPort(l.Addr().String())
	require.NoError(t, err)
	return c, "http://localhost:" + port
}

func (c *cable) accept() {
	for {
		near, err := c.listener.Accept()
		if err != nil {
			return
		}
		c.work.Go(func() { c.carry(near) })
	}
}

func (c *cable) carry(near net.Conn) {
	far, err := net.Dial("tcp", c.to)
	if err != nil {
		near.Close()
		return
	}
	if !c.hold(near, far) {
		return
	}
	var both sync.WaitGroup
	for _, way := range []struct {
		to   io.Writer
		from net.Conn
	}{{near, far}, {upward{c, far}, near}} {
		both.Go(func() {
			if _, err := io.Copy(way.to, way.from); err == nil || !errors.Is(err, net.ErrClosed) {
				c.drop(near, far) // one end is done
			}
		})
	}
	both.Wait()
}

func (c *cable) hold(conns ...net.Conn) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, one := range conns {
		if c.out {
			one.Close()
		} else {
			c.conns[one] = true
		}
	}
	return !c.out
}

func (c *cable) drop(conns ...net.Conn) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, one := range conns {
		one.Close()
		delete(c.conns, one)
	}
}

// upward is the way to the server.
type upward struct {
	*cable
	to net.Conn
}

func (u upward) Write(b []byte) (int, error) {
	n, err := u.to.Write(b)
	u.mu.Lock()
	u.up += int64(n)
	torn := u.tears > 0 && u.up > u.tears
	if torn {
		u.tears = 0
	}
	u.mu.Unlock()
	if torn {
		u.pull()
	}
	return n, err
}

// tear the cable out after so many more bytes of the browser.
func (c *cable) tear(after int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.tears = c.up + after
}

// sent is how many bytes the browser sent so far.
func (c *cable) sent() int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.up
}

// pull the cable out: everything on it is cut, and nothing new comes through.
func (c *cable) pull() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.out = true
	for one := range c.conns {
		one.Close()
	}
	clear(c.conns)
}

// plug it in again.
func (c *cable) plug() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.out = false
}
