-- +goose Up

CREATE TABLE saved_replies ( -- what a desk writes often; of the enterprise, and nothing of a case
	id         TEXT COLLATE "C" PRIMARY KEY,
	enterprise TEXT COLLATE "C" NOT NULL,
	name       TEXT COLLATE "C" NOT NULL,
	text       TEXT COLLATE "C" NOT NULL
);

CREATE UNIQUE INDEX saved_replies_name ON saved_replies (enterprise, name);

-- +goose Down

DROP TABLE saved_replies;
