-- +goose Up

-- Who asks to be erased is found in the outbox without reading everybody's notices: by whom they are for, and by the number they went to.

CREATE INDEX outbox_recipient ON outbox (recipient);
CREATE INDEX outbox_address ON outbox (address) WHERE address <> '';

-- +goose Down

DROP INDEX outbox_address;
DROP INDEX outbox_recipient;
