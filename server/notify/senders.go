package notify

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"hejie/server/app"
)

// Stdout prints messages, for trying the program out. It shows one-time codes to whoever reads the console.
type Stdout struct{ w io.Writer }

// NewStdout warns once.
func NewStdout(w io.Writer, log *slog.Logger) Stdout {
	log.Warn("messages to phones are printed here and sent nowhere: not for use with people's numbers")
	return Stdout{w}
}

// Send prints one line.
func (s Stdout) Send(_ context.Context, m Message) error {
	_, err := fmt.Fprintf(s.w, "SMS %s: %s\n", m.To, m.Text)
	return err
}

// None sends nothing: consumers cannot sign in, and notices are marked as not sent.
type None struct{}

// Send refuses.
func (None) Send(context.Context, Message) error { return Refused{"there is no SMS adapter"} }

// Demo takes everything; the worker keeps it for the demo's page (Options.Keep).
type Demo struct{}

// Send does nothing.
func (Demo) Send(context.Context, Message) error { return nil }

// Webhook hands messages to a gateway for short messages by POST of JSON
//
//	{"id": "<uuid>", "to": "+8613800138000", "text": "…", "template": "new_offer", "params": {"code": "K7QM2-XW9PD", …}}
//
// with the headers Idempotency-Key (the id), Hejie-Timestamp (seconds since 1970) and Hejie-Signature:
// "sha256=" and, in hex, HMAC-SHA-256(secret, timestamp ‖ "." ‖ body). The same id may come again after a failure or a crash.
// 2xx takes the message; 408, 425, 429 and 5xx are tried again; everything else, redirects too, refuses it.
type Webhook struct {
	url    string
	secret []byte
	client *http.Client
	clock  app.Clock
}

// NewWebhook takes the address of the gateway (https, or http to this machine) and the secret shared with it, at least 16 bytes.
func NewWebhook(address string, secret []byte, clock app.Clock) (*Webhook, error) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Scheme != "https" && (u.Scheme != "http" || !local(u.Hostname())) {
		return nil, errors.New("the SMS webhook takes an https address, or http to this machine")
	}
	if len(secret) < 16 {
		return nil, errors.New("the secret of the SMS webhook has at least 16 bytes")
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConnsPerHost = atOnce
	return &Webhook{u.String(), secret, &http.Client{Transport: transport, Timeout: 10 * time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}, clock}, nil
}

func local(host string) bool { return host == "localhost" || host == "127.0.0.1" || host == "::1" }

// Close ends idle connections.
func (h *Webhook) Close() { h.client.CloseIdleConnections() }

// Send posts the message. Errors hold neither number nor text.
func (h *Webhook) Send(ctx context.Context, m Message) error {
	body, err := json.Marshal(map[string]any{"id": m.ID, "to": m.To, "text": m.Text, "template": m.Template, "params": m.Params})
	if err != nil {
		return err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, h.url, bytes.NewReader(body))
	if err != nil {
		return err
	}
	at := strconv.FormatInt(h.clock.Now().Unix(), 10)
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Idempotency-Key", m.ID)
	r.Header.Set("Hejie-Timestamp", at)
	r.Header.Set("Hejie-Signature", "sha256="+Sign(h.secret, at, body))
	resp, err := h.client.Do(r)
	if where, ok := errors.AsType[*url.Error](err); ok {
		return where.Err // without the address, which may hold a key
	}
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if _, err := io.Copy(io.Discard, io.LimitReader(resp.Body, 64<<10)); err != nil && resp.StatusCode/100 != 2 {
		return err
	}
	return verdict(resp.StatusCode)
}

func verdict(status int) error {
	switch {
	case status/100 == 2:
		return nil
	case status >= 500, status == http.StatusRequestTimeout, status == http.StatusTooEarly, status == http.StatusTooManyRequests:
		return fmt.Errorf("the gateway answered %d", status)
	}
	return Refused{fmt.Sprintf("the gateway answered %d", status)}
}

// Sign is the signature of a body that was sent at a time.
func Sign(secret []byte, timestamp string, body []byte) string {
	m := hmac.New(sha256.New, secret)
	m.Write([]byte(timestamp + "."))
	m.Write(body)
	return hex.EncodeToString(m.Sum(nil))
}
