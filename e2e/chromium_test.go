package e2e

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/cdproto/security"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"hejie/e2e/client"
)

// chromiums has the one that runs. How many of its screens are at work at once is for go test's -parallel to say.
var chromiums struct {
	sync.Mutex
	ctx  context.Context
	ends []context.CancelFunc
}

// chromium is the one browser of the run.
func chromium() (context.Context, error) {
	chromiums.Lock()
	defer chromiums.Unlock()
	if chromiums.ctx != nil {
		return chromiums.ctx, nil
	}
	options := append(slices.Clone(chromedp.DefaultExecAllocatorOptions[:]), chromedp.ExecPath("/usr/bin/chromium"), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-dev-shm-usage", false), chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true),
		// What a screen reader is told of an element, so that tests find what people find.
		chromedp.Flag("enable-blink-features", "ComputedAccessibilityInfo"))
	root, end := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, leave := chromedp.NewContext(root)
	if err := chromedp.Do(ctx); err != nil {
		leave()
		end()
		return nil, err
	}
	chromiums.ctx, chromiums.ends = ctx, []context.CancelFunc{leave, end}
	return ctx, nil
}

func closeChromium() error {
	chromiums.Lock()
	defer chromiums.Unlock()
	if chromiums.ctx == nil {
		return nil
	}
	err := chromedp.Cancel(chromiums.ctx)
	for _, end := range chromiums.ends {
		end()
	}
	return err
}

// screen is a browser of its own, with cookies and storage of its own, on one page of the server. What goes wrong in it fails the test.
type screen struct {
	t    *testing.T
	s    *server
	base string // address that it knows the server by
	name string // of who sits before it
	look look
	ctx  context.Context

	mu       sync.Mutex
	faults   []string
	forgiven []string
}

// look of a screen.
type look struct {
	phone bool
	dark  bool
	lang  string // zh or en; "": zh
}

func (l look) String() string {
	name := "desk"
	if l.phone {
		name = "phone"
	}
	if l.dark {
		name += "-dark"
	}
	if l.lang == "en" {
		name += "-en"
	}
	return name
}

// screen opens a browser that shows nothing yet.
func (s *server) screen(t *testing.T, name string, l look) *screen {
	t.Helper()
	root, err := chromium()
	require.NoError(t, err)
	ctx, cancel := chromedp.NewContext(root, chromedp.WithNewBrowserContext())
	return s.tab(ctx, cancel, t, name, l)
}

// beside is another tab of the same browser, at a path.
func (p *screen) beside(path string) *screen {
	p.t.Helper()
	ctx, cancel := chromedp.NewContext(p.ctx)
	tab := p.s.tab(ctx, cancel, p.t, p.name+"'s other tab", p.look)
	tab.open(path)
	return tab
}

func (s *server) tab(ctx context.Context, cancel context.CancelFunc, t *testing.T, name string, l look) *screen {
	t.Helper()
	p := &screen{t: t, s: s, base: s.url, name: name, look: l, ctx: ctx}
	t.Cleanup(func() {
		if t.Failed() {
			p.shot("failed")
		}
		faults := p.wrong()
		closed := chromedp.Cancel(ctx)
		cancel()
		require.NoError(t, closed)
		require.Empty(t, faults, "%s saw errors on the screen's console", name)
	})
	require.NoError(t, chromedp.Listen(ctx, p.hear))
	call(p, log.Enable, cdp.Empty{})
	call(p, network.Enable, network.EnableParams{})
	if strings.HasPrefix(p.base, "https:") { // nobody vouches for a site of this machine
		call(p, security.SetIgnoreCertificateErrors, security.SetIgnoreCertificateErrorsParams{Ignore: true})
	}
	p.wear(l)
	return p
}

// call a command of the browser's own protocol.
func call[P, R any](p *screen, cmd cdp.Command[P, R], params P) R {
	p.t.Helper()
	r, err := chromedp.Call(p.ctx, cmd, params)
	require.NoError(p.t, err)
	return r
}

// hear what the page says about itself.
func (p *screen) hear(ev any) {
	fault := ""
	switch e := ev.(type) {
	case *runtime.EventConsoleAPICalled:
		if e.Type == runtime.ConsoleAPICalledTypeError || e.Type == runtime.ConsoleAPICalledTypeAssert {
			for _, arg := range e.Args {
				fault += fmt.Sprintf("console: %s %s ", arg.Value, arg.Description)
			}
		}
	case *runtime.EventExceptionThrown:
		fault = "exception: " + e.ExceptionDetails.Text
		if x := e.ExceptionDetails.Exception; x != nil {
			fault += " " + x.Description
		}
	case *log.EventEntryAdded: // failed requests, violations of the content policy, what the browser itself objects to
		if e.Entry.Level == log.EntryLevelError {
			fault = fmt.Sprintf("%s: %s %s", e.Entry.Source, e.Entry.Text, e.Entry.URL)
		}
	}
	if fault == "" {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.faults = append(p.faults, fault)
}

// forgive faults that contain the words: the test provokes them.
func (p *screen) forgive(words ...string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.forgiven = append(p.forgiven, words...)
}

// wrong is what went wrong so far.
func (p *screen) wrong() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(p.faults), func(fault string) bool {
		return slices.ContainsFunc(p.forgiven, func(words string) bool { return strings.Contains(fault, words) })
	})
}

// take what went wrong so far out of the account: the caller answers for it.
func (p *screen) take() []string {
	wrong := p.wrong()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.faults = nil
	return wrong
}

// wear a look: size, colours, language. Nothing moves.
func (p *screen) wear(l look) {
	p.t.Helper()
	p.look = l
	colours, lang, accept := "light", "zh-CN", "zh-CN,zh;q=0.9"
	if l.dark {
		colours = "dark"
	}
	if l.lang == "en" {
		lang, accept = "en-US", "en-US,en;q=0.9"
	}
	size := chromedp.EmulateViewport(1440, 900, chromedp.EmulateScale(1))
	if l.phone {
		size = chromedp.EmulateViewport(390, 844, chromedp.EmulateScale(2), chromedp.EmulateMobile, chromedp.EmulateTouch, chromedp.EmulatePortrait)
	}
	p.do(size)
	agent := p.eval("navigator.userAgent")
	_, err := chromedp.Call(p.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
		{Name: "prefers-color-scheme", Value: colours}, {Name: "prefers-reduced-motion", Value: "reduce"}}})
	require.NoError(p.t, err)
	call(p, emulation.SetUserAgentOverride, emulation.SetUserAgentOverrideParams{UserAgent: agent, AcceptLanguage: accept})
	call(p, emulation.SetTimezoneOverride, emulation.SetTimezoneOverrideParams{TimezoneID: "Asia/Shanghai"})
	call(p, emulation.SetLocaleOverride, emulation.SetLocaleOverrideParams{Locale: lang})
}

func (p *screen) do(steps ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, 2*patience)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		p.fail(err)
	}
}

// eval an expression that gives a string.
func (p *screen) eval(js string) string {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, 2*patience)
	defer cancel()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[string](js, chromedp.EvalAwaitPromise))
	if err != nil {
		p.fail(fmt.Errorf("%w: %.200s", err, js))
	}
	return v
}

// until an expression is true, or something else than false; then its value in JSON.
func (p *screen) until(js, what string) string {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	v, err := p.poll(ctx, js)
	if err != nil {
		p.fail(fmt.Errorf("%s: %w", what, err))
	}
	return v
}

// soon says whether an expression is true within a second.
func (p *screen) soon(js string) bool {
	ctx, cancel := context.WithTimeout(p.ctx, time.Second)
	defer cancel()
	_, err := p.poll(ctx, js)
	return err == nil
}

// poll outlives a change of pages, which ends what waits in the old one.
func (p *screen) poll(ctx context.Context, js string) (string, error) {
	for {
		v, err := chromedp.Run(ctx, chromedp.Poll[any](js, chromedp.WithPollingInterval(30*time.Millisecond), chromedp.WithPollingTimeout(0)))
		if err == nil || ctx.Err() != nil {
			return fmt.Sprint(v), err
		}
	}
}

func (p *screen) fail(err error) {
	p.t.Helper()
	text, _ := chromedp.Run(p.ctx, chromedp.Evaluate[string](`location.pathname + "\n" + document.body.innerText`))
	require.Fail(p.t, fmt.Sprintf("%s (%s): %v", p.name, p.look, err), "%s\n%s", text, strings.Join(p.wrong(), "\n"))
}

// shot keeps what is on the screen, under the test's name.
func (p *screen) shot(what string) {
	png, err := chromedp.Run(p.ctx, chromedp.CaptureScreenshot())
	if err != nil {
		p.t.Logf("no picture: %v", err)
		return
	}
	p.keep(what+".png", png)
}

// keep a file about the screen, under the test's name.
func (p *screen) keep(what string, b []byte) {
	keep(p.t, fmt.Sprintf("%s-%s-%s", p.name, p.look, what), b)
}

func keep(t *testing.T, what string, b []byte) {
	dir := cmp.Or(os.Getenv("HEJIE_SHOTS"), "shots")
	name := strings.NewReplacer("/", "_", " ", "-").Replace(t.Name() + "-" + what)
	if err := errors.Join(os.MkdirAll(dir, 0o755), os.WriteFile(filepath.Join(dir, name), b, 0o644)); err != nil {
		t.Logf("%s is not kept: %v", what, err)
	}
}

// offline takes the network away, or gives it back.
func (p *screen) offline(off bool) {
	p.t.Helper()
	p.forgive("net::ERR_INTERNET_DISCONNECTED")
	p.conditions(off, "")
	call(p, network.OverrideNetworkState, network.OverrideNetworkStateParams{Offline: off, DownloadThroughput: -1, UploadThroughput: -1})
}

// withoutSockets lets HTTP through and no socket, as some offices do.
func (p *screen) withoutSockets() {
	p.t.Helper()
	p.forgive("WebSocket connection to")
	p.conditions(true, "ws://*:*/*")
}

// withoutStreams lets through what ends at once, and neither sockets nor streams of events.
func (p *screen) withoutStreams() {
	p.t.Helper()
	p.forgive("WebSocket connection to", "net::ERR_INTERNET_DISCONNECTED")
	p.conditions(true, "ws://*:*/*", "http://*:*/api/events*")
}

func (p *screen) conditions(off bool, patterns ...string) {
	p.t.Helper()
	var matched []*network.Conditions
	for _, pattern := range patterns {
		matched = append(matched, &network.Conditions{URLPattern: pattern, Offline: off, DownloadThroughput: -1, UploadThroughput: -1})
	}
	call(p, network.EmulateNetworkConditionsByRule, network.EmulateNetworkConditionsByRuleParams{MatchedNetworkConditions: matched})
}

// cookie gives the browser a session without a form.
func (p *screen) cookie(token string) {
	p.t.Helper()
	call(p, network.SetCookie, network.SetCookieParams{Name: client.CookieAt(p.base), Value: token, URL: p.base, Path: "/",
		HTTPOnly: new(true), Secure: new(strings.HasPrefix(p.base, "https:")), SameSite: network.CookieSameSiteLax})
}

// session that the browser holds.
func (p *screen) session() string {
	p.t.Helper()
	for _, c := range call(p, network.GetCookies, network.GetCookiesParams{URLs: []string{p.base}}).Cookies {
		if c.Name == client.CookieAt(p.base) {
			return c.Value
		}
	}
	require.Fail(p.t, "nobody is signed in", p.name)
	return ""
}
