package store

import (
	"errors"
	"strings"
	"syscall"
)

// giveUpSilent bounds how long what was sent may stay without an acknowledgement.
func giveUpSilent(network, _ string, c syscall.RawConn) (err error) {
	const userTimeout = 18 // TCP_USER_TIMEOUT of tcp(7)
	if !strings.HasPrefix(network, "tcp") {
		return nil
	}
	e := c.Control(func(fd uintptr) { err = syscall.SetsockoptInt(int(fd), syscall.IPPROTO_TCP, userTimeout, silence) })
	return errors.Join(e, err)
}
