-- +goose Up

-- When and why a project with a contract was cancelled: what was used up is settled, what was paid ahead comes back.
ALTER TABLE fund_projects ADD COLUMN cancelled_at DATETIME NULL;
ALTER TABLE fund_projects ADD COLUMN cancelled_for TEXT NOT NULL DEFAULT '' CHECK (length(cancelled_for) <= 500);

-- On which decision of the owners a payment was made.
ALTER TABLE fund_payments ADD COLUMN meeting_id BIGINT NOT NULL DEFAULT 0;
ALTER TABLE fund_payments ADD COLUMN motion BIGINT NOT NULL DEFAULT 0;
ALTER TABLE fund_payments ADD COLUMN resolution TEXT NOT NULL DEFAULT '' CHECK (length(resolution) <= 100);
UPDATE fund_payments SET meeting_id = COALESCE((SELECT p.meeting_id FROM fund_projects p WHERE p.id = fund_payments.project_id), 0);
UPDATE fund_payments SET motion = COALESCE((SELECT p.motion FROM fund_projects p WHERE p.id = fund_payments.project_id), 0);
UPDATE fund_payments SET resolution = COALESCE((SELECT p.resolution FROM fund_projects p WHERE p.id = fund_payments.project_id), '');
CREATE INDEX fund_payments_meeting ON fund_payments (meeting_id, id);

-- Cancelling a project with a contract: asked for by whoever is in charge, decided by the office that filed or confirmed it.
CREATE TABLE fund_cancellations (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  project_id  BIGINT NOT NULL,
  estate_id   BIGINT NOT NULL,
  live        BIGINT NULL,
  reason      TEXT NOT NULL CHECK (length(reason) <= 500),
  state       TEXT NOT NULL CHECK (length(state) <= 12),
  asked_by    BIGINT NOT NULL,
  asked_org   BIGINT NOT NULL,
  asked_at    DATETIME NOT NULL,
  decided_by  BIGINT NOT NULL,
  decided_org BIGINT NOT NULL,
  decided_at  DATETIME NULL,
  text        TEXT NOT NULL CHECK (length(text) <= 500)
);
CREATE UNIQUE INDEX fund_cancellations_live ON fund_cancellations (live);
CREATE INDEX fund_cancellations_project ON fund_cancellations (project_id, id);

-- What a contractor gave back of what was paid ahead. A slip counts once.
CREATE TABLE fund_advance_returns (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  project_id BIGINT NOT NULL,
  estate_id  BIGINT NOT NULL,
  amount     BIGINT NOT NULL,
  receipt    TEXT NOT NULL CHECK (length(receipt) <= 64),
  revocation_id BIGINT NOT NULL,
  journal_id BIGINT NOT NULL,
  created_by BIGINT NOT NULL,
  created_at DATETIME NOT NULL
);
CREATE UNIQUE INDEX fund_advance_returns_receipt ON fund_advance_returns (estate_id, receipt);
CREATE INDEX fund_advance_returns_project ON fund_advance_returns (project_id, id);

-- A division of a project's cost in whose place another stands, with the reason.
CREATE TABLE fund_divisions (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  project_id  BIGINT NOT NULL,
  estate_id   BIGINT NOT NULL,
  resolution  TEXT NOT NULL CHECK (length(resolution) <= 100),
  notice      TEXT NOT NULL CHECK (length(notice) <= 32),
  total       BIGINT NOT NULL,
  reason      TEXT NOT NULL CHECK (length(reason) <= 500),
  replaced_by BIGINT NOT NULL,
  replaced_at DATETIME NOT NULL
);
CREATE INDEX fund_divisions_project ON fund_divisions (project_id, id);

CREATE TABLE fund_old_shares (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  division_id BIGINT NOT NULL,
  unit_id     BIGINT NOT NULL,
  payer       TEXT NOT NULL CHECK (length(payer) <= 12),
  code        TEXT NOT NULL CHECK (length(code) <= 100),
  amount      BIGINT NOT NULL,
  steps       TEXT NOT NULL
);
CREATE INDEX fund_old_shares_division ON fund_old_shares (division_id, id);

-- A decision that a court revoked after money was paid on it: the township says what becomes of it. Money moves back by a named decision alone.
CREATE TABLE fund_revocations (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  project_id  BIGINT NOT NULL,
  estate_id   BIGINT NOT NULL,
  meeting_id  BIGINT NOT NULL,
  resolution  TEXT NOT NULL CHECK (length(resolution) <= 100),
  paid        BIGINT NOT NULL,
  owed        BIGINT NOT NULL,
  state       TEXT NOT NULL CHECK (length(state) <= 12),
  decision    TEXT NOT NULL CHECK (length(decision) <= 200),
  text        TEXT NOT NULL CHECK (length(text) <= 1000),
  opened_at   DATETIME NOT NULL,
  answered_by BIGINT NOT NULL,
  answered_at DATETIME NULL,
  receipt     TEXT NOT NULL CHECK (length(receipt) <= 64),
  booked_by   BIGINT NOT NULL,
  booked_at   DATETIME NULL
);
CREATE UNIQUE INDEX fund_revocations_once ON fund_revocations (project_id, meeting_id);
CREATE INDEX fund_revocations_state ON fund_revocations (state, id);
