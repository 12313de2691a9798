package live

import (
	"encoding/binary"
	"errors"
	"io"
	"net"
	"syscall"
)

// Opcodes of frames (RFC 6455 section 5.2); those from opClose on are control frames.
const (
	opMore   = 0x0
	opText   = 0x1
	opBinary = 0x2
	opClose  = 0x8
	opPing   = 0x9
	opPong   = 0xA

	finalBit   = 0x80
	mostNotice = 125 // bytes of a control frame's payload
)

// errProtocol: the peer does not send what a WebSocket client sends.
var errProtocol = errors.New("live: not a frame of a client")

// wire is a socket's network connection with its frames as a server reads them, without extensions. The library, which shakes hands, is
// not kept for that: nearly all sockets are quiet, and a quiet one is only a goroutine that waits here on the smallest stack, and a buffer
// for the next frame of usual length. What is longer is read straight into its place.
type wire struct {
	net.Conn
	raw      syscall.RawConn // the same, to write what it takes at once; nil where only Conn knows how, as with TLS
	ahead    [976]byte       // read, of which from up to to is not taken yet; the whole is 1,024 bytes
	from, to int
}

func newWire(c net.Conn) *wire {
	w := &wire{Conn: c}
	if plain, ok := c.(*net.TCPConn); ok {
		w.raw, _ = plain.SyscallConn() // an error only for none
	}
	return w
}

// head of a frame.
type head struct {
	final bool
	op    byte
	size  int64 // bytes of payload
	mask  [4]byte
}

func (h head) control() bool { return h.op >= opClose }

// next waits for the head of a frame. Errors: errProtocol, or the network's.
func (w *wire) next() (h head, err error) {
	if err = w.need(2); err != nil {
		return h, err
	}
	first, second := w.ahead[w.from], w.ahead[w.from+1]
	h.final, h.op, h.size = first&finalBit != 0, first&0x0f, int64(second&0x7f)
	if first&0x70 != 0 || second&0x80 == 0 || h.control() && (!h.final || h.size > mostNotice) {
		return h, errProtocol
	}
	n := 2 // bytes before the mask
	switch h.size {
	case 126:
		n = 4
	case 127:
		n = 10
	}
	if err = w.need(n + len(h.mask)); err != nil {
		return h, err
	}
	b := w.ahead[w.from:]
	switch n {
	case 4:
		h.size = int64(binary.BigEndian.Uint16(b[2:]))
	case 10:
		h.size = int64(binary.BigEndian.Uint64(b[2:]))
	}
	copy(h.mask[:], b[n:])
	w.from += n + len(h.mask)
	if h.size < 0 {
		return h, errProtocol
	}
	return h, nil
}

// need waits until n bytes are read and not taken; n is far less than the buffer.
func (w *wire) need(n int) error {
	for w.to-w.from < n {
		if w.from > 0 {
			w.to = copy(w.ahead[:], w.ahead[w.from:w.to])
			w.from = 0
		}
		m, err := w.Read(w.ahead[w.to:])
		if w.to += m; m == 0 && err != nil {
			return err
		}
	}
	return nil
}

// take fills p with payload.
func (w *wire) take(p []byte, mask [4]byte) error {
	n := copy(p, w.ahead[w.from:w.to])
	w.from += n
	if _, err := io.ReadFull(w.Conn, p[n:]); err != nil {
		return err
	}
	unmask(p, mask)
	return nil
}

// skip reads on past n bytes of payload.
func (w *wire) skip(n int64) error {
	for n > 0 {
		if err := w.need(1); err != nil {
			return err
		}
		m := min(int(min(n, int64(len(w.ahead)))), w.to-w.from)
		w.from += m
		n -= int64(m)
	}
	return nil
}

// unmask is RFC 6455 section 5.3, from the start of a payload on.
func unmask(p []byte, mask [4]byte) {
	key := uint64(binary.LittleEndian.Uint32(mask[:]))
	key |= key << 32
	for len(p) >= 8 {
		binary.LittleEndian.PutUint64(p, binary.LittleEndian.Uint64(p)^key)
		p = p[8:]
	}
	for i := range p {
		p[i] ^= mask[i&3]
	}
}

// appendHead lays out the head of a server's frame, which is whole and not masked (section 5.2).
func appendHead(b []byte, op byte, n int) []byte {
	switch b = append(b, finalBit|op); {
	case n < 126:
		return append(b, byte(n))
	case n < 1<<16:
		return append(b, 126, byte(n>>8), byte(n))
	default:
		return binary.BigEndian.AppendUint64(append(b, 127), uint64(n))
	}
}

// mayClose says whether a peer may name a code in its close frame (section 7.4).
func mayClose(code uint16) bool {
	switch {
	case code >= 3000 && code < 5000:
		return true
	case code >= 1000 && code < 1015:
		return code < 1004 || code > 1006
	}
	return false
}
