-- +goose Up

-- Few events are of the consumer alone, and between them may lie a long talk.
CREATE INDEX events_own ON events (case_key, seq) WHERE channel = 'consumer';

-- +goose Down

DROP INDEX events_own;
