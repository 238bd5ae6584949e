-- +goose Up

-- The one source that a figure is about, such as a project; 0 for all of its kinds.
ALTER TABLE notice_figures ADD COLUMN source_id BIGINT NOT NULL DEFAULT 0;

-- Why books were closed out of turn, as whoever books into them is told.
ALTER TABLE ledger_books ADD COLUMN closed_why TEXT NOT NULL DEFAULT '' CHECK (length(closed_why) <= 200);

-- What is open in the whole city.
CREATE INDEX fund_rechecks_state ON fund_rechecks (state, id);
