// Package platform starts the whole product of real processes on this machine, for tests and benchmarks: PostgreSQL, nats-server and
// replicas of `hejie serve`, or one `hejie serve` over its own file.
//
// # Pattern
//
//	p, err := platform.New(platform.Options{Replicas: 3})   // PostgreSQL and NATS run, no replica does
//	in, err := p.Seed(seed.Unlimited())                     // people and cases
//	err = p.Start(0)                                        // until it answers
//	p.Replicas[0].Database.Cut()                            // replica 0 and its database part
//	p.Replicas[0].Bus.Stall()                               // its NATS says nothing more
//	err = p.Kill(0)                                         // kill -9
//	out, err := p.Command("verify")                         // of the installation
//	err = p.Close()                                         // always; everything is ended and removed
//
// Everything gives errors and nothing wants a test.
//
// # Concurrency
//
// Different replicas may be started and killed by different goroutines at once; everything else of a Platform is one goroutine's. Cables
// and processes' output may be used by many.
package platform

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"hejie/e2e/seed"
	"hejie/server/store/pgtest"
)

// Options of a platform.
type Options struct {
	// Replicas over PostgreSQL and NATS; 0: one server over its own file.
	Replicas int
	// Binary is the program and NATS the bus's server; "": it is built (Build, BuildNATS).
	Binary, NATS string
	// Dir is a folder for everything, which stays; "": one of the platform's own, which does not. PostgreSQL is in memory where there is
	// enough, unless OnDisk.
	Dir    string
	OnDisk bool
	// Direct leaves the cables out, for benchmarks: carrying bytes costs time.
	Direct bool
	// Flags and Env ("KEY=value") of `hejie serve`.
	Flags, Env []string
	// Under is the command that a replica's program is given to, such as `ip netns exec NAME` or `prlimit …`; nil: none.
	Under func(replica int) []string
	// Listen gives where the cables of a replica, to its database and to its bus, take connections; nil: on this machine. See Link.
	Listen func(replica int) (database, bus net.Listener, err error)
}

// Platform of real processes.
type Platform struct {
	Replicas []*Replica
	Postgres *pgtest.Server // nil: a file
	NATS     *NATS          // nil: a file
	Data     string         // folder of the installation: the secret, the evidence, perhaps the database
	Binary   string

	o        Options
	dir      string
	database string // URL without a cable; "": the file
}

// Replica of `hejie serve`.
type Replica struct {
	*Process // the last one, perhaps ended; nil before the first

	URL      string // "http://127.0.0.1:port", the same after each start
	Database *Cable // to PostgreSQL; nil: a file, or Direct
	Bus      *Cable // to NATS; nil: a file, or Direct
	args     []string
}

// New makes an installation, empty, and starts what its replicas need, but no replica. Close it also after an error, when it is not nil.
func New(o Options) (p *Platform, err error) {
	p = &Platform{o: o, dir: o.Dir, Binary: o.Binary}
	if p.dir == "" {
		if p.dir, err = os.MkdirTemp("", "hejie-platform-"); err != nil {
			return nil, err
		}
	}
	p.Data = filepath.Join(p.dir, "data")
	if err := os.MkdirAll(p.Data, 0o700); err != nil {
		return p, err
	}
	if p.Binary == "" {
		if p.Binary, err = Build(p.dir); err != nil {
			return p, err
		}
	}
	if o.Replicas > 0 {
		if err := p.servers(); err != nil {
			return p, err
		}
	}
	for range max(o.Replicas, 1) {
		r, err := p.replica()
		if err != nil {
			return p, err
		}
		p.Replicas = append(p.Replicas, r)
	}
	return p, nil
}

// servers that replicas share.
func (p *Platform) servers() (err error) {
	p.Postgres = &pgtest.Server{Durable: true}
	if p.o.OnDisk {
		p.Postgres.Base = os.TempDir()
	}
	if p.database, err = p.Postgres.New(); err != nil {
		return err
	}
	if p.NATS, err = newNATS(p.dir, p.o.NATS); err != nil {
		return err
	}
	return p.NATS.Start()
}

func (p *Platform) replica() (*Replica, error) {
	addr, err := FreeAddr()
	if err != nil {
		return nil, err
	}
	r := &Replica{URL: "http://" + addr, args: []string{"serve", "--data", p.Data, "--listen", addr, "--log-format", "json"}}
	switch {
	case p.Postgres != nil && p.o.Direct:
		r.args = append(r.args, "--database", p.database, "--bus", "nats://"+p.NATS.Addr)
	case p.Postgres != nil:
		if r.Database, r.Bus, err = p.cables(); err != nil {
			return nil, err
		}
		u, err := url.Parse(p.database)
		if err != nil {
			return nil, errors.Join(err, r.Database.Close(), r.Bus.Close())
		}
		u.Host, u.RawQuery = r.Database.Addr(), "sslmode=disable"
		r.args = append(r.args, "--database", u.String(), "--bus", "nats://"+r.Bus.Addr())
	}
	r.args = append(r.args, p.o.Flags...)
	return r, nil
}

// cables of the next replica.
func (p *Platform) cables() (database, bus *Cable, err error) {
	listen := p.o.Listen
	if listen == nil {
		listen = func(int) (database, bus net.Listener, err error) {
			if database, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
				return nil, nil, err
			}
			if bus, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
				return nil, nil, errors.Join(err, database.Close())
			}
			return database, bus, nil
		}
	}
	toDatabase, toBus, err := listen(len(p.Replicas))
	if err != nil {
		return nil, nil, err
	}
	return newCable(toDatabase, "unix", p.Postgres.Socket()), newCable(toBus, "tcp", p.NATS.Addr), nil
}

// Database is where the log is, without a cable between: the file, or a URL.
func (p *Platform) Database() string {
	if p.database != "" {
		return p.database
	}
	return filepath.Join(p.Data, "hejie.db")
}

// Seed opens the installation to be filled; over a file no server may have it open.
func (p *Platform) Seed(o seed.Options) (*seed.Seed, error) {
	o.Database = p.database
	return seed.Open(p.Data, o)
}

// Rooms fills the installation with so many cases against one enterprise and closes it again.
func (p *Platform) Rooms(ctx context.Context, n int) (enterprise string, rooms []seed.Room, err error) {
	in, err := p.Seed(seed.Unlimited())
	if err != nil {
		return "", nil, err
	}
	if enterprise, err = in.Enterprise(ctx); err == nil {
		rooms, err = in.Rooms(ctx, enterprise, n)
	}
	return enterprise, rooms, errors.Join(err, in.Close())
}

// Start a replica that does not run, and wait until it listens.
func (p *Platform) Start(i int) error {
	if err := p.Launch(i); err != nil {
		return err
	}
	_, err := p.Replicas[i].Says("listening on ")
	return err
}

// Launch is Start without waiting.
func (p *Platform) Launch(i int) (err error) {
	r := p.Replicas[i]
	var under []string
	if p.o.Under != nil {
		under = p.o.Under(i)
	}
	r.Process, err = Run(p.dir, p.o.Env, append(append(under, p.Binary), r.args...)...)
	return err
}

// Ready waits until a replica lets people in. The error has what it said, its last lines first.
func (p *Platform) Ready(ctx context.Context, i int) error {
	ctx, cancel := context.WithTimeout(ctx, Patience)
	defer cancel()
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	for {
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, p.Replicas[i].URL+"/readyz", nil)
		if err != nil {
			return err
		}
		if a, err := client.Do(r); err == nil && a.Body.Close() == nil && a.StatusCode < 300 {
			return nil
		}
		out := p.Replicas[i].Out
		select {
		case <-p.Replicas[i].Ended:
			return fmt.Errorf("replica %d ended before it was ready, and said last: %s\n%s", i, out.Last(3), out)
		case <-ctx.Done():
			return fmt.Errorf("replica %d does not get ready, and said last: %s\n%s", i, out.Last(3), out)
		case <-time.After(2 * time.Millisecond):
		}
	}
}

// Kill a replica as a power cut does.
func (p *Platform) Kill(i int) error { return p.Replicas[i].Kill() }

// Stop a replica as an operator does; it is an error when it does not end well.
func (p *Platform) Stop(i int) error { return p.Replicas[i].Stop() }

// Command runs a command of the program that ends by itself on the installation, and gives what it printed.
func (p *Platform) Command(args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 3*Patience)
	defer cancel()
	args = append(args, "--data", p.Data)
	if p.database != "" {
		args = append(args, "--database", p.database)
	}
	cmd := exec.CommandContext(ctx, p.Binary, args...)
	cmd.Env = Environ()
	out, err := cmd.CombinedOutput()
	if err != nil {
		err = fmt.Errorf("hejie %v: %w\n%s", args, err, out)
	}
	return string(out), err
}

// Close ends everything that runs and removes what was made.
func (p *Platform) Close() error {
	var err error
	for _, r := range p.Replicas {
		if r.Process != nil {
			err = errors.Join(err, r.Kill())
		}
		if r.Database != nil {
			err = errors.Join(err, r.Database.Close(), r.Bus.Close())
		}
	}
	if p.NATS != nil {
		err = errors.Join(err, p.NATS.Kill())
	}
	if p.Postgres != nil {
		err = errors.Join(err, p.Postgres.Close())
	}
	if p.o.Dir == "" {
		err = errors.Join(err, os.RemoveAll(p.dir))
	}
	return err
}
