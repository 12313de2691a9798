-- +goose Up

-- Instants are microseconds since 1970, UTC.

-- The log. Rows are added and never changed; erasure alone sets content and salt to NULL.

CREATE TABLE case_keys (
	key INTEGER PRIMARY KEY, -- grows with filing
	id  TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE events (
	case_key       INTEGER NOT NULL,
	version        INTEGER NOT NULL,
	channel        TEXT NOT NULL,
	seq            INTEGER NOT NULL,
	type           TEXT NOT NULL,
	side           TEXT NOT NULL,
	actor          TEXT NOT NULL,
	at             INTEGER NOT NULL,
	facts          BLOB NOT NULL,
	content_sum    BLOB, -- SHA-256(salt, content), also of no content
	hash           BLOB NOT NULL,
	command        BLOB, -- SHA-256(actor, id)/128 of the accepted command; no index: it is looked for in the folded case
	command_digest BLOB,
	salt           BLOB,
	content        BLOB
) STRICT;

-- The only index on the way of a message. version >= seq in every channel, so it also finds a position in the room.
CREATE UNIQUE INDEX events_case ON events (case_key, version);
-- Acts are few, too: the case's offers are found among them however long the talk.
CREATE INDEX events_acts ON events (case_key, version) WHERE type <> 'message_posted';
-- Few events are internal notes, and between them may lie a long talk.
CREATE UNIQUE INDEX events_desk ON events (case_key, seq) WHERE channel = 'desk';

CREATE TABLE enterprise_events ( -- the scheme: one log per enterprise, with the same envelope and hash
	enterprise  TEXT NOT NULL,
	version     INTEGER NOT NULL,
	channel     TEXT NOT NULL,
	seq         INTEGER NOT NULL,
	type        TEXT NOT NULL,
	side        TEXT NOT NULL,
	actor       TEXT NOT NULL,
	at          INTEGER NOT NULL,
	facts       BLOB NOT NULL,
	content_sum BLOB,
	hash        BLOB NOT NULL,
	salt        BLOB,
	content     BLOB,
	UNIQUE (enterprise, version)
) STRICT;

-- Derived from the log: each can be dropped and filled again.

CREATE TABLE cases (
	key             INTEGER PRIMARY KEY,
	id              TEXT NOT NULL,
	code            TEXT NOT NULL,
	consumer        TEXT NOT NULL,
	enterprise      TEXT NOT NULL,
	enterprise_name TEXT NOT NULL,
	bureau          TEXT NOT NULL,
	region          TEXT NOT NULL,
	region_city     TEXT NOT NULL,
	region_province TEXT NOT NULL,
	category        TEXT NOT NULL,
	currency        TEXT NOT NULL,
	amount          INTEGER NOT NULL,
	order_ref       TEXT NOT NULL,
	filed_at        INTEGER NOT NULL,
	title           TEXT NOT NULL, -- content
	search_title    TEXT NOT NULL, -- content; NFKC, lower case, like the next
	search_name     TEXT NOT NULL, -- enterprise and code: no content, so an officer may look for it before escalation

	version      INTEGER NOT NULL,
	head         BLOB NOT NULL,
	last_at      INTEGER NOT NULL,
	room_seq     INTEGER NOT NULL,
	last         TEXT NOT NULL, -- content
	last_version INTEGER NOT NULL,

	turn        TEXT NOT NULL,
	turn_since  INTEGER NOT NULL,
	due         INTEGER NOT NULL, -- 9007199254740991: none
	due_key     TEXT NOT NULL,
	breach_at   INTEGER,          -- of a running negotiation: what the board warns of
	next_at     INTEGER,          -- when the case wants the system
	offer_minor INTEGER NOT NULL,
	claim_minor INTEGER NOT NULL,
	offer_by    TEXT NOT NULL,

	phase        TEXT NOT NULL,
	open         INTEGER NOT NULL, -- 0: closed
	col          TEXT NOT NULL,    -- of the board
	overdue      INTEGER NOT NULL,
	agent        TEXT NOT NULL,
	class        TEXT NOT NULL,
	reason       TEXT NOT NULL,
	escalated_at INTEGER NOT NULL,
	accepted_at  INTEGER NOT NULL
) STRICT;

CREATE UNIQUE INDEX cases_code ON cases (code);
CREATE INDEX cases_next ON cases (next_at, id) WHERE next_at IS NOT NULL;
CREATE INDEX cases_consumer ON cases (consumer);
CREATE INDEX cases_enterprise ON cases (enterprise);
CREATE INDEX cases_inbox ON cases (enterprise, due) WHERE open = 1;
CREATE INDEX cases_running ON cases (enterprise, phase) WHERE open = 1 AND class = '';
CREATE INDEX cases_region ON cases (region, col, due);
CREATE INDEX cases_city ON cases (region_city, col, due);
CREATE INDEX cases_province ON cases (region_province, col, due);
CREATE INDEX cases_col ON cases (col, due);

CREATE TABLE enterprises ( -- the fold of enterprise_events, for lists
	id              TEXT PRIMARY KEY,
	version         INTEGER NOT NULL,
	head            BLOB NOT NULL,
	status          TEXT NOT NULL,
	since           INTEGER NOT NULL,
	applied_at      INTEGER NOT NULL,
	enrolled_at     INTEGER NOT NULL, -- 0: never
	ground          TEXT NOT NULL,
	name            TEXT NOT NULL,
	credit_code     TEXT NOT NULL,
	region          TEXT NOT NULL,
	region_city     TEXT NOT NULL,
	region_province TEXT NOT NULL,
	address         TEXT NOT NULL,
	industry        TEXT NOT NULL,
	search          TEXT NOT NULL -- name and credit code; NFKC, lower case
) STRICT;

CREATE UNIQUE INDEX enterprises_credit ON enterprises (credit_code) WHERE status IN ('pending', 'enrolled', 'suspended');
CREATE INDEX enterprises_former ON enterprises (credit_code);
CREATE INDEX enterprises_status ON enterprises (status, region_province);

-- negotiation/scorecard says what the columns hold.

CREATE TABLE scorecard_rows (
	enterprise TEXT NOT NULL,
	grain      TEXT NOT NULL,
	span       TEXT NOT NULL,
	class      TEXT NOT NULL,
	n INTEGER NOT NULL, agreed INTEGER NOT NULL, late INTEGER NOT NULL, unanswered INTEGER NOT NULL,
	r00 INTEGER NOT NULL, r01 INTEGER NOT NULL, r02 INTEGER NOT NULL, r03 INTEGER NOT NULL,
	r04 INTEGER NOT NULL, r05 INTEGER NOT NULL, r06 INTEGER NOT NULL, r07 INTEGER NOT NULL,
	r08 INTEGER NOT NULL, r09 INTEGER NOT NULL, r10 INTEGER NOT NULL, r11 INTEGER NOT NULL,
	r12 INTEGER NOT NULL, r13 INTEGER NOT NULL, r14 INTEGER NOT NULL, r15 INTEGER NOT NULL,
	s00 INTEGER NOT NULL, s01 INTEGER NOT NULL, s02 INTEGER NOT NULL, s03 INTEGER NOT NULL,
	s04 INTEGER NOT NULL, s05 INTEGER NOT NULL, s06 INTEGER NOT NULL, s07 INTEGER NOT NULL,
	s08 INTEGER NOT NULL, s09 INTEGER NOT NULL, s10 INTEGER NOT NULL, s11 INTEGER NOT NULL,
	s12 INTEGER NOT NULL, s13 INTEGER NOT NULL, s14 INTEGER NOT NULL, s15 INTEGER NOT NULL,
	PRIMARY KEY (enterprise, grain, span, class)
) STRICT, WITHOUT ROWID;

CREATE TABLE scorecard_pairs (
	enterprise TEXT NOT NULL,
	consumer   TEXT NOT NULL,
	counted    INTEGER NOT NULL,
	last_on    TEXT NOT NULL,
	results    BLOB NOT NULL,
	PRIMARY KEY (enterprise, consumer)
) STRICT, WITHOUT ROWID;

CREATE INDEX scorecard_pairs_last ON scorecard_pairs (enterprise, last_on);
CREATE INDEX scorecard_pairs_frequent ON scorecard_pairs (enterprise) WHERE counted > 3;

-- +goose Down

DROP TABLE scorecard_pairs;
DROP TABLE scorecard_rows;
DROP TABLE enterprises;
DROP TABLE cases;
DROP TABLE enterprise_events;
DROP TABLE events;
DROP TABLE case_keys;
