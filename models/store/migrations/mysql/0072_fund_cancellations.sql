-- +goose Up

-- When and why a project with a contract was cancelled: what was used up is settled, what was paid ahead comes back.
ALTER TABLE fund_projects ADD COLUMN cancelled_at DATETIME NULL;
ALTER TABLE fund_projects ADD COLUMN cancelled_for VARCHAR(500) NOT NULL DEFAULT '';

-- On which decision of the owners a payment was made.
ALTER TABLE fund_payments ADD COLUMN meeting_id BIGINT NOT NULL DEFAULT 0;
ALTER TABLE fund_payments ADD COLUMN motion BIGINT NOT NULL DEFAULT 0;
ALTER TABLE fund_payments ADD COLUMN resolution VARCHAR(100) NOT NULL DEFAULT '';
UPDATE fund_payments SET meeting_id = COALESCE((SELECT p.meeting_id FROM fund_projects p WHERE p.id = fund_payments.project_id), 0);
UPDATE fund_payments SET motion = COALESCE((SELECT p.motion FROM fund_projects p WHERE p.id = fund_payments.project_id), 0);
UPDATE fund_payments SET resolution = COALESCE((SELECT p.resolution FROM fund_projects p WHERE p.id = fund_payments.project_id), '');
CREATE INDEX fund_payments_meeting ON fund_payments (meeting_id, id);

-- Cancelling a project with a contract: asked for by whoever is in charge, decided by the office that filed or confirmed it.
CREATE TABLE fund_cancellations (
  id          BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  project_id  BIGINT NOT NULL,
  estate_id   BIGINT NOT NULL,
  live        BIGINT NULL,
  reason      VARCHAR(500) NOT NULL,
  state       VARCHAR(12) NOT NULL,
  asked_by    BIGINT NOT NULL,
  asked_org   BIGINT NOT NULL,
  asked_at    DATETIME NOT NULL,
  decided_by  BIGINT NOT NULL,
  decided_org BIGINT NOT NULL,
  decided_at  DATETIME NULL,
  text        VARCHAR(500) NOT NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE UNIQUE INDEX fund_cancellations_live ON fund_cancellations (live);
CREATE INDEX fund_cancellations_project ON fund_cancellations (project_id, id);

-- What a contractor gave back of what was paid ahead. A slip counts once.
CREATE TABLE fund_advance_returns (
  id         BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  project_id BIGINT NOT NULL,
  estate_id  BIGINT NOT NULL,
  amount     BIGINT NOT NULL,
  receipt    VARCHAR(64) NOT NULL,
  revocation_id BIGINT NOT NULL,
  journal_id BIGINT NOT NULL,
  created_by BIGINT NOT NULL,
  created_at DATETIME NOT NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE UNIQUE INDEX fund_advance_returns_receipt ON fund_advance_returns (estate_id, receipt);
CREATE INDEX fund_advance_returns_project ON fund_advance_returns (project_id, id);

-- A division of a project's cost in whose place another stands, with the reason.
CREATE TABLE fund_divisions (
  id          BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  project_id  BIGINT NOT NULL,
  estate_id   BIGINT NOT NULL,
  resolution  VARCHAR(100) NOT NULL,
  notice      VARCHAR(32) NOT NULL,
  total       BIGINT NOT NULL,
  reason      VARCHAR(500) NOT NULL,
  replaced_by BIGINT NOT NULL,
  replaced_at DATETIME NOT NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE INDEX fund_divisions_project ON fund_divisions (project_id, id);

CREATE TABLE fund_old_shares (
  id          BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  division_id BIGINT NOT NULL,
  unit_id     BIGINT NOT NULL,
  payer       VARCHAR(12) NOT NULL,
  code        VARCHAR(100) NOT NULL,
  amount      BIGINT NOT NULL,
  steps       TEXT NOT NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE INDEX fund_old_shares_division ON fund_old_shares (division_id, id);

-- A decision that a court revoked after money was paid on it: the township says what becomes of it. Money moves back by a named decision alone.
CREATE TABLE fund_revocations (
  id          BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  project_id  BIGINT NOT NULL,
  estate_id   BIGINT NOT NULL,
  meeting_id  BIGINT NOT NULL,
  resolution  VARCHAR(100) NOT NULL,
  paid        BIGINT NOT NULL,
  owed        BIGINT NOT NULL,
  state       VARCHAR(12) NOT NULL,
  decision    VARCHAR(200) NOT NULL,
  text        VARCHAR(1000) NOT NULL,
  opened_at   DATETIME NOT NULL,
  answered_by BIGINT NOT NULL,
  answered_at DATETIME NULL,
  receipt     VARCHAR(64) NOT NULL,
  booked_by   BIGINT NOT NULL,
  booked_at   DATETIME NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE UNIQUE INDEX fund_revocations_once ON fund_revocations (project_id, meeting_id);
CREATE INDEX fund_revocations_state ON fund_revocations (state, id);
