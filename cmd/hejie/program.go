package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"
)

// shutdown is how long answers under way and sockets have to end.
const shutdown = 10 * time.Second

// lastTraces is how long a collector has to take the last traces.
const lastTraces = 2 * time.Second

// Program is a platform that can run: everything is open and the port listens, but nobody is answered before Run.
type Program struct {
	config  Config
	folder  folder
	demo    *demoOptions // nil: not the demo
	console console
	log     *slog.Logger
	port    port
	metrics *port // nil: no figures
	engine  *engine
}

// newProgram opens the installation, or makes a new one. Close gives everything back, also when Run was not called.
func newProgram(ctx context.Context, c Config, f folder, d *demoOptions, to console, log *slog.Logger) (_ *Program, err error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	p := &Program{config: c, folder: f, demo: d, console: to, log: log}
	if p.port, err = listen(ctx, c.Listen); err != nil { // first: a port that is taken is the most common mistake
		return nil, err
	}
	if c.Metrics != "" {
		d, err := listen(ctx, c.Metrics)
		if err != nil {
			return nil, errors.Join(fmt.Errorf("--metrics: %w", err), p.port.Close())
		}
		p.metrics = &d
	}
	if p.engine, err = p.open(ctx); err != nil {
		return nil, errors.Join(err, p.Close())
	}
	return p, nil
}

// URL at which this machine's browsers reach the program.
func (p *Program) URL() string { return p.port.origin(p.config) }

// base of links in messages.
func (p *Program) base() string {
	if p.config.PublicURL != "" {
		return strings.TrimRight(p.config.PublicURL, "/")
	}
	return p.URL()
}

// Run serves until ctx ends, then ends in order. The demo starts over when somebody resets it.
func (p *Program) Run(ctx context.Context) error {
	for {
		again, err := p.engine.run(ctx)
		if err != nil || !again {
			return err
		}
		p.log.Info("the demo starts afresh")
		e := p.engine
		p.engine = nil
		if err := e.Close(); err != nil {
			return err
		}
		if err := p.folder.wipe(); err != nil {
			return fmt.Errorf("wiping %s: %w", p.folder, err)
		}
		if p.engine, err = p.open(ctx); err != nil {
			return err
		}
	}
}

// Close gives back what the program holds.
func (p *Program) Close() error {
	var err error
	if p.engine != nil {
		err = p.engine.Close()
		p.engine = nil
	}
	if p.metrics != nil {
		err = errors.Join(err, p.metrics.Close())
	}
	return errors.Join(err, p.port.Close())
}

// announce tells the operator where to go.
func (p *Program) announce(ctx context.Context) error {
	if err := p.console.printf("listening on %s\n", p.URL()); err != nil {
		return err
	}
	if p.metrics != nil {
		if err := p.console.printf("figures on http://%s/metrics\n", p.metrics.Addr()); err != nil {
			return err
		}
	}
	if p.demo != nil {
		return p.announceDemo()
	}
	open, err := p.engine.app.SignIn.SetUpOpen(ctx)
	if err != nil || !open {
		return err
	}
	token, err := p.engine.app.SignIn.NewSetUpToken(ctx)
	if err != nil {
		return err
	}
	return p.console.printf("The installation in %s has no administrator yet; one that has is elsewhere: name it with --data or --database.\n"+
		"Set the platform up here, once, within %s; of links from several starts or replicas the last one holds:\n  %s/setup#%s\n",
		p.folder.where(), p.engine.app.Limits.SetUpLife, p.base(), token)
}

// serve tells the operator where to go, and runs to the end.
func (p *Program) serve(ctx context.Context) error {
	err := p.announce(ctx)
	if err == nil {
		err = p.Run(ctx)
	}
	return errors.Join(err, p.Close())
}

type serveCommand struct{ Config }

// Run is `hejie serve`.
func (c serveCommand) Run(ctx context.Context, to console, all Common) error {
	p, err := newProgram(ctx, c.Config, all.folder(), nil, to, all.logger(to))
	if err != nil {
		return err
	}
	return p.serve(ctx)
}
