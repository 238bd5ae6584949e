-- +goose Up

-- What an estate's organisations have to publish. slot is the first day of the period, or what an event's duty follows from: each once.
CREATE TABLE disclosure_duties (
  id                   INTEGER PRIMARY KEY AUTOINCREMENT,
  estate_id            BIGINT NOT NULL,
  code                 TEXT NOT NULL CHECK (length(code) <= 40),
  slot                 TEXT NOT NULL CHECK (length(slot) <= 64),
  event                BOOLEAN NOT NULL,
  after_end            BOOLEAN NOT NULL,
  title                TEXT NOT NULL CHECK (length(title) <= 80),
  sphere               TEXT NOT NULL CHECK (length(sphere) <= 8),
  organisation_id      BIGINT NOT NULL,
  from_on              DATE NOT NULL,
  to_on                DATE NULL,
  due_on               DATE NULL,
  watch_at             DATETIME NULL,
  late_at              DATETIME NULL,
  late_organisation_id BIGINT NOT NULL,
  told                 BIGINT NOT NULL,
  notice_id            BIGINT NOT NULL,
  published_on         DATE NULL,
  days_late            BIGINT NOT NULL,
  done_at              DATETIME NULL,
  created_at           DATETIME NOT NULL
);
CREATE UNIQUE INDEX disclosure_duties_slot ON disclosure_duties (estate_id, code, slot);
CREATE INDEX disclosure_duties_open ON disclosure_duties (estate_id, done_at, due_on, id);
CREATE INDEX disclosure_duties_mine ON disclosure_duties (organisation_id, done_at, due_on, id);
CREATE INDEX disclosure_duties_due ON disclosure_duties (done_at, due_on, id);
CREATE INDEX disclosure_duties_watch ON disclosure_duties (watch_at, id);
CREATE INDEX disclosure_duties_notice ON disclosure_duties (notice_id);
CREATE INDEX disclosure_duties_late ON disclosure_duties (due_on, late_organisation_id, estate_id);

-- On which day and under which law an estate's duties were last looked at.
CREATE TABLE duty_rounds (
  estate_id  BIGINT NOT NULL PRIMARY KEY,
  checked_on DATE NOT NULL,
  stamp      TEXT NOT NULL CHECK (length(stamp) <= 80)
);

-- How an estate's company charges, and how often its contract has it publish; the community looks at it a second time.
CREATE TABLE charging_models (
  id              INTEGER PRIMARY KEY AUTOINCREMENT,
  estate_id       BIGINT NOT NULL,
  organisation_id BIGINT NOT NULL,
  model           TEXT NOT NULL CHECK (length(model) <= 12),
  contract        TEXT NOT NULL CHECK (length(contract) <= 200),
  service_months  BIGINT NOT NULL,
  finance_months  BIGINT NOT NULL,
  from_on         DATE NOT NULL,
  state           TEXT NOT NULL CHECK (length(state) <= 12),
  stated_by       BIGINT NOT NULL,
  stated_at       DATETIME NOT NULL,
  decided_by      BIGINT NOT NULL,
  decided_at      DATETIME NULL,
  reason          TEXT NOT NULL CHECK (length(reason) <= 200),
  client_ref      TEXT NOT NULL CHECK (length(client_ref) <= 64),
  input_hash      TEXT NOT NULL CHECK (length(input_hash) <= 64)
);
CREATE UNIQUE INDEX charging_models_ref ON charging_models (stated_by, client_ref);
CREATE INDEX charging_models_estate ON charging_models (estate_id, state, from_on, id);

-- What residents ask about a line of a notice, or about a duty that is not fulfilled, and the public answer. follows is the question that a
-- follow-up is about: one each.
CREATE TABLE disclosure_questions (
  id              INTEGER PRIMARY KEY AUTOINCREMENT,
  number          TEXT NOT NULL CHECK (length(number) <= 32),
  estate_id       BIGINT NOT NULL,
  notice_id       BIGINT NOT NULL,
  duty_id         BIGINT NOT NULL,
  line            TEXT NOT NULL CHECK (length(line) <= 60),
  follows         BIGINT NULL,
  person_id       BIGINT NOT NULL,
  role            TEXT NOT NULL CHECK (length(role) <= 8),
  text            TEXT NOT NULL CHECK (length(text) <= 500),
  display         TEXT NOT NULL CHECK (length(display) <= 8),
  decided_by      BIGINT NOT NULL,
  hidden_reason   TEXT NOT NULL CHECK (length(hidden_reason) <= 200),
  organisation_id BIGINT NOT NULL,
  due_on          DATE NULL,
  watch_at        DATETIME NULL,
  late_at         DATETIME NULL,
  answer          TEXT NOT NULL CHECK (length(answer) <= 2000),
  answered_by     BIGINT NOT NULL,
  answered_at     DATETIME NULL,
  client_ref      TEXT NULL CHECK (length(client_ref) <= 64),
  input_hash      TEXT NOT NULL CHECK (length(input_hash) <= 64),
  created_at      DATETIME NOT NULL
);
CREATE UNIQUE INDEX disclosure_questions_number ON disclosure_questions (number);
CREATE UNIQUE INDEX disclosure_questions_follows ON disclosure_questions (follows);
CREATE UNIQUE INDEX disclosure_questions_ref ON disclosure_questions (person_id, client_ref);
CREATE INDEX disclosure_questions_notice ON disclosure_questions (notice_id, id);
CREATE INDEX disclosure_questions_duty ON disclosure_questions (duty_id, id);
CREATE INDEX disclosure_questions_mine ON disclosure_questions (organisation_id, display, answered_at, id);
CREATE INDEX disclosure_questions_review ON disclosure_questions (display, estate_id, id);
CREATE INDEX disclosure_questions_watch ON disclosure_questions (watch_at, id);
