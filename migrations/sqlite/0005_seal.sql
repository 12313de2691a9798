-- +goose Up

-- A sum of the installation's secret, so that a replica that has another one is refused.

CREATE TABLE seal (
	id  INTEGER PRIMARY KEY CHECK (id = 1),
	sum BLOB NOT NULL
) STRICT;

-- +goose Down

DROP TABLE seal;
