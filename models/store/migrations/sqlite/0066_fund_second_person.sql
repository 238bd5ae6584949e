-- +goose Up

-- What moves money or its account only after another person has agreed. slot is what it is about, while it waits.
CREATE TABLE fund_proposals (
  id              INTEGER PRIMARY KEY AUTOINCREMENT,
  estate_id       BIGINT NOT NULL,
  kind            TEXT NOT NULL CHECK (length(kind) <= 16),
  subject_id      BIGINT NOT NULL,
  slot            TEXT NULL CHECK (length(slot) <= 40),
  input           TEXT NOT NULL CHECK (length(input) <= 4000),
  summary         TEXT NOT NULL CHECK (length(summary) <= 300),
  seen            TEXT NOT NULL CHECK (length(seen) <= 120),
  state           TEXT NOT NULL CHECK (length(state) <= 16),
  organisation_id BIGINT NOT NULL,
  asked_by        BIGINT NOT NULL,
  created_at      DATETIME NOT NULL,
  decided_by      BIGINT NOT NULL,
  decided_at      DATETIME NULL,
  answer          TEXT NOT NULL CHECK (length(answer) <= 500)
);
CREATE UNIQUE INDEX fund_proposals_slot ON fund_proposals (slot);
CREATE INDEX fund_proposals_estate ON fund_proposals (estate_id, state, id);

-- Who agreed to a change of the account.
ALTER TABLE fund_holdings ADD COLUMN confirmed_by BIGINT NOT NULL DEFAULT 0;

-- What a process left half done is found by its state.
CREATE INDEX fund_imports_state ON fund_imports (state, id);
CREATE INDEX fund_incomes_state ON fund_incomes (state, id);

-- When somebody has to look at a request that is not answered, and since when it is late.
ALTER TABLE fund_rechecks ADD COLUMN watch_at DATETIME NULL;
ALTER TABLE fund_rechecks ADD COLUMN late_at DATETIME NULL;
CREATE INDEX fund_rechecks_watch ON fund_rechecks (watch_at, id);
UPDATE fund_rechecks SET watch_at = due_at WHERE state = 'open';
