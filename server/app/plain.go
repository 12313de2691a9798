package app

import (
	"context"
	"time"

	"hejie/negotiation"
	"hejie/negotiation/scheme"
)

// Plain is the part of the store with the plain tables: what is not in the log and not derived from it.
//
// Write runs f in one transaction and returns once it is on disk; writes take turns, those of other replicas, too, so that f may read
// before it writes as if it were alone. It may run f again after a neighbour in the same commit failed or a connection was lost, so f has no effects but those on the transaction and may only assign to (never append to) variables
// outside. f runs on the writer's goroutine: no hashing of passwords, no files, no network. An error of f rolls all of it back.
type Plain interface {
	PlainReader
	Write(ctx context.Context, f func(PlainTx) error) error
	// TakeOutbox gives notices to be tried now, oldest first, and nobody gets them again before until: then they are due again. That
	// is on disk before it gives them, so what cannot be written is not sent.
	TakeOutbox(ctx context.Context, now, until time.Time, limit int) ([]OutboxRow, error)
}

// PlainTx reads and writes within a transaction.
type PlainTx interface {
	PlainReader
	PlainWriter
	// ServerTime is the database server's, by which all replicas go where their own clocks might differ; ok is false over a file.
	ServerTime(ctx context.Context) (now time.Time, ok bool, err error)
}

// PlainReader reads. One that gives one row gives not_found when there is none.
type PlainReader interface {
	Account(ctx context.Context, id string) (Account, error)
	AccountByLogin(ctx context.Context, login string) (Account, error)
	Accounts(ctx context.Context, f AccountFilter) ([]Account, error) // by id
	Person(ctx context.Context, account string) (Person, error)       // an erased one is empty, not not_found
	People(ctx context.Context, accounts []string) (map[string]Person, error)
	Filers(ctx context.Context, cases []string) (map[string]Person, error) // by case; an erased one is not there

	// CasesOf counts a consumer's cases that are not closed, and says when one was last touched (business time); zero without a case.
	CasesOf(ctx context.Context, consumer string) (open int, last time.Time, err error)

	Session(ctx context.Context, tokenHash []byte) (SessionRow, error)
	SessionByID(ctx context.Context, id string) (SessionRow, error)
	Sessions(ctx context.Context, account string, now time.Time) ([]SessionRow, error) // alive, newest first
	LiveSessions(ctx context.Context, ids []string, now time.Time) ([]string, error)   // those of them that have not ended, of accounts that are active

	CodesSince(ctx context.Context, phone string, since time.Time) ([]time.Time, error) // oldest first
	CodesFrom(ctx context.Context, addr []byte, since time.Time) ([]time.Time, error)   // oldest first
	LatestCode(ctx context.Context, phone string) (CodeRow, error)                      // not_found without one
	Attempts(ctx context.Context, key string, since time.Time) (n int, oldest time.Time, err error)
	SetUpToken(ctx context.Context) (hash []byte, expires time.Time, err error) // not_found without one

	Bureau(ctx context.Context, id string) (Bureau, error)
	BureauOf(ctx context.Context, region string) (Bureau, error) // whose own region it is
	Bureaus(ctx context.Context) ([]Bureau, error)               // by region

	Enterprise(ctx context.Context, id string) (Enterprise, error)
	EnterpriseByCredit(ctx context.Context, creditCode string) (Enterprise, error)
	Enterprises(ctx context.Context, f EnterpriseFilter) ([]Enterprise, error)
	Contact(ctx context.Context, enterprise string) (Contact, error)                    // an erased one is empty
	SchemeRecords(ctx context.Context, enterprise string) ([]negotiation.Record, error) // the log of the enterprise, oldest first; empty without one
	// SchemeCommand gives the version of the event that a command made of the enterprise, 0 when it made none. Errors: command_id_reused.
	SchemeCommand(ctx context.Context, enterprise string, wish CommandID) (int64, error)

	File(ctx context.Context, id string) (FileRow, error)
	UploadsSince(ctx context.Context, owner string, since time.Time) (int, error)
	Orphans(ctx context.Context, before time.Time, limit int) ([]FileRow, error) // uploads that no case names

	Outbox(ctx context.Context, limit int) ([]OutboxRow, error)                   // newest first: the demo's page
	OutboxWaiting(ctx context.Context) (waiting int, first time.Time, err error)  // not delivered nor given up, 10000 at most; zero without
	OutboxDue(ctx context.Context, now time.Time, limit int) ([]OutboxRow, error) // codes first, then what is longest due
	Marks(ctx context.Context, account, caseID string) (map[negotiation.Channel]int64, error)
	MarksIn(ctx context.Context, account string, ch negotiation.Channel, cases []string) (map[string]int64, error) // by case; one never read is not in it
	// FurthestRead is the highest mark in a channel of a case that an account or anybody of an enterprise has; "" for none of them.
	FurthestRead(ctx context.Context, caseID string, ch negotiation.Channel, account, enterprise string) (int64, error)
	CalendarYears(ctx context.Context) ([]CalendarYear, error)                  // oldest first
	Heartbeat(ctx context.Context) (time.Time, error)                           // by the server's time, over a file business time
	Outages(ctx context.Context, since time.Time) ([]negotiation.Outage, error) // oldest first
	InvitationCount(ctx context.Context, key string) (int, error)
	Wishes(ctx context.Context, regions []string, limit int) ([]Wish, error) // of all regions when nil; the most wished for first
	InvitationsFrom(ctx context.Context, addr []byte, since time.Time) (int, error)
	Audit(ctx context.Context, f AuditFilter) ([]AuditRow, error) // newest first
}

// PlainWriter writes.
type PlainWriter interface {
	AddAccount(ctx context.Context, a Account) error // login_taken
	SetAccount(ctx context.Context, a Account) error // all but id, role's kind, created and seen; login_taken
	SetPerson(ctx context.Context, p Person) error
	KeepFiler(ctx context.Context, account, but string) error // the name and address for all cases but one, whatever the account's will be
	// EraseAccount removes what is known of a consumer: name, number, address, sessions, codes, notices. The account stays, inactive and
	// without a login, because the log names it.
	EraseAccount(ctx context.Context, id string) error

	AddSession(ctx context.Context, s SessionRow) error                // the account was seen then
	TouchSession(ctx context.Context, id string, seen time.Time) error // and its account, to the day
	OpenInSession(ctx context.Context, session, caseID string) error
	EndSession(ctx context.Context, id string) error
	EndSessions(ctx context.Context, account, except string) error

	AddCode(ctx context.Context, c CodeRow) error
	SetCode(ctx context.Context, id string, tries int, used bool) error
	AddAttempt(ctx context.Context, key string, at time.Time) error
	ClearAttempts(ctx context.Context, key string) error
	ForgetAttempt(ctx context.Context, key string, at time.Time) error       // one of those at that time
	SetSetUpToken(ctx context.Context, hash []byte, expires time.Time) error // nil: closes it

	AddBureau(ctx context.Context, b Bureau) error // bureau_taken
	SetBureau(ctx context.Context, b Bureau) error // bureau_taken
	SetContact(ctx context.Context, enterprise string, c Contact) error
	AppendScheme(ctx context.Context, r negotiation.Record, after scheme.Enterprise, wish CommandID) error // the record and the register's entry

	AddFile(ctx context.Context, f FileRow) error
	FinishFile(ctx context.Context, f FileRow) error // type and time of an upload that was under way; else not_found
	RemoveFile(ctx context.Context, id string) error // only while no case names it; else not_found
	EraseFile(ctx context.Context, id string) error  // whoever names it; none there is no error
	AddNotice(ctx context.Context, n Notice) error
	AddOutbox(ctx context.Context, r OutboxRow) error
	AddressOutbox(ctx context.Context, id, address, language string, next time.Time) error
	Delivered(ctx context.Context, r OutboxRow) error // with its address, language, text and time
	Retry(ctx context.Context, id string, attempts int, next time.Time, why string) error
	DropOutbox(ctx context.Context, r OutboxRow) error // as it was read: it stays when it tells of something later by now

	Mark(ctx context.Context, account, caseID string, ch negotiation.Channel, seq int64) (bool, error) // false: was there already
	SetCalendarYear(ctx context.Context, y CalendarYear) error
	Beat(ctx context.Context, now time.Time) error // also when that is before the last: clocks are set back
	AddOutage(ctx context.Context, o negotiation.Outage, noticed time.Time) error
	AddInvitation(ctx context.Context, i Invitation) error // the same key, address and day again counts nothing
	AddAudit(ctx context.Context, a AuditRow) error
	// Sweep removes what its time is over: dead sessions, codes, attempts, delivered notices.
	Sweep(ctx context.Context, s SweepBefore) error
}

// SweepBefore says what is old: real time.
type SweepBefore struct {
	Now       time.Time // sessions that expired
	Idle      time.Time // consumer sessions not seen since
	Codes     time.Time // codes and attempts older than
	Delivered time.Time // notices delivered before
}

// Account of a person who may sign in. A consumer's login is the verified phone number (+86…), so it never meets a staff login.
type Account struct {
	ID         string
	Role       negotiation.Role
	Login      string
	Password   string // argon2id; "" for consumers
	Language   string // zh, en
	Enterprise string
	Bureau     string
	Active     bool
	Created    time.Time
	Seen       time.Time // about when a session was last begun or used; real time
}

// Person behind an account; kept outside the log, so that it can be changed and erased.
type Person struct {
	Account string
	Name    string
	Phone   string // +86…
	Address string
}

// AccountFilter chooses accounts; empty fields choose all.
type AccountFilter struct {
	Role       negotiation.Role
	Enterprise string
	Bureau     string
	Active     bool // only active ones
	Limit      int  // 0: all
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

// CodeRow is a one-time code; the code itself is nowhere but in the notice that is on its way.
type CodeRow struct {
	ID      string
	Phone   string
	Addr    []byte // keyed hash of the network address
	Sum     []byte // keyed hash of id, phone and code
	Created time.Time
	Expires time.Time
	Tries   int
	Used    bool
}

// Bureau of market regulation. Its region is the largest that it is competent for; a bureau of a region within comes first.
type Bureau struct {
	ID      string    `json:"id"`
	Region  string    `json:"region"`
	NameZH  string    `json:"name_zh"`
	NameEN  string    `json:"name_en"`
	Phone   string    `json:"phone"`
	Address string    `json:"address"`
	Created time.Time `json:"created"`
}

// EnterpriseFilter chooses enterprises. Q is a part of the name or the credit code, already normalised by Normalise.
type EnterpriseFilter struct {
	Q        string
	Statuses []scheme.Status
	Enrolled bool   // only those that were approved
	Within   string // region: this one and all below it; "": everywhere
	After    string // keyset: id of the last row
	Limit    int
}

// FileRow is an upload. Type is "" while it is under way, and Case until a case names it as evidence.
type FileRow struct {
	ID      string
	Owner   string
	Name    string
	Type    string
	Size    int64
	SHA256  string
	Created time.Time // real time
	Case    string
}

// OutboxRow is a notice on its way. One without Address is still to be addressed: To names an account, a desk or a bureau.
type OutboxRow struct {
	ID        string
	To        string
	Address   string // +86…
	Language  string
	Template  Template
	Case      string
	Params    map[string]string
	At        time.Time // business time of its cause
	Created   time.Time // real
	Attempts  int
	Next      time.Time // real; when it is tried (again)
	Delivered time.Time // real; zero: not yet
	Error     string    // of the last attempt
	Text      string    // what was sent; kept in the demo only
}

// CalendarYear is an imported notice of the State Council, in the holiday-cn shape.
type CalendarYear struct {
	Year     int
	Body     []byte
	Imported time.Time
	By       string
	Applied  bool // open deadlines were computed again
}

// Invitation of an enterprise that is not enrolled: a wish, counted once per address and day.
type Invitation struct {
	Key    string // credit code, or region and normalised name
	Name   string
	Credit string
	Region string
	Addr   []byte // keyed hash of the network address
	Day    string // yyyy-mm-dd in Shanghai
	At     time.Time
}

// Wish is what the invitations of one enterprise in one region come to, unless it has enrolled since.
type Wish struct {
	Name   string // as one of them wrote it
	Credit string // "" when nobody gave it
	Region string
	Count  int
	Last   time.Time
}

// AuditRow says who did or saw what outside of the log. Why is a word, not a text; Detail never holds personal data.
type AuditRow struct {
	ID      int64            `json:"id"`
	At      time.Time        `json:"at"` // business time
	Actor   string           `json:"actor"`
	Name    string           `json:"name,omitempty"` // of the actor, as the reader may see it; not stored
	Role    negotiation.Role `json:"role"`
	What    string           `json:"what"`
	Subject string           `json:"subject,omitempty"` // account, bureau, enterprise, file …
	// About is the name of the subject, and AboutEN of a bureau the English one; a consumer's is masked. The store knows those of
	// enterprises and bureaus; only the administrator's audit has them; not stored.
	About   string `json:"subject_name,omitempty"`
	AboutEN string `json:"subject_name_en,omitempty"`
	Case    string `json:"case,omitempty"`
	Code    string `json:"case_code,omitempty"` // of the case; not stored
	Why     string `json:"why,omitempty"`
	Detail  string `json:"detail,omitempty"`
}

// AuditFilter chooses rows of the audit; empty fields choose all.
type AuditFilter struct {
	Case    string
	Actor   string
	Subject string
	What    string
	From    time.Time // business time, included
	Until   time.Time // excluded
	Before  int64     // keyset: id of the last row; 0 from the newest
	Limit   int       // 0: 50
}
