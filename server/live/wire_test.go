package live

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"net"
	"testing"

	"github.com/gorilla/websocket"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// sent is a frame as a client sends it. The first byte is that of RFC 6455 section 5.2.
func sent(first byte, payload string) []byte {
	b := appendHead(nil, 0, len(payload))
	b[0] = first
	b[1] |= 0x80
	mask := [4]byte{0x37, 0xfa, 0x21, 0x3d}
	b = append(b, mask[:]...)
	n := len(b)
	b = append(b, payload...)
	unmask(b[n:], mask)
	return b
}

func closing(code uint16, reason string) []byte {
	return sent(finalBit|opClose, string(binary.BigEndian.AppendUint16(nil, code))+reason)
}

// Section 5.7: a masked "Hello".
func TestUnmask(t *testing.T) {
	t.Parallel()
	require.Equal(t, []byte{0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58}, sent(finalBit|opText, "Hello"))
}

func TestFramesOfAMessage(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	c := w.dial("consumer")
	pongs := make(chan string, 1)
	c.ws.SetPongHandler(func(s string) error { pongs <- s; return nil })
	raw := c.ws.NetConn()

	for _, frame := range [][]byte{sent(opText, `{"he`), sent(opMore, ``), sent(finalBit|opPing, "still there?"), sent(opMore, `llo`), sent(finalBit|opPong, ""), sent(finalBit|opMore, `":1}`)} {
		for i := range frame { // a byte at a time
			_, err := raw.Write(frame[i : i+1])
			require.NoError(t, err)
		}
	}
	require.Equal(t, "hello", c.next().Field, "the parts are one message")
	require.Equal(t, "still there?", <-pongs)

	one := sent(finalBit|opText, `{"one":1}`)
	two := append([]byte{finalBit | opText, 0x80 | 127, 0, 0, 0, 0, 0, 0, 0, byte(len(one) - 6)}, one[2:]...) // a length longer than it need be
	_, err := raw.Write(append(one, two...))
	require.NoError(t, err)
	require.Equal(t, "one", c.next().Field)
	require.Equal(t, "one", c.next().Field)
}

func TestTooLongInParts(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	c := w.dial("consumer")
	half := string(bytes.Repeat([]byte{' '}, int(w.hub.Limits.FrameBytes/2)+1))
	_, err := c.ws.NetConn().Write(append(sent(opText, half), sent(finalBit|opMore, half)...))
	require.NoError(t, err)
	require.Equal(t, FrameTooLarge, c.closed())
}

func TestHowASocketEnds(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	const protocol = websocket.CloseProtocolError
	for name, x := range map[string]struct {
		frames []byte
		code   int
	}{
		"not masked":                 {[]byte{finalBit | opText, 2, '{', '}'}, protocol},
		"an extension":               {sent(finalBit|0x40|opText, `{}`), protocol},
		"an opcode that is none":     {sent(finalBit|3, `{}`), protocol},
		"a control one that is none": {sent(finalBit|11, ``), protocol},
		"goes on with nothing":       {sent(finalBit|opMore, `{}`), protocol},
		"begins inside":              {append(sent(opText, `{`), sent(finalBit|opText, `{}`)...), protocol},
		"a ping in parts":            {sent(opPing, ``), protocol},
		"a long ping":                {sent(finalBit|opPing, fmt.Sprintf("%126d", 1)), protocol},
		"a negative length":          {[]byte{finalBit | opText, 0x80 | 127, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0}, protocol},
		"half a code":                {sent(finalBit|opClose, "\x03"), protocol},
		"a code for no wire":         {closing(1005, ""), protocol},
		"a code nobody knows":        {closing(2000, ""), protocol},
		"a reason that is no text":   {closing(1000, "\xff"), protocol},
		"goodbye":                    {closing(1000, "bye"), websocket.CloseNormalClosure},
		"leaving":                    {closing(1001, ""), websocket.CloseGoingAway},
		"an own code":                {closing(3000, ""), 3000},
		"without a code":             {sent(finalBit|opClose, ""), websocket.CloseNoStatusReceived},
		"binary in parts":            {append(sent(opBinary, "x"), sent(finalBit|opMore, "y")...), int(BadFrame)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := w.dial("consumer")
			c.TB = t
			_, err := c.ws.NetConn().Write(x.frames)
			require.NoError(t, err)
			require.Equal(t, x.code, int(c.closed()))
		})
	}
}

// Whatever the network cuts and joins, the frames that come out are those that went in.
func TestWireProperty(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		sizes := rapid.SliceOfN(rapid.OneOf(rapid.IntRange(0, 130), rapid.IntRange(470, 530), rapid.IntRange(65_000, 66_000)), 1, 6).Draw(t, "sizes")
		skipped := rapid.SliceOfN(rapid.Bool(), len(sizes), len(sizes)).Draw(t, "skipped")
		cut := rapid.IntRange(1, 2000).Draw(t, "cut")
		var all []byte
		payload := func(i int) string { return string(bytes.Repeat([]byte{byte('a' + i)}, sizes[i])) }
		for i := range sizes {
			all = append(all, sent(finalBit|opText, payload(i))...)
		}
		here, there := net.Pipe()
		done := make(chan error, 1)
		go func() {
			for len(all) > 0 {
				n, err := there.Write(all[:min(cut, len(all))])
				if all = all[n:]; err != nil {
					done <- err
					return
				}
			}
			done <- there.Close()
		}()
		w := &wire{Conn: here}
		for i := range sizes {
			h, err := w.next()
			require.NoError(t, err)
			require.Equal(t, int64(sizes[i]), h.size)
			if skipped[i] {
				require.NoError(t, w.skip(h.size))
				continue
			}
			p := make([]byte, h.size)
			require.NoError(t, w.take(p, h.mask))
			require.Equal(t, payload(i), string(p))
		}
		_, err := w.next()
		require.Error(t, err)
		require.NoError(t, <-done)
		require.NoError(t, here.Close())
	})
}
