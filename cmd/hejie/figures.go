package main

import (
	"context"
	"errors"
	"net/http"
	"time"

	"hejie/server/figures"
)

// figures of the parts, and of what lies in the store.
func (e *engine) figures() *figures.Figures {
	s := figures.Sources{
		Version: version(),
		Sockets: func() int { return e.hub.Sockets() },
		Rooms:   func() int { return e.hub.Rooms() },
		Due: func() (int, time.Duration) {
			s := e.due.Stats()
			return s.Backlog, s.Lag
		},
		Outbox: func(ctx context.Context) (int, time.Duration, error) {
			now := time.Now()
			n, first, err := e.store.Plain().OutboxWaiting(ctx, now)
			if err != nil || n == 0 {
				return 0, 0, err
			}
			return n, now.Sub(first), nil
		},
		Evidence: func(ctx context.Context) error { return e.vault.Ping(ctx) },
		Logger:   e.log,
	}
	if e.config.Bus != "" {
		s.Bus = func() bool { return e.relay.Up() }
	}
	return figures.New(s)
}

// publish answers /metrics on an address of its own until ctx ends: figures are the operator's, not the public's.
func (e *engine) publish(ctx context.Context, f *figures.Figures) error {
	l, err := e.metrics.lend()
	if err != nil {
		return err
	}
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", f.Handler())
	s := &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second, WriteTimeout: 30 * time.Second}
	defer context.AfterFunc(ctx, func() { s.Close() })()
	if err := s.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
