// Package s3test runs a server that speaks S3 on this machine for a test: versitygw over a folder.
package s3test

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
	"github.com/stretchr/testify/require"
)

// Keys of every server.
const (
	Key    = "hejietest"
	Secret = "hejie-test-secret"
	Bucket = "evidence" // each has it
	Region = "us-east-1"
)

// Server is one of a test, which ends it.
type Server struct {
	t      testing.TB
	binary string
	dir    string
	addr   string
	stop   func()
	out    output
}

// output of a process that may still write.
type output struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (o *output) Write(b []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.Write(b)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.String()
}

// Start runs a server with an empty bucket.
func Start(t testing.TB) *Server {
	t.Helper()
	s := &Server{t: t, binary: binary(t), dir: t.TempDir(), addr: free(t)}
	for _, dir := range []string{"data", "meta"} {
		require.NoError(t, os.Mkdir(filepath.Join(s.dir, dir), 0o700))
	}
	t.Cleanup(func() {
		s.Stop()
		if t.Failed() {
			t.Log(s.out.String())
		}
	})
	s.Go()
	s.client(func(c *minio.Client) {
		require.NoError(t, c.MakeBucket(t.Context(), Bucket, minio.MakeBucketOptions{Region: Region}))
	})
	return s
}

// Endpoint of the server, the same after it was stopped and started again.
func (s *Server) Endpoint() string { return "http://" + s.addr }

// Objects are the keys that lie in the bucket, also of uploads that were not completed.
func (s *Server) Objects() (keys []string) {
	s.t.Helper()
	s.client(func(c *minio.Client) {
		for o := range c.ListObjectsIter(s.t.Context(), Bucket, minio.ListObjectsOptions{Recursive: true}) {
			require.NoError(s.t, o.Err)
			keys = append(keys, o.Key)
		}
		for o := range c.ListIncompleteUploads(s.t.Context(), Bucket, "", true) {
			require.NoError(s.t, o.Err)
			keys = append(keys, o.Key)
		}
	})
	return keys
}

// Write an object behind everybody's back; nil removes it.
func (s *Server) Write(key string, b []byte) {
	s.t.Helper()
	s.client(func(c *minio.Client) {
		if b == nil {
			require.NoError(s.t, c.RemoveObject(s.t.Context(), Bucket, key, minio.RemoveObjectOptions{}))
			return
		}
		_, err := c.PutObject(s.t.Context(), Bucket, key, bytes.NewReader(b), int64(len(b)), minio.PutObjectOptions{})
		require.NoError(s.t, err)
	})
}

// client works for f.
func (s *Server) client(f func(*minio.Client)) {
	s.t.Helper()
	transport, err := minio.DefaultTransport(false)
	require.NoError(s.t, err)
	c, err := minio.New(s.addr, &minio.Options{Creds: credentials.NewStaticV4(Key, Secret, ""), Region: Region, Transport: transport})
	require.NoError(s.t, err)
	f(c)
	transport.CloseIdleConnections()
}

// Go runs the server again after Stop, with what it had.
func (s *Server) Go() {
	s.t.Helper()
	// The shell ends the server when its input ends: also when the test's process is killed.
	cmd := exec.Command("sh", "-c", `"$@" & read -r _; kill $!; wait`, "sh", s.binary, "--port", s.addr, "--access", Key, "--secret", Secret, "--region", Region,
		"--quiet", "posix", "--sidecar", filepath.Join(s.dir, "meta"), filepath.Join(s.dir, "data"))
	cmd.Stdout, cmd.Stderr = &s.out, &s.out
	in, err := cmd.StdinPipe()
	require.NoError(s.t, err)
	require.NoError(s.t, cmd.Start())
	s.stop = func() {
		if err := in.Close(); err != nil {
			s.t.Error(err)
		}
		_ = cmd.Wait() // killed, as asked
	}
	again, late := time.NewTicker(5*time.Millisecond), time.After(20*time.Second)
	defer again.Stop()
	for {
		if c, err := net.Dial("tcp", s.addr); err == nil {
			require.NoError(s.t, c.Close())
			return
		}
		select {
		case <-again.C:
		case <-late:
			require.FailNow(s.t, "the S3 server does not start", s.out.String())
		}
	}
}

// Stop ends the server; what it has stays for Go.
func (s *Server) Stop() {
	if s.stop != nil {
		s.stop()
		s.stop = nil
	}
}

// free port of this machine.
func free(t testing.TB) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, l.Close())
	return l.Addr().String()
}

// binary that make built, or that is built now.
func binary(t testing.TB) string {
	t.Helper()
	root, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}").Output()
	require.NoError(t, err)
	dir := strings.TrimSpace(string(root))
	path := filepath.Join(dir, "bin", "versitygw")
	if _, err := os.Stat(path); err == nil {
		return path
	}
	out, err := exec.Command(filepath.Join(dir, ".ci", "s3server")).CombinedOutput()
	require.NoError(t, err, "%s", out)
	return path
}

// Meter stands between a client and the server and counts what the server sends.
type Meter struct {
	Endpoint string
	mu       sync.Mutex
	n        int64
}

// Sent bytes until now.
func (m *Meter) Sent() int64 {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.n
}

func (m *Meter) Write(b []byte) (int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.n += int64(len(b))
	return len(b), nil
}

// Metered gives a way to the server that counts.
func (s *Server) Metered() *Meter {
	s.t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(s.t, err)
	m := &Meter{Endpoint: fmt.Sprintf("http://%s", l.Addr())}
	var all sync.WaitGroup
	s.t.Cleanup(func() {
		if err := l.Close(); err != nil {
			s.t.Error(err)
		}
		all.Wait()
	})
	all.Go(func() {
		for {
			in, err := l.Accept()
			if err != nil { // closed
				return
			}
			out, err := net.Dial("tcp", s.addr)
			if err != nil {
				_ = in.Close()
				continue
			}
			shut := sync.OnceFunc(func() { _, _ = in.Close(), out.Close() })
			all.Go(func() { defer shut(); _, _ = io.Copy(out, in) }) // either side ends both
			all.Go(func() { defer shut(); _, _ = io.Copy(io.MultiWriter(in, m), out) })
		}
	})
	return m
}
