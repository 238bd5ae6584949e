-- +goose Up

-- What an estate is charged for; how much and why stands in its versions.
CREATE TABLE fee_rules (
  id         BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  estate_id  BIGINT NOT NULL,
  company_id BIGINT NOT NULL,
  name       VARCHAR(60) NOT NULL,
  kind       VARCHAR(16) NOT NULL,
  created_by BIGINT NOT NULL,
  created_at DATETIME NOT NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE UNIQUE INDEX fee_rules_name ON fee_rules (estate_id, company_id, name);

-- Whole months, both days included. A change is a new version; the one before only gets its last day.
CREATE TABLE fee_rule_versions (
  id         BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  rule_id    BIGINT NOT NULL,
  estate_id  BIGINT NOT NULL,
  company_id BIGINT NOT NULL,
  seq        INT NOT NULL,
  starts_on  DATE NOT NULL,
  ends_on    DATE NULL,
  price      BIGINT NOT NULL,
  measure    VARCHAR(16) NOT NULL,
  basis_kind VARCHAR(16) NOT NULL,
  basis      VARCHAR(300) NOT NULL,
  standard   VARCHAR(1000) NOT NULL,
  hotline    VARCHAR(40) NOT NULL,
  use_kinds  VARCHAR(100) NOT NULL,
  buildings  VARCHAR(2000) NOT NULL,
  created_by BIGINT NOT NULL,
  created_at DATETIME NOT NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE UNIQUE INDEX fee_rule_versions_seq ON fee_rule_versions (rule_id, seq);
CREATE UNIQUE INDEX fee_rule_versions_starts ON fee_rule_versions (rule_id, starts_on);
CREATE INDEX fee_rule_versions_estate ON fee_rule_versions (estate_id, rule_id, seq);

-- A meter's readings of a period, in thousandths.
CREATE TABLE fee_readings (
  id         BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  estate_id  BIGINT NOT NULL,
  rule_id    BIGINT NOT NULL,
  unit_id    BIGINT NOT NULL,
  period_on  DATE NOT NULL,
  previous   BIGINT NOT NULL,
  current    BIGINT NOT NULL,
  reason     VARCHAR(200) NOT NULL,
  entered_by BIGINT NOT NULL,
  entered_at DATETIME NOT NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE UNIQUE INDEX fee_readings_unit ON fee_readings (rule_id, unit_id, period_on);
CREATE INDEX fee_readings_period ON fee_readings (rule_id, period_on, unit_id);

-- A bill run: what was previewed is frozen in its parts, and each part is billed by its own transaction.
CREATE TABLE fee_runs (
  id            BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  estate_id     BIGINT NOT NULL,
  company_id    BIGINT NOT NULL,
  rule_id       BIGINT NOT NULL,
  version_id    BIGINT NOT NULL,
  state         VARCHAR(16) NOT NULL,
  period_on     DATE NOT NULL,
  ends_on       DATE NOT NULL,
  months        INT NOT NULL,
  due_on        DATE NOT NULL,
  pool          BIGINT NOT NULL,
  pool_text     VARCHAR(300) NOT NULL,
  units         INT NOT NULL,
  parts         INT NOT NULL,
  total         BIGINT NOT NULL,
  area_milli    BIGINT NOT NULL,
  skipped       TEXT NOT NULL,
  person_id     BIGINT NOT NULL,
  post_id       BIGINT NOT NULL,
  published_at  DATETIME NOT NULL,
  done_at       DATETIME NULL,
  cancelled_by  BIGINT NOT NULL,
  cancel_post   BIGINT NOT NULL,
  cancel_reason VARCHAR(300) NOT NULL,
  cancelled_at  DATETIME NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE INDEX fee_runs_estate ON fee_runs (estate_id, id);
CREATE INDEX fee_runs_rule ON fee_runs (rule_id, period_on, id);
CREATE INDEX fee_runs_state ON fee_runs (state, id);

CREATE TABLE fee_parts (
  id          BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  run_id      BIGINT NOT NULL,
  seq         INT NOT NULL,
  state       VARCHAR(16) NOT NULL,
  units       INT NOT NULL,
  total       BIGINT NOT NULL,
  plan        MEDIUMTEXT NOT NULL,
  journal_id  BIGINT NOT NULL,
  reversal_id BIGINT NOT NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE UNIQUE INDEX fee_parts_seq ON fee_parts (run_id, seq);
CREATE INDEX fee_parts_state ON fee_parts (run_id, state, seq);

-- What a unit is charged for one rule and period. live is rule, period and unit until the bill is cancelled, so that nothing is
-- charged twice.
CREATE TABLE fee_bills (
  id           BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  number       VARCHAR(32) NOT NULL,
  estate_id    BIGINT NOT NULL,
  company_id   BIGINT NOT NULL,
  building_id  BIGINT NOT NULL,
  unit_id      BIGINT NOT NULL,
  unit         VARCHAR(200) NOT NULL,
  owner_set_id BIGINT NOT NULL,
  payer        VARCHAR(16) NOT NULL,
  run_id       BIGINT NOT NULL,
  part         INT NOT NULL,
  rule_id      BIGINT NOT NULL,
  version_id   BIGINT NOT NULL,
  title        VARCHAR(60) NOT NULL,
  period_on    DATE NOT NULL,
  months       INT NOT NULL,
  due_on       DATE NOT NULL,
  amount       BIGINT NOT NULL,
  how          VARCHAR(1000) NOT NULL,
  state        VARCHAR(16) NOT NULL,
  live         VARCHAR(200) NULL,
  created_at   DATETIME NOT NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE UNIQUE INDEX fee_bills_number ON fee_bills (number);
CREATE UNIQUE INDEX fee_bills_live ON fee_bills (live);
CREATE INDEX fee_bills_unit ON fee_bills (unit_id, state, period_on, id);
CREATE INDEX fee_bills_run ON fee_bills (run_id, part, id);
CREATE INDEX fee_bills_estate ON fee_bills (estate_id, id);
CREATE INDEX fee_bills_state ON fee_bills (estate_id, state, id);
CREATE INDEX fee_bills_rule ON fee_bills (rule_id, period_on, unit_id);

-- What a client sent under a reference, and what came of it.
CREATE TABLE fee_taps (
  id         BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  person_id  BIGINT NOT NULL,
  client_ref VARCHAR(64) NOT NULL,
  input_hash VARCHAR(64) NOT NULL,
  subject_id BIGINT NOT NULL,
  at         DATETIME NOT NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE UNIQUE INDEX fee_taps_ref ON fee_taps (person_id, client_ref);
