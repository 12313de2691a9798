-- +goose Up

-- Plain tables: neither log nor derived from it. Instants are microseconds since 1970, UTC; 0 is "never".

CREATE TABLE accounts (
	id         TEXT PRIMARY KEY,
	role       TEXT NOT NULL,
	login      TEXT NOT NULL UNIQUE, -- of a consumer the verified phone number, which begins with +
	password   TEXT NOT NULL,        -- argon2id; '' for consumers
	language   TEXT NOT NULL,
	enterprise TEXT NOT NULL,
	bureau     TEXT NOT NULL,
	active     INTEGER NOT NULL,
	created_at INTEGER NOT NULL
) STRICT;

CREATE INDEX accounts_enterprise ON accounts (enterprise) WHERE enterprise <> '';
CREATE INDEX accounts_bureau ON accounts (bureau) WHERE bureau <> '';
CREATE INDEX accounts_administrator ON accounts (role) WHERE role = 'administrator';

CREATE TABLE people ( -- names, phones and addresses are here and nowhere else
	account TEXT PRIMARY KEY,
	name    TEXT NOT NULL,
	phone   TEXT NOT NULL,
	address TEXT NOT NULL
) STRICT;

CREATE TABLE sessions (
	id         TEXT PRIMARY KEY,
	token      BLOB NOT NULL UNIQUE, -- SHA-256
	account    TEXT NOT NULL,
	created_at INTEGER NOT NULL,
	seen_at    INTEGER NOT NULL,
	expires_at INTEGER NOT NULL,
	agent      TEXT NOT NULL,
	all_cases  INTEGER NOT NULL
) STRICT;

CREATE INDEX sessions_account ON sessions (account);

CREATE TABLE session_cases ( -- older cases that a session proved
	session TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
	case_id TEXT NOT NULL,
	PRIMARY KEY (session, case_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE codes (
	id         TEXT PRIMARY KEY,
	phone      TEXT NOT NULL,
	addr       BLOB NOT NULL, -- keyed hash
	sum        BLOB NOT NULL, -- keyed hash
	created_at INTEGER NOT NULL,
	expires_at INTEGER NOT NULL,
	tries      INTEGER NOT NULL,
	used       INTEGER NOT NULL
) STRICT;

CREATE INDEX codes_phone ON codes (phone, created_at);
CREATE INDEX codes_addr ON codes (addr, created_at);

CREATE TABLE attempts (
	key TEXT NOT NULL,
	at  INTEGER NOT NULL
) STRICT;

CREATE INDEX attempts_key ON attempts (key, at);

CREATE TABLE set_up (
	id         INTEGER PRIMARY KEY CHECK (id = 1),
	token      BLOB NOT NULL,
	expires_at INTEGER NOT NULL
) STRICT;

CREATE TABLE bureaus (
	id         TEXT PRIMARY KEY,
	region     TEXT NOT NULL UNIQUE,
	name_zh    TEXT NOT NULL,
	name_en    TEXT NOT NULL,
	phone      TEXT NOT NULL,
	address    TEXT NOT NULL,
	created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE enterprise_contacts ( -- the contact person of an enterprise
	enterprise TEXT PRIMARY KEY,
	name       TEXT NOT NULL,
	phone      TEXT NOT NULL,
	email      TEXT NOT NULL
) STRICT;

CREATE TABLE files (
	id         TEXT PRIMARY KEY,
	owner      TEXT NOT NULL,
	name       TEXT NOT NULL,
	mime       TEXT NOT NULL,
	size       INTEGER NOT NULL,
	sha256     TEXT NOT NULL,
	created_at INTEGER NOT NULL,
	case_id    TEXT NOT NULL -- '' until a case names it as evidence
) STRICT;

CREATE INDEX files_owner ON files (owner, created_at);
CREATE INDEX files_orphans ON files (created_at) WHERE case_id = '';

CREATE TABLE outbox (
	id           TEXT PRIMARY KEY,
	recipient    TEXT NOT NULL, -- account, desk:<enterprise>, bureau:<bureau>, phone
	address      TEXT NOT NULL, -- '' until it was looked up
	language     TEXT NOT NULL,
	template     TEXT NOT NULL,
	case_id      TEXT NOT NULL,
	params       TEXT NOT NULL, -- JSON object of strings; of a code, the code: such rows go once delivered
	at           INTEGER NOT NULL,
	created_at   INTEGER NOT NULL,
	attempts     INTEGER NOT NULL,
	next_at      INTEGER,       -- NULL: delivered or given up
	delivered_at INTEGER NOT NULL,
	error        TEXT NOT NULL,
	text         TEXT NOT NULL
) STRICT;

CREATE INDEX outbox_next ON outbox (next_at) WHERE next_at IS NOT NULL;
CREATE INDEX outbox_codes ON outbox (next_at) WHERE template = 'code' AND next_at IS NOT NULL; -- they go first
CREATE INDEX outbox_settled ON outbox (created_at) WHERE next_at IS NULL;

CREATE TABLE read_marks (
	account TEXT NOT NULL,
	case_id TEXT NOT NULL,
	channel TEXT NOT NULL,
	seq     INTEGER NOT NULL,
	PRIMARY KEY (account, case_id, channel)
) STRICT, WITHOUT ROWID;

CREATE TABLE calendar_years (
	year        INTEGER PRIMARY KEY,
	body        BLOB NOT NULL, -- holiday-cn JSON
	imported_at INTEGER NOT NULL,
	imported_by TEXT NOT NULL,
	applied     INTEGER NOT NULL
) STRICT;

CREATE TABLE heartbeat (
	id INTEGER PRIMARY KEY CHECK (id = 1),
	at INTEGER NOT NULL -- business time
) STRICT;

CREATE TABLE outages (
	began_at   INTEGER NOT NULL, -- business time
	ended_at   INTEGER NOT NULL,
	noticed_at INTEGER NOT NULL,
	PRIMARY KEY (began_at, ended_at)
) STRICT, WITHOUT ROWID;

CREATE TABLE invitations (
	key         TEXT NOT NULL, -- credit code, or region and name
	addr        BLOB NOT NULL, -- keyed hash
	day         TEXT NOT NULL,
	name        TEXT NOT NULL,
	credit_code TEXT NOT NULL,
	region      TEXT NOT NULL,
	at          INTEGER NOT NULL,
	PRIMARY KEY (key, addr, day)
) STRICT, WITHOUT ROWID;

CREATE INDEX invitations_addr ON invitations (addr, at);

CREATE TABLE audit (
	id      INTEGER PRIMARY KEY,
	at      INTEGER NOT NULL, -- business time
	actor   TEXT NOT NULL,
	role    TEXT NOT NULL,
	what    TEXT NOT NULL,
	subject TEXT NOT NULL,
	case_id TEXT NOT NULL,
	why     TEXT NOT NULL,
	detail  TEXT NOT NULL
) STRICT;

CREATE INDEX audit_case ON audit (case_id, id) WHERE case_id <> '';
CREATE INDEX audit_subject ON audit (subject, id) WHERE subject <> '';
CREATE INDEX audit_actor ON audit (actor, id);

-- +goose Down

DROP TABLE audit;
DROP TABLE invitations;
DROP TABLE outages;
DROP TABLE heartbeat;
DROP TABLE calendar_years;
DROP TABLE read_marks;
DROP TABLE outbox;
DROP TABLE files;
DROP TABLE enterprise_contacts;
DROP TABLE bureaus;
DROP TABLE set_up;
DROP TABLE attempts;
DROP TABLE codes;
DROP TABLE session_cases;
DROP TABLE sessions;
DROP TABLE people;
DROP TABLE accounts;
