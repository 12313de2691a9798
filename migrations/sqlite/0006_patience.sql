-- +goose Up

-- Who talks in a room sees its offers there. A new offer waits a while before it is told, and of a case one at a time does.

DELETE FROM outbox WHERE template = 'new_offer' AND address = '' AND next_at IS NOT NULL AND EXISTS (SELECT 1 FROM outbox o
	WHERE o.template = 'new_offer' AND o.address = '' AND o.next_at IS NOT NULL
		AND o.case_id = outbox.case_id AND o.recipient = outbox.recipient AND o.id > outbox.id);

CREATE UNIQUE INDEX outbox_offer ON outbox (case_id, recipient) WHERE template = 'new_offer' AND address = '' AND next_at IS NOT NULL;

-- +goose Down

DROP INDEX outbox_offer;
