-- +goose Up

-- Owners ask for an extraordinary meeting. Who stands behind it is counted from the signatures and the register each time; the figures
-- are kept once, when the petition has come to oblige the committee.
CREATE TABLE petitions (
  id              BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  number          VARCHAR(32) NOT NULL,
  estate_id       BIGINT NOT NULL,
  title           VARCHAR(60) NOT NULL,
  text            TEXT NOT NULL,
  wanted          TEXT NOT NULL,
  state           VARCHAR(16) NOT NULL,
  person_id       BIGINT NOT NULL,
  checked_at      DATETIME NULL,
  reached_at      DATETIME NULL,
  heads           BIGINT NOT NULL,
  area_milli      BIGINT NOT NULL,
  scope_heads     BIGINT NOT NULL,
  scope_milli     BIGINT NOT NULL,
  share           VARCHAR(16) NOT NULL,
  measure         VARCHAR(16) NOT NULL,
  pack            VARCHAR(80) NOT NULL,
  due_at          DATETIME NULL,
  remind_at       DATETIME NULL,
  overdue_at      DATETIME NULL,
  withdrawn_at    DATETIME NULL,
  client_ref      VARCHAR(64) NOT NULL,
  input_hash      VARCHAR(64) NOT NULL,
  created_at      DATETIME NOT NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE UNIQUE INDEX petitions_ref ON petitions (person_id, client_ref);
CREATE UNIQUE INDEX petitions_number ON petitions (number);
CREATE INDEX petitions_estate ON petitions (estate_id, id);
CREATE INDEX petitions_clock ON petitions (state, checked_at);

-- One signature for each owner set.
CREATE TABLE petition_signatures (
  id           BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  petition_id  BIGINT NOT NULL,
  estate_id    BIGINT NOT NULL,
  owner_set_id BIGINT NOT NULL,
  person_id    BIGINT NOT NULL,
  signed_at    DATETIME NOT NULL,
  withdrawn_at DATETIME NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE UNIQUE INDEX petition_signatures_set ON petition_signatures (petition_id, owner_set_id);

-- The township orders a committee to call a meeting by a day.
CREATE TABLE meeting_orders (
  id           BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  number       VARCHAR(32) NOT NULL,
  estate_id    BIGINT NOT NULL,
  committee_id BIGINT NOT NULL,
  township_id  BIGINT NOT NULL,
  cause        VARCHAR(16) NOT NULL,
  petition_id  BIGINT NOT NULL,
  reason       VARCHAR(1000) NOT NULL,
  state        VARCHAR(16) NOT NULL,
  due_at       DATETIME NOT NULL,
  remind_at    DATETIME NULL,
  overdue_at   DATETIME NULL,
  met_at       DATETIME NULL,
  pack         VARCHAR(80) NOT NULL,
  issued_by    BIGINT NOT NULL,
  client_ref   VARCHAR(64) NOT NULL,
  input_hash   VARCHAR(64) NOT NULL,
  at           DATETIME NOT NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE UNIQUE INDEX meeting_orders_ref ON meeting_orders (issued_by, client_ref);
CREATE UNIQUE INDEX meeting_orders_number ON meeting_orders (number);
CREATE INDEX meeting_orders_estate ON meeting_orders (estate_id, id);
CREATE INDEX meeting_orders_clock ON meeting_orders (state, due_at);

-- The group that prepares a first meeting, or a change of term. living is "estate/kind" while it has work to do.
CREATE TABLE preparation_groups (
  id              BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  number          VARCHAR(32) NOT NULL,
  estate_id       BIGINT NOT NULL,
  kind            VARCHAR(16) NOT NULL,
  state           VARCHAR(16) NOT NULL,
  living          VARCHAR(40) NULL,
  request         VARCHAR(1000) NOT NULL,
  requested_at    DATETIME NOT NULL,
  form_by         DATETIME NULL,
  delivered_milli BIGINT NOT NULL,
  total_milli     BIGINT NOT NULL,
  confirmed_for   VARCHAR(500) NOT NULL,
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
  ended_for       VARCHAR(200) NOT NULL,
  pack            VARCHAR(80) NOT NULL,
  person_id       BIGINT NOT NULL,
  client_ref      VARCHAR(64) NOT NULL,
  input_hash      VARCHAR(64) NOT NULL,
  created_at      DATETIME NOT NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE UNIQUE INDEX preparation_groups_living ON preparation_groups (living);
CREATE UNIQUE INDEX preparation_groups_ref ON preparation_groups (person_id, client_ref);
CREATE INDEX preparation_groups_estate ON preparation_groups (estate_id, id);
CREATE INDEX preparation_groups_clock ON preparation_groups (state, remind_at);

CREATE TABLE preparation_members (
  id              BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  group_id        BIGINT NOT NULL,
  estate_id       BIGINT NOT NULL,
  part            VARCHAR(16) NOT NULL,
  head            BOOLEAN NOT NULL,
  name            VARCHAR(40) NOT NULL,
  organisation_id BIGINT NOT NULL,
  owner_set_id    BIGINT NOT NULL,
  building_id     BIGINT NOT NULL,
  recommended     VARCHAR(100) NOT NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE INDEX preparation_members_group ON preparation_members (group_id, id);
