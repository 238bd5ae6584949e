-- +goose Up

-- What the city changes in the notification plan.
CREATE TABLE plan_changes (
  id         BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  changes    MEDIUMTEXT NOT NULL,
  reason     VARCHAR(200) NOT NULL,
  state      VARCHAR(16) NOT NULL,
  entered_by BIGINT NOT NULL,
  entered_at DATETIME NOT NULL,
  decided_by BIGINT NOT NULL,
  decided_at DATETIME NULL,
  remark     VARCHAR(200) NOT NULL,
  client_ref VARCHAR(64) NOT NULL,
  input_hash VARCHAR(64) NOT NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE UNIQUE INDEX plan_changes_ref ON plan_changes (entered_by, client_ref);
CREATE INDEX plan_changes_state ON plan_changes (state, id);
