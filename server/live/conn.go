package live

import (
	"encoding/binary"
	"errors"
	"io"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"
	"unicode/utf8"

	"github.com/gorilla/websocket"
	"golang.org/x/time/rate"
)

// conn is one socket, or a stream of events in place of one.
type conn struct {
	hub     *Hub
	wire    *wire   // nil for a stream
	stream  *stream // nil for a socket
	visitor Visitor

	heard atomic.Bool  // a frame, since the last ping if there was one
	until atomic.Int64 // the deadline of writes, nanoseconds after the hub was made, as a pen set it; 0: somebody else did
	gone  atomic.Bool  // the reader has ended

	writing sync.Mutex // to the wire: a mate who has to wait for it leaves its place first

	turn  turn // of the wheel
	hears bool // what is told to all; under the lock of the hub's lateness

	mu       sync.Mutex
	closing  CloseCode // 0: open
	queue    [][]byte  // payloads of frames to write
	bytes    int       // of the queue
	flushing bool
	emptied  chan struct{} // closed when the queue is empty, for a catch-up that waits for that; else nil
	jobs     []job
	working  bool
	space    *sync.Cond // the reader waits for the worker; made when needed
	subs     []*subscription
	feeds    map[string]*follower

	part []byte // of the reader alone: a message whose last frame has not come; else nil

	// Of the worker alone.
	commands *rate.Limiter // nil before the first
	other    *rate.Limiter // frames that are no commands
}

// job is a frame, or something else to do in the socket's order.
type job struct {
	frame []byte
	at    time.Time
	do    func() // instead of a frame
}

// untold is the CloseCode of a socket whose peer left or is no client of ours: it is never sent.
const untold CloseCode = 1000

// kind of a frame to send.
type kind int

const (
	durable kind = iota
	signal       // dropped when the queue is half full
)

// prepare makes the socket ready before its reader starts.
func (c *conn) prepare() {
	perSecond := c.hub.Limits.CommandsPerSecond
	c.other = rate.NewLimiter(rate.Limit(5*perSecond), 10*perSecond)
	c.hub.wheel.put(c)
}

// read takes frames until the socket ends, then tidies up. It waits for the next one here, so that its stack stays small.
func (c *conn) read() {
	defer c.leave()
	for {
		h, err := c.wire.next()
		if err == nil {
			err = c.arrived(h)
		}
		if errors.Is(err, errProtocol) && c.shut(untold) {
			_ = c.notice(opClose, websocket.FormatCloseMessage(websocket.CloseProtocolError, "")) // told or not, it ends
		}
		if err != nil {
			return
		}
	}
}

// arrived takes the payload of a frame, and hands on the message that is whole with it.
func (c *conn) arrived(h head) error {
	first := h.op != opMore
	switch {
	case h.control():
		return c.noticed(h)
	case c.ended(): // nobody listens any more
		return c.wire.skip(h.size)
	case h.op > opBinary, first != (c.part == nil):
		return errProtocol
	case h.op == opBinary:
		c.end(BadFrame)
		return c.wire.skip(h.size)
	case h.size > c.hub.Limits.FrameBytes-int64(len(c.part)):
		c.end(FrameTooLarge)
		return c.wire.skip(h.size)
	case first:
		c.part = make([]byte, 0, h.size)
	}
	n := len(c.part)
	c.part = slices.Grow(c.part, int(h.size))[:n+int(h.size)]
	if err := c.wire.take(c.part[n:], h.mask); err != nil || !h.final {
		return err
	}
	c.heard.Store(true)
	c.enqueue(job{frame: c.part, at: c.hub.Now()})
	c.part = nil
	return nil
}

// noticed takes a control frame. It gives io.EOF after the peer's goodbye.
func (c *conn) noticed(h head) error {
	p := make([]byte, h.size)
	if err := c.wire.take(p, h.mask); err != nil {
		return err
	}
	switch h.op {
	case opPong:
	case opPing:
		if !c.ended() {
			return c.notice(opPong, p)
		}
	case opClose:
		if len(p) == 1 || len(p) > 1 && (!mayClose(binary.BigEndian.Uint16(p)) || !utf8.Valid(p[2:])) {
			return errProtocol
		}
		if c.shut(untold) { // else it is the answer to ours
			_ = c.notice(opClose, p[:min(len(p), 2)]) // it leaves anyway
		}
		return io.EOF
	default:
		return errProtocol
	}
	return nil
}

// notice sends a control frame.
func (c *conn) notice(op byte, payload []byte) error {
	if err := c.wire.SetWriteDeadline(time.Now().Add(c.hub.tuning.grace)); err != nil {
		return err
	}
	c.until.Store(0)
	c.writing.Lock() // after the deadline was set: it is also that of a write that hangs
	defer c.writing.Unlock()
	_, err := c.wire.Write(append(appendHead(nil, op, len(payload)), payload...))
	return err
}

// patience sees to it that a write of a pen has at least half of the time that it may take. To set a deadline costs as much as to write a
// frame, so one that a pen set is kept until half of it is over. A notice sets a shorter one and then clears what is noted here; a pen notes
// its own before it sets it: so the notice's is never taken for a pen's. The time is counted since the hub was made, because the system's
// clock may be set back.
func (c *conn) patience() error {
	age, most := time.Since(c.hub.made), c.hub.tuning.write
	if c.until.Load() > int64(age+most/2) {
		return nil
	}
	c.until.Store(int64(age + most))
	return c.wire.SetWriteDeadline(time.Now().Add(most))
}

func (c *conn) ended() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.closing != 0
}

// enqueue gives the worker something to do, after all that it has. Frames wait when it is far behind: the network then holds the
// sender back.
func (c *conn) enqueue(j job) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for j.frame != nil && len(c.jobs) >= c.hub.tuning.jobs && c.closing == 0 {
		if c.space == nil {
			c.space = sync.NewCond(&c.mu)
		}
		c.space.Wait()
	}
	if c.closing != 0 || c.gone.Load() {
		return
	}
	c.jobs = append(c.jobs, j)
	if !c.working {
		c.working = c.hub.workers.add(c)
	}
}

// work does the socket's jobs in their order, and ends when there are none, or when one is answered later; others come between many.
func (c *conn) work(m *mate) {
	for range inARow {
		j, ok := c.nextJob()
		switch {
		case !ok:
			return
		case j.do != nil:
			m.leave()
			j.do()
		case c.handle(m, j.frame, j.at):
			return
		}
	}
	c.goOn()
}

// nextJob is the first that waits; without one nobody works for the socket any more.
func (c *conn) nextJob() (j job, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	defer c.wakeReader()
	if len(c.jobs) == 0 || c.closing != 0 {
		c.working, c.jobs = false, nil
		return job{}, false
	}
	j = c.jobs[0]
	c.jobs[0] = job{}
	c.jobs = c.jobs[1:]
	return j, true
}

// goOn has the jobs done that are left, behind those of others.
func (c *conn) goOn() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.jobs) == 0 || c.closing != 0 || !c.hub.workers.add(c) {
		c.working, c.jobs = false, nil
		c.wakeReader()
	}
}

func (c *conn) wakeReader() {
	if c.space != nil {
		c.space.Signal()
	}
}

// push queues a frame. It never blocks: when the queue is full the connection ends, and when it is half full signals are dropped.
// False when the frame will not be sent.
func (c *conn) push(payload []byte, k kind) bool {
	c.mu.Lock()
	t := c.hub.tuning
	frames, bytes := len(c.queue)+1, c.bytes+len(payload)
	switch {
	case c.closing != 0:
		c.mu.Unlock()
		return false
	case k == signal && (frames > t.queueFrames/2 || bytes > t.queueBytes/2):
		c.mu.Unlock()
		return false
	case frames > t.queueFrames || bytes > t.queueBytes && len(c.queue) > 0:
		c.mu.Unlock()
		c.end(SlowReader)
		return false
	}
	c.queue = append(c.queue, payload)
	c.bytes = bytes
	if !c.flushing {
		c.flushing = c.flushes()
	}
	c.mu.Unlock()
	return true
}

// flushes has what is queued written soon.
func (c *conn) flushes() bool {
	if c.stream != nil {
		return c.hub.hands.do(c.flushStream)
	}
	return c.hub.pens.add(c)
}

// drained waits until nothing is queued, so that a long catch-up never fills the queue; false when the socket ends instead.
func (c *conn) drained() bool {
	c.mu.Lock()
	if !c.flushing || c.closing != 0 {
		defer c.mu.Unlock()
		return c.closing == 0
	}
	if c.emptied == nil {
		c.emptied = make(chan struct{})
	}
	emptied := c.emptied
	c.mu.Unlock()
	<-emptied
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.closing == 0
}

// tellEmptied lets a catch-up go on. The connection is locked.
func (c *conn) tellEmptied() {
	if c.emptied != nil {
		close(c.emptied)
		c.emptied = nil
	}
}

// end closes the socket with a code, without blocking. The first one counts.
func (c *conn) end(code CloseCode) {
	if c.shut(code) && !c.hub.hands.do(func() { c.sendClose(code) }) {
		c.cut()
	}
}

// close is end, but waits until the close frame is on its way.
func (c *conn) close(code CloseCode) {
	if c.shut(code) {
		c.sendClose(code)
	}
}

func (c *conn) shut(code CloseCode) (first bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closing != 0 {
		return false
	}
	c.closing = code
	c.queue, c.bytes = nil, 0
	c.tellEmptied()
	c.wakeReader()
	return true
}

// sendClose writes the close frame and gives the peer a moment to answer; the reader ends the socket then.
func (c *conn) sendClose(code CloseCode) {
	if c.stream != nil {
		c.stream.bye(code, c.hub.tuning.grace, c.hub.Logger)
		return
	}
	err := c.notice(opClose, code.frame())
	if err == nil {
		err = c.wire.SetReadDeadline(time.Now().Add(c.hub.tuning.grace))
	}
	if err != nil { // a peer that does not read: it notices the cut
		c.cut()
	}
}

func (c CloseCode) frame() []byte {
	return websocket.FormatCloseMessage(int(c), c.String())
}

// cut closes the transport.
func (c *conn) cut() {
	if c.stream != nil {
		c.stream.end()
		return
	}
	if err := c.wire.Close(); err != nil {
		c.hub.Logger.Debug("live: socket was closed already", slog.Any("error", err))
	}
}

// refuse closes a socket that was never let in. It reads on for a moment: closing with unread bytes would reset the connection, and
// the code would be lost.
func (c *conn) refuse(code CloseCode) {
	c.sendClose(code)
	for {
		if h, err := c.wire.next(); err != nil || h.op == opClose || c.wire.skip(h.size) != nil {
			break
		}
	}
	c.cut()
}

// leave tidies up after the reader.
func (c *conn) leave() {
	c.gone.Store(true)
	c.shut(untold)
	c.hub.wheel.remove(c)
	c.leaveAll()
	c.cut()
	c.hub.remove(c)
}
