-- +goose Up

-- Texts are compared as bytes everywhere. Ids that are not find no index of ids that are.

ALTER TABLE filers ALTER case_id TYPE TEXT COLLATE "C", ALTER account TYPE TEXT COLLATE "C", ALTER name TYPE TEXT COLLATE "C",
	ALTER address TYPE TEXT COLLATE "C";

-- +goose Down

ALTER TABLE filers ALTER case_id TYPE TEXT COLLATE "default", ALTER account TYPE TEXT COLLATE "default",
	ALTER name TYPE TEXT COLLATE "default", ALTER address TYPE TEXT COLLATE "default";
