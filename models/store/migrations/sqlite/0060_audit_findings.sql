-- +goose Up

-- What an audit found, who puts it right until when, and what became of it.
CREATE TABLE committee_findings (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  audit_id    BIGINT NOT NULL,
  estate_id   BIGINT NOT NULL,
  place       INT NOT NULL,
  text        TEXT NOT NULL CHECK (length(text) <= 500),
  owed_by     TEXT NOT NULL CHECK (length(owed_by) <= 16),
  due_at      DATETIME NOT NULL,
  state       TEXT NOT NULL CHECK (length(state) <= 12),
  answer      TEXT NOT NULL CHECK (length(answer) <= 1000),
  answered_by BIGINT NOT NULL,
  answered_at DATETIME NULL,
  verdict     TEXT NOT NULL CHECK (length(verdict) <= 500),
  closed_by   BIGINT NOT NULL,
  closed_at   DATETIME NULL,
  created_at  DATETIME NOT NULL
);
CREATE UNIQUE INDEX committee_findings_place ON committee_findings (audit_id, place);
CREATE INDEX committee_findings_estate ON committee_findings (estate_id, id);

-- Pay and allowances of members: what was paid to whom for which months, by which decision of the owners.
CREATE TABLE committee_allowances (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  estate_id   BIGINT NOT NULL,
  term_id     BIGINT NOT NULL,
  member_id   BIGINT NOT NULL,
  from_on     DATE NOT NULL,
  to_on       DATE NOT NULL,
  amount      BIGINT NOT NULL,
  basis       TEXT NOT NULL CHECK (length(basis) <= 200),
  paid_on     DATE NOT NULL,
  line_id     BIGINT NOT NULL,
  recorded_by BIGINT NOT NULL,
  created_at  DATETIME NOT NULL
);
CREATE INDEX committee_allowances_estate ON committee_allowances (estate_id, id);
CREATE INDEX committee_allowances_member ON committee_allowances (member_id, from_on);

-- While an audit of a departure runs, a seal is used only where the township has let it.
ALTER TABLE committee_seal_uses ADD COLUMN let_by BIGINT NOT NULL DEFAULT 0;
ALTER TABLE committee_seal_uses ADD COLUMN let_at DATETIME NULL;

-- Which months an audit looks at, where it is not a departure that started it.
ALTER TABLE committee_audits ADD COLUMN from_on DATE NULL;
ALTER TABLE committee_audits ADD COLUMN to_on DATE NULL;
CREATE INDEX committee_audits_state ON committee_audits (estate_id, state);
