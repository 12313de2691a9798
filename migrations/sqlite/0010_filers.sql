-- +goose Up

-- Who filed a case, where its account has filed under another name since: another person, maybe, who has the number now.

CREATE TABLE filers (
	case_id TEXT PRIMARY KEY,
	account TEXT NOT NULL,
	name    TEXT NOT NULL,
	address TEXT NOT NULL
) STRICT;
CREATE INDEX filers_account ON filers (account);

-- +goose Down

DROP TABLE filers;
