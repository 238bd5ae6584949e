-- +goose Up

-- Owners ask for an extraordinary meeting. Who stands behind it is counted from the signatures and the register each time; the figures
-- are kept once, when the petition has come to oblige the committee.
CREATE TABLE petitions (
  id              INTEGER PRIMARY KEY AUTOINCREMENT,
  number          TEXT NOT NULL CHECK (length(number) <= 32),
  estate_id       BIGINT NOT NULL,
  title           TEXT NOT NULL CHECK (length(title) <= 60),
  text            TEXT NOT NULL,
  wanted          TEXT NOT NULL,
  state           TEXT NOT NULL CHECK (length(state) <= 16),
  person_id       BIGINT NOT NULL,
  checked_at      DATETIME NULL,
  reached_at      DATETIME NULL,
  heads           BIGINT NOT NULL,
  area_milli      BIGINT NOT NULL,
  scope_heads     BIGINT NOT NULL,
  scope_milli     BIGINT NOT NULL,
  share           TEXT NOT NULL CHECK (length(share) <= 16),
  measure         TEXT NOT NULL CHECK (length(measure) <= 16),
  pack            TEXT NOT NULL CHECK (length(pack) <= 80),
  due_at          DATETIME NULL,
  remind_at       DATETIME NULL,
  overdue_at      DATETIME NULL,
  withdrawn_at    DATETIME NULL,
  client_ref      TEXT NOT NULL CHECK (length(client_ref) <= 64),
  input_hash      TEXT NOT NULL CHECK (length(input_hash) <= 64),
  created_at      DATETIME NOT NULL
);
CREATE UNIQUE INDEX petitions_ref ON petitions (person_id, client_ref);
CREATE UNIQUE INDEX petitions_number ON petitions (number);
CREATE INDEX petitions_estate ON petitions (estate_id, id);
CREATE INDEX petitions_clock ON petitions (state, checked_at);

-- One signature for each owner set.
CREATE TABLE petition_signatures (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  petition_id  BIGINT NOT NULL,
  estate_id    BIGINT NOT NULL,
  owner_set_id BIGINT NOT NULL,
  person_id    BIGINT NOT NULL,
  signed_at    DATETIME NOT NULL,
  withdrawn_at DATETIME NULL
);
CREATE UNIQUE INDEX petition_signatures_set ON petition_signatures (petition_id, owner_set_id);

-- The township orders a committee to call a meeting by a day.
CREATE TABLE meeting_orders (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  number       TEXT NOT NULL CHECK (length(number) <= 32),
  estate_id    BIGINT NOT NULL,
  committee_id BIGINT NOT NULL,
  township_id  BIGINT NOT NULL,
  cause        TEXT NOT NULL CHECK (length(cause) <= 16),
  petition_id  BIGINT NOT NULL,
  reason       TEXT NOT NULL CHECK (length(reason) <= 1000),
  state        TEXT NOT NULL CHECK (length(state) <= 16),
  due_at       DATETIME NOT NULL,
  remind_at    DATETIME NULL,
  overdue_at   DATETIME NULL,
  met_at       DATETIME NULL,
  pack         TEXT NOT NULL CHECK (length(pack) <= 80),
  issued_by    BIGINT NOT NULL,
  client_ref   TEXT NOT NULL CHECK (length(client_ref) <= 64),
  input_hash   TEXT NOT NULL CHECK (length(input_hash) <= 64),
  at           DATETIME NOT NULL
);
CREATE UNIQUE INDEX meeting_orders_ref ON meeting_orders (issued_by, client_ref);
CREATE UNIQUE INDEX meeting_orders_number ON meeting_orders (number);
CREATE INDEX meeting_orders_estate ON meeting_orders (estate_id, id);
CREATE INDEX meeting_orders_clock ON meeting_orders (state, due_at);

-- The group that prepares a first meeting, or a change of term. living is "estate/kind" while it has work to do.
CREATE TABLE preparation_groups (
  id              INTEGER PRIMARY KEY AUTOINCREMENT,
  number          TEXT NOT NULL CHECK (length(number) <= 32),
  estate_id       BIGINT NOT NULL,
  kind            TEXT NOT NULL CHECK (length(kind) <= 16),
  state           TEXT NOT NULL CHECK (length(state) <= 16),
  living          TEXT NULL CHECK (length(living) <= 40),
  request         TEXT NOT NULL CHECK (length(request) <= 1000),
  requested_at    DATETIME NOT NULL,
  form_by         DATETIME NULL,
  delivered_milli BIGINT NOT NULL,
  total_milli     BIGINT NOT NULL,
  confirmed_for   TEXT NOT NULL CHECK (length(confirmed_for) <= 500),
  confirmed_by    BIGINT NOT NULL,
  confirmed_at    DATETIME NULL,
  posted_at       DATETIME NULL,
  object_until    DATETIME NULL,
  formed_at       DATETIME NULL,
  formed_by       BIGINT NOT NULL,
  done_by         DATETIME NULL,
  remind_at       DATETIME NULL,
  overdue_at      DATETIME NULL,
  ended_at        DATETIME NULL,
  ended_for       TEXT NOT NULL CHECK (length(ended_for) <= 200),
  pack            TEXT NOT NULL CHECK (length(pack) <= 80),
  person_id       BIGINT NOT NULL,
  client_ref      TEXT NOT NULL CHECK (length(client_ref) <= 64),
  input_hash      TEXT NOT NULL CHECK (length(input_hash) <= 64),
  created_at      DATETIME NOT NULL
);
CREATE UNIQUE INDEX preparation_groups_living ON preparation_groups (living);
CREATE UNIQUE INDEX preparation_groups_ref ON preparation_groups (person_id, client_ref);
CREATE INDEX preparation_groups_estate ON preparation_groups (estate_id, id);
CREATE INDEX preparation_groups_clock ON preparation_groups (state, remind_at);

CREATE TABLE preparation_members (
  id              INTEGER PRIMARY KEY AUTOINCREMENT,
  group_id        BIGINT NOT NULL,
  estate_id       BIGINT NOT NULL,
  part            TEXT NOT NULL CHECK (length(part) <= 16),
  head            BOOLEAN NOT NULL,
  name            TEXT NOT NULL CHECK (length(name) <= 40),
  organisation_id BIGINT NOT NULL,
  owner_set_id    BIGINT NOT NULL,
  building_id     BIGINT NOT NULL,
  recommended     TEXT NOT NULL CHECK (length(recommended) <= 100)
);
CREATE INDEX preparation_members_group ON preparation_members (group_id, id);
