-- +goose Up

-- When an account was last used, about: a number that nobody signed in with for long may be somebody else's by now.

ALTER TABLE accounts ADD COLUMN seen_at BIGINT NOT NULL DEFAULT 0;
UPDATE accounts SET seen_at = extract(epoch FROM now())::bigint * 1000000;

-- +goose Down

ALTER TABLE accounts DROP COLUMN seen_at;
