-- +goose Up

-- Sums of what is open, by unit and day.
CREATE INDEX fee_bills_ageing ON fee_bills (estate_id, state, unit_id);
CREATE INDEX fee_bills_period ON fee_bills (estate_id, period_on);

-- A case that a unit's people opened because a bill is wrong. While the case runs nobody is reminded of the bill.
CREATE TABLE fee_disputes (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  estate_id  BIGINT NOT NULL,
  company_id BIGINT NOT NULL,
  unit_id    BIGINT NOT NULL,
  bill_id    BIGINT NOT NULL,
  case_id    BIGINT NOT NULL,
  number     TEXT NOT NULL CHECK (length(number) <= 32),
  person_id  BIGINT NOT NULL,
  at         DATETIME NOT NULL
);
CREATE UNIQUE INDEX fee_disputes_case ON fee_disputes (case_id);
CREATE INDEX fee_disputes_bill ON fee_disputes (bill_id, id);
CREATE INDEX fee_disputes_unit ON fee_disputes (unit_id, id);
CREATE INDEX fee_disputes_person ON fee_disputes (person_id);

-- Until when nobody of a unit (0: of the estate) is reminded, by a policy of the company or for hardship. Why somebody is in hardship is
-- sealed and shown to those who decide alone.
CREATE TABLE fee_pauses (
  id            INTEGER PRIMARY KEY AUTOINCREMENT,
  estate_id     BIGINT NOT NULL,
  company_id    BIGINT NOT NULL,
  unit_id       BIGINT NOT NULL,
  owner_set_id  BIGINT NOT NULL,
  kind          TEXT NOT NULL CHECK (length(kind) <= 16),
  state         TEXT NOT NULL CHECK (length(state) <= 16),
  asked_as      TEXT NOT NULL CHECK (length(asked_as) <= 16),
  reason        TEXT NOT NULL CHECK (length(reason) <= 300),
  reason_sealed TEXT NOT NULL CHECK (length(reason_sealed) <= 3000),
  from_on       DATE NOT NULL,
  until_on      DATE NOT NULL,
  asked_by      BIGINT NOT NULL,
  asked_at      DATETIME NOT NULL,
  decided_by    BIGINT NOT NULL,
  decided_at    DATETIME NULL,
  decision      TEXT NOT NULL CHECK (length(decision) <= 300),
  ended_by      BIGINT NOT NULL,
  ended_at      DATETIME NULL
);
CREATE INDEX fee_pauses_unit ON fee_pauses (estate_id, unit_id, state, until_on);
CREATE INDEX fee_pauses_asked ON fee_pauses (asked_by);
CREATE INDEX fee_pauses_state ON fee_pauses (estate_id, kind, state, id);

-- A run of reminders; it goes on after after_unit.
CREATE TABLE fee_reminder_runs (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  estate_id  BIGINT NOT NULL,
  company_id BIGINT NOT NULL,
  state      TEXT NOT NULL CHECK (length(state) <= 16),
  pay_text   TEXT NOT NULL CHECK (length(pay_text) <= 200),
  days       INT NOT NULL,
  after_unit BIGINT NOT NULL,
  sent       INT NOT NULL,
  skipped    INT NOT NULL,
  person_id  BIGINT NOT NULL,
  post_id    BIGINT NOT NULL,
  at         DATETIME NOT NULL,
  done_at    DATETIME NULL
);
CREATE INDEX fee_reminder_runs_state ON fee_reminder_runs (state, id);
CREATE INDEX fee_reminder_runs_estate ON fee_reminder_runs (estate_id, id);

-- A reminder or a formal demand to a unit's own people, as it was written; a reminder that a run left out says why. once is run and unit
-- of a reminder.
CREATE TABLE fee_letters (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  number       TEXT NULL CHECK (length(number) <= 32),
  once         TEXT NULL CHECK (length(once) <= 60),
  estate_id    BIGINT NOT NULL,
  company_id   BIGINT NOT NULL,
  unit_id      BIGINT NOT NULL,
  unit         TEXT NOT NULL CHECK (length(unit) <= 200),
  owner_set_id BIGINT NOT NULL,
  run_id       BIGINT NOT NULL,
  stage        TEXT NOT NULL CHECK (length(stage) <= 16),
  state        TEXT NOT NULL CHECK (length(state) <= 16),
  why          TEXT NOT NULL CHECK (length(why) <= 200),
  amount       BIGINT NOT NULL,
  bills        INT NOT NULL,
  reached      INT NOT NULL,
  text         TEXT NOT NULL,
  sha256       TEXT NOT NULL CHECK (length(sha256) <= 64),
  days         INT NOT NULL,
  respond_on   DATE NULL,
  person_id    BIGINT NOT NULL,
  post_id      BIGINT NOT NULL,
  at           DATETIME NOT NULL,
  issued_by    BIGINT NOT NULL,
  issued_at    DATETIME NULL,
  withdrawn_by BIGINT NOT NULL
);
CREATE UNIQUE INDEX fee_letters_number ON fee_letters (number);
CREATE UNIQUE INDEX fee_letters_once ON fee_letters (once);
CREATE INDEX fee_letters_unit ON fee_letters (unit_id, stage, state, id);
CREATE INDEX fee_letters_estate ON fee_letters (estate_id, stage, id);
CREATE INDEX fee_letters_run ON fee_letters (run_id, id);

-- The bills that a letter names. claim is stage and bill: a bill is reminded of once and demanded once.
CREATE TABLE fee_letter_bills (
  id        INTEGER PRIMARY KEY AUTOINCREMENT,
  letter_id BIGINT NOT NULL,
  bill_id   BIGINT NOT NULL,
  amount    BIGINT NOT NULL,
  claim     TEXT NULL CHECK (length(claim) <= 40)
);
CREATE UNIQUE INDEX fee_letter_bills_claim ON fee_letter_bills (claim);
CREATE INDEX fee_letter_bills_letter ON fee_letter_bills (letter_id, id);
CREATE INDEX fee_letter_bills_bill ON fee_letter_bills (bill_id, id);

-- How a formal demand was delivered.
CREATE TABLE fee_deliveries (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  letter_id   BIGINT NOT NULL,
  estate_id   BIGINT NOT NULL,
  way         TEXT NOT NULL CHECK (length(way) <= 16),
  at          DATETIME NOT NULL,
  note        TEXT NOT NULL CHECK (length(note) <= 200),
  recorded_by BIGINT NOT NULL,
  recorded_at DATETIME NOT NULL
);
CREATE INDEX fee_deliveries_letter ON fee_deliveries (letter_id, id);
