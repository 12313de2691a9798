package main

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"hejie/negotiation"
)

// seldom is how often it is said again that something is away.
const seldom = 30 * time.Second

// repeats keeps the log readable while something is away (unavailable): workers meet it each second, and so does each visitor. Of lines that say
// the same of the same route the first goes out at once, and then one in a while, which tells how many were left out. What else
// goes wrong is said each time.
type repeats struct {
	slog.Handler
	said *said
}

// said is what was said when, by message and route: of both there are few.
type said struct {
	mu    sync.Mutex
	kinds map[string]*telling
}

type telling struct {
	last time.Time // that it was told
	left int       // out since
}

func newRepeats(h slog.Handler) repeats {
	return repeats{Handler: h, said: &said{kinds: map[string]*telling{}}}
}

func (p repeats) Handle(ctx context.Context, r slog.Record) error {
	if r.Level < slog.LevelWarn {
		return p.Handler.Handle(ctx, r)
	}
	away, route := about(r)
	if !away {
		return p.Handler.Handle(ctx, r)
	}
	before, tell := p.said.tell(r.Message+" "+route, r.Time)
	if !tell {
		return nil
	}
	if before.left > 0 {
		r = r.Clone()
		r.AddAttrs(slog.Int("left_out", before.left), slog.Time("since", before.last))
	}
	return p.Handler.Handle(ctx, r)
}

// tell says whether a line is told now, and if so what came before it.
func (s *said) tell(kind string, now time.Time) (before telling, tell bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t, ok := s.kinds[kind]
	if !ok {
		t = &telling{}
		s.kinds[kind] = t
	}
	if ok && now.Sub(t.last) < seldom {
		t.left++
		return *t, false
	}
	before, *t = *t, telling{last: now}
	return before, true
}

// about says whether a line tells of something that is away, itself or as the cause, and of which route.
func about(r slog.Record) (away bool, route string) {
	r.Attrs(func(a slog.Attr) bool {
		if a.Key == "route" {
			route = a.Value.String()
		}
		err, ok := a.Value.Any().(error)
		away = away || ok && unavailable(err)
		return true
	})
	return away, route
}

func unavailable(err error) bool {
	for e, ok := errors.AsType[*negotiation.Error](err); ok; e, ok = errors.AsType[*negotiation.Error](e.Unwrap()) {
		if e.Code == negotiation.CodeUnavailable {
			return true
		}
	}
	return false
}

func (p repeats) WithAttrs(attrs []slog.Attr) slog.Handler {
	p.Handler = p.Handler.WithAttrs(attrs)
	return p
}

func (p repeats) WithGroup(name string) slog.Handler {
	p.Handler = p.Handler.WithGroup(name)
	return p
}
