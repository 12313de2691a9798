package http_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"hejie/negotiation"
	"hejie/server/app"
	web "hejie/server/http"
)

// policy as the design has it, letter by letter.
const policy = "default-src 'self'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' blob:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

var built = fstest.MapFS{
	"index.html":              {Data: []byte("<!doctype html><title>和解</title>")},
	"favicon.svg":             {Data: []byte("<svg/>")},
	"assets/app-1a2b.js":      {Data: []byte("console.log('plain')")},
	"assets/app-1a2b.js.br":   {Data: []byte("brotli")},
	"assets/app-1a2b.js.gz":   {Data: []byte("gzipped")},
	"assets/font-3c4d.woff2":  {Data: []byte("0123456789")},
	".vite/manifest.json":     {Data: []byte("{}")},
	"assets/.DS_Store":        {Data: []byte("x")},
	".gitkeep":                {},
	"assets/only-5e6f.css":    {Data: []byte("a{}")},
	"assets/only-5e6f.css.gz": {Data: []byte("zipped")},
}

func TestPages(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *web.Options) { o.Dist = built })
	const forever, never, ask = "public, max-age=31536000, immutable", "no-store", "no-cache"
	for _, c := range []struct {
		method, url, accept string
		status              int
		kind, body          string
		encoding, cache     string
	}{
		{"GET", "/", "br", 200, "text/html; charset=utf-8", "和解", "", never},
		{"GET", "/index.html", "", 200, "text/html; charset=utf-8", "和解", "", never},
		{"GET", "/e/019aa5c4-1f00-7000-8000-000000000001", "", 200, "text/html; charset=utf-8", "和解", "", never},
		{"GET", "/desk/nowhere", "", 200, "text/html; charset=utf-8", "和解", "", never},
		{"HEAD", "/", "", 200, "text/html; charset=utf-8", "", "", never},
		{"GET", "/favicon.svg", "", 200, "image/svg+xml", "<svg/>", "", ask},
		{"GET", "/assets/app-1a2b.js", "", 200, "text/javascript; charset=utf-8", "plain", "", forever},
		{"GET", "/assets/app-1a2b.js", "gzip, deflate, br", 200, "text/javascript; charset=utf-8", "brotli", "br", forever},
		{"GET", "/assets/app-1a2b.js", "gzip;q=0.5, br;q=0", 200, "text/javascript; charset=utf-8", "gzipped", "gzip", forever},
		{"GET", "/assets/only-5e6f.css", "br", 200, "text/css; charset=utf-8", "a{}", "", forever},
		{"GET", "/assets/font-3c4d.woff2", "br", 200, "font/woff2", "0123456789", "", forever},
		{"GET", "/assets/gone-0000.js", "", 404, "application/problem+json", "not_found", "", never},
		{"GET", "/assets/app-1a2b.js.br", "", 404, "application/problem+json", "not_found", "", never},
		{"GET", "/.vite/manifest.json", "", 404, "application/problem+json", "not_found", "", never},
		{"GET", "/.gitkeep", "", 404, "application/problem+json", "not_found", "", never},
		{"GET", "/assets/.DS_Store", "", 404, "application/problem+json", "not_found", "", never},
		{"GET", "/../../etc/passwd", "", 307, "", "", "", never},
		{"GET", "/assets/%2e%2e/%2e%2e/go.mod", "", 404, "application/problem+json", "not_found", "", never},
		{"POST", "/", "", 405, "application/problem+json", "method_not_allowed", "", never},
		{"GET", "/api/", "", 404, "application/problem+json", "not_found", "", never},
	} {
		got := w.do("", c.method, c.url, nil, func(r *http.Request) { r.Header.Set("Accept-Encoding", c.accept) })
		name := c.method + " " + c.url + " " + c.accept
		require.Equal(t, c.status, got.Code, name)
		if c.status == 307 {
			continue
		}
		require.Equal(t, c.kind, got.Header().Get("Content-Type"), name)
		require.Contains(t, got.Body.String(), c.body, name)
		require.Equal(t, c.encoding, got.Header().Get("Content-Encoding"), name)
		require.Equal(t, c.cache, got.Header().Get("Cache-Control"), name)
		require.Equal(t, c.url != "/api/", got.Header().Get("Content-Security-Policy") == policy, name)
		require.Equal(t, "nosniff", got.Header().Get("X-Content-Type-Options"), name)
	}

	first := w.do("", "GET", "/assets/app-1a2b.js", nil)
	same := w.do("", "GET", "/assets/app-1a2b.js", nil, func(r *http.Request) { r.Header.Set("If-None-Match", first.Header().Get("ETag")) })
	require.Equal(t, http.StatusNotModified, same.Code)
	require.Empty(t, same.Body.Bytes())
	other := w.do("", "GET", "/assets/app-1a2b.js", nil, func(r *http.Request) { r.Header.Set("Accept-Encoding", "br") })
	require.NotEqual(t, first.Header().Get("ETag"), other.Header().Get("ETag"), "each form has its own tag")
	require.Equal(t, "Accept-Encoding", other.Header().Get("Vary"))
	some := w.do("", "GET", "/assets/font-3c4d.woff2", nil, func(r *http.Request) { r.Header.Set("Range", "bytes=2-4") })
	require.Equal(t, http.StatusPartialContent, some.Code)
	require.Equal(t, "234", some.Body.String())
}

func TestFrontEndNotBuilt(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *web.Options) { o.Dist = fstest.MapFS{".gitkeep": {}} })
	got := w.do("", "GET", "/", nil)
	require.Equal(t, http.StatusServiceUnavailable, got.Code)
	require.Contains(t, got.Body.String(), "Front end not built")
	require.NotContains(t, got.Body.String(), "style")
	require.Equal(t, http.StatusOK, w.do("", "GET", "/api/meta", nil).Code)
}

func TestHeaders(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *web.Options) { o.Secure = true }).people()
	for url, special := range map[string]map[string]string{
		"/":            {"Content-Security-Policy": policy, "Referrer-Policy": "same-origin", "Cross-Origin-Opener-Policy": "same-origin"},
		"/api/meta":    {"Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'", "Content-Type": "application/json"},
		"/api/nothing": {"Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'", "Content-Type": "application/problem+json"},
	} {
		h := w.do("", "GET", url, nil).Header()
		for name, want := range special {
			require.Equal(t, want, h.Get(name), "%s: %s", url, name)
		}
		for name, want := range map[string]string{"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store",
			"Cross-Origin-Resource-Policy": "same-origin", "Strict-Transport-Security": "max-age=31536000"} {
			require.Equal(t, want, h.Get(name), "%s: %s", url, name)
		}
		require.Regexp(t, `^[0-9a-f]{16}$`, h.Get("X-Request-Id"))
		require.Equal(t, url == "/", h.Get("X-Frame-Options") == "DENY", url)
		require.Equal(t, url == "/", h.Get("Permissions-Policy") != "", "a document has rights to give away, data have none")
	}

	require.Equal(t, http.StatusUnauthorized, w.do("wang", "GET", "/api/account", nil).Code, "behind TLS the plain cookie is none")
	w.cookies["wang"].Name = "__Host-hejie"
	require.Equal(t, http.StatusOK, w.do("wang", "GET", "/api/account", nil).Code)
	out := w.do("wang", "DELETE", "/api/session", nil).Result().Cookies()[0]
	require.True(t, out.Secure)
	require.Equal(t, "__Host-hejie", out.Name)
}

func TestOtherOriginsChangeNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t).people()
	for name, from := range map[string]func(*http.Request){
		"a page elsewhere": func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "cross-site") },
		"a subdomain":      func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "same-site") },
		"an old browser":   func(r *http.Request) { r.Header.Set("Origin", "https://evil.example") },
	} {
		got := w.do("wang", "PUT", "/api/account", `{"name":"x"}`, from)
		require.Equal(t, web.ProblemCode("cross_origin"), problem(t, got).Code, name)
		require.Equal(t, http.StatusOK, w.do("wang", "GET", "/api/account", nil, from).Code, name)
	}
	own := func(r *http.Request) { r.Header.Set("Origin", "http://example.com") } // the host of test requests
	require.Equal(t, http.StatusOK, w.do("wang", "PUT", "/api/account", `{"name":"x"}`, own).Code)
	require.Equal(t, http.StatusOK, w.do("wang", "PUT", "/api/account", `{"name":"y"}`).Code, "a client that is no browser")
}

// A link elsewhere cannot make somebody a reader of personal data, for a purpose that they never chose.
func TestOtherOriginsOpenNothingThatIsNoted(t *testing.T) {
	t.Parallel()
	w := newWorld(t).people()
	c := w.file("wang", "洞庭电器", "A-1")
	w.must("wang", c, map[string]any{"type": "escalate"})
	noted := func() int {
		return len(read[web.AuditPage](t, w.do("wang", "GET", "/api/cases/"+c+"/audit", nil)).Rows)
	}
	for _, url := range []string{"/details?purpose=handling", "/file", "/files/" + uuid.NewString()} {
		for _, site := range []string{"cross-site", "same-site"} {
			got := w.do("officer", "GET", "/api/cases/"+c+url, nil, func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", site) })
			require.Equal(t, web.ProblemCode("cross_origin"), problem(t, got).Code, url)
		}
	}
	require.Zero(t, noted())
	for i, site := range []string{"same-origin", "none"} {
		got := w.do("officer", "GET", "/api/cases/"+c+"/details?purpose=handling", nil, func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", site) })
		require.Equal(t, http.StatusOK, got.Code, got.Body)
		require.Equal(t, i+1, noted())
	}
}

// A name that was pointed at this machine is not the site's.
func TestOtherHostsAreRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *web.Options) { o.Hosts = []string{"localhost", "127.0.0.1", "::1", "hejie.example"} })
	ask := func(host string) *httptest.ResponseRecorder {
		return w.do("", "GET", "/api/meta", nil, func(r *http.Request) { r.Host = host })
	}
	for _, host := range []string{"localhost", "LOCALHOST:8080", "127.0.0.1:1", "[::1]", "[::1]:8080", "hejie.example"} {
		require.Equal(t, http.StatusOK, ask(host).Code, host)
	}
	for _, host := range []string{"", "evil.example", "evil.example:8080", "localhost.evil.example", "192.0.2.1:8080"} {
		got := ask(host)
		require.Equal(t, http.StatusMisdirectedRequest, got.Code, host)
		require.Equal(t, web.ProblemCode("misdirected"), problem(t, got).Code, host)
	}
}

func TestAddressesAreLimited(t *testing.T) {
	t.Parallel()
	rates := web.Rates{Requests: web.AddressRate{PerSecond: 0.001, Burst: 6}, SignIn: web.AddressRate{PerSecond: 0.001, Burst: 2}}
	w := newWorld(t, func(o *web.Options) {
		o.Rates, o.Proxies = rates, []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}
		o.Now = func() time.Time { return morning }
	})
	from := func(remote string, forwarded ...string) func(*http.Request) {
		return func(r *http.Request) {
			r.RemoteAddr = remote
			for _, f := range forwarded {
				r.Header.Add("X-Forwarded-For", f)
			}
		}
	}
	sign := func(f func(*http.Request)) *httptest.ResponseRecorder {
		return w.do("", "POST", "/api/codes", `{"phone":"none"}`, f)
	}
	require.Equal(t, 422, sign(from("192.0.2.1:1")).Code)
	require.Equal(t, 422, sign(from("192.0.2.1:2")).Code)
	third := sign(from("192.0.2.1:3", "198.51.100.1"))
	require.Equal(t, web.ProblemCode("rate_limited"), problem(t, third).Code, "nobody vouches for what 192.0.2.1 says")
	require.Equal(t, "1000", third.Header().Get("Retry-After"))
	require.Equal(t, 200, w.do("", "GET", "/api/meta", nil, from("192.0.2.1:4")).Code, "other operations go on")
	require.Equal(t, 422, sign(from("192.0.2.2:1")).Code)
	require.Equal(t, 422, sign(from("10.0.0.1:1", "203.0.113.9, 192.0.2.3")).Code)
	require.Equal(t, 422, sign(from("10.0.0.2:1", "192.0.2.3", "10.0.0.9")).Code)
	require.Equal(t, 429, sign(from("10.0.0.3:1", "1.1.1.1, 192.0.2.3")).Code, "the last address that no proxy of ours is")
	require.Equal(t, 422, sign(from("[2001:db8::1]:1")).Code)
	require.Equal(t, 422, sign(from("[2001:db8::2]:1")).Code)
	require.Equal(t, 429, sign(from("[2001:db8::3]:1")).Code, "a whole /64 is one")
	for range 2 {
		w.do("", "GET", "/api/meta", nil, from("192.0.2.1:5"))
	}
	require.Equal(t, 429, w.do("", "GET", "/api/meta", nil, from("192.0.2.1:6")).Code)
	require.Equal(t, 503, w.do("", "GET", "/", nil, from("192.0.2.1:6")).Code, "pages are not counted")
}

// TestRouteOfTheRefused: who is refused on the way to a route is counted under it, not under "unknown", where nobody can see what is asked
// too often.
func TestRouteOfTheRefused(t *testing.T) {
	t.Parallel()
	var seen []string
	w := newWorld(t, func(o *web.Options) {
		o.Rates = web.Rates{Requests: web.AddressRate{PerSecond: 0.001, Burst: 1}}
		o.Now = func() time.Time { return morning }
		o.Observe = func(method, route string, status int, _ time.Duration) {
			seen = append(seen, fmt.Sprint(method, " ", route, " ", status))
		}
	})
	elsewhere := func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "cross-site") }
	w.do("", "GET", "/api/meta", nil)
	for _, c := range [][2]string{{"GET", "/api/meta"}, {"HEAD", "/api/meta"}, {"POST", "/api/cases/9/commands"}, {"PUT", "/api/meta"}, {"GET", "/api/live"}, {"GET", "/api/events"}, {"GET", "/api/nothing"}} {
		w.do("", c[0], c[1], nil)
	}
	w.do("", "POST", "/api/cases/9/commands", nil, elsewhere)
	w.do("", "POST", "/nothing", nil, elsewhere)
	require.Equal(t, []string{"GET /api/meta 200", "GET /api/meta 429", "HEAD /api/meta 429", "POST /api/cases/:id/commands 429", "PUT /api/meta 429", "GET /api/live 429",
		"GET /api/events 429", "GET unknown 429", "POST /api/cases/:id/commands 403", "POST unknown 403"}, seen)
}

// A case file reads a whole room: it has a rate of its own.
func TestCaseFilesAreLimited(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *web.Options) {
		o.Rates = web.Rates{CaseFile: web.AddressRate{PerSecond: 0.001, Burst: 2}}
		o.Now = func() time.Time { return morning }
	}).people()
	id := w.file("wang", "楚天家具", "B-1")
	w.must("wang", id, map[string]any{"type": "post_message", "text": "您好"})
	for range 2 {
		file := read[web.CaseFile](t, w.do("wang", "GET", "/api/cases/"+id+"/file", nil))
		require.Len(t, file.Timeline, 3)
		require.Equal(t, int64(3), file.Version)
		require.Contains(t, string(file.Timeline[2]), "您好")
		require.NotEmpty(t, file.Clocks)
	}
	require.Equal(t, 429, w.do("wang", "GET", "/api/cases/"+id+"/file", nil).Code)
	require.Equal(t, 200, w.do("wang", "GET", "/api/cases/"+id, nil).Code, "other operations go on")
}

func TestLiveGetsTheSession(t *testing.T) {
	t.Parallel()
	var who []string
	w := newWorld(t, func(o *web.Options) {
		o.Live = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			s, ok := web.SessionOf(r.Context())
			if ok {
				who = append(who, s.Actor.ID)
			}
			if _, ok := w.(http.Hijacker); !ok {
				w.WriteHeader(http.StatusTeapot)
			}
		})
	}).people()
	require.Equal(t, http.StatusUnauthorized, w.do("", "GET", "/api/live", nil).Code)
	require.Equal(t, http.StatusOK, w.do("wang", "GET", "/api/live", nil).Code)
	require.Equal(t, []string{w.actors["wang"].ID}, who)
	upgrade := func(r *http.Request) { r.Header.Set("Upgrade", "WebSocket") }
	require.Equal(t, http.StatusOK, w.do("", "GET", "/api/live", nil, upgrade).Code, "told by a close code")
	require.Len(t, who, 1, "and without a session")
}

func TestEventsFindTheirSession(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *web.Options) {
		o.Events = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			web.Refuse(w, r, negotiation.Required("channel"))
		})
	}).people()
	require.Equal(t, web.ProblemCode("sign_in_required"), problem(t, w.do("", "GET", "/api/events", nil)).Code)
	got := problem(t, w.do("wang", "GET", "/api/events", nil))
	require.Equal(t, web.ProblemCode("required"), got.Code)
	require.Equal(t, "channel", got.Field)
	posted := w.do("wang", "POST", "/api/events", nil)
	require.Equal(t, http.StatusMethodNotAllowed, posted.Code)
	require.Equal(t, "GET, HEAD", posted.Header().Get("Allow"))
}

func TestReadiness(t *testing.T) {
	t.Parallel()
	var down error
	var away []string
	w := newWorld(t, func(o *web.Options) {
		o.Ping = func(context.Context) error { return down }
		o.Degraded = func() []string { return away }
	})
	require.Equal(t, http.StatusNoContent, w.do("", "GET", "/readyz", nil).Code)
	away = []string{"bus"}
	got := w.do("", "GET", "/readyz", nil)
	require.Equal(t, http.StatusOK, got.Code, "nothing is lost without the bus, so people are sent here")
	require.JSONEq(t, `{"degraded":["bus"]}`, got.Body.String())
	down = errors.New("no disk")
	got = w.do("", "GET", "/readyz", nil)
	said := problem(t, got)
	require.Equal(t, web.ProblemCode("not_ready"), said.Code)
	require.Contains(t, said.Detail, "数据库", "who asks at night is told where to look")
	require.NotContains(t, got.Body.String(), "disk")
	down = fmt.Errorf("%w: it is a standby", app.ErrReadOnly)
	said = problem(t, w.do("", "GET", "/readyz", nil))
	require.Equal(t, web.ProblemCode("not_ready"), said.Code)
	require.Equal(t, map[string]any{"reason": "read_only"}, said.Params)
	require.Contains(t, said.Detail, "备库")
	down, away = nil, nil
	w.server.Leave()
	require.Equal(t, http.StatusServiceUnavailable, w.do("", "GET", "/readyz", nil).Code)
	require.Equal(t, http.StatusNoContent, w.do("", "GET", "/healthz", nil).Code)
	require.Equal(t, http.StatusOK, w.do("", "GET", "/api/meta", nil).Code, "who is here is served to the end")
}

// Nothing of a person, and no path, gets into the log; a panic is one answer and one line.
func TestLogAndPanic(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	boom := true
	w := newWorld(t, func(o *web.Options) {
		o.Logger = slog.New(slog.NewJSONHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
		o.Live = http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
			if boom {
				panic("boom")
			}
		})
	}).people()
	caseID := w.file("wang", "洞庭电器", "A-1")
	require.Equal(t, http.StatusInternalServerError, w.do("wang", "GET", "/api/live", nil).Code)
	w.do("wang", "GET", "/api/cases/"+caseID+"?q=secret", nil)
	w.do("", "POST", "/api/sign-in/code", `{"phone":"`+phone+`","code":"271828"}`)
	said := log.String()
	for _, s := range []string{caseID, "secret", phone, "271828", name, address, "192.0.2.1", w.cookies["wang"].Value, "/api/cases/0"} {
		require.NotContains(t, said, s)
	}
	for _, s := range []string{`"route":"/api/cases/:id"`, `"status":200`, `"role":"consumer"`, "boom", `"request":"`} {
		require.Contains(t, said, s)
	}
}

func TestServeAndShutdown(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	done := make(chan error, 1)
	go func() { done <- w.server.Serve(l) }()
	client := &http.Client{Transport: &http.Transport{}}
	defer client.CloseIdleConnections()
	answer, err := client.Get("http://" + l.Addr().String() + "/healthz")
	require.NoError(t, err)
	require.NoError(t, answer.Body.Close())
	require.Equal(t, http.StatusNoContent, answer.StatusCode)
	client.CloseIdleConnections()
	require.NoError(t, w.server.Shutdown(t.Context()))
	require.NoError(t, <-done)
}
