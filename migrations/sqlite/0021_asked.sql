-- +goose Up

-- Few cases of a desk wait for its supervisors.
CREATE INDEX cases_asked ON cases (enterprise, due, key) WHERE asked = 1;

-- +goose Down

DROP INDEX cases_asked;
