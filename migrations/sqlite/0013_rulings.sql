-- +goose Up

-- A refusal to be ruled on, or a promise to be found on, keeps its column and its clock when the complaint was accepted or is over. What
-- these rows should say is in the log alone: they are marked, and the store folds their cases again when it opens.

UPDATE cases SET col = 'stale' WHERE class IN ('RR', 'SB') AND escalated_at > 0 AND phase IN ('accepted', 'closed');

-- +goose Down

UPDATE cases SET col = 'closed', due = 9007199254740991, due_key = '', next_at = NULL, overdue = 0 WHERE phase = 'closed';
