-- +goose Up

-- A sum of the installation's secret, so that a replica that has another one is refused.

CREATE TABLE seal (
	id  BIGINT PRIMARY KEY CHECK (id = 1),
	sum BYTEA NOT NULL
);

-- +goose Down

DROP TABLE seal;
