package main

import (
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"testing"
	"time"

	natsd "github.com/nats-io/nats-server/v2/server"
	"github.com/stretchr/testify/require"
)

// Without its bus a replica is ready and says what is away; with it, it is simply ready.
func TestServeWithABusThatComesLate(t *testing.T) {
	t.Parallel()
	at := later(t)
	p := start(t, func(to console) (*Program, error) {
		return newProgram(t.Context(), Config{Listen: "127.0.0.1:0", SMS: "none", Bus: "nats://" + at.String()}, folder{path: t.TempDir()}, nil, to, quiet().logger(to))
	})
	ready := func(want int) func() bool {
		return func() bool {
			answer, err := p.client.Get(p.URL() + "/readyz")
			return err == nil && answer.Body.Close() == nil && answer.StatusCode == want
		}
	}
	require.Eventually(t, ready(http.StatusOK), 20*time.Second, 20*time.Millisecond)
	s, err := natsd.NewServer(&natsd.Options{Host: "127.0.0.1", Port: at.Port, NoSigs: true, NoLog: true})
	require.NoError(t, err)
	s.Start()
	t.Cleanup(func() { s.Shutdown(); s.WaitForShutdown() })
	require.Eventually(t, ready(http.StatusNoContent), 20*time.Second, 20*time.Millisecond)
	require.NoError(t, p.end(), "before the bus goes")
}

// The doctor asks the bus, and says why it does not answer; no password is told.
func TestDoctorAsksTheBus(t *testing.T) {
	t.Parallel()
	here := shell{data: t.TempDir()}
	require.NoError(t, os.Chmod(here.data, 0o700))
	here.must(t, "migrate", "up")
	at := later(t)
	_, out, _ := here.run(t, "doctor", "--bus", "nats://"+at.String())
	require.Contains(t, out, "!! bus\n   -> ")
	require.Contains(t, out, "refused")
	s, err := natsd.NewServer(&natsd.Options{Host: "127.0.0.1", Port: at.Port, Username: "hejie", Password: "right", NoSigs: true, NoLog: true})
	require.NoError(t, err)
	s.Start()
	t.Cleanup(func() { s.Shutdown(); s.WaitForShutdown() })
	require.True(t, s.ReadyForConnections(20*time.Second))
	_, out, _ = here.run(t, "doctor", "--bus", "nats://hejie:tell-nobody@"+at.String())
	require.Contains(t, out, "uthorization")
	require.NotContains(t, out, "tell-nobody")
	_, out, _ = here.run(t, "doctor", "--bus", "nats://hejie:right@"+at.String())
	require.Contains(t, out, "ok bus\n")
}

// later is an address that nobody else takes until it is used: not one of those that systems give out by themselves.
func later(t *testing.T) *net.TCPAddr {
	for {
		l, err := net.ListenTCP("tcp", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 20000 + rand.IntN(10000)})
		if err == nil {
			require.NoError(t, l.Close())
			return l.Addr().(*net.TCPAddr)
		}
	}
}

func TestABusWithoutAnAddressIsRefused(t *testing.T) {
	t.Parallel()
	for _, bus := range []string{"nats://%", "nonsense", "http://hejie:tell-nobody@127.0.0.1", "nats://", "nats://127.0.0.1,tls", "nats://127.0.0.1,"} {
		p := Config{Listen: "127.0.0.1:0", SMS: "none", Bus: bus}
		_, err := newProgram(t.Context(), p, folder{path: t.TempDir()}, nil, console{}, quiet().logger(console{err: &screen{}}))
		require.ErrorContains(t, err, "--bus", bus)
		require.NotContains(t, err.Error(), "tell-nobody")
	}
	require.NoError(t, Config{Bus: "nats://hejie:tell-nobody@127.0.0.1,tls://[::1]:4222"}.checkBus())
}
