package bus

import (
	"bufio"
	"context"
	"fmt"
	"log/slog"
	"net"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	natsd "github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/stretchr/testify/require"

	"hejie/negotiation"
)

// pair is two replicas with a consumer on one and an agent on the other, both in the room of a case.
type pair struct {
	*platform
	caseID     string
	mine, desk *client
}

func newPair(t *testing.T, connect Connect) *pair {
	p := &pair{platform: newPlatform(t, 2, func(int) Connect { return connect })}
	p.caseID = p.open(1)
	p.mine, p.desk = p.replicas[0].dial(p.replicas[0].enter(consumer).Token), p.replicas[1].dial(p.replicas[1].enter(agent).Token)
	p.mine.follow(p.caseID + "/room")
	p.desk.follow(p.caseID + "/room")
	p.desk.say(`{"subscribe":{"feed":"inbox"}}`)
	return p
}

func (p *pair) up(want bool) {
	p.Helper()
	p.until(fmt.Sprint("up ", want), func() bool {
		return !slices.ContainsFunc(p.replicas, func(r *replica) bool { return r.relay.Up() != want })
	})
}

// late waits until people on both replicas were told last that word of the others comes late, or not any more.
func (p *pair) late(want bool) {
	p.Helper()
	for _, c := range []*client{p.mine, p.desk} {
		p.until(fmt.Sprint("late ", want), func() bool { return c.late() == want })
	}
}

// talk says something on both replicas and waits until all is heard on both, once and in order.
func (p *pair) talk(text string) {
	p.Helper()
	p.replicas[0].post(consumer, p.caseID, negotiation.Room, text)
	p.replicas[1].post(agent, p.caseID, negotiation.Room, text)
	end := p.ends(p.caseID).Room
	for _, c := range []*client{p.mine, p.desk} {
		p.until(text, func() bool { return len(c.heard(p.caseID+"/room")) >= int(end) })
		require.Equal(p, upTo(end), c.heard(p.caseID+"/room"))
	}
	p.until("row: "+text, func() bool { return p.desk.version(p.caseID) == end })
}

func TestNATSInProcess(t *testing.T) {
	t.Parallel()
	s, err := natsd.NewServer(&natsd.Options{DontListen: true, NoSigs: true, NoLog: true})
	require.NoError(t, err)
	s.Start()
	t.Cleanup(func() { s.Shutdown(); s.WaitForShutdown() })
	require.True(t, s.ReadyForConnections(patience))
	p := newPair(t, func(receive func([]byte), changed func()) (Wire, error) {
		return dial("", "test", slog.New(slog.DiscardHandler), receive, changed, nats.InProcessServer(s))
	})
	p.up(true)
	p.talk("在吗")
	p.until("both see both", func() bool { return len(p.mine.present()) == 2 && len(p.desk.present()) == 2 })

	// Another platform on the same server hears nothing of it.
	strange := make(chan []byte, 1)
	w, err := dial("", "other", slog.New(slog.DiscardHandler), func(b []byte) { strange <- b }, func() {}, nats.InProcessServer(s))
	require.NoError(t, err)
	t.Cleanup(w.Close)
	require.NoError(t, w.Try())
	p.talk("在")
	require.NoError(t, w.Try())
	require.Empty(t, strange)
}

// A server of its own, that comes late, is killed, comes back, hangs and wakes up. At no time is anything lost to those who look.
func TestNATSComesAndGoes(t *testing.T) {
	t.Parallel()
	bin := filepath.Join(t.TempDir(), "nats-server")
	out, err := exec.CommandContext(t.Context(), "go", "build", "-o", bin, "github.com/nats-io/nats-server/v2").CombinedOutput()
	require.NoError(t, err, string(out))
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	port := l.Addr().(*net.TCPAddr).Port
	require.NoError(t, l.Close())

	p := newPair(t, NATS(fmt.Sprintf("nats://127.0.0.1:%d", port), "test", slog.New(slog.DiscardHandler)))
	p.up(false)
	p.late(true)
	p.talk("没有总线")
	server := runNATS(t, bin, port)
	p.up(true)
	p.late(false)
	p.talk("总线来了")
	p.until("both see both", func() bool { return len(p.mine.present()) == 2 && len(p.desk.present()) == 2 })

	server.kill()
	p.up(false)
	p.late(true)
	p.talk("总线断了")
	p.until("who is elsewhere is not known", func() bool { return len(p.mine.present()) == 1 && len(p.desk.present()) == 1 })
	server = runNATS(t, bin, port)
	p.up(true)
	p.talk("又来了")
	p.until("both see both", func() bool { return len(p.mine.present()) == 2 && len(p.desk.present()) == 2 })

	require.NoError(t, server.cmd.Process.Signal(syscall.SIGSTOP))
	p.talk("它不回答") // nobody knows yet
	p.up(false)
	p.talk("还是不回答")
	require.NoError(t, server.cmd.Process.Signal(syscall.SIGCONT))
	p.up(true)
	p.talk("醒了")
}

// A network that loses what is sent without a word fills up. Who beats and looks for what was missed must not wait for it.
func TestNATSThatTakesNothingMore(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, l.Close()) })
	server := make(chan net.Conn)
	go func() {
		c, err := l.Accept()
		if err == nil {
			_, err = fmt.Fprint(c, "INFO {\"proto\":1,\"max_payload\":1048576}\r\n")
		}
		lines := bufio.NewScanner(c)
		for left := 2; err == nil && left > 0 && lines.Scan(); { // that of the handshake, and one more
			if lines.Text() == "PING" {
				_, err = fmt.Fprint(c, "PONG\r\n")
				left--
			}
		}
		server <- c
	}()
	w, err := dial("nats://"+l.Addr().String(), "test", slog.New(slog.DiscardHandler), func([]byte) {}, func() {})
	require.NoError(t, err)
	defer w.Close()
	require.NoError(t, w.Try())
	c := <-server
	defer c.Close() //nolint:errcheck // it is torn
	begun := time.Now()
	for n := 0; w.Send(make([]byte, 512<<10)) == nil; n++ {
		require.Less(t, time.Since(begun), patience, "%d messages taken", n)
	}
	require.Error(t, w.Try())
	require.Less(t, time.Since(begun), patience)
}

type natsProcess struct {
	testing.TB
	cmd  *exec.Cmd
	done chan struct{}
}

func runNATS(t testing.TB, bin string, port int) *natsProcess {
	t.Helper()
	cmd := exec.CommandContext(context.Background(), bin, "-a", "127.0.0.1", "-p", fmt.Sprint(port))
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	log, err := cmd.StderrPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	s := &natsProcess{t, cmd, make(chan struct{})}
	ready := make(chan struct{})
	go func() {
		defer close(s.done)
		for lines := bufio.NewScanner(log); lines.Scan(); {
			if strings.Contains(lines.Text(), "Server is ready") {
				close(ready)
			}
		}
	}()
	t.Cleanup(s.kill)
	select {
	case <-ready:
	case <-s.done:
		require.Fail(t, "nats-server ended")
	}
	return s
}

// kill is kill -9.
func (s *natsProcess) kill() {
	if s.cmd.ProcessState != nil {
		return
	}
	require.NoError(s, s.cmd.Process.Kill())
	<-s.done
	_ = s.cmd.Wait() // killed, as it says
}

func TestAnAddressThatIsNone(t *testing.T) {
	t.Parallel()
	r := New(Options{Connect: NATS("nats://%", "test", slog.New(slog.DiscardHandler))})
	require.Error(t, r.Start(nil))
	r.Stop()
}
