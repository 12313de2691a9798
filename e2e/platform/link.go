package platform

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"runtime"
	"sync/atomic"
	"syscall"

	"golang.org/x/sys/unix"
)

// Link is a network of its own with one other end on it: a pair of virtual Ethernet devices, one of them in a network namespace, where a
// listener waits for the processes on this side. Unlike a cable it loses what is on it without a word to anybody, as real networks
// do, and on one way only when asked. It takes the rights of root, and is gone with the process that made it.
type Link struct {
	Listener net.Listener // on the other end; of whoever takes it

	device     string // on this side; the other is called the same
	near, far  string // addresses
	namespace  *os.File
	inside     chan func() // on a thread in the namespace
	threadLeft chan struct{}
}

// links counts them: each has addresses and a name of its own.
var links atomic.Int32

// nowhere is an Ethernet address that nobody has.
const nowhere = "02:00:00:00:00:01"

// NewLink makes one. An error: this machine has none to give, or the process not the right.
func NewLink() (l *Link, err error) {
	n, pid := int(links.Add(1)), os.Getpid()
	subnet := fmt.Sprintf("10.%d.%d.%d", 64+pid>>6&63, pid&63<<2|n>>6&3, n&63<<2)
	net4 := net.ParseIP(subnet).To4()
	at := func(host byte) string { return net.IPv4(net4[0], net4[1], net4[2], net4[3]+host).String() }
	l = &Link{device: fmt.Sprintf("hj%dx%d", pid, n), near: at(1), far: at(2), inside: make(chan func()), threadLeft: make(chan struct{})}
	entered := make(chan error)
	go l.thread(entered)
	if err := <-entered; err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, l.Close())
		}
	}()
	here := fmt.Sprintf("/proc/%d/ns/net", pid)
	err = l.behind("link", "add", l.device, "type", "veth", "peer", "name", l.device, "netns", here)
	for _, c := range [][]string{{"addr", "add", l.far + "/30", "dev", l.device}, {"link", "set", l.device, "up"}} {
		if err == nil {
			err = l.behind(c...)
		}
	}
	for _, c := range [][]string{{"addr", "add", l.near + "/30", "dev", l.device}, {"link", "set", l.device, "up"}} {
		if err == nil {
			err = ip(c...)
		}
	}
	if err == nil {
		l.do(func() { l.Listener, err = net.Listen("tcp", l.far+":0") })
	}
	return l, err
}

// thread of the namespace until the link is closed. It is not the first of the process, which stands for all of it; and it does not end, but
// goes back to the process' own network: whatever a thread has started may be told to end with it.
func (l *Link) thread(entered chan<- error) {
	runtime.LockOSThread()
	if syscall.Gettid() == os.Getpid() {
		other := make(chan error)
		go l.thread(other)
		entered <- <-other
		runtime.UnlockOSThread()
		return
	}
	defer close(l.threadLeft)
	own, err := os.Open(threadNet())
	if err == nil {
		if err = syscall.Unshare(syscall.CLONE_NEWNET); err != nil {
			err = errors.Join(err, own.Close())
		}
	}
	if err != nil {
		runtime.UnlockOSThread()
		entered <- err
		return
	}
	l.namespace, err = os.Open(threadNet())
	entered <- err
	if err != nil {
		return
	}
	for f := range l.inside {
		f()
	}
	if err := errors.Join(unix.Setns(int(own.Fd()), unix.CLONE_NEWNET), own.Close()); err == nil {
		runtime.UnlockOSThread() // else the thread ends here
	}
}

// threadNet is the network of the calling thread.
func threadNet() string { return fmt.Sprintf("/proc/self/task/%d/ns/net", syscall.Gettid()) }

// do something in the namespace.
func (l *Link) do(f func()) {
	done := make(chan struct{})
	l.inside <- func() { f(); close(done) }
	<-done
}

func (l *Link) behind(args ...string) (err error) {
	l.do(func() { err = ip(args...) })
	return err
}

// ip runs iproute2 in the namespace of the calling thread.
func ip(args ...string) error {
	if out, err := exec.Command("ip", args...).CombinedOutput(); err != nil {
		return fmt.Errorf("ip %v: %w: %s", args, err, bytes.TrimSpace(out))
	}
	return nil
}

// Unplug loses everything on both ways.
func (l *Link) Unplug() error { return l.behind("link", "set", l.device, "down") }

// Deafen loses what comes from the other end; what goes there arrives.
func (l *Link) Deafen() error {
	return l.behind("neigh", "replace", l.near, "lladdr", nowhere, "dev", l.device, "nud", "permanent")
}

// Mute loses what goes to the other end; what comes from there arrives.
func (l *Link) Mute() error {
	return ip("neigh", "replace", l.far, "lladdr", nowhere, "dev", l.device, "nud", "permanent")
}

// Plug heals.
func (l *Link) Plug() error {
	return errors.Join(l.behind("link", "set", l.device, "up"), l.behind("neigh", "flush", "dev", l.device, "nud", "all"),
		ip("neigh", "flush", "dev", l.device, "nud", "all"))
}

// Close the link; the listener is closed by whoever took it.
func (l *Link) Close() error {
	err := l.behind("link", "del", l.device)
	close(l.inside)
	<-l.threadLeft
	return errors.Join(err, l.namespace.Close())
}
