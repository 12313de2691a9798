package platform

import (
	"errors"
	"io"
	"net"
	"sync"
	"time"
)

// Cable carries bytes between clients and a server and can be cut, stalled, slowed and torn at a byte. It may be used from many
// goroutines.
type Cable struct {
	listener net.Listener
	network  string // of the server: "tcp", "unix"
	to       string
	work     sync.WaitGroup

	mu      sync.Mutex
	out     bool
	flows   chan struct{} // closed while bytes flow
	delay   time.Duration // of each piece of bytes, one way
	conns   map[net.Conn]bool
	carried [2]int64
	tears   [2]int64 // it is cut by itself at so many bytes carried; 0: never
	heals   bool     // after that
	torn    int      // how often it was
}

// Way of bytes on a cable.
type Way int

// The ways.
const (
	Up   Way = iota // to the server
	Down            // to the client
)

// NewCable to a server at an address of a network, "tcp" or "unix".
func NewCable(network, to string) (*Cable, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	return newCable(l, network, to), nil
}

// newCable takes the listener.
func newCable(l net.Listener, network, to string) *Cable {
	c := &Cable{listener: l, network: network, to: to, flows: make(chan struct{}), conns: map[net.Conn]bool{}}
	close(c.flows)
	c.work.Go(c.accept)
	return c
}

// Addr stands for the server's: "127.0.0.1:port".
func (c *Cable) Addr() string { return c.listener.Addr().String() }

// Port of Addr.
func (c *Cable) Port() int { return c.listener.Addr().(*net.TCPAddr).Port }

// Close cuts the cable for good.
func (c *Cable) Close() error {
	err := c.listener.Close()
	c.Heal() // whoever waits for a stall to end
	c.Cut()
	c.work.Wait()
	return err
}

// Cut the cable: everything on it is lost on both sides, and nothing new comes through.
func (c *Cable) Cut() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.cut()
}

func (c *Cable) cut() {
	c.out = true
	for one := range c.conns {
		one.Close()
	}
	clear(c.conns)
}

// Drop cuts what is connected now; new connections come through.
func (c *Cable) Drop() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.cut()
	c.out = false
}

// Stall holds all bytes back, of old connections and new ones, without cutting any.
func (c *Cable) Stall() {
	c.mu.Lock()
	defer c.mu.Unlock()
	select {
	case <-c.flows:
		c.flows = make(chan struct{})
	default:
	}
}

// Slow delays bytes on each way; 0 is as fast as it goes.
func (c *Cable) Slow(delay time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.delay = delay
}

// Heal ends cuts, stalls, delays and tears to come. Bytes held back by a stall go on.
func (c *Cable) Heal() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.out, c.delay, c.tears = false, 0, [2]int64{}
	select {
	case <-c.flows:
	default:
		close(c.flows)
	}
}

// CutAfter cuts the cable by itself after so many more bytes on a way, and lets exactly these through.
func (c *Cable) CutAfter(way Way, bytes int64) { c.tearAfter(way, bytes, false) }

// DropAfter is CutAfter, but new connections come through.
func (c *Cable) DropAfter(way Way, bytes int64) { c.tearAfter(way, bytes, true) }

func (c *Cable) tearAfter(way Way, after int64, heals bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.tears[way], c.heals = c.carried[way]+after, heals
}

// Carried is how many bytes went through on a way so far.
func (c *Cable) Carried(way Way) int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.carried[way]
}

// Torn is how often CutAfter and DropAfter came to cut so far.
func (c *Cable) Torn() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.torn
}

func (c *Cable) accept() {
	for {
		near, err := c.listener.Accept()
		if err != nil {
			return
		}
		c.work.Go(func() { c.carry(near) })
	}
}

func (c *Cable) carry(near net.Conn) {
	far, err := net.Dial(c.network, c.to)
	if err != nil {
		near.Close()
		return
	}
	if !c.hold(near, far) {
		return
	}
	var both sync.WaitGroup
	for _, end := range []struct {
		to   lane
		from net.Conn
	}{{lane{c, Down, near}, far}, {lane{c, Up, far}, near}} {
		both.Go(func() {
			if _, err := io.Copy(end.to, end.from); err == nil || !errors.Is(err, net.ErrClosed) {
				c.drop(near, far) // one end is done
			}
		})
	}
	both.Wait()
}

func (c *Cable) hold(conns ...net.Conn) bool {
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

func (c *Cable) drop(conns ...net.Conn) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, one := range conns {
		one.Close()
		delete(c.conns, one)
	}
}

// lane is one way of one connection.
type lane struct {
	*Cable
	way Way
	to  net.Conn
}

func (l lane) Write(b []byte) (int, error) {
	l.mu.Lock()
	flows, delay := l.flows, l.delay
	l.mu.Unlock()
	<-flows
	if delay > 0 {
		time.Sleep(delay)
	}
	pass := l.let(len(b))
	n, err := l.to.Write(b[:pass])
	if err == nil && pass < len(b) {
		l.tear()
		err = net.ErrClosed
	}
	return n, err
}

func (l lane) tear() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.cut()
	l.out = !l.heals
	l.Cable.torn++
}

// let says how many of n bytes go through before the cable tears, and counts them.
func (l lane) let(n int) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	if left := l.tears[l.way] - l.carried[l.way]; l.tears[l.way] > 0 && left < int64(n) {
		n, l.tears[l.way] = int(max(left, 0)), 0
	}
	l.carried[l.way] += int64(n)
	return n
}
