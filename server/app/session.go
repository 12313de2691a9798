package app

import (
	"cmp"
	"context"
	"log/slog"
	"slices"
	"sync"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"

	"hejie/negotiation"
)

// Session is a signed-in browser, as the rest of the program sees it.
type Session struct {
	ID       string
	Actor    negotiation.Actor
	Language string    // zh, en
	Created  time.Time // real time
	Expires  time.Time // real time; sockets of the session end then, however busy they are

	fresh  time.Time // business time; a consumer's cases touched since are open
	all    bool
	opened []string
	seen   time.Time
	read   time.Time // from the store
}

// Sealed says whether a consumer's case is too old for what this session proved: it was not touched within Limits.FreshCases
// (lastAt is the time of its last event), and neither its case code nor its order number was given at sign-in. Numbers are given
// to new people after a time, so an old case does not open by the number alone, and stands in no list: its code is the key to it.
func (s Session) Sealed(caseID string, lastAt time.Time) bool {
	return s.Actor.Role == negotiation.RoleConsumer && !s.all && lastAt.Before(s.fresh) && !slices.Contains(s.opened, caseID)
}

// Opens says case_code_required for the consumer's own case that is sealed to the session. It says nothing of other cases: whether
// they are there is not the session's to tell.
func (s Session) Opens(c *negotiation.Case) error {
	if c.Consumer == s.Actor.ID && s.Sealed(c.ID, c.LastAt) {
		return negotiation.NewError(CodeCaseCodeRequired)
	}
	return nil
}

// proves says whether the session shows that a consumer is the one to whom the account's data belong, and not the next owner of the
// number: last is when one of the account's cases was last touched, zero without a case.
func (s Session) proves(last time.Time) bool {
	return s.all || len(s.opened) > 0 || last.IsZero() || !last.Before(s.fresh)
}

// Case is the one whose case code or order number was given at sign-in; "" without.
func (s Session) Case() string {
	if len(s.opened) == 0 {
		return ""
	}
	return s.opened[0]
}

// SignedIn is a new session. Token goes into the cookie and is nowhere else. Mark is what the browser shows when it signs in again.
type SignedIn struct {
	Token   string
	Session Session
	Mark    string
}

// SessionInfo is a session in the list of one's own sessions.
type SessionInfo struct {
	ID      string    `json:"id"`
	Created time.Time `json:"created"`
	Seen    time.Time `json:"seen"`
	Expires time.Time `json:"expires"`
	Agent   string    `json:"agent"`
	Current bool      `json:"current"`
}

// SessionRow is a session as it is stored.
type SessionRow struct {
	ID      string
	Token   []byte // SHA-256 of the bearer token
	Account string
	Created time.Time
	Seen    time.Time
	Expires time.Time // whatever happens
	Agent   string    // what the browser calls itself, cut to 200 characters
	All     bool      // opens every case of the consumer
	Opened  []string  // older cases that were proved
}

// SessionReader reads sessions.
type SessionReader interface {
	Session(ctx context.Context, tokenHash []byte) (SessionRow, error)
	SessionByID(ctx context.Context, id string) (SessionRow, error)
	Sessions(ctx context.Context, account string, now time.Time) ([]SessionRow, error) // alive, newest first
	LiveSessions(ctx context.Context, ids []string, now time.Time) ([]string, error)   // those of them that have not ended, of accounts that are active
}

// SessionWriter writes sessions.
type SessionWriter interface {
	AddSession(ctx context.Context, s SessionRow) error                // the account was seen then
	TouchSession(ctx context.Context, id string, seen time.Time) error // and its account, to the day
	OpenInSession(ctx context.Context, session, caseID string) error
	EndSession(ctx context.Context, id string) error
	EndSessions(ctx context.Context, account, except string) error
}

// Client is where a request comes from.
type Client struct {
	Addr  string   // network address without port
	Agent string   // User-Agent
	Marks []string // of logins that signed in there before
}

// Sessions resolves, lists and ends sessions. What it resolved it keeps for half a minute and forgets at once on revocation.
type Sessions struct {
	w       World
	signals *Signals
	good    time.Duration // what was resolved counts so long

	mu    sync.Mutex
	cache *lru.Cache[tokenHash, Session]
	epoch int64 // grows with each revocation: what was read before one is not cached after it
}

const (
	sessionsCached = 10_000
	sessionCache   = 30 * time.Second // so long a change by a command of the console may go unnoticed
	sharedCache    = 2 * time.Second  // and one by another replica, should its signal be lost
	touchEvery     = time.Minute
	agentLength    = 200
)

func newSessions(w World, signals *Signals) *Sessions {
	cache, err := lru.New[tokenHash, Session](sessionsCached)
	if err != nil { // only for a size below one
		panic(err)
	}
	s := &Sessions{w: w, signals: signals, cache: cache, good: sessionCache}
	if w.Replicas {
		s.good = sharedCache
	}
	return s
}

// Resolve gives the session of a bearer token, or sign_in_required. It is asked on each request; use is noted once a minute.
func (s *Sessions) Resolve(ctx context.Context, token string) (Session, error) {
	if len(token) != 43 { // 32 bytes in base64url
		return Session{}, signInRequired()
	}
	key, now := hashOf(token), s.w.Real.Now()
	s.mu.Lock()
	found, ok := s.cache.Get(key)
	epoch := s.epoch
	s.mu.Unlock()
	if ok = ok && now.Sub(found.read) < s.good; !ok {
		var err error
		if found, err = s.load(ctx, key[:]); err != nil {
			return Session{}, err
		}
		found.read = now
	}
	idle, _ := s.w.Limits.session(found.Actor.Role)
	if !now.Before(found.Expires) || now.Sub(found.seen) >= idle {
		return Session{}, signInRequired()
	}
	touch := now.Sub(found.seen) >= touchEvery
	if touch {
		found.seen = now
	}
	if touch || !ok {
		s.keep(key, found, epoch)
	}
	if touch {
		s.touch(ctx, found.ID, now)
	}
	return s.dated(found), nil
}

// touch notes use. A reader is not refused because that could not be done.
func (s *Sessions) touch(ctx context.Context, id string, now time.Time) {
	if err := s.w.Plain.Write(ctx, func(tx PlainTx) error { return tx.TouchSession(ctx, id, now) }); err != nil {
		s.w.Logger.WarnContext(ctx, "session not touched", slog.Any("error", err))
	}
}

func (s *Sessions) keep(key tokenHash, found Session, epoch int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.epoch == epoch {
		s.cache.Add(key, found)
	}
}

// dated sets what moves with business time.
func (s *Sessions) dated(x Session) Session {
	x.fresh = s.w.Business.Now().Add(-s.w.Limits.FreshCases)
	return x
}

func (s *Sessions) load(ctx context.Context, hash []byte) (Session, error) {
	row, err := s.w.Plain.Session(ctx, hash)
	if err != nil {
		return Session{}, ended(err)
	}
	a, err := s.w.Plain.Account(ctx, row.Account)
	if err != nil {
		return Session{}, ended(err)
	}
	if !a.Active {
		return Session{}, signInRequired()
	}
	return sessionOf(ctx, s.w.Plain, a, row)
}

func ended(err error) error {
	if negotiation.CodeOf(err) == negotiation.CodeNotFound {
		return signInRequired()
	}
	return err
}

func sessionOf(ctx context.Context, r PlainReader, a Account, row SessionRow) (Session, error) {
	actor, err := actorOf(ctx, r, a)
	if err != nil {
		return Session{}, err
	}
	return Session{ID: row.ID, Actor: actor, Language: a.Language, Created: row.Created, Expires: row.Expires,
		all: row.All, opened: row.Opened, seen: row.Seen}, nil
}

func actorOf(ctx context.Context, r PlainReader, a Account) (negotiation.Actor, error) {
	actor := negotiation.Actor{ID: a.ID, Role: a.Role, Enterprise: a.Enterprise, Bureau: a.Bureau}
	if a.Bureau != "" {
		b, err := r.Bureau(ctx, a.Bureau)
		if err != nil {
			return negotiation.Actor{}, err
		}
		actor.Region = b.Region
	}
	return actor, nil
}

// opening says what a new session of a consumer opens beyond fresh cases.
type opening struct {
	all    bool
	caseID string
}

// start adds a session of the account within a transaction.
func (s *Sessions) start(ctx context.Context, tx PlainTx, a Account, c Client, o opening) (SignedIn, error) {
	token, now := newToken(), s.w.Real.Now()
	_, longest := s.w.Limits.session(a.Role)
	row := SessionRow{ID: NewID(), Token: hashToken(token), Account: a.ID, Created: now, Seen: now, Expires: now.Add(longest),
		Agent: cut(c.Agent, agentLength), All: o.all}
	if err := tx.AddSession(ctx, row); err != nil {
		return SignedIn{}, err
	}
	if o.caseID != "" {
		if err := tx.OpenInSession(ctx, row.ID, o.caseID); err != nil {
			return SignedIn{}, err
		}
		row.Opened = []string{o.caseID}
	}
	x, err := sessionOf(ctx, tx, a, row)
	return SignedIn{token, s.dated(x), s.w.Secret.mark(a.Login)}, err
}

// CheckCase says case_code_required for a case that is sealed to the session (see Session.Sealed). Everybody who opens a case by
// its id for a reader calls it beside the rights of the case itself; for any other case, and for none, it is nil.
func (s *Sessions) CheckCase(ctx context.Context, x Session, caseID string) error {
	if x.Actor.Role != negotiation.RoleConsumer || x.all {
		return nil
	}
	c, _, err := s.w.Log.Case(ctx, caseID)
	if negotiation.CodeOf(err) == negotiation.CodeNotFound {
		return nil // the door and the readers say not_found
	}
	if err != nil {
		return err
	}
	return x.Opens(c)
}

// List gives the sessions of the account, newest first.
func (s *Sessions) List(ctx context.Context, x Session) ([]SessionInfo, error) {
	now := s.w.Real.Now()
	rows, err := s.w.Plain.Sessions(ctx, x.Actor.ID, now)
	if err != nil {
		return nil, err
	}
	idle, _ := s.w.Limits.session(x.Actor.Role)
	infos := make([]SessionInfo, 0, len(rows))
	for _, r := range rows {
		if now.Sub(r.Seen) < idle {
			infos = append(infos, SessionInfo{r.ID, r.Created, r.Seen, r.Expires, r.Agent, r.ID == x.ID})
		}
	}
	slices.SortFunc(infos, func(a, b SessionInfo) int {
		return cmp.Or(b.Created.Compare(a.Created), cmp.Compare(b.ID, a.ID))
	})
	return infos, nil
}

// SignOut ends the session.
func (s *Sessions) SignOut(ctx context.Context, x Session) error { return s.Revoke(ctx, x, x.ID) }

// Revoke ends one of the account's own sessions, or says not_found.
func (s *Sessions) Revoke(ctx context.Context, x Session, id string) error {
	err := s.w.Plain.Write(ctx, func(tx PlainTx) error {
		row, err := tx.SessionByID(ctx, id)
		if err != nil {
			return err
		}
		if row.Account != x.Actor.ID {
			return notFound()
		}
		return tx.EndSession(ctx, id)
	})
	if err != nil {
		return err
	}
	s.forget(Revoked{Account: x.Actor.ID, Session: id})
	return nil
}

// RevokeOthers ends all of the account's own sessions but this one, and their sockets.
func (s *Sessions) RevokeOthers(ctx context.Context, x Session) error {
	err := s.w.Plain.Write(ctx, func(tx PlainTx) error { return tx.EndSessions(ctx, x.Actor.ID, x.ID) })
	if err != nil {
		return err
	}
	s.forgetOthers(x)
	return nil
}

// forget drops what was resolved and tells the sockets; called after the commit that ended or changed rights.
func (s *Sessions) forget(r Revoked) {
	s.drop(r.Concerns)
	s.signals.revoke(r)
}

// Revoked is told of what another replica ended: it is forgotten here, and its sockets end.
func (s *Sessions) Revoked(r Revoked) {
	r.Elsewhere = true
	s.forget(r)
}

// Review ends, for the cache and the sockets, those of the sessions that are no more: another replica may have ended them unheard.
func (s *Sessions) Review(ctx context.Context, ids []string) error {
	for chunk := range slices.Chunk(ids, reviewed) {
		alive, err := s.w.Plain.LiveSessions(ctx, chunk, s.w.Real.Now())
		if err != nil {
			return err
		}
		known := make(map[string]struct{}, len(alive))
		for _, id := range alive {
			known[id] = struct{}{}
		}
		for _, id := range chunk {
			if _, ok := known[id]; !ok {
				s.Revoked(Revoked{Session: id})
			}
		}
	}
	return nil
}

// reviewed are asked for at once.
const reviewed = 500

// refresh drops what was resolved of the account, whose sessions go on with what is stored now.
func (s *Sessions) refresh(account string) {
	s.drop(func(x Session) bool { return x.Actor.ID == account })
}

// forgetOthers ends, for the cache and the sockets, the account's sessions but x.
func (s *Sessions) forgetOthers(x Session) {
	s.refresh(x.Actor.ID)
	s.signals.revoke(Revoked{Account: x.Actor.ID, Except: x.ID})
}

func (s *Sessions) drop(which func(Session) bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.epoch++
	for _, key := range s.cache.Keys() {
		if x, ok := s.cache.Peek(key); ok && which(x) {
			s.cache.Remove(key)
		}
	}
}

// cut keeps at most n characters of what a stranger sent.
func cut(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n])
	}
	return s
}
