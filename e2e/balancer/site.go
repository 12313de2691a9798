// Package balancer keeps haproxy.cfg, which the operators' page gives away, and tests it as it lies there: three real replicas behind
// HAProxy of Debian, with people at work while the replicas are replaced one by one. Browsers' tests have a Site of their own.
package balancer

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hejie/e2e/client"
	"hejie/e2e/platform"
	"hejie/e2e/seed"
)

// names of the replicas in haproxy.cfg.
var names = [...]string{"one", "two", "three"}

// Site is a platform behind a balancer. What goes wrong in it fails the test, with which it ends.
type Site struct {
	P     *platform.Platform
	URL   string
	Rooms []seed.Room

	t       *testing.T
	haproxy *platform.Process
	plain   string // URL without TLS
	tls     *tls.Config
}

// NewSite of a program, "" to build it, with so many rooms.
func NewSite(t *testing.T, binary string, rooms int) *Site {
	t.Helper()
	s := &Site{t: t}
	var err error
	dir := t.TempDir()
	limits := filepath.Join(dir, "limits.json")
	b, err := json.Marshal(seed.Unlimited().Limits)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(limits, b, 0o600))
	s.P, err = platform.New(platform.Options{Replicas: len(names), Binary: binary, Flags: []string{"--behind-proxy", "--trusted-proxy", "127.0.0.1/32", "--drain", "5s", "--limits", limits, "--log-level", "debug"}})
	t.Cleanup(func() { require.NoError(t, s.P.Close()) })
	require.NoError(t, err)
	in, err := s.P.Seed(seed.Unlimited())
	require.NoError(t, err)
	enterprise, err := in.Enterprise(t.Context())
	require.NoError(t, err)
	s.Rooms, err = in.Rooms(t.Context(), enterprise, rooms)
	require.NoError(t, err)
	require.NoError(t, in.Close())
	var urls []string
	for i, r := range s.P.Replicas {
		require.NoError(t, s.P.Start(i))
		require.NoError(t, s.P.Ready(t.Context(), i))
		urls = append(urls, r.URL)
	}
	s.balance(urls)
	return s
}

// program of the balancer.
func program(t *testing.T) string {
	t.Helper()
	path, err := exec.LookPath("haproxy")
	if err != nil { // Debian keeps it where only root looks
		path = "/usr/sbin/haproxy"
	}
	require.FileExists(t, path, "HAProxy is not installed: apt-get install haproxy, or make packages")
	return path
}

// balance starts HAProxy with the very file, and addresses by its environment.
func (s *Site) balance(replicas []string) {
	t := s.t
	t.Helper()
	dir := t.TempDir()
	plain, err := platform.FreeAddr()
	require.NoError(t, err)
	secure, err := platform.FreeAddr()
	require.NoError(t, err)
	s.URL, s.plain = "https://"+secure, "http://"+plain
	cert := filepath.Join(dir, "hejie.pem")
	s.tls = s.certificate(cert)
	env := []string{"HEJIE_PLAIN=" + plain, "HEJIE_TLS=" + secure, "HEJIE_CERT=" + cert}
	for i, name := range names {
		env = append(env, "HEJIE_"+strings.ToUpper(name)+"="+strings.TrimPrefix(replicas[i], "http://"))
	}
	s.haproxy, err = platform.Run(dir, env, program(t), "-db", "-f", filepath.Join(platform.Root(), "e2e/balancer/haproxy.cfg"))
	require.NoError(t, err)
	t.Cleanup(func() {
		require.NoError(t, s.haproxy.Kill())
		if t.Failed() {
			t.Log(s.haproxy.Out)
		}
	})
	require.Eventually(t, func() bool {
		c, err := net.Dial("tcp", secure)
		if err != nil {
			return false
		}
		return c.Close() == nil
	}, platform.Patience, 5*time.Millisecond, "HAProxy does not listen")
}

// certificate of the site in a file, and who believes it.
func (s *Site) certificate(path string) *tls.Config {
	t := s.t
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	about := &x509.Certificate{SerialNumber: big.NewInt(1), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, about, about, key.Public(), key)
	require.NoError(t, err)
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	require.NoError(t, err)
	both := slices.Concat(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret}))
	require.NoError(t, os.WriteFile(path, both, 0o600))
	roots := x509.NewCertPool()
	require.True(t, roots.AppendCertsFromPEM(both))
	return &tls.Config{RootCAs: roots}
}

// From is the way of somebody with an address of their own.
func (s *Site) From(n int) client.Way {
	return client.Way{TLS: s.tls, From: net.IPv4(127, 0, 1, byte(n))}
}

// Landed is how many requests of a route a replica has answered since it was started, by its log.
func (s *Site) Landed(replica int, route string) (n int) {
	for _, line := range s.P.Replicas[replica].Out.All() {
		if strings.Contains(line, `"route":"`+route+`"`) {
			n++
		}
	}
	return n
}

// Replace a replica as an upgrade does: it ends in order while the others serve, starts again, and the balancer takes it back.
func (s *Site) Replace(replica int) error {
	if err := s.P.Stop(replica); err != nil {
		return err
	}
	if said := s.P.Replicas[replica].Complaint(); len(said) > 0 {
		return fmt.Errorf("replica %s: %v", names[replica], said)
	}
	if err := s.P.Start(replica); err != nil {
		return err
	}
	_, err := s.haproxy.Says("Server hejie/" + names[replica] + " is UP")
	return err
}
