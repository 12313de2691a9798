package app

import "sync"

// Revoked says whose rights ended or changed: all sessions of Account (deactivated, role changed, password changed elsewhere),
// or the one Session.
type Revoked struct {
	Account string `json:"account"`
	Session string `json:"session,omitempty"` // "" for all of the account
	Except  string `json:"except,omitempty"`  // but this one

	Elsewhere bool `json:"-"` // heard from another replica: not to be told on
}

// Concerns says whether the revocation ends the session.
func (r Revoked) Concerns(x Session) bool {
	if r.Session != "" {
		return x.ID == r.Session
	}
	return x.Actor.ID == r.Account && x.ID != r.Except
}

// Signals tells at once, in this process, that rights ended, so that sockets do not outlive a session, and that the calendar was
// changed, so that other replicas learn of it. The zero value is ready.
type Signals struct {
	mu       sync.Mutex
	next     int
	subs     map[int]func(Revoked)
	calendar func()
}

// OnCalendar calls f, the one and only, after each change of the calendar by this process. f must not block.
func (s *Signals) OnCalendar(f func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calendar = f
}

func (s *Signals) calendarChanged() {
	s.mu.Lock()
	f := s.calendar
	s.mu.Unlock()
	if f != nil {
		f()
	}
}

// OnRevoked calls f for each revocation from now on, after its commit, on the goroutine of the one who revoked: f must not
// block. Stop ends it.
func (s *Signals) OnRevoked(f func(Revoked)) (stop func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.subs == nil {
		s.subs = make(map[int]func(Revoked))
	}
	s.next++
	id := s.next
	s.subs[id] = f
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.subs, id)
	}
}

func (s *Signals) revoke(r Revoked) {
	s.mu.Lock()
	fs := make([]func(Revoked), 0, len(s.subs))
	for _, f := range s.subs {
		fs = append(fs, f)
	}
	s.mu.Unlock()
	for _, f := range fs {
		f(r)
	}
}
