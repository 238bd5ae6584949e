-- +goose Up

-- What an audit found, who puts it right until when, and what became of it.
CREATE TABLE committee_findings (
  id          BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  audit_id    BIGINT NOT NULL,
  estate_id   BIGINT NOT NULL,
  place       INT NOT NULL,
  text        VARCHAR(500) NOT NULL,
  owed_by     VARCHAR(16) NOT NULL,
  due_at      DATETIME NOT NULL,
  state       VARCHAR(12) NOT NULL,
  answer      VARCHAR(1000) NOT NULL,
  answered_by BIGINT NOT NULL,
  answered_at DATETIME NULL,
  verdict     VARCHAR(500) NOT NULL,
  closed_by   BIGINT NOT NULL,
  closed_at   DATETIME NULL,
  created_at  DATETIME NOT NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE UNIQUE INDEX committee_findings_place ON committee_findings (audit_id, place);
CREATE INDEX committee_findings_estate ON committee_findings (estate_id, id);

-- Pay and allowances of members: what was paid to whom for which months, by which decision of the owners.
CREATE TABLE committee_allowances (
  id          BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  estate_id   BIGINT NOT NULL,
  term_id     BIGINT NOT NULL,
  member_id   BIGINT NOT NULL,
  from_on     DATE NOT NULL,
  to_on       DATE NOT NULL,
  amount      BIGINT NOT NULL,
  basis       VARCHAR(200) NOT NULL,
  paid_on     DATE NOT NULL,
  line_id     BIGINT NOT NULL,
  recorded_by BIGINT NOT NULL,
  created_at  DATETIME NOT NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE INDEX committee_allowances_estate ON committee_allowances (estate_id, id);
CREATE INDEX committee_allowances_member ON committee_allowances (member_id, from_on);

-- While an audit of a departure runs, a seal is used only where the township has let it.
ALTER TABLE committee_seal_uses ADD COLUMN let_by BIGINT NOT NULL DEFAULT 0;
ALTER TABLE committee_seal_uses ADD COLUMN let_at DATETIME NULL;

-- Which months an audit looks at, where it is not a departure that started it.
ALTER TABLE committee_audits ADD COLUMN from_on DATE NULL;
ALTER TABLE committee_audits ADD COLUMN to_on DATE NULL;
CREATE INDEX committee_audits_state ON committee_audits (estate_id, state);
