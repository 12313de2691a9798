-- +goose Up

-- Staff are few among consumers, and sessions that end are few among those that live: both are found without reading the others.

DROP INDEX accounts_administrator;
CREATE INDEX accounts_staff ON accounts (role) WHERE role <> 'consumer';
CREATE INDEX sessions_expires ON sessions (expires_at);
CREATE INDEX sessions_seen ON sessions (seen_at);

-- +goose Down

DROP INDEX sessions_seen;
DROP INDEX sessions_expires;
DROP INDEX accounts_staff;
CREATE INDEX accounts_administrator ON accounts (role) WHERE role = 'administrator';
