package e2e

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"hejie/e2e/client"
	"hejie/e2e/platform"
)

// webkit is a window of a browser with the engine that every iPhone has, driven by WebDriver (W3C).
type webkit struct {
	t       *testing.T
	s       *server
	session string // its address
	http    *http.Client
}

// webkit opens a window as wide as a phone on a screen that nobody sees.
func (s *server) webkit(t *testing.T) *webkit {
	t.Helper()
	browsers, err := filepath.Glob("/usr/lib/*/webkit2gtk-4.*/MiniBrowser")
	require.NoError(t, err)
	require.NotEmpty(t, browsers, "no WebKit: .ci/packages installs it")
	addr, err := platform.FreeAddr()
	require.NoError(t, err)
	_, port, _ := strings.Cut(addr, ":")
	home := t.TempDir()
	driver := exec.Command("WebKitWebDriver", "--port="+port)
	driver.Env = append(os.Environ(), "DISPLAY=:"+display(t), "LIBGL_ALWAYS_SOFTWARE=1", "WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS=1", // root has no other way
		"HOME="+home, "XDG_CACHE_HOME="+home, "XDG_CONFIG_HOME="+home, "XDG_DATA_HOME="+home, "TZ=America/New_York", "LC_ALL=C.UTF-8")
	began(t, driver)

	b := &webkit{t: t, s: s, session: "http://" + addr, http: &http.Client{Transport: &http.Transport{}}}
	t.Cleanup(b.http.CloseIdleConnections)
	require.Eventually(t, func() bool {
		r, err := b.http.Get(b.session + "/status")
		return err == nil && r.Body.Close() == nil
	}, patience, patience/400)
	var made struct{ SessionID string }
	b.ask(http.MethodPost, "/session", map[string]any{"capabilities": map[string]any{"alwaysMatch": map[string]any{"webkitgtk:browserOptions": map[string]any{
		"binary": browsers[0], "args": []string{"--automation"}}}}}, &made)
	b.session += "/session/" + made.SessionID
	t.Cleanup(func() {
		if t.Failed() {
			b.shot("failed")
		}
		b.ask(http.MethodDelete, "", nil, nil)
	})
	b.ask(http.MethodPost, "/window/rect", map[string]int{"x": 0, "y": 0, "width": 430, "height": 900}, nil)
	return b
}

// display is the number of a screen that nobody sees.
func display(t *testing.T) string {
	t.Helper()
	tell, told, err := os.Pipe()
	require.NoError(t, err)
	screen := exec.Command("Xvfb", "-displayfd", "3", "-screen", "0", "1280x1024x24", "-nolisten", "tcp")
	screen.ExtraFiles = []*os.File{told}
	began(t, screen)
	require.NoError(t, told.Close())
	number, err := bufio.NewReader(tell).ReadString('\n')
	require.NoError(t, err)
	require.NoError(t, tell.Close())
	return strings.TrimSpace(number)
}

// began starts a command, which ends with the test, and all that it starts.
func began(t *testing.T, c *exec.Cmd) {
	t.Helper()
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	require.NoError(t, c.Start())
	t.Cleanup(func() {
		_ = syscall.Kill(-c.Process.Pid, syscall.SIGKILL) // it may have ended
		_ = c.Wait()                                      // which says that it was killed
	})
}

// try asks the driver; the error is the driver's.
func (b *webkit) try(method, path string, with, into any) error {
	b.t.Helper()
	var body bytes.Buffer
	if with != nil {
		require.NoError(b.t, json.NewEncoder(&body).Encode(with))
	}
	r, err := http.NewRequest(method, b.session+path, &body)
	require.NoError(b.t, err)
	a, err := b.http.Do(r)
	require.NoError(b.t, err)
	said, err := io.ReadAll(a.Body)
	require.NoError(b.t, err)
	require.NoError(b.t, a.Body.Close())
	if a.StatusCode != http.StatusOK {
		return fmt.Errorf("%s %s: %s", method, path, said)
	}
	if into == nil {
		return nil
	}
	return json.Unmarshal(said, &struct{ Value any }{into})
}

func (b *webkit) ask(method, path string, with, into any) {
	b.t.Helper()
	require.NoError(b.t, b.try(method, path, with, into))
}

func (b *webkit) word(key string, params ...any) string {
	b.t.Helper()
	return word(b.t, "zh", key, params...)
}

func (b *webkit) open(path string) {
	b.t.Helper()
	b.ask(http.MethodPost, "/url", map[string]string{"url": b.s.url + path}, nil)
}

// eval gives what a script returns.
func (b *webkit) eval(script string, into any, args ...any) {
	b.t.Helper()
	b.ask(http.MethodPost, "/execute/sync", map[string]any{"script": script, "args": append([]any{}, args...)}, into)
}

// until waits for what a script returns.
func (b *webkit) until(what, script string, args ...any) json.RawMessage {
	b.t.Helper()
	var found json.RawMessage
	require.Eventually(b.t, func() bool {
		b.eval(script, &found, args...)
		return !bytes.Contains([]byte("null false 0 \"\""), found)
	}, patience, patience/200, what)
	return found
}

func (b *webkit) sees(texts ...string) {
	b.t.Helper()
	for _, text := range texts {
		b.until("not on the screen: "+text, `return document.body.innerText.includes(arguments[0])`, text)
	}
}

// Elements by their role and what begins their name. Of several the last one counts, which is the one on top; ground is the beginning of the text
// that the group around it has, "" for any.
const finding = `const [role, name, ground] = arguments
const has = (text) => (text || '').replace(/\s+/g, ' ').trim().startsWith(name)
const kinds = { button: 'button', link: 'a[href]', option: '[role=option]', radio: 'input[type=radio]', checkbox: 'input[type=checkbox]', field: 'input,textarea', file: 'input[type=file]' }
const around = ground ? [...document.querySelectorAll('fieldset,[role=radiogroup],dialog[open]')].filter((one) => one.innerText.trim().startsWith(ground)).pop() : document
const found = [...(around?.querySelectorAll(kinds[role]) ?? [])].filter((el) => !el.disabled && (el.checkVisibility() || role === 'file') &&
  (has(el.getAttribute('aria-label')) || has(el.textContent) || [...(el.labels || [])].some((one) => has(one.textContent)))).pop()
if (found && role !== 'file') found.scrollIntoView({ block: 'center', behavior: 'instant' })
return found ?? null`

// element finds one that can be used; the answer is the path that the driver knows it by.
func (b *webkit) element(role, name, ground string) string {
	b.t.Helper()
	var found map[string]string
	require.NoError(b.t, json.Unmarshal(b.until(fmt.Sprintf("no %s %q", role, name), finding, role, name, ground), &found))
	for _, id := range found {
		return "/element/" + id
	}
	return ""
}

// click what can be clicked. It may be replaced, or covered, just then: the driver refuses, and it is tried again.
func (b *webkit) click(role, name string, ground ...string) {
	b.t.Helper()
	var err error
	require.Eventually(b.t, func() bool {
		err = b.try(http.MethodPost, b.element(role, name, strings.Join(ground, ""))+"/click", map[string]any{}, nil)
		return err == nil
	}, patience, patience/200, "%s %q: %v", role, name, err)
}

func (b *webkit) press(key string, ground ...string) {
	b.t.Helper()
	b.click("button", b.word(key), ground...)
}

// fill types into a field, in place of what is there.
func (b *webkit) fill(name, text string) {
	b.t.Helper()
	field := b.element("field", name, "")
	b.ask(http.MethodPost, field+"/clear", map[string]any{}, nil)
	b.ask(http.MethodPost, field+"/value", map[string]string{"text": text}, nil)
}

// set a date, which each browser lets people choose in its own way.
func (b *webkit) set(name, value string) {
	b.t.Helper()
	b.element("field", name, "")
	b.eval(`const value = arguments[3], field = (() => { `+finding+` })()
Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set.call(field, value)
field.dispatchEvent(new Event('input', { bubbles: true }))
field.dispatchEvent(new Event('change', { bubbles: true }))`, nil, "field", name, "", value)
}

// token of who is signed in.
func (b *webkit) token() string {
	b.t.Helper()
	var c struct{ Value string }
	b.ask(http.MethodGet, "/cookie/"+client.CookieAt(b.s.url), nil, &c)
	return c.Value
}

// gives a file to the field that takes them.
func (b *webkit) gives(path string) {
	b.t.Helper()
	var found map[string]string
	require.NoError(b.t, json.Unmarshal(b.until("nothing takes files", `return document.querySelector('input[type=file][multiple]')`), &found))
	for _, id := range found {
		b.ask(http.MethodPost, "/element/"+id+"/value", map[string]string{"text": path}, nil)
	}
}

// atEnd waits until the page shows its end, where the newest is.
func (b *webkit) atEnd() {
	b.t.Helper()
	b.until("the newest lies behind the field", `return innerHeight + Math.ceil(scrollY) >= document.documentElement.scrollHeight`)
}

// shot of the window, under the test's name.
func (b *webkit) shot(what string) {
	b.t.Helper()
	var picture []byte
	b.ask(http.MethodGet, "/screenshot", nil, &picture)
	keep(b.t, "webkit-"+what+".png", picture)
}
