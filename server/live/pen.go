package live

import (
	"io"
	"syscall"
)

// pen writes frames to sockets, one write for all that has gathered.
type pen struct {
	buf  []byte
	rest []byte // of buf, while it is written
	err  error
	some func(fd uintptr) bool // writeSome
}

// mostInk is how much of a buffer is kept, in bytes.
const mostInk = 64 << 10

// flush writes what is queued until there is nothing; others come between many writes.
func (c *conn) flush(m *mate) {
	for range inARow {
		if !c.gather(&m.pen) {
			return
		}
		if c.writeAll(m) != nil {
			c.end(SlowReader)
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.flushed() {
		c.flushing = c.hub.pens.add(c)
	}
}

// writeAll writes what was gathered. A control frame comes before it or after it.
func (c *conn) writeAll(m *mate) error {
	if !c.writing.TryLock() {
		m.leave()
		c.writing.Lock()
	}
	defer c.writing.Unlock()
	if err := c.patience(); err != nil {
		return err
	}
	return m.write(c.wire)
}

// gather takes what is queued; false when there is nothing more, and nobody writes.
func (c *conn) gather(p *pen) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.flushed() {
		return false
	}
	if cap(p.buf) > mostInk {
		p.buf = nil
	}
	p.buf = p.buf[:0]
	for _, payload := range c.queue {
		p.buf = append(appendHead(p.buf, opText, len(payload)), payload...)
	}
	clear(c.queue)
	c.queue, c.bytes = c.queue[:0], 0
	return true
}

// flushed says whether there is nothing to write, and notes that nobody writes then.
func (c *conn) flushed() bool {
	if len(c.queue) > 0 && c.closing == 0 {
		return false
	}
	if cap(c.queue) > 8 { // more than an idle socket may keep
		c.queue = nil
	}
	c.flushing = false
	c.tellEmptied()
	return true
}

// write writes what was gathered, at once if the network takes it.
func (m *mate) write(w *wire) error {
	p := &m.pen
	if w.raw == nil {
		m.leave()
		_, err := w.Write(p.buf)
		return err
	}
	if p.some == nil {
		p.some = m.writeSome
	}
	p.rest, p.err = p.buf, nil
	if err := w.raw.Write(p.some); err != nil {
		return err
	}
	return p.err
}

// writeSome writes until all is written, or the network takes no more for now: then it is called again when it does.
func (m *mate) writeSome(fd uintptr) (done bool) {
	for p := &m.pen; len(p.rest) > 0 && p.err == nil; {
		n, err := syscall.Write(int(fd), p.rest)
		switch {
		case n > 0:
			p.rest = p.rest[n:]
		case err == syscall.EAGAIN:
			m.leave()
			return false
		case err == nil:
			p.err = io.ErrUnexpectedEOF
		case err != syscall.EINTR:
			p.err = err
		}
	}
	return true
}
