-- +goose NO TRANSACTION

-- +goose Up

-- Whom cases may be given to.
DROP INDEX CONCURRENTLY IF EXISTS accounts_takers;
CREATE INDEX CONCURRENTLY accounts_takers ON accounts (enterprise) WHERE capacity IS NOT NULL;

-- +goose Down

DROP INDEX CONCURRENTLY accounts_takers;
