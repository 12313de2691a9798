-- +goose NO TRANSACTION

-- +goose Up

-- Few events are of the consumer alone, and between them may lie a long talk.
DROP INDEX CONCURRENTLY IF EXISTS events_own;
CREATE INDEX CONCURRENTLY events_own ON events (case_key, seq) WHERE channel = 'consumer';

-- +goose Down

DROP INDEX CONCURRENTLY events_own;
