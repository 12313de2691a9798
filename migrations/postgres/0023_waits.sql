-- +goose Up

-- Those that wait now.
UPDATE cases SET waits = 1 WHERE open = 1 AND agent = '' AND phase IN ('awaiting_response', 'negotiating') AND coalesce((SELECT side FROM events
	WHERE case_key = cases.key AND channel = 'desk' AND type = 'agent_assigned' ORDER BY seq DESC LIMIT 1), 'system') <> 'enterprise';

-- +goose Down

UPDATE cases SET waits = 0 WHERE waits = 1;
