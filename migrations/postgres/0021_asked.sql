-- +goose NO TRANSACTION

-- +goose Up

-- Few cases of a desk wait for its supervisors.
DROP INDEX CONCURRENTLY IF EXISTS cases_asked;
CREATE INDEX CONCURRENTLY cases_asked ON cases (enterprise, due, key) WHERE asked = 1;

-- +goose Down

DROP INDEX CONCURRENTLY cases_asked;
