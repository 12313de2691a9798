-- +goose Up

-- Whom cases may be given to.
CREATE INDEX accounts_takers ON accounts (enterprise) WHERE capacity IS NOT NULL;

-- +goose Down

DROP INDEX accounts_takers;
