package live

import (
	"context"
	"fmt"
	"net"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hejie/negotiation"
	"hejie/server/app"
)

// Rooms of two whose sides alternate, in a closed loop: the next message is sent when the other side has the last one and it was
// acknowledged. Each operation is one message: one command, one acknowledgement, two deliveries. The door commits at once.
func BenchmarkRoomsOfTwo(b *testing.B) {
	for _, rooms := range []int{100, 1000} {
		b.Run(strconv.Itoa(rooms), func(b *testing.B) { roomsOfTwo(b, rooms) })
	}
}

func roomsOfTwo(b *testing.B, rooms int) {
	w := newWorld(b, func(o *Options) {
		o.Limits.CommandsPerSecond, o.Limits.SocketsPerAccount = 1<<20, 1<<20
	})
	sides := make([][2]*client, rooms)
	for n := range rooms {
		w.open(caseNo(n))
		for i, who := range []string{"consumer", "agent"} {
			sides[n][i] = w.dial(who)
			sides[n][i].subscribe(roomNo(n), "")
		}
	}
	text := strings.Repeat("x", 120)
	b.ReportAllocs()
	b.ResetTimer()
	var all sync.WaitGroup
	for n := range rooms {
		all.Go(func() {
			for i := range b.N/rooms + 1 {
				from, to := sides[n][i%2], sides[n][(i+1)%2]
				from.post(i, caseNo(n), text)
				for acked, heard := false, false; !acked || !heard; { // the sender gets both
					_, frame, err := from.ws.ReadMessage()
					require.NoError(b, err)
					acked = acked || strings.HasPrefix(string(frame), `{"ack"`)
					heard = heard || strings.HasPrefix(string(frame), `{"channel"`)
				}
				for {
					_, frame, err := to.ws.ReadMessage()
					require.NoError(b, err)
					if strings.HasPrefix(string(frame), `{"channel"`) {
						break
					}
				}
			}
		})
	}
	all.Wait()
	b.StopTimer()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "messages/s")
}

// What Publish costs on the writer's goroutine.
func BenchmarkPublish(b *testing.B) {
	h := New(Options{Now: time.Now, Limits: app.DefaultLimits()})
	h.Start()
	commits := make([]app.Commit, 1000)
	for i := range commits {
		commits[i].Records = []negotiation.Record{{Case: caseNo(i), Channel: negotiation.Room, Seq: 1, Facts: []byte(`{}`)}}
	}
	b.ReportAllocs()
	for i := range b.N {
		h.Publish(commits[i%1000 : i%1000+1])
	}
	b.StopTimer()
	require.NoError(b, h.Stop(context.Background()))
}

// Resident memory for each idle socket that follows a room of two, with its session and the raw other end of the connection,
// which lies in this process too (about 1 KiB).
func BenchmarkIdleSocket(b *testing.B) {
	const sockets = 4000
	w := newWorld(b, func(o *Options) { o.Limits.SocketsPerAccount = sockets })
	for i := range sockets / 2 {
		w.open(caseNo(i))
		w.commit(caseNo(i), negotiation.Room, "hello", "there")
	}
	before := resident(b)
	conns := make([]net.Conn, sockets)
	for i := range conns {
		conns[i] = rawSubscriber(b, w, []string{"consumer", "agent"}[i%2], roomNo(i/2))
	}
	b.ReportMetric((resident(b)-before)/sockets, "KiB/socket")
	b.ReportMetric(0, "ns/op")
	require.Equal(b, sockets, w.hub.Sockets())
	for _, c := range conns {
		require.NoError(b, c.Close())
	}
}

// rawSubscriber is a client without any buffers.
func rawSubscriber(b *testing.B, w *world, who, channel string) net.Conn {
	host := strings.TrimPrefix(w.url, "ws://")
	c, err := net.Dial("tcp", host)
	require.NoError(b, err)
	_, err = fmt.Fprintf(c, "GET / HTTP/1.1\r\nHost: %s\r\nX-Who: %s\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"+
		"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Protocol: %s\r\n\r\n", host, who, Protocol)
	require.NoError(b, err)
	readUntil(b, c, "\r\n\r\n")
	payload := fmt.Sprintf(`{"subscribe":{"channel":%q}}`, channel)
	_, err = c.Write(append([]byte{0x81, 0x80 | byte(len(payload)), 0, 0, 0, 0}, payload...)) // masked with zeros
	require.NoError(b, err)
	readUntil(b, c, `"recovered":true}`)
	return c
}

func readUntil(b *testing.B, c net.Conn, end string) {
	var got []byte
	var buf [512]byte
	for !strings.Contains(string(got), end) {
		n, err := c.Read(buf[:])
		require.NoError(b, err)
		got = append(got, buf[:n]...)
	}
}

// resident memory of this process after collections, KiB.
func resident(b *testing.B) float64 {
	for range 4 { // stacks shrink by half each time
		runtime.GC()
	}
	debug.FreeOSMemory()
	status, err := os.ReadFile("/proc/self/status")
	require.NoError(b, err)
	_, rest, ok := strings.Cut(string(status), "VmRSS:")
	require.True(b, ok)
	kib, err := strconv.ParseFloat(strings.Fields(rest)[0], 64)
	require.NoError(b, err)
	return kib
}
