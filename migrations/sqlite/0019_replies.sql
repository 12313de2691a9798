-- +goose Up

CREATE TABLE saved_replies ( -- what a desk writes often; of the enterprise, and nothing of a case
	id         TEXT PRIMARY KEY,
	enterprise TEXT NOT NULL,
	name       TEXT NOT NULL,
	text       TEXT NOT NULL
) STRICT;

CREATE UNIQUE INDEX saved_replies_name ON saved_replies (enterprise, name);

-- +goose Down

DROP TABLE saved_replies;
