-- +goose Up

-- Sums of what is open, by unit and day.
CREATE INDEX fee_bills_ageing ON fee_bills (estate_id, state, unit_id);
CREATE INDEX fee_bills_period ON fee_bills (estate_id, period_on);

-- A case that a unit's people opened because a bill is wrong. While the case runs nobody is reminded of the bill.
CREATE TABLE fee_disputes (
  id         BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  estate_id  BIGINT NOT NULL,
  company_id BIGINT NOT NULL,
  unit_id    BIGINT NOT NULL,
  bill_id    BIGINT NOT NULL,
  case_id    BIGINT NOT NULL,
  number     VARCHAR(32) NOT NULL,
  person_id  BIGINT NOT NULL,
  at         DATETIME NOT NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE UNIQUE INDEX fee_disputes_case ON fee_disputes (case_id);
CREATE INDEX fee_disputes_bill ON fee_disputes (bill_id, id);
CREATE INDEX fee_disputes_unit ON fee_disputes (unit_id, id);
CREATE INDEX fee_disputes_person ON fee_disputes (person_id);

-- Until when nobody of a unit (0: of the estate) is reminded, by a policy of the company or for hardship. Why somebody is in hardship is
-- sealed and shown to those who decide alone.
CREATE TABLE fee_pauses (
  id            BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  estate_id     BIGINT NOT NULL,
  company_id    BIGINT NOT NULL,
  unit_id       BIGINT NOT NULL,
  owner_set_id  BIGINT NOT NULL,
  kind          VARCHAR(16) NOT NULL,
  state         VARCHAR(16) NOT NULL,
  asked_as      VARCHAR(16) NOT NULL,
  reason        VARCHAR(300) NOT NULL,
  reason_sealed VARCHAR(3000) NOT NULL,
  from_on       DATE NOT NULL,
  until_on      DATE NOT NULL,
  asked_by      BIGINT NOT NULL,
  asked_at      DATETIME NOT NULL,
  decided_by    BIGINT NOT NULL,
  decided_at    DATETIME NULL,
  decision      VARCHAR(300) NOT NULL,
  ended_by      BIGINT NOT NULL,
  ended_at      DATETIME NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE INDEX fee_pauses_unit ON fee_pauses (estate_id, unit_id, state, until_on);
CREATE INDEX fee_pauses_asked ON fee_pauses (asked_by);
CREATE INDEX fee_pauses_state ON fee_pauses (estate_id, kind, state, id);

-- A run of reminders; it goes on after after_unit.
CREATE TABLE fee_reminder_runs (
  id         BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  estate_id  BIGINT NOT NULL,
  company_id BIGINT NOT NULL,
  state      VARCHAR(16) NOT NULL,
  pay_text   VARCHAR(200) NOT NULL,
  days       INT NOT NULL,
  after_unit BIGINT NOT NULL,
  sent       INT NOT NULL,
  skipped    INT NOT NULL,
  person_id  BIGINT NOT NULL,
  post_id    BIGINT NOT NULL,
  at         DATETIME NOT NULL,
  done_at    DATETIME NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE INDEX fee_reminder_runs_state ON fee_reminder_runs (state, id);
CREATE INDEX fee_reminder_runs_estate ON fee_reminder_runs (estate_id, id);

-- A reminder or a formal demand to a unit's own people, as it was written; a reminder that a run left out says why. once is run and unit
-- of a reminder.
CREATE TABLE fee_letters (
  id           BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  number       VARCHAR(32) NULL,
  once         VARCHAR(60) NULL,
  estate_id    BIGINT NOT NULL,
  company_id   BIGINT NOT NULL,
  unit_id      BIGINT NOT NULL,
  unit         VARCHAR(200) NOT NULL,
  owner_set_id BIGINT NOT NULL,
  run_id       BIGINT NOT NULL,
  stage        VARCHAR(16) NOT NULL,
  state        VARCHAR(16) NOT NULL,
  why          VARCHAR(200) NOT NULL,
  amount       BIGINT NOT NULL,
  bills        INT NOT NULL,
  reached      INT NOT NULL,
  text         MEDIUMTEXT NOT NULL,
  sha256       VARCHAR(64) NOT NULL,
  days         INT NOT NULL,
  respond_on   DATE NULL,
  person_id    BIGINT NOT NULL,
  post_id      BIGINT NOT NULL,
  at           DATETIME NOT NULL,
  issued_by    BIGINT NOT NULL,
  issued_at    DATETIME NULL,
  withdrawn_by BIGINT NOT NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE UNIQUE INDEX fee_letters_number ON fee_letters (number);
CREATE UNIQUE INDEX fee_letters_once ON fee_letters (once);
CREATE INDEX fee_letters_unit ON fee_letters (unit_id, stage, state, id);
CREATE INDEX fee_letters_estate ON fee_letters (estate_id, stage, id);
CREATE INDEX fee_letters_run ON fee_letters (run_id, id);

-- The bills that a letter names. claim is stage and bill: a bill is reminded of once and demanded once.
CREATE TABLE fee_letter_bills (
  id        BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  letter_id BIGINT NOT NULL,
  bill_id   BIGINT NOT NULL,
  amount    BIGINT NOT NULL,
  claim     VARCHAR(40) NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE UNIQUE INDEX fee_letter_bills_claim ON fee_letter_bills (claim);
CREATE INDEX fee_letter_bills_letter ON fee_letter_bills (letter_id, id);
CREATE INDEX fee_letter_bills_bill ON fee_letter_bills (bill_id, id);

-- How a formal demand was delivered.
CREATE TABLE fee_deliveries (
  id          BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  letter_id   BIGINT NOT NULL,
  estate_id   BIGINT NOT NULL,
  way         VARCHAR(16) NOT NULL,
  at          DATETIME NOT NULL,
  note        VARCHAR(200) NOT NULL,
  recorded_by BIGINT NOT NULL,
  recorded_at DATETIME NOT NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE INDEX fee_deliveries_letter ON fee_deliveries (letter_id, id);
