-- +goose Up

-- Codes for a browser in which the number signed in before are counted apart: whoever knows the number could use up those of others.
ALTER TABLE codes ADD COLUMN familiar INTEGER NOT NULL DEFAULT 0;

-- +goose Down

ALTER TABLE codes DROP COLUMN familiar;
