-- +goose Up

-- What an agent may settle for alone, in fen; NULL: anything.
ALTER TABLE accounts ADD COLUMN offer_limit INTEGER;

-- Derived: an agent's request for approval lies open.
ALTER TABLE cases ADD COLUMN asked INTEGER NOT NULL DEFAULT 0;

-- +goose Down

ALTER TABLE cases DROP COLUMN asked;
ALTER TABLE accounts DROP COLUMN offer_limit;
