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

// Server is started for the first test that asks for a database and ended after the last test of the package; or by Open and Close,
// where there is no test. The zero value is ready.
type Server struct {
	Durable bool   // a commit is on disk before it is answered, as it must be in production, so that Crash loses none
	Base    string // folder that the server's own is made in; "": memory where there is enough

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
	if err := a.server.Close(); err != nil {
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
	name, err := s.make(how)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if _, err := s.admin.ExecContext(context.Background(), `DROP DATABASE `+name+` WITH (FORCE)`); err != nil {
			t.Error(err)
		}
	})
	return s.url(name)
}

// New gives the URL of another empty database, which lasts as long as the server.
func (s *Server) New() (string, error) {
	name, err := s.make(``)
	return s.url(name), err
}

func (s *Server) make(how string) (name string, err error) {
	if err := s.Open(); err != nil {
		return "", err
	}
	name = fmt.Sprintf("test%d", s.count.Add(1))
	_, err = s.admin.Exec(`CREATE DATABASE ` + name + how)
	return name, err
}

func (s *Server) url(database string) string {
	return fmt.Sprintf("postgres://hejie@/%s?host=%s&sslmode=disable", database, s.dir)
}

// Socket is the path at which the server listens, for a proxy in front of it.
func (s *Server) Socket() string { return filepath.Join(s.dir, ".s.PGSQL.5432") }

// Open starts the server unless it was started before.
func (s *Server) Open() error {
	s.start.Do(func() { s.err = s.up() })
	return s.err
}

func (s *Server) up() (err error) {
	sweep()
	base := s.Base
	if base == "" {
		base = memory()
	}
	if s.dir, err = os.MkdirTemp(base, prefix); err != nil { // not t.TempDir: a socket's path has at most 107 bytes, and TMPDIR may be root's
		return err
	}
	initdb, err := s.command("initdb", "-D", s.data(), "-U", "hejie", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync", "--no-instructions")
	if err != nil {
		return err
	}
	if out, err := initdb.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w\n%s", err, out)
	}
	if s.admin, err = sql.Open("pgx", s.url("postgres")); err != nil {
		return err
	}
	if err := s.Start(); err != nil {
		return err
	}
	if _, err := s.admin.Exec(`CREATE DATABASE hejie`); err != nil {
		return err
	}
	return store.Migrate(context.Background(), s.url("hejie"))
}

// command of PostgreSQL's, run by somebody whom it serves.
func (s *Server) command(name string, arg ...string) (*exec.Cmd, error) {
	bin, err := binaries()
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(filepath.Join(bin, name), arg...)
	cmd.Dir = s.dir
	cmd.Env = []string{"PATH=/usr/bin:/bin", "LC_ALL=C.UTF-8", "TZ=UTC", "HOME=" + s.dir} // no PG* from outside
	cmd.SysProcAttr, err = unprivileged(s.dir)
	return cmd, err
}

// Start the server that was crashed.
func (s *Server) Start() (err error) {
	args := []string{"-D", s.data(), "-k", s.dir, "-c", "listen_addresses=", "-c", "max_connections=300", "-c", "wal_level=minimal", "-c", "max_wal_senders=0",
		"-c", "shared_buffers=64MB", "-c", "autovacuum=off", "-c", "deadlock_timeout=100ms"}
	if !s.Durable { // what is lost with the machine is only a test's
		args = append(args, "-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off")
	}
	process, err := s.command("postgres", args...)
	if err != nil {
		return err
	}
	log, err := os.OpenFile(s.log(), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	process.Stdout, process.Stderr = log, log
	if err := errors.Join(process.Start(), log.Close()); err != nil {
		return err
	}
	ended := make(chan error, 1)
	go func() { ended <- process.Wait() }()
	s.process, s.ended = process, ended
	return s.answers()
}

// Crash ends the server at once, without a word to its clients; Start recovers what was committed, all of it when it is Durable.
func (s *Server) Crash() error {
	if s.process == nil {
		return nil
	}
	err := s.process.Process.Signal(syscall.SIGQUIT)
	<-s.ended //nolint:errcheck // badly, as it was asked to
	s.process = nil
	return err
}

// PID of the server's first process, to make it hang.
func (s *Server) PID() int { return s.process.Process.Pid }

func (s *Server) data() string { return filepath.Join(s.dir, "data") }

func (s *Server) log() string { return filepath.Join(s.dir, "log") }

// answers waits until the server does.
func (s *Server) answers() (err error) {
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

// Close ends the server and removes everything.
func (s *Server) Close() error {
	var err error
	if s.admin != nil {
		err = s.admin.Close()
	}
	err = errors.Join(err, s.Crash()) // the data is thrown away
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

// memory is a folder in memory where there is enough of it: faster than a disk, and far steadier.
func memory() string {
	var s syscall.Statfs_t
	if syscall.Statfs("/dev/shm", &s) == nil && int64(s.Bavail)*s.Bsize > 1<<30 {
		return "/dev/shm"
	}
	return os.TempDir()
}

// sweep removes what killed runs left: folders older than ten minutes whose server is gone.
func sweep() {
	dirs, err := filepath.Glob(filepath.Join(memory(), prefix+"*"))
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
