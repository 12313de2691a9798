package platform

import (
	"net"
	"path/filepath"
)

// NATS is a nats-server of its own.
type NATS struct {
	*Process // nil while it is down

	Addr         string // "127.0.0.1:port", the same after each start
	dir, program string
}

// newNATS in a folder, of a program, "" to build it; it is not started.
func newNATS(dir, program string) (n *NATS, err error) {
	n = &NATS{dir: dir, program: program}
	if n.Addr, err = FreeAddr(); err == nil && program == "" {
		n.program, err = BuildNATS(dir)
	}
	return n, err
}

// BuildNATS makes nats-server in a folder and gives its path.
func BuildNATS(dir string) (string, error) {
	path := filepath.Join(dir, "nats-server")
	return path, Tool(Root(), "go", "build", "-o", path, "github.com/nats-io/nats-server/v2")
}

// Start the server and wait until it is ready.
func (n *NATS) Start() (err error) {
	host, port, err := net.SplitHostPort(n.Addr)
	if err != nil {
		return err
	}
	if n.Process, err = Run(n.dir, nil, n.program, "-a", host, "-p", port); err != nil {
		return err
	}
	_, err = n.Says("Server is ready")
	return err
}

// Kill the server; what was on its way is lost.
func (n *NATS) Kill() error {
	if n.Process == nil {
		return nil
	}
	err := n.Process.Kill()
	n.Process = nil
	return err
}
