package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/cookiejar"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	server "hejie/server/http"
)

// screen is a console whose text can be read while it is written.
type screen struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *screen) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *screen) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

// shell runs commands on one installation.
type shell struct {
	data string
	in   string
}

func (s shell) run(t *testing.T, args ...string) (code int, out, errs string) {
	t.Helper()
	var o, e screen
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute) // a server that should have been refused ends
	defer cancel()
	code = run(ctx, append(args, "--data", s.data, "--log-level", "error"), console{strings.NewReader(s.in), &o, &e})
	return code, o.String(), e.String()
}

// must run well.
func (s shell) must(t *testing.T, args ...string) string {
	t.Helper()
	code, out, errs := s.run(t, args...)
	require.Zero(t, code, "%v: %s", args, errs)
	return out
}

// running is a program that serves until the test ends it.
type running struct {
	*Program
	screen *screen
	client *http.Client
	end    func() error
}

func quiet() Common { return Common{LogLevel: "error", LogFormat: "text"} }

// start lets a program run; it is ended with the test at the latest.
func start(t *testing.T, open func(console) (*Program, error)) *running {
	t.Helper()
	s := &screen{}
	p, err := open(console{strings.NewReader(""), s, s})
	require.NoError(t, err)
	require.NoError(t, p.announce(t.Context()))
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	done := make(chan error, 1)
	go func() { done <- p.Run(ctx) }()
	jar, err := cookiejar.New(nil)
	require.NoError(t, err)
	r := &running{Program: p, screen: s, client: &http.Client{Jar: jar, Transport: &http.Transport{}}}
	r.end = sync.OnceValue(func() error {
		r.client.CloseIdleConnections()
		cancel()
		err := <-done
		if e := p.Close(); err == nil {
			err = e
		}
		return err
	})
	t.Cleanup(func() { require.NoError(t, r.end()) })
	return r
}

func serve(t *testing.T, data string) *running {
	return start(t, func(to console) (*Program, error) {
		return newProgram(t.Context(), Config{Listen: "127.0.0.1:0", SMS: "none"}, folder{path: data}, nil, to, quiet().logger(to))
	})
}

func demoAt(t *testing.T, data string) *running {
	return start(t, func(to console) (*Program, error) {
		all := quiet()
		all.Data = data
		return newDemo(t.Context(), demoCommand{Listen: "127.0.0.1:0"}, all, to)
	})
}

// Everybody can read who runs the platform, as it was given where it was started; the demo says that its own is invented.
func TestOperator(t *testing.T) {
	t.Parallel()
	named := func(r *running) server.Operator {
		var meta server.Meta
		require.Equal(t, http.StatusOK, r.call(t, http.MethodGet, "/api/meta", nil, &meta))
		return meta.Operator
	}
	require.Zero(t, named(serve(t, t.TempDir())))
	require.Equal(t, server.Operator{Name: "岳阳消费中心", Contact: "0730-1234567"}, named(start(t, func(to console) (*Program, error) {
		c := Config{Listen: "127.0.0.1:0", SMS: "none", Operator: " 岳阳消费中心 ", Contact: "0730-1234567"}
		return newProgram(t.Context(), c, folder{path: t.TempDir()}, nil, to, quiet().logger(to))
	})))
	require.Contains(t, named(demoAt(t, t.TempDir())).Name, "演示")
}

// call the API; in and out are JSON, either may be nil.
func (r *running) call(t *testing.T, method, path string, in, out any) int {
	t.Helper()
	var body io.Reader
	if in != nil {
		b, err := json.Marshal(in)
		require.NoError(t, err)
		body = bytes.NewReader(b)
	}
	q, err := http.NewRequestWithContext(t.Context(), method, r.URL()+path, body)
	require.NoError(t, err)
	q.Header.Set("Content-Type", "application/json")
	answer, err := r.client.Do(q)
	require.NoError(t, err)
	b, err := io.ReadAll(answer.Body)
	require.NoError(t, err)
	require.NoError(t, answer.Body.Close())
	if out != nil {
		require.NoError(t, json.Unmarshal(b, out), "%s", b)
	}
	return answer.StatusCode
}

func TestStartsAndStops(t *testing.T) {
	t.Parallel()
	data := filepath.Join(t.TempDir(), "data")
	r := serve(t, data)
	require.Contains(t, r.screen.String(), "listening on "+r.URL())
	require.Equal(t, http.StatusOK, r.call(t, http.MethodGet, "/", nil, nil))
	require.Equal(t, http.StatusNoContent, r.call(t, http.MethodGet, "/healthz", nil, nil))
	require.Equal(t, http.StatusNoContent, r.call(t, http.MethodGet, "/readyz", nil, nil))
	var meta struct {
		Demo bool   `json:"demo"`
		SMS  string `json:"sms"`
	}
	require.Equal(t, http.StatusOK, r.call(t, http.MethodGet, "/api/meta", nil, &meta))
	require.False(t, meta.Demo)
	require.Equal(t, "none", meta.SMS)
	require.Equal(t, http.StatusNotFound, r.call(t, http.MethodGet, "/api/demo", nil, nil))
	code, _, errs := shell{data: data}.run(t, "migrate", "up")
	require.Equal(t, exitFailed, code)
	require.Contains(t, errs, "in use")
	require.NoError(t, r.end())
	require.Contains(t, shell{data: data}.must(t, "migrate", "up"), "schema")
}

// The link on the console makes the first administrator, once.
func TestSetUp(t *testing.T) {
	t.Parallel()
	data := filepath.Join(t.TempDir(), "data")
	r := serve(t, data)
	_, token, ok := strings.Cut(r.screen.String(), r.URL()+"/setup#")
	require.True(t, ok, r.screen.String())
	require.Contains(t, r.screen.String(), data, "who named the wrong folder sees that another installation begins")
	token = strings.TrimSpace(token)
	in := map[string]string{"token": token, "login": "admin", "password": "a long pass phrase", "display_name": "何敏"}
	wrong := map[string]string{"token": strings.Repeat("x", len(token)), "login": "other", "password": "a long pass phrase", "display_name": "x"}
	require.Equal(t, http.StatusConflict, r.call(t, http.MethodPost, "/api/setup", wrong, nil))
	require.Less(t, r.call(t, http.MethodPost, "/api/setup", in, nil), 300)
	require.Equal(t, http.StatusConflict, r.call(t, http.MethodPost, "/api/setup", in, nil))
	var session struct {
		Session *struct {
			Account struct {
				Role string `json:"role"`
			} `json:"account"`
		} `json:"session"`
		Account struct {
			Role string `json:"role"`
		} `json:"account"`
	}
	require.Equal(t, http.StatusOK, r.call(t, http.MethodGet, "/api/session", nil, &session))
	role := session.Account.Role
	if session.Session != nil {
		role = session.Session.Account.Role
	}
	require.Equal(t, "administrator", role)
	require.NoError(t, r.end())

	again := serve(t, data)
	require.NotContains(t, again.screen.String(), "/setup")
}

// What would serve people unsafely, or cannot be meant, is refused before anything is touched.
func TestRefusals(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	junk := filepath.Join(dir, "x.pem")
	require.NoError(t, writeNew(junk, []byte("x")))
	limits, rules := filepath.Join(dir, "limits.json"), filepath.Join(dir, "rules.json")
	both := filepath.Join(dir, "both.json")
	require.NoError(t, writeNew(both, []byte(`{"code_tries": 3} {"code_tries": 4}`)))
	require.NoError(t, errors.Join(writeNew(limits, []byte(`{"code_tries": 0}`)), writeNew(rules, []byte(`{"mediation": 90}`))))
	for name, v := range map[string]struct {
		args []string
		code int
		says string
	}{
		"no command":         {nil, exitMisused, "expected one of"},
		"unknown flag":       {[]string{"serve", "--nonsense"}, exitMisused, "nonsense"},
		"plain off machine":  {[]string{"serve", "--listen", "0.0.0.0:0"}, exitFailed, "--behind-proxy"},
		"every address":      {[]string{"serve", "--listen", ":0"}, exitFailed, "plain http"},
		"no port":            {[]string{"serve", "--listen", "localhost"}, exitFailed, "missing port"},
		"half of TLS":        {[]string{"serve", "--tls-cert", junk}, exitFailed, "go together"},
		"TLS twice":          {[]string{"serve", "--tls-cert", junk, "--tls-key", junk, "--behind-proxy"}, exitFailed, "exclude"},
		"no gateway":         {[]string{"serve", "--sms", "webhook"}, exitFailed, "--sms-url"},
		"broken certificate": {[]string{"serve", "--listen", "localhost:0", "--tls-cert", junk, "--tls-key", junk}, exitFailed, "tls"},
		"short SMS secret":   {[]string{"serve", "--listen", "localhost:0", "--sms", "webhook", "--sms-url", "https://sms.example", "--sms-secret-file", junk}, exitFailed, "16 bytes"},
		"open SMS gateway":   {[]string{"serve", "--listen", "localhost:0", "--sms", "webhook", "--sms-url", "http://sms.example", "--sms-secret-file", junk}, exitFailed, "https"},
		"gateway of none":    {[]string{"serve", "--listen", "localhost:0", "--sms-url", "https://sms.example"}, exitFailed, "--sms webhook"},
		"unknown SMS":        {[]string{"serve", "--sms", "pigeon"}, exitMisused, "--sms must be one of"},
		"not a network":      {[]string{"serve", "--behind-proxy", "--trusted-proxy", "x", "--listen", "localhost:0"}, exitFailed, "--trusted-proxy x is no network"},
		"no proxy to trust":  {[]string{"serve", "--trusted-proxy", "10.0.0.1/32", "--listen", "localhost:0"}, exitMisused, "--behind-proxy"},
		"no bucket there":    {[]string{"verify", "--files", "--evidence-endpoint", "https://s3.example"}, exitMisused, "--evidence s3://"},
		"keys to no bucket":  {[]string{"serve", "--evidence-credentials", junk, "--listen", "localhost:0"}, exitMisused, "--evidence s3://"},
		"no scheme":          {[]string{"serve", "--listen", "localhost:0", "--behind-proxy", "--public-url", "hejie.example"}, exitFailed, "--public-url"},
		"below a path":       {[]string{"serve", "--listen", "localhost:0", "--behind-proxy", "--public-url", "https://hejie.example/app"}, exitFailed, "--public-url"},
		"unknown limit":      {[]string{"serve", "--listen", "localhost:0", "--limits", junk}, exitFailed, "x.pem"},
		"limits twice":       {[]string{"serve", "--listen", "localhost:0", "--limits", both}, exitFailed, "both.json: there is more than one value"},
		"senseless limit":    {[]string{"serve", "--listen", "localhost:0", "--limits", limits}, exitFailed, "limits.json: code_tries is 0, which is not between 1 and 20"},
		"senseless rule":     {[]string{"serve", "--listen", "localhost:0", "--rules", rules}, exitFailed, "rules.json: mediation is 90, which is not between 1 and 60"},
		"nobody to reach":    {[]string{"serve", "--listen", "localhost:0", "--operator", "岳阳消费中心"}, exitFailed, "go together"},
		"long operator":      {[]string{"serve", "--listen", "localhost:0", "--operator", strings.Repeat("岳", 201), "--operator-contact", "1"}, exitFailed, "at most 200"},
		"endless end":        {[]string{"serve", "--listen", "localhost:0", "--drain", "1h"}, exitFailed, "--drain"},
		"demo off machine":   {[]string{"demo", "--listen", "0.0.0.0:0"}, exitFailed, "localhost"},
		"nothing to verify":  {[]string{"verify"}, exitFailed, "no installation"},
		"nothing to back up": {[]string{"backup", filepath.Join(dir, "b")}, exitFailed, "no installation"},
		"nothing to restore": {[]string{"restore", dir}, exitFailed, "no backup"},
		"no year":            {[]string{"calendar", "show", "1999"}, exitFailed, "provisional"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			data := filepath.Join(t.TempDir(), "data")
			code, _, errs := shell{data: data}.run(t, v.args...)
			require.Equal(t, v.code, code, errs)
			require.Contains(t, errs, v.says)
			ok, err := folder{path: data}.exists()
			require.NoError(t, err)
			require.False(t, ok, "nothing was made")
		})
	}
	code, out, _ := shell{data: dir}.run(t, "--help")
	require.Equal(t, exitOK, code)
	require.Contains(t, out, "demo")
}

// Who interrupts a command, or a time-out that does, must not take it for done.
func TestInterrupted(t *testing.T) {
	t.Parallel()
	here, saved := saved(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, args := range [][]string{{"backup", saved + "2"}, {"verify"}, {"restore", saved, "--data", here.data + "2"}, {"calendar", "show"}} {
		var out, errs screen
		require.Equal(t, exitFailed, run(ctx, append([]string{"--data", here.data}, args...), console{strings.NewReader(""), &out, &errs}), args)
		require.Contains(t, errs.String(), "interrupted: "+args[0])
		require.Empty(t, out.String())
	}
	require.Equal(t, exitOK, run(ctx, []string{"serve", "--data", here.data, "--listen", "localhost:0"}, console{strings.NewReader(""), &screen{}, &screen{}}))
}

// BenchmarkColdStart is from nothing running to the first page, with an installation that is there.
func BenchmarkColdStart(b *testing.B) {
	data := folder{path: filepath.Join(b.TempDir(), "data")}
	for b.Loop() {
		p, err := newProgram(b.Context(), Config{Listen: "127.0.0.1:0", SMS: "none"}, data, nil, console{strings.NewReader(""), io.Discard, io.Discard}, quiet().logger(console{err: io.Discard}))
		require.NoError(b, err)
		ctx, cancel := context.WithCancel(b.Context())
		done := make(chan error, 1)
		go func() { done <- p.Run(ctx) }()
		answer, err := http.Get(p.URL() + "/")
		require.NoError(b, err)
		_, err = io.Copy(io.Discard, answer.Body)
		require.NoError(b, err)
		require.NoError(b, answer.Body.Close())
		b.StopTimer()
		http.DefaultClient.CloseIdleConnections()
		cancel()
		require.NoError(b, <-done)
		require.NoError(b, p.Close())
		b.StartTimer()
	}
}
