package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"hejie/cmd/hejie/demo"
	"hejie/negotiation"
	"hejie/server/app"
	"hejie/server/store"
)

type demoOptions struct {
	Fresh bool `help:"Forget what was done in the demo and build it for today." env:"-"`
}

type demoCommand struct {
	demoOptions
	Listen string `help:"Address and port on this machine; port 0 takes a free one. Default ${default}." default:"localhost:8080" placeholder:"HOST:PORT"`
}

// Run is `hejie demo`.
func (c demoCommand) Run(ctx context.Context, to console, all Common) error {
	p, err := newDemo(ctx, c, all, to)
	if err != nil {
		return err
	}
	return p.serve(ctx)
}

func newDemo(ctx context.Context, c demoCommand, all Common, to console) (*Program, error) {
	if all.Database != "" {
		return nil, errors.New("the demo keeps its own file: leave --database away")
	}
	config := Config{Listen: c.Listen, SMS: string(app.SMSDemo),
		Operator: "和解演示中心（虚构，仅供演示） Hejie Demo Centre (invented)", Contact: "0730-0000000（演示号码，无人接听 nobody answers）"}
	if err := config.checkListen(); err != nil {
		return nil, err
	}
	return newProgram(ctx, config, folder{path: filepath.Join(all.Data, demoName)}, &c.demoOptions, to, all.logger(to))
}

func (p *Program) announceDemo() error {
	err := p.console.printf("\n  Enter as anybody      %s/demo\n  Codes and messages    %s/demo/outbox\n\n  Staff can also sign in with the password %s:\n", p.URL(), p.URL(), demo.Password)
	for _, a := range demo.Accounts() {
		err = errors.Join(err, p.console.printf("    %-16s %s\n", a.Login, a.Who))
	}
	err = errors.Join(err, p.console.printf("\n  Everything is invented. Started afresh by --fresh or on the page.\n"))
	c, readErr := p.folder.readCard()
	if age := time.Since(c.Built); readErr == nil && age > stale {
		err = errors.Join(err, p.console.printf("\n  This world was made %d days ago, and its clocks ran on since. Make it anew for today: %s demo --fresh --data %s\n",
			age/(24*time.Hour), os.Args[0], filepath.Dir(p.folder.path)))
	}
	return errors.Join(err, readErr, p.console.printf("\n"))
}

// stale is a demo whose clocks have mostly run out.
const stale = 3 * 24 * time.Hour

// card is the demo's mark on its folder: nothing without it is ever wiped.
type card struct {
	Demo  bool      `json:"demo"`
	Built time.Time `json:"built,omitzero"` // when the world was whole
}

const cardName = "demo.json"

func (f folder) card() string { return filepath.Join(f.path, cardName) }

// refuseDemo keeps a demo, or a copy of one, from being served: everybody knows the password of its staff.
func (f folder) refuseDemo() error {
	c, err := f.readCard()
	if err == nil && c.Demo {
		err = fmt.Errorf("%s holds a demo, whose password everybody knows: run \"hejie demo\", or name another folder with --data", f)
	}
	return err
}

func (f folder) readCard() (c card, err error) {
	b, err := os.ReadFile(f.card())
	if errors.Is(err, fs.ErrNotExist) {
		return card{}, nil
	}
	if err != nil {
		return card{}, err
	}
	return c, json.Unmarshal(b, &c)
}

func (f folder) writeCard(c card) error {
	b, err := json.Marshal(c)
	if err != nil {
		return err
	}
	return writeOver(f.card(), b)
}

// takeForDemo makes sure that the folder is the demo's, and empty when a fresh start is wished or the last one did not end.
func (f folder) takeForDemo(fresh bool) error {
	c, err := f.readCard()
	if err != nil {
		return err
	}
	if ok, err := f.exists(); err != nil || ok && !c.Demo {
		return errors.Join(err, fmt.Errorf("%s holds an installation that is not a demo: name another folder with --data", f))
	}
	if !c.Demo {
		if err := os.MkdirAll(f.path, 0o700); err != nil {
			return err
		}
		return f.writeCard(card{Demo: true})
	}
	if fresh || c.Built.IsZero() {
		return f.wipe()
	}
	return nil
}

// claim makes sure that the folder may be served as what is asked for.
func (p *Program) claim() error {
	if p.demo == nil {
		return p.folder.refuseDemo()
	}
	fresh := p.demo.Fresh
	p.demo.Fresh = false // a demo that starts over was wiped
	return p.folder.takeForDemo(fresh)
}

// wipe empties a demo's folder of what a demo makes, and of nothing else.
func (f folder) wipe() error {
	if c, err := f.readCard(); err != nil || !c.Demo {
		return errors.Join(err, fmt.Errorf("%s is not a demo", f))
	}
	if ok, err := f.exists(); err != nil {
		return err
	} else if ok { // nobody else may have it open
		s, err := store.Open(f.database(), store.Options{})
		if err != nil {
			return err
		}
		if err := s.Close(); err != nil {
			return err
		}
	}
	if err := f.writeCard(card{Demo: true}); err != nil {
		return err
	}
	paths, err := filepath.Glob(f.database() + "*")
	if err != nil {
		return err
	}
	for _, path := range append(paths, f.secret(), f.evidence()) {
		if err := os.RemoveAll(path); err != nil {
			return err
		}
	}
	return nil
}

// furnish builds the demo's world when it is not there, and gives its clock, which runs on from where business time was.
func (p *Program) furnish(ctx context.Context, w *app.World, rules negotiation.Rules) (*app.ShiftedClock, error) {
	w.SMS, w.Hash = app.SMSDemo, demo.HashParams()
	c, err := p.folder.readCard()
	if err != nil {
		return nil, err
	}
	if c.Built.IsZero() {
		start := time.Now()
		if err := demo.Build(ctx, demo.Ground{World: *w, Rules: rules, Now: w.Real.Now(), Seed: demo.Seed}); err != nil {
			return nil, fmt.Errorf("building the demo: %w", err)
		}
		if err := p.folder.writeCard(card{Demo: true, Built: w.Real.Now()}); err != nil {
			return nil, err
		}
		p.log.Info("the demo was built", since(start))
	}
	clock := &app.ShiftedClock{Base: w.Real}
	last, err := w.Plain.Heartbeat(ctx)
	switch {
	case err == nil:
		clock.AdvanceTo(last)
	case negotiation.CodeOf(err) != negotiation.CodeNotFound:
		return nil, err
	}
	w.Business = clock
	// A demo that was off is no outage: nobody was kept from anything.
	return clock, w.Plain.Write(ctx, func(tx app.PlainTx) error { return tx.Beat(ctx, clock.Now()) })
}
