-- +goose Up

-- A file compares all text as bytes: nothing is to be done here. See the other database's.

-- +goose Down
