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
		Due: func() (backlog, resting, failed int) {
			s := e.due.Stats()
			return s.Backlog, s.Resting, int(s.Failed)
		},
		Late: func(ctx context.Context) (time.Duration, error) {
			_, first, err := e.store.Due(ctx, time.Time{}, 0)
			if err != nil || first.IsZero() {
				return 0, err
			}
			return max(0, e.business.Now().Sub(first)), nil
		},
		Outbox: func(ctx context.Context) (int, time.Duration, error) {
			n, first, err := e.store.Plain().OutboxWaiting(ctx)
			if err != nil || n == 0 {
				return 0, 0, err
			}
			return n, time.Since(first), nil
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
