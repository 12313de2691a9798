-- +goose Up

-- Staff are few among consumers, and sessions that end are few among those that live: both are found without reading the others.

DROP INDEX accounts_administrator;
CREATE INDEX accounts_staff ON accounts (role) WHERE role <> 'consumer';
CREATE INDEX sessions_expires ON sessions (expires_at);
CREATE INDEX sessions_seen ON sessions (seen_at);

-- Inboxes are put in order, and boards counted, without a look at the rows. Many cases are due at one moment, the end of a day: so what
-- is only looked at comes after the key, which puts them in order. Whose turn it is stands in no index: each offer would move it.

DROP INDEX cases_inbox;
DROP INDEX cases_region;
DROP INDEX cases_city;
DROP INDEX cases_province;
DROP INDEX cases_col;
CREATE INDEX cases_inbox ON cases (enterprise, due, key, phase, agent, overdue, amount) WHERE open = 1;
CREATE INDEX cases_region ON cases (region, col, due, key, breach_at);
CREATE INDEX cases_city ON cases (region_city, col, due, key, breach_at);
CREATE INDEX cases_province ON cases (region_province, col, due, key, breach_at);
CREATE INDEX cases_col ON cases (col, due, key, breach_at);

-- +goose Down

DROP INDEX cases_col;
DROP INDEX cases_province;
DROP INDEX cases_city;
DROP INDEX cases_region;
DROP INDEX cases_inbox;
CREATE INDEX cases_inbox ON cases (enterprise, due) WHERE open = 1;
CREATE INDEX cases_region ON cases (region, col, due);
CREATE INDEX cases_city ON cases (region_city, col, due);
CREATE INDEX cases_province ON cases (region_province, col, due);
CREATE INDEX cases_col ON cases (col, due);
DROP INDEX sessions_seen;
DROP INDEX sessions_expires;
DROP INDEX accounts_staff;
CREATE INDEX accounts_administrator ON accounts (role) WHERE role = 'administrator';
