-- +goose Up

-- Derived: who else has a part of an agreement to perform or to confirm, besides whose turn it is; sides with commas between. What it is
-- for cases with an agreement is in the log alone: they are marked, and the store folds them again when it opens.

ALTER TABLE cases ADD COLUMN also TEXT NOT NULL DEFAULT '';

UPDATE cases SET col = 'stale' WHERE phase IN ('agreed', 'escalated', 'accepted');

-- +goose Down

ALTER TABLE cases DROP COLUMN also;
