package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strings"
	"sync/atomic"
	"time"
)

// checkListen: without TLS only this machine may connect, because session cookies would travel in the open.
func (c Config) checkListen() error {
	host, _, err := net.SplitHostPort(c.Listen)
	if err != nil {
		return fmt.Errorf("--listen %s: %w", c.Listen, err)
	}
	if c.secure() || local(host) {
		return nil
	}
	return fmt.Errorf("--listen %s would serve people over plain http: give --tls-cert and --tls-key, or --behind-proxy when a proxy does TLS, or listen on localhost", c.Listen)
}

// checkPublicURL: links in messages are this address with a path behind it, and the pages know no path of their own.
func (c Config) checkPublicURL() error {
	if c.PublicURL == "" {
		return nil
	}
	u, err := url.Parse(c.PublicURL)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || strings.Trim(u.RequestURI(), "/") != "" {
		return fmt.Errorf("--public-url %s is no address like https://hejie.example", c.PublicURL)
	}
	return nil
}

func local(host string) bool {
	if host == "localhost" {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.IsLoopback()
}

// hosts are the names by which only this machine is asked; none when others may connect, or a proxy whose name is not known.
func (c Config) hosts() []string {
	host, _, err := net.SplitHostPort(c.Listen)
	if err != nil || !local(host) || c.Proxied && c.PublicURL == "" {
		return nil
	}
	hosts := []string{"localhost", "127.0.0.1", "::1", host}
	if u, err := url.Parse(c.PublicURL); err == nil && u.Hostname() != "" {
		hosts = append(hosts, strings.ToLower(u.Hostname()))
	}
	return hosts
}

// port is what the process listens on. It outlives a server that shuts down: who connects meanwhile waits for the next one.
type port struct{ *net.TCPListener }

func listen(ctx context.Context, address string) (port, error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address)
	if err != nil {
		return port{}, err
	}
	t, ok := l.(*net.TCPListener)
	if !ok {
		return port{}, errors.Join(fmt.Errorf("%s is no TCP address", address), l.Close())
	}
	return port{t}, nil
}

// lease is the port in the hands of one server; closing it leaves the port open.
type lease struct {
	port
	ended atomic.Bool
}

// lend the port to a server. One at a time has it.
func (p port) lend() (*lease, error) {
	return &lease{port: p}, p.SetDeadline(time.Time{})
}

// Accept gives net.ErrClosed after Close.
func (l *lease) Accept() (net.Conn, error) {
	c, err := l.port.Accept()
	if err != nil && l.ended.Load() {
		return nil, net.ErrClosed
	}
	return c, err
}

// Close lets Accept return.
func (l *lease) Close() error {
	if l.ended.Swap(true) {
		return nil
	}
	return l.SetDeadline(time.Unix(1, 0))
}

// origin is how this machine's browsers reach the port.
func (p port) origin(c Config) string {
	scheme := "http"
	if c.TLSCert != "" {
		scheme = "https"
	}
	host, _, err := net.SplitHostPort(c.Listen)
	if err != nil || host == "" || host == "::" || host == "0.0.0.0" {
		host = "localhost"
	}
	_, number, err := net.SplitHostPort(p.Addr().String())
	if err != nil { // a listener's own address always parts
		return scheme + "://" + p.Addr().String()
	}
	return scheme + "://" + net.JoinHostPort(host, number)
}
