-- +goose Up

-- All deadlines of a working day end at one instant. By key the cases of one are walked as they were filed, so that what is read and
-- written for them lies side by side; by id it lay all over the tables.

DROP INDEX cases_next;
CREATE INDEX cases_next ON cases (next_at, key, id) WHERE next_at IS NOT NULL;

-- +goose Down

DROP INDEX cases_next;
CREATE INDEX cases_next ON cases (next_at, id) WHERE next_at IS NOT NULL;
