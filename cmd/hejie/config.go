package main

import (
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"hejie/negotiation"
	"hejie/server/app"
	server "hejie/server/http"
)

// Config of a running platform: everything that `hejie serve` can be told, and what it means.
type Config struct {
	Listen  string   `help:"Address and port; port 0 takes a free one. Default ${default}." default:"localhost:8080" placeholder:"HOST:PORT"`
	TLSCert string   `help:"Certificate chain, PEM. Cookies need TLS off this machine." name:"tls-cert" type:"existingfile" placeholder:"FILE"`
	TLSKey  string   `help:"Key of the certificate, PEM." name:"tls-key" type:"existingfile" placeholder:"FILE"`
	Proxied bool     `help:"A proxy in front does TLS and sets X-Forwarded-For." name:"behind-proxy"`
	Proxies []string `help:"Networks that X-Forwarded-For is believed from. Default ${default}." name:"trusted-proxy" default:"127.0.0.0/8,::1/128" placeholder:"CIDR"`

	Drain time.Duration `help:"How long people are still served at the end while /readyz says no: time for a load balancer to send them elsewhere. Default ${default}." default:"0s" placeholder:"DURATION"`

	Metrics string `help:"Address and port for figures in Prometheus' form, at /metrics; for your own network only. None without." placeholder:"HOST:PORT"`
	Traces  string `help:"Collector of OpenTelemetry (OTLP over HTTP) that is told of every request and every walk through the door. None without." placeholder:"URL"`

	Bus string `help:"NATS of the replicas that share the database, tls:// or nats://, several with commas. Keep it to yourself: who can publish there can sign people out." placeholder:"URL"`

	Place

	PublicURL string `help:"Address of the site in messages; default what it listens on." name:"public-url" placeholder:"URL"`
	SMS       string `help:"How messages to phones leave: ${enum}. Without one consumers cannot sign in." enum:"none,stdout,webhook" default:"none"`
	SMSURL    string `help:"Gateway of the webhook." name:"sms-url" placeholder:"URL"`
	SMSSecret string `help:"File with the secret shared with the gateway, at least 16 bytes." name:"sms-secret-file" type:"existingfile" placeholder:"FILE"`
	Operator  string `help:"Name of who runs this platform, for the privacy notice (PIPL art. 17)." placeholder:"NAME"`
	Contact   string `help:"How people reach the operator: phone, address or e-mail." name:"operator-contact" placeholder:"TEXT"`
	Limits    string `help:"JSON file that overrides limits of the platform (see the README's table)." type:"existingfile" placeholder:"FILE"`
	Rules     string `help:"JSON file that overrides the rules of procedure for cases filed from now on." type:"existingfile" placeholder:"FILE"`
}

// Validate refuses flags that mean nothing without another one: who gives them takes something for done that is not.
func (c Config) Validate() error {
	if !c.Proxied && !slices.Equal(c.Proxies, []string{"127.0.0.0/8", "::1/128"}) {
		return errors.New("--trusted-proxy goes with --behind-proxy: else no forwarded address is believed")
	}
	return c.Place.Validate()
}

// longestDrain is as long as nobody minds to wait for an end.
const longestDrain = 5 * time.Minute

// check refuses a configuration that cannot serve people safely.
func (c Config) check() error {
	if (c.TLSCert == "") != (c.TLSKey == "") {
		return errors.New("--tls-cert and --tls-key go together")
	}
	if c.TLSCert != "" && c.Proxied {
		return errors.New("--tls-cert and --behind-proxy exclude each other: TLS ends here or at the proxy")
	}
	if hook := c.SMS == "webhook"; hook != (c.SMSURL != "") || hook != (c.SMSSecret != "") {
		return errors.New("--sms webhook takes --sms-url and --sms-secret-file, and they take it")
	}
	if _, err := c.proxies(); err != nil {
		return err
	}
	if c.Drain < 0 || c.Drain > longestDrain {
		return fmt.Errorf("--drain %s is not between 0s and %s", c.Drain, longestDrain)
	}
	if u, err := url.Parse(c.Traces); err != nil || c.Traces != "" && (u.Host == "" || u.Scheme != "http" && u.Scheme != "https") {
		return fmt.Errorf("--traces %s is not the address of a collector, like http://localhost:4318", c.Traces)
	}
	if err := c.checkBus(); err != nil {
		return err
	}
	if err := c.Place.check(); err != nil {
		return err
	}
	if c.TLSCert != "" {
		if _, err := tls.LoadX509KeyPair(c.TLSCert, c.TLSKey); err != nil {
			return err
		}
	}
	return errors.Join(c.checkOperator(), c.checkPublicURL(), c.checkListen())
}

// checkBus refuses what NATS would try for ever. The addresses may hold passwords, so they are not said.
func (c Config) checkBus() error {
	if c.Bus == "" {
		return nil
	}
	for _, s := range strings.Split(c.Bus, ",") {
		if u, err := url.Parse(strings.TrimSpace(s)); err != nil || u.Scheme != "nats" && u.Scheme != "tls" || u.Hostname() == "" {
			return errors.New("--bus takes addresses like nats://10.0.0.21 or tls://10.0.0.21, several with commas")
		}
	}
	return nil
}

// longestOperator is as much of a name, or of a contact, as stands in one line of a notice.
const longestOperator = 200 // characters

func (c Config) checkOperator() error {
	if (strings.TrimSpace(c.Operator) == "") != (strings.TrimSpace(c.Contact) == "") {
		return errors.New("--operator and --operator-contact go together")
	}
	for _, s := range []string{c.Operator, c.Contact} {
		if utf8.RuneCountInString(s) > longestOperator || !utf8.ValidString(s) || strings.ContainsFunc(s, unicode.IsControl) {
			return fmt.Errorf("--operator and --operator-contact are one line each, of at most %d characters", longestOperator)
		}
	}
	return nil
}

// operator as people are told; zero: nobody was named.
func (c Config) operator() server.Operator {
	return server.Operator{Name: strings.TrimSpace(c.Operator), Contact: strings.TrimSpace(c.Contact)}
}

// proxies are believed only when there is one.
func (c Config) proxies() (list []netip.Prefix, err error) {
	if !c.Proxied {
		return nil, nil
	}
	for _, s := range c.Proxies {
		p, err := netip.ParsePrefix(s)
		if err != nil {
			return nil, fmt.Errorf("--trusted-proxy %s is no network like 10.0.0.10/32", s)
		}
		list = append(list, p)
	}
	return list, nil
}

// sms is how messages leave, as the use cases know it.
func (c Config) sms() app.SMS {
	if c.SMS == "webhook" {
		return app.SMSWebhook
	}
	return app.SMS(c.SMS)
}

func (c Config) secure() bool { return c.TLSCert != "" || c.Proxied }

// overrides are the limits and the rules in force.
func (c Config) overrides() (app.Limits, negotiation.Rules, error) {
	limits, rules := app.DefaultLimits(), negotiation.DefaultRules()
	return limits, rules, errors.Join(override(c.Limits, &limits), override(c.Rules, &rules))
}

// override reads a JSON file over what is there; a field that is not known is a mistake, and so is a value that makes no sense.
func override(path string, into interface{ Check() error }) error {
	if path == "" {
		return nil
	}
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	d := json.NewDecoder(f)
	d.DisallowUnknownFields()
	err = d.Decode(into)
	if _, e := d.Token(); err == nil && e != io.EOF {
		err = errors.New("there is more than one value in it")
	}
	if err = errors.Join(err, f.Close()); err == nil {
		err = into.Check()
	}
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}
