-- +goose Up

CREATE TABLE cases (
  id             INTEGER PRIMARY KEY AUTOINCREMENT,
  number         TEXT NOT NULL CHECK (length(number) <= 32),
  estate_id      BIGINT       NOT NULL,
  building_id    BIGINT       NOT NULL,
  unit_id        BIGINT       NOT NULL,
  place          TEXT NOT NULL CHECK (length(place) <= 200),
  person_id      BIGINT       NOT NULL,
  open_id        TEXT NOT NULL CHECK (length(open_id) <= 64),
  about_id       BIGINT       NOT NULL,
  matter         TEXT NOT NULL CHECK (length(matter) <= 64),
  matter_name    TEXT NOT NULL CHECK (length(matter_name) <= 60),
  clause         TEXT NOT NULL CHECK (length(clause) <= 64),
  clause_text    TEXT         NOT NULL,
  class          TEXT NOT NULL CHECK (length(class) <= 16),
  mandate_version TEXT NOT NULL CHECK (length(mandate_version) <= 64),
  text           TEXT         NOT NULL,
  visibility     TEXT NOT NULL CHECK (length(visibility) <= 16),
  display        TEXT NOT NULL CHECK (length(display) <= 16),
  checked_at     DATETIME     NULL,
  state          TEXT NOT NULL CHECK (length(state) <= 16),
  level          TEXT NOT NULL CHECK (length(level) <= 16),
  lead_id        BIGINT       NOT NULL,
  offered_id     BIGINT       NOT NULL,
  route_reason   TEXT NOT NULL CHECK (length(route_reason) <= 600),
  due_at         DATETIME     NULL,
  due_reference  BOOLEAN      NOT NULL,
  returns        INT          NOT NULL,
  version        BIGINT       NOT NULL,
  client_ref     TEXT NOT NULL CHECK (length(client_ref) <= 64),
  input_hash     TEXT NOT NULL CHECK (length(input_hash) <= 64),
  created_at     DATETIME     NOT NULL,
  closed_at      DATETIME     NULL
);
CREATE UNIQUE INDEX cases_number ON cases (number);
CREATE UNIQUE INDEX cases_ref ON cases (person_id, client_ref);
CREATE INDEX cases_estate ON cases (estate_id, id);
CREATE INDEX cases_lead ON cases (lead_id, state, id);
CREATE INDEX cases_display ON cases (display, id);

CREATE TABLE case_parties (
  case_id         BIGINT       NOT NULL,
  organisation_id BIGINT       NOT NULL,
  role            TEXT NOT NULL CHECK (length(role) <= 16),
  since           DATETIME     NOT NULL,
  PRIMARY KEY (case_id, organisation_id)
);
CREATE INDEX case_parties_organisation ON case_parties (organisation_id, case_id);

CREATE TABLE case_steps (
  id              INTEGER PRIMARY KEY AUTOINCREMENT,
  case_id         BIGINT       NOT NULL,
  seq             INT          NOT NULL,
  kind            TEXT NOT NULL CHECK (length(kind) <= 16),
  state           TEXT NOT NULL CHECK (length(state) <= 16),
  person_id       BIGINT       NOT NULL,
  post_id         BIGINT       NOT NULL,
  organisation_id BIGINT       NOT NULL,
  to_id           BIGINT       NOT NULL,
  clause          TEXT NOT NULL CHECK (length(clause) <= 64),
  text            TEXT         NOT NULL,
  public          BOOLEAN      NOT NULL,
  client_ref      TEXT NULL CHECK (length(client_ref) <= 64),
  input_hash      TEXT NOT NULL CHECK (length(input_hash) <= 64),
  at              DATETIME     NOT NULL
);
CREATE UNIQUE INDEX case_steps_seq ON case_steps (case_id, seq);
CREATE UNIQUE INDEX case_steps_ref ON case_steps (case_id, person_id, client_ref);

CREATE TABLE numberings (
  series      TEXT NOT NULL PRIMARY KEY CHECK (length(series) <= 32),
  last        BIGINT       NOT NULL
);

CREATE TABLE notices (
  id              INTEGER PRIMARY KEY AUTOINCREMENT,
  number          TEXT NOT NULL CHECK (length(number) <= 32),
  estate_id       BIGINT       NOT NULL,
  organisation_id BIGINT       NOT NULL,
  kind            TEXT NOT NULL CHECK (length(kind) <= 16),
  audience        TEXT NOT NULL CHECK (length(audience) <= 16),
  duty            TEXT NOT NULL CHECK (length(duty) <= 64),
  current_version INT          NOT NULL,
  withdrawn_at    DATETIME     NULL,
  withdraw_reason TEXT NOT NULL CHECK (length(withdraw_reason) <= 300),
  published_by    BIGINT       NOT NULL,
  published_at    DATETIME     NOT NULL,
  client_ref      TEXT NOT NULL CHECK (length(client_ref) <= 64),
  input_hash      TEXT NOT NULL CHECK (length(input_hash) <= 64)
);
CREATE UNIQUE INDEX notices_number ON notices (number);
CREATE UNIQUE INDEX notices_ref ON notices (published_by, client_ref);
CREATE INDEX notices_estate ON notices (estate_id, id);

CREATE TABLE notice_versions (
  notice_id   BIGINT       NOT NULL,
  version     INT          NOT NULL,
  title       TEXT NOT NULL CHECK (length(title) <= 120),
  body        TEXT         NOT NULL,
  reason      TEXT NOT NULL CHECK (length(reason) <= 300),
  sha256      TEXT NOT NULL CHECK (length(sha256) <= 64),
  person_id   BIGINT       NOT NULL,
  at          DATETIME     NOT NULL,
  PRIMARY KEY (notice_id, version)
);
