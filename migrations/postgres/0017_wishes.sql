-- +goose Up

-- Commands of the scheme are remembered like those of cases: one sent again does nothing again.
ALTER TABLE enterprise_events ADD COLUMN command BYTEA;
ALTER TABLE enterprise_events ADD COLUMN command_digest BYTEA;

-- A digest has no salt: short texts that were erased could be found by trying.
UPDATE events SET command_digest = NULL WHERE (case_key, command) IN (SELECT case_key, command FROM events WHERE salt IS NULL AND command IS NOT NULL);

-- +goose Down

ALTER TABLE enterprise_events DROP COLUMN command_digest;
ALTER TABLE enterprise_events DROP COLUMN command;
