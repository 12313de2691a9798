-- +goose Up

-- Those that wait for an agent.
CREATE INDEX cases_waits ON cases (enterprise, due, key) WHERE waits = 1;

-- +goose Down

DROP INDEX cases_waits;
