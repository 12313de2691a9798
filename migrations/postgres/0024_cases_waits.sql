-- +goose NO TRANSACTION

-- +goose Up

-- Those that wait for an agent.
DROP INDEX CONCURRENTLY IF EXISTS cases_waits;
CREATE INDEX CONCURRENTLY cases_waits ON cases (enterprise, due, key) WHERE waits = 1;

-- +goose Down

DROP INDEX CONCURRENTLY cases_waits;
