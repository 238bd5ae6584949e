-- +goose Up

-- What the city changes in the notification plan.
CREATE TABLE plan_changes (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  changes    TEXT NOT NULL,
  reason     TEXT NOT NULL CHECK (length(reason) <= 200),
  state      TEXT NOT NULL CHECK (length(state) <= 16),
  entered_by BIGINT NOT NULL,
  entered_at DATETIME NOT NULL,
  decided_by BIGINT NOT NULL,
  decided_at DATETIME NULL,
  remark     TEXT NOT NULL CHECK (length(remark) <= 200),
  client_ref TEXT NOT NULL CHECK (length(client_ref) <= 64),
  input_hash TEXT NOT NULL CHECK (length(input_hash) <= 64)
);
CREATE UNIQUE INDEX plan_changes_ref ON plan_changes (entered_by, client_ref);
CREATE INDEX plan_changes_state ON plan_changes (state, id);
