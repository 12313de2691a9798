// Package pgtest gives tests a private PostgreSQL server in a temporary folder, whether they run as root or not. It is reached by a
// socket in that folder and by nothing else, so that no port can be taken and nobody else can come in.
package pgtest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"

	"hejie/server/store"
)

// Server is started for the first test that asks for a database and ended after the last test of the package. The zero value is ready.
type Server struct {
	start   sync.Once
	err     error
	dir     string
	admin   *sql.DB
	process *exec.Cmd
	ended   chan error // gives the process's end once
	count   atomic.Int64
}

// ErrNotInstalled says that there is no server to start.
var ErrNotInstalled = errors.New("no PostgreSQL server is installed: apt-get install postgresql, or make packages")

// Around gives what runs the tests and then ends the server; for TestMain.
func (s *Server) Around(m interface{ Run() int }) interface{ Run() int } { return around{s, m} }

type around struct {
	server *Server
	tests  interface{ Run() int }
}

func (a around) Run() int {
	code := a.tests.Run()
	if err := a.server.stop(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return max(code, 1)
	}
	return code
}

// Database gives the URL of a database of the test's own, migrated and without a row.
func (s *Server) Database(t testing.TB) string {
	return s.create(t, ` TEMPLATE hejie STRATEGY file_copy`)
}

// Empty gives the URL of a database of the test's own with nothing in it.
func (s *Server) Empty(t testing.TB) string { return s.create(t, ``) }

func (s *Server) create(t testing.TB, how string) string {
	t.Helper()
	s.start.Do(func() { s.err = s.up() })
	if s.err != nil {
		t.Fatal(s.err)
	}
	name := fmt.Sprintf("test%d", s.count.Add(1))
	if _, err := s.admin.Exec(`CREATE DATABASE ` + name + how); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if _, err := s.admin.ExecContext(context.Background(), `DROP DATABASE `+name+` WITH (FORCE)`); err != nil {
			t.Error(err)
		}
	})
	return s.url(name)
}

func (s *Server) url(database string) string {
	return fmt.Sprintf("postgres://hejie@/%s?host=%s&sslmode=disable", database, s.dir)
}

// Socket is the path at which the server listens, for a proxy in front of it.
func (s *Server) Socket() string { return filepath.Join(s.dir, ".s.PGSQL.5432") }

func (s *Server) up() (err error) {
	bin, err := binaries()
	if err != nil {
		return err
	}
	sweep()
	if s.dir, err = os.MkdirTemp(base(), prefix); err != nil { // not t.TempDir: a socket's path has at most 107 bytes, and TMPDIR may be root's
		return err
	}
	attr, err := unprivileged(s.dir)
	if err != nil {
		return err
	}
	command := func(name string, arg ...string) *exec.Cmd {
		cmd := exec.Command(filepath.Join(bin, name), arg...)
		cmd.Dir, cmd.SysProcAttr = s.dir, attr
		cmd.Env = []string{"PATH=/usr/bin:/bin", "LC_ALL=C.UTF-8", "TZ=UTC", "HOME=" + s.dir} // no PG* from outside
		return cmd
	}
	data := filepath.Join(s.dir, "data")
	out, err := command("initdb", "-D", data, "-U", "hejie", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync", "--no-instructions").CombinedOutput()
	if err != nil {
		return fmt.Errorf("initdb: %w\n%s", err, out)
	}
	s.process = command("postgres", "-D", data, "-k", s.dir, "-c", "listen_addresses=", "-c", "max_connections=300",
		// What is lost with the machine is only a test's.
		"-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off", "-c", "wal_level=minimal", "-c", "max_wal_senders=0",
		"-c", "shared_buffers=64MB", "-c", "autovacuum=off", "-c", "deadlock_timeout=100ms")
	log, err := os.Create(s.log())
	if err != nil {
		return err
	}
	s.process.Stdout, s.process.Stderr = log, log
	err = s.process.Start()
	if err := errors.Join(err, log.Close()); err != nil {
		s.process = nil
		return err
	}
	s.ended = make(chan error, 1)
	go func() { s.ended <- s.process.Wait() }()
	if err := s.answers(); err != nil {
		return err
	}
	if _, err := s.admin.Exec(`CREATE DATABASE hejie`); err != nil {
		return err
	}
	return store.Migrate(context.Background(), s.url("hejie"))
}

func (s *Server) log() string { return filepath.Join(s.dir, "log") }

// answers waits until the server does.
func (s *Server) answers() (err error) {
	if s.admin, err = sql.Open("pgx", s.url("postgres")); err != nil {
		return err
	}
	for begun := time.Now(); ; {
		if err = s.admin.Ping(); err == nil || time.Since(begun) > 20*time.Second {
			return err
		}
		select {
		case end := <-s.ended:
			s.ended <- end
			said, err := os.ReadFile(s.log())
			return errors.Join(fmt.Errorf("postgres ended: %w\n%s", end, said), err)
		case <-time.After(5 * time.Millisecond):
		}
	}
}

func (s *Server) stop() error {
	var err error
	if s.admin != nil {
		err = s.admin.Close()
	}
	if s.process != nil {
		err = errors.Join(err, s.process.Process.Signal(syscall.SIGQUIT)) // at once: the data is thrown away
		<-s.ended
	}
	if s.dir != "" {
		err = errors.Join(err, os.RemoveAll(s.dir))
	}
	return err
}

// unprivileged says as whom the server runs, which refuses root; the folder becomes theirs. The server ends with the tests, also when
// these are killed.
func unprivileged(dir string) (*syscall.SysProcAttr, error) {
	attr := &syscall.SysProcAttr{Pdeathsig: syscall.SIGQUIT}
	if os.Geteuid() != 0 {
		return attr, nil
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		if u, err = user.Lookup("nobody"); err != nil {
			return nil, err
		}
	}
	uid, err := strconv.ParseUint(u.Uid, 10, 32)
	if err != nil {
		return nil, err
	}
	gid, err := strconv.ParseUint(u.Gid, 10, 32)
	if err != nil {
		return nil, err
	}
	attr.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	return attr, os.Chown(dir, int(uid), int(gid))
}

// binaries is the folder of the newest server that is installed; Debian keeps it out of PATH.
func binaries() (string, error) {
	if p, err := exec.LookPath("initdb"); err == nil {
		return filepath.Dir(p), nil
	}
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if err != nil || len(found) == 0 {
		return "", errors.Join(ErrNotInstalled, err)
	}
	return filepath.Dir(slices.MaxFunc(found, func(a, b string) int { return version(a) - version(b) })), nil
}

func version(path string) int {
	n, err := strconv.Atoi(filepath.Base(filepath.Dir(filepath.Dir(path))))
	if err != nil {
		return 0
	}
	return n
}

const prefix = "hejie-pg-"

// base is memory where there is enough of it: faster than a disk, and far steadier.
func base() string {
	var s syscall.Statfs_t
	if syscall.Statfs("/dev/shm", &s) == nil && int64(s.Bavail)*s.Bsize > 1<<30 {
		return "/dev/shm"
	}
	return os.TempDir()
}

// sweep removes what killed runs left: folders older than ten minutes whose server is gone.
func sweep() {
	dirs, err := filepath.Glob(filepath.Join(base(), prefix+"*"))
	if err != nil { // only for a bad pattern
		panic(err)
	}
	for _, dir := range dirs {
		if info, err := os.Stat(dir); err != nil || time.Since(info.ModTime()) < 10*time.Minute {
			continue
		}
		pidFile, err := os.ReadFile(filepath.Join(dir, "data", "postmaster.pid"))
		first, _, _ := strings.Cut(string(pidFile), "\n")
		if pid, e := strconv.Atoi(first); err != nil || e != nil || errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) {
			os.RemoveAll(dir) //nolint:errcheck // another user's, perhaps
		}
	}
}
