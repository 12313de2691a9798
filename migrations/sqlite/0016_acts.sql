-- +goose Up

-- Which events of a case are acts, and no talk, its fold knows: the index that said so cost a page for each.
DROP INDEX events_acts;

-- +goose Down

CREATE INDEX events_acts ON events (case_key, version) WHERE type <> 'message_posted';
