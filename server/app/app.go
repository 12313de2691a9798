package app

import (
	"context"
	"log/slog"
	"time"

	"github.com/alexedwards/argon2id"

	"hejie/negotiation"
)

// Door is the one door for changes of cases; Ledger is it.
type Door interface {
	Do(ctx context.Context, by negotiation.Actor, caseID string, id CommandID, cmd negotiation.Command) (Receipt, error)
}

// CaseFinder finds cases that the platform must act on as a whole. The store is one.
type CaseFinder interface {
	// OpenCaseIDs gives ids of cases that are not closed, or with Clocks of those with a clock that runs, in the order of filing after the
	// given one ("": from the first).
	OpenCaseIDs(ctx context.Context, f OpenFilter, after string, limit int) ([]string, error)
	// Waiting gives cases of the enterprise that wait for an agent (negotiation.Case.Waits), next due first.
	Waiting(ctx context.Context, enterprise string, limit int) ([]string, error)
	// Loads counts the cases under negotiation that each agent of the enterprise has; who has none is left out.
	Loads(ctx context.Context, enterprise string) (map[string]int, error)
	// Desks gives enterprises where cases wait and an account takes cases.
	Desks(ctx context.Context) ([]string, error)
	// CaseByCode gives the case with the code, or not_found.
	CaseByCode(ctx context.Context, code string) (string, error)
	// CaseByRef gives the consumer's case with this case code or order reference, or not_found.
	CaseByRef(ctx context.Context, consumer, code, orderRef string) (string, error)
}

// OpenFilter chooses open cases; what is zero does not restrict.
type OpenFilter struct {
	Enterprise string
	Left       bool // only those of a desk agent whose account works no more
	Clocks     bool // a closed case may have one, see negotiation.Ruling
}

// World is everything that the use cases need of it. All is required but Steady, Hash and Logger.
type World struct {
	Plain    Plain
	Log      Log
	Cases    CaseFinder
	Door     Door
	Scores   Scores
	Vault    Vault
	Yearbook *Yearbook
	Business Clock                // dates events and deadlines
	Real     Clock                // sessions, codes, limits
	Steady   func() time.Duration // since some moment, whatever clocks are set to; nil: the machine's
	Limits   Limits
	Secret   Secret
	SMS      SMS
	Hash     *argon2id.Params // of passwords; nil: HashParams
	Logger   *slog.Logger
	Replicas bool // others serve the same log: what they change must be seen within seconds
}

// steady time.
func (w World) steady() time.Duration {
	if w.Steady != nil {
		return w.Steady()
	}
	return sinceBoot()
}

// App is the use cases around the cases. Everything in it is safe for use by many at once.
type App struct {
	Signals    *Signals
	Sessions   *Sessions
	SignIn     *SignIn
	Accounts   *Accounts
	Details    *Details
	Staff      *Staff
	Assignment *Assignment
	Scheme     *Scheme
	Replies    *Replies
	Public     *Public
	Statistics *Statistics
	Files      *Files
	Marks      *Marks
	Admin      *Admin
	Pulse      *Pulse
	Limits     Limits
}

// New puts the use cases together.
func New(w World) *App {
	if w.Logger == nil {
		w.Logger = slog.New(slog.DiscardHandler)
	}
	a := &App{Signals: &Signals{}, Limits: w.Limits}
	a.Sessions = newSessions(w, a.Signals)
	access := access{w: w, sessions: a.Sessions, passwords: newPasswords(w.Limits, w.Hash)}
	a.SignIn = &SignIn{access}
	a.Accounts = &Accounts{access}
	a.Details = &Details{w: w}
	a.Assignment = newAssignment(w)
	a.Staff = &Staff{access, a.Assignment}
	a.Scheme = &Scheme{access}
	a.Replies = &Replies{w}
	a.Public = &Public{w: w}
	a.Statistics = &Statistics{w}
	a.Files = newFiles(w)
	a.Marks = &Marks{w: w}
	a.Admin = &Admin{access: access, files: a.Files, recount: recount{wanted: make(chan struct{}, 1)}}
	a.Pulse = &Pulse{w: w}
	return a
}

// access is what the use cases share that let people in and out.
type access struct {
	w         World
	sessions  *Sessions
	passwords *passwords
}

// SMS says how notices leave, which decides whether consumers can sign in.
type SMS string

// The ways.
const (
	SMSNone    SMS = "none"      // consumers cannot sign in
	SMSStdout  SMS = "stdout"    // printed on the console, for trying out
	SMSWebhook SMS = "available" // sent
	SMSDemo    SMS = "demo"      // kept for the demo's outbox page
)
