package client

import (
	"crypto/tls"
	"net"
	"net/http"
	"strings"
)

// Way to a server. The zero one is plain, from wherever the system likes.
type Way struct {
	TLS  *tls.Config // for https; nil: the system's
	From net.IP      // address of this machine that connections come from; nil: any
	// Check looks at each frame of the server; its error ends the socket. nil: nobody looks.
	Check func(frame []byte) error
}

func (w Way) dialer() *net.Dialer {
	d := &net.Dialer{Timeout: patience}
	if w.From != nil {
		d.LocalAddr = &net.TCPAddr{IP: w.From}
	}
	return d
}

// NewCaller is NewCaller by this way, over HTTP/2 where the server speaks it.
func (w Way) NewCaller(url, token string) *Caller {
	t := &http.Transport{TLSClientConfig: w.TLS.Clone(), DialContext: w.dialer().DialContext, ForceAttemptHTTP2: true}
	return &Caller{URL: url, Token: token, http: &http.Client{Transport: t, Timeout: patience}}
}

// Stream opens what does not end by itself; the answer's body is to be closed.
func (c *Caller) Stream(r *http.Request) (*http.Response, error) {
	if c.Token != "" {
		r.AddCookie(&http.Cookie{Name: CookieAt(c.URL), Value: c.Token})
	}
	return c.http.Transport.RoundTrip(r)
}

// CookieAt is the session's name there: with the prefix browsers insist on TLS.
func CookieAt(url string) string {
	if strings.HasPrefix(url, "https:") {
		return "__Host-hejie"
	}
	return "hejie"
}
