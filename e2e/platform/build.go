package platform

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"time"
)

// Root is the folder of the module.
func Root() string {
	_, here, _, _ := runtime.Caller(0)
	return filepath.Join(filepath.Dir(here), "..", "..")
}

// Build makes the real program with the real front end in a folder and gives its path.
func Build(dir string, flags ...string) (string, error) {
	if err := frontEnd(); err != nil {
		return "", err
	}
	path := filepath.Join(dir, "hejie")
	return path, Tool(Root(), "go", append(append([]string{"build"}, flags...), "-o", path, "./cmd/hejie")...)
}

// frontEnd builds the pages when they are not there. Whoever changes them builds them anew (make does).
func frontEnd() error {
	web := filepath.Join(Root(), "web")
	if _, err := os.Stat(filepath.Join(web, "dist/index.html")); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return errors.Join(Modules(), Tool(web, "npm", "run", "build"))
}

// Modules fetches what the front end is built of, and axe.
func Modules() error {
	web := filepath.Join(Root(), "web")
	if _, err := os.Stat(filepath.Join(web, "node_modules/axe-core/axe.min.js")); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return Tool(web, "npm", "ci", "--no-audit", "--no-fund")
}

// Tool runs a program that ends by itself, in a folder and with Environ; the error has what it said.
func Tool(dir, name string, args ...string) error {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir, cmd.Env = dir, Environ()
	out, err := cmd.CombinedOutput()
	if err != nil {
		return fmt.Errorf("%s %v: %w\n%s", name, args, err, out)
	}
	return nil
}

// FreeAddr is an address on this machine that a process can come back to: its port is below those that the kernel gives to connections.
func FreeAddr() (string, error) {
	for {
		l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", 10_000+rand.IntN(20_000)))
		if err != nil {
			continue // taken
		}
		return l.Addr().String(), l.Close()
	}
}
