-- +goose Up

-- Derived: how many of a case's events only the consumer knows, so that the version that its desk is told counts without them.

ALTER TABLE cases ADD COLUMN own_seq BIGINT NOT NULL DEFAULT 0;

-- +goose Down

ALTER TABLE cases DROP COLUMN own_seq;
