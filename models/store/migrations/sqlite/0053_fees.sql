-- +goose Up

-- What an estate is charged for; how much and why stands in its versions.
CREATE TABLE fee_rules (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  estate_id  BIGINT NOT NULL,
  company_id BIGINT NOT NULL,
  name       TEXT NOT NULL CHECK (length(name) <= 60),
  kind       TEXT NOT NULL CHECK (length(kind) <= 16),
  created_by BIGINT NOT NULL,
  created_at DATETIME NOT NULL
);
CREATE UNIQUE INDEX fee_rules_name ON fee_rules (estate_id, company_id, name);

-- Whole months, both days included. A change is a new version; the one before only gets its last day.
CREATE TABLE fee_rule_versions (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  rule_id    BIGINT NOT NULL,
  estate_id  BIGINT NOT NULL,
  company_id BIGINT NOT NULL,
  seq        INT NOT NULL,
  starts_on  DATE NOT NULL,
  ends_on    DATE NULL,
  price      BIGINT NOT NULL,
  measure    TEXT NOT NULL CHECK (length(measure) <= 16),
  basis_kind TEXT NOT NULL CHECK (length(basis_kind) <= 16),
  basis      TEXT NOT NULL CHECK (length(basis) <= 300),
  standard   TEXT NOT NULL CHECK (length(standard) <= 1000),
  hotline    TEXT NOT NULL CHECK (length(hotline) <= 40),
  use_kinds  TEXT NOT NULL CHECK (length(use_kinds) <= 100),
  buildings  TEXT NOT NULL CHECK (length(buildings) <= 2000),
  created_by BIGINT NOT NULL,
  created_at DATETIME NOT NULL
);
CREATE UNIQUE INDEX fee_rule_versions_seq ON fee_rule_versions (rule_id, seq);
CREATE UNIQUE INDEX fee_rule_versions_starts ON fee_rule_versions (rule_id, starts_on);
CREATE INDEX fee_rule_versions_estate ON fee_rule_versions (estate_id, rule_id, seq);

-- A meter's readings of a period, in thousandths.
CREATE TABLE fee_readings (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  estate_id  BIGINT NOT NULL,
  rule_id    BIGINT NOT NULL,
  unit_id    BIGINT NOT NULL,
  period_on  DATE NOT NULL,
  previous   BIGINT NOT NULL,
  current    BIGINT NOT NULL,
  reason     TEXT NOT NULL CHECK (length(reason) <= 200),
  entered_by BIGINT NOT NULL,
  entered_at DATETIME NOT NULL
);
CREATE UNIQUE INDEX fee_readings_unit ON fee_readings (rule_id, unit_id, period_on);
CREATE INDEX fee_readings_period ON fee_readings (rule_id, period_on, unit_id);

-- A bill run: what was previewed is frozen in its parts, and each part is billed by its own transaction.
CREATE TABLE fee_runs (
  id            INTEGER PRIMARY KEY AUTOINCREMENT,
  estate_id     BIGINT NOT NULL,
  company_id    BIGINT NOT NULL,
  rule_id       BIGINT NOT NULL,
  version_id    BIGINT NOT NULL,
  state         TEXT NOT NULL CHECK (length(state) <= 16),
  period_on     DATE NOT NULL,
  ends_on       DATE NOT NULL,
  months        INT NOT NULL,
  due_on        DATE NOT NULL,
  pool          BIGINT NOT NULL,
  pool_text     TEXT NOT NULL CHECK (length(pool_text) <= 300),
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
  cancel_reason TEXT NOT NULL CHECK (length(cancel_reason) <= 300),
  cancelled_at  DATETIME NULL
);
CREATE INDEX fee_runs_estate ON fee_runs (estate_id, id);
CREATE INDEX fee_runs_rule ON fee_runs (rule_id, period_on, id);
CREATE INDEX fee_runs_state ON fee_runs (state, id);

CREATE TABLE fee_parts (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  run_id      BIGINT NOT NULL,
  seq         INT NOT NULL,
  state       TEXT NOT NULL CHECK (length(state) <= 16),
  units       INT NOT NULL,
  total       BIGINT NOT NULL,
  plan        TEXT NOT NULL,
  journal_id  BIGINT NOT NULL,
  reversal_id BIGINT NOT NULL
);
CREATE UNIQUE INDEX fee_parts_seq ON fee_parts (run_id, seq);
CREATE INDEX fee_parts_state ON fee_parts (run_id, state, seq);

-- What a unit is charged for one rule and period. live is rule, period and unit until the bill is cancelled, so that nothing is
-- charged twice.
CREATE TABLE fee_bills (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  number       TEXT NOT NULL CHECK (length(number) <= 32),
  estate_id    BIGINT NOT NULL,
  company_id   BIGINT NOT NULL,
  building_id  BIGINT NOT NULL,
  unit_id      BIGINT NOT NULL,
  unit         TEXT NOT NULL CHECK (length(unit) <= 200),
  owner_set_id BIGINT NOT NULL,
  payer        TEXT NOT NULL CHECK (length(payer) <= 16),
  run_id       BIGINT NOT NULL,
  part         INT NOT NULL,
  rule_id      BIGINT NOT NULL,
  version_id   BIGINT NOT NULL,
  title        TEXT NOT NULL CHECK (length(title) <= 60),
  period_on    DATE NOT NULL,
  months       INT NOT NULL,
  due_on       DATE NOT NULL,
  amount       BIGINT NOT NULL,
  how          TEXT NOT NULL CHECK (length(how) <= 1000),
  state        TEXT NOT NULL CHECK (length(state) <= 16),
  live         TEXT NULL CHECK (length(live) <= 200),
  created_at   DATETIME NOT NULL
);
CREATE UNIQUE INDEX fee_bills_number ON fee_bills (number);
CREATE UNIQUE INDEX fee_bills_live ON fee_bills (live);
CREATE INDEX fee_bills_unit ON fee_bills (unit_id, state, period_on, id);
CREATE INDEX fee_bills_run ON fee_bills (run_id, part, id);
CREATE INDEX fee_bills_estate ON fee_bills (estate_id, id);
CREATE INDEX fee_bills_state ON fee_bills (estate_id, state, id);
CREATE INDEX fee_bills_rule ON fee_bills (rule_id, period_on, unit_id);

-- What a client sent under a reference, and what came of it.
CREATE TABLE fee_taps (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  person_id  BIGINT NOT NULL,
  client_ref TEXT NOT NULL CHECK (length(client_ref) <= 64),
  input_hash TEXT NOT NULL CHECK (length(input_hash) <= 64),
  subject_id BIGINT NOT NULL,
  at         DATETIME NOT NULL
);
CREATE UNIQUE INDEX fee_taps_ref ON fee_taps (person_id, client_ref);
