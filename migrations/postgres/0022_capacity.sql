-- +goose Up

-- Cases under negotiation up to which a member of a desk is given more by itself; NULL: is given none.
ALTER TABLE accounts ADD COLUMN capacity INTEGER;
-- Takes no new cases for a while.
ALTER TABLE accounts ADD COLUMN away INTEGER NOT NULL DEFAULT 0;

-- Derived: nobody at the desk has the case, and none of them gave it back.
ALTER TABLE cases ADD COLUMN waits INTEGER NOT NULL DEFAULT 0;

-- +goose Down

ALTER TABLE cases DROP COLUMN waits;
ALTER TABLE accounts DROP COLUMN away;
ALTER TABLE accounts DROP COLUMN capacity;
