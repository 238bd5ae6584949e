-- +goose Up

-- A whistle (吹哨) calls departments and utilities to a place for what exceeds the powers of a community and township.
CREATE TABLE whistles (
  id            INTEGER PRIMARY KEY AUTOINCREMENT,
  number        TEXT NOT NULL CHECK (length(number) <= 32),
  case_id       BIGINT       NOT NULL,
  estate_id     BIGINT       NOT NULL,
  township_id   BIGINT       NOT NULL,
  about_id      BIGINT       NOT NULL,
  asked_org     BIGINT       NOT NULL,
  asked_by      BIGINT       NOT NULL,
  reason        TEXT NOT NULL CHECK (length(reason) <= 1000),
  sort          TEXT NOT NULL CHECK (length(sort) <= 16),
  place         TEXT NOT NULL CHECK (length(place) <= 200),
  lat           BIGINT       NOT NULL,
  lng           BIGINT       NOT NULL,
  state         TEXT NOT NULL CHECK (length(state) <= 16),
  signed_post   BIGINT       NOT NULL,
  signed_text   TEXT NOT NULL CHECK (length(signed_text) <= 500),
  outcome       TEXT NOT NULL CHECK (length(outcome) <= 2000),
  due_at        DATETIME     NULL,
  due_reference BOOLEAN      NOT NULL,
  late_at       DATETIME     NULL,
  version       BIGINT       NOT NULL,
  client_ref    TEXT NOT NULL CHECK (length(client_ref) <= 64),
  input_hash    TEXT NOT NULL CHECK (length(input_hash) <= 64),
  created_at    DATETIME     NOT NULL,
  blown_at      DATETIME     NULL,
  closed_at     DATETIME     NULL
);
CREATE UNIQUE INDEX whistles_number ON whistles (number);
CREATE UNIQUE INDEX whistles_ref ON whistles (asked_by, client_ref);
CREATE INDEX whistles_township ON whistles (township_id, id);
CREATE INDEX whistles_case ON whistles (case_id, id);
CREATE INDEX whistles_due ON whistles (state, due_at);

CREATE TABLE whistle_summons (
  whistle_id      BIGINT       NOT NULL,
  organisation_id BIGINT       NOT NULL,
  task            TEXT NOT NULL CHECK (length(task) <= 500),
  clause          TEXT NOT NULL CHECK (length(clause) <= 64),
  state           TEXT NOT NULL CHECK (length(state) <= 16),
  refused_clause  TEXT NOT NULL CHECK (length(refused_clause) <= 64),
  refused_text    TEXT NOT NULL CHECK (length(refused_text) <= 500),
  decided_text    TEXT NOT NULL CHECK (length(decided_text) <= 500),
  final           BOOLEAN      NOT NULL,
  arrived_at      DATETIME     NULL,
  arrived_by      BIGINT       NOT NULL,
  arrived_post    BIGINT       NOT NULL,
  lat             BIGINT       NOT NULL,
  lng             BIGINT       NOT NULL,
  metres          BIGINT       NOT NULL,
  away            BOOLEAN      NOT NULL,
  away_reason     TEXT NOT NULL CHECK (length(away_reason) <= 200),
  file_id         BIGINT       NOT NULL,
  response        TEXT NOT NULL CHECK (length(response) <= 8),
  solved          TEXT NOT NULL CHECK (length(solved) <= 8),
  satisfied       TEXT NOT NULL CHECK (length(satisfied) <= 8),
  comment         TEXT NOT NULL CHECK (length(comment) <= 500),
  rated_at        DATETIME     NULL,
  called_at       DATETIME     NULL,
  PRIMARY KEY (whistle_id, organisation_id)
);
CREATE INDEX whistle_summons_organisation ON whistle_summons (organisation_id, whistle_id);

-- What a meeting wrote down; entries are only ever added.
CREATE TABLE minutes (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  subject_kind TEXT NOT NULL CHECK (length(subject_kind) <= 16),
  subject_id   BIGINT       NOT NULL,
  text         TEXT         NOT NULL,
  person_id    BIGINT       NOT NULL,
  post_id      BIGINT       NOT NULL,
  organisation_id BIGINT    NOT NULL,
  client_ref   TEXT NOT NULL CHECK (length(client_ref) <= 64),
  input_hash   TEXT NOT NULL CHECK (length(input_hash) <= 64),
  at           DATETIME     NOT NULL
);
CREATE INDEX minutes_subject ON minutes (subject_kind, subject_id, id);
CREATE UNIQUE INDEX minutes_ref ON minutes (person_id, client_ref);

-- What an organisation owes by a day, from a whistle, a conference or a mediation.
CREATE TABLE tasks (
  id              INTEGER PRIMARY KEY AUTOINCREMENT,
  subject_kind    TEXT NOT NULL CHECK (length(subject_kind) <= 16),
  subject_id      BIGINT       NOT NULL,
  case_id         BIGINT       NOT NULL,
  estate_id       BIGINT       NOT NULL,
  about_id        BIGINT       NOT NULL,
  organisation_id BIGINT       NOT NULL,
  given_by        BIGINT       NOT NULL,
  text            TEXT NOT NULL CHECK (length(text) <= 500),
  due_at          DATETIME     NOT NULL,
  state           TEXT NOT NULL CHECK (length(state) <= 16),
  result          TEXT NOT NULL CHECK (length(result) <= 1000),
  reminded_at     DATETIME     NULL,
  done_at         DATETIME     NULL,
  person_id       BIGINT       NOT NULL,
  client_ref      TEXT NOT NULL CHECK (length(client_ref) <= 64),
  input_hash      TEXT NOT NULL CHECK (length(input_hash) <= 64),
  created_at      DATETIME     NOT NULL
);
CREATE INDEX tasks_subject ON tasks (subject_kind, subject_id, id);
CREATE INDEX tasks_organisation ON tasks (organisation_id, state, due_at, id);
CREATE INDEX tasks_due ON tasks (state, due_at);
CREATE UNIQUE INDEX tasks_ref ON tasks (person_id, client_ref);
