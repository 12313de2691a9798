package http_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/tls"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	web "hejie/server/http"
)

// serve answers on a real socket and gives its address.
func (w *world) serve() string {
	w.t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(w.t, err)
	done := make(chan error, 1)
	go func() { done <- w.server.Serve(l) }()
	w.t.Cleanup(func() {
		require.NoError(w.t, w.server.Shutdown(context.Background()))
		require.NoError(w.t, <-done)
	})
	return l.Addr().String()
}

func answerFrom(t *testing.T, conn net.Conn) *http.Response {
	t.Helper()
	got, err := http.ReadResponse(bufio.NewReader(conn), nil)
	require.NoError(t, err)
	return got
}

// A browser reads no answer before it has sent all: a body that is refused is taken in, so that the reason arrives and not a reset.
func TestRefusedBodiesAreAnswered(t *testing.T) {
	t.Parallel()
	w := newWorld(t).people()
	addr := w.serve()
	file := make([]byte, 30<<20)
	copy(file, "\x89PNG\r\n\x1a\n")
	sum := sha256.Sum256(file)
	var form bytes.Buffer
	m := multipart.NewWriter(&form)
	require.NoError(t, m.WriteField("sha256", hex.EncodeToString(sum[:])))
	part, err := m.CreateFormFile("file", "a.png")
	require.NoError(t, err)
	_, err = part.Write(file)
	require.NoError(t, err)
	require.NoError(t, m.Close())
	large := `{"name":"` + strings.Repeat("x", 5<<20) + `"}`

	for _, c := range []struct {
		name, who, head, kind string
		body                  []byte
		chunked               bool
		status                int
		code                  web.ProblemCode
	}{
		{"a file of 30 MiB", "wang", "POST /api/files", m.FormDataContentType(), form.Bytes(), false, 413, "too_large"},
		{"the same, its length not said", "wang", "POST /api/files", m.FormDataContentType(), form.Bytes(), true, 413, "too_large"},
		{"of nobody", "", "POST /api/files", m.FormDataContentType(), form.Bytes(), false, 401, "sign_in_required"},
		{"of one who may not", "officer", "POST /api/files", m.FormDataContentType(), form.Bytes(), false, 403, "not_allowed"},
		{"too much JSON", "wang", "PUT /api/account", "application/json", []byte(large), false, 413, "too_large"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			conn, err := net.Dial("tcp", addr)
			require.NoError(t, err)
			defer conn.Close()
			head := c.head + " HTTP/1.1\r\nHost: " + addr + "\r\nContent-Type: " + c.kind + "\r\n"
			if c.who != "" {
				head += "Cookie: " + w.cookies[c.who].String() + "\r\n"
			}
			body := c.body
			if c.chunked {
				head += "Transfer-Encoding: chunked\r\n"
				body = append(append(fmt.Appendf(nil, "%x\r\n", len(body)), body...), "\r\n0\r\n\r\n"...)
			} else {
				head += fmt.Sprintf("Content-Length: %d\r\n", len(body))
			}
			_, err = conn.Write(append([]byte(head+"\r\n"), body...)) // all of it before the answer is looked at
			require.NoError(t, err)
			got := answerFrom(t, conn)
			require.Equal(t, c.status, got.StatusCode)
			var p web.Problem
			require.NoError(t, json.NewDecoder(got.Body).Decode(&p))
			require.NoError(t, got.Body.Close())
			require.Equal(t, c.code, p.Code)
		})
	}
}

// Who asks whether to send at all is told no without having sent.
func TestATooLongUploadIsNotAskedFor(t *testing.T) {
	t.Parallel()
	w := newWorld(t).people()
	addr := w.serve()
	conn, err := net.Dial("tcp", addr)
	require.NoError(t, err)
	defer conn.Close()
	_, err = fmt.Fprintf(conn, "POST /api/files HTTP/1.1\r\nHost: %s\r\nCookie: %s\r\nExpect: 100-continue\r\nContent-Type: multipart/form-data; boundary=x\r\nContent-Length: %d\r\n\r\n",
		addr, w.cookies["wang"], 30<<20)
	require.NoError(t, err)
	require.Equal(t, http.StatusRequestEntityTooLarge, answerFrom(t, conn).StatusCode)
}

// Over TLS the cookie has the __Host- prefix, which a browser takes only with Secure, Path=/ and no Domain; it signs in, and no other does.
func TestTheCookieOverTLS(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *web.Options) { o.Secure = true }).people()
	w.business.Pass(time.Since(w.business.Now())) // a jar knows the time and keeps nothing that has expired
	s := httptest.NewTLSServer(w.handler)
	defer s.Close()
	client := s.Client()
	jar, err := cookiejar.New(nil)
	require.NoError(t, err)
	client.Jar = jar
	ask := func(method, path, body string) *http.Response {
		t.Helper()
		r, err := http.NewRequestWithContext(t.Context(), method, s.URL+path, strings.NewReader(body))
		require.NoError(t, err)
		r.Header.Set("Content-Type", "application/json")
		got, err := client.Do(r)
		require.NoError(t, err)
		_, err = io.Copy(io.Discard, got.Body)
		require.NoError(t, err)
		require.NoError(t, got.Body.Close())
		return got
	}
	require.Equal(t, http.StatusUnauthorized, ask("GET", "/api/account", "").StatusCode)
	in := ask("POST", "/api/sign-in/password", `{"login":"first0","password":"correct horse battery"}`)
	require.Equal(t, http.StatusOK, in.StatusCode)
	require.Equal(t, uint16(tls.VersionTLS13), in.TLS.Version)
	require.Len(t, in.Cookies(), 2)
	for i, name := range []string{"__Host-hejie", "__Host-hejie-marks"} {
		c := in.Cookies()[i]
		require.Equal(t, name, c.Name)
		require.Equal(t, []any{true, true, "/", "", http.SameSiteLaxMode}, []any{c.Secure, c.HttpOnly, c.Path, c.Domain, c.SameSite})
	}
	require.Equal(t, http.StatusOK, ask("GET", "/api/account", "").StatusCode)
	require.Equal(t, http.StatusNoContent, ask("DELETE", "/api/session", "").StatusCode)
	require.Equal(t, http.StatusUnauthorized, ask("GET", "/api/account", "").StatusCode)
}

// Behind a proxy every client has its own count, and none can hide behind addresses that it invents.
func TestRatesBehindAProxy(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *web.Options) {
		o.Rates.SignIn = web.AddressRate{PerSecond: 0.001, Burst: 2}
		o.Proxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}
	})
	addr := w.serve()
	// The proxy is this test: it adds the address that it saw to what its client said.
	through := func(client, said string) int {
		t.Helper()
		r, err := http.NewRequestWithContext(t.Context(), "POST", "http://"+addr+"/api/codes", strings.NewReader(`{"phone":"none"}`))
		require.NoError(t, err)
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("X-Forwarded-For", strings.TrimPrefix(said+", "+client, ", "))
		got, err := http.DefaultClient.Do(r)
		require.NoError(t, err)
		require.NoError(t, got.Body.Close())
		return got.StatusCode
	}
	for _, said := range []string{"", "203.0.113.1"} {
		require.Equal(t, 422, through("192.0.2.1", said))
	}
	for _, said := range []string{"", "203.0.113.2", "127.0.0.1", "nonsense", "192.0.2.9, 192.0.2.8"} {
		require.Equal(t, 429, through("192.0.2.1", said), "spoofed: %q", said)
	}
	require.Equal(t, 422, through("192.0.2.2", ""), "another client goes on")
	http.DefaultClient.CloseIdleConnections()
}
