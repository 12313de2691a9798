-- +goose Up

-- Derived: what of an enterprise is not in its figures yet. So a card is read without a look at the cases, however many there are.

CREATE TABLE scorecard_running (
	enterprise     TEXT COLLATE "C" PRIMARY KEY,
	running        BIGINT NOT NULL, -- negotiation stage not ended
	in_performance BIGINT NOT NULL  -- agreed, performance not settled
);

INSERT INTO scorecard_running (enterprise, running, in_performance)
	SELECT enterprise, count(*) FILTER (WHERE phase <> 'agreed'), count(*) FILTER (WHERE phase = 'agreed') FROM cases WHERE open = 1 AND class = '' GROUP BY enterprise;

DROP INDEX cases_running;

-- +goose Down

CREATE INDEX cases_running ON cases (enterprise, phase) WHERE open = 1 AND class = '';
DROP TABLE scorecard_running;
